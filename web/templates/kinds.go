package templates

import (
	"context"
	"slices"
	"strings"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/field"
)

// kindsOf are the kinds of a group that can be shown, in the table's order.
func (v KindsView) kindsOf(group orders.Group) []orders.Kind {
	var kinds []orders.Kind
	for _, kind := range orders.Kinds {
		if kind.Group == group && v.takes(kind) {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// chosen tells that the address names targets.
func (v KindsView) chosen() bool {
	return len(v.desktops()) > 0 || len(v.Targets["desktop_pool_id"]) > 0
}

func (v KindsView) desktops() []string {
	return slices.Concat(v.Targets["desktop_id"], v.Targets["desktop_ids"])
}

// takes tells that a kind's form has a place for what was chosen: a pool, one desktop, or as many.
func (v KindsView) takes(kind orders.Kind) bool {
	if !v.chosen() {
		return true
	}
	desktops := len(v.desktops())
	return hasInput(field.Describe(kind.New()), func(in field.Input) bool {
		switch {
		case in.Picker == field.PickPool && in.Kind == field.Text && !in.SDKOnly:
			// each batch door takes what the other does, but people look for it at its own
			return desktops == 0 && kind.Door != cloud.DoorBatchDesktop
		case in.Picker != field.PickDesktop:
			return false
		case in.Kind == field.TextList:
			return desktops > 0 && kind.Door != cloud.DoorBatchPool
		}
		return desktops == 1
	})
}

// hasInput looks through the inputs of a form, those of envelopes too.
func hasInput(inputs []field.Input, fits func(field.Input) bool) bool {
	return slices.ContainsFunc(inputs, func(in field.Input) bool {
		return fits(in) || hasInput(in.Children, fits) || in.Envelope && hasInput(in.Item, fits)
	})
}

// effectKeys are the words of what an order of a kind does.
var effectKeys = []struct {
	effect orders.Effect
	key    string
}{{orders.Buys, "kinds.buys"}, {orders.Alters, "kinds.alters"}, {orders.Refunds, "kinds.refunds"}}

// effects say what an order of a kind does, in a few words.
func effects(ctx context.Context, kind orders.Kind) string {
	var words []string
	for _, e := range effectKeys {
		if kind.Effect.Has(e.effect) {
			words = append(words, T(ctx, e.key))
		}
	}
	return strings.Join(words, " · ")
}

// href is a kind's form, with the targets that were chosen before.
func (v KindsView) href(kind orders.Kind) string {
	path := "/orders/new/" + kind.Name()
	if len(v.Targets) > 0 {
		path += "?" + v.Targets.Encode()
	}
	return path
}

func (v KindsView) sub(ctx context.Context) string {
	switch n := len(v.desktops()); {
	case n > 0:
		return T(ctx, "kinds.for_desktops", "n", n)
	case v.Targets.Get("desktop_pool_id") != "":
		return T(ctx, "kinds.for_pool")
	}
	return T(ctx, "kinds.sub")
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
