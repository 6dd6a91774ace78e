package huaweicloud

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/cloud"
)

// failure is a way for a call to go wrong, and what each kind of call makes of it.
type failure struct {
	name string
	// handle serves; nil where nobody does. url overrides where to.
	handle func(conn net.Conn, req *http.Request, quit <-chan struct{})
	url    func(*testing.T) string
	dial   func(context.Context, string, string) (net.Conn, error)
	order  cloud.Outcome
	// pay is for payments and cancellations; empty = the same.
	pay cloud.Outcome
	// sent is how many requests reach the server: 1 unless none does.
	sent  int64
	short bool // the call's time is up as soon as it hangs
}

func answers(status int, body string, headers ...string) func(net.Conn, *http.Request, <-chan struct{}) {
	return func(conn net.Conn, _ *http.Request, _ <-chan struct{}) { say(conn, status, body, headers...) }
}

func writes(text string) func(net.Conn, *http.Request, <-chan struct{}) {
	return func(conn net.Conn, _ *http.Request, _ <-chan struct{}) {
		_, _ = io.WriteString(conn, text)
		_ = conn.Close()
	}
}

func hangs(first string) func(net.Conn, *http.Request, <-chan struct{}) {
	return func(conn net.Conn, _ *http.Request, quit <-chan struct{}) {
		_, _ = io.WriteString(conn, first)
		<-quit
	}
}

// failures are those of docs/wire.md section 12, and some more.
func failures() []failure {
	gone, refused, unknown, done := cloud.OutcomeNotSent, cloud.OutcomeRefused, cloud.OutcomeUnknown, cloud.OutcomeDone
	said := `{"error_code":"WKS.0001","error_msg":"no","error_detail":"why","encoded_authorization_message":"enc"}`
	list := []failure{
		{name: "connection refused", url: closedPort, order: gone},
		{name: "unknown host", url: func(*testing.T) string { return "https://no-such-host.invalid" }, order: gone, dial: noHost},
		{name: "TLS with an unknown CA", url: tlsServer, order: gone},
		{name: "https to a plain server", url: plainAsTLS, order: gone},
		{name: "no time to connect", url: func(*testing.T) string { return "http://127.0.0.1:9" }, dial: never, order: gone, short: true},
		{name: "closed before a byte was read", url: slammed, order: unknown},
		{name: "timeout before the headers", handle: hangs(""), order: unknown, sent: 1, short: true},
		{name: "timeout in the headers", handle: hangs("HTTP/1.1 200 OK\r\nX-Requ"), order: unknown, sent: 1, short: true},
		{name: "timeout in the body", handle: hangs("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"order_id\":"), order: unknown, sent: 1, short: true},
		{name: "closed without an answer", handle: writes(""), order: unknown, sent: 1},
		{name: "closed inside the headers", handle: writes("HTTP/1.1 200 OK\r\nCont"), order: unknown, sent: 1},
		{name: "closed inside the body", handle: writes("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"order_id\":\"CS1\"}"), order: unknown, sent: 1},
		{name: "a cut chunk", handle: writes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n{\"order_id\":\"CS1\"}"), order: unknown, sent: 1},
		{name: "a refusal that is cut off", handle: writes("HTTP/1.1 400 Bad\r\nContent-Length: 99\r\n\r\n{\"error_code\":"), order: unknown, sent: 1},
		{name: "not HTTP", handle: writes("220 smtp ready\r\n\r\n"), order: unknown, sent: 1},
		{name: "an endless answer", handle: writes("HTTP/1.1 200 OK\r\n\r\n" + strings.Repeat(" ", writeSize+1) + `{"order_id":"CS1"}`), order: unknown, sent: 1},
		{name: "302", handle: answers(302, "", "Location: /elsewhere"), order: unknown, sent: 1},
		{name: "307", handle: answers(307, "", "Location: /elsewhere"), order: unknown, sent: 1},
		{name: "308 to another host", handle: answers(308, `{"order_id":"CS1"}`, "Location: http://127.0.0.1:1/"), order: unknown, sent: 1},
		{name: "301 to nowhere", handle: answers(301, "", "Location: ://%zz"), order: unknown, sent: 1},
		{name: "200 with an error", handle: answers(200, said), order: unknown, sent: 1},
		{name: "200 with a nested error", handle: answers(200, `{"error":{"code":"X.1","message":"no"}}`), order: unknown, sent: 1},
		{name: "200 with {}", handle: answers(200, `{}`), order: unknown, pay: done, sent: 1},
		{name: "200 without a body", handle: answers(200, ``), order: unknown, pay: done, sent: 1},
		{name: "200 with bad JSON", handle: answers(200, `{"order_id":`), order: unknown, sent: 1},
		{name: "200 with a page", handle: answers(200, `<html>please sign in</html>`), order: unknown, sent: 1},
		{name: "200 of a wrong type", handle: answers(200, `{"order_id":17,"orders":{}}`), order: unknown, pay: done, sent: 1},
		{name: "201 with an order", handle: answers(201, `{"order_id":"CS1","orders":[{"order_id":"CS1"}]}`), order: done, sent: 1},
		{name: "409", handle: answers(409, said), order: refused, sent: 1},
		{name: "408", handle: answers(408, said), order: unknown, sent: 1},
	}
	for _, status := range []int{400, 401, 403, 404, 429} {
		for shape, body := range map[string]string{"error_code": said, "code": `{"code":"X.1","message":"no"}`,
			"nested": `{"error":{"code":"X.1","message":"no"}}`, "half": `{"error_msg":"no"}`, "text": "no", "empty": ""} {
			list = append(list, failure{name: http.StatusText(status) + " " + shape, handle: answers(status, body), order: refused, sent: 1})
		}
	}
	for _, status := range []int{500, 502, 503, 504, 599} {
		list = append(list, failure{name: "5xx", handle: answers(status, said, "Retry-After: 1"), order: unknown, sent: 1})
	}
	return list
}

func TestEveryFailureLandsInItsOutcome(t *testing.T) {
	t.Parallel()
	for _, f := range failures() {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			acts := map[string]func(context.Context, *Cloud) (cloud.Outcome, error){
				"pay": func(ctx context.Context, c *Cloud) (cloud.Outcome, error) {
					err := c.Pay(ctx, "CS1")
					return cloud.OutcomeOf(err), err
				},
				"cancel": func(ctx context.Context, c *Cloud) (cloud.Outcome, error) {
					err := c.Cancel(ctx, "CS1")
					return cloud.OutcomeOf(err), err
				},
			}
			for _, door := range cloud.Doors {
				acts["place "+string(door)] = func(ctx context.Context, c *Cloud) (cloud.Outcome, error) {
					a := c.Place(ctx, order(door))
					if a.Error == nil {
						assert.Equal(t, cloud.OutcomeDone, a.Outcome)
						return a.Outcome, nil
					}
					assert.Equal(t, a.Outcome, a.Error.Outcome)
					return a.Outcome, a.Error
				}
			}
			for name, act := range acts {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					f.run(t, strings.HasPrefix(name, "place"), act)
				})
			}
		})
	}
}

func (f failure) run(t *testing.T, places bool, act func(context.Context, *Cloud) (cloud.Outcome, error)) {
	server, url := &rawServer{}, ""
	ctx := &expiring{t.Context(), make(chan struct{})}
	handle, dial := f.handle, f.dial
	if f.short && handle != nil {
		at := make(chan struct{})
		close(at) // has the handler come back where it would hang
		handle = func(conn net.Conn, req *http.Request, quit <-chan struct{}) {
			f.handle(conn, req, at)
			close(ctx.done)
			<-quit
		}
	}
	if f.short && dial != nil {
		dial = func(ctxDial context.Context, network, address string) (net.Conn, error) {
			close(ctx.done)
			return f.dial(ctxDial, network, address)
		}
	}
	if handle != nil {
		server = serveRaw(t, handle)
		url = server.url()
	} else {
		url = f.url(t)
	}
	var logged bytes.Buffer
	c := open(t, url, func(config *Config) { config.Dial, config.Log, config.Timeout = dial, logTo(&logged), time.Minute })
	got, err := act(ctx, c)
	want := f.order
	if !places && f.pay != "" {
		want = f.pay
	}
	assert.Equal(t, want, got, "%v", err)
	assert.Equal(t, f.sent, server.requests.Load(), "it is sent once, or not at all")
	if f.sent == 1 {
		assert.EqualValues(t, 1, server.connections.Load())
	}
	if want != cloud.OutcomeDone {
		require.Error(t, err)
		assert.NotEmpty(t, err.Error())
		assert.NotContains(t, err.Error()+logged.String(), canaryAK)
	}
}

// expiring is a context whose deadline passes when the test says so: no time of the machine's decides.
type expiring struct {
	context.Context
	done chan struct{}
}

func (e *expiring) Done() <-chan struct{} { return e.done }

func (e *expiring) Err() error {
	select {
	case <-e.done:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

func closedPort(t *testing.T) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	return "http://" + listener.Addr().String()
}

// noHost fails as a resolver does that knows no such name, without asking one.
func noHost(_ context.Context, _, address string) (net.Conn, error) {
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: address, IsNotFound: true}}
}

func never(ctx context.Context, _, _ string) (net.Conn, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func tlsServer(t *testing.T) string {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was reached") }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL
}

func plainAsTLS(t *testing.T) string {
	server := serveRaw(t, func(net.Conn, *http.Request, <-chan struct{}) { t.Error("it was reached") })
	// A plain server takes a TLS hello for a bad request line, and hangs up.
	return strings.Replace(server.url(), "http:", "https:", 1)
}

// slammed accepts connections and resets them at once. Whether a byte is written before depends on who is faster; the
// test's dialer makes sure that it is.
func slammed(t *testing.T) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			// a byte is waited for, and dropped together with the connection
			_, _ = conn.Read(make([]byte, 1))
			_ = conn.(*net.TCPConn).SetLinger(0)
			_ = conn.Close()
		}
	}()
	return "http://" + listener.Addr().String()
}

func TestOverTLSOrdersArrive(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, placed(cloud.DoorSubscribe)) }))
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	c := open(t, server.URL, func(config *Config) { config.TLS = &tls.Config{RootCAs: roots} })
	a := c.Place(t.Context(), order(cloud.DoorSubscribe))
	assert.Equal(t, cloud.OutcomeDone, a.Outcome, "%v", a.Error)
}

// stoppedContext has a deadline that passes without anybody being told, as in a process that was stopped and goes on.
type stoppedContext struct {
	context.Context
	deadline time.Time
}

func (s stoppedContext) Deadline() (time.Time, bool) { return s.deadline, true }

func TestAProcessThatWakesUpLateSendsNothing(t *testing.T) {
	t.Parallel()
	server := serveRaw(t, answers(200, placed(cloud.DoorSubscribe)))
	var passed context.Context // ends when the deadline has passed
	c := open(t, server.url(), func(config *Config) {
		config.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := (&net.Dialer{}).Dial(network, address)
			<-passed.Done() // the process is stopped here, connected and about to write
			return conn, err
		}
	})
	deadline := time.Now().Add(60 * time.Millisecond)
	passed, cancel := context.WithDeadline(t.Context(), deadline)
	defer cancel()
	a := c.Place(stoppedContext{context.Background(), deadline}, order(cloud.DoorSubscribe))
	assert.Equal(t, cloud.OutcomeNotSent, a.Outcome)
	assert.ErrorIs(t, a.Error.Err, errLate)
	assert.EqualValues(t, 1, server.connections.Load())
	assert.Zero(t, server.requests.Load())
}

func TestWhatWasGivenUpNeverLeaves(t *testing.T) {
	t.Parallel()
	server := serveRaw(t, answers(200, placed(cloud.DoorSubscribe)))
	conn, err := net.Dial("tcp", server.listener.Addr().String())
	require.NoError(t, err)
	defer conn.Close()
	g := &gate{deadline: time.Now().Add(time.Hour)}
	assert.False(t, g.shut())
	_, err = gatedConn{conn, g}.Write([]byte("POST / HTTP/1.1\r\nHost: a\r\n\r\n"))
	require.ErrorIs(t, err, errGaveUp)

	g = &gate{deadline: time.Now().Add(time.Hour)}
	_, err = gatedConn{conn, g}.Write([]byte("POST"))
	require.NoError(t, err)
	assert.True(t, g.shut(), "a byte went")
	_, err = gatedConn{conn, g}.Write([]byte(" /"))
	assert.ErrorIs(t, err, errGaveUp)
}

func TestBothClocksMakeLate(t *testing.T) {
	t.Parallel()
	now := time.Now()
	assert.False(t, late(now.Add(time.Second), now))
	assert.True(t, late(now, now))
	assert.True(t, late(now.Add(time.Hour), now.Add(time.Hour)))
	assert.True(t, late(now.Add(time.Second), now.Round(0).Add(time.Minute)), "the wall's clock went on while the machine slept")
	assert.False(t, late(time.Time{}, now), "no deadline")
}

func TestACancelledCallIsNotSent(t *testing.T) {
	t.Parallel()
	server := serveRaw(t, answers(200, placed(cloud.DoorSubscribe)))
	c := open(t, server.url())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	assert.Equal(t, cloud.OutcomeNotSent, c.Place(ctx, order(cloud.DoorSubscribe)).Outcome)
	assert.Zero(t, server.connections.Load())
}

func TestOrdersHaveConnectionsOfTheirOwn(t *testing.T) {
	t.Parallel()
	server := serveRaw(t, answers(200, `{"order_id":"CS1","desktops":[],"total_count":0}`))
	c := open(t, server.url())
	for range 3 {
		_, err := c.Desktops(t.Context(), cloud.Page{})
		require.NoError(t, err)
	}
	assert.EqualValues(t, 1, server.connections.Load(), "reads keep theirs")
	for range 3 {
		require.Equal(t, cloud.OutcomeDone, c.Place(t.Context(), order(cloud.DoorSubscribe)).Outcome)
	}
	assert.EqualValues(t, 4, server.connections.Load())
}

func TestWhatIsSent(t *testing.T) {
	t.Parallel()
	for _, door := range cloud.Doors {
		var got *http.Request
		var body []byte
		url := handling(t, func(w http.ResponseWriter, r *http.Request) {
			got = r
			body, _ = io.ReadAll(r.Body)
			_, _ = io.WriteString(w, placed(door))
		})
		call := order(door)
		a := open(t, url).Place(t.Context(), call)
		require.Equal(t, cloud.OutcomeDone, a.Outcome, "%v", a.Error)
		assert.Equal(t, []byte(placed(door)), a.Body)
		assert.Equal(t, "CS1", a.Entries[0].OrderID)
		assert.Equal(t, http.MethodPost, got.Method)
		assert.Equal(t, door.Path(project, call.DesktopID), got.URL.Path)
		assert.Equal(t, call.Body, body, "byte for byte")
		assert.Equal(t, "huaweicloud-usdk-go/3.0; workspace-order-console/test", got.UserAgent())
		assert.Equal(t, "application/json", got.Header.Get("Content-Type"))
		assert.Equal(t, project, got.Header.Get("X-Project-Id"))
		assert.Contains(t, got.Header.Get("Authorization"), "SDK-HMAC-SHA256 Access="+canaryAK)
		for _, name := range []string{"Idempotency-Key", "X-Idempotency-Key", "Expect", "X-Auth-Token", "X-Security-Token"} {
			assert.Empty(t, got.Header.Values(name), name)
		}
	}
}

func TestWhatCannotBeSentIsRefusedHere(t *testing.T) {
	t.Parallel()
	url, calls := answering(t, 200, `{"order_id":"CS1"}`)
	c := open(t, url)
	for _, call := range []cloud.Call{
		{Door: "elsewhere", Body: []byte(`{}`)},
		{Door: cloud.DoorSubscribe, Body: []byte(`{`)},
		{Door: cloud.DoorChange, Body: []byte(`{}`)},
		{Door: cloud.DoorChange, DesktopID: "d/../../x", Body: []byte(`{}`)},
		{Door: cloud.DoorChange, DesktopID: "{project_id}", Body: []byte(`{}`)},
	} {
		a := c.Place(t.Context(), call)
		assert.Equal(t, cloud.OutcomeRefused, a.Outcome)
		assert.NotEmpty(t, a.Error.Error())
	}
	assert.Zero(t, calls.Load())
}

func TestTheErrorKeepsWhatTheCloudSaid(t *testing.T) {
	t.Parallel()
	url, _ := answering(t, 403, `{"error_code":"PDP5.0001","error_msg":"no","error_detail":"why","encoded_authorization_message":"opaque=="}`)
	a := open(t, url).Place(t.Context(), order(cloud.DoorBatchDesktop))
	assert.Equal(t, &cloud.Error{Outcome: cloud.OutcomeRefused, HTTPStatus: 403, Code: "PDP5.0001", Msg: "no", Detail: "why",
		EncodedAuthorizationMessage: "opaque==", RequestID: "req-1"}, a.Error)
	err := open(t, url).Pay(t.Context(), "CS1")
	var e *cloud.Error
	require.True(t, errors.As(err, &e))
	assert.Equal(t, a.Error, e)
}

func TestNothingIsWrittenToTheHomeDirectory(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	url, _ := answering(t, 200, `{"order_id":"CS1","desktops":[],"total_count":0}`)
	c := open(t, url)
	require.Equal(t, cloud.OutcomeDone, c.Place(t.Context(), order(cloud.DoorSubscribe)).Outcome)
	_, err := c.Desktops(t.Context(), cloud.Page{})
	require.NoError(t, err)
	entries, err := os.ReadDir(home)
	require.NoError(t, err)
	assert.Empty(t, entries)
}

func TestThousandsAtOnceAreSentOnceEach(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	url := handling(t, func(w http.ResponseWriter, _ *http.Request) {
		if calls.Add(1)%3 == 0 {
			conn, _, _ := w.(http.Hijacker).Hijack()
			_ = conn.Close()
			return
		}
		_, _ = io.WriteString(w, `{"order_id":"CS1"}`)
	})
	c := open(t, url)
	outcomes := make(chan cloud.Outcome, 300)
	limit := make(chan struct{}, 20)
	for range cap(outcomes) {
		limit <- struct{}{}
		go func() {
			defer func() { <-limit }()
			outcomes <- c.Place(bg(), order(cloud.DoorSubscribe)).Outcome
		}()
	}
	count := map[cloud.Outcome]int{}
	for range cap(outcomes) {
		count[<-outcomes]++
	}
	assert.EqualValues(t, cap(outcomes), calls.Load())
	assert.Equal(t, map[cloud.Outcome]int{cloud.OutcomeDone: 200, cloud.OutcomeUnknown: 100}, count)
}
