package templates

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"workspace-order-console/internal/i18n"
	"workspace-order-console/internal/orders"
)

func TestWhatWaitsForAnAdminDoesNotWaitForABuyer(t *testing.T) {
	t.Parallel()
	v := OverviewView{Say: i18n.For(""), Counts: map[orders.Badge]int{orders.BadgeToBePaid: 2, orders.Badge(orders.StateInDoubt): 1},
		Waiting: []Waiting{{Items: []orders.Order{{}}}}}
	assert.Equal(t, "Nothing is moving, and nothing waits for you.", v.sub())
	assert.Equal(t, "Waiting for an admin", v.waitingTitle())
	v.MayPay, v.MaySettle = true, true
	assert.Contains(t, v.sub(), "3 wait for you.")
	assert.Equal(t, "Waiting for you", v.waitingTitle())
	v.MayPay, v.MaySettle, v.Deciding, v.ToDecide = false, false, 1, []orders.RequestItem{{}}
	assert.Contains(t, v.sub(), "1 waits for you.")
	assert.Equal(t, "Waiting for you", v.waitingTitle())
}
