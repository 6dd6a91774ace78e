package store

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/field"
)

func TestAnOrderComesBackAsItWasSubmitted(t *testing.T) {
	t.Parallel()
	s := open(t)
	o := submit(t, s, func(o *orders.Order) {
		o.KeyID, o.IdempotencyKey, o.DesktopID, o.RepeatOf = "k1", "once", "d-9", "earlier"
		o.Creation = "subscribe/createDesktops|p|2"
	})
	o.Version, o.Badge = 1, orders.Badge(orders.StateQueued)
	assert.Equal(t, o, read(t, s, o.ID))
	byKey, err := s.OrderByIdempotencyKey(context.Background(), "k1", "once")
	require.NoError(t, err)
	assert.Equal(t, o, byKey)
	_, err = s.OrderByIdempotencyKey(context.Background(), "k2", "once")
	assert.ErrorIs(t, err, orders.ErrNotFound)
	_, err = s.Order(context.Background(), "none")
	assert.ErrorIs(t, err, orders.ErrNotFound)
}

func TestTheSameIDIsOneOrder(t *testing.T) {
	t.Parallel()
	s := open(t)
	o := sample()
	const clicks = 100
	var wg sync.WaitGroup
	errs := make([]error, clicks)
	for i := range clicks {
		wg.Go(func() { errs[i] = putOrder(context.Background(), s, o) })
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else {
			assert.ErrorIs(t, err, orders.ErrExists)
		}
	}
	assert.Equal(t, 1, won)
	timeline, err := s.Timeline(context.Background(), "order:"+o.ID, 10)
	require.NoError(t, err)
	assert.Len(t, timeline, 1)
	assert.Equal(t, map[orders.Badge]int{"queued": 1}, counted(t, s))
}

func TestTheSameIdempotencyKeyIsOneOrder(t *testing.T) {
	t.Parallel()
	s := open(t)
	keyed := func(o *orders.Order) { o.KeyID, o.IdempotencyKey = "k1", "once" }
	submit(t, s, keyed)
	assert.ErrorIs(t, putOrder(context.Background(), s, sample(keyed)), orders.ErrExists)
	submit(t, s, func(o *orders.Order) { o.KeyID, o.IdempotencyKey = "k2", "once" })
	submit(t, s, func(o *orders.Order) { o.KeyID = "k1" })
	submit(t, s, func(o *orders.Order) { o.KeyID = "k1" })
}

func TestWhatIsInTheWay(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	on := func(target string) func(*orders.Order) {
		return func(o *orders.Order) { o.Targets = []string{"pool:p", target} }
	}
	s := open(t)
	first := submit(t, s, func(o *orders.Order) { o.Targets = []string{"desktop:a", "desktop:b"} })
	for _, step := range []struct {
		to   orders.State
		open bool
	}{{"", true}, {orders.StateSending, true}, {orders.StateInDoubt, true}, {orders.StateNotPlaced, false}} {
		switch step.to {
		case "":
		case orders.StateSending:
			claim(t, s)
		default:
			require.NoError(t, s.Apply(ctx, orders.Move{ID: first.ID, From: []orders.State{orders.StateSending, orders.StateInDoubt},
				To: step.to, Now: noon, Entry: entry("order.x")}))
		}
		err := putOrder(ctx, s, sample(on("desktop:b")))
		if !step.open {
			require.NoError(t, err, step.to)
			continue
		}
		var way *orders.InTheWay
		require.ErrorAs(t, err, &way)
		assert.Equal(t, orders.InTheWay{OrderID: first.ID, State: read(t, s, first.ID).State, Target: "desktop:b"}, *way)
	}
	counted(t, s)
}

func TestACreateWaitsWhileOneLikeItIsInDoubt(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := open(t)
	create := func(o *orders.Order) { o.Targets, o.Creation = nil, "subscribe/createDesktops|p|2" }
	first := submit(t, s, create)
	submit(t, s, create) // queued is not in doubt
	claim(t, s)
	require.NoError(t, s.Apply(ctx, orders.Move{ID: first.ID, From: []orders.State{orders.StateSending}, To: orders.StateInDoubt,
		Now: noon, Entry: entry("order.in_doubt")}))
	var way *orders.InTheWay
	require.ErrorAs(t, putOrder(ctx, s, sample(create)), &way)
	assert.Equal(t, orders.InTheWay{OrderID: first.ID, State: orders.StateInDoubt}, *way)
	submit(t, s, func(o *orders.Order) { o.Targets, o.Creation = nil, "subscribe/createDesktops|p|3" })
}

func TestEachOrderIsClaimedOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	const n = 40
	want := map[string]bool{}
	for range n {
		want[submit(t, s).ID] = true
	}
	var mu sync.Mutex
	got := map[string]int{}
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for i := 0; ; i++ {
				o, err := s.Claim(context.Background(), orders.Claim{Fence: fmt.Sprintf("w%d/%d", worker, i), Now: noon,
					Deadline: noon.Add(time.Minute), Entry: entry("order.sending")})
				if err != nil {
					assert.ErrorIs(t, err, orders.ErrNotFound)
					return
				}
				assert.Equal(t, orders.StateSending, o.State)
				mu.Lock()
				got[o.ID]++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	assert.Len(t, got, n)
	for id, times := range got {
		assert.True(t, want[id] && times == 1, id)
	}
	assert.Equal(t, map[orders.Badge]int{"sending": n}, counted(t, s))
}

func TestTheOldestDueOrderIsClaimed(t *testing.T) {
	t.Parallel()
	s := open(t)
	waits := submit(t, s, func(o *orders.Order) { o.CreatedAt, o.NextAttemptAt = noon.Add(-time.Hour), noon.Add(time.Second) })
	submit(t, s, func(o *orders.Order) { o.CreatedAt = noon })
	old := submit(t, s, func(o *orders.Order) { o.CreatedAt = noon.Add(-time.Minute) })
	claimed := claim(t, s)
	assert.Equal(t, old.ID, claimed.ID)
	assert.Equal(t, "w1/1", claimed.Fence)
	assert.Equal(t, 1, claimed.Attempts)
	assert.Equal(t, noon, claimed.SentAt)
	assert.Equal(t, noon.Add(time.Minute), claimed.Deadline)
	assert.Equal(t, old.Targets, claimed.Targets)
	claim(t, s)
	_, err := s.Claim(context.Background(), orders.Claim{Fence: "w1/2", Now: noon, Entry: entry("order.sending")})
	assert.ErrorIs(t, err, orders.ErrNotFound)
	late, err := s.Claim(context.Background(), orders.Claim{Fence: "w1/2", Now: noon.Add(time.Second), Entry: entry("order.sending")})
	require.NoError(t, err)
	assert.Equal(t, waits.ID, late.ID)
	last, err := s.Audit(context.Background(), filterObject("order:"+waits.ID))
	require.NoError(t, err)
	assert.Equal(t, "order.sending", last.Items[0].Action)
}

func TestAMoveIsHeldAgainstStateAndFence(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := open(t)
	o := submit(t, s)
	move := orders.Move{ID: o.ID, From: []orders.State{orders.StateSending}, To: orders.StateRefused, Now: noon, Entry: entry("order.x")}
	assert.ErrorIs(t, s.Apply(ctx, move), orders.ErrStale, "it is queued")
	claim(t, s)
	other := move
	other.Fence = "w2/1"
	assert.ErrorIs(t, s.Apply(ctx, other), orders.ErrStale, "another's claim")
	wrong := move
	wrong.To = orders.StateWithdrawn
	assert.ErrorIs(t, s.Apply(ctx, wrong), orders.ErrStale, "no such way on")
	nobody := move
	nobody.ID = "none"
	assert.ErrorIs(t, s.Apply(ctx, nobody), orders.ErrNotFound)

	version, changed := s.Version()
	move.Fence, move.Now = "w1/1", noon.Add(time.Second)
	move.Answer = &orders.Answer{HTTPStatus: 400, RequestID: "c1", Body: []byte("\xff\x00not text"), Code: "WKS.1", Msg: "no", Detail: "d",
		EncodedAuthorizationMessage: "e"}
	require.NoError(t, s.Apply(ctx, move))
	select {
	case <-changed:
	default:
		t.Error("nobody was told")
	}
	now := read(t, s, o.ID)
	assert.Equal(t, version+1, now.Version)
	assert.Equal(t, move.Answer, now.Answer)
	assert.Equal(t, orders.Badge("refused"), now.Badge)
	assert.Equal(t, noon.Add(time.Second), now.UpdatedAt)
	assert.ErrorIs(t, s.Apply(ctx, move), orders.ErrStale, "twice")
	failed, _ := s.Version()
	assert.Equal(t, version+1, failed, "what was refused takes no number")
	timeline, err := s.Timeline(ctx, "order:"+o.ID, 10)
	require.NoError(t, err)
	assert.Len(t, timeline, 3)
}

func TestAnOrderThatWasNotReachedIsQueuedAgain(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := open(t)
	o := submit(t, s)
	c := claim(t, s)
	require.NoError(t, s.Apply(ctx, orders.Move{ID: o.ID, From: []orders.State{orders.StateSending}, To: orders.StateQueued, Fence: c.Fence,
		Now: noon, NextAttemptAt: noon.Add(time.Second), Entry: entry("order.not_reached")}))
	now := read(t, s, o.ID)
	assert.Equal(t, orders.StateQueued, now.State)
	assert.Empty(t, now.Fence)
	assert.Zero(t, now.SentAt)
	assert.Zero(t, now.Deadline)
	assert.Equal(t, 1, now.Attempts)
	assert.Equal(t, noon.Add(time.Second), now.NextAttemptAt)
	var way *orders.InTheWay
	assert.ErrorAs(t, putOrder(ctx, s, sample(func(n *orders.Order) { n.Targets = o.Targets })), &way)
}

func TestAbandonedOrders(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := open(t)
	mine := submit(t, s)
	claim(t, s)
	theirs := submit(t, s)
	_, err := s.Claim(ctx, orders.Claim{Fence: "w0/1", Now: noon, Deadline: noon.Add(time.Hour), Entry: entry("order.sending")})
	require.NoError(t, err)
	for name, c := range map[string]struct {
		prefix string
		before time.Time
		want   []string
	}{
		"of another worker":  {"w1", noon, []string{theirs.ID}},
		"overdue":            {"", noon.Add(2 * time.Minute), []string{mine.ID}},
		"all in good order":  {"", noon, nil},
		"another or overdue": {"w1", noon.Add(2 * time.Minute), []string{mine.ID, theirs.ID}},
	} {
		list, err := s.Abandoned(ctx, c.prefix, c.before, 10)
		require.NoError(t, err)
		assert.ElementsMatch(t, c.want, ids(list), name)
	}
	list, err := s.Abandoned(ctx, "w9", noon, 1)
	require.NoError(t, err)
	assert.Len(t, list, 1)
	assert.Equal(t, mine.Targets, list[0].Targets)
}

func ids(list []orders.Order) []string {
	var all []string
	for _, o := range list {
		all = append(all, o.ID)
	}
	return all
}

func TestTheBadgeFollowsTheCloudOrders(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := open(t)
	submit(t, s)
	o := place(t, s,
		orders.CloudOrder{Position: 0, OrderID: "CS1", Status: status(cloud.StatusToBePaid), NextCheckAt: noon},
		orders.CloudOrder{Position: 1, OrderID: "CS2"},
		orders.CloudOrder{Position: 2, Result: "FAIL", Code: "WKS.2", Msg: "frozen"})
	assert.Equal(t, orders.BadgeFailed, o.Badge)
	assert.Len(t, o.CloudOrders, 3)
	assert.Equal(t, map[orders.Badge]int{"failed": 1}, counted(t, s))
	moving, err := s.Orders(ctx, orders.Filter{Scope: auth.Everything, Moving: true})
	require.NoError(t, err)
	assert.Equal(t, []string{o.ID}, ids(moving.Items))

	due, err := s.DueCloudOrders(ctx, noon, 10)
	require.NoError(t, err)
	require.Len(t, due, 2, "the failed one is never asked about; the one without a time at once")
	assert.Equal(t, "CS2", due[0].CloudOrder.OrderID)

	before, _ := s.Version()
	seen := due[0].CloudOrder
	seen.CheckedAt, seen.NextCheckAt, seen.Checks = noon, noon.Add(time.Minute), 1
	require.NoError(t, s.UpdateCloudOrder(ctx, o.ID, seen, nil))
	after, _ := s.Version()
	assert.Equal(t, before, after, "nothing that people see has changed")

	e := entry("order.followed")
	for i, c := range o.CloudOrders[:2] {
		c.Status, c.Amount, c.OfficialAmount, c.Currency = status(cloud.StatusCompleted), money("12.5"), money("20"), "USD"
		c.PayBy, c.NextCheckAt = noon.Add(time.Hour), time.Time{}
		require.NoError(t, s.UpdateCloudOrder(ctx, o.ID, c, &e))
		assert.Equal(t, c.Amount.String(), read(t, s, o.ID).CloudOrders[i].Amount.String())
	}
	o = read(t, s, o.ID)
	assert.Equal(t, before+2, o.Version)
	assert.Equal(t, noon.Add(time.Hour), o.CloudOrders[0].PayBy)
	due, err = s.DueCloudOrders(ctx, noon.Add(time.Hour), 10)
	require.NoError(t, err)
	assert.Empty(t, due)
	moving, err = s.Orders(ctx, orders.Filter{Scope: auth.Everything, Moving: true})
	require.NoError(t, err)
	assert.Empty(t, moving.Items)
	assert.ErrorIs(t, s.UpdateCloudOrder(ctx, o.ID, orders.CloudOrder{Position: 9, OrderID: "CS9"}, &e), orders.ErrNotFound)
	counted(t, s)
}

func TestACloudOrderBelongsToOneOrder(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := open(t)
	submit(t, s)
	place(t, s, orders.CloudOrder{OrderID: "CS1"})
	o := submit(t, s)
	claim(t, s)
	doubt := orders.Move{ID: o.ID, From: []orders.State{orders.StateSending}, To: orders.StateInDoubt, Now: noon, Entry: entry("order.in_doubt"),
		CloudOrders: []orders.CloudOrder{{Position: 0, OrderID: "CS2"}, {Position: 1, Result: "FAIL", Code: "WKS.1"}}}
	require.NoError(t, s.Apply(ctx, doubt))
	settle := orders.Move{ID: o.ID, From: []orders.State{orders.StateInDoubt}, To: orders.StatePlaced, Now: noon, Entry: entry("order.resolved"),
		CloudOrders: []orders.CloudOrder{{Position: 0, OrderID: "CS1"}}}
	assert.ErrorIs(t, s.Apply(ctx, settle), orders.ErrExists)
	assert.Equal(t, orders.StateInDoubt, read(t, s, o.ID).State)

	settle.CloudOrders = []orders.CloudOrder{{Position: 0, OrderID: "CS3"}, {Position: 1, OrderID: "CS2", Status: status(cloud.StatusToBePaid)}}
	require.NoError(t, s.Apply(ctx, settle))
	var got []string
	for _, c := range read(t, s, o.ID).CloudOrders {
		got = append(got, fmt.Sprint(c.Position, " ", c.OrderID, c.Code))
	}
	assert.Equal(t, []string{"0 CS2", "1 WKS.1", "2 CS3"}, got, "what is known already is kept in its place")
}

func TestPaymentsAndCancellations(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := open(t)
	submit(t, s)
	o := place(t, s, orders.CloudOrder{OrderID: "CS1", Status: status(cloud.StatusToBePaid)})
	action := orders.Action{ID: "a1", OrderID: o.ID, CloudOrderID: "CS1", Kind: orders.ActionPay, State: orders.ActionRequested, Actor: "bob",
		Amount: *money("12.5"), Currency: "USD", NextAttemptAt: noon, CreatedAt: noon, UpdatedAt: noon}
	asked := entry("order.pay_requested") // by an admin, who is of no team
	asked.Object = "order:" + o.ID
	require.NoError(t, s.RequestActions(ctx, []orders.Action{action}, asked))
	seen, err := s.Audit(ctx, audit.Filter{Action: "order.pay_requested", Scope: auth.OfTeam(o.Team)})
	require.NoError(t, err)
	assert.Len(t, seen.Items, 1, "the order's team sees who pays for it")
	again := action
	again.ID, again.Kind = "a2", orders.ActionCancel
	assert.ErrorIs(t, s.RequestActions(ctx, []orders.Action{again}, entry("order.cancel_requested")), orders.ErrStale)
	stranger := again
	stranger.CloudOrderID = "CS9"
	assert.ErrorIs(t, s.RequestActions(ctx, []orders.Action{stranger}, entry("order.cancel_requested")), orders.ErrNotFound)
	kept := read(t, s, o.ID).CloudOrders[0].Action
	require.NotNil(t, kept)
	assert.Equal(t, action, *kept)

	due, err := s.DueActions(ctx, noon.Add(-time.Second), 10)
	require.NoError(t, err)
	assert.Empty(t, due)
	due, err = s.DueActions(ctx, noon, 10)
	require.NoError(t, err)
	assert.Equal(t, []orders.Action{action}, due)

	sending := action
	sending.State, sending.Attempts = orders.ActionSending, 1
	require.NoError(t, s.UpdateAction(ctx, orders.ActionRequested, sending, nil))
	assert.ErrorIs(t, s.UpdateAction(ctx, orders.ActionRequested, sending, nil), orders.ErrStale)

	n, err := s.AbandonActions(ctx, noon.Add(time.Minute), sending.UpdatedAt)
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	due, err = s.DueActions(ctx, noon.Add(time.Minute), 10)
	require.NoError(t, err)
	require.Len(t, due, 1)
	assert.Equal(t, orders.ActionUnknown, due[0].State)
	timeline, err := s.Timeline(ctx, "order:"+o.ID, 10)
	require.NoError(t, err)
	assert.Equal(t, "order.pay_unknown", timeline[len(timeline)-1].Action)

	done := due[0]
	done.State, done.Code, done.Msg, done.UpdatedAt = orders.ActionRefused, "CBC.1", "no money", noon.Add(time.Hour)
	e := entry("order.pay_refused")
	e.Time = noon.Add(time.Hour)
	require.NoError(t, s.UpdateAction(ctx, orders.ActionUnknown, done, &e))
	now := read(t, s, o.ID)
	assert.Equal(t, "no money", now.CloudOrders[0].Action.Msg)
	assert.Equal(t, noon.Add(time.Hour), now.UpdatedAt)
	require.NoError(t, s.RequestActions(ctx, []orders.Action{again}, entry("order.cancel_requested")), "the first is settled")
	assert.Equal(t, "a2", read(t, s, o.ID).CloudOrders[0].Action.ID)
}

func TestDrafts(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := open(t)
	o := sample()
	d := orders.Draft{ID: o.ID, Actor: "alice", Kind: o.Kind, Reason: "why", DesktopID: "d1", Body: o.Body, Hash: "h", Quote: o.Quote,
		QuoteError: "", RepeatOf: "r", CreatedAt: noon}
	require.NoError(t, s.SaveDraft(ctx, d))
	got, err := s.Draft(ctx, "alice", d.ID)
	require.NoError(t, err)
	assert.Equal(t, d, got)
	_, err = s.Draft(ctx, "bob", d.ID)
	assert.ErrorIs(t, err, orders.ErrNotFound)
	theirs := d
	theirs.Actor = "bob"
	assert.ErrorIs(t, s.SaveDraft(ctx, theirs), orders.ErrNotFound, "another's ID")
	d.Quote, d.QuoteError, d.Reason = nil, "no answer", "because"
	require.NoError(t, s.SaveDraft(ctx, d))
	got, err = s.Draft(ctx, "alice", d.ID)
	require.NoError(t, err)
	assert.Equal(t, d, got)
	require.NoError(t, putOrder(ctx, s, o))
	_, err = s.Draft(ctx, "alice", d.ID)
	assert.ErrorIs(t, err, orders.ErrNotFound, "it has become an order")

	old := d
	old.ID = "old"
	require.NoError(t, s.SaveDraft(ctx, old))
	require.NoError(t, s.SweepDrafts(ctx, noon))
	_, err = s.Draft(ctx, "alice", "old")
	require.NoError(t, err)
	require.NoError(t, s.SweepDrafts(ctx, noon.Add(time.Second)))
	_, err = s.Draft(ctx, "alice", "old")
	assert.ErrorIs(t, err, orders.ErrNotFound)
}

func TestLoadedOrdersStandAsTheyAre(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := open(t)
	o := sample(func(o *orders.Order) {
		o.State, o.UpdatedAt, o.Attempts = orders.StatePlaced, noon.Add(time.Minute), 1
		o.CloudOrders = []orders.CloudOrder{{OrderID: "CS1", Status: status(cloud.StatusCompleted), Amount: money("1.5"), Currency: "USD",
			Action: &orders.Action{ID: "a1", OrderID: o.ID, CloudOrderID: "CS1", Kind: orders.ActionPay, State: orders.ActionDone, Actor: "alice",
				Amount: *money("1.5"), Currency: "USD", CreatedAt: noon, UpdatedAt: noon}}}
	})
	require.NoError(t, s.LoadOrders(ctx, []orders.Order{o, sample()}))
	o.Version, o.Badge = 1, orders.BadgeCompleted
	assert.Equal(t, o, read(t, s, o.ID))
	assert.Equal(t, map[orders.Badge]int{"completed": 1, "queued": 1}, counted(t, s))
	assert.ErrorIs(t, s.LoadOrders(ctx, []orders.Order{sample(), o}), orders.ErrExists)
	assert.Equal(t, map[orders.Badge]int{"completed": 1, "queued": 1}, counted(t, s), "a batch is stored whole or not at all")
	require.NoError(t, s.LoadEntries(ctx, []audit.Entry{entry("one"), entry("two")}))
	two, err := s.AuditEntry(ctx, auth.Everything, 2)
	require.NoError(t, err)
	assert.Equal(t, "two", two.Action)
}

func TestNumbersInASummaryCanBeCounted(t *testing.T) {
	t.Parallel()
	s := open(t)
	o := submit(t, s, func(o *orders.Order) {
		o.Summary = field.Say("x", "n", 3, "price", 12.5, "nested", map[string]any{"n": 4})
	})
	assert.Equal(t, map[string]any{"n": 3, "price": "12.5", "nested": map[string]any{"n": 4}}, read(t, s, o.ID).Summary.Args)
}
