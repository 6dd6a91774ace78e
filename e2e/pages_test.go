package e2e

import (
	_ "embed"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/orders"
)

//go:embed check.js
var checks string

// The widths of a desk and of a phone.
const desk, phone = 1440, 390

func TestEveryPage(t *testing.T) {
	t.Parallel()
	b := startConsole(t, "--embedded-speed", "0s").open(t, true)
	b.visit("/orders")
	b.check("signin")
	b.see(b.console.link)

	b.see("/desktops")
	b.inventory()
	desktops := b.ids(`[data-row-check]`, "value")
	drafted := b.draft(desktops[0])
	b.picture("review")
	b.check("review")
	require.EqualValues(t, 200, b.press("button[name=place]"))
	b.fresh(`document.querySelector("button[name=pay]") !== null`)
	b.check("order-to-be-paid")
	order := b.path()
	require.EqualValues(t, 200, b.press("button[name=pay]"))
	b.fresh(`document.querySelector('[data-cloud-order][data-status="5"]') !== null`)
	b.check("order-completed")
	unpaid := b.draft(desktops[1])
	require.NotEqual(t, drafted, unpaid)
	require.EqualValues(t, 200, b.press("button[name=place]"))

	links := map[string]bool{}
	for _, path := range []string{
		"/", "/desktops", "/desktops?q=nothing-has-this-name", "/pools", "/orders/new", "/orders", "/orders?state=failed",
		order, "/audit", "/audit/1", "/keys", "/settings", "/search", "/search?q=d", "/search?q=nothing-has-this-name",
	} {
		b.see(path)
		b.check(path)
		for _, link := range b.ids(`a[href^="/"]`, "href") {
			link, _, _ = strings.Cut(link, "#")
			links[link] = true
		}
	}
	for _, kind := range orders.Kinds {
		path := "/orders/new/" + kind.Name()
		assert.True(t, links[path], "the catalogue leads to %s", kind.Name())
		b.see(path)
		assert.Equal(t, kind.Name(), b.attribute("form[data-kind]", "data-kind"))
		b.check(path)
	}
	require.EqualValues(t, 404, b.visit("/no/such/page"))
	b.check("unknown")
	require.EqualValues(t, 404, b.visit("/orders/new/change/NO_SUCH_KIND"))
	b.check("unknown-kind")

	for link := range links {
		status, _ := b.get(link, "text/html")
		assert.Equal(t, http.StatusOK, status, "a link leads to %s", link)
	}
}

// draft fills in a form to the review and returns the draft's address.
func (b *tab) draft(desktop string) string {
	b.t.Helper()
	b.see("/orders/new/batch-desktop/ADD_VOLUME?desktop_ids=" + desktop)
	b.fill("add_volume_param.volume_type", "SSD")
	b.fill("add_volume_param.volume_size", "100")
	require.EqualValues(b.t, 200, b.press("aside button[name=review]"))
	return evaluate[string](b, `location.pathname + location.search`)
}

// ids are an attribute of all elements.
func (b *tab) ids(selector, attribute string) []string {
	b.t.Helper()
	return evaluate[[]string](b, fmt.Sprintf(`[...document.querySelectorAll(%q)].map(e => e.getAttribute(%q))`, selector, attribute))
}

// check holds the page that is shown against what every page has to keep, as wide as a desk's screen and as a phone's.
func (b *tab) check(page string) {
	b.t.Helper()
	for _, width := range []int64{phone, desk} {
		b.do(b.size(width, 900))
		problems := evaluate[[]string](b, fmt.Sprintf("(%s)(%d)", checks, width))
		slices.Sort(problems)
		assert.Empty(b.t, problems, "%s, %d wide", page, width)
		b.picture(fmt.Sprintf("%d-%s", width, page))
	}
}
