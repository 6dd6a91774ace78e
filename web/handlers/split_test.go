package handlers_test

import (
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

// ordinary are desktops of a team that are of no pool.
func (c *console) ordinary(team string, n int) []string {
	c.t.Helper()
	page, err := c.db.Desktops(c.t.Context(), orders.DesktopFilter{Scope: auth.OfTeam(team), DesktopType: cloud.DesktopDedicated, Limit: 200})
	require.NoError(c.t, err)
	require.GreaterOrEqual(c.t, len(page.Items), n)
	var ids []string
	for _, d := range page.Items[:n] {
		ids = append(ids, d.DesktopID)
	}
	return ids
}

var hiddenOrder = regexp.MustCompile(`name="order" value="([^"]+)"`)

func TestAnOrderOverSeveralTeamsIsSplitWithEverythingElseInIt(t *testing.T) {
	t.Parallel()
	c := company(t)
	design, finance := c.ordinary("design", 2), c.ordinary("finance", 1)
	const path, param = "/orders/new/batch-desktop/ADD_VOLUME", "add_volume_param."
	mixed := url.Values{param + "volume_type": {"SSD"}, param + "volume_size": {"110"}, "reason": {"more room for the new intake"},
		param + "desktop_ids[0]": {design[0]}, param + "desktop_ids[1]": {finance[0]}, param + "desktop_ids[2]": {design[1]},
		param + "desktop_ids[3]": {"not-in-the-inventory"}, "order": {orders.NewID()}}
	with := func(name, value string) url.Values {
		form := url.Values{name: {value}}
		for name, values := range mixed {
			form[name] = values
		}
		return form
	}
	holds := func(page, of string, there, gone []string) {
		t.Helper()
		assert.Contains(t, page, `<option value="SSD" selected`, of)
		assert.Contains(t, page, `value="110"`, of)
		assert.Contains(t, page, "more room for the new intake", of)
		assert.NotEqual(t, mixed.Get("order"), hiddenOrder.FindStringSubmatch(page)[1], "a part is an order of its own")
		inputs, _, _ := strings.Cut(page, "<datalist")
		for _, id := range there {
			assert.Contains(t, inputs, `value="`+id+`"`, of)
		}
		for _, id := range gone {
			assert.NotContains(t, inputs, `value="`+id+`"`, of)
		}
	}

	boss := c.visit("boss", adminGroup)
	a := boss.post(path, with("review", "1"))
	require.Equal(t, http.StatusUnprocessableEntity, a.StatusCode)
	assert.Contains(t, a.body, `name="split" value="design"`)
	assert.Contains(t, a.body, `name="split" value="finance"`)
	a = boss.post(path, with("split", "design"))
	require.Equal(t, http.StatusOK, a.StatusCode)
	holds(a.body, "design", []string{design[0], design[1], "not-in-the-inventory"}, finance)
	a = boss.post(path, with("split", "finance"))
	require.Equal(t, http.StatusOK, a.StatusCode)
	holds(a.body, "finance", finance, []string{design[0], design[1], "not-in-the-inventory"})
	assert.Equal(t, http.StatusBadRequest, boss.post(path, with("split", "support")).StatusCode, "nothing of it is theirs")

	// somebody who orders for both teams acts for the one whose part it is
	mixed.Del(param + "desktop_ids[3]")
	bea := c.visit("bea", "design-buyer", "finance-buyer")
	require.Equal(t, http.StatusSeeOther, bea.post("/settings/team", url.Values{"team": {"design"}}).StatusCode)
	a = bea.post(path, with("review", "1"))
	require.Equal(t, http.StatusUnprocessableEntity, a.StatusCode)
	assert.Contains(t, a.body, `name="split" value="finance"`)
	a = bea.post(path, with("split", "finance"))
	require.Equal(t, http.StatusOK, a.StatusCode)
	holds(a.body, "finance", finance, design)
	part := with("review", "1")
	part.Set("order", hiddenOrder.FindStringSubmatch(a.body)[1])
	part.Set("team", "finance")
	part[param+"desktop_ids[0]"] = finance
	part.Del(param + "desktop_ids[1]")
	part.Del(param + "desktop_ids[2]")
	a = bea.post(path, part)
	assert.Equal(t, http.StatusSeeOther, a.StatusCode, problemsOf(a.body))

	// to others, what is of another team stays what nobody knows
	a = c.visit("dan", "design-buyer").post(path, with("review", "1"))
	require.Equal(t, http.StatusUnprocessableEntity, a.StatusCode)
	assert.NotContains(t, a.body, `name="split"`)
	assert.NotContains(t, a.body, "desktop:"+finance[0])
}

func TestARepeatedOrderBeginsWithTheReasonOfTheFirst(t *testing.T) {
	t.Parallel()
	c := company(t)
	all := c.furnish()
	order := all["design"].orders["refused"]
	buyer := c.visit("design-buyer", "design-buyer")
	var first struct{ Reason, Kind string }
	c.read("/orders/"+order, c.token, &first)
	require.NotEmpty(t, first.Reason)
	page := buyer.get("/orders/new/" + first.Kind + "?repeat=" + order)
	require.Equal(t, http.StatusOK, page.StatusCode)
	_, note, _ := strings.Cut(page.body, `id="reason"`)
	assert.Contains(t, note[:400], first.Reason)
}
