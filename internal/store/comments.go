package store

import (
	"context"
	"fmt"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/orders"
)

func scanComment(row scanner) (orders.Comment, error) {
	var c orders.Comment
	err := row.Scan(&c.ID, &c.OrderID, &c.Actor, &c.Text, at{&c.CreatedAt})
	return c, err
}

// AddComment implements orders.RequestBook.
func (s *Store) AddComment(ctx context.Context, c orders.Comment, entry audit.Entry) error {
	err := s.write(ctx, func(t *tx) error {
		if _, err := t.exec(`INSERT INTO comments (id, order_id, actor, text, created_at) VALUES ($1, $2, $3, $4, $5)`,
			c.ID, c.OrderID, c.Actor, c.Text, micros(c.CreatedAt)); err != nil {
			return err
		}
		found := terms{}
		found.addText(c.Text)
		if err := t.addTerms(c.OrderID, found); err != nil {
			return err
		}
		return t.appendAbout(c.OrderID, entry)
	})
	if err != nil {
		return fmt.Errorf("comment on order %s: %w", c.OrderID, err)
	}
	return nil
}

// Comments implements orders.RequestBook.
func (s *Store) Comments(ctx context.Context, orderID string, after orders.Cursor, limit int) ([]orders.Comment, orders.Cursor, error) {
	limit = limitOf(limit)
	a := arguments{orderID}
	where := ""
	if !after.IsZero() {
		where = ` AND (created_at, id) > (` + a.add(micros(after.CreatedAt)) + `, ` + a.add(after.ID) + `)`
	}
	found, err := list(ctx, s.reader, scanComment, `SELECT id, order_id, actor, text, created_at FROM comments WHERE order_id = $1`+where+`
		ORDER BY created_at, id LIMIT `+a.add(limit+1), a...)
	if err != nil {
		return nil, orders.Cursor{}, fmt.Errorf("comments on order %s: %w", orderID, err)
	}
	found, next := pageOf(found, limit, func(c orders.Comment) orders.Cursor { return orders.Cursor{CreatedAt: c.CreatedAt, ID: c.ID} })
	return found, next, nil
}
