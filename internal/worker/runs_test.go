package worker_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

// resizing is a request to resize desktops, as the browser's door reads it.
func resizing(t *testing.T, product string, ids ...string) orders.Decoded {
	t.Helper()
	body, err := json.Marshal(map[string]any{"type": "RESIZE", "resize_param": map[string]any{"desktop_ids": ids, "product_id": product}})
	require.NoError(t, err)
	return orders.DecodeWhole(cloud.DoorBatchDesktop, "", body)
}

// strangers are desktops that the inventory does not know: the cloud decides about them.
func strangers(n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("d-%04d", i)
	}
	return ids
}

// place reviews and places a request; the ID is its first order's.
func (h *house) place(d orders.Decoded) string {
	h.t.Helper()
	draft, err := h.service.Review(h.t.Context(), admin, d, orders.Ask{ID: orders.NewID()})
	require.NoError(h.t, err)
	_, err = h.service.Place(h.t.Context(), admin, draft.ID, draft.Shown())
	require.NoError(h.t, err)
	return draft.ID
}

func (h *house) progress(id string) orders.Progress {
	h.t.Helper()
	p, err := h.service.Progress(h.t.Context(), admin, id)
	require.NoError(h.t, err)
	return p
}

// stands counts the calls of a request by what they show.
func stands(p orders.Progress) map[orders.Badge]int {
	n := map[orders.Badge]int{}
	for _, o := range p.Orders {
		n[o.Badge]++
	}
	return n
}

// taken answers every call as a cloud that takes all of it, and remembers the bodies in the order in which they came.
func (h *house) taken(bodies *[][]string) {
	n := 0
	h.shaky.each = func(call cloud.Call) cloud.Answer {
		var body struct {
			Param struct {
				DesktopIDs []string `json:"desktop_ids"`
			} `json:"resize_param"`
		}
		require.NoError(h.t, json.Unmarshal(call.Body, &body))
		*bodies = append(*bodies, body.Param.DesktopIDs)
		answer := cloud.Answer{Outcome: cloud.OutcomeDone, HTTPStatus: 200}
		for range body.Param.DesktopIDs {
			n++
			answer.Entries = append(answer.Entries, cloud.Entry{OrderID: fmt.Sprintf("CS-%d", n), Result: "SUCCESS"})
		}
		return answer
	}
}

// entry is an audit entry of the console's own.
func (h *house) entry(action string) audit.Entry {
	h.t.Helper()
	entry, err := orders.NewEntry(auth.Console, h.clock.now(), action, "", nil)
	require.NoError(h.t, err)
	return entry
}

// send sends one call.
func (h *house) send() bool {
	h.t.Helper()
	more, err := h.worker.Send(h.t.Context())
	require.NoError(h.t, err)
	return more
}

const larger = "workspace.g.4xlarge4.a10.win"

func TestAThousandDesktopsAreTenCallsOneAfterAnother(t *testing.T) {
	h := newHouse(t)
	var sent [][]string
	h.taken(&sent)
	ids := strangers(1000)
	id := h.place(resizing(t, larger, ids...))
	p := h.progress(id)
	require.Len(t, p.Orders, 10)
	require.Len(t, p.Results, 1000)
	assert.Equal(t, map[orders.Badge]int{"queued": 10}, stands(p))
	for i, o := range p.Orders {
		assert.Equal(t, i, o.Position)
		assert.Equal(t, 10, o.Calls)
		assert.Equal(t, id, o.RequestID)
		assert.Len(t, o.Targets, 100)
	}
	for n := 1; h.send(); n++ {
		require.Len(t, sent, n)
		assert.Equal(t, ids[(n-1)*100:n*100], sent[n-1], "in their order")
	}
	require.Len(t, sent, 10, "each once")
	assert.Equal(t, map[orders.Badge]int{"processing": 10}, stands(h.progress(id)))

	_, err := h.service.Place(t.Context(), admin, id, "")
	var told *orders.Error
	require.ErrorAs(t, err, &told)
	assert.ErrorIs(t, told, orders.ErrExists, "placed twice it is the same request")
	assert.Equal(t, id, told.OrderID)
	assert.False(t, h.send())
}

func TestNoTwoCallsOfARequestAreOnTheirWayAtOnce(t *testing.T) {
	h := newHouse(t)
	id := h.place(resizing(t, larger, strangers(300)...))
	claim := func(fence string) (orders.Order, error) {
		return h.db.Claim(t.Context(), orders.Claim{Fence: fence, Now: h.clock.now(), Deadline: h.clock.now().Add(time.Minute), Entry: h.entry("order.sending")})
	}
	first, err := claim("w1/1")
	require.NoError(t, err)
	assert.Equal(t, id, first.ID)
	_, err = claim("w2/1")
	require.ErrorIs(t, err, orders.ErrNotFound, "the second waits for the first")

	// not a byte left: the first is tried again, and still goes first
	require.NoError(t, h.db.Apply(t.Context(), orders.Move{ID: first.ID, From: []orders.State{orders.StateSending}, To: orders.StateQueued, Fence: "w1/1",
		Now: h.clock.now(), NextAttemptAt: h.clock.now().Add(time.Second), Entry: h.entry("order.not_reached")}))
	_, err = claim("w2/2")
	require.ErrorIs(t, err, orders.ErrNotFound)
	h.clock.advance(time.Second)
	again, err := claim("w2/3")
	require.NoError(t, err)
	assert.Equal(t, first.ID, again.ID)
}

func TestARequestIsPausedBetweenCallsAndGoesOn(t *testing.T) {
	h := newHouse(t)
	var sent [][]string
	h.taken(&sent)
	id := h.place(resizing(t, larger, strangers(300)...))
	require.True(t, h.send())
	require.NoError(t, h.service.Pause(t.Context(), admin, id))
	assert.Equal(t, orders.RunPaused, h.progress(id).State)
	assert.False(t, h.send(), "nobody claims a call of a paused request")
	var told *orders.Error
	require.ErrorAs(t, h.service.Pause(t.Context(), admin, id), &told)
	assert.Equal(t, "error.run_changed", told.Message.Key)

	require.NoError(t, h.service.Resume(t.Context(), admin, id))
	require.True(t, h.send())
	require.True(t, h.send())
	assert.False(t, h.send())
	assert.Len(t, sent, 3)
	assert.Contains(t, h.actions(id), "request.paused")
	assert.Contains(t, h.actions(id), "request.resumed")
}

func TestARequestPausedWhileACallIsOnItsWayHoldsThatCallWhenItComesBack(t *testing.T) {
	h := newHouse(t)
	id := h.place(resizing(t, larger, strangers(200)...))
	h.shaky.each = func(cloud.Call) cloud.Answer {
		require.NoError(t, h.service.Pause(t.Context(), admin, id))
		return notSent
	}
	h.send()
	h.clock.advance(time.Hour)
	h.shaky.each = func(cloud.Call) cloud.Answer {
		assert.Fail(t, "sent although paused")
		return unknown
	}
	assert.False(t, h.send())
}

func TestAStoppedRequestWithdrawsWhatWasNotSent(t *testing.T) {
	h := newHouse(t)
	var sent [][]string
	h.taken(&sent)
	id := h.place(resizing(t, larger, strangers(300)...))
	require.True(t, h.send())
	require.NoError(t, h.service.Stop(t.Context(), admin, id))
	assert.False(t, h.send())
	p := h.progress(id)
	assert.Equal(t, orders.RunStopped, p.State)
	assert.Equal(t, map[orders.Badge]int{"processing": 1, "withdrawn": 2}, stands(p))
	unsent := 0
	for _, r := range p.Results {
		if r.Unsent() {
			unsent++
		}
	}
	assert.Equal(t, 200, unsent)
	require.Error(t, h.service.Resume(t.Context(), admin, id), "a stopped one stays so")

	// what was withdrawn is in nobody's way
	again := h.place(resizing(t, larger, strangers(300)[100:]...))
	assert.Len(t, h.progress(again).Orders, 2)
}

func TestACallThatComesBackToAStoppedRequestIsWithdrawnToo(t *testing.T) {
	h := newHouse(t)
	id := h.place(resizing(t, larger, strangers(200)...))
	h.shaky.each = func(cloud.Call) cloud.Answer {
		require.NoError(t, h.service.Stop(t.Context(), admin, id))
		return notSent
	}
	h.send()
	p := h.progress(id)
	assert.Equal(t, orders.RunStopped, p.State)
	assert.Equal(t, map[orders.Badge]int{"withdrawn": 2}, stands(p), "not a byte of it left")
	assert.False(t, p.Moving())

	again := h.place(resizing(t, larger, strangers(200)...))
	assert.Len(t, h.progress(again).Orders, 2, "it is in nobody's way")
}

func TestACallInDoubtPausesTheRequestUntilItIsSettled(t *testing.T) {
	h := newHouse(t)
	id := h.place(resizing(t, larger, strangers(300)...))
	h.shaky.each = func(cloud.Call) cloud.Answer { return unknown }
	require.True(t, h.send())
	p := h.progress(id)
	assert.Equal(t, orders.RunPaused, p.State)
	assert.Equal(t, id, p.Doubt)
	assert.False(t, h.send())

	var sent [][]string
	h.taken(&sent)
	require.NoError(t, h.service.Resolve(t.Context(), admin, id, orders.Settlement{Outcome: orders.StateNotPlaced, Reason: "looked"}))
	assert.Equal(t, orders.RunRunning, h.progress(id).State)
	for h.send() {
	}
	assert.Len(t, sent, 2)
}

func TestAnOrderInDoubtIsNotSentAgainAsAPartOfSeveralCalls(t *testing.T) {
	h := newHouse(t)
	doubtful := h.place(resizing(t, larger, strangers(50)...))
	h.shaky.each = func(cloud.Call) cloud.Answer { return unknown }
	require.True(t, h.send())
	draft, err := h.service.Review(t.Context(), admin, resizing(t, larger, strangers(150)...), orders.Ask{ID: orders.NewID(), RepeatOf: doubtful, Reason: "again"})
	require.NoError(t, err)
	_, err = h.service.Place(t.Context(), admin, draft.ID, draft.Shown())
	var told *orders.Error
	require.ErrorAs(t, err, &told)
	assert.Equal(t, "error.in_the_way", told.Message.Key)
	assert.Equal(t, doubtful, told.OrderID, "the order that is there, and none that never came to be")
	assert.False(t, h.send())
}

func TestSomebodyMayGoOnBesideACallInDoubt(t *testing.T) {
	h := newHouse(t)
	id := h.place(resizing(t, larger, strangers(200)...))
	h.shaky.each = func(cloud.Call) cloud.Answer { return unknown }
	require.True(t, h.send())
	require.NoError(t, h.service.Resume(t.Context(), admin, id))
	var sent [][]string
	h.taken(&sent)
	require.True(t, h.send())
	assert.Equal(t, strangers(200)[100:], sent[0])
	assert.False(t, h.send())
}

func TestAConsoleThatDiesBetweenCallsGoesOnWithoutSendingTwice(t *testing.T) {
	for _, step := range []string{"claimed", "answered", "recorded"} {
		t.Run(step, func(t *testing.T) {
			h := newHouse(t)
			var sent [][]string
			h.taken(&sent)
			id := h.place(resizing(t, larger, strangers(500)...))
			require.True(t, h.send())
			type died struct{}
			h.worker.Step = func(now string) {
				if now == step {
					panic(died{})
				}
			}
			assert.Panics(t, func() { h.send() })
			h.worker = h.newWorker("w2")
			require.NoError(t, h.worker.Recover(t.Context()))
			for h.send() {
			}
			p := h.progress(id)
			if step != "recorded" {
				// whether the second arrived nobody knows: it is not sent again, and the others wait for it
				assert.Equal(t, orders.RunPaused, p.State)
				assert.Equal(t, orders.Badge("in_doubt"), p.Orders[1].Badge)
				require.NoError(t, h.service.Resume(t.Context(), admin, id))
				for h.send() {
				}
			}
			seen := map[string]int{}
			for _, call := range sent {
				for _, desktop := range call {
					seen[desktop]++
				}
			}
			for desktop, n := range seen {
				require.Equal(t, 1, n, desktop)
			}
			want := 500
			if step == "claimed" {
				want = 400 // the second never left
			}
			assert.Len(t, seen, want)
		})
	}
}

func TestACallOfARequestIsInTheWayAsAnyOrder(t *testing.T) {
	h := newHouse(t)
	ids := strangers(250)
	first := h.place(resizing(t, larger, ids[249:]...))
	draft, err := h.service.Review(t.Context(), admin, resizing(t, larger, ids...), orders.Ask{ID: orders.NewID()})
	require.NoError(t, err)
	_, err = h.service.Place(t.Context(), admin, draft.ID, draft.Shown())
	var told *orders.Error
	require.ErrorAs(t, err, &told)
	assert.Equal(t, "error.in_the_way", told.Message.Key)
	assert.Equal(t, first, told.OrderID)
	_, err = h.db.Order(t.Context(), draft.ID)
	require.ErrorIs(t, err, orders.ErrNotFound, "all of it or nothing")
}

func TestWhichDesktopsFailedIsFoundOutByTheInventory(t *testing.T) {
	h := newHouse(t)
	const fit, also, metered = "4f8f8a51-55bf-4af4-9add-c45ed331f7aa", "c0a5b5c4-c9d6-40d3-a841-17f5210c4f5f", "2458df9f-66ea-4d6d-a348-abee9076e4b6"
	id := h.place(resizing(t, larger, fit, metered, also))
	h.run()
	o := h.order(id)
	require.Equal(t, orders.BadgeFailed, o.Badge)
	for _, r := range orders.ResultsOf(o) {
		assert.Equal(t, orders.BadgeUnclear, r.Badge)
		assert.True(t, r.Due)
	}
	var unpaid []string
	for _, c := range o.CloudOrders {
		if c.Unpaid() {
			unpaid = append(unpaid, c.OrderID)
		}
	}
	if len(unpaid) > 0 {
		require.NoError(t, h.service.Pay(t.Context(), admin, id, orders.PayRequest{OrderIDs: unpaid, Confirm: confirmed(o)}))
	}
	h.later(time.Minute)
	require.True(t, h.order(id).FatesDue, "all have ended, and not all alike")
	h.refresh()
	o = h.order(id)
	assert.False(t, o.FatesDue)
	assert.Equal(t, []orders.Fate{orders.FateDone, orders.FateFailed, orders.FateDone}, o.Fates)
	results := orders.ResultsOf(o)
	assert.Equal(t, metered, results[1].DesktopID)
	assert.True(t, results[1].Failed())
	assert.NotEmpty(t, results[1].Code)
	assert.Equal(t, orders.BadgeCompleted, results[0].Badge)
	assert.Contains(t, h.actions(id), "order.eliminated")

	// what was found out stands, whatever becomes of the desktops later
	h.refresh()
	assert.Equal(t, o.Fates, h.order(id).Fates)
}

func confirmed(o orders.Order) string {
	bill := orders.BillOf(o)
	if bill.Billed == nil {
		return ""
	}
	return orders.ConfirmText(*bill.Billed)
}
