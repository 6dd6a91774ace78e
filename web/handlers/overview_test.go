package handlers_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/field"
)

// part is what of a page lies between two texts.
func part(t testing.TB, page, from, to string) string {
	t.Helper()
	_, rest, found := strings.Cut(page, from)
	require.True(t, found, "the page has no %s", from)
	inside, _, found := strings.Cut(rest, to)
	require.True(t, found, "the page has no %s behind %s", to, from)
	return inside
}

func TestAFreshOverviewHelpsToBegin(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	page := c.get("/").body
	assert.Contains(t, page, "No orders yet")
	assert.Contains(t, page, `href="/orders/new/subscribe/createDesktops"`)
	assert.Contains(t, page, `href="/desktops"`)
	assert.Contains(t, page, "Nothing waits for you")
	assert.Contains(t, part(t, page, `id="inventory"`, "</section>"), "<dd>60</dd>", "what there is, in numbers")
	assert.Empty(t, pollOf(page))
}

func TestThePlotOfWhatExpiresLeadsToWhatItCounts(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	c.placed("subscribe/expandDesktopPool") // an empty console shows no plots
	seen := map[string]bool{}
	found := 0
	for _, link := range regexp.MustCompile(`"(/desktops\?expire[^"]*)"`).FindAllStringSubmatch(c.get("/").body, -1) {
		address, err := url.Parse(html.UnescapeString(link[1]))
		require.NoError(t, err)
		if seen[link[1]] {
			continue
		}
		seen[link[1]] = true
		var list struct{ Items []cloud.Desktop }
		c.read(address.String(), c.token, &list)
		for _, d := range list.Items {
			day := d.ExpireTime[:min(len(d.ExpireTime), len(time.DateOnly))]
			assert.GreaterOrEqual(t, day, address.Query().Get("expire_from"), d.DesktopID)
			assert.LessOrEqual(t, day, address.Query().Get("expire_until"), d.DesktopID)
			found++
		}
	}
	assert.Greater(t, len(seen), 10, "a link for each week")
	assert.Positive(t, found)
}

func TestTheOverviewFollowsAnOrder(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	id := c.placed("subscribe/expandDesktopPool")
	page := c.settledPage("/")
	waiting := part(t, page, `id="waiting"`, "</section>")
	assert.Contains(t, waiting, "To be paid")
	assert.Contains(t, waiting, "billed as quoted")
	assert.Contains(t, waiting, `href="/orders/`+id+`"`)
	assert.Contains(t, waiting, "Pay…")
	assert.Contains(t, page, `href="/orders?state=to_be_paid"`)
	assert.Equal(t, 1, strings.Count(page, `<tr id="order-`+id+`"`))

	poll := pollOf(page)
	require.NotEmpty(t, poll)
	assert.Equal(t, http.StatusNoContent, c.get(poll).StatusCode)
	require.Equal(t, http.StatusSeeOther, c.post("/orders/"+id+"/pay", url.Values{"pay": {"1"}}).StatusCode)
	c.until(id, "completed")
	a := c.get(poll, "HX-Request", "true")
	require.Equal(t, http.StatusOK, a.StatusCode)
	assert.Contains(t, a.body, `<hx-partial hx-target="#overview-live"`)
	assert.Contains(t, a.body, "Nothing waits for you")
	assert.NotContains(t, a.body, "<html")
	assert.Empty(t, pollOf(a.body), "nothing can move any more")
}

// madeUp is an order that is in the journal without anything having been done.
func madeUp(state orders.State, age time.Duration, entries ...orders.CloudOrder) orders.Order {
	at := time.Now().Add(-age)
	id := orders.NewID()
	return orders.Order{ID: id, RequestID: id, Kind: "batch-desktop/RESIZE", State: state, Door: auth.DoorWeb, Actor: "somebody",
		Path: "/v2/x", Body: []byte(`{}`), Hash: id, Summary: field.Say("summary.of.a.test", "n", 1), CloudOrders: entries, CreatedAt: at, UpdatedAt: at}
}

func TestWhatWaitsComesFirst(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	failed := orders.CloudOrder{Result: "FAIL", Code: "WKS.00010109"}
	doubt, fresh, old := madeUp(orders.StateInDoubt, time.Hour), madeUp(orders.StatePlaced, time.Hour, failed), madeUp(orders.StatePlaced, 30*24*time.Hour, failed)
	processing := cloud.StatusProcessing
	moving := madeUp(orders.StatePlaced, 2*time.Hour, orders.CloudOrder{OrderID: "CS1", Status: &processing})
	batch := []orders.Order{doubt, fresh, old, moving}
	for range 6 {
		batch = append(batch, madeUp(orders.StateInDoubt, 2*time.Hour))
	}
	require.NoError(t, c.db.LoadOrders(t.Context(), batch))

	page := c.get("/").body
	waiting := part(t, page, `id="waiting"`, "</section>")
	assert.Contains(t, waiting, `href="/orders/`+doubt.ID+`"`)
	assert.Contains(t, waiting, "Settle")
	assert.Contains(t, waiting, `href="/orders?state=in_doubt"`, "there are more in doubt than there is room for")
	assert.Contains(t, waiting, `href="/orders/`+fresh.ID+`"`)
	assert.NotContains(t, waiting, old.ID, "what failed long ago waits for nobody")
	assert.Less(t, strings.Index(waiting, doubt.ID), strings.Index(waiting, fresh.ID))
	assert.Less(t, strings.Index(page, `id="waiting"`), strings.Index(page, `id="counts"`))

	assert.Contains(t, part(t, page, `id="moving"`, "</section>"), moving.ID)
	assert.NotContains(t, part(t, page, `id="latest"`, "</section>"), moving.ID, "an order stands in one table only")
	assert.Contains(t, page, "7 wait for you")
}
