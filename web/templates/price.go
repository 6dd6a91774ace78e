package templates

import (
	"time"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

// PriceView is the price beside a form or on the review page.
type PriceView struct {
	// State is one of the Price… constants; empty means that nobody has asked yet.
	State   string
	Quote   *orders.Quote
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

// NewPriceView shows a quote, or why there is none.
func NewPriceView(quote *orders.Quote, problem string, now time.Time) PriceView {
	v := PriceView{State: PriceNone, Quote: quote, Problem: problem, Now: now}
	if quote != nil {
		v.State = PriceQuoted
	} else if problem != "" {
		v.State = PriceFailed
	}
	return v
}

func (v PriceView) total() cloud.Money {
	return cloud.Money{Amount: v.Quote.Amount.Abs(), Currency: v.Quote.Currency}
}

func (v PriceView) official() cloud.Money {
	return cloud.Money{Amount: v.Quote.OfficialAmount, Currency: v.Quote.Currency}
}

func (v PriceView) discount() cloud.Money {
	return cloud.Money{Amount: v.Quote.Amount.Sub(v.Quote.OfficialAmount), Currency: v.Quote.Currency}
}

// payWord says whether money goes or comes.
func payWord(quote *orders.Quote) string {
	switch {
	case quote.Amount.IsNegative():
		return "Refunded"
	case quote.Amount.IsZero():
		return "Costs nothing"
	}
	return "To be paid"
}
