package handlers_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

// listed is a list as scripts read it.
type listed[T any] struct {
	Items []T
	Next  *string
}

var (
	nextPage  = regexp.MustCompile(`rel="next" href="([^"]+)"`)
	firstPage = regexp.MustCompile(`rel="prev" href="([^"]+)"`)
	sortLink  = regexp.MustCompile(`<a href="(/desktops\?[^"]*sort=[^"]*)"`)
)

// linkOf is the address that a pattern finds in a page, "" when it finds none.
func linkOf(pattern *regexp.Regexp, page string) string {
	if m := pattern.FindStringSubmatch(page); m != nil {
		return html.UnescapeString(m[1])
	}
	return ""
}

func TestDesktopsAreListedPageByPage(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	var all listed[cloud.Desktop]
	seen := map[string]bool{}
	pages := 0
	for path := "/desktops"; path != ""; pages++ {
		var page listed[cloud.Desktop]
		require.Equal(t, http.StatusOK, c.read(path, c.token, &page).StatusCode)
		for _, d := range page.Items {
			assert.False(t, seen[d.DesktopID], "%s is listed twice", d.DesktopID)
			seen[d.DesktopID] = true
			all.Items = append(all.Items, d)
		}
		if path = ""; page.Next != nil {
			path = *page.Next
		}
	}
	assert.Equal(t, 2, pages)
	snapshot, err := cloud.All(t.Context(), 100, c.cloud.Desktops)
	require.NoError(t, err)
	assert.Len(t, all.Items, len(snapshot))

	raw := c.read("/desktops", c.token, nil)
	assert.Equal(t, "application/json", strings.Split(raw.Header.Get("Content-Type"), ";")[0])
	assert.Contains(t, raw.Header.Values("Vary"), "Accept")
	for _, member := range []string{`"items":[{"desktop_id":`, `"computer_name":`, `"root_volume":`, `"next":"/desktops?after=`} {
		assert.Contains(t, raw.body, member)
	}
}

func TestFiltersOfDesktopsStayInTheAddress(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	for filter, fits := range map[string]func(cloud.Desktop) bool{
		"status=SHUTOFF":      func(d cloud.Desktop) bool { return d.Status == "SHUTOFF" },
		"charge_mode=1":       func(d cloud.Desktop) bool { return d.Product.ChargeMode == "1" },
		"desktop_type=POOLED": func(d cloud.Desktop) bool { return d.DesktopType == "POOLED" },
		"q=fin-02":            func(d cloud.Desktop) bool { return strings.HasPrefix(d.ComputerName, "FIN-02") },
		"pool_id=b046ac8e-0994-4c09-a8a8-bd989d218120": func(d cloud.Desktop) bool {
			return d.PoolID == "b046ac8e-0994-4c09-a8a8-bd989d218120"
		},
	} {
		var page listed[cloud.Desktop]
		c.read("/desktops?"+filter, c.token, &page)
		assert.NotEmpty(t, page.Items, filter)
		for _, d := range page.Items {
			assert.True(t, fits(d), "%s lists %s", filter, d.ComputerName)
		}
	}

	page := c.get("/desktops?charge_mode=0&sort=-computer_name").body
	assert.Contains(t, page, `<option value="0" selected`)
	assert.Contains(t, page, `aria-sort="descending"`)
	next := linkOf(nextPage, page)
	require.Contains(t, next, "charge_mode=0")
	require.Contains(t, next, "sort=-computer_name")
	for _, m := range sortLink.FindAllStringSubmatch(page, -1) {
		assert.Contains(t, m[1], "charge_mode=0", "sorting keeps the filter")
		assert.NotContains(t, m[1], "after=")
	}
	second := c.get(next)
	assert.Equal(t, http.StatusOK, second.StatusCode)
	assert.Equal(t, "/desktops?charge_mode=0&sort=-computer_name", linkOf(firstPage, second.body))
	assert.Equal(t, http.StatusNotFound, c.get("/desktops?sort=status&after="+url.QueryEscape(valueOf(t, next, "after"))).StatusCode,
		"a place in a list that is sorted otherwise is none")
	assert.Equal(t, http.StatusNotFound, c.get("/desktops?after=made-up").StatusCode)

	project := c.get("/desktops?enterprise_project_id=0&q=x").body
	assert.Contains(t, project, `<input type="hidden" name="enterprise_project_id" value="0"`, "other filters keep it")
	assert.Contains(t, c.get("/desktops?q=no-such-desktop").body, "No desktop fits these filters")
}

func valueOf(t *testing.T, address, name string) string {
	t.Helper()
	u, err := url.Parse(address)
	require.NoError(t, err)
	return u.Query().Get(name)
}

func TestADesktopLeadsOn(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	var page listed[cloud.Desktop]
	c.read("/desktops?desktop_type=DEDICATED", c.token, &page)
	id := page.Items[0].DesktopID

	body := c.get("/desktops?desktop_type=DEDICATED&desktop_ids=" + id).body
	assert.Contains(t, body, `href="/orders?target=desktop%3A`+id+`"`, "to its orders")
	assert.Contains(t, body, `href="/desktops/`+id+`"`)
	assert.Regexp(t, `value="`+id+`" data-row-check checked`, body, "a choice can be sent to a colleague")
	assert.Contains(t, body, "read from the cloud")
	for _, path := range []string{"/orders/new/change/resizeDesktops?desktop_id=" + id, "/orders/new/batch-desktop/RESIZE?desktop_ids=" + id,
		"/orders/new/subscribe/rebuildDesktops?desktop_ids=" + id} {
		assert.Contains(t, c.get(path).body, `value="`+id+`"`, path)
	}

	catalogue := c.get("/orders/new?desktop_ids=" + id).body
	assert.Contains(t, catalogue, `href="/orders/new/subscribe/rebuildDesktops?desktop_ids=`+id+`"`, "the choice goes along")
	assert.NotContains(t, catalogue, "/orders/new/subscribe/createDesktops", "what takes no desktops is left out")
}

func TestPools(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	var pools listed[cloud.Pool]
	raw := c.read("/pools", c.token, &pools)
	require.Len(t, pools.Items, 6)
	assert.Nil(t, pools.Next)
	assert.Contains(t, raw.body, `"next":null`)
	assert.Contains(t, raw.body, `"desktop_count":`)
	var static listed[cloud.Pool]
	c.read("/pools?type=STATIC", c.token, &static)
	assert.NotEmpty(t, static.Items)
	assert.Less(t, len(static.Items), 6)

	page := c.get("/pools").body
	for _, p := range pools.Items {
		assert.Contains(t, page, `href="/pools/`+p.ID+`"`)
		assert.Contains(t, page, `href="/desktops?pool_id=`+p.ID+`"`)
		assert.Contains(t, page, `href="/orders/new/subscribe/expandDesktopPool?desktop_pool_id=`+p.ID+`"`)
	}
	assert.Contains(t, c.get("/orders/new/subscribe/expandDesktopPool?desktop_pool_id="+pools.Items[0].ID).body, `value="`+pools.Items[0].ID+`"`)
	assert.Contains(t, c.get("/pools?q=no-such-pool").body, "No pool fits these filters")
}

func TestWhoMaySeeTheInventory(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	viewer, auditor := c.key("viewer", auth.RoleViewer), c.key("auditor", auth.RoleAuditor)
	for _, path := range []string{"/desktops", "/pools"} {
		assert.Equal(t, http.StatusOK, c.read(path, viewer, nil).StatusCode, path)
		a := c.read(path, auditor, nil)
		assert.Equal(t, http.StatusForbidden, a.StatusCode, path)
		assert.Contains(t, a.body, `"request_id"`)
	}
}

func TestSearching(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	assert.Contains(t, c.get("/search").body, "What are you looking for?")
	assert.Contains(t, c.get("/search?q=nothing-has-this-name").body, "Nothing found")

	page := c.get("/search?q=fin").body
	assert.Contains(t, page, "FIN-0230")
	assert.Contains(t, page, "Finance-Close", "pools too")
	assert.Equal(t, 10, strings.Count(part(t, page, `id="found-desktops"`, "</section>"), "<li>"), "bounded")
	assert.Contains(t, page, `href="/desktops?q=fin"`, "and where the rest is")
	assert.Contains(t, page, `name="q" value="fin"`)

	id := c.placed("subscribe/expandDesktopPool")
	order, err := c.db.Order(t.Context(), id)
	require.NoError(t, err)
	require.NotEmpty(t, order.CloudOrders)
	for _, text := range []string{id, strings.ToUpper(id), order.CloudOrders[0].OrderID, " " + id + " "} {
		a := c.get("/search?q=" + url.QueryEscape(text))
		assert.Equal(t, http.StatusSeeOther, a.StatusCode, text)
		assert.Equal(t, "/orders/"+id, a.Header.Get("Location"), text)
	}
	for _, text := range []string{nobodysDesktop, " " + strings.ToUpper(nobodysDesktop)} {
		a := c.get("/search?q=" + url.QueryEscape(text))
		assert.Equal(t, http.StatusSeeOther, a.StatusCode, text)
		assert.Equal(t, "/desktops/"+nobodysDesktop, a.Header.Get("Location"), text)
	}
	a := c.get("/search?q=" + nobodysPool)
	assert.Equal(t, http.StatusSeeOther, a.StatusCode)
	assert.Equal(t, "/pools/"+nobodysPool, a.Header.Get("Location"))
	page = c.get("/search?q=" + order.CloudOrders[0].OrderID[:9]).body
	assert.Contains(t, page, `data-order="`+id+`"`, "the beginning of an ID lists what has it")
}

// Who searches for the name of a desktop means the desktop, and finds its orders beside it.
func TestSearchingForADesktopByItsName(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	var list listed[cloud.Desktop]
	c.read("/desktops?desktop_type=DEDICATED&charge_mode=0", c.token, &list)
	d := list.Items[0]
	// an order that has the name among its words, so that there is something to stand before
	form := url.Values{"order": {orders.NewID()}, "add_volume_param.desktop_ids[0]": {d.DesktopID}, "add_volume_param.volume_type": {"SSD"},
		"add_volume_param.volume_size": {"50"}, "reason": {"for " + d.ComputerName}, "review": {"1"}}
	c.placedForm("/orders/new/batch-desktop/ADD_VOLUME", form)

	for _, text := range []string{d.ComputerName, strings.ToLower(d.ComputerName)} {
		page := c.get("/search?q=" + text).body
		desktop, order := strings.Index(page, `id="found-desktops"`), strings.Index(page, `id="found-orders"`)
		require.Positive(t, desktop, text)
		require.Positive(t, order, text)
		assert.Less(t, desktop, order, "the desktop first")
		assert.Contains(t, part(t, page, `id="found-desktops"`, "</li>"), `href="/desktops/`+d.DesktopID+`"`)
	}
	page := c.get("/search?q=" + d.ComputerName[:len(d.ComputerName)-1]).body
	if at := strings.Index(page, `id="found-orders"`); at >= 0 {
		assert.Less(t, at, strings.Index(page, `id="found-desktops"`), "a beginning is no name")
	}
}
