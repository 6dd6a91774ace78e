package handlers_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/orders"
)

// Sign-in services name people by what no person can read.
func TestPagesCallPeopleByTheirMailAddress(t *testing.T) {
	t.Parallel()
	c := company(t)
	order := c.furnish()["design"].orders["refused"]
	const subject, called = "00u1x7kq", `<span translate="no" title="00u1x7kq">00u1x7kq@company.example</span>`
	viewer := c.visit("vic", "design-viewer")
	buyer := c.visit(subject, "design-buyer")
	require.Equal(t, http.StatusSeeOther, buyer.post("/orders/"+order+"/comments", url.Values{"text": {"again, please"}, "comment": {"1"}}).StatusCode)
	page := viewer.get("/orders/" + order).body
	assert.Contains(t, page, called)
	assert.Contains(t, page, `<span translate="no">mark-design-refused-actor</span>`, "whom nobody has seen is called as the journal does")

	auditor := c.visit("ada", "design-auditor")
	assert.Regexp(t, `<span translate="no">00u1x7kq</span>\s*<p class="small muted" translate="no">00u1x7kq@company.example</p>`, auditor.get("/audit?action=order.commented").body)
	assert.Contains(t, auditor.get("/audit?actor=00u1x7kq%40company.example").body, "/audit/", "a filter takes what people read")
	assert.NotContains(t, auditor.get("/audit?actor=00u1x7kq%40company.example").body, "No entry fits these filters")
	assert.Contains(t, auditor.get("/audit?actor=nobody%40company.example").body, "No entry fits these filters")

	form := formOf(t, example(t, "subscribe/createDesktops/minimal-seed-example"))
	form.Set("enterprise_project_id", projects["design"])
	form.Set("order", orders.NewID())
	form.Set("review", "1")
	require.Equal(t, http.StatusSeeOther, buyer.post("/orders/new/subscribe/createDesktops", form).StatusCode)
	review := buyer.get("/orders/review?order=" + form.Get("order")).body
	quote := part(t, review, `name="quote" value="`, `"`)
	require.Equal(t, http.StatusSeeOther, buyer.post("/orders/review", url.Values{"order": {form.Get("order")}, "quote": {quote}, "place": {"1"}}).StatusCode)
	list := viewer.get("/orders?actor=00u1x7kq%40company.example").body
	assert.Contains(t, list, `data-order="`+form.Get("order")+`"`)
	assert.NotContains(t, list, order, "and of nobody else")
	assert.Contains(t, viewer.get("/orders?actor=00u1x7kq").body, `data-order="`+form.Get("order")+`"`)
	entry := c.logged("order.commented")[0]
	assert.Equal(t, subject, entry.Actor, "the journal, and what programs read of it, keep the subject")
}
