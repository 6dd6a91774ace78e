package templates

import (
	"net/url"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/i18n"
	"workspace-order-console/internal/notify"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/field"
	"workspace-order-console/internal/orders/policy"
)

// nasty is what somebody calls a desktop who wants to run a script in an admin's browser.
const nasty = `"><script>alert(1)</script><img src=x onerror='alert(2)' style=x>`

func TestNamesThatAreMarkupAreShownAsTheyAre(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	query := url.Values{"q": {nasty}, "status": {nasty}, "sort": {nasty}, "pool_id": {nasty}, "actor": {nasty}, "object": {nasty},
		"enterprise_project_id": {nasty}}
	product := cloud.DesktopProduct{ProductID: nasty, Descriptions: nasty + "|" + nasty + "|" + nasty, CPU: nasty, Memory: "4096"}
	desktop := cloud.Desktop{DesktopID: nasty, ComputerName: nasty, Status: nasty, UserName: nasty, PoolID: nasty, Product: product,
		RootVolume: cloud.Volume{Type: nasty, Size: 80, VolumeID: nasty, DisplayName: nasty}, ExpireTime: nasty, OrderID: nasty, UserGroup: nasty,
		IPAddresses: []string{nasty}, Tags: []cloud.Tag{{Key: nasty, Value: nasty}}, AvailabilityZone: nasty, EnterpriseProjectID: nasty, ShareResourceSKU: nasty}
	pool := cloud.Pool{ID: nasty, Name: nasty, Type: nasty, Status: nasty, Product: product, RootVolume: cloud.Volume{Type: nasty}, Description: nasty, ImageName: nasty, Tags: []cloud.Tag{{Key: nasty}}}
	options := []Option{{Value: nasty, Label: nasty}}
	entry := audit.Entry{Seq: 1, Time: now, Actor: nasty, Door: nasty, Address: nasty, Action: nasty, Object: "order:" + nasty,
		Details: []byte(`{"reason":"</pre><script>alert(1)</script>"}`), RequestID: nasty}
	order := orders.Order{ID: nasty, Kind: nasty, State: orders.StateInDoubt, Badge: orders.Badge(nasty), Actor: nasty}
	order.Summary.Key = nasty
	age := InventoryAge{Refreshed: now, Problem: nasty, Now: now}
	say := i18n.For("")
	team := policy.Team{Name: nasty, EnterpriseProjects: []string{nasty}, Groups: map[auth.Role][]string{auth.RoleBuyer: {nasty}},
		Budget: &policy.Budget{Currency: nasty}, Approval: &policy.Approval{AlwaysFor: []string{nasty}},
		Allow: policy.Allow{Kinds: []string{nasty}, Products: []string{nasty}, Images: []string{nasty}}}

	price := decimal.NewFromInt(5)
	requested := orders.Requested{Request: orders.Request{ID: nasty, Team: nasty, State: orders.RequestAwaiting, Hash: nasty, Amount: &price, Currency: nasty, Actor: nasty, Principal: nasty + "x",
		Why: []field.Message{field.Say(nasty)}, Needed: 2, Reason: nasty, Calls: []orders.Call{{OrderID: nasty}, {OrderID: "other"}},
		Decisions: []orders.Decision{{Approver: nasty, OnBehalfOf: nasty, Approve: true, Reason: nasty, Amount: &price, Currency: nasty, Void: true}}},
		Orders: []orders.Order{order, {ID: "other", Body: []byte(nasty)}}, MayDecide: true, OnBehalfOf: nasty, MayWithdraw: true}
	status := orders.BudgetStatus{BudgetMonth: orders.BudgetMonth{Team: nasty, Month: nasty, Currency: nasty, Reserved: price}, Limit: &price, Soft: &price}
	requested.Budget, requested.After = &status, &status
	refused := orders.Obstacle{Why: field.Say(nasty), Leave: []orders.Hindrance{nasty}}
	offers := []orders.Offer{{Kind: orders.Kinds[0], Obstacle: &refused}, {Kind: orders.Kinds[1]}}
	thing := ThingView{Team: nasty, Age: age, MayPlace: true, Offers: offers, MayViewOrders: true, Orders: []orders.Order{order}, MoreOrders: true,
		Bought: &order, Image: nasty, Say: say}
	for name, page := range map[string]templ.Component{
		"desktops": DesktopsPage(signedIn(), DesktopsView{InventoryView: InventoryView{Query: query, Age: age, MayPlace: true, Products: options, Images: options,
			Pools: options, Teams: options, Columns: columnNames(desktopColumns)}, Items: []DesktopRow{{Desktop: desktop, Team: nasty, Order: nasty, Offers: offers}},
			Selection: SelectionView{ID: nasty, Kept: true, Standing: orders.Standing{Desktops: 1}, Offers: offers}, Problem: nasty}),
		"desktop": DesktopPage(signedIn(), DesktopView{ThingView: thing, Desktop: desktop, Pool: nasty, Order: nasty}),
		"pools": PoolsPage(signedIn(), PoolsView{InventoryView: InventoryView{Query: query, Age: age, MayPlace: true, Teams: options, Columns: columnNames(poolColumns)},
			Items: []PoolRow{{Pool: pool, Team: nasty}}, Offers: offers}),
		"disks": DisksPage(signedIn(), DisksView{InventoryView: InventoryView{Query: url.Values{"pool_disk_id": {nasty}}, Age: age, MayPlace: true, Pools: options, Teams: options,
			Columns: columnNames(diskColumns)}, Items: []DiskRow{{Disk: orders.DisksOf(desktop)[0], Team: nasty, Order: nasty, Offers: offers}}, Extend: "/orders/new/batch-pool/EXTEND_VOLUME"}),
		"hosts": HostsPage(signedIn(), HostsView{InventoryView: InventoryView{Query: query, Age: age, MayPlace: true, Products: options, Teams: options, Columns: columnNames(hostColumns)},
			Items:  []HostRow{{Host: cloud.Host{DedicatedHostID: nasty, Name: nasty, ProductID: nasty, AvailabilityZone: nasty, OrderID: nasty, State: nasty}, Team: nasty, Known: true}},
			Offers: offers, Zones: options}),
		"bandwidths": BandwidthsPage(signedIn(), BandwidthsView{InventoryView: InventoryView{Query: query, Age: age, MayPlace: true, Teams: options, Columns: columnNames(bandwidthColumns)},
			Items:   []BandwidthRow{{Bandwidth: cloud.Bandwidth{BandwidthID: nasty, BandwidthName: nasty, ChargeMode: nasty, SubnetID: nasty, OrderID: nasty, Status: nasty}, Team: nasty}},
			Subnets: []orders.Subnet{{Subnet: cloud.Subnet{ID: nasty, Name: nasty, CIDR: nasty}}}, Offers: offers}),
		"pool":   PoolPage(signedIn(), PoolView{ThingView: thing, Pool: pool, Desktops: []cloud.Desktop{desktop}}),
		"search": SearchPage(signedIn(), SearchView{Text: nasty, Orders: []orders.Order{order}, Desktops: []cloud.Desktop{desktop}, Pools: []cloud.Pool{pool}, MoreDesktops: true, Say: say, Now: now}),
		"audit":  AuditPage(signedIn(), AuditView{Entries: []audit.Entry{entry}, Query: query, Now: now}),
		"entry":  AuditEntryPage(signedIn(), entry),
		"keys":   KeysPage(signedIn(), KeysView{Keys: []auth.Key{{ID: nasty, Name: nasty, Role: auth.Role(nasty), CreatedBy: nasty, RevokedBy: nasty}}, Name: nasty, Role: auth.Role(nasty), Now: now}),
		"webhooks": WebhooksPage(signedIn(), WebhooksView{Webhooks: []notify.Webhook{{ID: nasty, Name: nasty, URL: nasty, CreatedBy: nasty}}, Mails: true, Counts: notify.Counts{MailError: nasty},
			Name: nasty, URL: nasty, Problems: map[string]string{"url": nasty}, Made: &notify.Webhook{Name: nasty}, Say: say, Now: now}),
		"webhook": WebhookPage(signedIn(), WebhookView{Webhook: notify.Webhook{ID: nasty, Name: nasty, URL: nasty, Team: nasty, DisabledBy: nasty, Dead: 1, Events: []notify.EventType{nasty}},
			Deliveries: []notify.Delivery{{ID: nasty, OrderID: nasty, Event: nasty, State: notify.Dead, Error: nasty}, {ID: nasty, State: notify.Pending, Error: nasty}}, Say: say, Now: now}),
		"teams": TeamsPage(signedIn(), TeamsView{Teams: []policy.Team{team}, Say: say}),
		"team": TeamFormPage(signedIn(), TeamFormView{Say: say, Name: nasty, Stamp: nasty, Values: TeamValues(team), Changed: true,
			Problems: field.Problems{{Path: nasty, Message: field.Say(nasty)}, {Path: "groups.buyer[0]", Message: field.Say(nasty)}},
			Lists:    map[string][]string{"groups.buyer": {nasty}}, Meanwhile: policy.Differences(nil, &team)}),
		"no team": TeamDeletePage(signedIn(), TeamDeleteView{Team: team, Stamp: nasty}),
		"import": TeamImportPage(signedIn(), TeamImportView{Say: say, Text: "</textarea>" + nasty, Problems: []FieldProblem{{ID: nasty, Label: nasty, Text: nasty}},
			Plan: &orders.TeamPlan{Changes: []orders.TeamChange{{Name: nasty, After: &team}}, Unchanged: []string{nasty}, Left: []string{nasty}, Stamp: nasty}}),
		"approvals": ApprovalsPage(signedIn(), ApprovalsView{View: orders.RequestsAll, State: orders.RequestState(nasty), AllTeams: true, Say: say, Now: now,
			Items: []orders.RequestItem{{Request: requested.Request, Order: order}}}),
		"no approvals": ApprovalsPage(signedIn(), ApprovalsView{View: orders.RequestsAll, State: orders.RequestState(nasty), Say: say, Now: now}),
		"decide": OrderPage(signedIn(), OrderView{Order: order, Request: &requested, Foreseen: Foreseen{Changes: []orders.Change{{Subject: nasty, What: field.Say(nasty), Before: nasty, After: nasty}}, Stopped: nasty},
			Comments: CommentsView{Items: []orders.Comment{{ID: nasty, Actor: nasty, Text: nasty}}, OrderID: nasty, Text: "</textarea>" + nasty, Problem: nasty, Now: now},
			Ballot:   BallotInput{Reject: true, Reason: "</textarea>" + nasty}, Problems: map[string]string{"reason": nasty}, Stopped: nasty, Say: say, Now: now}),
		"budgets": BudgetsPage(signedIn(), BudgetsView{Items: []orders.BudgetStatus{status}, Month: nasty}),
		"months":  BudgetHistoryPage(signedIn(), BudgetHistoryView{Team: nasty, Items: []orders.BudgetStatus{status}, MayManage: true}),
		"delegations": DelegationsPage(signedIn(), DelegationsView{Items: []orders.Delegation{{ID: nasty, Team: nasty, From: nasty, To: nasty, EndedAt: now, EndedBy: nasty}, {ID: nasty, From: nasty, To: nasty, Until: now.Add(time.Hour)}},
			Who: auth.Who{Name: nasty, Door: auth.DoorWeb}, MayDelegate: true, Teams: []string{nasty}, People: options, Team: nasty + nasty, To: nasty, Until: nasty, Problems: map[string]string{"to": nasty}, Stopped: nasty, Now: now}),
		"review": ReviewPage(signedIn(), ReviewView{Reviewed: orders.Reviewed{Draft: orders.Draft{ID: nasty, Kind: nasty, Reason: nasty}}, Say: say, ActsFor: nasty, Alone: true,
			Judged: &orders.Judgement{Team: nasty, Need: orders.Need{Approvals: 1, Why: []field.Message{field.Say(nasty)}}, Budget: &status, After: &status}}),
		"kinds":    KindsPage(signedIn(), KindsView{Targets: url.Values{"desktop_ids": {nasty}}}),
		"settings": SettingsPage(signedIn(), SettingsView{PublicURL: nasty, Quotas: []cloud.Quota{{Type: nasty, Unit: nasty}}, RefreshProblem: nasty, Now: now}),
		"overview": OverviewPage(signedIn(), OverviewView{Waiting: []Waiting{{Items: []orders.Order{order}, More: nasty}}, Moving: []orders.Order{order}, Age: age,
			Figures: &FiguresView{ByTeam: true, Now: now, Say: say, Sums: orders.Sums{SpentByTeam: []orders.Spent{{Name: nasty, Month: orders.MonthOf(now), Money: cloud.Money{Amount: decimal.NewFromInt(5), Currency: nasty}}}}}, ShowsInventory: true, Say: say, Now: now}),
	} {
		html := render(t, page)
		assert.NotContains(t, html, "<script>alert", name)
		assert.NotContains(t, html, "<img src=x", name)
		assert.NotRegexp(t, `<[a-z]+[^>"]*\son[a-z]+=`, html, name)
		assert.NotRegexp(t, `<[a-z]+[^>"]*\sstyle=`, html, name)
		if name != "kinds" {
			assert.Contains(t, html, "&lt;script&gt;", name)
		}
	}
}

func columnNames(columns []column) []string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
	}
	return names
}

func TestAProductInWords(t *testing.T) {
	t.Parallel()
	for _, p := range []struct {
		product    cloud.DesktopProduct
		size, more string
	}{
		{cloud.DesktopProduct{ProductID: "x", CPU: "8", Memory: "32768", Descriptions: "8 vCPUs | 32 GB | NVIDIA T4 16 GB | Windows"}, "8 vCPU 32 GB", "NVIDIA T4 16 GB · Windows"},
		{cloud.DesktopProduct{ProductID: "x", CPU: "2", Memory: "4096"}, "2 vCPU 4 GB", ""},
		{cloud.DesktopProduct{ProductID: "x", CPU: "2", Memory: "4 GB", Descriptions: "2 vCPUs | 4 GB | Linux"}, "2 vCPUs | 4 GB | Linux", ""},
		{cloud.DesktopProduct{ProductID: "x"}, "x", ""},
	} {
		assert.Equal(t, p.size, specification(p.product))
		assert.Equal(t, p.more, specificationMore(p.product))
	}
}

func TestWhatExpiresSoonSaysSo(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	cell := func(mode, until string) string { return render(t, expiryCell(mode, until, now)) }
	assert.NotContains(t, cell(cloud.ChargeModePeriod, "2026-12-22T10:00:00Z"), "warn-text")
	assert.Contains(t, cell(cloud.ChargeModePeriod, "2026-12-21T10:00:00Z"), `title="Expires in 29 days"`)
	assert.Contains(t, cell(cloud.ChargeModePeriod, "2026-11-22T20:00:00Z"), `title="Expires within a day"`)
	assert.Contains(t, cell(cloud.ChargeModePeriod, "2026-11-21T10:00:00Z"), `title="Expired"`)
	assert.Contains(t, cell(cloud.ChargeModeMetered, ""), "Pay-per-use")
	assert.NotContains(t, cell(cloud.ChargeModePeriod, "soon"), "warn-text", "a text that is no time is no time")
}

func TestAListSaysWhenItIsOld(t *testing.T) {
	t.Parallel()
	age := InventoryAge{Refreshed: time.Unix(0, 0), Problem: "no answer in time", Now: time.Unix(40, 0)}
	for name, page := range map[string]templ.Component{
		"desktops": DesktopsPage(signedIn(), DesktopsView{InventoryView: InventoryView{Age: age}}),
		"pools":    PoolsPage(signedIn(), PoolsView{InventoryView: InventoryView{Age: age}}),
		"disks":    DisksPage(signedIn(), DisksView{InventoryView: InventoryView{Age: age}}),
		"hosts":    HostsPage(signedIn(), HostsView{InventoryView: InventoryView{Age: age}}),
		"width":    BandwidthsPage(signedIn(), BandwidthsView{InventoryView: InventoryView{Age: age}}),
		"overview": OverviewPage(signedIn(), OverviewView{Age: age, ShowsInventory: true, Say: i18n.For("")}),
		"settings": SettingsPage(signedIn(), SettingsView{Refreshed: age.Refreshed, RefreshProblem: age.Problem, Now: age.Now}),
	} {
		html := render(t, page)
		assert.Contains(t, html, "40 s ago", name)
		assert.Contains(t, html, "no answer in time", name)
	}
	assert.Contains(t, render(t, DesktopsPage(signedIn(), DesktopsView{})), "has not been read yet")
}

func TestADesktopLeadsToTheChangesThatItCanHave(t *testing.T) {
	t.Parallel()
	hrefs := func(d cloud.Desktop) (all []string) {
		for _, link := range possible(offerLinks(t.Context(), orders.Allowance{}.Offers(orders.StandingOf(d, false)), ofDesktop(d.DesktopID))) {
			all = append(all, link.href)
		}
		return all
	}
	ordinary := cloud.Desktop{DesktopID: "d1", DesktopType: cloud.DesktopDedicated, Product: cloud.DesktopProduct{ChargeMode: cloud.ChargeModePeriod}}
	assert.Contains(t, hrefs(ordinary), "/orders/new/change/resizeDesktops?desktop_id=d1")
	assert.Contains(t, hrefs(ordinary), "/orders/new/batch-desktop/CHANGE_IMAGE?desktop_ids=d1")
	assert.Contains(t, hrefs(ordinary), "/orders/new/batch-desktop/ADD_SUB_RESOURCES?desktop_ids=d1")
	assert.NotContains(t, hrefs(ordinary), "/orders/new/change/meteredToPeriod?desktop_id=d1", "it is yearly or monthly already")

	metered := ordinary
	metered.Product.ChargeMode = cloud.ChargeModeMetered
	assert.Contains(t, hrefs(metered), "/orders/new/change/meteredToPeriod?desktop_id=d1")

	sharing := ordinary
	sharing.ShareResourceSKU = "sku"
	assert.Contains(t, hrefs(sharing), "/orders/new/batch-desktop/DELETE_SUB_RESOURCES?desktop_ids=d1")
	assert.NotContains(t, hrefs(sharing), "/orders/new/batch-desktop/ADD_SUB_RESOURCES?desktop_ids=d1")

	pooled := ordinary
	pooled.DesktopType, pooled.PoolID = cloud.DesktopPooled, "p1"
	for _, href := range hrefs(pooled) {
		assert.NotContains(t, href, "/batch-desktop/")
		assert.NotContains(t, href, "/change/")
	}

	busy := orders.Allowance{}.Offers(orders.StandingOf(ordinary, true))
	assert.Empty(t, possible(offerLinks(t.Context(), busy, ofDesktop("d1"))), "an order is open")
	assert.NotEmpty(t, blocked(offerLinks(t.Context(), busy, ofDesktop("d1"))), "and that is said")
	for _, link := range offerLinks(t.Context(), orders.Allowance{}.PoolOffers(), ofPool("p1")) {
		assert.Contains(t, link.href, "?desktop_pool_id=p1")
		assert.NotContains(t, link.text, "offer.", "it has its word")
	}
}

func TestTheCatalogueShowsWhatTakesTheChosenTargets(t *testing.T) {
	t.Parallel()
	shown := func(query string) map[string]bool {
		values, err := url.ParseQuery(query)
		assert.NoError(t, err)
		v, names := KindsView{Targets: values}, map[string]bool{}
		for _, group := range orders.Groups {
			for _, kind := range v.kindsOf(group) {
				names[kind.Name()] = true
			}
		}
		return names
	}
	assert.Len(t, shown(""), len(orders.Kinds), "every kind is in a group")

	one := shown("desktop_id=d1")
	assert.True(t, one["change/resizeDesktops"] && one["subscribe/addVolumes"] && one["batch-desktop/RESIZE"] && one["subscribe/rebuildDesktops"])
	assert.False(t, one["subscribe/createDesktops"] || one["batch-pool/RESIZE"] || one["subscribe/expandDesktopPool"])

	many := shown("desktop_ids=d1&desktop_ids=d2")
	assert.True(t, many["batch-desktop/RESIZE"] && many["subscribe/applyDesktopsInternet"])
	assert.False(t, many["change/resizeDesktops"] || many["subscribe/addVolumes"], "they take one desktop")

	pool := shown("desktop_pool_id=p1")
	assert.True(t, pool["batch-pool/RESIZE"] && pool["subscribe/expandDesktopPool"])
	assert.False(t, pool["batch-desktop/RESIZE"] || pool["change/resizeDesktops"])
}

func TestEveryKindHasItsWords(t *testing.T) {
	t.Parallel()
	say := i18n.For("")
	for _, kind := range orders.Kinds {
		for _, key := range []string{"kind." + kind.Name() + ".title", "kind." + kind.Name() + ".description", "group." + string(kind.Group)} {
			assert.True(t, say.Has(key), key)
		}
		assert.NotEmpty(t, effects(t.Context(), kind), kind.Name())
	}
}

func TestTheLogSpeaksInWords(t *testing.T) {
	t.Parallel()
	for _, name := range actionNames() {
		assert.NotEqual(t, name, lookOfAction(name).words(english), name)
	}
	moved := audit.Entry{Action: "order.followed", Details: []byte(`{"order_status":6}`)}
	_, _, words := lookOfEntry(english, moved)
	assert.Equal(t, "Cloud order: To be paid", words)
	_, _, words = lookOfEntry(english, audit.Entry{Action: "a.new.one"})
	assert.Equal(t, "a.new.one", words)
	for object, href := range map[string]string{"order:01a2": "/orders/01a2", "key:01a2": "/keys", "webhook:01a2": "/settings/webhooks/01a2", "session:01a2": "", "": "", "team:design": "/teams/design", "order:a/../../b": "/orders/a%2F..%2F..%2Fb"} {
		assert.Equal(t, href, objectHref(signedIn().User, audit.Entry{Object: object}), object)
	}
}

func TestWhatAnOrderWaitsFor(t *testing.T) {
	t.Parallel()
	doubt := orders.Order{State: orders.StateInDoubt}
	_, action := OverviewView{Say: i18n.For(""), MaySettle: true}.waits(doubt)
	assert.Equal(t, "Settle", action)
	_, action = OverviewView{Say: i18n.For("")}.waits(doubt)
	assert.Equal(t, "Look", action, "nothing is offered that would be refused")

	status := cloud.StatusToBePaid
	unpaid := orders.Order{State: orders.StatePlaced, Badge: orders.BadgeToBePaid, Quote: &orders.Quote{Amount: decimal.RequireFromString("48.00"), Currency: "CNY"},
		CloudOrders: []orders.CloudOrder{{OrderID: "CS1", Status: &status, Currency: "CNY"}}}
	may := OverviewView{Say: i18n.For(""), MayPay: true}
	words, action := may.waits(unpaid)
	assert.Equal(t, "the cloud has not told the amount yet", words)
	assert.Equal(t, "Look", action)

	bill := func(amount string) orders.Order {
		o, d := unpaid, decimal.RequireFromString(amount)
		o.CloudOrders = []orders.CloudOrder{{OrderID: "CS1", Status: &status, Currency: "CNY", Amount: &d}}
		return o
	}
	words, action = may.waits(bill("48"))
	assert.Equal(t, "48.00 CNY, billed as quoted", words)
	assert.Equal(t, "Pay…", action)
	words, _ = may.waits(bill("50"))
	assert.Equal(t, "billed 50.00 CNY, quoted 48.00 CNY", words)
	free := bill("48")
	free.Quote = nil
	words, _ = may.waits(free)
	assert.Equal(t, "48.00 CNY, nobody could quote it", words)
	_, action = OverviewView{Say: i18n.For("")}.waits(bill("48"))
	assert.Equal(t, "Look", action)
	paying := bill("48")
	paying.CloudOrders[0].Action = &orders.Action{Kind: orders.ActionPay, State: orders.ActionSending}
	words, action = may.waits(paying)
	assert.Equal(t, "48.00 CNY, a payment is under way", words)
	assert.Equal(t, "Look", action)
}

func TestEveryEventAndBadgeHasItsWords(t *testing.T) {
	t.Parallel()
	say := i18n.For("")
	for _, event := range append([]notify.EventType{notify.TestEvent}, notify.EventTypes...) {
		assert.True(t, say.Has("event."+string(event)), event)
	}
	for _, badge := range orders.Badges {
		assert.True(t, say.Has("mail.badge."+string(badge)), badge)
	}
}

func TestATeamsRulesInWords(t *testing.T) {
	t.Parallel()
	say, d := i18n.For(""), decimal.RequireFromString
	zero, hundred := d("0"), d("100")
	usd := &policy.Budget{Month: d("2000"), Currency: "USD"}
	assert.Equal(t, "2,000.00 USD a month", budgetWords(english, usd))
	assert.Empty(t, budgetWords(english, nil))
	for want, team := range map[string]policy.Team{
		"":                                       {},
		"One approver above 100.00 USD":          {Budget: usd, Approval: &policy.Approval{Above: &hundred, Approvals: 1}},
		"One approver above 100.00":              {Approval: &policy.Approval{Above: &hundred, Approvals: 1}},
		"Two approvers for whatever costs money": {Budget: usd, Approval: &policy.Approval{Above: &zero, Approvals: 2}},
		"One approver always for what destroys data": {Approval: &policy.Approval{Approvals: 1, AlwaysFor: []string{policy.Destroys}}},
	} {
		assert.Equal(t, want, approvalWords(team, say))
	}
	assert.Equal(t, "1 kind of order, 2 packages, at most 5 at once",
		allowWords(english, policy.Allow{Kinds: []string{"a/b"}, Products: []string{"a", "b"}, MaxQuantity: 5}))
	assert.Empty(t, allowWords(english, policy.Allow{}))
}

func TestWhatIsForAdminsIsInTheirNavigationOnly(t *testing.T) {
	t.Parallel()
	page := signedIn()
	page.User.May = nil
	assert.NotContains(t, render(t, DesktopsPage(page, DesktopsView{})), `href="/teams"`)
	page.User.May = auth.RolesOf(auth.RoleBuyer).May
	assert.NotContains(t, render(t, DesktopsPage(page, DesktopsView{})), `href="/teams"`)
	page.User.May = auth.RolesOf(auth.RoleAdmin).May
	assert.Contains(t, render(t, DesktopsPage(page, DesktopsView{})), `href="/teams"`)
}
