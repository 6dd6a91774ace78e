package templates

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/i18n"
)

var english = i18n.For("")

func render(t *testing.T, component templ.Component) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, component.Render(context.Background(), &b))
	return b.String()
}

func signedIn() Page {
	return Page{
		Title: "Orders", Nav: NavOrders, User: User{Name: "ops-admin", Role: "admin", May: auth.RolesOf(auth.RoleAdmin).May}, Cloud: "embedded",
		Region: "ap-southeast-1", ProjectID: "0bec5db9aa33", RequestID: "req-1",
	}
}

func TestAgoSaysHowLongSomethingIsPast(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for want, past := range map[string]time.Duration{
		"now":         4 * time.Second,
		"40 s ago":    40*time.Second + 900*time.Millisecond,
		"3 min ago":   3*time.Minute + 59*time.Second,
		"23 h ago":    24*time.Hour - time.Second,
		"29 d ago":    30*24*time.Hour - time.Second,
		"23 Oct 2026": 30 * 24 * time.Hour,
		"23 Nov 2026": -24 * time.Hour,
	} {
		assert.Equal(t, want, english.Ago(now.Add(-past), now), past.String())
	}
}

func TestTimesAreUTCWhateverZoneTheyComeIn(t *testing.T) {
	zone := time.FixedZone("east", 8*3600)
	html := render(t, Time(time.Date(2026, 11, 22, 2, 30, 0, 5e6, zone)))
	assert.Contains(t, html, `datetime="2026-11-21T18:30:00.005Z"`)
	assert.Contains(t, html, "21 Nov 2026, 18:30")
	assert.NotContains(t, render(t, Time(time.Time{})), "<time")
}

func TestAmountsAreExactAndGrouped(t *testing.T) {
	for given, want := range map[string]string{
		"0": "0.00", "12.5": "12.50", "999": "999.00", "1000": "1,000.00", "1234567.891": "1,234,567.891",
		"-2304.125": "−2,304.125", "123456": "123,456.00", "1e3": "1,000.00",
	} {
		assert.Equal(t, want, FormatAmount(decimal.RequireFromString(given)), given)
	}
	money := cloud.Money{Amount: decimal.RequireFromString("48"), Currency: "CNY"}
	assert.Equal(t, "48.00 CNY", FormatMoney(money))
	assert.Contains(t, render(t, MoneyChange(money)), "+48.00")
	assert.Contains(t, render(t, Money(money)), `value="48"`)
}

func TestEveryStateHasAWord(t *testing.T) {
	states := []string{
		"draft", "awaiting_approval", "rejected", "expired", "withdrawn", "queued", "sending", "placed", "refused",
		"in_doubt", "not_placed",
	}
	seen := map[string]bool{}
	for _, state := range states {
		word := OrderWord(english, state, "")
		assert.NotEqual(t, state, word)
		assert.False(t, seen[word], word)
		seen[word] = true
		assert.Contains(t, render(t, OrderBadge(state, "")), word)
	}
	assert.Equal(t, "To be paid", OrderWord(english, "placed", "to_be_paid"))
	assert.Equal(t, "In doubt", OrderWord(english, "in_doubt", "completed"), "only a placed order shows its result")
	for status := cloud.StatusInitialized; status.Known(); status++ {
		assert.NotContains(t, CloudWord(english, status), "Status")
	}
	badge := render(t, CloudBadge("CS1", 99))
	assert.Contains(t, badge, "Status 99")
	assert.Contains(t, badge, `data-cloud-order="CS1" data-status="99"`)
}

func TestABarSharesItsWidth(t *testing.T) {
	counts := []Count{{Good, "completed", 970}, {Info, "processing", 0}, {Warn, "to be paid", 29}, {Bad, "failed", 1}}
	parts := barParts(counts)
	require.Len(t, parts, 3)
	end := 0
	for i, part := range parts {
		assert.GreaterOrEqual(t, part.width, barLeast)
		if i > 0 {
			assert.Equal(t, end+barGap, part.x)
		}
		end = part.x + part.width
	}
	assert.Equal(t, barWidth, end)
	assert.Empty(t, barParts(nil))
	assert.Equal(t, "970 completed · 29 to be paid · 1 failed", CountWords(english, counts))
}

func TestColouredJSONIsStillTheText(t *testing.T) {
	for _, text := range []string{
		`{"a": "b\"c\\", "n": -1.5e3, "t": [true, null, {}], "": ""}`, `[]`, `"x"`, `12`, `not json`, `{"a`, "",
		PrettyJSON([]byte(`{"b":1,"a":{"z":[1,2]}}`)),
	} {
		var b strings.Builder
		for _, part := range colourJSON(text) {
			b.WriteString(part.text)
		}
		assert.Equal(t, text, b.String())
	}
	assert.Equal(t, "{\n  \"b\": 1.50,\n  \"a\": 2\n}", PrettyJSON([]byte(`{"b":1.50,"a":2}`)), "order and digits stay")
	assert.Contains(t, render(t, Code(CodeView{ID: "c", Text: "</pre><script>", JSON: true})), "&lt;/pre&gt;&lt;script&gt;")
}

func TestTheFrameNamesWhereOneIs(t *testing.T) {
	page := signedIn()
	page.Notice = NoticeView{Tone: Good, Text: "The key was revoked."}
	html := render(t, Layout(page))
	for _, part := range []string{
		"<title>Orders · Order Console</title>", `<html lang="en">`, `href="#main"`, `role="search"`, `name="q"`,
		"Embedded cloud", "ap-southeast-1 · 0bec5db9…", "ops-admin", `<form method="post" action="/logout">`,
		`role="status"`, "The key was revoked.", `name="htmx-config"`,
	} {
		assert.Contains(t, html, part)
	}
	assert.Equal(t, 1, strings.Count(html, `aria-current="page"`))
	assert.Regexp(t, `href="/orders"[^>]*aria-current="page"`, html)

	page.Theme = ThemeDark
	assert.Contains(t, render(t, Layout(page)), `data-theme="dark"`)
	page.Theme = ThemeSystem
	assert.NotContains(t, render(t, Layout(page)), "data-theme=")
}

func TestErrorPagesKeepTheFrameOfThoseWhoAreSignedIn(t *testing.T) {
	view := ErrorView{Title: "This page does not exist", Links: []Link{{Text: "Overview", Href: "/"}}}
	html := render(t, ErrorPage(signedIn(), view))
	assert.Contains(t, html, `href="/audit"`)
	assert.Contains(t, html, "req-1")

	html = render(t, ErrorPage(Page{}, view))
	assert.NotContains(t, html, `href="/audit"`)
	assert.Contains(t, html, "This page does not exist")
	assert.Contains(t, render(t, SignInPage(Page{}, SignInView{Why: "Your session has ended."})), "console signin")
}

// The Content-Security-Policy allows neither inline scripts nor inline styles, and htmx runs without eval.
func TestNothingInThePagesNeedsAWeakerPolicy(t *testing.T) {
	pages := []templ.Component{
		Layout(signedIn()), LayoutBare(Page{}), ErrorPage(signedIn(), ErrorView{Title: "x"}), SignInPage(Page{}, SignInView{}),
		Timeline([]TimelineItem{{Tone: Good, Title: "Asked", Time: time.Unix(1, 0)}, {Tone: Info, Icon: "loader", Title: "Sent"}}),
		Bar([]Count{{Good, "completed", 2}, {Bad, "failed", 1}}, true), ThemeSwitch("dark"),
		LinkMenu("Change", []Link{{Text: "Resize", Href: "/x", Icon: "resize"}}),
	}
	forbidden := regexp.MustCompile(`\sstyle=|<style|\son[a-z]+=|hx-on|"js:|javascript:|hx-trigger="[^"]*\[`)
	inlineScript := regexp.MustCompile(`<script[^>]*>[^<]`)
	for _, page := range pages {
		html := render(t, page)
		assert.NotRegexp(t, forbidden, html)
		assert.NotRegexp(t, inlineScript, html)
	}
}

func TestLinksWithOtherSchemesAreDefused(t *testing.T) {
	assert.Contains(t, render(t, TextLink(Link{Text: "x", Href: `/orders?q=a&b="c"`})), `href="/orders?q=a&amp;b=&#34;c&#34;"`)
	assert.NotContains(t, render(t, TextLink(Link{Text: "x", Href: "javascript:alert(1)"})), "javascript:")
}
