package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"workspace-order-console/internal/audit"
)

// about makes an entry one about an order, where it is about nothing else: its object, and whose it is.
func about(orderID, team string, entry audit.Entry) audit.Entry {
	if entry.Object == "" {
		entry.Object = "order:" + orderID
	}
	if entry.Object == "order:"+orderID {
		entry.Team = team
	}
	return entry
}

// appendAbout writes an entry about an order.
func (t *tx) appendAbout(orderID string, entry audit.Entry) error {
	var team string
	if err := t.QueryRowContext(t.ctx, `SELECT team FROM orders WHERE id = $1`, orderID).Scan(maybe{&team}); err != nil {
		return notFound(err)
	}
	return t.append(about(orderID, team, entry))
}

// timeOf is an entry's time, or now when it has none.
func (t *tx) timeOf(entry audit.Entry) time.Time {
	if entry.Time.IsZero() {
		return t.store.now()
	}
	return entry.Time
}

// changed marks an order as changed and writes the entry that tells why.
func (t *tx) changed(orderID string, entry audit.Entry) error {
	if orderID == "" {
		return t.append(entry) // about a cloud order that is not this console's
	}
	if err := t.stamp(orderID, t.timeOf(entry)); err != nil {
		return err
	}
	return t.appendAbout(orderID, entry)
}

// append writes an entry under the next number. From then on, nobody else can append until the transaction ends.
func (t *tx) append(entry audit.Entry) error {
	if err := t.one(`UPDATE audit_head SET seq = seq + 1 WHERE id = 1 RETURNING seq`, &entry.Seq); err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	if len(entry.Details) == 0 {
		entry.Details = []byte("{}")
	}
	_, err := t.exec(`INSERT INTO audit (seq, time, actor, door, address, action, object, details, request_id, team)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, entry.Seq, micros(t.timeOf(entry)), entry.Actor, entry.Door, entry.Address,
		entry.Action, entry.Object, string(entry.Details), entry.RequestID, textOrNull(entry.Team))
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	return nil
}

const auditColumns = `e.seq, e.time, e.actor, e.door, e.address, e.action, e.object, e.details, e.request_id, e.team`

func scanEntry(row scanner) (audit.Entry, error) {
	var e audit.Entry
	var details []byte
	err := row.Scan(&e.Seq, at{&e.Time}, &e.Actor, &e.Door, &e.Address, &e.Action, &e.Object, &details, &e.RequestID, maybe{&e.Team})
	e.Details = details
	return e, err
}

// Record implements audit.Log.
func (s *Store) Record(ctx context.Context, entry audit.Entry) error {
	return s.write(ctx, func(t *tx) error { return t.append(entry) })
}

// AuditEntry implements audit.Log. orders.ErrNotFound when there is none of this number that the scope sees.
func (s *Store) AuditEntry(ctx context.Context, scope audit.Scope, seq int64) (audit.Entry, error) {
	a := arguments{seq}
	entry, err := scanEntry(s.reader.QueryRowContext(ctx, `SELECT `+auditColumns+` FROM audit e WHERE e.seq = $1 AND `+
		seen(&a, scope, "e.team"), a...))
	if err != nil {
		return audit.Entry{}, fmt.Errorf("audit entry %d: %w", seq, notFound(err))
	}
	return entry, nil
}

// Timeline implements audit.Log.
func (s *Store) Timeline(ctx context.Context, object string, limit int) ([]audit.Entry, error) {
	entries, err := list(ctx, s.reader, scanEntry, `SELECT `+auditColumns+` FROM audit e WHERE e.object = $1
		ORDER BY e.time DESC, e.seq DESC LIMIT $2`, object, limit)
	if err != nil {
		return nil, fmt.Errorf("timeline of %s: %w", object, err)
	}
	slices.Reverse(entries)
	return entries, nil
}

// Audit implements audit.Log. The list is in the order of (time, seq): several consoles' clocks differ by a little, so
// that a later number may bear an earlier time, and only an order that the time rules lets an index find a time range.
func (s *Store) Audit(ctx context.Context, f audit.Filter) (page audit.Page, err error) {
	f.Limit = limitOf(f.Limit)
	newer := f.After > 0
	err = s.read(ctx, func(q *sql.Tx) error {
		page.Items, err = auditPage(ctx, q, f, f.Limit+1)
		if err != nil {
			return err
		}
		more := len(page.Items) > f.Limit
		if more {
			page.Items = page.Items[:f.Limit]
		}
		if newer {
			slices.Reverse(page.Items)
		}
		if len(page.Items) == 0 {
			return nil
		}
		newest, oldest := page.Items[0].Seq, page.Items[len(page.Items)-1].Seq
		other := f
		if newer {
			other.Before, other.After = oldest, 0
		} else {
			other.Before, other.After = 0, newest
		}
		var behind []audit.Entry
		if f.Before > 0 || f.After > 0 {
			if behind, err = auditPage(ctx, q, other, 1); err != nil {
				return err
			}
		}
		if more && newer || !newer && len(behind) > 0 {
			page.Newer = newest
		}
		if more && !newer || newer && len(behind) > 0 {
			page.Older = oldest
		}
		return nil
	})
	if err != nil {
		return audit.Page{}, fmt.Errorf("audit log: %w", err)
	}
	return page, nil
}

// auditPage reads the first entries behind the filter's cursor, in its direction.
func auditPage(ctx context.Context, q querier, f audit.Filter, limit int) ([]audit.Entry, error) {
	query, args, err := auditQuery(ctx, q, f, limit)
	if err != nil {
		return nil, err
	}
	return list(ctx, q, scanEntry, query, args...)
}

// auditQuery is the query of a page. As with orders, each way to match is read along an index.
func auditQuery(ctx context.Context, q querier, f audit.Filter, limit int) (string, arguments, error) {
	var a arguments
	narrow := []string{seen(&a, f.Scope, "e.team")}
	for _, c := range []struct{ column, value string }{{"e.actor", f.Actor}, {"e.action", f.Action}, {"e.object", f.Object}, {"e.door", f.Door}} {
		if c.value != "" {
			narrow = append(narrow, c.column+" = "+a.add(c.value))
		}
	}
	if !f.From.IsZero() {
		narrow = append(narrow, "e.time >= "+a.add(micros(f.From)))
	}
	if !f.Until.IsZero() {
		narrow = append(narrow, "e.time < "+a.add(micros(f.Until)))
	}
	direction, cursor, sign := " DESC", f.Before, " < "
	if f.After > 0 {
		direction, cursor, sign = " ASC", f.After, " > "
	}
	if cursor > 0 {
		mark := a.add(cursor)
		narrow = append(narrow, "(e.time, e.seq)"+sign+"((SELECT time FROM audit WHERE seq = "+mark+"), "+mark+")")
	}
	ways, err := waysOf(ctx, q, f.Scope, &a, f.Text)
	if err != nil {
		return "", nil, err
	}
	sorted := direction + ", seq" + direction + " LIMIT " + strconv.Itoa(limit)
	selects := make([]string, len(ways))
	for i, w := range ways {
		selects[i] = "SELECT e.time AS time, e.seq AS seq FROM " + w.from
		if where := append(slices.Clone(narrow), w.where...); len(where) > 0 {
			selects[i] += " WHERE " + strings.Join(where, " AND ")
		}
		selects[i] += " ORDER BY e.time" + direction + ", e.seq" + direction + " LIMIT " + strconv.Itoa(limit)
	}
	found := selects[0]
	if len(selects) > 1 {
		for i := range selects {
			selects[i] = fmt.Sprintf("SELECT time, seq FROM (%s) AS b%d", selects[i], i)
		}
		found = strings.Join(selects, " UNION ") + " ORDER BY time" + sorted
	}
	return "SELECT " + auditColumns + " FROM (" + found + ") AS page JOIN audit e ON e.seq = page.seq ORDER BY page.time" + direction +
		", page.seq" + direction, a, nil
}

// way is one of the ways in which an entry, from the table named e, can match a text.
type way struct {
	from  string
	where []string
}

// waysOf lists the ways in which entries can match a text; without a text, the one way without a condition.
func waysOf(ctx context.Context, q querier, scope audit.Scope, a *arguments, text string) ([]way, error) {
	if text == "" {
		return []way{{from: "audit e"}}, nil
	}
	exactly := func(column, value string) way { return way{"audit e", []string{"e." + column + " = " + a.add(value)}} }
	// A range of objects comes in another order than the list's. Joined to itself, or SQLite would rather walk all.
	starting := func(object string) way {
		return way{"audit x CROSS JOIN audit e", []string{startsWith(a, "x.object", object), "e.seq = x.seq"}}
	}
	var ways []way
	switch kind, id, has := strings.Cut(text, ":"); {
	case has && len(id) >= prefixFrom:
		ways = append(ways, starting(text))
	case has:
		ways = append(ways, exactly("object", text))
	case len(kind) >= prefixFrom:
		for _, prefix := range objectKinds {
			ways = append(ways, starting(prefix+":"+text))
		}
	}
	for _, column := range []string{"actor", "action"} {
		values, err := valuesFrom(ctx, q, scope, "audit", column, text)
		if err != nil {
			return nil, err
		}
		for _, value := range values {
			ways = append(ways, exactly(column, value))
		}
	}
	if len(ways) == 0 {
		ways = append(ways, exactly("object", text))
	}
	return ways, nil
}

// objectKinds are what objects of entries begin with.
var objectKinds = []string{"order", "key", "session", "team", "webhook", "delegation", "template", "list"}
