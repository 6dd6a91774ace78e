package e2e

import (
	"html"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/orders"
)

// shapeOf is what the addresses of one sort of page have in common: an order's page is one sort, a team's another, and so is
// a list with a filter that it has without.
func shapeOf(address *url.URL) string {
	if strings.HasPrefix(address.Path, "/orders/new/") {
		return address.Path // a form is one sort, whatever is filled in
	}
	path := idInPath.ReplaceAllString(address.Path, "/#")
	return namedInPath.ReplaceAllString(path, "/$1/#") + "?" + strings.Join(slices.Sorted(maps.Keys(address.Query())), "&")
}

var (
	idInPath    = regexp.MustCompile(`/([0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-z]*[0-9][0-9a-z]{15,}|\d+)\b`)
	namedInPath = regexp.MustCompile(`/(teams|budgets)/(?:[^/]+)`)
	linkInPage  = regexp.MustCompile(`\shref="(/[^"]*)"`)
)

// crawled walks the console from its overview along every link and gives the addresses of all sorts of pages, each sort once,
// and of an order in each state there is. What is no page (a download) is left out.
func (b *tab) crawled() []string {
	b.t.Helper()
	var pages []string
	shapes := map[string]bool{}
	queue := []string{"/"}
	for len(queue) > 0 {
		address := queue[0]
		queue = queue[1:]
		answer, body := b.ask(http.MethodGet, address, nil)
		assert.Equal(b.t, http.StatusOK, answer.StatusCode, address)
		if !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/html") {
			continue
		}
		pages = append(pages, address)
		for _, link := range linkInPage.FindAllStringSubmatch(body, -1) {
			to, err := url.Parse(html.UnescapeString(link[1]))
			require.NoError(b.t, err, link[1])
			to.Fragment = ""
			if shape := shapeOf(to); !shapes[shape] && !strings.HasPrefix(to.Path, "/static/") {
				shapes[shape] = true
				queue = append(queue, to.String())
			}
		}
	}
	for _, badge := range orders.Badges {
		var list struct{ Items []struct{ ID string } }
		b.read("/orders?state="+string(badge), &list)
		if len(list.Items) > 0 && !slices.Contains(pages, "/orders/"+list.Items[0].ID) {
			pages = append(pages, "/orders/"+list.Items[0].ID)
		}
	}
	return pages
}

// ask sends a request with this tab's session, beside the browser, in the language that the tab speaks.
func (b *tab) ask(method, path string, form url.Values) (*http.Response, string) {
	b.t.Helper()
	request, err := http.NewRequestWithContext(b.t.Context(), method, b.console.url+path, strings.NewReader(form.Encode()))
	require.NoError(b.t, err)
	request.Header.Set("Accept", "text/html")
	if b.language != "" {
		request.Header.Set("Accept-Language", b.language)
	}
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Origin", b.console.url)
	}
	return b.sent(request)
}

// onePerPath leaves of each page the first address, and the first that asks for something: what is else in an address
// changes what is told, not how.
func onePerPath(pages []string) []string {
	seen := map[string]bool{}
	var one []string
	for _, page := range pages {
		address, err := url.Parse(page)
		if err != nil {
			continue // what was walked is an address
		}
		sort := namedInPath.ReplaceAllString(address.Path, "/$1/#")
		if address.RawQuery != "" {
			sort += "?"
		}
		if !seen[sort] {
			seen[sort] = true
			one = append(one, page)
		}
	}
	return one
}

// everySort opens a console with a past, and one without, and gives each with the addresses of its pages; forms are the same
// in both, and opened in the first. Of an order, there is one in each state.
func everySort(t *testing.T, language string) map[*tab][]string {
	t.Helper()
	all := map[*tab][]string{}
	for i, c := range []*console{startSeeded(t, 1000), startConsole(t)} {
		b := c.open(t, true)
		b.data = []string{"past", "new"}[i]
		b.speaks(language)
		b.still()
		b.see(c.link)
		b.see("/desktops")
		b.inventory()
		all[b] = append(onePerPath(b.crawled()), "/desktops?q=nothing-has-this-name", "/search?q=nothing-has-this-name", "/search?q=d")
		if i > 0 {
			all[b] = slices.DeleteFunc(all[b], func(page string) bool { return strings.HasPrefix(page, "/orders/new/") })
		}
	}
	return all
}
