package handlers_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var viewID = regexp.MustCompile(`data-view="([^"]+)"`)

func TestSavedViews(t *testing.T) {
	t.Parallel()
	c := company(t)
	mei, raj := c.visit("mei", "design-buyer"), c.visit("raj", "design-viewer")
	ida := c.visit("ida", "finance-buyer")
	assert.NotContains(t, mei.get("/orders").body, `class="views"`, "nothing to choose, nothing to save")
	assert.Contains(t, mei.get("/orders?state=failed").body, `data-save-view`)

	save := func(v *visitor, name, query, shared string) answer {
		return v.post("/views", url.Values{"page": {"orders"}, "name": {name}, "query": {query}, "shared": {shared}})
	}
	a := save(mei, " failed ones ", "state=failed&after=1.x&actor=", "1")
	require.Equal(t, http.StatusSeeOther, a.StatusCode, a.body)
	assert.Equal(t, "/orders?state=failed", a.Header.Get("Location"), "the filters, and not the page of the list")
	require.Equal(t, http.StatusSeeOther, save(mei, "my own", "q=renderer", "").StatusCode)

	page := mei.get("/orders?state=failed").body
	assert.Contains(t, page, `href="/orders?state=failed"`)
	assert.Contains(t, page, "failed ones")
	assert.Contains(t, page, `aria-current="true"`)
	assert.NotContains(t, page, `data-save-view`, "it is saved")
	shared := viewID.FindStringSubmatch(page)[1]
	page = raj.get("/orders").body
	assert.Contains(t, page, "failed ones", "shared with the team")
	assert.NotContains(t, page, "my own")
	assert.NotContains(t, ida.get("/orders?state=failed").body, "failed ones", "and no other")
	assert.NotContains(t, mei.get("/desktops?status=x").body, "failed ones", "on its list")

	// who may not
	assert.Equal(t, http.StatusUnprocessableEntity, save(raj, "for all", "state=failed", "1").StatusCode, "viewers share nothing")
	assert.Equal(t, http.StatusSeeOther, save(raj, "for me", "state=queued", "").StatusCode)
	assert.Equal(t, http.StatusForbidden, raj.post("/views/"+shared, url.Values{"name": {"mine now"}}).StatusCode)
	assert.Equal(t, http.StatusForbidden, raj.post("/views/"+shared+"/delete", nil).StatusCode)
	assert.Equal(t, http.StatusNotFound, ida.post("/views/"+shared+"/delete", nil).StatusCode)
	assert.Equal(t, http.StatusNotFound, ida.get("/views/"+shared).StatusCode)

	// what is wrong is told at its field, and nothing typed is lost
	a = save(mei, strings.Repeat("x", 61), "state=queued", "1")
	assert.Equal(t, http.StatusUnprocessableEntity, a.StatusCode)
	assert.Contains(t, part(t, a.body, `id="error-name"`, "</p>"), "60")
	assert.Contains(t, a.body, strings.Repeat("x", 61))
	assert.Contains(t, a.body, `value="state=queued"`)
	assert.Equal(t, http.StatusUnprocessableEntity, save(mei, " ", "state=queued", "").StatusCode)
	assert.Equal(t, http.StatusNotFound, mei.post("/views", url.Values{"page": {"teams"}, "name": {"x"}, "query": {"a=b"}}).StatusCode)

	// the same name again replaces; another's name is free to be taken, one's own is not
	require.Equal(t, http.StatusSeeOther, save(mei, "my own", "q=other", "").StatusCode)
	page = mei.get("/orders").body
	assert.Contains(t, page, `href="/orders?q=other"`)
	assert.NotContains(t, page, `href="/orders?q=renderer"`)
	assert.Equal(t, http.StatusUnprocessableEntity, mei.post("/views/"+shared, url.Values{"name": {"my own"}}).StatusCode)
	a = mei.post("/views/"+shared, url.Values{"name": {"went wrong"}})
	assert.Equal(t, http.StatusSeeOther, a.StatusCode)
	assert.Equal(t, "/orders?state=failed", a.Header.Get("Location"))
	assert.Contains(t, mei.get("/orders").body, "went wrong")
	assert.NotContains(t, raj.get("/orders").body, "went wrong", "taken back")
	require.Equal(t, http.StatusSeeOther, mei.post("/views/"+shared+"/delete", nil).StatusCode)
	assert.NotContains(t, mei.get("/orders").body, "went wrong")
}

// The lists of the inventory keep views as the history does: their filters, order and columns, and not what is ticked.
func TestSavedViewsOfTheInventory(t *testing.T) {
	t.Parallel()
	c := company(t)
	mei, raj := c.visit("mei", "design-buyer"), c.visit("raj", "design-viewer")
	for list, filters := range map[string]string{"desktops": "charge_mode=0&columns=user_name&sort=-expire_time", "pools": "charge_mode=0&sort=-name",
		"disks": "part=data&sort=-size", "hosts": "state=fault", "bandwidths": "sort=size"} {
		path := "/" + list
		assert.NotContains(t, mei.get(path).body, `class="views"`, "nothing to choose, nothing to save")
		assert.Contains(t, mei.get(path+"?"+filters).body, `data-save-view`)
		a := mei.post("/views", url.Values{"page": {list}, "name": {"paid by the month"}, "shared": {"1"},
			"query": {filters + "&selection=" + noID + "&selected=true&desktop_ids=x&after=y"}})
		require.Equal(t, http.StatusSeeOther, a.StatusCode, a.body)
		assert.Equal(t, path+"?"+filters, a.Header.Get("Location"), "what is ticked is no filter")

		page := mei.get(path + "?" + filters).body
		assert.Contains(t, page, `aria-current="true"`)
		assert.NotContains(t, page, `data-save-view`, "it is saved")
		page = raj.get(path).body
		assert.Contains(t, page, "paid by the month", "shared with the team")
		assert.Contains(t, page, `href="`+path+"?"+strings.ReplaceAll(filters, "&", "&amp;")+`"`)
		assert.NotContains(t, c.visit("ida", "finance-buyer").get(path).body, "paid by the month", "and no other")
		assert.NotContains(t, mei.get("/orders?state=failed").body, "paid by the month", "on its list")
	}
	page := mei.get("/desktops?selection=" + noID).body
	assert.Contains(t, page, `&amp;sort=-expire_time&amp;selection=`+noID+`"`, "a view is no end of a selection")
	assert.Contains(t, mei.get("/desktops?charge_mode=0&columns=user_name&sort=-expire_time&selection="+noID).body, `aria-current="true"`, "nor another view")
}

func TestAViewIsSharedWithTheTeamThatItsOwnerActsForThen(t *testing.T) {
	t.Parallel()
	c := company(t)
	mei, raj, ida := c.visit("mei", "design-buyer"), c.visit("raj", "design-viewer"), c.visit("ida", "finance-buyer")
	require.Equal(t, http.StatusSeeOther, mei.post("/views", url.Values{"page": {"orders"}, "name": {"moved on"}, "query": {"state=failed"}}).StatusCode)
	id := viewID.FindStringSubmatch(mei.get("/orders?state=failed").body)[1]

	mei = c.visit("mei", "finance-buyer")
	require.Equal(t, http.StatusSeeOther, mei.post("/views/"+id, url.Values{"name": {"moved on"}, "shared": {"1"}}).StatusCode)
	assert.Contains(t, ida.get("/orders").body, "moved on")
	assert.NotContains(t, raj.get("/orders").body, "moved on", "they have left that team")
}
