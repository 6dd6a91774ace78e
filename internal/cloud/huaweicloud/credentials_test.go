package huaweicloud

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
)

func withToken(path string) func(*Config) {
	return func(config *Config) { config.AK, config.SK, config.DomainID, config.TokenFile = nil, nil, "", path }
}

func TestATokenIsReadAgainWhenItsFileChanges(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "token")
	write := func(token string, age time.Duration) {
		require.NoError(t, os.WriteFile(path, []byte(token+"\n"), 0o600))
		at := time.Now().Add(-age)
		require.NoError(t, os.Chtimes(path, at, at))
	}
	write("first-token", time.Hour)
	clock := newClock()
	var got []http.Header
	var paths []string
	url := handling(t, func(w http.ResponseWriter, r *http.Request) {
		got, paths = append(got, r.Header), append(paths, r.URL.Path)
		_, _ = io.WriteString(w, `{"order_id":"CS1"}`)
	})
	var logged bytes.Buffer
	c := open(t, url, withToken(path), func(config *Config) { config.Now, config.Log = clock.now, logTo(&logged) })
	token := func() string {
		require.Equal(t, cloud.OutcomeDone, c.Place(t.Context(), order(cloud.DoorSubscribe)).Outcome)
		require.NoError(t, c.Pay(t.Context(), "CS1"))
		last := got[len(got)-2:]
		for _, h := range last {
			assert.Empty(t, h.Get("Authorization"))
			assert.Equal(t, last[0].Get("X-Auth-Token"), h.Get("X-Auth-Token"))
		}
		assert.Equal(t, "/v2/"+project+"/periodic/subscribe/order", paths[len(paths)-2])
		return last[0].Get("X-Auth-Token")
	}
	assert.Equal(t, "first-token", token())
	write("second-token", time.Minute)
	assert.Equal(t, "first-token", token(), "the file is looked at once a second")
	clock.advance(time.Second)
	assert.Equal(t, "second-token", token())
	require.NoError(t, os.Remove(path))
	clock.advance(time.Second)
	assert.Equal(t, "second-token", token(), "a file that is gone leaves the last token in use")
	assert.Contains(t, logged.String(), "cannot be read")
	write("  \n", 0)
	clock.advance(time.Second)
	assert.Equal(t, "second-token", token())
	write("two\nlines", 0)
	clock.advance(time.Second)
	assert.Equal(t, "second-token", token())
	assert.NotContains(t, logged.String(), "lines")
	write("third-token", 0)
	clock.advance(time.Second)
	assert.Equal(t, "third-token", token())
}

func TestTheBillingServiceMayHaveATokenOfItsOwn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "project"), []byte("project-token"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "account"), []byte("account-token"), 0o600))
	var tokens []string
	url := handling(t, func(w http.ResponseWriter, r *http.Request) {
		tokens = append(tokens, r.Header.Get("X-Auth-Token"))
		_, _ = io.WriteString(w, `{"order_id":"CS1"}`)
	})
	c := open(t, url, withToken(filepath.Join(dir, "project")), func(config *Config) { config.BillingTokenFile = filepath.Join(dir, "account") })
	c.Place(t.Context(), order(cloud.DoorSubscribe))
	require.NoError(t, c.Cancel(t.Context(), "CS1"))
	assert.Equal(t, []string{"project-token", "account-token"}, tokens)
}

func TestTemporaryCredentials(t *testing.T) {
	t.Parallel()
	var got []http.Header
	url := handling(t, func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.Header)
		_, _ = io.WriteString(w, `{"order_id":"CS1"}`)
	})
	c := open(t, url, func(config *Config) { config.SecurityToken = auth.Secret(canaryToken) })
	c.Place(t.Context(), order(cloud.DoorSubscribe))
	require.NoError(t, c.Pay(t.Context(), "CS1"))
	for _, h := range got {
		assert.Equal(t, canaryToken, h.Get("X-Security-Token"))
		assert.Contains(t, h.Get("Authorization"), "x-security-token")
	}
	assert.Len(t, got, 2)
}

// TestSecretsComeOutOfNowhere has a gateway that repeats all that it was sent in every place where it can.
func TestSecretsComeOutOfNowhere(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(file, []byte(canaryToken), 0o600))
	for name, way := range map[string]struct {
		change func(*Config)
		known  []string
	}{
		"keys":  {func(config *Config) { config.SecurityToken = auth.Secret(canaryToken) }, []string{canaryAK, canarySK, canaryToken}},
		"token": {withToken(file), []string{canaryToken}},
	} {
		for _, status := range []int{200, 302, 400, 401, 500} {
			t.Run(fmt.Sprint(name, " ", status), func(t *testing.T) {
				t.Parallel()
				url := handling(t, func(w http.ResponseWriter, r *http.Request) {
					said := strings.Join(r.Header.Values("Authorization"), "") + r.Header.Get("X-Auth-Token") + r.Header.Get("X-Security-Token") + strings.Join(way.known, "/")
					w.Header().Set("X-Request-Id", way.known[0]+canaryToken)
					w.Header().Set("Location", "/"+way.known[0])
					w.WriteHeader(status)
					fmt.Fprintf(w, `{"error_code":"APIGW.0301","error_msg":"Incorrect %s","error_detail":"%s"}`, said, way.known[0])
				})
				var out bytes.Buffer
				c := open(t, url, way.change, func(config *Config) { config.Log = logTo(&out) })
				a := c.Place(t.Context(), order(cloud.DoorSubscribe))
				_, err1 := c.Desktops(t.Context(), cloud.Page{})
				err2 := c.Pay(t.Context(), "CS1")
				require.Error(t, err1)
				require.Error(t, err2)
				fmt.Fprintf(&out, "%s %s %+v %#v %v %v %v %+v %#v %s", a.Body, a.RequestID, a.Error, *a.Error, a.Error, err1, err2, c, c, c)
				fmt.Fprintf(&out, "%+v", c.Stats())
				for _, secret := range []string{canaryAK, canarySK, canaryToken} {
					assert.False(t, strings.Contains(out.String(), secret), secret)
				}
				assert.True(t, strings.Contains(out.String(), "APIGW.0301"))
			})
		}
	}
	c := open(t, "http://127.0.0.1:1", func(config *Config) {
		config.Dial = func(context.Context, string, string) (net.Conn, error) {
			return nil, fmt.Errorf("proxy says %s", canaryAK)
		}
	})
	a := c.Place(t.Context(), order(cloud.DoorSubscribe))
	assert.Equal(t, "the cloud was not reached: proxy says ***", a.Error.Msg)
	assert.NotContains(t, fmt.Sprintf("%+v %#v", a.Error.Err, a.Error.Err), canaryAK)
}

func TestWhatIsNotTakenAsConfiguration(t *testing.T) {
	t.Parallel()
	empty := filepath.Join(t.TempDir(), "empty")
	require.NoError(t, os.WriteFile(empty, nil, 0o600))
	for name, change := range map[string]func(*Config){
		"no user agent":       func(c *Config) { c.UserAgent = "" },
		"no project":          func(c *Config) { c.ProjectID = "" },
		"a project as a path": func(c *Config) { c.ProjectID = "a/b" },
		"no keys":             func(c *Config) { c.AK, c.SK = nil, nil },
		"half a key":          func(c *Config) { c.SK = nil },
		"an empty key":        func(c *Config) { c.SK = auth.Secret("") },
		"no account":          func(c *Config) { c.DomainID = "" },
		"keys and a token":    func(c *Config) { c.TokenFile = empty },
		"no token file":       withToken(filepath.Join(t.TempDir(), "none")),
		"an empty token file": withToken(empty),
		"no region":           func(c *Config) { c.Region, c.BSSEndpoint = "", "" },
		"a region as a host":  func(c *Config) { c.Region, c.BSSEndpoint = "evil.example/x", "" },
		"a path":              func(c *Config) { c.WorkspaceEndpoint = "https://example.com/base" },
		"a password":          func(c *Config) { c.WorkspaceEndpoint = "https://u:" + canarySK + "@example.com" },
		"a bad URL":           func(c *Config) { c.WorkspaceEndpoint = "https://u:" + canarySK + "@[::1" },
		"plain http":          func(c *Config) { c.WorkspaceEndpoint = "http://example.com" },
		"another scheme":      func(c *Config) { c.WorkspaceEndpoint = "ftp://example.com" },
	} {
		config := Config{ProjectID: project, Region: "ap-southeast-1", DomainID: domain, AK: auth.Secret(canaryAK), SK: auth.Secret(canarySK), UserAgent: "x"}
		change(&config)
		_, err := New(config)
		if assert.Error(t, err, name) {
			assert.NotContains(t, err.Error(), canarySK)
		}
	}
}

func TestEndpoints(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		config         Config
		workspace, bss string
	}{
		{Config{Region: "ap-southeast-1"}, "https://workspace.ap-southeast-1.myhuaweicloud.com", bssInternational},
		{Config{Region: "la-north-2"}, "https://workspace.la-north-2.myhuaweicloud.com", bssInternational},
		{Config{Region: "cn-north-4"}, "https://workspace.cn-north-4.myhuaweicloud.com", bssMainland},
		{Config{Region: "eu-west-101"}, "https://workspace.eu-west-101.myhuaweicloud.com", bssEurope},
		{Config{Region: "cn-north-4", BSSEndpoint: "bss-intl.myhuaweicloud.com/"}, "https://workspace.cn-north-4.myhuaweicloud.com", bssInternational},
		{Config{WorkspaceEndpoint: "http://127.0.0.1:9090", BSSEndpoint: "http://[::1]:9090"}, "http://127.0.0.1:9090", "http://[::1]:9090"},
		{Config{WorkspaceEndpoint: "http://localhost:9090", BSSEndpoint: "http://cloud:9090", PlainHTTP: true}, "http://localhost:9090", "http://cloud:9090"},
	} {
		urls, err := endpointsOf(c.config)
		require.NoError(t, err)
		assert.Equal(t, map[service]string{workspace: c.workspace, bss: c.bss}, urls)
	}
}
