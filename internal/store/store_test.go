package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/field"
	"workspace-order-console/internal/testkit/postgres"
)

// noon is when the tests begin.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// clock is a clock that a test sets.
type clock struct{ micros atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.micros.Store(noon.UnixMicro())
	return c
}

func (c *clock) now() time.Time          { return time.UnixMicro(c.micros.Load()).UTC() }
func (c *clock) advance(d time.Duration) { c.micros.Add(d.Microseconds()) }

func TestMain(m *testing.M) { os.Exit(postgres.Main(m)) }

// onPostgres tells that a test runs on PostgreSQL: as a part of TestPostgreSQL.
func onPostgres(tb testing.TB) bool { return strings.HasPrefix(tb.Name(), "TestPostgreSQL") }

// open opens a fresh database.
func open(tb testing.TB) *Store {
	tb.Helper()
	if !onPostgres(tb) {
		return openAt(tb, empty(tb))
	}
	return openAt(tb, Config{URL: auth.Secret(postgres.Copy(tb, "migrated", func(url string) error {
		s, err := Open(context.Background(), Config{URL: auth.Secret(url)})
		if err != nil {
			return err
		}
		return s.Close()
	}))})
}

// empty is where nothing is yet.
func empty(tb testing.TB) Config {
	tb.Helper()
	if onPostgres(tb) {
		return Config{URL: auth.Secret(postgres.Empty(tb))}
	}
	return Config{Path: filepath.Join(tb.TempDir(), "data", "console.db")}
}

func openAt(tb testing.TB, config Config) *Store {
	tb.Helper()
	config.Now = newClock().now
	s, err := Open(context.Background(), config)
	require.NoError(tb, err)
	tb.Cleanup(func() { s.Close() }) //nolint:errcheck // closed by some tests themselves
	return s
}

// entry is an audit entry as the service makes them.
func entry(action string) audit.Entry {
	return audit.Entry{Time: noon, Actor: "alice", Door: "web", Address: "127.0.0.1", Action: action,
		Details: json.RawMessage(`{"kind":"change/resizeDesktops"}`), RequestID: "r1"}
}

// sample is an order that fills every column.
func sample(changes ...func(*orders.Order)) orders.Order {
	id := uuid.Must(uuid.NewV7()).String()
	o := orders.Order{
		ID: id, RequestID: id, Calls: 1, Kind: "batch-desktop/RESIZE", State: orders.StateQueued, Door: auth.DoorWeb, Actor: "alice", Team: "design",
		Reason: "more memory <please> & thanks", Path: "/v2/p/periodic/change/batch-order",
		Body: []byte(`{"type":"RESIZE", "amount": 1.10, "name":"甲<b>"}`), Hash: strings.Repeat("ab", 32), AutoPay: true,
		Summary: field.Say("summary.RESIZE", "n", 2, "product", "8 vCPU", "names", []any{"a", 3}),
		Quote: &orders.Quote{ID: "q1", Amount: decimal.RequireFromString("12.5"), OfficialAmount: decimal.RequireFromString("15"),
			Currency: "USD", Lines: []cloud.QuoteLine{{ID: "d1", Amount: decimal.RequireFromString("6.25"), OfficialAmount: decimal.RequireFromString("7.5")}},
			AskedAt: noon.Add(-time.Minute)},
		Targets:  []string{"desktop:" + id + "-1", "desktop:" + id + "-2"},
		Creation: "", CreatedAt: noon, UpdatedAt: noon,
	}
	for _, change := range changes {
		change(&o)
	}
	return o
}

// putOrder commits one order as it is.
func putOrder(ctx context.Context, s *Store, o orders.Order) error {
	_, err := s.Submit(ctx, orders.Intake{Orders: []orders.Order{o}, Entries: []audit.Entry{entry("order.submitted")}})
	return err
}

func submit(tb testing.TB, s *Store, changes ...func(*orders.Order)) orders.Order {
	tb.Helper()
	o := sample(changes...)
	require.NoError(tb, putOrder(context.Background(), s, o))
	return o
}

func claim(tb testing.TB, s *Store) orders.Order {
	tb.Helper()
	o, err := s.Claim(context.Background(), orders.Claim{Fence: "w1/1", Now: noon, Deadline: noon.Add(time.Minute), Entry: entry("order.sending")})
	require.NoError(tb, err)
	return o
}

func status(s cloud.OrderStatus) *cloud.OrderStatus { return &s }

func money(text string) *decimal.Decimal {
	d := decimal.RequireFromString(text)
	return &d
}

// place brings an order from the queue to placed with cloud orders.
func place(tb testing.TB, s *Store, made ...orders.CloudOrder) orders.Order {
	tb.Helper()
	o := claim(tb, s)
	require.NoError(tb, s.Apply(context.Background(), orders.Move{ID: o.ID, From: []orders.State{orders.StateSending},
		To: orders.StatePlaced, Fence: o.Fence, Now: noon, CloudOrders: made, Entry: entry("order.placed")}))
	return read(tb, s, o.ID)
}

func read(tb testing.TB, s *Store, id string) orders.Order {
	tb.Helper()
	o, err := s.Order(context.Background(), id)
	require.NoError(tb, err)
	return o
}

// counted holds the kept counts against the orders themselves.
func counted(tb testing.TB, s *Store) map[orders.Badge]int {
	tb.Helper()
	rows, err := s.reader.Query(`SELECT badge, count(*) FROM orders GROUP BY badge`)
	require.NoError(tb, err)
	defer rows.Close() //nolint:errcheck // a test
	want := map[orders.Badge]int{}
	for rows.Next() {
		var badge orders.Badge
		var n int
		require.NoError(tb, rows.Scan(&badge, &n))
		want[badge] = n
	}
	require.NoError(tb, rows.Err())
	got, err := s.Count(context.Background(), auth.Everything)
	require.NoError(tb, err)
	require.Equal(tb, want, got)
	return got
}

// plan is how SQLite would run a query.
func plan(tb testing.TB, q *sql.DB, query string, args ...any) string {
	tb.Helper()
	rows, err := q.Query("EXPLAIN QUERY PLAN "+query, args...)
	require.NoError(tb, err, query)
	defer rows.Close() //nolint:errcheck // a test
	var lines []string
	for rows.Next() {
		var id, parent, unused int
		var detail string
		require.NoError(tb, rows.Scan(&id, &parent, &unused, &detail))
		lines = append(lines, detail)
	}
	require.NoError(tb, rows.Err())
	return strings.Join(lines, "\n")
}

func orderID(n int) string { return fmt.Sprintf("019a0000-0000-7000-8000-%012d", n) }

// assertIndexed fails when a plan reads a whole table, other than one of the named results of a subquery. Reading a
// whole index is allowed only where its order is that of the list and a limit ends it: along the time.
func assertIndexed(tb testing.TB, name, plan string, subqueries ...string) {
	tb.Helper()
	for line := range strings.Lines(plan) {
		line = strings.TrimSpace(line)
		table, scans := strings.CutPrefix(line, "SCAN ")
		if !scans || slices.Contains(subqueries, table) || strings.HasPrefix(table, "CONSTANT ROW") {
			continue
		}
		if strings.Contains(table, "INDEX orders_by_time") || strings.Contains(table, "INDEX audit_by_time") || strings.Contains(table, "INDEX orders_moving") || strings.Contains(table, "INDEX actions_sending") || strings.Contains(table, "INDEX orders_sending") {
			continue
		}
		assert.Fail(tb, name+" scans", "%s\n%s", line, plan)
	}
}

// placeholders lists the different placeholders of a query.
func placeholders(query string) []string {
	found := regexp.MustCompile(`\$\d+`).FindAllString(query, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

// inner is the subquery that finds the rows of a page.
func inner(query string) string {
	_, rest, _ := strings.Cut(query, "FROM (")
	found, _, _ := strings.Cut(rest, ") AS page")
	return found
}
