package handlers_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders"
)

func TestBudgetsAreSeenByTheirTeamAndAdmins(t *testing.T) {
	t.Parallel()
	r := withRules(t, month("1000", "200"))
	r.rest() // what is ordered stays reserved as it was quoted
	id, page := r.review(r.mei, desktopsFor(t, "design", ""))
	assert.NotContains(t, page, "the team wants to be warned")
	require.Equal(t, http.StatusSeeOther, r.mei.post("/orders/review", url.Values{"order": {id}, "quote": {inputValue(t, page, "quote")}}).StatusCode)
	_, page = r.review(r.mei, desktopsFor(t, "design", ""))
	assert.Contains(t, page, "With it, 241.00 USD of this month&#39;s budget of 1000.00 are used; the team wants to be warned above 200.00.")
	assert.Regexp(t, `<button[^>]*name="place"[^>]*>\s*Place order`, page, "a warning stops nothing")
	r.costs("900")
	a := r.mei.post(creating, desktopsFor(t, "design", ""))
	require.Equal(t, http.StatusUnprocessableEntity, a.StatusCode)
	assert.Contains(t, problem(a.body, "reason"), "is mandatory")
	_, page = r.review(r.mei, desktopsFor(t, "design", "all of it"))
	assert.Contains(t, page, "It costs 900.00 USD, and 879.50 is left of this month&#39;s budget of 1000.00: an admin decides.")
	assert.Contains(t, page, "The month does not hold it: only an admin can approve it.")
	assert.Regexp(t, `<button[^>]*name="place"[^>]*>\s*Ask for approval`, page)

	month := orders.MonthOf(time.Now())
	behind := "/orders?from=" + month + "-01&amp;team=design&amp;until="
	for _, who := range []*visitor{r.mei, r.visit("vera", "design-viewer"), r.ops} {
		page := who.get("/budgets").body
		card := part(t, page, `data-budget="design"`, "</section>")
		for _, told := range []string{`aria-label="paid 0.00 USD, reserved 120.50 USD, of 1,000.00 USD"`, "879.50", "1,000.00", "200.00", behind, `href="/budgets/design"`} {
			assert.Contains(t, card, told, who.subject)
		}
		history := who.get("/budgets/design")
		require.Equal(t, http.StatusOK, history.StatusCode)
		assert.Contains(t, history.body, `data-month="`+month+`"`)
	}
	assert.Contains(t, part(t, r.mei.get("/").body, `id="budget-USD"`, "</section>"), "879.50", "on the overview too")
	fin := r.visit("fin", "finance-buyer")
	assert.NotContains(t, fin.get("/budgets").body, "design")
	assert.Equal(t, http.StatusNotFound, fin.get("/budgets/design").StatusCode)
	assert.Equal(t, http.StatusNotFound, r.ops.get("/budgets/nobodys").StatusCode)
	assert.Contains(t, r.visit("sue", "support-buyer").get("/budgets").body, "No budget is set")
	assert.Equal(t, http.StatusOK, r.ops.get("/budgets/support").StatusCode)

	var list listed[map[string]any]
	r.read("/budgets", r.teamKey("design", auth.RoleViewer), &list)
	assert.Equal(t, []map[string]any{{"team": "design", "month": month, "currency": "USD", "reserved": "120.5", "settled": "0", "budget": "1000", "soft": "200", "left": "879.5"}}, list.Items)
	list.Items = nil
	r.read("/budgets/design", r.token, &list)
	assert.Len(t, list.Items, 1)

	assert.Contains(t, r.ops.get("/orders?team=design").body, `id="order-`+id+`"`)
	assert.NotContains(t, r.ops.get("/orders?team=finance").body, `id="order-`+id+`"`)
	assert.NotContains(t, fin.get("/orders?team=design").body, `id="order-`+id+`"`)
}
