package handlers_test

import (
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
)

// logged is an entry of the log as scripts read it.
type logged struct {
	Seq       int64
	Time      time.Time
	Actor     string
	Door      string
	Address   string
	Action    string
	Object    string
	Details   json.RawMessage
	RequestID string `json:"request_id"`
}

func TestTheLogIsReadPageByPage(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	var batch []audit.Entry
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for i := range 120 {
		batch = append(batch, audit.Entry{Time: at.Add(time.Duration(i) * time.Hour), Actor: "somebody", Door: "web", Address: "10.0.0.1",
			Action: "order.submitted", Object: "order:" + strconv.Itoa(i), Details: []byte(`{"n":1}`), RequestID: "r"})
	}
	require.NoError(t, c.db.LoadEntries(t.Context(), batch))

	seen, pages := 0, 0
	var before int64
	for path := "/audit?actor=somebody"; path != ""; pages++ {
		var page listed[logged]
		require.Equal(t, http.StatusOK, c.read(path, c.token, &page).StatusCode)
		for _, e := range page.Items {
			assert.Equal(t, "somebody", e.Actor, "the filter is kept from page to page")
			assert.True(t, before == 0 || e.Seq < before, "newest first")
			before = e.Seq
			seen++
		}
		if path = ""; page.Next != nil {
			path = *page.Next
		}
	}
	assert.Equal(t, 120, seen)
	assert.Equal(t, 3, pages)

	page := c.get("/audit?actor=somebody&from=2026-03-02&until=2026-03-05").body
	assert.Contains(t, page, `name="from" value="2026-03-02"`)
	next := linkOf(nextPage, page)
	for _, kept := range []string{"actor=somebody", "from=2026-03-02", "until=2026-03-05"} {
		assert.Contains(t, next, kept)
	}
	var days listed[logged]
	c.read("/audit?actor=somebody&from=2026-03-02&until=2026-03-02", c.token, &days)
	assert.Len(t, days.Items, 24, "both days included")
	newer := linkOf(firstPage, c.get(next).body)
	assert.Contains(t, newer, "before=")
	assert.Equal(t, http.StatusOK, c.get(newer).StatusCode)
	assert.Contains(t, c.get("/audit?actor=nobody").body, "No entry fits these filters")
}

func TestOneEntryOfTheLog(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	var page listed[logged]
	raw := c.read("/audit?action=key.created", c.token, &page)
	require.NotEmpty(t, page.Items)
	for _, member := range []string{`"seq":`, `"time":"20`, `"actor":`, `"door":`, `"address":`, `"action":`, `"object":`, `"details":{`, `"request_id":`} {
		assert.Contains(t, raw.body, member)
	}
	entry := page.Items[0]
	path := "/audit/" + strconv.FormatInt(entry.Seq, 10)
	var one logged
	c.read(path, c.token, &one)
	assert.Equal(t, entry, one)

	body := c.get(path).body
	assert.Contains(t, body, "API key made")
	assert.Contains(t, body, entry.Object)
	assert.Contains(t, body, `href="/keys"`)
	assert.Contains(t, body, `href="/audit?object=`+url.QueryEscape(entry.Object)+`"`)
	for _, unknown := range []string{"/audit/0", "/audit/999999", "/audit/-1", "/audit/x"} {
		assert.Equal(t, http.StatusNotFound, c.get(unknown).StatusCode, unknown)
	}
}

func TestWhoMayReadTheLogAndTheKeys(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	for role, may := range map[auth.Role]map[string]int{
		auth.RoleViewer:  {"/audit": 403, "/audit/1": 403, "/keys": 403, "/settings": 403, "/orders": 200},
		auth.RoleBuyer:   {"/audit": 403, "/keys": 403, "/orders/new": 403, "/desktops": 200},
		auth.RoleAuditor: {"/audit": 200, "/audit/1": 200, "/keys": 403, "/orders/new": 403, "/desktops": 403},
		auth.RoleAdmin:   {"/audit": 200, "/keys": 403, "/teams": 200, "/settings/webhooks": 403},
	} {
		token := c.key("reads-as-"+string(role), role)
		for path, status := range may {
			assert.Equal(t, status, c.read(path, token, nil).StatusCode, "%s reads %s", role, path)
		}
	}
}

var tokenShown = regexp.MustCompile(`<pre id="token"[^>]*>\s*(woc_[A-Za-z0-9_-]+)\s*</pre>`)

func TestMakingAndRevokingAKey(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	a := c.post("/keys", url.Values{"name": {"nightly"}, "role": {"viewer"}, "team": {"design"}, "create": {"1"}})
	require.Equal(t, http.StatusOK, a.StatusCode)
	shown := tokenShown.FindStringSubmatch(a.body)
	require.NotNil(t, shown, "the token is on the page")
	assert.Contains(t, a.body, `data-copy="#token"`)
	token := shown[1]
	assert.NotContains(t, c.get("/keys").body, token, "and on no other")
	assert.Equal(t, http.StatusOK, c.read("/orders", token, nil).StatusCode)
	assert.Equal(t, http.StatusForbidden, c.read("/keys", token, nil).StatusCode, "it may what its role may")

	var log listed[logged]
	made := c.read("/audit?action=key.created&actor=admin", c.token, &log)
	require.Len(t, log.Items, 1)
	assert.Equal(t, "web", log.Items[0].Door)
	assert.NotContains(t, made.body, token)
	id := strings.TrimPrefix(log.Items[0].Object, "key:")

	require.Equal(t, http.StatusSeeOther, c.post("/keys/"+id+"/revoke", url.Values{"revoke": {"1"}}).StatusCode)
	assert.Equal(t, http.StatusUnauthorized, c.read("/orders", token, nil).StatusCode, "out at once")
	assert.Contains(t, c.get("/keys").body, "Revoked")
	assert.Equal(t, http.StatusSeeOther, c.post("/keys/"+id+"/revoke", nil).StatusCode, "twice is no error")
	assert.Equal(t, http.StatusOK, c.post("/keys", url.Values{"name": {"nightly"}, "role": {"viewer"}, "team": {"design"}}).StatusCode, "the name is free again")
}

func TestAKeyThatCannotBeMade(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	for _, wrong := range []struct{ name, role, team, field, says string }{
		{"", "viewer", "", "name", "1 to 64"},
		{`"><script>x`, "viewer", "", "name", "1 to 64"},
		{strings.Repeat("a", 65), "viewer", "", "name", "1 to 64"},
		{"admin-script", "viewer", "design", "name", "another key"},
		{"fine", "king", "", "role", "admin"},
		{"fine", "", "", "role", "admin"},
		{"fine", "viewer", "", "team", "only an admin"},
		{"", "buyer", "", "team", "only an admin"},
		{"fine", "viewer", "nobodys", "team", "no team that there is"},
		{"fine", "admin", "design", "team", "must be none"},
	} {
		a := c.post("/keys", url.Values{"name": {wrong.name}, "role": {wrong.role}, "team": {wrong.team}})
		assert.Equal(t, http.StatusUnprocessableEntity, a.StatusCode, "%+v", wrong)
		problem := regexp.MustCompile(`id="error-` + wrong.field + `">([^<]*)<`).FindStringSubmatch(a.body)
		require.NotNil(t, problem)
		assert.Contains(t, problem[1], wrong.says, "%+v", wrong)
		assert.Equal(t, wrong.name, html.UnescapeString(inputValue(t, a.body, "name")), "what was typed is still there")
		assert.NotContains(t, a.body, "<script>x")
		assert.NotContains(t, a.body, "woc_")
		if wrong.role == "king" || wrong.role == "" {
			assert.NotRegexp(t, `<option value="admin" selected`, a.body, "no role is chosen for somebody")
			assert.Contains(t, a.body, `<option value="" selected>`)
		}
	}
}

func TestTheThemeIsKeptWithTheSession(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	a := c.post("/settings/theme", url.Values{"theme": {"dark"}}, "Referer", c.url+"/orders?state=failed")
	assert.Equal(t, http.StatusSeeOther, a.StatusCode)
	assert.Equal(t, "/orders?state=failed", a.Header.Get("Location"), "back to where one was")
	assert.Contains(t, c.get("/").body, `data-theme="dark"`)

	assert.Equal(t, http.StatusBadRequest, c.post("/settings/theme", url.Values{"theme": {`x" onload="y`}}).StatusCode)
	assert.Contains(t, c.get("/").body, `data-theme="dark"`)
	for _, elsewhere := range []string{"https://evil.example/orders", "//evil.example", "", c.url + "//evil.example"} {
		a = c.post("/settings/theme", url.Values{"theme": {"system"}}, "Referer", elsewhere)
		location := a.Header.Get("Location")
		assert.True(t, strings.HasPrefix(location, "/") && !strings.HasPrefix(location, "//"), "%q leads to %q", elsewhere, location)
		assert.NotContains(t, location, "https")
	}
	assert.NotContains(t, c.get("/").body, "data-theme=\"dark\"")
}

func TestTheDensityIsKeptWithTheSession(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	assert.NotContains(t, c.get("/").body, "data-density")
	assert.Equal(t, http.StatusSeeOther, c.post("/settings/density", url.Values{"density": {"compact"}}).StatusCode)
	assert.Contains(t, c.get("/orders").body, `data-density="compact"`)
	assert.Equal(t, http.StatusBadRequest, c.post("/settings/density", url.Values{"density": {"dense"}}).StatusCode)
	assert.Contains(t, c.get("/orders").body, `data-density="compact"`)
	assert.Equal(t, http.StatusSeeOther, c.post("/settings/density", url.Values{"density": {"comfortable"}}).StatusCode)
	assert.NotContains(t, c.get("/").body, "data-density")
}

func TestSettings(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	page := c.get("/settings").body
	for _, told := range []string{"Embedded cloud", project, region, c.url, "Desktops", "general_instances", "1,000"} {
		assert.Contains(t, page, told)
	}
	a := c.post("/settings/refresh", url.Values{"refresh": {"1"}}, "Referer", c.url+"/desktops?q=fin")
	assert.Equal(t, http.StatusSeeOther, a.StatusCode)
	assert.Equal(t, "/desktops?q=fin", a.Header.Get("Location"))
}
