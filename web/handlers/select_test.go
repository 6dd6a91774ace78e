package handlers_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
	"workspace-order-console/web/handlers"
)

var (
	shownRow   = regexp.MustCompile(`data-desktop="([^"]+)"`)
	shownIDs   = regexp.MustCompile(`name="shown" value="([^"]*)"`)
	tickedRow  = regexp.MustCompile(`value="([^"]+)" data-row-check checked`)
	selectedN  = regexp.MustCompile(`data-selected-count="(\d+)"`)
	selection  = regexp.MustCompile(`name="selection" value="([^"]+)"`)
	listOf     = regexp.MustCompile(`name="list" value="([^"]*)"`)
	orderWords = regexp.MustCompile(`name="order" value="([^"]+)"`)
)

func all(pattern *regexp.Regexp, page string) []string {
	var found []string
	for _, m := range pattern.FindAllStringSubmatch(page, -1) {
		found = append(found, m[1])
	}
	return found
}

// ticking is a list of desktops in a browser without scripts: what is sent is what its page has.
type ticking struct {
	*console
	page string
}

func (l *ticking) open(path string) {
	l.t.Helper()
	a := l.get(path)
	require.Equal(l.t, http.StatusOK, a.StatusCode, path)
	l.page = a.body
}

// press ticks and presses a button of the page; it returns where that leads.
func (l *ticking) press(ticked []string, name, value string) answer {
	l.t.Helper()
	form := url.Values{"selection": {linkOf(selection, l.page)}, "list": {linkOf(listOf, l.page)}, "shown": {linkOf(shownIDs, l.page)},
		"desktop_ids": ticked, name: {value}}
	a := l.post("/desktops/select", form)
	if a.StatusCode == http.StatusSeeOther && strings.HasPrefix(a.Header.Get("Location"), "/desktops?") {
		l.open(a.Header.Get("Location"))
	}
	return a
}

func TestASelectionSurvivesPagingAndFiltering(t *testing.T) {
	t.Parallel()
	l := &ticking{console: newConsole(t)}
	l.open("/desktops?desktop_type=DEDICATED")
	shown := all(shownRow, l.page)
	first := shown[:2]
	l.press(first, "do", "keep")
	assert.ElementsMatch(t, first, all(tickedRow, l.page))
	assert.Equal(t, "2", linkOf(selectedN, l.page))

	l.open("/desktops?status=SHUTOFF&sort=-created&selection=" + linkOf(selection, l.page))
	assert.Equal(t, "2", linkOf(selectedN, l.page), "another filter keeps it")
	for _, m := range sortLink.FindAllStringSubmatch(l.page, -1) {
		assert.Contains(t, m[1], "selection=", "and so does sorting")
	}
	other := slices.DeleteFunc(all(shownRow, l.page), func(id string) bool { return slices.Contains(first, id) })
	l.press(append(all(tickedRow, l.page), other[0]), "do", "keep")
	l.open("/desktops?desktop_type=DEDICATED&selection=" + linkOf(selection, l.page))
	l.press(slices.DeleteFunc(all(tickedRow, l.page), func(id string) bool { return id == first[0] }), "do", "keep")
	ids, err := l.service.SelectedDesktops(t.Context(), auth.Who{Name: auth.LocalAdmin, Roles: auth.RolesOf(auth.RoleAdmin)}, linkOf(selection, l.page))
	require.NoError(t, err)
	assert.ElementsMatch(t, []string{first[1], other[0]}, ids)

	l.open("/desktops?selected=true&selection=" + linkOf(selection, l.page))
	assert.ElementsMatch(t, ids, all(shownRow, l.page), "the selected alone")
	l.press(ids, "do", "clear")
	assert.Empty(t, linkOf(selectedN, l.page))
	assert.Contains(t, l.page, "No desktop fits these filters")
}

func TestAllThatMatchAreSelected(t *testing.T) {
	t.Parallel()
	l := &ticking{console: newConsole(t)}
	var list listed[cloud.Desktop]
	l.read("/desktops", l.token, &list)
	l.open("/desktops")
	require.Len(t, all(shownRow, l.page), 50)
	l.press(nil, "do", "page")
	assert.Equal(t, "50", linkOf(selectedN, l.page))
	l.press(all(tickedRow, l.page), "do", "all")
	assert.Equal(t, "60", linkOf(selectedN, l.page))
	l.open("/desktops?pool_id=b046ac8e-0994-4c09-a8a8-bd989d218120")
	l.press(nil, "do", "all")
	assert.Equal(t, "6", linkOf(selectedN, l.page), "those of the filter")
}

func TestTheBarOffersWhatIsPossibleAndSaysWhyTheRestIsNot(t *testing.T) {
	t.Parallel()
	l := &ticking{console: newConsole(t)}
	l.open("/desktops")
	l.press(nil, "do", "all")
	bar := part(t, l.page, `class="selectbar"`, "</form>")
	assert.Empty(t, orderWords.FindAllString(bar, -1))
	assert.Contains(t, bar, "belong to pools and others do not")

	l.press(all(tickedRow, l.page), "leave", "pooled")
	bar = part(t, l.page, `class="selectbar"`, "</form>")
	assert.Contains(t, bar, "are frozen")
	l.press(all(tickedRow, l.page), "leave", "frozen")
	bar = part(t, l.page, `class="selectbar"`, "</form>")
	assert.Contains(t, bar, "pay-per-use")
	assert.Equal(t, []string{"subscribe/applyDesktopsInternet"}, all(orderWords, bar), "that is for all that is charged")
	l.press(all(tickedRow, l.page), "leave", "metered")
	bar = part(t, l.page, `class="selectbar"`, "</form>")
	assert.Subset(t, all(orderWords, bar), []string{"batch-desktop/RESIZE", "batch-desktop/ADD_VOLUME", "subscribe/rebuildDesktops"})

	// to the form, with all of it
	kept := linkOf(selectedN, l.page)
	a := l.press(all(tickedRow, l.page), "order", "batch-desktop/RESIZE")
	assert.Equal(t, "/orders/new/batch-desktop/RESIZE?selection="+linkOf(selection, l.page), a.Header.Get("Location"))
	form := l.get(a.Header.Get("Location"))
	require.Equal(t, http.StatusOK, form.StatusCode)
	ids, err := l.service.SelectedDesktops(t.Context(), auth.Who{Name: auth.LocalAdmin, Roles: auth.RolesOf(auth.RoleAdmin)}, linkOf(selection, l.page))
	require.NoError(t, err)
	assert.Equal(t, kept, strconv.Itoa(len(ids)))
	for _, id := range ids {
		assert.Contains(t, form.body, id, "the form has it")
	}
}

func TestWhatIsTickedIsHeldAgainstTheRulesWhenItIsOrdered(t *testing.T) {
	t.Parallel()
	l := &ticking{console: newConsole(t)}
	l.open("/desktops?status=FROZEN")
	shown := all(shownRow, l.page)
	require.NotEmpty(t, shown)
	a := l.press(shown[:1], "order", "batch-desktop/RESIZE")
	assert.Equal(t, http.StatusUnprocessableEntity, a.StatusCode)
	assert.Contains(t, a.body, "Resize: ")
	assert.Equal(t, shown[:1], all(tickedRow, a.body), "nothing that was ticked is lost")
	assert.Equal(t, http.StatusNotFound, l.press(shown[:1], "order", "batch-desktop/NOTHING").StatusCode)

	l.open("/desktops?desktop_type=DEDICATED&charge_mode=0&status=ACTIVE")
	one := all(shownRow, l.page)[:1]
	a = l.press(one, "order", "change/resizeDesktops")
	assert.Equal(t, "/orders/new/change/resizeDesktops?desktop_id="+one[0], a.Header.Get("Location"), "one goes by its name")

	assert.Equal(t, http.StatusBadRequest, l.post("/desktops/select", url.Values{"selection": {orders.NewID()}, "list": {"expires=soon"}}).StatusCode)
	assert.Equal(t, http.StatusNotFound, l.post("/desktops/select", url.Values{"selection": {"1"}}).StatusCode)
}

func TestASelectionIsNobodyElses(t *testing.T) {
	t.Parallel()
	c := company(t, func(*handlers.Config) {})
	all := c.furnish()
	c.rest()
	mei, lee := c.visit("mei", "design-buyer"), c.visit("lee", "design-buyer")
	id := orders.NewID()
	ticks := url.Values{"selection": {id}, "desktop_ids": {all["design"].desktop, all["finance"].desktop}}
	require.Equal(t, http.StatusSeeOther, mei.post("/desktops/select", ticks).StatusCode)
	page := mei.get("/desktops?selection=" + id).body
	assert.Equal(t, "1", linkOf(selectedN, page), "another team's desktop is not there to be selected")
	assert.Equal(t, http.StatusNotFound, lee.post("/desktops/select", ticks).StatusCode)
	assert.Empty(t, linkOf(selectedN, lee.get("/desktops?selection="+id).body))
	assert.Equal(t, http.StatusNotFound, lee.get("/orders/new/batch-desktop/RESIZE?selection="+id).StatusCode)
}

func TestTheInventoryIsTakenAway(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	var list listed[cloud.Desktop]
	c.read("/desktops?pool_id=b046ac8e-0994-4c09-a8a8-bd989d218120", c.token, &list)
	page := c.get("/desktops?pool_id=b046ac8e-0994-4c09-a8a8-bd989d218120").body
	href := linkOf(regexp.MustCompile(`href="(/desktops/export[^"]*format=csv[^"]*)"`), page)
	rows := strings.Split(strings.TrimSpace(c.get(href).body), "\r\n")
	require.Len(t, rows, len(list.Items)+1, "a head, and what the filters show")
	assert.Contains(t, rows[0], "desktop_id,computer_name")
	for i, d := range list.Items {
		assert.True(t, strings.HasPrefix(rows[i+1], d.DesktopID+","+d.ComputerName+","))
	}
	assert.Equal(t, 60, strings.Count(c.get("/desktops/export?format=jsonl").body, "\n"))
	assert.Equal(t, 6, strings.Count(c.get("/pools/export?format=jsonl").body, "\n"))
}
