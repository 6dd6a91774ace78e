package templates

import (
	"net/url"
	"slices"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

// HostsView is a page of exclusive hosts.
type HostsView struct {
	InventoryView
	Items []HostRow
	// Offers are what can be ordered for hosts.
	Offers []orders.Offer
	Zones  []Option
}

// HostRow is one exclusive host of the list.
type HostRow struct {
	cloud.Host
	Team string // empty is nobody's
	// Known tells that it was bought with an order of this console.
	Known bool
}

var hostFilters = []string{"q", "team", "state", "product_id", "availability_zone", "enterprise_project_id"}

// hostColumns are the columns that can be chosen, in their order.
var hostColumns = []column{{"product_id", "inventory.specification", "product_id"}, {"instance_total", "hosts.desktops", ""},
	{"state", "inventory.state", "state"}, {"availability_zone", "desktops.zone", ""}, {"team", "desktops.team", ""}, {"order_id", "hosts.order", ""}}

var usualHostColumns = []string{"product_id", "instance_total", "state", "availability_zone", "order_id"}

// HostColumns are those of some names that there are, in the list's order; the usual ones when none is.
func HostColumns(names []string) []string { return chosenColumns(hostColumns, usualHostColumns, names) }

// choosable are the columns that tell something to whoever reads.
func (v HostsView) choosable() []column {
	return slices.DeleteFunc(slices.Clone(hostColumns), func(c column) bool { return c.name == "team" && len(v.Teams) == 0 })
}

var hostStates = []choice{{"available", "hosts.available"}, {"fault", "hosts.fault"}, {"released", "hosts.released"}}

var hostLooks = map[string]stateLook{"available": {Good, "hosts.available"}, "fault": {Bad, "hosts.fault"}, "released": {Quiet, "hosts.released"}}

// ofHost names what another host of the sort is made of, in the query of its form. The form that changes how many desktops one is
// laid out for takes the ID of its desktop, which the cloud does not tell with the host.
func ofHost(h cloud.Host) func(orders.Kind) string {
	return func(kind orders.Kind) string {
		if kind.Type != "createExclusiveHosts" {
			return ""
		}
		return url.Values{"product_id": {h.ProductID}, "availability_zone": {h.AvailabilityZone}}.Encode()
	}
}

// boughtWithOrder finds an order of the cloud's among this console's.
func boughtWithOrder(cloudOrder string) string {
	return "/orders?" + url.Values{"q": {cloudOrder}}.Encode()
}
