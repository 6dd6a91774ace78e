package store

import (
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

// figured holds the kept sums against the orders themselves, for a scope.
func figured(tb testing.TB, s *Store, scope auth.Scope) orders.Sums {
	tb.Helper()
	rows, err := list(tb.Context(), s.reader, scanOrder, `SELECT `+orderColumns+` FROM orders o`)
	require.NoError(tb, err)
	for i := range rows { // in batches, for a query has only so many arguments
		require.NoError(tb, complete(tb.Context(), s.reader, rows[i:i+1]))
	}
	count, spent := map[string]int{}, map[string]decimal.Decimal{}
	for _, o := range rows {
		if !scope.Sees(o.Team) {
			continue
		}
		month := o.CreatedAt.Format("2006-01")
		count[month+" "+string(orders.OutcomeOf(o.Badge))]++
		if o.Badge == orders.BadgeCompleted {
			count["took"]++
		}
		for _, currency := range []string{"CNY", "USD"} {
			settled := orders.LineOf(o, currency, false).Settled
			for _, key := range []string{"team " + o.Team, "kind " + o.Kind} {
				spent[month+" "+key+" "+currency] = spent[month+" "+key+" "+currency].Add(settled)
			}
		}
	}
	sums, err := s.Sums(tb.Context(), scope, "2000-01", "2000-01-03")
	require.NoError(tb, err)
	for _, c := range sums.Outcomes {
		key := c.Period + " " + string(c.Of)
		require.Equal(tb, count[key], c.N, key)
		delete(count, key)
	}
	for _, c := range sums.Took {
		count["took"] -= c.N
	}
	for key, n := range count {
		require.Zero(tb, n, key)
	}
	for what, list := range map[string][]orders.Spent{"team": sums.SpentByTeam, "kind": sums.SpentByKind} {
		for _, got := range list {
			key := fmt.Sprintf("%s %s %s %s", got.Month, what, got.Name, got.Currency)
			require.True(tb, spent[key].Equal(got.Amount), "%s: %s, not %s", key, got.Amount, spent[key])
			delete(spent, key)
		}
	}
	for key, amount := range spent {
		if !scope.All() && key[8:12] == "team" {
			continue // whose scope is one team is told no sums of teams
		}
		require.True(tb, amount.IsZero(), key)
	}
	return sums
}

// completed brings an order of a team to its end, at a cost.
func completed(t *testing.T, s *Store, team, kind, cost, currency string, submitted time.Time, took time.Duration) orders.Order {
	t.Helper()
	o := submit(t, s, func(o *orders.Order) {
		o.Team, o.Kind, o.CreatedAt = team, kind, submitted
		o.Quote = nil
	})
	require.Equal(t, o.ID, claim(t, s).ID)
	require.NoError(t, s.Apply(t.Context(), orders.Move{ID: o.ID, From: []orders.State{orders.StateSending}, To: orders.StatePlaced, Now: submitted,
		CloudOrders: []orders.CloudOrder{{OrderID: "CS" + o.ID, Status: status(cloud.StatusToBePaid), Amount: money(cost), Currency: currency}},
		Entry:       entry("order.placed")}))
	e := entry("order.followed")
	c := orders.CloudOrder{OrderID: "CS" + o.ID, Status: status(cloud.StatusCompleted), Amount: money(cost), Currency: currency}
	require.NoError(t, s.write(t.Context(), func(t *tx) error {
		if err := t.updateCloudOrder(o.ID, c); err != nil {
			return err
		}
		if err := t.stamp(o.ID, submitted.Add(took)); err != nil {
			return err
		}
		return t.appendAbout(o.ID, e)
	}))
	return read(t, s, o.ID)
}

func TestTheOverviewsSumsAreThoseOfTheOrders(t *testing.T) {
	t.Parallel()
	s := open(t)
	october := time.Date(2026, 10, 31, 23, 59, 59, 0, time.UTC)
	resize, disk := "batch-desktop/RESIZE", "batch-desktop/ADD_VOLUME"
	completed(t, s, "design", resize, "0.1", "USD", october, time.Minute)
	completed(t, s, "design", disk, "0.2", "USD", noon, 2*time.Hour)
	completed(t, s, "design", disk, "5", "CNY", noon, 30*24*time.Hour)
	completed(t, s, "finance", resize, "0.2", "USD", noon, 10*time.Minute)
	completed(t, s, "", resize, "16777217.01", "USD", noon, 10*time.Minute)
	submit(t, s, func(o *orders.Order) { o.Team = "finance" })

	all := figured(t, s, auth.Everything)
	usd := func(text string) cloud.Money {
		return cloud.Money{Amount: decimal.RequireFromString(text), Currency: "USD"}
	}
	assert.Equal(t, []orders.Spent{{Name: "design", Month: "2026-10", Money: usd("0.1")},
		{Name: "", Month: "2026-11", Money: usd("16777217.01")}, {Name: "design", Month: "2026-11", Money: cloud.Money{Amount: decimal.RequireFromString("5"), Currency: "CNY"}},
		{Name: "design", Month: "2026-11", Money: usd("0.2")}, {Name: "finance", Month: "2026-11", Money: usd("0.2")}}, all.SpentByTeam)
	assert.Contains(t, all.SpentByKind, orders.Spent{Name: resize, Month: "2026-11", Money: usd("16777217.21")})
	assert.Equal(t, []orders.Counted[orders.Took]{{Of: orders.TookMinutes, Period: "2026-10-26", N: 1}, {Of: orders.TookMinutes, Period: "2026-11-16", N: 2},
		{Of: orders.TookHours, Period: "2026-11-16", N: 1}, {Of: orders.TookLonger, Period: "2026-11-16", N: 1}}, all.Took)

	own := figured(t, s, auth.OfTeam("design"))
	assert.Empty(t, own.SpentByTeam)
	assert.Len(t, own.SpentByKind, 3)
	since, err := s.Sums(t.Context(), auth.OfTeam("design"), "2026-11", "2026-11-16")
	require.NoError(t, err)
	assert.Len(t, since.SpentByKind, 2, "October is not asked for")
	for name, scope := range map[string]auth.Scope{"the zero scope": {}, "nobody's": auth.OfTeam("")} {
		none, err := s.Sums(t.Context(), scope, "2000-01", "2000-01-03")
		require.NoError(t, err)
		assert.Equal(t, orders.Sums{}, none, name)
	}

	// a database of an older console, whose orders are in no sum yet
	_, err = s.writer.Exec(`UPDATE orders SET figures = NULL`)
	require.NoError(t, err)
	for _, table := range []string{"spent_months", "outcome_months", "took_weeks"} {
		_, err = s.writer.Exec(`DELETE FROM ` + table)
		require.NoError(t, err)
	}
	require.NoError(t, s.figureAll(t.Context()))
	assert.Equal(t, all, figured(t, s, auth.Everything))
	require.NoError(t, s.figureAll(t.Context()))
	assert.Equal(t, all, figured(t, s, auth.Everything), "once")
}

func TestExpiringDesktopsAreCounted(t *testing.T) {
	t.Parallel()
	s := open(t)
	shot := snapshot()
	for i, until := range []string{"2026-11-22T09:00:00Z", "2026-11-22T23:59:59Z", "2026-11-30T00:00:00Z", "", "2027-02-20T00:00:00Z"} {
		d := shot.Desktops[0]
		d.DesktopID, d.ExpireTime, d.EnterpriseProjectID = fmt.Sprint("expiring-", i), until, "nobodys"
		shot.Desktops = append(shot.Desktops, d)
	}
	shot.Desktops = shot.Desktops[len(shot.Desktops)-5:]
	require.NoError(t, s.ReplaceInventory(t.Context(), shot))
	got, err := s.Expiring(t.Context(), auth.Everything, noon, noon.AddDate(0, 0, 90))
	require.NoError(t, err)
	assert.Equal(t, []orders.Expiring{{Day: "2026-11-22", N: 2}, {Day: "2026-11-30", N: 1}}, got)
	got, err = s.Expiring(t.Context(), auth.OfTeam("design"), noon, noon.AddDate(0, 0, 90))
	require.NoError(t, err)
	assert.Empty(t, got)
}

func TestTheOverviewReadsAlongIndexes(t *testing.T) {
	t.Parallel()
	s := open(t)
	for name, query := range map[string]string{"teams": spentByTeam, "kinds": spentByKind, "outcomes": outcomes, "tooks": tooks, "unfigured": unfigured} {
		args := []any{"x", "y"}
		if name == "teams" || name == "unfigured" {
			args = args[:1]
		}
		assertIndexed(t, name, plan(t, s.reader, query, args...), "orders USING INDEX orders_without_figures")
	}
	for _, scope := range []auth.Scope{auth.Everything, auth.OfTeam("design")} {
		query, args := expiring(scope, noon, noon.AddDate(0, 0, 90))
		assertIndexed(t, "expiring", plan(t, s.reader, query, args...))
	}
}
