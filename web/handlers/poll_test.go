package handlers_test

import (
	"html"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var pollAddress = regexp.MustCompile(`id="poll"[^>]*data-poll[^>]*hx-get="([^"]+)"`)

// pollOf is the address that a page polls, "" when it polls nothing.
func pollOf(page string) string {
	if m := pollAddress.FindStringSubmatch(page); m != nil {
		return html.UnescapeString(m[1])
	}
	return ""
}

func TestAListIsPolledForWhatChangedUntilNothingMoves(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	assert.Empty(t, pollOf(c.get("/orders").body), "an empty list has nothing to wait for")
	first := c.placed("subscribe/expandDesktopPool")
	second := c.placed("subscribe/createDesktops/minimal-seed-example")

	poll := pollOf(c.settledPage("/orders"))
	require.NotEmpty(t, poll)
	assert.Equal(t, http.StatusNoContent, c.get(poll, "HX-Request", "true").StatusCode, "nothing changed")

	require.Equal(t, http.StatusSeeOther, c.post("/orders/"+first+"/pay", url.Values{"pay": {"1"}}).StatusCode)
	c.until(first, "completed")
	a := c.get(poll, "HX-Request", "true")
	require.Equal(t, http.StatusOK, a.StatusCode)
	assert.Contains(t, a.body, `data-order="`+first+`"`)
	assert.NotContains(t, a.body, `data-order="`+second+`"`, "what did not change does not travel")
	assert.NotEmpty(t, pollOf(a.body), "the other one still waits")

	require.Equal(t, http.StatusSeeOther, c.post("/orders/"+second+"/cancel", url.Values{"cancel": {"1"}}).StatusCode)
	c.until(second, "canceled")
	a = c.get(pollOf(a.body), "HX-Request", "true")
	assert.Contains(t, a.body, `id="poll"`)
	assert.Empty(t, pollOf(a.body), "nothing can move any more")
	assert.Empty(t, pollOf(c.get("/orders").body))
}

func TestAnOrdersPageIsPolledToo(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	id := c.placed("batch-desktop/ADD_VOLUME/desktop_ids")
	other := c.placed("subscribe/expandDesktopPool")
	poll := pollOf(c.settledPage("/orders/" + id))
	require.NotEmpty(t, poll)
	assert.Equal(t, http.StatusNoContent, c.get(poll).StatusCode)

	require.Equal(t, http.StatusSeeOther, c.post("/orders/"+other+"/pay", nil).StatusCode)
	c.until(other, "completed")
	a := c.get(poll)
	require.Equal(t, http.StatusOK, a.StatusCode)
	assert.NotContains(t, a.body, "data-order", "others moved: only the version travels")

	require.Equal(t, http.StatusSeeOther, c.post("/orders/"+id+"/pay", nil).StatusCode)
	c.until(id, "completed")
	a = c.get(pollOf(a.body))
	assert.Contains(t, a.body, `data-status="5"`)
	assert.Empty(t, pollOf(a.body))
}

// placed orders an example through the form.
func (c *console) placed(name string) string {
	c.t.Helper()
	e := example(c.t, name)
	form := formOf(c.t, e)
	form.Set("review", "1")
	a := c.post("/orders/new/"+e.Kind(), form)
	require.Equal(c.t, http.StatusSeeOther, a.StatusCode, problemsOf(a.body))
	id := strings.TrimPrefix(a.Header.Get("Location"), "/orders/review?order=")
	quote := inputValue(c.t, c.get(a.Header.Get("Location")).body, "quote")
	a = c.post("/orders/review", url.Values{"order": {id}, "quote": {quote}, "confirm": {path.Base(e.Kind())}, "place": {"1"}})
	require.Equal(c.t, "/orders/"+id, a.Header.Get("Location"))
	return id
}

// until waits until an order shows a badge.
func (c *console) until(id, badge string) {
	c.t.Helper()
	for {
		_, changed := c.db.Version()
		order, err := c.db.Order(c.t.Context(), id)
		require.NoError(c.t, err)
		if string(order.Badge) == badge {
			return
		}
		select {
		case <-changed:
		case <-c.t.Context().Done():
			c.t.Fatalf("order %s shows %s, not %s", id, order.Badge, badge)
		}
	}
}

// settledPage is a page once every order's bill is known: nothing changes any more without somebody's doing.
func (c *console) settledPage(path string) string {
	c.t.Helper()
	for {
		_, changed := c.db.Version()
		list, err := c.db.Orders(c.t.Context(), movingOrders)
		require.NoError(c.t, err)
		known := true
		for _, order := range list.Items {
			for _, made := range order.CloudOrders {
				known = known && (made.Failed() || made.Amount != nil)
			}
		}
		if known {
			return c.get(path).body
		}
		<-changed
	}
}

func TestARowThatLeavesItsFilterIsToldAllTheSame(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	id := c.placed("subscribe/expandDesktopPool")
	poll := pollOf(c.settledPage("/orders?state=to_be_paid"))
	require.NotEmpty(t, poll)
	require.Equal(t, http.StatusSeeOther, c.post("/orders/"+id+"/pay", nil).StatusCode)
	c.until(id, "completed")
	a := c.get(poll)
	assert.Contains(t, a.body, "Completed")
	assert.Contains(t, a.body, `data-order="`+id+`"`)
}

func TestAFilterThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	id := c.placed("subscribe/expandDesktopPool")
	for _, query := range []string{"state=nonsense", "from=2026-99-99", "until=yesterday", "after=1", "before=x"} {
		assert.Equal(t, http.StatusBadRequest, c.read("/orders?"+query, c.token, nil).StatusCode, query)
	}
	var list struct{ Items []struct{ ID string } }
	require.Equal(t, http.StatusOK, c.read("/orders?state=placed", c.token, &list).StatusCode)
	require.Len(t, list.Items, 1)
	assert.Equal(t, id, list.Items[0].ID)
	list.Items = nil
	require.Equal(t, http.StatusOK, c.read("/orders?state=in_doubt", c.token, &list).StatusCode)
	assert.Empty(t, list.Items)
}
