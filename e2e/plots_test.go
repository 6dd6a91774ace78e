package e2e

import (
	"encoding/json"
	"net/http"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestEveryPartOfAPlotLeadsToWhatItIsMadeOf counts the list behind each number of the overview's plots.
func TestEveryPartOfAPlotLeadsToWhatItIsMadeOf(t *testing.T) {
	t.Parallel()
	b := startSeeded(t, 400).open(t, true)
	b.see(b.console.link)
	b.see("/desktops")
	b.inventory()
	b.see("/")
	for _, plot := range []string{"outcomes", "took", "expiring"} {
		links := evaluate[[][2]string](b, `[...document.querySelectorAll("#`+plot+` td a")].map(a => [a.getAttribute("href"), a.textContent])`)
		require.NotEmpty(t, links, plot)
		for _, link := range links {
			want, err := strconv.Atoi(link[1])
			require.NoError(t, err, link[1])
			assert.Equal(t, want, b.listed(link[0]), "%s: %s", plot, link[0])
		}
	}
	for _, link := range b.ids(`#spent-by-team td a`, "href") {
		status, body := b.get(link, "application/json")
		assert.Equal(t, http.StatusOK, status, "%s: %s", link, body)
	}
}

// listed counts what a list holds, over all its pages.
func (b *tab) listed(address string) int {
	b.t.Helper()
	n := 0
	for address != "" {
		var page struct {
			Items []json.RawMessage
			Next  string
		}
		b.read(address, &page)
		n, address = n+len(page.Items), page.Next
	}
	return n
}
