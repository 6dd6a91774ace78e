package handlers_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/seed"
)

// BenchmarkPages measures the server's time for every page with 10,000 orders in the database: ms/page is to stay below
// 50 (a figure to read, not a timed test).
func BenchmarkPages(b *testing.B) {
	c := newConsoleAt(b, "")
	require.NoError(b, seed.Fill(b.Context(), c.db, seed.Options{Orders: 10_000, Audit: 40_000, ProjectID: project, Now: time.Now(), Seed: 1}))
	list, err := c.db.Orders(b.Context(), orders.Filter{Scope: auth.Everything, Limit: 200})
	require.NoError(b, err)
	middle, last := list.Items[len(list.Items)/2], list.Items[len(list.Items)-1]
	cookie := c.browser.Jar.Cookies(nil)[0]
	for name, path := range map[string]string{
		"overview":         "/",
		"orders":           "/orders",
		"orders-deep":      "/orders?" + url.Values{"after": {cursorOf(last)}}.Encode(),
		"orders-by-state":  "/orders?state=failed",
		"orders-by-kind":   "/orders?kind=batch-desktop%2FRESIZE",
		"orders-by-actor":  "/orders?actor=" + url.QueryEscape(middle.Actor),
		"orders-by-time":   "/orders?from=2026-01-01&until=2026-10-01",
		"orders-by-target": "/orders?target=desktop%3A8d049b4e-4f1e-4ed5-b3a9-a7f0f15658a7",
		"orders-poll":      "/orders/poll?version=1",
		"order":            "/orders/" + middle.ID,
		"order-poll":       "/orders/" + middle.ID + "/poll?version=1",
		"desktops":         "/desktops",
		"pools":            "/pools",
		"kinds":            "/orders/new",
		"form":             "/orders/new/subscribe/createDesktops",
		"audit":            "/audit",
		"audit-by-actor":   "/audit?actor=" + url.QueryEscape(middle.Actor),
		"audit-entry":      "/audit/100",
		"keys":             "/keys",
		"settings":         "/settings",
		"search":           "/search?q=DSGN",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				request := httptest.NewRequest(http.MethodGet, path, nil)
				request.AddCookie(cookie)
				recorder := httptest.NewRecorder()
				c.handler.ServeHTTP(recorder, request)
				if recorder.Code != http.StatusOK {
					b.Fatalf("%s answers %d", path, recorder.Code)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N), "ms/page")
		})
	}
}
