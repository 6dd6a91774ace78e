package store

import (
	"context"
	"fmt"
	"time"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/orders"
)

const delegationColumns = `d.id, d.team, d.from_actor, d.to_actor, d.until, d.created_at, d.ended_at, d.ended_by`

func scanDelegation(row scanner) (orders.Delegation, error) {
	var d orders.Delegation
	err := row.Scan(&d.ID, &d.Team, &d.From, &d.To, at{&d.Until}, at{&d.CreatedAt}, at{&d.EndedAt}, maybe{&d.EndedBy})
	return d, err
}

// AddDelegation implements orders.RequestBook.
func (s *Store) AddDelegation(ctx context.Context, d orders.Delegation, entry audit.Entry) error {
	err := s.write(ctx, func(t *tx) error {
		if _, err := t.exec(`INSERT INTO delegations (id, team, from_actor, to_actor, until, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
			d.ID, d.Team, d.From, d.To, micros(d.Until), micros(d.CreatedAt)); err != nil {
			return err
		}
		return t.append(entry)
	})
	if err != nil {
		return fmt.Errorf("delegation: %w", err)
	}
	return nil
}

// Delegation implements orders.RequestBook.
func (s *Store) Delegation(ctx context.Context, id string) (orders.Delegation, error) {
	d, err := scanDelegation(s.reader.QueryRowContext(ctx, `SELECT `+delegationColumns+` FROM delegations d WHERE d.id = $1`, id))
	if err != nil {
		return d, fmt.Errorf("delegation %s: %w", id, notFound(err))
	}
	return d, nil
}

// delegationsQuery is the query of a page of delegations.
func delegationsQuery(f orders.DelegationFilter, limit int) (string, arguments) {
	var a arguments
	where := seen(&a, f.Scope, "d.team")
	if f.To != "" {
		where += ` AND d.to_actor = ` + a.add(f.To)
	}
	if f.Team != "" {
		where += ` AND d.team = ` + a.add(f.Team)
	}
	if !f.At.IsZero() {
		where += ` AND d.ended_at IS NULL AND d.until > ` + a.add(micros(f.At))
	}
	if !f.After.IsZero() {
		where += ` AND (d.created_at, d.id) < (` + a.add(micros(f.After.CreatedAt)) + `, ` + a.add(f.After.ID) + `)`
	}
	return `SELECT ` + delegationColumns + ` FROM delegations d WHERE ` + where + ` ORDER BY d.created_at DESC, d.id DESC LIMIT ` + a.add(limit), a
}

// Delegations implements orders.RequestBook.
func (s *Store) Delegations(ctx context.Context, f orders.DelegationFilter) ([]orders.Delegation, orders.Cursor, error) {
	limit := limitOf(f.Limit)
	query, args := delegationsQuery(f, limit+1)
	found, err := list(ctx, s.reader, scanDelegation, query, args...)
	if err != nil {
		return nil, orders.Cursor{}, fmt.Errorf("delegations: %w", err)
	}
	found, next := pageOf(found, limit, func(d orders.Delegation) orders.Cursor { return orders.Cursor{CreatedAt: d.CreatedAt, ID: d.ID} })
	return found, next, nil
}

// EndDelegation implements orders.RequestBook.
func (s *Store) EndDelegation(ctx context.Context, id, by string, when time.Time, entry audit.Entry) error {
	err := s.write(ctx, func(t *tx) error {
		rows, err := t.exec(`UPDATE delegations SET ended_at = $1, ended_by = $2 WHERE id = $3 AND ended_at IS NULL`, micros(when), by, id)
		if err == nil && rows == 0 {
			err = orders.ErrStale
		}
		if err != nil {
			return err
		}
		return t.append(entry)
	})
	if err != nil {
		return fmt.Errorf("delegation %s: %w", id, err)
	}
	return nil
}
