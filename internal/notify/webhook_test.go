package notify_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/notify"
	"workspace-order-console/internal/orders"
)

// events are the types of what was queued for a webhook, oldest first.
func (h *house) events(w notify.Webhook) (types []notify.EventType) {
	list := h.deliveries(w)
	for i := len(list) - 1; i >= 0; i-- {
		types = append(types, list[i].Event)
	}
	return types
}

func TestWhatHappensToAnOrderIsToldOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	w, _ := h.webhook("all", "http://127.0.0.1:9/")
	step := func(name string, want ...notify.EventType) {
		t.Helper()
		h.clock.advance(time.Second)
		h.collect()
		got := h.events(w)
		assert.Equal(t, want, got[min(len(got), len(got)-len(want)):], name)
		require.NoError(t, h.db.DeleteWebhook(t.Context(), w.ID, admin))
		w, _ = h.webhook("all", "http://127.0.0.1:9/")
	}
	o := h.order()
	step("an order that is queued is no news")

	h.entry("request.asked", o.ID, map[string]any{"team": "design"})
	step("asked", notify.AwaitingApproval)
	h.entry("request.rejected", o.ID, nil)
	h.entry("request.approved", o.ID, nil)
	h.entry("request.expired", o.ID, nil)
	step("decided", notify.Rejected, notify.Approved, notify.Expired)

	h.send(orders.StatePlaced, "order.placed", made(o.ID, 3)...)
	step("placed is not the end")
	h.follow(o.ID, 0, cloud.StatusToBePaid, "5")
	h.follow(o.ID, 1, cloud.StatusToBePaid, "5")
	step("the bill is not whole")
	h.follow(o.ID, 2, cloud.StatusToBePaid, "5")
	step("three desktops, one payment", notify.PaymentDue)
	h.entry("order.pay_refused", o.ID, nil)
	step("it is known")
	h.follow(o.ID, 0, cloud.StatusCompleted, "5")
	h.follow(o.ID, 1, cloud.StatusCompleted, "5")
	step("two of three")
	h.follow(o.ID, 2, cloud.StatusCanceled, "5")
	step("all is settled", notify.Completed)
	h.entry("order.pay_done", o.ID, nil)
	step("it is known")

	h.order()
	h.send(orders.StateInDoubt, "order.in_doubt")
	step("doubt", notify.InDoubt)
	h.order()
	h.send(orders.StateRefused, "order.refused")
	step("refused", notify.Failed)
	h.order()
	h.send(orders.StateQueued, "order.not_reached")
	step("not reached, tried again")
	h.send(orders.StateRefused, "order.not_reached")
	step("not reached, given up", notify.Failed)

	part := h.order()
	h.send(orders.StatePlaced, "order.placed", append(made(part.ID, 1), orders.CloudOrder{Position: 1, Result: "FAIL", Code: "WKS.1"})...)
	step("a part was refused", notify.Failed)
	h.follow(part.ID, 0, cloud.StatusCompleted, "5")
	step("the other part was done", notify.Completed)

	gone := h.order()
	h.send(orders.StatePlaced, "order.placed", made(gone.ID, 1)...)
	h.follow(gone.ID, 0, cloud.StatusCanceled, "5")
	step("nothing came of it, and somebody wanted it so")
}

func TestAnOrderThatPaysItselfAsksNobody(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	w, _ := h.webhook("all", "http://127.0.0.1:9/")
	o := h.order(func(o *orders.Order) { o.AutoPay = true })
	h.send(orders.StatePlaced, "order.placed", made(o.ID, 1)...)
	h.follow(o.ID, 0, cloud.StatusToBePaid, "12.5")
	h.collect()
	assert.Empty(t, h.events(w), "billed as quoted")

	dearer := h.order(func(o *orders.Order) { o.AutoPay = true })
	h.send(orders.StatePlaced, "order.placed", made(dearer.ID, 1)...)
	h.follow(dearer.ID, 0, cloud.StatusToBePaid, "13")
	h.collect()
	assert.Equal(t, []notify.EventType{notify.PaymentDue}, h.events(w), "billed otherwise: a person must look")
}

func TestAWebhookGetsWhatItWants(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	all, _ := h.webhook("all", "http://127.0.0.1:9/")
	failed, _ := h.webhook("failed", "http://127.0.0.1:9/", notify.Failed, notify.InDoubt)
	off, _ := h.webhook("off", "http://127.0.0.1:9/")
	require.NoError(t, h.db.DisableWebhook(t.Context(), off.ID, admin))
	team, _ := notify.NewWebhook(h.sealer, "sales", "http://127.0.0.1:9/", nil, admin, h.clock.now())
	team.Team = "sales"
	require.NoError(t, h.db.CreateWebhook(t.Context(), team, admin))

	h.order()
	h.send(orders.StateRefused, "order.refused")
	sales := h.order(func(o *orders.Order) { o.Team = "sales" })
	h.entry("request.asked", sales.ID, map[string]any{"team": "sales"})
	h.collect()
	assert.Equal(t, []notify.EventType{notify.Failed, notify.AwaitingApproval}, h.events(all))
	assert.Equal(t, []notify.EventType{notify.Failed}, h.events(failed))
	assert.Empty(t, h.events(off))
	assert.Equal(t, []notify.EventType{notify.AwaitingApproval}, h.events(team))
	late, _ := h.webhook("late", "http://127.0.0.1:9/")
	h.collect()
	assert.Empty(t, h.events(late), "what was before it is not told")
}

func TestOldHistoryIsNoNews(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	w, _ := h.webhook("all", "http://127.0.0.1:9/")
	o := h.order()
	for range 450 { // more than two pages
		h.entry("request.asked", o.ID, nil)
	}
	h.clock.advance(7*24*time.Hour + time.Minute)
	h.entry("request.approved", o.ID, nil)
	h.collect()
	assert.Equal(t, []notify.EventType{notify.Approved}, h.events(w))
	counts, err := h.db.NotifyCounts(t.Context())
	require.NoError(t, err)
	assert.Zero(t, counts.Behind)
	h.clock.advance(6 * 24 * time.Hour)
	h.entry("request.rejected", o.ID, nil)
	h.clock.advance(6 * 24 * time.Hour)
	h.collect()
	assert.Equal(t, []notify.EventType{notify.Approved, notify.Rejected}, h.events(w), "a console that was off for days tells what it missed")
}

func TestABodyTellsTheOrder(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := newReceiver(t, nil)
	_, secret := h.webhook("all", r.URL+"/hook?key=1", notify.PaymentDue)
	o := h.order()
	h.send(orders.StatePlaced, "order.placed", made(o.ID, 2)...)
	h.follow(o.ID, 0, cloud.StatusToBePaid, "6.25")
	h.follow(o.ID, 1, cloud.StatusToBePaid, "6.50")
	h.tell()
	require.Len(t, r.all(), 1)
	got := r.all()[0]
	verify(t, secret, got, h.clock.now())
	assert.Equal(t, notify.PaymentDue, got.Type)
	assert.Equal(t, "console", got.Data.By)
	require.NotNil(t, got.Data.Team)
	assert.Equal(t, "design", *got.Data.Team)
	for member, want := range map[string]any{"id": o.ID, "url": publicURL + "/orders/" + o.ID, "state": "placed", "badge": "to_be_paid", "actor": "alice",
		"kind": "batch-desktop/RESIZE", "quote": map[string]any{"amount": "12.5", "currency": "CNY"}, "unpaid": map[string]any{"amount": "12.75", "currency": "CNY"},
		"pay_by": "2026-11-22T13:00:00Z", "reason": "more <b>memory</b>"} {
		assert.Equal(t, want, got.Data.Order[member], member)
	}
	assert.Len(t, got.Data.Order["cloud_orders"], 2)
	assert.NotContains(t, string(got.Body), "secret_looking", "the request's body is not sent")
	assert.Contains(t, string(got.Body), `"amount":"6.5"`, "amounts are texts")
	assert.NotContains(t, string(got.Body), `"summary":"summary.`)
}

// The test that the feature was asked for with: a receiver that hangs, and one that answers 500 for an hour.
func TestWebhooksEndToEnd(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	released := make(chan struct{})
	hanging := newReceiver(t, func(http.ResponseWriter, int) { <-released })
	t.Cleanup(func() { close(released) }) // before the receiver's own end, which waits for its answers
	recovered := s.clock.now().Add(time.Hour)
	broken := newReceiver(t, func(w http.ResponseWriter, _ int) {
		if s.clock.now().Before(recovered) {
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	fine := newReceiver(t, nil)
	hung, _ := s.webhook("hanging", hanging.URL)
	_, secret := s.webhook("broken", broken.URL, notify.PaymentDue)
	_, fineSecret := s.webhook("fine", fine.URL)

	// an order's way is not changed by any of it: nothing is told before it is over
	first := s.buy("subscribe/addVolumes")
	s.work()
	order, err := s.db.Order(t.Context(), first.ID)
	require.NoError(t, err)
	require.Equal(t, orders.BadgeToBePaid, order.Badge)

	s.tell()
	assert.Equal(t, []notify.EventType{notify.PaymentDue}, fine.types(), "told at once, beside one that hangs and one that fails")
	verify(t, fineSecret, fine.all()[0], s.clock.now())
	assert.Len(t, hanging.all(), 1)
	require.Len(t, broken.all(), 1)

	for range 59 {
		s.clock.advance(time.Minute)
		s.tell()
	}
	assert.GreaterOrEqual(t, len(broken.all()), 4, "at once, after 5 s, 5 min and 30 min")
	assert.Less(t, len(broken.all()), 8, "and not more often")
	s.pass(3*time.Hour, 5*time.Minute)
	tries := broken.all()
	last := tries[len(tries)-1]
	require.Equal(t, notify.PaymentDue, last.Type)
	for _, try := range tries {
		assert.Equal(t, last.ID, try.ID, "the same ID at every attempt")
		assert.Equal(t, last.Body, try.Body)
	}
	seconds, err := strconv.ParseInt(last.Timestamp, 10, 64)
	require.NoError(t, err)
	assert.False(t, time.Unix(seconds, 0).Before(recovered.Truncate(time.Second)))
	verify(t, secret, last, time.Unix(seconds, 0))
	delivered := len(tries)

	// meanwhile an order goes on as if nobody listened
	require.NoError(t, s.service.Pay(t.Context(), admin, first.ID, orders.PayRequest{}))
	s.work()
	s.clock.advance(10 * time.Second)
	s.work()
	order, err = s.db.Order(t.Context(), first.ID)
	require.NoError(t, err)
	require.Equal(t, orders.BadgeCompleted, order.Badge)
	s.tell()
	assert.Equal(t, []notify.EventType{notify.PaymentDue, notify.Completed}, fine.types())
	assert.Len(t, broken.all(), delivered, "once it was taken it is not sent again, and nothing else was wanted")

	// the one that hangs is given up after a day and a bit, and can be tried again by hand
	s.pass(40*time.Hour, 30*time.Minute)
	list := s.deliveries(hung)
	require.Len(t, list, 2)
	for _, d := range list {
		assert.Equal(t, notify.Dead, d.State)
		assert.Equal(t, 8, d.Attempts)
		assert.Equal(t, "no answer in time", d.Error)
	}
	attempts := len(hanging.all())
	s.pass(24*time.Hour, time.Hour)
	assert.Len(t, hanging.all(), attempts, "a dead letter rests")
	hanging.mu.Lock()
	hanging.answer = nil
	hanging.mu.Unlock()
	require.NoError(t, s.db.Resend(t.Context(), hung.ID, list[0].ID, admin))
	s.tell()
	assert.Equal(t, notify.Done, s.deliveries(hung)[0].State)
	assert.Equal(t, notify.Dead, s.deliveries(hung)[1].State, "only the one that was named")
	assert.Equal(t, list[0].ID, hanging.all()[attempts].ID, "under the same ID")
}

// A name is looked at where it leads when it is dialled; so is a receiver on a network that was allowed before.
func TestNothingIsSentToAddressesThatAreNotAllowed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := newReceiver(t, nil)
	secure := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was reached") }))
	t.Cleanup(secure.Close)
	_, port, _ := strings.Cut(strings.TrimPrefix(r.URL, "http://"), ":")
	for name, url := range map[string]string{"an address": r.URL, "a name": "http://localhost:" + port, "https": secure.URL} {
		h.webhook(name, url)
	}
	h.order()
	h.send(orders.StateRefused, "order.refused")
	h.collect()
	h.teller = h.notifier(func(c *notify.Config) { c.Guard = newGuard(t) })
	h.tell()
	hooks, err := h.db.Webhooks(t.Context())
	require.NoError(t, err)
	require.Len(t, hooks, 3)
	for _, w := range hooks {
		d := h.deliveries(w)[0]
		assert.Equal(t, 1, d.Attempts, w.Name)
		assert.Contains(t, d.Error, "address refused", w.Name)
		assert.NotContains(t, d.Error, "://", "no URL in what is kept")
	}
	assert.Empty(t, r.all())
}

func TestASecretThatCannotBeReadIsAFailureLikeOthers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := newReceiver(t, nil)
	w, _ := h.webhook("all", r.URL)
	other := newHouse(t)
	h.teller = h.notifier(func(c *notify.Config) { c.Sealer = other.sealer })
	require.NoError(t, h.db.TestWebhook(t.Context(), w.ID, admin))
	h.tell()
	assert.Contains(t, h.deliveries(w)[0].Error, "the secret cannot be read")
	assert.Empty(t, r.all())
}
