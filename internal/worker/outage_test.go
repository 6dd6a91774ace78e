package worker_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

// away is a cloud that cannot be reached.
var away = &cloud.Error{Outcome: cloud.OutcomeNotSent, Msg: "connection refused"}

// TestAnOutage has the cloud away for ten minutes: the inventory stays, with its age and the reason; orders wait or are
// withdrawn; nothing is in doubt that was not sent; and all is well again by itself.
func TestAnOutage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	before, err := h.db.Desktops(t.Context(), orders.DesktopFilter{Scope: auth.Everything, Limit: 200})
	require.NoError(t, err)
	unpaid := h.must("change/resizeDesktops").ID
	h.run()

	h.shaky.place = func(func() cloud.Answer) cloud.Answer { return notSent }
	h.shaky.pay = func(func() error) error { return away }
	h.shaky.read, h.shaky.list, h.shaky.inventory = away, away, away
	waits := h.must("subscribe/expandDesktopPool", autoPay).ID
	gone := h.must("subscribe/createDesktops/minimal-seed-example").ID
	require.NoError(t, h.service.Pay(t.Context(), admin, unpaid, orders.PayRequest{}))
	for minute := range 10 {
		h.later(time.Minute)
		_, err := h.worker.Refresh(t.Context())
		require.Error(t, err)
		_, err = h.worker.Reconcile(t.Context())
		require.NoError(t, err)
		_, err = h.worker.Survey(t.Context())
		require.Error(t, err)
		refreshed, problem, err := h.db.Age(t.Context())
		require.NoError(t, err)
		assert.Equal(t, begin, refreshed, "it says how old it is")
		assert.NotEmpty(t, problem, "and why")
		after, err := h.db.Desktops(t.Context(), orders.DesktopFilter{Scope: auth.Everything, Limit: 200})
		require.NoError(t, err)
		assert.Equal(t, before, after, "what is known stays")
		assert.Equal(t, orders.StateQueued, h.order(waits).State)
		if minute == 5 {
			require.NoError(t, h.service.Withdraw(t.Context(), admin, gone))
		}
	}
	list, err := h.db.Orders(t.Context(), orders.Filter{Scope: auth.Everything, Badges: []orders.Badge{orders.Badge(orders.StateInDoubt)}})
	require.NoError(t, err)
	assert.Empty(t, list.Items, "nothing is in doubt that was not sent")
	assert.Equal(t, orders.ActionRequested, h.order(unpaid).CloudOrders[0].Action.State)

	h.shaky.place, h.shaky.pay, h.shaky.read, h.shaky.list, h.shaky.inventory = nil, nil, nil, nil, nil
	for range 4 {
		h.later(2 * time.Minute)
	}
	h.refresh()
	assert.Equal(t, orders.BadgeCompleted, h.order(waits).Badge, "sent, paid and done without anybody's doing")
	assert.Equal(t, orders.BadgeCompleted, h.order(unpaid).Badge)
	assert.Equal(t, orders.StateWithdrawn, h.order(gone).State)
	assert.Equal(t, 2, h.booked(), "what was withdrawn was never sent")
	_, problem, err := h.db.Age(t.Context())
	require.NoError(t, err)
	assert.Empty(t, problem)
}

func (s *shaky) Desktops(ctx context.Context, page cloud.Page) (cloud.List[cloud.Desktop], error) {
	if s.inventory != nil {
		return cloud.List[cloud.Desktop]{}, s.inventory
	}
	return s.Cloud.Desktops(ctx, page)
}
