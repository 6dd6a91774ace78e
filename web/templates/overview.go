package templates

import (
	"net/url"
	"slices"
	"strconv"
	"time"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/i18n"
	"workspace-order-console/internal/orders"
)

// OverviewView is the first page.
type OverviewView struct {
	// ToDecide are requests that wait for who looks, of whom there may be more; Budgets the months of their own team.
	ToDecide     []orders.RequestItem
	MoreToDecide bool
	// Deciding is how many wait for their decision, up to orders.MostToDecide.
	Deciding int
	Budgets  []orders.BudgetStatus
	// Waiting are orders that wait for somebody: in doubt, to be paid, failed of late.
	Waiting []Waiting
	// Moving are orders that are on their way; Latest the newest of all others.
	Moving, Latest []orders.Order
	Counts         map[orders.Badge]int
	// Desktops and Pools count the inventory, when who looks may see it.
	Desktops, Pools int
	ShowsInventory  bool
	// Endpoints are the cloud's, where it has anything to tell of them. All are told when one is left alone; ShowsEndpoints
	// lists them.
	Endpoints      []cloud.EndpointStats
	ShowsEndpoints bool
	Age            InventoryAge
	Poll           PollView
	// Figures are what the plots show; nil in the answer to a poll, which leaves them alone.
	Figures                     *FiguresView
	Say                         i18n.Printer
	Now                         time.Time
	MayPlace, MayPay, MaySettle bool
}

// Waiting is one sort of order that waits for somebody.
type Waiting struct {
	Items []orders.Order
	// More leads to the rest, "" when these are all.
	More string
}

// nothingWaits tells that nobody has to do anything.
func (v OverviewView) nothingWaits() bool {
	return len(v.ToDecide) == 0 && !slices.ContainsFunc(v.Waiting, func(w Waiting) bool { return len(w.Items) > 0 })
}

// waitingTitle heads what waits: for those who neither pay nor settle, and have nothing to decide, it waits for others.
func (v OverviewView) waitingTitle() string {
	if v.MayPay || v.MaySettle || len(v.ToDecide) > 0 || v.nothingWaits() {
		return v.Say.Say("overview.waiting_for_you", nil)
	}
	return v.Say.Say("overview.waiting_for_admin", nil)
}

// sub says in one line what there is to do.
func (v OverviewView) sub() string {
	waiting := v.Deciding
	if v.MaySettle {
		waiting += v.Counts[orders.Badge(orders.StateInDoubt)]
	}
	if v.MayPay {
		waiting += v.Counts[orders.BadgeToBePaid]
	}
	moving := v.Counts[orders.Badge(orders.StateQueued)] + v.Counts[orders.Badge(orders.StateSending)] + v.Counts[orders.BadgeProcessing]
	if moving+waiting == 0 {
		return v.Say.Say("overview.sub_none", nil)
	}
	return v.Say.Say("overview.sub", map[string]any{"moving": v.Say.Say("overview.sub_moving", map[string]any{"n": moving}),
		"waiting": v.Say.Say("overview.sub_waiting", map[string]any{"n": waiting})})
}

// countWords is a number of things; lists are counted up to 1,001.
func (v OverviewView) countWords(n int) string {
	if n > 1000 {
		return v.Say.Say("overview.over", nil)
	}
	return strconv.Itoa(n)
}

// waits says what an order waits for, and what can be done about it by who looks.
func (v OverviewView) waits(o orders.Order) (words, action string) {
	say := func(key string, args map[string]any) string { return v.Say.Say("overview."+key, args) }
	look := say("look", nil)
	bill := orders.BillOf(o)
	switch {
	case o.State == orders.StateInDoubt && v.MaySettle:
		return say("in_doubt", nil), say("settle", nil)
	case o.State == orders.StateInDoubt:
		return say("in_doubt", nil), look
	case o.Badge == orders.BadgeFailed:
		return say("failed", nil), look
	case bill.Unpaid == nil:
		return say("no_amount", nil), look
	}
	action = look
	if v.MayPay && len(bill.UnpaidIDs) > 0 {
		action = say("pay", nil)
	}
	unpaid := map[string]any{"amount": FormatMoney(*bill.Unpaid)}
	switch {
	case len(bill.UnpaidIDs) == 0:
		return say("paying", unpaid), look
	case bill.Verdict == orders.VerdictMatch:
		return say("as_quoted", unpaid), action
	case bill.Verdict == orders.VerdictNoQuote:
		return say("not_quoted", unpaid), action
	case bill.Verdict == orders.VerdictDiffers && o.Quote != nil:
		return say("billed_otherwise", map[string]any{"billed": FormatMoney(*bill.Billed), "quoted": FormatMoney(quoted(o))}), action
	}
	return FormatMoney(*bill.Unpaid), action
}

// overviewCounts are the badges that the overview counts, in this order.
var overviewCounts = []orders.Badge{orders.Badge(orders.StateInDoubt), orders.BadgeToBePaid, orders.Badge(orders.StateAwaitingApproval), orders.Badge(orders.StateQueued),
	orders.BadgeProcessing, orders.BadgeFailed, orders.BadgeCompleted, orders.BadgeCanceled, orders.Badge(orders.StateRefused)}

func stateHref(badge orders.Badge) string {
	return "/orders?" + url.Values{"state": {string(badge)}}.Encode()
}

// empty tells that nothing was ever ordered.
func (v OverviewView) empty() bool { return len(v.Moving)+len(v.Latest) == 0 }

// beginWords say what shows here once something was ordered, or how to order it.
func (v OverviewView) beginWords() string {
	if !v.MayPlace {
		return v.Say.Say("empty.overview_look", nil)
	}
	return v.Say.Say("overview.none_text", nil)
}

// beginnings are what somebody can start with when nothing was ever ordered.
func (v OverviewView) beginnings() []Link {
	var links []Link
	if v.MayPlace {
		links = append(links, Link{Text: v.Say.Say("overview.buy", nil), Href: "/orders/new/subscribe/createDesktops", Icon: "plus"})
	}
	if v.ShowsInventory {
		links = append(links, Link{Text: v.Say.Say("overview.see_desktops", nil), Href: "/desktops", Icon: "monitor"})
	}
	return links
}

// heldBack are the endpoints that calls are kept from at the moment.
func (v OverviewView) heldBack() []cloud.EndpointStats {
	return slices.DeleteFunc(slices.Clone(v.Endpoints), func(e cloud.EndpointStats) bool { return e.Breaker == cloud.BreakerClosed })
}
