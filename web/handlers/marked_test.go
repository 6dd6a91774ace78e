package handlers_test

import (
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"workspace-order-console/internal/i18n"
	"workspace-order-console/web/handlers"
)

// outside is what stands outside of the marks of the pseudo-language, and in it whatever is no message.
func outside(text string) string {
	var b strings.Builder
	depth := 0
	for _, r := range text {
		switch {
		case r == '⟦':
			depth++
		case r == '⟧':
			depth--
		case depth == 0:
			b.WriteRune(r)
		}
	}
	return strings.TrimSpace(b.String())
}

// spokenAttributes are the attributes that people see or hear.
var spokenAttributes = []string{"title", "aria-label", "placeholder", "alt", "data-label"}

// untranslated lists the texts of a page that are words and no messages. What is nobody's to translate (translate="no") is
// passed over, as is what people have typed; a moment's exact time is UTC in every language.
func untranslated(t *testing.T, page string) []string {
	t.Helper()
	document, err := html.Parse(strings.NewReader(page))
	require.NoError(t, err)
	var found []string
	words := func(where, text string) {
		if left := outside(text); strings.ContainsFunc(left, unicode.IsLetter) {
			found = append(found, where+": "+left)
		}
	}
	var visit func(*html.Node)
	visit = func(n *html.Node) {
		if n.Type == html.TextNode {
			words(n.Parent.Data, n.Data)
		}
		if n.Type == html.ElementNode {
			switch n.Data {
			case "script", "style", "textarea":
				return
			}
			own := map[string]string{}
			for _, a := range n.Attr {
				own[a.Key] = a.Val
			}
			if own["translate"] == "no" {
				return
			}
			for _, name := range spokenAttributes {
				if name != "title" || n.Data != "time" {
					words(n.Data+" "+name, own[name])
				}
			}
		}
		for child := range n.ChildNodes() {
			visit(child)
		}
	}
	visit(document)
	return found
}

// TestEveryPageIsTranslated walks every page in the pseudo-language: no word of the console stands outside of its marks.
func TestEveryPageIsTranslated(t *testing.T) {
	t.Parallel()
	c := company(t, func(config *handlers.Config) { config.Wait = time.Millisecond })
	c.furnish()
	c.rest()
	found := map[string]string{}
	w := &crawler{visitor: c.visit("ops", adminGroup), seen: map[string]bool{}, shapes: map[string]int{}, language: i18n.Marked,
		read: func(path, body string) {
			if !strings.HasPrefix(strings.ToLower(body), "<!doctype") {
				return // a part of a page, whose rows are no HTML by themselves; the page has them too
			}
			for _, text := range untranslated(t, body) {
				if _, known := found[text]; !known {
					found[text] = path
				}
			}
		}}
	w.walk("/", "/settings")
	for text, path := range found {
		t.Errorf("%s on %s", text, path)
	}
	assert.Greater(t, w.pages, 200, "it does walk")
}
