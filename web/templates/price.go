package templates

import (
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/i18n"
	"workspace-order-console/internal/orders"
)

// PriceView is the price beside a form or on the review page.
type PriceView struct {
	// State is one of the Price… constants; empty means that nobody has asked yet.
	State   string
	Quote   *orders.Quote
	Costs   orders.Costs
	Problem string
	Now     time.Time
}

// What a PriceView has to show.
const (
	PriceIncomplete = "incomplete"
	PriceQuoted     = "quoted"
	PriceNone       = "none"
	PriceFailed     = "failed"
)

// NewPriceView shows the quote of a checked request, or why there is none.
func NewPriceView(checked orders.Checked, quote *orders.Quote, problem string, now time.Time) PriceView {
	v := PriceView{State: PriceNone, Quote: quote, Problem: problem, Now: now}
	if quote != nil {
		v.State, v.Costs = PriceQuoted, orders.CostsOf(checked, quote)
	} else if problem != "" {
		v.State = PriceFailed
	}
	return v
}

func (v PriceView) money(amount decimal.Decimal) cloud.Money {
	return cloud.Money{Amount: amount, Currency: v.Quote.Currency}
}

func (v PriceView) total() cloud.Money    { return v.money(v.Quote.Amount.Abs()) }
func (v PriceView) official() cloud.Money { return v.money(v.Quote.OfficialAmount) }
func (v PriceView) discount() cloud.Money {
	return v.money(v.Quote.Amount.Sub(v.Quote.OfficialAmount))
}

// why is the reason for there being no price: the cloud's words, or a message, with how many of several calls it is about.
func (v PriceView) why(say i18n.Printer) string {
	if calls, reason, several := strings.Cut(v.Problem, ": "); several && say.Has(reason) {
		return calls + ": " + say.Say(reason, nil)
	}
	return say.Say(v.Problem, nil)
}

// termKey is the message of the term that the last column is for.
func (v PriceView) termKey() string {
	if v.Costs.Months == 0 {
		return "price.rest"
	}
	return "price.term"
}

// payKey is the message of whether money goes or comes.
func payKey(quote *orders.Quote) string {
	switch {
	case quote.Amount.IsNegative():
		return "price.refunded"
	case quote.Amount.IsZero():
		return "price.nothing"
	}
	return "price.to_pay"
}

// priceLine is what one desktop or product makes up of a quote.
type priceLine struct {
	name string
	// verbatim marks a name of the cloud's, or of people's.
	verbatim bool
	quote    cloud.QuoteLine
	monthly  *orders.MonthlyLine
}

// priceLines are the lines of a quote with the names of what they are about, where the inventory knows them.
func priceLines(quote *orders.Quote, facts *orders.Facts, say i18n.Printer) []priceLine {
	if quote == nil {
		return nil
	}
	monthly := map[string]*orders.MonthlyLine{}
	if quote.Monthly != nil {
		for i, line := range quote.Monthly.Each {
			monthly[line.ID] = &quote.Monthly.Each[i]
		}
	}
	lines := make([]priceLine, 0, len(quote.Lines))
	for _, line := range quote.Lines {
		l := priceLine{quote: line, monthly: monthly[line.ID]}
		var known map[string]cloud.Desktop
		if facts != nil {
			known = facts.Desktops
		}
		l.name, l.verbatim = lineName(line.ID, known, say)
		lines = append(lines, l)
	}
	return lines
}

// lineName is what a line of a quote is about; verbatim where that is a name of the cloud's, or of people's.
func lineName(id string, known map[string]cloud.Desktop, say i18n.Printer) (name string, verbatim bool) {
	if part, position, is := orders.PricePart(id); is {
		return say.Say("price.part_"+part, map[string]any{"number": position + 1}), false
	}
	if d, is := known[id]; is && d.ComputerName != "" {
		return d.ComputerName, true
	}
	return id, true
}

// linesShown is how many lines of a quote are shown before they are folded, mostLines how many at all.
const linesShown, mostLines = 10, 200
