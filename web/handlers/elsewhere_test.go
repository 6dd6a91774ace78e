package handlers_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/auth/identity"
	"workspace-order-console/internal/orders"
	"workspace-order-console/web/handlers"
	"workspace-order-console/web/static"
)

// openPaths are those that need nobody's name.
var openPaths = []string{"/healthz", "/readyz", "/metrics", static.Path("app.css"), "/v2/openapi.json"}

func TestNobodyIsLetInWhomTheProxyDoesNotName(t *testing.T) {
	t.Parallel()
	elsewhere := func(config *handlers.Config) {
		source, err := identity.New(identity.Config{Auth: identity.Header, TrustedProxy: []string{"10.1.2.3"}, AdminGroup: adminGroup, Now: time.Now})
		require.NoError(t, err)
		config.Identity = source
	}
	for name, c := range map[string]struct {
		console *console
		headers []string
		status  int
	}{
		"nobody is named":           {company(t), nil, http.StatusUnauthorized},
		"from another address":      {company(t, elsewhere), []string{"X-Forwarded-User", "mei", "X-Forwarded-Groups", adminGroup}, http.StatusUnauthorized},
		"named twice":               {company(t), []string{"X-Forwarded-User", "mei,ops"}, http.StatusBadRequest},
		"named beside the header":   {company(t), []string{"X-Forwarded-User", "mei", "X_Forwarded_User", "ops"}, http.StatusBadRequest},
		"a program says who it is":  {company(t), []string{"User-Agent", "kube-probe/1.30"}, http.StatusUnauthorized},
		"with a form of their own":  {company(t), []string{"Accept", "application/json"}, http.StatusUnauthorized},
		"as the console itself":     {company(t), []string{"X-Forwarded-User", "console"}, http.StatusBadRequest},
		"as the local admin":        {company(t), []string{"X-Forwarded-User", "Admin"}, http.StatusBadRequest},
		"as the command line":       {company(t), []string{"X-Forwarded-User", "command line"}, http.StatusBadRequest},
		"as an API key":             {company(t), []string{"X-Forwarded-User", "KEY:admin-script"}, http.StatusBadRequest},
		"an admin, as their groups": {company(t), []string{"X-Forwarded-Groups", adminGroup}, http.StatusUnauthorized},
	} {
		c.console.browser = newBrowser(c.console)
		paths := []string{"/signin", "/signed-out", "/no/such/page", "/healthz/", "/v2x"}
		for _, r := range handlers.Routes() {
			if r.Method == http.MethodGet && r.Access != handlers.Open {
				paths = append(paths, r.Path)
			}
		}
		for _, path := range paths {
			a := c.console.get(path, c.headers...)
			assert.Equal(t, c.status, a.StatusCode, "%s: %s", name, path)
			assert.Contains(t, a.body, a.Header.Get("X-Request-Id"), "%s: %s", name, path)
			assert.NotContains(t, a.body, "X-Forwarded", "nothing internal is told")
			assert.Empty(t, a.Cookies(), "%s: %s", name, path)
		}
		for _, r := range handlers.Routes() {
			if r.Method == http.MethodPost {
				assert.Equal(t, c.status, c.console.post(r.Path, nil, c.headers...).StatusCode, "%s: %s", name, r.Path)
			}
		}
		for _, path := range openPaths {
			assert.Equal(t, http.StatusOK, c.console.get(path).StatusCode, "%s: %s", name, path)
		}
	}
}

func TestAnAPIKeyNeedsNoNameAndTakesNone(t *testing.T) {
	t.Parallel()
	c := company(t)
	key := c.teamKey("finance", auth.RoleBuyer)
	pretending := []string{"X-Auth-Token", key, "X-Forwarded-User", "ops", "X-Forwarded-Groups", adminGroup}
	c.browser = newBrowser(c)
	a := c.get("/desktops", append(pretending, "Accept", "application/json")...)
	assert.Equal(t, http.StatusOK, a.StatusCode, a.body)
	assert.NotContains(t, a.body, projects["design"])
	assert.Empty(t, a.Cookies())
	assert.Equal(t, http.StatusForbidden, c.get("/audit", append(pretending, "Accept", "application/json")...).StatusCode, "the key's role counts")
	assert.Equal(t, http.StatusForbidden, c.get("/orders", pretending...).StatusCode, "no pages")
	assert.Equal(t, http.StatusForbidden, c.post("/signin", nil, pretending...).StatusCode)

	e := example(t, "subscribe/createDesktops/minimal-seed-example")
	body := regexp.MustCompile(`"enterprise_project_id": *"[^"]*"`).ReplaceAllString(string(e.Body), `"enterprise_project_id": "`+projects["finance"]+`"`)
	a = c.call("POST", e.Path, body, "X-Auth-Token", key, "X-Forwarded-User", "ops", "X-Forwarded-Groups", adminGroup)
	order, err := c.db.Order(t.Context(), a.Header.Get("X-Console-Order"))
	require.NoError(t, err, a.body)
	assert.Equal(t, "key:finance-buyer", order.Actor)
	assert.Equal(t, "finance", order.Team)
	assert.Equal(t, http.StatusUnauthorized, c.call("POST", e.Path, string(e.Body), "X-Auth-Token", "", "X-Forwarded-User", "ops",
		"X-Forwarded-Groups", adminGroup).StatusCode, "a name is no key")
}

func TestTheAddressInTheLogIsTheProxysWord(t *testing.T) {
	t.Parallel()
	c := company(t)
	mei := c.visit("mei", "design-buyer")
	require.Equal(t, http.StatusOK, mei.get("/", "X-Forwarded-For", "203.0.113.9, 198.51.100.7", "X-Real-IP", "203.0.113.8").StatusCode)
	entries := c.logged("signin")
	require.Len(t, entries, 1)
	assert.Equal(t, "198.51.100.7", entries[0].Address)
	assert.Equal(t, "mei", entries[0].Actor)
	assert.Equal(t, "198.51.100.7", mei.sessions()[0].Address)
}

func TestARemovedGroupIsOutOnTheNextClick(t *testing.T) {
	t.Parallel()
	c := company(t)
	mei := c.visit("mei", "staff", "design-buyer", "finance-viewer")
	require.Equal(t, http.StatusSeeOther, mei.post("/settings/team", url.Values{"team": {"finance"}}).StatusCode)
	require.Equal(t, http.StatusSeeOther, mei.post("/settings/theme", url.Values{"theme": {"dark"}}).StatusCode)
	before := mei.cookie()
	assert.Contains(t, mei.get("/desktops").body, `<option value="finance" selected`)

	mei.groups = []string{"design-buyer", "staff"}
	a := mei.get("/desktops")
	assert.Equal(t, http.StatusOK, a.StatusCode, "what is left is left")
	assert.NotContains(t, a.body, "team-switch")
	assert.Contains(t, a.body, "buyer · design")
	assert.Contains(t, a.body, `data-theme="dark"`, "what they have set stays theirs")
	assert.NotEqual(t, before, mei.cookie(), "another session")
	assert.Len(t, mei.sessions(), 1, "the old one has ended")
	ended := c.logged("session.ended")
	require.Len(t, ended, 1)
	assert.JSONEq(t, `{"person":"mei","why":"group lost"}`, string(ended[0].Details))

	mei.groups = []string{"staff"}
	a = mei.get("/orders")
	assert.Equal(t, http.StatusForbidden, a.StatusCode)
	assert.Contains(t, a.body, "the service desk, room 204")
	assert.Equal(t, http.StatusForbidden, mei.post("/orders/new/subscribe/createDesktops", nil).StatusCode)

	mei.groups = []string{"staff", "design-viewer"}
	before = mei.cookie()
	assert.Equal(t, http.StatusOK, mei.get("/orders").StatusCode, "one more is there at once")
	assert.Equal(t, before, mei.cookie(), "and ends nothing")
	mei.groups = []string{"design-viewer", "staff"}
	assert.Equal(t, http.StatusOK, mei.get("/orders").StatusCode)
	assert.Equal(t, before, mei.cookie(), "nor does another order of them")
	mei.groups = []string{"staff"}
	assert.Equal(t, http.StatusForbidden, mei.get("/orders").StatusCode, "the one that came later is out as well")
}

func TestATeamsRolesCountFromTheNextRequest(t *testing.T) {
	t.Parallel()
	c := company(t)
	mei := c.visit("mei", "newcomers")
	require.Equal(t, http.StatusForbidden, mei.get("/orders").StatusCode)
	teams, err := c.db.Teams(t.Context())
	require.NoError(t, err)
	before, _ := teams.Named("design")
	after := before
	after.Groups = map[auth.Role][]string{auth.RoleViewer: {"newcomers"}}
	require.NoError(t, c.db.ApplyTeams(t.Context(), auth.Console, []orders.TeamChange{{Name: "design", Before: &before, After: &after}}))
	assert.Equal(t, http.StatusOK, mei.get("/orders").StatusCode)
	require.NoError(t, c.db.ApplyTeams(t.Context(), auth.Console, []orders.TeamChange{{Name: "design", Before: &after, After: &before}}))
	assert.Equal(t, http.StatusForbidden, mei.get("/orders").StatusCode)
}

func TestAnotherPersonInTheSameBrowser(t *testing.T) {
	t.Parallel()
	c := company(t)
	mei := c.visit("mei", "design-buyer")
	require.Equal(t, http.StatusOK, mei.get("/").StatusCode)
	old := mei.cookie()
	raj := *mei
	raj.subject, raj.groups = "raj", []string{adminGroup}

	a := raj.post("/settings/refresh", nil)
	assert.Equal(t, http.StatusConflict, a.StatusCode, "what mei's page offers is not done for raj")
	assert.Contains(t, a.body, "You are somebody else now")
	assert.NotEqual(t, old, raj.cookie())
	assert.Empty(t, mei.sessions())
	require.Len(t, raj.sessions(), 1)
	assert.Equal(t, http.StatusSeeOther, raj.post("/settings/refresh", nil).StatusCode, "now it is raj's own")
	ended := c.logged("session.ended")
	require.Len(t, ended, 1)
	assert.JSONEq(t, `{"person":"mei","why":"another person"}`, string(ended[0].Details))

	raj.browser.Jar = &jar{cookies: []*http.Cookie{{Name: "console_session", Value: old}}}
	assert.Equal(t, http.StatusOK, raj.get("/").StatusCode, "a cookie is nobody's word")
	mei.browser = raj.browser
	assert.Equal(t, http.StatusForbidden, mei.get("/keys").StatusCode, "raj's cookie makes mei no admin")
}

func TestASessionThatWasEndedIsNotRenewedByItself(t *testing.T) {
	t.Parallel()
	c := company(t)
	mei, phone := c.visit("mei", "design-buyer"), c.visit("mei", "design-buyer")
	require.Equal(t, http.StatusOK, mei.get("/", "User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0").StatusCode)
	require.Equal(t, http.StatusOK, phone.get("/").StatusCode)
	require.Equal(t, http.StatusSeeOther, phone.post("/settings/theme", url.Values{"theme": {"dark"}}).StatusCode)
	list := mei.get("/settings/sessions").body
	assert.Contains(t, list, "Firefox on Linux")
	other := auth.Secret(phone.cookie()).Hash()
	assert.Contains(t, list, other)
	require.Equal(t, http.StatusSeeOther, mei.post("/settings/sessions/end", url.Values{"id": {other}}).StatusCode)

	for _, path := range []string{"/", "/orders", "/signin?x=1"} {
		a := phone.get(path)
		if path == "/signin?x=1" {
			assert.Equal(t, http.StatusOK, a.StatusCode)
		} else {
			assert.Equal(t, http.StatusUnauthorized, a.StatusCode, path)
		}
		assert.Contains(t, a.body, "Your session was ended", path)
		assert.Contains(t, a.body, `<form method="post" action="/signin"`, path)
		assert.Empty(t, a.Cookies(), path)
	}
	assert.Equal(t, http.StatusUnauthorized, phone.post("/settings/theme", url.Values{"theme": {"light"}}).StatusCode)
	assert.Equal(t, http.StatusUnauthorized, phone.get("/orders", "Accept", "application/json").StatusCode)
	assert.Len(t, mei.sessions(), 1)
	assert.Equal(t, http.StatusOK, mei.get("/").StatusCode, "the other one goes on")

	require.Equal(t, http.StatusSeeOther, phone.post("/signin", nil).StatusCode)
	a := phone.get("/")
	assert.Equal(t, http.StatusOK, a.StatusCode)
	assert.Contains(t, a.body, `data-theme="dark"`)
	assert.Len(t, mei.sessions(), 2)

	fresh := c.visit("mei", "design-buyer")
	assert.Equal(t, http.StatusOK, fresh.get("/").StatusCode, "a browser without a cookie is a new one")
	fresh.browser.Jar = &jar{cookies: []*http.Cookie{{Name: "console_session", Value: "nobody-knows-this"}}}
	assert.Equal(t, http.StatusOK, fresh.get("/").StatusCode, "as is one whose cookie nobody remembers")

	require.Equal(t, http.StatusSeeOther, mei.post("/settings/sessions/end", url.Values{"all": {"1"}}).StatusCode)
	assert.Len(t, mei.sessions(), 1)
	assert.Equal(t, http.StatusUnauthorized, phone.get("/").StatusCode)
	assert.Equal(t, http.StatusOK, mei.get("/").StatusCode)
}

func TestSessionsOfOthersAreTheAdmins(t *testing.T) {
	t.Parallel()
	c := company(t)
	mei, raj, ops := c.visit("mei", "design-buyer"), c.visit("raj", "design-buyer"), c.visit("ops", adminGroup)
	for _, v := range []*visitor{mei, raj, ops} {
		require.Equal(t, http.StatusOK, v.get("/").StatusCode)
	}
	id := mei.sessions()[0].IDHash
	assert.Equal(t, http.StatusNotFound, raj.post("/settings/sessions/end", url.Values{"id": {id}}).StatusCode, "not raj's")
	assert.Equal(t, http.StatusForbidden, raj.post("/settings/people/end", url.Values{"id": {id}, "person": {"mei"}}).StatusCode)
	assert.NotContains(t, raj.get("/settings/sessions?person=mei").body, id)
	assert.Len(t, mei.sessions(), 1)

	assert.Contains(t, ops.get("/settings/people?person=mei").body, id)
	assert.Equal(t, http.StatusNotFound, ops.post("/settings/people/end", url.Values{"id": {id}, "person": {"raj"}}).StatusCode)
	require.Equal(t, http.StatusSeeOther, ops.post("/settings/people/end", url.Values{"person": {"mei"}}).StatusCode)
	assert.Equal(t, http.StatusUnauthorized, mei.get("/").StatusCode)
	assert.Equal(t, http.StatusOK, raj.get("/").StatusCode)
	ended := c.logged("session.ended")
	require.Len(t, ended, 1)
	assert.Equal(t, "ops", ended[0].Actor)
	assert.JSONEq(t, `{"person":"mei","why":"revoked"}`, string(ended[0].Details))
	require.Equal(t, http.StatusSeeOther, ops.post("/settings/people/end", url.Values{"person": {"ops"}}).StatusCode)
	assert.Equal(t, http.StatusOK, ops.get("/").StatusCode, "one's own is ended by signing out")
}

func TestSigningOutBehindAProxy(t *testing.T) {
	t.Parallel()
	c := company(t)
	mei := c.visit("mei", "design-buyer")
	require.Equal(t, http.StatusOK, mei.get("/").StatusCode)
	a := mei.post("/logout", nil)
	require.Equal(t, http.StatusSeeOther, a.StatusCode)
	require.Equal(t, "/signin", a.Header.Get("Location"))
	assert.Contains(t, mei.get("/signin").body, "You are signed out here")
	assert.Equal(t, http.StatusUnauthorized, mei.get("/poll?version=1", "HX-Request", "true").StatusCode, "a page that is still open signs nobody in")
	assert.Empty(t, mei.sessions())

	c = company(t, func(config *handlers.Config) { config.LogoutURL = "https://sso.company.example/sign_out?rd=a&b" })
	mei = c.visit("mei", "design-buyer")
	require.Equal(t, http.StatusOK, mei.get("/").StatusCode)
	a = mei.post("/logout", nil)
	require.Equal(t, "/signed-out", a.Header.Get("Location"))
	a = mei.get("/signed-out")
	assert.Contains(t, a.body, `<meta http-equiv="refresh" content="0; url=https://sso.company.example/sign_out?rd=a&amp;b">`)
	assert.Contains(t, a.body, `href="https://sso.company.example/sign_out?rd=a&amp;b"`)
	assert.Empty(t, mei.sessions())
	assert.Empty(t, mei.cookie())
}

func TestAMemberOfSeveralTeamsPicksOne(t *testing.T) {
	t.Parallel()
	c := company(t)
	mei := c.visit("mei", "finance-buyer", "design-viewer", "finance-approver")
	a := mei.get("/desktops")
	assert.Contains(t, a.body, "You act for design.", "the first by name, and it says so")
	assert.Contains(t, a.body, `<option value="design" selected>`)
	assert.Contains(t, a.body, `action="/settings/team"`)
	assert.NotContains(t, a.body, `href="/orders/new"`, "a viewer there")
	assert.Equal(t, http.StatusForbidden, mei.get("/orders/new").StatusCode)

	assert.Equal(t, http.StatusUnprocessableEntity, mei.post("/settings/team", url.Values{"team": {"support"}}).StatusCode)
	require.Equal(t, http.StatusSeeOther, mei.post("/settings/team", url.Values{"team": {"finance"}}).StatusCode)
	a = mei.get("/desktops")
	assert.NotContains(t, a.body, "You act for")
	assert.Contains(t, a.body, `<option value="finance" selected>`)
	assert.Contains(t, a.body, `href="/orders/new"`)
	assert.Contains(t, a.body, "approver, buyer", "all their roles there")

	ben := c.visit("ben", "design-viewer")
	a = ben.get("/desktops")
	assert.NotContains(t, a.body, `action="/settings/team"`)
	assert.Contains(t, a.body, "viewer · design")
	ops := c.visit("ops", adminGroup, "design-viewer")
	a = ops.get("/desktops")
	assert.NotContains(t, a.body, `action="/settings/team"`, "admins see all teams")
	assert.Equal(t, http.StatusUnprocessableEntity, ops.post("/settings/team", url.Values{"team": {"design"}}).StatusCode)
}

// TestAFormStaysItsTeams: between the form and the order, somebody has switched to another team in another tab.
func TestAFormStaysItsTeams(t *testing.T) {
	t.Parallel()
	c := company(t)
	mei := c.visit("mei", "finance-buyer", "design-buyer")
	page := mei.get("/orders/new/subscribe/createDesktops")
	form := formOf(t, example(t, "subscribe/createDesktops/minimal-seed-example"))
	assert.Contains(t, page.body, `<option value="design" selected translate="no">`)
	form.Set("team", "design")
	form.Set("enterprise_project_id", projects["design"])
	form.Set("order", inputValue(t, page.body, "order"))
	form.Set("review", "1")
	change := url.Values{"team": {"design"}, "resize_param.desktop_ids[0]": {"x"}, "review": {"1"}}

	require.Equal(t, http.StatusSeeOther, mei.post("/settings/team", url.Values{"team": {"finance"}}).StatusCode)
	a := mei.post("/orders/new/batch-desktop/RESIZE", change)
	assert.Equal(t, http.StatusUnprocessableEntity, a.StatusCode)
	assert.NotEmpty(t, problemsOf(a.body)["team"], "what is there is changed by those who act for its team")
	a = mei.post("/orders/new/subscribe/createDesktops", form)
	require.Equal(t, http.StatusSeeOther, a.StatusCode, problemsOf(a.body))
	quote := inputValue(t, mei.get(a.Header.Get("Location")).body, "quote")
	a = mei.post("/orders/review", url.Values{"order": {form.Get("order")}, "quote": {quote}, "place": {"1"}})
	require.Equal(t, http.StatusSeeOther, a.StatusCode)
	list, err := c.db.Orders(t.Context(), orders.Filter{Scope: auth.Everything})
	require.NoError(t, err)
	require.Len(t, list.Items, 1)
	assert.Equal(t, "design", list.Items[0].Team)

	mei.groups = []string{"finance-buyer"}
	form.Set("order", orders.NewID())
	a = mei.post("/orders/new/subscribe/createDesktops", form)
	assert.Equal(t, http.StatusUnprocessableEntity, a.StatusCode, "no member any more")
}

func TestSomebodyWithoutARoleIsToldWhomToAsk(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		console *console
		says    string
	}{
		"a contact":      {company(t), "the service desk, room 204"},
		"no contact":     {company(t, func(config *handlers.Config) { config.Contact = "" }), adminGroup},
		"not even that":  {company(t, func(config *handlers.Config) { config.Contact, config.AdminGroup = "", "" }), "those who run this console"},
		"an admin group": {company(t, func(config *handlers.Config) { config.AdminGroup = "" }), "the service desk, room 204"},
	} {
		mei := c.console.visit("mei", "staff")
		for _, r := range handlers.Routes() {
			if r.Access < handlers.Members {
				continue
			}
			a := mei.get(r.Path)
			if r.Method == http.MethodPost {
				a = mei.post(r.Path, nil)
			}
			assert.Equal(t, http.StatusForbidden, a.StatusCode, "%s: %s %s", name, r.Method, r.Path)
			assert.Contains(t, a.body, c.says, "%s: %s", name, r.Path)
			assert.Contains(t, a.body, `action="/logout"`)
			assert.NotContains(t, a.body, `href="/orders"`)
		}
		a := mei.get("/orders", "Accept", "application/json")
		assert.Equal(t, http.StatusForbidden, a.StatusCode)
		assert.Equal(t, http.StatusSeeOther, mei.post("/logout", nil).StatusCode)
	}
}

func TestAProgramWithoutACookieHasNoSessions(t *testing.T) {
	t.Parallel()
	c := company(t)
	mei := c.visit("mei", "design-buyer")
	for range 3 {
		mei.browser.Jar = &jar{}
		a := mei.get("/orders", "Accept", "application/json")
		assert.Equal(t, http.StatusOK, a.StatusCode)
		assert.Empty(t, a.Cookies())
	}
	assert.Empty(t, mei.sessions())
	assert.Equal(t, http.StatusOK, mei.get("/settings/sessions", "Accept", "application/json").StatusCode)

	for range auth.MaxSessions + 5 {
		mei.browser.Jar = &jar{}
		require.Equal(t, http.StatusOK, mei.get("/orders/poll?version=0").StatusCode)
	}
	assert.Len(t, mei.sessions(), auth.MaxSessions, "and a browser that keeps none not without bound")
}

func TestPeopleAreWrittenDown(t *testing.T) {
	t.Parallel()
	c := company(t)
	mei := c.visit("mei", "design-buyer", "design-approver", "finance-viewer")
	require.Equal(t, http.StatusOK, mei.get("/").StatusCode)
	person, err := c.db.Person(t.Context(), "mei")
	require.NoError(t, err)
	first := person.SeenAt
	person.SeenAt = time.Time{}
	assert.Equal(t, auth.Person{Subject: "mei", Email: "mei@company.example", Memberships: []auth.Membership{
		{Team: "design", Roles: auth.RolesOf(auth.RoleApprover, auth.RoleBuyer)}, {Team: "finance", Roles: auth.RolesOf(auth.RoleViewer)}}}, person)
	require.Equal(t, http.StatusOK, mei.get("/orders").StatusCode)
	person, err = c.db.Person(t.Context(), "mei")
	require.NoError(t, err)
	assert.Equal(t, first, person.SeenAt, "not at every request")

	require.Equal(t, http.StatusOK, c.visit("ops", adminGroup).get("/").StatusCode)
	for role, of := range map[auth.Role]string{auth.RoleApprover: "design", auth.RoleViewer: "finance"} {
		people, _, err := c.db.PeopleOf(t.Context(), of, role, first, "", 0)
		require.NoError(t, err)
		require.Len(t, people, 1)
		assert.Equal(t, "mei", people[0].Subject)
	}
	mei.groups = []string{"design-buyer"}
	require.Equal(t, http.StatusOK, mei.get("/orders").StatusCode)
	people, _, err := c.db.PeopleOf(t.Context(), "design", auth.RoleApprover, first, "", 0)
	require.NoError(t, err)
	assert.Empty(t, people, "what is lost is lost at once")
	people, _, err = c.db.PeopleOf(t.Context(), "", auth.RoleAdmin, first, "", 0)
	require.NoError(t, err)
	require.Len(t, people, 1)
	assert.Equal(t, "ops", people[0].Subject)
	assert.True(t, people[0].Admin)
}

func TestWhatIsShownIsTheAddressAndWhatIsKeptTheSubject(t *testing.T) {
	t.Parallel()
	c := company(t)
	mei := c.visit("0b1f-4711", "design-buyer")
	assert.Contains(t, mei.get("/").body, "0b1f-4711@company.example")
	assert.Equal(t, "0b1f-4711", c.logged("signin")[0].Actor)
	assert.True(t, strings.HasPrefix(c.logged("signin")[0].Object, "session:"))
}

// teamKey makes an API key of a team.
func (c *console) teamKey(team string, role auth.Role) string {
	c.t.Helper()
	key, shown, err := auth.NewKey(c.sealer, team+"-"+string(role), role, team, "test", time.Now())
	require.NoError(c.t, err)
	require.NoError(c.t, c.db.CreateKey(c.t.Context(), key, auth.Console))
	return shown.Token.Reveal()
}
