package handlers_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/cloud/embedded"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/seed"
	"workspace-order-console/internal/store"
	"workspace-order-console/internal/worker"
	"workspace-order-console/web/handlers"
)

// How far a console may grow, and how much longer a page may take then.
const (
	fewOrders, manyOrders = 1_000, 100_000
	// freshOrders of either are of the last freshDays, and the same: what is open, has failed or was ordered last fills its lists with
	// few orders as with many, so that a page is compared with one of the same length, and mostly of the same orders.
	freshOrders = 700
	freshDays   = 2
	// aboutOne are those of them that are about one desktop: more than a page.
	aboutOne     = 60
	manyDesktops = 5_000
	mostGrowth   = 1.3
	// rounds is how often each page is asked for, of both consoles in turn; the median counts.
	rounds = 41
)

// BenchmarkGrowth prints how long the server takes for every page, with few and with many orders, beside 5,000 desktops.
// It takes minutes to fill the larger database: "make bench-pages".
func BenchmarkGrowth(b *testing.B) {
	now := time.Now()
	few, many := grown(b, now, fewOrders), grown(b, now, manyOrders)
	pages := pagesToOpen(b, few)
	others := pagesToOpen(b, many)
	worst := 0.0
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	b.Logf("%-52s %10s %10s %6s", "page", fmt.Sprint(fewOrders), fmt.Sprint(manyOrders), "ratio")
	for i, page := range pages {
		var took [2][]time.Duration
		runtime.GC() // and not in the time of one page or another
		for round := range rounds + 3 {
			for _, n := range rand.Perm(2) { // neither is always the one after the other
				c := []*console{few, many}[n]
				address := []string{page.address, others[i].address}[n]
				d, status := c.timed(address)
				if status >= http.StatusBadRequest {
					b.Fatalf("%s answers %d", address, status)
				}
				if round >= 3 { // the first ones fill what is kept
					took[n] = append(took[n], d)
				}
			}
		}
		median := func(all []time.Duration) float64 {
			slices.Sort(all)
			return float64(all[len(all)/2].Microseconds()) / 1000
		}
		before, after := median(took[0]), median(took[1])
		mark := ""
		if after/before > mostGrowth {
			mark = "  more than it may"
		}
		worst = max(worst, after/before)
		b.Logf("%-52s %7.2f ms %7.2f ms %6.2f%s", page.name, before, after, after/before, mark)
	}
	b.ReportMetric(worst, "worst-ratio")
	for b.Loop() {
		few.timed("/")
	}
}

// crowded is a cloud with many more desktops: copies of those that it has.
type crowded struct{ *embedded.Cloud }

func (c crowded) Desktops(ctx context.Context, page cloud.Page) (cloud.List[cloud.Desktop], error) {
	all, err := c.Cloud.Desktops(ctx, cloud.Page{Limit: page.Limit})
	if err != nil {
		return all, err
	}
	list := cloud.List[cloud.Desktop]{Total: manyDesktops}
	for i := page.Offset; i < min(page.Offset+page.Limit, manyDesktops); i++ {
		d := all.Items[i%len(all.Items)]
		if i >= len(all.Items) {
			d.DesktopID, d.ComputerName = fmt.Sprintf("%s-%04d", d.DesktopID[:28], i), fmt.Sprintf("%.8s-%04d", d.ComputerName, i)
			d.RootVolume.VolumeID = fmt.Sprintf("root-%d", i)
			d.DataVolumes = nil
		}
		list.Items = append(list.Items, d)
	}
	return list, nil
}

// grown is a console with many desktops and a number of orders. It is filled before it starts, as one that has been running
// for long: what was written last is in the database by then, not in the log before it.
func grown(b *testing.B, now time.Time, n int) *console {
	ctx, dir := b.Context(), folder(b)
	db, err := store.Open(ctx, store.Config{Path: filepath.Join(dir, "console.db")})
	require.NoError(b, err)
	own, err := embedded.Open(ctx, embedded.Config{Dir: dir, ProjectID: project, Region: region})
	require.NoError(b, err)
	_, err = worker.New(worker.Config{Cloud: crowded{own}, Journal: db, Stock: db, Now: time.Now, CloudTimeout: time.Minute}).Refresh(ctx)
	require.NoError(b, err)
	page, err := db.Desktops(ctx, orders.DesktopFilter{Scope: auth.Everything})
	require.NoError(b, err)
	require.Equal(b, 1001, page.Total, "more than are counted")
	require.NoError(b, seed.Fill(ctx, db, seed.Options{Orders: n - freshOrders, Audit: (n - freshOrders) * 4, ProjectID: project,
		Now: now.AddDate(0, 0, -freshDays-1), Seed: 1, Fates: seed.Fates{seed.Completed: 850, seed.Canceled: 50, seed.Partly: 30, seed.Refused: 40, seed.Withdrawn: 20, seed.NotPlaced: 10}}))
	require.NoError(b, seed.Fill(ctx, db, seed.Options{Orders: freshOrders - aboutOne, Audit: freshOrders * 4, Days: freshDays, ProjectID: project, Now: now, Seed: 2,
		Fates: seed.Fates{seed.Completed: 40, seed.Partly: 25, seed.Unpaid: 15, seed.Processing: 10, seed.InDoubt: 10}}))
	repeatOne(b, db)
	require.NoError(b, own.Close())
	require.NoError(b, db.Close())
	c := startIn(b, dir, func(*handlers.Config) {})
	c.rest()
	c.browser = c.signIn()
	return c
}

// resized are the orders that the benchmark takes one of: the newest of them, to look at.
var resized = orders.Filter{Scope: auth.Everything, Badges: []orders.Badge{orders.BadgeCompleted}, Kind: "change/resizeDesktops", Limit: 1}

// repeatOne adds orders about the desktop of the newest resized.
func repeatOne(b *testing.B, db *store.Store) {
	list, err := db.Orders(b.Context(), resized)
	require.NoError(b, err)
	more := make([]orders.Order, aboutOne)
	for i := range more {
		o := list.Items[0]
		o.ID, o.CreatedAt = orders.NewID(), o.CreatedAt.Add(-time.Duration(i+1)*time.Minute)
		o.RequestID = o.ID
		o.CloudOrders = slices.Clone(o.CloudOrders)
		for j := range o.CloudOrders {
			o.CloudOrders[j].OrderID += fmt.Sprintf("-%d", i)
			o.CloudOrders[j].Action = nil
		}
		more[i] = o
	}
	require.NoError(b, db.LoadOrders(b.Context(), more))
}

// timed asks for a page and tells how long the server took.
func (c *console) timed(path string) (time.Duration, int) {
	request := httptest.NewRequest(http.MethodGet, path, nil)
	request.AddCookie(c.browser.Jar.Cookies(nil)[0])
	recorder := httptest.NewRecorder()
	begun := time.Now()
	c.handler.ServeHTTP(recorder, request)
	return time.Since(begun), recorder.Code
}

type pageToOpen struct{ name, address string }

// pagesToOpen are the addresses of all pages, and of the lists with the filters that people use. Left out are what is no
// page (files, exports, what monitors read), the sign-in, and pages of things that orders make no more of and that a fresh console has none of.
func pagesToOpen(b *testing.B, c *console) []pageToOpen {
	list, err := c.db.Orders(b.Context(), resized)
	require.NoError(b, err)
	order := list.Items[0]
	draft := c.drafted("batch-desktop/ADD_VOLUME/desktop_ids")
	named := map[string]string{"/orders/:id": "/orders/" + order.ID, "/orders/:id/poll": "/orders/" + order.ID + "/poll?version=1", "/orders/review": "/orders/review?order=" + draft,
		"/orders/new/:door/:type": "/orders/new/subscribe/createDesktops", "/audit/:seq": "/audit/500", "/teams/:name": "/teams/design", "/teams/:name/delete": "/teams/design/delete",
		"/budgets/:name": "/budgets/design", "/poll": "/poll?version=1", "/orders/poll": "/orders/poll?version=1", "/approvals/poll": "/approvals/poll?version=1",
		"/search": "/search?q=DSGN", "/settings/people": "/settings/people?person=admin"}
	leftOut := []string{"/healthz", "/readyz", "/metrics", "/signin", "/signed-out"}
	var pages []pageToOpen
	for _, route := range handlers.Routes() {
		if route.Method != http.MethodGet || slices.Contains(leftOut, route.Path) || strings.HasSuffix(route.Path, "*") || strings.Contains(route.Path, "export") {
			continue
		}
		address, special := named[route.Path]
		if !special {
			address = route.Path
		}
		if strings.Contains(address, ":") {
			continue
		}
		if _, status := c.timed(address); status == http.StatusNotFound {
			continue
		}
		pages = append(pages, pageToOpen{route.Path, address})
	}
	month := time.Now().AddDate(0, -2, 0).Format("2006-01")
	for _, query := range []string{"state=failed", "state=in_doubt", "kind=batch-desktop%2FRESIZE", "actor=" + url.QueryEscape(order.Actor), "door=api", "team=design", "from=" + month + "-01&until=" + month + "-28",
		"target=" + url.QueryEscape(order.Targets[0]), "q=CS" + order.CreatedAt.Format("060102"), "q=" + order.ID, "state=completed&actor=grace.tan"} {
		pages = append(pages, pageToOpen{"/orders?" + strings.ReplaceAll(query, order.ID, "<id>"), "/orders?" + query})
	}
	for _, address := range []string{"/audit?actor=grace.tan", "/audit?action=order.placed", "/desktops?sort=-expire_time", "/desktops?q=dsgn", "/disks?part=data&sort=-size", "/disks?q=dsgn", "/search?q=grace", "/search?q=resize", "/search?q=dsgn+grace"} {
		pages = append(pages, pageToOpen{address, address})
	}
	return pages
}
