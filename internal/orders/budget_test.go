package orders

import (
	"math/rand/v2"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"

	"workspace-order-console/internal/cloud"
)

// entry is a cloud order of a status (-1: none told), billed an amount ("" for none told) in dollars.
func entry(status int, billed string) CloudOrder {
	c := CloudOrder{OrderID: "CS1", Currency: "USD"}
	if status >= 0 {
		known := cloud.OrderStatus(status)
		c.Status = &known
	}
	if billed != "" {
		amount := decimal.RequireFromString(billed)
		c.Amount = &amount
	}
	return c
}

// failed is an entry that the cloud refused.
func failed() CloudOrder { return CloudOrder{Result: "FAIL"} }

// in is a cloud order in another currency.
func in(currency string, c CloudOrder) CloudOrder {
	c.Currency = currency
	return c
}

func TestWhatAnOrderHoldsOfABudget(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		state             State
		quote             string // in dollars; "" for none
		made              []CloudOrder
		over              bool
		reserved, settled string
		line              LineState
	}{
		"awaiting":                         {StateAwaitingApproval, "100", nil, false, "100", "0", LineReserved},
		"awaiting an admin":                {StateAwaitingApproval, "100", nil, true, "0", "0", LineAsked},
		"queued":                           {StateQueued, "100", nil, false, "100", "0", LineReserved},
		"queued by an admin":               {StateQueued, "100", nil, true, "100", "0", LineReserved},
		"sending":                          {StateSending, "100", nil, false, "100", "0", LineReserved},
		"in doubt":                         {StateInDoubt, "100", nil, false, "100", "0", LineHeld},
		"in doubt, with orders told":       {StateInDoubt, "100", []CloudOrder{entry(6, "40")}, false, "100", "0", LineHeld},
		"refused":                          {StateRefused, "100", nil, false, "0", "0", LineReleased},
		"not placed":                       {StateNotPlaced, "100", nil, false, "0", "0", LineReleased},
		"withdrawn":                        {StateWithdrawn, "100", nil, false, "0", "0", LineReleased},
		"rejected":                         {StateRejected, "100", nil, false, "0", "0", LineReleased},
		"expired":                          {StateExpired, "100", nil, false, "0", "0", LineReleased},
		"without a quote":                  {StateQueued, "", nil, false, "0", "0", LineReserved},
		"a refund":                         {StateQueued, "-20", nil, false, "0", "0", LineReserved},
		"placed, nothing told":             {StatePlaced, "100", []CloudOrder{entry(-1, "")}, false, "100", "0", LineReserved},
		"placed, no orders":                {StatePlaced, "100", nil, false, "100", "0", LineReserved},
		"unpaid":                           {StatePlaced, "100", []CloudOrder{entry(6, "90")}, false, "90", "0", LineReserved},
		"to be approved by the cloud":      {StatePlaced, "100", []CloudOrder{entry(8, "90")}, false, "90", "0", LineReserved},
		"an unknown status":                {StatePlaced, "100", []CloudOrder{entry(77, "90")}, false, "90", "0", LineReserved},
		"paid":                             {StatePlaced, "100", []CloudOrder{entry(3, "90")}, false, "0", "90", LineSettled},
		"completed":                        {StatePlaced, "100", []CloudOrder{entry(5, "90")}, false, "0", "90", LineSettled},
		"completed, dearer than quoted":    {StatePlaced, "100", []CloudOrder{entry(5, "120")}, false, "0", "120", LineSettled},
		"completed without a quote":        {StatePlaced, "", []CloudOrder{entry(5, "90")}, false, "0", "90", LineSettled},
		"completed, amount not told":       {StatePlaced, "100", []CloudOrder{entry(5, "")}, false, "0", "100", LineSettled},
		"completed, in yuan":               {StatePlaced, "100", []CloudOrder{in("CNY", entry(5, "700"))}, false, "0", "100", LineSettled},
		"a refund, completed":              {StatePlaced, "-20", []CloudOrder{entry(5, "-20")}, false, "0", "0", LineSettled},
		"canceled":                         {StatePlaced, "100", []CloudOrder{entry(4, "100")}, false, "0", "0", LineReleased},
		"all failed":                       {StatePlaced, "100", []CloudOrder{failed(), failed()}, false, "0", "0", LineReleased},
		"one failed, one paid":             {StatePlaced, "100", []CloudOrder{failed(), entry(5, "50")}, false, "0", "50", LineSettled},
		"one paid, one unpaid":             {StatePlaced, "100", []CloudOrder{entry(5, "50"), entry(6, "50")}, false, "50", "50", LineReserved},
		"one paid, one not told":           {StatePlaced, "100", []CloudOrder{entry(5, "60"), entry(-1, "")}, false, "40", "60", LineReserved},
		"one dearer than all, one untold":  {StatePlaced, "100", []CloudOrder{entry(5, "160"), entry(-1, "")}, false, "0", "160", LineReserved},
		"one canceled, one not told":       {StatePlaced, "100", []CloudOrder{entry(4, "60"), entry(-1, "")}, false, "40", "0", LineReserved},
		"one canceled, one paid, one open": {StatePlaced, "90", []CloudOrder{entry(4, "30"), entry(3, "30"), entry(6, "30")}, false, "30", "30", LineReserved},
	} {
		o := Order{State: c.state, CloudOrders: c.made}
		if c.quote != "" {
			o.Quote = &Quote{Amount: decimal.RequireFromString(c.quote), Currency: "USD"}
		}
		line := LineOf(o, "USD", c.over)
		assert.Equal(t, c.reserved, line.Reserved.String(), "%s: reserved", name)
		assert.Equal(t, c.settled, line.Settled.String(), "%s: settled", name)
		assert.Equal(t, c.line, line.State, name)
	}
	o := Order{State: StateQueued, Quote: &Quote{Amount: decimal.NewFromInt(5), Currency: "CNY"}}
	assert.True(t, LineOf(o, "USD", false).Reserved.IsZero(), "in another currency than the budget's it cannot be counted")
}

// TestNoOrderEverHoldsLessThanNothing tries orders of all shapes.
func TestNoOrderEverHoldsLessThanNothing(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	amount := func() string { return decimal.New(int64(random.IntN(40000)-10000), -2).String() }
	for range 20_000 {
		o := Order{State: States[random.IntN(len(States))]}
		if random.IntN(4) > 0 {
			o.Quote = &Quote{Amount: decimal.RequireFromString(amount()), Currency: []string{"USD", "CNY"}[random.IntN(2)]}
		}
		gone := true
		for range random.IntN(4) {
			c := entry(random.IntN(17)-1, []string{"", amount()}[random.IntN(2)])
			if random.IntN(4) == 0 {
				c = failed()
			}
			gone = gone && (c.Badge() == BadgeFailed || c.Badge() == BadgeCanceled)
			o.CloudOrders = append(o.CloudOrders, in([]string{"USD", "CNY"}[random.IntN(2)], c))
		}
		line := LineOf(o, "USD", random.IntN(2) == 0)
		assert.False(t, line.Reserved.IsNegative(), "%+v", o)
		assert.False(t, line.Settled.IsNegative(), "%+v", o)
		if line.State == LineReleased || line.State == LineAsked {
			assert.True(t, line.Reserved.IsZero() && line.Settled.IsZero(), "%+v", o)
		}
		if line.State == LineSettled {
			assert.True(t, line.Reserved.IsZero(), "%+v", o)
		}
		if o.State == StatePlaced && len(o.CloudOrders) > 0 {
			assert.Equal(t, gone, line.State == LineReleased, "%+v", o)
		}
	}
}
