package embedded

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/cloud"
)

const (
	growPool   = `{"type":"expandDesktopPool","resources":[{"period_type":2,"period_num":1,"expand_desktop_pool":{"pool_id":"` + thePool + `","size":2}}]}`
	growPaid   = `{"type":"expandDesktopPool","resources":[{"period_type":2,"period_num":1,"expand_desktop_pool":{"pool_id":"` + thePool + `","size":2}}],"extend_param":{"is_auto_pay":"true"}}`
	growPrice  = "59.92" // 2 × (21.90 + 80 GB and 50 GB of SAS at 0.062)
	afterGrown = "249940.08"
)

func TestAnOrdersLife(t *testing.T) {
	w := fresh(t)
	id := w.placed(cloud.DoorSubscribe, "", growPool)
	order := w.order(id)
	assert.Equal(t, cloud.StatusToBePaid, order.Status)
	assert.Equal(t, cloud.OrderTypeNew, order.OrderType)
	assert.Equal(t, "hws.service.type.vdi", order.ServiceTypeCode)
	assert.Equal(t, "tester", order.UserName)
	assert.Equal(t, "USD", order.Currency)
	equalMoney(t, growPrice, order.AmountAfterDiscount)
	equalMoney(t, growPrice, order.OfficialAmount)
	assert.Equal(t, start, order.CreateTime)
	assert.Zero(t, order.PaymentTime)
	assert.Equal(t, start.Add(24*time.Hour), order.PendingPaymentEndTime)
	require.Len(t, order.Lines, 3)
	assert.Equal(t, "workspace.k.large4.uosv20pro", order.Lines[0].ProductID)
	assert.Equal(t, 2, order.Lines[0].SubscriptionNum)
	assert.Zero(t, order.Lines[0].EffectiveTime)
	w.balanceIs("250000.00")

	w.wait(time.Hour)
	require.NoError(t, w.Pay(t.Context(), id))
	order = w.order(id)
	assert.Equal(t, cloud.StatusProcessing, order.Status)
	assert.Equal(t, start.Add(time.Hour), order.PaymentTime)
	assert.Zero(t, order.PendingPaymentEndTime)
	w.balanceIs(afterGrown)
	assert.Equal(t, 6, w.pool(thePool).DesktopCount)

	w.wait(speed - time.Microsecond)
	assert.Equal(t, cloud.StatusProcessing, w.order(id).Status)
	w.wait(time.Microsecond)
	order = w.order(id)
	assert.Equal(t, cloud.StatusCompleted, order.Status)
	assert.Equal(t, start.Add(time.Hour+speed), order.Lines[0].EffectiveTime)
	assert.Equal(t, start.Add(time.Hour+speed).AddDate(0, 1, 0), order.Lines[0].ExpireTime)
	assert.Equal(t, 8, w.pool(thePool).DesktopCount)
	w.balanceIs(afterGrown)
}

func TestAtSpeedZeroAPaidOrderIsCompletedAtTheNextLook(t *testing.T) {
	w := fresh(t)
	require.NoError(t, w.Close())
	config := w.config()
	config.Speed = 0
	var err error
	w.Cloud, err = Open(t.Context(), config)
	require.NoError(t, err)
	id := w.placed(cloud.DoorSubscribe, "", growPool)
	assert.Equal(t, cloud.StatusToBePaid, w.order(id).Status)
	require.NoError(t, w.Pay(t.Context(), id))
	assert.Equal(t, cloud.StatusCompleted, w.order(id).Status)
}

func TestAutoPayIsHonoured(t *testing.T) {
	w := fresh(t)
	id := w.placed(cloud.DoorSubscribe, "", growPaid)
	assert.Equal(t, cloud.StatusProcessing, w.order(id).Status)
	w.balanceIs(afterGrown)
	w.finish(id)

	require.NoError(t, w.SetBalance(t.Context(), decimal.RequireFromString("59.91")))
	id = w.placed(cloud.DoorSubscribe, "", growPaid)
	assert.Equal(t, cloud.StatusToBePaid, w.order(id).Status, "without the money it waits as any other")
	w.balanceIs("59.91")
}

func TestPayRefuses(t *testing.T) {
	w := fresh(t)
	id := w.placed(cloud.DoorSubscribe, "", growPool)
	no := func(err error, code string) {
		t.Helper()
		var refusal *cloud.Error
		require.ErrorAs(t, err, &refusal)
		assert.Equal(t, cloud.OutcomeRefused, refusal.Outcome)
		assert.Equal(t, code, refusal.Code)
		assert.Equal(t, 400, refusal.HTTPStatus)
	}
	no(w.Pay(t.Context(), "CS0000000000XXXXX"), codeBillNotFound)
	no(w.Cancel(t.Context(), "CS0000000000XXXXX"), codeBillNotFound)
	_, err := w.Order(t.Context(), "CS0000000000XXXXX")
	no(err, codeBillNotFound)

	require.NoError(t, w.SetBalance(t.Context(), decimal.RequireFromString("59.91")))
	no(w.Pay(t.Context(), id), codeBillBalance)
	w.balanceIs("59.91")
	assert.Equal(t, cloud.StatusToBePaid, w.order(id).Status)

	require.NoError(t, w.SetBalance(t.Context(), decimal.RequireFromString(growPrice)))
	require.NoError(t, w.Pay(t.Context(), id))
	no(w.Pay(t.Context(), id), codeBillStatus)
	no(w.Cancel(t.Context(), id), codeBillStatus)
	w.balanceIs("0")
	w.finish(id)
	no(w.Pay(t.Context(), id), codeBillStatus)
}

func TestACanceledOrderLeavesNothingBehind(t *testing.T) {
	create := `{"type":"createDesktops","resources":[{"period_type":2,"period_num":1,"create_desktops":{"desktop_type":"DEDICATED",
		"product_id":"` + bigger + `","image_type":"gold","image_id":"` + anImage + `","root_volume":{"type":"SAS","size":80},
		"desktops":[{"user_name":"nobody-yet","computer_name":"PC-1"}]}}]}`
	for name, end := range map[string]func(*world, string){
		"by a person":     func(w *world, id string) { require.NoError(w.t, w.Cancel(w.t.Context(), id)) },
		"by its deadline": func(w *world, _ string) { w.wait(PaymentTime) },
	} {
		t.Run(name, func(t *testing.T) {
			w := fresh(t)
			before, err := w.Quotas(t.Context())
			require.NoError(t, err)
			id := w.placed(cloud.DoorSubscribe, "", create)
			during, err := w.Quotas(t.Context())
			require.NoError(t, err)
			assert.NotEqual(t, before, during, "an open order counts")
			end(w, id)
			assert.Equal(t, cloud.StatusCanceled, w.order(id).Status)
			after, err := w.Quotas(t.Context())
			require.NoError(t, err)
			assert.Equal(t, before, after)
			w.balanceIs("250000.00")
			w.wait(time.Hour)
			assert.Len(t, everything(w, w.Desktops), 60)
			w.placed(cloud.DoorSubscribe, "", create) // its name is free again
		})
	}
}

func TestTheDeadlineIsExact(t *testing.T) {
	w := fresh(t)
	id := w.placed(cloud.DoorSubscribe, "", growPool)
	w.wait(PaymentTime - time.Microsecond)
	assert.Equal(t, cloud.StatusToBePaid, w.order(id).Status)
	w.wait(time.Microsecond)
	require.Error(t, w.Pay(t.Context(), id))
	assert.Equal(t, cloud.StatusCanceled, w.order(id).Status)
}

func TestWhatCostsNothingOrRefundsRunsUnpaid(t *testing.T) {
	target := `"desktop_ids":["` + ordinary + `"]`
	for name, c := range map[string]struct {
		door    cloud.Door
		body    string
		want    string
		balance string
	}{
		"rebuild with a free image": {cloud.DoorSubscribe, `{"type":"rebuildDesktops","resources":[{"rebuild_desktops":{` + target + `,"image_type":"private","image_id":"` + anImage + `"}}]}`, "0", "250000"},
		"change to a free image":    {cloud.DoorBatchDesktop, `{"type":"CHANGE_IMAGE","change_image_param":{` + target + `,"image_id":"` + anImage + `","image_type":"gold"}}`, "0", "250000"},
		// 5.00 a month for three, 74 days
		"deleted collaboration": {cloud.DoorBatchDesktop, `{"type":"DELETE_SUB_RESOURCES","delete_sub_resources_param":{` + target + `,"sub_resource_type":"DESKTOP_SHARER"}}`, "-12.33", "250012.33"},
		// 16.50 − 21.90 a month
		"downgrade": {cloud.DoorBatchDesktop, `{"type":"RESIZE","resize_param":{` + target + `,"product_id":"` + smaller + `"}}`, "-13.32", "250013.32"},
	} {
		t.Run(name, func(t *testing.T) {
			w := fresh(t)
			id := w.placed(c.door, "", c.body)
			order := w.order(id)
			assert.Equal(t, cloud.StatusProcessing, order.Status)
			equalMoney(t, c.want, order.AmountAfterDiscount)
			assert.Zero(t, order.PendingPaymentEndTime)
			w.balanceIs("250000")
			w.finish(id)
			w.balanceIs(c.balance)
		})
	}
}

func TestOrdersAreListedNewestFirstAndByFilter(t *testing.T) {
	w := fresh(t)
	var ids []string
	for range 13 {
		id := w.placed(cloud.DoorSubscribe, "", growPool)
		require.NoError(t, w.Cancel(t.Context(), id))
		ids = append(ids, id)
		w.wait(time.Second)
	}
	open := w.placed(cloud.DoorSubscribe, "", growPool)

	list, err := w.Orders(t.Context(), cloud.OrderFilter{})
	require.NoError(t, err)
	assert.Equal(t, 14, list.Total)
	require.Len(t, list.Items, 10, "the wire's own page")
	assert.Equal(t, open, list.Items[0].OrderID)
	assert.Equal(t, ids[12], list.Items[1].OrderID)
	assert.Empty(t, list.Items[0].Lines)
	assert.Empty(t, list.Items[0].UserName)
	assert.Zero(t, list.Items[0].PendingPaymentEndTime)

	list, err = w.Orders(t.Context(), cloud.OrderFilter{Page: cloud.Page{Offset: 12, Limit: 5}})
	require.NoError(t, err)
	require.Len(t, list.Items, 2)
	assert.Equal(t, ids[0], list.Items[1].OrderID)

	status := cloud.StatusToBePaid
	for name, c := range map[string]struct {
		filter cloud.OrderFilter
		want   int
	}{
		"by ID":            {cloud.OrderFilter{OrderID: ids[3]}, 1},
		"by status":        {cloud.OrderFilter{Status: &status}, 1},
		"from a time":      {cloud.OrderFilter{CreateTimeBegin: start.Add(12 * time.Second)}, 2},
		"between times":    {cloud.OrderFilter{CreateTimeBegin: start.Add(time.Second), CreateTimeEnd: start.Add(3 * time.Second)}, 3},
		"by service":       {cloud.OrderFilter{ServiceTypeCode: "hws.service.type.vdi"}, 14},
		"another service":  {cloud.OrderFilter{ServiceTypeCode: "hws.service.type.ec2"}, 0},
		"all at once":      {cloud.OrderFilter{OrderID: ids[3], Status: &status}, 0},
		"behind the newst": {cloud.OrderFilter{CreateTimeBegin: start.Add(time.Hour)}, 0},
	} {
		list, err := w.Orders(t.Context(), c.filter)
		require.NoError(t, err)
		assert.Equal(t, c.want, list.Total, name)
	}
}
