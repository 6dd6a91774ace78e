package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"workspace-order-console/internal/orders"
)

// Evidence implements orders.Journal.
func (s *Store) Evidence(ctx context.Context, orderID string) (e orders.Evidence, err error) {
	raw, err := column[string](s.reader.QueryRowContext(ctx, `SELECT evidence FROM order_evidence WHERE order_id = $1`, orderID))
	if err = notFound(err); errors.Is(err, orders.ErrNotFound) {
		return e, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(raw), &e)
	}
	if err != nil {
		return e, fmt.Errorf("evidence of %s: %w", orderID, err)
	}
	return e, nil
}

// SaveEvidence implements orders.Journal.
func (s *Store) SaveEvidence(ctx context.Context, found []orders.Found) error {
	return s.write(ctx, func(t *tx) error {
		for _, f := range found {
			raw, err := json.Marshal(f.Evidence)
			if err != nil {
				return fmt.Errorf("evidence of %s: %w", f.OrderID, err)
			}
			_, err = t.exec(`INSERT INTO order_evidence (order_id, evidence, looked_at) VALUES ($1, $2, $3)
				ON CONFLICT (order_id) DO UPDATE SET evidence = excluded.evidence, looked_at = excluded.looked_at`,
				f.OrderID, string(raw), micros(f.Evidence.LookedAt))
			if err == nil && f.Seen {
				err = t.stamp(f.OrderID, f.Evidence.LookedAt)
			}
			if err != nil {
				return fmt.Errorf("evidence of %s: %w", f.OrderID, err)
			}
		}
		return nil
	})
}

// KnownCloudOrders implements orders.Journal.
func (s *Store) KnownCloudOrders(ctx context.Context, orderIDs []string) (map[string]bool, error) {
	known := map[string]bool{}
	if len(orderIDs) == 0 {
		return known, nil
	}
	var a arguments
	ids, err := list(ctx, s.reader, column[string], `SELECT cloud_order_id FROM cloud_orders WHERE cloud_order_id IN `+in(&a, orderIDs), a...)
	if err != nil {
		return nil, fmt.Errorf("known cloud orders: %w", err)
	}
	for _, id := range ids {
		known[id] = true
	}
	return known, nil
}
