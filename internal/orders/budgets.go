package orders

import (
	"context"

	"github.com/shopspring/decimal"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders/policy"
)

// BudgetStatus is what a team has used of its budget in a month.
type BudgetStatus struct {
	BudgetMonth
	// Limit and Soft are the team's as they are now; Limit is nil for sums in a currency that is not the budget's any more,
	// Soft also where there is none.
	Limit, Soft *decimal.Decimal
}

// Left is what is left of the month, never below zero; nil without a limit.
func (b BudgetStatus) Left() *decimal.Decimal {
	if b.Limit == nil {
		return nil
	}
	left := decimal.Max(b.Limit.Sub(b.Used()), decimal.Zero)
	return &left
}

// OverSoft tells that the soft limit is passed.
func (b BudgetStatus) OverSoft() bool { return b.Soft != nil && b.Used().GreaterThan(*b.Soft) }

func (b *BudgetStatus) limits(budget *policy.Budget) {
	if budget != nil && budget.Currency == b.Currency {
		b.Limit, b.Soft = &budget.Month, budget.Soft
	}
}

// Budgets lists what the teams that somebody sees have used of this month's budgets, by team. A team that has changed its
// currency this month has a line for each.
func (s *Service) Budgets(ctx context.Context, who auth.Who) ([]BudgetStatus, error) {
	if !who.May(auth.ViewOrders) {
		return nil, forbidden()
	}
	if s.Teams == nil {
		return nil, nil
	}
	teams, err := s.Teams.Teams(ctx)
	if err != nil {
		return nil, err
	}
	month := MonthOf(s.Now())
	used, err := s.Journal.BudgetMonths(ctx, who.Scope(), month)
	if err != nil {
		return nil, told(err)
	}
	var list []BudgetStatus
	for _, team := range teams.All() {
		if !who.Scope().Sees(team.Name) {
			continue
		}
		budget := team.Budget
		seen := budget == nil
		for _, b := range used {
			if b.Team != team.Name {
				continue
			}
			status := BudgetStatus{BudgetMonth: b}
			status.limits(budget)
			seen = seen || b.Currency == budget.Currency
			list = append(list, status)
		}
		if !seen {
			status := BudgetStatus{BudgetMonth: BudgetMonth{Team: team.Name, Month: month, Currency: budget.Currency}}
			status.limits(budget)
			list = append(list, status)
		}
	}
	return list, nil
}

// BudgetHistory lists a team's months, newest first: those before a month ("" for the newest), at most limit of them
// (1 to 200; 0 is 50), each with the limits that hold today.
func (s *Service) BudgetHistory(ctx context.Context, who auth.Who, team, before string, limit int) ([]BudgetStatus, error) {
	if !who.May(auth.ViewOrders) {
		return nil, forbidden()
	}
	if team == "" || !who.Scope().Sees(team) {
		return nil, notFound()
	}
	rules, err := s.team(ctx, team)
	if err != nil {
		return nil, err
	}
	months, err := s.Journal.BudgetHistory(ctx, team, before, limit)
	if err != nil {
		return nil, told(err)
	}
	list := make([]BudgetStatus, len(months))
	for i, b := range months {
		list[i].BudgetMonth = b
		if rules != nil {
			list[i].limits(rules.Budget)
		}
	}
	return list, nil
}
