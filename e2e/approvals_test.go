package e2e

import (
	"io"
	"log"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// startBehindProxy runs a console that people come to through a company's sign-in.
func startBehindProxy(t *testing.T, flags ...string) *console {
	t.Helper()
	return serveConsole(t, false, append([]string{"--listen", "127.0.0.1:0", "--auth", "header", "--trusted-proxy", "127.0.0.1/32", "--admin-group", "ops"}, flags...)...)
}

// as opens a tab for somebody whom a sign-in proxy of their own names.
func (c *console) as(t *testing.T, scripts bool, name, groups string) *tab {
	t.Helper()
	to, err := url.Parse(c.url)
	require.NoError(t, err)
	server := httptest.NewServer(&httputil.ReverseProxy{ErrorLog: log.New(io.Discard, "", 0), Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(to)
		r.SetXForwarded()
		r.Out.Header.Set("X-Forwarded-User", name)
		r.Out.Header.Set("X-Forwarded-Email", name+"@company.example")
		r.Out.Header.Set("X-Forwarded-Groups", groups)
	}})
	t.Cleanup(server.Close)
	return (&console{url: server.URL, data: c.data}).open(t, scripts)
}

func TestAskedForByOneAndApprovedByAnother(t *testing.T) {
	t.Parallel()
	decides(t, true)
}

func TestAskedForByOneAndApprovedByAnotherWithoutScripts(t *testing.T) {
	t.Parallel()
	decides(t, false)
}

// decides has a team's orders approved: one is rejected, and one approved by the keyboard alone.
func decides(t *testing.T, scripts bool) {
	c := startBehindProxy(t, "--embedded-speed", "0s")
	check := func(b *tab, page string) {
		if scripts { // the same pages come without
			b.check(page)
		}
	}
	ops := c.as(t, scripts, "ops", "ops")
	ops.see("/teams/design")
	ops.fill("approval.above", "0")
	require.EqualValues(t, 200, ops.press("button[name=save]"))
	check(ops, "teams-with-approval")

	mei := c.as(t, scripts, "mei", "design-buyers")
	mei.see("/desktops")
	mei.inventory()
	desktop := mei.ids("[data-row-check]", "value")[0]
	ask := func(size, reason string) {
		mei.see("/orders/new/batch-desktop/ADD_VOLUME?desktop_ids=" + desktop)
		mei.fill("add_volume_param.volume_type", "SSD")
		mei.fill("add_volume_param.volume_size", size)
		if reason == "" {
			require.EqualValues(t, 422, mei.press("aside button[name=review]"))
			assert.Contains(t, mei.text(`[id="error-reason"]`), "mandatory")
			assert.Equal(t, size, mei.value("add_volume_param.volume_size"))
			reason = "room for the archive"
		}
		mei.fill("reason", reason)
		require.EqualValues(t, 200, mei.press("aside button[name=review]"))
		assert.Contains(t, mei.text("#approval"), "approver of team design")
		assert.Equal(t, "Ask for approval", mei.text("button[name=place]"))
		check(mei, "review-approval")
		require.EqualValues(t, 200, mei.press("button[name=place]"))
		assert.Equal(t, "awaiting_approval", mei.attribute("[data-order][data-state]", "data-state"))
		assert.Zero(t, mei.count("button[name=approve]"))
		check(mei, "order-asked")
	}
	ask("100", "")
	first := mei.path()

	omar := c.as(t, scripts, "omar", "design-leads")
	omar.see("/")
	check(omar, "overview-to-decide")
	assert.Contains(t, omar.text("nav .count"), "1")
	require.EqualValues(t, 200, omar.press(`nav a[href="/approvals"]`))
	check(omar, "approvals")
	omar.focus("[data-request] a[data-row-link]")
	require.EqualValues(t, 200, omar.lead(press("\r")))
	require.Equal(t, first, omar.path())
	check(omar, "order-to-decide")
	omar.click("#decide summary")
	require.EqualValues(t, 422, omar.press("button[name=reject]"))
	assert.Contains(t, omar.text(`[id="error-reason"]`), "mandatory")
	assert.Empty(t, omar.broken(phone))
	omar.do(omar.size(desk, 900))
	omar.run(`document.querySelector("#reject-reason").focus()`)
	omar.do(insert("ask for half of it"))
	require.EqualValues(t, 200, omar.press("button[name=reject]"))
	assert.Equal(t, "rejected", omar.attribute("[data-order][data-state]", "data-state"))
	check(omar, "order-rejected")
	omar.fill("text", "half would do")
	require.EqualValues(t, 200, omar.press("button[name=comment]"))
	assert.Contains(t, omar.text("#comments"), "half would do")

	mei.see(first)
	assert.Contains(t, mei.text("main"), "ask for half of it")
	ask("50", "half, then")
	second := mei.path()
	omar.see(second)
	omar.focus("button[name=approve]")
	require.EqualValues(t, 200, omar.lead(press("\r")))
	omar.fresh(`document.querySelector('[data-state="placed"]') !== null`)
	assert.Contains(t, omar.text("#approval"), "1 of 1 approvals")
	check(omar, "order-approved")

	omar.see("/settings/delegations")
	check(omar, "delegations-empty")
	omar.fill("to", "mei")
	omar.run(`document.querySelector("[name=until]").value = new Date(Date.now() + 7 * 86400e3).toISOString().slice(0, 10)`)
	require.EqualValues(t, 200, omar.press("button[name=delegate]"))
	assert.Contains(t, omar.text("#yours"), "mei")
	check(omar, "delegations")
	for _, path := range []string{"/budgets", "/budgets/design", "/approvals?view=all", "/"} {
		omar.see(path)
		check(omar, path+"-with-orders")
	}
}
