package orders_test

import (
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/policy"
)

func TestFiftyBuyersForTheLastUnitOfABudget(t *testing.T) {
	t.Parallel()
	o := newOffice(t, month("1049.99"))
	o.prices.set("50")
	for i := range 19 { // 950 are gone, 99.99 are left: room for one, and some change
		o.must(mei, desktop("first"+strconv.Itoa(i)))
	}
	o.prices.set("60")
	const buyers = 50
	made := make([]orders.Order, buyers)
	var group sync.WaitGroup
	for i := range buyers {
		who := person("buyer"+strconv.Itoa(i), mei.Roles.List()...)
		group.Go(func() {
			draft, err := o.service.Review(t.Context(), who, desktop("last"+strconv.Itoa(i)), orders.Ask{ID: orders.NewID(), Reason: "the last one"})
			if !assert.NoError(t, err) {
				return
			}
			made[i], err = o.service.Place(t.Context(), who, draft.ID, draft.Shown())
			assert.NoError(t, err)
		})
	}
	group.Wait()
	got := 0
	for _, order := range made {
		if o.state(order.ID) == orders.StateQueued {
			got++
			continue
		}
		r := o.request(order.ID)
		assert.Equal(t, orders.StateAwaitingApproval, o.state(order.ID))
		assert.True(t, r.NeedsAdmin)
		assert.Equal(t, []string{"approval.budget"}, why(r.Why))
		assert.Equal(t, "39.99", r.Why[0].Args["left"])
	}
	assert.Equal(t, 1, got, "one gets it")
	reserved, _ := o.used()
	assert.Equal(t, "1010", reserved, "who waits for an admin holds nothing")
}

func TestAHardLimitAsksAnAdmin(t *testing.T) {
	t.Parallel()
	o := newOffice(t, month("100"))
	o.prices.set("100")
	fits := o.must(mei, desktop("fits"))
	assert.Equal(t, orders.StateQueued, fits.State, "to the last cent")
	o.prices.set("0.01")
	_, err := o.order(mei, desktop("over"), orders.Ask{})
	problem(t, err, "reason", "problem.reason_approval")
	r := o.asked(mei, desktop("over"))
	assert.True(t, r.NeedsAdmin)
	stopped(t, o.approve(omar, r.ID), orders.CodeForbidden, "error.approve_admin")
	require.NoError(t, o.approve(boss, r.ID))
	assert.Equal(t, orders.StateQueued, o.state(r.ID))
	reserved, _ := o.used()
	assert.Equal(t, "100.01", reserved, "what an admin allows counts")

	// what costs nothing, or gives back, needs no room
	o.prices.set("0")
	assert.Equal(t, orders.StateQueued, o.must(mei, desktop("free")).State)
	o.prices.set("-20")
	assert.Equal(t, orders.StateQueued, o.must(mei, grow()).State)
	reserved, _ = o.used()
	assert.Equal(t, "100.01", reserved, "and makes none")
}

func TestOneOfTwoApprovalsIsAnAdminsWhereOneMustBe(t *testing.T) {
	t.Parallel()
	o := newOffice(t, month("100"), always(2))
	o.prices.set("101")
	r := o.asked(mei, desktop("a"))
	require.Equal(t, 2, r.Needed)
	require.NoError(t, o.approve(omar, r.ID))
	stopped(t, o.approve(ines, r.ID), orders.CodeForbidden, "error.approve_admin")
	require.NoError(t, o.approve(boss, r.ID))
	r = o.asked(mei, desktop("b"))
	require.NoError(t, o.approve(boss, r.ID))
	require.NoError(t, o.approve(omar, r.ID))
	assert.Equal(t, orders.StateQueued, o.state(r.ID))
}

func TestWhatCannotBeCountedAsksAnAdmin(t *testing.T) {
	t.Parallel()
	o := newOffice(t, month("100"))
	o.prices.setIn("1", "CNY")
	r := o.asked(mei, desktop("yuan"))
	assert.True(t, r.NeedsAdmin)
	assert.Equal(t, []string{"approval.budget_currency"}, why(r.Why))
	o.prices.fail()
	r = o.asked(mei, desktop("unquoted"))
	assert.True(t, r.NeedsAdmin)
	assert.Equal(t, []string{"approval.budget_unknown"}, why(r.Why))
	assert.Empty(t, r.Price())
	require.NoError(t, o.approve(boss, r.ID), "as long as nobody can tell the price, that is what is approved")
	reserved, _ := o.used()
	assert.Equal(t, "0", reserved)
}

func TestAPriceThatIsToldLaterIsApprovedAnew(t *testing.T) {
	t.Parallel()
	o := newOffice(t, month("100"))
	o.prices.fail()
	r := o.asked(mei, desktop("a"))
	o.prices.set("30")
	stopped(t, o.approve(boss, r.ID), orders.CodePrice, "error.price_rose")
	assert.Equal(t, "30.00 USD", o.request(r.ID).Price())
	reserved, _ := o.used()
	assert.Equal(t, "30", reserved)
	require.NoError(t, o.approve(boss, r.ID))
}

func TestARiseThatLeavesNoRoomAsksAnAdmin(t *testing.T) {
	t.Parallel()
	o := newOffice(t, month("100"), always(1))
	o.prices.set("90")
	r := o.asked(mei, desktop("a"))
	require.False(t, r.NeedsAdmin)
	o.advance(6 * time.Minute)
	o.prices.set("110")
	stopped(t, o.approve(omar, r.ID), orders.CodePrice, "error.price_rose")
	assert.True(t, o.request(r.ID).NeedsAdmin)
	reserved, _ := o.used()
	assert.Equal(t, "0", reserved)
	stopped(t, o.approve(omar, r.ID), orders.CodeForbidden, "error.approve_admin")
	require.NoError(t, o.approve(boss, r.ID))
	reserved, _ = o.used()
	assert.Equal(t, "110", reserved)
}

func TestASoftLimitWarns(t *testing.T) {
	t.Parallel()
	o := newOffice(t, month("100", "50"))
	o.prices.set("30")
	assert.Empty(t, o.must(mei, desktop("a")).Warnings)
	second := o.must(mei, desktop("b"))
	assert.Equal(t, orders.StateQueued, second.State)
	second = o.read(second.ID)
	require.Equal(t, []string{"budget.soft"}, why(second.Warnings))
	assert.Equal(t, "60.00", second.Warnings[0].Args["used"])
	details := o.details(second.ID, "budget.soft_limit")
	assert.Equal(t, "design", details["team"])
	assert.Equal(t, "2026-11", details["period"])
	third := o.must(mei, desktop("c"))
	assert.Equal(t, []string{"budget.soft"}, why(o.read(third.ID).Warnings), "everybody is warned")
	assert.NotContains(t, o.actions(third.ID), "budget.soft_limit", "but it is told once")
}

func TestWhatHoldsNothingWarnsOfNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t, month("100", "50"))
	o.prices.set("101")
	r := o.asked(mei, desktop("a"))
	assert.True(t, r.NeedsAdmin)
	assert.Empty(t, o.read(r.ID).Warnings, "the month does not hold it yet")
	assert.NotContains(t, o.actions(r.ID), "budget.soft_limit")
	o.prices.set("51")
	second := o.must(mei, desktop("b"))
	assert.Equal(t, []string{"budget.soft"}, why(o.read(second.ID).Warnings))
	assert.Contains(t, o.actions(second.ID), "budget.soft_limit", "it is the first that is held above the limit")
}

func TestABudgetFollowsTheOrder(t *testing.T) {
	t.Parallel()
	o := newOffice(t, month("100000"))
	id := o.must(mei, desktop("a")).ID // at the cloud's own price
	quote := o.read(id).Quote.Amount.String()
	hold := func(reserved, settled, at string) {
		t.Helper()
		r, s := o.used()
		assert.Equal(t, [2]string{reserved, settled}, [2]string{r, s}, at)
	}
	hold(quote, "0", "reserved when it is submitted")
	o.send()
	hold(quote, "0", "and while it is unpaid")
	o.follow()
	require.NoError(t, o.service.Pay(t.Context(), boss, id, orders.PayRequest{}))
	o.follow()
	o.advance(time.Hour)
	o.follow()
	require.Equal(t, orders.BadgeCompleted, o.read(id).Badge)
	hold("0", quote, "settled at the billed amount")

	canceled := o.must(mei, desktop("b")).ID
	o.send()
	o.follow()
	require.NoError(t, o.service.Cancel(t.Context(), boss, canceled, nil))
	o.follow()
	o.advance(time.Hour)
	o.follow()
	require.Equal(t, orders.BadgeCanceled, o.read(canceled).Badge)
	hold("0", quote, "released on cancellation")

	o.cloud.answer.Store(&refused)
	no := o.must(mei, desktop("c"))
	hold(quote, quote, "reserved")
	o.send()
	require.Equal(t, orders.StateRefused, o.state(no.ID))
	hold("0", quote, "released on refusal")

	o.cloud.answer.Store(&unknown)
	doubt := o.must(mei, desktop("d"))
	o.send()
	require.Equal(t, orders.StateInDoubt, o.state(doubt.ID))
	hold(quote, quote, "held while in doubt")
	require.NoError(t, o.service.Resolve(t.Context(), boss, doubt.ID, orders.Settlement{Outcome: orders.StateNotPlaced, Reason: "not there"}))
	hold("0", quote, "and released when nothing was bought")
}

func TestBudgetsAndTheirHistory(t *testing.T) {
	t.Parallel()
	o := newOffice(t, month("100", "50"))
	list, err := o.service.Budgets(t.Context(), mei)
	require.NoError(t, err)
	require.Len(t, list, 1)
	assert.Equal(t, "2026-11", list[0].Month)
	assert.True(t, list[0].Used().IsZero())
	assert.Equal(t, "100", list[0].Left().String())
	o.prices.set("60")
	o.must(mei, desktop("a"))
	o.advance(9 * 24 * time.Hour) // December
	o.must(mei, desktop("b"))
	list, err = o.service.Budgets(t.Context(), boss)
	require.NoError(t, err)
	require.Len(t, list, 1)
	assert.Equal(t, "2026-12", list[0].Month)
	assert.Equal(t, "40", list[0].Left().String(), "each month has its own")
	assert.True(t, list[0].OverSoft())
	stranger := person("s", mei.Roles.List()...)
	stranger.Team = "finance"
	list, err = o.service.Budgets(t.Context(), stranger)
	require.NoError(t, err)
	assert.Empty(t, list)
	_, err = o.service.BudgetHistory(t.Context(), stranger, "design", "", 10)
	stopped(t, err, orders.CodeNotFound, "error.not_found")
	history, err := o.service.BudgetHistory(t.Context(), mei, "design", "", 1)
	require.NoError(t, err)
	require.Len(t, history, 1)
	history, err = o.service.BudgetHistory(t.Context(), mei, "design", history[0].Month, 1)
	require.NoError(t, err)
	require.Len(t, history, 1)
	assert.Equal(t, "2026-11", history[0].Month)
}

func TestTheReviewTellsWhoMustApprove(t *testing.T) {
	t.Parallel()
	o := newOffice(t, month("100", "50"), above("70"))
	judge := func(price string) orders.Judgement {
		t.Helper()
		o.prices.set(price)
		draft, err := o.service.Review(t.Context(), mei, desktop("a"), orders.Ask{ID: orders.NewID(), Reason: "why"})
		require.NoError(t, err)
		reviewed, err := o.service.Draft(t.Context(), mei, draft.ID)
		require.NoError(t, err)
		judged, err := o.service.Judge(t.Context(), mei, reviewed)
		require.NoError(t, err)
		return judged
	}
	j := judge("40")
	assert.False(t, j.Need.Approval())
	assert.False(t, j.NeedsReason)
	assert.Nil(t, j.Warning)
	assert.Equal(t, "design", j.Team)
	assert.Equal(t, "0", j.Budget.Used().String())
	assert.Equal(t, "40", j.After.Used().String())
	j = judge("71")
	assert.Equal(t, orders.Need{Approvals: 1, Why: j.Need.Why}, j.Need)
	assert.Equal(t, []string{"approval.above"}, why(j.Need.Why))
	assert.True(t, j.NeedsReason)
	assert.Equal(t, "budget.soft", j.Warning.Key)
	j = judge("101")
	assert.True(t, j.Need.Admin)
	assert.True(t, j.Over)
	assert.Nil(t, j.Warning, "what is not held warns of nothing")
	assert.Equal(t, []string{"approval.above", "approval.budget"}, why(j.Need.Why))
	reserved, _ := o.used()
	assert.Equal(t, "0", reserved, "looking reserves nothing")
}

func TestRulesThatAskForApproval(t *testing.T) {
	t.Parallel()
	zero, fifty := decimal.Zero, decimal.NewFromInt(50)
	for name, c := range map[string]struct {
		rules  *policy.Approval
		d      func() orders.Decoded
		price  string
		needed int
		why    []string
	}{
		"no rules":                         {nil, grow, "1000", 0, nil},
		"above, and below":                 {&policy.Approval{Above: &fifty, Approvals: 1}, grow, "50", 0, nil},
		"above, and above, by two":         {&policy.Approval{Above: &fifty, Approvals: 2}, grow, "50.01", 2, []string{"approval.above"}},
		"above nothing, and free":          {&policy.Approval{Above: &zero, Approvals: 1}, grow, "0", 0, nil},
		"above nothing":                    {&policy.Approval{Above: &zero, Approvals: 1}, grow, "0.01", 1, []string{"approval.above"}},
		"above, and nobody can quote":      {&policy.Approval{Above: &fifty, Approvals: 1}, resize, "1", 1, []string{"approval.no_quote"}},
		"above, and what can cost nothing": {&policy.Approval{Above: &zero, Approvals: 1}, endSharing, "1", 0, nil},
		"what destroys, and it does not":   {&policy.Approval{AlwaysFor: []string{policy.Destroys}, Approvals: 1}, grow, "1", 0, nil},
		"what destroys, and it does":       {&policy.Approval{AlwaysFor: []string{policy.Destroys}, Approvals: 1}, rebuild, "1", 1, []string{"approval.effect.destroys"}},
		"what buys, or is dear": {&policy.Approval{AlwaysFor: []string{policy.Buys}, Above: &fifty, Approvals: 1}, func() orders.Decoded { return desktop("a") }, "51", 1,
			[]string{"approval.effect.buys", "approval.above"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, func(team *policy.Team) { team.Approval = c.rules })
			o.prices.set(c.price)
			order := o.must(mei, c.d())
			if c.needed == 0 {
				assert.Equal(t, orders.StateQueued, order.State)
				return
			}
			assert.Equal(t, orders.StateAwaitingApproval, order.State)
			r := o.request(order.ID)
			assert.Equal(t, c.needed, r.Needed)
			assert.Equal(t, c.why, why(r.Why))
		})
	}
}

func TestAnOrderOfNoTeamFollowsNoRules(t *testing.T) {
	t.Parallel()
	o := newOffice(t, always(2), month("1"))
	o.prices.set("1000")
	nobodys := orders.DecodeJSON(cloud.DoorSubscribe, "", []byte(`{"type":"expandDesktopPool","enterprise_project_id":"0","resources":[{"period_type":2,"period_num":1,
		"expand_desktop_pool":{"pool_id":"b046ac8e-0994-4c09-a8a8-bd989d218120","size":1}}]}`))
	order, err := o.order(boss, nobodys, orders.Ask{})
	require.NoError(t, err)
	assert.Empty(t, order.Team)
	assert.Equal(t, orders.StateQueued, order.State)
	_, err = o.service.Request(t.Context(), boss, order.ID)
	stopped(t, err, orders.CodeNotFound, "error.not_found")
}

// Bodies of other kinds, all about the design desktop.
func rebuild() orders.Decoded {
	return orders.DecodeJSON(cloud.DoorSubscribe, "", []byte(`{"type":"rebuildDesktops","resources":[{"rebuild_desktops":
		{"desktop_ids":["`+designDesktop+`"],"image_type":"private","image_id":"e1d65e11-861c-459d-a3a8-ab150d79befc"}}]}`))
}

func resize() orders.Decoded {
	return orders.DecodeJSON(cloud.DoorChange, designDesktop, []byte(`{"type":"resizeDesktops","resize_product_id":"workspace.g.4xlarge4.a10.win"}`))
}

func endSharing() orders.Decoded {
	return orders.DecodeJSON(cloud.DoorBatchDesktop, "", []byte(`{"type":"DELETE_SUB_RESOURCES","delete_sub_resources_param":{"desktop_ids":["b6a5e269-49db-4b5d-a84d-f25265dee083"],"sub_resource_type":"DESKTOP_SHARER"}}`))
}
