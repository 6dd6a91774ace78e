package notify_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/cloud/embedded"
	"workspace-order-console/internal/notify"
	"workspace-order-console/internal/notify/smtp"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/field"
	"workspace-order-console/internal/store"
	"workspace-order-console/internal/testkit"
	"workspace-order-console/internal/worker"
)

const project, region, publicURL = "0bec5db98280d2d02fd6c00c2de791ce", "ap-southeast-1", "https://console.example.com"

// noon is when every test begins.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// clock is a clock that a test moves.
type clock struct{ micros atomic.Int64 }

func (c *clock) now() time.Time          { return time.UnixMicro(c.micros.Load()).UTC() }
func (c *clock) advance(d time.Duration) { c.micros.Add(d.Microseconds()) }

// house is a store and a notifier with a clock that the test moves, and receivers on loopback.
type house struct {
	t      *testing.T
	dir    string
	clock  *clock
	db     *store.Store
	sealer *auth.Sealer
	guard  *notify.Guard
	teller *notify.Notifier
	mails  *testkit.MailServer
	people *people
}

// admin is who makes webhooks in these tests.
var admin = auth.Who{Name: "ops", Roles: auth.RolesOf(auth.RoleAdmin), Door: auth.DoorWeb}

// people are addresses by an order's actor. A team's approvers are told what is asked of the team.
type people struct {
	mu        sync.Mutex
	addresses map[string]string
	teams     map[string][]string
	err       error
}

func (p *people) Recipients(_ context.Context, e notify.Event) ([]notify.Recipient, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		return nil, p.err
	}
	names := []string{e.Order.Actor}
	if e.Type == notify.AwaitingApproval {
		names = p.teams[e.Team]
	}
	var all []notify.Recipient
	for _, name := range names {
		all = append(all, notify.Recipient{Person: name, Address: p.addresses[name]})
	}
	return all, nil
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, dir: filepath.Join(t.TempDir(), "data"), clock: &clock{}, guard: newGuard(t, "127.0.0.0/8"), mails: testkit.NewMailServer(t),
		people: &people{addresses: map[string]string{"alice": "alice@example.com", "bob": "Bob <bob@example.com>", "carol": "carol@example.com"},
			teams: map[string][]string{"design": {"bob", "carol"}}}}
	h.clock.micros.Store(noon.UnixMicro())
	var err error
	h.db, err = store.Open(t.Context(), store.Config{Path: filepath.Join(h.dir, "console.db"), Now: h.clock.now})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, h.db.Close()) })
	h.sealer, err = auth.NewSealer(auth.NewSealKey())
	require.NoError(t, err)
	h.teller = h.notifier()
	return h
}

// notifier makes another notifier on the same database, as another console has one.
func (h *house) notifier(changes ...func(*notify.Config)) *notify.Notifier {
	h.t.Helper()
	mailer, err := smtp.New(smtp.Config{Server: "smtp://" + h.mails.Address, From: "console@example.com", Timeout: time.Second})
	require.NoError(h.t, err)
	config := notify.Config{Book: h.db, Journal: h.db, Directory: h.people, Mailer: mailer, Sealer: h.sealer, Guard: h.guard, PublicURL: publicURL,
		Timeout: 300 * time.Millisecond, Log: slog.New(slog.DiscardHandler), Now: h.clock.now}
	for _, change := range changes {
		change(&config)
	}
	return notify.New(config)
}

// collect looks at all that was not looked at.
func (h *house) collect() {
	h.t.Helper()
	for more := true; more; {
		var err error
		more, err = h.teller.Collect(h.t.Context())
		require.NoError(h.t, err)
	}
}

// tell does all that is due now: it collects, sends to webhooks and mails.
func (h *house) tell() {
	h.t.Helper()
	h.collect()
	for _, do := range []func(context.Context) (bool, error){h.teller.Deliver, h.teller.Mail} {
		for more := true; more; {
			var err error
			more, err = do(h.t.Context())
			require.NoError(h.t, err)
		}
	}
}

// pass moves the clock in steps, and does at every step what is due.
func (h *house) pass(d, step time.Duration) {
	h.t.Helper()
	for ; d > 0; d -= step {
		h.clock.advance(min(d, step))
		h.tell()
	}
}

// webhook makes a webhook that leads to a receiver.
func (h *house) webhook(name, url string, events ...notify.EventType) (notify.Webhook, auth.Secret) {
	h.t.Helper()
	require.Empty(h.t, notify.CheckWebhook(h.guard, name, url, events))
	w, secret := notify.NewWebhook(h.sealer, name, url, events, admin, h.clock.now())
	require.NoError(h.t, h.db.CreateWebhook(h.t.Context(), w, admin))
	return w, secret
}

func (h *house) deliveries(w notify.Webhook) []notify.Delivery {
	h.t.Helper()
	list, _, err := h.db.Deliveries(h.t.Context(), w.ID, "", "", 200)
	require.NoError(h.t, err)
	return list
}

// order journals an order.
func (h *house) order(changes ...func(*orders.Order)) orders.Order {
	h.t.Helper()
	id := orders.NewID()
	o := orders.Order{ID: id, Kind: "batch-desktop/RESIZE", State: orders.StateQueued, Door: auth.DoorWeb, Actor: "alice", Team: "design",
		Reason: "more <b>memory</b>", Path: "/v2/p/x", Body: []byte(`{"secret_looking":"body"}`), Hash: strings.Repeat("ab", 32),
		Summary: field.Say("summary.RESIZE.desktops", "n", 2, "product", "8 vCPU"),
		Quote:   &orders.Quote{ID: "q", Amount: decimal.RequireFromString("12.50"), Currency: "CNY", AskedAt: h.clock.now()},
		Targets: []string{"desktop:" + id}, CreatedAt: h.clock.now(), UpdatedAt: h.clock.now()}
	for _, change := range changes {
		change(&o)
	}
	entry, err := orders.NewEntry(admin, h.clock.now(), "order.submitted", "order:"+o.ID, nil)
	require.NoError(h.t, err)
	_, err = h.db.Submit(h.t.Context(), orders.Intake{Orders: []orders.Order{o}, Entries: []audit.Entry{entry}})
	require.NoError(h.t, err)
	return o
}

// entry writes an entry of the log about an order.
func (h *house) entry(action, orderID string, details map[string]any) {
	h.t.Helper()
	entry, err := orders.NewEntry(auth.Who{Name: "bob", Door: auth.DoorWeb}, h.clock.now(), action, "order:"+orderID, details)
	require.NoError(h.t, err)
	require.NoError(h.t, h.db.Record(h.t.Context(), entry))
}

// send brings the oldest queued order to the cloud, which answers so.
func (h *house) send(to orders.State, action string, made ...orders.CloudOrder) {
	h.t.Helper()
	now := h.clock.now()
	o, err := h.db.Claim(h.t.Context(), orders.Claim{Fence: "w/1", Now: now, Deadline: now.Add(time.Minute)})
	require.NoError(h.t, err)
	entry, err := orders.NewEntry(auth.Console, now, action, "order:"+o.ID, nil)
	require.NoError(h.t, err)
	require.NoError(h.t, h.db.Apply(h.t.Context(), orders.Move{ID: o.ID, From: []orders.State{orders.StateSending}, To: to, Fence: o.Fence, Now: now,
		CloudOrders: made, Entry: entry}))
}

// follow notes what the cloud says of a cloud order.
func (h *house) follow(orderID string, position int, status cloud.OrderStatus, amount string) {
	h.t.Helper()
	billed := decimal.RequireFromString(amount)
	entry, err := orders.NewEntry(auth.Console, h.clock.now(), "order.followed", "order:"+orderID, map[string]any{"order_status": int(status)})
	require.NoError(h.t, err)
	require.NoError(h.t, h.db.UpdateCloudOrder(h.t.Context(), orderID, orders.CloudOrder{Position: position, OrderID: fmt.Sprintf("CS-%s-%d", orderID, position),
		Status: &status, Amount: &billed, Currency: "CNY", PayBy: noon.Add(time.Hour)}, &entry))
}

// made are the cloud orders of a batch as it is placed.
func made(orderID string, n int) []orders.CloudOrder {
	list := make([]orders.CloudOrder, n)
	for i := range list {
		list[i] = orders.CloudOrder{Position: i, OrderID: fmt.Sprintf("CS-%s-%d", orderID, i)}
	}
	return list
}

// received is what a receiver got.
type received struct {
	ID, Timestamp, Signature string
	Header                   http.Header
	Body                     []byte
	Type                     notify.EventType
	Data                     struct {
		Seq   int64
		By    string
		Team  *string
		Order map[string]any
	}
}

// receiver is a webhook's other end. What it answers is the test's to say.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	got    []received
	answer func(w http.ResponseWriter, n int)
}

func newReceiver(t *testing.T, answer func(w http.ResponseWriter, n int)) *receiver {
	t.Helper()
	r := &receiver{answer: answer}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		raw, err := io.ReadAll(io.LimitReader(request.Body, 1<<20))
		if err != nil {
			return
		}
		got := received{ID: request.Header.Get("webhook-id"), Timestamp: request.Header.Get("webhook-timestamp"), Signature: request.Header.Get("webhook-signature"),
			Header: request.Header, Body: raw}
		var body struct {
			Type notify.EventType
			Data json.RawMessage
		}
		if json.Unmarshal(raw, &body) == nil {
			got.Type = body.Type
			_ = json.Unmarshal(body.Data, &got.Data)
		}
		r.mu.Lock()
		r.got = append(r.got, got)
		n, answer := len(r.got), r.answer
		r.mu.Unlock()
		if answer != nil {
			answer(w, n)
		}
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) all() []received {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]received(nil), r.got...)
}

func (r *receiver) types() (types []notify.EventType) {
	for _, got := range r.all() {
		types = append(types, got.Type)
	}
	return types
}

// verify checks a signature as a receiver does, by the specification alone, and that it is of now.
func verify(t *testing.T, secret auth.Secret, got received, now time.Time) {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret.Reveal(), "whsec_"))
	require.NoError(t, err)
	assert.Len(t, key, 32)
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(got.ID + "." + got.Timestamp + "."))
	mac.Write(got.Body)
	assert.Equal(t, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)), got.Signature)
	seconds, err := strconv.ParseInt(got.Timestamp, 10, 64)
	require.NoError(t, err)
	assert.Equal(t, now.Unix(), seconds)
	assert.Equal(t, "application/json", got.Header.Get("Content-Type"))
}

// shop is a whole console around a house: the embedded cloud and a worker.
type shop struct {
	*house
	cloud   *embedded.Cloud
	worker  *worker.Worker
	service *orders.Service
}

func newShop(t *testing.T) *shop {
	t.Helper()
	s := &shop{house: newHouse(t)}
	var err error
	s.cloud, err = embedded.Open(t.Context(), embedded.Config{Dir: s.dir, ProjectID: project, Region: region, Now: s.clock.now})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.cloud.Close()) })
	s.service = orders.NewService(orders.Config{Journal: s.db, Inventory: s.db, Quoter: s.cloud, Billing: s.cloud, ProjectID: project, Region: region, Now: s.clock.now})
	s.worker = worker.New(worker.Config{Cloud: s.cloud, Journal: s.db, Stock: s.db, Log: slog.New(slog.DiscardHandler), Now: s.clock.now,
		CloudTimeout: 30 * time.Second, Senders: 1, Alone: true, Name: "w"})
	_, err = s.worker.Refresh(t.Context())
	require.NoError(t, err)
	return s
}

// work does everything that is due until nothing moves any more at this moment.
func (s *shop) work() {
	s.t.Helper()
	for range 50 {
		before, _ := s.db.Version()
		for _, do := range []func(context.Context) (bool, error){s.worker.Send, s.worker.Follow, s.worker.Act} {
			_, err := do(s.t.Context())
			require.NoError(s.t, err)
		}
		if after, _ := s.db.Version(); after == before {
			return
		}
	}
	s.t.Fatal("it never came to rest")
}

// buy orders an example as alice.
func (s *shop) buy(example string) orders.Order {
	s.t.Helper()
	for _, e := range testkit.Examples(s.t) {
		if e.Name == example {
			kind, ok := orders.KindNamed(e.Kind())
			require.True(s.t, ok)
			o, err := s.service.Submit(s.t.Context(), auth.Who{Name: "alice", Roles: auth.RolesOf(auth.RoleAdmin), Door: auth.DoorWeb},
				orders.Submission{Decoded: orders.DecodeJSON(kind.Door, e.DesktopID(), e.Body)})
			require.NoError(s.t, err)
			return o
		}
	}
	s.t.Fatalf("no example %q", example)
	return orders.Order{}
}

var errNobody = errors.New("nobody can be found")
