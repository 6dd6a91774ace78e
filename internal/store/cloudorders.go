package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

// cloudOrderColumns are the columns of a cloud order, from the tables named c and a (its last action, outer-joined),
// in the order of scanCloudOrder.
const cloudOrderColumns = `c.order_id, c.position, c.cloud_order_id, c.status, c.result, c.code, c.msg, c.amount,
	c.official_amount, c.currency, c.pay_by, c.checked_at, c.next_check_at, c.checks,
	a.id, a.kind, a.state, a.actor, a.amount, a.currency, a.attempts, a.code, a.msg, a.next_attempt_at, a.created_at, a.updated_at`

func scanCloudOrder(row scanner) (orders.DueCloudOrder, error) {
	var due orders.DueCloudOrder
	c := &due.CloudOrder
	var status *int
	var a nullableAction
	err := row.Scan(&due.OrderID, &c.Position, maybe{&c.OrderID}, &status, &c.Result, &c.Code, &c.Msg, amount{&c.Amount},
		amount{&c.OfficialAmount}, &c.Currency, at{&c.PayBy}, at{&c.CheckedAt}, at{&c.NextCheckAt}, &c.Checks,
		&a.id, maybe{&a.kind}, maybe{&a.state}, maybe{&a.Actor}, amount{&a.amount}, maybe{&a.Currency}, &a.attempts, maybe{&a.Code}, maybe{&a.Msg},
		at{&a.NextAttemptAt}, at{&a.CreatedAt}, at{&a.UpdatedAt})
	if status != nil {
		known := cloud.OrderStatus(*status)
		c.Status = &known
	}
	c.Action = a.action(due.OrderID, c.OrderID)
	return due, err
}

// cloudOrdersOf reads the cloud orders of some orders, with their last actions, sorted by order and position.
func cloudOrdersOf(ctx context.Context, q querier, orderIDs []string) ([]orders.DueCloudOrder, error) {
	var a arguments
	return list(ctx, q, scanCloudOrder, `SELECT `+cloudOrderColumns+`
		FROM cloud_orders c LEFT JOIN actions a ON a.id = c.action_id
		WHERE c.order_id IN `+in(&a, orderIDs)+` ORDER BY c.order_id, c.position`, a...)
}

// DueCloudOrders implements orders.Journal.
func (s *Store) DueCloudOrders(ctx context.Context, now time.Time, limit int) ([]orders.DueCloudOrder, error) {
	due, err := list(ctx, s.reader, scanCloudOrder, `SELECT `+cloudOrderColumns+`
		FROM cloud_orders c LEFT JOIN actions a ON a.id = c.action_id
		WHERE c.next_check_at IS NOT NULL AND c.next_check_at <= $1
		ORDER BY c.next_check_at, c.order_id, c.position LIMIT $2`, micros(now), limit)
	if err != nil {
		return nil, fmt.Errorf("due cloud orders: %w", err)
	}
	return due, nil
}

// UpdateCloudOrder implements orders.Journal. The cloud order is the one at c.Position; its ID and its action are not
// changed. ErrNotFound when there is none.
func (s *Store) UpdateCloudOrder(ctx context.Context, orderID string, c orders.CloudOrder, entry *audit.Entry) error {
	return s.write(ctx, func(t *tx) error {
		if entry != nil {
			if _, err := t.head(); err != nil {
				return err
			}
		}
		if err := t.updateCloudOrder(orderID, c); err != nil {
			return fmt.Errorf("cloud order %s: %w", c.OrderID, err)
		}
		if entry == nil {
			return nil
		}
		return t.changed(orderID, *entry)
	})
}

func (t *tx) updateCloudOrder(orderID string, c orders.CloudOrder) error {
	rows, err := t.exec(`UPDATE cloud_orders SET status = $1, result = $2, code = $3, msg = $4, amount = $5,
			official_amount = $6, currency = $7, pay_by = $8, checked_at = $9, next_check_at = $10, checks = $11
		WHERE order_id = $12 AND position = $13`,
		statusOrNull(c.Status), c.Result, c.Code, c.Msg, amountOrNull(c.Amount), amountOrNull(c.OfficialAmount), c.Currency,
		orNull(c.PayBy), orNull(c.CheckedAt), nextCheck(c), c.Checks, orderID, c.Position)
	if err == nil && rows == 0 {
		err = orders.ErrNotFound
	}
	return err
}

// addCloudOrders adds what the cloud made of an order. One that the order has already under its ID is brought up to
// date; one whose position is taken goes to the end. ErrExists when another order has it.
func (t *tx) addCloudOrders(orderID string, more []orders.CloudOrder) error {
	if len(more) == 0 {
		return nil
	}
	made, err := cloudOrdersOf(t.ctx, t, []string{orderID})
	if err != nil {
		return err
	}
	here := make(map[string]int, len(made)) // position by cloud order ID
	taken := make(map[int]bool, len(made)+len(more))
	for _, c := range made {
		taken[c.CloudOrder.Position] = true
		if id := c.CloudOrder.OrderID; id != "" {
			here[id] = c.CloudOrder.Position
		}
	}
	for _, c := range more {
		if err := t.unclaimed(orderID, c.OrderID); err != nil {
			return err
		}
		if position, has := here[c.OrderID]; has {
			c.Position = position
			if err := t.updateCloudOrder(orderID, c); err != nil {
				return err
			}
			continue
		}
		for taken[c.Position] {
			c.Position++
		}
		taken[c.Position] = true
		if err := t.insertCloudOrder(orderID, c); err != nil {
			return err
		}
	}
	return nil
}

// unclaimed makes sure that no other order has a cloud order.
func (t *tx) unclaimed(orderID, cloudOrderID string) error {
	if cloudOrderID == "" {
		return nil
	}
	owners, err := list(t.ctx, t, column[string], `SELECT order_id FROM cloud_orders WHERE cloud_order_id = $1`, cloudOrderID)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(owners, func(owner string) bool { return owner != orderID }) {
		return fmt.Errorf("cloud order %s belongs to another order: %w", cloudOrderID, orders.ErrExists)
	}
	return nil
}

func (t *tx) insertCloudOrder(orderID string, c orders.CloudOrder) error {
	_, err := t.exec(`INSERT INTO cloud_orders (order_id, position, cloud_order_id, status, result, code, msg, amount,
			official_amount, currency, pay_by, checked_at, next_check_at, checks)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		orderID, c.Position, textOrNull(c.OrderID), statusOrNull(c.Status), c.Result, c.Code, c.Msg, amountOrNull(c.Amount),
		amountOrNull(c.OfficialAmount), c.Currency, orNull(c.PayBy), orNull(c.CheckedAt), nextCheck(c), c.Checks)
	if err != nil {
		return err
	}
	found := terms{}
	found.addID(c.OrderID)
	return t.addTerms(orderID, found)
}

// nextCheck is when a cloud order is asked about: never (NULL) once it is final, at once (0) when nobody said when.
func nextCheck(c orders.CloudOrder) any {
	if c.NextCheckAt.IsZero() && c.Final() {
		return nil
	}
	return micros(c.NextCheckAt)
}

func statusOrNull(status *cloud.OrderStatus) any {
	if status == nil {
		return nil
	}
	return int64(*status)
}
