package templates

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"workspace-order-console/internal/cloud"
)

// InventoryAge is how old the cached inventory is.
type InventoryAge struct {
	// Refreshed is when it was last read, zero when never; Problem is why the last try failed.
	Refreshed time.Time
	Problem   string
	Now       time.Time
}

// DesktopsView is a page of desktops.
type DesktopsView struct {
	Items []cloud.Desktop
	Total int
	Query url.Values
	Age   InventoryAge
	Pager PagerView
	// Selected are the desktops that the URL names as chosen.
	Selected                []string
	Products, Images, Pools []Option
	MayPlace                bool
}

// desktopFilters are the names of the filters in the URL.
var desktopFilters = []string{"q", "status", "charge_mode", "desktop_type", "product_id", "image_id", "pool_id", "enterprise_project_id"}

func anySet(query url.Values, names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return query.Get(name) != "" })
}

// totalWords says how many there are; lists are counted up to 1,001.
func totalWords(total int, one, many string) string {
	switch {
	case total == 1:
		return "1 " + one
	case total > 1000:
		return "More than 1,000 " + many
	}
	return strconv.Itoa(total) + " " + many
}

// sortHead is the head of a column: its link sorts by it, or the other way round.
func (v DesktopsView) sortHead(column, label string) SortView {
	query := url.Values{}
	for name, values := range v.Query {
		if name != "after" {
			query[name] = values
		}
	}
	head := SortView{Label: label}
	sorted := v.Query.Get("sort")
	if sorted == "" {
		sorted = "computer_name"
	}
	switch sorted {
	case column:
		head.Sorted = "ascending"
		query.Set("sort", "-"+column)
	case "-" + column:
		head.Sorted = "descending"
		query.Set("sort", column)
	default:
		query.Set("sort", column)
	}
	head.Href = "/desktops?" + query.Encode()
	return head
}

// pooledOnly tells that the list shows desktops of pools alone: their changes go through the pools' door.
func (v DesktopsView) pooledOnly() bool {
	return v.Query.Get("pool_id") != "" || v.Query.Get("desktop_type") == cloud.DesktopPooled
}

// change is a change that desktops can have together.
type change struct{ typ, word string }

var bulkChanges = []change{{"RESIZE", "Resize"}, {"ADD_VOLUME", "Add disk"}, {"EXTEND_VOLUME", "Extend disk"},
	{"CHANGE_IMAGE", "Change image"}, {"ADD_SUB_RESOURCES", "Add collaboration"}, {"DELETE_SUB_RESOURCES", "Remove collaboration"}}

// bulkAction is the form of a change for the chosen desktops.
func (v DesktopsView) bulkAction(c change) string {
	if v.pooledOnly() {
		return "/orders/new/batch-pool/" + c.typ
	}
	return "/orders/new/batch-desktop/" + c.typ
}

// desktopChanges are the changes that one desktop can have.
func desktopChanges(d cloud.Desktop) []Link {
	one, many := "desktop_id="+url.QueryEscape(d.DesktopID), "desktop_ids="+url.QueryEscape(d.DesktopID)
	batch := "/orders/new/batch-desktop/"
	if d.Pooled() {
		batch = "/orders/new/batch-pool/"
	}
	var links []Link
	if d.Product.ChargeMode == cloud.ChargeModeMetered {
		links = append(links, Link{Text: "Convert to yearly/monthly", Href: "/orders/new/change/meteredToPeriod?" + one, Icon: "calendar"})
	}
	if !d.Pooled() {
		links = append(links,
			Link{Text: "Resize", Href: "/orders/new/change/resizeDesktops?" + one, Icon: "cpu"},
			Link{Text: "Expand a disk", Href: "/orders/new/change/expandVolumes?" + one, Icon: "expand"},
			Link{Text: "Add disks", Href: "/orders/new/subscribe/addVolumes?" + one, Icon: "hard-drive"},
			Link{Text: "Internet access", Href: "/orders/new/subscribe/applyDesktopsInternet?" + many, Icon: "globe"},
			Link{Text: "Recompose system disk", Href: "/orders/new/subscribe/rebuildDesktops?" + many, Icon: "refresh"})
	} else {
		links = append(links,
			Link{Text: "Resize", Href: batch + "RESIZE?" + many, Icon: "cpu"},
			Link{Text: "Add a disk", Href: batch + "ADD_VOLUME?" + many, Icon: "hard-drive"},
			Link{Text: "Extend a disk", Href: batch + "EXTEND_VOLUME?" + many, Icon: "expand"})
	}
	links = append(links, Link{Text: "Change image", Href: batch + "CHANGE_IMAGE?" + many, Icon: "image"})
	if d.ShareResourceSKU == "" {
		links = append(links, Link{Text: "Add collaboration", Href: batch + "ADD_SUB_RESOURCES?" + many, Icon: "share"})
	} else {
		links = append(links, Link{Text: "Remove collaboration", Href: batch + "DELETE_SUB_RESOURCES?" + many, Icon: "undo"})
	}
	return append(links,
		Link{Text: "Its orders", Href: "/orders?" + url.Values{"target": {"desktop:" + d.DesktopID}}.Encode(), Icon: "list"})
}

// poolChanges are the changes that a pool can have.
func poolChanges(p cloud.Pool) []Link {
	query := "?desktop_pool_id=" + url.QueryEscape(p.ID)
	return []Link{
		{Text: "More desktops", Href: "/orders/new/subscribe/expandDesktopPool" + query, Icon: "plus"},
		{Text: "Resize", Href: "/orders/new/batch-pool/RESIZE" + query, Icon: "cpu"},
		{Text: "Add a disk", Href: "/orders/new/batch-pool/ADD_VOLUME" + query, Icon: "hard-drive"},
		{Text: "Extend a disk", Href: "/orders/new/batch-pool/EXTEND_VOLUME" + query, Icon: "expand"},
		{Text: "Change image", Href: "/orders/new/batch-pool/CHANGE_IMAGE" + query, Icon: "image"},
		{Text: "Add collaboration", Href: "/orders/new/batch-pool/ADD_SUB_RESOURCES" + query, Icon: "share"},
		{Text: "Remove collaboration", Href: "/orders/new/batch-pool/DELETE_SUB_RESOURCES" + query, Icon: "undo"},
		{Text: "Its orders", Href: "/orders?" + url.Values{"target": {"pool:" + p.ID}}.Encode(), Icon: "list"},
	}
}

// desktopLooks are the states of a desktop.
var desktopLooks = map[string]badgeLook{"ACTIVE": {Good, "", "Running"}, "SHUTOFF": {Quiet, "", "Stopped"},
	"HIBERNATED": {Quiet, "", "Hibernated"}, "ERROR": {Bad, "", "Error"}}

func lookOfDesktop(d cloud.Desktop) badgeLook {
	if d.IsFreeze {
		return badgeLook{Bad, "", "Frozen"}
	}
	if look, ok := desktopLooks[d.Status]; ok {
		return look
	}
	return badgeLook{Quiet, "", d.Status}
}

// poolLooks are the states of a pool.
var poolLooks = map[string]badgeLook{"STEADY": {Good, "", "Steady"}, "TEMPORARY": {Info, "", "Changing"}, "EXIST_FROZEN": {Bad, "", "Has frozen desktops"}}

func lookOfPool(p cloud.Pool) badgeLook {
	if look, ok := poolLooks[p.Status]; ok {
		return look
	}
	return badgeLook{Quiet, "", p.Status}
}

// specification is a product's size in words: "8 vCPU 32 GB"; what the cloud says of it, or its ID, where the size is
// not told.
func specification(p cloud.DesktopProduct) string {
	megabytes, err := strconv.Atoi(p.Memory)
	switch {
	case p.CPU != "" && err == nil && megabytes%1024 == 0:
		return fmt.Sprintf("%s vCPU %d GB", p.CPU, megabytes/1024)
	case p.Descriptions != "":
		return p.Descriptions
	}
	return p.ProductID
}

// specificationMore is what the cloud says of a product beyond its size: "NVIDIA T4 16 GB · Windows". The words are the
// cloud's; only the parts that say the size again, which come first, are left out.
func specificationMore(p cloud.DesktopProduct) string {
	parts := strings.Split(p.Descriptions, "|")
	if len(parts) < 3 || specification(p) == p.Descriptions {
		return ""
	}
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return strings.Join(parts[2:], " · ")
}

// poolName is what people know a pool by; its short ID when the inventory does not tell.
func (v DesktopsView) poolName(id string) string {
	for _, option := range v.Pools {
		if option.Value == id && option.Label != "" {
			return option.Label
		}
	}
	return shortID(id)
}

// desktopLine is a desktop in one line: whose it is and how large.
func desktopLine(d cloud.Desktop) string {
	if d.UserName == "" {
		return specification(d.Product)
	}
	return d.UserName + " · " + specification(d.Product)
}

// disks are sizes of a desktop's or pool's disks: the system disk first.
func disks(root cloud.Volume, data []cloud.Volume) string {
	sizes := []string{strconv.Itoa(root.Size)}
	for _, volume := range data {
		sizes = append(sizes, strconv.Itoa(volume.Size))
	}
	return strings.Join(sizes, " + ") + " GB"
}

// diskTypes name the disks' types, each once.
func diskTypes(root cloud.Volume, data []cloud.Volume) string {
	types := []string{root.Type}
	for _, volume := range data {
		if !slices.Contains(types, volume.Type) {
			types = append(types, volume.Type)
		}
	}
	return strings.Join(types, ", ")
}

// expiry is when a subscription ends, zero when it has no end or the cloud's text is no time.
func expiry(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}
	}
	return t
}

// soon tells that a moment is near or gone: 30 days.
func soon(t, now time.Time) bool { return !t.IsZero() && t.Sub(now) < 30*24*time.Hour }

// soonWords says the same as the colour does.
func soonWords(t, now time.Time) string {
	days := int(t.Sub(now).Hours() / 24)
	switch {
	case t.Before(now):
		return "Expired"
	case days == 0:
		return "Expires within a day"
	}
	return "Expires in " + things(days, "day", "days")
}

// PoolsView is a page of pools.
type PoolsView struct {
	Items    []cloud.Pool
	Total    int
	Query    url.Values
	Age      InventoryAge
	Pager    PagerView
	MayPlace bool
}

var poolFilters = []string{"q", "type", "status", "enterprise_project_id"}

func used(p cloud.Pool) string { return fmt.Sprintf("%d of %d in use", p.DesktopUsed, p.DesktopCount) }

// wordOf is what people call a value of a list; a value that is not in it is called by itself.
func wordOf(options []Option, value string) string {
	for _, option := range options {
		if option.Value == value {
			return option.Label
		}
	}
	return value
}

func optionWords(o Option) string {
	if o.Label != "" {
		return o.Label
	}
	return o.Value
}

var (
	desktopStates = []Option{{"ACTIVE", "Running"}, {"SHUTOFF", "Stopped"}, {"HIBERNATED", "Hibernated"}, {"ERROR", "Error"}}
	chargeModes   = []Option{{cloud.ChargeModePeriod, "Yearly/monthly"}, {cloud.ChargeModeMetered, "Pay-per-use"}}
	desktopTypes  = []Option{{cloud.DesktopDedicated, "One user"}, {cloud.DesktopShared, "Several users"}, {cloud.DesktopPooled, "Of a pool"}}
	poolTypes     = []Option{{"DYNAMIC", "Dynamic"}, {"STATIC", "Static"}}
	poolStates    = []Option{{"STEADY", "Steady"}, {"TEMPORARY", "Changing"}, {"EXIST_FROZEN", "Has frozen desktops"}}
)

// shortID is the beginning of an ID, enough to search by; the whole one is in the title.
func shortID(id string) string {
	if len(id) <= 13 {
		return id
	}
	return id[:13] + "…"
}
