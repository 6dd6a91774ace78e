package worker_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

func TestAutomaticPaymentIsMadeUpForAfterAStop(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.must("subscribe/expandDesktopPool", autoPay).ID
	_, err := h.worker.Send(t.Context())
	require.NoError(t, err)
	// The process stops between the look at the cloud order and the payment.
	stopped := errors.New("stopped")
	deaf := h.newWorker("w1")
	deaf.Journal = &noActions{h.db, stopped}
	_, err = deaf.Follow(t.Context())
	require.ErrorIs(t, err, stopped)
	h.later(time.Hour)
	h.later(time.Hour)
	assert.Equal(t, orders.BadgeCompleted, h.order(id).Badge)
}

// noActions is a journal that cannot take payments.
type noActions struct {
	orders.Journal
	err error
}

func (j *noActions) RequestActions(context.Context, []orders.Action, audit.Entry) error { return j.err }

func TestAPaymentWhoseResultCouldNotBeWrittenIsReadAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.must("subscribe/expandDesktopPool").ID
	h.run()
	require.NoError(t, h.service.Pay(t.Context(), admin, id, orders.PayRequest{}))
	action := h.order(id).CloudOrders[0].Action
	require.NotNil(t, action)
	stuck := *action
	stuck.State, stuck.Attempts, stuck.UpdatedAt = orders.ActionSending, 1, h.clock.now()
	require.NoError(t, h.db.UpdateAction(t.Context(), orders.ActionRequested, stuck, nil))
	require.NoError(t, h.cloud.Pay(t.Context(), action.CloudOrderID))
	n, err := h.db.AbandonActions(t.Context(), h.clock.now(), h.clock.now().Add(-time.Minute))
	require.NoError(t, err)
	assert.Zero(t, n, "it is given its time")
	h.clock.advance(2 * time.Minute)
	n, err = h.db.AbandonActions(t.Context(), h.clock.now(), h.clock.now().Add(-time.Minute))
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	h.later(time.Hour)
	assert.Equal(t, orders.BadgeCompleted, h.order(id).Badge)
	assert.Equal(t, orders.ActionDone, h.order(id).CloudOrders[0].Action.State)
}

func TestAnOutageLeavesNoTrailOfEntries(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.must("subscribe/expandDesktopPool").ID
	h.run()
	h.shaky.pay = func(func() error) error { return errors.New("cut") }
	require.NoError(t, h.service.Pay(t.Context(), admin, id, orders.PayRequest{}))
	h.run()
	h.shaky.read = errors.New("away")
	before := len(h.actions(id))
	for range 20 {
		h.later(10 * time.Minute)
	}
	assert.Len(t, h.actions(id), before, "nothing happened, so nothing is told")
	h.shaky.read, h.shaky.pay = nil, nil
	for range 3 {
		h.later(10 * time.Minute)
	}
	assert.Equal(t, orders.BadgeCompleted, h.order(id).Badge)
}

func TestAnAnswerThatNamesAnOrderTwiceIsOneOrder(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.shaky.place = func(next func() cloud.Answer) cloud.Answer {
		answer := next()
		answer.Entries = slices.Concat(answer.Entries, answer.Entries)
		return answer
	}
	id := h.must("batch-pool/ADD_VOLUME/desktop_pool_id").ID
	h.run()
	require.Len(t, h.order(id).CloudOrders, 1)
	require.NoError(t, h.service.Pay(t.Context(), admin, id, orders.PayRequest{}))
}

func TestTheBillIsOfWhatIsLeft(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.must("batch-desktop/ADD_VOLUME/desktop_ids").ID
	h.run()
	order := h.order(id)
	first := order.CloudOrders[0]
	require.NoError(t, h.service.Cancel(t.Context(), admin, id, []string{first.OrderID}))
	h.run()
	bill := orders.BillOf(h.order(id))
	assert.True(t, bill.Billed.Amount.Equal(*order.CloudOrders[1].Amount), "%v", bill.Billed)
	assert.Equal(t, orders.VerdictMatch, bill.Verdict, "what is left costs what its line of the quote says")
	require.NoError(t, h.service.Cancel(t.Context(), admin, id, nil))
	h.run()
	assert.Equal(t, orders.VerdictNothing, orders.BillOf(h.order(id)).Verdict)
}

func TestASettlementNamesAnOrderThatTheCloudHas(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.shaky.place = func(func() cloud.Answer) cloud.Answer { return unknown }
	id := h.must("subscribe/expandDesktopPool").ID
	h.run()
	word := orders.Settlement{Outcome: orders.StatePlaced, OrderIDs: []string{"CS2611221345VJCUQ"}, Reason: "seen"}
	var told *orders.Error
	require.ErrorAs(t, h.service.Resolve(t.Context(), admin, id, word), &told)
	assert.Equal(t, "problem.order_id_unknown", told.Problems[0].Key)
	h.shaky.read = errors.New("away")
	assert.NoError(t, h.service.Resolve(t.Context(), admin, id, word), "while the cloud is away the person's word counts")
}

func TestWhatWasReviewedIsWhatIsBoughtWithoutAQuoteToo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := orders.NewID()
	review := func(size string) orders.Draft {
		body := []byte(`{"type":"expandVolumes","expand_volume_id":"9e3a6daa-4c07-4b3e-a66b-ad5e80bf7143","expand_new_size":` + size + `}`)
		draft, err := h.service.Review(t.Context(), admin, orders.DecodeJSON(cloud.DoorChange, "f8f7fe7a-9043-44ff-815e-ad20fc779d18", body), orders.Ask{ID: id, Reason: ""})
		require.NoError(t, err)
		return draft
	}
	first := review("200")
	second := review("1000") // in another tab
	_, err := h.service.Place(t.Context(), admin, id, first.Shown())
	var told *orders.Error
	require.ErrorAs(t, err, &told)
	assert.Equal(t, orders.CodePrice, told.Code)
	_, err = h.service.Place(t.Context(), admin, id, second.Shown())
	assert.NoError(t, err)
}

func TestAnOldPriceIsAskedForAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	body := exampleBody(t, "subscribe/expandDesktopPool")
	review := func(id string) orders.Draft {
		draft, err := h.service.Review(t.Context(), admin, orders.DecodeJSON(cloud.DoorSubscribe, "", body), orders.Ask{ID: id, Reason: ""})
		require.NoError(t, err)
		return draft
	}
	same := review(orders.NewID())
	moved := review(orders.NewID())
	h.clock.advance(time.Hour)
	_, err := h.service.Place(t.Context(), admin, same.ID, same.Shown())
	require.NoError(t, err, "an equal price needs no second look")
	h.run()
	require.NoError(t, h.cloud.SetPriceFactor(t.Context(), amount(t, "1.5")))
	_, err = h.service.Place(t.Context(), admin, moved.ID, moved.Shown())
	var told *orders.Error
	require.ErrorAs(t, err, &told)
	require.Equal(t, orders.CodePrice, told.Code)
	again, err := h.service.Draft(t.Context(), admin, moved.ID)
	require.NoError(t, err)
	assert.True(t, again.Draft.Quote.Amount.GreaterThan(moved.Quote.Amount))
}

func TestANoteIsText(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, note := range []string{"a\x00b", "a\xffb", string(make([]rune, orders.MaxReason+1))} {
		_, err := h.service.Review(t.Context(), admin, orders.DecodeJSON(cloud.DoorSubscribe, "", exampleBody(t, "subscribe/expandDesktopPool")), orders.Ask{ID: orders.NewID(), Reason: note})
		var told *orders.Error
		require.ErrorAs(t, err, &told)
		assert.Equal(t, "reason", told.Problems[0].Path)
	}
}

func TestARepeatedOrderBeginsWithWhatWasEntered(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	order := h.must("subscribe/createDesktops/size-and-desktop_name")
	require.True(t, order.AutoPay)
	body, err := orders.Entered(order)
	require.NoError(t, err)
	assert.Contains(t, string(body), `"is_auto_pay":"true"`)

	tagged := order
	tagged.Body = []byte(`{"resources":[{"create_desktops":{"tags":[{"key":"order-ref","value":"x"}]}},{"create_desktops":{"tags":[{"key":"a"},{"key":"order-ref"}]}}]}`)
	body, err = orders.Entered(tagged)
	require.NoError(t, err)
	assert.JSONEq(t, `{"resources":[{"create_desktops":{}},{"create_desktops":{"tags":[{"key":"a"}]}}]}`, string(body))
}

func TestWhatADeadConsoleWasSendingIsInDoubtAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.must("subscribe/expandDesktopPool").ID
	entered, answered := make(chan struct{}), make(chan struct{})
	h.shaky.place = func(next func() cloud.Answer) cloud.Answer {
		close(entered)
		<-answered
		return next()
	}
	sent := make(chan error, 1)
	go func() {
		_, err := h.worker.Send(t.Context())
		sent <- err
	}()
	<-entered
	second := h.newWorker("w2")
	dead := false
	second.Gone = func(name string) (bool, error) {
		assert.Equal(t, "w1", name)
		return dead, nil
	}
	call := func() {
		_, err := second.RollCall(t.Context())
		require.NoError(t, err)
	}
	call()
	assert.Equal(t, orders.StateSending, h.order(id).State, "who lives is let be")
	dead = true
	call()
	assert.Equal(t, orders.StateInDoubt, h.order(id).State)
	call()
	close(answered)
	require.NoError(t, <-sent)
	assert.Equal(t, orders.StateInDoubt, h.order(id).State, "a ghost's answer is not taken: evidence settles it")
	assert.Equal(t, 1, h.shaky.calls)
}
