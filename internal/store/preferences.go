package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"workspace-order-console/internal/auth"
)

// Preferences implements auth.Sessions.
func (s *Store) Preferences(ctx context.Context, name string) (values auth.SessionValues, err error) {
	err = s.write(ctx, func(t *tx) error {
		err := t.QueryRowContext(t.ctx, `UPDATE preferences SET used_at = $1 WHERE subject = $2 RETURNING data`, micros(s.now()), name).Scan(document{&values})
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	if err != nil {
		return auth.SessionValues{}, fmt.Errorf("preferences: %w", err)
	}
	return values, nil
}

// SavePreferences implements auth.Sessions.
func (s *Store) SavePreferences(ctx context.Context, name string, values auth.SessionValues) error {
	data, err := asJSON(values)
	if err != nil {
		return fmt.Errorf("preferences: %w", err)
	}
	err = s.write(ctx, func(t *tx) error {
		_, err := t.exec(`INSERT INTO preferences (subject, data, used_at) VALUES ($1, $2, $3)
			ON CONFLICT (subject) DO UPDATE SET data = excluded.data, used_at = excluded.used_at`, name, data, micros(s.now()))
		return err
	})
	if err != nil {
		return fmt.Errorf("preferences: %w", err)
	}
	return nil
}

// sweepPreferences forgets those that no session began with since a time.
func (s *Store) sweepPreferences(ctx context.Context, before time.Time) error {
	return s.write(ctx, func(t *tx) error {
		if _, err := t.exec(`DELETE FROM preferences WHERE used_at < $1`, micros(before)); err != nil {
			return fmt.Errorf("preferences: %w", err)
		}
		return nil
	})
}
