package orders

import (
	"slices"
	"time"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders/field"
)

// Weighing is what is known of an order in doubt, to be held against many cloud orders.
type Weighing struct {
	quote       *Quote
	expected    int
	types       []int
	from, until time.Time
	product     string
}

// WeighingOf is the weighing of an order.
func WeighingOf(o Order, kind Kind, p Payload) Weighing {
	w := Weighing{quote: o.Quote, expected: Expected(kind, p), types: orderTypes(kind)}
	w.from, w.until = Window(o)
	w.product, _ = p.Create()
	return w
}

// objections are what can speak against a cloud order's being what became of an order, and the words for it: they are
// made for the few that people see.
var objections = []struct {
	speaks func(w Weighing, b cloud.BillingOrder) bool
	words  func(w Weighing, b cloud.BillingOrder) field.Message
}{
	{
		func(w Weighing, b cloud.BillingOrder) bool { return !slices.Contains(w.types, b.OrderType) },
		func(_ Weighing, b cloud.BillingOrder) field.Message {
			return field.Say("evidence.type", "type", b.OrderType)
		},
	},
	{
		func(w Weighing, b cloud.BillingOrder) bool {
			return b.CreateTime.Before(w.from) || b.CreateTime.After(w.until)
		},
		func(Weighing, cloud.BillingOrder) field.Message { return field.Say("evidence.time") },
	},
	{
		func(w Weighing, b cloud.BillingOrder) bool { return w.quote != nil && !costs(w.quote, w.expected, b) },
		func(_ Weighing, b cloud.BillingOrder) field.Message {
			return field.Say("evidence.amount", "amount", b.AmountAfterDiscount.String(), "currency", b.Currency)
		},
	},
	{
		func(w Weighing, b cloud.BillingOrder) bool {
			return w.product != "" && len(b.Lines) > 0 && !slices.ContainsFunc(b.Lines, func(l cloud.OrderLine) bool {
				return l.ProductID == w.product || l.ProductSpecDesc == w.product
			})
		},
		func(w Weighing, _ cloud.BillingOrder) field.Message {
			return field.Say("evidence.product", "product", w.product)
		},
	},
}

// Fits tells that nothing speaks against a cloud order's being what became of the order.
func (w Weighing) Fits(b cloud.BillingOrder) bool {
	for _, o := range objections {
		if o.speaks(w, b) {
			return false
		}
	}
	return true
}

// Against tells all that speaks against it; nothing when it fits.
func (w Weighing) Against(b cloud.BillingOrder) []field.Message {
	var against []field.Message
	for _, o := range objections {
		if o.speaks(w, b) {
			against = append(against, o.words(w, b))
		}
	}
	return against
}

// orderTypes are the billing service's types that a kind's cloud orders may have. They are read out of the names: no
// source maps them (docs/wire.md section 14.1).
func orderTypes(kind Kind) []int {
	switch {
	case kind.Type == "meteredToPeriod":
		return []int{cloud.OrderTypeMeteredToPeriod}
	case kind.Effect.Has(Refunds):
		return []int{cloud.OrderTypeChange, cloud.OrderTypeUnsubscribe, cloud.OrderTypeNew}
	case kind.Door == cloud.DoorSubscribe:
		return []int{cloud.OrderTypeNew}
	case kind.Type == "RESIZE", kind.Type == "resizeDesktops", kind.Type == "resizeExclusiveLites":
		return []int{cloud.OrderTypeChange, cloud.OrderTypeUnsubscribe} // a downgrade gives back
	}
	return []int{cloud.OrderTypeChange}
}

// costs tells whether a cloud order's amount is what the quote says: all of it, or for a batch one of its lines.
func costs(q *Quote, expected int, b cloud.BillingOrder) bool {
	if q.Currency != b.Currency {
		return false
	}
	if expected == 1 {
		return q.Amount.Equal(b.AmountAfterDiscount)
	}
	return len(q.Lines) != expected || slices.ContainsFunc(q.Lines, func(l cloud.QuoteLine) bool { return l.Amount.Equal(b.AmountAfterDiscount) })
}
