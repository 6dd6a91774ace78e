package orders

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders/field"
)

// Due is a call of a request of which cloud orders wait for payment.
type Due struct {
	Order Order
	Bill  Bill
}

// Dues are what is to be paid of a request, by hand and at once.
type Dues struct {
	// Calls are those that somebody may pay without a look at each bill, in their order.
	Calls []Due
	// Totals are the sums of what they leave unpaid, one for each currency, in the order of the calls.
	Totals []cloud.Money
	// Apart counts the other calls that wait for payment: the cloud bills them otherwise than it quoted, has not told the
	// amount yet, or the payment is not theirs to ask for.
	Apart int
}

// DuesOf are what somebody may pay of the calls of a request.
func DuesOf(who auth.Who, calls []Order) Dues {
	var dues Dues
	for _, o := range calls {
		bill := BillOf(o)
		switch {
		case !slices.ContainsFunc(o.CloudOrders, func(c CloudOrder) bool { return c.Unpaid() && !c.Busy() }):
			continue
		case bill.Verdict == VerdictWait, bill.Verdict == VerdictDiffers, !MayPay(who, bill):
			dues.Apart++
			continue
		}
		dues.Calls = append(dues.Calls, Due{o, bill})
		for _, c := range o.CloudOrders {
			if slices.Contains(bill.UnpaidIDs, c.OrderID) {
				dues.add(c.Currency, *c.Amount)
			}
		}
	}
	return dues
}

func (d *Dues) add(currency string, amount decimal.Decimal) {
	i := slices.IndexFunc(d.Totals, func(m cloud.Money) bool { return m.Currency == currency })
	if i < 0 {
		d.Totals = append(d.Totals, cloud.Money{Amount: amount, Currency: currency})
		return
	}
	d.Totals[i].Amount = d.Totals[i].Amount.Add(amount)
}

// ConfirmText is how all of it is confirmed: each total as it is shown.
func (d Dues) ConfirmText() string {
	texts := make([]string, len(d.Totals))
	for i, total := range d.Totals {
		texts[i] = ConfirmText(total)
	}
	return strings.Join(texts, " + ")
}

// CallPaid tells what became of asking for the payment of one call.
type CallPaid struct {
	Order Order
	// Err is nil when its payment is journalled; a worker pays.
	Err *Error
}

// PayAll journals the payment of all that somebody may pay of a request, by the ID of its first order: one call after the
// other, each as Pay does it. confirm is the total that was shown (Dues.ConfirmText); while it is another one nothing is
// paid, and the error is of CodePrice. What keeps one call from being paid keeps no other from it: the results tell.
func (s *Service) PayAll(ctx context.Context, who auth.Who, id, confirm string) ([]CallPaid, error) {
	if !who.May(auth.PayOrders) {
		return nil, forbidden()
	}
	progress, err := s.Progress(ctx, who, id)
	if err != nil {
		return nil, err
	}
	dues := DuesOf(who, progress.Orders)
	switch {
	case len(dues.Calls) == 0:
		return nil, &Error{Code: CodeConflict, Message: field.Say("error.nothing_unpaid"), OrderID: id}
	case confirm != dues.ConfirmText():
		return nil, &Error{Code: CodePrice, Message: field.Say("error.total_changed"), OrderID: id}
	}
	paid := make([]CallPaid, len(dues.Calls))
	for i, due := range dues.Calls {
		paid[i].Order = due.Order
		// what was shown and nothing that came up since
		err := s.Pay(ctx, who, due.Order.ID, PayRequest{OrderIDs: due.Bill.UnpaidIDs})
		if err != nil && !errors.As(err, &paid[i].Err) {
			return paid[:i], err
		}
	}
	return paid, nil
}
