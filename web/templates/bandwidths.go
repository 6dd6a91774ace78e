package templates

import (
	"net/url"
	"slices"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

// BandwidthsView is a page of Workspace bandwidths.
type BandwidthsView struct {
	InventoryView
	Items []BandwidthRow
	// Subnets are all there are; Offers what can be ordered for one that has no bandwidth.
	Subnets []orders.Subnet
	Offers  []orders.Offer
}

// BandwidthRow is one Workspace bandwidth of the list.
type BandwidthRow struct {
	cloud.Bandwidth
	Team string // empty is nobody's
	// Known tells that it was bought with an order of this console.
	Known bool
}

var bandwidthFilters = []string{"q", "team", "charge_mode", "status", "enterprise_project_id"}

// bandwidthColumns are the columns that can be chosen, in their order.
var bandwidthColumns = []column{{"size", "bandwidths.size", "size"}, {"charge_mode", "inventory.billing", ""}, {"subnet_id", "bandwidths.subnet", ""},
	{"status", "inventory.state", ""}, {"team", "desktops.team", ""}, {"order_id", "hosts.order", ""}}

var usualBandwidthColumns = []string{"size", "charge_mode", "subnet_id", "status", "order_id"}

// BandwidthColumns are those of some names that there are, in the list's order; the usual ones when none is.
func BandwidthColumns(names []string) []string {
	return chosenColumns(bandwidthColumns, usualBandwidthColumns, names)
}

// choosable are the columns that tell something to whoever reads.
func (v BandwidthsView) choosable() []column {
	return slices.DeleteFunc(slices.Clone(bandwidthColumns), func(c column) bool { return c.name == "team" && len(v.Teams) == 0 })
}

var (
	bandwidthModes = []choice{{"wks_bandwidth", "choice.charge_mode.wks_bandwidth"}, {"wks_traffic", "bandwidths.by_traffic"}, {"free", "bandwidths.free"}}
	// bandwidthLooks are the states that the cloud was seen to tell.
	bandwidthLooks  = map[string]stateLook{"ACTIVE": {Good, "bandwidths.active"}}
	bandwidthStates = []choice{{"ACTIVE", "bandwidths.active"}}
)

// subnet is one that is there, or else its ID alone.
func (v BandwidthsView) subnet(id string) cloud.Subnet {
	for _, n := range v.Subnets {
		if n.ID == id {
			return n.Subnet
		}
	}
	return cloud.Subnet{ID: id, Name: shortID(id)}
}

// without are the subnets that have no bandwidth.
func (v BandwidthsView) without() []orders.Subnet {
	return slices.DeleteFunc(slices.Clone(v.Subnets), func(n orders.Subnet) bool { return n.HasBandwidth })
}

// ofSubnet names a subnet in the query of a form.
func ofSubnet(id string) func(orders.Kind) string {
	return func(orders.Kind) string { return url.Values{"subnet_id": {id}}.Encode() }
}

func subnetOrders(id string) string {
	return "/orders?" + url.Values{"target": {"subnet:" + id}}.Encode()
}
