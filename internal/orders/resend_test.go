package orders_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/orders"
)

func TestSendingAgainAfterADoubt(t *testing.T) {
	t.Parallel()
	for name, d := range map[string]func() orders.Decoded{"a creation": func() orders.Decoded { return desktop("a") }, "a change": grow} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t) // no rules of the team
			o.prices.set("10")
			first := o.must(mei, d())
			require.Equal(t, orders.StateQueued, first.State)
			o.cloud.answer.Store(&unknown)
			o.send()
			require.Equal(t, orders.StateInDoubt, o.state(first.ID))

			_, err := o.order(mei, d(), orders.Ask{Reason: "as new"})
			assert.Equal(t, first.ID, stoppedBy(t, err), "what is no repetition stays in the way")
			_, err = o.order(mei, d(), orders.Ask{RepeatOf: first.ID})
			problem(t, err, "reason", "problem.reason_again")
			again, err := o.order(mei, d(), orders.Ask{RepeatOf: first.ID, Reason: "the cloud lost it"})
			require.NoError(t, err)
			assert.Equal(t, orders.StateAwaitingApproval, again.State)
			assert.Equal(t, first.ID, again.RepeatOf)
			assert.NotEqual(t, first.ID, again.ID)
			assert.Equal(t, []string{"approval.again"}, why(o.request(again.ID).Why))
			_, err = o.order(mei, d(), orders.Ask{RepeatOf: first.ID, Reason: "and again"})
			assert.Equal(t, again.ID, stoppedBy(t, err), "one repetition at a time")
			stopped(t, o.approve(mei, again.ID), orders.CodeForbidden, "error.approve_own")

			require.NoError(t, o.reject(omar, again.ID, "wait for the cloud"))
			_, err = o.order(mei, d(), orders.Ask{Reason: "as new"})
			assert.Equal(t, first.ID, stoppedBy(t, err), "the one in doubt is in the way again")
			again, err = o.order(mei, d(), orders.Ask{RepeatOf: first.ID, Reason: "it is really lost"})
			require.NoError(t, err)
			require.NoError(t, o.approve(omar, again.ID))
			o.cloud.answer.Store(nil)
			o.send()
			assert.Equal(t, orders.StatePlaced, o.state(again.ID))
			assert.Equal(t, orders.StateInDoubt, o.state(first.ID), "it is settled by evidence, as ever")
		})
	}
}

// stoppedBy is the order that is in the way.
func stoppedBy(t *testing.T, err error) string {
	t.Helper()
	var told *orders.Error
	require.ErrorAs(t, err, &told)
	require.Equal(t, orders.CodeConflict, told.Code)
	return told.OrderID
}

func TestSendingAgainWithoutASecondPersonNeedsAReason(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.service.SecondPerson = false
	o.prices.set("10")
	first := o.must(mei, desktop("a"))
	o.cloud.answer.Store(&unknown)
	o.send()
	_, err := o.order(mei, desktop("a"), orders.Ask{RepeatOf: first.ID})
	problem(t, err, "reason", "problem.reason_again")
	again, err := o.order(mei, desktop("a"), orders.Ask{RepeatOf: first.ID, Reason: "lost"})
	require.NoError(t, err)
	assert.Equal(t, orders.StateQueued, again.State)
}
