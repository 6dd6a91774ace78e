package store

import (
	"context"
	"fmt"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/orders"
)

// LoadOrders stores orders as they are, with their cloud orders and actions, in one transaction and without looking
// whether anything is in their way. It is for databases that are filled with made-up or restored orders.
func (s *Store) LoadOrders(ctx context.Context, batch []orders.Order) error {
	return s.write(ctx, func(t *tx) error {
		t.bulk()
		version, err := t.head()
		if err != nil {
			return err
		}
		for _, o := range batch {
			o.Version = version
			if err := t.load(o); err != nil {
				return fmt.Errorf("order %s: %w", o.ID, err)
			}
		}
		return nil
	})
}

func (t *tx) load(o orders.Order) error {
	o.Badge = orders.BadgeOf(o.State, o.CloudOrders)
	fresh, err := t.insertOrder(o)
	if err == nil && !fresh {
		err = orders.ErrExists
	}
	if err != nil {
		return err
	}
	if err := t.insertTargets(o); err != nil {
		return err
	}
	if err := t.index(o); err != nil {
		return err
	}
	for _, c := range o.CloudOrders {
		if err := t.insertCloudOrder(o.ID, c); err != nil {
			return err
		}
		if c.Action == nil {
			continue
		}
		if err := t.requestAction(*c.Action); err != nil {
			return err
		}
	}
	return t.count(o.Team, "", o.Badge)
}

// LoadEntries appends audit entries in one transaction.
func (s *Store) LoadEntries(ctx context.Context, batch []audit.Entry) error {
	return s.write(ctx, func(t *tx) error {
		t.bulk()
		for _, entry := range batch {
			if err := t.append(entry); err != nil {
				return err
			}
		}
		return nil
	})
}

// LoadRequest stores a request with its decisions, and its orders, as they are. Like LoadOrders it is for databases that
// are filled with made-up or restored orders.
func (s *Store) LoadRequest(ctx context.Context, r orders.Request, list ...orders.Order) error {
	if err := s.LoadOrders(ctx, list); err != nil {
		return err
	}
	return s.write(ctx, func(t *tx) error {
		if err := t.insertRequest(r); err != nil {
			return fmt.Errorf("request %s: %w", r.ID, err)
		}
		for i, d := range r.Decisions {
			if err := t.insertDecision(r.ID, i, d); err != nil {
				return fmt.Errorf("request %s: %w", r.ID, err)
			}
		}
		return nil
	})
}
