package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud/sign"
)

// TestCallsThatAreSigned makes calls as the cloud's SDKs do: with AK and SK in place of a token.
func TestCallsThatAreSigned(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	e := example(t, "subscribe/expandDesktopPool")
	key, shown := c.pair("sdk", auth.RoleAdmin)
	signed := func(body, ak, sk string, at time.Time) *http.Request {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.url+e.Path, strings.NewReader(body))
		require.NoError(t, err)
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("X-Project-Id", project)
		require.NoError(t, sign.Sign(request, []byte(body), ak, sk, at))
		return request
	}
	body := string(e.Body)
	for name, r := range map[string]*http.Request{
		"a wrong secret":    signed(body, key.AK, "guess", time.Now()),
		"nobody's key":      signed(body, "WOCNOBODY", shown.SK.Reveal(), time.Now()),
		"an old signature":  signed(body, key.AK, shown.SK.Reveal(), time.Now().Add(-time.Hour)),
		"one of the future": signed(body, key.AK, shown.SK.Reveal(), time.Now().Add(time.Hour)),
		"an altered body": func() *http.Request {
			r := signed(body, key.AK, shown.SK.Reveal(), time.Now())
			other := strings.Replace(body, `"size": 3`, `"size": 9`, 1)
			require.NotEqual(t, body, other)
			r2, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.URL.String(), strings.NewReader(other))
			require.NoError(t, err)
			r2.Header = r.Header
			return r2
		}(),
	} {
		a := c.do(http.DefaultClient, r)
		assert.Equal(t, http.StatusUnauthorized, a.StatusCode, name)
		assert.Equal(t, "CONSOLE.0401", errorOf(t, a).Code, name)
		assert.NotContains(t, a.body, shown.SK.Reveal(), name)
	}
	a := c.do(http.DefaultClient, signed(body, key.AK, shown.SK.Reveal(), time.Now()))
	require.Equal(t, http.StatusOK, a.StatusCode, a.body)
	order, err := c.db.Order(t.Context(), a.Header.Get("X-Console-Order"))
	require.NoError(t, err)
	assert.Equal(t, "key:sdk", order.Actor)
	assert.Equal(t, key.ID, order.KeyID)

	require.Equal(t, http.StatusSeeOther, c.post("/keys/"+key.ID+"/revoke", nil).StatusCode)
	a = c.do(http.DefaultClient, signed(body, key.AK, shown.SK.Reveal(), time.Now()))
	assert.Equal(t, http.StatusUnauthorized, a.StatusCode, "revoked")
}
