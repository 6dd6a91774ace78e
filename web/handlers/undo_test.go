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
	"workspace-order-console/internal/orders"
)

var undoForm = regexp.MustCompile(`action="(/undo/[^"]+)"`)

// undoOf follows to where a deletion leads, and returns what the page's notice posts to in order to take it back.
func undoOf(t *testing.T, v *visitor, deleted answer) string {
	t.Helper()
	require.Equal(t, http.StatusSeeOther, deleted.StatusCode, deleted.body)
	page := v.get(deleted.Header.Get("Location")).body
	notices := between(page, `id="notices"`, `<main`)
	require.Contains(t, between(page, `<div id="notices"`, ">"), `role="status"`)
	found := undoForm.FindStringSubmatch(notices)
	require.NotNil(t, found, notices)
	return found[1]
}

func TestWhatWasDeletedComesBack(t *testing.T) {
	t.Parallel()
	c := company(t)
	mei, jun := c.visit("mei", "design-buyer"), c.visit("jun", "design-buyer")

	t.Run("a saved view", func(t *testing.T) {
		require.Equal(t, http.StatusSeeOther, mei.post("/views", url.Values{"page": {"orders"}, "name": {"failed ones"}, "query": {"state=failed"}, "shared": {"1"}}).StatusCode)
		id := viewID.FindStringSubmatch(mei.get("/orders?state=failed").body)[1]
		a := mei.post("/views/"+id+"/delete", nil)
		undo := undoOf(t, mei, a)
		page := mei.get(a.Header.Get("Location")).body
		assert.Equal(t, 1, strings.Count(page, id), "no link of the page goes on offering it")
		assert.NotContains(t, jun.get(a.Header.Get("Location")).body, undo, "to nobody else")
		assert.Equal(t, http.StatusNotFound, jun.post(undo, nil).StatusCode)
		a = mei.post(undo, nil)
		assert.Equal(t, "/orders?state=failed", a.Header.Get("Location"))
		assert.Contains(t, jun.get("/orders").body, "failed ones", "shared as it was")
		assert.Equal(t, http.StatusNotFound, mei.post(undo, nil).StatusCode, "once")
		assert.NotContains(t, mei.get("/orders?undo="+id).body, undo)
	})

	t.Run("a template", func(t *testing.T) {
		o := c.ordered("design")
		require.Equal(t, http.StatusSeeOther, mei.post("/templates/new", url.Values{"order": {o.ID}, "name": {"of design"}, "fixed": {standardPackage}}).StatusCode)
		all, err := c.db.Templates(t.Context(), auth.Everything, "", "", 10)
		require.NoError(t, err)
		require.Len(t, all, 1)
		undo := undoOf(t, mei, mei.post("/templates/"+all[0].ID+"/delete", nil))
		assert.NotContains(t, mei.get("/templates").body, ">of design<")
		assert.Equal(t, "/templates", mei.post(undo, nil).Header.Get("Location"))
		again, err := c.db.Template(t.Context(), auth.Everything, all[0].ID)
		require.NoError(t, err)
		again.UpdatedAt = all[0].UpdatedAt
		assert.Equal(t, all[0], again)
	})

	t.Run("a delegation", func(t *testing.T) {
		omar, nia := c.visit("omar", "design-approver"), c.visit("nia", "design-viewer")
		day := time.Now().UTC().AddDate(0, 0, 3).Format(time.DateOnly)
		require.Equal(t, http.StatusSeeOther, omar.post("/settings/delegations", url.Values{"team": {"design"}, "to": {"nia"}, "until": {day}}).StatusCode)
		holding := func() []orders.Delegation {
			list, _, err := c.db.Delegations(t.Context(), orders.DelegationFilter{Scope: auth.Everything, At: time.Now(), Limit: 10})
			require.NoError(t, err)
			return list
		}
		before := holding()
		require.Len(t, before, 1)
		undo := undoOf(t, omar, omar.post("/settings/delegations/"+before[0].ID+"/end", nil))
		require.Empty(t, holding())
		require.Equal(t, http.StatusSeeOther, omar.post(undo, nil).StatusCode)
		require.Len(t, holding(), 1)
		assert.Equal(t, before[0].Until, holding()[0].Until)

		a := nia.post("/settings/delegations/"+holding()[0].ID+"/end", nil)
		require.Equal(t, http.StatusSeeOther, a.StatusCode)
		assert.NotContains(t, nia.get(a.Header.Get("Location")).body, "/undo/", "only omar gives his right away")
	})
}

func TestAnOrderThatIsNotSentYetIsWithdrawnFromItsNotice(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	c.rest()
	e := example(t, "subscribe/expandDesktopPool")
	form := formOf(t, e)
	form.Set("order", orders.NewID())
	form.Set("review", "1")
	a := c.post("/orders/new/"+e.Kind(), form)
	require.Equal(t, http.StatusSeeOther, a.StatusCode, problemsOf(a.body))
	review := c.get(a.Header.Get("Location")).body
	placed, err := c.service.Place(t.Context(), auth.Who{Name: "admin", Roles: auth.RolesOf(auth.RoleAdmin), Door: auth.DoorWeb}, form.Get("order"), inputValue(t, review, "quote"))
	require.NoError(t, err)
	page := c.get("/orders/" + placed.ID).body
	assert.Contains(t, between(page, "Not sent yet.", "</form>"), `name="withdraw"`)
	assert.Equal(t, 1, strings.Count(page, `name="withdraw"`))
	require.Equal(t, http.StatusSeeOther, c.post("/orders/"+placed.ID+"/withdraw", nil).StatusCode)
	assert.Contains(t, c.get("/orders/"+placed.ID).body, `href="/orders/new/subscribe/expandDesktopPool?repeat=`+placed.ID+`"`)
}

func TestADisabledWebhookIsEnabledFromItsNotice(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	id, _ := c.makeWebhook("ops")
	assert.NotContains(t, c.get("/settings/webhooks/"+id).body, `name="enable"`)
	a := c.post("/settings/webhooks/"+id+"/disable", nil)
	require.Equal(t, http.StatusSeeOther, a.StatusCode)
	page := c.get(a.Header.Get("Location")).body
	assert.Contains(t, between(page, "It is disabled", "</form>"), `name="enable"`)
	assert.Equal(t, 1, strings.Count(page, `name="enable"`))
}
