package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"workspace-order-console/internal/orders"
)

// Limits of lists.
const (
	usualLimit = 50
	mostLimit  = 200
	// prefixFrom is how long a text has to be to be taken for the beginning of an order ID or a cloud order's ID: these
	// begin with the time they were made at, and fewer characters would fit months of them.
	prefixFrom = 8
	// namesFound is how many names one text may begin.
	namesFound = 10
)

func limitOf(limit int) int {
	if limit <= 0 {
		return usualLimit
	}
	return min(limit, mostLimit)
}

// Orders implements orders.Journal.
func (s *Store) Orders(ctx context.Context, f orders.Filter) (page orders.Orders, err error) {
	f.Limit = limitOf(f.Limit)
	err = s.read(ctx, func(q *sql.Tx) error {
		page.Items, err = ordersPage(ctx, q, f, f.Limit+1)
		if err != nil {
			return err
		}
		more := len(page.Items) > f.Limit
		if more {
			page.Items = page.Items[:f.Limit]
		}
		if f.Newer {
			slices.Reverse(page.Items)
		}
		if len(page.Items) == 0 {
			return nil
		}
		newest, oldest := cursorOf(page.Items[0]), cursorOf(page.Items[len(page.Items)-1])
		ahead, back := &page.Older, &page.Newer
		from, origin := oldest, newest
		if f.Newer {
			ahead, back, from, origin = back, ahead, newest, oldest
		}
		if more {
			*ahead = from
		}
		if !f.After.IsZero() {
			other := f
			other.After, other.Newer = origin, !f.Newer
			behind, err := ordersPage(ctx, q, other, 1)
			if err != nil {
				return err
			}
			if len(behind) > 0 {
				*back = origin
			}
		}
		return complete(ctx, q, page.Items)
	})
	if err != nil {
		return orders.Orders{}, fmt.Errorf("list of orders: %w", err)
	}
	return page, nil
}

func cursorOf(o orders.Order) orders.Cursor { return orders.Cursor{CreatedAt: o.CreatedAt, ID: o.ID} }

// ordersPage reads the first orders behind the cursor, in the direction of the filter, without their cloud orders.
func ordersPage(ctx context.Context, q querier, f orders.Filter, limit int) ([]orders.Order, error) {
	b := query{ctx: ctx, q: q, f: f}
	for {
		text, err := b.page(limit)
		if err != nil {
			return nil, err
		}
		found, err := list(ctx, q, scanOrder, text, b.arguments...)
		if err != nil || len(found) == limit || !b.near {
			return found, err
		}
		b = query{ctx: ctx, q: q, f: f, whole: true}
	}
}
