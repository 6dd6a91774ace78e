package handlers_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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
	entry := c.logged("order.commented")[0]
	assert.Equal(t, subject, entry.Actor, "the journal, and what programs read of it, keep the subject")
}
