package handlers_test

import (
	"html"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/web/handlers"
	"workspace-order-console/web/static"
)

// crawler walks everything that leads anywhere, as one person.
type crawler struct {
	*visitor
	// foreign are the marks that no body may have.
	foreign []string
	seen    map[string]bool
	queue   []string
	pages   int
	// language is what the browser asks for, read is told every page; both may be empty.
	language string
	read     func(path, body string)
	// shapes counts the addresses that differ in nothing but what they name.
	shapes map[string]int
}

// perShape is how many addresses of a shape are opened, and perPath how many of a page in all its shapes: what is true of six
// desktops is true of the next, and what is true of forty ways to filter a list is true of them together.
const perShape, perPath = 6, 40

var idPattern = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}|\d+`)

var (
	linkPattern   = regexp.MustCompile(`\s(?:href|hx-get)="([^"]*)"`)
	formPattern   = regexp.MustCompile(`(?s)<form\b([^>]*)>(.*?)</form>`)
	actionPattern = regexp.MustCompile(`\saction="([^"]*)"`)
	inputPattern  = regexp.MustCompile(`<input\b([^>]*)>`)
	selectPattern = regexp.MustCompile(`(?s)<select\b([^>]*)>(.*?)</select>`)
	optionPattern = regexp.MustCompile(`<option\b[^>]*\svalue="([^"]*)"`)
	namePattern   = regexp.MustCompile(`\sname="([^"]*)"`)
	valuePattern  = regexp.MustCompile(`\svalue="([^"]*)"`)
)

// add queues an address of the console.
func (w *crawler) add(from, href string) {
	base, err := url.Parse(from)
	require.NoError(w.t, err)
	to, err := base.Parse(href)
	require.NoError(w.t, err, href)
	if to.Host != "" && to.Host != base.Host || !strings.HasPrefix(to.Path, "/") || strings.HasPrefix(to.Path, static.Prefix) {
		return
	}
	query := to.Query()
	for _, name := range []string{"version"} { // what differs from page to page and leads to the same
		if query.Has(name) {
			query.Set(name, "0")
		}
	}
	path := (&url.URL{Path: to.Path, RawQuery: query.Encode()}).String()
	page := idPattern.ReplaceAllString(to.Path, "#")
	shape := page + "?" + strings.Join(slices.Sorted(maps.Keys(query)), "&")
	if w.seen[path] || w.shapes[shape] == perShape || w.shapes[page] == perPath {
		return
	}
	w.seen[path] = true
	w.shapes[shape]++
	w.shapes[page]++
	w.queue = append(w.queue, path)
}

// leads queues all that a page leads to: its links, what it polls, and its forms that ask, with each choice of each select.
func (w *crawler) leads(from, page string) {
	for _, m := range linkPattern.FindAllStringSubmatch(page, -1) {
		w.add(from, html.UnescapeString(m[1]))
	}
	for _, f := range formPattern.FindAllStringSubmatch(page, -1) {
		action := actionPattern.FindStringSubmatch(f[1])
		if action == nil || strings.Contains(f[1], `method="post"`) || strings.Contains(f[1], `method="dialog"`) {
			continue
		}
		values := url.Values{}
		for _, input := range inputPattern.FindAllStringSubmatch(f[2], -1) {
			name, value := namePattern.FindStringSubmatch(input[1]), valuePattern.FindStringSubmatch(input[1])
			if name != nil && value != nil && value[1] != "" {
				values.Set(html.UnescapeString(name[1]), html.UnescapeString(value[1]))
			}
		}
		w.add(from, html.UnescapeString(action[1])+"?"+values.Encode())
		for _, choice := range selectPattern.FindAllStringSubmatch(f[2], -1) {
			name := namePattern.FindStringSubmatch(choice[1])
			for _, option := range optionPattern.FindAllStringSubmatch(choice[2], -1) {
				chosen := url.Values{}
				for key, value := range values {
					chosen[key] = value
				}
				chosen.Set(html.UnescapeString(name[1]), html.UnescapeString(option[1]))
				w.add(from, html.UnescapeString(action[1])+"?"+chosen.Encode())
			}
		}
	}
}

// walk opens all that can be reached, as a page, as a part of one and as JSON.
func (w *crawler) walk(from ...string) {
	w.t.Helper()
	for _, path := range from {
		w.add("/", path)
	}
	for len(w.queue) > 0 && !w.t.Failed() {
		path := w.queue[0]
		w.queue = w.queue[1:]
		w.pages++
		for i, headers := range [][]string{{"Accept", "text/html"}, {"Accept", "text/html", "HX-Request", "true"}, {"Accept", "application/json"}} {
			if w.language != "" {
				headers = append(headers, "Accept-Language", w.language)
			}
			a := w.get(path, headers...)
			if w.read != nil && strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
				w.read(path, a.body)
			}
			assert.NotContains(w.t, html.UnescapeString(a.body), "<no value>", "%s %v: a message lacks something", path, headers)
			assert.Contains(w.t, []int{http.StatusOK, http.StatusSeeOther, http.StatusNoContent}, a.StatusCode, "%s %v", path, headers)
			assert.Empty(w.t, told(a.body, w.foreign), "%s %v tells", path, headers)
			for _, values := range a.Header {
				assert.Empty(w.t, told(strings.Join(values, " "), w.foreign), "%s %v tells in a header", path, headers)
			}
			if to := a.Header.Get("Location"); to != "" {
				w.add(path, to)
			}
			if i < 2 {
				w.leads(path, a.body)
			}
		}
	}
}

// TestEveryLinkAsEveryRole walks every link as every role: nothing fails, nothing leads to a closed door, and no body has
// anything of another team.
func TestEveryLinkAsEveryRole(t *testing.T) {
	t.Parallel()
	c := company(t, func(config *handlers.Config) { config.Wait = time.Millisecond })
	all := c.furnish()
	c.rest()
	count := map[string]int{}
	foreignTo := func(teams ...string) []string {
		var marks []string
		for _, b := range all {
			if !slices.Contains(teams, b.team) {
				marks = append(marks, b.marks...)
			}
		}
		return marks
	}
	walkers := map[string]*crawler{
		"admin":            {visitor: c.visit("ops", adminGroup)},
		"buyer, approver":  {visitor: c.visit("mei", "design-buyer", "design-approver"), foreign: foreignTo("design")},
		"of two teams":     {visitor: c.visit("raj", "finance-auditor", "support-buyer"), foreign: foreignTo("finance")},
		"finance, auditor": {visitor: c.visit("ida", "finance-auditor"), foreign: foreignTo("finance")},
	}
	for _, role := range teamRoles {
		walkers["design, "+string(role)] = &crawler{visitor: c.visit("design-"+string(role), "design-"+string(role)), foreign: foreignTo("design")}
	}
	for name, w := range walkers {
		t.Run(name, func(t *testing.T) {
			w.t = t
			w.seen, w.shapes = map[string]bool{}, map[string]int{}
			// the names of one's own teams stand in the switch
			w.foreign = slices.DeleteFunc(w.foreign, func(mark string) bool { return slices.Contains(w.groups, mark) })
			w.walk("/")
			for _, r := range handlers.Routes() {
				if r.Method == http.MethodGet && r.Access == handlers.Members && !strings.Contains(r.Path, ":") && w.get(r.Path).StatusCode == http.StatusOK {
					w.walk(r.Path)
				}
			}
			count[name] = w.pages
			t.Logf("%d addresses, each in three ways", w.pages)
			w.nosy()
		})
	}
	assert.Greater(t, count["admin"], 300, "it does walk")
	assert.Greater(t, count["design, viewer"], 50)
}

// nosy asks for what is others', in every way that takes a name: nothing comes but what was asked with.
func (w *crawler) nosy() {
	for i := 0; i < len(w.foreign); i += len(w.foreign)/perShape + 1 {
		mark := w.foreign[i]
		q := url.QueryEscape(mark)
		for _, path := range []string{"/search?q=" + q, "/palette?q=" + q, "/orders?q=" + q, "/orders?actor=" + q + "-actor", "/orders?target=desktop%3A" + q, "/orders/poll?version=0&id=" + q,
			"/desktops?q=" + q, "/desktops?pool_id=" + q, "/desktops?enterprise_project_id=" + q, "/pools?q=" + q, "/disks?q=" + q, "/disks?pool_disk_id=" + q, "/hosts?q=" + q, "/bandwidths?q=" + q, "/audit?actor=" + q + "-actor", "/audit?object=order%3A" + q,
			"/orders/" + url.PathEscape(mark), "/orders/" + url.PathEscape(mark) + "/poll?version=0", "/orders/review?order=" + q,
			"/orders/new/change/resizeDesktops?desktop_id=" + q, "/settings/sessions?person=" + q, "/budgets/" + url.PathEscape(mark), "/budgets?after=" + q, "/orders?team=" + q,
			"/approvals?view=all&after=0." + q, "/settings/delegations?ended=true&after=0." + q} {
			for _, accept := range []string{"text/html", "application/json"} {
				a := w.get(path, "Accept", accept)
				assert.Less(w.t, a.StatusCode, 500, path)
				assert.Empty(w.t, told(a.body, w.foreign, mark), "%s tells", path)
			}
		}
		if w.t.Failed() {
			return
		}
	}
}
