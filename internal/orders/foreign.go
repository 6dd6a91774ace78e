package orders

import (
	"context"
	"time"

	"github.com/shopspring/decimal"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders/field"
)

// ForeignOrder is an order of the account that no order of this console has: somebody else's, or a late ghost of an order
// that was taken for lost.
type ForeignOrder struct {
	OrderID    string
	Status     cloud.OrderStatus
	OrderType  int
	Amount     decimal.Decimal
	Currency   string
	CreateTime time.Time
	UserName   string
	Products   []string
	SeenAt     time.Time
	// Action is the last cancellation asked for here, nil when none was.
	Action *Action
}

// Unpaid tells that the order waits for payment: it can still be canceled.
func (f ForeignOrder) Unpaid() bool { return f.Status == cloud.StatusToBePaid }

// Cancelable tells that the order can still be canceled and that no cancellation is under way or done.
func (f ForeignOrder) Cancelable() bool {
	return f.Unpaid() && (f.Action == nil || f.Action.State == ActionRefused)
}

// Object is what an audit entry about an action is about.
func (a Action) Object() string {
	if a.OrderID == "" {
		return "cloud_order:" + a.CloudOrderID
	}
	return "order:" + a.OrderID
}

// Entry is how an audit entry about a step of an action is called: "order.pay_done", "foreign.cancel_requested", ….
func (a Action) Entry(step string) string {
	if a.OrderID == "" {
		return "foreign." + string(a.Kind) + "_" + step
	}
	return "order." + string(a.Kind) + "_" + step
}

// ForeignOrders lists the account's orders that are not this console's.
func (s *Service) ForeignOrders(ctx context.Context, who auth.Who, after string, limit int) ([]ForeignOrder, string, error) {
	if !who.May(auth.ManageForeign) {
		return nil, "", forbidden()
	}
	list, next, err := s.Journal.ForeignOrders(ctx, after, limit)
	return list, next, told(err)
}

// CancelForeign journals the cancellation of an unpaid order that is not this console's; a worker cancels it. It takes a
// reason: what looks like a ghost may be a colleague's.
func (s *Service) CancelForeign(ctx context.Context, who auth.Who, orderID, reason string) error {
	if !who.May(auth.ManageForeign) {
		return forbidden()
	}
	foreign, err := s.Journal.ForeignOrder(ctx, orderID)
	if err != nil {
		return told(err)
	}
	if reason == "" {
		return invalid(field.Problems{{Path: "reason", Message: field.Say("problem.required")}})
	}
	if problem := checkReason(reason); problem != nil {
		return invalid(field.Problems{*problem})
	}
	if !foreign.Cancelable() {
		return &Error{Code: CodeConflict, Message: field.Say("error.nothing_unpaid")}
	}
	now := s.Now()
	action := Action{ID: NewID(), CloudOrderID: orderID, Kind: ActionCancel, State: ActionRequested, Actor: who.Name,
		Amount: foreign.Amount, Currency: foreign.Currency, NextAttemptAt: now, CreatedAt: now, UpdatedAt: now}
	entry, err := NewEntry(who, now, action.Entry("requested"), action.Object(), map[string]any{"reason": reason,
		"amount": foreign.Amount.String(), "currency": foreign.Currency})
	if err != nil {
		return err
	}
	if err := s.Journal.RequestActions(ctx, []Action{action}, entry); err != nil {
		return told(err)
	}
	s.Step("action_requested")
	return nil
}
