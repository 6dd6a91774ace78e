package handlers_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders"
)

// ordered stores an order of desktops of a team, as if somebody had placed it.
func (c *console) ordered(team string) orders.Order {
	c.t.Helper()
	o := someOrder(c.t)
	o.Team, o.Reason = team, "the standard desktop"
	require.NoError(c.t, c.db.LoadOrders(c.t.Context(), []orders.Order{o}))
	return o
}

var templateID = regexp.MustCompile(`data-template="([^"]+)"`)

const standardPackage = "resources[0].create_desktops.product_id"

// fixedInput is an input of a form that a template has fixed, as the page has it.
func fixedInput(t *testing.T, page, name string) string {
	t.Helper()
	for _, tag := range inputPattern.FindAllString(page, -1) {
		if strings.Contains(tag, ` name="`+name+`"`) {
			return tag
		}
	}
	t.Fatalf("there is no %s", name)
	return ""
}

func TestATemplateFixesWhatItFixes(t *testing.T) {
	t.Parallel()
	c := company(t)
	mei := c.visit("mei", "design-buyer")
	o := c.ordered("design")

	page := mei.get("/orders/" + o.ID).body
	assert.Contains(t, page, `href="/templates/new?order=`+o.ID+`"`)
	page = mei.get("/templates/new?order=" + o.ID).body
	assert.Contains(t, page, `value="`+standardPackage+`"`)
	a := mei.post("/templates/new", url.Values{"order": {o.ID}, "name": {""}, "fixed": {standardPackage}, "reason": {"standard"}})
	require.Equal(t, http.StatusUnprocessableEntity, a.StatusCode)

	assert.Regexp(t, `value="`+regexp.QuoteMeta(standardPackage)+`"[^>]* checked`, a.body, "and what was ticked")
	a = mei.post("/templates/new", url.Values{"order": {o.ID}, "name": {"Standard desktop"}, "fixed": {standardPackage, "resources[0].no_such"}, "reason": {"standard"}})
	require.Equal(t, http.StatusSeeOther, a.StatusCode, a.body)

	assert.Contains(t, mei.get("/orders/new").body, "Standard desktop")
	page = mei.get("/templates").body
	id := templateID.FindStringSubmatch(page)[1]
	kept, err := c.db.Template(t.Context(), auth.OfTeam("design"), id)
	require.NoError(t, err)
	assert.Equal(t, []string{standardPackage}, kept.Fixed, "what the order does not have is not fixed")

	// the form
	use := "/orders/new/" + o.Kind
	page = mei.get(use + "?template=" + id).body
	was := valuePattern.FindStringSubmatch(fixedInput(t, page, standardPackage))[1]
	require.NotEmpty(t, was)
	assert.Contains(t, fixedInput(t, page, standardPackage), " readonly")
	assert.NotContains(t, fixedInput(t, page, "resources[0].create_desktops.root_volume.size"), " readonly")
	assert.Contains(t, page, "standard</textarea>")

	// whatever is posted, what is fixed stays: in the live check, at a new row, in the review
	values := creation(t)(&belongings{team: "design"})
	values.Set("template", id)
	values.Set(standardPackage, "workspace.x86.another")
	values.Set("resources[0].create_desktops.root_volume.size", "90")
	for _, path := range []string{use + "/check", use} {
		more := url.Values{}
		for name, list := range values {
			more[name] = list
		}
		more.Set("add", "resources[0].create_desktops.tags")
		a = mei.post(path, more)
		require.Equal(t, http.StatusOK, a.StatusCode, a.body)
		assert.Equal(t, was, valuePattern.FindStringSubmatch(fixedInput(t, a.body, standardPackage))[1])
		assert.Contains(t, fixedInput(t, a.body, "resources[0].create_desktops.root_volume.size"), `value="90"`)
	}
	a = mei.post(use, values)
	require.Equal(t, http.StatusSeeOther, a.StatusCode, problemsOf(a.body))
	review := a.Header.Get("Location")
	page = mei.get(review).body
	assert.Contains(t, page, was)
	assert.NotContains(t, page, "workspace.x86.another")
	draft := strings.TrimPrefix(review, "/orders/review?order=")
	page = mei.get(use + "?order=" + draft).body
	assert.Contains(t, fixedInput(t, page, standardPackage), " readonly", "and back from the review")
	assert.Equal(t, http.StatusOK, mei.get("/templates/new?draft="+draft).StatusCode, "a draft can be saved too")

	// of another kind it is none
	assert.Equal(t, http.StatusNotFound, mei.get("/orders/new/subscribe/addVolumes?template="+id).StatusCode)

	// without the template everything is open
	values.Del("template")
	a = mei.post(use+"/check", values)
	assert.NotContains(t, a.body, " readonly")

	// once it is deleted, a form that was filled in from it still works
	values.Set("template", id)
	require.Equal(t, http.StatusSeeOther, mei.post("/templates/"+id+"/delete", nil).StatusCode)
	assert.Equal(t, http.StatusOK, mei.post(use+"/check", values).StatusCode)
	assert.Contains(t, mei.get("/templates").body, "No templates yet")
}

func TestWhoseTemplates(t *testing.T) {
	t.Parallel()
	c := company(t)
	mei, jun := c.visit("mei", "design-buyer"), c.visit("jun", "design-buyer")
	ida, ops := c.visit("ida", "finance-buyer"), c.visit("ops", adminGroup)
	viewer := c.visit("raj", "design-viewer")
	o := c.ordered("design")
	save := func(v *visitor, name string, more url.Values) answer {
		values := url.Values{"order": {o.ID}, "name": {name}, "fixed": {standardPackage}}
		for key, list := range more {
			values[key] = list
		}
		return v.post("/templates/new", values)
	}
	require.Equal(t, http.StatusSeeOther, save(mei, "of design", url.Values{"team": {""}}).StatusCode)
	require.Equal(t, http.StatusSeeOther, save(ops, "for everybody", url.Values{"team": {""}}).StatusCode)
	require.Equal(t, http.StatusSeeOther, save(ops, "of finance", url.Values{"team": {"finance"}}).StatusCode)
	assert.Equal(t, http.StatusUnprocessableEntity, save(ops, "of nobody", url.Values{"team": {"no-such"}}).StatusCode)
	assert.Equal(t, http.StatusNotFound, save(ida, "stolen", nil).StatusCode, "another team's order")
	assert.Equal(t, http.StatusForbidden, save(viewer, "no", nil).StatusCode)

	names := func(v *visitor) (list []string) {
		page := v.get("/templates").body
		for _, name := range []string{"of design", "for everybody", "of finance"} {
			if strings.Contains(page, ">"+name+"<") {
				list = append(list, name)
			}
		}
		return list
	}
	assert.Equal(t, []string{"of design", "for everybody"}, names(mei))
	assert.Equal(t, []string{"for everybody", "of finance"}, names(ida))
	assert.Equal(t, []string{"of design", "for everybody", "of finance"}, names(ops))

	ids := map[string]string{}
	all, err := c.db.Templates(t.Context(), auth.Everything, "", "", 10)
	require.NoError(t, err)
	for _, m := range all {
		ids[m.Name] = m.ID
	}
	change := func(v *visitor, name string) int {
		return v.post("/templates/"+ids[name], url.Values{"name": {name}, "fixed": {standardPackage}}).StatusCode
	}
	assert.Equal(t, http.StatusSeeOther, change(mei, "of design"), "her own")
	assert.Equal(t, http.StatusForbidden, change(jun, "of design"), "hers, not his")
	assert.Equal(t, http.StatusForbidden, change(mei, "for everybody"))
	assert.Equal(t, http.StatusNotFound, change(ida, "of design"))
	assert.Equal(t, http.StatusSeeOther, change(ops, "of design"))
	assert.Equal(t, http.StatusForbidden, jun.post("/templates/"+ids["of design"]+"/delete", nil).StatusCode)
	assert.Equal(t, http.StatusOK, jun.get("/templates/"+ids["of design"]).StatusCode, "but he sees it, and orders from it")
	assert.Equal(t, http.StatusOK, jun.get("/orders/new/"+o.Kind+"?template="+ids["of design"]).StatusCode)
	assert.Equal(t, http.StatusNotFound, ida.get("/orders/new/"+o.Kind+"?template="+ids["of design"]).StatusCode)
	log := ops.get("/audit?action=template.created").body
	assert.Contains(t, log, "template:"+ids["of design"])
}
