package templates

import (
	"net/url"
	"strconv"
	"time"

	"workspace-order-console/internal/i18n"
	"workspace-order-console/internal/orders"
)

// OverviewView is the first page.
type OverviewView struct {
	// Waiting are orders that wait for somebody: in doubt, to be paid, failed.
	Waiting []orders.Order
	Latest  []orders.Order
	Counts  map[orders.Badge]int
	// Desktops and Pools count the inventory, when who looks may see it.
	Desktops, Pools int
	ShowsInventory  bool
	Age             InventoryAge
	Poll            PollView
	Say             i18n.Printer
	Now             time.Time
	MayPlace        bool
}

// sub says in one line what there is to do.
func (v OverviewView) sub() string {
	waiting := v.Counts[orders.Badge(orders.StateInDoubt)] + v.Counts[orders.BadgeToBePaid]
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

// waits says what an order waits for, and what can be done about it.
func (v OverviewView) waits(o orders.Order) (words, action string) {
	bill := orders.BillOf(o)
	switch {
	case o.State == orders.StateInDoubt:
		return "no sure answer from the cloud", "Settle"
	case o.Badge == orders.BadgeFailed:
		return "the cloud refused a part of it", "Look"
	case bill.Unpaid == nil:
		return "the cloud has not told the amount yet", "Look"
	case bill.Verdict == orders.VerdictMatch:
		return FormatMoney(*bill.Unpaid) + ", billed as quoted", "Pay"
	case bill.Verdict == orders.VerdictNoQuote:
		return FormatMoney(*bill.Unpaid) + ", nobody could quote it", "Look"
	case bill.Verdict == orders.VerdictDiffers && o.Quote != nil:
		return "billed " + FormatMoney(*bill.Billed) + ", quoted " + FormatMoney(quoted(o)), "Look"
	}
	return FormatMoney(*bill.Unpaid), "Look"
}

// overviewCounts are the badges that the overview counts, in this order.
var overviewCounts = []orders.Badge{orders.Badge(orders.StateInDoubt), orders.BadgeToBePaid, orders.Badge(orders.StateQueued),
	orders.BadgeProcessing, orders.BadgeFailed, orders.BadgeCompleted, orders.BadgeCanceled, orders.Badge(orders.StateRefused)}

func stateHref(badge orders.Badge) string {
	return "/orders?" + url.Values{"state": {string(badge)}}.Encode()
}

// empty tells that nothing was ever ordered.
func (v OverviewView) empty() bool { return len(v.Latest) == 0 }
