package handlers_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/orders"
)

var summaryItem = regexp.MustCompile(`(?s)<li>(?:<a href="#([^"]+)">)?([^<]*)`)

// summary is what the summary of a refused form says, by the id that its link leads to.
func summary(t *testing.T, page string) map[string]string {
	t.Helper()
	require.Equal(t, 1, strings.Count(page, "data-summary"), "one form was refused")
	says := map[string]string{}
	for _, item := range summaryItem.FindAllStringSubmatch(between(page, "data-summary", "</ul>"), -1) {
		id, err := url.PathUnescape(item[1])
		require.NoError(t, err)
		if id != "" {
			assert.Contains(t, page, ` id="`+html.EscapeString(id)+`"`, "a link leads to nothing")
		}
		says[id] = html.UnescapeString(item[2])
	}
	return says
}

func TestARefusedFormBeginsWithItsProblems(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	const making = "resources[0].create_desktops"
	for _, form := range []struct {
		name, path string
		values     url.Values
		want       map[string]string // some of it
	}{
		{"an empty order", "/orders/new/subscribe/createDesktops", url.Values{"review": {"1"}},
			map[string]string{making + ".product_id": "Package: is mandatory", making + ".root_volume.type": "System disk: is mandatory"}},
		{"a row of an order", "/orders/new/subscribe/createDesktops", url.Values{"review": {"1"}, making + ".desktops[0].user_name": {"ok"}, making + ".desktops[1].user_name": {"not ok!"}},
			map[string]string{making + ".desktops[1].user_name": "User, row 2: "}},
		{"a note that is too long", "/orders/new/subscribe/createDesktops", url.Values{"review": {"1"}, "reason": {strings.Repeat("x", orders.MaxReason+1)}},
			map[string]string{"reason": "Note: "}},
		{"a list with bad lines", resize, func() url.Values { form := resizing("d-1", "not an ID"); return form }(),
			map[string]string{"resize_param.desktop_ids": "Desktops: 1 line is wrong"}},
		{"a key", "/keys", url.Values{"name": {"A B"}, "role": {"king"}}, map[string]string{"key-name": "Name: ", "key-role": "Role: "}},
		{"a webhook", "/settings/webhooks", url.Values{"name": {""}, "url": {"ftp://x"}, "events": {"nothing"}}, map[string]string{"webhook-name": "Name: ", "webhook-url": "URL: ", "webhook-events": "Events: "}},
		{"a team", "/teams/new", url.Values{"name": {"A B"}, "budget.month": {"much"}, "allow.kinds": {"nothing"}},
			map[string]string{"name": "Name: ", "budget.month": "Amount a month: ", "allow.kinds": "Kinds of order: "}},
		{"a file of teams", "/teams/import", url.Values{"yaml": {"teams: [{name: A B}]"}}, map[string]string{"yaml": "Line 1, "}},
		{"a time zone", "/settings/zone", url.Values{"zone": {"Moon/Crater"}}, map[string]string{"zone": "Time zone: "}},
		{"a saved view", "/views", url.Values{"page": {"orders"}, "name": {""}}, map[string]string{"view-name": "Name: "}},
	} {
		t.Run(form.name, func(t *testing.T) {
			a := c.post(form.path, form.values)
			require.Equal(t, http.StatusUnprocessableEntity, a.StatusCode)
			says := summary(t, a.body)
			for id, want := range form.want {
				assert.True(t, strings.HasPrefix(says[id], want), "%s: %q of %v", id, says[id], says)
			}
			assert.Equal(t, 1, strings.Count(a.body, " autofocus"))
			for id, text := range says {
				assert.NotContains(t, text, "<no value>", id)
			}
		})
	}
}
