package orders

import (
	"slices"

	"github.com/shopspring/decimal"

	"workspace-order-console/internal/cloud"
)

// BillGap is why a part of an order has no amount of its own on the bill.
type BillGap string

// The gaps.
const (
	// GapNotYet: the cloud has not told it yet, or the order was not placed yet.
	GapNotYet BillGap = "not_yet"
	// GapNothing: it is not billed, because it was refused, failed or canceled.
	GapNothing BillGap = "nothing"
	// GapTogether: the cloud bills all lines in one sum.
	GapTogether BillGap = "together"
	// GapUnclear: the cloud's orders name no desktops, and their amounts do not tell which is whose.
	GapUnclear BillGap = "unclear"
)

// BillLine is a part of an order's quote, and what is billed for it.
type BillLine struct {
	// ID is that of the quote's line; where nobody quoted, the cloud order's.
	ID string
	// Quoted is nil where nobody quoted.
	Quoted *cloud.Money
	// Billed is nil where Gap says why.
	Billed *cloud.Money
	Gap    BillGap
}

// Difference is what is billed above the quote; nil where one of them is not there, or they are of two currencies.
func (l BillLine) Difference() *cloud.Money { return above(l.Quoted, l.Billed) }

func above(quoted, billed *cloud.Money) *cloud.Money {
	if quoted == nil || billed == nil || quoted.Currency != billed.Currency {
		return nil
	}
	return &cloud.Money{Amount: billed.Amount.Sub(quoted.Amount), Currency: billed.Currency}
}

// BilledOf is an order as a whole: its quote beside its bill.
func BilledOf(o Order) BillLine {
	l := BillLine{ID: o.ID}
	if o.Quote != nil {
		l.Quoted = &cloud.Money{Amount: o.Quote.Amount, Currency: o.Quote.Currency}
	}
	switch bill := BillOf(o); {
	case bill.Billed != nil:
		l.Billed = bill.Billed
	case bill.Verdict == VerdictNothing, o.State != StatePlaced && !o.State.InTheWay():
		l.Gap = GapNothing
	case bill.Verdict == VerdictDiffers: // amounts of two currencies have no sum
		l.Gap = GapUnclear
	default:
		l.Gap = GapNotYet
	}
	return l
}

// BillLines are the parts of an order's quote beside those of its bill: nil where there is but one. The cloud's orders name
// no desktop, so which amount is whose is told by the amounts alone, and by which desktops are known to have failed.
func BillLines(o Order) []BillLine {
	if o.Quote == nil || len(o.Quote.Lines) == 0 {
		return unquoted(o)
	}
	if len(o.Quote.Lines) == 1 {
		return nil
	}
	lines := make([]BillLine, len(o.Quote.Lines))
	var open []int // the lines that some cloud order is for
	for i, line := range o.Quote.Lines {
		lines[i] = BillLine{ID: line.ID, Quoted: &cloud.Money{Amount: line.Amount, Currency: o.Quote.Currency}}
		if at := slices.Index(o.Targets, "desktop:"+line.ID); at >= 0 && at < len(o.Fates) && o.Fates[at] == FateFailed {
			lines[i].Gap = GapNothing
			continue
		}
		open = append(open, i)
	}
	taken := slices.DeleteFunc(slices.Clone(o.CloudOrders), CloudOrder.Failed)
	gap := func(why BillGap) []BillLine {
		for _, i := range open {
			lines[i].Gap = why
		}
		return lines
	}
	switch whole := BilledOf(o); {
	case whole.Gap != "":
		return gap(whole.Gap)
	case len(taken) == 1 && len(o.CloudOrders) == 1:
		return gap(GapTogether)
	case len(taken) != len(open):
		return gap(GapUnclear)
	}
	for n, order := range pair(o.Quote, open, taken) {
		line := &lines[open[n]]
		switch {
		case order == nil:
			line.Gap = GapUnclear
		case order.Badge() == BadgeCanceled:
			line.Gap = GapNothing
		default:
			line.Billed = &cloud.Money{Amount: *order.Amount, Currency: order.Currency}
		}
	}
	return lines
}

// unquoted are the parts of the bill of an order that nobody quoted by the line.
func unquoted(o Order) []BillLine {
	var lines []BillLine
	for _, c := range o.CloudOrders {
		line := BillLine{ID: c.OrderID}
		switch {
		case c.Failed():
			continue
		case c.Badge() == BadgeCanceled:
			line.Gap = GapNothing
		case c.Amount == nil:
			line.Gap = GapNotYet
		default:
			line.Billed = &cloud.Money{Amount: *c.Amount, Currency: c.Currency}
		}
		lines = append(lines, line)
	}
	if len(lines) < 2 {
		return nil
	}
	return lines
}

// pair finds for each of some lines of a quote the cloud order that bills it: one of its amount or, when only one of each is
// left, that one. Nil where it could as well be another one with another result.
func pair(quote *Quote, lines []int, taken []CloudOrder) []*CloudOrder {
	pairs := make([]*CloudOrder, len(lines))
	used := make([]bool, len(taken))
	for n, i := range lines {
		for at, c := range taken {
			if !used[at] && c.Amount != nil && c.Currency == quote.Currency && c.Amount.Equal(quote.Lines[i].Amount) {
				pairs[n], used[at] = &taken[at], true
				break
			}
		}
	}
	if alone := slices.Index(pairs, nil); alone >= 0 && !slices.Contains(pairs[alone+1:], nil) {
		if last := slices.Index(used, false); taken[last].Amount != nil {
			pairs[alone] = &taken[last]
		}
	}
	// lines of one amount share what became of them, or nobody knows whose it is
	alike := func(a, b *CloudOrder) bool {
		return a != nil && b != nil && a.Amount.Equal(*b.Amount) && (a.Badge() == BadgeCanceled) == (b.Badge() == BadgeCanceled)
	}
	sure := slices.Clone(pairs)
	for n, i := range lines {
		for m, j := range lines {
			if quote.Lines[i].Amount.Equal(quote.Lines[j].Amount) && !alike(pairs[n], pairs[m]) {
				sure[n] = nil
			}
		}
	}
	return sure
}

// RequestBill is what the calls of a request were quoted and are billed in total.
type RequestBill struct {
	// Calls are the calls, in their order.
	Calls []BillLine
	// Quoted, Billed and Difference are the sums over the calls that have them; nil where none has, or they are of several
	// currencies.
	Quoted, Billed, Difference *cloud.Money
	// Unquoted, Waiting and Unbilled count the calls without a quote, without a bill yet, and those of which nothing is billed.
	Unquoted, Waiting, Unbilled int
}

// BillOfRequest adds up what the calls of a request were quoted and are billed.
func BillOfRequest(calls []Order) RequestBill {
	var b RequestBill
	var quoted, billed, difference sum
	for _, o := range calls {
		line := BilledOf(o)
		b.Calls = append(b.Calls, line)
		quoted.add(line.Quoted)
		billed.add(line.Billed)
		difference.add(line.Difference())
		if line.Quoted == nil {
			b.Unquoted++
		}
		switch line.Gap {
		case GapNotYet:
			b.Waiting++
		case GapNothing:
			b.Unbilled++
		}
	}
	b.Quoted, b.Billed, b.Difference = quoted.money(), billed.money(), difference.money()
	return b
}

// sum adds amounts of one currency.
type sum struct {
	amount   decimal.Decimal
	currency string
	any      bool
	mixed    bool
}

func (s *sum) add(m *cloud.Money) {
	if m == nil {
		return
	}
	s.mixed = s.mixed || s.any && s.currency != m.Currency
	s.amount, s.currency, s.any = s.amount.Add(m.Amount), m.Currency, true
}

func (s *sum) money() *cloud.Money {
	if !s.any || s.mixed {
		return nil
	}
	return &cloud.Money{Amount: s.amount, Currency: s.currency}
}
