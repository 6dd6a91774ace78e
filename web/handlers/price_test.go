package handlers_test

import (
	"net/http"
	"net/url"
	"regexp"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/orders"
)

// drafted is a draft of who signed in locally: the order of an example.
func (c *console) drafted(name string) string {
	c.t.Helper()
	e := example(c.t, name)
	form := formOf(c.t, e)
	form.Set("order", orders.NewID())
	form.Set("review", "1")
	a := c.post("/orders/new/"+e.Kind(), form)
	require.Equal(c.t, http.StatusSeeOther, a.StatusCode, problemsOf(a.body))
	return form.Get("order")
}

// aged makes the price of a draft six minutes old.
func (c *console) aged(id string) orders.Draft {
	c.t.Helper()
	draft, err := c.db.Draft(c.t.Context(), "admin", id)
	require.NoError(c.t, err)
	draft.Quote.AskedAt = draft.Quote.AskedAt.Add(-6 * time.Minute)
	require.NoError(c.t, c.db.SaveDraft(c.t.Context(), draft))
	return draft
}

func TestAPriceThatMovedIsConfirmedAnew(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	id := c.drafted("batch-desktop/ADD_VOLUME/desktop_ids")
	place := func(quote string) answer {
		return c.post("/orders/review", url.Values{"order": {id}, "quote": {quote}, "place": {"1"}})
	}
	page := c.get("/orders/review?order=" + id).body
	assert.NotContains(t, page, "The price moved.")
	first := inputValue(t, page, "quote")

	// nothing moved: the price is asked for again, and that it is as old as it is now is all that changes
	c.aged(id)
	page = c.get("/orders/review?order=" + id).body
	assert.Equal(t, first, inputValue(t, page, "quote"))
	assert.NotContains(t, page, "The price moved.")

	old := c.aged(id)
	require.NoError(t, c.cloud.SetPriceFactor(t.Context(), decimal.RequireFromString("1.5")))
	stopped := place(first)
	require.Equal(t, http.StatusConflict, stopped.StatusCode)
	assert.Contains(t, stopped.body, "Not ordered.")
	moved := regexp.MustCompile(`It was ([0-9.]+) USD and is ([0-9.]+) USD now\.`).FindStringSubmatch(stopped.body)
	require.NotNil(t, moved)
	assert.Equal(t, old.Quote.Amount.StringFixed(2), moved[1])
	// each of the two desktops' prices is rounded by itself
	assert.InDelta(t, old.Quote.Amount.InexactFloat64()*1.5, decimal.RequireFromString(moved[2]).InexactFloat64(), 0.021)
	assert.Contains(t, stopped.body, "Place order at the new price")
	second := inputValue(t, stopped.body, "quote")
	assert.NotEqual(t, first, second)
	assert.Equal(t, http.StatusConflict, place(first).StatusCode, "only what was shown last can be confirmed")

	// or the review shows it before anybody clicks
	c.aged(id)
	require.NoError(t, c.cloud.SetPriceFactor(t.Context(), decimal.RequireFromString("2")))
	page = c.get("/orders/review?order=" + id).body
	assert.Contains(t, page, "The price moved.")
	placed := place(inputValue(t, page, "quote"))
	require.Equal(t, http.StatusSeeOther, placed.StatusCode)
	assert.Equal(t, "/orders/"+id, placed.Header.Get("Location"))
}

func TestAReviewSaysWhatItCostsNowAndAfter(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	page := part(t, c.get("/orders/review?order="+c.drafted("batch-desktop/ADD_VOLUME/desktop_ids")).body, `id="price"`, "</section>")
	assert.Contains(t, page, "Per month")
	assert.NotContains(t, page, "No quote to be had")
	chinese := part(t, c.get("/orders/review?order="+c.drafted("batch-desktop/ADD_VOLUME/desktop_ids"), "Accept-Language", "zh-CN").body, `id="price"`, "</section>")
	assert.Contains(t, chinese, "每月")
	assert.NotContains(t, chinese, "price.")
}
