package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the driver

	"workspace-order-console/internal/cloud"
)

// checked is what the two books say.
type checked struct {
	states                             string
	calls, book                        int
	duplicates, lost, mislabelled      int
	left, leftInBook, settled, endless int
	problems                           []string
}

// open opens a database to look at it only. Neither the store nor the embedded cloud is asked: what they say is what is
// held to account.
func open(path string) (*sql.DB, error) {
	return sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?_busy_timeout=10000&_query_only=1")
}

// settle waits until no order is on its way any more, and then for a while until the consoles have looked into all
// doubt as far as they can: until nothing moves for a few of their looks.
func (d *driver) settle(ctx context.Context, most time.Duration) (err error) {
	db, err := open(filepath.Join(d.dir, "console", "console.db"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	ticker := time.NewTicker(250 * time.Millisecond)
	defer ticker.Stop()
	const still = 15 * time.Second // three looks
	var since, moved time.Time
	last := -1
	for {
		var open, doubt int
		if err := db.QueryRowContext(ctx, `SELECT count(*) FILTER (WHERE state IN ('queued', 'sending')), count(*) FILTER (WHERE state = 'in_doubt')
			FROM orders WHERE state IN ('queued', 'sending', 'in_doubt')`).Scan(&open, &doubt); err != nil {
			return err
		}
		now := time.Now()
		if open+doubt != last {
			last, moved = open+doubt, now
		}
		switch {
		case open > 0:
		case since.IsZero():
			since = now
		case doubt == 0, now.Sub(since) > most, now.Sub(since) > still && now.Sub(moved) > still:
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d orders are still on their way: %w", open, ctx.Err())
		case <-ticker.C:
		}
	}
}

// journalled is an order as the console's journal has it.
type journalled struct {
	id, state string
	cloud     []string
}

// check holds the cloud's own book against the console's journal, and both against what was told.
func (d *driver) check(ctx context.Context, cloudDir, consoleDir string) (c checked, err error) {
	book, err := d.book(ctx, filepath.Join(cloudDir, "cloud.db"))
	if err != nil {
		return c, fmt.Errorf("the cloud's book: %w", err)
	}
	journal, claimed, err := d.journal(ctx, filepath.Join(consoleDir, "console.db"), &c)
	if err != nil {
		return c, fmt.Errorf("the console's journal: %w", err)
	}
	say := func(n *int, i int, format string, args ...any) {
		*n++
		c.problems = append(c.problems, fmt.Sprintf("order %d: ", i)+fmt.Sprintf(format, args...))
	}
	for id, owners := range claimed {
		if len(owners) > 1 {
			c.mislabelled++
			c.problems = append(c.problems, fmt.Sprintf("cloud order %s belongs to several: %v", id, owners))
		}
	}
	for i := range d.orders {
		made, orders, t := book[i], journal[i], d.told[i]
		c.book += len(made)
		if len(made) > 1 {
			say(&c.duplicates, i, "the cloud has it %d times: %v (journal %v)", len(made), made, orders)
		}
		if len(orders) == 0 && len(made) == 0 && !t.ended || len(orders) == 1 && (orders[0].state == "queued" || orders[0].state == "sending") {
			c.endless++ // the time was up
			continue
		}
		switch len(orders) {
		case 0:
			say(&c.lost, i, "the journal has no such order; the cloud has %v", made)
			continue
		case 1:
		default:
			say(&c.duplicates, i, "the journal has it %d times: %v", len(orders), orders)
		}
		o := orders[0]
		switch o.state {
		case "placed":
			for _, id := range o.cloud {
				if !slices.Contains(made, id) {
					say(&c.mislabelled, i, "%s is placed as %s, the cloud has it as %v", o.id, id, made)
				}
			}
			if len(made) == 0 {
				say(&c.lost, i, "%s is placed as %v and not in the cloud's book", o.id, o.cloud)
			}
			if len(o.cloud) == 0 {
				say(&c.lost, i, "%s is placed without an order of the cloud, which has %v", o.id, made)
			}
		case "refused", "not_placed":
			if len(made) > 0 {
				say(&c.mislabelled, i, "%s is %s, the cloud has it as %v", o.id, o.state, made)
			}
		case "in_doubt":
			c.left++
			c.leftInBook += min(1, len(made))
		default:
			say(&c.lost, i, "%s is %s", o.id, o.state)
		}
		// What its submitter heard must be what the journal says: a sure answer stays sure.
		for id := range t.placed {
			if !slices.Contains(o.cloud, id) {
				say(&c.mislabelled, i, "its submitter was told %s, %s is %s with %v", id, o.id, o.state, o.cloud)
			}
		}
		if t.refused && (o.state != "refused" && o.state != "not_placed" || len(t.placed) > 0) {
			say(&c.mislabelled, i, "its submitter was told that it was refused, %s is %s with %v", o.id, o.state, o.cloud)
		}
	}
	for _, stray := range book[stranger] {
		c.lost++
		c.problems = append(c.problems, "nobody ordered the cloud's "+stray)
	}
	return c, nil
}

// stranger is where the book keeps what no order of this run explains.
const stranger = -1

// book reads the cloud's orders by the order of this run that made them.
func (d *driver) book(ctx context.Context, path string) (book map[int][]string, err error) {
	db, err := open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	rows, err := db.QueryContext(ctx, `SELECT order_id, effect, lines FROM orders ORDER BY seq`)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	book = map[int][]string{}
	for rows.Next() {
		var id, effect, lines string
		if err := rows.Scan(&id, &effect, &lines); err != nil {
			return nil, err
		}
		i, err := whose(effect, lines)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", id, err)
		}
		if i >= d.orders {
			i = stranger
		}
		book[i] = append(book[i], id)
	}
	return book, rows.Err()
}

// whose tells from what a cloud order makes which order of this run it is.
func whose(effect, lines string) (int, error) {
	var made struct {
		Desktops []struct {
			Name string `json:"computer_name"`
		} `json:"desktops"`
		Pool *struct {
			Name string `json:"name"`
		} `json:"pool"`
		Hosts []struct {
			Name string `json:"name"`
		} `json:"hosts"`
		EIPs []struct {
			Width int `json:"bandwidth_size"`
		} `json:"eips"`
	}
	var billed []cloud.OrderLine
	if err := errors.Join(json.Unmarshal([]byte(effect), &made), json.Unmarshal([]byte(lines), &billed)); err != nil {
		return 0, err
	}
	var name string
	switch {
	case made.Pool != nil:
		name = made.Pool.Name
	case len(made.Desktops) > 0:
		name = made.Desktops[0].Name
	case len(made.Hosts) > 0:
		name = made.Hosts[0].Name
	case len(made.EIPs) > 0 && len(billed) > 0:
		return (billed[0].PeriodNum-1)*widths + made.EIPs[0].Width - 1, nil
	}
	var i int
	if len(name) < 6 {
		return stranger, nil
	}
	if _, err := fmt.Sscanf(name[1:6], "%05d", &i); err != nil {
		return stranger, nil //nolint:nilerr // a name that is not ours is a stranger's
	}
	return i, nil
}

// journal reads the console's orders by the order of this run, and who has each cloud order.
func (d *driver) journal(ctx context.Context, path string, c *checked) (journal map[int][]journalled, claimed map[string][]string, err error) {
	db, err := open(path)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	claimed = map[string][]string{}
	made := map[string][]string{}
	err = each(ctx, db, `SELECT order_id, cloud_order_id FROM cloud_orders WHERE cloud_order_id IS NOT NULL`, func(row ...string) {
		made[row[0]] = append(made[row[0]], row[1])
		claimed[row[1]] = append(claimed[row[1]], row[0])
	})
	if err != nil {
		return nil, nil, err
	}
	journal = map[int][]journalled{}
	counts := map[string]int{}
	err = each(ctx, db, `SELECT id, state, idempotency_key FROM orders ORDER BY created_at, id`, func(row ...string) {
		i := stranger
		_, _ = fmt.Sscanf(row[2], "chaos-%d-", &i)
		journal[i] = append(journal[i], journalled{row[0], row[1], made[row[0]]})
		counts[row[1]]++
	})
	if err != nil {
		return nil, nil, err
	}
	var states []string
	for state, n := range counts {
		states = append(states, fmt.Sprintf("%s %d", state, n))
	}
	slices.Sort(states)
	c.states = strings.Join(states, ", ")
	err = db.QueryRowContext(ctx, `SELECT coalesce(sum(attempts), 0) FROM orders`).Scan(&c.calls)
	if err != nil {
		return nil, nil, err
	}
	err = db.QueryRowContext(ctx, `SELECT count(*) FROM audit WHERE action = 'order.resolved'`).Scan(&c.settled)
	return journal, claimed, err
}

// each reads rows of texts.
func each(ctx context.Context, db *sql.DB, query string, do func(row ...string)) error {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	for rows.Next() {
		row, to := make([]string, len(columns)), make([]any, len(columns))
		for i := range row {
			to[i] = &row[i]
		}
		if err := rows.Scan(to...); err != nil {
			return err
		}
		do(row...)
	}
	return rows.Err()
}
