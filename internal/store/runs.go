package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders"
)

// The calls of a request are sent one after the other: all that are queued are held but the first, as long as the request
// runs and none is on its way. goOn sees to that with every step of a call, in the step's own transaction, so that there is
// nothing to make up for after a crash.

func (t *tx) insertRun(first orders.Order) error {
	_, err := t.exec(`INSERT INTO runs (request_id, state, actor, changed_at) VALUES ($1, $2, $3, $4)`,
		first.RequestID, string(orders.RunRunning), first.Actor, micros(first.CreatedAt))
	if err != nil {
		return fmt.Errorf("run: %w", err)
	}
	return nil
}

func runOf(ctx context.Context, q querier, requestID string) (orders.Run, error) {
	r := orders.Run{RequestID: requestID}
	err := q.QueryRowContext(ctx, `SELECT state, actor, doubt, changed_at FROM runs WHERE request_id = $1`, requestID).
		Scan(&r.State, &r.Actor, maybe{&r.Doubt}, at{&r.ChangedAt})
	return r, notFound(err)
}

// Run implements orders.RunBook.
func (s *Store) Run(ctx context.Context, requestID string) (orders.Run, error) {
	r, err := runOf(ctx, s.reader, requestID)
	if err != nil {
		return orders.Run{}, fmt.Errorf("run %s: %w", requestID, err)
	}
	return r, nil
}

// Steer implements orders.RunBook.
func (s *Store) Steer(ctx context.Context, steering orders.Steering) error {
	err := s.write(ctx, func(t *tx) error {
		if _, err := t.head(); err != nil {
			return err
		}
		r, err := runOf(ctx, t, steering.RequestID)
		if err != nil {
			return err
		}
		if !slices.Contains(steering.From, r.State) {
			return orders.ErrStale
		}
		if err := t.setRun(r.RequestID, steering.To, steering.Actor, "", steering.Now); err != nil {
			return err
		}
		if steering.To == orders.RunStopped {
			if err := t.withdrawQueued(r.RequestID, steering.Now); err != nil {
				return err
			}
		}
		if err := t.letNext(r.RequestID, steering.To); err != nil {
			return err
		}
		return t.changed(r.RequestID, steering.Entry)
	})
	if err != nil {
		return fmt.Errorf("run %s: %w", steering.RequestID, err)
	}
	return nil
}

func (t *tx) setRun(requestID string, state orders.RunState, actor, doubt string, now time.Time) error {
	_, err := t.exec(`UPDATE runs SET state = $1, actor = $2, doubt = $3, changed_at = $4 WHERE request_id = $5`,
		string(state), actor, textOrNull(doubt), micros(now), requestID)
	return err
}

// withdrawQueued withdraws the calls of a request that were not sent yet.
func (t *tx) withdrawQueued(requestID string, now time.Time) error {
	ids, err := list(t.ctx, t, column[string], `SELECT id FROM orders WHERE request_id = $1 AND state = 'queued' ORDER BY position`, requestID)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := t.move(orders.Move{ID: id, From: []orders.State{orders.StateQueued}, To: orders.StateWithdrawn, Now: now}); err != nil {
			return err
		}
		if err := t.stamp(id, now); err != nil {
			return err
		}
	}
	return nil
}

// goOn is what a call's step means for its request: one that comes into doubt pauses it, and it runs again once that one is
// settled. One that comes back unsent to a request that was stopped meanwhile is withdrawn as the others were.
func (t *tx) goOn(requestID string, m orders.Move, from orders.State) error {
	r, err := runOf(t.ctx, t, requestID)
	if errors.Is(err, orders.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	now := m.Now
	if now.IsZero() {
		now = t.store.now()
	}
	switch {
	case m.To == orders.StateQueued && r.State == orders.RunStopped:
		return t.withdrawQueued(requestID, now)
	case m.To == orders.StateInDoubt && r.State == orders.RunRunning:
		r.State = orders.RunPaused
		err = t.setRun(requestID, r.State, auth.Console.Name, m.ID, now)
	case from == orders.StateInDoubt && r.State == orders.RunPaused && r.Doubt == m.ID:
		r.State = orders.RunRunning
		err = t.setRun(requestID, r.State, auth.Console.Name, "", now)
	}
	if err != nil {
		return err
	}
	return t.letNext(requestID, r.State)
}

// letNext holds the queued calls of a request, all but the one whose turn it is.
func (t *tx) letNext(requestID string, state orders.RunState) error {
	_, err := t.exec(`UPDATE orders SET held = TRUE WHERE request_id = $1 AND state = 'queued' AND NOT held`, requestID)
	if err != nil || state != orders.RunRunning {
		return err
	}
	_, err = t.exec(`UPDATE orders SET held = FALSE
		WHERE id = (SELECT n.id FROM orders n WHERE n.request_id = $1 AND n.state = 'queued' ORDER BY n.position LIMIT 1)
			AND NOT EXISTS (SELECT 1 FROM orders s WHERE s.request_id = $1 AND s.state = 'sending')`, requestID)
	return err
}

// What orders.fates says: nothing where there is nothing to find out.
const (
	fatesDue     = "due"
	fatesTold    = "told"
	fatesUnclear = "unclear"
)

// aimAt is what an order is to change of its i-th target, as it stands in the columns.
func aimAt(o orders.Order, i int) (before, after any) {
	if i >= len(o.Aims) || o.Aims[i].Target != o.Targets[i] {
		return nil, nil
	}
	if o.Aims[i].Known {
		before = o.Aims[i].Before
	}
	return before, o.Aims[i].After
}

// wantFates notes that it is to be found out which of an order's targets failed, if that was not noted before and there is
// anything to find it out by.
func (t *tx) wantFates(id string) error {
	_, err := t.exec(`UPDATE orders SET fates = $1 WHERE id = $2 AND fates = ''
		AND EXISTS (SELECT 1 FROM order_targets g WHERE g.order_id = $2 AND g.aim_after IS NOT NULL)`, fatesDue, id)
	return err
}

// Aims implements orders.RunBook.
func (s *Store) Aims(ctx context.Context, orderID string) ([]orders.Aim, error) {
	aims, err := list(ctx, s.reader, func(row scanner) (orders.Aim, error) {
		var a orders.Aim
		var before, after sql.NullString
		err := row.Scan(&a.Target, &before, &after)
		a.Known, a.Before, a.After = before.Valid, before.String, after.String
		return a, err
	}, `SELECT target, aim_before, aim_after FROM order_targets WHERE order_id = $1 AND aim_after IS NOT NULL ORDER BY position`, orderID)
	if err != nil {
		return nil, fmt.Errorf("aims of order %s: %w", orderID, err)
	}
	return aims, nil
}

// dueFates is the query of the orders of which it is to be found out which targets failed.
const dueFates = `SELECT ` + orderColumns + ` FROM orders o
	WHERE o.fates = 'due' AND (o.created_at, o.id) > ($1, $2) ORDER BY o.created_at, o.id LIMIT $3`

// FatesDue implements orders.RunBook.
func (s *Store) FatesDue(ctx context.Context, after orders.Cursor, limit int) (due []orders.Order, err error) {
	err = s.read(ctx, func(q *sql.Tx) error {
		if due, err = list(ctx, q, scanOrder, dueFates, micros(after.CreatedAt), after.ID, limit); err != nil {
			return err
		}
		return complete(ctx, q, due)
	})
	if err != nil {
		return nil, fmt.Errorf("orders divided: %w", err)
	}
	return due, nil
}

// TellFates implements orders.RunBook.
func (s *Store) TellFates(ctx context.Context, orderID string, fates []orders.Fate, entry audit.Entry) error {
	err := s.write(ctx, func(t *tx) error {
		if _, err := t.head(); err != nil {
			return err
		}
		to := fatesTold
		if fates == nil {
			to = fatesUnclear
		}
		rows, err := t.exec(`UPDATE orders SET fates = $1 WHERE id = $2 AND fates = $3`, to, orderID, fatesDue)
		if err == nil && rows == 0 {
			err = orders.ErrStale
		}
		if err != nil {
			return err
		}
		for i, fate := range fates {
			if _, err := t.exec(`UPDATE order_targets SET fate = $1 WHERE order_id = $2 AND position = $3`, string(fate), orderID, i); err != nil {
				return err
			}
		}
		return t.changed(orderID, entry)
	})
	if err != nil {
		return fmt.Errorf("fates of order %s: %w", orderID, err)
	}
	return nil
}
