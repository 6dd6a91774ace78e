package main

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/cloud"
)

// TestKillAtEveryStep kills a console many times (kills) at each named step of an order's life, always on the same data
// folder: every start is also the recovery from the kill before. At each the cloud is asked what it got, and in the end
// its book is held against the console's: nothing is lost, nothing is sent twice.
func TestKillAtEveryStep(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		step  point
		calls int // that have come to the cloud by the kill
		// status and state are what becomes of the order after the restart.
		status int
		state  string
	}{
		{"intent", 0, http.StatusOK, "placed"},                // committed, not sent: it is sent after a restart
		{"claimed", 0, http.StatusGatewayTimeout, "in_doubt"}, // perhaps sent: nobody knows
		{"answered", 1, http.StatusGatewayTimeout, "in_doubt"},
		{"recorded", 1, http.StatusOK, "placed"},
	} {
		t.Run(string(c.step), func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			token := newToken(t, d.dir)
			recovered := func(at *child, n int) {
				r, err := at.call(token, deskPath, key(n), eips(n, n, false))
				require.NoError(t, err)
				require.Equal(t, c.status, r.status, "order %d: %s", n, r.body)
				order := at.told(token, r.id)
				require.Equal(t, c.state, order.State, "order %d", n)
				if c.state == "placed" {
					require.Len(t, order.CloudOrders, 1)
					require.Equal(t, d.placed(n), []string{order.CloudOrders[0].OrderID}, "order %d", n)
				}
			}
			// A kill at "intent" takes a moment, in which the order would be claimed: nothing is sent until the last.
			asleep := c.step == "intent"
			for n := 1; n <= kills; n++ {
				doomed := d.start(setup{KillAt: c.step, Asleep: asleep})
				if n > 1 && !asleep {
					recovered(doomed, n-1)
				}
				_, err := doomed.call(token, deskPath, key(n), eips(n, n, false))
				if c.step != "recorded" { // then the answer may be out already
					require.Error(t, err, "the console died with the call")
				}
				doomed.killed()
				require.Len(t, d.placed(n), c.calls, "order %d", n)
			}
			last := d.start(setup{})
			var sent []string
			for n := 1; n <= kills; n++ {
				recovered(last, n)
				sent = append(sent, d.placed(n)...)
			}
			slices.Sort(sent)
			assert.Len(t, last.all(token), kills, "the console has each order once")
			last.stop()
			if c.calls == 1 || c.state == "placed" {
				require.Len(t, sent, kills)
			}
			assert.Equal(t, sent, d.made(), "the cloud has each order that was sent once, and no other")
			assert.Equal(t, d.came(), len(sent))
		})
	}
}

// wayToAct is how the n-th order comes to an action.
type wayToAct struct {
	action string
	// person asks for it; automatic payment otherwise.
	person bool
	final  cloud.OrderStatus
}

var waysToAct = []wayToAct{
	{"pay", false, cloud.StatusCompleted},
	{"pay", true, cloud.StatusCompleted},
	{"cancel", true, cloud.StatusCanceled},
}

// TestKillAtEveryStepOfAPayment does the same around automatic payments, payments and cancellations in turn: none is lost,
// none is made twice.
func TestKillAtEveryStepOfAPayment(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		step point
		// calls is how many have come to the cloud by the kill.
		calls int
		// again tells that the step comes once more when the action is recovered.
		again bool
	}{
		{"action_requested", 0, false},
		{"action_claimed", 0, true},
		{"action_answered", 1, false}, // what the cloud says of the order tells that it went through
		{"action_recorded", 1, false},
	} {
		t.Run(string(c.step), func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			token := newToken(t, d.dir)
			var somebody person
			wayOf := func(n int) wayToAct { return waysToAct[n%len(waysToAct)] }
			order := func(at *child, n int) (reply, error) {
				return at.call(token, deskPath, key(n), eips(n, 1, !wayOf(n).person))
			}
			// settled waits until the n-th order's action is done, and holds it against the cloud.
			settled := func(at *child, n int) {
				way := wayOf(n)
				r, err := order(at, n)
				require.NoError(t, err)
				require.Equal(t, http.StatusOK, r.status, "order %d: %s", n, r.body)
				var now toldOrder
				require.Eventually(t, func() bool {
					now = at.told(token, r.id)
					return now.done()
				}, testTimeout, 5*time.Millisecond, "order %d", n)
				id := now.CloudOrders[0].OrderID
				require.Equal(t, way.action, now.CloudOrders[0].Action.Action)
				require.Equal(t, []string{id}, d.placed(n), "order %d", n)
				require.Equal(t, 1, d.asked(way.action, id), "order %d", n)
			}
			for n := 1; n <= kills; n++ {
				at := c.step
				if c.again && n > 1 {
					at += "/2"
				}
				doomed := d.start(setup{KillAt: at})
				if n == 1 {
					somebody = doomed.signIn()
				} else {
					settled(doomed, n-1)
				}
				r, err := order(doomed, n)
				if wayOf(n).person {
					require.NoError(t, err)
					require.Equal(t, http.StatusOK, r.status, "%s", r.body)
					require.Eventually(t, func() bool { return doomed.told(token, r.id).CloudOrders[0].Status != nil }, testTimeout, 5*time.Millisecond)
					if _, err = somebody.post(doomed, "/orders/"+r.id+"/"+wayOf(n).action, nil); c.step == "action_requested" {
						require.Error(t, err, "the console died with the request")
					}
				}
				doomed.killed()
				require.Len(t, d.placed(n), 1, "order %d", n)
				require.Equal(t, c.calls, d.asked(wayOf(n).action, d.placed(n)[0]), "order %d", n)
			}
			last := d.start(setup{})
			settled(last, kills)
			assert.Len(t, last.all(token), kills)
			last.stop()
			book := d.book()
			assert.Len(t, book, kills)
			for n := 1; n <= kills; n++ {
				assert.Equal(t, wayOf(n).final, book[d.placed(n)[0]].Status, "order %d", n)
			}
			assert.Equal(t, 2*kills, d.came(), "each was ordered once, and asked for once")
		})
	}
}
