package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/cloud/cloudhttp"
	"workspace-order-console/internal/cloud/embedded"
)

// desk is a cloud over HTTP in the test's own process, which outlives every console. It remembers each call with an
// effect that it got, and its book says what it made of them.
type desk struct {
	t            *testing.T
	own          *embedded.Cloud
	url, billing string // one server each, so that connections to them can be told apart
	// dir is the data folder of the consoles that order here.
	dir string

	mu    sync.Mutex
	calls []taken
	hold  chan struct{} // answers wait for it; nil when they do not
}

// taken is a call that came, and its answer.
type taken struct{ path, body, answer string }

const deskProject = "project-of-the-desk"

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{t: t, dir: filepath.Join(t.TempDir(), "data")}
	var err error
	d.own, err = embedded.Open(t.Context(), embedded.Config{Dir: t.TempDir(), ProjectID: deskProject, Region: "ap-southeast-1"})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.own.Close()) })
	api := cloudhttp.New(cloudhttp.Config{Cloud: d.own, AK: "AKDESK", SK: auth.Secret("secret of the desk"), ProjectID: deskProject,
		DomainID: "domain", Region: "ap-southeast-1"})
	t.Cleanup(api.Close)
	for _, url := range []*string{&d.url, &d.billing} {
		server := httptest.NewServer(d.noting(api))
		t.Cleanup(server.Close)
		*url = server.URL
	}
	return d
}

// noting notes calls with an effect before they are answered.
func (d *desk) noting(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.URL.Path, "/periodic/") && !strings.HasSuffix(r.URL.Path, "/pay") && !strings.HasSuffix(r.URL.Path, "/cancel") {
			next.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // it did not come whole
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		kept := httptest.NewRecorder()
		next.ServeHTTP(kept, r.WithContext(context.WithoutCancel(r.Context())))
		d.mu.Lock()
		d.calls = append(d.calls, taken{r.URL.Path, string(body), kept.Body.String()})
		hold := d.hold
		d.mu.Unlock()
		if hold != nil {
			select {
			case <-hold:
			case <-r.Context().Done():
			}
		}
		for name, values := range kept.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(kept.Code)
		_, _ = w.Write(kept.Body.Bytes())
	})
}

// start starts a console that orders here.
func (d *desk) start(s setup) *child {
	d.t.Helper()
	s.Dir, s.Cloud, s.Billing = d.dir, d.url, d.billing
	return startChild(d.t, s, "HUAWEICLOUD_SDK_AK=AKDESK", "HUAWEICLOUD_SDK_SK=secret of the desk",
		"HUAWEICLOUD_SDK_PROJECT_ID="+deskProject, "HUAWEICLOUD_SDK_DOMAIN_ID=domain")
}

const deskPath = "/v2/" + deskProject + "/periodic/subscribe/order"

// eips is the n-th order of a test, from 1: it can be told from the others by its bandwidth. There are count EIPs in it:
// an order is refused while another for as many is in doubt.
func eips(n, count int, autoPay bool) []byte {
	return fmt.Appendf(nil, `{"type":"applyDesktopsInternet","extend_param":{"is_auto_pay":"%t"},"resources":[{"period_type":2,"period_num":1,`+
		`"apply_desktops_internet":{"eip_type":"5_bgp","eip_charge_mode":"BANDWIDTH","bandwidth_size":%d,"count":%d}}]}`, autoPay, n, count)
}

// key is the idempotency key of the n-th order.
func key(n int) string { return "order-" + strconv.Itoa(n) }

var (
	bandwidth = regexp.MustCompile(`"bandwidth_size":(\d+)`)
	orderID   = regexp.MustCompile(`"order_id":"([^"]+)"`)
)

// placed are the cloud orders that calls for the n-th order were answered with, one for each call that came.
func (d *desk) placed(n int) (ids []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range d.calls {
		if m := bandwidth.FindStringSubmatch(c.body); m != nil && m[1] == strconv.Itoa(n) {
			id := orderID.FindStringSubmatch(c.answer)
			require.NotNil(d.t, id, "%s", c.answer)
			ids = append(ids, id[1])
		}
	}
	return ids
}

// asked counts the calls to "pay" or "cancel" a cloud order.
func (d *desk) asked(action, id string) (n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range d.calls {
		if strings.HasSuffix(c.path, "/"+action) && strings.Contains(c.body, id) {
			n++
		}
	}
	return n
}

// came counts all calls with an effect.
func (d *desk) came() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.calls)
}

// holdAnswers lets nobody have an answer until it is called off.
func (d *desk) holdAnswers() (release func()) {
	hold := make(chan struct{})
	d.mu.Lock()
	d.hold = hold
	d.mu.Unlock()
	return func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.hold != nil {
			close(d.hold)
			d.hold = nil
		}
	}
}

// book is the cloud's own list of orders, by ID.
func (d *desk) book() map[string]cloud.BillingOrder {
	d.t.Helper()
	list, err := cloud.All(d.t.Context(), 100, func(ctx context.Context, page cloud.Page) (cloud.List[cloud.BillingOrder], error) {
		return d.own.Orders(ctx, cloud.OrderFilter{Page: page})
	})
	require.NoError(d.t, err)
	book := map[string]cloud.BillingOrder{}
	for _, order := range list {
		book[order.OrderID] = order
	}
	require.Len(d.t, book, len(list))
	return book
}

// made are the IDs in the cloud's book, sorted.
func (d *desk) made() (ids []string) {
	d.t.Helper()
	for id := range d.book() {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}
