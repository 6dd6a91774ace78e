package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"workspace-order-console/internal/orders"
)

// PinError tells that a database belongs to another cloud, project or region than the console was started for.
type PinError struct{ Differences []Difference }

// Difference is one setting that is not as it was at the first start.
type Difference struct{ Name, Pinned, Given string }

func (e *PinError) Error() string {
	parts := make([]string, len(e.Differences))
	for i, d := range e.Differences {
		parts[i] = fmt.Sprintf("%s is %q, not %q", d.Name, d.Pinned, d.Given)
	}
	return "this database belongs to another cloud or project: its " + strings.Join(parts, ", its ")
}

// Pin writes cloud, project and region into the database at the first start, and holds them against it later. A
// *PinError says what differs.
func (s *Store) Pin(ctx context.Context, cloud, project, region string) error {
	given := []Difference{{Name: "cloud", Given: cloud}, {Name: "project", Given: project}, {Name: "region", Given: region}}
	var differs PinError
	err := s.write(ctx, func(t *tx) error {
		differs.Differences = nil
		for _, d := range given {
			if _, err := t.exec(`INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING`, d.Name, d.Given); err != nil {
				return err
			}
			if err := t.QueryRowContext(ctx, `SELECT value FROM settings WHERE name = $1`, d.Name).Scan(&d.Pinned); err != nil {
				return err
			}
			if d.Pinned != d.Given {
				differs.Differences = append(differs.Differences, d)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	if len(differs.Differences) > 0 {
		return &differs
	}
	return nil
}

// setting is a setting's value, "" when it was never set.
func setting(ctx context.Context, q querier, name string) (string, error) {
	value, err := column[string](q.QueryRowContext(ctx, `SELECT value FROM settings WHERE name = $1`, name))
	if err = notFound(err); err != nil && !errors.Is(err, orders.ErrNotFound) {
		return "", fmt.Errorf("setting %s: %w", name, err)
	}
	return value, nil
}
