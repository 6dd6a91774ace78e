package worker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders"
)

// The inventory may lag behind the cloud's orders for so long: what it does not show yet is looked for again.
const unclearAfter = time.Hour

// tellFates finds out, by an inventory that was just read, which desktops of orders that have ended were changed and which
// failed (orders.Eliminate). Only one that was read after the order's end shows what came of it.
func (w *Worker) tellFates(ctx context.Context, snapshot orders.Snapshot) error {
	var facts *orders.Facts
	for after := (orders.Cursor{}); ; {
		due, err := w.Journal.FatesDue(ctx, after, batchSize)
		if err != nil {
			return err
		}
		for _, order := range due {
			after = orders.Cursor{CreatedAt: order.CreatedAt, ID: order.ID}
			if snapshot.TakenAt.Before(order.UpdatedAt) {
				w.WantRefresh()
				continue
			}
			if facts == nil {
				facts = orders.FactsOf(snapshot)
			}
			if err := w.tellFate(ctx, order, facts); err != nil {
				return err
			}
		}
		if len(due) < batchSize {
			return nil
		}
	}
}

func (w *Worker) tellFate(ctx context.Context, order orders.Order, facts *orders.Facts) error {
	aims, err := w.Journal.Aims(ctx, order.ID)
	if err != nil {
		return err
	}
	// As many entries as desktops, or it is not known how many were changed.
	var fates []orders.Fate
	clear := false
	now := w.Now()
	lags := now.Sub(order.UpdatedAt) < unclearAfter
	if len(order.CloudOrders) == len(aims) {
		fates, clear = orders.Eliminate(aims, orders.Sights(order, facts), order.Done(), lags)
	}
	if !clear && lags {
		return nil
	}
	if !clear {
		fates = nil
	}
	entry, err := orders.NewEntry(auth.Console, now, "order.eliminated", "order:"+order.ID, orders.FateDetails(order, fates))
	if err != nil {
		return err
	}
	err = record(ctx, func(ctx context.Context) error { return w.Journal.TellFates(ctx, order.ID, fates, entry) })
	if err != nil && !errors.Is(err, orders.ErrStale) { // stale: another console has told them
		return fmt.Errorf("fates of %s: %w", order.ID, err)
	}
	return nil
}
