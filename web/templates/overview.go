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
	Endpoints                   []cloud.EndpointStats
	ShowsEndpoints              bool
	Age                         InventoryAge
	Poll                        PollView
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
		return "Waiting for you"
	}
	return "Waiting for an admin"
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
		return "Nothing is moving, and nothing waits for you."
	}
	return things(moving, "order is", "orders are") + " moving; " + things(waiting, "waits", "wait") + " for you."
}

// countWords is a number of things; lists are counted up to 1,001.
func countWords(n int) string {
	if n > 1000 {
		return "over 1,000"
	}
	return strconv.Itoa(n)
}

func things(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// waits says what an order waits for, and what can be done about it by who looks.
func (v OverviewView) waits(o orders.Order) (words, action string) {
	bill := orders.BillOf(o)
	switch {
	case o.State == orders.StateInDoubt && v.MaySettle:
		return "no sure answer from the cloud", "Settle"
	case o.State == orders.StateInDoubt:
		return "no sure answer from the cloud", "Look"
	case o.Badge == orders.BadgeFailed:
		return "the cloud refused a part of it", "Look"
	case bill.Unpaid == nil:
		return "the cloud has not told the amount yet", "Look"
	}
	action = "Look"
	if v.MayPay && len(bill.UnpaidIDs) > 0 {
		action = "Pay…"
	}
	unpaid := FormatMoney(*bill.Unpaid)
	switch {
	case len(bill.UnpaidIDs) == 0:
		return unpaid + ", a payment is under way", "Look"
	case bill.Verdict == orders.VerdictMatch:
		return unpaid + ", billed as quoted", action
	case bill.Verdict == orders.VerdictNoQuote:
		return unpaid + ", nobody could quote it", action
	case bill.Verdict == orders.VerdictDiffers && o.Quote != nil:
		return "billed " + FormatMoney(*bill.Billed) + ", quoted " + FormatMoney(quoted(o)), action
	}
	return unpaid, action
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
	return "Buy desktops, or pick some from the inventory and change them. You see what changes and what it costs before anything is ordered."
}

// beginnings are what somebody can start with when nothing was ever ordered.
func (v OverviewView) beginnings() []Link {
	var links []Link
	if v.MayPlace {
		links = append(links, Link{Text: "Buy desktops", Href: "/orders/new/subscribe/createDesktops", Icon: "plus"})
	}
	if v.ShowsInventory {
		links = append(links, Link{Text: "Look at the desktops", Href: "/desktops", Icon: "monitor"})
	}
	return links
}

// heldBack are the endpoints that calls are kept from at the moment.
func (v OverviewView) heldBack() []cloud.EndpointStats {
	return slices.DeleteFunc(slices.Clone(v.Endpoints), func(e cloud.EndpointStats) bool { return e.Breaker == cloud.BreakerClosed })
}

// heldBackWords say what that means.
func heldBackWords(e cloud.EndpointStats) string {
	return "The cloud's " + e.Name + " service failed again and again (" + e.LastFailure + ") and is left alone for a while. Orders wait; none is lost, and each can be withdrawn until it is sent."
}
