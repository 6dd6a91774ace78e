package cloudhttp_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	workspace "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/workspace/v2"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/workspace/v2/model"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/cloud/sign"
)

// altering changes a request after it was signed.
type altering struct {
	next   http.RoundTripper
	change func(*http.Request)
}

func (a altering) RoundTrip(r *http.Request) (*http.Response, error) {
	changed := r.Clone(r.Context())
	a.change(changed)
	return a.next.RoundTrip(changed)
}

func TestWhoIsNotLetIn(t *testing.T) {
	t.Parallel()
	w := fresh(t)
	orders := func() int {
		list, err := w.cloud.Orders(t.Context(), cloud.OrderFilter{})
		require.NoError(t, err)
		return list.Total
	}
	body := func(text string) func(*http.Request) {
		return func(r *http.Request) {
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
			r.GetBody = nil
		}
	}
	same := func(*http.Request) {}
	for name, c := range map[string]struct {
		ak, sk, project string
		change          func(*http.Request)
		skew            time.Duration
		status          int
		code, words     string
	}{
		"a key that nobody has": {"AKOTHER", sk, project, same, 0, 401, "APIGW.0301", "ak not exist"},
		"a wrong secret":        {ak, "wrong", project, same, 0, 401, "APIGW.0301", "verify aksk signature fail"},
		"a body altered":        {ak, sk, project, body(strings.Replace(aDesktop, "80", "90", 1)), 0, 401, "APIGW.0301", "verify aksk signature fail"},
		"no body any more":      {ak, sk, project, body(""), 0, 401, "APIGW.0301", "verify aksk signature fail"},
		"a query added":         {ak, sk, project, func(r *http.Request) { r.URL.RawQuery = "a=b" }, 0, 401, "APIGW.0301", "verify aksk signature fail"},
		"a date too old":        {ak, sk, project, same, sign.MaxSkew + time.Minute, 401, "APIGW.0301", "signature expired"},
		"a date too far ahead":  {ak, sk, project, same, -sign.MaxSkew - time.Minute, 401, "APIGW.0301", "signature expired"},
		"another date": {ak, sk, project, func(r *http.Request) {
			r.Header.Set("X-Sdk-Date", time.Now().UTC().Add(-time.Minute).Format("20060102T150405Z"))
		}, 0, 401, "APIGW.0301", "verify aksk signature fail"},
		"no signature":             {ak, sk, project, func(r *http.Request) { r.Header.Del("Authorization") }, 0, 401, "APIGW.0301", "no SDK-HMAC-SHA256 signature"},
		"a signature cut off":      {ak, sk, project, func(r *http.Request) { r.Header.Set("Authorization", "SDK-HMAC-SHA256 Access=x") }, 0, 401, "APIGW.0301", "malformed"},
		"another project":          {ak, sk, "another", same, 0, 403, "APIGW.0302", "another"},
		"an API that is not there": {ak, sk, project, func(r *http.Request) { r.URL.Path = "/v2/" + project + "/moon" }, 0, 404, "APIGW.0101", "does not exist"},
		"another method":           {ak, sk, project, func(r *http.Request) { r.Method = http.MethodPut }, 0, 404, "APIGW.0101", "does not exist"},
		"a path that is not clean": {ak, sk, project, func(r *http.Request) { r.URL.Path = strings.Replace(r.URL.Path, "/periodic", "//periodic", 1) }, 0, 404, "APIGW.0101", "does not exist"},
	} {
		t.Run(name, func(t *testing.T) {
			w.pass(0, c.skew)
			defer w.pass(0, -c.skew)
			client := workspace.NewWorkspaceClient(w.client(workspace.WorkspaceClientBuilder(), keyed(t, c.ak, c.sk, c.project), altering{w.transport(), c.change}))
			order := new(model.CreateOrderReq)
			require.NoError(t, json.Unmarshal([]byte(aDesktop), order))
			before := orders()
			_, err := client.CreateOrder(&model.CreateOrderRequest{Body: order})
			no := refusal(t, err)
			assert.Equal(t, c.status, no.StatusCode)
			assert.Equal(t, c.code, no.ErrorCode)
			assert.Contains(t, no.ErrorMessage, c.words)
			assert.Len(t, no.RequestId, 32)
			assert.NotContains(t, no.ErrorMessage, sk)
			assert.Equal(t, before, orders(), "nothing was taken")
		})
	}
	client := workspace.NewWorkspaceClient(w.client(workspace.WorkspaceClientBuilder(), keyed(t, ak, sk, project), w.transport()))
	order := new(model.CreateOrderReq)
	require.NoError(t, json.Unmarshal([]byte(aDesktop), order))
	_, err := client.CreateOrder(&model.CreateOrderRequest{Body: order})
	require.NoError(t, err)
	assert.Equal(t, 1, orders())
}

func TestTheGatewaysOwnAnswers(t *testing.T) {
	t.Parallel()
	w := fresh(t)
	response, body, err := w.send("GET", "/v2/"+project+"/desktops/detail?limit=1", "")
	require.NoError(t, err)
	assert.Equal(t, 200, response.StatusCode)
	assert.Equal(t, "application/json", response.Header.Get("Content-Type"))
	assert.Len(t, response.Header.Get("X-Request-Id"), 32)
	assert.True(t, json.Valid(body))

	no := w.told(413, "POST", subscribePath, strings.Repeat(" ", 1<<20+1))
	assert.Equal(t, "APIGW.0201", no["error_code"])
	response, body, err = w.send("GET", "/v2/other/desktops/detail", "")
	require.NoError(t, err)
	assert.Equal(t, 403, response.StatusCode)
	var told map[string]string
	require.NoError(t, json.Unmarshal(body, &told))
	assert.Equal(t, response.Header.Get("X-Request-Id"), told["request_id"])

	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+"/v2/accounts/customer-accounts/balances", bytes.NewReader(nil))
	require.NoError(t, err)
	r.Header.Set("X-Domain-Id", "another")
	require.NoError(t, sign.Sign(r, nil, ak, sk, time.Now()))
	response, err = (&http.Client{Transport: w.transport()}).Do(r)
	require.NoError(t, err)
	defer response.Body.Close()
	assert.Equal(t, 403, response.StatusCode)
}
