package cloudhttp_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/cloud/cloudhttp"
)

// booked is how many orders the cloud has really taken.
func (w *world) booked() int {
	w.t.Helper()
	list, err := w.cloud.Orders(w.t.Context(), cloud.OrderFilter{})
	require.NoError(w.t, err)
	return list.Total
}

func TestFaultsThatAnswer(t *testing.T) {
	t.Parallel()
	for fault, c := range map[string]struct {
		status, booked int
		code           string
		outcome        cloud.Outcome
	}{
		"refuse":                 {400, 0, "WKS.00010001", cloud.OutcomeRefused},
		"refuse=WKS.00010013":    {400, 0, "WKS.00010013", cloud.OutcomeRefused},
		"409":                    {409, 0, "WKS.00010022", cloud.OutcomeRefused},
		"429":                    {429, 0, "APIGW.0308", cloud.OutcomeRefused},
		"429=7s":                 {429, 0, "APIGW.0308", cloud.OutcomeRefused},
		"500-before":             {500, 0, "WKS.00000500", cloud.OutcomeUnknown},
		"500-after":              {500, 1, "WKS.00000500", cloud.OutcomeUnknown},
		"502-before":             {502, 0, "APIGW.0201", cloud.OutcomeUnknown},
		"503-after":              {503, 1, "APIGW.0201", cloud.OutcomeUnknown},
		"504-after":              {504, 1, "APIGW.0201", cloud.OutcomeUnknown},
		"200-error":              {200, 0, "WKS.00000500", cloud.OutcomeUnknown},
		"200-error=WKS.00010109": {200, 0, "WKS.00010109", cloud.OutcomeUnknown},
		"200-error-after":        {200, 1, "WKS.00000500", cloud.OutcomeUnknown},
	} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			w := fresh(t, "subscribe:"+fault+":seq=1")
			response, body, err := w.send("POST", subscribePath, aDesktop)
			require.NoError(t, err)
			assert.Equal(t, c.status, response.StatusCode)
			assert.Equal(t, c.booked, w.booked())
			answer := cloud.ReadAnswer(cloud.DoorSubscribe, response.StatusCode, response.Header.Get("X-Request-Id"), body)
			assert.Equal(t, c.outcome, answer.Outcome)
			assert.Equal(t, c.code, answer.Error.Code)
			retry := map[string]string{"429": "1", "429=7s": "7"}[fault]
			assert.Equal(t, retry, response.Header.Get("Retry-After"))
			w.buy() // the next one goes well
			assert.Equal(t, c.booked+1, w.booked())
		})
	}
}

func TestWrongJSON(t *testing.T) {
	t.Parallel()
	w := fresh(t, "subscribe,pay:wrong-json")
	response, body, err := w.send("POST", subscribePath, aDesktop)
	require.NoError(t, err, "to HTTP the answer is whole")
	assert.Equal(t, 200, response.StatusCode)
	assert.False(t, json.Valid(body), "%s", body)
	assert.Equal(t, 1, w.booked())
	_, body, err = w.send("POST", "/v3/orders/customer-orders/pay", `{"order_id":"`+w.only()+`","use_coupon":"NO","use_discount":"NO"}`)
	require.NoError(t, err)
	assert.Equal(t, "{", string(body))
	assert.Equal(t, cloud.StatusProcessing, w.order(w.only()).Status)
}

// only is the ID of the one order that there is.
func (w *world) only() string {
	w.t.Helper()
	list, err := w.cloud.Orders(w.t.Context(), cloud.OrderFilter{})
	require.NoError(w.t, err)
	require.Len(w.t, list.Items, 1)
	return list.Items[0].OrderID
}

func (w *world) order(id string) cloud.BillingOrder {
	w.t.Helper()
	o, err := w.cloud.Order(w.t.Context(), id)
	require.NoError(w.t, err)
	return o
}

func TestAnswersThatBreakOff(t *testing.T) {
	t.Parallel()
	for fault, c := range map[string]struct {
		booked int
		want   error
	}{
		"cut":            {1, io.ErrUnexpectedEOF},
		"drop-before":    {0, io.EOF},
		"drop-after":     {1, io.EOF},
		"hang-before=1s": {0, io.EOF},
		"hang-after=1s":  {1, io.EOF},
	} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			w := fresh(t, "subscribe:"+fault)
			close(w.wake) // whoever waits, waits no longer
			_, _, err := w.send("POST", subscribePath, aDesktop)
			assert.ErrorIs(t, err, c.want)
			assert.Equal(t, c.booked, w.booked())
		})
	}
}

func TestHangingEndsWithTheCaller(t *testing.T) {
	t.Parallel()
	for fault, booked := range map[string]int{"hang-before": 0, "hang-after": 1} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			w := fresh(t, "subscribe:"+fault)
			ended := make(chan struct{})
			watched := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				defer close(ended)
				w.api.ServeHTTP(rw, r)
			}))
			defer watched.Close()
			w.url = watched.URL
			ctx, giveUp := context.WithCancel(t.Context())
			gone := make(chan error, 1)
			go func() {
				r := w.signed(ctx, "POST", subscribePath, aDesktop)
				response, err := w.transport().RoundTrip(r)
				if err == nil {
					_ = response.Body.Close()
				}
				gone <- err
			}()
			if booked > 0 {
				require.Eventually(t, func() bool { return w.booked() == booked }, 10*time.Second, time.Millisecond)
			}
			giveUp()
			assert.ErrorIs(t, <-gone, context.Canceled)
			if booked > 0 {
				<-ended
			}
			assert.Equal(t, booked, w.booked())
		})
	}
}

func TestHangingEndsWithTheServer(t *testing.T) {
	t.Parallel()
	w := fresh(t, "subscribe:hang-after")
	gone := make(chan error, 1)
	go func() {
		_, _, err := w.send("POST", subscribePath, aDesktop)
		gone <- err
	}()
	require.Eventually(t, func() bool { return w.booked() == 1 }, 10*time.Second, time.Millisecond)
	w.api.Close()
	w.api.Close()
	assert.ErrorIs(t, <-gone, io.EOF)
}

func TestALateAnswer(t *testing.T) {
	t.Parallel()
	w := fresh(t, "subscribe:late=3s", "subscribe:late=4s", "subscribe:500-after:seq=2")
	answered := make(chan int, 1)
	ask := func() {
		response, _, err := w.send("POST", subscribePath, aDesktop)
		if assert.NoError(t, err) {
			answered <- response.StatusCode
		}
	}
	for n, status := range []int{200, 500} {
		go ask()
		require.Eventually(t, func() bool { return w.booked() == n+1 }, 10*time.Second, time.Millisecond)
		select {
		case <-answered:
			t.Fatal("the answer did not wait")
		case w.wake <- time.Time{}:
		}
		assert.Equal(t, status, <-answered, "being late goes with what else happens")
	}
	assert.Equal(t, []time.Duration{3 * time.Second, 3 * time.Second}, w.waited, "the first one counts")
}

func TestAnOrderLostFromTheList(t *testing.T) {
	t.Parallel()
	w := fresh(t, "orders:lost=30s:seq=2,3", "orders:drop-after:seq=3")
	listed := func() (ids []string, total string) {
		answer := w.told(200, "GET", "/v2/orders/customer-orders", "")
		for _, info := range answer["order_infos"].([]any) {
			ids = append(ids, info.(map[string]any)["order_id"].(string))
		}
		return ids, answer["total_count"].(json.Number).String()
	}
	first, second := w.buy(), w.buy()
	_, _, err := w.send("POST", subscribePath, aDesktop)
	require.Error(t, err)
	ids, total := listed()
	assert.Equal(t, []string{first}, ids)
	assert.Equal(t, "1", total)
	w.told(200, "GET", "/v2/orders/customer-orders/details/"+second, "")
	w.pass(0, 29*time.Second)
	ids, _ = listed()
	assert.Len(t, ids, 1)
	w.pass(0, 2*time.Second)
	ids, total = listed()
	assert.Len(t, ids, 3)
	assert.Equal(t, "3", total)
	assert.Contains(t, ids, second)

	batch := fresh(t, "batch-desktop:lost=30s")
	answer := batch.told(200, "POST", "/v2/"+project+"/periodic/change/batch-order",
		`{"type":"ADD_VOLUME","add_volume_param":{"volume_type":"SAS","volume_size":20,"desktop_ids":["`+ordinary+`","none"]}}`)
	assert.Len(t, answer["orders"], 2)
	assert.Equal(t, json.Number("0"), batch.told(200, "GET", "/v2/orders/customer-orders", "")["total_count"])
}

func TestFaultsOfOtherRoutes(t *testing.T) {
	t.Parallel()
	w := fresh(t, "pay:500-after:seq=1", "billing:refuse:seq=2", "desktops:wrong-json", "inquiries:409", "balance:cut")
	id := w.buy()
	pay := `{"order_id":"` + id + `","use_coupon":"NO","use_discount":"NO"}`
	w.told(500, "POST", "/v3/orders/customer-orders/pay", pay)
	assert.Equal(t, cloud.StatusProcessing, w.order(id).Status, "it was paid all the same")
	assert.Equal(t, "CBC.99000001", w.told(400, "POST", "/v3/orders/customer-orders/pay", pay)["error_code"])
	assert.Equal(t, "CBC.99000021", w.told(400, "POST", "/v3/orders/customer-orders/pay", pay)["error_code"])
	_, body, err := w.send("GET", "/v2/"+project+"/desktops/detail", "")
	require.NoError(t, err)
	assert.False(t, json.Valid(body))
	w.told(409, "POST", "/v2/"+project+"/"+cloud.InquiryAddVolume, "{}")
	_, _, err = w.send("GET", "/v2/accounts/customer-accounts/balances", "")
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
	w.told(200, "GET", "/v2/"+project+"/desktop-pools", "")
}

func TestAWrongSignatureDrawsNoLots(t *testing.T) {
	t.Parallel()
	w := fresh(t, "subscribe:refuse:seq=1")
	r := w.signed(t.Context(), "POST", subscribePath, aDesktop)
	r.Header.Set("X-Sdk-Date", "20200101T000000Z")
	response, err := w.transport().RoundTrip(r)
	require.NoError(t, err)
	_ = response.Body.Close()
	assert.Equal(t, 401, response.StatusCode)
	w.told(400, "POST", subscribePath, aDesktop)
	w.buy()
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	w := fresh(t, "subscribe:500-after:p=0.3", "subscribe:drop-after:p=0.2", "subscribe:409:p=0.2", "subscribe:lost=30s:p=0.5")
	const n = 60
	results := make(chan string, n)
	for range n {
		go func() {
			response, _, err := w.send("POST", subscribePath, aDesktop)
			if err != nil {
				results <- "dropped"
				return
			}
			results <- strconv.Itoa(response.StatusCode)
		}()
	}
	seen := map[string]int{}
	for range n {
		seen[<-results]++
	}
	assert.Equal(t, n, seen["200"]+seen["500"]+seen["409"]+seen["dropped"], "%v", seen)
	assert.Equal(t, n-seen["409"], w.booked(), "what was not refused was taken: %v", seen)
}

var _ http.Handler = (*cloudhttp.Server)(nil)
