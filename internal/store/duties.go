package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// TakeDuty implements worker.Duties. Who comes in vain has only read.
func (s *Store) TakeDuty(ctx context.Context, name, holder string, now time.Time, hold time.Duration) (bool, error) {
	var by string
	var until int64
	err := s.reader.QueryRowContext(ctx, `SELECT holder, until FROM duties WHERE name = $1`, name).Scan(&by, &until)
	switch {
	case errors.Is(err, sql.ErrNoRows):
	case err != nil:
		return false, fmt.Errorf("duty %s: %w", name, err)
	case by != holder && until > micros(now) && until <= micros(now.Add(hold)):
		return false, nil
	}
	var rows int64
	err = s.write(ctx, func(t *tx) (err error) {
		// One that is taken for longer than anybody takes it is from before the clock was set back.
		rows, err = t.exec(`INSERT INTO duties (name, holder, until) VALUES ($1, $2, $3) ON CONFLICT (name)
			DO UPDATE SET holder = excluded.holder, until = excluded.until
			WHERE duties.holder = excluded.holder OR duties.until <= $4 OR duties.until > excluded.until`,
			name, holder, micros(now.Add(hold)), micros(now))
		return err
	})
	if err != nil {
		return false, fmt.Errorf("duty %s: %w", name, err)
	}
	return rows == 1, nil
}

// LayDown implements worker.Duties.
func (s *Store) LayDown(ctx context.Context, holder string) error {
	err := s.write(ctx, func(t *tx) error {
		_, err := t.exec(`UPDATE duties SET until = 0 WHERE holder = $1 OR $1 = ''`, holder)
		return err
	})
	if err != nil {
		return fmt.Errorf("duties: %w", err)
	}
	return nil
}
