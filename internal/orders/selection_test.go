package orders_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

func TestWhatStandsInAKindsWay(t *testing.T) {
	t.Parallel()
	ordinary, pooled := orders.Standing{Desktops: 3}, orders.Standing{Desktops: 3, Pooled: 3}
	with := func(s orders.Standing, change func(*orders.Standing)) orders.Standing {
		change(&s)
		return s
	}
	for _, c := range []struct {
		name, kind string
		on         orders.Standing
		want       string // the obstacle's key; empty: none
		n          int
		leave      []orders.Hindrance
	}{
		{"ordinary ones", "batch-desktop/RESIZE", ordinary, "", 0, nil},
		{"ordinary ones at the pools' door", "batch-pool/RESIZE", ordinary, "obstacle.ordinary", 3, nil},
		{"pooled ones", "batch-pool/RESIZE", pooled, "", 0, nil},
		{"pooled ones at the desktops' door", "batch-desktop/RESIZE", pooled, "obstacle.pooled", 3, nil},
		{"nothing", "batch-desktop/RESIZE", orders.Standing{}, "obstacle.nothing", 1, nil},
		{"several for one", "change/resizeDesktops", ordinary, "obstacle.one_only", 3, nil},
		{"one for one", "change/resizeDesktops", orders.Standing{Desktops: 1}, "", 0, nil},
		{"mixed", "batch-desktop/RESIZE", with(ordinary, func(s *orders.Standing) { s.Pooled = 2 }), "obstacle.mixed", 2,
			[]orders.Hindrance{orders.HindrancePooled, orders.HindranceOrdinary}},
		{"mixed at the pools' door", "batch-pool/RESIZE", with(ordinary, func(s *orders.Standing) { s.Pooled = 2 }), "obstacle.mixed", 2,
			[]orders.Hindrance{orders.HindrancePooled, orders.HindranceOrdinary}},
		{"one frozen", "batch-desktop/RESIZE", with(ordinary, func(s *orders.Standing) { s.Frozen = 1 }), "obstacle.frozen", 1,
			[]orders.Hindrance{orders.HindranceFrozen}},
		{"all frozen", "batch-desktop/RESIZE", with(ordinary, func(s *orders.Standing) { s.Frozen = 3 }), "obstacle.frozen", 3, nil},
		{"an open order", "subscribe/rebuildDesktops", with(ordinary, func(s *orders.Standing) { s.Busy = 2 }), "obstacle.busy", 2,
			[]orders.Hindrance{orders.HindranceBusy}},
		{"pay-per-use", "batch-desktop/ADD_VOLUME", with(ordinary, func(s *orders.Standing) { s.Metered = 1 }), "obstacle.metered", 1,
			[]orders.Hindrance{orders.HindranceMetered}},
		{"to be converted", "change/meteredToPeriod", orders.Standing{Desktops: 1, Metered: 1}, "", 0, nil},
		{"converted already", "change/meteredToPeriod", orders.Standing{Desktops: 1}, "obstacle.period", 1, nil},
		{"a pooled one to be converted", "change/meteredToPeriod", orders.Standing{Desktops: 1, Pooled: 1, Metered: 1}, "", 0, nil},
		{"collaboration twice", "batch-desktop/ADD_SUB_RESOURCES", with(ordinary, func(s *orders.Standing) { s.Sharing = 1 }), "obstacle.sharing", 1,
			[]orders.Hindrance{orders.HindranceSharing}},
		{"no collaboration to take", "batch-desktop/DELETE_SUB_RESOURCES", with(ordinary, func(s *orders.Standing) { s.Sharing = 1 }), "obstacle.alone", 2,
			[]orders.Hindrance{orders.HindranceAlone}},
		{"the Internet is for all that is charged", "subscribe/applyDesktopsInternet", with(ordinary, func(s *orders.Standing) { s.Metered = 3 }), "", 0, nil},
		{"what only buys", "subscribe/createDesktops", pooled, "", 0, nil},
	} {
		kind, ok := orders.KindNamed(c.kind)
		assert.True(t, ok, c.name)
		found := kind.Obstacle(c.on)
		if c.want == "" {
			assert.Nil(t, found, c.name)
			continue
		}
		if assert.NotNil(t, found, c.name) {
			assert.Equal(t, c.want, found.Why.Key, c.name)
			assert.EqualValues(t, c.n, found.Why.Args["n"], c.name)
			assert.Equal(t, c.leave, found.Leave, c.name)
		}
	}
}

func TestHowADesktopStands(t *testing.T) {
	t.Parallel()
	assert.Equal(t, orders.Standing{Desktops: 1, One: "d"}, orders.StandingOf(cloud.Desktop{DesktopID: "d", DesktopType: cloud.DesktopDedicated}, false))
	assert.Equal(t, orders.Standing{Desktops: 1, Pooled: 1, Metered: 1, Frozen: 1, Busy: 1, Sharing: 1, One: "d"},
		orders.StandingOf(cloud.Desktop{DesktopID: "d", PoolID: "p", IsFreeze: true, ShareResourceSKU: "s",
			Product: cloud.DesktopProduct{ChargeMode: cloud.ChargeModeMetered}}, true))
	converted := cloud.Desktop{Product: cloud.DesktopProduct{ChargeMode: cloud.ChargeModeMetered}, ExpireTime: "2027-01-01T00:00:00Z"}
	assert.Zero(t, orders.StandingOf(converted, false).Metered, "what has an end is yearly/monthly, whatever its product says")
}
