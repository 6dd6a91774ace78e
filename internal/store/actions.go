package store

import (
	"context"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

const actionColumns = `a.id, a.order_id, a.cloud_order_id, a.kind, a.state, a.actor, a.amount, a.currency, a.attempts,
	a.code, a.msg, a.next_attempt_at, a.created_at, a.updated_at`

func scanAction(row scanner) (orders.Action, error) {
	var a orders.Action
	var sum *decimal.Decimal
	err := row.Scan(&a.ID, maybe{&a.OrderID}, &a.CloudOrderID, &a.Kind, &a.State, &a.Actor, amount{&sum}, &a.Currency, &a.Attempts,
		&a.Code, &a.Msg, at{&a.NextAttemptAt}, at{&a.CreatedAt}, at{&a.UpdatedAt})
	if sum != nil {
		a.Amount = *sum
	}
	return a, err
}

// nullableAction is an action that was outer-joined.
type nullableAction struct {
	orders.Action
	id          *string
	kind, state string
	attempts    *int
	amount      *decimal.Decimal
}

func (n nullableAction) action(orderID, cloudOrderID string) *orders.Action {
	if n.id == nil {
		return nil
	}
	a := n.Action
	a.ID, a.OrderID, a.CloudOrderID = *n.id, orderID, cloudOrderID
	a.Kind, a.State, a.Attempts = orders.ActionKind(n.kind), orders.ActionState(n.state), *n.attempts
	if n.amount != nil {
		a.Amount = *n.amount
	}
	return &a
}

// RequestActions implements orders.Journal. ErrNotFound when a cloud order is not the order's, or, without an order, none
// that is foreign and unpaid.
func (s *Store) RequestActions(ctx context.Context, actions []orders.Action, entry audit.Entry) error {
	return s.write(ctx, func(t *tx) error {
		if _, err := t.head(); err != nil {
			return err
		}
		for _, a := range actions {
			if err := t.requestAction(a); err != nil {
				return fmt.Errorf("%s %s: %w", a.Kind, a.CloudOrderID, err)
			}
		}
		return t.changed(actions[0].OrderID, entry)
	})
}

func (t *tx) requestAction(a orders.Action) error {
	rows, err := t.exec(`INSERT INTO actions (id, order_id, cloud_order_id, kind, state, actor, amount, currency, attempts,
			code, msg, next_attempt_at, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT DO NOTHING`,
		a.ID, textOrNull(a.OrderID), a.CloudOrderID, string(a.Kind), string(a.State), a.Actor, a.Amount.String(), a.Currency, a.Attempts,
		a.Code, a.Msg, micros(a.NextAttemptAt), micros(a.CreatedAt), micros(a.UpdatedAt))
	if err != nil {
		return err
	}
	if rows == 0 {
		return orders.ErrStale
	}
	if a.OrderID == "" {
		rows, err = t.exec(`UPDATE foreign_orders SET action_id = $1 WHERE cloud_order_id = $2 AND status = $3`, a.ID, a.CloudOrderID, int(cloud.StatusToBePaid))
	} else {
		rows, err = t.exec(`UPDATE cloud_orders SET action_id = $1 WHERE order_id = $2 AND cloud_order_id = $3`, a.ID, a.OrderID, a.CloudOrderID)
	}
	if err == nil && rows == 0 {
		err = orders.ErrNotFound
	}
	return err
}

// DueActions implements orders.Journal.
func (s *Store) DueActions(ctx context.Context, now time.Time, limit int) ([]orders.Action, error) {
	due, err := list(ctx, s.reader, scanAction, `SELECT `+actionColumns+` FROM actions a
		WHERE a.state IN ('requested', 'unknown') AND a.next_attempt_at <= $1
		ORDER BY a.next_attempt_at, a.created_at, a.id LIMIT $2`, micros(now), limit)
	if err != nil {
		return nil, fmt.Errorf("due actions: %w", err)
	}
	return due, nil
}

// UpdateAction implements orders.Journal.
func (s *Store) UpdateAction(ctx context.Context, from orders.ActionState, a orders.Action, entry *audit.Entry) error {
	return s.write(ctx, func(t *tx) error {
		if entry != nil {
			if _, err := t.head(); err != nil {
				return err
			}
		}
		rows, err := t.exec(`UPDATE actions SET state = $1, attempts = $2, code = $3, msg = $4, next_attempt_at = $5, updated_at = $6
			WHERE id = $7 AND state = $8`,
			string(a.State), a.Attempts, a.Code, a.Msg, micros(a.NextAttemptAt), micros(a.UpdatedAt), a.ID, string(from))
		if err == nil && rows == 0 {
			err = orders.ErrStale
		}
		if err != nil {
			return fmt.Errorf("%s %s: %w", a.Kind, a.CloudOrderID, err)
		}
		if entry == nil {
			return nil
		}
		return t.changed(a.OrderID, *entry)
	})
}

// stuckActions finds the actions that have been in sending since a time, or before.
const stuckActions = `SELECT ` + actionColumns + ` FROM actions a WHERE a.state = 'sending' AND a.updated_at <= $1 ORDER BY a.id`

// AbandonActions implements orders.Journal. Each has an entry of its own, in the console's name.
func (s *Store) AbandonActions(ctx context.Context, now, since time.Time) (int, error) {
	// A look before the lock: this is asked often, and nearly always in vain.
	if stuck, err := list(ctx, s.reader, scanAction, stuckActions, micros(since)); err != nil || len(stuck) == 0 {
		return 0, err
	}
	var n int
	err := s.write(ctx, func(t *tx) error {
		left, err := list(ctx, t, scanAction, stuckActions, micros(since))
		if err != nil {
			return err
		}
		for _, a := range left {
			if _, err := t.exec(`UPDATE actions SET state = 'unknown', next_attempt_at = 0, updated_at = $1 WHERE id = $2`,
				micros(now), a.ID); err != nil {
				return err
			}
			entry, err := orders.NewEntry(auth.Console, now, a.Entry(string(orders.ActionUnknown)), a.Object(),
				map[string]any{"cloud_order": a.CloudOrderID, "error_msg": "the console stopped, or could not write, before the answer was recorded"})
			if err != nil {
				return err
			}
			if err := t.changed(a.OrderID, entry); err != nil {
				return err
			}
		}
		n = len(left)
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("abandoned actions: %w", err)
	}
	return n, nil
}
