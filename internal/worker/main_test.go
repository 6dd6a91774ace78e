package worker_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/cloud/embedded"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/store"
	"workspace-order-console/internal/testkit"
	"workspace-order-console/internal/testkit/postgres"
	"workspace-order-console/internal/worker"
)

const project, region = "0bec5db98280d2d02fd6c00c2de791ce", "ap-southeast-1"

// house is a whole console without its doors: the real store, the embedded cloud, a clock that the test moves.
type house struct {
	t       *testing.T
	db      *store.Store
	cloud   *embedded.Cloud
	shaky   *shaky
	service *orders.Service
	worker  *worker.Worker
	clock   *clock
}

// clock is a clock that a test moves.
type clock struct{ micros atomic.Int64 }

func (c *clock) now() time.Time          { return time.UnixMicro(c.micros.Load()).UTC() }
func (c *clock) advance(d time.Duration) { c.micros.Add(d.Microseconds()) }

// admin is who orders in these tests.
var admin = auth.Who{Name: "ops", Roles: auth.RolesOf(auth.RoleAdmin), Door: auth.DoorWeb, Address: "192.0.2.7", RequestID: "r-1"}

// begin is when every test begins.
var begin = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

// furnished is a data folder whose inventory has been read, made once and copied for every test.
var furnished = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "worker-test")
	if err != nil {
		return "", err
	}
	return dir, furnish(dir, store.Config{Path: filepath.Join(dir, "console.db")})
})

// furnish reads the inventory of a folder's cloud into a database.
func furnish(dir string, config store.Config) error {
	now := func() time.Time { return begin }
	config.Now = now
	db, err := store.Open(context.Background(), config)
	if err != nil {
		return err
	}
	own, err := embedded.Open(context.Background(), embedded.Config{Dir: dir, ProjectID: project, Region: region, Now: now})
	if err != nil {
		return errors.Join(err, db.Close())
	}
	_, err = worker.New(worker.Config{Cloud: own, Journal: db, Stock: db, Now: now, CloudTimeout: time.Minute}).Refresh(context.Background())
	return errors.Join(err, own.Close(), db.Close())
}

func TestMain(m *testing.M) {
	code := postgres.Main(m)
	if dir, _ := furnished(); dir != "" {
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, clock: &clock{}}
	h.clock.micros.Store(begin.UnixMicro())
	template, err := furnished()
	require.NoError(t, err)
	dir := filepath.Join(t.TempDir(), "data")
	require.NoError(t, os.CopyFS(dir, os.DirFS(template)))
	h.db, err = store.Open(t.Context(), h.database(dir))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, h.db.Close()) })
	h.cloud, err = embedded.Open(t.Context(), embedded.Config{Dir: dir, ProjectID: project, Region: region, Now: h.clock.now})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, h.cloud.Close()) })
	h.shaky = &shaky{Cloud: h.cloud}
	h.service = orders.NewService(orders.Config{Journal: h.db, Inventory: h.db, Teams: h.db, Quoter: h.shaky, Billing: h.shaky,
		ProjectID: project, Region: region, Now: h.clock.now})
	h.worker = h.newWorker("w1")
	return h
}

// database is the file in a folder or, for a test that runs as a part of TestPostgreSQL, a copy of a furnished database.
func (h *house) database(dir string) store.Config {
	h.t.Helper()
	if !strings.HasPrefix(h.t.Name(), "TestPostgreSQL/") {
		return store.Config{Path: filepath.Join(dir, "console.db"), Now: h.clock.now}
	}
	url := postgres.Copy(h.t, "furnished", func(url string) error { return furnish(dir, store.Config{URL: auth.Secret(url)}) })
	return store.Config{URL: auth.Secret(url), Now: h.clock.now}
}

func (h *house) newWorker(name string) *worker.Worker {
	return worker.New(worker.Config{Cloud: h.shaky, Journal: h.db, Stock: h.db, Log: slog.New(slog.DiscardHandler),
		Now: h.clock.now, CloudTimeout: 30 * time.Second, Senders: 2, Alone: true, Name: name})
}

func (h *house) refresh() {
	h.t.Helper()
	_, err := h.worker.Refresh(h.t.Context())
	require.NoError(h.t, err)
}

// run does everything that is due until nothing moves any more at this moment.
func (h *house) run() {
	h.t.Helper()
	for range 50 {
		before, _ := h.db.Version()
		for {
			more, err := h.worker.Send(h.t.Context())
			require.NoError(h.t, err)
			if !more {
				break
			}
		}
		_, err := h.worker.Follow(h.t.Context())
		require.NoError(h.t, err)
		_, err = h.worker.Act(h.t.Context())
		require.NoError(h.t, err)
		if after, _ := h.db.Version(); after == before {
			return
		}
	}
	h.t.Fatal("it never came to rest")
}

// later moves the clock and does what is due then.
func (h *house) later(d time.Duration) {
	h.t.Helper()
	h.clock.advance(d)
	h.run()
}

// submit orders an example, with members of its body changed.
func (h *house) submit(example string, change ...func(map[string]any)) (orders.Order, error) {
	h.t.Helper()
	for _, e := range testkit.Examples(h.t) {
		if e.Name != example {
			continue
		}
		kind, ok := orders.KindNamed(e.Kind())
		require.True(h.t, ok)
		var body map[string]any
		require.NoError(h.t, json.Unmarshal(e.Body, &body))
		for _, c := range change {
			c(body)
		}
		raw, err := json.Marshal(body)
		require.NoError(h.t, err)
		return h.service.Submit(h.t.Context(), admin, orders.Submission{Decoded: orders.DecodeJSON(kind.Door, e.DesktopID(), raw)})
	}
	h.t.Fatalf("no example %q", example)
	return orders.Order{}, nil
}

// must orders an example that nothing keeps from being ordered.
func (h *house) must(example string, change ...func(map[string]any)) orders.Order {
	h.t.Helper()
	order, err := h.submit(example, change...)
	require.NoError(h.t, err)
	return order
}

func (h *house) order(id string) orders.Order {
	h.t.Helper()
	order, err := h.db.Order(h.t.Context(), id)
	require.NoError(h.t, err)
	return order
}

// actions lists what the audit log tells of an order.
func (h *house) actions(id string) []string {
	h.t.Helper()
	entries, err := h.db.Timeline(h.t.Context(), "order:"+id, 100)
	require.NoError(h.t, err)
	var actions []string
	for _, entry := range entries {
		actions = append(actions, entry.Action)
	}
	return actions
}

// booked is how many orders the cloud's own book has.
func (h *house) booked() int {
	h.t.Helper()
	list, err := h.cloud.Orders(h.t.Context(), cloud.OrderFilter{Page: cloud.Page{Limit: 100}})
	require.NoError(h.t, err)
	return list.Total
}

// shaky is a cloud that misbehaves when it is told to.
type shaky struct {
	cloud.Cloud
	mu     sync.Mutex
	calls  int
	place  func(next func() cloud.Answer) cloud.Answer
	each   func(call cloud.Call) cloud.Answer // in place of the cloud
	pay    func(next func() error) error
	cancel func(next func() error) error
	quote  func(cloud.Quote) (cloud.Quote, error)
	read   error
	list   error
	// inventory fails the reads of the inventory.
	inventory error
}

func (s *shaky) Orders(ctx context.Context, filter cloud.OrderFilter) (cloud.List[cloud.BillingOrder], error) {
	if s.list != nil {
		return cloud.List[cloud.BillingOrder]{}, s.list
	}
	return s.Cloud.Orders(ctx, filter)
}

func (s *shaky) Place(ctx context.Context, call cloud.Call) cloud.Answer {
	s.mu.Lock()
	s.calls++
	place, each := s.place, s.each
	s.mu.Unlock()
	if each != nil {
		return each(call)
	}
	next := func() cloud.Answer { return s.Cloud.Place(ctx, call) }
	if place != nil {
		return place(next)
	}
	return next()
}

func (s *shaky) Pay(ctx context.Context, id string) error {
	next := func() error { return s.Cloud.Pay(ctx, id) }
	if s.pay != nil {
		return s.pay(next)
	}
	return next()
}

func (s *shaky) Cancel(ctx context.Context, id string) error {
	next := func() error { return s.Cloud.Cancel(ctx, id) }
	if s.cancel != nil {
		return s.cancel(next)
	}
	return next()
}

func (s *shaky) Quote(ctx context.Context, question cloud.Question) (cloud.Quote, error) {
	quote, err := s.Cloud.Quote(ctx, question)
	if err == nil && s.quote != nil {
		return s.quote(quote)
	}
	return quote, err
}

func (s *shaky) Order(ctx context.Context, id string) (cloud.BillingOrder, error) {
	if s.read != nil {
		return cloud.BillingOrder{}, s.read
	}
	return s.Cloud.Order(ctx, id)
}

// unknown is an answer that tells nothing; notSent one that never left.
var (
	unknown = cloud.Answer{Outcome: cloud.OutcomeUnknown, Error: &cloud.Error{Outcome: cloud.OutcomeUnknown, Err: context.DeadlineExceeded}}
	notSent = cloud.Answer{Outcome: cloud.OutcomeNotSent, Error: &cloud.Error{Outcome: cloud.OutcomeNotSent, Err: errors.New("connection refused")}}
	refused = cloud.ReadAnswer(cloud.DoorSubscribe, http.StatusBadRequest, "cloud-1", []byte(`{"error_code":"WKS.0001","error_msg":"no","error_detail":"because"}`))
)

// autoPay asks for payment without a person.
func autoPay(body map[string]any) { body["extend_param"] = map[string]any{"is_auto_pay": "true"} }

func amount(t *testing.T, text string) decimal.Decimal {
	t.Helper()
	d, err := decimal.NewFromString(text)
	require.NoError(t, err)
	return d
}
