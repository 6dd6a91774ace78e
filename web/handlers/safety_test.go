package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
)

func TestEveryAnswerIsSafeToShow(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	for _, path := range []string{"/", "/orders/new/subscribe/createDesktops", "/nothing/here", "/signin", "/healthz", "/v2/openapi.json"} {
		h := c.get(path).Header
		csp := h.Get("Content-Security-Policy")
		assert.Contains(t, csp, "default-src 'none'", path)
		assert.Contains(t, csp, "frame-ancestors 'none'", path)
		assert.NotContains(t, csp, "unsafe", path)
		assert.Equal(t, "nosniff", h.Get("X-Content-Type-Options"), path)
		assert.Equal(t, "same-origin", h.Get("Referrer-Policy"), path)
		assert.Equal(t, "no-store", h.Get("Cache-Control"), path)
	}
}

func TestPostsFromElsewhereAreRefused(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	for name, headers := range map[string][]string{
		"another site":                 {"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"},
		"another site, an old browser": {"Origin", "https://evil.example", "Sec-Fetch-Site", ""},
		"a sibling site":               {"Origin", "https://sub.example", "Sec-Fetch-Site", "same-site"},
		"an opaque origin":             {"Origin", "null", "Sec-Fetch-Site", ""},
		"no browser at all":            {"Origin", "", "Sec-Fetch-Site", ""},
	} {
		a := c.post("/logout", nil, headers...)
		assert.Equal(t, http.StatusForbidden, a.StatusCode, name)
	}
	assert.Equal(t, http.StatusOK, c.get("/orders").StatusCode, "the session is still there")
	assert.Equal(t, http.StatusSeeOther, c.post("/logout", nil, "Origin", c.url, "Sec-Fetch-Site", "").StatusCode, "an old browser's own")
}

func TestSigningIn(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	stranger := &http.Client{Jar: &jar{}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	get := func(path string) answer {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.url+path, nil)
		require.NoError(t, err)
		return c.do(stranger, request)
	}
	a := get("/orders")
	assert.Equal(t, http.StatusUnauthorized, a.StatusCode)
	assert.Contains(t, a.body, "console signin", "it says how to get in")
	assert.Equal(t, http.StatusUnauthorized, get("/signin?code=made-up").StatusCode)

	code, late := auth.NewSecret(), auth.NewSecret()
	require.NoError(t, c.db.CreateSigninCode(t.Context(), code.Hash(), time.Now().Add(time.Minute)))
	require.NoError(t, c.db.CreateSigninCode(t.Context(), late.Hash(), time.Now().Add(-time.Second)))
	assert.Equal(t, http.StatusUnauthorized, get("/signin?code="+late.Reveal()).StatusCode, "expired")
	a = get("/signin?code=" + code.Reveal())
	require.Equal(t, http.StatusSeeOther, a.StatusCode)
	cookie := a.Cookies()[0]
	assert.True(t, cookie.HttpOnly)
	assert.Equal(t, http.SameSiteLaxMode, cookie.SameSite)
	assert.False(t, cookie.Secure, "the console is at http")
	assert.Equal(t, http.StatusOK, get("/orders").StatusCode)
	assert.Equal(t, http.StatusSeeOther, get("/signin").StatusCode, "who is in needs no link")
	stranger.Jar = &jar{}
	assert.Equal(t, http.StatusUnauthorized, get("/signin?code="+code.Reveal()).StatusCode, "a link works once")

	page, err := c.db.Audit(t.Context(), audit.Filter{Scope: auth.Everything, Action: "signin"})
	require.NoError(t, err)
	assert.Len(t, page.Items, 2, "each sign-in is in the log")
	for _, entry := range page.Items {
		assert.NotContains(t, string(entry.Details), code.Reveal())
	}
}

func TestAnEndedSessionIsOutAtTheNextRequest(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	other := c.signIn()
	cookies := other.Jar.Cookies(nil)
	require.Equal(t, http.StatusSeeOther, c.post("/logout", nil).StatusCode)
	a := c.get("/orders")
	assert.Equal(t, http.StatusUnauthorized, a.StatusCode)

	c.browser = other
	assert.Equal(t, http.StatusOK, c.get("/orders").StatusCode, "another browser's session is its own")
	require.Equal(t, http.StatusSeeOther, c.post("/logout", nil).StatusCode)
	c.browser = &http.Client{Jar: &jar{cookies: cookies}}
	a = c.get("/orders")
	assert.Equal(t, http.StatusUnauthorized, a.StatusCode, "a cookie that was kept is worth nothing")
	assert.Contains(t, a.body, "Your session has ended.")
}

func TestACookieOfAPublicHTTPSConsoleIsSecure(t *testing.T) {
	t.Parallel()
	c := newConsoleAt(t, "https://orders.example")
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.url+"/logout", nil)
	require.NoError(t, err)
	request.Header.Set("Origin", "https://orders.example")
	a := c.do(c.browser, request)
	require.Equal(t, http.StatusSeeOther, a.StatusCode, "the public address is trusted")
	assert.True(t, a.Cookies()[0].Secure)
}

func TestErrorsAreInTheConsolesOwnLook(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	for path, status := range map[string]int{
		"/nothing/here":                                http.StatusNotFound,
		"/orders/no-such-order":                        http.StatusNotFound,
		"/orders/01a20380-d642-7137-a0f9-c1593c16901e": http.StatusNotFound,
		"/orders/new/subscribe/buyTheMoon":             http.StatusNotFound,
		"/orders/review?order=nonsense":                http.StatusNotFound,
	} {
		a := c.get(path)
		assert.Equal(t, status, a.StatusCode, path)
		assert.Contains(t, a.body, "<h1", path)
		assert.Contains(t, a.body, `href="/orders"`, path)
		assert.Contains(t, a.body, a.Header.Get("X-Request-Id"), path)
	}
	a := c.post("/orders/new/subscribe/expandDesktopPool", url.Values{"reason": {strings.Repeat("x", 2<<20)}})
	assert.Equal(t, http.StatusRequestEntityTooLarge, a.StatusCode)
	assert.Contains(t, a.body, "<h1")

	require.NoError(t, c.db.Close())
	a = c.get("/orders")
	assert.Equal(t, http.StatusInternalServerError, a.StatusCode)
	assert.Contains(t, a.body, a.Header.Get("X-Request-Id"))
	assert.NotContains(t, a.body, "database", "nothing internal is shown")
	assert.NotContains(t, a.body, "goroutine")
}

func TestKeysReadJSONAndNothingElse(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	viewer := c.key("viewer", auth.RoleViewer)
	for path, status := range map[string]int{"/orders": 200, "/desktops": 200, "/pools": 200, "/audit": 403} {
		assert.Equal(t, status, c.read(path, viewer, nil).StatusCode, path)
	}
	assert.Equal(t, 200, c.read("/audit", c.token, nil).StatusCode)
	assert.Equal(t, 401, c.read("/orders", "nobody", nil).StatusCode)

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.url+"/orders", nil)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+c.token)
	assert.Equal(t, http.StatusForbidden, c.do(http.DefaultClient, request).StatusCode, "a key opens no page")
	request.Header.Set("Accept", "application/json")
	assert.Equal(t, http.StatusOK, c.do(http.DefaultClient, request).StatusCode)
}

func TestADraftIsItsPersonsAlone(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	form := formOf(t, example(t, "subscribe/expandDesktopPool"))
	form.Set("review", "1")
	a := c.post("/orders/new/subscribe/expandDesktopPool", form)
	require.Equal(t, http.StatusSeeOther, a.StatusCode)
	review := a.Header.Get("Location")
	require.Equal(t, http.StatusOK, c.get(review).StatusCode)
	_, err := c.db.Draft(t.Context(), "somebody else", strings.TrimPrefix(review, "/orders/review?order="))
	assert.Error(t, err)
}

func TestWhatPeopleTypeIsEscaped(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	nasty := `"><script>alert(1)</script>`
	form := formOf(t, example(t, "subscribe/expandDesktopPool"))
	form.Set("reason", nasty)
	form.Set("resources[0].expand_desktop_pool.pool_id", nasty)
	form.Set("review", "1")
	form.Set(`x"><b>`, "1")
	a := c.post("/orders/new/subscribe/expandDesktopPool", form)
	assert.Equal(t, http.StatusUnprocessableEntity, a.StatusCode)
	assert.NotContains(t, a.body, "<script>alert")
	assert.NotContains(t, a.body, `x"><b>`)
}

func TestMetricsAndHealth(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	assert.Equal(t, http.StatusOK, c.get("/healthz").StatusCode)
	assert.Equal(t, http.StatusOK, c.get("/readyz").StatusCode)
	a := c.get("/metrics")
	assert.Equal(t, http.StatusOK, a.StatusCode)
	assert.Contains(t, a.body, "go_goroutines")
	assert.Contains(t, a.body, `console_orders{badge="in_doubt"} 0`)
	assert.Contains(t, a.body, "console_inventory_age_seconds")
	require.NoError(t, c.db.Close())
	assert.Equal(t, http.StatusServiceUnavailable, c.get("/readyz").StatusCode)
	assert.Equal(t, http.StatusOK, c.get("/healthz").StatusCode, "alive, if not ready")
}
