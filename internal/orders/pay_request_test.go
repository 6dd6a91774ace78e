package orders_test

import (
	"context"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/store"
)

// unpaidRequest is a request of mei's of three calls that wait for their payment.
func (o *office) unpaidRequest() (id string, dues orders.Dues) {
	o.t.Helper()
	first, err := o.order(mei, people(120), orders.Ask{Reason: "a new floor"})
	require.NoError(o.t, err)
	o.send()
	o.follow()
	p, err := o.service.Progress(o.t.Context(), mei, first.ID)
	require.NoError(o.t, err)
	dues = orders.DuesOf(mei, p.Orders)
	require.Len(o.t, dues.Calls, 3)
	require.Len(o.t, dues.Totals, 1)
	require.Zero(o.t, dues.Apart)
	return first.ID, dues
}

// payments are who asked for payments of an order, one for each time.
func (o *office) payments(id string) (by []string) {
	o.t.Helper()
	for _, entry := range o.said(id) {
		if entry.Action == "order.pay_requested" {
			by = append(by, entry.Actor)
		}
	}
	return by
}

func TestAllCallsOfARequestArePaidAtOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id, dues := o.unpaidRequest()
	want := decimal.Zero
	for _, due := range dues.Calls {
		want = want.Add(due.Bill.Unpaid.Amount)
	}
	assert.True(t, want.Equal(dues.Totals[0].Amount), "the total is that of all calls")

	for _, confirm := range []string{"", "0.01 USD", orders.ConfirmText(*dues.Calls[0].Bill.Unpaid)} {
		_, err := o.service.PayAll(t.Context(), mei, id, confirm)
		var told *orders.Error
		require.ErrorAs(t, err, &told, confirm)
		assert.Equal(t, orders.CodePrice, told.Code, confirm)
		assert.Empty(t, o.payments(id), "nothing is paid")
	}

	paid, err := o.service.PayAll(t.Context(), mei, id, dues.ConfirmText())
	require.NoError(t, err)
	require.Len(t, paid, 3)
	for i, call := range paid {
		assert.Nil(t, call.Err)
		assert.Equal(t, i, call.Order.Position)
		assert.Equal(t, []string{"mei"}, o.payments(call.Order.ID), "each is journalled as a payment of its own")
	}
	_, err = o.service.PayAll(t.Context(), mei, id, dues.ConfirmText())
	var told *orders.Error
	require.ErrorAs(t, err, &told)
	assert.Equal(t, "error.nothing_unpaid", told.Message.Key, "nothing is paid twice")
	o.follow()
	for _, call := range paid {
		for _, c := range o.read(call.Order.ID).CloudOrders {
			require.NotNil(t, c.Action)
			assert.Equal(t, orders.ActionDone, c.Action.State)
		}
	}
}

func TestPayingAllAsksForTheRightsOfPayingOne(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id, dues := o.unpaidRequest()
	stranger := auth.Who{Name: "eve", Roles: auth.RolesOf(auth.RoleBuyer), Team: "finance", Door: auth.DoorWeb}
	for name, c := range map[string]struct {
		who  auth.Who
		code orders.Code
	}{"an approver": {omar, orders.CodeForbidden}, "another team's": {stranger, orders.CodeNotFound}} {
		_, err := o.service.PayAll(t.Context(), c.who, id, dues.ConfirmText())
		var told *orders.Error
		require.ErrorAs(t, err, &told, name)
		assert.Equal(t, c.code, told.Code, name)
	}
	for _, due := range dues.Calls {
		assert.Empty(t, o.payments(due.Order.ID))
	}
}

// late is a journal in which somebody else was quicker with one order.
type late struct {
	*store.Store
	id string
}

func (l late) RequestActions(ctx context.Context, actions []orders.Action, entry audit.Entry) error {
	if actions[0].OrderID == l.id {
		return orders.ErrStale
	}
	return l.Store.RequestActions(ctx, actions, entry)
}

func TestACallThatCannotBePaidKeepsNoOtherFromIt(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id, dues := o.unpaidRequest()
	second := dues.Calls[1].Order.ID
	service := orders.NewService(orders.Config{Journal: late{o.db, second}, Inventory: o.db, Quoter: o.prices, Billing: o.cloud, Teams: o.db,
		ProjectID: project, Region: region, Now: o.now})
	paid, err := service.PayAll(t.Context(), mei, id, dues.ConfirmText())
	require.NoError(t, err)
	require.Len(t, paid, 3)
	assert.Nil(t, paid[0].Err)
	require.NotNil(t, paid[1].Err)
	assert.Equal(t, second, paid[1].Order.ID)
	assert.Equal(t, orders.CodeConflict, paid[1].Err.Code)
	assert.Nil(t, paid[2].Err)
	assert.Empty(t, o.payments(second))
	assert.Len(t, o.payments(paid[2].Order.ID), 1)
}

func TestWhatIsDueOfARequest(t *testing.T) {
	t.Parallel()
	unpaid := cloud.StatusToBePaid
	call := func(quote, billed, currency string, change ...func(*orders.Order)) orders.Order {
		o := orders.Order{ID: orders.NewID(), State: orders.StatePlaced}
		if quote != "" {
			o.Quote = &orders.Quote{Amount: decimal.RequireFromString(quote), Currency: currency}
		}
		c := orders.CloudOrder{OrderID: "CS" + o.ID, Status: &unpaid, Currency: currency}
		if billed != "" {
			amount := decimal.RequireFromString(billed)
			c.Amount = &amount
		}
		o.CloudOrders = []orders.CloudOrder{c}
		for _, change := range change {
			change(&o)
		}
		return o
	}
	busy := func(o *orders.Order) {
		o.CloudOrders[0].Action = &orders.Action{Kind: orders.ActionPay, State: orders.ActionRequested}
	}
	paid := func(o *orders.Order) {
		done := cloud.StatusCompleted
		o.CloudOrders[0].Status = &done
	}
	for name, c := range map[string]struct {
		calls        []orders.Order
		buyer, admin string
		apart        [2]int // of a buyer, of an admin
	}{
		"as quoted":                    {calls: []orders.Order{call("1.50", "1.50", "USD"), call("2", "2", "USD")}, buyer: "3.50 USD", admin: "3.50 USD"},
		"billed otherwise":             {calls: []orders.Order{call("1", "1", "USD"), call("2", "3", "USD")}, buyer: "1.00 USD", admin: "1.00 USD", apart: [2]int{1, 1}},
		"without a quote":              {calls: []orders.Order{call("", "4", "USD"), call("2", "2", "USD")}, buyer: "2.00 USD", admin: "6.00 USD", apart: [2]int{1, 0}},
		"an amount that is not there":  {calls: []orders.Order{call("1", "", "USD")}, apart: [2]int{1, 1}},
		"two currencies":               {calls: []orders.Order{call("1", "1", "USD"), call("2", "2", "CNY"), call("3", "3", "USD")}, buyer: "4.00 USD + 2.00 CNY", admin: "4.00 USD + 2.00 CNY"},
		"under way, and paid already":  {calls: []orders.Order{call("1", "1", "USD", busy), call("2", "2", "USD", paid)}},
		"nothing but under way or due": {calls: []orders.Order{call("1", "1", "USD", busy), call("2", "2", "USD")}, buyer: "2.00 USD", admin: "2.00 USD"},
	} {
		for i, who := range []auth.Who{mei, boss} {
			dues := orders.DuesOf(who, c.calls)
			assert.Equal(t, []string{c.buyer, c.admin}[i], dues.ConfirmText(), "%s, %s", name, who.Name)
			assert.Equal(t, c.apart[i], dues.Apart, "%s, %s", name, who.Name)
		}
	}
}
