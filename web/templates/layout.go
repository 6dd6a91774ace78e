package templates

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders"
)

// Nav names an item of the navigation.
type Nav string

// The items of the navigation.
const (
	NavOverview  Nav = "overview"
	NavDesktops  Nav = "desktops"
	NavPools     Nav = "pools"
	NavNewOrder  Nav = "new"
	NavOrders    Nav = "orders"
	NavApprovals Nav = "approvals"
	NavBudgets   Nav = "budgets"
	NavAudit     Nav = "audit"
	NavTeams     Nav = "teams"
	NavKeys      Nav = "keys"
	NavSettings  Nav = "settings"
)

// User is who is signed in; an empty name means nobody.
type User struct {
	Name string
	Role string                 // as people read it: "admin", "buyer", "auditor"
	Team string                 // may be empty
	May  func(auth.Action) bool // nil: nothing that is not for everybody
	// Teams are those of a member of several, who can choose; Unpicked tells that they have not chosen yet.
	Teams    []auth.Membership
	Unpicked bool
}

// may tells whether something is offered to them.
func (u User) may(action auth.Action) bool { return action == "" || u.May != nil && u.May(action) }

// nav are the lines of a navigation that are for them.
func (u User) nav(items []navItem) []navItem {
	var list []navItem
	for _, item := range items {
		if u.may(item.may) {
			list = append(list, item)
		}
	}
	return list
}

// offered are those of some links that lead where they may go.
func (u User) offered(links ...Link) []Link {
	return slices.DeleteFunc(links, func(link Link) bool {
		path, _, _ := strings.Cut(link.Href, "?")
		for _, item := range slices.Concat(mainNav, listNav, adminNav) {
			if path == item.href || item.href != "/" && strings.HasPrefix(path, item.href+"/") && item.nav != NavOrders {
				return !u.may(item.may)
			}
		}
		return false
	})
}

// Page is what the frame needs to know; every page has one.
type Page struct {
	Title     string // of the browser's tab; the console's name is added
	Nav       Nav    // the active item; may be empty
	User      User
	Cloud     string // "embedded" or "huaweicloud"
	Region    string
	ProjectID string
	Theme     string // "light", "dark", "system" or empty
	Density   string // "compact", or else comfortable
	Query     string // what the search field shows
	Notice    NoticeView
	RequestID string
	// ToDecide is how many requests wait for their decision.
	ToDecide int
}

// count is the number beside a line of the navigation, "" for none.
func (p Page) count(nav Nav) string {
	switch {
	case nav != NavApprovals || p.ToDecide == 0:
		return ""
	case p.ToDecide >= orders.MostToDecide:
		return strconv.Itoa(orders.MostToDecide-1) + "+"
	}
	return strconv.Itoa(p.ToDecide)
}

// navItem is a line of the navigation: word is its message, key the letter after "g".
type navItem struct {
	nav              Nav
	href, icon, word string
	key              string
	may              auth.Action // empty: for everybody
}

var mainNav = []navItem{
	{NavOverview, "/", "home", "layout.nav_overview", "h", auth.ViewOrders},
	{NavDesktops, "/desktops", "monitor", "layout.nav_desktops", "d", auth.ViewInventory},
	{NavPools, "/pools", "layers", "layout.nav_pools", "p", auth.ViewInventory},
	{NavNewOrder, "/orders/new", "plus", "layout.nav_new", "n", auth.PlaceOrders},
	{NavOrders, "/orders", "list", "layout.nav_orders", "o", auth.ViewOrders},
	{NavApprovals, "/approvals", "check", "layout.nav_approvals", "v", auth.ViewOrders},
	{NavBudgets, "/budgets", "wallet", "layout.nav_budgets", "b", auth.ViewOrders},
	{NavAudit, "/audit", "shield", "layout.nav_audit", "a", auth.ViewAudit},
}

// listNav are the lists of the inventory that are no lines of the navigation: InventoryTabs and the palette lead there.
var listNav = []navItem{
	{NavDesktops, "/disks", "hard-drive", "disks.title", "", auth.ViewInventory},
	{NavDesktops, "/hosts", "server", "hosts.title", "", auth.ViewInventory},
	{NavDesktops, "/bandwidths", "network", "bandwidths.title", "", auth.ViewInventory},
}

// tabs are all lists of the inventory.
func (u User) tabs() []navItem {
	lists := slices.DeleteFunc(slices.Clone(mainNav), func(item navItem) bool { return item.nav != NavDesktops && item.nav != NavPools })
	return u.nav(append(lists, listNav...))
}

var adminNav = []navItem{
	{NavTeams, "/teams", "users", "layout.nav_teams", "t", auth.ManageTeams},
	{NavKeys, "/keys", "key", "layout.nav_keys", "k", auth.ManageKeys},
	{NavSettings, "/settings", "settings", "layout.nav_settings", "s", auth.ViewSettings},
}

// htmxConfig is what docs/adr/0003-htmx-4.md explains.
const htmxConfig = `{"prefix":"","extensions":"none","history":"reload","includeIndicatorCSS":false,` +
	`"noSwap":[204,304,401,403,404,"5xx"],"morphIgnore":["data-htmx-powered","open"]}`

func (p Page) title(ctx context.Context) string {
	if p.Title == "" {
		return T(ctx, "layout.name")
	}
	return T(ctx, "layout.title", "page", p.Title)
}

func (p Page) cloudWord(ctx context.Context) string {
	switch p.Cloud {
	case "embedded":
		return T(ctx, "layout.cloud_embedded")
	case "huaweicloud":
		return T(ctx, "layout.cloud_huawei")
	default:
		return p.Cloud
	}
}

// cloudTone sets the embedded cloud apart: there, nothing is bought.
func (p Page) cloudTone() Tone {
	if p.Cloud == "embedded" {
		return Warn
	}
	return Info
}

// place is region and project, the project's ID cut to what tells it apart; the whole one is in the title.
func (p Page) place() string {
	project := p.ProjectID
	if len(project) > 8 {
		project = project[:8] + "…"
	}
	switch {
	case p.Region == "":
		return project
	case project == "":
		return p.Region
	default:
		return p.Region + " · " + project
	}
}

func (u User) words() string {
	if u.Team == "" {
		return u.Role
	}
	return u.Role + " · " + u.Team
}

func boolText(b bool) string {
	if b {
		return "true"
	}
	return "false"
}
