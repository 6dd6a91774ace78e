package orders_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
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
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/field"
	"workspace-order-console/internal/orders/policy"
	"workspace-order-console/internal/store"
	"workspace-order-console/internal/worker"
)

const project, region = "0bec5db98280d2d02fd6c00c2de791ce", "ap-southeast-1"

// The team of these tests owns the demo's design desktops, of which this is one.
const (
	designProject = "6cd06618-495c-4ee3-b67c-03e0ca68601a"
	designDesktop = "4f8f8a51-55bf-4af4-9add-c45ed331f7aa"
)

var begin = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

// The people of these tests.
var (
	mei  = person("mei", auth.RoleBuyer)
	omar = person("omar", auth.RoleApprover)
	ines = person("ines", auth.RoleApprover)
	boss = auth.Who{Name: "boss", Roles: auth.RolesOf(auth.RoleAdmin), Door: auth.DoorWeb}
)

func person(name string, roles ...auth.Role) auth.Who {
	return auth.Who{Name: name, Roles: auth.RolesOf(roles...), Team: "design", Door: auth.DoorWeb, Address: "192.0.2.7", RequestID: "r-1"}
}

// key is an API key of the team that somebody has made.
func key(name, creator string) auth.Who {
	return auth.Key{ID: "id-" + name, Name: name, Role: auth.RoleBuyer, Team: "design", CreatedBy: creator}.Who()
}

// office is a console without its pages: the real store, the embedded cloud, prices and a clock that the test sets.
type office struct {
	t       *testing.T
	db      *store.Store
	cloud   *watched
	prices  *prices
	service *orders.Service
	worker  *worker.Worker
	micros  atomic.Int64
}

// prices quotes what a test says; until it does, what the cloud says.
type prices struct {
	cloud.Cloud
	mu    sync.Mutex
	asked int
	price *cloud.Money
	err   error
	// only, when it is not 0, is how many more questions are answered; the others fail.
	only int
}

func (p *prices) set(amount string) { p.setIn(amount, "USD") }

func (p *prices) setIn(amount, currency string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.price, p.err = &cloud.Money{Amount: decimal.RequireFromString(amount), Currency: currency}, nil
}

func (p *prices) fail() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.err = errors.New("no answer")
}

func (p *prices) Quote(ctx context.Context, question cloud.Question) (cloud.Quote, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked++
	if p.only > 0 {
		if p.only--; p.only == 0 {
			p.err = errors.New("no answer")
		}
	}
	switch {
	case p.err != nil:
		return cloud.Quote{}, p.err
	case p.price != nil:
		return cloud.Quote{Amount: p.price.Amount, OfficialAmount: p.price.Amount, Currency: p.price.Currency}, nil
	}
	return p.Cloud.Quote(ctx, question)
}

// watched counts what is placed, and answers otherwise when a test says so.
type watched struct {
	cloud.Cloud
	placed atomic.Int64
	answer atomic.Pointer[cloud.Answer]
}

func (w *watched) Place(ctx context.Context, call cloud.Call) cloud.Answer {
	w.placed.Add(1)
	if answer := w.answer.Load(); answer != nil {
		return *answer
	}
	return w.Cloud.Place(ctx, call)
}

var (
	unknown = cloud.Answer{Outcome: cloud.OutcomeUnknown, Error: &cloud.Error{Outcome: cloud.OutcomeUnknown, Err: context.DeadlineExceeded}}
	refused = cloud.Answer{Outcome: cloud.OutcomeRefused, HTTPStatus: 400, Error: &cloud.Error{Outcome: cloud.OutcomeRefused, HTTPStatus: 400, Code: "WKS.0001", Msg: "no"}}
)

// furnishedOffice is a data folder whose inventory has been read, made once and copied for every test.
var furnishedOffice = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "orders-test")
	if err != nil {
		return "", err
	}
	now := func() time.Time { return begin }
	db, err := store.Open(context.Background(), store.Config{Path: filepath.Join(dir, "console.db"), Now: now})
	if err != nil {
		return dir, err
	}
	own, err := embedded.Open(context.Background(), embedded.Config{Dir: dir, ProjectID: project, Region: region, Now: now})
	if err != nil {
		return dir, errors.Join(err, db.Close())
	}
	_, err = worker.New(worker.Config{Cloud: own, Journal: db, Stock: db, Now: now, CloudTimeout: time.Minute}).Refresh(context.Background())
	return dir, errors.Join(err, own.Close(), db.Close())
})

func TestMain(m *testing.M) {
	code := m.Run()
	if dir, _ := furnishedOffice(); dir != "" {
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

// newOffice opens a console with one team of these rules; a team of no rules when they are nil.
func newOffice(t *testing.T, rules ...func(*policy.Team)) *office {
	t.Helper()
	o := &office{t: t}
	o.micros.Store(begin.UnixMicro())
	template, err := furnishedOffice()
	require.NoError(t, err)
	dir := filepath.Join(t.TempDir(), "data")
	require.NoError(t, os.CopyFS(dir, os.DirFS(template)))
	o.db, err = store.Open(t.Context(), store.Config{Path: filepath.Join(dir, "console.db"), Now: o.now})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, o.db.Close()) })
	own, err := embedded.Open(t.Context(), embedded.Config{Dir: dir, ProjectID: project, Region: region, Now: o.now})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, own.Close()) })
	o.cloud, o.prices = &watched{Cloud: own}, &prices{Cloud: own}
	o.service = orders.NewService(orders.Config{Journal: o.db, Inventory: o.db, Quoter: o.prices, Billing: own, Teams: o.db, SecondPerson: true,
		ProjectID: project, Region: region, Now: o.now})
	o.worker = worker.New(worker.Config{Cloud: o.cloud, Journal: o.db, Stock: o.db, Log: slog.New(slog.DiscardHandler), Now: o.now,
		CloudTimeout: 30 * time.Second, Senders: 2, Alone: true, Name: "w1"})
	team := policy.Team{Name: "design", EnterpriseProjects: []string{designProject}}
	for _, rule := range rules {
		rule(&team)
	}
	o.rules(nil, &team)
	return o
}

// rules changes the team.
func (o *office) rules(before, after *policy.Team) {
	o.t.Helper()
	require.NoError(o.t, o.db.ApplyTeams(o.t.Context(), auth.Console, []orders.TeamChange{{Name: "design", Before: before, After: after}}))
}

func (o *office) now() time.Time          { return time.UnixMicro(o.micros.Load()).UTC() }
func (o *office) advance(d time.Duration) { o.micros.Add(d.Microseconds()) }

// always has everything approved, by so many; above what costs more; month and soft are the budget.
func always(approvals int) func(*policy.Team) {
	return func(team *policy.Team) {
		team.Approval = &policy.Approval{Approvals: approvals, AlwaysFor: policy.Effects}
	}
}

func above(amount string) func(*policy.Team) {
	return func(team *policy.Team) {
		d := decimal.RequireFromString(amount)
		team.Approval = &policy.Approval{Approvals: 1, Above: &d}
	}
}

func month(amount string, soft ...string) func(*policy.Team) {
	return func(team *policy.Team) {
		team.Budget = &policy.Budget{Month: decimal.RequireFromString(amount), Currency: "USD"}
		for _, text := range soft {
			d := decimal.RequireFromString(text)
			team.Budget.Soft = &d
		}
	}
}

// desktop is a body that buys a desktop for a user.
func desktop(user string) orders.Decoded {
	return orders.DecodeJSON(cloud.DoorSubscribe, "", desktopBody(user))
}

func desktopBody(user string) []byte {
	return []byte(`{"type":"createDesktops","enterprise_project_id":"` + designProject + `","resources":[{"period_type":2,"period_num":1,"create_desktops":
		{"desktops":[{"user_email":"u@example.com","user_name":"` + user + `","user_group":"sudo"}],"desktop_type":"DEDICATED","email_notification":false,
		"product_id":"workspace.k.xlarge2.uosv20pro","image_type":"private","image_id":"e1d65e11-861c-459d-a3a8-ab150d79befc",
		"root_volume":{"type":"SAS","size":80},"nics":[{"subnet_id":"197c1aa4-2611-48bd-a3af-ac4ce2c17c4c"}],"tags":[{"key":"aa","value":"bb"}]}}]}`)
}

// grow is a body that makes the design desktop's second disk larger.
func grow() orders.Decoded {
	return orders.DecodeJSON(cloud.DoorBatchDesktop, "", []byte(`{"type":"RESIZE","resize_param":{"desktop_ids":["`+designDesktop+`"],"product_id":"workspace.g.4xlarge4.a10.win"}}`))
}

// order fills a form in, reviews it and places it.
func (o *office) order(who auth.Who, d orders.Decoded, ask orders.Ask) (orders.Order, error) {
	if ask.ID == "" {
		ask.ID = orders.NewID()
	}
	draft, err := o.service.Review(o.t.Context(), who, d, ask)
	if err != nil {
		return orders.Order{}, err
	}
	return o.service.Place(o.t.Context(), who, draft.ID, draft.Shown())
}

// must is order where nothing stops it.
func (o *office) must(who auth.Who, d orders.Decoded) orders.Order {
	o.t.Helper()
	order, err := o.order(who, d, orders.Ask{Reason: "a new colleague"})
	require.NoError(o.t, err)
	return order
}

// asked is must, of an order that has to wait for approval.
func (o *office) asked(who auth.Who, d orders.Decoded) orders.Request {
	o.t.Helper()
	order := o.must(who, d)
	require.Equal(o.t, orders.StateAwaitingApproval, order.State)
	return o.request(order.ID)
}

func (o *office) request(id string) orders.Request {
	o.t.Helper()
	r, err := o.db.Request(o.t.Context(), id)
	require.NoError(o.t, err)
	return r
}

func (o *office) state(id string) orders.State { return o.read(id).State }

func (o *office) read(id string) orders.Order {
	o.t.Helper()
	order, err := o.db.Order(o.t.Context(), id)
	require.NoError(o.t, err)
	return order
}

// approve is a yes to what the request says now.
func (o *office) approve(who auth.Who, id string) error {
	r := o.request(id)
	_, err := o.service.Decide(o.t.Context(), who, id, orders.Ballot{Approve: true, Hash: r.Hash, Price: r.Price()})
	return err
}

func (o *office) reject(who auth.Who, id, reason string) error {
	_, err := o.service.Decide(o.t.Context(), who, id, orders.Ballot{Reason: reason, Hash: o.request(id).Hash})
	return err
}

// send sends everything that is queued.
func (o *office) send() {
	o.t.Helper()
	for more := true; more; {
		var err error
		more, err = o.worker.Send(o.t.Context())
		require.NoError(o.t, err)
	}
}

// follow reads what the cloud's orders have become.
func (o *office) follow() {
	o.t.Helper()
	_, err := o.worker.Follow(o.t.Context())
	require.NoError(o.t, err)
	_, err = o.worker.Act(o.t.Context())
	require.NoError(o.t, err)
}

// used is what is reserved and settled of the team's month.
func (o *office) used() (reserved, settled string) {
	o.t.Helper()
	b, err := o.db.BudgetMonth(o.t.Context(), "design", orders.MonthOf(o.now()), "USD")
	require.NoError(o.t, err)
	return b.Reserved.String(), b.Settled.String()
}

// said are the audit entries about an order.
func (o *office) said(id string) []audit.Entry {
	o.t.Helper()
	entries, err := o.db.Timeline(o.t.Context(), "order:"+id, 100)
	require.NoError(o.t, err)
	return entries
}

func (o *office) actions(id string) []string {
	var list []string
	for _, entry := range o.said(id) {
		list = append(list, entry.Action)
	}
	return list
}

// details are those of an order's newest entry of an action.
func (o *office) details(id, action string) map[string]any {
	o.t.Helper()
	var found map[string]any
	for _, entry := range o.said(id) {
		if entry.Action == action {
			found = nil
			require.NoError(o.t, json.Unmarshal(entry.Details, &found))
			assert.Equal(o.t, "design", entry.Team, action)
		}
	}
	require.NotNil(o.t, found, "no entry %s", action)
	return found
}

// stopped asserts that an error of the service has a code and a sentence, and returns it.
func stopped(t *testing.T, err error, code orders.Code, key string) *orders.Error {
	t.Helper()
	var told *orders.Error
	require.ErrorAs(t, err, &told)
	assert.Equal(t, code, told.Code)
	assert.Equal(t, key, told.Message.Key)
	return told
}

// problem asserts that an error has this one problem.
func problem(t *testing.T, err error, path, key string) {
	t.Helper()
	var told *orders.Error
	require.ErrorAs(t, err, &told)
	require.Equal(t, orders.CodeInvalid, told.Code)
	require.Len(t, told.Problems, 1)
	assert.Equal(t, path, told.Problems[0].Path)
	assert.Equal(t, key, told.Problems[0].Key)
}

// why are the keys of messages.
func why(list []field.Message) []string {
	var keys []string
	for _, message := range list {
		keys = append(keys, message.Key)
	}
	return keys
}
