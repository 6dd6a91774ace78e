package handlers_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/policy"
	"workspace-order-console/web/handlers"
)

// ruled is a company in which the rules of team design are the test's, and so are prices and the clock of the service.
type ruled struct {
	*console
	price          atomic.Pointer[decimal.Decimal]
	later          atomic.Int64 // seconds
	mei, omar, ops *visitor
}

// Quote implements orders.Quoter: what the test says.
func (r *ruled) Quote(context.Context, cloud.Question) (cloud.Quote, error) {
	amount := *r.price.Load()
	return cloud.Quote{Amount: amount, OfficialAmount: amount, Currency: "USD"}, nil
}

func (r *ruled) costs(amount string) {
	price := decimal.RequireFromString(amount)
	r.price.Store(&price)
}

func withRules(t testing.TB, rules ...func(*policy.Team)) *ruled {
	t.Helper()
	r := &ruled{}
	r.costs("120.50")
	r.console = company(t, func(config *handlers.Config) {
		config.Service.Quoter, config.Service.SecondPerson = r, true
		config.Service.Now = func() time.Time { return time.Now().Add(time.Duration(r.later.Load()) * time.Second) }
		config.Now = config.Service.Now
		config.Wait = time.Millisecond
	})
	r.mei, r.omar, r.ops = r.visit("mei", "design-buyer"), r.visit("omar", "design-approver"), r.visit("ops", adminGroup)
	teams, err := r.db.Teams(t.Context())
	require.NoError(t, err)
	before, _ := teams.Named("design")
	after := before
	for _, rule := range rules {
		rule(&after)
	}
	require.NoError(t, r.db.ApplyTeams(t.Context(), auth.Console, []orders.TeamChange{{Name: "design", Before: &before, After: &after}}))
	return r
}

func above(amount string, approvals int) func(*policy.Team) {
	return func(team *policy.Team) {
		d := decimal.RequireFromString(amount)
		team.Approval = &policy.Approval{Approvals: approvals, Above: &d}
	}
}

func month(amount, soft string) func(*policy.Team) {
	return func(team *policy.Team) {
		team.Budget = &policy.Budget{Month: decimal.RequireFromString(amount), Currency: "USD"}
		if soft != "" {
			d := decimal.RequireFromString(soft)
			team.Budget.Soft = &d
		}
	}
}

// desktopsFor is the form of an order of desktops for a team.
func desktopsFor(t testing.TB, team, reason string) url.Values {
	t.Helper()
	values := creation(t)(&belongings{team: team})
	values.Set("reason", reason)
	values.Set("review", "1")
	return values
}

const creating = "/orders/new/subscribe/createDesktops"

// review fills a form in up to the review page, and returns it with the order's ID.
func (r *ruled) review(who *visitor, form url.Values) (id, page string) {
	r.t.Helper()
	a := who.post(creating, form)
	require.Equal(r.t, http.StatusSeeOther, a.StatusCode, problemsOf(a.body))
	review := who.get(a.Header.Get("Location"))
	require.Equal(r.t, http.StatusOK, review.StatusCode)
	return form.Get("order"), review.body
}

// asks places an order that needs approval.
func (r *ruled) asks(who *visitor, reason string) string {
	r.t.Helper()
	id, page := r.review(who, desktopsFor(r.t, "design", reason))
	a := who.post("/orders/review", url.Values{"order": {id}, "quote": {inputValue(r.t, page, "quote")}, "place": {"1"}})
	require.Equal(r.t, http.StatusSeeOther, a.StatusCode, problemsOf(a.body))
	require.Equal(r.t, orders.StateAwaitingApproval, r.state(id))
	return id
}

func (r *ruled) state(id string) orders.State {
	r.t.Helper()
	order, err := r.db.Order(r.t.Context(), id)
	require.NoError(r.t, err)
	return order.State
}

// ballot is what the page of an order has in its form to approve it.
func (r *ruled) ballot(who *visitor, id string) url.Values {
	r.t.Helper()
	page := who.get("/orders/" + id).body
	form := part(r.t, page, `action="/orders/`+id+`/approve"`, "</form>")
	return url.Values{"hash": {inputValue(r.t, form, "hash")}, "price": {inputValue(r.t, form, "price")}, "approve": {"1"}}
}

func TestAnOrderIsAskedForAndApproved(t *testing.T) {
	t.Parallel()
	r := withRules(t, above("100", 1), month("1000", ""))
	form := desktopsFor(t, "design", "")
	form.Set("resources[0].create_desktops.tags[0].key", "kept")
	a := r.mei.post(creating, form)
	require.Equal(t, http.StatusUnprocessableEntity, a.StatusCode, "a reason is needed")
	assert.Equal(t, "is mandatory: this order needs approval, and who decides wants to know why", problem(a.body, "reason"))
	assert.True(t, keeps(a.body, "resources[0].create_desktops.tags[0].key", "kept"))

	form = desktopsFor(t, "design", "two new colleagues")
	id, page := r.review(r.mei, form)
	assert.Contains(t, page, "It costs 120.50 USD; the team has orders above 100.00 approved.")
	assert.Contains(t, page, "An approver of team design or an admin decides. Nobody decides about what they asked for themselves.")
	assert.Regexp(t, `<button[^>]*name="place"[^>]*>\s*Ask for approval`, page)
	assert.NotContains(t, page, "No approval is needed")
	budget := part(t, page, `id="budget"`, "</section>")
	assert.Contains(t, budget, `aria-label="paid 0.00 USD, reserved 0.00 USD, this 120.50 USD, of 1,000.00 USD"`)
	assert.Contains(t, budget, "879.50")
	a = r.mei.post("/orders/review", url.Values{"order": {id}, "quote": {inputValue(t, page, "quote")}, "place": {"1"}})
	require.Equal(t, "/orders/"+id, a.Header.Get("Location"))

	own := r.mei.get("/orders/" + id).body
	assert.Contains(t, own, `data-state="awaiting_approval"`)
	assert.Contains(t, own, "You asked for this yourself: somebody else decides.")
	assert.NotContains(t, own, `name="approve"`)
	assert.NotContains(t, own, `name="reject"`)
	assert.Contains(t, own, `name="withdraw"`)
	assert.NotContains(t, r.mei.get("/").body, `class="count"`)

	// in the queue, in the navigation and first on the overview of who decides
	queue := r.omar.get("/approvals").body
	assert.Regexp(t, `<a href="/approvals\?view=to_decide" aria-current="page"`, queue)
	row := part(t, queue, `<tr id="request-`+id+`"`, "</tr>")
	for _, told := range []string{`href="/orders/` + id + `"`, "mei", "It costs 120.50 USD", `value="120.5"`, "0 of 1", "Awaiting approval"} {
		assert.Contains(t, row, told)
	}
	assert.Regexp(t, `(?s)href="/approvals".*?class="count">\s*1\s*<`, queue)
	overview := part(t, r.omar.get("/").body, `id="waiting"`, "</section>")
	assert.Contains(t, overview, `href="/orders/`+id+`"`)
	assert.Contains(t, overview, "Decide")

	decide := r.omar.get("/orders/" + id).body
	for _, told := range []string{"two new colleagues", "It costs 120.50 USD", "Exactly what is sent", `class="will"`, "Approve 120.50 USD", "Can be decided until", `data-request="awaiting"`} {
		assert.Contains(t, decide, told)
	}
	stored, err := r.db.Request(t.Context(), id)
	require.NoError(t, err)
	assert.Contains(t, decide, `title="`+stored.Hash+`"`, "the whole fingerprint")
	assert.NotContains(t, decide, `name="withdraw"`, "it is not theirs")
	ballot := r.ballot(r.omar, id)
	assert.Equal(t, "120.50 USD", ballot.Get("price"))
	assert.Equal(t, stored.Hash, ballot.Get("hash"))
	ballot.Set("reason", "they start on Monday")
	a = r.omar.post("/orders/"+id+"/approve", ballot)
	require.Equal(t, http.StatusSeeOther, a.StatusCode, problemsOf(a.body))
	assert.Equal(t, "/orders/"+id, a.Header.Get("Location"))

	r.until(id, "to_be_paid")
	for _, who := range []*visitor{r.mei, r.omar, r.visit("vera", "design-viewer"), r.visit("ada", "design-auditor")} {
		page := who.get("/orders/" + id).body
		assert.Contains(t, page, `data-decision="Approved"`, who.subject)
		assert.Contains(t, page, "they start on Monday", who.subject)
		assert.Contains(t, page, "1 of 1 approvals", who.subject)
		assert.NotContains(t, page, `name="approve"`, who.subject)
	}
	assert.NotContains(t, r.omar.get("/").body, `class="count"`)
	again := r.omar.post("/orders/"+id+"/approve", ballot)
	assert.Equal(t, http.StatusConflict, again.StatusCode)
	assert.Contains(t, again.body, "This request has been approved already.")
}

func TestARejectionNeedsAReasonAndIsTold(t *testing.T) {
	t.Parallel()
	r := withRules(t, above("100", 1))
	id := r.asks(r.mei, "because")
	ballot := r.ballot(r.omar, id)
	a := r.omar.post("/orders/"+id+"/reject", url.Values{"hash": ballot["hash"], "reason": {" "}})
	require.Equal(t, http.StatusUnprocessableEntity, a.StatusCode)
	assert.Equal(t, "is mandatory: who asked wants to know why", problem(a.body, "reason"))
	assert.Regexp(t, `<details class="disclosure" open>`, a.body)
	long := strings.Repeat("n", orders.MaxReason) + "o"
	a = r.omar.post("/orders/"+id+"/reject", url.Values{"hash": ballot["hash"], "reason": {long}})
	require.Equal(t, http.StatusUnprocessableEntity, a.StatusCode)
	assert.Contains(t, problem(a.body, "reason"), "500")
	assert.Contains(t, a.body, ">"+long+"</textarea>", "what was typed is still there")
	a = r.omar.post("/orders/"+id+"/approve", url.Values{"hash": ballot["hash"], "price": ballot["price"], "reason": {long}})
	require.Equal(t, http.StatusUnprocessableEntity, a.StatusCode)
	assert.Contains(t, problem(a.body, "approve-reason"), "500")
	assert.Empty(t, problem(a.body, "reason"), "the other form is not wrong")
	assert.Contains(t, a.body, ">"+long+"</textarea>")
	require.Equal(t, orders.StateAwaitingApproval, r.state(id))

	a = r.omar.post("/orders/"+id+"/reject", url.Values{"hash": ballot["hash"], "reason": {"one is enough"}})
	require.Equal(t, http.StatusSeeOther, a.StatusCode)
	assert.Equal(t, orders.StateRejected, r.state(id))
	page := r.mei.get("/orders/" + id).body
	assert.Contains(t, page, "omar@company.example: “one is enough” Nothing was sent.")
	assert.Contains(t, page, `data-decision="Rejected"`)
	assert.Contains(t, page, "What would have been sent")
	assert.Empty(t, pollOf(page), "nothing can move any more")
	mine := r.mei.get("/approvals?view=mine&state=rejected").body
	assert.Contains(t, mine, `id="request-`+id+`"`)
	assert.Contains(t, r.mei.get("/approvals?view=mine&state=awaiting").body, "None of these")
}

func TestAPriceThatRoseIsApprovedAnew(t *testing.T) {
	t.Parallel()
	r := withRules(t, above("100", 1))
	id := r.asks(r.mei, "because")
	ballot := r.ballot(r.omar, id)
	r.costs("130")
	r.later.Store(600) // the price is too old to go by
	a := r.omar.post("/orders/"+id+"/approve", ballot)
	require.Equal(t, http.StatusConflict, a.StatusCode)
	assert.Contains(t, a.body, "The price rose from 120.50 USD to 130.00 USD; approve anew.")
	assert.Contains(t, a.body, "Approve 130.00 USD")
	assert.Equal(t, orders.StateAwaitingApproval, r.state(id))
	a = r.omar.post("/orders/"+id+"/approve", ballot)
	require.Equal(t, http.StatusConflict, a.StatusCode, "the old price is not the one that is shown")
	assert.Contains(t, a.body, "The price is not the one that you were shown.")
	story := part(t, a.body, `id="story"`, "</section>")
	assert.Contains(t, story, "The price rose; to be approved anew")
	assert.Contains(t, story, "120.50 USD → 130.00 USD")
	a = r.omar.post("/orders/"+id+"/approve", r.ballot(r.omar, id))
	require.Equal(t, http.StatusSeeOther, a.StatusCode)
	assert.NotEqual(t, orders.StateAwaitingApproval, r.state(id))
}

func TestTwoApprovalsAreTwoPeoplesAndVoidOnesAreMarked(t *testing.T) {
	t.Parallel()
	r := withRules(t, above("100", 2))
	id := r.asks(r.mei, "because")
	require.Equal(t, http.StatusSeeOther, r.omar.post("/orders/"+id+"/approve", r.ballot(r.omar, id)).StatusCode)
	page := r.omar.get("/orders/" + id).body
	assert.Contains(t, page, "Your word counts in this request already: the next approval must be another person")
	assert.Contains(t, page, "1 of 2 approvals")
	assert.NotContains(t, page, `name="approve"`)
	assert.NotContains(t, r.omar.get("/approvals?view=to_decide").body, `id="request-`+id+`"`)
	again := r.omar.post("/orders/"+id+"/reject", url.Values{"hash": {"x"}, "reason": {"changed my mind"}})
	assert.Equal(t, http.StatusForbidden, again.StatusCode)
	assert.Contains(t, again.body, "Your word counts in this request already")

	r.costs("140")
	r.later.Store(600)
	ines := r.visit("ines", "design-approver")
	require.Equal(t, http.StatusConflict, ines.post("/orders/"+id+"/approve", r.ballot(ines, id)).StatusCode)
	page = ines.get("/orders/" + id).body
	assert.Contains(t, page, `data-decision="Void"`)
	assert.Contains(t, page, "does not count any more: the price rose afterwards")
	assert.Contains(t, page, "0 of 2 approvals")
	assert.Contains(t, r.omar.get("/approvals?view=to_decide").body, `id="request-`+id+`"`, "it is theirs to decide again")
}

func TestWhoMayNotDecideIsToldWhy(t *testing.T) {
	t.Parallel()
	r := withRules(t, above("100", 1), month("100", ""))
	id := r.asks(r.mei, "because")
	stored, err := r.db.Request(t.Context(), id)
	require.NoError(t, err)
	yes := url.Values{"hash": {stored.Hash}, "price": {stored.Price()}}
	for _, c := range []struct {
		who   *visitor
		why   string
		queue bool
	}{
		{r.mei, "You asked for this yourself", false},
		{r.visit("bo", "design-buyer"), "Your role does not allow you to approve for this team.", false},
		{r.visit("vera", "design-viewer"), "Your role does not allow you to approve for this team.", false},
		{r.visit("ada", "design-auditor"), "Your role does not allow you to approve for this team.", false},
		{r.omar, "The last approval that is missing must be an admin", false},
	} {
		page := c.who.get("/orders/" + id)
		require.Equal(t, http.StatusOK, page.StatusCode)
		assert.Contains(t, page.body, c.why, c.who.subject)
		assert.NotContains(t, page.body, `name="approve"`, c.who.subject)
		assert.NotContains(t, page.body, `name="reject"`, c.who.subject)
		assert.Contains(t, page.body, "An admin decides.", "and who does")
		for _, path := range []string{"/approve", "/reject"} {
			a := c.who.post("/orders/"+id+path, yes)
			assert.Equal(t, http.StatusForbidden, a.StatusCode, "%s %s", c.who.subject, path)
			assert.Contains(t, a.body, c.why, c.who.subject)
			assert.Contains(t, a.body, `data-order="`+id+`"`, "on the order's page")
		}
		assert.NotContains(t, c.who.get("/").body, `class="count"`, "it does not wait for %s", c.who.subject)
		assert.NotContains(t, c.who.get("/approvals?view=to_decide").body, `id="request-`+id+`"`, c.who.subject)
	}
	assert.Equal(t, http.StatusNotFound, r.visit("fin", "finance-approver").post("/orders/"+id+"/approve", yes).StatusCode)
	assert.Contains(t, r.ops.get("/").body, `class="count"`)
	page := r.ops.get("/orders/" + id).body
	assert.Contains(t, page, "The month does not hold it: only an admin can approve it.")
	wrong := r.ops.post("/orders/"+id+"/approve", url.Values{"hash": {strings.Repeat("0", 64)}, "price": {stored.Price()}})
	assert.Equal(t, http.StatusConflict, wrong.StatusCode)
	assert.Contains(t, wrong.body, "This is not the request that you were shown.")
	require.Equal(t, orders.StateAwaitingApproval, r.state(id))
	require.Equal(t, http.StatusSeeOther, r.ops.post("/orders/"+id+"/approve", yes).StatusCode)
}

func TestWhoAskedMayWithdraw(t *testing.T) {
	t.Parallel()
	r := withRules(t, above("100", 1))
	id := r.asks(r.mei, "because")
	assert.Equal(t, http.StatusForbidden, r.visit("bo", "design-buyer").post("/orders/"+id+"/withdraw", nil).StatusCode)
	require.Equal(t, http.StatusSeeOther, r.mei.post("/orders/"+id+"/withdraw", nil).StatusCode)
	assert.Equal(t, orders.StateWithdrawn, r.state(id))
	a := r.omar.post("/orders/"+id+"/approve", url.Values{"hash": {"x"}, "price": {"x"}})
	assert.Equal(t, http.StatusConflict, a.StatusCode)
	assert.Contains(t, a.body, "This request was withdrawn by who asked.")
	assert.Contains(t, r.omar.get("/approvals").body, "Nothing waits for your decision")
	assert.Contains(t, r.visit("vera", "design-viewer").get("/approvals?view=to_decide").body, "You do not decide about orders")
}

func TestTheQueueHasPagesAndAnswersJSON(t *testing.T) {
	t.Parallel()
	r := withRules(t, above("100", 1))
	var last string
	for i := range 60 {
		o := madeUp(orders.StateAwaitingApproval, time.Duration(i)*time.Second)
		o.Team = "design"
		r.requests(o, "request")
		last = o.ID
	}
	seen := map[string]bool{}
	for path, pages := "/approvals?view=all&state=awaiting", 0; path != ""; pages++ {
		require.Less(t, pages, 4)
		var page struct {
			Items []struct {
				ID     string
				Team   string
				State  string
				Why    []struct{ Rule, Text string }
				Orders []string
			}
			Next string
		}
		r.read(path, r.token, &page)
		for _, item := range page.Items {
			seen[item.ID] = true
			assert.Equal(t, "design", item.Team)
			assert.Equal(t, "awaiting", item.State)
			assert.Equal(t, "approval.effect.alters", item.Why[0].Rule)
			assert.Equal(t, []string{item.ID}, item.Orders)
		}
		path = page.Next
	}
	assert.Len(t, seen, 60)
	page := r.omar.get("/approvals").body
	assert.Regexp(t, `rel="next" href="/approvals\?after=[^"]+&amp;view=to_decide"`, page)
	assert.Contains(t, page, `class="count"`)
	assert.Regexp(t, `class="count">\s*60\s*<`, page)
	for _, path := range []string{"/approvals?view=nobody's", "/approvals?view=all&state=lost", "/approvals?after=x"} {
		assert.Equal(t, http.StatusBadRequest, r.omar.get(path).StatusCode, path)
	}
	var order struct {
		Approval struct {
			State     string
			Needed    int `json:"approvals_needed"`
			Decisions []any
		}
	}
	r.read("/orders/"+last, r.token, &order)
	assert.Equal(t, "awaiting", order.Approval.State)
	assert.Equal(t, 2, order.Approval.Needed)
}

func TestWhatWaitsForApprovalIsPolled(t *testing.T) {
	t.Parallel()
	r := withRules(t, above("100", 1))
	id := r.asks(r.mei, "because")
	polls := map[string]string{}
	for _, path := range []string{"/", "/orders", "/orders/" + id, "/approvals"} {
		page := r.omar.get(path).body
		polls[path] = pollOf(page)
		require.NotEmpty(t, polls[path], path)
		assert.Contains(t, page, `hx-trigger="every 5s"`, "%s: only people move it", path)
		assert.Equal(t, http.StatusNoContent, r.omar.get(polls[path], "HX-Request", "true").StatusCode, path)
	}
	require.Equal(t, http.StatusSeeOther, r.omar.post("/orders/"+id+"/reject", url.Values{"hash": r.ballot(r.omar, id)["hash"], "reason": {"no"}}).StatusCode)
	for path, poll := range polls {
		a := r.omar.get(poll, "HX-Request", "true")
		require.Equal(t, http.StatusOK, a.StatusCode, path)
		assert.NotContains(t, a.body, "<html", path)
		assert.NotContains(t, a.body, "Awaiting approval</span>", path)
		assert.Empty(t, pollOf(a.body), "%s: nothing can move any more", path)
	}
}

var laterComments = regexp.MustCompile(`<a href="([^"]+)" rel="next">Later comments`)

func TestAMemberOfSeveralTeamsOrdersForOneOfThem(t *testing.T) {
	t.Parallel()
	r := withRules(t)
	both := r.visit("bea", "design-buyer", "finance-buyer", "support-viewer")
	choice := part(t, both.get(creating).body, `<select id="team"`, "</select>")
	assert.Contains(t, choice, `<option value="design" selected`)
	assert.Contains(t, choice, `<option value="finance"`)
	assert.NotContains(t, choice, "support", "a viewer orders nothing there")
	assert.NotContains(t, choice, `value=""`)
	change := part(t, both.get("/orders/new/batch-desktop/RESIZE").body, `<select id="team"`, "</select>")
	assert.NotContains(t, change, "finance", "what is changed is the team's that they act for")
	admins := part(t, r.ops.get(creating).body, `<select id="team"`, "</select>")
	for _, team := range []string{`value=""`, "design", "finance", "support"} {
		assert.Contains(t, admins, team)
	}

	for _, team := range []string{"support", "nobodys"} {
		form := desktopsFor(t, team, "")
		a := both.post(creating, form)
		require.Equal(t, http.StatusUnprocessableEntity, a.StatusCode)
		assert.NotEmpty(t, problem(a.body, "team"), team)
	}
	id, page := r.review(both, desktopsFor(t, "finance", "for finance"))
	assert.Contains(t, page, "This is for team finance.")
	back := both.get(creating + "?order=" + id).body
	assert.Contains(t, part(t, back, `<select id="team"`, "</select>"), `<option value="finance" selected`, "what was chosen is kept")
	a := both.post("/orders/review", url.Values{"order": {id}, "quote": {inputValue(t, page, "quote")}, "place": {"1"}})
	require.Equal(t, "/orders/"+id, a.Header.Get("Location"))
	order, err := r.db.Order(t.Context(), id)
	require.NoError(t, err)
	assert.Equal(t, "finance", order.Team)
	assert.Contains(t, string(order.Body), projects["finance"])
	shown := both.get("/orders/" + id)
	require.Equal(t, http.StatusOK, shown.StatusCode, "they act for finance now")
	assert.Contains(t, part(t, shown.body, `id="team-switch"`, "</select>"), `<option value="finance" selected>`)
	r.until(id, "to_be_paid")
}
