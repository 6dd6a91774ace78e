package orders_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/orders"
)

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
