package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"workspace-order-console/internal/orders"
)

// Limits of lists.
const (
	usualLimit = 50
	mostLimit  = 200
	// prefixFrom is how long a text has to be to be taken for the beginning of an order ID or a cloud order's ID: these
	// begin with the time they were made at, and fewer characters would fit whole months.
	prefixFrom = 6
	// namesFound is how many names one text may begin.
	namesFound = 10
)

func limitOf(limit int) int {
	if limit <= 0 {
		return usualLimit
	}
	return min(limit, mostLimit)
}

// branch is one of the ways in which an order can match a filter. Each is read along an index in the list's order, as
// many rows as the page needs; then the branches are merged.
type branch struct {
	from        string // tables; the order's is named o
	where       []string
	created, id string // the columns of the list's order
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
	query, args, err := ordersQuery(ctx, q, f, limit)
	if err != nil {
		return nil, err
	}
	return list(ctx, q, scanOrder, query, args...)
}

// ordersQuery is the query of a page.
func ordersQuery(ctx context.Context, q querier, f orders.Filter, limit int) (string, arguments, error) {
	var a arguments
	branches, err := branchesOf(ctx, q, &a, f)
	if err != nil {
		return "", nil, err
	}
	direction, beyondCursor := " DESC", " < "
	if f.Newer {
		direction, beyondCursor = " ASC", " > "
	}
	limits := " LIMIT " + strconv.Itoa(limit)
	ids := make([]string, len(branches))
	for i, b := range branches {
		where := b.where
		if !f.After.IsZero() {
			where = append(where, fmt.Sprintf("(%s, %s)%s(%s, %s)", b.created, b.id, beyondCursor,
				a.add(micros(f.After.CreatedAt)), a.add(f.After.ID)))
		}
		if !f.From.IsZero() {
			where = append(where, b.created+" >= "+a.add(micros(f.From)))
		}
		if !f.Until.IsZero() {
			where = append(where, b.created+" < "+a.add(micros(f.Until)))
		}
		ids[i] = "SELECT " + b.created + " AS created_at, " + b.id + " AS id FROM " + b.from
		if len(where) > 0 {
			ids[i] += " WHERE " + strings.Join(where, " AND ")
		}
		ids[i] += " ORDER BY " + b.created + direction + ", " + b.id + direction + limits
	}
	found := ids[0]
	if len(ids) > 1 {
		for i := range ids {
			ids[i] = fmt.Sprintf("SELECT created_at, id FROM (%s) AS b%d", ids[i], i)
		}
		found = strings.Join(ids, " UNION ") + " ORDER BY created_at" + direction + ", id" + direction + limits
	}
	return "SELECT " + orderColumns + " FROM (" + found + ") AS page JOIN orders o ON o.id = page.id ORDER BY page.created_at" +
		direction + ", page.id" + direction, a, nil
}

// branchesOf splits a filter. The text, the target or the badges lead, in this order; what does not lead narrows.
func branchesOf(ctx context.Context, q querier, a *arguments, f orders.Filter) ([]branch, error) {
	narrow := narrowing(a, f)
	plain := func(conditions ...string) branch {
		return branch{from: "orders o", where: append(slices.Clone(narrow), conditions...), created: "o.created_at", id: "o.id"}
	}
	badges := func() {
		if len(f.Badges) > 0 {
			narrow = append(narrow, "o.badge IN "+in(a, f.Badges))
		}
	}
	target := func() {
		if f.Target != "" {
			narrow = append(narrow, "EXISTS (SELECT 1 FROM order_targets g WHERE g.order_id = o.id AND g.target = "+a.add(f.Target)+")")
		}
	}
	switch {
	case f.Text != "":
		badges()
		target()
		branches := []branch{
			plain(begins(a, "o.id", f.Text)),
			plain("o.id IN (SELECT c.order_id FROM cloud_orders c WHERE " + begins(a, "c.cloud_order_id", f.Text) + ")"),
		}
		names, err := valuesFrom(ctx, q, "orders", "actor", f.Text)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			branches = append(branches, plain("o.actor = "+a.add(name)))
		}
		return branches, nil
	case f.Target != "":
		badges()
		return []branch{{from: "order_targets g JOIN orders o ON o.id = g.order_id", created: "g.created_at", id: "g.order_id",
			where: append(narrow, "g.target = "+a.add(f.Target))}}, nil
	case len(f.Badges) > 0:
		var branches []branch
		for _, badge := range f.Badges {
			branches = append(branches, plain("o.badge = "+a.add(string(badge))))
		}
		return branches, nil
	}
	return []branch{plain()}, nil
}

// narrowing are the conditions that hold in every branch.
func narrowing(a *arguments, f orders.Filter) []string {
	var where []string
	for _, c := range []struct{ column, value string }{{"o.kind", f.Kind}, {"o.door", f.Door}, {"o.actor", f.Actor}} {
		if c.value != "" {
			where = append(where, c.column+" = "+a.add(c.value))
		}
	}
	if f.Moving {
		where = append(where, "o.moving")
	}
	if len(f.IDs) > 0 {
		where = append(where, "o.id IN "+in(a, f.IDs))
	}
	if f.Since > 0 {
		where = append(where, "o.version > "+a.add(f.Since))
	}
	return where
}

// begins is the condition that an ID is a text or, when that is long enough, starts with it.
func begins(a *arguments, column, text string) string {
	if len(text) < prefixFrom {
		return column + " = " + a.add(text)
	}
	return startsWith(a, column, text)
}

// valuesFrom lists the first distinct values of an indexed column that start with a text. It jumps from one to the
// next, however many rows share them.
func valuesFrom(ctx context.Context, q querier, table, column, prefix string) ([]string, error) {
	var found []string
	over, last := " >= ", prefix
	for len(found) < namesFound {
		err := q.QueryRowContext(ctx, "SELECT "+column+" FROM "+table+" WHERE "+column+over+"$1 AND "+column+" < $2 ORDER BY "+
			column+" LIMIT 1", last, prefix+beyond).Scan(&last)
		if notFound(err) == orders.ErrNotFound {
			break
		}
		if err != nil {
			return nil, err
		}
		found = append(found, last)
		over = " > "
	}
	return found, nil
}
