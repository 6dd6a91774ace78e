package orders

import (
	"context"
	"fmt"

	"github.com/shopspring/decimal"

	"workspace-order-console/internal/orders/field"
	"workspace-order-console/internal/orders/policy"
)

// Need is which approval an order takes.
type Need struct {
	// Approvals is how many different people must approve; 0: none is needed.
	Approvals int
	// Admin tells that one of them must be an admin.
	Admin bool
	// Why lists the rules that ask for it.
	Why []field.Message
}

// Approval tells that one is needed.
func (n Need) Approval() bool { return n.Approvals > 0 }

func (n *Need) ask(approvals int, why field.Message) {
	n.Approvals = max(n.Approvals, approvals)
	n.Why = append(n.Why, why)
}

// OnlyRefunds tells that orders of the kind never cost anything, so that one without a quote is known to be free.
func (k Kind) OnlyRefunds() bool { return k.Type == "DELETE_SUB_RESOURCES" }

// asking is what the rules are asked about: the orders of one request, and what is known of them.
type asking struct {
	// team is nil for orders of no team: they follow no rules.
	team   *policy.Team
	orders []Order
	// again is the order in doubt that is sent again; "" for none. secondPerson tells that the console has one to ask.
	again        string
	secondPerson bool
	// nameless tells that nobody knows which person is behind the key that asks.
	nameless bool
	// kept is the approved request whose approval these orders keep; nil: none.
	kept *Request
}

// judged is what the rules say.
type judged struct {
	Need
	// over tells that there is no room in the month.
	over bool
	// warning is set when the month's soft limit is passed by what is held of it, crossed when it had not been before.
	warning *field.Message
	crossed bool
}

// judge holds orders against a team's rules and the month's budget, others being what all other orders hold of it. It is
// the one place that says what needs approval.
func (a asking) judge(others BudgetMonth) judged {
	var out judged
	total, charged, currency := priced(a.orders)
	keeps := a.keepsPrice()
	if a.again != "" && a.secondPerson {
		out.ask(1, field.Say("approval.again", "order", a.again))
	}
	if a.team == nil {
		return out
	}
	if rule := a.team.Approval; rule != nil && !keeps {
		for _, effect := range a.effects(rule.AlwaysFor) {
			out.ask(rule.Approvals, field.Say("approval.effect."+effect))
		}
		if above := rule.Above; above != nil {
			budget := a.team.Budget
			switch {
			case total == nil:
				out.ask(rule.Approvals, field.Say("approval.no_quote"))
			case budget != nil && currency != "" && currency != budget.Currency:
				out.ask(rule.Approvals, field.Say("approval.currency", "currency", currency, "budget", budget.Currency))
			case charged.GreaterThan(*above):
				out.ask(rule.Approvals, field.Say("approval.above", "amount", policy.Amount(charged), "currency", currency,
					"above", policy.Amount(*above)))
			}
		}
	}
	if a.team.Budget != nil {
		a.weigh(&out, *a.team.Budget, others, total != nil, charged, currency, keeps && a.kept.NeedsAdmin)
	}
	if a.nameless && out.Approval() {
		// whoever holds the key may be one of the team's approvers
		out.ask(1, field.Say("approval.nameless"))
		out.Admin = true
	}
	return out
}

// keepsPrice tells that there is an approval to keep and that the price did not rise since.
func (a asking) keepsPrice() bool {
	total, _, currency := priced(a.orders)
	return a.kept != nil && !rose(money(a.kept.Amount, a.kept.Currency), money(total, currency))
}

// effects are those of the orders' kinds that are among some.
func (a asking) effects(among []string) []string {
	var found []string
	for _, effect := range among {
		for _, o := range a.orders {
			if kind, ok := KindNamed(o.Kind); ok && contains(kind.Effect.Names(), effect) {
				found = append(found, effect)
				break
			}
		}
	}
	return found
}

// weigh holds what the orders cost against what is left of the month. Only what they change is counted: a change's quote
// is the difference, and what costs nothing needs no room, however full the month is. What cannot be counted, for nobody
// can quote it or it is in another currency, is for an admin to decide.
func (a asking) weigh(out *judged, budget policy.Budget, others BudgetMonth, known bool, charged decimal.Decimal, currency string, allowed bool) {
	uncounted := !known || currency != "" && currency != budget.Currency
	if !uncounted && charged.IsZero() {
		return
	}
	before := others.Used()
	after := before.Add(charged)
	out.over = !uncounted && after.GreaterThan(budget.Month)
	if !allowed {
		switch {
		case !known:
			out.ask(1, field.Say("approval.budget_unknown", "month", policy.Amount(budget.Month), "currency", budget.Currency))
		case uncounted:
			out.ask(1, field.Say("approval.budget_currency", "currency", currency, "budget", budget.Currency))
		case out.over:
			out.ask(1, field.Say("approval.budget", "amount", policy.Amount(charged), "currency", currency,
				"left", policy.Amount(decimal.Max(budget.Month.Sub(before), decimal.Zero)), "month", policy.Amount(budget.Month)))
		}
		out.Admin = uncounted || out.over
	}
	if out.over && !allowed {
		return // it holds nothing before an admin has decided (LineAsked)
	}
	if soft := budget.Soft; soft != nil && !uncounted && after.GreaterThan(*soft) {
		warning := field.Say("budget.soft", "soft", policy.Amount(*soft), "month", policy.Amount(budget.Month),
			"used", policy.Amount(after), "currency", budget.Currency)
		out.warning, out.crossed = &warning, !before.GreaterThan(*soft)
	}
}

// team is the team of a name with its rules; nil when there is none.
func (s *Service) team(ctx context.Context, name string) (*policy.Team, error) {
	if name == "" || s.Teams == nil {
		return nil, nil
	}
	teams, err := s.Teams.Teams(ctx)
	if err != nil {
		return nil, fmt.Errorf("teams: %w", err)
	}
	if team, found := teams.Named(name); found {
		return &team, nil
	}
	return nil, nil
}
