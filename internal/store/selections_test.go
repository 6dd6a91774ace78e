package store

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

func mine(n int) orders.Selection {
	return orders.Selection{ID: orderID(n), Owner: "ann", Scope: auth.Everything}
}

func selected(t *testing.T, s *Store, selection orders.Selection) []string {
	t.Helper()
	ids, err := s.SelectedDesktops(context.Background(), selection)
	require.NoError(t, err)
	return ids
}

func TestASelectionGrowsAndShrinks(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := stocked(t)
	_, err := s.SelectedDesktops(ctx, mine(1))
	assert.ErrorIs(t, err, orders.ErrNotFound, "nothing was ticked yet")
	standing, err := s.Selected(ctx, mine(1))
	require.NoError(t, err)
	assert.Zero(t, standing)
	for _, c := range []struct {
		name string
		step orders.Selecting
		want []string // by name
	}{
		{"ticked", orders.Selecting{With: []string{"d1", "d3", "none"}}, []string{"d3", "d1"}},
		{"the next page", orders.Selecting{With: []string{"d3", "d5"}}, []string{"d5", "d3", "d1"}},
		{"taken away", orders.Selecting{Without: []string{"d1", "d2"}, With: []string{"d6"}}, []string{"d6", "d5", "d3"}},
		{"all that match", orders.Selecting{All: &orders.DesktopFilter{Status: "SHUTOFF", Limit: 1, After: "x"}}, []string{"d6", "d5", "d3", "d2"}},
		{"without the pooled", orders.Selecting{Leave: orders.HindrancePooled}, []string{"d3", "d2"}},
		{"without the ordinary", orders.Selecting{With: []string{"d5"}, Leave: orders.HindranceOrdinary}, []string{"d5"}},
		{"without what is no hindrance", orders.Selecting{Leave: "1 = 1"}, []string{"d5"}},
		{"anew", orders.Selecting{Clear: true, With: []string{"d4"}}, []string{"d4"}},
		{"nothing", orders.Selecting{Clear: true}, nil},
	} {
		require.NoError(t, s.Select(ctx, mine(1), c.step), c.name)
		assert.Equal(t, c.want, selected(t, s, mine(1)), c.name)
	}
}

func TestASelectionIsItsOwnersInTheirTeam(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := stocked(t)
	require.NoError(t, s.Select(ctx, mine(1), orders.Selecting{With: []string{"d1"}}))
	for name, other := range map[string]orders.Selection{
		"another person":     {ID: orderID(1), Owner: "bob", Scope: auth.Everything},
		"in a team":          {ID: orderID(1), Owner: "ann", Scope: auth.OfTeam("design")},
		"who sees no orders": {ID: orderID(1), Owner: "", Scope: auth.Scope{}},
	} {
		_, err := s.SelectedDesktops(ctx, other)
		assert.ErrorIs(t, err, orders.ErrNotFound, name)
		assert.ErrorIs(t, s.Select(ctx, other, orders.Selecting{Clear: true}), orders.ErrNotFound, name)
		among, err := s.SelectedAmong(ctx, other, []string{"d1"})
		require.NoError(t, err)
		assert.Empty(t, among, name)
		standing, err := s.Selected(ctx, other)
		require.NoError(t, err)
		assert.Zero(t, standing, name)
	}
	assert.Equal(t, []string{"d1"}, selected(t, s, mine(1)))

	// a member selects nothing of others, and loses sight of what becomes theirs
	team := orders.Selection{ID: orderID(2), Owner: "cy", Scope: auth.OfTeam("design")}
	require.NoError(t, s.Select(ctx, team, orders.Selecting{With: []string{"d1", "d2"}, All: &orders.DesktopFilter{Scope: auth.Everything}}))
	assert.Empty(t, selected(t, s, team))
}

func TestASelectionIsBounded(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := open(t)
	var many orders.Snapshot
	for i := range orders.MaxSelected + 1 {
		many.Desktops = append(many.Desktops, cloud.Desktop{DesktopID: fmt.Sprintf("d%05d", i), ComputerName: "PC", Status: []string{"ACTIVE", "SHUTOFF"}[min(i, 1)]})
	}
	require.NoError(t, s.ReplaceInventory(ctx, many))
	require.NoError(t, s.Select(ctx, mine(1), orders.Selecting{With: []string{"d00000"}}))
	err := s.Select(ctx, mine(1), orders.Selecting{All: &orders.DesktopFilter{Status: "SHUTOFF"}})
	assert.ErrorIs(t, err, orders.ErrTooMany)
	assert.Equal(t, []string{"d00000"}, selected(t, s, mine(1)), "it stays as it was")
	require.NoError(t, s.Select(ctx, mine(1), orders.Selecting{Clear: true, All: &orders.DesktopFilter{Status: "SHUTOFF"}}))
	assert.Len(t, selected(t, s, mine(1)), orders.MaxSelected)
}

func TestSelectionsGoWithTheirDesktopsAndTheirTime(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := stocked(t)
	now := noon
	s.now = func() time.Time { return now }
	require.NoError(t, s.Select(ctx, mine(1), orders.Selecting{With: []string{"d1", "d2"}}))
	less := snapshot()
	less.Desktops = less.Desktops[1:]
	require.NoError(t, s.ReplaceInventory(ctx, less))
	assert.Equal(t, []string{"d2"}, selected(t, s, mine(1)))

	now = noon.Add(time.Hour)
	for n := 2; n <= selectionsKept; n++ {
		require.NoError(t, s.Select(ctx, mine(n), orders.Selecting{With: []string{"d2"}}))
	}
	assert.Equal(t, []string{"d2"}, selected(t, s, mine(1)))
	require.NoError(t, s.Select(ctx, mine(100), orders.Selecting{With: []string{"d2"}}))
	_, err := s.SelectedDesktops(ctx, mine(1))
	assert.ErrorIs(t, err, orders.ErrNotFound, "the oldest of too many")
	require.NoError(t, s.Sweep(ctx, noon.Add(selectionAge+time.Hour)))
	assert.Equal(t, []string{"d2"}, selected(t, s, mine(100)))
	require.NoError(t, s.Sweep(ctx, noon.Add(selectionAge+time.Hour+time.Second)))
	_, err = s.SelectedDesktops(ctx, mine(100))
	assert.ErrorIs(t, err, orders.ErrNotFound)
}

func TestWhatIsSelectedIsSummedUp(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := open(t)
	shown := snapshot()
	shown.Desktops[0].IsFreeze, shown.Desktops[1].Product.ChargeMode, shown.Desktops[1].ExpireTime = true, cloud.ChargeModeMetered, ""
	shown.Desktops[2].ShareResourceSKU = "s.desktop"
	require.NoError(t, s.ReplaceInventory(ctx, shown))
	require.NoError(t, s.Select(ctx, mine(1), orders.Selecting{All: &orders.DesktopFilter{}}))
	standing, err := s.Selected(ctx, mine(1))
	require.NoError(t, err)
	assert.Equal(t, orders.Standing{Desktops: 6, Pooled: 2, Metered: 1, Frozen: 1, Sharing: 1}, standing)
	order := submit(t, s, func(o *orders.Order) { o.Targets = []string{"desktop:d4"} })
	standing, err = s.Selected(ctx, mine(1))
	require.NoError(t, err)
	assert.Equal(t, 1, standing.Busy)
	busy, err := s.Busy(ctx, []string{"desktop:d3", "desktop:d4"})
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"desktop:d4": order.ID}, busy)
	for _, hindrance := range orders.Hindrances {
		require.Contains(t, hindered, hindrance)
		require.NoError(t, s.Select(ctx, mine(2), orders.Selecting{Clear: true, With: []string{"d1", "d2", "d3", "d4", "d5", "d6"}}), hindrance)
		before, err := s.Selected(ctx, mine(2))
		require.NoError(t, err)
		require.NoError(t, s.Select(ctx, mine(2), orders.Selecting{Leave: hindrance}), hindrance)
		after, err := s.Selected(ctx, mine(2))
		require.NoError(t, err)
		gone := map[orders.Hindrance]int{orders.HindrancePooled: before.Pooled, orders.HindranceOrdinary: before.Desktops - before.Pooled,
			orders.HindranceMetered: before.Metered, orders.HindrancePeriod: before.Desktops - before.Metered, orders.HindranceFrozen: before.Frozen,
			orders.HindranceBusy: before.Busy, orders.HindranceSharing: before.Sharing, orders.HindranceAlone: before.Desktops - before.Sharing}[hindrance]
		assert.Equal(t, before.Desktops-gone, after.Desktops, hindrance)
	}
	require.NoError(t, s.Select(ctx, mine(1), orders.Selecting{Clear: true, With: []string{"d3"}}))
	standing, err = s.Selected(ctx, mine(1))
	require.NoError(t, err)
	assert.Equal(t, orders.Standing{Desktops: 1, Sharing: 1, One: "d3"}, standing)
	assert.Equal(t, standing, orders.StandingOf(shown.Desktops[2], false), "the rule in SQL is the rule in Go")
}

func TestSelectionsAreReadAlongAnIndex(t *testing.T) {
	t.Parallel()
	s := stocked(t)
	var a arguments
	query := `SELECT d.desktop_id FROM desktops d WHERE d.desktop_id IN (` + selectedBy(&a, mine(1)) + `) AND ` + hindered[orders.HindranceBusy]
	assertIndexed(t, "selected", plan(t, s.reader, query, a...))
	l := desktopList(orders.DesktopFilter{Scope: auth.Everything, TagKey: "dept", TagValue: "design"})
	steps := plan(t, s.reader, l.total(), l.arguments...)
	assert.Contains(t, steps, "desktop_tags_by_key")
}
