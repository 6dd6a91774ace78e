package templates

import (
	"fmt"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

// kindsOf are the kinds of a group, in the table's order.
func kindsOf(group orders.Group) []orders.Kind {
	var kinds []orders.Kind
	for _, kind := range orders.Kinds {
		if kind.Group == group {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// href is a kind's form, with the targets that were chosen before.
func (v KindsView) href(kind orders.Kind) string {
	path := "/orders/new/" + kind.Name()
	if len(v.Targets) > 0 {
		path += "?" + v.Targets.Encode()
	}
	return path
}

func (v KindsView) sub() string {
	switch n := len(v.Targets["desktop_ids"]) + len(v.Targets["desktop_id"]); {
	case n == 1:
		return "What shall happen to the chosen desktop?"
	case n > 1:
		return fmt.Sprintf("What shall happen to the %d chosen desktops?", n)
	case v.Targets.Get("desktop_pool_id") != "":
		return "What shall happen to the chosen pool?"
	}
	return "Nothing is ordered before you have seen what changes and what it costs."
}

// groupIcons tell the groups apart at a glance.
var groupIcons = map[orders.Group]string{orders.GroupBuy: "plus", orders.GroupResize: "cpu", orders.GroupDisks: "hard-drive",
	orders.GroupImages: "image", orders.GroupNetwork: "globe", orders.GroupCollab: "share", orders.GroupBilling: "calendar"}

func kindIcon(kind orders.Kind) string {
	if kind.Group == orders.GroupBuy && kind.Door == cloud.DoorSubscribe {
		switch kind.Type {
		case "createDesktops":
			return "monitor"
		case "createDesktopPool", "expandDesktopPool":
			return "layers"
		case "createExclusiveHosts":
			return "server"
		}
	}
	return groupIcons[kind.Group]
}
