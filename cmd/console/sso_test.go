package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestServingBehindASigninProxy runs the program as a company does, the proxy being the test.
func TestServingBehindASigninProxy(t *testing.T) {
	t.Parallel()
	flags := &Flags{Listen: "127.0.0.1:0", LogFormat: "text", Data: t.TempDir(), Cloud: cloudEmbedded, ProjectID: testProject, CloudRate: -1,
		Region: "ap-southeast-1", CloudTimeout: testTimeout, ReconcileEvery: time.Hour, Auth: "header", TrustedProxy: []string{"127.0.0.1"},
		AdminGroup: "console-admins", LogoutURL: "/oauth2/sign_out"}
	require.NoError(t, flags.check())
	ctx, stop := context.WithCancel(t.Context())
	var out, errs bytes.Buffer
	ready, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- serve(ctx, flags, &output{&out, &errs}, hooks{ready: func(url string) { ready <- url }})
	}()
	var url string
	select {
	case url = <-ready:
	case err := <-ended:
		require.NoError(t, err)
	}
	get := func(path string, headers ...string) (int, string) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+path, nil)
		require.NoError(t, err)
		for i := 0; i+1 < len(headers); i += 2 {
			request.Header.Set(headers[i], headers[i+1])
		}
		response, err := caller().Do(request)
		require.NoError(t, err)
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		return response.StatusCode, string(body)
	}
	named := func(user, groups string) []string {
		return []string{"X-Forwarded-User", user, "X-Forwarded-Groups", groups, "X-Forwarded-For", "203.0.113.9"}
	}
	status, _ := get("/")
	assert.Equal(t, http.StatusUnauthorized, status)
	status, _ = get("/signin?code=made-up")
	assert.Equal(t, http.StatusUnauthorized, status)
	status, _ = get("/readyz")
	assert.Equal(t, http.StatusOK, status)
	status, body := get("/keys", named("ops", "console-admins")...)
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, body, "ops")
	status, body = get("/desktops", named("mei", "design")...)
	assert.Equal(t, http.StatusOK, status, "a viewer of the demo data's team")
	assert.Contains(t, body, "viewer · design")
	status, _ = get("/", named("raj", "staff")...)
	assert.Equal(t, http.StatusForbidden, status)
	status, body = get("/signed-out", named("raj", "staff")...)
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, body, "/oauth2/sign_out")

	// what says its length in chunks ends its connection: nothing can be smuggled behind it
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/settings/refresh", struct{ io.Reader }{strings.NewReader("a=b")})
	require.NoError(t, err)
	response, err := (&http.Client{Transport: &http.Transport{}}).Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	assert.True(t, response.Close)

	stop()
	require.NoError(t, <-ended)
	assert.Contains(t, out.String(), "The console is at "+url)
	assert.NotContains(t, out.String(), "signin", "nobody signs in by a link")
	assert.Contains(t, errs.String(), "address=203.0.113.9")
	assert.Contains(t, errs.String(), `reason="no X-Forwarded-User"`)
}
