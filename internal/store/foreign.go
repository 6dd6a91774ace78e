package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"workspace-order-console/internal/orders"
)

const foreignColumns = `f.cloud_order_id, f.status, f.order_type, f.amount, f.currency, f.create_time, f.user_name, f.products, f.seen_at,
	a.id, a.kind, a.state, a.actor, a.amount, a.currency, a.attempts, a.code, a.msg, a.next_attempt_at, a.created_at, a.updated_at`

func scanForeign(row scanner) (orders.ForeignOrder, error) {
	var f orders.ForeignOrder
	var a nullableAction
	var sum *decimal.Decimal
	var products string
	err := row.Scan(&f.OrderID, &f.Status, &f.OrderType, amount{&sum}, &f.Currency, at{&f.CreateTime}, &f.UserName, &products, at{&f.SeenAt},
		&a.id, maybe{&a.kind}, maybe{&a.state}, maybe{&a.Actor}, amount{&a.amount}, maybe{&a.Currency}, &a.attempts, maybe{&a.Code}, maybe{&a.Msg},
		at{&a.NextAttemptAt}, at{&a.CreatedAt}, at{&a.UpdatedAt})
	if err != nil {
		return f, err
	}
	if sum != nil {
		f.Amount = *sum
	}
	f.Action = a.action("", f.OrderID)
	return f, json.Unmarshal([]byte(products), &f.Products)
}

// ReplaceForeign implements orders.Journal.
func (s *Store) ReplaceForeign(ctx context.Context, since time.Time, listed []orders.ForeignOrder) error {
	err := s.write(ctx, func(t *tx) error {
		for _, f := range listed {
			products, err := json.Marshal(f.Products)
			if err != nil {
				return err
			}
			if _, err := t.exec(`INSERT INTO foreign_orders (cloud_order_id, status, order_type, amount, currency, create_time, user_name, products, seen_at)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (cloud_order_id) DO UPDATE SET status = excluded.status,
				amount = excluded.amount, currency = excluded.currency, user_name = excluded.user_name, products = excluded.products,
				seen_at = excluded.seen_at`,
				f.OrderID, int(f.Status), f.OrderType, f.Amount.String(), f.Currency, micros(f.CreateTime), f.UserName, string(products), micros(f.SeenAt)); err != nil {
				return fmt.Errorf("%s: %w", f.OrderID, err)
			}
		}
		seen := s.now()
		if len(listed) > 0 {
			seen = listed[0].SeenAt
		}
		if _, err := t.exec(`DELETE FROM foreign_orders WHERE create_time >= $1 AND seen_at < $2`, micros(since), micros(seen)); err != nil {
			return err
		}
		_, err := t.exec(`DELETE FROM foreign_orders WHERE cloud_order_id IN (SELECT cloud_order_id FROM cloud_orders)`)
		return err
	})
	if err != nil {
		return fmt.Errorf("foreign orders: %w", err)
	}
	return nil
}

// ForeignOrders implements orders.Journal. A limit of 0 is 50, and there are never more than 200 at once.
func (s *Store) ForeignOrders(ctx context.Context, after string, limit int) (found []orders.ForeignOrder, next string, err error) {
	limit = limitOf(limit)
	var a arguments
	where := ""
	if after != "" {
		from, err := s.ForeignOrder(ctx, after)
		if err != nil {
			return nil, "", err
		}
		where = ` WHERE (f.create_time, f.cloud_order_id) < (` + a.add(micros(from.CreateTime)) + `, ` + a.add(from.OrderID) + `)`
	}
	found, err = list(ctx, s.reader, scanForeign, `SELECT `+foreignColumns+` FROM foreign_orders f LEFT JOIN actions a ON a.id = f.action_id`+
		where+` ORDER BY f.create_time DESC, f.cloud_order_id DESC LIMIT `+a.add(limit+1), a...)
	if err != nil {
		return nil, "", fmt.Errorf("foreign orders: %w", err)
	}
	if len(found) > limit {
		found = found[:limit]
		next = found[limit-1].OrderID
	}
	return found, next, nil
}

// ForeignOrder implements orders.Journal.
func (s *Store) ForeignOrder(ctx context.Context, orderID string) (orders.ForeignOrder, error) {
	f, err := scanForeign(s.reader.QueryRowContext(ctx, `SELECT `+foreignColumns+`
		FROM foreign_orders f LEFT JOIN actions a ON a.id = f.action_id WHERE f.cloud_order_id = $1`, orderID))
	if err != nil {
		return orders.ForeignOrder{}, fmt.Errorf("foreign order %s: %w", orderID, notFound(err))
	}
	return f, nil
}
