package handlers_test

import (
	"bytes"
	"html"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/policy"
)

// designForm is the form of a team that fills every input.
func designForm() url.Values {
	return url.Values{"name": {"design"}, "enterprise_projects": {"p2\r\n\r\n p1 \r\n"}, "groups.buyer": {"design-buyers"},
		"groups.approver": {"leads, of design"}, "groups.viewer": {"everybody"}, "groups.auditor": {""},
		"budget.month": {"2000"}, "budget.currency": {"USD"}, "budget.soft": {"1500.50"},
		"approval.above": {"100"}, "approval.approvers": {"2"}, "approval.always_for": {"destroys", "refunds"},
		"allow.kinds": {"subscribe/createDesktops"}, "allow.products": {""}, "allow.images": {""}, "allow.max_quantity": {"10"}, "save": {"1"}}
}

const designJSON = `{"name":"design","enterprise_projects":["p1","p2"],"groups":{"buyer":["design-buyers"],"approver":["leads, of design"],"viewer":["everybody"]},
	"budget":{"month":"2000.00","currency":"USD","soft":"1500.50"},"approval":{"above":"100.00","approvers":2,"always_for":["destroys","refunds"]},
	"allow":{"kinds":["subscribe/createDesktops"],"max_quantity":10}}`

// withoutTeams is a console whose demo teams are gone.
func withoutTeams(t *testing.T) *console {
	t.Helper()
	c := newConsole(t)
	c.disband()
	return c
}

// disband deletes all teams.
func (c *console) disband() {
	c.t.Helper()
	teams, err := c.db.Teams(c.t.Context())
	require.NoError(c.t, err)
	var gone []orders.TeamChange
	for _, team := range teams.All() {
		gone = append(gone, orders.TeamChange{Name: team.Name, Before: &team})
	}
	require.NoError(c.t, c.db.ApplyTeams(c.t.Context(), auth.Console, gone))
}

// stamp is what a team's form carries.
func stamp(t *testing.T, page string) string {
	t.Helper()
	found := regexp.MustCompile(`name="stamp" value="([0-9a-f]*)"`).FindStringSubmatch(page)
	require.NotNil(t, found)
	return found[1]
}

// problem is what a page says of an input.
func problem(page, path string) string {
	found := regexp.MustCompile(`id="error-` + regexp.QuoteMeta(path) + `">([^<]*)<`).FindStringSubmatch(page)
	if found == nil {
		return "no place for it"
	}
	return html.UnescapeString(found[1])
}

func TestATeamIsMadeChangedAndDeletedAtItsPages(t *testing.T) {
	t.Parallel()
	c := withoutTeams(t)
	assert.Contains(t, c.get("/teams").body, "No teams yet")
	assert.Equal(t, http.StatusOK, c.get("/teams/new").StatusCode)
	a := c.post("/teams/new", designForm())
	require.Equal(t, http.StatusSeeOther, a.StatusCode, a.body)
	assert.Equal(t, "/teams", a.Header.Get("Location"))
	assert.JSONEq(t, designJSON, c.read("/teams/design", c.token, nil).body)
	assert.JSONEq(t, `{"items":[`+designJSON+`],"next":null}`, c.read("/teams", c.token, nil).body)
	list := c.get("/teams").body
	for _, told := range []string{`href="/teams/design"`, "2,000.00 USD a month, warns above 1,500.50",
		"Two approvers above 100.00 USD, and always for what destroys data, may refund money", "1 kind of order, at most 10 at once", "leads, of design"} {
		assert.Contains(t, list, told)
	}

	page := c.get("/teams/design").body
	form := designForm()
	form.Del("name")
	form.Set("stamp", stamp(t, page))
	require.Equal(t, http.StatusSeeOther, c.post("/teams/design", form).StatusCode, "saved as it is")
	form.Set("budget.month", "3000")
	form.Del("allow.kinds")
	require.Equal(t, http.StatusSeeOther, c.post("/teams/design", form).StatusCode)

	var log listed[logged]
	c.read("/audit?object=team:design&actor=admin", c.token, &log)
	require.Len(t, log.Items, 2, "what changed nothing left no trace")
	assert.Equal(t, "team.changed", log.Items[0].Action)
	assert.Contains(t, c.get("/audit?object=team:design").body, `href="/teams/design"`)

	ask := c.get("/teams/design/delete")
	require.Equal(t, http.StatusOK, ask.StatusCode)
	assert.Equal(t, http.StatusConflict, c.post("/teams/design/delete", url.Values{"stamp": {stamp(t, page)}}).StatusCode, "it is not what was seen")
	require.Equal(t, http.StatusSeeOther, c.post("/teams/design/delete", url.Values{"stamp": {stamp(t, ask.body)}}).StatusCode)
	assert.Equal(t, http.StatusNotFound, c.get("/teams/design").StatusCode)
}

func TestWhatIsWrongWithATeamStandsAtItsInput(t *testing.T) {
	t.Parallel()
	c := withoutTeams(t)
	require.Equal(t, http.StatusSeeOther, c.post("/teams/new", designForm()).StatusCode)
	form := designForm()
	for path, value := range map[string]string{"enterprise_projects": "fine\r\np1\r\na b", "groups.buyer": "x\r\ny\r\nx", "budget.month": "much",
		"budget.currency": "dollars", "approval.approvers": "3", "allow.kinds": `"><script>x`, "allow.images": "a/b", "allow.max_quantity": "0", "colour": "red"} {
		form.Set(path, value)
	}
	form["approval.always_for"] = []string{"eats"}
	a := c.post("/teams/new", form)
	require.Equal(t, http.StatusUnprocessableEntity, a.StatusCode)
	for path, says := range map[string]string{
		"name":                "is the name of another team",
		"enterprise_projects": "“a b” must be 1 to 36 letters",
		"groups.buyer":        "“x” stands in the list already",
		"budget.month":        "must be an amount",
		"budget.currency":     "three capital letters",
		"budget.soft":         "",
		"approval.approvers":  "must be a whole number from 1 to 2",
		"approval.always_for": "must be one of buys, alters, destroys, refunds",
		"allow.kinds":         "must be a kind of order",
		"allow.images":        "“a/b” must be an ID",
		"allow.max_quantity":  "must be a whole number from 1 to 1000",
	} {
		if says == "" {
			assert.Empty(t, problem(a.body, path), path)
		} else {
			assert.Contains(t, problem(a.body, path), says, path)
		}
	}
	assert.Contains(t, a.body, "colour: is not a member that a team has")
	assert.NotContains(t, a.body, "<script>x")
	for _, typed := range []string{`value="much"`, `value="dollars"`, ">fine\np1\na b<", ">x\ny\nx<", `value="eats" checked`, `value="0"`, `<option value="3" selected>`,
		`value="&#34;&gt;&lt;script&gt;x" checked`} {
		assert.Contains(t, strings.ReplaceAll(a.body, "\r", ""), typed, "what was typed is still there")
	}

	other := designForm()
	other.Set("name", "finance")
	a = c.post("/teams/new", other)
	require.Equal(t, http.StatusUnprocessableEntity, a.StatusCode)
	assert.Contains(t, problem(a.body, "enterprise_projects"), "“p1” belongs to team design")
	assert.Equal(t, http.StatusUnprocessableEntity, c.post("/teams/new", url.Values{}).StatusCode)
}

func TestOfTwoWhoChangeATeamTheSecondIsTold(t *testing.T) {
	t.Parallel()
	c := withoutTeams(t)
	require.Equal(t, http.StatusSeeOther, c.post("/teams/new", designForm()).StatusCode)
	mine, theirs := designForm(), designForm()
	seen := stamp(t, c.get("/teams/design").body)
	for _, form := range []url.Values{mine, theirs} {
		form.Del("name")
		form.Set("stamp", seen)
	}
	theirs.Set("budget.month", "5000")
	require.Equal(t, http.StatusSeeOther, c.post("/teams/design", theirs).StatusCode)
	mine.Set("groups.viewer", "somebody")
	a := c.post("/teams/design", mine)
	require.Equal(t, http.StatusConflict, a.StatusCode)
	assert.Contains(t, a.body, "Somebody else changed this team meanwhile")
	assert.Regexp(t, `budget\.month</code>[^<]*5000\.00[^<]*→[^<]*2000\.00`, a.body)
	assert.Contains(t, a.body, ">somebody</textarea>", "what was typed is still there")
	mine.Set("stamp", stamp(t, a.body))
	require.Equal(t, http.StatusSeeOther, c.post("/teams/design", mine).StatusCode, "saved again, it counts")
	assert.Contains(t, c.read("/teams/design", c.token, nil).body, `"viewer":["somebody"]`)
}

// upload posts the import form as a browser does, with a file.
func (c *console) upload(file string, fields map[string]string) answer {
	c.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, value := range fields {
		require.NoError(c.t, form.WriteField(name, value))
	}
	part, err := form.CreateFormFile("file", "teams.yaml")
	require.NoError(c.t, err)
	_, err = part.Write([]byte(file))
	require.NoError(c.t, err)
	require.NoError(c.t, form.Close())
	request, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.url+"/teams/import", &body)
	require.NoError(c.t, err)
	setAll(request, []string{"Content-Type", form.FormDataContentType(), "Origin", c.url, "Sec-Fetch-Site", "same-origin"})
	return c.do(c.browser, request)
}

func TestTeamsAreImportedAfterALookAtWhatChanges(t *testing.T) {
	t.Parallel()
	c := withoutTeams(t)
	require.Equal(t, http.StatusSeeOther, c.post("/teams/new", designForm()).StatusCode)
	exported := c.get("/teams/export")
	require.Equal(t, http.StatusOK, exported.StatusCode)
	assert.Contains(t, exported.Header.Get("Content-Disposition"), "teams.yaml")
	assert.Equal(t, http.StatusOK, c.get("/teams/import").StatusCode)

	same := c.upload(exported.body, nil)
	require.Equal(t, http.StatusOK, same.StatusCode)
	assert.Contains(t, same.body, "the teams are as the file says")
	assert.NotContains(t, same.body, `name="apply"`)

	file := "teams:\n- name: finance\n  enterprise_projects: [p1]\n- name: support\n"
	a := c.post("/teams/import", url.Values{"yaml": {strings.ReplaceAll(file, "\n", "\r\n")}, "preview": {"1"}})
	require.Equal(t, http.StatusUnprocessableEntity, a.StatusCode)
	assert.Contains(t, a.body, "Line 3, teams[0].enterprise_projects[0]: belongs to team design: an enterprise project has one owner")
	assert.Contains(t, a.body, ">"+file+"</textarea>", "what was typed is still there")

	file = strings.ReplaceAll(exported.body, "- p1\n", "") + "- name: finance\n  enterprise_projects: [p1]\n"
	preview := c.upload(file, map[string]string{"yaml": "", "preview": "1"})
	require.Equal(t, http.StatusOK, preview.StatusCode)
	assert.Contains(t, preview.body, `data-team-change="design" data-action="team.changed"`)
	assert.Contains(t, preview.body, `data-team-change="finance" data-action="team.created"`)
	assert.Regexp(t, `enterprise_projects</code>[^<]*p1, p2[^<]*→[^<]*p2<`, preview.body)
	assert.Equal(t, http.StatusNotFound, c.get("/teams/finance").StatusCode, "nothing is done yet")

	seen := stamp(t, preview.body)
	edited := strings.ReplaceAll(file, "finance", "support")
	a = c.post("/teams/import", url.Values{"yaml": {edited}, "stamp": {seen}, "apply": {"1"}})
	require.Equal(t, http.StatusConflict, a.StatusCode, "that was not shown")
	assert.Contains(t, a.body, `data-team-change="support"`)
	assert.Equal(t, http.StatusNotFound, c.get("/teams/support").StatusCode)

	require.Equal(t, http.StatusSeeOther, c.post("/teams/import", url.Values{"yaml": {file}, "stamp": {seen}, "apply": {"1"}}).StatusCode)
	assert.JSONEq(t, `{"name":"finance","enterprise_projects":["p1"]}`, c.read("/teams/finance", c.token, nil).body)

	prune := url.Values{"yaml": {"teams: [{name: finance, enterprise_projects: [p1]}]"}}
	a = c.post("/teams/import", prune)
	assert.Contains(t, a.body, "Not in the file, left as they are")
	prune.Set("prune", "true")
	a = c.post("/teams/import", prune)
	assert.Contains(t, a.body, `data-team-change="design" data-action="team.deleted"`)
	prune.Set("stamp", stamp(t, a.body))
	prune.Set("apply", "1")
	require.Equal(t, http.StatusSeeOther, c.post("/teams/import", prune).StatusCode)
	assert.Equal(t, http.StatusNotFound, c.get("/teams/design").StatusCode)
	assert.Equal(t, http.StatusUnprocessableEntity, c.post("/teams/import", url.Values{"yaml": {""}}).StatusCode)
}

func TestManyTeamsAreSeveralPages(t *testing.T) {
	t.Parallel()
	c := withoutTeams(t)
	var changes []orders.TeamChange
	for i := range 60 {
		name := "team-" + string(rune('a'+i/10)) + string(rune('a'+i%10))
		changes = append(changes, orders.TeamChange{Name: name, After: &policy.Team{Name: name}})
	}
	require.NoError(t, c.db.ApplyTeams(t.Context(), auth.Console, changes))
	names := map[string]bool{}
	for path, pages := "/teams", 0; path != ""; pages++ {
		require.Less(t, pages, 5)
		var page struct {
			Items []policy.Team
			Next  string
		}
		c.read(path, c.token, &page)
		for _, team := range page.Items {
			names[team.Name] = true
		}
		path = page.Next
	}
	assert.Len(t, names, 60)
}

func TestTeamsAreForAdminsAlone(t *testing.T) {
	t.Parallel()
	c := withoutTeams(t)
	require.Equal(t, http.StatusSeeOther, c.post("/teams/new", designForm()).StatusCode)
	assert.Contains(t, c.get("/").body, `href="/teams"`)
	for _, role := range []auth.Role{auth.RoleBuyer, auth.RoleApprover, auth.RoleViewer, auth.RoleAuditor} {
		token := c.key("reads-as-"+string(role), role)
		for _, path := range []string{"/teams", "/teams/design", "/teams/new", "/teams/import", "/teams/export", "/teams/design/delete", "/teams/none"} {
			assert.Equal(t, http.StatusForbidden, c.read(path, token, nil).StatusCode, "%s reads %s", role, path)
		}
	}
}

func TestAKeyOfATeam(t *testing.T) {
	t.Parallel()
	c := withoutTeams(t)
	require.Equal(t, http.StatusSeeOther, c.post("/teams/new", designForm()).StatusCode)
	assert.Contains(t, c.get("/keys").body, `<option value="design">design</option>`)
	a := c.post("/keys", url.Values{"name": {"ci"}, "role": {"buyer"}, "team": {"finance"}})
	require.Equal(t, http.StatusUnprocessableEntity, a.StatusCode)
	assert.Equal(t, "is no team that there is", problem(a.body, "team"))
	assert.Contains(t, a.body, `<option value="finance" selected>`)
	a = c.post("/keys", url.Values{"name": {"ci"}, "role": {"admin"}, "team": {"design"}})
	require.Equal(t, http.StatusUnprocessableEntity, a.StatusCode)
	assert.Equal(t, "must be none: admins are of no team", problem(a.body, "team"))
	a = c.post("/keys", url.Values{"name": {"ci"}, "role": {"buyer"}, "team": {"design"}})
	require.Equal(t, http.StatusOK, a.StatusCode)
	assert.Regexp(t, `data-label="Team"[^>]*>\s*design`, a.body)

	page := c.get("/teams/design/delete").body
	a = c.post("/teams/design/delete", url.Values{"stamp": {stamp(t, page)}})
	assert.Equal(t, http.StatusConflict, a.StatusCode)
	assert.Contains(t, a.body, "Team design is still in use")
}
