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
	"workspace-order-console/internal/notify"
)

var (
	secretShown  = regexp.MustCompile(`<pre id="secret"[^>]*>\s*(whsec_[A-Za-z0-9+/=]+)\s*</pre>`)
	webhookShown = regexp.MustCompile(`data-webhook="([0-9a-f-]{36})"`)
)

// makeWebhook makes a webhook by its form.
func (c *console) makeWebhook(name string) (id, secret string) {
	c.t.Helper()
	a := c.post("/settings/webhooks", url.Values{"name": {name}, "url": {"https://example.com/hooks/" + name}, "events": {"order.completed", "order.failed"}})
	require.Equal(c.t, http.StatusOK, a.StatusCode, a.body)
	shown := secretShown.FindStringSubmatch(html.UnescapeString(a.body))
	require.NotNil(c.t, shown, "the secret is on the page")
	return webhookShown.FindStringSubmatch(a.body)[1], shown[1]
}

func TestMakingAWebhook(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	assert.Contains(t, c.get("/settings").body, `href="/settings/webhooks"`)
	assert.Contains(t, c.get("/settings/webhooks").body, "No webhooks yet")
	id, secret := c.makeWebhook("chat")
	list := c.get("/settings/webhooks").body
	assert.NotContains(t, html.UnescapeString(list), secret, "and on no other")
	assert.Contains(t, list, "Completed, Failed")
	page := c.get("/settings/webhooks/" + id).body
	assert.NotContains(t, html.UnescapeString(page), secret)
	assert.Contains(t, page, "https://example.com/hooks/chat")
	stored, err := c.db.Webhook(t.Context(), id)
	require.NoError(t, err)
	assert.NotContains(t, stored.SealedSecret, secret)
	assert.Equal(t, []notify.EventType{notify.Completed, notify.Failed}, stored.Events)

	var log listed[logged]
	raw := c.read("/audit?object=webhook:"+id, c.token, &log)
	require.Len(t, log.Items, 1)
	assert.Equal(t, "webhook.created", log.Items[0].Action)
	assert.Equal(t, "web", log.Items[0].Door)
	assert.NotContains(t, raw.body, "whsec_")
}

func TestAWebhookThatCannotBeMade(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	c.makeWebhook("chat")
	for _, wrong := range []struct{ name, url, event, field, says string }{
		{"", "https://example.com/", "order.failed", "name", "1 to 64"},
		{`"><script>x`, "https://example.com/", "", "name", "1 to 64"},
		{"chat", "https://example.com/", "", "name", "another webhook"},
		{"fine", "", "", "url", "https://example.com/hooks/orders"},
		{"fine", "http://example.com:99999/", "", "url", "https://example.com/hooks/orders"},
		{"fine", "ftp://example.com/", "", "url", "https://"},
		{"fine", "https://169.254.169.254/latest/meta-data", "", "url", "not public"},
		{"fine", "https://10.8.0.1/", "", "url", "not public"},
		{"fine", "http://8.8.8.8/", "", "url", "not public"},
		{"fine", "https://example.com/", "order.burnt", "events", "order.completed"},
	} {
		form := url.Values{"name": {wrong.name}, "url": {wrong.url}, "events": {"order.completed"}}
		if wrong.event != "" {
			form.Add("events", wrong.event)
		}
		a := c.post("/settings/webhooks", form)
		assert.Equal(t, http.StatusUnprocessableEntity, a.StatusCode, "%+v", wrong)
		problem := regexp.MustCompile(`id="error-` + wrong.field + `">([^<]*)<`).FindStringSubmatch(a.body)
		require.NotNil(t, problem)
		assert.Contains(t, html.UnescapeString(problem[1]), wrong.says, "%+v", wrong)
		assert.Equal(t, wrong.name, html.UnescapeString(inputValue(t, a.body, "name")), "what was typed is still there")
		assert.Equal(t, wrong.url, html.UnescapeString(inputValue(t, a.body, "url")))
		assert.Regexp(t, `value="order.completed" checked`, a.body)
		assert.NotContains(t, a.body, "<script>x")
		assert.NotContains(t, a.body, "whsec_")
	}
	both := c.post("/settings/webhooks", url.Values{"name": {""}, "url": {"x"}}).body
	assert.Regexp(t, `id="error-name">[^<]+<`, both)
	assert.Regexp(t, `id="error-url">[^<]+<`, both)
	a := c.post("/settings/webhooks", url.Values{"name": {"inside"}, "url": {"http://10.9.1.1/hook"}})
	assert.Equal(t, http.StatusOK, a.StatusCode, "a network that the operator allows, without https")
}

func TestTheLifeOfAWebhook(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	id, _ := c.makeWebhook("chat")
	path := "/settings/webhooks/" + id
	require.Equal(t, http.StatusSeeOther, c.post(path+"/test", url.Values{"test": {"1"}}).StatusCode)
	page := c.get(path).body
	assert.Contains(t, page, `data-state="pending"`)
	assert.Contains(t, page, "Waiting 1")

	// it is given up, and sent again
	d, _, err := c.db.ClaimDelivery(t.Context(), notify.Claim{Fence: "f", Now: time.Now(), Until: time.Now().Add(time.Minute)}, false)
	require.NoError(t, err)
	require.NoError(t, c.db.FinishDelivery(t.Context(), notify.Attempt{Delivery: d, Fence: "f", Now: time.Now(), RestUntil: time.Now(), State: notify.Dead, Status: 500, Error: "answered 500 <b>"}))
	page = c.get(path + "?state=dead").body
	assert.Contains(t, page, "answered 500 &lt;b&gt;")
	assert.Contains(t, page, "Given up 1")
	assert.Contains(t, c.get("/settings/webhooks").body, `href="`+path+`?state=dead"`)
	assert.Contains(t, c.get("/metrics").body, `console_notifications{channel="webhook",state="dead"} 1`)
	require.Equal(t, http.StatusSeeOther, c.post(path+"/resend", url.Values{"delivery": {d.ID}, "resend": {"1"}}).StatusCode)
	assert.NotContains(t, c.get(path).body, "Send again")
	assert.Contains(t, c.get(path+"?state=dead").body, "Nothing here")

	require.Equal(t, http.StatusSeeOther, c.post(path+"/disable", nil).StatusCode)
	page = c.get(path).body
	assert.Contains(t, page, "Disabled")
	assert.NotContains(t, page, "Send again", "nothing is offered that would be refused")
	assert.Equal(t, http.StatusConflict, c.post(path+"/test", nil).StatusCode)
	assert.Equal(t, http.StatusConflict, c.post(path+"/resend", nil).StatusCode)
	require.Equal(t, http.StatusSeeOther, c.post(path+"/enable", nil).StatusCode)
	require.Equal(t, http.StatusSeeOther, c.post(path+"/resend", nil).StatusCode)
	assert.Contains(t, c.get(path).body, `data-state="pending"`)

	require.Equal(t, http.StatusSeeOther, c.post(path+"/delete", nil).StatusCode)
	assert.Equal(t, http.StatusNotFound, c.get(path).StatusCode)
	assert.Equal(t, http.StatusSeeOther, c.post(path+"/delete", nil).StatusCode, "twice is no error")
	assert.Equal(t, http.StatusNotFound, c.post(path+"/test", nil).StatusCode)
	audit := c.get("/audit").body
	for _, told := range []string{"Webhook made", "Test sent to a webhook", "Sent again to a webhook", "Webhook disabled", "Webhook enabled", "Webhook deleted"} {
		assert.Contains(t, audit, told)
	}
}

func TestDeliveriesAreReadPageByPage(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	id, _ := c.makeWebhook("chat")
	for range 60 {
		require.NoError(t, c.db.TestWebhook(t.Context(), id, auth.Console))
	}
	first := c.get("/settings/webhooks/" + id + "?state=pending").body
	assert.Equal(t, 50, strings.Count(first, "data-delivery="))
	next := linkOf(nextPage, first)
	assert.Contains(t, next, "state=pending")
	assert.Equal(t, 10, strings.Count(c.get(next).body, "data-delivery="))
}

func TestWhoMayManageWebhooks(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	id, _ := c.makeWebhook("chat")
	for _, role := range auth.AllRoles() {
		token := c.key("reads-as-"+string(role), role)
		for _, path := range []string{"/settings/webhooks", "/settings/webhooks/" + id} {
			assert.Equal(t, http.StatusForbidden, c.read(path, token, nil).StatusCode, "pages are for people: %s reads %s", role, path)
		}
	}
	for _, path := range []string{"", "/" + id + "/test", "/" + id + "/delete", "/" + id + "/disable", "/" + id + "/resend"} {
		assert.Equal(t, http.StatusForbidden, c.post("/settings/webhooks"+path, nil, "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site").StatusCode, path)
	}
	_, err := c.db.Webhook(t.Context(), id)
	assert.NoError(t, err)
}
