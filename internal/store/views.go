package store

import (
	"context"
	"errors"
	"fmt"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders"
)

const viewColumns = `v.id, v.owner, v.team, v.shared, v.page, v.name, v.query, v.created_at, v.updated_at`

func scanView(row scanner) (orders.SavedView, error) {
	var v orders.SavedView
	err := row.Scan(&v.ID, &v.Owner, &v.Team, &v.Shared, &v.Page, &v.Name, &v.Query, at{&v.CreatedAt}, at{&v.UpdatedAt})
	return v, err
}

// sharedWith is the condition that a view is shared with a team, as its members see it. Those who see everything see what
// they share with each other: what the teams have among themselves would only be in their way.
func sharedWith(a *arguments, scope auth.Scope, team string) string {
	return `v.shared AND v.team = ` + a.add(team) + ` AND ` + seen(a, scope, "v.team")
}

// savedViewsQuery is the query of the views of a list.
func savedViewsQuery(owner string, scope auth.Scope, team, page string) (string, arguments) {
	var a arguments
	own := `SELECT ` + viewColumns + ` FROM saved_views v WHERE v.owner = ` + a.add(owner) + ` AND v.page = ` + a.add(page)
	shared := `SELECT ` + viewColumns + ` FROM saved_views v WHERE ` + sharedWith(&a, scope, team) + ` AND v.page = ` + a.add(page)
	limit := fmt.Sprintf(` ORDER BY v.name LIMIT %d`, orders.MaxViews)
	return `SELECT * FROM (` + own + limit + `) AS own UNION SELECT * FROM (` + shared + limit + `) AS shared ORDER BY name, id`, a
}

// SavedViews implements orders.ViewBook.
func (s *Store) SavedViews(ctx context.Context, owner string, scope auth.Scope, team, page string) ([]orders.SavedView, error) {
	query, args := savedViewsQuery(owner, scope, team, page)
	views, err := list(ctx, s.reader, scanView, query, args...)
	if err != nil {
		return nil, fmt.Errorf("saved views: %w", err)
	}
	return views, nil
}

// SavedView implements orders.ViewBook.
func (s *Store) SavedView(ctx context.Context, owner string, scope auth.Scope, team, id string) (orders.SavedView, error) {
	a := arguments{id, owner}
	v, err := scanView(s.reader.QueryRowContext(ctx, `SELECT `+viewColumns+` FROM saved_views v WHERE v.id = $1 AND (v.owner = $2 OR `+
		sharedWith(&a, scope, team)+`)`, a...))
	if err != nil {
		return orders.SavedView{}, fmt.Errorf("saved view %s: %w", id, notFound(err))
	}
	return v, nil
}

// SaveView implements orders.ViewBook.
func (s *Store) SaveView(ctx context.Context, v orders.SavedView) error {
	err := s.write(ctx, func(t *tx) error {
		var others int
		if err := t.one(`SELECT count(*) FROM saved_views WHERE owner = $1 AND page = $2 AND name <> $3`, &others, v.Owner, v.Page, v.Name); err != nil {
			return err
		}
		if others >= orders.MaxViews {
			return orders.ErrTooMany
		}
		_, err := t.exec(`INSERT INTO saved_views (id, owner, team, shared, page, name, query, created_at, updated_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			ON CONFLICT (owner, page, name) DO UPDATE SET team = excluded.team, shared = excluded.shared, query = excluded.query,
				updated_at = excluded.updated_at`,
			v.ID, v.Owner, v.Team, v.Shared, v.Page, v.Name, v.Query, micros(v.CreatedAt), micros(v.UpdatedAt))
		return err
	})
	if err != nil {
		return fmt.Errorf("saved view: %w", err)
	}
	return nil
}

// ChangeView implements orders.ViewBook.
func (s *Store) ChangeView(ctx context.Context, v orders.SavedView) error {
	err := s.write(ctx, func(t *tx) error {
		var same string
		err := notFound(t.one(`SELECT id FROM saved_views WHERE owner = $1 AND page = $2 AND name = $3 AND id <> $4`, &same, v.Owner, v.Page, v.Name, v.ID))
		if err == nil {
			return orders.ErrExists
		}
		if !errors.Is(err, orders.ErrNotFound) {
			return err
		}
		rows, err := t.exec(`UPDATE saved_views SET name = $1, shared = $2, team = $3, updated_at = $4 WHERE id = $5`, v.Name, v.Shared, v.Team,
			micros(v.UpdatedAt), v.ID)
		if err == nil && rows == 0 {
			err = orders.ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("saved view %s: %w", v.ID, err)
	}
	return nil
}

// DeleteView implements orders.ViewBook.
func (s *Store) DeleteView(ctx context.Context, id string) error {
	err := s.write(ctx, func(t *tx) error {
		_, err := t.exec(`DELETE FROM saved_views WHERE id = $1`, id)
		return err
	})
	if err != nil {
		return fmt.Errorf("saved view %s: %w", id, err)
	}
	return nil
}
