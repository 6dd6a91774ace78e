package cloudhttp_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/cloud/cloudhttp"
	"workspace-order-console/internal/cloud/sign"
)

func TestWhoIsLetInByToken(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		token, project string
		change         func(*http.Request)
		later          time.Duration
		status         int
		code, words    string
	}{
		"a token":                    {aToken, project, nil, 0, 200, "", ""},
		"a token of an hour":         {shortToken, project, nil, 0, 200, "", ""},
		"an expired token":           {shortToken, project, nil, time.Hour, 401, "APIGW.0301", "expired"},
		"a token that nobody has":    {"MIIT-another", project, nil, 0, 401, "APIGW.0301", "decrypt token fail"},
		"a part of a token":          {aToken[:10], project, nil, 0, 401, "APIGW.0301", "decrypt token fail"},
		"no token":                   {"", project, nil, 0, 401, "APIGW.0301", "no x-auth-token found"},
		"another project":            {aToken, "another", nil, 0, 403, "APIGW.0302", "another"},
		"a signature beside a token": {aToken, project, func(r *http.Request) { _ = sign.Sign(r, nil, ak, "wrong", time.Now()) }, 0, 401, "APIGW.0301", "verify aksk signature fail"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := fresh(t)
			w.pass(0, c.later)
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+strings.Replace(subscribePath, project, c.project, 1), strings.NewReader(aDesktop))
			require.NoError(t, err)
			r.Header.Set("X-Auth-Token", c.token)
			if c.change != nil {
				c.change(r)
			}
			response, err := w.transport().RoundTrip(r)
			require.NoError(t, err)
			defer response.Body.Close()
			body, err := io.ReadAll(response.Body)
			require.NoError(t, err)
			require.Equal(t, c.status, response.StatusCode, "%s", body)
			var told map[string]string
			require.NoError(t, json.Unmarshal(body, &told))
			assert.Equal(t, c.code, told["error_code"])
			assert.Contains(t, told["error_msg"], c.words)
			if c.token != "" {
				assert.NotContains(t, string(body), c.token)
			}
			list, err := w.cloud.Orders(t.Context(), cloud.OrderFilter{})
			require.NoError(t, err)
			assert.Equal(t, c.status == 200, list.Total == 1, "what is not let in is not taken")
		})
	}
}

func TestTokensAreWritten(t *testing.T) {
	t.Parallel()
	now := time.Now()
	tokens, err := cloudhttp.ParseTokens(now, "MIIF+/-=*x", "MIIG@1h30m", "a@b@2s")
	require.NoError(t, err)
	assert.Equal(t, []cloudhttp.Token{{Value: "MIIF+/-=*x"}, {Value: "MIIG", Until: now.Add(90 * time.Minute)}, {Value: "a@b", Until: now.Add(2 * time.Second)}}, tokens)
	for _, text := range []string{"", "@30s", "canary@", "canary@soon", "canary@0s", "canary@-1s", "canary canary", "canary\n"} {
		_, err := cloudhttp.ParseTokens(now, "MIIF", text)
		if assert.Error(t, err, "%q", text) {
			assert.Contains(t, err.Error(), "token 2")
			assert.NotContains(t, err.Error(), "canary")
		}
	}
}
