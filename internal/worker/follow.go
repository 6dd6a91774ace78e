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

// Follow asks the cloud about the cloud orders that are due, and pays those that pay themselves. It tells whether
// there may be more.
func (w *Worker) Follow(ctx context.Context) (more bool, err error) {
	due, err := w.Journal.DueCloudOrders(ctx, w.Now(), batchSize)
	if err != nil {
		return false, fmt.Errorf("cloud orders that are due: %w", err)
	}
	for _, d := range due {
		if ctx.Err() != nil {
			return false, nil
		}
		unpaid, err := w.look(ctx, d)
		if err != nil {
			return false, err
		}
		if !unpaid {
			continue
		}
		// At every look, not only when something moved: a process that stopped between the two has left it undone.
		if err := w.payItself(ctx, d.OrderID); err != nil {
			return false, err
		}
	}
	return len(due) == batchSize, nil
}

// look asks about one cloud order and stores what is new. It tells whether the order waits for payment.
func (w *Worker) look(ctx context.Context, due orders.DueCloudOrder) (unpaid bool, err error) {
	told, err := w.order(ctx, due.CloudOrder.OrderID)
	now := w.Now()
	c := due.CloudOrder
	c.CheckedAt = now
	if err != nil {
		// the bill may lag behind the order, or the cloud be away: it is asked again, ever more slowly
		c.Checks++
		c.NextCheckAt = now.Add(backoff(c.Checks, time.Second, time.Minute))
		w.Log.Warn("cloud order cannot be read", "cloud_order", c.OrderID, "error", err)
		return false, w.Journal.UpdateCloudOrder(ctx, due.OrderID, c, nil)
	}
	before := c
	c.Status, c.Amount, c.OfficialAmount = &told.Status, &told.AmountAfterDiscount, &told.OfficialAmount
	c.Currency, c.PayBy = told.Currency, told.PendingPaymentEndTime
	moved := before.Status == nil || *before.Status != told.Status || before.Amount == nil || !before.Amount.Equal(told.AmountAfterDiscount)
	if moved {
		c.Checks = 0
	} else {
		c.Checks++
	}
	switch {
	case told.Status.Final():
		c.NextCheckAt = time.Time{}
		w.WantRefresh()
	case told.Status == cloud.StatusToBePaid:
		// only a person or the deadline moves it, and paying here looks at once
		c.NextCheckAt = now.Add(backoff(c.Checks, 2*time.Second, time.Minute))
	default:
		c.NextCheckAt = now.Add(backoff(c.Checks, 500*time.Millisecond, 30*time.Second))
	}
	if !moved {
		return c.Unpaid(), w.Journal.UpdateCloudOrder(ctx, due.OrderID, c, nil)
	}
	entry, err := orders.NewEntry(auth.Console, now, "order.followed", "order:"+due.OrderID, map[string]any{
		"cloud_order": c.OrderID, "order_status": int(told.Status), "amount": told.AmountAfterDiscount.String(), "currency": told.Currency})
	if err != nil {
		return false, err
	}
	return c.Unpaid(), w.Journal.UpdateCloudOrder(ctx, due.OrderID, c, &entry)
}

// order reads one order of the billing service within the cloud's timeout.
func (w *Worker) order(ctx context.Context, orderID string) (cloud.BillingOrder, error) {
	return within(ctx, w, func(ctx context.Context) (cloud.BillingOrder, error) { return w.Cloud.Order(ctx, orderID) })
}

// payItself asks for the payment of an order that was to be paid without a person, once its bill equals its quote.
func (w *Worker) payItself(ctx context.Context, id string) error {
	order, err := w.Journal.Order(ctx, id)
	if err != nil {
		return fmt.Errorf("order %s: %w", id, err)
	}
	bill := orders.BillOf(order)
	if !orders.PaysItself(order, bill) {
		return nil
	}
	var unpaid []orders.CloudOrder
	for _, c := range order.CloudOrders {
		if c.Unpaid() {
			unpaid = append(unpaid, c)
		}
	}
	actions, entry, err := orders.NewActions(auth.Console, w.Now(), id, orders.ActionPay, unpaid)
	if err != nil {
		return err
	}
	err = w.Journal.RequestActions(ctx, actions, entry)
	if errors.Is(err, orders.ErrStale) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("pay %s: %w", id, err)
	}
	w.Step("action_requested")
	return nil
}
