package cloudhttp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	core "github.com/huaweicloud/huaweicloud-sdk-go-v3/core"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/basic"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/global"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/config"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/sdkerr"
	bss "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/bssintl/v2"
	workspace "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/workspace/v2"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/cloud/cloudhttp"
	"workspace-order-console/internal/cloud/embedded"
	"workspace-order-console/internal/cloud/sign"
)

const (
	ak = "AKTEST0123456789ABCD"
	sk = "the secret key of the tests"
	// aToken does not expire, shortToken does within the hour.
	aToken     = "MIIT-a-token-that-holds"
	shortToken = "MIIT-a-token-of-an-hour"
	project    = "0bec5db98280d2d02fd6c00c2de791ce" // the examples'
	domain     = "b1f2c3d4e5f60718293a4b5c6d7e8f90"
	region     = "ap-southeast-1"
	speed      = 2 * time.Second
)

// template is a folder with the demo data, made once and copied for every test.
var template = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "cloudhttp")
	if err != nil {
		return "", err
	}
	c, err := embedded.Open(context.Background(), embedded.Config{Dir: dir, ProjectID: project, Region: region})
	if err != nil {
		return dir, err
	}
	return dir, c.Close()
})

func TestMain(m *testing.M) {
	code := m.Run()
	if dir, _ := template(); dir != "" {
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

// world is a cloud behind HTTP, with a clock of its own that a test moves. Signatures go by the real one.
type world struct {
	t     *testing.T
	cloud *embedded.Cloud
	api   *cloudhttp.Server
	url   string

	mu     sync.Mutex
	ahead  time.Duration // of the cloud's clock
	skew   time.Duration // of the gateway's clock
	waited []time.Duration
	wake   chan time.Time
}

// fresh serves a folder of its own with the demo data.
func fresh(t *testing.T, faults ...string) *world {
	t.Helper()
	from, err := template()
	require.NoError(t, err)
	dir := t.TempDir()
	data, err := os.ReadFile(filepath.Join(from, "cloud.db"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "cloud.db"), data, 0o600))
	w := &world{t: t, wake: make(chan time.Time)}
	now := func(offset *time.Duration) func() time.Time {
		return func() time.Time {
			w.mu.Lock()
			defer w.mu.Unlock()
			return time.Now().Add(*offset)
		}
	}
	w.cloud, err = embedded.Open(t.Context(), embedded.Config{Dir: dir, ProjectID: project, Region: region, Speed: speed,
		Now: now(&w.ahead), UserName: "tester"})
	require.NoError(t, err)
	t.Cleanup(func() { _ = w.cloud.Close() })
	parsed, err := cloudhttp.ParseFaults(faults...)
	require.NoError(t, err)
	w.api = cloudhttp.New(cloudhttp.Config{Cloud: w.cloud, AK: ak, SK: sk, ProjectID: project, DomainID: domain, Region: region,
		Tokens: []cloudhttp.Token{{Value: aToken}, {Value: shortToken, Until: time.Now().Add(time.Hour)}}, Faults: parsed, FaultSeed: 1, Now: now(&w.skew), After: w.after})
	server := httptest.NewServer(w.api)
	t.Cleanup(server.Close)
	t.Cleanup(w.api.Close)
	w.url = server.URL
	return w
}

// after notes how long somebody wants to wait, and wakes them when the test says so.
func (w *world) after(d time.Duration) <-chan time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waited = append(w.waited, d)
	return w.wake
}

// pass lets time pass for the cloud, and for the gateway.
func (w *world) pass(cloud, gateway time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ahead += cloud
	w.skew += gateway
}

// transport is what the SDK sends through; it lets go of its connections with the test.
func (w *world) transport() *http.Transport {
	transport := &http.Transport{}
	w.t.Cleanup(transport.CloseIdleConnections)
	return transport
}

// client builds an SDK client. With a User-Agent of its own the SDK writes no file into the home directory.
func (w *world) client(builder *core.HcHttpClientBuilder, credential auth.ICredential, transport http.RoundTripper) *core.HcHttpClient {
	w.t.Helper()
	settings := config.DefaultHttpConfig().WithUserAgent("contract-test").WithTimeout(20 * time.Second).WithHttpRoundTripper(transport)
	client, err := builder.WithEndpoint(w.url).WithCredential(credential).WithHttpConfig(settings).SafeBuild()
	require.NoError(w.t, err)
	return client
}

// keyed is a project's credentials.
func keyed(t *testing.T, ak, sk, project string) auth.ICredential {
	t.Helper()
	credential, err := basic.NewCredentialsBuilder().WithAk(ak).WithSk(sk).WithProjectId(project).SafeBuild()
	require.NoError(t, err)
	return credential
}

// workspace is the official SDK's client of the service.
func (w *world) workspace() *workspace.WorkspaceClient {
	w.t.Helper()
	return workspace.NewWorkspaceClient(w.client(workspace.WorkspaceClientBuilder(), keyed(w.t, ak, sk, project), w.transport()))
}

// billing is the official SDK's client of the billing service.
func (w *world) billing() *bss.BssintlClient {
	w.t.Helper()
	credential, err := global.NewCredentialsBuilder().WithAk(ak).WithSk(sk).WithDomainId(domain).SafeBuild()
	require.NoError(w.t, err)
	return bss.NewBssintlClient(w.client(bss.BssintlClientBuilder(), credential, w.transport()))
}

// refusal is the SDK's error of an answer.
func refusal(t *testing.T, err error) *sdkerr.ServiceResponseError {
	t.Helper()
	var refused *sdkerr.ServiceResponseError
	require.ErrorAs(t, err, &refused)
	return refused
}

func p[T any](value T) *T { return &value }

// signed is a request signed by hand.
func (w *world) signed(ctx context.Context, method, path, body string) *http.Request {
	r, err := http.NewRequestWithContext(ctx, method, w.url+path, bytes.NewReader([]byte(body)))
	if err == nil {
		r.Header.Set("User-Agent", "by hand")
		err = sign.Sign(r, []byte(body), ak, sk, time.Now())
	}
	if err != nil {
		panic(err)
	}
	return r
}

// send sends a signed request by hand and returns the answer as it came.
func (w *world) send(method, path, body string) (*http.Response, []byte, error) {
	response, err := w.transport().RoundTrip(w.signed(w.t.Context(), method, path, body))
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	return response, got, err
}

// told sends and wants an answer of a status, decoded.
func (w *world) told(status int, method, path, body string) map[string]any {
	w.t.Helper()
	response, got, err := w.send(method, path, body)
	require.NoError(w.t, err)
	require.Equal(w.t, status, response.StatusCode, "%s", got)
	decoder := json.NewDecoder(bytes.NewReader(got))
	decoder.UseNumber()
	var decoded map[string]any
	require.NoError(w.t, decoder.Decode(&decoded))
	return decoded
}

// aDesktop is a small order that can be placed again and again.
const aDesktop = `{"type":"createDesktops","extend_param":{"is_auto_pay":"false"},"resources":[{"period_type":2,"period_num":1,"create_desktops":{` +
	`"desktop_type":"DEDICATED","availability_zone":"ap-southeast-1a","product_id":"workspace.k.large2.uosv20pro","image_type":"private",` +
	`"image_id":"e1d65e11-861c-459d-a3a8-ab150d79befc","root_volume":{"type":"SAS","size":80},"size":1,"desktop_name_policy_id":"16b1026c-49db-40c1-9c4d-4c23465d33fb"}}]}`

const subscribePath = "/v2/" + project + "/periodic/subscribe/order"
