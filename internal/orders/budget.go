package orders

import (
	"time"

	"github.com/shopspring/decimal"

	"workspace-order-console/internal/cloud"
)

// BudgetMonth is what a team's orders hold of its budget in a calendar month, in one currency.
type BudgetMonth struct {
	Team string
	// Month is "2026-11", in UTC: that in which the orders were submitted.
	Month    string
	Currency string
	// Reserved is held by orders on their way, in doubt or unpaid; Settled is what was paid.
	Reserved, Settled decimal.Decimal
}

// Used is all that is not left.
func (b BudgetMonth) Used() decimal.Decimal { return b.Reserved.Add(b.Settled) }

// MonthOf is the month that an order submitted at a time counts in.
func MonthOf(t time.Time) string { return t.UTC().Format("2006-01") }

// LineState is what has become of an order's part of the budget.
type LineState string

// The states of a line.
const (
	// LineAsked: no room was left, an admin is asked; nothing is held meanwhile.
	LineAsked LineState = "asked"
	// LineReserved: the order is on its way, or not all of it is paid.
	LineReserved LineState = "reserved"
	// LineHeld: the order is in doubt.
	LineHeld LineState = "held"
	// LineSettled: all that was bought is paid.
	LineSettled LineState = "settled"
	// LineReleased: nothing was bought.
	LineReleased LineState = "released"
)

// Line is what one order holds of a budget. Neither amount is ever negative: what comes back makes no room.
type Line struct {
	State             LineState
	Reserved, Settled decimal.Decimal
}

// LineOf is the one rule of what an order holds of a budget in a currency, at every moment of its life. Over tells that
// there was no room for it when it was submitted, or when its price rose.
func LineOf(o Order, currency string, over bool) Line {
	quoted := decimal.Zero
	if o.Quote != nil && o.Quote.Currency == currency {
		quoted = decimal.Max(o.Quote.Amount, decimal.Zero)
	}
	switch o.State {
	case StateAwaitingApproval:
		if over {
			return Line{State: LineAsked}
		}
		return Line{State: LineReserved, Reserved: quoted}
	case StateQueued, StateSending:
		return Line{State: LineReserved, Reserved: quoted}
	case StateInDoubt:
		return Line{State: LineHeld, Reserved: quoted}
	case StatePlaced:
		return placedLine(o, currency, quoted)
	}
	return Line{State: LineReleased}
}

// placedLine counts what the cloud bills: paid orders are settled, those still to be paid reserved. As long as it does
// not tell what some of them cost, in this currency, what the others leave of the quote counts for them.
func placedLine(o Order, currency string, quoted decimal.Decimal) Line {
	var line Line
	var told decimal.Decimal
	none := len(o.CloudOrders) == 0
	live, open, untold, untoldOpen := none, none, none, none
	for _, c := range o.CloudOrders {
		gone := c.Badge() == BadgeFailed || c.Badge() == BadgeCanceled
		live = live || !gone
		open = open || !gone && !c.Paid()
		if c.Amount == nil || c.Currency != currency {
			untold = untold || !gone
			untoldOpen = untoldOpen || !gone && !c.Paid()
			continue
		}
		billed := decimal.Max(*c.Amount, decimal.Zero)
		told = told.Add(billed)
		switch {
		case gone:
		case c.Paid():
			line.Settled = line.Settled.Add(billed)
		default:
			line.Reserved = line.Reserved.Add(billed)
		}
	}
	if untold {
		left := decimal.Max(quoted.Sub(told), decimal.Zero)
		if untoldOpen {
			line.Reserved = line.Reserved.Add(left)
		} else {
			line.Settled = line.Settled.Add(left)
		}
	}
	switch {
	case open:
		line.State = LineReserved
	case live:
		line.State = LineSettled
	default:
		line.State = LineReleased
	}
	return line
}

// Paid tells that the cloud order has been paid, as far as its status says.
func (c CloudOrder) Paid() bool {
	if c.Status == nil {
		return false
	}
	switch *c.Status {
	case cloud.StatusToBeRefunded, cloud.StatusProcessing, cloud.StatusCompleted, cloud.StatusBeingCompensated,
		cloud.StatusToBeShipped, cloud.StatusToBeReceived, cloud.StatusToBePickedUp, cloud.StatusBeingReplaced, cloud.StatusSellerReceives:
		return true
	}
	return false
}
