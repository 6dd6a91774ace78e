package templates

import (
	"context"
	"time"

	"github.com/a-h/templ"
	"github.com/shopspring/decimal"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/i18n"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/field"
)

// BallotInput is what somebody entered when they decided, shown again when it was not accepted.
type BallotInput struct {
	// Reject tells that it was a rejection.
	Reject bool
	Reason string
}

// awaits tells that the order waits for approval.
func (v OrderView) awaits() bool {
	return v.Request != nil && v.Request.State == orders.RequestAwaiting
}

// together tells that several orders are decided about as one.
func (v OrderView) together() bool { return v.Request != nil && len(v.Request.Calls) > 1 }

// kept tells that the order was sent on the approval of an earlier one.
func (v OrderView) kept() bool {
	if v.Request == nil {
		return false
	}
	for _, call := range v.Request.Calls {
		if call.OrderID == v.Order.ID {
			return false
		}
	}
	return true
}

func (v OrderView) mayWithdraw() bool {
	if v.awaits() {
		return v.Request.MayWithdraw
	}
	return v.MayWithdraw && v.Order.State == orders.StateQueued
}

// withdrawPath takes an order back or, of several that are decided about as one, all of them: also when they were approved
// after the page was shown.
func (v OrderView) withdrawPath() string {
	if v.awaits() && v.together() {
		return "/requests/" + v.Request.ID + "/stop"
	}
	return v.path("withdraw")
}

func (v OrderView) withdrawWord() string {
	if v.awaits() && v.together() {
		return v.Say.Say("approval.withdraw_all", map[string]any{"count": len(v.Request.Calls)})
	}
	return v.Say.Say("approval.withdraw", nil)
}

func (v OrderView) approvalAside() templ.Component {
	return MutedText(v.Say.Say("approval.approvals", map[string]any{"have": len(v.Request.Approvals()), "needed": v.Request.Needed}))
}

// askedAt is when the oldest of the prices was asked for; zero when there is none.
func (v OrderView) askedAt() time.Time {
	var oldest time.Time
	for _, o := range v.Request.Orders {
		if o.Quote != nil && (oldest.IsZero() || o.Quote.AskedAt.Before(oldest)) {
			oldest = o.Quote.AskedAt
		}
	}
	return oldest
}

// approveWord is the main button's word: what is said yes to.
func (v OrderView) approveWord() string {
	switch r := v.Request; {
	case r.Amount == nil:
		return v.Say.Say("approval.approve_unpriced", nil)
	case r.Amount.IsPositive():
		return v.Say.Say("approval.approve_amount", map[string]any{"amount": FormatMoney(requestPrice(r.Request))})
	}
	return v.Say.Say("approval.approve", nil)
}

// laterWord says what an approval does.
func (v OrderView) laterWord() string {
	if left := v.Request.Left(); left > 1 {
		return v.Say.Say("approval.more_needed", map[string]any{"n": left - 1})
	}
	return v.Say.Say("approval.last", nil)
}

// rejection says who said no, and why.
func (v OrderView) rejection(ctx context.Context) string {
	if v.Request != nil {
		if d, rejected := v.Request.Rejection(); rejected {
			return v.Say.Say("approval.rejection", map[string]any{"who": calledName(ctx, d.Approver), "reason": d.Reason})
		}
	}
	return v.Say.Say("approval.nothing_sent", nil)
}

// ballotReason is what was entered at one of the two forms, ballotProblem what is wrong with it.
func (v OrderView) ballotReason(reject bool) string {
	if v.Ballot.Reject != reject {
		return ""
	}
	return v.Ballot.Reason
}

func (v OrderView) ballotProblem(reject bool) string {
	if v.Ballot.Reject != reject {
		return ""
	}
	return v.Problems["reason"]
}

func shortHash(hash string) string { return hash[:min(12, len(hash))] }

// decisionLook is how a decision shows.
func decisionLook(d orders.Decision) badgeLook {
	switch {
	case d.Void:
		return badgeLook{Quiet, "undo", "badge.void"}
	case d.Approve:
		return approvedLook
	}
	return lookOfRequest(orders.RequestRejected)
}

// decisionName is the handle of a decision.
func decisionName(d orders.Decision) string {
	switch {
	case d.Void:
		return "void"
	case d.Approve:
		return "approved"
	}
	return "rejected"
}

// decisionPrice is the price that a decision names, in words.
func decisionPrice(say i18n.Printer, d orders.Decision) string {
	if d.Amount == nil {
		return say.Say("approval.unpriced", nil)
	}
	return say.Say("approval.at_price", map[string]any{"amount": FormatMoney(cloud.Money{Amount: *d.Amount, Currency: d.Currency})})
}

// deciders say who can give an approval.
func deciders(say i18n.Printer, team string, approvals int, admin bool) string {
	key := "approval.decides_approver"
	switch {
	case approvals > 1 && team == "":
		key = "approval.decide_two_admins"
	case approvals > 1 && admin:
		key = "approval.decide_two_one_admin"
	case approvals > 1:
		key = "approval.decide_two"
	case admin || team == "":
		key = "approval.decides_admin"
	}
	return say.Say(key, map[string]any{"team": team}) + say.Say("approval.decides_not_own", nil)
}

// BudgetEffect is what something does to a month's budget.
type BudgetEffect struct {
	Before, After orders.BudgetStatus
	Warning       *field.Message
}

// effectOf is nil where a budget has nothing to say.
func effectOf(before, after *orders.BudgetStatus, warning *field.Message) *BudgetEffect {
	if before == nil || after == nil {
		return nil
	}
	return &BudgetEffect{*before, *after, warning}
}

func (e BudgetEffect) adds() decimal.Decimal { return e.After.Used().Sub(e.Before.Used()) }

// over tells that there is no room for it.
func (e BudgetEffect) over() bool {
	return e.After.Limit != nil && e.adds().IsPositive() && e.After.Used().GreaterThan(*e.After.Limit)
}

func (e BudgetEffect) softPassed() bool { return e.adds().IsPositive() && e.After.OverSoft() }

func (e BudgetEffect) parts() []budgetPart {
	adds := budgetPart{Warn, "budgets.bar_this", e.adds()}
	if e.over() {
		adds.tone = Bad
	}
	return append(usedParts(e.Before), adds)
}
