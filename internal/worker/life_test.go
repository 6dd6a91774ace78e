package worker_test

import (
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/testkit"
)

// TestEveryExampleIsPlacedPaidAndCompleted takes each of the 44 through its whole life on a cloud of its own.
func TestEveryExampleIsPlacedPaidAndCompleted(t *testing.T) {
	t.Parallel()
	for _, e := range testkit.Examples(t) {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			id := h.must(e.Name).ID
			h.run()
			order := h.order(id)
			require.Equal(t, orders.StatePlaced, order.State, "%+v", order.Answer)
			require.NotEmpty(t, order.CloudOrders)
			bill := orders.BillOf(order)
			require.NotEqual(t, orders.VerdictWait, bill.Verdict)
			assert.NotEqual(t, orders.VerdictDiffers, bill.Verdict, "billed %v, quoted %+v", bill.Billed, order.Quote)
			if len(bill.UnpaidIDs) > 0 {
				require.NoError(t, h.service.Pay(t.Context(), admin, id, orders.PayRequest{}))
			}
			h.run()
			h.later(time.Hour)
			order = h.order(id)
			assert.Equal(t, orders.BadgeCompleted, order.Badge)
			assert.False(t, order.Moving(), "nothing moves once all is completed")
			due, err := h.db.DueCloudOrders(t.Context(), h.clock.now().AddDate(1, 0, 0), 10)
			require.NoError(t, err)
			assert.Empty(t, due, "a final cloud order is followed no more")
		})
	}
}

func TestTheCloudIsNeverAskedToPayByItself(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var sent map[string]any
	h.shaky.place = func(next func() cloud.Answer) cloud.Answer { return next() }
	order := h.must("subscribe/expandDesktopPool", autoPay)
	require.NoError(t, json.Unmarshal(order.Body, &sent))
	assert.Equal(t, map[string]any{"is_auto_pay": "false"}, sent["extend_param"])
	assert.True(t, order.AutoPay)
}

func TestAutomaticPaymentPaysWhatWasQuoted(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.must("subscribe/expandDesktopPool", autoPay).ID
	h.run()
	order := h.order(id)
	require.NotNil(t, order.CloudOrders[0].Action)
	assert.Equal(t, orders.ActionDone, order.CloudOrders[0].Action.State)
	assert.Equal(t, "console", order.CloudOrders[0].Action.Actor)
	h.later(time.Minute)
	assert.Equal(t, orders.BadgeCompleted, h.order(id).Badge)
}

func TestAutomaticPaymentStopsWhenTheBillDiffers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.shaky.quote = func(q cloud.Quote) (cloud.Quote, error) {
		q.Amount = q.Amount.Sub(amount(t, "0.01"))
		return q, nil
	}
	id := h.must("subscribe/expandDesktopPool", autoPay).ID
	h.later(time.Minute)
	order := h.order(id)
	assert.Equal(t, orders.BadgeToBePaid, order.Badge)
	assert.Nil(t, order.CloudOrders[0].Action)

	var told *orders.Error
	require.ErrorAs(t, h.service.Pay(t.Context(), admin, id, orders.PayRequest{}), &told)
	assert.Equal(t, orders.CodePrice, told.Code)
	require.ErrorAs(t, h.service.Pay(t.Context(), admin, id, orders.PayRequest{Confirm: "1.00 USD"}), &told, "another amount confirms nothing")
	bill := orders.BillOf(order)
	require.NoError(t, h.service.Pay(t.Context(), admin, id, orders.PayRequest{Confirm: orders.ConfirmText(*bill.Billed)}))
	h.later(time.Minute)
	assert.Equal(t, orders.BadgeCompleted, h.order(id).Badge)
}

func TestWithoutAQuotePaymentWaitsForAPerson(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.must("change/expandVolumes", autoPay).ID
	h.later(time.Minute)
	order := h.order(id)
	assert.Nil(t, order.Quote)
	assert.Equal(t, orders.VerdictNoQuote, orders.BillOf(order).Verdict)
	assert.Equal(t, orders.BadgeToBePaid, order.Badge)
	require.NoError(t, h.service.Pay(t.Context(), admin, id, orders.PayRequest{}))
	h.later(time.Minute)
	assert.Equal(t, orders.BadgeCompleted, h.order(id).Badge)
}

func TestOutcomes(t *testing.T) {
	t.Parallel()
	lost := func(next func() cloud.Answer) cloud.Answer { next(); return unknown }
	for name, c := range map[string]struct {
		place func(func() cloud.Answer) cloud.Answer
		door  auth.Door
		state orders.State
	}{
		"accepted, but the answer is lost":     {lost, auth.DoorWeb, orders.StateInDoubt},
		"no answer at all":                     {func(func() cloud.Answer) cloud.Answer { return unknown }, auth.DoorWeb, orders.StateInDoubt},
		"refused":                              {func(func() cloud.Answer) cloud.Answer { return refused }, auth.DoorWeb, orders.StateRefused},
		"never reached, asked for by a person": {func(func() cloud.Answer) cloud.Answer { return notSent }, auth.DoorWeb, orders.StateQueued},
		"never reached, asked for by a script": {func(func() cloud.Answer) cloud.Answer { return notSent }, auth.DoorAPI, orders.StateRefused},
		"a 200 that carries an error": {func(func() cloud.Answer) cloud.Answer {
			return cloud.ReadAnswer(cloud.DoorSubscribe, 200, "", []byte(`{"error_code":"WKS.00010109","error_msg":"no"}`))
		}, auth.DoorWeb, orders.StateInDoubt},
		"a 500": {func(func() cloud.Answer) cloud.Answer { return cloud.ReadAnswer(cloud.DoorSubscribe, 500, "", nil) }, auth.DoorWeb, orders.StateInDoubt},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.shaky.place = c.place
			body := orders.DecodeJSON(cloud.DoorSubscribe, "", exampleBody(t, "subscribe/expandDesktopPool"))
			asked := admin
			asked.Door = c.door
			order, err := h.service.Submit(t.Context(), asked, orders.Submission{Decoded: body})
			require.NoError(t, err)
			h.run()
			h.later(10 * time.Hour)
			assert.Equal(t, c.state, h.order(order.ID).State)
			if c.state != orders.StateQueued {
				assert.Equal(t, 1, h.shaky.calls, "an order is sent once")
			}
		})
	}
}

func exampleBody(t *testing.T, name string) []byte {
	t.Helper()
	for _, e := range testkit.Examples(t) {
		if e.Name == name {
			return e.Body
		}
	}
	t.Fatalf("no example %q", name)
	return nil
}

func TestAnOrderThatNeverLeftIsTriedAgainUntilItIsWithdrawn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.shaky.place = func(func() cloud.Answer) cloud.Answer { return notSent }
	id := h.must("subscribe/expandDesktopPool").ID
	h.run()
	assert.Equal(t, 1, h.shaky.calls, "not hammered")
	h.later(2 * time.Minute)
	assert.Equal(t, 2, h.shaky.calls)
	require.NoError(t, h.service.Withdraw(t.Context(), admin, id))
	h.later(time.Hour)
	assert.Equal(t, 2, h.shaky.calls)
	assert.Equal(t, orders.StateWithdrawn, h.order(id).State)
	assert.Zero(t, h.booked())

	h.shaky.place = nil
	again := h.must("subscribe/expandDesktopPool").ID
	h.run()
	assert.Equal(t, orders.StatePlaced, h.order(again).State)
	var told *orders.Error
	require.ErrorAs(t, h.service.Withdraw(t.Context(), admin, again), &told, "what was sent cannot be withdrawn")
	assert.Equal(t, orders.CodeConflict, told.Code)
}

func TestAnAbandonedSendIsInDoubtAndNeverSentAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.must("subscribe/expandDesktopPool").ID
	_, err := h.db.Claim(t.Context(), orders.Claim{Fence: "dead/1", Now: h.clock.now(), Deadline: h.clock.now().Add(time.Minute)})
	require.NoError(t, err)
	require.NoError(t, h.newWorker("w2").Recover(t.Context()))
	assert.Equal(t, orders.StateInDoubt, h.order(id).State)
	h.later(10 * time.Hour)
	assert.Equal(t, orders.StateInDoubt, h.order(id).State)
	assert.Zero(t, h.shaky.calls)
}

func TestALateAnswerDoesNotSettleAnAbandonedOrder(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.must("subscribe/expandDesktopPool").ID
	h.shaky.place = func(next func() cloud.Answer) cloud.Answer {
		require.NoError(t, h.newWorker("w2").Recover(t.Context())) // another process starts while this one waits
		return next()
	}
	h.run()
	assert.Equal(t, orders.StateInDoubt, h.order(id).State)
	assert.Equal(t, 1, h.shaky.calls)
}

func TestAClaimWhoseDeadlinePassedSendsNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.must("subscribe/expandDesktopPool").ID
	sleepy := h.newWorker("w1")
	sleepy.Step = func(step string) {
		if step == "claimed" {
			h.clock.advance(time.Hour) // the process was stopped here
		}
	}
	_, err := sleepy.Send(t.Context())
	require.NoError(t, err)
	assert.Zero(t, h.shaky.calls)
	assert.Equal(t, orders.StateQueued, h.order(id).State)
}

func TestDoubtKeepsTheSameFromBeingOrderedTwice(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.shaky.place = func(func() cloud.Answer) cloud.Answer { return unknown }
	create := h.must("subscribe/createDesktops/minimal-seed-example").ID
	resize := h.must("change/resizeDesktops").ID
	h.run()
	for example, first := range map[string]string{
		"subscribe/createDesktops/minimal-seed-example": create,
		"change/expandVolumes":                          resize, // the same desktop
	} {
		_, err := h.submit(example)
		var told *orders.Error
		require.ErrorAs(t, err, &told, example)
		assert.Equal(t, orders.CodeConflict, told.Code)
		assert.Equal(t, first, told.OrderID)
	}
	require.NoError(t, h.service.Resolve(t.Context(), admin, create, orders.Settlement{Outcome: orders.StateNotPlaced, Reason: "looked in the list"}))
	h.must("subscribe/createDesktops/minimal-seed-example")
}

func TestAPersonSettlesADoubt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var answer cloud.Answer
	h.shaky.place = func(next func() cloud.Answer) cloud.Answer { answer = next(); return unknown }
	id := h.must("subscribe/expandDesktopPool").ID
	h.run()
	require.Equal(t, orders.StateInDoubt, h.order(id).State)

	for name, c := range map[string]struct {
		settlement orders.Settlement
		paths      []string
	}{
		"nothing said":                    {orders.Settlement{}, []string{"outcome", "reason"}},
		"placed, but which":               {orders.Settlement{Outcome: orders.StatePlaced, Reason: "seen"}, []string{"order_id"}},
		"not placed, but named":           {orders.Settlement{Outcome: orders.StateNotPlaced, OrderIDs: []string{"CS1"}, Reason: "seen"}, []string{"order_id"}},
		"without a reason":                {orders.Settlement{Outcome: orders.StateNotPlaced}, []string{"reason"}},
		"an order ID that is none":        {orders.Settlement{Outcome: orders.StatePlaced, OrderIDs: []string{"a b/c"}, Reason: "seen"}, []string{"order_id"}},
		"the same order ID a second time": {orders.Settlement{Outcome: orders.StatePlaced, OrderIDs: []string{"CS1", "CS1"}, Reason: "seen"}, []string{"order_id"}},
	} {
		t.Run(name, func(t *testing.T) {
			var told *orders.Error
			require.ErrorAs(t, h.service.Resolve(t.Context(), admin, id, c.settlement), &told)
			var paths []string
			for _, p := range told.Problems {
				paths = append(paths, p.Path)
			}
			assert.Equal(t, c.paths, paths)
		})
	}
	require.NoError(t, h.service.Resolve(t.Context(), admin, id, orders.Settlement{Outcome: orders.StatePlaced,
		OrderIDs: []string{answer.Entries[0].OrderID}, Reason: "found in the cloud's list"}))
	h.run()
	order := h.order(id)
	assert.Equal(t, orders.BadgeToBePaid, order.Badge, "it is followed like any other from here")
	require.NoError(t, h.service.Pay(t.Context(), admin, id, orders.PayRequest{}))
	h.later(time.Minute)
	assert.Equal(t, orders.BadgeCompleted, h.order(id).Badge)
	assert.Contains(t, h.actions(id), "order.resolved")
}

func TestOneCloudOrderSettlesOneOrderOnly(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var answer cloud.Answer
	h.shaky.place = func(next func() cloud.Answer) cloud.Answer { answer = next(); return answer }
	h.must("subscribe/expandDesktopPool")
	h.run()
	h.shaky.place = func(func() cloud.Answer) cloud.Answer { return unknown }
	id := h.must("change/resizeDesktops").ID
	h.run()
	var told *orders.Error
	require.ErrorAs(t, h.service.Resolve(t.Context(), admin, id, orders.Settlement{Outcome: orders.StatePlaced,
		OrderIDs: []string{answer.Entries[0].OrderID}, Reason: "seen"}), &told)
	assert.Equal(t, orders.CodeInvalid, told.Code)
	assert.Equal(t, "order_id", told.Problems[0].Path)
}

func TestCancelling(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.must("batch-desktop/ADD_VOLUME/desktop_ids").ID
	h.run()
	order := h.order(id)
	require.Len(t, order.CloudOrders, 2)
	first := order.CloudOrders[0].OrderID
	require.NoError(t, h.service.Cancel(t.Context(), admin, id, []string{first}))
	h.run()
	assert.Equal(t, orders.BadgeToBePaid, h.order(id).Badge, "the other one is still to be paid")
	require.NoError(t, h.service.Pay(t.Context(), admin, id, orders.PayRequest{OrderIDs: []string{order.CloudOrders[1].OrderID},
		Confirm: confirmOf(h.order(id))}))
	h.later(time.Minute)
	order = h.order(id)
	assert.Equal(t, cloud.StatusCanceled, *order.CloudOrders[0].Status)
	assert.Equal(t, cloud.StatusCompleted, *order.CloudOrders[1].Status)
	var told *orders.Error
	require.ErrorAs(t, h.service.Cancel(t.Context(), admin, id, nil), &told)
	assert.Equal(t, orders.CodeConflict, told.Code, "nothing is left to cancel")
}

func confirmOf(order orders.Order) string {
	if bill := orders.BillOf(order); bill.Billed != nil {
		return orders.ConfirmText(*bill.Billed)
	}
	return ""
}

func TestAPaymentWithoutAnAnswerIsReadBeforeItIsRepeated(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		first func(next func() error) error
		calls int
	}{
		"it went through": {func(next func() error) error { _ = next(); return errors.New("cut") }, 1},
		"it did not":      {func(func() error) error { return errors.New("cut") }, 2},
		"it never left":   {func(func() error) error { return &cloud.Error{Outcome: cloud.OutcomeNotSent} }, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			id := h.must("subscribe/expandDesktopPool").ID
			h.run()
			calls := 0
			h.shaky.pay = func(next func() error) error {
				if calls++; calls == 1 {
					return c.first(next)
				}
				return next()
			}
			require.NoError(t, h.service.Pay(t.Context(), admin, id, orders.PayRequest{}))
			h.run()
			for range 5 {
				h.later(2 * time.Minute)
			}
			assert.Equal(t, c.calls, calls)
			assert.Equal(t, orders.BadgeCompleted, h.order(id).Badge)
			assert.Equal(t, orders.ActionDone, h.order(id).CloudOrders[0].Action.State)
		})
	}
}

func TestNoBalanceLeftIsShownWithItsCode(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.must("subscribe/expandDesktopPool").ID
	h.run()
	h.shaky.pay = func(func() error) error {
		return &cloud.Error{Outcome: cloud.OutcomeRefused, HTTPStatus: 400, Code: "CBC.99003612", Msg: "not enough"}
	}
	require.NoError(t, h.service.Pay(t.Context(), admin, id, orders.PayRequest{}))
	h.run()
	action := h.order(id).CloudOrders[0].Action
	require.NotNil(t, action)
	assert.Equal(t, orders.ActionRefused, action.State)
	assert.Equal(t, "CBC.99003612", action.Code)
	h.shaky.pay = nil
	require.NoError(t, h.service.Pay(t.Context(), admin, id, orders.PayRequest{}), "a person can try again")
}

func TestAPaymentUnderWayIsNotAskedForTwice(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.must("subscribe/expandDesktopPool").ID
	h.run()
	require.NoError(t, h.service.Pay(t.Context(), admin, id, orders.PayRequest{}))
	var told *orders.Error
	require.ErrorAs(t, h.service.Pay(t.Context(), admin, id, orders.PayRequest{}), &told)
	assert.Equal(t, orders.CodeConflict, told.Code)
}

func TestAHundredEqualCallsAreOneOrder(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	key := admin
	key.Door, key.KeyID = auth.DoorAPI, "k1"
	ids := make([]string, 100)
	var group sync.WaitGroup
	for i := range ids {
		group.Go(func() {
			body := orders.DecodeJSON(cloud.DoorSubscribe, "", exampleBody(t, "subscribe/expandDesktopPool"))
			order, err := h.service.Submit(t.Context(), key, orders.Submission{Decoded: body, IdempotencyKey: "same"})
			if assert.NoError(t, err) {
				ids[i] = order.ID
			}
		})
	}
	group.Wait()
	h.run()
	assert.Len(t, slices.Compact(slices.Sorted(slices.Values(ids))), 1)
	assert.Equal(t, 1, h.shaky.calls)
	assert.Equal(t, 1, h.booked())

	other := orders.DecodeJSON(cloud.DoorSubscribe, "", exampleBody(t, "subscribe/createDesktops/minimal-seed-example"))
	_, err := h.service.Submit(t.Context(), key, orders.Submission{Decoded: other, IdempotencyKey: "same"})
	var told *orders.Error
	require.ErrorAs(t, err, &told)
	assert.Equal(t, orders.CodeConflict, told.Code)
	key.KeyID = "k2"
	_, err = h.service.Submit(t.Context(), key, orders.Submission{Decoded: other, IdempotencyKey: "same"})
	assert.NoError(t, err, "the key belongs to the API key that used it")
}

func TestTheFirstAnswerComesAgainEvenWhenTheOrderCouldNotBePlacedASecondTime(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	key := admin
	key.Door, key.KeyID = auth.DoorAPI, "k1"
	ask := func() (orders.Order, error) {
		body := orders.DecodeJSON(cloud.DoorChange, "f8f7fe7a-9043-44ff-815e-ad20fc779d18", exampleBody(t, "change/resizeDesktops"))
		return h.service.Submit(t.Context(), key, orders.Submission{Decoded: body, IdempotencyKey: "once"})
	}
	first, err := ask()
	require.NoError(t, err)
	h.run()
	require.NoError(t, h.service.Pay(t.Context(), admin, first.ID, orders.PayRequest{}))
	h.later(time.Hour)
	h.refresh() // the desktop has the product now: the order itself would be refused
	again, err := ask()
	require.NoError(t, err)
	assert.Equal(t, first.ID, again.ID)
}

func TestTheStoryOfAnOrder(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.must("subscribe/expandDesktopPool", autoPay).ID
	h.later(time.Minute)
	h.later(time.Minute)
	assert.Equal(t, []string{"order.submitted", "order.sending", "order.placed", "order.followed", "order.pay_requested",
		"order.pay_done", "order.followed"}, h.actions(id))
}

func TestInventoryFollowsWhatWasOrdered(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.must("subscribe/expandDesktopPool", autoPay).ID
	before, err := h.db.Pools(t.Context(), orders.PoolFilter{Scope: auth.Everything, Text: "b046ac8e"})
	require.NoError(t, err)
	require.Len(t, before.Items, 1)
	h.later(time.Hour)
	require.Equal(t, orders.BadgeCompleted, h.order(id).Badge)
	h.refresh()
	after, err := h.db.Pools(t.Context(), orders.PoolFilter{Scope: auth.Everything, Text: "b046ac8e"})
	require.NoError(t, err)
	assert.Equal(t, before.Items[0].DesktopCount+3, after.Items[0].DesktopCount)
}

func TestAPaymentWhoseDeadlinePassedSendsNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.must("subscribe/expandDesktopPool").ID
	h.run()
	calls := 0
	h.shaky.pay = func(next func() error) error { calls++; return next() }
	require.NoError(t, h.service.Pay(t.Context(), admin, id, orders.PayRequest{}))
	sleepy := h.newWorker("w1")
	sleepy.Step = func(step string) {
		if step == "action_claimed" {
			h.clock.advance(31 * time.Second) // the process was stopped here
		}
	}
	_, err := sleepy.Act(t.Context())
	require.NoError(t, err)
	assert.Zero(t, calls)
	assert.Equal(t, orders.ActionRequested, h.order(id).CloudOrders[0].Action.State, "it is asked for again")
	h.later(3 * time.Second)
	assert.Equal(t, 1, calls)
	assert.Equal(t, orders.ActionDone, h.order(id).CloudOrders[0].Action.State)
}
