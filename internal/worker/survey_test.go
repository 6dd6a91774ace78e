package worker_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

func TestOrdersThatAreNotOursAreSeenAndCancelled(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	survey := func() []orders.ForeignOrder {
		h.clock.advance(time.Minute)
		_, err := h.worker.Survey(t.Context())
		require.NoError(t, err)
		list, next, err := h.service.ForeignOrders(t.Context(), admin, "", 10)
		require.NoError(t, err)
		assert.Empty(t, next)
		return list
	}
	h.must("subscribe/expandDesktopPool")
	h.run()
	assert.Empty(t, survey(), "ours is none of them")
	other := h.cloud.Place(t.Context(), cloud.Call{Door: cloud.DoorSubscribe, Body: exampleBody(t, "subscribe/createDesktops/minimal-seed-example")})
	require.Equal(t, cloud.OutcomeDone, other.Outcome)
	list := survey()
	require.Len(t, list, 1)
	ghost := list[0]
	assert.Equal(t, other.Entries[0].OrderID, ghost.OrderID)
	assert.True(t, ghost.Unpaid())

	var told *orders.Error
	require.ErrorAs(t, h.service.CancelForeign(t.Context(), admin, ghost.OrderID, ""), &told, "it may be a colleague's: it takes a reason")
	require.NoError(t, h.service.CancelForeign(t.Context(), admin, ghost.OrderID, "a ghost of ours"))
	require.ErrorAs(t, h.service.CancelForeign(t.Context(), admin, ghost.OrderID, "again"), &told, "once is enough")
	h.run()
	list = survey()
	require.Len(t, list, 1)
	assert.Equal(t, cloud.StatusCanceled, list[0].Status)
	assert.Equal(t, orders.ActionDone, list[0].Action.State)
	entries, err := h.db.Timeline(t.Context(), "cloud_order:"+ghost.OrderID, 10)
	require.NoError(t, err)
	var actions []string
	for _, entry := range entries {
		actions = append(actions, entry.Action)
	}
	assert.Equal(t, []string{"foreign.cancel_requested", "foreign.cancel_done"}, actions)
	require.ErrorAs(t, h.service.CancelForeign(t.Context(), admin, "CS-nothing", "x"), &told)
	assert.Equal(t, orders.CodeNotFound, told.Code)
}

func TestAnOrderThatIsFoundAgainIsForeignNoMore(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.shaky.place = lose
	id := h.must("subscribe/expandDesktopPool").ID
	h.run()
	foreign := func() int {
		h.clock.advance(time.Minute)
		_, err := h.worker.Survey(t.Context())
		require.NoError(t, err)
		list, _, err := h.service.ForeignOrders(t.Context(), admin, "", 10)
		require.NoError(t, err)
		return len(list)
	}
	assert.Equal(t, 1, foreign())
	h.look()
	h.look()
	require.Equal(t, orders.StatePlaced, h.order(id).State)
	assert.Zero(t, foreign())
}

func TestOldOrdersThatAreNotOursAreLookedThroughNowAndThen(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	other := h.cloud.Place(t.Context(), cloud.Call{Door: cloud.DoorSubscribe, Body: exampleBody(t, "subscribe/createDesktops/minimal-seed-example")})
	require.Equal(t, cloud.OutcomeDone, other.Outcome)
	foreign := func(look func(context.Context) (bool, error)) []orders.ForeignOrder {
		h.clock.advance(time.Minute)
		_, err := look(t.Context())
		require.NoError(t, err)
		list, _, err := h.service.ForeignOrders(t.Context(), admin, "", 10)
		require.NoError(t, err)
		return list
	}
	h.clock.advance(2 * time.Hour)
	assert.Empty(t, foreign(h.worker.Survey), "only what is new is looked at often")
	require.Len(t, foreign(h.worker.SurveyAll), 1)
	require.NoError(t, h.cloud.Cancel(t.Context(), other.Entries[0].OrderID))
	list := foreign(h.worker.Survey)
	require.Len(t, list, 1, "and what is old stays as it was")
	assert.True(t, list[0].Unpaid())
	assert.Equal(t, cloud.StatusCanceled, foreign(h.worker.SurveyAll)[0].Status)
}
