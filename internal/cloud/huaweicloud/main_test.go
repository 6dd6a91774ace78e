package huaweicloud

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
)

const (
	project = "0bec5db98280d2d02fd6c00c2de791ce"
	domain  = "9f1b2c3d4e5f60718293a4b5c6d7e8f9"
	// what must come out of nowhere
	canaryAK    = "CANARYACCESSKEY00001"
	canarySK    = "canary-secret-key-000000000000000000001"
	canaryToken = "canary-token-0000000000000000000000001"
)

var bg = context.Background

// testClock is a clock that moves when somebody sleeps, or when the test says so.
type testClock struct {
	mu     sync.Mutex
	at     time.Time
	sleeps []time.Duration
}

func newClock() *testClock { return &testClock{at: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)} }

func (c *testClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *testClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func (c *testClock) sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sleeps = append(c.sleeps, d)
	c.at = c.at.Add(d)
	return ctx.Err()
}

// open makes a cloud that talks to one address for both services.
func open(t testing.TB, url string, change ...func(*Config)) *Cloud {
	t.Helper()
	clock := newClock()
	config := Config{ProjectID: project, Region: "ap-southeast-1", DomainID: domain, AK: auth.Secret(canaryAK), SK: auth.Secret(canarySK),
		WorkspaceEndpoint: url, BSSEndpoint: url, UserAgent: "workspace-order-console/test", Timeout: 5 * time.Second, Rate: -1, TripAfter: -1,
		Now: clock.now, Sleep: clock.sleep}
	for _, c := range change {
		c(&config)
	}
	c, err := New(config)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

// answering serves one answer to everything and counts.
func answering(t testing.TB, status int, body string) (string, *atomic.Int64) {
	var calls atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		w.Header().Set("X-Request-Id", "req-1")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	return server.URL, &calls
}

// handling serves by a function.
func handling(t testing.TB, handle http.HandlerFunc) string {
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	return server.URL
}

// rawServer accepts connections, reads a request on each and lets the test do with the connection what it likes.
type rawServer struct {
	listener net.Listener
	// requests counts those that came whole, connections all that were accepted.
	requests, connections atomic.Int64
	quit                  chan struct{}
}

func serveRaw(t testing.TB, handle func(conn net.Conn, req *http.Request, quit <-chan struct{})) *rawServer {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &rawServer{listener: listener, quit: make(chan struct{})}
	var group sync.WaitGroup
	group.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			s.connections.Add(1)
			group.Go(func() {
				defer conn.Close()
				reader := bufio.NewReader(conn)
				for {
					req, err := http.ReadRequest(reader)
					if err != nil {
						return
					}
					if _, err := io.Copy(io.Discard, req.Body); err != nil {
						return
					}
					s.requests.Add(1)
					if handle(conn, req, s.quit); req.Close {
						return
					}
				}
			})
		}
	})
	t.Cleanup(func() {
		close(s.quit)
		_ = listener.Close()
		group.Wait()
	})
	return s
}

func (s *rawServer) url() string { return "http://" + s.listener.Addr().String() }

// say writes a whole answer.
func say(conn net.Conn, status int, body string, headers ...string) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d Said\r\nContent-Length: %d\r\nX-Request-Id: req-1\r\n", status, len(body))
	for _, h := range headers {
		b.WriteString(h + "\r\n")
	}
	b.WriteString("\r\n" + body)
	_, _ = conn.Write(b.Bytes())
}

// logTo keeps everything that is logged.
func logTo(b *bytes.Buffer) *slog.Logger {
	return slog.New(slog.NewTextHandler(&locked{w: b}, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

type locked struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// order is an order call to each door in turn.
func order(door cloud.Door) cloud.Call {
	call := cloud.Call{Door: door, Body: []byte(`{"type": "expandDesktopPool",  "name":"a<b>&c é"}`)}
	if door == cloud.DoorChange {
		call.DesktopID = "f8f7fe7a-9043-44ff-815e-ad20fc779d18"
	}
	return call
}

// placed is an answer that each door takes for a yes.
func placed(door cloud.Door) string {
	if door.Batch() {
		return `{"orders":[{"order_id":"CS1","order_status":6}]}`
	}
	return `{"order_id":"CS1"}`
}
