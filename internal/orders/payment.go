package orders

import (
	"slices"

	"github.com/shopspring/decimal"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
)

// Verdict is what comparing the bill with the quote gives.
type Verdict string

// The verdicts.
const (
	// VerdictWait: not every cloud order has told its amount yet.
	VerdictWait Verdict = "wait"
	// VerdictMatch: billed as quoted.
	VerdictMatch Verdict = "match"
	// VerdictDiffers: billed otherwise than quoted; a person must confirm the amount.
	VerdictDiffers Verdict = "differs"
	// VerdictNoQuote: there is nothing to compare with; a person must pay.
	VerdictNoQuote Verdict = "no_quote"
	// VerdictPartial: only a part was placed or is left, and the quote does not tell what that part should cost.
	VerdictPartial Verdict = "partial"
	// VerdictNothing: nothing is billed: all was refused or canceled.
	VerdictNothing Verdict = "nothing"
)

// MayPay tells whether somebody may pay a bill: who orders pays what is billed as it was quoted; anything else is for those
// who may settle.
func MayPay(who auth.Who, bill Bill) bool {
	return who.May(auth.PayOrders) && (bill.Verdict == VerdictMatch || who.May(auth.SettleOrders))
}

// Bill is what the cloud bills for an order, beside what was quoted.
type Bill struct {
	Verdict Verdict
	// Billed is the sum over all cloud orders that were not cancelled; nil while one is unknown.
	Billed *cloud.Money
	// Unpaid is the sum over those that wait for payment.
	Unpaid *cloud.Money
	// UnpaidIDs are the cloud orders that wait for payment and have no payment under way.
	UnpaidIDs []string
}

// BillOf compares what the cloud bills for an order with what was quoted (design, "Prices").
func BillOf(o Order) Bill {
	var bill Bill
	var billed, unpaid decimal.Decimal
	var amounts []decimal.Decimal
	currency, gone := "", 0
	for _, c := range o.CloudOrders {
		if c.Failed() || c.Badge() == BadgeCanceled {
			gone++
			continue
		}
		if c.Amount == nil {
			bill.Verdict = VerdictWait
			continue
		}
		if currency != "" && c.Currency != currency {
			bill.Verdict = VerdictDiffers // amounts of two currencies have no sum
			continue
		}
		currency = c.Currency
		amounts = append(amounts, *c.Amount)
		billed = billed.Add(*c.Amount)
		if c.Unpaid() {
			unpaid = unpaid.Add(*c.Amount)
			if !c.Busy() {
				bill.UnpaidIDs = append(bill.UnpaidIDs, c.OrderID)
			}
		}
	}
	if bill.Verdict != "" {
		return bill
	}
	if len(amounts) == 0 {
		bill.Verdict = VerdictNothing
		if len(o.CloudOrders) == 0 {
			bill.Verdict = VerdictWait
		}
		return bill
	}
	bill.Billed, bill.Unpaid = &cloud.Money{Amount: billed, Currency: currency}, &cloud.Money{Amount: unpaid, Currency: currency}
	switch quote := o.Quote; {
	case quote == nil:
		bill.Verdict = VerdictNoQuote
	case quote.Currency != currency:
		bill.Verdict = VerdictDiffers
	case gone == 0 && billed.Equal(quote.Amount):
		bill.Verdict = VerdictMatch
	case gone == 0:
		bill.Verdict = VerdictDiffers
	case len(quote.Lines) != len(o.CloudOrders):
		bill.Verdict = VerdictPartial
	case within(amounts, quote.Lines):
		bill.Verdict = VerdictMatch
	default:
		bill.Verdict = VerdictDiffers
	}
	return bill
}

// within tells whether every amount is that of a line of its own. An answer's entries name no desktop, so which line
// an amount belongs to is only told by the amount itself.
func within(amounts []decimal.Decimal, lines []cloud.QuoteLine) bool {
	left := slices.Clone(lines)
	for _, amount := range amounts {
		i := slices.IndexFunc(left, func(line cloud.QuoteLine) bool { return line.Amount.Equal(amount) })
		if i < 0 {
			return false
		}
		left = slices.Delete(left, i, i+1)
	}
	return true
}

// PaysItself tells that the console may pay the order without a person: it was asked for, the bill equals the quote,
// and nobody has tried before.
func PaysItself(o Order, bill Bill) bool {
	if !o.AutoPay || o.State != StatePlaced || bill.Verdict != VerdictMatch || len(bill.UnpaidIDs) == 0 {
		return false
	}
	return !slices.ContainsFunc(o.CloudOrders, func(c CloudOrder) bool { return c.Action != nil })
}
