package e2e

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What others know about accessible pages and valid HTML; THIRD_PARTY.md says where the two are from.
var (
	//go:embed checkers/axe.min.js
	axe string
	//go:embed checkers/html-validate.min.js
	htmlValidate string
)

// axeRun runs axe with the rules that it has switched on, and gives a line for everything that is wrong.
const axeRun = `(async (only) => {
	const { violations } = await axe.run(document, { resultTypes: ["violations"], elementRef: false, ...(only ? { runOnly: only } : {}) });
	return violations.flatMap(({ id, nodes }) => nodes.map(node => id + ": " + node.html.replace(/\s+/g, " ").slice(0, 200) +
		" " + node.failureSummary.replace(/\s+/g, " ").slice(0, 300)));
})`

// axe is what axe finds on the page that is shown; with rules, what these find.
func (b *tab) axe(rules ...string) []string {
	b.t.Helper()
	if !evaluate[bool](b, `typeof axe === "object"`) {
		b.load(axe)
	}
	only, err := json.Marshal(rules)
	require.NoError(b.t, err)
	return resolved[[]string](b, fmt.Sprintf("%s(%s)", axeRun, only))
}

// load runs a whole script in the page.
func (b *tab) load(script string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	_, err := chromedp.Run(ctx, chromedp.Evaluate[chromedp.Void](script+"\n;void 0"))
	require.NoError(b.t, err)
}

// resolved evaluates an expression that is a promise.
func resolved[T any](b *tab, expression string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	require.NoError(b.t, err, "%s", b.where())
	return value
}

// speaks has the tab ask for its pages in a language.
func (b *tab) speaks(language string) {
	b.t.Helper()
	b.language = language
	b.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": language}})
		return err
	}))
}

// still takes away what moves, so that a colour is the one that it comes to be.
func (b *tab) still() {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}}})
		return err
	}))
}

// TestAxeFindsWhatIsWrong holds that axe is at work in a page of ours.
func TestAxeFindsWhatIsWrong(t *testing.T) {
	t.Parallel()
	b := startConsole(t).open(t, true)
	b.visit("/signin")
	assert.Empty(t, b.axe())
	b.run(`document.querySelector("main").insertAdjacentHTML("beforeend", "<input><p class=muted>x</p>")`)
	b.run(`document.querySelector("p.muted").className = "bare"`)
	found := strings.Join(b.axe(), "\n")
	assert.Contains(t, found, "label: <input>")
	b.run(`document.documentElement.style.setProperty("--text", "#888")`)
	assert.Contains(t, strings.Join(b.axe("color-contrast"), "\n"), "color-contrast: ")
}

// TestEverybodyCanUseEveryPage runs axe over every sort of page, in both languages and themes, over what a form says when it
// is refused, and with all open that opens.
func TestEverybodyCanUseEveryPage(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"en", "zh"} {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			for b, pages := range everySort(t, language) {
				start := time.Now()
				for _, page := range pages {
					b.see(page)
					b.usable(page)
				}
				t.Logf("%d pages in %s", len(pages), time.Since(start))
			}
		})
	}
}

// usable holds that axe finds nothing on the page that is shown, in either theme, and that it is whole on a phone, which is as
// narrow as a desk's screen at 200 % and more.
func (b *tab) usable(page string) {
	b.t.Helper()
	picture := strings.Trim(strings.Join([]string{b.data, b.language, page}, "-"), "-")
	for _, theme := range []string{"light", "dark"} {
		b.run(`document.querySelectorAll("details").forEach(details => { details.open = true })`)
		b.run(`document.documentElement.dataset.theme = "` + theme + `"`)
		if theme == "light" {
			assert.Empty(b.t, b.axe(), "%s", page)
		} else {
			assert.Empty(b.t, b.axe("color-contrast"), "%s, dark", page)
		}
		if picturesIn != "" {
			b.run(`document.querySelectorAll("details:not(.fold)").forEach(details => { details.open = false })`)
			b.picture(fmt.Sprintf("%s-%s-%d", picture, theme, desk))
			b.do(b.size(phone, 900))
			b.picture(fmt.Sprintf("%s-%s-%d", picture, theme, phone))
			b.do(b.size(desk, 900))
		}
	}
	assert.Empty(b.t, b.broken(phone), "%s, on a phone", page)
	b.do(b.size(desk, 900))
}

// TestEveryPageIsValid holds every sort of page against an HTML checker.
func TestEveryPageIsValid(t *testing.T) {
	t.Parallel()
	checker := startConsole(t).open(t, true)
	checker.do(chromedp.Navigate("about:blank"))
	checker.load(htmlValidate)
	valid := func(html string) []string {
		text, err := json.Marshal(html)
		require.NoError(t, err)
		return resolved[[]string](checker, fmt.Sprintf("problemsOfHTML(%s)", text))
	}
	assert.NotEmpty(t, valid("<p><div></p>"), "the checker checks")
	for _, language := range []string{"en", "zh"} {
		for b, pages := range everySort(t, language) {
			for _, page := range pages {
				_, html := b.ask(http.MethodGet, page, nil)
				assert.Empty(t, valid(html), "%s in %s", page, language)
			}
		}
	}
}
