package e2e

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// firstLoad is how many bytes a first visit may take, compressed.
const firstLoad = 60_000

// TestTheFirstLoad adds up what a browser loads for a page that it has never seen: the page, and all files beside it.
func TestTheFirstLoad(t *testing.T) {
	t.Parallel()
	c := startSeeded(t, 1000)
	b := c.open(t, true)
	b.see(c.link)
	b.see("/desktops")
	b.inventory()
	files := evaluate[[]string](b, `performance.getEntriesByType("resource").map(entry => new URL(entry.name).pathname)`)
	require.GreaterOrEqual(t, len(files), 4)
	beside := 0
	for _, file := range files {
		beside += b.packed(file)
	}
	heaviest, bytes := "", 0
	for _, page := range b.crawled() {
		if n := b.packed(page); n > bytes {
			heaviest, bytes = page, n
		}
	}
	t.Logf("%d bytes beside every page, and %d of the heaviest, %s", beside, bytes, heaviest)
	assert.LessOrEqual(t, beside+bytes, firstLoad)
}

// packed is how many bytes an answer has, compressed; a proxy compresses pages, and the console its files.
func (b *tab) packed(path string) int {
	b.t.Helper()
	request, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.console.url+path, nil)
	require.NoError(b.t, err)
	request.Header.Set("Accept", "text/html")
	request.Header.Set("Accept-Encoding", "gzip")
	answer, body := b.sent(request)
	require.Equal(b.t, http.StatusOK, answer.StatusCode, path)
	if answer.Header.Get("Content-Encoding") == "gzip" {
		return len(body)
	}
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err = io.WriteString(w, body)
	require.NoError(b.t, err)
	require.NoError(b.t, w.Close())
	return packed.Len()
}

// shifts has each document note how far its parts move once they are shown; what a person's own input moves does not count.
const shifts = `window.shifted = []; new PerformanceObserver(list => {
	for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted.push(entry.value + " " + entry.sources.map(source => source.node?.outerHTML?.slice(0, 120)).join(" | "));
}).observe({type: "layout-shift", buffered: true});`

// TestNothingMovesAsItLoads holds that no part of a page moves while it loads (a cumulative layout shift of 0), and that it
// is in its theme from the first moment.
func TestNothingMovesAsItLoads(t *testing.T) {
	t.Parallel()
	c := startSeeded(t, 100)
	b := c.open(t, true)
	b.see(c.link)
	b.see("/desktops")
	b.inventory()
	pages := onePerPath(b.crawled())
	b.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: shifts})
		return err
	}))
	// it is seen when something moves
	b.see("/settings")
	b.run(`(() => { const late = document.createElement("p"); late.textContent = "late"; document.querySelector("main").prepend(late) })()`)
	b.until(`window.shifted.length > 0`)

	for _, width := range []int64{desk, phone} {
		b.do(chromedp.EmulateViewport(width, 900))
		for _, page := range pages {
			b.see(page)
			// two frames: what is shown by then has been laid out with all styles and scripts
			resolved[bool](b, `new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))`)
			assert.Empty(t, evaluate[[]string](b, `window.shifted`), "%s, %d wide", page, width)
		}
	}
	// the theme stands in the page itself, before its first style
	b.see("/settings")
	b.click(`button[name=theme][value=dark]`)
	b.until(`document.documentElement.dataset.theme === "dark"`)
	b.eventually("the session keeps it", func() bool {
		_, html := b.ask(http.MethodGet, "/orders", nil)
		return bytes.Contains([]byte(html)[:300], []byte(`data-theme="dark"`))
	})
}
