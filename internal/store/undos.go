package store

import (
	"context"
	"fmt"
	"time"

	"workspace-order-console/internal/orders"
)

// KeepUndo implements orders.UndoBook.
func (s *Store) KeepUndo(ctx context.Context, undo orders.Undo) error {
	data, err := asJSON(undo)
	if err != nil {
		return fmt.Errorf("undo: %w", err)
	}
	err = s.write(ctx, func(t *tx) error {
		_, err := t.exec(`INSERT INTO undos (id, owner, data, created_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, data = excluded.data, created_at = excluded.created_at`,
			undo.ID, undo.Owner, data, micros(undo.At))
		return err
	})
	if err != nil {
		return fmt.Errorf("undo %s: %w", undo.ID, err)
	}
	return nil
}

// Undo implements orders.UndoBook.
func (s *Store) Undo(ctx context.Context, owner, id string, since time.Time) (orders.Undo, error) {
	var undo orders.Undo
	err := s.reader.QueryRowContext(ctx, `SELECT id, owner, data, created_at FROM undos WHERE id = $1 AND owner = $2 AND created_at > $3`,
		id, owner, micros(since)).Scan(&undo.ID, &undo.Owner, document{&undo}, at{&undo.At})
	if err != nil {
		return orders.Undo{}, fmt.Errorf("undo %s: %w", id, notFound(err))
	}
	return undo, nil
}

// DropUndo implements orders.UndoBook.
func (s *Store) DropUndo(ctx context.Context, id string) error {
	err := s.write(ctx, func(t *tx) error {
		_, err := t.exec(`DELETE FROM undos WHERE id = $1`, id)
		return err
	})
	if err != nil {
		return fmt.Errorf("undo %s: %w", id, err)
	}
	return nil
}

// sweepUndos forgets what was deleted before a time.
func (s *Store) sweepUndos(ctx context.Context, before time.Time) error {
	return s.write(ctx, func(t *tx) error {
		if _, err := t.exec(`DELETE FROM undos WHERE created_at <= $1`, micros(before)); err != nil {
			return fmt.Errorf("undos: %w", err)
		}
		return nil
	})
}
