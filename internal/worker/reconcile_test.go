package worker_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

// lose lets the cloud take an order and loses its answer.
func lose(next func() cloud.Answer) cloud.Answer { next(); return unknown }

// look looks into doubt once, a while after the last time.
func (h *house) look() {
	h.t.Helper()
	h.clock.advance(15 * time.Second)
	_, err := h.worker.Reconcile(h.t.Context())
	require.NoError(h.t, err)
}

func TestALostAnswerIsFoundAgain(t *testing.T) {
	t.Parallel()
	for name, example := range map[string]string{
		"a pool's growth":            "subscribe/expandDesktopPool",
		"new desktops":               "subscribe/createDesktops/minimal-seed-example",
		"a batch of two":             "batch-desktop/ADD_VOLUME/desktop_ids",
		"a pool's batch":             "batch-pool/ADD_VOLUME/desktop_pool_id",
		"a change that has no quote": "change/resizeDesktops",
		"a conversion":               "change/meteredToPeriod",
		"a refund":                   "batch-desktop/DELETE_SUB_RESOURCES/desktop_ids",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.shaky.place = lose
			id := h.must(example).ID
			h.run()
			require.Equal(t, orders.StateInDoubt, h.order(id).State)
			h.look()
			assert.Equal(t, orders.StateInDoubt, h.order(id).State, "one look is not enough")
			h.look()
			h.run()
			order := h.order(id)
			require.Equal(t, orders.StatePlaced, order.State)
			assert.Len(t, order.CloudOrders, h.booked())
			assert.Equal(t, 1, h.shaky.calls, "and nothing was sent again")
			assert.Contains(t, h.actions(id), "order.resolved")
		})
	}
}

func TestWhatIsNotSureIsLeftToAPerson(t *testing.T) {
	t.Parallel()
	t.Run("nothing was placed", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		h.shaky.place = func(func() cloud.Answer) cloud.Answer { return unknown }
		id := h.must("subscribe/expandDesktopPool").ID
		h.run()
		for range 10 {
			h.look()
		}
		assert.Equal(t, orders.StateInDoubt, h.order(id).State, "absence is no proof")
		evidence, err := h.db.Evidence(t.Context(), id)
		require.NoError(t, err)
		assert.Equal(t, 10, evidence.Looks)
		assert.Empty(t, evidence.Candidates)
	})
	t.Run("somebody else ordered the same at the same time", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		e := exampleBody(t, "subscribe/createDesktops/minimal-seed-example")
		h.shaky.place = func(next func() cloud.Answer) cloud.Answer {
			other := h.cloud.Place(t.Context(), cloud.Call{Door: cloud.DoorSubscribe, Body: e})
			require.Equal(t, cloud.OutcomeDone, other.Outcome)
			next()
			return unknown
		}
		id := h.must("subscribe/createDesktops/minimal-seed-example").ID
		h.run()
		for range 5 {
			h.look()
		}
		assert.Equal(t, orders.StateInDoubt, h.order(id).State)
		evidence, err := h.db.Evidence(t.Context(), id)
		require.NoError(t, err)
		assert.Len(t, evidence.Fitting(), 2, "both are shown")
	})
	t.Run("one order fits two that are in doubt", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		first := true
		h.shaky.place = func(next func() cloud.Answer) cloud.Answer {
			if first {
				first = false
				next()
			}
			return unknown
		}
		a := h.must("change/resizeDesktops").ID
		h.run()
		b := h.must("batch-pool/ADD_VOLUME/desktop_pool_id", func(body map[string]any) {
			body["add_volume_param"].(map[string]any)["volume_size"] = 20
		}).ID
		h.run()
		h.look()
		h.look()
		// the resize has no quote, so any change order fits it; the disk has one, and its amount differs
		assert.Equal(t, orders.StatePlaced, h.order(a).State)
		assert.Equal(t, orders.StateInDoubt, h.order(b).State)
	})
	t.Run("it may be of an order that is still being sent", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		h.shaky.place = func(func() cloud.Answer) cloud.Answer { return unknown }
		a := h.must("change/resizeDesktops").ID
		h.run()
		h.shaky.place = func(next func() cloud.Answer) cloud.Answer {
			answer := next()
			h.look()
			h.look()
			return answer // late
		}
		b := h.must("batch-pool/ADD_VOLUME/desktop_pool_id").ID
		h.run()
		assert.Equal(t, orders.StatePlaced, h.order(b).State)
		assert.Equal(t, orders.StateInDoubt, h.order(a).State, "what the other is about to hear of is not this one's")
	})
	t.Run("the cloud is away", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		h.shaky.place = lose
		id := h.must("subscribe/expandDesktopPool").ID
		h.run()
		h.shaky.list = errors.New("away")
		for range 3 {
			h.look()
		}
		assert.Equal(t, orders.StateInDoubt, h.order(id).State)
		evidence, err := h.db.Evidence(t.Context(), id)
		require.NoError(t, err)
		assert.NotEmpty(t, evidence.Problem)
		h.shaky.list = nil
		h.look()
		h.look()
		assert.Equal(t, orders.StatePlaced, h.order(id).State)
	})
	t.Run("what an order of ours has is none to be found", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		h.must("subscribe/expandDesktopPool")
		h.run()
		h.shaky.place = func(func() cloud.Answer) cloud.Answer { return unknown }
		id := h.must("subscribe/expandDesktopPool").ID
		h.run()
		h.look()
		h.look()
		assert.Equal(t, orders.StateInDoubt, h.order(id).State)
	})
}

func TestAnErrorUnderASuccessSettlesAfterTwoEmptyLooks(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.shaky.place = func(func() cloud.Answer) cloud.Answer {
		return cloud.ReadAnswer(cloud.DoorSubscribe, 200, "", []byte(`{"error_code":"WKS.00010109","error_msg":"no"}`))
	}
	id := h.must("subscribe/expandDesktopPool").ID
	h.run()
	h.look()
	assert.Equal(t, orders.StateInDoubt, h.order(id).State)
	h.look()
	assert.Equal(t, orders.StateNotPlaced, h.order(id).State)
}
