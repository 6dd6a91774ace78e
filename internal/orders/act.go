package orders

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders/field"
	"workspace-order-console/internal/orders/policy"
)

// Order returns one order.
func (s *Service) Order(ctx context.Context, who auth.Who, id string) (Order, error) {
	if !who.May(auth.ViewOrders) {
		return Order{}, forbidden()
	}
	if !ValidID(id) {
		return Order{}, notFound()
	}
	order, err := s.Journal.Order(ctx, id)
	if err == nil && !who.Scope().Sees(order.Team) {
		err = ErrNotFound
	}
	if err != nil {
		return Order{}, told(err)
	}
	return order, nil
}

// Orders lists orders.
func (s *Service) Orders(ctx context.Context, who auth.Who, filter Filter) (Orders, error) {
	if !who.May(auth.ViewOrders) {
		return Orders{}, forbidden()
	}
	filter.Scope = who.Scope()
	if filter.Team == NoTeam {
		if !filter.Scope.All() {
			return Orders{}, nil
		}
	} else if filter.Team != "" {
		if !filter.Scope.Sees(filter.Team) {
			return Orders{}, nil
		}
		filter.Scope = auth.OfTeam(filter.Team)
	}
	list, err := s.Journal.Orders(ctx, filter)
	return list, told(err)
}

// Wait waits until the order is no longer queued or being sent, or until the context ends, and returns it as it is
// then.
func (s *Service) Wait(ctx context.Context, id string) (Order, error) {
	for {
		_, changed := s.Journal.Version()
		// The order is read even when the time is up: the caller wants to know how it stands.
		order, err := s.Journal.Order(context.WithoutCancel(ctx), id)
		if err != nil || order.State != StateQueued && order.State != StateSending {
			return order, told(err)
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return order, nil
		}
	}
}

// Withdraw takes back an order that has not been sent yet; one that waits for approval goes with its whole request.
func (s *Service) Withdraw(ctx context.Context, who auth.Who, id string) error {
	for try := 1; ; try++ {
		order, err := s.Order(ctx, who, id)
		if err == nil {
			err = s.withdraw(ctx, who, order)
		}
		if !errors.Is(err, ErrStale) {
			return told(err)
		}
		if try == decideTries {
			return &Error{Code: CodeConflict, Message: field.Say("error.too_late_to_withdraw"), OrderID: id, Err: err}
		}
	}
}

// withdraw takes an order back as it was read. ErrStale when it is no longer so.
func (s *Service) withdraw(ctx context.Context, who auth.Who, order Order) error {
	id := order.ID
	var r Request
	var err error
	if order.State == StateAwaitingApproval {
		if r, err = s.Journal.Request(ctx, order.RequestID); err != nil {
			return err
		}
	}
	if !s.mayWithdraw(who, order.Actor, r.Principal) {
		return forbidden()
	}
	entry, err := s.entry(who, "order.withdrawn", id, nil)
	if err != nil {
		return err
	}
	entry.Team = order.Team
	switch order.State {
	case StateAwaitingApproval:
		return s.Journal.Rule(ctx, Ruling{RequestID: r.ID, Revision: r.Revision, To: RequestWithdrawn, Now: s.Now(), Entries: []audit.Entry{entry}})
	case StateQueued:
		return s.Journal.Apply(ctx, Move{ID: id, From: []State{StateQueued}, To: StateWithdrawn, Now: s.Now(), Entry: entry})
	}
	return &Error{Code: CodeConflict, Message: field.Say("error.too_late_to_withdraw"), OrderID: id}
}

// Settlement is a person's word on an order in doubt.
type Settlement struct {
	// Outcome is StatePlaced or StateNotPlaced.
	Outcome State
	// OrderIDs are the cloud orders that were found, for StatePlaced.
	OrderIDs []string
	// Reason is mandatory.
	Reason string
}

// MaxSettledOrders is how many cloud orders can be named at once: those of the largest batch.
const MaxSettledOrders = 100

// Resolve settles an order in doubt by a person's word.
func (s *Service) Resolve(ctx context.Context, who auth.Who, id string, settlement Settlement) error {
	order, err := s.Order(ctx, who, id)
	if err != nil {
		return err
	}
	if !who.May(auth.SettleOrders) {
		return forbidden()
	}
	if order.State != StateInDoubt {
		return &Error{Code: CodeConflict, Message: field.Say("error.not_in_doubt"), OrderID: id}
	}
	var problems field.Problems
	if settlement.Outcome != StatePlaced && settlement.Outcome != StateNotPlaced {
		problems.Add("outcome", "problem.choice", "choices", []string{string(StatePlaced), string(StateNotPlaced)})
	}
	if strings.TrimSpace(settlement.Reason) == "" {
		problems.Add("reason", "problem.required")
	} else if p := checkReason(settlement.Reason); p != nil {
		problems = append(problems, *p)
	}
	switch named := len(settlement.OrderIDs); {
	case settlement.Outcome == StatePlaced && named == 0:
		problems.Add("order_id", "problem.required")
	case settlement.Outcome == StateNotPlaced && named > 0:
		problems.Add("order_id", "problem.order_id_not_placed")
	case named > MaxSettledOrders:
		problems.Add("order_id", "problem.items", "min", 1, "max", MaxSettledOrders)
	}
	for i, orderID := range settlement.OrderIDs {
		if !policy.ID.MatchString(orderID) {
			problems.Add("order_id", "problem.id")
		} else if slices.Contains(settlement.OrderIDs[:i], orderID) {
			problems.Add("order_id", "problem.repeated")
		}
	}
	if len(problems) > 0 {
		return invalid(problems)
	}
	if unknown := s.unknownOrder(ctx, settlement.OrderIDs); unknown != "" {
		problems.Add("order_id", "problem.order_id_unknown", "order", unknown)
		return invalid(problems)
	}
	details := map[string]any{"outcome": string(settlement.Outcome), "reason": settlement.Reason}
	var found []CloudOrder
	for i, orderID := range settlement.OrderIDs {
		found = append(found, CloudOrder{Position: i, OrderID: orderID, NextCheckAt: s.Now()})
	}
	if len(found) > 0 {
		details["order_ids"] = settlement.OrderIDs
	}
	entry, err := s.entry(who, "order.resolved", id, details)
	if err != nil {
		return err
	}
	err = s.Journal.Apply(ctx, Move{ID: id, From: []State{StateInDoubt}, To: settlement.Outcome, Now: s.Now(),
		CloudOrders: found, Entry: entry})
	if errors.Is(err, ErrExists) {
		problems.Add("order_id", "problem.order_id_taken")
		return invalid(problems)
	}
	return told(err)
}

// unknownOrder is the first of some cloud orders that the cloud says it does not have: a slip of the pen cannot be taken
// back later. While the cloud does not answer, the person's word counts.
func (s *Service) unknownOrder(ctx context.Context, orderIDs []string) string {
	ctx, cancel := context.WithTimeout(ctx, quoteTimeout)
	defer cancel()
	for _, orderID := range orderIDs {
		if _, err := s.Billing.Order(ctx, orderID); err != nil && cloud.OutcomeOf(err) == cloud.OutcomeRefused {
			return orderID
		}
	}
	return ""
}

// PayRequest asks for payment of cloud orders.
type PayRequest struct {
	// OrderIDs names cloud orders; none means all that are unpaid.
	OrderIDs []string
	// Confirm is the amount that was shown ("123.45 USD"); it is needed when the bill differs from the quote.
	Confirm string
}

// Pay journals the payment of unpaid cloud orders; a worker pays. When the cloud bills otherwise than it quoted,
// nothing is paid until the amount is confirmed: the error is then of CodePrice.
func (s *Service) Pay(ctx context.Context, who auth.Who, id string, request PayRequest) error {
	order, err := s.payable(ctx, who, id)
	if err != nil {
		return err
	}
	bill := BillOf(order)
	switch {
	case bill.Verdict == VerdictWait:
		return &Error{Code: CodeConflict, Message: field.Say("error.amount_unknown"), OrderID: id}
	case !MayPay(who, bill):
		return &Error{Code: CodeForbidden, Message: field.Say("error.bill_for_admin"), OrderID: id}
	case bill.Verdict == VerdictDiffers && (bill.Billed == nil || request.Confirm != ConfirmText(*bill.Billed)):
		return &Error{Code: CodePrice, Message: field.Say("error.bill_differs"), OrderID: id,
			Problems: field.Problems{{Path: "confirm", Message: field.Say("problem.confirm_amount")}}}
	}
	return s.request(ctx, who, order, ActionPay, request.OrderIDs)
}

// ConfirmText is how an amount is confirmed: as it is shown.
func ConfirmText(m cloud.Money) string { return m.Amount.StringFixed(2) + " " + m.Currency }

// Cancel journals the cancellation of unpaid cloud orders; none named means all that are unpaid.
func (s *Service) Cancel(ctx context.Context, who auth.Who, id string, orderIDs []string) error {
	order, err := s.payable(ctx, who, id)
	if err != nil {
		return err
	}
	return s.request(ctx, who, order, ActionCancel, orderIDs)
}

func (s *Service) payable(ctx context.Context, who auth.Who, id string) (Order, error) {
	order, err := s.Order(ctx, who, id)
	if err != nil {
		return Order{}, err
	}
	if !who.May(auth.PayOrders) {
		return Order{}, forbidden()
	}
	return order, nil
}

func (s *Service) request(ctx context.Context, who auth.Who, order Order, kind ActionKind, orderIDs []string) error {
	var chosen []CloudOrder
	for _, c := range order.CloudOrders {
		if c.Unpaid() && !c.Busy() && (len(orderIDs) == 0 || slices.Contains(orderIDs, c.OrderID)) {
			chosen = append(chosen, c)
		}
	}
	if len(chosen) == 0 || len(orderIDs) > 0 && len(chosen) != len(orderIDs) {
		return &Error{Code: CodeConflict, Message: field.Say("error.nothing_unpaid"), OrderID: order.ID}
	}
	actions, entry, err := NewActions(who, s.Now(), order.ID, kind, chosen)
	if err != nil {
		return err
	}
	if err := s.Journal.RequestActions(ctx, actions, entry); err != nil {
		return told(err)
	}
	s.Step("action_requested")
	return nil
}

// NewActions makes the actions on cloud orders of one order, and their audit entry.
func NewActions(who auth.Who, now time.Time, orderID string, kind ActionKind, chosen []CloudOrder) ([]Action, audit.Entry, error) {
	var actions []Action
	var listed []map[string]string
	for _, c := range chosen {
		action := Action{ID: NewID(), OrderID: orderID, CloudOrderID: c.OrderID, Kind: kind, State: ActionRequested,
			Actor: who.Name, Currency: c.Currency, NextAttemptAt: now, CreatedAt: now, UpdatedAt: now}
		if c.Amount != nil {
			action.Amount = *c.Amount
		}
		actions = append(actions, action)
		listed = append(listed, map[string]string{"order_id": c.OrderID, "amount": action.Amount.String(), "currency": c.Currency})
	}
	entry, err := NewEntry(who, now, "order."+string(kind)+"_requested", "order:"+orderID, map[string]any{"cloud_orders": listed})
	return actions, entry, err
}
