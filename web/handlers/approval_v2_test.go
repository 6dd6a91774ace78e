package handlers_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/policy"
)

const designProject = "6cd06618-495c-4ee3-b67c-03e0ca68601a"

var omar = auth.Who{Name: "omar", Roles: auth.RolesOf(auth.RoleApprover), Team: "design", Door: auth.DoorWeb}

// newTeamConsole is a console with a team that has everything approved, and the token of one of its keys.
func newTeamConsole(t *testing.T) (*console, string) {
	t.Helper()
	c := newConsole(t)
	teams, err := c.db.Teams(t.Context())
	require.NoError(t, err)
	change := orders.TeamChange{Name: "design", After: &policy.Team{Name: "design", EnterpriseProjects: []string{designProject},
		Approval: &policy.Approval{Approvals: 1, AlwaysFor: policy.Effects}}}
	if before, there := teams.Named("design"); there { // the demo's own
		change.Before = &before
	}
	require.NoError(t, c.db.ApplyTeams(t.Context(), auth.Console, []orders.TeamChange{change}))
	return c, c.buyerKey("design-script")
}

// buyerKey makes an API key of a buyer in the team.
func (c *console) buyerKey(name string) string {
	c.t.Helper()
	key, shown, err := auth.NewKey(c.sealer, name, auth.RoleBuyer, "design", "creator", time.Now())
	require.NoError(c.t, err)
	require.NoError(c.t, c.db.CreateKey(c.t.Context(), key, auth.Console))
	return shown.Token.Reveal()
}

// buy is a call that buys a desktop for a user.
func (c *console) buy(token, user string, headers ...string) answer {
	c.t.Helper()
	return c.call("POST", example(c.t, "subscribe/createDesktops/minimal-seed-example").Path, buyBody(c.t, user), append([]string{"X-Auth-Token", token}, headers...)...)
}

func buyBody(t testing.TB, user string) string {
	body := strings.Replace(string(example(t, "subscribe/createDesktops/minimal-seed-example").Body), `"enterprise_project_id": "0"`, `"enterprise_project_id": "`+designProject+`"`, 1)
	require.Contains(t, body, designProject)
	return strings.Replace(body, `"user_name": "test"`, `"user_name": "`+user+`"`, 1)
}

// decide approves a request, or rejects it for a reason.
func (c *console) decide(id, reason string) {
	c.t.Helper()
	r, err := c.db.Request(c.t.Context(), id)
	require.NoError(c.t, err)
	_, err = c.service.Decide(c.t.Context(), omar, id, orders.Ballot{Approve: reason == "", Reason: reason, Hash: r.Hash, Price: r.Price()})
	require.NoError(c.t, err)
}

// waits asserts that an answer says that its order needs approval, and returns the request's ID.
func (c *console) waits(a answer) string {
	c.t.Helper()
	require.Equal(c.t, http.StatusForbidden, a.StatusCode, a.body)
	told := errorOf(c.t.(*testing.T), a)
	require.Equal(c.t, "CONSOLE.0428", told.Code)
	id, url, _ := strings.Cut(told.Detail, " ")
	assert.Equal(c.t, c.url+"/orders/"+id, url)
	assert.Equal(c.t, id, a.Header.Get("X-Console-Order"))
	assert.Contains(c.t, told.Msg, id)
	return id
}

const because = "X-Console-Reason"

func TestACallThatNeedsApproval(t *testing.T) {
	t.Parallel()
	c, token := newTeamConsole(t)
	a := c.buy(token, "ann")
	require.Equal(t, http.StatusBadRequest, a.StatusCode, a.body)
	assert.Contains(t, errorOf(t, a).Detail, "X-Console-Reason: is mandatory")
	a = c.buy(token, "ann", because, strings.Repeat("x", orders.MaxReason+1))
	require.Equal(t, http.StatusBadRequest, a.StatusCode, a.body)

	id := c.waits(c.buy(token, "ann", because, "für Ann"))
	order, err := c.db.Order(t.Context(), id)
	require.NoError(t, err)
	assert.Equal(t, "für Ann", order.Reason)
	assert.Equal(t, "design", order.Team)

	// the same call again, in another form and without a reason
	var spaced bytes.Buffer
	require.NoError(t, json.Indent(&spaced, []byte(buyBody(t, "ann")), " ", "\t"))
	again := c.call("POST", example(t, "subscribe/createDesktops/minimal-seed-example").Path, spaced.String(), "X-Auth-Token", token)
	assert.Equal(t, id, c.waits(again), "no second request")
	assert.NotEqual(t, id, c.waits(c.buy(token, "bob", because, "another body")))
	assert.NotEqual(t, id, c.waits(c.buy(c.buyerKey("other"), "ann", because, "another key")))
	own := c.waits(c.buy(token, "ann", because, "a second one", "Idempotency-Key", "k-1"))
	assert.NotEqual(t, id, own, "a deliberately new one")
	assert.Equal(t, own, c.waits(c.buy(token, "ann", "Idempotency-Key", "k-1")))
	assert.Equal(t, id, c.waits(c.buy(token, "ann")), "and the first one is still found")

	c.decide(id, "")
	placed := c.buy(token, "ann")
	require.Equal(t, http.StatusOK, placed.StatusCode, placed.body)
	assert.Equal(t, id, placed.Header.Get("X-Console-Order"))
	assert.Equal(t, placed.body, c.buy(token, "ann").body, "the order's own answer, as often as it is asked for")

	c.decide(own, "one is enough")
	no := c.buy(token, "ann", "Idempotency-Key", "k-1")
	require.Equal(t, http.StatusForbidden, no.StatusCode, no.body)
	told := errorOf(t, no)
	assert.Equal(t, "CONSOLE.0403", told.Code)
	assert.Contains(t, told.Msg, "one is enough")
	list, err := c.cloud.Orders(t.Context(), allOrders)
	require.NoError(t, err)
	assert.Equal(t, 1, list.Total)
}

func TestEqualCallsAtOnceMakeOneRequest(t *testing.T) {
	t.Parallel()
	c, token := newTeamConsole(t)
	ids := make([]string, 20)
	var group sync.WaitGroup
	for i := range ids {
		group.Go(func() {
			a := c.buy(token, "ann", because, "all at once")
			ids[i] = a.Header.Get("X-Console-Order")
		})
	}
	group.Wait()
	for _, id := range ids {
		assert.Equal(t, ids[0], id)
	}
	require.NotEmpty(t, ids[0])
	page, _, err := c.db.Requests(t.Context(), orders.RequestFilter{Scope: auth.Everything})
	require.NoError(t, err)
	assert.Len(t, page, 1)
}

// TestAMutatedCallIsNeverTakenForAnApprovedOne changes an approved body in every of its values.
func TestAMutatedCallIsNeverTakenForAnApprovedOne(t *testing.T) {
	t.Parallel()
	c, token := newTeamConsole(t)
	id := c.waits(c.buy(token, "ann", because, "a new colleague"))
	c.decide(id, "")
	require.Equal(t, http.StatusOK, c.buy(token, "ann").StatusCode)
	path := example(t, "subscribe/createDesktops/minimal-seed-example").Path
	for _, change := range [][2]string{
		{`"size": 80`, `"size": 90`}, {`"period_num": 1`, `"period_num": 2`}, {`"period_type": 2`, `"period_type": 3`},
		{`"type": "SAS"`, `"type": "SSD"`}, {`"value": "bb"`, `"value": "bc"`}, {`"user_group": "sudo"`, `"user_group": "users"`},
		{`test@test.com`, `test@test.org`}, {`"email_notification": false`, `"email_notification": true`},
		{`"desktop_type": "DEDICATED"`, `"desktop_type": "DEDICATED", "size": 2`}, {`"key": "aa"`, `"key": "order-ref"`},
		{`"type": "createDesktops"`, `"type": "createDesktops", "extend_param": {"is_auto_pay": "true"}`},
		{`"type": "createDesktops"`, `"type": "createDesktops", "unknown": 1`},
	} {
		body := buyBody(t, "ann")
		changed := strings.Replace(body, change[0], change[1], 1)
		require.NotEqual(t, body, changed, change[0])
		a := c.call("POST", path, changed, "X-Auth-Token", token, because, "mutated")
		assert.NotEqual(t, http.StatusOK, a.StatusCode, change[1])
		assert.NotEqual(t, id, a.Header.Get("X-Console-Order"), change[1])
	}
	list, err := c.cloud.Orders(t.Context(), allOrders)
	require.NoError(t, err)
	assert.Equal(t, 1, list.Total)
}

func TestOpenAPITellsOfApprovals(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	a := c.call("GET", "/v2/openapi.json", "", "X-Auth-Token", "")
	require.Equal(t, http.StatusOK, a.StatusCode)
	assert.Contains(t, a.body, "CONSOLE.0428")
	assert.Equal(t, 4, strings.Count(a.body, `"X-Console-Reason"`), "at every door")
}
