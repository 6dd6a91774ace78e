package orders

import (
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"

	"workspace-order-console/internal/cloud"
)

func TestQuotedAgainstBilled(t *testing.T) {
	t.Parallel()
	quote := func(amounts ...string) *Quote {
		q := &Quote{Currency: "CNY"}
		for i, text := range amounts {
			amount := decimal.RequireFromString(text)
			q.Amount = q.Amount.Add(amount)
			q.Lines = append(q.Lines, cloud.QuoteLine{ID: string(rune('a' + i)), Amount: amount})
		}
		return q
	}
	entry := func(status cloud.OrderStatus, amount string) CloudOrder {
		c := CloudOrder{OrderID: "CS" + amount, Status: &status, Currency: "CNY"}
		if amount != "" {
			exact := decimal.RequireFromString(amount)
			c.Amount = &exact
		}
		return c
	}
	unpaid, done, canceled := cloud.StatusToBePaid, cloud.StatusCompleted, cloud.StatusCanceled
	// a line is its amount, or why there is none
	type billed []string
	for _, c := range []struct {
		name   string
		state  State
		quote  *Quote
		orders []CloudOrder
		fates  []Fate
		want   billed
	}{
		{"each line by its amount", StatePlaced, quote("10", "20"), []CloudOrder{entry(done, "20"), entry(unpaid, "10")}, nil, billed{"10", "20"}},
		{"lines alike", StatePlaced, quote("10", "10"), []CloudOrder{entry(done, "10"), entry(unpaid, "10")}, nil, billed{"10", "10"}},
		{"the one that differs is the one that is left", StatePlaced, quote("10", "20"), []CloudOrder{entry(done, "10"), entry(done, "21")}, nil, billed{"10", "21"}},
		{"one of two alike differs", StatePlaced, quote("10", "10", "20"), []CloudOrder{entry(done, "10"), entry(done, "11"), entry(done, "20")}, nil,
			billed{"unclear", "unclear", "20"}},
		{"two differ", StatePlaced, quote("10", "20"), []CloudOrder{entry(done, "11"), entry(done, "21")}, nil, billed{"unclear", "unclear"}},
		{"all lines in one order", StatePlaced, quote("10", "20"), []CloudOrder{entry(done, "30")}, nil, billed{"together", "together"}},
		{"no amount yet", StatePlaced, quote("10", "20"), []CloudOrder{entry(done, "10"), entry(unpaid, "")}, nil, billed{"not_yet", "not_yet"}},
		{"not sent yet", StateQueued, quote("10", "20"), nil, nil, billed{"not_yet", "not_yet"}},
		{"refused", StateRefused, quote("10", "20"), nil, nil, billed{"nothing", "nothing"}},
		{"one failed, nobody knows which", StatePlaced, quote("10", "10"), []CloudOrder{entry(done, "10"), {}}, nil, billed{"unclear", "unclear"}},
		{"one failed, and it is known which", StatePlaced, quote("10", "10"), []CloudOrder{entry(done, "10"), {}}, []Fate{FateFailed, FateDone}, billed{"nothing", "10"}},
		{"one canceled", StatePlaced, quote("10", "20"), []CloudOrder{entry(done, "10"), entry(canceled, "20")}, nil, billed{"10", "nothing"}},
		{"one of two alike canceled", StatePlaced, quote("10", "10"), []CloudOrder{entry(done, "10"), entry(canceled, "10")}, nil, billed{"unclear", "unclear"}},
		{"nobody quoted", StatePlaced, nil, []CloudOrder{entry(done, "10"), entry(done, "")}, nil, billed{"10", "not_yet"}},
		{"one line", StatePlaced, quote("10"), []CloudOrder{entry(done, "10")}, nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := Order{State: c.state, Quote: c.quote, CloudOrders: c.orders, Targets: []string{"desktop:a", "desktop:b"}, Fates: c.fates}
			var got billed
			for _, line := range BillLines(o) {
				assert.Equal(t, line.Billed == nil, line.Gap != "", "an amount, or why there is none")
				if line.Billed != nil {
					got = append(got, line.Billed.Amount.String())
				} else {
					got = append(got, string(line.Gap))
				}
			}
			assert.Equal(t, c.want, got)
		})
	}

	t.Run("a request in total", func(t *testing.T) {
		t.Parallel()
		b := BillOfRequest([]Order{
			{State: StatePlaced, Quote: quote("10"), CloudOrders: []CloudOrder{entry(done, "12")}},
			{State: StatePlaced, CloudOrders: []CloudOrder{entry(done, "5")}},
			{State: StateQueued, Quote: quote("10")},
			{State: StateWithdrawn, Quote: quote("10")},
		})
		assert.Equal(t, "30", b.Quoted.Amount.String())
		assert.Equal(t, "17", b.Billed.Amount.String())
		assert.Equal(t, "2", b.Difference.Amount.String(), "of what was quoted and billed")
		assert.Equal(t, []int{1, 1, 1}, []int{b.Unquoted, b.Waiting, b.Unbilled})
		assert.Equal(t, "CNY", b.Difference.Currency)
		assert.Nil(t, BillOfRequest([]Order{{State: StateQueued}}).Quoted)
	})
}
