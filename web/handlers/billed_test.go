package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/orders"
)

func TestEachLineIsQuotedAgainstItsBill(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	ids := c.ordinary("design", 4)
	const path, param = "/orders/new/batch-desktop/ADD_VOLUME", "add_volume_param."
	// placed orders a disk for two desktops, at the price that was reviewed times a factor
	placed := func(ids []string, factor int64) (page string, order orders.Order) {
		form := url.Values{param + "volume_type": {"SSD"}, param + "volume_size": {"100"}, param + "desktop_ids[0]": {ids[0]}, param + "desktop_ids[1]": {ids[1]},
			"order": {orders.NewID()}, "review": {"1"}}
		a := c.post(path, form)
		require.Equal(t, http.StatusSeeOther, a.StatusCode, problemsOf(a.body))
		review := c.get(a.Header.Get("Location")).body
		require.NoError(t, c.cloud.SetPriceFactor(t.Context(), decimal.NewFromInt(factor)))
		a = c.post("/orders/review", url.Values{"order": {form.Get("order")}, "quote": {inputValue(t, review, "quote")}, "place": {"1"}})
		require.Equal(t, http.StatusSeeOther, a.StatusCode, problemsOf(a.body))
		page = c.settledPage(a.Header.Get("Location"))
		order, err := c.db.Order(t.Context(), form.Get("order"))
		require.NoError(t, err)
		require.Len(t, order.Quote.Lines, 2)
		return page, order
	}

	page, order := placed(ids[:2], 1)
	table := between(page, `id="quoted-billed"`, "</details>")
	for i, id := range ids[:2] {
		desktop, err := c.cloud.Desktop(t.Context(), id)
		require.NoError(t, err)
		line := between(table, desktop.ComputerName+"</th>", "</tr>")
		amount := `<data value="` + order.Quote.Lines[i].Amount.String() + `">`
		assert.Equal(t, 2, strings.Count(line, amount), "%s is quoted and billed %s: %s", id, amount, line)
		assert.Contains(t, line, `<data value="0">0.00</data>`, "the difference")
	}
	assert.Equal(t, 2, strings.Count(between(table, "<tfoot>", "</tfoot>"), `<data value="`+order.Quote.Amount.String()+`">`))

	page, order = placed(ids[2:], 2)
	require.NotEqual(t, order.Quote.Lines[0].Amount.String(), order.Quote.Lines[1].Amount.String(), "of other terms")
	table = between(page, `id="quoted-billed"`, "</details>")
	assert.Equal(t, 2, strings.Count(table, "cannot be told"), "two amounts that no line has name no desktop")
	difference := orders.BilledOf(order).Difference()
	require.True(t, difference.Amount.IsPositive())
	want := `<data value="` + difference.Amount.String() + `">+`
	assert.Contains(t, between(table, "<tfoot>", "</tfoot>"), want)
	assert.Contains(t, between(page, `id="bill"`, "</section>"), want, "beside the total")
}

func TestWhatHasNoQuoteOrNoBillYetSaysSo(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	c.rest()
	where := c.placedForm(resize, resizing(numbered(120)...))
	page := c.get(where).body
	bill := between(page, `id="request-bill"`, "</tfoot>")
	assert.Contains(t, bill, "no quote")
	assert.Contains(t, bill, "no bill yet")
	assert.Contains(t, page, "2 calls have no quote")
	assert.Contains(t, page, "2 calls have no bill yet")
	require.Equal(t, http.StatusSeeOther, c.post(where+"/stop", nil).StatusCode)
	assert.Contains(t, c.get(where).body, "2 calls bought nothing and are not billed")
}
