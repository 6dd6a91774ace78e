package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders"
)

// notFound turns the absence of a row into orders.ErrNotFound.
func notFound(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return orders.ErrNotFound
	}
	return err
}

// Submit implements orders.Journal.
func (s *Store) Submit(ctx context.Context, in orders.Intake) (admitted orders.Admission, err error) {
	err = s.write(ctx, func(t *tx) error {
		admitted, err = t.take(in)
		return err
	})
	if err != nil {
		return orders.Admission{}, fmt.Errorf("order %s: %w", in.Orders[0].ID, err)
	}
	return admitted, nil
}

// take takes in the orders of one request. The head comes first: nobody else reserves of a budget until this is done.
func (t *tx) take(in orders.Intake) (out orders.Admission, err error) {
	if _, err := t.head(); err != nil {
		return out, err
	}
	out = orders.Admission{Orders: slices.Clone(in.Orders)}
	if in.Admit != nil {
		var month orders.BudgetMonth
		if in.Budget != nil {
			if month, err = budgetMonth(t.ctx, t, in.Budget.Team, in.Budget.Month, in.Budget.Currency); err != nil {
				return out, err
			}
		}
		if out, err = in.Admit(month); err != nil {
			return out, err
		}
	}
	for i := range out.Orders {
		if err := t.insertNew(&out.Orders[i]); err != nil {
			return out, err
		}
	}
	if err := t.once(in, out); err != nil {
		return out, err
	}
	for _, o := range out.Orders {
		if err := t.submit(o); err != nil {
			return out, err
		}
		if in.Budget != nil {
			if err := t.claimBudget(o, *in.Budget, out.Over); err != nil {
				return out, err
			}
		}
	}
	if len(out.Orders) > 1 {
		if err := t.insertRun(out.Orders[0]); err != nil {
			return out, err
		}
	}
	if out.Request != nil {
		if err := t.insertRequest(*out.Request); err != nil {
			return out, err
		}
	}
	if _, err := t.exec(`DELETE FROM drafts WHERE id = $1`, out.Orders[0].ID); err != nil {
		return out, err
	}
	for _, entry := range slices.Concat(in.Entries, out.Entries) {
		if err := t.append(about(out.Orders[0].ID, out.Orders[0].Team, entry)); err != nil {
			return out, err
		}
	}
	return out, nil
}

// insertNew writes a new order's row.
func (t *tx) insertNew(o *orders.Order) (err error) {
	if o.Version, err = t.head(); err != nil {
		return err
	}
	o.Badge = orders.BadgeOf(o.State, o.CloudOrders)
	if o.RequestID == "" {
		o.RequestID = o.ID
	}
	if o.CreatedAt.IsZero() {
		o.CreatedAt = t.store.now()
	}
	if o.UpdatedAt.IsZero() {
		o.UpdatedAt = o.CreatedAt
	}
	fresh, err := t.insertOrder(*o)
	if err == nil && !fresh {
		err = orders.ErrExists
	}
	return err
}

// submit writes what belongs to a new order, if nothing is in its way.
func (t *tx) submit(o orders.Order) error {
	if err := t.clear(o); err != nil {
		return err
	}
	if err := t.handOver(o); err != nil {
		return err
	}
	if err := t.insertTargets(o); err != nil {
		return err
	}
	if err := t.index(o); err != nil {
		return err
	}
	if err := t.addCloudOrders(o.ID, o.CloudOrders); err != nil {
		return err
	}
	return t.count(o.Team, "", o.Badge)
}

// clear makes sure that no order is in the way of a new one. The one in doubt that it repeats is not, unless another
// repeats it already. Of several calls none sends an order in doubt again: who approves that looks at one for one.
func (t *tx) clear(o orders.Order) error {
	var way orders.InTheWay
	repeats := o.RepeatOf
	if o.Calls > 1 {
		repeats = ""
	}
	if repeats != "" {
		err := t.QueryRowContext(t.ctx, `SELECT o.id, o.state FROM orders o JOIN orders e ON e.id = o.repeat_of
			WHERE o.repeat_of = $1 AND o.id <> $2 AND e.state = 'in_doubt' AND o.state IN ('awaiting_approval', 'queued', 'sending', 'in_doubt')
			ORDER BY o.created_at, o.id LIMIT 1`, repeats, o.ID).Scan(&way.OrderID, &way.State)
		if err == nil {
			return &way
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	}
	if len(o.Targets) > 0 {
		a := arguments{repeats}
		err := t.QueryRowContext(t.ctx, `SELECT o.id, o.state, g.target FROM order_targets g JOIN orders o ON o.id = g.order_id
			WHERE g.open AND NOT (o.id = $1 AND o.state = 'in_doubt') AND g.target IN `+in(&a, o.Targets)+`
			ORDER BY o.created_at, o.id LIMIT 1`, a...).
			Scan(&way.OrderID, &way.State, &way.Target)
		if err == nil {
			return &way
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	}
	if o.Creation == "" {
		return nil
	}
	err := t.QueryRowContext(t.ctx, `SELECT id, state FROM orders WHERE creation = $1 AND state = 'in_doubt' AND id NOT IN ($2, $3)
		ORDER BY created_at, id LIMIT 1`, o.Creation, o.ID, repeats).Scan(&way.OrderID, &way.State)
	if err == nil {
		return &way
	}
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}

// handOver gives a new order the targets of the order in doubt that it repeats.
func (t *tx) handOver(o orders.Order) error {
	if o.RepeatOf == "" || len(o.Targets) == 0 || !o.State.InTheWay() {
		return nil
	}
	a := arguments{o.RepeatOf}
	_, err := t.exec(`UPDATE order_targets SET open = FALSE WHERE order_id = $1 AND open AND target IN `+in(&a, o.Targets), a...)
	return err
}

// handBack gives the targets of an order that is settled back to the one that it repeats, if that is still in doubt.
func (t *tx) handBack(id string) error {
	_, err := t.exec(`UPDATE order_targets SET open = TRUE
		WHERE order_id IN (SELECT e.id FROM orders o JOIN orders e ON e.id = o.repeat_of WHERE o.id = $1 AND e.state = 'in_doubt')
			AND target IN (SELECT target FROM order_targets WHERE order_id = $1)`, id)
	return err
}

func (t *tx) insertTargets(o orders.Order) error {
	for i, target := range o.Targets {
		if slices.Contains(o.Targets[:i], target) {
			continue
		}
		before, after := aimAt(o, i)
		if _, err := t.exec(`INSERT INTO order_targets (order_id, position, target, open, created_at, aim_before, aim_after)
			VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			o.ID, i, target, o.State.InTheWay(), micros(o.CreatedAt), before, after); err != nil {
			return fmt.Errorf("target %s: %w", target, err)
		}
	}
	return nil
}

// Order implements orders.Journal.
func (s *Store) Order(ctx context.Context, id string) (orders.Order, error) {
	return s.oneOrder(ctx, `o.id = $1`, id)
}

// OrderByIdempotencyKey implements orders.Journal.
func (s *Store) OrderByIdempotencyKey(ctx context.Context, keyID, idempotencyKey string) (orders.Order, error) {
	return s.oneOrder(ctx, `o.key_id = $1 AND o.idempotency_key = $2`, keyID, idempotencyKey)
}

// oneOrder reads the order that a condition names.
func (s *Store) oneOrder(ctx context.Context, condition string, args ...any) (o orders.Order, err error) {
	err = s.read(ctx, func(q *sql.Tx) error {
		o, err = orderWhere(ctx, q, condition, args...)
		return err
	})
	if err != nil {
		return orders.Order{}, fmt.Errorf("order %v: %w", args[0], err)
	}
	return o, nil
}

func orderWhere(ctx context.Context, q querier, condition string, args ...any) (orders.Order, error) {
	o, err := scanOrder(q.QueryRowContext(ctx, `SELECT `+orderColumns+` FROM orders o WHERE `+condition, args...))
	if err != nil {
		return orders.Order{}, notFound(err)
	}
	one := []orders.Order{o}
	err = complete(ctx, q, one)
	return one[0], err
}

// Apply implements orders.Journal. ErrExists when one of the cloud orders belongs to another order.
func (s *Store) Apply(ctx context.Context, move orders.Move) error {
	if move.Now.IsZero() {
		move.Now = s.now()
	}
	err := s.write(ctx, func(t *tx) error {
		if _, err := t.head(); err != nil {
			return err
		}
		if err := t.move(move); err != nil {
			return err
		}
		if err := t.addCloudOrders(move.ID, move.CloudOrders); err != nil {
			return err
		}
		if err := t.stamp(move.ID, move.Now); err != nil {
			return err
		}
		return t.appendAbout(move.ID, move.Entry)
	})
	if err != nil {
		return fmt.Errorf("order %s: %w", move.ID, err)
	}
	return nil
}

// move changes the order's state, if it is as the move thinks it is.
func (t *tx) move(m orders.Move) error {
	var state orders.State
	var fence, requestID string
	var calls int
	err := t.QueryRowContext(t.ctx, `SELECT state, fence, request_id, calls FROM orders WHERE id = $1`, m.ID).
		Scan(&state, maybe{&fence}, &requestID, &calls)
	if err != nil {
		return notFound(err)
	}
	if !slices.Contains(m.From, state) || m.Fence != "" && m.Fence != fence {
		return orders.ErrStale
	}
	if !state.CanBecome(m.To) {
		return fmt.Errorf("%s cannot become %s: %w", state, m.To, orders.ErrStale)
	}
	a := arguments{m.ID, string(state), string(m.To)}
	set := `state = $3`
	if m.To == orders.StateQueued {
		set += `, fence = NULL, sent_at = NULL, deadline = NULL, next_attempt_at = ` + a.add(micros(m.NextAttemptAt))
	}
	if m.Answer != nil {
		answer, err := answerOrNull(m.Answer)
		if err != nil {
			return err
		}
		set += `, answer = ` + a.add(answer)
	}
	rows, err := t.exec(`UPDATE orders SET `+set+` WHERE id = $1 AND state = $2`, a...)
	if err != nil {
		return err
	}
	if rows == 0 {
		return orders.ErrStale
	}
	if calls > 1 {
		if err := t.goOn(requestID, m, state); err != nil {
			return err
		}
	}
	if m.To.InTheWay() {
		return nil
	}
	if _, err := t.exec(`UPDATE order_targets SET open = FALSE WHERE order_id = $1 AND open`, m.ID); err != nil {
		return err
	}
	return t.handBack(m.ID)
}

// nextQueued finds the oldest queued order whose time and, among the calls of a request, whose turn has come.
const nextQueued = `SELECT id FROM orders WHERE state = 'queued' AND held = FALSE AND next_attempt_at <= $1 ORDER BY created_at, id LIMIT 1`

// Claim implements orders.Journal.
func (s *Store) Claim(ctx context.Context, claim orders.Claim) (orders.Order, error) {
	if claim.Now.IsZero() {
		claim.Now = s.now()
	}
	for {
		var id string
		// A look before the lock: workers ask often, and mostly in vain.
		if err := s.reader.QueryRowContext(ctx, nextQueued, micros(claim.Now)).Scan(&id); err != nil {
			return orders.Order{}, fmt.Errorf("claim: %w", notFound(err))
		}
		o, err := s.claim(ctx, claim)
		if err == nil {
			return o, nil
		}
		if !errors.Is(err, orders.ErrNotFound) {
			return orders.Order{}, fmt.Errorf("claim: %w", err)
		}
		// another worker was quicker; there may be a next one
	}
}

func (s *Store) claim(ctx context.Context, claim orders.Claim) (o orders.Order, err error) {
	err = s.write(ctx, func(t *tx) error {
		version, err := t.head()
		if err != nil {
			return err
		}
		var id, team string
		var before orders.Badge
		if err := t.QueryRowContext(ctx, nextQueued, micros(claim.Now)).Scan(&id); err != nil {
			return notFound(err)
		}
		if err := t.QueryRowContext(ctx, `SELECT badge, team FROM orders WHERE id = $1`, id).Scan(&before, maybe{&team}); err != nil {
			return notFound(err)
		}
		badge := orders.BadgeOf(orders.StateSending, nil)
		err = t.QueryRowContext(ctx, `UPDATE orders SET state = 'sending', badge = $1, moving = TRUE, fence = $2,
				attempts = attempts + 1, sent_at = $3, deadline = $4, version = $5, updated_at = $3
			WHERE id = $6 AND state = 'queued' AND NOT held RETURNING id`,
			string(badge), claim.Fence, micros(claim.Now), orNull(claim.Deadline), version, id).Scan(&id)
		if err != nil {
			return notFound(err)
		}
		if err := t.count(team, before, badge); err != nil {
			return err
		}
		entry := claim.Entry
		entry.Object = ""
		if err := t.append(about(id, team, entry)); err != nil {
			return err
		}
		o, err = orderWhere(ctx, t, `o.id = $1`, id)
		return err
	})
	return o, err
}

// Abandoned implements orders.Journal.
func (s *Store) Abandoned(ctx context.Context, fencePrefix string, deadlineBefore time.Time, limit int) ([]orders.Order, error) {
	var left []orders.Order
	err := s.read(ctx, func(q *sql.Tx) (err error) {
		left, err = list(ctx, q, scanOrder, `SELECT `+orderColumns+` FROM orders o
			WHERE o.state = 'sending' AND (substr(o.fence, 1, length($1)) <> $1 OR o.deadline < $2)
			ORDER BY o.created_at, o.id LIMIT $3`, fencePrefix, micros(deadlineBefore), limit)
		if err != nil {
			return err
		}
		return complete(ctx, q, left)
	})
	if err != nil {
		return nil, fmt.Errorf("abandoned orders: %w", err)
	}
	return left, nil
}

// Count implements orders.Journal.
func (s *Store) Count(ctx context.Context, scope auth.Scope) (map[orders.Badge]int, error) {
	var a arguments
	rows, err := s.reader.QueryContext(ctx, `SELECT badge, sum(n) FROM order_counts WHERE `+seen(&a, scope, "team")+` GROUP BY badge`, a...)
	if err != nil {
		return nil, fmt.Errorf("count of orders: %w", err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	counts := map[orders.Badge]int{}
	for rows.Next() {
		var badge orders.Badge
		var n int
		if err := rows.Scan(&badge, &n); err != nil {
			return nil, fmt.Errorf("count of orders: %w", err)
		}
		if n > 0 {
			counts[badge] = n
		}
	}
	return counts, rows.Err()
}
