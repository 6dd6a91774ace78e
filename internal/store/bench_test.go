package store_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/seed"
	"workspace-order-console/internal/store"
)

// What the pages ask of a store with 10,000 orders and 40,000 audit entries.
func BenchmarkReads(b *testing.B) {
	ctx := context.Background()
	s, err := store.Open(ctx, store.Config{Path: filepath.Join(b.TempDir(), "console.db")})
	require.NoError(b, err)
	defer s.Close() //nolint:errcheck // a benchmark
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	require.NoError(b, seed.Fill(ctx, s, seed.Options{Orders: 10_000, Audit: 40_000, Now: now, ProjectID: "p1"}))
	first, err := s.Orders(ctx, orders.Filter{Scope: auth.Everything})
	require.NoError(b, err)
	deep := orders.Cursor{CreatedAt: now.AddDate(0, 0, -120), ID: "x"}
	var shown []string
	var target string
	for _, o := range first.Items {
		if len(o.Targets) > 0 {
			target = o.Targets[0]
		}
		shown = append(shown, o.ID)
	}
	version, _ := s.Version()
	for name, f := range map[string]orders.Filter{
		"page":            {},
		"deep page":       {After: deep},
		"badge":           {Badges: []orders.Badge{orders.BadgeFailed}},
		"badges":          {Badges: []orders.Badge{orders.BadgeFailed, orders.BadgeToBePaid, "in_doubt", "refused"}},
		"badge and actor": {Badges: []orders.Badge{orders.BadgeCompleted}, Actor: "grace.tan", Kind: "change/resizeDesktops"},
		"actor":           {Actor: "grace.tan"},
		"target":          {Target: target},
		"text, actor":     {Text: "gra"},
		"text, day":       {Text: "CS261020"},
		"text, order":     {Text: first.Items[0].ID},
		"poll":            {IDs: shown, Since: version},
	} {
		b.Run("orders/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, err := s.Orders(ctx, f)
				require.NoError(b, err)
			}
		})
	}
	b.Run("order", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, err := s.Order(ctx, shown[0])
			require.NoError(b, err)
		}
	})
	b.Run("count", func(b *testing.B) {
		for b.Loop() {
			_, err := s.Count(ctx, auth.Everything)
			require.NoError(b, err)
		}
	})
	b.Run("version", func(b *testing.B) {
		for b.Loop() {
			s.Version()
		}
	})
	for name, f := range map[string]audit.Filter{
		"page": {}, "actor": {Actor: "grace.tan"}, "action in a month": {Action: "order.placed", From: now.AddDate(0, -2, 0), Until: now.AddDate(0, -1, 0)},
		"text": {Text: "order.p"}, "deep page": {Before: 5000},
	} {
		b.Run("audit/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, err := s.Audit(ctx, f)
				require.NoError(b, err)
			}
		})
	}
	b.Run("timeline", func(b *testing.B) {
		for b.Loop() {
			_, err := s.Timeline(ctx, "order:"+shown[0], 100)
			require.NoError(b, err)
		}
	})
}
