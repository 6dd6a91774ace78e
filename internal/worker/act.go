package worker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

// Act does the payments and cancellations that are due. It tells whether there may be more.
func (w *Worker) Act(ctx context.Context) (more bool, err error) {
	due, err := w.Journal.DueActions(ctx, w.Now(), batchSize)
	if err != nil {
		return false, fmt.Errorf("actions that are due: %w", err)
	}
	for _, action := range due {
		if ctx.Err() != nil {
			return false, nil
		}
		do := w.perform
		if action.State == orders.ActionUnknown {
			do = w.reread
		}
		if err := do(ctx, action); err != nil && !errors.Is(err, orders.ErrStale) {
			return false, fmt.Errorf("%s %s: %w", action.Kind, action.CloudOrderID, err)
		}
	}
	return len(due) == batchSize, nil
}

// perform makes the call that an action asks for, journalled before.
func (w *Worker) perform(ctx context.Context, action orders.Action) error {
	action.State, action.Attempts, action.UpdatedAt = orders.ActionSending, action.Attempts+1, w.Now()
	if err := w.Journal.UpdateAction(ctx, orders.ActionRequested, action, nil); err != nil {
		return err
	}
	w.Step("action_claimed")
	err := w.call(ctx, action)
	w.Step("action_answered")
	to := orders.ActionUnknown
	switch cloud.OutcomeOf(err) {
	case cloud.OutcomeDone:
		to = orders.ActionDone
	case cloud.OutcomeRefused:
		to = orders.ActionRefused
	case cloud.OutcomeNotSent:
		to = orders.ActionRequested
	case cloud.OutcomeUnknown:
	}
	if to.Open() {
		action.NextAttemptAt = w.Now().Add(backoff(action.Attempts, time.Second, time.Minute))
	}
	if err := w.settle(ctx, orders.ActionSending, action, to, err); err != nil {
		return err
	}
	w.Step("action_recorded")
	return nil
}

// call makes the call, within the cloud's timeout from when the action was claimed.
func (w *Worker) call(ctx context.Context, action orders.Action) error {
	// by the wall's clock: the steady one may stand still while the machine sleeps
	left := action.UpdatedAt.Round(0).Add(w.CloudTimeout).Sub(w.Now())
	if left <= 0 {
		return tooLate()
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), left)
	defer cancel()
	if action.Kind == orders.ActionCancel {
		return w.Cloud.Cancel(ctx, action.CloudOrderID)
	}
	return w.Cloud.Pay(ctx, action.CloudOrderID)
}

// reread settles an action whose outcome is unknown by the cloud order's status: while it is still to be paid nothing
// has happened, and the action is asked for again.
func (w *Worker) reread(ctx context.Context, action orders.Action) error {
	told, err := w.order(ctx, action.CloudOrderID)
	if err != nil {
		action.Attempts++
		action.NextAttemptAt = w.Now().Add(backoff(action.Attempts, time.Second, time.Minute))
		return w.settle(ctx, orders.ActionUnknown, action, orders.ActionUnknown, err)
	}
	canceled := told.Status == cloud.StatusCanceled
	switch {
	case told.Status == cloud.StatusToBePaid:
		action.NextAttemptAt = w.Now()
		return w.settle(ctx, orders.ActionUnknown, action, orders.ActionRequested, nil)
	case canceled == (action.Kind == orders.ActionCancel):
		return w.settle(ctx, orders.ActionUnknown, action, orders.ActionDone, nil)
	}
	return w.settle(ctx, orders.ActionUnknown, action, orders.ActionRefused, &cloud.Error{
		Msg: "the order has gone another way: its status is " + told.Status.String()})
}

// settle records where an action is now, and has its cloud order looked at at once when something has happened.
func (w *Worker) settle(ctx context.Context, from orders.ActionState, action orders.Action, to orders.ActionState, cause error) error {
	now := w.Now()
	action.State, action.UpdatedAt, action.Code, action.Msg = to, now, "", ""
	if cause != nil {
		action.Msg = "the cloud did not answer"
		var e *cloud.Error
		if errors.As(cause, &e) {
			action.Code, action.Msg = e.Code, saidBy(e)
		}
	}
	if from == to {
		// still not known: nothing happened that the history should tell
		return record(ctx, func(ctx context.Context) error { return w.Journal.UpdateAction(ctx, from, action, nil) })
	}
	step := string(to)
	if to == orders.ActionRequested && cause != nil {
		step = "not_reached"
	} else if to == orders.ActionRequested {
		step = "repeated"
	}
	details := map[string]any{"cloud_order": action.CloudOrderID, "asked_by": action.Actor, "amount": action.Amount.String(), "currency": action.Currency}
	if cause != nil {
		details["error_code"], details["error_msg"] = action.Code, action.Msg
	}
	entry, err := orders.NewEntry(auth.Console, now, action.Entry(step), action.Object(), details)
	if err != nil {
		return err
	}
	return record(ctx, func(ctx context.Context) error {
		if err := w.Journal.UpdateAction(ctx, from, action, &entry); err != nil {
			return err
		}
		if to.Open() {
			return nil
		}
		if action.OrderID == "" {
			w.WantSurvey()
			return nil
		}
		return w.lookNow(ctx, action)
	})
}

// lookNow makes the action's cloud order due.
func (w *Worker) lookNow(ctx context.Context, action orders.Action) error {
	order, err := w.Journal.Order(ctx, action.OrderID)
	if err != nil {
		return err
	}
	for _, c := range order.CloudOrders {
		if c.OrderID == action.CloudOrderID && !c.Final() {
			c.NextCheckAt, c.Checks = w.Now(), 0
			return w.Journal.UpdateCloudOrder(ctx, action.OrderID, c, nil)
		}
	}
	return nil
}
