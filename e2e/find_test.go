package e2e

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// past gives the console a history of some months.
func (c *console) past(t *testing.T) {
	t.Helper()
	binary, err := program()
	require.NoError(t, err)
	cmd := exec.Command(binary, "seed", "--data", c.data, "--orders", "300", "--audit", "300")
	cmd.Env = plainEnv()
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
}

func TestRepeatLastMonthsOrder(t *testing.T) {
	t.Parallel()
	repeatLastMonth(startConsole(t, "--embedded-speed", "0s").open(t, true))
}

func TestRepeatLastMonthsOrderWithoutScripts(t *testing.T) {
	t.Parallel()
	repeatLastMonth(startConsole(t, "--embedded-speed", "0s").open(t, false))
}

// repeatLastMonth orders again what was ordered last month, with one change.
func repeatLastMonth(b *tab) {
	t := b.t
	b.see(b.console.link)
	b.see("/desktops")
	b.inventory()
	b.console.past(t)

	first := time.Now().UTC().AddDate(0, 0, 1-time.Now().UTC().Day()).AddDate(0, -1, 0)
	last := first.AddDate(0, 1, -1)
	b.see("/orders?kind=subscribe%2FcreateDesktops&from=" + first.Format(time.DateOnly) + "&until=" + last.Format(time.DateOnly))
	require.Positive(t, b.count("tr[data-order]"), "last month has orders")
	require.EqualValues(t, 200, b.press("tr[data-order] a[data-row-link]"))
	before := b.attribute("[data-order]", "data-order")
	require.EqualValues(t, 200, b.press("button[name=repeat]"))
	product, users := b.value(making+".product_id"), b.value(making+".desktops[0].user_name")
	require.NotEmpty(t, product, "everything is as it was")
	require.NotEmpty(t, users)
	b.fill(making+".root_volume.size", "200")
	if b.value("reason") == "" {
		b.fill("reason", "The same again, with a larger disk")
	}
	require.EqualValues(t, 200, b.press("aside button[name=review]"))
	assert.Equal(t, "/orders/review", b.path())
	b.picture("repeat-review")
	require.EqualValues(t, 200, b.press("button[name=place]"))
	after := b.attribute("[data-order]", "data-order")
	assert.NotEqual(t, before, after)
	assert.Equal(t, 1, b.count(`a[href="/orders/`+before+`"]`), "the order tells which one it repeats")
	assert.Contains(t, b.text("main"), product)
	b.picture("repeat-order")
}

func TestFindAnOrderAndExportIt(t *testing.T) {
	t.Parallel()
	findAndExport(startConsole(t, "--embedded-speed", "0s").open(t, true))
}

func TestFindAnOrderAndExportItWithoutScripts(t *testing.T) {
	t.Parallel()
	findAndExport(startConsole(t, "--embedded-speed", "0s").open(t, false))
}

// findAndExport finds an order by the name of a desktop that it was for, keeps the search as a view, and takes it away.
func findAndExport(b *tab) {
	t := b.t
	b.see(b.console.link)
	b.see("/desktops")
	b.inventory()
	b.console.past(t)
	b.see("/desktops")
	id := b.attribute("[data-row-check]", "value")
	name := strings.TrimSpace(b.text("tr[data-desktop] .lead"))
	name, _, _ = strings.Cut(name, "\n")
	b.draft(id)
	require.EqualValues(t, 200, b.press("button[name=place]"))
	order := b.attribute("[data-order]", "data-order")

	// the search in the head of every page
	b.fill("q", name)
	require.EqualValues(t, 200, b.lead(press("\r")))
	assert.Equal(t, "/search", b.path())
	b.until(`document.querySelector('#found-orders [data-order="` + order + `"]') !== null`)
	b.picture("find-search")

	// the history, with the same words
	b.see("/orders?q=" + name + "&kind=batch-desktop%2FADD_VOLUME")
	b.until(`document.querySelector('[data-order="` + order + `"]') !== null`)
	b.click(".views details summary")
	b.do(b.clicking("#view-name"))
	b.do(insert("Disks for " + name))
	require.EqualValues(t, 200, b.press(".views button[name=save]"))
	assert.Contains(t, b.text(".views [aria-current]"), "Disks for "+name)
	b.picture("find-orders")

	folder := t.TempDir()
	b.downloadsTo(folder)
	b.click(".export summary")
	b.click(`[data-export="csv"]`)
	file := filepath.Join(folder, "orders-"+time.Now().UTC().Format(time.DateOnly)+".csv")
	var text []byte
	b.eventually("the file arrives", func() bool {
		var err error
		text, err = os.ReadFile(file)
		return err == nil && strings.HasSuffix(string(text), "\n")
	})
	assert.True(t, strings.HasPrefix(string(text), "\uFEFFid,created_at,"), "%.80q", text)
	assert.Contains(t, string(text), "\r\n"+order+",")
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\r\n")[1:] {
		assert.Contains(t, line, ",batch-desktop/ADD_VOLUME,", "only what the filters leave")
	}
}

// downloadsTo lets the tab keep the files that it is given.
func (b *tab) downloadsTo(folder string) {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
			Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: folder, BrowserContextID: chromedp.FromContext(ctx).BrowserContextID})
		return err
	}))
}
