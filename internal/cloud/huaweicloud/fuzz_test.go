package huaweicloud

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"workspace-order-console/internal/cloud"
)

// FuzzOrderAnswer: whatever the body, an order call is done only when an order can be named, and nothing panics.
func FuzzOrderAnswer(f *testing.F) {
	for _, body := range []string{``, `{}`, `{"order_id":"CS1"}`, `{"orders":[{"order_id":"CS1","result":"FAIL"}]}`, `{"error_code":"X","error_msg":"no"}`, `{"error":{"code":"X"}}`, `[]`, `null`, `{"orders":null}`} {
		for _, status := range []int{200, 302, 400, 500} {
			f.Add(status, []byte(body))
		}
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		a := &answer{status: status, whole: true, body: body, requestID: "r"}
		for _, door := range cloud.Doors {
			told := settleOrder(door, a, nil)
			if told.Outcome != cloud.OutcomeDone {
				assert.NotNil(t, told.Error)
				assert.NotEmpty(t, told.Error.Error())
				continue
			}
			assert.True(t, status >= 200 && status < 300)
			assert.Nil(t, told.Error)
			for _, entry := range told.Entries {
				assert.True(t, entry.Failed() || entry.OrderID != "")
			}
			assert.NotEmpty(t, told.Entries)
		}
		if e := said(a); e != nil {
			assert.NotEqual(t, cloud.OutcomeDone, e.Outcome)
		} else if err := plainYes(a); err != nil {
			assert.NotEqual(t, cloud.OutcomeDone, cloud.OutcomeOf(err))
		}
		a.whole, a.status = false, http.StatusOK
		assert.Equal(t, cloud.OutcomeUnknown, settleOrder(cloud.DoorSubscribe, a, &cloud.Error{Outcome: cloud.OutcomeUnknown}).Outcome)
	})
}

// FuzzQuote: a quote has an amount of a sane size and a currency, and lines that add up.
func FuzzQuote(f *testing.F) {
	for _, q := range quotes {
		f.Add([]byte(q.body))
	}
	f.Add([]byte(`{"currency":"USD","official_website_rating_result":{"amount":1e30}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, decode := range []func([]byte) (cloud.Quote, error){quoteOfServices, quoteOfPeriod, quoteOfResize} {
			q, err := decode(body)
			if err != nil {
				continue
			}
			assert.NotEmpty(t, q.Currency)
			assert.Less(t, len(q.Amount.String()), 400)
			if len(q.Lines) > 0 {
				assert.Equal(t, q.Amount.String(), whole(q).Amount.String())
				assert.NotNil(t, whole(q).Lines)
			}
		}
	})
}

// FuzzBilling: orders have an ID and a status, and the details are of the order that was asked for.
func FuzzBilling(f *testing.F) {
	for _, body := range []string{ordersBody, orderBody, resourcesBody, refundsBody, balanceBody, `{}`, `null`, `{"order_info":{"order_id":"CS1"}}`} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if list, err := decodeOrders(body, 10, 0); err == nil {
			for _, o := range list.Items {
				assert.NotEmpty(t, o.OrderID)
				assert.Less(t, len(o.AmountAfterDiscount.String()), 100)
			}
			assert.GreaterOrEqual(t, list.Total, 0)
		}
		if o, list, err := decodeOrder(body, "CS1", cloud.Page{Limit: 10}); err == nil {
			assert.Equal(t, "CS1", o.OrderID)
			assert.GreaterOrEqual(t, list.Total, 0)
		}
		_, _ = decodeResources(body, 10, 0)
		_, _ = decodeRefunds(body)
		_, _ = decodeBalance(body)
	})
}

// FuzzReads: no list answer panics, and none comes out as nil.
func FuzzReads(f *testing.F) {
	for _, body := range wireAnswers {
		f.Add([]byte(body))
	}
	f.Add([]byte(`{"desktops":[{"desktop_id":"d","metadata":{"os_type":"Linux"},"data_volumes":null,"tags":[{"key":"k"}]}],"total_count":1}`))
	f.Add([]byte(`{"desktop_pools":[{"id":"p","subnet_id":"s"}],"total_count":-1}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		fuzzList[cloud.Desktop](t, body, "desktops")
		fuzzList[cloud.Pool](t, body, "desktop_pools")
		fuzzList[cloud.Product](t, body, "products")
		fuzzList[cloud.SharerProduct](t, body, "products")
		fuzzList[cloud.VolumeType](t, body, "volumes")
		fuzzList[cloud.Image](t, body, "images")
		fuzzList[wireZone](t, body, "availability_zones")
		fuzzList[cloud.Subnet](t, body, "subnets")
		fuzzList[cloud.SecurityGroup](t, body, "security_groups")
		fuzzList[cloud.User](t, body, "users")
		fuzzList[cloud.UserGroup](t, body, "user_groups")
		fuzzList[cloud.NamePolicy](t, body, "desktop_name_policy_infos")
		fuzzList[cloud.Bandwidth](t, body, "bandwidths")
		fuzzList[cloud.EIP](t, body, "eips")
		fuzzList[cloud.Host](t, body, "dedicated_hosts")
		if w, err := decodeWorkspace(body); err == nil {
			assert.NotEmpty(t, w.Status)
		}
		if quotas, err := decodeQuotas(body); err == nil {
			assert.NotNil(t, quotas)
		}
	})
}

func fuzzList[T any](t *testing.T, body []byte, key string) {
	list, err := decodeList[T](body, key, "total_count", 10, 0)
	if err == nil {
		assert.NotNil(t, list.Items)
		assert.GreaterOrEqual(t, list.Total, 0)
	}
}
