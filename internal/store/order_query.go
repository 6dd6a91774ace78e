package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/orders"
)

// A list of orders is read along one index in the list's order, as many rows as its page needs. One condition of the
// filter leads: it alone says which index, on the table named i, so that no database's planner has to guess. The
// others narrow: they are held against the order itself, the table named o.

// condition is a part of a filter, in both its roles. Texts are made when the role is known, for each adds arguments.
type condition struct {
	lead   func() []branch
	narrow func() string
}

// branch is one of the ways in which an order can meet a leading condition. Several are merged.
type branch struct {
	from, where string
	created, id string // the columns that the list is sorted by
}

// along is a branch of the orders themselves, of those in the scope.
func (b *query) along(where string) branch {
	return branch{from: "orders i", where: b.scoped("i", where), created: "i.created_at", id: "i.id"}
}

// scoped adds the scope to a condition on the orders of a table's name.
func (b *query) scoped(table, where string) string {
	if b.f.Scope.All() {
		return where
	}
	whose := seen(&b.arguments, b.f.Scope, table+".team")
	if where == "" {
		return whose
	}
	return whose + " AND " + where
}

// across is a branch whose condition, on the table named x, comes in another order than the list's; it is to be sorted.
// The orders are joined to themselves, for SQLite would rather walk the whole index by time than sort.
func (b *query) across(where string) branch {
	return branch{from: "orders x CROSS JOIN orders i", where: b.scoped("i", where) + " AND i.id = x.id", created: "i.created_at", id: "i.id"}
}

// query puts a page's query together.
type query struct {
	arguments
	ctx context.Context
	q   querier
	f   orders.Filter
	// whole: all orders are looked at, however far from the page's beginning. Unless it is set, near tells once the query is
	// made that it looks at those up to one only.
	whole, near bool
	until       orders.Cursor
}

func (b *query) direction() string {
	if b.f.Newer {
		return " ASC"
	}
	return " DESC"
}

// page is the query of a page: the first orders behind the cursor, in the direction of the filter. Its arguments are added.
func (b *query) page(limit int) (string, error) {
	conditions, err := b.conditions()
	if err != nil {
		return "", err
	}
	// one or the other: what a text adds as an argument has to stand in the query, or PostgreSQL knows no type for it
	var branches []branch
	if len(conditions) > 0 {
		branches = conditions[0].lead()
		conditions = conditions[1:]
	} else {
		branches = append(branches, b.along(""))
	}
	direction, limits := b.direction(), " LIMIT "+strconv.Itoa(limit)
	sorted := " ORDER BY created_at" + direction + ", id" + direction + limits
	selects := make([]string, len(branches))
	for i, br := range branches {
		selects[i] = b.find(br, conditions, direction) + limits
	}
	found := selects[0]
	if len(selects) > 1 {
		for i := range selects {
			selects[i] = fmt.Sprintf("SELECT created_at, id FROM (%s) AS b%d", selects[i], i)
		}
		found = strings.Join(selects, " UNION ") + sorted
	}
	return "SELECT " + orderColumns + " FROM (" + found + ") AS page JOIN orders o ON o.id = page.id ORDER BY page.created_at" +
		direction + ", page.id" + direction, nil
}

// find is the query of one branch: its sort columns, in order.
func (b *query) find(br branch, narrowing []condition, direction string) string {
	text := "SELECT " + br.created + " AS created_at, " + br.id + " AS id FROM " + br.from
	var where []string
	if len(narrowing) > 0 {
		text += " CROSS JOIN orders o"
		where = append(where, "o.id = "+br.id)
	}
	if br.where != "" {
		where = append(where, br.where)
	}
	if !b.f.After.IsZero() {
		sign := " < "
		if b.f.Newer {
			sign = " > "
		}
		where = append(where, fmt.Sprintf("(%s, %s)%s(%s, %s)", br.created, br.id, sign,
			b.add(micros(b.f.After.CreatedAt)), b.add(b.f.After.ID)))
	}
	if !b.f.From.IsZero() {
		where = append(where, br.created+" >= "+b.add(micros(b.f.From)))
	}
	if !b.f.Until.IsZero() {
		where = append(where, br.created+" < "+b.add(micros(b.f.Until)))
	}
	for _, c := range narrowing {
		where = append(where, c.narrow())
	}
	if len(where) > 0 {
		text += " WHERE " + strings.Join(where, " AND ")
	}
	return text + " ORDER BY " + br.created + direction + ", " + br.id + direction
}

// conditions are the parts of the filter; the first leads. They stand in the order of how few orders they leave.
func (b *query) conditions() ([]condition, error) {
	var all []condition
	f := b.f
	if len(f.IDs) > 0 {
		all = append(all, b.simple(func(o string) string { return o + ".id IN " + in(&b.arguments, f.IDs) }))
	}
	if f.Since > 0 {
		all = append(all, condition{
			lead:   func() []branch { return []branch{b.across("x.version > " + b.add(f.Since))} },
			narrow: func() string { return "o.version > " + b.add(f.Since) },
		})
	}
	var text *textual
	if f.Text != "" {
		var err error
		if text, err = b.text(); err != nil {
			return nil, err
		}
		if !text.many {
			all = append(all, text.condition)
		}
	}
	if f.Target != "" {
		all = append(all, b.target())
	}
	if f.Moving {
		all = append(all, b.simple(func(o string) string { return o + ".moving" }))
	}
	badges := len(all)
	for _, c := range []struct{ column, value string }{{"actor", f.Actor}, {"kind", f.Kind}, {"door", f.Door}} {
		if c.value != "" {
			all = append(all, b.simple(func(o string) string { return o + "." + c.column + " = " + b.add(c.value) }))
		}
	}
	if len(f.Badges) > 0 {
		few, err := b.few()
		if err != nil {
			return nil, err
		}
		if !few {
			badges = len(all)
		}
		all = slices.Insert(all, badges, b.badges())
	}
	if text != nil && text.many {
		if len(all) == 0 {
			if err := b.reach(text.words); err != nil {
				return nil, err
			}
		}
		all = append(all, text.condition)
	}
	if f.Team == orders.NoTeam {
		all = append(all, b.simple(func(o string) string { return o + ".team IS NULL" }))
	}
	if f.Took != "" {
		took := `%"took":"` + string(f.Took) + `"%` // as figures are written; what is asked for is one of orders.Tooks
		all = append(all, b.simple(func(o string) string { return o + ".figures LIKE " + b.add(took) }))
	}
	return all, nil
}

// simple is a condition that reads the same in both roles.
func (b *query) simple(on func(table string) string) condition {
	return condition{
		lead:   func() []branch { return []branch{b.along(on("i"))} },
		narrow: func() string { return on("o") },
	}
}

// badges has a branch for each badge: an index by badge has the list's order only within one.
func (b *query) badges() condition {
	return condition{
		lead: func() (branches []branch) {
			for _, badge := range b.f.Badges {
				branches = append(branches, b.along("i.badge = "+b.add(string(badge))))
			}
			return branches
		},
		narrow: func() string { return "o.badge IN " + in(&b.arguments, b.f.Badges) },
	}
}

// few tells whether so few orders show the badges that these lead better than an actor or a kind, however rare.
func (b *query) few() (bool, error) {
	var a arguments
	n, err := column[int](b.q.QueryRowContext(b.ctx, `SELECT coalesce(sum(n), 0) FROM order_counts WHERE `+seen(&a, b.f.Scope, "team")+
		` AND badge IN `+in(&a, b.f.Badges), a...))
	return n < 1000, err
}

func (b *query) target() condition {
	return condition{
		lead: func() []branch {
			if b.f.Scope.All() {
				return []branch{{from: "order_targets i", where: "i.target = " + b.add(b.f.Target), created: "i.created_at", id: "i.order_id"}}
			}
			return []branch{{from: "order_targets i CROSS JOIN orders s", where: b.scoped("s", "s.id = i.order_id AND i.target = "+b.add(b.f.Target)),
				created: "i.created_at", id: "i.order_id"}}
		},
		narrow: func() string {
			return "EXISTS (SELECT 1 FROM order_targets g WHERE g.order_id = o.id AND g.target = " + b.add(b.f.Target) + ")"
		},
	}
}

// valuesFrom lists the first distinct values of an indexed column that start with a text. It jumps from one to the
// next, however many rows share them.
func valuesFrom(ctx context.Context, q querier, scope audit.Scope, table, column, prefix string) ([]string, error) {
	var found []string
	over, last := " >= ", prefix
	for len(found) < namesFound {
		a := arguments{last, prefix + beyond}
		err := notFound(q.QueryRowContext(ctx, "SELECT "+column+" FROM "+table+" WHERE "+seen(&a, scope, "team")+" AND "+column+over+"$1 AND "+
			column+" < $2 ORDER BY "+column+" LIMIT 1", a...).Scan(&last))
		if errors.Is(err, orders.ErrNotFound) {
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
