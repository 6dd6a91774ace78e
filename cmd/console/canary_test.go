package main

import (
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud/cloudhttp"
	"workspace-order-console/internal/cloud/embedded"
)

// TestTheCloudsCredentialsAreNowhere runs a console with canaries for AK and SK against a cloud that also fails, and looks
// for them in everything that the console printed, stored and answered, a panic included.
func TestTheCloudsCredentialsAreNowhere(t *testing.T) {
	t.Parallel()
	const ak, sk = "AKCANARY7Q2M", "SKCANARYx91LkPz0Vw"
	cloudDir := t.TempDir()
	own, err := embedded.Open(t.Context(), embedded.Config{Dir: cloudDir, ProjectID: "canary-project", Region: "ap-southeast-1"})
	require.NoError(t, err)
	defer own.Close()
	faults, err := cloudhttp.ParseFaults("orders:500-after:seq=2", "orders:refuse:seq=3")
	require.NoError(t, err)
	api := cloudhttp.New(cloudhttp.Config{Cloud: own, AK: ak, SK: auth.Secret(sk), ProjectID: "canary-project", DomainID: "canary-domain",
		Region: "ap-southeast-1", Faults: faults})
	defer api.Close()
	server := httptest.NewServer(api)
	defer server.Close()
	env := []string{"HUAWEICLOUD_SDK_AK=" + ak, "HUAWEICLOUD_SDK_SK=" + sk,
		"HUAWEICLOUD_SDK_PROJECT_ID=canary-project", "HUAWEICLOUD_SDK_DOMAIN_ID=canary-domain", "HOME=" + t.TempDir()}
	dir := filepath.Join(t.TempDir(), "data")

	var seen strings.Builder // all that was answered
	first := startChild(t, setup{Dir: dir, Cloud: server.URL}, env...)
	token := newToken(t, dir)
	ask := func(c *child, method, path, body, key string) {
		request, err := http.NewRequestWithContext(t.Context(), method, c.url+path, strings.NewReader(body))
		require.NoError(t, err)
		request.Header.Set("X-Auth-Token", token)
		request.Header.Set("Accept", "application/json")
		if key != "" {
			request.Header.Set("Idempotency-Key", key)
		}
		response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
		if err != nil {
			seen.WriteString(err.Error())
			return
		}
		defer response.Body.Close()
		require.NoError(t, response.Write(&seen))
	}
	example := exampleNamed(t, "subscribe/expandDesktopPool")
	path := strings.Replace(example.Path, testProject, "canary-project", 1)
	for _, key := range []string{"ordered", "in-doubt"} {
		ask(first, http.MethodPost, path, string(example.Body), key)
	}
	other := exampleNamed(t, "subscribe/createDesktops/minimal-seed-example")
	ask(first, http.MethodPost, path, string(other.Body), "refused")
	for _, page := range []string{"/orders", "/desktops", "/pools", "/audit", "/metrics", "/v2/openapi.json", "/healthz", "/readyz", "/nothing", "/signin"} {
		ask(first, http.MethodGet, page, "", "")
	}
	somebody := first.signIn()
	pages := []string{"/", "/orders", "/desktops", "/audit", "/settings", "/keys", "/orders/new", "/teams/export"}
	made := first.all(token)
	require.Len(t, made, 3)
	for _, order := range made {
		pages = append(pages, "/orders/"+order.ID)
	}
	for _, page := range pages {
		seen.WriteString(somebody.page(first, page))
	}
	first.stop()
	require.Contains(t, seen.String(), "canary-project", "something was seen")

	second := startChild(t, setup{Dir: dir, Cloud: server.URL, PanicAt: "answered"}, env...)
	third := exampleNamed(t, "batch-desktop/ADD_VOLUME/desktop_ids")
	ask(second, third.Method, strings.Replace(third.Path, testProject, "canary-project", 1), string(third.Body), "panic")
	require.Error(t, <-second.gone)
	require.Contains(t, second.said.String(), "panic: at answered")

	backup := filepath.Join(t.TempDir(), "copy.db")
	code, _, errs := console(t, "backup", backup, "--data", dir)
	require.Zero(t, code, errs)
	places := map[string]string{"answers": seen.String(), "first output": first.said.String(), "second output": second.said.String()}
	for _, root := range []string{dir, filepath.Dir(backup)} {
		require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			file, err := os.Open(path)
			if err != nil {
				return err
			}
			defer file.Close()
			raw, err := io.ReadAll(file)
			places[path] = string(raw)
			return err
		}))
	}
	assert.Greater(t, len(places), 5, "files were looked at")
	for place, text := range places {
		assert.False(t, strings.Contains(text, ak), "the AK is in %s", place)
		assert.False(t, strings.Contains(text, sk), "the SK is in %s", place)
	}
}
