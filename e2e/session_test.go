package e2e

import (
	"context"
	"net/http"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSessions(t *testing.T) {
	t.Parallel()
	// an order that is on its way for as long as the test
	c := startConsole(t, "--embedded-speed", "1h")
	b := c.open(t, true)

	require.EqualValues(t, 401, b.visit("/desktops"))
	b.showsSignIn("")

	// a link signs in once, in one browser
	b.see(c.link)
	assert.Equal(t, "Overview", b.text("h1"))
	other := c.open(t, true)
	require.EqualValues(t, 401, other.visit(c.link))
	other.showsSignIn("This link was used already")
	require.EqualValues(t, 401, other.visit("/orders"))
	other.see(c.signinLink(t))
	other.see("/orders")

	// whoever signs out is out at once, and only they are
	b.see("/orders")
	require.EqualValues(t, 200, b.press(`nav button[name=logout]`))
	assert.Equal(t, "/signin", b.path())
	b.showsSignIn("")
	require.EqualValues(t, 401, b.visit("/orders"))
	b.showsSignIn("")
	other.see("/orders")

	// a session that ends elsewhere, while a page follows an order
	b = other
	b.see("/desktops")
	b.inventory()
	b.draft(b.ids(`[data-row-check]`, "value")[0])
	require.EqualValues(t, 200, b.press("button[name=place]"))
	b.fresh(`document.querySelector("button[name=pay]") !== null`)
	require.EqualValues(t, 200, b.press("button[name=pay]"))
	b.fresh(`document.querySelector('[data-cloud-order][data-status="3"]') !== null`)
	order := b.path()
	assert.Empty(t, b.text("#notices"))
	b.endSession()
	b.until(`document.querySelector("#notices").innerText !== ""`)
	assert.Contains(t, b.text("#notices"), "You are signed out.")
	assert.Equal(t, "Processing", b.text(".badge"), "what was on the page stays")
	require.EqualValues(t, 401, b.press("#notices a"))
	b.forgiveAll(401)
	b.showsSignIn("Your session has ended.")

	// a click and a form that is sent
	b.see(c.signinLink(t))
	b.endSession()
	require.EqualValues(t, 401, b.press(`nav a[href="/orders"]`))
	b.showsSignIn("Your session has ended.")
	b.see(c.signinLink(t))
	b.see(order)
	b.endSession()
	require.EqualValues(t, 401, b.press(`button[name=repeat]`))
	b.forgiveAll(401)
	b.showsSignIn("Your session has ended.")
	b.see(c.signinLink(t))
	b.see(order)
}

// showsSignIn holds that the tab shows the sign-in page, in the console's look, with what it says first.
func (b *tab) showsSignIn(why string) {
	b.t.Helper()
	assert.Equal(b.t, "Sign in", b.text("h1"))
	assert.Equal(b.t, "console signin", b.text("#signin-command"))
	assert.Equal(b.t, "Order Console", b.text(".brand"))
	assert.Contains(b.t, b.text("main"), why)
	assert.Zero(b.t, b.count("nav"), "nothing is told to people who are not signed in")
}

// endSession ends the tab's session beside the browser, which keeps its cookie.
func (b *tab) endSession() {
	b.t.Helper()
	request, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.console.url+"/logout", nil)
	require.NoError(b.t, err)
	request.Header.Set("Origin", b.console.url)
	for _, cookie := range b.cookies() {
		request.AddCookie(&http.Cookie{Name: cookie.Name, Value: cookie.Value})
	}
	answer, err := http.DefaultTransport.RoundTrip(request)
	require.NoError(b.t, err)
	defer answer.Body.Close()
	require.Equal(b.t, http.StatusSeeOther, answer.StatusCode)
}

// cookies are the tab's cookies for the console.
func (b *tab) cookies() []*network.Cookie {
	b.t.Helper()
	var cookies []*network.Cookie
	b.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		result, err := cdp.Call(ctx, target, network.GetCookies, network.GetCookiesParams{URLs: []string{b.console.url}})
		cookies = result.Cookies
		return err
	}))
	return cookies
}
