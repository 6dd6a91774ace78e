package templates

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

// DesktopsView is a page of desktops.
type DesktopsView struct {
	InventoryView
	Items []DesktopRow
	// Selection is what is selected, on this page and on others.
	Selection SelectionView
	// Problem is why the last step of ticking was not taken; empty: it was, or there was none.
	Problem string
}

// DesktopRow is one desktop of the list.
type DesktopRow struct {
	cloud.Desktop
	Team string // empty is nobody's
	// Order is the open order that touches it; empty: none.
	Order    string
	Selected bool
	Offers   []orders.Offer
}

// SelectionView is what somebody has ticked.
type SelectionView struct {
	// ID is the selection's; Kept tells that it is there already.
	ID   string
	Kept bool
	orders.Standing
	Offers []orders.Offer
}

// desktopFilters are the names of the filters in the URL.
var desktopFilters = []string{"q", "team", "status", "charge_mode", "desktop_type", "product_id", "image_id", "pool_id", "enterprise_project_id",
	"expires", "expire_from", "expire_until", "tag", "selected"}

// desktopColumns are the columns that can be chosen, in their order.
var desktopColumns = []column{{"user_name", "desktops.user", "user_name"}, {"pool_id", "desktops.pool", ""}, {"team", "desktops.team", ""},
	{"product_id", "inventory.specification", "product_id"}, {"image_id", "desktops.image", ""}, {"disks", "inventory.disks", ""},
	{"status", "inventory.state", "status"}, {"charge_mode", "inventory.billing", ""}, {"expire_time", "inventory.expires", "expire_time"},
	{"ip_addresses", "desktops.address", ""}, {"tags", "desktops.tags", ""}, {"availability_zone", "desktops.zone", ""}, {"created", "desktops.created", "created"}}

// usualDesktopColumns are shown when none are chosen.
var usualDesktopColumns = []string{"user_name", "pool_id", "product_id", "disks", "status", "expire_time"}

// DesktopColumns are those of some names that there are, in the list's order; the usual ones when none is.
func DesktopColumns(names []string) []string {
	return chosenColumns(desktopColumns, usualDesktopColumns, names)
}

func chosenColumns(all []column, usual, names []string) []string {
	var chosen []string
	for _, c := range all {
		if slices.Contains(names, c.name) {
			chosen = append(chosen, c.name)
		}
	}
	if len(chosen) == 0 {
		return usual
	}
	return chosen
}

// shown are the columns of a list that are shown.
func (v InventoryView) shown(all []column) []column {
	var shown []column
	for _, c := range all {
		if v.shows(c.name) {
			shown = append(shown, c)
		}
	}
	return shown
}

// shownIDs are the desktops of this page, as /desktops/select reads them.
func (v DesktopsView) shownIDs() string {
	ids := make([]string, len(v.Items))
	for i, d := range v.Items {
		ids[i] = d.DesktopID
	}
	return strings.Join(ids, ",")
}

// list is the list's address without its path, as the form of the selection carries it: what is selected is no part of it.
func (v DesktopsView) list() string {
	q := url.Values{}
	for name, values := range v.Query {
		if name != "selection" && name != "desktop_ids" {
			q[name] = values
		}
	}
	return q.Encode()
}

// imageName is the name of a desktop's image.
func (v DesktopsView) imageName(id string) string { return nameOf(v.Images, id) }

// offered are what can be ordered for what is selected, and what cannot.
func (s SelectionView) offered(ctx context.Context) []offerLink {
	return offerLinks(ctx, s.Offers, func(orders.Kind) string { return "" })
}

// Possible are the offers without an obstacle.
func possible(offers []offerLink) []offerLink {
	return slices.DeleteFunc(slices.Clone(offers), func(o offerLink) bool { return o.why != "" })
}

// unsavedKinds are what can be asked for before anything is kept: without scripts what is ticked is known only when a button is
// pressed, and whether it is possible is said then.
var unsavedKinds = []string{"batch-desktop/RESIZE", "batch-desktop/ADD_VOLUME", "batch-desktop/EXTEND_VOLUME", "batch-desktop/CHANGE_IMAGE",
	"batch-desktop/ADD_SUB_RESOURCES", "batch-desktop/DELETE_SUB_RESOURCES"}

func unsavedOffers(ctx context.Context, names []string) []offerLink {
	var offers []orders.Offer
	for _, name := range names {
		if kind, ok := orders.KindNamed(name); ok {
			offers = append(offers, orders.Offer{Kind: kind})
		}
	}
	return offerLinks(ctx, offers, func(orders.Kind) string { return "" })
}

func desktopPage(id string) string { return "/desktops/" + url.PathEscape(id) }

func desktopOrders(id string) string {
	return "/orders?" + url.Values{"target": {"desktop:" + id}}.Encode()
}

// desktopLine is a desktop in one line: whose it is and how large.
func desktopLine(d cloud.Desktop) string {
	if d.UserName == "" {
		return specification(d.Product)
	}
	return strings.Join([]string{d.UserName, specification(d.Product)}, " · ")
}

// clearing takes filters away in listAddress.
func clearing(names []string) []string {
	pairs := make([]string, 0, 2*len(names))
	for _, name := range names {
		pairs = append(pairs, name, "")
	}
	return pairs
}

// filterTeams are the teams to filter by, for those who see more than one.
func (v InventoryView) filterTeams(ctx context.Context) []Option {
	if len(v.Teams) == 0 {
		return nil
	}
	return v.teamOptions(ctx)
}

// choosable are the columns that tell something to whoever reads: that of the team only to those who see several.
func (v DesktopsView) choosable() []column {
	return slices.DeleteFunc(slices.Clone(desktopColumns), func(c column) bool { return c.name == "team" && len(v.Teams) == 0 })
}
