package huaweicloud

import (
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/cloud"
)

func dec(t *testing.T, text string) decimal.Decimal {
	t.Helper()
	d, err := decimal.NewFromString(text)
	require.NoError(t, err)
	return d
}

// quotes are answers of each shape, with what they come to: amount, list price, lines.
var quotes = map[string]struct {
	inquiry, body, amount, official string
	lines                           map[string]string
}{
	"A": {cloud.InquiryAddVolume, `{"currency":"USD","cloud_service_rating_results":[
		{"order_request_id":"r1","official_website_rating_result":{"amount":8388608.01,"official_website_amount":9000000},"optional_discount_rating_results":[
			{"amount":8388608.50,"best_offer":0},{"amount":8388608.01,"best_offer":1,"measure_id":1}]},
		{"order_request_id":"r2","official_website_rating_result":{"amount":8388609.00,"official_website_amount":8388609.00,"measure_id":1}}]}`,
		"16777217.01", "17388609", map[string]string{"r1": "8388608.01", "r2": "8388609"}},
	"A of one": {cloud.InquiryAddResources, `{"currency":"USD","cloud_service_rating_results":[{"order_request_id":"r1","official_website_rating_result":{"amount":3,
		"product_rating_results":[{"id":"d1","amount":1.10},{"id":"d2","amount":1.90}]}}]}`, "3", "3", map[string]string{"d1": "1.1", "d2": "1.9"}},
	"B": {cloud.InquiryExtendVolume, `{"currency":"CNY","extend_params":"","official_website_rating_result":{"amount":16777217.01,"official_website_amount":"16777217.01"},"optional_discount_rating_results":[]}`,
		"16777217.01", "16777217.01", nil},
	"B with lines that do not add up": {cloud.InquiryExtendVolume, `{"currency":"CNY","official_website_rating_result":{"amount":3,"product_rating_results":[{"id":"d","amount":1}]}}`,
		"3", "3", nil},
	"C, an upgrade": {cloud.InquiryResize, `{"is_upgrade":true,"batch_inquiry_rsp_when_upgrade":{"currency":"USD","official_website_rating_result":{"amount":12.30}}}`, "12.3", "12.3", nil},
	"C, a downgrade": {cloud.InquiryResize, `{"is_upgrade":false,"batch_inquiry_rsp_when_downgrade":{"ret_code":"0","amount":4.56,"original_amount":5,"currency":"USD","measure_id":1}}`,
		"-4.56", "-5", nil},
	"C, a downgrade with a sign": {cloud.InquiryResize, `{"is_upgrade":false,"batch_inquiry_rsp_when_downgrade":{"ret_code":"0","amount":-4.56,"currency":"USD"}}`, "-4.56", "-4.56", nil},
	"first purchase": {"", `{"currency":"USD","official_website_rating_result":{"official_website_amount":20.00,"measure_id":1,"product_rating_results":[{"id":"desktop","official_website_amount":20}]},
		"optional_discount_rating_results":[{"amount":16.5,"best_offer":1,"official_website_amount":20,"product_rating_results":[{"id":"desktop","amount":16.5,"official_website_amount":20}]}]}`,
		"16.5", "20", map[string]string{"desktop": "16.5"}},
	"nothing to pay": {cloud.InquiryChangeImage, `{"currency":"USD","cloud_service_rating_results":[{"official_website_rating_result":{"amount":0}}]}`, "0", "0", map[string]string{"": "0"}},
}

func TestQuotesAreExact(t *testing.T) {
	t.Parallel()
	for name, q := range quotes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var path, sent string
			url := handling(t, func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				path, sent = r.URL.Path, string(body)
				_, _ = io.WriteString(w, q.body)
			})
			question := cloud.Question{Inquiry: q.inquiry, Body: json.RawMessage(`{"desktop_ids":["d"]}`)}
			wantPath, wantSent := "/v2/"+project+"/"+q.inquiry, `{"desktop_ids":["d"]}`
			if q.inquiry == "" {
				question = cloud.Question{Products: []cloud.ProductInfo{{ID: "desktop", CloudServiceType: "s", ResourceType: "r", ResourceSpec: "p",
					PeriodType: 2, PeriodNum: 1, SubscriptionNum: 3}}}
				wantPath = "/v2/bills/ratings/period-resources/subscribe-rate"
				wantSent = `{"project_id":"` + project + `","product_infos":[{"id":"desktop","cloud_service_type":"s","resource_type":"r","resource_spec":"p","region":"ap-southeast-1","period_type":2,"period_num":1,"subscription_num":3}]}`
			}
			got, err := open(t, url).Quote(t.Context(), question)
			require.NoError(t, err)
			assert.Equal(t, wantPath, path)
			assert.Equal(t, wantSent, sent)
			assert.Equal(t, dec(t, q.amount).String(), got.Amount.String())
			assert.Equal(t, dec(t, q.official).String(), got.OfficialAmount.String())
			assert.NotEmpty(t, got.Currency)
			lines := map[string]string(nil)
			for _, l := range got.Lines {
				if lines == nil {
					lines = map[string]string{}
				}
				lines[l.ID] = l.Amount.String()
			}
			assert.Equal(t, q.lines, lines)
		})
	}
}

func TestAQuoteThatIsNoneIsAnError(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{}`, ``, `null`, `{"currency":"USD"}`, `{"currency":"USD","cloud_service_rating_results":[]}`,
		`{"currency":"USD","official_website_rating_result":{}}`, `{"official_website_rating_result":{"amount":1}}`,
		`{"currency":"USD","official_website_rating_result":{"amount":1,"measure_id":3}}`,
		`{"currency":"USD","official_website_rating_result":{"amount":1e999999999}}`,
		`{"currency":"USD","official_website_rating_result":{"amount":"a lot"}}`,
		`{"is_upgrade":true,"batch_inquiry_rsp_when_downgrade":{"amount":1,"currency":"USD"}}`,
		`{"is_upgrade":false,"batch_inquiry_rsp_when_downgrade":{"ret_code":"CBC.1","error_txt":"no","amount":1,"currency":"USD"}}`,
	} {
		url, _ := answering(t, 200, body)
		c := open(t, url)
		for inquiry := range inquiries {
			_, err := c.Quote(t.Context(), cloud.Question{Inquiry: inquiry, Body: json.RawMessage(`{}`)})
			require.Error(t, err, "%s %s", inquiry, body)
		}
	}
	c := open(t, "http://127.0.0.1:1")
	for _, q := range []cloud.Question{{}, {Inquiry: "../x", Body: json.RawMessage(`{}`)}, {Inquiry: cloud.InquiryResize, Body: json.RawMessage(`{`)}} {
		_, err := c.Quote(t.Context(), q)
		assert.Equal(t, cloud.OutcomeRefused, cloud.OutcomeOf(err))
	}
}

const (
	ordersBody = `{"total_count":2,"order_infos":[
	{"order_id":"CS1","status":6,"order_type":1,"service_type_code":"hws.service.type.vdi","amount_after_discount":16777217.01,"official_amount":1.6777217E7,"measure_id":1,"create_time":"2026-11-22T10:00:01Z","currency":"USD"},
	{"order_id":"CS2","status":77,"order_type":4,"amount_after_discount":-3.10,"create_time":"yesterday","payment_time":null,"currency":"USD"}]}`
	orderBody = `{"total_count":1,"order_info":{"order_id":"CS1","status":6,"amount_after_discount":0.10,"official_amount":"0.30","currency":"USD","user_name":"ops","pending_payment_end_time":"2026-11-29T10:00:01Z","create_time":"2026-11-22T10:00:01Z"},
	"order_line_items":[{"order_line_item_id":"l1","product_id":"p","period_type":2,"period_num":1,"subscription_num":3,"amount_after_discount":0.1,"effective_time":"2026-11-22T10:00:01Z"}]}`
	resourcesBody = `{"data":[{"resource_id":"r","resource_name":"n","project_id":"p","region_code":"ap-southeast-1","is_main_resource":1,"status":2,"expire_time":"2027-11-22T15:59:59Z"}],"total_count":1}`
	refundsBody   = `{"total_count":2,"refund_infos":[{"id":"1","amount":-16777217.01,"measure_id":"1","base_order_id":"CS0"},{"id":"2","amount":"1.00","measure_id":"1"}]}`
	balanceBody   = `{"account_balances":[{"account_type":1,"amount":16777217.01,"currency":"USD","measure_id":1},{"account_type":2,"amount":0.99,"currency":"USD","measure_id":1},{"account_type":5,"amount":7,"currency":"USD","measure_id":1}],"debt_amount":0.5,"measure_id":1,"currency":"USD"}`
)

func TestBilling(t *testing.T) {
	t.Parallel()
	bodies := map[string]string{}
	url := handling(t, func(w http.ResponseWriter, r *http.Request) {
		sent, _ := io.ReadAll(r.Body)
		bodies[r.Method+" "+r.URL.RequestURI()] = string(sent)
		assert.Equal(t, domain, r.Header.Get("X-Domain-Id"))
		assert.Empty(t, r.Header.Get("X-Project-Id"))
		switch r.URL.Path {
		case "/v2/orders/customer-orders":
			_, _ = io.WriteString(w, ordersBody)
		case "/v2/orders/customer-orders/details/CS1":
			assert.Equal(t, "en_US", r.Header.Get("X-Language"))
			_, _ = io.WriteString(w, orderBody)
		case "/v2/orders/suscriptions/resources/query":
			_, _ = io.WriteString(w, resourcesBody)
		case "/v2/orders/customer-orders/refund-orders":
			_, _ = io.WriteString(w, refundsBody)
		case "/v2/accounts/customer-accounts/balances":
			_, _ = io.WriteString(w, balanceBody)
		}
	})
	c := open(t, url)
	at := time.Date(2026, 11, 22, 10, 0, 1, 0, time.UTC)
	status := cloud.StatusToBePaid
	list, err := c.Orders(t.Context(), cloud.OrderFilter{OrderID: "CS1", CreateTimeBegin: at.Add(time.Millisecond), CreateTimeEnd: at.Add(time.Millisecond),
		ServiceTypeCode: "hws.service.type.vdi", Status: &status, Page: cloud.Page{Limit: 2, Offset: 4}})
	require.NoError(t, err)
	assert.Equal(t, 2, list.Total)
	assert.Equal(t, "16777217.01", list.Items[0].AmountAfterDiscount.String())
	assert.Equal(t, "16777217", list.Items[0].OfficialAmount.String())
	assert.Equal(t, at, list.Items[0].CreateTime)
	assert.Equal(t, cloud.OrderStatus(77), list.Items[1].Status)
	assert.Equal(t, "-3.1", list.Items[1].AmountAfterDiscount.String())
	assert.Zero(t, list.Items[1].CreateTime)
	assert.Contains(t, bodies, "GET /v2/orders/customer-orders?create_time_begin=2026-11-22T10%3A00%3A01Z&create_time_end=2026-11-22T10%3A00%3A02Z&limit=2&offset=4&order_by=-createTime&order_id=CS1&service_type_code=hws.service.type.vdi&status=6")

	order, err := c.Order(t.Context(), "CS1")
	require.NoError(t, err)
	assert.Equal(t, "0.1", order.AmountAfterDiscount.String())
	assert.Equal(t, "ops", order.UserName)
	assert.Equal(t, at.AddDate(0, 0, 7), order.PendingPaymentEndTime)
	require.Len(t, order.Lines, 1)
	assert.Equal(t, 3, order.Lines[0].SubscriptionNum)

	require.NoError(t, c.Pay(t.Context(), "CS1"))
	assert.JSONEq(t, `{"order_id":"CS1","use_coupon":"NO","use_discount":"NO"}`, bodies["POST /v3/orders/customer-orders/pay"])
	require.NoError(t, c.Cancel(t.Context(), "CS1"))
	assert.JSONEq(t, `{"order_id":"CS1"}`, bodies["PUT /v2/orders/customer-orders/cancel"])

	balance, err := c.Balance(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "16777218", balance.Amount.String())
	assert.Equal(t, "0.5", balance.Debt.String())
	resources, err := c.Resources(t.Context(), "CS1")
	require.NoError(t, err)
	assert.Equal(t, []cloud.BilledResource{{ResourceID: "r", ResourceName: "n", ProjectID: "p", RegionCode: "ap-southeast-1", Main: true, Status: 2,
		ExpireTime: time.Date(2027, 11, 22, 15, 59, 59, 0, time.UTC)}}, resources)
	refunds, err := c.Refunds(t.Context(), "CS1")
	require.NoError(t, err)
	assert.Equal(t, "-16777217.01", refunds[0].Amount.String())
	assert.Equal(t, "1", refunds[1].Amount.String())
}

func TestAnotherOrdersDetailsAreNotTaken(t *testing.T) {
	t.Parallel()
	url, _ := answering(t, 200, orderBody)
	c := open(t, url)
	_, err := c.Order(t.Context(), "CS2")
	require.Error(t, err)
	for _, id := range []string{"", "../x", "CS1/pay", "{order_id}"} {
		_, err := c.Order(t.Context(), id)
		assert.Equal(t, cloud.OutcomeRefused, cloud.OutcomeOf(err))
	}
	_, err = c.Resources(t.Context(), "")
	assert.Error(t, err)
	_, err = c.Refunds(t.Context(), "")
	assert.Error(t, err)
}

func TestAnOrdersLinesAreReadToTheEnd(t *testing.T) {
	t.Parallel()
	url := handling(t, func(w http.ResponseWriter, r *http.Request) {
		items := []map[string]any{}
		if r.URL.Query().Get("offset") == "0" {
			for range 100 {
				items = append(items, map[string]any{"order_line_item_id": "l"})
			}
		} else {
			items = append(items, map[string]any{"order_line_item_id": "last"})
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"total_count": 101, "order_line_items": items,
			"order_info": map[string]any{"order_id": "CS1", "status": 3}})
	})
	order, err := open(t, url).Order(t.Context(), "CS1")
	require.NoError(t, err)
	require.Len(t, order.Lines, 101)
	assert.Equal(t, "last", order.Lines[100].OrderLineItemID)
}
