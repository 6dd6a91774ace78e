package worker

import (
	"context"
	"errors"
	"net/http"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

// Expire ends the requests for approval whose time has come. It tells whether there may be more.
func (w *Worker) Expire(ctx context.Context) (more bool, err error) {
	due, err := w.Journal.ExpiringRequests(ctx, w.Now(), batchSize)
	if err != nil {
		return false, err
	}
	for _, r := range due {
		now := w.Now()
		entry, err := orders.NewRequestEntry(auth.Console, now, "request.expired", r, orders.RequestDetails(r))
		if err != nil {
			return false, err
		}
		err = w.Journal.Rule(ctx, orders.Ruling{RequestID: r.ID, Revision: r.Revision, To: orders.RequestExpired, Now: now, Entries: []audit.Entry{entry}})
		if err != nil && !errors.Is(err, orders.ErrStale) { // stale: decided at the last moment
			return false, err
		}
	}
	return len(due) == batchSize, nil
}

// unapproved is the answer to an order that is not what its request's approvals name; nil for one that may be sent. It is
// the last look before a byte leaves the house. Where it cannot be taken, nothing is sent.
func (w *Worker) unapproved(ctx context.Context, order orders.Order) *cloud.Answer {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recording)
	defer cancel()
	r, err := w.Journal.Request(ctx, order.RequestID)
	if errors.Is(err, orders.ErrNotFound) {
		return nil // it needed no approval
	}
	if err != nil {
		return &cloud.Answer{Outcome: cloud.OutcomeNotSent, Error: &cloud.Error{Outcome: cloud.OutcomeNotSent, Err: err,
			Msg: "its approval could not be read"}}
	}
	wrong := orders.AsApproved(order, r)
	if wrong == nil {
		return nil
	}
	w.Log.Error("an order is not as it was approved; it was not sent", "order", order.ID, "request", r.ID, "error", wrong)
	return &cloud.Answer{Outcome: cloud.OutcomeRefused, HTTPStatus: http.StatusForbidden, Error: &cloud.Error{Outcome: cloud.OutcomeRefused,
		HTTPStatus: http.StatusForbidden, Code: "CONSOLE.0403", Msg: "The console did not send this order: it is " + wrong.Error() + ".", Err: wrong}}
}
