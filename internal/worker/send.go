package worker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

// counter numbers this process's claims.
type counter struct{ n atomic.Int64 }

func (c *counter) next() int64 { return c.n.Add(1) }

// Send claims the oldest queued order, sends it once and records what came back. It tells whether there may be more.
func (w *Worker) Send(ctx context.Context) (more bool, err error) {
	now := w.Now()
	claim := orders.Claim{Fence: fmt.Sprintf("%s/%d", w.Name, w.claims.next()), Now: now, Deadline: now.Add(w.CloudTimeout)}
	if claim.Entry, err = orders.NewEntry(auth.Console, now, "order.sending", "", map[string]any{"fence": claim.Fence}); err != nil {
		return false, err
	}
	order, err := w.Journal.Claim(ctx, claim)
	if errors.Is(err, orders.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("claim: %w", err)
	}
	w.Step("claimed")
	answer := w.place(ctx, order)
	w.Step("answered")
	move, err := w.outcome(order, answer)
	if err != nil {
		return false, err
	}
	err = record(ctx, func(ctx context.Context) error { return w.Journal.Apply(ctx, move) })
	if err != nil {
		// The journal does not have it, so the log must: it is what a person needs to settle the doubt.
		w.Log.Error("an answer could not be recorded", "order", order.ID, "outcome", answer.Outcome, "error", err,
			"cloud_orders", answer.Entries, "http_status", answer.HTTPStatus, "cloud_request_id", answer.RequestID)
	}
	if err != nil && !errors.Is(err, orders.ErrStale) {
		// stale: the claim was declared abandoned meanwhile; the order is in doubt, and stays so
		return false, fmt.Errorf("record %s: %w", order.ID, err)
	}
	w.Step("recorded")
	return true, nil
}

// place makes the call. It goes on when the process is asked to stop, up to the claim's deadline: a call that was
// cut off would be in doubt.
func (w *Worker) place(ctx context.Context, order orders.Order) cloud.Answer {
	if refused := w.unapproved(ctx, order); refused != nil {
		return *refused
	}
	kind, ok := orders.KindNamed(order.Kind)
	if !ok {
		return cloud.Answer{Outcome: cloud.OutcomeRefused, Error: &cloud.Error{Outcome: cloud.OutcomeRefused,
			Msg: "this version of the console does not know the kind " + order.Kind}}
	}
	left := order.Deadline.Sub(w.Now())
	if left <= 0 {
		return cloud.Answer{Outcome: cloud.OutcomeNotSent, Error: tooLate()}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), left)
	defer cancel()
	return w.Cloud.Place(ctx, cloud.Call{Door: kind.Door, DesktopID: order.DesktopID, Body: order.Body})
}

// tooLate keeps a process that slept between a claim and its call from sending: not a byte has left.
func tooLate() *cloud.Error {
	return &cloud.Error{Outcome: cloud.OutcomeNotSent, Msg: "the deadline passed before anything was sent"}
}

// outcome turns the cloud's answer into the order's next step (docs/wire.md section 12).
func (w *Worker) outcome(order orders.Order, answer cloud.Answer) (orders.Move, error) {
	now := w.Now()
	move := orders.Move{ID: order.ID, From: []orders.State{orders.StateSending}, Fence: order.Fence, Now: now, Answer: stored(answer)}
	action := "order.in_doubt"
	switch answer.Outcome {
	case cloud.OutcomeDone:
		move.To, action = orders.StatePlaced, "order.placed"
		move.CloudOrders = cloudOrders(answer.Entries, now)
	case cloud.OutcomeRefused:
		move.To, action = orders.StateRefused, "order.refused"
		if answer.Error != nil && errors.Is(answer.Error.Err, orders.ErrAltered) {
			action = "order.unapproved"
		}
	case cloud.OutcomeNotSent:
		if order.Door == auth.DoorWeb {
			move.To, action = orders.StateQueued, "order.not_reached"
			move.NextAttemptAt = now.Add(backoff(order.Attempts, time.Second, time.Minute))
		} else {
			// a script is told at once; nobody waits at its screen
			move.To, action = orders.StateRefused, "order.not_reached"
		}
	default:
		move.To = orders.StateInDoubt
	}
	details := map[string]any{"http_status": answer.HTTPStatus}
	if answer.RequestID != "" {
		details["cloud_request_id"] = answer.RequestID
	}
	if answer.Error != nil {
		details["error_code"], details["error_msg"] = answer.Error.Code, saidBy(answer.Error)
	}
	if len(answer.Entries) > 0 {
		details["orders"] = answer.Entries
	}
	entry, err := orders.NewEntry(auth.Console, now, action, "order:"+order.ID, details)
	move.Entry = entry
	return move, err
}

// stored is the answer as the journal keeps it.
func stored(answer cloud.Answer) *orders.Answer {
	kept := &orders.Answer{HTTPStatus: answer.HTTPStatus, RequestID: answer.RequestID, Body: answer.Body}
	if e := answer.Error; e != nil {
		kept.Code, kept.Msg, kept.Detail = e.Code, saidBy(e), e.Detail
		kept.EncodedAuthorizationMessage = e.EncodedAuthorizationMessage
	}
	return kept
}

// saidBy is the cloud's own message, or the cause when it gave neither message nor code.
func saidBy(e *cloud.Error) string {
	if e.Msg != "" || e.Code != "" {
		return e.Msg
	}
	return e.Error()
}

// cloudOrders are the orders that an answer tells of. One that it names twice is one: it can be paid only once.
func cloudOrders(entries []cloud.Entry, now time.Time) []orders.CloudOrder {
	made := make([]orders.CloudOrder, 0, len(entries))
	for i, entry := range entries {
		if entry.Placed() && slices.ContainsFunc(made, func(c orders.CloudOrder) bool { return c.OrderID == entry.OrderID }) {
			continue
		}
		c := orders.CloudOrder{Position: i, Status: entry.OrderStatus, Result: entry.Result, Code: entry.ResultCode, Msg: entry.ResultMsg}
		if !entry.Failed() {
			c.OrderID, c.NextCheckAt = entry.OrderID, now
		}
		made = append(made, c)
	}
	return made
}

// abandon puts orders in doubt whose sender is gone: those of other claims than this worker's (prefix), or, with an
// empty prefix, those whose answer is long overdue.
func (w *Worker) abandon(ctx context.Context, prefix string) error {
	for {
		list, err := w.Journal.Abandoned(ctx, prefix, w.Now().Add(-w.Grace), batchSize)
		if err != nil {
			return fmt.Errorf("abandoned orders: %w", err)
		}
		for _, order := range list {
			if err := w.giveUp(ctx, order); err != nil {
				return err
			}
		}
		if len(list) < batchSize {
			return nil
		}
	}
}

// RollCall puts the orders in doubt that a console was sending which is known to have ended.
func (w *Worker) RollCall(ctx context.Context) (more bool, err error) {
	list, err := w.Journal.Abandoned(ctx, w.Name, w.Now().Add(-w.Grace), batchSize)
	if err != nil {
		return false, fmt.Errorf("orders of other consoles: %w", err)
	}
	for _, order := range list {
		sender, _, _ := strings.Cut(order.Fence, "/")
		gone, err := w.Gone(sender)
		if err == nil && gone {
			err = w.giveUp(ctx, order)
		}
		if err != nil {
			return false, err
		}
	}
	return false, nil
}

// giveUp puts an order in doubt whose sender is gone.
func (w *Worker) giveUp(ctx context.Context, order orders.Order) error {
	now := w.Now()
	entry, err := orders.NewEntry(auth.Console, now, "order.in_doubt", "order:"+order.ID,
		map[string]any{"error_msg": "the console stopped, or could not write, before the answer was recorded"})
	if err != nil {
		return err
	}
	err = w.Journal.Apply(ctx, orders.Move{ID: order.ID, From: []orders.State{orders.StateSending}, To: orders.StateInDoubt,
		Fence: order.Fence, Now: now, Entry: entry})
	if errors.Is(err, orders.ErrStale) {
		return nil // it was answered meanwhile
	}
	return err
}
