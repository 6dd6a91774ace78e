package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/field"
)

func TestTerms(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"":                                     {},
		"a - b":                                {},
		"More Memory, please!":                 {"memory", "more", "please"},
		"WS-0042":                              {"0042", "ws-0042"},
		"zhang.san@example.com":                {"com", "example.com", "san@example.com", "zhang.san@example.com"},
		"-x86-":                                {"x86"},
		"新同事入职":                                {"事入", "入职", "同事", "新同", "职"},
		"给 li.si 的桌面":                          {"li.si", "桌面", "的桌", "给", "si", "面"},
		"4F8F8A51-55bf-4af4-9add-c45ed331f7aa": {"#4f8f8a51-55bf-4af4-9add-c45ed331f7aa"},
		strings.Repeat("長", 200):               {"長", "長長"},
		strings.Repeat("x", 200):               {strings.Repeat("x", 80)},
	} {
		got := terms{}
		got.addText(text)
		assert.ElementsMatch(t, want, got.list(), text)
	}
	got := terms{}
	got.addJSON([]byte(`{"size":80,"n":2,"on":true,"auto":"true","list":["Renderer",{"deep":"甲"}],"id":null}`))
	assert.ElementsMatch(t, []string{"80", "renderer", "甲"}, got.list())
}

// what is found of a text, as numbers of the shelf's orders.
func foundBy(t *testing.T, s *Store, scope auth.Scope, text string) []int {
	t.Helper()
	page, err := s.Orders(context.Background(), orders.Filter{Scope: scope, Text: text})
	require.NoError(t, err, text)
	return numbers(t, page)
}

func TestOrdersAreFoundByTheirWords(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := open(t)
	const desktop = "4f8f8a51-55bf-4af4-9add-c45ed331f7aa"
	require.NoError(t, s.ReplaceInventory(ctx, orders.Snapshot{TakenAt: noon, Desktops: []cloud.Desktop{{DesktopID: desktop, ComputerName: "FIN-0230", UserName: "mei.lin"}}}))
	for i, change := range []func(*orders.Order){
		func(o *orders.Order) { o.Reason, o.Team = "A new colleague, 新同事入职", "design" },
		func(o *orders.Order) { o.Targets, o.Team = []string{"desktop:" + desktop}, "finance" },
		func(o *orders.Order) {
			o.Body, o.Team = []byte(`{"desktops":[{"user_name":"zhang-san","computer_name":"NEW-0001"}],"size":850}`), ""
		},
		func(o *orders.Order) {
			o.Summary, o.Team = field.Say("summary.x", "names", []any{"Renderer"}), "design"
		},
	} {
		submit(t, s, func(o *orders.Order) {
			o.ID, o.CreatedAt = orderID(i), noon.Add(time.Duration(i)*time.Second)
			o.RequestID, o.Reason, o.Body, o.Actor = o.ID, "", []byte(`{}`), "person-"+fmt.Sprint(i)
			o.Summary, o.Targets = field.Say("summary.x"), nil
			change(o)
		})
	}
	require.NoError(t, s.AddComment(ctx, orders.Comment{ID: "c1", OrderID: orderID(3), Actor: "bob", Text: "why two screens?", CreatedAt: noon}, entry("order.commented")))
	place(t, s, orders.CloudOrder{OrderID: "CS2611221200AAAA", Status: status(cloud.StatusCompleted)}) // order 0

	for text, want := range map[string][]int{
		"colleague":              {0},
		"COLL new":               {0},
		"colleague screens":      {},
		"新同事":                    {0},
		"同事":                     {0},
		"职":                      {0},
		"老同事":                    {},
		"fin-0230":               {1},
		"0230":                   {1},
		"mei":                    {1},
		"lin":                    {1},
		desktop:                  {1},
		strings.ToUpper(desktop): {1},
		desktop[:8]:              {1},
		desktop[:7]:              {},
		"zhang":                  {2},
		"san new-0001":           {2},
		"850":                    {2},
		"85":                     {2},
		"rend":                   {3},
		"two screens":            {3},
		"person":                 {3, 2, 1, 0},
		"person-2":               {2},
		"cs2611221200aaaa":       {0},
		"desktops":               {}, // names of members are not indexed
		"%":                      {},
		"' OR 1=1":               {},
		orderID(2):               {2},
	} {
		assert.Equal(t, want, foundBy(t, s, auth.Everything, text), text)
	}
	assert.Equal(t, []int{3, 0}, foundBy(t, s, auth.OfTeam("design"), "person"))
	assert.Empty(t, foundBy(t, s, auth.OfTeam("design"), "fin-0230"), "another team's")
	assert.Empty(t, foundBy(t, s, auth.OfTeam("design"), "zhang"), "nobody's")
	assert.Empty(t, foundBy(t, s, auth.Scope{}, "person"))
}

// A word of many terms is read another way than one of few, and finds the same, page by page.
func TestAWordOfManyTerms(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := open(t)
	const n = 200
	var batch []orders.Order
	for i := range n {
		batch = append(batch, sample(func(o *orders.Order) {
			o.ID, o.CreatedAt, o.Targets = orderID(i), noon.Add(time.Duration(i/3)*time.Second), nil
			o.RequestID, o.State = o.ID, orders.StateWithdrawn
			o.Reason, o.Team = fmt.Sprintf("ws-%04d", i), []string{"design", "finance"}[i%2]
		}))
	}
	require.NoError(t, s.LoadOrders(ctx, batch))
	for _, c := range []struct {
		scope auth.Scope
		text  string
		every int
	}{{auth.Everything, "ws-", 1}, {auth.OfTeam("design"), "ws", 2}, {auth.Everything, "ws vcpu", 1}, {auth.OfTeam("design"), "vcpu ws", 2}} {
		f := orders.Filter{Scope: c.scope, Text: c.text, Limit: 37}
		var walked []int
		for {
			page, err := s.Orders(ctx, f)
			require.NoError(t, err)
			walked = append(walked, numbers(t, page)...)
			if page.Older.IsZero() {
				break
			}
			f.After = page.Older
		}
		require.Len(t, walked, n/c.every, c.text)
		for i, number := range walked {
			assert.Equal(t, n-c.every-i*c.every, number, c.text)
		}
	}
	assert.Equal(t, []int{42}, foundBy(t, s, auth.Everything, "ws-0042"))
}

// Words that many orders have are looked for near the page's beginning first, and found far from it all the same.
func TestCommonWordsAreFoundNearAndFar(t *testing.T) {
	t.Parallel()
	s := open(t)
	var batch []orders.Order
	add := func(reason string) {
		i := len(batch)
		batch = append(batch, sample(func(o *orders.Order) {
			o.ID, o.CreatedAt, o.Targets, o.Body = orderID(i), noon.Add(time.Duration(i)*time.Second), nil, []byte("{}")
			o.RequestID, o.State, o.Reason = o.ID, orders.StateWithdrawn, reason
		}))
	}
	some := func(from int, more string) string { // 30 of 70 names, so that few orders have many
		for i := range 30 {
			more += fmt.Sprintf(" ws-%04d", (from+i)%70)
		}
		return more
	}
	for i := range 20 {
		add(some(i*7, "old common"))
	}
	for range nearOrders + 10 {
		add("common")
	}
	for i := range 20 {
		add(some(i*7, "new common"))
	}
	n := len(batch)
	for some := range slices.Chunk(batch, 500) {
		require.NoError(t, s.LoadOrders(t.Context(), some))
	}
	for text, want := range map[string][]int{
		"ws":          append(down(n-1, n-20), down(19, 0)...),
		"common ws":   append(down(n-1, n-20), down(19, 0)...),
		"common old":  down(19, 0),
		"ws-0001 old": foundBy(t, s, auth.Everything, "old ws-0001"),
	} {
		for _, limit := range []int{7, 30, 100} {
			f := orders.Filter{Scope: auth.Everything, Text: text, Limit: limit}
			var walked []int
			for page, err := s.Orders(t.Context(), f); ; page, err = s.Orders(t.Context(), f) {
				require.NoError(t, err)
				walked = append(walked, numbers(t, page)...)
				if f.After = page.Older; f.After.IsZero() {
					break
				}
			}
			assert.Equal(t, want, walked, "%s, %d a page", text, limit)
		}
		f := orders.Filter{Scope: auth.Everything, Text: text, Limit: 3, Newer: true, After: orders.Cursor{CreatedAt: noon.Add(-time.Second), ID: "x"}}
		page, err := s.Orders(t.Context(), f)
		require.NoError(t, err)
		assert.Equal(t, want[len(want)-3:], numbers(t, page), text)
	}
	for text, near := range map[string]bool{"ws": true, "common ws": true, "common": false, "old": false} {
		b := query{ctx: t.Context(), q: s.reader, f: orders.Filter{Scope: auth.Everything, Text: text}}
		found, err := b.page(11)
		require.NoError(t, err)
		assert.Equal(t, near, b.near, text)
		if near {
			steps := plan(t, s.reader, inner(found), b.arguments...)
			assertIndexed(t, text, steps)
			assert.NotContains(t, steps, "TEMP B-TREE", "it ends with the page")
		}
	}
}

// down are the numbers from one down to another.
func down(from, to int) (all []int) {
	for i := from; i >= to; i-- {
		all = append(all, i)
	}
	return all
}

// Orders that were there before the index was are found all the same.
func TestOldOrdersAreIndexed(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := shelf(t, 3)
	place(t, s, orders.CloudOrder{OrderID: "CS2611221200AAAA", Status: status(cloud.StatusCompleted)})
	require.NoError(t, s.AddComment(ctx, orders.Comment{ID: "c1", OrderID: orderID(2), Actor: "bob", Text: "why two screens?", CreatedAt: noon}, entry("order.commented")))
	all := func() (rows []string) {
		rows, err := list(ctx, s.reader, column[string], `SELECT order_id || ' ' || term || ' ' || team || ' ' || created_at FROM order_terms ORDER BY 1`)
		require.NoError(t, err)
		return rows
	}
	want := all()
	require.NotEmpty(t, want)
	_, err := s.writer.ExecContext(ctx, `DELETE FROM order_terms`)
	require.NoError(t, err)
	begun, err := s.writer.BeginTx(ctx, &sql.TxOptions{})
	require.NoError(t, err)
	require.NoError(t, indexOrders(ctx, begun))
	require.NoError(t, begun.Commit())
	assert.Equal(t, want, all())
}

func TestTextQueriesFindTheirRowsByAnIndex(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := shelf(t, 3)
	for _, scope := range []auth.Scope{auth.Everything, auth.OfTeam("design")} {
		for name, w := range map[string]word{
			"few terms":           {spans: []span{{text: "ws"}}, few: true, entries: []teamTerm{{"ws-1", "design"}, {"ws-2", "design"}}},
			"many terms":          {spans: []span{{text: "ws"}, {text: "#ws"}}, rows: sortedRows},
			"many terms and rows": {spans: []span{{text: "ws"}, {text: "#ws"}}, rows: fewRows + 1, walk: true},
		} {
			b := query{ctx: ctx, q: s.reader, f: orders.Filter{Scope: scope}}
			for _, br := range b.leading(w) {
				text := b.find(br, nil, " DESC") + " LIMIT 51"
				assertIndexed(t, name, plan(t, s.reader, text, b.arguments...), "told")
			}
		}
		b := query{ctx: ctx, q: s.reader, f: orders.Filter{Scope: scope}}
		steps := plan(t, s.reader, "SELECT o.id FROM orders o WHERE o.id = 'x' AND "+b.has("o.id", word{spans: []span{{text: "ws"}}}), b.arguments...)
		assertIndexed(t, "has", steps)
		text, args := findPeopleQuery(scope, "mei", 10)
		assertIndexed(t, "people", plan(t, s.reader, text, args...), "w0", "w1", "w2")
		assertIndexed(t, "a person by address", plan(t, s.reader, personByEmailSQL, "x"))
		text, args = savedViewsQuery("mei", scope, "design", "orders")
		assertIndexed(t, "saved views", plan(t, s.reader, text, args...), "own", "shared")
		text, args = templatesQuery(scope, "a", "b", 10)
		assertIndexed(t, "templates", plan(t, s.reader, text, args...), "own", "everybodys")
	}
}
