package orders_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

// people is a body that buys a desktop for each of n users.
func people(n int) orders.Decoded {
	rows := make([]string, n)
	for i := range rows {
		rows[i] = fmt.Sprintf(`{"user_name":"user%03d"}`, i)
	}
	body := string(desktopBody("someone"))
	before, after, _ := strings.Cut(body, `[{"user_email":"u@example.com","user_name":"someone","user_group":"sudo"}]`)
	return orders.DecodeWhole(cloud.DoorSubscribe, "", []byte(before+"["+strings.Join(rows, ",")+"]"+after))
}

func TestWhatIsReviewedAsOneIsApprovedReservedAndSentAsOne(t *testing.T) {
	t.Parallel()
	o := newOffice(t, above("250"), month("1000"))
	o.prices.set("100")
	first, err := o.order(mei, people(120), orders.Ask{Reason: "a new floor"})
	require.NoError(t, err)
	assert.Equal(t, orders.StateAwaitingApproval, first.State)
	r := o.request(first.ID)
	require.Len(t, r.Calls, 3)
	assert.Equal(t, "300.00 USD", r.Price())
	reserved, _ := o.used()
	assert.Equal(t, "300", reserved)
	o.send()
	assert.Equal(t, orders.StateAwaitingApproval, o.state(first.ID), "nothing is sent before")

	require.NoError(t, o.approve(omar, r.ID))
	o.send()
	p, err := o.service.Progress(t.Context(), mei, r.ID)
	require.NoError(t, err)
	require.Len(t, p.Results, 120)
	assert.Equal(t, "user119", p.Results[119].UserName)
	for i, call := range p.Orders {
		assert.Equal(t, orders.StatePlaced, call.State)
		assert.Equal(t, i, call.Position)
	}
}

func TestACallIsNotPaidByAPriceThatNobodySaw(t *testing.T) {
	t.Parallel()
	o := newOffice(t, above("250"))
	o.prices.set("100")
	o.prices.only = 3 // the second is the last that is answered
	draft, err := o.service.Review(t.Context(), mei, people(120), orders.Ask{ID: orders.NewID(), Reason: "a new floor"})
	require.NoError(t, err)
	require.Nil(t, draft.Quote)
	assert.Equal(t, "1/3: price.unanswered", draft.QuoteError)
	first, err := o.service.Place(t.Context(), mei, draft.ID, draft.Shown())
	require.NoError(t, err)
	unpriced := func() {
		list, err := o.db.RequestOrders(t.Context(), first.ID)
		require.NoError(t, err)
		require.Len(t, list, 3)
		for _, call := range list {
			assert.Nil(t, call.Quote, "the page said that there was no price, so a person pays")
		}
	}
	unpriced()

	require.Empty(t, o.request(first.ID).Price())
	o.prices.set("100")
	o.prices.only = 3
	require.NoError(t, o.approve(omar, first.ID))
	unpriced()
}

// meanwhile is a journal in which something happens once, right after a request was read.
type meanwhile struct {
	orders.Journal
	then func()
}

func (m *meanwhile) Request(ctx context.Context, id string) (orders.Request, error) {
	r, err := m.Journal.Request(ctx, id)
	if then := m.then; then != nil {
		m.then = nil
		then()
	}
	return r, err
}

func TestStoppingARequestThatIsApprovedAtThatMomentStopsAllOfIt(t *testing.T) {
	t.Parallel()
	o := newOffice(t, above("250"), month("1000"))
	o.prices.set("100")
	first, err := o.order(mei, people(120), orders.Ask{Reason: "a new floor"})
	require.NoError(t, err)
	config := o.service.Config
	config.Journal = &meanwhile{config.Journal, func() { require.NoError(t, o.approve(omar, first.ID)) }}
	require.NoError(t, orders.NewService(config).Stop(t.Context(), mei, first.ID))
	p, err := o.service.Progress(t.Context(), mei, first.ID)
	require.NoError(t, err)
	assert.Equal(t, orders.RunStopped, p.State)
	for _, call := range p.Orders {
		assert.Equal(t, orders.StateWithdrawn, call.State, call.Position)
	}
}

func TestScriptsAreHeldToTheLimitOfOneCall(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	whole := people(120)
	require.Empty(t, whole.Problems)
	_, err := o.service.Submit(t.Context(), mei, orders.Submission{Decoded: orders.DecodeJSON(cloud.DoorSubscribe, "", mustBody(t, whole))})
	problem(t, err, "resources[0].create_desktops.desktops", "problem.items")
}

func TestAProblemOfACallStandsAtItsRowOfTheWhole(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	body := strings.Replace(string(mustBody(t, people(120))), `"user_name":"user077"`, `"user_name":"a b"`, 1)
	_, err := o.order(mei, orders.DecodeWhole(cloud.DoorSubscribe, "", []byte(body)), orders.Ask{})
	problem(t, err, "resources[0].create_desktops.desktops[77].user_name", "problem.user_name")
}

func mustBody(t *testing.T, d orders.Decoded) []byte {
	t.Helper()
	body, err := json.Marshal(d.Payload)
	require.NoError(t, err)
	return body
}
