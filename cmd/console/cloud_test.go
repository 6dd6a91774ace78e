package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/cloud/sign"
)

// spoken is output that is read while it is written.
type spoken struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *spoken) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *spoken) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// runCloud runs `console cloud` until the test stops it, and returns its address.
func runCloud(t *testing.T, args ...string) (url string, out, errs *spoken, stop func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, errs = &spoken{}, &spoken{}
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, append([]string{"cloud", "--listen", "127.0.0.1:0", "--data", t.TempDir()}, args...), out, errs)
	}()
	line := regexp.MustCompile(`^The cloud is at (http://127\.0\.0\.1:\d+) \(project (\S+), data in .+\)\n$`)
	require.Eventually(t, func() bool { return line.MatchString(out.String()) || len(ended) > 0 }, testTimeout, time.Millisecond)
	said := line.FindStringSubmatch(out.String())
	require.NotNil(t, said, "%s%s", out, errs)
	var once sync.Once
	code := -1
	stop = func() int {
		once.Do(func() {
			cancel()
			code = <-ended
		})
		return code
	}
	t.Cleanup(func() { stop() })
	return said[1], out, errs, stop
}

// get sends a signed request.
func get(t *testing.T, url, ak, sk string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	require.NoError(t, sign.Sign(r, nil, ak, sk, time.Now()))
	response, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(body)
}

func TestTheCloudAlone(t *testing.T) {
	t.Parallel()
	const secret = "canary-of-the-secret-key"
	url, out, errs, stop := runCloud(t, "--ak", "AK", "--sk", secret, "--domain-id", "domain", "--embedded-speed", "0", "--fault", "desktop:refuse")
	status, body := get(t, url+"/v2/"+testProject+"/desktops/detail?limit=1", "AK", secret)
	assert.Equal(t, 200, status, body)
	status, body = get(t, url+"/v2/"+testProject+"/desktops/x", "AK", secret)
	assert.Equal(t, 400, status)
	assert.Contains(t, body, "--fault")
	status, body = get(t, url+"/v2/"+testProject+"/desktops/detail", "AK", "another")
	assert.Equal(t, 401, status)
	assert.Contains(t, body, "APIGW.0301")
	assert.Zero(t, stop(), "%s", errs)
	assert.Contains(t, errs.String(), "desktop:refuse", "a fault that happened is in the log")
	for _, text := range []string{out.String(), errs.String(), body} {
		assert.NotContains(t, text, secret)
	}
	_, err := http.Get(url)
	assert.Error(t, err, "it is stopped")
}

func TestTheCloudTakesTheSDKsEnvironment(t *testing.T) {
	t.Setenv("HUAWEICLOUD_SDK_AK", "AKENV")
	t.Setenv("HUAWEICLOUD_SDK_SK", "secret of the environment")
	t.Setenv("HUAWEICLOUD_SDK_PROJECT_ID", "project-of-the-environment")
	t.Setenv("HUAWEICLOUD_SDK_DOMAIN_ID", "domain")
	t.Setenv("CONSOLE_FAULT", "pools:409;desktop:409")
	t.Setenv("CONSOLE_TOKEN", "token-one,token-two@1h")
	url, _, _, _ := runCloud(t)
	status, body := get(t, url+"/v2/project-of-the-environment/desktops/detail?limit=1", "AKENV", "secret of the environment")
	assert.Equal(t, 200, status, body)
	status, _ = get(t, url+"/v2/project-of-the-environment/desktops/x", "AKENV", "secret of the environment")
	assert.Equal(t, 409, status)
	for token, want := range map[string]int{"token-one": 200, "token-two": 200, "token-two@1h": 401} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/v2/project-of-the-environment/desktops/detail?limit=1", nil)
		require.NoError(t, err)
		r.Header.Set("X-Auth-Token", token)
		response, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		assert.Equal(t, want, response.StatusCode, token)
	}
	url, _, _, _ = runCloud(t, "--project-id", "mine", "--ak", "AKFLAG")
	status, body = get(t, url+"/v2/mine/desktops/detail?limit=1", "AKFLAG", "secret of the environment")
	assert.Equal(t, 200, status, body)
}

// TestAConsoleByToken runs a console with a token file against `console cloud`, and has the token changed for a wrong one and
// for another while it runs.
func TestAConsoleByToken(t *testing.T) {
	t.Parallel()
	const first, second, wrong = "canary-first-token", "canary-second-token", "canary-wrong-token"
	cloudURL, out, errs, stopCloud := runCloud(t, "--token", first, "--token", second+"@1h", "--project-id", deskProject)
	path := filepath.Join(t.TempDir(), "token")
	renew := func(token string) {
		require.NoError(t, os.WriteFile(path+".new", []byte(token+"\n"), 0o600))
		require.NoError(t, os.Rename(path+".new", path))
	}
	renew(first)
	dir := filepath.Join(t.TempDir(), "data")
	token := newToken(t, dir)
	console := startChild(t, setup{Dir: dir, Cloud: cloudURL, TokenFile: path}, "HUAWEICLOUD_SDK_PROJECT_ID="+deskProject, "HUAWEICLOUD_SDK_AK=", "HUAWEICLOUD_SDK_SK=")
	order := func(n, status int, state string) {
		t.Helper()
		r, err := console.call(token, deskPath, key(n), eips(n, n, false))
		require.NoError(t, err)
		assert.Equal(t, status, r.status, "%s", r.body)
		assert.Equal(t, state, console.told(token, r.id).State)
		for _, secret := range []string{first, second, wrong} {
			assert.NotContains(t, string(r.body), secret)
		}
	}
	// ready waits until the console has, or has not, a token that is taken: it looks at the file once a second.
	ready := func(status int) {
		t.Helper()
		require.Eventually(t, func() bool {
			response, err := http.Get(console.url + "/readyz")
			if err != nil {
				return false
			}
			_ = response.Body.Close()
			return response.StatusCode == status
		}, testTimeout, 20*time.Millisecond)
	}
	order(1, http.StatusOK, "placed")
	renew(wrong)
	ready(http.StatusServiceUnavailable)
	order(2, http.StatusUnauthorized, "refused") // for sure: it may be ordered again
	renew(second)
	ready(http.StatusOK)
	order(3, http.StatusOK, "placed")
	console.stop()
	assert.Zero(t, stopCloud(), "%s", errs)
	for _, text := range []string{console.said.String(), out.String(), errs.String()} {
		assert.NotContains(t, text, "canary")
	}
}

func TestAHangingRequestDoesNotHoldTheStop(t *testing.T) {
	t.Parallel()
	url, _, errs, stop := runCloud(t, "--ak", "AK", "--sk", "SK", "--fault", "desktops:hang-before")
	gone := make(chan error, 1)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/v2/"+testProject+"/desktops/detail", nil)
	require.NoError(t, err)
	require.NoError(t, sign.Sign(r, nil, "AK", "SK", time.Now()))
	go func() {
		response, err := (&http.Transport{}).RoundTrip(r)
		if err == nil {
			_ = response.Body.Close()
		}
		gone <- err
	}()
	require.Eventually(t, func() bool { return strings.Contains(errs.String(), "hang-before") }, testTimeout, time.Millisecond)
	began := time.Now()
	assert.Zero(t, stop())
	assert.Error(t, <-gone)
	assert.Less(t, time.Since(began), shutdownTimeout)
}

func TestWrongUsageOfTheCloud(t *testing.T) {
	t.Parallel()
	keys := []string{"--ak", "AK", "--sk", "canary-of-the-secret-key"}
	for name, args := range map[string][]string{
		"no keys":              nil,
		"no secret":            {"--ak", "AK"},
		"no secret, a token":   {"--ak", "AK", "--token", "canary"},
		"a token of two words": append([]string{"--token", "canary canary"}, keys...),
		"a token without life": append([]string{"--token", "canary@never"}, keys...),
		"a fault that is none": append([]string{"--fault", "subscribe:501"}, keys...),
		"a route that is none": append([]string{"--fault", "moon:409"}, keys...),
		"a seed that is none":  append([]string{"--fault-seed", "x"}, keys...),
		"an address":           append([]string{"--listen", "here"}, keys...),
		"a negative speed":     append([]string{"--embedded-speed", "-1s"}, keys...),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, out, errs := console(t, append([]string{"cloud", "--data", t.TempDir()}, args...)...)
			assert.Equal(t, 2, code, errs)
			assert.Empty(t, out)
			assert.Equal(t, 1, strings.Count(errs, "\n"), errs)
			assert.NotContains(t, errs, "canary")
		})
	}
}
