package orders_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders"
)

func TestManyCallsAreApprovedReservedAndWithdrawnAsOne(t *testing.T) {
	t.Parallel()
	o := newOffice(t, above("250"), month("1000"))
	o.prices.set("100")
	calls := []orders.Decoded{desktop("a"), desktop("b"), desktop("c")}
	_, err := o.service.SubmitAll(t.Context(), mei, calls, orders.Ask{ID: orders.NewID()})
	problem(t, err, "reason", "problem.reason_approval")
	list, err := o.service.SubmitAll(t.Context(), mei, calls, orders.Ask{ID: orders.NewID(), Reason: "three colleagues"})
	require.NoError(t, err)
	require.Len(t, list, 3)
	r := o.request(list[0].ID)
	assert.Equal(t, "300.00 USD", r.Price(), "each is below the amount, the request is not")
	assert.Equal(t, orders.RequestHash(r.Calls), r.Hash)
	reserved, _ := o.used()
	assert.Equal(t, "300", reserved)
	for _, order := range list {
		assert.Equal(t, r.ID, order.RequestID)
		assert.Equal(t, orders.StateAwaitingApproval, o.state(order.ID))
	}
	require.NoError(t, o.approve(omar, r.ID))
	o.send()
	for _, order := range list {
		assert.Equal(t, orders.StatePlaced, o.state(order.ID))
	}

	list, err = o.service.SubmitAll(t.Context(), mei, []orders.Decoded{desktop("d"), desktop("e"), desktop("f")}, orders.Ask{ID: orders.NewID(), Reason: "three more"})
	require.NoError(t, err)
	require.NoError(t, o.service.Withdraw(t.Context(), mei, list[2].ID))
	for _, order := range list {
		assert.Equal(t, orders.StateWithdrawn, o.state(order.ID), "one goes with the others")
	}
	_, err = o.service.SubmitAll(t.Context(), mei, nil, orders.Ask{ID: orders.NewID()})
	problem(t, err, "$", "problem.items")
}

func TestListsOfRequests(t *testing.T) {
	t.Parallel()
	o := newOffice(t, always(2))
	o.prices.set("10")
	var asked []string
	for i := range 5 {
		o.advance(time.Second)
		asked = append(asked, o.asked(mei, desktop("u"+strconv.Itoa(i))).ID)
	}
	o.advance(time.Second)
	mine := person("omar", auth.RoleBuyer, auth.RoleApprover)
	own := o.asked(mine, desktop("own")).ID
	keyed, err := o.service.Submit(t.Context(), key("k", "omar"), orders.Submission{Decoded: desktop("k"), Reason: "why"})
	require.NoError(t, err)
	require.NoError(t, o.approve(omar, asked[0]))
	require.NoError(t, o.reject(omar, asked[1], "no"))
	ids := func(who auth.Who, q orders.RequestQuery) (found []string) {
		for {
			page, err := o.service.Requests(t.Context(), who, q)
			require.NoError(t, err)
			for _, item := range page.Items {
				assert.Equal(t, item.ID, item.Order.ID)
				found = append(found, item.ID)
			}
			if page.Next.IsZero() {
				return found
			}
			q.After = page.Next
		}
	}
	all := []string{keyed.ID, own, asked[4], asked[3], asked[2], asked[1], asked[0]}
	assert.Equal(t, all, ids(mei, orders.RequestQuery{View: orders.RequestsAll, Limit: 2}))
	assert.Equal(t, all, ids(boss, orders.RequestQuery{View: orders.RequestsAll, Limit: 200}))
	assert.Equal(t, []string{asked[1]}, ids(mei, orders.RequestQuery{View: orders.RequestsAll, State: orders.RequestRejected}))
	assert.Equal(t, []string{asked[4], asked[3], asked[2], asked[1], asked[0]}, ids(mei, orders.RequestQuery{View: orders.RequestsMine}))
	assert.Equal(t, []string{keyed.ID, own}, ids(omar, orders.RequestQuery{View: orders.RequestsMine}), "with those of one's keys")
	assert.Equal(t, []string{asked[4], asked[3], asked[2]}, ids(omar, orders.RequestQuery{View: orders.RequestsToDecide, Limit: 1}))
	assert.Equal(t, []string{keyed.ID, own, asked[4], asked[3], asked[2], asked[0]}, ids(ines, orders.RequestQuery{View: orders.RequestsToDecide}))
	assert.Empty(t, ids(mei, orders.RequestQuery{View: orders.RequestsToDecide}))
	stranger := person("s", auth.RoleApprover)
	stranger.Team = "finance"
	assert.Empty(t, ids(stranger, orders.RequestQuery{View: orders.RequestsAll}))
	_, err = o.service.Requests(t.Context(), auth.Who{Name: "x"}, orders.RequestQuery{})
	stopped(t, err, orders.CodeForbidden, "error.forbidden")
}

func TestComments(t *testing.T) {
	t.Parallel()
	o := newOffice(t, always(1))
	o.prices.set("10")
	r := o.asked(mei, desktop("a"))
	stranger := person("s", auth.RoleApprover)
	stranger.Team = "finance"
	_, err := o.service.Comment(t.Context(), stranger, r.ID, "hello")
	stopped(t, err, orders.CodeNotFound, "error.not_found")
	_, err = o.service.Comment(t.Context(), mei, r.ID, " ")
	problem(t, err, "text", "problem.required")
	_, err = o.service.Comment(t.Context(), mei, r.ID, strings.Repeat("ü", orders.MaxComment+1))
	problem(t, err, "text", "problem.length")
	_, err = o.service.Comment(t.Context(), mei, r.ID, "a\x00b")
	problem(t, err, "text", "problem.control")
	for _, text := range []string{"why so large?", strings.Repeat("ü", orders.MaxComment), "line\nline"} {
		o.advance(time.Second)
		_, err = o.service.Comment(t.Context(), omar, r.ID, text)
		require.NoError(t, err)
	}
	page, next, err := o.service.Comments(t.Context(), mei, r.ID, orders.Cursor{}, 2)
	require.NoError(t, err)
	require.Len(t, page, 2)
	assert.Equal(t, "why so large?", page[0].Text)
	rest, next, err := o.service.Comments(t.Context(), mei, r.ID, next, 2)
	require.NoError(t, err)
	require.Len(t, rest, 1)
	assert.Equal(t, "line\nline", rest[0].Text)
	assert.True(t, next.IsZero())
	assert.Equal(t, "line\nline", o.details(r.ID, "order.commented")["text"])
	_, _, err = o.service.Comments(t.Context(), stranger, r.ID, orders.Cursor{}, 2)
	stopped(t, err, orders.CodeNotFound, "error.not_found")
}
