package store

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders"
)

func filterObject(object string) audit.Filter {
	return audit.Filter{Scope: auth.Everything, Object: object}
}

func record(t *testing.T, s *Store, e audit.Entry) {
	t.Helper()
	require.NoError(t, s.Record(context.Background(), e))
}

func TestAnEntryComesBackAsItWasWritten(t *testing.T) {
	t.Parallel()
	s := open(t)
	e := entry("signin")
	e.Object, e.Details = "session:1", json.RawMessage(`{"a":"<甲>","n":1.10}`)
	record(t, s, e)
	e.Seq = 1
	got, err := s.AuditEntry(context.Background(), auth.Everything, 1)
	require.NoError(t, err)
	assert.Equal(t, e, got)
	record(t, s, audit.Entry{Action: "x"})
	got, err = s.AuditEntry(context.Background(), auth.Everything, 2)
	require.NoError(t, err)
	assert.Equal(t, audit.Entry{Seq: 2, Time: noon, Action: "x", Details: json.RawMessage(`{}`)}, got)
	_, err = s.AuditEntry(context.Background(), auth.Everything, 3)
	assert.ErrorIs(t, err, orders.ErrNotFound)
}

func TestTheLogHasNoGaps(t *testing.T) {
	t.Parallel()
	s := open(t)
	o := submit(t, s)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() { assert.NoError(t, s.Record(context.Background(), entry("signin"))) })
		wg.Go(func() { assert.Error(t, putOrder(context.Background(), s, o)) })
	}
	wg.Wait()
	var n, last int
	require.NoError(t, s.reader.QueryRow(`SELECT count(*), max(seq) FROM audit`).Scan(&n, &last))
	assert.Equal(t, 21, n)
	assert.Equal(t, n, last)
}

func TestTheLogOnlyGrows(t *testing.T) {
	t.Parallel()
	s := open(t)
	record(t, s, entry("one"))
	record(t, s, entry("two"))
	columns := `time, actor, door, address, action, object, details, request_id) VALUES (`
	values := `, 0, '', '', '', 'forged', '', '{}', '')`
	for name, statement := range map[string]string{
		"update":                      `UPDATE audit SET actor = 'x' WHERE seq = 1`,
		"delete":                      `DELETE FROM audit WHERE seq = 2`,
		"delete all":                  `DELETE FROM audit`,
		"replace":                     `INSERT OR REPLACE INTO audit (seq, ` + columns + `1` + values,
		"replace the last":            `REPLACE INTO audit (seq, ` + columns + `2` + values,
		"a gap":                       `INSERT INTO audit (seq, ` + columns + `4` + values,
		"a gap, replacing":            `INSERT OR REPLACE INTO audit (seq, ` + columns + `4` + values,
		"a gap, ignoring":             `INSERT OR IGNORE INTO audit (seq, ` + columns + `4` + values,
		"before the first":            `INSERT INTO audit (seq, ` + columns + `0` + values,
		"none":                        `INSERT INTO audit (seq, ` + columns + `NULL` + values,
		"text":                        `INSERT INTO audit (seq, ` + columns + `'x'` + values,
		"replace by hidden row":       `INSERT OR REPLACE INTO audit (rowid, seq, ` + columns + `1, 3` + values,
		"elsewhere":                   `INSERT INTO audit (rowid, seq, ` + columns + `9, 3` + values,
		"upsert":                      `INSERT INTO audit (seq, ` + columns + `2` + values + ` ON CONFLICT (seq) DO UPDATE SET action = 'forged'`,
		"update or replace":           `UPDATE OR REPLACE audit SET seq = 1 WHERE seq = 2`,
		"replace by the row's number": `INSERT OR REPLACE INTO audit (oid, seq, ` + columns + `2, 3` + values,
	} {
		_, err := s.writer.Exec(statement)
		assert.Error(t, err, name)
	}
	page, err := s.Audit(context.Background(), audit.Filter{Scope: auth.Everything})
	require.NoError(t, err)
	require.Len(t, page.Items, 2)
	assert.Equal(t, "two", page.Items[0].Action)
	assert.Equal(t, "one", page.Items[1].Action)
	record(t, s, entry("three"))
}

func TestAuditPagesInBothDirections(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := open(t)
	for i := range 7 {
		e := entry("x")
		e.Time = noon.Add(time.Duration(i/2) * time.Second)
		if i == 4 {
			e.Time = noon // another clock is behind: by time it stands with the first two
		}
		record(t, s, e)
	}
	var walked [][]int64
	f := audit.Filter{Scope: auth.Everything, Limit: 3}
	var last audit.Page
	for {
		page, err := s.Audit(ctx, f)
		require.NoError(t, err)
		walked = append(walked, seqs(page))
		last = page
		if page.Older == 0 {
			break
		}
		f.Before = page.Older
	}
	assert.Equal(t, [][]int64{{7, 6, 4}, {3, 5, 2}, {1}}, walked)
	back, err := s.Audit(ctx, audit.Filter{Scope: auth.Everything, Limit: 3, After: last.Newer})
	require.NoError(t, err)
	assert.Equal(t, []int64{3, 5, 2}, seqs(back))
	assert.EqualValues(t, 2, back.Older)
	back, err = s.Audit(ctx, audit.Filter{Scope: auth.Everything, Limit: 3, After: back.Newer})
	require.NoError(t, err)
	assert.Equal(t, []int64{7, 6, 4}, seqs(back))
	assert.Zero(t, back.Newer)
	none, err := s.Audit(ctx, audit.Filter{Scope: auth.Everything, Actor: "nobody"})
	require.NoError(t, err)
	assert.Equal(t, audit.Page{}, none)
}

func seqs(page audit.Page) []int64 {
	all := []int64{}
	for _, e := range page.Items {
		all = append(all, e.Seq)
	}
	return all
}

func TestAuditFilters(t *testing.T) {
	t.Parallel()
	s := open(t)
	for i := range 12 {
		record(t, s, audit.Entry{Time: noon.Add(time.Duration(i) * time.Minute), Actor: []string{"alice", "key:ci", "console"}[i%3],
			Door: []string{"web", "api"}[i%2], Action: []string{"order.submitted", "signin"}[i/6], Object: fmt.Sprintf("order:019a0000-%03d", i)})
	}
	for name, c := range map[string]struct {
		filter audit.Filter
		want   []int64
	}{
		"actor":           {audit.Filter{Scope: auth.Everything, Actor: "key:ci"}, []int64{11, 8, 5, 2}},
		"door":            {audit.Filter{Scope: auth.Everything, Door: "api"}, []int64{12, 10, 8, 6, 4, 2}},
		"action":          {audit.Filter{Scope: auth.Everything, Action: "signin"}, []int64{12, 11, 10, 9, 8, 7}},
		"object":          {audit.Filter{Scope: auth.Everything, Object: "order:019a0000-003"}, []int64{4}},
		"time":            {audit.Filter{Scope: auth.Everything, From: noon.Add(2 * time.Minute), Until: noon.Add(5 * time.Minute)}, []int64{5, 4, 3}},
		"all of it":       {audit.Filter{Scope: auth.Everything, Actor: "alice", Door: "web", Action: "signin", From: noon.Add(time.Minute)}, []int64{7}},
		"an actor begins": {audit.Filter{Scope: auth.Everything, Text: "ali"}, []int64{10, 7, 4, 1}},
		"an action":       {audit.Filter{Scope: auth.Everything, Text: "order."}, []int64{6, 5, 4, 3, 2, 1}},
		"an object":       {audit.Filter{Scope: auth.Everything, Text: "order:019a0000-01"}, []int64{12, 11}},
		"an object's ID":  {audit.Filter{Scope: auth.Everything, Text: "019a0000-01", Door: "web"}, []int64{11}},
		"nothing":         {audit.Filter{Scope: auth.Everything, Text: "zz"}, []int64{}},
	} {
		page, err := s.Audit(context.Background(), c.filter)
		require.NoError(t, err, name)
		assert.Equal(t, c.want, seqs(page), name)
	}
}

func TestTheTimelineIsInOrder(t *testing.T) {
	t.Parallel()
	s := open(t)
	for i := range 5 {
		e := entry(fmt.Sprint(i))
		e.Object = fmt.Sprintf("order:%d", i%2)
		record(t, s, e)
	}
	list, err := s.Timeline(context.Background(), "order:0", 2)
	require.NoError(t, err)
	require.Len(t, list, 2)
	assert.Equal(t, "2", list[0].Action, "the newest two, oldest first")
	assert.Equal(t, "4", list[1].Action)
}

func TestAuditQueriesFindTheirRowsByAnIndex(t *testing.T) {
	t.Parallel()
	s := open(t)
	record(t, s, entry("order.paid"))
	for name, f := range map[string]audit.Filter{
		"all":            {},
		"actor":          {Actor: "a"},
		"action":         {Action: "a"},
		"object":         {Object: "a"},
		"door":           {Door: "a"},
		"time":           {From: noon, Until: noon.Add(time.Hour)},
		"actor and time": {Actor: "a", From: noon, Until: noon.Add(time.Hour)},
		"the lot":        {Actor: "a", Action: "b", Object: "c", Door: "d", From: noon, Text: "order.paid"},
		"text":           {Text: "order:019a0000"},
		"text of an ID":  {Text: "019a0000"},
		"of an actor":    {Text: "ali"},
	} {
		for _, at := range []audit.Filter{{}, {Before: 1}, {After: 1}, {Scope: auth.OfTeam("design")}, {Scope: auth.OfTeam("design"), Before: 1}} {
			f.Before, f.After, f.Scope = at.Before, at.After, at.Scope
			if f.Scope == nil {
				f.Scope = auth.Everything
			}
			query, args, err := auditQuery(context.Background(), s.reader, f, 51)
			require.NoError(t, err)
			steps := plan(t, s.reader, query, args...)
			assertIndexed(t, name, steps, "page", "b0", "b1", "b2", "b3", "b4", "b5", "b6", "b7", "b8")
			if name != "all" && name != "time" {
				assert.NotContains(t, steps, "audit_by_time", name)
			}
			if f.Text == "" {
				assert.NotContains(t, plan(t, s.reader, inner(query), args...), "TEMP B-TREE", name)
			}
		}
	}
	assert.NotContains(t, plan(t, s.reader, `SELECT e.seq FROM audit e WHERE e.object = $1 ORDER BY e.time, e.seq LIMIT $2`, "x", 1), "TEMP B-TREE")
}
