package handlers_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/auth/identity"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/policy"
	"workspace-order-console/internal/seed"
	"workspace-order-console/web/handlers"
)

// BenchmarkPages measures the server's time for every page with 10,000 orders in the database: ms/page is to stay below
// 50 (a figure to read, not a timed test).
func BenchmarkPages(b *testing.B) {
	c := newConsoleAt(b, "")
	cookie := c.browser.Jar.Cookies(nil)[0]
	benchmarkPages(b, c, func(request *http.Request) { request.AddCookie(cookie) })
}

// BenchmarkPagesBehindAProxy is the same for an admin of a few teams whom a sign-in proxy names, in a company of a hundred
// teams. What the proxy's word costs is to be lost in the page.
func BenchmarkPagesBehindAProxy(b *testing.B) {
	c := company(b, func(config *handlers.Config) {
		source, err := identity.New(identity.Config{Auth: identity.Header, TrustedProxy: []string{"192.0.2.1"}, AdminGroup: adminGroup, Now: time.Now})
		require.NoError(b, err)
		config.Identity = source
	})
	var changes []orders.TeamChange
	groups := []string{adminGroup}
	for i := range 100 {
		team := policy.Team{Name: fmt.Sprintf("team-%d", i), Groups: map[auth.Role][]string{}}
		for _, role := range teamRoles {
			team.Groups[role] = []string{team.Name + "-" + string(role)}
		}
		if i%4 == 0 {
			groups = append(groups, team.Name+"-viewer", "other-"+team.Name)
		}
		changes = append(changes, orders.TeamChange{Name: team.Name, After: &team})
	}
	require.NoError(b, c.db.ApplyTeams(b.Context(), auth.Console, changes))
	var cookie *http.Cookie
	named := func(request *http.Request) {
		request.Header.Set("X-Forwarded-User", "ops")
		request.Header.Set("X-Forwarded-Email", "ops@company.example")
		request.Header.Set("X-Forwarded-Groups", strings.Join(groups, ","))
		if cookie != nil {
			request.AddCookie(cookie)
		}
	}
	request := httptest.NewRequest(http.MethodGet, "/", nil)
	named(request)
	recorder := httptest.NewRecorder()
	c.handler.ServeHTTP(recorder, request)
	cookie = recorder.Result().Cookies()[0]
	benchmarkPages(b, c, named)
}

func benchmarkPages(b *testing.B, c *console, signed func(*http.Request)) {
	require.NoError(b, seed.Fill(b.Context(), c.db, seed.Options{Orders: 10_000, Audit: 40_000, ProjectID: project, Now: time.Now(), Seed: 1}))
	list, err := c.db.Orders(b.Context(), orders.Filter{Scope: auth.Everything, Limit: 200})
	require.NoError(b, err)
	middle, last := list.Items[len(list.Items)/2], list.Items[len(list.Items)-1]
	for name, path := range map[string]string{
		"overview":          "/",
		"orders":            "/orders",
		"orders-deep":       "/orders?" + url.Values{"after": {cursorOf(last)}}.Encode(),
		"orders-by-state":   "/orders?state=failed",
		"orders-by-kind":    "/orders?kind=batch-desktop%2FRESIZE",
		"orders-by-actor":   "/orders?actor=" + url.QueryEscape(middle.Actor),
		"orders-by-time":    "/orders?from=2026-01-01&until=2026-10-01",
		"orders-by-target":  "/orders?target=desktop%3A8d049b4e-4f1e-4ed5-b3a9-a7f0f15658a7",
		"orders-poll":       "/orders/poll?version=1",
		"order":             "/orders/" + middle.ID,
		"order-poll":        "/orders/" + middle.ID + "/poll?version=1",
		"desktops":          "/desktops",
		"desktops-by-text":  "/desktops?q=DSGN&status=ACTIVE&sort=-expire_time",
		"desktops-expiring": "/desktops?expires=30",
		"desktops-tagged":   "/desktops?tag=dept%3Ddesign&columns=tags&columns=status",
		"desktop":           "/desktops/8d049b4e-4f1e-4ed5-b3a9-a7f0f15658a7",
		"pool":              "/pools/b046ac8e-0994-4c09-a8a8-bd989d218120",
		"pools":             "/pools",
		"disks":             "/disks",
		"disks-by-size":     "/disks?part=data&sort=-size",
		"hosts":             "/hosts",
		"bandwidths":        "/bandwidths",
		"kinds":             "/orders/new",
		"form":              "/orders/new/subscribe/createDesktops",
		"audit":             "/audit",
		"audit-by-actor":    "/audit?actor=" + url.QueryEscape(middle.Actor),
		"audit-entry":       "/audit/100",
		"keys":              "/keys",
		"settings":          "/settings",
		"search":            "/search?q=DSGN",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				request := httptest.NewRequest(http.MethodGet, path, nil)
				signed(request)
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
