package templates

import (
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"

	"workspace-order-console/internal/orders"
)

func amountsOf(limit, soft, reserved, settled string) orders.BudgetStatus {
	b := orders.BudgetStatus{BudgetMonth: orders.BudgetMonth{Team: "design", Month: "2026-02", Currency: "USD", Reserved: decimal.RequireFromString(reserved), Settled: decimal.RequireFromString(settled)}}
	if limit != "" {
		d := decimal.RequireFromString(limit)
		b.Limit = &d
	}
	if soft != "" {
		d := decimal.RequireFromString(soft)
		b.Soft = &d
	}
	return b
}

func TestTheBarOfAMonth(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		b      orders.BudgetStatus
		rects  []barPart
		soft   int // -1: no mark
		badge  string
		inWord string
	}{
		{"a half", amountsOf("1000", "800", "200", "300"), []barPart{{Info, 0, 300}, {Doubt, 300, 200}}, 800, "", "paid 300.00 USD, reserved 200.00 USD, of 1,000.00 USD"},
		{"hardly anything is seen all the same", amountsOf("100000", "", "0.01", "0"), []barPart{{Doubt, 0, barLeast}}, -1, "", "paid 0.00 USD, reserved 0.01 USD, of 100,000.00 USD"},
		{"nothing", amountsOf("1000", "", "0", "0"), nil, -1, "", "paid 0.00 USD, reserved 0.00 USD, of 1,000.00 USD"},
		{"no room at all", amountsOf("0", "", "0", "0"), nil, -1, "Used up", "paid 0.00 USD, reserved 0.00 USD, of 0.00 USD"},
		{"beyond the warning", amountsOf("1000", "800", "0", "900"), []barPart{{Info, 0, 900}}, 800, "Nearly used up", "paid 900.00 USD, reserved 0.00 USD, of 1,000.00 USD"},
		{"beyond the limit", amountsOf("1000", "800", "1500", "500"), []barPart{{Info, 0, 250}, {Doubt, 250, 750}}, -1, "Used up", "paid 500.00 USD, reserved 1,500.00 USD, of 1,000.00 USD"},
		{"no limit", amountsOf("", "", "30", "10"), []barPart{{Info, 0, 250}, {Doubt, 250, 750}}, -1, "", "paid 10.00 USD, reserved 30.00 USD"},
		{"the warning is the limit", amountsOf("1000", "1000", "1", "0"), []barPart{{Doubt, 0, barLeast}}, barWidth - barGap, "", "paid 0.00 USD, reserved 1.00 USD, of 1,000.00 USD"},
	} {
		assert.Equal(t, c.rects, budgetRects(c.b, usedParts(c.b)), c.name)
		assert.Equal(t, c.inWord, budgetWordsOf(english, c.b, usedParts(c.b)), c.name)
		mark, some := softRect(c.b)
		assert.Equal(t, c.soft >= 0, some, c.name)
		if some {
			assert.Equal(t, c.soft, mark.x, c.name)
		}
		look, _ := budgetState(c.b)
		assert.Equal(t, c.badge, look.words(english), c.name)
	}
	assert.Equal(t, "/orders?from=2026-02-01&team=design&until=2026-02-28", behind(amountsOf("1", "", "0", "0")))
	assert.Equal(t, "February 2026", monthWord(english, "2026-02"))
}

func TestWhoDecidesInWords(t *testing.T) {
	t.Parallel()
	const never = " Nobody decides about what they asked for themselves."
	for _, c := range []struct {
		team      string
		approvals int
		admin     bool
		want      string
	}{
		{"design", 1, false, "An approver of team design or an admin decides."},
		{"design", 2, false, "Two different people have to agree, each an approver of team design or an admin."},
		{"design", 1, true, "An admin decides."},
		{"design", 2, true, "Two different people have to agree, each an approver of team design or an admin. One of them must be an admin."},
		{"", 1, false, "An admin decides."},
		{"", 2, false, "Two different admins have to agree."},
	} {
		assert.Equal(t, c.want+never, deciders(english, c.team, c.approvals, c.admin))
	}
}
