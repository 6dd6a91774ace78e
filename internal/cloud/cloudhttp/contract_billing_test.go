package cloudhttp_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/bssintl/v2/model"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/cloud"
)

// buy places a small order and returns its ID.
func (w *world) buy() string {
	w.t.Helper()
	return w.told(http.StatusOK, http.MethodPost, subscribePath, aDesktop)["order_id"].(string)
}

func TestAnOrderSeenThroughBSS(t *testing.T) {
	t.Parallel()
	w := fresh(t)
	client := w.billing()
	status := func(id string) cloud.OrderStatus {
		details, err := client.ShowCustomerOrderDetails(&model.ShowCustomerOrderDetailsRequest{OrderId: id, XLanguage: p("en_US")})
		require.NoError(t, err)
		assert.Equal(t, id, *details.OrderInfo.OrderId)
		listed, err := client.ListCustomerOrders(&model.ListCustomerOrdersRequest{OrderId: &id})
		require.NoError(t, err)
		require.Len(t, *listed.OrderInfos, 1)
		assert.Equal(t, *details.OrderInfo.Status, *(*listed.OrderInfos)[0].Status)
		return cloud.OrderStatus(*details.OrderInfo.Status)
	}
	paid, canceled := w.buy(), w.buy()
	assert.Equal(t, cloud.StatusToBePaid, status(paid))

	details, err := client.ShowCustomerOrderDetails(&model.ShowCustomerOrderDetailsRequest{OrderId: paid})
	require.NoError(t, err)
	info := details.OrderInfo
	assert.Equal(t, "tester", *info.UserName)
	assert.Equal(t, domain, *info.CustomerId)
	assert.Equal(t, "hws.service.type.vdi", *info.ServiceTypeCode)
	assert.Equal(t, int32(cloud.OrderTypeNew), *info.OrderType)
	assert.Nil(t, info.PaymentTime)
	_, err = time.Parse("2006-01-02T15:04:05Z", *info.PendingPaymentEndTime)
	assert.NoError(t, err)
	require.NotEmpty(t, *details.OrderLineItems)
	assert.Equal(t, len(*details.OrderLineItems), int(*details.TotalCount))
	first, err := client.ShowCustomerOrderDetails(&model.ShowCustomerOrderDetailsRequest{OrderId: paid, Limit: p(int32(1)), Offset: p(int32(1))})
	require.NoError(t, err)
	assert.Equal(t, (*details.OrderLineItems)[1], (*first.OrderLineItems)[0])

	before, err := client.ShowCustomerAccountBalances(&model.ShowCustomerAccountBalancesRequest{})
	require.NoError(t, err)
	_, err = client.PayOrders(&model.PayOrdersRequest{Body: &model.PayCustomerOrderV3Req{OrderId: paid, UseCoupon: "NO", UseDiscount: "NO"}})
	require.NoError(t, err)
	assert.Equal(t, cloud.StatusProcessing, status(paid))
	after, err := client.ShowCustomerAccountBalances(&model.ShowCustomerAccountBalancesRequest{})
	require.NoError(t, err)
	spent := (*before.AccountBalances)[0].Amount.Sub(*(*after.AccountBalances)[0].Amount)
	assert.True(t, spent.Equal(decimal.NewFromFloat(*info.AmountAfterDiscount)), "spent %s, billed %v", spent, *info.AmountAfterDiscount)
	assert.True(t, after.DebtAmount.IsZero())
	_, err = client.PayOrders(&model.PayOrdersRequest{Body: &model.PayCustomerOrderV3Req{OrderId: paid, UseCoupon: "NO", UseDiscount: "NO"}})
	assert.Equal(t, 400, refusal(t, err).StatusCode)
	assert.Equal(t, "CBC.99000021", refusal(t, err).ErrorCode)

	_, err = client.CancelCustomerOrder(&model.CancelCustomerOrderRequest{Body: &model.CancelCustomerOrderReq{OrderId: canceled}})
	require.NoError(t, err)
	assert.Equal(t, cloud.StatusCanceled, status(canceled))
	_, err = client.CancelCustomerOrder(&model.CancelCustomerOrderRequest{Body: &model.CancelCustomerOrderReq{OrderId: paid}})
	assert.Equal(t, 400, refusal(t, err).StatusCode)

	resources, err := client.ListPayPerUseCustomerResources(&model.ListPayPerUseCustomerResourcesRequest{Body: &model.QueryResourcesReq{OrderId: &paid}})
	require.NoError(t, err)
	assert.Empty(t, *resources.Data, "nothing is made before the order is completed")
	w.pass(speed, 0)
	assert.Equal(t, cloud.StatusCompleted, status(paid))
	resources, err = client.ListPayPerUseCustomerResources(&model.ListPayPerUseCustomerResourcesRequest{Body: &model.QueryResourcesReq{OrderId: &paid}})
	require.NoError(t, err)
	require.Len(t, *resources.Data, 2, "a desktop and its disk")
	made := (*resources.Data)[0]
	assert.Regexp(t, `^WS-\d+$`, *made.ResourceName)
	assert.Equal(t, project, *made.ProjectId)
	assert.Equal(t, region, *made.RegionCode)
	assert.Equal(t, int32(2), *made.Status)
	assert.NotEmpty(t, *made.ExpireTime)
	main, err := client.ListPayPerUseCustomerResources(&model.ListPayPerUseCustomerResourcesRequest{
		Body: &model.QueryResourcesReq{ResourceIds: &[]string{*made.ResourceId, "none"}, OnlyMainResource: p(int32(1)), StatusList: &[]int32{2}}})
	require.NoError(t, err)
	assert.Equal(t, int32(1), *main.TotalCount)
	assert.Equal(t, paid, w.desktop(*made.ResourceId).OrderID)

	// Every status there is on the wire, and one that nobody knows.
	for n := cloud.OrderStatus(0); n <= 15; n++ {
		require.NoError(t, w.cloud.SetStatus(t.Context(), canceled, n))
		assert.Equal(t, n, status(canceled))
	}
}

func (w *world) desktop(id string) cloud.Desktop {
	w.t.Helper()
	d, err := w.cloud.Desktop(w.t.Context(), id)
	require.NoError(w.t, err)
	return d
}

func TestTheOrderListThroughTheSDK(t *testing.T) {
	t.Parallel()
	w := fresh(t)
	client := w.billing()
	began := time.Now().UTC()
	var ids []string
	for range 23 {
		ids = append(ids, w.buy())
		w.pass(time.Second, 0)
	}
	_, err := client.PayOrders(&model.PayOrdersRequest{Body: &model.PayCustomerOrderV3Req{OrderId: ids[0], UseCoupon: "NO", UseDiscount: "NO"}})
	require.NoError(t, err)
	ofList := func(r model.ListCustomerOrdersRequest) (found []string) {
		for _, order := range pages(t, 5, func(limit, offset int32) ([]model.CustomerOrderV2, int32) {
			r.Limit, r.Offset = &limit, &offset
			answer, err := client.ListCustomerOrders(&r)
			require.NoError(t, err)
			return *answer.OrderInfos, *answer.TotalCount
		}, func(o model.CustomerOrderV2) string { return *o.OrderId }) {
			found = append(found, *order.OrderId)
		}
		return found
	}
	oldest := ofList(model.ListCustomerOrdersRequest{OrderBy: p("createTime")})
	assert.Equal(t, ids, oldest)
	newest := ofList(model.ListCustomerOrdersRequest{OrderBy: p("-createTime"), ServiceTypeCode: p("hws.service.type.vdi"), OrderType: p("1")})
	require.Len(t, newest, 23)
	assert.Equal(t, ids[22], newest[0])
	assert.Equal(t, ids[:1], ofList(model.ListCustomerOrdersRequest{Status: p(int32(3))}))
	assert.Empty(t, ofList(model.ListCustomerOrdersRequest{OrderType: p("3")}))
	assert.Empty(t, ofList(model.ListCustomerOrdersRequest{ServiceTypeCode: p("hws.service.type.ec2")}))
	at := func(d time.Duration) *string { return p(began.Add(d).Format("2006-01-02T15:04:05Z")) }
	assert.Len(t, ofList(model.ListCustomerOrdersRequest{CreateTimeBegin: at(-time.Minute), CreateTimeEnd: at(time.Hour)}), 23)
	assert.Empty(t, ofList(model.ListCustomerOrdersRequest{CreateTimeEnd: at(-time.Minute)}))
	assert.Equal(t, ids[:1], ofList(model.ListCustomerOrdersRequest{PaymentTimeBegin: at(0), PaymentTimeEnd: at(time.Hour)}))
	// An order is in the list until the second that it says it was made in.
	listed, err := client.ListCustomerOrders(&model.ListCustomerOrdersRequest{OrderId: &ids[5]})
	require.NoError(t, err)
	second := *(*listed.OrderInfos)[0].CreateTime
	assert.Contains(t, ofList(model.ListCustomerOrdersRequest{CreateTimeBegin: &second, CreateTimeEnd: &second}), ids[5])
	first, err := client.ListCustomerOrders(&model.ListCustomerOrdersRequest{})
	require.NoError(t, err)
	assert.Len(t, *first.OrderInfos, 10, "the usual page")
	for _, wrong := range []string{"status=2", "status=x", "limit=0", "limit=101", "create_time_begin=yesterday", "order_by=price",
		"create_time_begin=2024-01-01T00:00:00Z&create_time_end=2026-01-01T00:00:00Z"} {
		assert.Equal(t, "CBC.99000001", w.told(400, "GET", "/v2/orders/customer-orders?"+wrong, "")["error_code"], wrong)
	}
}

func TestPricesAndRefundsThroughTheSDK(t *testing.T) {
	t.Parallel()
	w := fresh(t)
	client := w.billing()
	rate := func(periodType int32) *model.ListRateOnPeriodDetailResponse {
		answer, err := client.ListRateOnPeriodDetail(&model.ListRateOnPeriodDetailRequest{Body: &model.RateOnPeriodReq{ProjectId: project,
			ProductInfos: []model.PeriodProductInfo{
				{Id: "desktop", CloudServiceType: "hws.service.type.vdi", ResourceType: "hws.resource.type.workspace.desktop",
					ResourceSpec: "workspace.k.large2.uosv20pro", Region: region, PeriodType: periodType, PeriodNum: 1, SubscriptionNum: 3},
				{Id: "disk", CloudServiceType: "hws.service.type.ebs", ResourceType: "hws.resource.type.volume", ResourceSpec: "SAS", Region: region,
					ResourceSize: p(int32(80)), SizeMeasureId: p(int32(17)), PeriodType: periodType, PeriodNum: 1, SubscriptionNum: 3}}}})
		require.NoError(t, err)
		return answer
	}
	month := rate(2)
	assert.Equal(t, "USD", *month.Currency)
	assert.Equal(t, "64.38", month.OfficialWebsiteRatingResult.OfficialWebsiteAmount.String(), "3 × 16.50 and 3 × 80 GB at 0.062")
	assert.Len(t, *month.OfficialWebsiteRatingResult.ProductRatingResults, 2)
	assert.Nil(t, month.OptionalDiscountRatingResults)
	year := rate(3)
	require.Len(t, *year.OptionalDiscountRatingResults, 1)
	best := (*year.OptionalDiscountRatingResults)[0]
	assert.Equal(t, int32(1), *best.BestOffer)
	assert.True(t, best.Amount.Add(*best.DiscountAmount).Equal(*year.OfficialWebsiteRatingResult.OfficialWebsiteAmount))
	wrong := w.told(400, "POST", "/v2/bills/ratings/period-resources/subscribe-rate", `{"project_id":"other","product_infos":[]}`)
	assert.Equal(t, "CBC.99000001", wrong["error_code"])

	// A downgrade brings money back.
	body := `{"type":"RESIZE","resize_param":{"desktop_ids":["` + ordinary + `"],"product_id":"workspace.k.large2.uosv20pro","mode":"STOP_DESKTOP"}}`
	entry := w.told(200, "POST", "/v2/"+project+"/periodic/change/batch-order", body)["orders"].([]any)[0].(map[string]any)
	refunds, err := client.ShowRefundOrderDetails(&model.ShowRefundOrderDetailsRequest{OrderId: entry["order_id"].(string)})
	require.NoError(t, err)
	require.Len(t, *refunds.RefundInfos, 1)
	refund := (*refunds.RefundInfos)[0]
	assert.True(t, refund.Amount.IsNegative())
	assert.Equal(t, "1", refund.MeasureId)
	assert.Equal(t, w.desktop(ordinary).OrderID, *refund.BaseOrderId)
	none, err := client.ShowRefundOrderDetails(&model.ShowRefundOrderDetailsRequest{OrderId: w.buy()})
	require.NoError(t, err)
	assert.Empty(t, *none.RefundInfos)

	_, err = client.ShowCustomerOrderDetails(&model.ShowCustomerOrderDetailsRequest{OrderId: "CS0"})
	assert.Equal(t, "CBC.99000011", refusal(t, err).ErrorCode)
	for _, body := range []string{``, `[]`, `{"order_id":"CS0"}`, `{"order_id":"CS0","use_coupon":"NO","use_discount":"YES","discount_infos":[{}]}`,
		`{"order_id":"CS0","use_coupon":"NO","use_discount":"NO","coupon_infos":[{}]}`, `{"order_id":"CS0","use_coupon":"NO","use_discount":"NO"} x`,
		`{"use_coupon":"NO","use_discount":"NO"}`} {
		assert.Equal(t, "CBC.99000001", w.told(400, "POST", "/v3/orders/customer-orders/pay", body)["error_code"], body)
	}
	for _, body := range []string{`{}`, `{"order_id":"CS0","limit":0}`, `{"order_id":"CS0","offset":-1}`, `x`} {
		w.told(400, "POST", "/v2/orders/suscriptions/resources/query", body)
	}
	w.told(400, "PUT", "/v2/orders/customer-orders/cancel", `{}`)
	w.told(400, "GET", "/v2/orders/customer-orders/refund-orders", "")
}
