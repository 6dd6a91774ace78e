package templates

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

// InventoryAge is how old the cached inventory is.
type InventoryAge struct {
	// Refreshed is when it was last read, zero when never; Problem is why the last try failed.
	Refreshed time.Time
	Problem   string
	Now       time.Time
}

// InventoryView is what all lists of the inventory have.
type InventoryView struct {
	// Total is how many there are, counted up to 1,001.
	Total int
	Query url.Values
	Age   InventoryAge
	Pager PagerView
	Saved SavedViewsView
	// MayPlace tells that whoever reads may order.
	MayPlace bool
	// Products, Images and Pools are what can be filtered by; Teams is filled in for those who see every team's.
	Products, Images, Pools, Teams []Option
	// Columns are those that are shown, by name.
	Columns []string
}

func anySet(query url.Values, names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return query.Get(name) != "" })
}

// listAddress is a list's address with some values of its query changed, name and value in turn; an empty value takes one away.
// Another filter or order begins at the first page.
func listAddress(path string, query url.Values, pairs ...string) string {
	q := url.Values{}
	for name, values := range query {
		if name != "after" {
			q[name] = values
		}
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if q.Del(pairs[i]); pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// sortHead is the head of a column: its link sorts by it, or the other way round.
func (v InventoryView) sortHead(ctx context.Context, path, usual string, c column) SortView {
	head := SortView{Label: T(ctx, c.key), Num: c.numeric()}
	sorted, sort := v.Query.Get("sort"), c.sort
	if sorted == "" {
		sorted = usual
	}
	switch sorted {
	case c.sort:
		head.Sorted, sort = "ascending", "-"+c.sort
	case "-" + c.sort:
		head.Sorted = "descending"
	}
	head.Href = listAddress(path, v.Query, "sort", sort)
	return head
}

// shows tells that a column is there.
func (v InventoryView) shows(column string) bool { return slices.Contains(v.Columns, column) }

// nameOf is what people know a value of a picker by; its short ID when the inventory does not tell.
func nameOf(options []Option, id string) string {
	for _, option := range options {
		if option.Value == id && option.Label != "" {
			return option.Label
		}
	}
	return shortID(id)
}

// stateLook is how a state of a desktop or pool shows; the word is a message's key.
type stateLook struct {
	tone Tone
	key  string
}

var desktopLooks = map[string]stateLook{"ACTIVE": {Good, "inventory.state_active"}, "SHUTOFF": {Quiet, "inventory.state_shutoff"},
	"HIBERNATED": {Quiet, "inventory.state_hibernated"}, "ERROR": {Bad, "inventory.state_error"}, StateFrozen: {Bad, "inventory.state_frozen"}}

// StateFrozen stands in filters by state for what is frozen, whatever its state on the wire.
const StateFrozen = "FROZEN"

var poolLooks = map[string]stateLook{"STEADY": {Good, "inventory.pool_steady"}, "TEMPORARY": {Info, "inventory.pool_temporary"},
	"EXIST_FROZEN": {Bad, "inventory.pool_exist_frozen"}, "UNKNOWN": {Quiet, "inventory.pool_unknown"}}

// stateBadge shows a state; one that is not known is called by its name on the wire.
func stateBadge(ctx context.Context, looks map[string]stateLook, state string) (tone Tone, word string) {
	if look, ok := looks[state]; ok {
		return look.tone, T(ctx, look.key)
	}
	return Quiet, state
}

func desktopState(d cloud.Desktop) string {
	if d.IsFreeze {
		return StateFrozen
	}
	return d.Status
}

// choice is a value of a filter with its message's key.
type choice struct{ value, key string }

var (
	desktopStates = []choice{{"ACTIVE", "inventory.state_active"}, {"SHUTOFF", "inventory.state_shutoff"}, {"HIBERNATED", "inventory.state_hibernated"},
		{"ERROR", "inventory.state_error"}, {StateFrozen, "inventory.state_frozen"}}
	chargeModes  = []choice{{cloud.ChargeModePeriod, "inventory.period"}, {cloud.ChargeModeMetered, "inventory.metered"}}
	desktopTypes = []choice{{cloud.DesktopDedicated, "inventory.type_dedicated"}, {cloud.DesktopShared, "inventory.type_shared"},
		{cloud.DesktopPooled, "inventory.type_pooled"}}
	poolTypes  = []choice{{"DYNAMIC", "inventory.pool_dynamic"}, {"STATIC", "inventory.pool_static"}}
	poolStates = []choice{{"STEADY", "inventory.pool_steady"}, {"TEMPORARY", "inventory.pool_temporary"}, {"EXIST_FROZEN", "inventory.pool_exist_frozen"}}
	expiries   = []int{7, 30, 90}
)

// choiceOptions are a filter's values in the reader's language.
func choiceOptions(ctx context.Context, choices []choice) []Option {
	options := make([]Option, len(choices))
	for i, c := range choices {
		options[i] = Option{Value: c.value, Label: T(ctx, c.key)}
	}
	return options
}

// wordOf is what people call a value of a list; a value that is not in it is called by itself.
func wordOf(ctx context.Context, choices []choice, value string) string {
	for _, c := range choices {
		if c.value == value {
			return T(ctx, c.key)
		}
	}
	return value
}

// expiryOptions are the spans in which something may expire.
func expiryOptions(ctx context.Context) []Option {
	var options []Option
	for _, days := range expiries {
		options = append(options, Option{Value: strconv.Itoa(days), Label: T(ctx, "inventory.within_days", "n", days)})
	}
	return options
}

// teamOptions are the teams, and nobody's.
func (v InventoryView) teamOptions(ctx context.Context) []Option {
	return append(slices.Clone(v.Teams), Option{Value: orders.NoTeam, Label: T(ctx, "inventory.no_team")})
}

func optionWords(o Option) string {
	if o.Label != "" {
		return o.Label
	}
	return o.Value
}

// specification is a product's size in words: "8 vCPU 32 GB"; what the cloud says of it, or its ID, where the size is
// not told.
func specification(p cloud.DesktopProduct) string {
	megabytes, err := strconv.Atoi(p.Memory)
	switch {
	case p.CPU != "" && err == nil && megabytes%1024 == 0:
		return p.CPU + " vCPU " + strconv.Itoa(megabytes/1024) + " GB"
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
func soonWords(ctx context.Context, t, now time.Time) string {
	if t.Before(now) {
		return T(ctx, "inventory.expired")
	}
	if days := int(t.Sub(now).Hours() / 24); days > 0 {
		return T(ctx, "inventory.expires_in", "n", days)
	}
	return T(ctx, "inventory.expires_today")
}

// shortID is the beginning of an ID, enough to search by; the whole one is in the title.
func shortID(id string) string {
	if len(id) <= 13 {
		return id
	}
	return id[:13] + "…"
}
