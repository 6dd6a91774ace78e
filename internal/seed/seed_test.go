package seed_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/policy"
	"workspace-order-console/internal/seed"
	"workspace-order-console/internal/store"
)

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func filled(tb testing.TB, options seed.Options) *store.Store {
	tb.Helper()
	s, err := store.Open(context.Background(), store.Config{Path: filepath.Join(tb.TempDir(), "console.db"), Now: func() time.Time { return now }})
	require.NoError(tb, err)
	tb.Cleanup(func() { s.Close() }) //nolint:errcheck // a test
	options.Now, options.ProjectID = now, "p1"
	require.NoError(tb, seed.Fill(context.Background(), s, options))
	return s
}

func TestAMadeUpPastIsWhole(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	const n, entries = 600, 3200
	s := filled(t, seed.Options{Orders: n, Audit: entries})
	kinds, states, got := map[string]int{}, map[orders.State]int{}, 0
	for f := (orders.Filter{Scope: auth.Everything, Limit: 200}); ; {
		page, err := s.Orders(ctx, f)
		require.NoError(t, err)
		for _, o := range page.Items {
			got++
			kinds[o.Kind]++
			states[o.State]++
			assert.True(t, orders.ValidID(o.ID), o.ID)
			assert.Equal(t, orders.BadgeOf(o.State, o.CloudOrders), o.Badge)
			assert.NotEmpty(t, o.Summary.Key)
			assert.True(t, o.CreatedAt.Before(now) && !o.UpdatedAt.Before(o.CreatedAt))
			kind, known := orders.KindNamed(o.Kind)
			require.True(t, known)
			assert.Empty(t, orders.DecodeJSON(kind.Door, o.DesktopID, o.Body).Problems)
			if o.State == orders.StatePlaced && !kind.Door.Batch() {
				answer := cloud.ReadAnswer(kind.Door, o.Answer.HTTPStatus, "", o.Answer.Body)
				assert.Equal(t, o.CloudOrders[0].OrderID, answer.Entries[0].OrderID)
			}
		}
		if f.After = page.Older; f.After.IsZero() {
			break
		}
	}
	assert.Equal(t, n, got)
	assert.Len(t, kinds, len(orders.Kinds), "an order of every kind")
	for _, state := range []orders.State{orders.StatePlaced, orders.StateRefused, orders.StateWithdrawn, orders.StateNotPlaced} {
		assert.NotZero(t, states[state], state)
	}
	assert.Zero(t, states[orders.StateQueued]+states[orders.StateSending], "nothing waits to be sent")
	due, err := s.DueCloudOrders(ctx, now.AddDate(1, 0, 0), 10)
	require.NoError(t, err)
	assert.Empty(t, due, "nothing is asked of a cloud")
	_, err = s.AuditEntry(ctx, auth.Everything, entries)
	assert.NoError(t, err)
	_, err = s.AuditEntry(ctx, auth.Everything, entries+1)
	assert.ErrorIs(t, err, orders.ErrNotFound)
	page, err := s.Audit(ctx, audit.Filter{Scope: auth.Everything, Limit: 200})
	require.NoError(t, err)
	for i, e := range page.Items[1:] {
		assert.False(t, e.Time.After(page.Items[i].Time))
		assert.Equal(t, page.Items[i].Seq-1, e.Seq, "the log is in the order of time")
	}
}

func TestTheSameSeedMakesTheSamePast(t *testing.T) {
	t.Parallel()
	first := func(seedOf uint64) []orders.Order {
		page, err := filled(t, seed.Options{Orders: 30, Audit: 1, Seed: seedOf}).Orders(context.Background(), orders.Filter{Scope: auth.Everything})
		require.NoError(t, err)
		return page.Items
	}
	assert.Equal(t, first(1), first(1))
	assert.NotEqual(t, first(1), first(2))
}

func TestOrdersAreAboutTheInventory(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s, err := store.Open(ctx, store.Config{Path: filepath.Join(t.TempDir(), "console.db")})
	require.NoError(t, err)
	t.Cleanup(func() { s.Close() }) //nolint:errcheck // a test
	var snapshot orders.Snapshot
	for i := range 60 {
		snapshot.Desktops = append(snapshot.Desktops, cloud.Desktop{DesktopID: string(rune('A'+i/26)) + string(rune('a'+i%26)), DesktopType: cloud.DesktopDedicated})
	}
	require.NoError(t, s.ReplaceInventory(ctx, snapshot))
	require.NoError(t, seed.Fill(ctx, s, seed.Options{Orders: 50, Now: now, ProjectID: "p1"}))
	page, err := s.Orders(ctx, orders.Filter{Scope: auth.Everything, Kind: "change/resizeDesktops"})
	require.NoError(t, err)
	require.NotEmpty(t, page.Items)
	for _, o := range page.Items {
		_, err := s.Desktop(ctx, o.DesktopID)
		assert.NoError(t, err)
	}
}

func TestOrdersAreOfTheTeamThatOwnsWhatTheyTouch(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s, err := store.Open(ctx, store.Config{Path: filepath.Join(t.TempDir(), "console.db"), Now: func() time.Time { return now }})
	require.NoError(t, err)
	t.Cleanup(func() { s.Close() }) //nolint:errcheck // a test
	require.NoError(t, s.FirstTeams(ctx, auth.Console, []policy.Team{{Name: "design", EnterpriseProjects: []string{"ep1"}}}))
	var snapshot orders.Snapshot
	for i := range 60 {
		snapshot.Desktops = append(snapshot.Desktops, cloud.Desktop{DesktopID: string(rune('A'+i/26)) + string(rune('a'+i%26)),
			DesktopType: cloud.DesktopDedicated, EnterpriseProjectID: []string{"ep1", "0"}[i%2]})
	}
	require.NoError(t, s.ReplaceInventory(ctx, snapshot))
	require.NoError(t, seed.Fill(ctx, s, seed.Options{Orders: 200, Now: now, ProjectID: "p1"}))
	page, err := s.Orders(ctx, orders.Filter{Scope: auth.Everything, Kind: "change/resizeDesktops"})
	require.NoError(t, err)
	owners, err := s.Facts(ctx, orders.Targets{Desktops: ids(snapshot.Desktops)})
	require.NoError(t, err)
	seen := map[string]int{}
	for _, o := range page.Items {
		assert.Equal(t, owners.Owners["desktop:"+o.DesktopID], o.Team)
		seen[o.Team]++
	}
	assert.NotZero(t, seen["design"])
	assert.NotZero(t, seen[""])
	log, err := s.Audit(ctx, audit.Filter{Scope: auth.OfTeam("design"), Action: "order.submitted"})
	require.NoError(t, err)
	assert.NotEmpty(t, log.Items)
}

func ids(desktops []cloud.Desktop) []string {
	list := make([]string, len(desktops))
	for i, d := range desktops {
		list[i] = d.DesktopID
	}
	return list
}

func BenchmarkFill(b *testing.B) {
	for b.Loop() {
		filled(b, seed.Options{Orders: 10_000, Audit: 40_000})
	}
}
