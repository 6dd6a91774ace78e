package sign_test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/cloud/sign"
)

const (
	ak = "AKTEST0123456789ABCD"
	sk = "a secret of the tests"
)

var now = time.Date(2026, 11, 22, 11, 9, 43, 0, time.UTC)

func keys(key string) (string, bool) { return sk, key == ak }

// received is what a server gets of a request and its body.
func received(t testing.TB, r *http.Request, body []byte) *http.Request {
	t.Helper()
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	var wire bytes.Buffer
	require.NoError(t, r.Write(&wire))
	got, err := http.ReadRequest(bufio.NewReader(&wire))
	require.NoError(t, err)
	return got
}

// order is a signed order call as a server gets it.
func order(t testing.TB) (*http.Request, []byte) {
	t.Helper()
	body := []byte(`{"type":"expandDesktopPool"}` + "\n")
	r, err := http.NewRequest(http.MethodPost, "http://127.0.0.1/v2/project/periodic/subscribe/order?b=2&a=x%20y&a=w", nil)
	require.NoError(t, err)
	r.Header.Set("User-Agent", "tester")
	r.Header.Set("X-Project-Id", "project")
	r.Header.Set("Content-Type", "application/json")
	require.NoError(t, sign.Sign(r, body, ak, sk, now))
	return received(t, r, body), body
}

func TestASignatureHoldsForWhatWasSigned(t *testing.T) {
	t.Parallel()
	r, body := order(t)
	assert.True(t, sign.Signed(r))
	assert.Contains(t, r.Header.Get("Authorization"), "SDK-HMAC-SHA256 Access="+ak+", SignedHeaders=user-agent;x-project-id;x-sdk-date, Signature=")
	for name, at := range map[string]time.Time{"now": now, "earliest": now.Add(-sign.MaxSkew), "latest": now.Add(sign.MaxSkew)} {
		got, err := sign.Verify(r, body, keys, at)
		require.NoError(t, err, name)
		assert.Equal(t, ak, got)
	}
	r.Header.Set("Content-Type", "text/plain")
	r.Header.Set("Accept-Encoding", "gzip")
	_, err := sign.Verify(r, body, keys, now)
	assert.NoError(t, err, "a header that is not signed may change")
	r.URL.RawQuery = "a=w&b=2&a=x+y"
	_, err = sign.Verify(r, body, keys, now)
	assert.NoError(t, err, "a query means the same in another order")
}

func TestWhatIsNotAccepted(t *testing.T) {
	t.Parallel()
	replace := func(old, with string) func(*http.Request) {
		return func(r *http.Request) {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), old, with, 1))
		}
	}
	for name, c := range map[string]struct {
		change func(*http.Request)
		want   error
	}{
		"no signature":                  {func(r *http.Request) { r.Header.Del("Authorization") }, sign.ErrMissing},
		"another scheme":                {func(r *http.Request) { r.Header.Set("Authorization", "Bearer x") }, sign.ErrMissing},
		"a scheme that begins alike":    {replace("SDK-HMAC-SHA256 ", "SDK-HMAC-SHA256X "), sign.ErrMissing},
		"nothing but the scheme":        {func(r *http.Request) { r.Header.Set("Authorization", "SDK-HMAC-SHA256 ") }, sign.ErrMalformed},
		"two signatures":                {func(r *http.Request) { r.Header.Add("Authorization", r.Header.Get("Authorization")) }, sign.ErrMalformed},
		"a signature and a token":       {func(r *http.Request) { r.Header.Add("Authorization", "Bearer x") }, sign.ErrMalformed},
		"a member twice":                {replace("Access=", "Access=x, Access="), sign.ErrMalformed},
		"a member more":                 {replace("Access=", "Region=x, Access="), sign.ErrMalformed},
		"a member less":                 {replace("Access="+ak+", ", ""), sign.ErrMalformed},
		"an empty key":                  {replace(ak, ""), sign.ErrMalformed},
		"a key with a space":            {replace(ak, "a b"), sign.ErrMalformed},
		"a key that never ends":         {replace(ak, strings.Repeat("A", 200)), sign.ErrMalformed},
		"a header that never ends":      {replace(ak, strings.Repeat("A", 5000)), sign.ErrMalformed},
		"another key":                   {replace(ak, "AKOTHER"), sign.ErrUnknownKey},
		"no signed headers":             {replace("user-agent;x-project-id;x-sdk-date", ""), sign.ErrMalformed},
		"too many signed headers":       {replace("user-agent;", strings.Repeat("a;", 80)), sign.ErrMalformed},
		"signed headers not sorted":     {replace("user-agent;x-project-id", "x-project-id;user-agent"), sign.ErrMalformed},
		"a signed header twice":         {replace("user-agent;", "user-agent;user-agent;"), sign.ErrMalformed},
		"a signed header in upper case": {replace("user-agent", "User-Agent"), sign.ErrMalformed},
		"a date that is not signed":     {replace(";x-sdk-date", ""), sign.ErrMalformed},
		"fewer signed headers":          {replace("x-project-id;", ""), sign.ErrAltered},
		"a signature of half the length": {func(r *http.Request) {
			r.Header.Set("Authorization", r.Header.Get("Authorization")[:len(r.Header.Get("Authorization"))-32])
		}, sign.ErrMalformed},
		"no date":                {func(r *http.Request) { r.Header.Del("X-Sdk-Date") }, sign.ErrMalformed},
		"two dates":              {func(r *http.Request) { r.Header.Add("X-Sdk-Date", "20261122T110943Z") }, sign.ErrMalformed},
		"a date of another form": {func(r *http.Request) { r.Header.Set("X-Sdk-Date", "2026-11-22T11:09:43Z") }, sign.ErrMalformed},
		"another date":           {func(r *http.Request) { r.Header.Set("X-Sdk-Date", "20261122T110944Z") }, sign.ErrAltered},
		"another method":         {func(r *http.Request) { r.Method = http.MethodPut }, sign.ErrAltered},
		"another path":           {func(r *http.Request) { r.URL.Path = "/v2/project/periodic/change/order" }, sign.ErrAltered},
		"an escaped slash in the path": {func(r *http.Request) {
			r.URL.RawPath = "/v2/project/periodic%2Fsubscribe/order"
		}, sign.ErrAltered},
		"another query":              {func(r *http.Request) { r.URL.RawQuery = "a=w&a=x%20y&b=3" }, sign.ErrAltered},
		"a query more":               {func(r *http.Request) { r.URL.RawQuery += "&c=" }, sign.ErrAltered},
		"a query that is none":       {func(r *http.Request) { r.URL.RawQuery = "a=%zz" }, sign.ErrMalformed},
		"a query that never ends":    {func(r *http.Request) { r.URL.RawQuery = strings.Repeat("a", 40_000) }, sign.ErrMalformed},
		"another signed header":      {func(r *http.Request) { r.Header.Set("X-Project-Id", "other") }, sign.ErrAltered},
		"a signed header gone":       {func(r *http.Request) { r.Header.Del("X-Project-Id") }, sign.ErrAltered},
		"a signed header twice over": {func(r *http.Request) { r.Header.Add("X-Project-Id", "project") }, sign.ErrMalformed},
		"a signed header without end": {func(r *http.Request) {
			r.Header.Set("X-Project-Id", strings.Repeat("p", 70_000))
		}, sign.ErrMalformed},
		"a body said to be unsigned":     {func(r *http.Request) { r.Header.Set("X-Sdk-Content-Sha256", "UNSIGNED-PAYLOAD") }, sign.ErrMalformed},
		"a hash of the body that is not": {func(r *http.Request) { r.Header.Set("X-Sdk-Content-Sha256", "00") }, sign.ErrAltered},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, body := order(t)
			c.change(r)
			got, err := sign.Verify(r, body, keys, now)
			assert.ErrorIs(t, err, c.want)
			assert.Empty(t, got)
			assert.NotContains(t, err.Error(), sk)
		})
	}
	r, body := order(t)
	_, err := sign.Verify(r, append(body, ' '), keys, now)
	assert.ErrorIs(t, err, sign.ErrAltered)
	_, err = sign.Verify(r, body, func(string) (string, bool) { return "another secret", true }, now)
	assert.ErrorIs(t, err, sign.ErrAltered)
	for _, skew := range []time.Duration{sign.MaxSkew + time.Second, -sign.MaxSkew - time.Second} {
		_, err = sign.Verify(r, body, keys, now.Add(skew))
		assert.ErrorIs(t, err, sign.ErrStale)
	}
}

func TestHostMayBeSigned(t *testing.T) {
	t.Parallel()
	r, err := http.NewRequest(http.MethodGet, "http://cloud.example/v2/p/desktops/detail", nil)
	require.NoError(t, err)
	r.Header.Set("Host", "cloud.example") // as the SDKs of other languages sign it
	require.NoError(t, sign.Sign(r, nil, ak, sk, now))
	got := received(t, r, nil)
	_, err = sign.Verify(got, nil, keys, now)
	require.NoError(t, err)
	got.Host = "elsewhere.example"
	_, err = sign.Verify(got, nil, keys, now)
	assert.ErrorIs(t, err, sign.ErrAltered)
}

// FuzzVerify signs whatever can be sent, and then looks whether any other signature is taken for it.
func FuzzVerify(f *testing.F) {
	f.Add("/v2/p/periodic/d%2F1/change/order", "a=1&b=x%20y", "tester", []byte(`{"a":1}`), "SDK-HMAC-SHA256 Access=a, SignedHeaders=x-sdk-date, Signature=00")
	f.Add("/", "", "", []byte{}, "SDK-HMAC-SHA256")
	f.Add("/ü/%25/~", "k=%2B&k=+&=", "é", []byte("\n"), "SDK-HMAC-SHA256 Access=,SignedHeaders=;,Signature=")
	f.Fuzz(func(t *testing.T, path, query, agent string, body []byte, other string) {
		target, err := url.ParseRequestURI("http://127.0.0.1" + path)
		if err != nil || target.RawQuery != "" || target.Host != "127.0.0.1" {
			return
		}
		target.RawQuery = query
		r := (&http.Request{Method: http.MethodPost, URL: target, Header: http.Header{}}).WithContext(t.Context())
		r.Header.Set("User-Agent", agent)
		if err := sign.Sign(r, body, ak, sk, now); err != nil {
			if !errors.Is(err, sign.ErrMalformed) {
				t.Fatalf("signing failed with %v", err)
			}
			return
		}
		signed := r.Header.Get("Authorization")
		if got, err := sign.Verify(r, body, keys, now); err != nil || got != ak {
			t.Fatalf("the own signature is not accepted: %v", err)
		}
		r.Header.Set("Authorization", other)
		if _, err := sign.Verify(r, body, keys, now); err == nil && other != signed {
			claims := strings.Split(other, "Signature=")
			if own := strings.Split(signed, "Signature="); len(claims) != 2 || !strings.Contains(claims[1], own[1]) {
				t.Fatalf("another signature is accepted: %q", other)
			}
		}
		r.Header.Set("Authorization", signed)
		if _, err := sign.Verify(r, append([]byte("x"), body...), keys, now); !errors.Is(err, sign.ErrAltered) {
			t.Fatalf("another body is accepted: %v", err)
		}
	})
}
