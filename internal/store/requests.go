package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"workspace-order-console/internal/orders"
)

const requestColumns = `r.id, r.team, r.state, r.revision, r.hash, r.calls, r.entered, r.amount, r.currency, r.actor, r.principal, r.key_id,
	r.why, r.needed, r.needs_admin, r.reason, r.expires_at, r.created_at, r.decided_at`

func scanRequest(row scanner) (orders.Request, error) {
	var r orders.Request
	err := row.Scan(&r.ID, maybe{&r.Team}, &r.State, &r.Revision, &r.Hash, document{&r.Calls}, &r.Entered, amount{&r.Amount}, &r.Currency,
		&r.Actor, &r.Principal, maybe{&r.KeyID}, messages{&r.Why}, &r.Needed, &r.NeedsAdmin, &r.Reason, at{&r.ExpiresAt},
		at{&r.CreatedAt}, at{&r.DecidedAt})
	return r, err
}

func (t *tx) insertRequest(r orders.Request) error {
	calls, err := asJSON(r.Calls)
	if err != nil {
		return fmt.Errorf("calls: %w", err)
	}
	why, err := asJSON(r.Why)
	if err != nil {
		return fmt.Errorf("messages: %w", err)
	}
	_, err = t.exec(`INSERT INTO requests (id, team, state, revision, hash, calls, entered, amount, currency, actor, principal, key_id,
			why, needed, needs_admin, reason, expires_at, created_at, decided_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
		r.ID, textOrNull(r.Team), string(r.State), r.Revision, r.Hash, calls, r.Entered, amountOrNull(r.Amount), r.Currency, r.Actor, r.Principal,
		textOrNull(r.KeyID), why, r.Needed, r.NeedsAdmin, r.Reason, micros(r.ExpiresAt), micros(r.CreatedAt), orNull(r.DecidedAt))
	return err
}

// once holds what comes in against what it must not be beside: a request of the same API key for the same, and other
// orders on the approval that it keeps.
func (t *tx) once(in orders.Intake, out orders.Admission) error {
	first := out.Orders[0]
	if in.Once && out.Request != nil {
		_, err := t.requestByKey(first.KeyID, first.Hash, first.CreatedAt)
		if err == nil {
			return orders.ErrExists
		}
		if !errors.Is(err, orders.ErrNotFound) {
			return err
		}
	}
	if in.Keeps == "" || out.Request != nil {
		return nil
	}
	var n int
	err := t.QueryRowContext(t.ctx, `SELECT count(*) FROM orders o JOIN requests r ON r.id = $1 WHERE o.request_id = $1 AND o.id <> $2
		AND (o.state NOT IN ('refused', 'not_placed', 'withdrawn') OR r.state <> 'approved')`, in.Keeps, first.ID).Scan(&n)
	if err == nil && n > 0 {
		err = orders.ErrStale
	}
	return err
}

func (t *tx) insertDecision(requestID string, position int, d orders.Decision) error {
	_, err := t.exec(`INSERT INTO decisions (request_id, position, approver, on_behalf_of, as_admin, approve, reason, hash, amount, currency,
			created_at, void)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		requestID, position, d.Approver, textOrNull(d.OnBehalfOf), d.AsAdmin, d.Approve, d.Reason, d.Hash, amountOrNull(d.Amount),
		d.Currency, micros(d.CreatedAt), d.Void)
	return err
}

// decisionRow is a decision and the request that it is about.
type decisionRow struct {
	requestID string
	orders.Decision
}

func scanDecision(row scanner) (decisionRow, error) {
	var d decisionRow
	err := row.Scan(&d.requestID, &d.Approver, maybe{&d.OnBehalfOf}, &d.AsAdmin, &d.Approve, &d.Reason, &d.Hash, amount{&d.Amount},
		&d.Currency, at{&d.CreatedAt}, &d.Void)
	return d, err
}

// decided adds their decisions to requests, with one query however many there are.
func decided(ctx context.Context, q querier, requests []orders.Request) error {
	if len(requests) == 0 {
		return nil
	}
	place := make(map[string]int, len(requests))
	ids := make([]string, len(requests))
	for i, r := range requests {
		ids[i], place[r.ID] = r.ID, i
	}
	var a arguments
	made, err := list(ctx, q, scanDecision, `SELECT request_id, approver, on_behalf_of, as_admin, approve, reason, hash, amount, currency,
			created_at, void
		FROM decisions WHERE request_id IN `+in(&a, ids)+` ORDER BY request_id, position`, a...)
	if err != nil {
		return fmt.Errorf("decisions: %w", err)
	}
	for _, d := range made {
		r := &requests[place[d.requestID]]
		r.Decisions = append(r.Decisions, d.Decision)
	}
	return nil
}

func requestWhere(ctx context.Context, q querier, condition string, args ...any) (orders.Request, error) {
	r, err := scanRequest(q.QueryRowContext(ctx, `SELECT `+requestColumns+` FROM requests r WHERE `+condition, args...))
	if err != nil {
		return orders.Request{}, notFound(err)
	}
	one := []orders.Request{r}
	err = decided(ctx, q, one)
	return one[0], err
}

// Request implements orders.RequestBook.
func (s *Store) Request(ctx context.Context, id string) (r orders.Request, err error) {
	err = s.read(ctx, func(q *sql.Tx) error {
		r, err = requestWhere(ctx, q, `r.id = $1`, id)
		return err
	})
	if err != nil {
		return orders.Request{}, fmt.Errorf("request %s: %w", id, err)
	}
	return r, nil
}

// equalRequest finds the newest request of an API key for the same that still counts.
const equalRequest = `r.id = (SELECT e.id FROM requests e JOIN orders o ON o.id = e.id
	WHERE e.key_id = $1 AND e.entered = $2 AND e.expires_at > $3 AND e.state IN ('awaiting', 'approved', 'rejected') AND o.idempotency_key IS NULL
	ORDER BY e.created_at DESC LIMIT 1)`

func (t *tx) requestByKey(keyID, hash string, now time.Time) (orders.Request, error) {
	return requestWhere(t.ctx, t, equalRequest, keyID, hash, micros(now))
}

// RequestByKey implements orders.RequestBook.
func (s *Store) RequestByKey(ctx context.Context, keyID, hash string, now time.Time) (r orders.Request, err error) {
	err = s.read(ctx, func(q *sql.Tx) error {
		r, err = requestWhere(ctx, q, equalRequest, keyID, hash, micros(now))
		return err
	})
	if err != nil {
		return orders.Request{}, fmt.Errorf("request of key %s: %w", keyID, err)
	}
	return r, nil
}

// requestsWhere is the condition of a list of requests, wherever it begins.
func requestsWhere(a *arguments, f orders.RequestFilter) string {
	where := seen(a, f.Scope, "r.team")
	if f.State != "" {
		where += ` AND r.state = ` + a.add(string(f.State))
	}
	if f.Principal != "" {
		where += ` AND r.principal = ` + a.add(f.Principal)
	}
	if f.ToDecide != "" {
		who := a.add(f.ToDecide)
		if !f.AsAdmin {
			where += ` AND (NOT r.needs_admin OR EXISTS (SELECT 1 FROM decisions d WHERE d.request_id = r.id AND NOT d.void AND d.approve AND d.as_admin)
				OR r.needed > 1 + (SELECT count(*) FROM decisions d WHERE d.request_id = r.id AND NOT d.void AND d.approve))`
		}
		where += ` AND r.principal <> ` + who + ` AND r.actor <> ` + who + ` AND NOT EXISTS (SELECT 1 FROM decisions d
			WHERE d.request_id = r.id AND NOT d.void AND (d.approver = ` + who + ` OR d.on_behalf_of = ` + who + `))`
	}
	return where
}

// requestsQuery is the query of a page of requests.
func requestsQuery(f orders.RequestFilter, limit int) (string, arguments) {
	var a arguments
	where := requestsWhere(&a, f)
	if !f.After.IsZero() {
		where += ` AND (r.created_at, r.id) < (` + a.add(micros(f.After.CreatedAt)) + `, ` + a.add(f.After.ID) + `)`
	}
	return `SELECT ` + requestColumns + ` FROM requests r WHERE ` + where + ` ORDER BY r.created_at DESC, r.id DESC LIMIT ` + a.add(limit), a
}

// countRequestsQuery is the query that counts requests up to a number.
func countRequestsQuery(f orders.RequestFilter, most int) (string, arguments) {
	var a arguments
	where := requestsWhere(&a, f)
	return `SELECT count(*) FROM (SELECT r.id FROM requests r WHERE ` + where + ` LIMIT ` + a.add(most) + `) AS found`, a
}

// CountRequests implements orders.RequestBook.
func (s *Store) CountRequests(ctx context.Context, f orders.RequestFilter, most int) (n int, err error) {
	query, args := countRequestsQuery(f, most)
	if err := s.reader.QueryRowContext(ctx, query, args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count of requests: %w", err)
	}
	return n, nil
}

// Requests implements orders.RequestBook.
func (s *Store) Requests(ctx context.Context, f orders.RequestFilter) (found []orders.Request, next orders.Cursor, err error) {
	limit := limitOf(f.Limit)
	err = s.read(ctx, func(q *sql.Tx) error {
		query, args := requestsQuery(f, limit+1)
		if found, err = list(ctx, q, scanRequest, query, args...); err != nil {
			return err
		}
		found, next = pageOf(found, limit, func(r orders.Request) orders.Cursor { return orders.Cursor{CreatedAt: r.CreatedAt, ID: r.ID} })
		return decided(ctx, q, found)
	})
	if err != nil {
		return nil, orders.Cursor{}, fmt.Errorf("list of requests: %w", err)
	}
	return found, next, nil
}

// pageOf makes a page of a list that was read with one more than fits: the page, and where it goes on.
func pageOf[T any](all []T, limit int, cursor func(T) orders.Cursor) ([]T, orders.Cursor) {
	if len(all) <= limit {
		return all, orders.Cursor{}
	}
	all = all[:limit]
	return all, cursor(all[limit-1])
}

// RequestOrders implements orders.RequestBook.
func (s *Store) RequestOrders(ctx context.Context, id string) (found []orders.Order, err error) {
	err = s.read(ctx, func(q *sql.Tx) error {
		found, err = list(ctx, q, scanOrder, `SELECT `+orderColumns+` FROM orders o WHERE o.request_id = $1 ORDER BY o.created_at, o.position, o.id LIMIT $2`,
			id, mostLimit)
		if err != nil {
			return err
		}
		return complete(ctx, q, found)
	})
	if err != nil {
		return nil, fmt.Errorf("orders of request %s: %w", id, err)
	}
	return found, nil
}

func repeatsQuery(ids, limit string) string {
	return `SELECT ` + orderColumns + ` FROM orders o WHERE o.repeat_of IN (` + ids + `) ORDER BY o.created_at, o.id LIMIT ` + limit
}

// Repeats implements orders.RequestBook.
func (s *Store) Repeats(ctx context.Context, ids []string) (found []orders.Order, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	a := arguments{}
	places := make([]string, len(ids))
	for i, id := range ids {
		places[i] = a.add(id)
	}
	query := repeatsQuery(strings.Join(places, ", "), a.add(mostLimit))
	err = s.read(ctx, func(q *sql.Tx) error {
		found, err = list(ctx, q, scanOrder, query, a...)
		if err != nil {
			return err
		}
		return complete(ctx, q, found)
	})
	if err != nil {
		return nil, fmt.Errorf("what repeats orders: %w", err)
	}
	return found, nil
}

// ExpiringRequests implements orders.RequestBook.
func (s *Store) ExpiringRequests(ctx context.Context, now time.Time, limit int) ([]orders.Request, error) {
	found, err := list(ctx, s.reader, scanRequest, `SELECT `+requestColumns+` FROM requests r
		WHERE r.state = 'awaiting' AND r.expires_at <= $1 ORDER BY r.expires_at, r.id LIMIT $2`, micros(now), limit)
	if err != nil {
		return nil, fmt.Errorf("expiring requests: %w", err)
	}
	return found, nil
}

// Rule implements orders.RequestBook.
func (s *Store) Rule(ctx context.Context, ruling orders.Ruling) error {
	err := s.write(ctx, func(t *tx) error {
		if _, err := t.head(); err != nil {
			return err
		}
		r, err := requestWhere(ctx, t, `r.id = $1`, ruling.RequestID)
		if err != nil {
			return err
		}
		if r.State != orders.RequestAwaiting || r.Revision != ruling.Revision {
			return orders.ErrStale
		}
		return t.rule(r, ruling)
	})
	if err != nil {
		return fmt.Errorf("request %s: %w", ruling.RequestID, err)
	}
	return nil
}

func (t *tx) rule(r orders.Request, ruling orders.Ruling) error {
	if err := t.reprice(&r, ruling); err != nil {
		return err
	}
	if ruling.Decision != nil {
		if err := t.insertDecision(r.ID, len(r.Decisions), *ruling.Decision); err != nil {
			return err
		}
	}
	if ruling.To != "" {
		r.State, r.DecidedAt = ruling.To, ruling.Now
	}
	why, err := asJSON(r.Why)
	if err != nil {
		return fmt.Errorf("messages: %w", err)
	}
	_, err = t.exec(`UPDATE requests SET state = $1, revision = revision + 1, amount = $2, currency = $3, why = $4, needed = $5,
		needs_admin = $6, decided_at = $7 WHERE id = $8`, string(r.State), amountOrNull(r.Amount), r.Currency, why, r.Needed, r.NeedsAdmin,
		orNull(r.DecidedAt), r.ID)
	if err != nil {
		return err
	}
	for _, call := range r.Calls {
		if ruling.To != "" {
			if err := t.move(orders.Move{ID: call.OrderID, From: []orders.State{orders.StateAwaitingApproval}, To: ruling.To.OrderState()}); err != nil {
				return err
			}
		}
		if err := t.stamp(call.OrderID, ruling.Now); err != nil {
			return err
		}
	}
	for _, entry := range ruling.Entries {
		if err := t.append(about(r.ID, r.Team, entry)); err != nil {
			return err
		}
	}
	return nil
}

// reprice takes over new prices, and what they change in the approval that is needed.
func (t *tx) reprice(r *orders.Request, ruling orders.Ruling) error {
	if ruling.Quotes != nil {
		r.Amount, r.Currency = ruling.Amount, ruling.Currency
	}
	for id, quote := range ruling.Quotes {
		stored, err := quoteOrNull(quote)
		if err != nil {
			return err
		}
		if _, err := t.exec(`UPDATE orders SET quote = $1 WHERE id = $2 AND request_id = $3`, stored, id, r.ID); err != nil {
			return err
		}
	}
	if ruling.Void {
		if _, err := t.exec(`UPDATE decisions SET void = TRUE WHERE request_id = $1 AND approve`, r.ID); err != nil {
			return err
		}
	}
	if ruling.Judge == nil {
		return nil
	}
	others, _, err := othersOf(t.ctx, t, r.Calls)
	if err != nil {
		return err
	}
	need, over := ruling.Judge(others)
	r.Needed, r.NeedsAdmin = max(r.Needed, need.Approvals), r.NeedsAdmin || need.Admin
	if len(need.Why) > 0 {
		r.Why = need.Why
	}
	return t.setOver(r.Calls, over)
}
