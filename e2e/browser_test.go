package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// patience bounds every wait. It is long, because it is only spent when something is broken; often is how often is looked.
const (
	patience = 30 * time.Second
	often    = 20 * time.Millisecond
)

// tab is a page of the browser, in a context that has no other test's cookies or storage. It collects whatever the
// browser complains about: at the end of the test there must be nothing.
type tab struct {
	t       *testing.T
	ctx     context.Context
	console *console
	scripts bool
	// iconless: it sees pages that are not the console's and have no icon, so that the browser looks for one at /favicon.ico.
	iconless bool
	// data names what the console holds, for its pictures; may be empty.
	data string
	// language is what it asks for its pages in; empty for the browser's own.
	language string

	mu         sync.Mutex
	complaints []string
	requests   []string // path and query
}

// open opens a tab that is not signed in.
func (c *console) open(t *testing.T, scripts bool) *tab {
	t.Helper()
	browser, err := chromium()
	require.NoError(t, err)
	b := &tab{t: t, console: c, scripts: scripts}
	ctx, end := chromedp.NewContext(browser, chromedp.WithNewBrowserContext(), chromedp.WithListener(b.listen))
	b.ctx = ctx
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(b.where())
		}
		end()
		b.mu.Lock()
		defer b.mu.Unlock()
		assert.Empty(t, b.complaints, "the browser complains")
	})
	// not by do: its deadline would become that of the tab
	require.NoError(t, chromedp.Do(ctx, b.size(1440, 900), chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		if _, err := cdp.Call(ctx, target, audits.Enable, cdp.Empty{}); err != nil {
			return err
		}
		// as if this were the only window, so that a test in another does not take the focus away
		if _, err := cdp.Call(ctx, target, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !scripts})
		return err
	})))
	return b
}

// listen collects complaints and requests.
func (b *tab) listen(event any) {
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		if e.Type != runtime.ConsoleAPICalledTypeError && e.Type != runtime.ConsoleAPICalledTypeWarning && e.Type != runtime.ConsoleAPICalledTypeAssert {
			return
		}
		var words []string
		for _, arg := range e.Args {
			words = append(words, strings.Trim(string(arg.Value)+" "+arg.Description, `" `))
		}
		b.complain("console.%s: %s", e.Type, strings.Join(words, " "))
	case *runtime.EventExceptionThrown:
		words := e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			words += " " + e.ExceptionDetails.Exception.Description
		}
		b.complain("exception: %s", words)
	case *log.EventEntryAdded:
		if b.iconless && strings.HasSuffix(e.Entry.URL, "/favicon.ico") {
			return
		}
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			b.complain("%s: %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL)
		}
	case *audits.EventIssueAdded:
		if e.Issue.Code == audits.InspectorIssueCodeContentSecurityPolicyIssue {
			details, _ := json.Marshal(e.Issue.Details)
			b.complain("content security policy: %s", details)
		}
	case *network.EventRequestWillBeSent:
		path, inside := strings.CutPrefix(e.Request.URL, b.console.url)
		if !inside && !strings.HasPrefix(e.Request.URL, "data:") && !strings.HasPrefix(e.Request.URL, "about:") {
			b.complain("a request to somewhere else: %s", e.Request.URL)
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		b.requests = append(b.requests, path)
	}
}

func (b *tab) complain(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.complaints = append(b.complaints, fmt.Sprintf(format, args...))
}

// forgive takes back the complaint that the browser has about every answer with an error's status.
func (b *tab) forgive(status int64) {
	b.t.Helper()
	b.eventually(fmt.Sprintf("the browser notes the status %d", status), func() bool {
		b.mu.Lock()
		defer b.mu.Unlock()
		i := slices.IndexFunc(b.complaints, func(c string) bool { return refusal(c, status) })
		if i >= 0 {
			b.complaints = slices.Delete(b.complaints, i, i+1)
		}
		return i >= 0
	})
}

// forgiveAll takes back all complaints about answers with an error's status: a page that asks again and again gets several.
func (b *tab) forgiveAll(status int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.complaints = slices.DeleteFunc(b.complaints, func(c string) bool { return refusal(c, status) })
}

// refusal tells that a complaint is about an answer with an error's status.
func refusal(complaint string, status int64) bool {
	return strings.HasPrefix(complaint, "network:") && strings.Contains(complaint, fmt.Sprintf("responded with a status of %d", status))
}

// asked counts the requests so far whose path ends so.
func (b *tab) asked(suffix string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for _, request := range b.requests {
		path, _, _ := strings.Cut(request, "?")
		if strings.HasSuffix(path, suffix) {
			n++
		}
	}
	return n
}

// do runs steps; all of them have to work in time.
func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		require.NoError(b.t, err, b.where())
	}
}

// lead runs steps that lead to another page, waits until it is there and returns its status.
func (b *tab) lead(steps ...chromedp.Action[chromedp.Void]) int64 {
	b.t.Helper()
	b.run(`window.left = true`)
	b.do(steps...)
	b.until(`!window.left && document.readyState === "complete"`)
	status := evaluate[int64](b, `performance.getEntriesByType("navigation")[0].responseStatus`)
	if status >= 400 {
		b.forgive(status)
	}
	return status
}

// visit opens an address of the console and returns the status.
func (b *tab) visit(address string) int64 {
	b.t.Helper()
	if !strings.HasPrefix(address, "http://") {
		address = b.console.url + address
	}
	return b.lead(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, page.Navigate, page.NavigateParams{URL: address})
		return err
	}))
}

// see opens a page that has to be there.
func (b *tab) see(address string) {
	b.t.Helper()
	require.EqualValues(b.t, 200, b.visit(address), address)
}

// press presses what leads to another page, and returns that page's status.
func (b *tab) press(selector string) int64 {
	b.t.Helper()
	return b.lead(b.clicking(selector))
}

// click presses what stays on the page.
func (b *tab) click(selector string) {
	b.t.Helper()
	b.do(b.clicking(selector))
}

// keys presses keys, wherever the focus is.
func (b *tab) keys(keys string) {
	b.t.Helper()
	b.do(press(keys))
}

// named selects an input by its name.
func named(name string) string { return fmt.Sprintf(`[name=%q]:not([type=hidden])`, name) }

// fill enters a value into an input, in the place of what it holds.
func (b *tab) fill(name, value string) {
	b.t.Helper()
	b.until(fmt.Sprintf(`document.querySelector(%q)?.checkVisibility()`, named(name)))
	if evaluate[string](b, fmt.Sprintf(`document.querySelector(%q).localName`, named(name))) == "select" {
		b.run(choosing(name, value))
	} else {
		b.do(b.clicking(named(name)))
		b.run(fmt.Sprintf(`document.querySelector(%q).select()`, named(name)))
		b.do(insert(value))
	}
	require.Equal(b.t, value, b.value(name), "%s does not take it", name)
}

// insert types a text where the focus is: at once, as a paste or an input method does.
func insert(text string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, input.InsertText, input.InsertTextParams{Text: text})
		return err
	})
}

// choosing picks an option of a select. The list that a browser opens for one is not part of the page, so this is what
// the browser does once an option was picked.
func choosing(name, value string) string {
	return fmt.Sprintf(`(() => {
		const select = document.querySelector(%q);
		select.focus();
		select.value = %q;
		select.dispatchEvent(new Event("input", {bubbles: true}));
		select.dispatchEvent(new Event("change", {bubbles: true}));
	})()`, named(name), value)
}

// value is what an input holds.
func (b *tab) value(name string) string {
	b.t.Helper()
	return evaluate[string](b, fmt.Sprintf(`document.querySelector(%q).value`, named(name)))
}

// text is what an element says, as it is seen.
func (b *tab) text(selector string) string {
	b.t.Helper()
	return evaluate[string](b, fmt.Sprintf(`document.querySelector(%q)?.innerText ?? "(no %s)"`, selector, strings.ReplaceAll(selector, `"`, `'`)))
}

// count is how many elements there are.
func (b *tab) count(selector string) int {
	b.t.Helper()
	return evaluate[int](b, fmt.Sprintf(`document.querySelectorAll(%q).length`, selector))
}

// texts are what elements say.
func (b *tab) texts(selector string) []string {
	b.t.Helper()
	return evaluate[[]string](b, fmt.Sprintf(`[...document.querySelectorAll(%q)].map(e => e.innerText.trim())`, selector))
}

// attribute is an attribute of the first element.
func (b *tab) attribute(selector, name string) string {
	b.t.Helper()
	return evaluate[string](b, fmt.Sprintf(`document.querySelector(%q)?.getAttribute(%q) ?? "(none)"`, selector, name))
}

// focused is the name of the input that has the focus, or else its id or element.
func (b *tab) focused() string {
	b.t.Helper()
	return evaluate[string](b, `document.activeElement.name || document.activeElement.id || document.activeElement.localName`)
}

// path is where the tab is.
func (b *tab) path() string {
	b.t.Helper()
	return evaluate[string](b, `location.pathname`)
}

// evaluate evaluates an expression in the page. This works in a page without scripts as well.
func evaluate[T any](b *tab, expression string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	require.NoError(b.t, err, "%s", expression)
	return value
}

// run evaluates an expression for what it does.
func (b *tab) run(expression string) {
	b.t.Helper()
	evaluate[chromedp.Void](b, "void ("+expression+")")
}

// until waits until an expression is true. It may outlive the page: what the next one says counts.
func (b *tab) until(expression string) {
	b.t.Helper()
	b.eventually(expression, func() bool {
		ctx, cancel := context.WithTimeout(b.ctx, patience)
		defer cancel()
		holds, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("!!("+expression+")"))
		return err == nil && holds
	})
}

// eventually waits until a condition holds.
func (b *tab) eventually(what string, holds func() bool) {
	b.t.Helper()
	soon := time.NewTicker(often)
	defer soon.Stop()
	late := time.After(patience)
	for !holds() {
		select {
		case <-soon.C:
		case <-late:
			require.Fail(b.t, "it does not happen: "+what, b.where())
		}
	}
}

// where tells for a failure what the tab shows.
func (b *tab) where() string {
	ctx, cancel := context.WithTimeout(b.ctx, 2*time.Second)
	defer cancel()
	says, err := chromedp.Run(ctx, chromedp.Evaluate[string](`location.href + "\n" + document.querySelector("main")?.innerText.slice(0, 3000)`))
	if err != nil {
		return err.Error()
	}
	return says
}

// size makes the tab so large. A narrow one is a phone's.
func (b *tab) size(width, height int64) chromedp.Action[chromedp.Void] {
	if width < 600 {
		return chromedp.EmulateViewport(width, height, chromedp.EmulateMobile)
	}
	return chromedp.EmulateViewport(width, height)
}

// picturesIn is where pictures of the pages go; empty for none. They are for people: no test looks at them.
var picturesIn = os.Getenv("CONSOLE_PICTURES")

// picture keeps a picture of the page, if pictures are wanted.
func (b *tab) picture(name string) {
	b.t.Helper()
	if picturesIn == "" {
		return
	}
	if !b.scripts {
		name += "-without-scripts"
	}
	b.run(`scrollTo(0, 0)`)
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	require.NoError(b.t, err)
	require.NoError(b.t, os.MkdirAll("../pictures", 0o755))
	name = strings.Trim(strings.NewReplacer("/", "-", "?", "-", "=", "-").Replace(name), "-")
	require.NoError(b.t, os.WriteFile(filepath.Join("..", "pictures", url.PathEscape(name)+".png"), png, 0o644))
}

// focus gives an element the focus.
func (b *tab) focus(selector string) {
	b.t.Helper()
	b.run(fmt.Sprintf(`document.querySelector(%q).focus()`, selector))
}

// clicking clicks an element with the mouse, once it is there and nothing covers it. A test is quicker than a hand: where
// the page has moved between the look and the click, it looks again. (chromedp's own looks in vain in a page that has come
// back from the browser's cache.)
func (b *tab) clicking(selector string) chromedp.Action[chromedp.Void] {
	place := fmt.Sprintf(`(token => {
		const element = document.querySelector(%q);
		if (!element?.checkVisibility()) return null;
		element.scrollIntoView({block: "center", behavior: "instant"});
		const box = element.getBoundingClientRect(), x = box.x + box.width / 2, y = box.y + box.height / 2;
		if (!element.contains(document.elementFromPoint(x, y))) return null;
		window.clicking = token;
		window.clicked = 0;
		element.addEventListener("click", () => { window.clicked = token }, {once: true, capture: true});
		return {x, y};
	})`, selector)
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		soon := time.NewTicker(often)
		defer soon.Stop()
		for token := 1; ; token++ {
			at, err := chromedp.Evaluate[*struct{ X, Y float64 }](fmt.Sprintf("%s(%d)", place, token))(ctx, target)
			if err == nil && at != nil {
				if _, err = chromedp.MouseClickXY(at.X, at.Y)(ctx, target); err != nil {
					return err
				}
				// another page is there, or about to be, or this one has seen it; without scripts none can tell
				missed, err := chromedp.Evaluate[bool](fmt.Sprintf(`window.clicking === %d && window.clicked !== %[1]d`, token))(ctx, target)
				if !b.scripts || err != nil || !missed {
					return ctx.Err()
				}
			}
			select {
			case <-soon.C:
			case <-ctx.Done():
				return fmt.Errorf("%s cannot be clicked: %w", selector, errors.Join(err, ctx.Err()))
			}
		}
	})
}

// press presses keys one after the other, wherever the focus is. What a key types comes with the key, so that a page that
// takes it for itself keeps it from being typed, as with a real keyboard; chromedp's own sends it apart.
func press(keys string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		for _, key := range keys {
			events := kb.Encode(key)
			if len(events) == 3 {
				events[0].Text, events[0].UnmodifiedText = events[1].Text, events[1].UnmodifiedText
				events = slices.Delete(events, 1, 2)
			}
			for _, event := range events {
				if _, err := cdp.Call(ctx, target, input.DispatchKeyEvent, *event); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func reload(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
	_, err := cdp.Call(ctx, target, page.Reload, page.ReloadParams{})
	return chromedp.Void{}, err
}

// fresh loads the page again until an expression is true.
func (b *tab) fresh(expression string) {
	b.t.Helper()
	b.eventually(expression, func() bool {
		if evaluate[bool](b, "!!("+expression+")") {
			return true
		}
		b.lead(reload)
		return evaluate[bool](b, "!!("+expression+")")
	})
}

// filter picks a list's filter. With scripts the page follows by itself.
func (b *tab) filter(name, value string) []chromedp.Action[chromedp.Void] {
	b.t.Helper()
	pick := chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := chromedp.Evaluate[chromedp.Void](choosing(name, value))(ctx, target)
		return err
	})
	if b.scripts {
		return []chromedp.Action[chromedp.Void]{pick}
	}
	return []chromedp.Action[chromedp.Void]{pick, b.clicking(".filters button[type=submit]")}
}

// read reads what the console answers to this tab's session in JSON.
func (b *tab) read(path string, into any) {
	b.t.Helper()
	status, body := b.get(path, "application/json")
	require.Equal(b.t, http.StatusOK, status, "%s: %s", path, body)
	require.NoError(b.t, json.Unmarshal(body, into))
}

// get asks the console for an address with this tab's session, beside the browser.
func (b *tab) get(path, accept string) (status int, body []byte) {
	b.t.Helper()
	request, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.console.url+path, nil)
	require.NoError(b.t, err)
	request.Header.Set("Accept", accept)
	answer, text := b.sent(request)
	return answer.StatusCode, []byte(text)
}

// sent sends a request with this tab's session, and gives the answer with its body.
func (b *tab) sent(request *http.Request) (*http.Response, string) {
	b.t.Helper()
	for _, cookie := range b.cookies() {
		request.AddCookie(&http.Cookie{Name: cookie.Name, Value: cookie.Value})
	}
	answer, err := http.DefaultClient.Do(request)
	require.NoError(b.t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	require.NoError(b.t, err)
	return answer, string(body)
}

// TestTheTabHearsComplaints holds the tests' own ears: that nothing was heard says nothing when nothing can be.
func TestTheTabHearsComplaints(t *testing.T) {
	t.Parallel()
	b := startConsole(t).open(t, true)
	b.visit("/signin")
	b.run(`console.error("a wrong word")`)
	b.run(`setTimeout(() => { throw new Error("thrown") })`)
	b.run(`document.body.setAttribute("style", "color: red")`)
	b.run(`fetch("https://elsewhere.invalid/").catch(() => {})`)
	b.run(`fetch("/orders").catch(() => {})`)
	for _, complaint := range []string{"console.error: a wrong word", "thrown", "content security policy: {", "style-src",
		"connect-src", "the server responded with a status of 401"} {
		b.eventually(complaint, func() bool {
			b.mu.Lock()
			defer b.mu.Unlock()
			return slices.ContainsFunc(b.complaints, func(c string) bool { return strings.Contains(c, complaint) })
		})
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.complaints = nil
}
