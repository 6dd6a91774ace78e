package orders

import "workspace-order-console/internal/cloud"

// Kinds is the table of all kinds of order, in the order of docs/wire.md.
var Kinds = []Kind{
	{Door: cloud.DoorSubscribe, Type: "expandDesktopPool", Group: GroupBuy, Effect: Buys,
		New: func() Payload { return newSubscribe[ExpandDesktopPool]("expandDesktopPool") }},
	{Door: cloud.DoorChange, Type: "resizeDesktops", Group: GroupResize, Effect: Alters,
		New: func() Payload { return &ResizeDesktops{changeBody: changeBody{typ: "resizeDesktops"}} }},
}
