package store

import (
	"context"
	"fmt"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders"
)

const templateColumns = `m.id, m.team, m.owner, m.name, m.kind, m.desktop_id, m.body, m.reason, m.fixed, m.created_at, m.updated_at`

func scanTemplate(row scanner) (orders.Template, error) {
	var m orders.Template
	err := row.Scan(&m.ID, &m.Team, &m.Owner, &m.Name, &m.Kind, &m.DesktopID, &m.Body, &m.Reason, document{&m.Fixed}, at{&m.CreatedAt}, at{&m.UpdatedAt})
	return m, err
}

// templatesQuery is the query of a page of templates: those that a scope sees, and those for everybody.
func templatesQuery(scope auth.Scope, afterName, afterID string, limit int) (string, arguments) {
	var a arguments
	page := func(where string) string {
		return `SELECT ` + templateColumns + ` FROM templates m WHERE ` + where + ` AND (m.name, m.id) > (` + a.add(afterName) + `, ` + a.add(afterID) +
			`) ORDER BY m.name, m.id LIMIT ` + fmt.Sprint(limit)
	}
	if scope.All() {
		return page(seen(&a, scope, "m.team")), a
	}
	return `SELECT * FROM (` + page(seen(&a, scope, "m.team")) + `) AS own UNION ALL SELECT * FROM (` + page("m.team = ''") +
		`) AS everybodys ORDER BY name, id LIMIT ` + fmt.Sprint(limit), a
}

// Templates implements orders.TemplateBook.
func (s *Store) Templates(ctx context.Context, scope auth.Scope, afterName, afterID string, limit int) ([]orders.Template, error) {
	query, args := templatesQuery(scope, afterName, afterID, limitOf(limit))
	found, err := list(ctx, s.reader, scanTemplate, query, args...)
	if err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	return found, nil
}

// Template implements orders.TemplateBook.
func (s *Store) Template(ctx context.Context, scope auth.Scope, id string) (orders.Template, error) {
	a := arguments{id}
	m, err := scanTemplate(s.reader.QueryRowContext(ctx, `SELECT `+templateColumns+` FROM templates m WHERE m.id = $1 AND (m.team = '' OR `+
		seen(&a, scope, "m.team")+`)`, a...))
	if err != nil {
		return orders.Template{}, fmt.Errorf("template %s: %w", id, notFound(err))
	}
	return m, nil
}

// SaveTemplate implements orders.TemplateBook.
func (s *Store) SaveTemplate(ctx context.Context, m orders.Template, entry audit.Entry) error {
	fixed, err := asJSON(m.Fixed)
	if err != nil {
		return fmt.Errorf("template: %w", err)
	}
	err = s.write(ctx, func(t *tx) error {
		var others int
		if err := t.one(`SELECT count(*) FROM templates WHERE team = $1 AND id <> $2`, &others, m.Team, m.ID); err != nil {
			return err
		}
		if others >= orders.MaxTemplates {
			return orders.ErrTooMany
		}
		_, err := t.exec(`INSERT INTO templates (id, team, owner, name, kind, desktop_id, body, reason, fixed, created_at, updated_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
			ON CONFLICT (id) DO UPDATE SET team = excluded.team, name = excluded.name, body = excluded.body, reason = excluded.reason,
				fixed = excluded.fixed, updated_at = excluded.updated_at`,
			m.ID, m.Team, m.Owner, m.Name, m.Kind, m.DesktopID, string(m.Body), m.Reason, fixed, micros(m.CreatedAt), micros(m.UpdatedAt))
		if err != nil {
			return err
		}
		return t.append(entry)
	})
	if err != nil {
		return fmt.Errorf("template: %w", err)
	}
	return nil
}

// DeleteTemplate implements orders.TemplateBook.
func (s *Store) DeleteTemplate(ctx context.Context, id string, entry audit.Entry) error {
	err := s.write(ctx, func(t *tx) error {
		rows, err := t.exec(`DELETE FROM templates WHERE id = $1`, id)
		if err == nil && rows == 0 {
			err = orders.ErrNotFound
		}
		if err != nil {
			return err
		}
		return t.append(entry)
	})
	if err != nil {
		return fmt.Errorf("template %s: %w", id, err)
	}
	return nil
}
