package orders_test

import (
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

func TestAnOrderThatNeedsApprovalWaitsForIt(t *testing.T) {
	t.Parallel()
	o := newOffice(t, above("50"))
	o.prices.set("49.99")
	assert.Equal(t, orders.StateQueued, o.must(mei, desktop("cheap")).State)
	o.prices.set("50.01")
	_, err := o.order(mei, desktop("dear"), orders.Ask{})
	problem(t, err, "reason", "problem.reason_approval")
	_, err = o.order(mei, desktop("dear"), orders.Ask{Reason: " \n"})
	problem(t, err, "reason", "problem.reason_approval")

	r := o.asked(mei, desktop("dear"))
	assert.Equal(t, "mei", r.Actor)
	assert.Equal(t, "mei", r.Principal)
	assert.Equal(t, "design", r.Team)
	assert.Equal(t, o.read(r.ID).Hash, r.Hash)
	assert.Equal(t, "50.01 USD", r.Price())
	assert.Equal(t, []string{"approval.above"}, why(r.Why))
	assert.Equal(t, begin.Add(14*24*time.Hour), r.ExpiresAt)
	o.send()
	assert.EqualValues(t, 1, o.cloud.placed.Load(), "only the cheap one")
	assert.Equal(t, orders.StateAwaitingApproval, o.state(r.ID))

	require.NoError(t, o.approve(omar, r.ID))
	assert.Equal(t, orders.StateQueued, o.state(r.ID))
	o.send()
	assert.Equal(t, orders.StatePlaced, o.state(r.ID))
	assert.Equal(t, []string{"order.submitted", "request.asked", "request.approved", "order.sending", "order.placed"}, o.actions(r.ID))
	asked, approved := o.details(r.ID, "request.asked"), o.details(r.ID, "request.approved")
	for _, details := range []map[string]any{asked, approved} {
		assert.Equal(t, r.Hash, details["hash"])
		assert.Equal(t, "50.01", details["amount"])
		assert.Equal(t, "USD", details["currency"])
	}
	assert.Equal(t, "a new colleague", asked["reason"])
	assert.Equal(t, true, approved["final"])
	stopped(t, o.approve(ines, r.ID), orders.CodeConflict, "error.decided.approved")
}

func TestNobodyApprovesWhatTheyAskedFor(t *testing.T) {
	t.Parallel()
	o := newOffice(t, always(1))
	o.prices.set("10")
	both := person("Mei@Example.com", auth.RoleBuyer, auth.RoleApprover)
	both.Name = "mei@example.com"
	r := o.asked(both, desktop("own"))
	stopped(t, o.approve(both, r.ID), orders.CodeForbidden, "error.approve_own")
	otherwise := both
	otherwise.Name = "Mei@Example.COM"
	stopped(t, o.approve(otherwise, r.ID), orders.CodeForbidden, "error.approve_own")
	otherwise.Roles = auth.RolesOf(auth.RoleAdmin)
	otherwise.Team = ""
	stopped(t, o.approve(otherwise, r.ID), orders.CodeForbidden, "error.approve_own")
	stopped(t, o.reject(both, r.ID, "no"), orders.CodeForbidden, "error.approve_own")

	// an admin's own order is no exception
	admins, err := o.order(boss, desktop("boss"), orders.Ask{Team: "design", Reason: "for the team"})
	require.NoError(t, err)
	require.Equal(t, orders.StateAwaitingApproval, admins.State)
	stopped(t, o.approve(boss, admins.ID), orders.CodeForbidden, "error.approve_own")

	// through a key
	order, err := o.service.Submit(t.Context(), key("script", "omar"), orders.Submission{Decoded: desktop("script"), Reason: "nightly"})
	require.NoError(t, err)
	require.Equal(t, orders.StateAwaitingApproval, order.State)
	assert.Equal(t, "omar", o.request(order.ID).Principal)
	stopped(t, o.approve(omar, order.ID), orders.CodeForbidden, "error.approve_own")

	// through a key of nobody in particular, whom an approver may be
	order, err = o.service.Submit(t.Context(), key("nobodys", auth.CommandLine.Name), orders.Submission{Decoded: desktop("nobodys"), Reason: "nightly"})
	require.NoError(t, err)
	nobodys := o.request(order.ID)
	assert.True(t, nobodys.NeedsAdmin)
	assert.Equal(t, "approval.nameless", nobodys.Why[len(nobodys.Why)-1].Key)
	stopped(t, o.approve(omar, order.ID), orders.CodeForbidden, "error.approve_admin")
	require.NoError(t, o.reject(boss, order.ID, "whose is it?"))

	order, err = o.service.Submit(t.Context(), key("script2", "omar"), orders.Submission{Decoded: desktop("script2"), Reason: "nightly"})
	require.NoError(t, err)
	for name, who := range map[string]auth.Who{
		"a key":                 {Name: "key:k", Roles: auth.RolesOf(auth.RoleApprover), Team: "design", Door: auth.DoorAPI, KeyID: "k"},
		"an admin's key":        {Name: "key:a", Roles: auth.RolesOf(auth.RoleAdmin), Door: auth.DoorAPI, KeyID: "a"},
		"a key at the web door": {Name: "key:w", Roles: auth.RolesOf(auth.RoleAdmin), Door: auth.DoorWeb, KeyID: "w"},
		"the console itself":    auth.Console,
	} {
		stopped(t, o.approve(who, order.ID), orders.CodeForbidden, "error.approve_key")
		assert.Equal(t, orders.StateAwaitingApproval, o.state(order.ID), name)
	}

	// nor does anybody for them: what both delegates, omar must not use
	_, err = o.service.Delegate(t.Context(), both, "design", "zoe", o.now().Add(time.Hour))
	require.NoError(t, err)
	zoe := person("zoe", auth.RoleViewer)
	stopped(t, o.approve(zoe, r.ID), orders.CodeForbidden, "error.approve_role")
	for _, id := range []string{r.ID, admins.ID} {
		assert.Equal(t, orders.StateAwaitingApproval, o.state(id))
	}
	require.NoError(t, o.approve(zoe, admins.ID), "in both's place, for somebody else's order")
	assert.Equal(t, "mei@example.com", o.request(admins.ID).Decisions[0].OnBehalfOf)
	o.send()
	assert.EqualValues(t, 1, o.cloud.placed.Load())
}

func TestOnlyApproversOfTheTeamDecide(t *testing.T) {
	t.Parallel()
	o := newOffice(t, always(1))
	o.prices.set("10")
	r := o.asked(mei, desktop("a"))
	for _, role := range []auth.Role{auth.RoleBuyer, auth.RoleViewer, auth.RoleAuditor} {
		stopped(t, o.approve(person("x", role), r.ID), orders.CodeForbidden, "error.approve_role")
	}
	stranger := person("stranger", auth.RoleApprover)
	stranger.Team = "finance"
	stopped(t, o.approve(stranger, r.ID), orders.CodeNotFound, "error.not_found")
	_, err := o.service.Request(t.Context(), stranger, r.ID)
	stopped(t, err, orders.CodeNotFound, "error.not_found")
	require.NoError(t, o.approve(boss, r.ID), "an admin decides for every team")
}

func TestTwoApproversAreTwoPeople(t *testing.T) {
	t.Parallel()
	o := newOffice(t, always(2))
	o.prices.set("10")
	until := o.now().Add(time.Hour)
	r := o.asked(mei, desktop("a"))
	require.Equal(t, 2, r.Needed)
	require.NoError(t, o.approve(omar, r.ID))
	assert.Equal(t, orders.StateAwaitingApproval, o.state(r.ID))
	assert.Equal(t, false, o.details(r.ID, "request.approved")["final"])
	stopped(t, o.approve(omar, r.ID), orders.CodeForbidden, "error.approve_again")
	_, err := o.service.Delegate(t.Context(), omar, "design", "zoe", until)
	require.NoError(t, err)
	zoe := person("zoe", auth.RoleViewer)
	stopped(t, o.approve(zoe, r.ID), orders.CodeForbidden, "error.approve_role")
	require.NoError(t, o.approve(ines, r.ID))
	assert.Equal(t, orders.StateQueued, o.state(r.ID))

	// who was decided for has had their word, and so has who decided for them
	r = o.asked(mei, desktop("b"))
	require.NoError(t, o.approve(zoe, r.ID))
	assert.Equal(t, "omar", o.request(r.ID).Decisions[0].OnBehalfOf)
	assert.Equal(t, "omar", o.details(r.ID, "request.approved")["on_behalf_of"])
	stopped(t, o.approve(omar, r.ID), orders.CodeForbidden, "error.approve_again")
	_, err = o.service.Delegate(t.Context(), ines, "design", "zoe", until)
	require.NoError(t, err)
	stopped(t, o.approve(zoe, r.ID), orders.CodeForbidden, "error.approve_again")
	require.NoError(t, o.approve(ines, r.ID))
	assert.Equal(t, orders.StateQueued, o.state(r.ID))
}

func TestManyApproversAtOnceAreCountedOnceEach(t *testing.T) {
	t.Parallel()
	o := newOffice(t, always(2))
	o.prices.set("10")
	r := o.asked(mei, desktop("a"))
	var group sync.WaitGroup
	for i := range 8 {
		who := person([]string{"omar", "omar", "omar", "ines"}[i%4], auth.RoleApprover)
		group.Go(func() {
			_, _ = o.service.Decide(t.Context(), who, r.ID, orders.Ballot{Approve: true, Hash: r.Hash, Price: r.Price()})
		})
	}
	group.Wait()
	r = o.request(r.ID)
	assert.Equal(t, orders.RequestApproved, r.State)
	require.Len(t, r.Decisions, 2)
	assert.NotEqual(t, r.Decisions[0].Approver, r.Decisions[1].Approver)
}

func TestARejectionNeedsAReason(t *testing.T) {
	t.Parallel()
	o := newOffice(t, always(2))
	o.prices.set("10")
	r := o.asked(mei, desktop("a"))
	require.NoError(t, o.approve(ines, r.ID))
	problem(t, o.reject(omar, r.ID, ""), "reason", "problem.reason_rejection")
	problem(t, o.reject(omar, r.ID, " "), "reason", "problem.reason_rejection")
	problem(t, o.reject(omar, r.ID, strings.Repeat("x", orders.MaxReason+1)), "reason", "problem.length")
	require.NoError(t, o.reject(omar, r.ID, "not this quarter"))
	assert.Equal(t, orders.StateRejected, o.state(r.ID))
	assert.Equal(t, "not this quarter", o.details(r.ID, "request.rejected")["reason"])
	no, ok := o.request(r.ID).Rejection()
	assert.True(t, ok)
	assert.Equal(t, "omar", no.Approver)
	stopped(t, o.approve(omar, r.ID), orders.CodeConflict, "error.decided.rejected")
	o.send()
	assert.Zero(t, o.cloud.placed.Load())
}

func TestADecisionNamesWhatWasSeen(t *testing.T) {
	t.Parallel()
	o := newOffice(t, always(1))
	o.prices.set("10")
	r, other := o.asked(mei, desktop("a")), o.asked(mei, desktop("b"))
	decide := func(hash, price string) error {
		_, err := o.service.Decide(t.Context(), omar, r.ID, orders.Ballot{Approve: true, Hash: hash, Price: price})
		return err
	}
	stopped(t, decide("", r.Price()), orders.CodeConflict, "error.request_changed")
	stopped(t, decide(other.Hash, r.Price()), orders.CodeConflict, "error.request_changed")
	stopped(t, decide(r.Hash, ""), orders.CodePrice, "error.request_price")
	stopped(t, decide(r.Hash, "9.99 USD"), orders.CodePrice, "error.request_price")
	stopped(t, decide(r.Hash, "10.00 CNY"), orders.CodePrice, "error.request_price")
	require.NoError(t, decide(r.Hash, "10.00 USD"))
}

func TestWhatCannotBeOrderedAnyMoreIsNotApproved(t *testing.T) {
	t.Parallel()
	o := newOffice(t, always(1))
	o.prices.set("100")
	order, err := o.order(mei, grow(), orders.Ask{Reason: "more memory"})
	require.NoError(t, err)
	team := policy.Team{Name: "design", EnterpriseProjects: []string{designProject}}
	always(1)(&team)
	without := team
	without.EnterpriseProjects = nil
	o.rules(&team, &without) // the desktop is not the team's any more
	told := stopped(t, o.approve(omar, order.ID), orders.CodeConflict, "error.request_outdated")
	assert.NotEmpty(t, told.Problems)
	require.NoError(t, o.reject(omar, order.ID, "it is not ours any more"))
}

func TestARequestExpires(t *testing.T) {
	t.Parallel()
	o := newOffice(t, always(1), month("1000"))
	o.prices.set("100")
	r, decided := o.asked(mei, desktop("a")), o.asked(mei, desktop("b"))
	o.advance(14*24*time.Hour - time.Second)
	_, err := o.worker.Expire(t.Context())
	require.NoError(t, err)
	require.Equal(t, orders.StateAwaitingApproval, o.state(r.ID))
	require.NoError(t, o.approve(omar, decided.ID))
	o.advance(time.Second)
	stopped(t, o.approve(omar, r.ID), orders.CodeConflict, "error.decided.expired")
	_, err = o.worker.Expire(t.Context())
	require.NoError(t, err)
	assert.Equal(t, orders.StateExpired, o.state(r.ID))
	assert.Equal(t, orders.RequestExpired, o.request(r.ID).State)
	assert.Equal(t, orders.StateQueued, o.state(decided.ID))
	assert.Equal(t, r.Hash, o.details(r.ID, "request.expired")["hash"])
	b, err := o.db.BudgetMonth(t.Context(), "design", "2026-11", "USD")
	require.NoError(t, err)
	assert.Equal(t, "100", b.Reserved.String(), "what the expired one held is free")
}

func TestWithdrawing(t *testing.T) {
	t.Parallel()
	o := newOffice(t, always(1))
	o.prices.set("10")
	r := o.asked(mei, desktop("a"))
	stopped(t, o.service.Withdraw(t.Context(), person("other", auth.RoleBuyer), r.ID), orders.CodeForbidden, "error.forbidden")
	require.NoError(t, o.service.Withdraw(t.Context(), mei, r.ID))
	assert.Equal(t, orders.StateWithdrawn, o.state(r.ID))
	assert.Equal(t, orders.RequestWithdrawn, o.request(r.ID).State)
	stopped(t, o.approve(omar, r.ID), orders.CodeConflict, "error.decided.withdrawn")
	stopped(t, o.service.Withdraw(t.Context(), mei, r.ID), orders.CodeConflict, "error.too_late_to_withdraw")
}

func TestAnEqualBodyKeepsItsApproval(t *testing.T) {
	t.Parallel()
	o := newOffice(t, always(1))
	o.prices.set("100")
	first := o.asked(mei, desktop("a"))
	require.NoError(t, o.approve(omar, first.ID))
	o.cloud.answer.Store(&refused)
	o.send()
	require.Equal(t, orders.StateRefused, o.state(first.ID))
	repeat := func(who auth.Who, d orders.Decoded) (orders.Order, error) {
		return o.order(who, d, orders.Ask{RepeatOf: first.ID, Reason: "once more"})
	}

	for name, c := range map[string]struct {
		who   auth.Who
		d     orders.Decoded
		price string
	}{
		"another body":           {mei, desktop("b"), "100"},
		"another person":         {person("kim", auth.RoleBuyer), desktop("a"), "100"},
		"a price that rose":      {mei, desktop("a"), "100.01"},
		"the creator of the key": {key("k", "mei"), desktop("a"), "100"},
	} {
		o.prices.set(c.price)
		order, err := repeat(c.who, c.d)
		require.NoError(t, err, name)
		assert.Equal(t, orders.StateAwaitingApproval, order.State, name)
		require.NoError(t, o.service.Withdraw(t.Context(), boss, order.ID))
	}

	o.prices.set("99")
	kept, err := o.order(mei, desktop("a"), orders.Ask{RepeatOf: first.ID}) // not even a reason is needed
	require.NoError(t, err)
	assert.Equal(t, orders.StateQueued, kept.State)
	assert.Equal(t, first.ID, kept.RequestID)
	another, err := repeat(mei, desktop("a"))
	require.NoError(t, err)
	assert.Equal(t, orders.StateAwaitingApproval, another.State, "an approval buys once")
	require.NoError(t, o.service.Withdraw(t.Context(), mei, another.ID))
	o.cloud.answer.Store(nil)
	o.send()
	assert.Equal(t, orders.StatePlaced, o.state(kept.ID))
	another, err = repeat(mei, desktop("a"))
	require.NoError(t, err)
	assert.Equal(t, orders.StateAwaitingApproval, another.State, "and it has")
}

func TestAnApprovalIsKeptUntilItsRequestExpires(t *testing.T) {
	t.Parallel()
	o := newOffice(t, always(1))
	o.prices.set("100")
	first := o.asked(mei, desktop("a"))
	require.NoError(t, o.approve(omar, first.ID))
	require.NoError(t, o.service.Withdraw(t.Context(), mei, first.ID))
	o.advance(14 * 24 * time.Hour)
	order, err := o.order(mei, desktop("a"), orders.Ask{RepeatOf: first.ID, Reason: "late"})
	require.NoError(t, err)
	assert.Equal(t, orders.StateAwaitingApproval, order.State)
}

func TestARejectedOrderKeepsNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t, always(1))
	o.prices.set("100")
	first := o.asked(mei, desktop("a"))
	require.NoError(t, o.reject(omar, first.ID, "no"))
	order, err := o.order(mei, desktop("a"), orders.Ask{RepeatOf: first.ID, Reason: "please"})
	require.NoError(t, err)
	assert.Equal(t, orders.StateAwaitingApproval, order.State)
}
