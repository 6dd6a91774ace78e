package main

import (
	"net/http"
	"net/url"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/orders"
)

// stopTimeout is the consoles' --cloud-timeout here: what they are stopped for longer than.
const stopTimeout = 2 * time.Second

// pastDeadline waits until the deadline of whatever a stopped console had claimed has passed.
func pastDeadline() { <-time.After(stopTimeout) }

// furnished waits until a console has read the inventory, so that it has nothing more to read for a while.
func (c *child) furnished(token string) {
	c.t.Helper()
	require.Eventually(c.t, func() bool {
		var desktops struct {
			Items []any `json:"items"`
		}
		c.read(token, "/desktops", &desktops)
		return len(desktops.Items) > 0
	}, testTimeout, 5*time.Millisecond)
}

// calling calls at the /v2 door and hands over what came back.
func (c *child) calling(token string, n int, autoPay bool) <-chan reply {
	replies := make(chan reply, 1)
	go func() {
		defer close(replies)
		if r, err := c.call(token, deskPath, key(n), eips(n, n, autoPay)); assert.NoError(c.t, err) {
			replies <- r
		}
	}()
	return replies
}

// TestAConsoleThatWakesUpLateSendsNothing stops a console with SIGSTOP for longer than its deadline, in various places on
// an order's way to the cloud, and lets it go on.
func TestAConsoleThatWakesUpLateSendsNothing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		at point
		// calls is how many the cloud ever gets of the order.
		calls  int
		status int
		state  string
	}{
		{"claimed", 0, http.StatusBadGateway, "refused"}, // at the /v2 door: not reached, nothing sent
		{connected, 0, http.StatusBadGateway, "refused"},
		{written, 1, http.StatusGatewayTimeout, "in_doubt"},
	} {
		t.Run(string(c.at), func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			defer d.holdAnswers()()
			token := newToken(t, d.dir)
			console := d.start(setup{StopAt: c.at, Timeout: stopTimeout})
			console.furnished(token)
			replies := console.calling(token, 1, false)
			console.stopped()
			pastDeadline()
			require.Eventually(t, func() bool { return d.came() == c.calls }, testTimeout, time.Millisecond)
			console.goOn()
			r, came := <-replies
			require.True(t, came)
			assert.Equal(t, c.status, r.status, "%s", r.body)
			assert.Equal(t, c.state, console.told(token, r.id).State)
			console.stop()
			assert.Equal(t, c.calls, d.came())

			next := d.start(setup{})
			r, err := next.call(token, deskPath, key(1), eips(1, 1, false))
			require.NoError(t, err)
			assert.Equal(t, c.status, r.status, "the same after a restart: %s", r.body)
			next.stop()
			assert.Equal(t, c.calls, d.came())
			assert.Len(t, d.made(), c.calls)
		})
	}
}

var quoteInput = regexp.MustCompile(`name="quote" value="([^"]+)"`)

// TestAnOrderOfAPersonThatWasNotSentIsTriedAgain does the same with an order from a form: nobody is told no, it goes out
// at the next try.
func TestAnOrderOfAPersonThatWasNotSentIsTriedAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	token := newToken(t, d.dir)
	console := d.start(setup{StopAt: "claimed", Timeout: stopTimeout})
	somebody := console.signIn()
	id := orders.NewID()
	at := func(field string) string { return "resources[0]." + field }
	review, err := somebody.post(console, "/orders/new/subscribe/applyDesktopsInternet", url.Values{"order": {id}, "review": {""},
		at("period_type"): {"2"}, at("period_num"): {"1"}, at("apply_desktops_internet.eip_type"): {"5_bgp"},
		at("apply_desktops_internet.eip_charge_mode"): {"BANDWIDTH"}, at("apply_desktops_internet.bandwidth_size"): {"1"},
		at("apply_desktops_internet.count"): {"1"}})
	require.NoError(t, err)
	quote := quoteInput.FindStringSubmatch(somebody.page(console, review))
	require.NotNil(t, quote)
	placed := make(chan string, 1)
	go func() {
		location, err := somebody.post(console, "/orders/review", url.Values{"order": {id}, "quote": {quote[1]}, "place": {""}})
		assert.NoError(t, err)
		placed <- location
	}()
	console.stopped()
	pastDeadline()
	assert.Zero(t, d.came())
	console.goOn()
	assert.Equal(t, "/orders/"+id, <-placed)
	require.Eventually(t, func() bool { return console.told(token, id).State == "placed" }, testTimeout, 5*time.Millisecond)
	var log struct {
		Items []struct{ Action, Object string } `json:"items"`
	}
	console.read(token, "/audit", &log)
	var story []string
	for _, entry := range log.Items {
		if entry.Object == "order:"+id && entry.Action != "order.followed" {
			story = append([]string{entry.Action}, story...) // the newest comes first
		}
	}
	assert.Equal(t, []string{"order.submitted", "order.sending", "order.not_reached", "order.sending", "order.placed"}, story)
	console.stop()
	assert.Len(t, d.placed(1), 1)
	assert.Equal(t, d.placed(1), d.made())
}

// TestAPaymentOfAConsoleThatWakesUpLate stops a console that is about to pay.
func TestAPaymentOfAConsoleThatWakesUpLate(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	token := newToken(t, d.dir)
	console := d.start(setup{StopAt: "action_claimed", Timeout: stopTimeout})
	replies := console.calling(token, 1, true)
	console.stopped()
	pastDeadline()
	assert.Equal(t, 1, d.came(), "the order, and no payment")
	console.goOn()
	r := <-replies
	require.Equal(t, http.StatusOK, r.status, "%s", r.body)
	require.Eventually(t, func() bool { return console.told(token, r.id).done() }, testTimeout, 5*time.Millisecond)
	var log struct {
		Items []struct{ Action string } `json:"items"`
	}
	console.read(token, "/audit", &log)
	assert.Contains(t, log.Items, struct{ Action string }{"order.pay_not_reached"}, "the late one gave up, and it was asked for again")
	console.stop()
	assert.Equal(t, 1, d.asked("pay", d.placed(1)[0]))
}

// TestAnotherConsoleGoesOn stops one of two consoles on one data folder for so long that the other gives its claim up. What
// the late one then says of the order is not heard any more.
func TestAnotherConsoleGoesOn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		at    point
		calls int
	}{
		{"claimed", 0},
		{connected, 0},
		{"answered", 1},
	} {
		t.Run(string(c.at), func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			token := newToken(t, d.dir)
			late := d.start(setup{StopAt: c.at, Timeout: stopTimeout})
			late.furnished(token)
			replies := late.calling(token, 1, false)
			late.stoppedAside(d.dir)
			other := d.start(setup{Timeout: stopTimeout, Grace: 100 * time.Millisecond})
			r, err := other.call(token, deskPath, key(2), eips(2, 2, false))
			require.NoError(t, err)
			assert.Equal(t, http.StatusOK, r.status, "it goes on: %s", r.body)
			require.Eventually(t, func() bool {
				for _, order := range other.all(token) {
					if order.State == "in_doubt" {
						return order.ID != r.id
					}
				}
				return false
			}, testTimeout, 5*time.Millisecond)
			late.goOn()
			first := <-replies
			assert.Equal(t, http.StatusGatewayTimeout, first.status, "%s", first.body)
			late.stop()
			assert.Contains(t, late.said.String(), "an answer could not be recorded")
			for _, id := range d.placed(1) {
				assert.Contains(t, late.said.String(), id, "what is not in the journal is in the log")
			}
			order := other.told(token, first.id)
			assert.Equal(t, "in_doubt", order.State)
			assert.Empty(t, order.CloudOrders)
			other.stop()
			assert.Len(t, d.placed(1), c.calls)
			assert.Len(t, d.placed(2), 1)
			assert.Len(t, d.made(), c.calls+1)
		})
	}
}

// TestAnotherConsolePays has the second console make the payment that the stopped one had claimed.
func TestAnotherConsolePays(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	token := newToken(t, d.dir)
	late := d.start(setup{StopAt: "action_claimed", Timeout: stopTimeout})
	replies := late.calling(token, 1, true)
	late.stoppedAside(d.dir)
	other := d.start(setup{Timeout: stopTimeout, Grace: 100 * time.Millisecond})
	r, err := other.call(token, deskPath, key(1), eips(1, 1, true))
	require.NoError(t, err)
	require.Eventually(t, func() bool { return other.told(token, r.id).done() }, testTimeout, 5*time.Millisecond)
	late.goOn()
	require.Equal(t, http.StatusOK, (<-replies).status)
	late.stop()
	other.stop()
	require.Len(t, d.placed(1), 1)
	assert.Equal(t, 1, d.asked("pay", d.placed(1)[0]))
}
