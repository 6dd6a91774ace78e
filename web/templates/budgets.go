package templates

import (
	"net/url"
	"time"

	"github.com/shopspring/decimal"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/i18n"
	"workspace-order-console/internal/orders"
)

// BudgetsView is this month's budgets of the teams that somebody sees.
type BudgetsView struct {
	Items []orders.BudgetStatus
	// Month is "2026-11".
	Month string
	// AllTeams tells that who looks sees every team's; MayManage that they say what it is.
	AllTeams, MayManage bool
	Pager               PagerView
}

// BudgetHistoryView is the months of one team.
type BudgetHistoryView struct {
	Team      string
	Items     []orders.BudgetStatus
	MayManage bool
	Pager     PagerView
}

// monthWord is a month of the budget as people say it: "Nov 2026". It is a month of UTC, whatever zone they are in.
func monthWord(say i18n.Printer, month string) string {
	t, err := time.Parse("2006-01", month)
	if err != nil {
		return month
	}
	return say.In(time.UTC).Month(t)
}

// behind are the orders that were submitted in a team's month.
func behind(b orders.BudgetStatus) string {
	q := url.Values{"team": {b.Team}}
	if t, err := time.Parse("2006-01", b.Month); err == nil {
		q.Set("from", t.Format(time.DateOnly))
		q.Set("until", t.AddDate(0, 1, -1).Format(time.DateOnly))
	}
	return "/orders?" + q.Encode()
}

func budgetHref(team string) string { return "/budgets/" + url.PathEscape(team) }

func budgetMoney(amount decimal.Decimal, currency string) cloud.Money {
	return cloud.Money{Amount: amount, Currency: currency}
}

// budgetPart is one part of a month's bar.
type budgetPart struct {
	tone   Tone
	word   string // the key of a message with the amount
	amount decimal.Decimal
}

func usedParts(b orders.BudgetStatus) []budgetPart {
	return []budgetPart{{Info, "budgets.bar_paid", b.Settled}, {Doubt, "budgets.bar_reserved", b.Reserved}}
}

// budgetRects are the parts of a bar in thousandths of its width, which is the month's limit, or all that is used where that
// is more. What is there is seen, however small.
func budgetRects(b orders.BudgetStatus, parts []budgetPart) []barPart {
	total := decimal.Zero
	for _, part := range parts {
		total = total.Add(decimal.Max(part.amount, decimal.Zero))
	}
	whole := total
	if b.Limit != nil && b.Limit.GreaterThan(whole) {
		whole = *b.Limit
	}
	if !whole.IsPositive() {
		return nil
	}
	var rects []barPart
	x := 0
	for _, part := range parts {
		if !part.amount.IsPositive() {
			continue
		}
		width := max(barLeast, int(part.amount.Mul(decimal.NewFromInt(barWidth)).Div(whole).IntPart()))
		width = min(width, barWidth-x)
		rects = append(rects, barPart{tone: part.tone, x: x, width: width})
		x += width
	}
	return rects
}

// softRect is the mark at which the team wants to be warned, as thin as can be seen; false where there is none.
func softRect(b orders.BudgetStatus) (barPart, bool) {
	if b.Soft == nil || b.Limit == nil || !b.Limit.IsPositive() || b.Used().GreaterThan(*b.Limit) {
		return barPart{}, false
	}
	x := int(b.Soft.Mul(decimal.NewFromInt(barWidth)).Div(*b.Limit).IntPart())
	return barPart{x: min(x, barWidth-barGap), width: barGap}, true
}

// budgetWordsOf says what the bar shows.
func budgetWordsOf(say i18n.Printer, b orders.BudgetStatus, parts []budgetPart) string {
	var words []string
	for _, part := range parts {
		words = append(words, say.Say(part.word, map[string]any{"amount": FormatMoney(budgetMoney(part.amount, b.Currency))}))
	}
	if b.Limit != nil {
		words = append(words, say.Say("budgets.of", map[string]any{"amount": FormatMoney(budgetMoney(*b.Limit, b.Currency))}))
	}
	return say.List(words)
}

// budgetState is a month as a badge; false where there is nothing to be said.
func budgetState(b orders.BudgetStatus) (badgeLook, bool) {
	switch {
	case b.Limit == nil:
		return badgeLook{}, false
	case b.Used().GreaterThanOrEqual(*b.Limit):
		return badgeLook{Bad, "alert", "budgets.used_up"}, true
	case b.OverSoft():
		return badgeLook{Warn, "alert", "budgets.nearly"}, true
	}
	return badgeLook{}, false
}
