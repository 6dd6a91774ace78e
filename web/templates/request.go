package templates

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/i18n"
	"workspace-order-console/internal/orders"
)

// RequestPageSize is how many results a page shows.
const RequestPageSize = 100

// RequestView is a request of several calls: how far it is, its calls, and what became of each desktop.
type RequestView struct {
	orders.Progress
	Say i18n.Printer
	// Show narrows the results to those that show a badge; "" is all. From is the first one's place among them, from 0.
	Show orders.Badge
	From int
	// Desktops are what the inventory knows of the desktops on the page, by ID.
	Desktops map[string]cloud.Desktop
	// MayPlace tells that who looks may order again what failed.
	MayPlace bool
	// Version is the head's number that the page has seen.
	Version int64
	// Stopped is why what was asked for was not done.
	Stopped string
	// Dues are what who looks may pay of it at once; Balance is what the account can pay with, nil when unknown.
	Dues    orders.Dues
	Balance *cloud.Money
	// Paid is what became of asking for the payment of each call; empty unless something was kept from it.
	Paid []orders.CallPaid
}

func (v RequestView) first() orders.Order { return v.Orders[0] }

func (v RequestView) path(of string) string { return "/requests/" + v.RequestID + of }

// Title is what the request is about: its first call's summary, with the number of all.
func (v RequestView) Title() string {
	summary := v.first().Summary
	if _, counted := summary.Args["n"]; !counted || len(v.Results) == 0 {
		return v.Say.Say(summary.Key, summary.Args)
	}
	args := maps.Clone(summary.Args)
	args["n"] = len(v.Results)
	return v.Say.Say(summary.Key, args)
}

// counts are how many results show each badge, in the badges' usual order.
func (v RequestView) counts() []Count {
	n := map[orders.Badge]int{}
	for _, r := range v.Results {
		n[r.Badge]++
	}
	var counts []Count
	for _, badge := range append(slices.Clone(orders.Badges), orders.BadgeUnclear) {
		if n[badge] > 0 {
			counts = append(counts, Count{Tone: lookOfBadge(badge).tone, Word: string(badge), N: n[badge]})
		}
	}
	return counts
}

// lookOfBadge is how what an order shows looks.
func lookOfBadge(badge orders.Badge) badgeLook {
	if look, is := resultLooks[string(badge)]; is {
		return look
	}
	return lookOfOrder(string(badge), "")
}

// bar is counts with the badges' words.
func (v RequestView) bar() []Count {
	counts := v.counts()
	for i := range counts {
		counts[i].Word = BadgeWord(v.Say, orders.Badge(counts[i].Word))
	}
	return counts
}

// sent counts the calls that were sent, or never will be.
func (v RequestView) sent() int { return len(v.Orders) - v.Waiting() }

func (v RequestView) progress(ctx context.Context) ProgressView {
	p := ProgressView{Label: T(ctx, "request.calls"), Done: v.sent(), All: len(v.Orders),
		Text: T(ctx, "request.sent", "n", v.sent(), "all", len(v.Orders))}
	switch {
	case v.Waiting() == 0 && !v.Moving():
		p.Tone = Good
	case v.State == orders.RunPaused && v.Doubt != "":
		p.Tone = Doubt
	case v.State == orders.RunPaused:
		p.Tone = Warn
	case v.State == orders.RunStopped:
		p.Tone = Quiet
	}
	return p
}

func (v RequestView) awaits() bool { return v.first().State == orders.StateAwaitingApproval }

// shown are the results of the page, and where the next page begins; 0 at the end.
func (v RequestView) shown() (page []orders.Result, next int) {
	fit := v.fitting()
	from := min(v.From, len(fit))
	to := min(from+RequestPageSize, len(fit))
	if to < len(fit) {
		next = to
	}
	return fit[from:to], next
}

func (v RequestView) fitting() []orders.Result {
	if v.Show == "" {
		return v.Results
	}
	return slices.DeleteFunc(slices.Clone(v.Results), func(r orders.Result) bool { return r.Badge != v.Show })
}

// ShownIDs are the desktops on the page.
func (v RequestView) ShownIDs() []string {
	var ids []string
	page, _ := v.shown()
	for _, r := range page {
		if r.DesktopID != "" {
			ids = append(ids, r.DesktopID)
		}
	}
	return ids
}

func (v RequestView) query(show orders.Badge, from int) string {
	q := url.Values{}
	if show != "" {
		q.Set("state", string(show))
	}
	if from > 0 {
		q.Set("from", strconv.Itoa(from))
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

func (v RequestView) pager(ctx context.Context) PagerView {
	page, next := v.shown()
	p := PagerView{NewerWord: T(ctx, "request.back"), OlderWord: T(ctx, "request.on"),
		Words: T(ctx, "request.rows", "from", min(v.From+1, len(page)+v.From), "to", v.From+len(page), "all", len(v.fitting()))}
	if v.From > 0 {
		p.Newer = v.path(v.query(v.Show, max(0, v.From-RequestPageSize)))
		if v.From <= RequestPageSize {
			p.Newer = v.path(v.query(v.Show, 0))
		}
	}
	if next > 0 {
		p.Older = v.path(v.query(v.Show, next))
	}
	return p
}

// Poll is the element that asks for news of the request.
func (v RequestView) Poll() PollView {
	if !v.Moving() {
		return PollView{}
	}
	q := url.Values{"version": {strconv.FormatInt(v.Version, 10)}}
	if v.Show != "" {
		q.Set("state", string(v.Show))
	}
	if v.From > 0 {
		q.Set("from", strconv.Itoa(v.From))
	}
	every := SlowPoll
	for _, o := range v.Orders {
		if o.Moving() {
			every = min(every, PollSeconds(o))
		}
	}
	return PollView{Href: v.path("/poll?" + q.Encode()), Every: every}
}

// name is what people know a result's desktop by, or "" when nobody knows.
func (v RequestView) name(r orders.Result) string {
	if d, known := v.Desktops[r.DesktopID]; known {
		return d.ComputerName
	}
	return r.ComputerName
}

func (v RequestView) user(r orders.Result) string {
	if r.UserName != "" {
		return r.UserName
	}
	return v.Desktops[r.DesktopID].UserName
}

// failed and unsent count the results that can be ordered again.
func (v RequestView) failed() int { return v.count(orders.Result.Failed) }

func (v RequestView) unsent() int { return v.count(orders.Result.Unsent) }

func (v RequestView) unclear() (n int, due bool) {
	for _, r := range v.Results {
		if r.Badge == orders.BadgeUnclear {
			n++
			due = due || r.Due
		}
	}
	return n, due
}

func (v RequestView) count(is func(orders.Result) bool) int {
	n := 0
	for _, r := range v.Results {
		if r.Again == "" && is(r) {
			n++
		}
	}
	return n
}

// unpaid are the calls that wait for a payment.

// totals are what the payment of all costs, as it stands on the button.
func (v RequestView) totals() string {
	texts := make([]string, len(v.Dues.Totals))
	for i, total := range v.Dues.Totals {
		texts[i] = FormatMoney(total)
	}
	return strings.Join(texts, " + ")
}

// tooPoor tells that the balance does not cover the total of its currency.
func (v RequestView) tooPoor() bool {
	return v.Balance != nil && slices.ContainsFunc(v.Dues.Totals, func(total cloud.Money) bool {
		return total.Currency == v.Balance.Currency && v.Balance.Amount.LessThan(total.Amount)
	})
}

// payment says where the payment of a call is: each thing that can be said of its cloud orders, with how many it is true of
// where there are several.
func (v RequestView) payment(o orders.Order) (said []string) {
	n := map[string]int{}
	for _, c := range o.CloudOrders {
		words := actionWords(v.Say, c)
		switch {
		case c.Action != nil && c.Action.Kind == orders.ActionPay && c.Action.State == orders.ActionDone:
			words = v.Say.Say("request.paid", nil)
		case words == "" && c.Unpaid():
			words = v.Say.Say("order.waits_payment", nil)
		}
		if words == "" {
			continue
		}
		if n[words]++; n[words] == 1 {
			said = append(said, words)
		}
	}
	if len(o.CloudOrders) > 1 {
		for i, words := range said {
			said[i] = strconv.Itoa(n[words]) + " × " + words
		}
	}
	return said
}

// callNumber is a call's place among all, from 1.
func (v RequestView) callNumber(id string) int {
	return 1 + slices.IndexFunc(v.Orders, func(o orders.Order) bool { return o.ID == id })
}

// current marks the filter that is on.
func current(is bool) templ.Attributes {
	if !is {
		return nil
	}
	return templ.Attributes{"aria-current": "true", "data-active": true}
}
