package handlers_test

import (
	"net/http"
	"net/url"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAnApproverLetsSomebodyElseDecide(t *testing.T) {
	t.Parallel()
	r := withRules(t, above("100", 1))
	id := r.asks(r.mei, "because")
	vera := r.visit("vera", "design-viewer")
	vera.get("/") // so that she has been seen
	day := time.Now().UTC().AddDate(0, 0, 7).Format(time.DateOnly)
	page := r.omar.get("/settings/delegations").body
	assert.Contains(t, page, `<option value="design">design</option>`)
	assert.Contains(t, page, `<option value="vera">`)
	assert.NotContains(t, page, `<option value="omar">`)
	assert.NotContains(t, vera.get("/settings/delegations").body, `name="delegate"`)
	assert.Equal(t, http.StatusForbidden, vera.post("/settings/delegations", url.Values{"team": {"design"}, "to": {"bo"}, "until": {day}}).StatusCode)

	for _, c := range []struct{ team, to, until, at, says string }{
		{"design", "", day, "to", "is mandatory"},
		{"design", "OMAR", day, "to", "must be somebody else"},
		{"design", "vera", "2020-01-01", "until", "must be in the future, and at most 366 days away"},
		{"design", "vera", "soon", "until", "must be in the future"},
		{"design", "vera", "", "until", "must be in the future"},
		{"", "vera", day, "team", "must be a team"},
	} {
		a := r.omar.post("/settings/delegations", url.Values{"team": {c.team}, "to": {c.to}, "until": {c.until}})
		require.Equal(t, http.StatusUnprocessableEntity, a.StatusCode, "%+v", c)
		assert.Contains(t, problem(a.body, c.at), c.says, "%+v", c)
		assert.Len(t, problemsOf(a.body), 1, "%+v", c)
		assert.True(t, keeps(a.body, "to", c.to), "what was typed is still there: %+v", c)
		assert.True(t, keeps(a.body, "until", c.until), "%+v", c)
	}
	require.Equal(t, http.StatusSeeOther, r.omar.post("/settings/delegations", url.Values{"team": {"design"}, "to": {"vera"}, "until": {day}}).StatusCode)
	given := part(t, vera.get("/settings/delegations").body, `id="yours"`, "</section>")
	assert.Regexp(t, `vera@company\.example</span>\s*\(you\)`, given)
	assert.Contains(t, given, "omar")
	assert.Contains(t, part(t, r.ops.get("/settings/delegations").body, `id="others"`, "</section>"), "vera")
	assert.Contains(t, r.visit("ada", "design-auditor").get("/settings/delegations").body, "omar")

	decide := vera.get("/orders/" + id).body
	assert.Regexp(t, `You decide in the place of <span translate="no">omar@company\.example</span>`, decide)
	assert.Contains(t, vera.get("/approvals").body, `id="request-`+id+`"`)
	require.Equal(t, http.StatusSeeOther, vera.post("/orders/"+id+"/approve", r.ballot(vera, id)).StatusCode)
	assert.Regexp(t, `vera@company\.example</span>\s*in the place of\s*<span translate="no" title="omar">omar@`, r.mei.get("/orders/"+id).body)

	end := regexp.MustCompile(`action="(/settings/delegations/[^"]+/end)"`).FindStringSubmatch(r.omar.get("/settings/delegations").body)
	require.NotNil(t, end)
	assert.Equal(t, http.StatusForbidden, r.visit("bo", "design-buyer").post(end[1], nil).StatusCode)
	assert.Equal(t, http.StatusNotFound, r.visit("fin", "finance-approver").post(end[1], nil).StatusCode)
	require.Equal(t, http.StatusSeeOther, r.omar.post(end[1], nil).StatusCode)
	a := r.omar.post(end[1], nil)
	assert.Equal(t, http.StatusConflict, a.StatusCode)
	assert.Contains(t, a.body, "This delegation has ended already.")
	assert.NotContains(t, part(t, r.omar.get("/settings/delegations").body, `id="yours"`, "</section>"), "vera")
	assert.Contains(t, r.omar.get("/settings/delegations?ended=true").body, "Ended")
	other := r.asks(r.mei, "again")
	assert.NotContains(t, vera.get("/orders/"+other).body, `name="approve"`)
}
