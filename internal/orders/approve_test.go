package orders_test

import (
	"strconv"
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

func TestADelegationHoldsUntilItEnds(t *testing.T) {
	t.Parallel()
	o := newOffice(t, always(1))
	o.prices.set("10")
	zoe := person("zoe", auth.RoleViewer)
	ctx := t.Context()
	for name, c := range map[string]struct {
		who   auth.Who
		team  string
		to    string
		until time.Time
		path  string
		key   string
	}{
		"to nobody":        {omar, "design", " ", o.now().Add(time.Hour), "to", "problem.required"},
		"to oneself":       {omar, "design", "OMAR", o.now().Add(time.Hour), "to", "problem.delegate_self"},
		"already over":     {omar, "design", "zoe", o.now(), "until", "problem.delegate_until"},
		"for longer":       {omar, "design", "zoe", o.now().Add(orders.MaxDelegation + 1), "until", "problem.delegate_until"},
		"of no team":       {boss, "", "zoe", o.now().Add(time.Hour), "team", "problem.delegate_team"},
		"of an unknown":    {boss, "nobody", "zoe", o.now().Add(time.Hour), "team", "problem.delegate_team"},
		"to two lines":     {omar, "design", "a\nb", o.now().Add(time.Hour), "to", "problem.control"},
		"to an endless to": {omar, "design", strings.Repeat("n", 257), o.now().Add(time.Hour), "to", "problem.length"},
	} {
		_, err := o.service.Delegate(ctx, c.who, c.team, c.to, c.until)
		t.Log(name)
		problem(t, err, c.path, c.key)
	}
	for _, who := range []auth.Who{mei, zoe, key("k", "omar")} {
		_, err := o.service.Delegate(ctx, who, "design", "x", o.now().Add(time.Hour))
		stopped(t, err, orders.CodeForbidden, "error.forbidden")
	}
	d, err := o.service.Delegate(ctx, omar, "design", " zoe ", o.now().Add(time.Hour))
	require.NoError(t, err)
	first, second, third := o.asked(mei, desktop("a")), o.asked(mei, desktop("b")), o.asked(mei, desktop("c"))
	seen, err := o.service.Request(ctx, zoe, first.ID)
	require.NoError(t, err)
	assert.True(t, seen.MayDecide)
	assert.Equal(t, "omar", seen.OnBehalfOf)
	require.NoError(t, o.approve(zoe, first.ID))
	o.advance(time.Hour)
	stopped(t, o.approve(zoe, second.ID), orders.CodeForbidden, "error.approve_role")
	stopped(t, o.service.EndDelegation(ctx, omar, d.ID), orders.CodeConflict, "error.delegation_ended")

	d, err = o.service.Delegate(ctx, omar, "design", "zoe", o.now().Add(time.Hour))
	require.NoError(t, err)
	require.NoError(t, o.approve(zoe, second.ID))
	stopped(t, o.service.EndDelegation(ctx, mei, d.ID), orders.CodeForbidden, "error.forbidden")
	require.NoError(t, o.service.EndDelegation(ctx, omar, d.ID))
	stopped(t, o.approve(zoe, third.ID), orders.CodeForbidden, "error.approve_role")
	stopped(t, o.service.EndDelegation(ctx, boss, d.ID), orders.CodeConflict, "error.delegation_ended")

	list, _, err := o.service.Delegations(ctx, mei, orders.DelegationQuery{})
	require.NoError(t, err)
	assert.Len(t, list, 2)
	assert.Equal(t, "omar", list[0].EndedBy)
	list, _, err = o.service.Delegations(ctx, mei, orders.DelegationQuery{Active: true})
	require.NoError(t, err)
	assert.Empty(t, list)
	page, next, err := o.service.Delegations(ctx, mei, orders.DelegationQuery{Limit: 1})
	require.NoError(t, err)
	require.Len(t, page, 1)
	rest, end, err := o.service.Delegations(ctx, mei, orders.DelegationQuery{Limit: 1, After: next})
	require.NoError(t, err)
	assert.True(t, end.IsZero())
	assert.NotEqual(t, page[0].ID, rest[0].ID)
	entries, err := o.db.Timeline(ctx, "delegation:"+d.ID, 10)
	require.NoError(t, err)
	require.Len(t, entries, 2)
	assert.Equal(t, "delegation.created", entries[0].Action)
	assert.Equal(t, "delegation.ended", entries[1].Action)
	assert.Equal(t, "design", entries[1].Team)
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

func TestAPriceThatRoseIsApprovedAnew(t *testing.T) {
	t.Parallel()
	o := newOffice(t, always(2), month("1000"))
	o.prices.set("100")
	r := o.asked(mei, desktop("a"))
	o.advance(6 * time.Minute)
	require.NoError(t, o.approve(omar, r.ID))
	o.prices.set("100.01")
	told := stopped(t, o.approve(ines, r.ID), orders.CodePrice, "error.price_rose")
	assert.Equal(t, "100.00 USD", told.Message.Args["from"])
	assert.Equal(t, "100.01 USD", told.Message.Args["to"])
	r = o.request(r.ID)
	assert.Equal(t, orders.RequestAwaiting, r.State)
	assert.Equal(t, "100.01 USD", r.Price())
	assert.Equal(t, 2, r.Left(), "all approvals are void")
	assert.Equal(t, "100.01", o.read(r.ID).Quote.Amount.String())
	reserved, _ := o.used()
	assert.Equal(t, "100.01", reserved)
	assert.Equal(t, "100.01 USD", o.details(r.ID, "request.repriced")["to"])
	require.NoError(t, o.approve(omar, r.ID))
	require.NoError(t, o.approve(ines, r.ID))
	assert.Equal(t, orders.StateQueued, o.state(r.ID))
}

func TestAPriceInAnotherCurrencyIsApprovedAnew(t *testing.T) {
	t.Parallel()
	o := newOffice(t, always(1))
	o.prices.set("100")
	r := o.asked(mei, desktop("a"))
	o.advance(6 * time.Minute)
	o.prices.setIn("1", "CNY")
	stopped(t, o.approve(omar, r.ID), orders.CodePrice, "error.price_rose")
	require.NoError(t, o.approve(omar, r.ID))
}

func TestAPriceThatFellStaysApproved(t *testing.T) {
	t.Parallel()
	o := newOffice(t, always(2), month("1000"))
	o.prices.set("100")
	r := o.asked(mei, desktop("a"))
	require.NoError(t, o.approve(omar, r.ID))
	o.advance(6 * time.Minute)
	o.prices.set("80")
	require.NoError(t, o.approve(ines, r.ID))
	assert.Equal(t, orders.StateQueued, o.state(r.ID))
	assert.Equal(t, "80", o.read(r.ID).Quote.Amount.String(), "the lower quote is kept")
	reserved, _ := o.used()
	assert.Equal(t, "80", reserved)
	o.send()
	assert.Equal(t, orders.StatePlaced, o.state(r.ID))
}

func TestAPriceIsAskedForAgainOnlyWhenItIsOld(t *testing.T) {
	t.Parallel()
	o := newOffice(t, always(1))
	o.prices.set("100")
	r := o.asked(mei, desktop("a"))
	before := o.prices.asked
	o.advance(4 * time.Minute)
	require.NoError(t, o.approve(omar, r.ID))
	assert.Equal(t, before, o.prices.asked)

	r = o.asked(mei, desktop("b"))
	o.advance(6 * time.Minute)
	o.prices.fail()
	stopped(t, o.approve(omar, r.ID), orders.CodeConflict, "error.price_unknown")
	assert.Equal(t, orders.StateAwaitingApproval, o.state(r.ID))
	o.prices.set("100")
	require.NoError(t, o.approve(omar, r.ID))
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

func TestSendingAgainAfterADoubt(t *testing.T) {
	t.Parallel()
	for name, d := range map[string]func() orders.Decoded{"a creation": func() orders.Decoded { return desktop("a") }, "a change": grow} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t) // no rules of the team
			o.prices.set("10")
			first := o.must(mei, d())
			require.Equal(t, orders.StateQueued, first.State)
			o.cloud.answer.Store(&unknown)
			o.send()
			require.Equal(t, orders.StateInDoubt, o.state(first.ID))

			_, err := o.order(mei, d(), orders.Ask{Reason: "as new"})
			assert.Equal(t, first.ID, stoppedBy(t, err), "what is no repetition stays in the way")
			_, err = o.order(mei, d(), orders.Ask{RepeatOf: first.ID})
			problem(t, err, "reason", "problem.reason_again")
			again, err := o.order(mei, d(), orders.Ask{RepeatOf: first.ID, Reason: "the cloud lost it"})
			require.NoError(t, err)
			assert.Equal(t, orders.StateAwaitingApproval, again.State)
			assert.Equal(t, first.ID, again.RepeatOf)
			assert.NotEqual(t, first.ID, again.ID)
			assert.Equal(t, []string{"approval.again"}, why(o.request(again.ID).Why))
			_, err = o.order(mei, d(), orders.Ask{RepeatOf: first.ID, Reason: "and again"})
			assert.Equal(t, again.ID, stoppedBy(t, err), "one repetition at a time")
			stopped(t, o.approve(mei, again.ID), orders.CodeForbidden, "error.approve_own")

			require.NoError(t, o.reject(omar, again.ID, "wait for the cloud"))
			_, err = o.order(mei, d(), orders.Ask{Reason: "as new"})
			assert.Equal(t, first.ID, stoppedBy(t, err), "the one in doubt is in the way again")
			again, err = o.order(mei, d(), orders.Ask{RepeatOf: first.ID, Reason: "it is really lost"})
			require.NoError(t, err)
			require.NoError(t, o.approve(omar, again.ID))
			o.cloud.answer.Store(nil)
			o.send()
			assert.Equal(t, orders.StatePlaced, o.state(again.ID))
			assert.Equal(t, orders.StateInDoubt, o.state(first.ID), "it is settled by evidence, as ever")
		})
	}
}

// stoppedBy is the order that is in the way.
func stoppedBy(t *testing.T, err error) string {
	t.Helper()
	var told *orders.Error
	require.ErrorAs(t, err, &told)
	require.Equal(t, orders.CodeConflict, told.Code)
	return told.OrderID
}

func TestSendingAgainWithoutASecondPersonNeedsAReason(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.service.SecondPerson = false
	o.prices.set("10")
	first := o.must(mei, desktop("a"))
	o.cloud.answer.Store(&unknown)
	o.send()
	_, err := o.order(mei, desktop("a"), orders.Ask{RepeatOf: first.ID})
	problem(t, err, "reason", "problem.reason_again")
	again, err := o.order(mei, desktop("a"), orders.Ask{RepeatOf: first.ID, Reason: "lost"})
	require.NoError(t, err)
	assert.Equal(t, orders.StateQueued, again.State)
}

func TestManyCallsAreApprovedReservedAndWithdrawnAsOne(t *testing.T) {
	t.Parallel()
	o := newOffice(t, above("250"), month("1000"))
	o.prices.set("100")
	calls := []orders.Decoded{desktop("a"), desktop("b"), desktop("c")}
	_, err := o.service.SubmitAll(t.Context(), mei, calls, orders.Ask{ID: orders.NewID()})
	problem(t, err, "reason", "problem.reason_approval")
	list, err := o.service.SubmitAll(t.Context(), mei, calls, orders.Ask{ID: orders.NewID(), Reason: "three colleagues"})
	require.NoError(t, err)
	require.Len(t, list, 3)
	r := o.request(list[0].ID)
	assert.Equal(t, "300.00 USD", r.Price(), "each is below the amount, the request is not")
	assert.Equal(t, orders.RequestHash(r.Calls), r.Hash)
	reserved, _ := o.used()
	assert.Equal(t, "300", reserved)
	for _, order := range list {
		assert.Equal(t, r.ID, order.RequestID)
		assert.Equal(t, orders.StateAwaitingApproval, o.state(order.ID))
	}
	require.NoError(t, o.approve(omar, r.ID))
	o.send()
	for _, order := range list {
		assert.Equal(t, orders.StatePlaced, o.state(order.ID))
	}

	list, err = o.service.SubmitAll(t.Context(), mei, []orders.Decoded{desktop("d"), desktop("e"), desktop("f")}, orders.Ask{ID: orders.NewID(), Reason: "three more"})
	require.NoError(t, err)
	require.NoError(t, o.service.Withdraw(t.Context(), mei, list[2].ID))
	for _, order := range list {
		assert.Equal(t, orders.StateWithdrawn, o.state(order.ID), "one goes with the others")
	}
	_, err = o.service.SubmitAll(t.Context(), mei, nil, orders.Ask{ID: orders.NewID()})
	problem(t, err, "$", "problem.items")
}

func TestListsOfRequests(t *testing.T) {
	t.Parallel()
	o := newOffice(t, always(2))
	o.prices.set("10")
	var asked []string
	for i := range 5 {
		o.advance(time.Second)
		asked = append(asked, o.asked(mei, desktop("u"+strconv.Itoa(i))).ID)
	}
	o.advance(time.Second)
	mine := person("omar", auth.RoleBuyer, auth.RoleApprover)
	own := o.asked(mine, desktop("own")).ID
	keyed, err := o.service.Submit(t.Context(), key("k", "omar"), orders.Submission{Decoded: desktop("k"), Reason: "why"})
	require.NoError(t, err)
	require.NoError(t, o.approve(omar, asked[0]))
	require.NoError(t, o.reject(omar, asked[1], "no"))
	ids := func(who auth.Who, q orders.RequestQuery) (found []string) {
		for {
			page, err := o.service.Requests(t.Context(), who, q)
			require.NoError(t, err)
			for _, item := range page.Items {
				assert.Equal(t, item.ID, item.Order.ID)
				found = append(found, item.ID)
			}
			if page.Next.IsZero() {
				return found
			}
			q.After = page.Next
		}
	}
	all := []string{keyed.ID, own, asked[4], asked[3], asked[2], asked[1], asked[0]}
	assert.Equal(t, all, ids(mei, orders.RequestQuery{View: orders.RequestsAll, Limit: 2}))
	assert.Equal(t, all, ids(boss, orders.RequestQuery{View: orders.RequestsAll, Limit: 200}))
	assert.Equal(t, []string{asked[1]}, ids(mei, orders.RequestQuery{View: orders.RequestsAll, State: orders.RequestRejected}))
	assert.Equal(t, []string{asked[4], asked[3], asked[2], asked[1], asked[0]}, ids(mei, orders.RequestQuery{View: orders.RequestsMine}))
	assert.Equal(t, []string{keyed.ID, own}, ids(omar, orders.RequestQuery{View: orders.RequestsMine}), "with those of one's keys")
	assert.Equal(t, []string{asked[4], asked[3], asked[2]}, ids(omar, orders.RequestQuery{View: orders.RequestsToDecide, Limit: 1}))
	assert.Equal(t, []string{keyed.ID, own, asked[4], asked[3], asked[2], asked[0]}, ids(ines, orders.RequestQuery{View: orders.RequestsToDecide}))
	assert.Empty(t, ids(mei, orders.RequestQuery{View: orders.RequestsToDecide}))
	stranger := person("s", auth.RoleApprover)
	stranger.Team = "finance"
	assert.Empty(t, ids(stranger, orders.RequestQuery{View: orders.RequestsAll}))
	_, err = o.service.Requests(t.Context(), auth.Who{Name: "x"}, orders.RequestQuery{})
	stopped(t, err, orders.CodeForbidden, "error.forbidden")
}

func TestComments(t *testing.T) {
	t.Parallel()
	o := newOffice(t, always(1))
	o.prices.set("10")
	r := o.asked(mei, desktop("a"))
	stranger := person("s", auth.RoleApprover)
	stranger.Team = "finance"
	_, err := o.service.Comment(t.Context(), stranger, r.ID, "hello")
	stopped(t, err, orders.CodeNotFound, "error.not_found")
	_, err = o.service.Comment(t.Context(), mei, r.ID, " ")
	problem(t, err, "text", "problem.required")
	_, err = o.service.Comment(t.Context(), mei, r.ID, strings.Repeat("ü", orders.MaxComment+1))
	problem(t, err, "text", "problem.length")
	_, err = o.service.Comment(t.Context(), mei, r.ID, "a\x00b")
	problem(t, err, "text", "problem.control")
	for _, text := range []string{"why so large?", strings.Repeat("ü", orders.MaxComment), "line\nline"} {
		o.advance(time.Second)
		_, err = o.service.Comment(t.Context(), omar, r.ID, text)
		require.NoError(t, err)
	}
	page, next, err := o.service.Comments(t.Context(), mei, r.ID, orders.Cursor{}, 2)
	require.NoError(t, err)
	require.Len(t, page, 2)
	assert.Equal(t, "why so large?", page[0].Text)
	rest, next, err := o.service.Comments(t.Context(), mei, r.ID, next, 2)
	require.NoError(t, err)
	require.Len(t, rest, 1)
	assert.Equal(t, "line\nline", rest[0].Text)
	assert.True(t, next.IsZero())
	assert.Equal(t, "line\nline", o.details(r.ID, "order.commented")["text"])
	_, _, err = o.service.Comments(t.Context(), stranger, r.ID, orders.Cursor{}, 2)
	stopped(t, err, orders.CodeNotFound, "error.not_found")
}
