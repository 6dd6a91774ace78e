package orders

import (
	"slices"

	"workspace-order-console/internal/cloud"
)

// Kinds is the table of all kinds of order, in the order of docs/wire.md.
var Kinds = slices.Concat([]Kind{
	subscribeKind[CreateDesktops]("createDesktops", GroupBuy, Buys),
	subscribeKind[AddVolumes]("addVolumes", GroupDisks, Buys),
	subscribeKind[RebuildDesktops]("rebuildDesktops", GroupImages, Alters|Destroys|Refunds),
	subscribeKind[CreateDesktopPool]("createDesktopPool", GroupBuy, Buys),
	subscribeKind[ExpandDesktopPool]("expandDesktopPool", GroupBuy, Buys),
	subscribeKind[ApplyDesktopsInternet]("applyDesktopsInternet", GroupNetwork, Buys),
	subscribeKind[CreateExclusiveHosts]("createExclusiveHosts", GroupBuy, Buys),
	subscribeKind[SubscribeUserSharer]("subscribeUserSharer", GroupCollab, Buys),
	subscribeKind[ApplySubnetBandwidth]("ApplySubnetBandwidth", GroupNetwork, Buys),

	changeKind("resizeDesktops", GroupResize, Alters|Refunds, func(b changeBody) Payload { return &ResizeDesktops{changeBody: b} }),
	changeKind("expandVolumes", GroupDisks, Alters, func(b changeBody) Payload { return &ExpandVolumes{changeBody: b} }),
	changeKind("meteredToPeriod", GroupBilling, Buys|Alters, func(b changeBody) Payload { return &MeteredToPeriod{changeBody: b} }),
	undocumented(changeKind("resizeExclusiveLites", GroupResize, Alters|Refunds, func(b changeBody) Payload { return &ResizeExclusiveLites{changeBody: b} })),
},
	batchKinds(cloud.DoorBatchDesktop),
	batchKinds(cloud.DoorBatchPool),
)

// batchKinds are the six operations of a batch door.
func batchKinds(door cloud.Door) []Kind {
	return []Kind{
		batchKind[AddVolumeParam](door, "ADD_VOLUME", GroupDisks, Buys|Alters),
		batchKind[ExtendVolumeParam](door, "EXTEND_VOLUME", GroupDisks, Alters),
		batchKind[ResizeParam](door, "RESIZE", GroupResize, Alters|Refunds),
		batchKind[ChangeImageParam](door, "CHANGE_IMAGE", GroupImages, Alters|Destroys|Refunds),
		batchKind[AddSubResourcesParam](door, "ADD_SUB_RESOURCES", GroupCollab, Buys|Alters),
		batchKind[DeleteSubResourcesParam](door, "DELETE_SUB_RESOURCES", GroupCollab, Alters|Refunds),
	}
}

func subscribeKind[M any, P interface {
	*M
	member
}](typ string, group Group, effect Effect) Kind {
	return Kind{Door: cloud.DoorSubscribe, Type: typ, Group: group, Effect: effect,
		New: func() Payload { return &subscribe[M, P]{typ: typ} }}
}

func changeKind(typ string, group Group, effect Effect, payload func(changeBody) Payload) Kind {
	return Kind{Door: cloud.DoorChange, Type: typ, Group: group, Effect: effect,
		New: func() Payload { return payload(changeBody{typ: typ}) }}
}

func batchKind[M any, P interface {
	*M
	param
}](door cloud.Door, typ string, group Group, effect Effect) Kind {
	return Kind{Door: door, Type: typ, Group: group, Effect: effect,
		New: func() Payload { return &batch[M, P]{typ: typ, door: door} }}
}

// undocumented marks a kind whose type is not in the vendor's list of types.
func undocumented(kind Kind) Kind {
	kind.Undocumented = true
	return kind
}
