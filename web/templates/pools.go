package templates

import (
	"context"
	"net/url"
	"slices"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

// PoolsView is a page of pools.
type PoolsView struct {
	InventoryView
	Items []PoolRow
	// Offers are what can be ordered for a pool.
	Offers []orders.Offer
}

// PoolRow is one pool of the list.
type PoolRow struct {
	cloud.Pool
	Team string // empty is nobody's
}

var poolFilters = []string{"q", "team", "type", "status", "charge_mode", "product_id", "image_id", "enterprise_project_id", "expires", "expire_from", "expire_until"}

// poolColumns are the columns that can be chosen, in their order.
var poolColumns = []column{{"type", "inventory.type", ""}, {"team", "desktops.team", ""}, {"desktop_count", "pools.desktops", ""},
	{"product_id", "inventory.specification", "product_id"}, {"image_id", "desktops.image", ""}, {"disks", "inventory.disks", ""},
	{"status", "inventory.state", "status"}, {"charging_mode", "inventory.billing", ""}, {"expire_time", "inventory.expires", "expire_time"},
	{"tags", "desktops.tags", ""}, {"created_time", "desktops.created", ""}}

var usualPoolColumns = []string{"desktop_count", "product_id", "disks", "status", "expire_time"}

// PoolColumns are those of some names that there are, in the list's order; the usual ones when none is.
func PoolColumns(names []string) []string { return chosenColumns(poolColumns, usualPoolColumns, names) }

// choosable are the columns that tell something to whoever reads.
func (v PoolsView) choosable() []column {
	return slices.DeleteFunc(slices.Clone(poolColumns), func(c column) bool { return c.name == "team" && len(v.Teams) == 0 })
}

// ofPool names a pool in the query of a form.
func ofPool(id string) func(orders.Kind) string {
	return func(orders.Kind) string { return url.Values{"desktop_pool_id": {id}}.Encode() }
}

func poolPage(id string) string { return "/pools/" + url.PathEscape(id) }

func poolDesktops(id string) string { return "/desktops?" + url.Values{"pool_id": {id}}.Encode() }

func poolOrders(id string) string { return "/orders?" + url.Values{"target": {"pool:" + id}}.Encode() }

// used says how many of a pool's desktops are in use.
func used(ctx context.Context, p cloud.Pool) string {
	return T(ctx, "pools.used", "used", p.DesktopUsed, "count", p.DesktopCount)
}
