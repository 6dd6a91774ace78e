package store

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

// shelf fills a database with numbered orders, three to each second.
func shelf(t *testing.T, n int) *Store {
	s := open(t)
	for i := range n {
		submit(t, s, func(o *orders.Order) {
			o.ID = orderID(i)
			o.RequestID, o.CreatedAt = o.ID, noon.Add(time.Duration(i/3)*time.Second)
			o.Targets = []string{fmt.Sprintf("desktop:%d", i)}
			o.Actor = []string{"alice", "albert", "bob"}[i%3]
			o.Door = []auth.Door{auth.DoorWeb, auth.DoorAPI}[i%2]
			o.Kind = []string{"change/resizeDesktops", "subscribe/addVolumes"}[i/2%2]
			if i == 8 {
				o.Team = ""
			}
		})
	}
	return s
}

func numbers(t *testing.T, page orders.Orders) []int {
	t.Helper()
	all := []int{}
	for _, o := range page.Items {
		var n int
		_, err := fmt.Sscanf(o.ID[24:], "%d", &n)
		require.NoError(t, err)
		all = append(all, n)
	}
	return all
}

func TestPagesInBothDirections(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := shelf(t, 10) // whose seconds are shared, so that pages break between equal times
	var walked [][]int
	f := orders.Filter{Scope: auth.Everything, Limit: 4}
	var last orders.Orders
	for {
		page, err := s.Orders(ctx, f)
		require.NoError(t, err)
		walked = append(walked, numbers(t, page))
		assert.Equal(t, len(walked) == 1, page.Newer.IsZero())
		last = page
		if page.Older.IsZero() {
			break
		}
		f.After = page.Older
	}
	assert.Equal(t, [][]int{{9, 8, 7, 6}, {5, 4, 3, 2}, {1, 0}}, walked)
	back, err := s.Orders(ctx, orders.Filter{Scope: auth.Everything, Limit: 4, After: last.Newer, Newer: true})
	require.NoError(t, err)
	assert.Equal(t, []int{5, 4, 3, 2}, numbers(t, back))
	assert.False(t, back.Older.IsZero() || back.Newer.IsZero())
	back, err = s.Orders(ctx, orders.Filter{Scope: auth.Everything, Limit: 4, After: back.Newer, Newer: true})
	require.NoError(t, err)
	assert.Equal(t, []int{9, 8, 7, 6}, numbers(t, back))
	assert.True(t, back.Newer.IsZero())
	oldest, err := s.Orders(ctx, orders.Filter{Scope: auth.Everything, Limit: 4, Newer: true})
	require.NoError(t, err)
	assert.Equal(t, []int{3, 2, 1, 0}, numbers(t, oldest))
	assert.True(t, oldest.Older.IsZero())
	assert.False(t, oldest.Newer.IsZero())
	empty, err := open(t).Orders(ctx, orders.Filter{Scope: auth.Everything})
	require.NoError(t, err)
	assert.Equal(t, orders.Orders{}, empty)
}

func TestFilters(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := shelf(t, 12)
	place(t, s, orders.CloudOrder{OrderID: "CS2611221200AAAA", Status: status(cloud.StatusToBePaid)}, orders.CloudOrder{Position: 1, OrderID: "CS2611221200BBBB"}) // 0
	place(t, s, orders.CloudOrder{OrderID: "CS2611221201CCCC", Status: status(cloud.StatusCompleted)})                                                             // 1
	claim(t, s)                                                                                                                                                    // 2
	version, _ := s.Version()
	require.NoError(t, s.Apply(ctx, orders.Move{ID: orderID(5), From: []orders.State{orders.StateQueued}, To: orders.StateWithdrawn, Now: noon, Entry: entry("order.withdrawn")}))
	for name, c := range map[string]struct {
		filter orders.Filter
		want   []int
	}{
		"a badge":                    {orders.Filter{Scope: auth.Everything, Badges: []orders.Badge{orders.BadgeToBePaid}}, []int{0}},
		"several badges":             {orders.Filter{Scope: auth.Everything, Badges: []orders.Badge{orders.BadgeCompleted, orders.BadgeToBePaid, "sending", "withdrawn"}}, []int{5, 2, 1, 0}},
		"badges and actor":           {orders.Filter{Scope: auth.Everything, Badges: []orders.Badge{"queued", "withdrawn"}, Actor: "bob"}, []int{11, 8, 5}},
		"a kind":                     {orders.Filter{Scope: auth.Everything, Kind: "subscribe/addVolumes"}, []int{11, 10, 7, 6, 3, 2}},
		"a door":                     {orders.Filter{Scope: auth.Everything, Door: "api"}, []int{11, 9, 7, 5, 3, 1}},
		"an actor":                   {orders.Filter{Scope: auth.Everything, Actor: "albert"}, []int{10, 7, 4, 1}},
		"a target":                   {orders.Filter{Scope: auth.Everything, Target: "desktop:7"}, []int{7}},
		"a target and a badge":       {orders.Filter{Scope: auth.Everything, Target: "desktop:7", Badges: []orders.Badge{"sending"}}, []int{}},
		"moving":                     {orders.Filter{Scope: auth.Everything, Moving: true, Kind: "change/resizeDesktops"}, []int{9, 8, 4, 0}},
		"of no team":                 {orders.Filter{Scope: auth.Everything, Team: orders.NoTeam}, []int{8}},
		"how long it took":           {orders.Filter{Scope: auth.Everything, Took: orders.TookMinutes}, []int{1}},
		"that nothing took so long":  {orders.Filter{Scope: auth.Everything, Took: orders.TookWeek, Badges: []orders.Badge{orders.BadgeCompleted}}, []int{}},
		"from and until":             {orders.Filter{Scope: auth.Everything, From: noon.Add(time.Second), Until: noon.Add(2 * time.Second)}, []int{5, 4, 3}},
		"an order ID":                {orders.Filter{Scope: auth.Everything, Text: orderID(4)}, []int{4}},
		"the beginning of an ID":     {orders.Filter{Scope: auth.Everything, Text: orderID(1)[:35]}, []int{9, 8, 7, 6, 5, 4, 3, 2, 1, 0}},
		"too short a beginning":      {orders.Filter{Scope: auth.Everything, Text: orderID(4)[:5]}, []int{}},
		"a cloud order":              {orders.Filter{Scope: auth.Everything, Text: "CS2611221200AAAA"}, []int{0}},
		"the beginning of several":   {orders.Filter{Scope: auth.Everything, Text: "CS261122"}, []int{1, 0}},
		"the beginning of actors":    {orders.Filter{Scope: auth.Everything, Text: "al"}, []int{10, 9, 7, 6, 4, 3, 1, 0}},
		"text, badge and target":     {orders.Filter{Scope: auth.Everything, Text: "al", Badges: []orders.Badge{"queued"}, Target: "desktop:4"}, []int{4}},
		"nothing fits":               {orders.Filter{Scope: auth.Everything, Text: "zz"}, []int{}},
		"text is no pattern":         {orders.Filter{Scope: auth.Everything, Text: "a%"}, []int{}},
		"these":                      {orders.Filter{Scope: auth.Everything, IDs: []string{orderID(3), orderID(8), "none"}}, []int{8, 3}},
		"changed since":              {orders.Filter{Scope: auth.Everything, Since: version}, []int{5}},
		"these, if changed since":    {orders.Filter{Scope: auth.Everything, Since: version, IDs: []string{orderID(3), orderID(5)}}, []int{5}},
		"these, which have not":      {orders.Filter{Scope: auth.Everything, Since: version, IDs: []string{orderID(3)}}, []int{}},
		"a page in several branches": {orders.Filter{Scope: auth.Everything, Text: "al", Limit: 3}, []int{10, 9, 7}},
	} {
		page, err := s.Orders(ctx, c.filter)
		require.NoError(t, err, name)
		assert.Equal(t, c.want, numbers(t, page), name)
		for _, o := range page.Items {
			assert.Equal(t, read(t, s, o.ID), o, "a list has all of an order")
		}
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	for given, want := range map[int]int{-1: 50, 0: 50, 1: 1, 200: 200, 201: 200} {
		assert.Equal(t, want, limitOf(given))
	}
}

// No list or queue may read a whole table that grows.
func TestOrderQueriesFindTheirRowsByAnIndex(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := shelf(t, 3)
	cursor := orders.Cursor{CreatedAt: noon, ID: orderID(1)}
	filters := map[string]orders.Filter{
		"all":              {},
		"a badge":          {Badges: []orders.Badge{"queued"}},
		"badges":           {Badges: []orders.Badge{"queued", "sending", "failed"}},
		"a kind":           {Kind: "k"},
		"a door":           {Door: "web"},
		"an actor":         {Actor: "alice"},
		"a target":         {Target: "desktop:1"},
		"moving":           {Moving: true},
		"time":             {From: noon, Until: noon.Add(time.Hour)},
		"no team's time":   {Team: orders.NoTeam, From: noon, Until: noon.Add(time.Hour)},
		"how long it took": {Took: orders.TookHour, Badges: []orders.Badge{orders.BadgeCompleted}, From: noon, Until: noon.Add(time.Hour)},
		"text":             {Text: "alice in"},
		"short text":       {Text: "al"},
		"polling":          {IDs: []string{"a", "b"}, Since: 1},
		"since":            {Since: 1},
		"badge and actor":  {Badges: []orders.Badge{"queued"}, Actor: "alice", Kind: "k", From: noon},
		"text and the lot": {Text: "alice in", Badges: []orders.Badge{"queued", "failed"}, Kind: "k", Door: "web", Actor: "a", Target: "t", Moving: true, From: noon},
	}
	singly := map[string]bool{"all": true, "a badge": true, "a kind": true, "a door": true, "an actor": true, "a target": true, "moving": true,
		"time": true, "badge and actor": true}
	for name, f := range filters {
		for _, after := range []orders.Cursor{{}, cursor} {
			for _, newer := range []bool{false, true} {
				f.After, f.Newer, f.Scope = after, newer, auth.Everything
				if name != "a target" && newer == after.IsZero() { // whose members' orders for a target are sorted: they are few
					f.Scope = auth.OfTeam("design")
				}
				b := query{ctx: ctx, q: s.reader, f: f}
				text, err := b.page(51)
				require.NoError(t, err)
				steps := plan(t, s.reader, text, b.arguments...)
				if name != "all" && name != "time" && name != "no team's time" { // these are bounded by time alone
					assert.NotContains(t, steps, "orders_by_time", name)
				}
				assertIndexed(t, name, steps, "page", "told", "b0", "b1", "b2", "b3", "b4")
				// a single condition comes in the list's order, without sorting all that match
				if singly[name] {
					assert.NotContains(t, plan(t, s.reader, inner(text), b.arguments...), "TEMP B-TREE", name)
				}
			}
		}
	}
}

func TestQueuesFindTheirRowsByAnIndex(t *testing.T) {
	t.Parallel()
	s := open(t)
	got := plan(t, s.reader, nextQueued, 1)
	assert.Contains(t, got, "COVERING INDEX orders_queued")
	assert.Contains(t, plan(t, s.reader, dueFates, 0, "", 1), "USING INDEX orders_fates_due")
	assert.NotContains(t, got, "TEMP B-TREE")
	for name, query := range map[string]string{
		"sending":       `SELECT id FROM orders o WHERE o.state = 'sending' AND (substr(o.fence, 1, length($1)) <> $1 OR o.deadline < $2) ORDER BY o.created_at, o.id LIMIT $3`,
		"cloud orders":  `SELECT 1 FROM cloud_orders c LEFT JOIN actions a ON a.id = c.action_id WHERE c.next_check_at IS NOT NULL AND c.next_check_at <= $1 ORDER BY c.next_check_at, c.order_id, c.position LIMIT $2`,
		"actions":       `SELECT 1 FROM actions a WHERE a.state IN ('requested', 'unknown') AND a.next_attempt_at <= $1 ORDER BY a.next_attempt_at, a.created_at, a.id LIMIT $2`,
		"abandoned":     `SELECT 1 FROM actions a WHERE a.state = 'sending' ORDER BY a.id`,
		"in the way":    `SELECT o.id FROM order_targets g JOIN orders o ON o.id = g.order_id WHERE g.open AND g.target IN ($1, $2) ORDER BY o.created_at, o.id LIMIT 1`,
		"in doubt":      `SELECT id FROM orders WHERE creation = $1 AND state = 'in_doubt' ORDER BY created_at, id LIMIT 1`,
		"claimed":       `SELECT order_id FROM cloud_orders WHERE cloud_order_id = $1`,
		"idempotency":   `SELECT id FROM orders o WHERE o.key_id = $1 AND o.idempotency_key = $2`,
		"drafts":        `DELETE FROM drafts WHERE created_at < $1`,
		"preferences":   `DELETE FROM preferences WHERE used_at < $1`,
		"undos":         `DELETE FROM undos WHERE created_at <= $1`,
		"target opened": `UPDATE order_targets SET open = FALSE WHERE order_id = $1 AND open`,
	} {
		var a []any
		for range placeholders(query) {
			a = append(a, "1")
		}
		got := plan(t, s.writer, query, a...)
		assertIndexed(t, name, got)
		if !slices.Contains([]string{"in the way", "in doubt"}, name) {
			assert.NotContains(t, got, "TEMP B-TREE", name)
		}
	}
}
