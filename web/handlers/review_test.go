package handlers_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/orders"
)

func TestTheReviewOfAnOrderSentAgainSaysSoBesideThePrice(t *testing.T) {
	t.Parallel()
	c := company(t)
	all := c.furnish()
	ops := c.visit("ops", adminGroup)
	reviewed := func(repeated string) string {
		form := url.Values{"order": {orders.NewID()}, "repeat_of": {repeated}, "reason": {"the cloud lost it"}, "review": {"1"},
			"resize_param.product_id": {"workspace.g.4xlarge4.a10.win"}, "resize_param.desktop_ids[0]": {"mark-design-in_doubt-target"}}
		a := ops.post(resize, form)
		require.Equal(t, http.StatusSeeOther, a.StatusCode, problemsOf(a.body))
		return between(ops.get(a.Header.Get("Location")).body, `<aside class="side-panel"`, "</aside>")
	}
	doubt := all["design"].orders["in_doubt"]
	side := reviewed(doubt)
	assert.Contains(t, side, "This is sent a second time.")
	assert.Contains(t, side, `href="/orders/`+doubt+`"`, "the earlier order")
	assert.NotContains(t, reviewed(all["design"].orders["completed"]), "a second time", "that one is no doubt")
}
