package e2e

import (
	_ "embed"
	"fmt"
	"net/http"
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
	b.draft(desktops[0])
	b.check("review")
	require.EqualValues(t, 200, b.press("button[name=place]"))
	b.fresh(`document.querySelector("button[name=pay]") !== null`)
	b.check("order-to-be-paid")
	require.EqualValues(t, 200, b.press("button[name=pay]"))
	b.fresh(`document.querySelector('[data-cloud-order][data-status="5"]') !== null`)
	b.check("order-completed")
	b.draft(desktops[1]) // so that the lists have one that waits
	require.EqualValues(t, 200, b.press("button[name=place]"))

	links := map[string]bool{}
	b.see("/")
	b.check("overview")
	for _, path := range []string{
		"/desktops", "/desktops?q=nothing-has-this-name", "/pools", "/disks", "/disks?part=data&sort=-size", "/hosts", "/bandwidths", "/hosts?q=nothing-has-this-name", "/orders/new", "/orders", "/orders?state=failed",
		"/approvals", "/approvals?view=mine", "/approvals?view=all&state=expired", "/budgets", "/budgets/design", "/settings/delegations",
		"/audit", "/audit/1", "/teams", "/teams/new", "/teams/design", "/teams/design/delete", "/teams/import", "/keys", "/settings", "/settings/webhooks", "/settings/sessions", "/settings/people", "/search", "/search?q=d", "/search?q=nothing-has-this-name",
	} {
		b.see(path)
		b.check(path)
		for _, link := range b.ids(`a[href^="/"]`, "href") {
			link, _, _ = strings.Cut(link, "#")
			links[link] = true
		}
	}
	for _, kind := range orders.Kinds {
		assert.True(t, links["/orders/new/"+kind.Name()], "the catalogue leads to %s", kind.Name())
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

func TestEveryForm(t *testing.T) {
	t.Parallel()
	b := startConsole(t).open(t, true)
	b.still()
	b.see(b.console.link)
	for _, kind := range orders.Kinds {
		path := "/orders/new/" + kind.Name()
		b.see(path)
		assert.Equal(t, kind.Name(), b.attribute("form[data-kind]", "data-kind"))
		b.check(path)
		b.usable(path)

		// sent as it is, it says first, and at its fields, what is missing
		require.EqualValues(t, 422, b.press("aside button[name=review]"), path)
		assert.Empty(t, b.texts("[data-summary] li:not(:has(a))"), "%s: a problem has no field", path)
		assert.NotEmpty(t, b.texts(".error:not(:empty)"), path)
		b.toFirstProblem()
		b.until(`document.activeElement === document.querySelector("[aria-invalid=true], fieldset[data-invalid] :is(input, select, textarea, button)")`)
		assert.Empty(t, b.broken(desk), "%s, refused", path)
		b.usable(path + ", refused")
	}
}

// draft orders a disk for a desktop, up to the review.
func (b *tab) draft(desktop string) {
	b.t.Helper()
	b.see("/orders/new/batch-desktop/ADD_VOLUME?desktop_ids=" + desktop)
	b.fill("add_volume_param.volume_type", "SSD")
	b.fill("add_volume_param.volume_size", "100")
	require.EqualValues(b.t, 200, b.press("aside button[name=review]"))
}

// ids are an attribute of all elements.
func (b *tab) ids(selector, attribute string) []string {
	b.t.Helper()
	return evaluate[[]string](b, fmt.Sprintf(`[...document.querySelectorAll(%q)].map(e => e.getAttribute(%q))`, selector, attribute))
}

// broken tells what the page does not keep.
func (b *tab) broken(width int64) []string {
	b.t.Helper()
	b.do(b.size(width, 900))
	return evaluate[[]string](b, fmt.Sprintf("(%s)(%d)", checks, width))
}

// check holds the page that is shown against what every page has to keep, as wide as a desk's screen and as a phone's.
func (b *tab) check(page string) {
	b.t.Helper()
	for _, width := range []int64{phone, desk} {
		assert.Empty(b.t, b.broken(width), "%s, %d wide", page, width)
		b.picture(fmt.Sprintf("%s-%d", page, width))
	}
}

func TestTheMenuOnAPhone(t *testing.T) {
	t.Parallel()
	b := startConsole(t).open(t, false)
	b.do(b.size(phone, 844))
	b.see(b.console.link)
	const link = `nav a[href="/orders"]`
	assert.False(t, evaluate[bool](b, "document.querySelector('"+link+"').checkVisibility()"))
	b.click("details.nav-menu summary")
	b.picture("menu")
	require.EqualValues(t, 200, b.press(link))
	assert.Equal(t, "/orders", b.path())
	assert.False(t, evaluate[bool](b, "document.querySelector('"+link+"').checkVisibility()"), "a new page begins with its content")
}

// TestTheCheckFindsWhatIsWrong holds the check itself: a check that finds nothing is of no use when it cannot.
func TestTheCheckFindsWhatIsWrong(t *testing.T) {
	t.Parallel()
	b := startConsole(t).open(t, true)
	b.visit("/signin")
	b.run(`(() => {
		document.documentElement.removeAttribute("lang");
		document.title = "Bare";
		const main = document.querySelector("main");
		for (const html of ['<h1>Another</h1>', '<main></main>', '<p id="main"></p>', '<input aria-describedby="gone" placeholder="Name">',
			'<button><svg></svg></button>', '<img src="data:,">', '<table><tr><td>' + 'wide'.repeat(200) + '</td></tr></table>']) {
			main.insertAdjacentHTML("beforeend", html);
		}
	})()`)
	found := strings.Join(b.broken(phone), "\n")
	for _, problem := range []string{"no language", "title: Bare", "2 of first heading", "2 of main landmark", "id twice: main",
		"aria-describedby leads nowhere: <input", "no label: <input", "no words: <button", "no alt: <img", "wide: "} {
		assert.Contains(t, found, problem)
	}
}
