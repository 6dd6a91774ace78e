package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/auth/identity"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/policy"
	"workspace-order-console/web/handlers"
)

// projects are the enterprise projects of the demo data, by the team that owns each here.
var projects = map[string]string{"design": "6cd06618-495c-4ee3-b67c-03e0ca68601a", "finance": "01cdd64e-4135-49d0-999e-6edfe071fb02",
	"support": "dad30422-75fe-43aa-96e6-3b7a6ca87358"}

// teamRoles are the roles that a group of each team has, "<team>-<role>".
var teamRoles = []auth.Role{auth.RoleApprover, auth.RoleBuyer, auth.RoleViewer, auth.RoleAuditor}

const adminGroup = "console-admins"

// company is a console behind a sign-in proxy, which the tests are, with three teams.
func company(t testing.TB, set ...func(*handlers.Config)) *console {
	t.Helper()
	c := start(t, func(config *handlers.Config) {
		source, err := identity.New(identity.Config{Auth: identity.Header, TrustedProxy: []string{"127.0.0.1"}, AdminGroup: adminGroup, Now: time.Now})
		require.NoError(t, err)
		config.Identity, config.AdminGroup = source, adminGroup
		config.Contact = "the service desk, room 204"
		for _, more := range set {
			more(config)
		}
	})
	c.disband() // those of the demo data
	var changes []orders.TeamChange
	for name, project := range projects {
		team := policy.Team{Name: name, EnterpriseProjects: []string{project}, Groups: map[auth.Role][]string{}}
		for _, role := range teamRoles {
			team.Groups[role] = []string{name + "-" + string(role)}
		}
		changes = append(changes, orders.TeamChange{Name: name, After: &team})
	}
	require.NoError(t, c.db.ApplyTeams(t.Context(), auth.Console, changes))
	return c
}

// visitor is somebody with a browser of their own, whom the proxy names at every request.
type visitor struct {
	*console
	subject string
	groups  []string
}

// visit gives somebody a browser.
func (c *console) visit(subject string, groups ...string) *visitor {
	own := *c
	own.browser = newBrowser(c)
	return &visitor{&own, subject, groups}
}

func newBrowser(c *console) *http.Client {
	return &http.Client{Transport: c.transport, Jar: &jar{}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// named are the proxy's headers.
func (v *visitor) named(headers []string) []string {
	return append([]string{"X-Forwarded-User", v.subject, "X-Forwarded-Email", v.subject + "@company.example",
		"X-Forwarded-Groups", strings.Join(v.groups, ",")}, headers...)
}

func (v *visitor) get(path string, headers ...string) answer {
	return v.console.get(path, v.named(headers)...)
}

func (v *visitor) post(path string, form url.Values, headers ...string) answer {
	return v.console.post(path, form, v.named(headers)...)
}

// cookie is the browser's, "" when it has none.
func (v *visitor) cookie() string {
	for _, cookie := range v.browser.Jar.Cookies(nil) {
		return cookie.Value
	}
	return ""
}

// sessions are the person's live ones.
func (v *visitor) sessions() []auth.Session {
	list, err := v.db.SessionsOf(v.t.Context(), v.subject)
	require.NoError(v.t, err)
	return list
}

// logged are the actions of the log, newest first.
func (c *console) logged(action string) []logged {
	var page listed[logged]
	require.Equal(c.t, http.StatusOK, c.read("/audit?action="+action, c.token, &page).StatusCode)
	return page.Items
}
