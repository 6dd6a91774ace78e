package notify_test

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/notify"
	"workspace-order-console/internal/orders"
)

// With senders at work as in a console: ten that are known to hang do not keep an eleventh waiting.
func TestReceiversThatHangDoNotDelayOthers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	released := make(chan struct{})
	hangs := make(chan struct{}, 100)
	for i := range 10 {
		hanging := newReceiver(t, func(http.ResponseWriter, int) { hangs <- struct{}{}; <-released })
		h.webhook("hanging"+strconv.Itoa(i), hanging.URL)
	}
	h.order()
	h.send(orders.StateRefused, "order.refused")
	h.tell() // each is found to hang
	for range 10 {
		<-hangs
	}
	h.clock.advance(time.Minute)
	t.Cleanup(func() { close(released) })
	arrived := make(chan struct{})
	var once sync.Once
	fine := newReceiver(t, func(http.ResponseWriter, int) { once.Do(func() { close(arrived) }) })
	h.webhook("fine", fine.URL)

	teller := h.notifier(func(c *notify.Config) { c.Timeout = time.Hour; c.Senders = 4 })
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { teller.Run(ctx); close(done) }()
	for range 3 {
		<-hangs // all but one of the senders are caught, for an hour
	}
	h.order()
	h.send(orders.StateRefused, "order.refused")
	select {
	case <-arrived:
	case <-time.After(20 * time.Second):
		t.Error("the fine receiver waits behind those that hang")
	}
	stop()
	select {
	case <-done: // although three answers are still waited for, for an hour
	case <-time.After(20 * time.Second):
		t.Error("it does not stop")
	}
}

func TestOneDeliveryAtATimeAndBySoManySendersOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var mu sync.Mutex
	at, most := 0, 0
	r := newReceiver(t, func(http.ResponseWriter, int) {
		mu.Lock()
		at++
		most = max(most, at)
		mu.Unlock()
		mu.Lock()
		at--
		mu.Unlock()
	})
	h.webhook("all", r.URL)
	const n = 40
	for range n {
		h.order()
		h.send(orders.StateRefused, "order.refused")
	}
	// two consoles on one database, both of which look and send
	consoles := []*notify.Notifier{h.notifier(), h.notifier()}
	var group sync.WaitGroup
	for _, console := range consoles {
		for range 3 {
			group.Go(func() {
				if _, err := console.Collect(t.Context()); err != nil {
					t.Error(err)
				}
				for range 4 * n {
					if _, err := console.Deliver(t.Context()); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	group.Wait()
	h.tell() // what was left because the webhook was busy at every look
	ids := map[string]int{}
	for _, got := range r.all() {
		ids[got.ID]++
	}
	assert.Len(t, ids, n, "each event is one delivery, whoever found it")
	assert.Len(t, r.all(), n, "and is sent once")
	assert.Equal(t, 1, most, "one at a time")
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status     int
		retryAfter string
		state      notify.DeliveryState
		says       string
		from, to   time.Duration // when it is tried next
	}{
		"done":                             {204, "", notify.Done, "", 0, 0},
		"a redirect is not followed":       {302, "", notify.Pending, "answered 302: redirects are not followed", 4 * time.Second, 6 * time.Second},
		"a refusal is tried again":         {400, "", notify.Pending, "answered 400", 4 * time.Second, 6 * time.Second},
		"it asks for time":                 {429, "120", notify.Pending, "answered 429", 120 * time.Second, 120 * time.Second},
		"it asks for time by a date":       {503, "Sun, 22 Nov 2026 12:10:00 GMT", notify.Pending, "answered 503", 10 * time.Minute, 10 * time.Minute},
		"it asks for a year":               {503, "31536000", notify.Pending, "answered 503", 12 * time.Hour, 12 * time.Hour},
		"it asks for time that has passed": {503, "-5", notify.Pending, "answered 503", 4 * time.Second, 6 * time.Second},
		"it asks for nonsense":             {503, "soon", notify.Pending, "answered 503", 4 * time.Second, 6 * time.Second},
		"others do not ask":                {500, "3600", notify.Pending, "answered 500", 4 * time.Second, 6 * time.Second},
		"gone":                             {410, "", notify.Dead, "answered 410", 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			elsewhere := newReceiver(t, nil)
			r := newReceiver(t, func(w http.ResponseWriter, _ int) {
				w.Header().Set("Location", elsewhere.URL)
				w.Header().Set("Retry-After", c.retryAfter)
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(strings.Repeat("secret answer ", 1000)))
			})
			w, _ := h.webhook("all", r.URL)
			require.NoError(t, h.db.TestWebhook(t.Context(), w.ID, admin))
			h.tell()
			d := h.deliveries(w)[0]
			assert.Equal(t, c.state, d.State)
			assert.Equal(t, c.status, d.Status)
			assert.Equal(t, c.says, d.Error)
			if c.state == notify.Pending {
				wait := d.NextAttemptAt.Sub(h.clock.now())
				assert.GreaterOrEqual(t, wait, c.from)
				assert.LessOrEqual(t, wait, c.to)
			}
			assert.Len(t, r.all(), 1)
			assert.Empty(t, elsewhere.all())
		})
	}
}

func TestAWebhookThatIsGoneIsDisabled(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := newReceiver(t, func(w http.ResponseWriter, _ int) { w.WriteHeader(http.StatusGone) })
	w, _ := h.webhook("all", r.URL)
	for range 3 {
		h.order()
		h.send(orders.StateRefused, "order.refused")
	}
	h.tell()
	assert.Len(t, r.all(), 1, "it said so once, and is left alone")
	w, err := h.db.Webhook(t.Context(), w.ID)
	require.NoError(t, err)
	assert.False(t, w.DisabledAt.IsZero())
	assert.Equal(t, "console", w.DisabledBy)
	assert.Equal(t, 3, w.Dead)
	log, err := h.db.Timeline(t.Context(), "webhook:"+w.ID, 10)
	require.NoError(t, err)
	assert.Equal(t, "webhook.disabled", log[len(log)-1].Action)
	assert.ErrorIs(t, h.db.Resend(t.Context(), w.ID, "", admin), notify.ErrStale, "not before it is enabled")
	require.NoError(t, h.db.EnableWebhook(t.Context(), w.ID, admin))
	require.NoError(t, h.db.Resend(t.Context(), w.ID, "", admin))
	r.mu.Lock()
	r.answer = nil
	r.mu.Unlock()
	h.tell()
	assert.Len(t, r.all(), 4)
}

func TestWhatWaitedGoesOutOnceAWebhookAnswersAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var fine sync.Map
	r := newReceiver(t, func(w http.ResponseWriter, _ int) {
		if _, ok := fine.Load("yes"); !ok {
			w.WriteHeader(http.StatusBadGateway)
		}
	})
	w, _ := h.webhook("all", r.URL)
	for range 5 {
		h.order()
		h.send(orders.StateRefused, "order.refused")
	}
	h.pass(3*time.Hour, time.Minute)
	w, err := h.db.Webhook(t.Context(), w.ID)
	require.NoError(t, err)
	require.Equal(t, 5, w.Pending)
	assert.Less(t, len(r.all()), 3*60/5*2, "while it fails it is left alone for five minutes at a time")
	fine.Store("yes", true)
	h.pass(2*time.Hour+10*time.Minute, time.Minute)
	for _, d := range h.deliveries(w) {
		assert.Equal(t, notify.Done, d.State)
	}
	w, err = h.db.Webhook(t.Context(), w.ID)
	require.NoError(t, err)
	assert.Zero(t, w.Failures)
}

// A console that dies between the claim and the end leaves a delivery that is due again, under the same ID.
func TestAConsoleThatDiesWhileItSends(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := newReceiver(t, nil)
	w, _ := h.webhook("all", r.URL)
	require.NoError(t, h.db.TestWebhook(t.Context(), w.ID, admin))
	now := h.clock.now()
	claimed, _, err := h.db.ClaimDelivery(t.Context(), notify.Claim{Fence: "dead", Now: now, Until: now.Add(time.Minute)}, false)
	require.NoError(t, err)
	h.tell()
	assert.Empty(t, r.all(), "somebody has it")
	h.clock.advance(time.Minute)
	h.tell()
	require.Len(t, r.all(), 1)
	assert.Equal(t, claimed.ID, r.all()[0].ID)
	err = h.db.FinishDelivery(t.Context(), notify.Attempt{Delivery: claimed, Fence: "dead", Now: h.clock.now(), State: notify.Dead})
	assert.ErrorIs(t, err, notify.ErrStale, "who comes too late changes nothing")
	assert.Equal(t, notify.Done, h.deliveries(w)[0].State)
}
