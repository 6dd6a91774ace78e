package main

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/cloud/huaweicloud"
	"workspace-order-console/internal/testkit"
	"workspace-order-console/internal/testkit/postgres"
)

// asChild makes the test binary the program: with this variable set, to a setup, it serves.
const asChild = "CONSOLE_TEST_SERVE"

// setup is how a console in a process of its own runs, and what becomes of it.
type setup struct {
	// Dir is its data folder.
	Dir string
	// Database is the address of a PostgreSQL database; a file in the data folder when empty.
	Database string
	// Cloud is the address of the cloud over HTTP that it orders at; the embedded one when empty. Billing is that of the
	// billing service; Cloud when empty. Its credentials come from the environment.
	Cloud, Billing string
	// TokenFile is --token-file.
	TokenFile string
	// Timeout is --cloud-timeout, testTimeout when 0; Grace is how long an answer may be overdue.
	Timeout, Grace time.Duration
	// Asleep keeps it from sending anything.
	Asleep bool
	// KillAt, StopAt and PanicAt are the points at which it kills itself, as hard as can be, stops itself until it is
	// told to go on, and panics.
	KillAt, StopAt, PanicAt point
}

// point is a place in the program: a named step, or one of the two of an order's way to the network. "step/2" is when it
// comes there for the second time.
type point string

const (
	// connected: there is a connection for the order, and nothing has been written to it.
	connected point = "connected"
	// written: all of the order's request was written, and no answer read.
	written point = "written"
)

func TestMain(m *testing.M) {
	if text := os.Getenv(asChild); text != "" {
		os.Exit(serveAsChild(text))
	}
	os.Exit(postgres.Main(m))
}

// serveAsChild serves until it is told to stop or comes to its end otherwise.
func serveAsChild(text string) int {
	var s setup
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		panic(err)
	}
	flags := &Flags{Listen: "127.0.0.1:0", LogFormat: "text", Data: s.Dir, Cloud: cloudEmbedded, ProjectID: testProject, CloudRate: -1,
		Database: auth.Secret(s.Database), Region: "ap-southeast-1", CloudTimeout: s.Timeout, ReconcileEvery: time.Hour, Auth: "local"}
	if flags.CloudTimeout == 0 {
		flags.CloudTimeout = testTimeout
	}
	at := &points{setup: s, seen: map[point]int{}}
	hooks := hooks{asleep: s.Asleep, grace: s.Grace, step: func(step string) { at.reached(point(step)) }}
	if s.Cloud != "" {
		flags.Cloud, flags.ProjectID, flags.WorkspaceEndpoint, flags.BSSEndpoint = cloudHuaweiCloud, os.Getenv("HUAWEICLOUD_SDK_PROJECT_ID"), s.Cloud, s.Billing
		if s.Billing == "" {
			flags.BSSEndpoint = s.Cloud
		}
		flags.TokenFile = s.TokenFile
		hooks.wrap = func(cloud.Cloud) cloud.Cloud { return at.cloud(flags) }
	}
	ctx, stop := signalled()
	defer stop()
	if err := serve(ctx, flags, &output{os.Stdout, os.Stderr}, hooks); err != nil {
		_, _ = io.WriteString(os.Stderr, err.Error()+"\n")
		return 1
	}
	return 0
}

// points is the child's way through the program.
type points struct {
	setup
	mu      sync.Mutex
	seen    map[point]int
	claimed atomic.Bool
}

func (p *points) reached(at point) {
	p.mu.Lock()
	p.seen[at]++
	if n := p.seen[at]; n > 1 {
		at += point("/" + strconv.Itoa(n))
	}
	p.mu.Unlock()
	if at == "claimed" {
		p.claimed.Store(true)
	}
	switch at {
	case p.PanicAt:
		panic("at " + string(at))
	case p.KillAt:
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // nothing more happens here
	case p.StopAt:
		told := make(chan os.Signal, 1)
		signal.Notify(told, toGoOn, toStopAgain)
		for again := true; again; {
			_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
			// The kernel may take a moment to stop every thread: none gets past here before it is told to.
			if again = <-told == toStopAgain; again {
				lock(p.Dir, time.Second) // until whoever was writing has written
			}
		}
	}
}

// What a stopped console is told before SIGCONT lets it hear: to go on, or to stop once more.
const (
	toGoOn      = syscall.SIGUSR1
	toStopAgain = syscall.SIGUSR2
)

// lock takes SQLite's one writer for a moment, waiting at most so long for it, and tells whether it could.
func lock(dir string, wait time.Duration) bool {
	db, err := sql.Open("sqlite", fmt.Sprintf("file:%s?_busy_timeout=%d&_txlock=immediate", filepath.Join(dir, "console.db"), wait.Milliseconds()))
	if err != nil {
		return false
	}
	tx, err := db.BeginTx(context.Background(), nil)
	if err == nil {
		err = tx.Rollback()
	}
	return errors.Join(err, db.Close()) == nil
}

// cloud is the real cloud of the flags, with the points of an order's way to the network. The first connection to the
// Workspace service after an order was claimed is the order's: its reads have theirs.
func (p *points) cloud(flags *Flags) cloud.Cloud {
	config, err := flags.huaweiCloud(flags.logger(os.Stderr))
	if err != nil {
		panic(err)
	}
	config.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		if err == nil && p.claimed.Load() && strings.HasSuffix(p.Cloud, address) {
			p.reached(connected)
			conn = watched{conn, p}
		}
		return conn, err
	}
	c, err := huaweicloud.New(config)
	if err != nil {
		panic(err)
	}
	return c
}

// watched is the connection of an order.
type watched struct {
	net.Conn
	points *points
}

func (w watched) Write(b []byte) (int, error) {
	n, err := w.Conn.Write(b)
	w.points.reached(written)
	return n, err
}

// child is a console in a process of its own.
type child struct {
	t    *testing.T
	cmd  *exec.Cmd
	url  string
	link string // signs in, once
	gone chan error
	// said is all that it printed; to be read once it is gone.
	said *bytes.Buffer
}

var (
	served = regexp.MustCompile(`The console is at (http://\S+)`)
	linked = regexp.MustCompile(`http://\S+/signin\?\S+`)
)

func startChild(t *testing.T, s setup, env ...string) *child {
	t.Helper()
	text, err := json.Marshal(s)
	require.NoError(t, err)
	c := &child{t: t, cmd: exec.CommandContext(t.Context(), os.Args[0]), gone: make(chan error, 1), said: &bytes.Buffer{}}
	c.cmd.Env = append(append(os.Environ(), asChild+"="+string(text)), env...)
	var log bytes.Buffer
	c.cmd.Stderr = &log
	stdout, err := c.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.cmd.Start())
	lines := bufio.NewScanner(io.TeeReader(stdout, c.said))
	for c.link == "" && lines.Scan() {
		if m := served.FindStringSubmatch(lines.Text()); m != nil {
			c.url = m[1]
		}
		c.link = linked.FindString(lines.Text())
	}
	if c.link == "" {
		_ = c.cmd.Wait()
		t.Fatalf("the console did not start:\n%s", log.String())
	}
	go func() {
		_, _ = io.Copy(c.said, stdout)
		err := c.cmd.Wait()
		c.said.Write(log.Bytes())
		c.gone <- err
	}()
	return c
}

// stop ends the process in good order.
func (c *child) stop() {
	c.t.Helper()
	require.NoError(c.t, c.cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(c.t, <-c.gone)
}

// killed waits until the process has killed itself.
func (c *child) killed() {
	c.t.Helper()
	select {
	case err := <-c.gone:
		var ended *exec.ExitError
		require.ErrorAs(c.t, err, &ended)
		require.Equal(c.t, syscall.SIGKILL, ended.Sys().(syscall.WaitStatus).Signal(), "%s", c.said)
	case <-time.After(testTimeout):
		require.FailNow(c.t, "it never came to the step")
	}
}

// stopped waits until the process has stopped itself.
func (c *child) stopped() {
	c.t.Helper()
	tooLong := time.AfterFunc(testTimeout, func() { _ = c.cmd.Process.Kill() })
	defer tooLong.Stop()
	var status syscall.WaitStatus
	for {
		_, err := syscall.Wait4(c.cmd.Process.Pid, &status, syscall.WUNTRACED, nil)
		if err == syscall.EINTR { //nolint:errorlint // it is the bare number
			continue
		}
		require.NoError(c.t, err)
		break
	}
	require.True(c.t, status.Stopped(), "it never came to the step")
}

// goOn lets a stopped process go on.
func (c *child) goOn() {
	c.t.Helper()
	c.tell(toGoOn)
}

func (c *child) tell(what syscall.Signal) {
	c.t.Helper()
	require.NoError(c.t, c.cmd.Process.Signal(what))
	require.NoError(c.t, c.cmd.Process.Signal(syscall.SIGCONT))
}

// stoppedAside waits until the process has stopped itself where it is in nobody's way: SQLite's one writer is not it. A
// console that is stopped while it writes holds up all others of its folder until it goes on. Nobody waits for it to let
// go while it is stopped, or its order's deadline would be over when it is told to stop again.
func (c *child) stoppedAside(dir string) {
	c.t.Helper()
	for c.stopped(); !lock(dir, 0); c.stopped() {
		c.tell(toStopAgain)
	}
}

// caller is a client that sends each request once: Go repeats requests that carry an Idempotency-Key on a connection
// that was kept.
func caller() *http.Client {
	return &http.Client{Transport: &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// reply is what came back of a call to the /v2 door. id is the console's own of the order.
type reply struct {
	status int
	id     string
	body   []byte
}

// call orders at the /v2 door under an idempotency key; it comes back when the outcome is known.
func (c *child) call(token, path, key string, order []byte) (r reply, err error) {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.url+path, bytes.NewReader(order))
	require.NoError(c.t, err)
	request.Header.Set("X-Auth-Token", token)
	request.Header.Set("Idempotency-Key", key)
	response, err := caller().Do(request)
	if err != nil {
		return r, err
	}
	defer response.Body.Close()
	r.status, r.id = response.StatusCode, response.Header.Get("X-Console-Order")
	r.body, err = io.ReadAll(response.Body)
	return r, err
}

// order places an example at the /v2 door.
func (c *child) order(token string) (status int, body []byte, err error) {
	c.t.Helper()
	example := exampleNamed(c.t, "subscribe/expandDesktopPool")
	r, err := c.call(token, example.Path, "the-one", example.Body)
	return r.status, r.body, err
}

func exampleNamed(t *testing.T, name string) testkit.Example {
	t.Helper()
	for _, e := range testkit.Examples(t) {
		if e.Name == name {
			return e
		}
	}
	t.Fatalf("no example %q", name)
	return testkit.Example{}
}

// toldOrder is an order as the console tells it.
type toldOrder struct {
	ID          string `json:"id"`
	State       string `json:"state"`
	CloudOrders []struct {
		OrderID string `json:"order_id"`
		Status  *int   `json:"order_status"`
		Action  *struct {
			Action string `json:"action"`
			State  string `json:"state"`
		} `json:"action"`
	} `json:"cloud_orders"`
}

// done tells that the order became one cloud order, and that what was asked for about that is done.
func (o toldOrder) done() bool {
	return len(o.CloudOrders) == 1 && o.CloudOrders[0].Action != nil && o.CloudOrders[0].Action.State == "done"
}

// read reads JSON with a token.
func (c *child) read(token, path string, into any) {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, c.url+path, nil)
	require.NoError(c.t, err)
	request.Header.Set("Accept", "application/json")
	request.Header.Set("X-Auth-Token", token)
	response, err := http.DefaultClient.Do(request)
	require.NoError(c.t, err)
	defer response.Body.Close()
	require.Equal(c.t, http.StatusOK, response.StatusCode)
	require.NoError(c.t, json.NewDecoder(response.Body).Decode(into))
}

// told reads one order.
func (c *child) told(token, id string) (order toldOrder) {
	c.t.Helper()
	c.read(token, "/orders/"+id, &order)
	return order
}

// all reads all orders.
func (c *child) all(token string) (all []toldOrder) {
	c.t.Helper()
	for next := "/orders"; next != ""; {
		var page struct {
			Items []toldOrder `json:"items"`
			Next  string      `json:"next"`
		}
		c.read(token, next, &page)
		all, next = append(all, page.Items...), strings.TrimPrefix(page.Next, c.url)
	}
	return all
}

// states lists the states of all orders.
func (c *child) states(token string) (states []string) {
	c.t.Helper()
	for _, order := range c.all(token) {
		states = append(states, order.State)
	}
	return states
}

// newToken makes an API key by the command line.
func newToken(t *testing.T, dir string, more ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	args := append([]string{"key", "create", "--name", "script", "--role", "admin", "--format", "json", "--data", dir}, more...)
	require.Zero(t, run(t.Context(), args, &out, &errs), errs.String())
	var made struct {
		Token string `json:"token"`
	}
	require.NoError(t, json.Unmarshal(out.Bytes(), &made))
	return made.Token
}

// person is somebody who is signed in, at whichever console of a data folder.
type person struct{ *http.Client }

// signIn opens the link that the console printed.
func (c *child) signIn() person {
	c.t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(c.t, err)
	p := person{caller()}
	p.Jar = jar
	request, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, c.link, nil)
	require.NoError(c.t, err)
	response, err := p.Do(request)
	require.NoError(c.t, err)
	defer response.Body.Close()
	require.Equal(c.t, http.StatusSeeOther, response.StatusCode)
	return p
}

// post posts a form at a console as a browser does, and returns where it leads on to.
func (p person) post(c *child, path string, form url.Values) (location string, err error) {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.url+path, strings.NewReader(form.Encode()))
	require.NoError(c.t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Origin", c.url)
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	response, err := p.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(c.t, err)
	require.Equal(c.t, http.StatusSeeOther, response.StatusCode, "%s", body)
	return response.Header.Get("Location"), nil
}

// page opens a page.
func (p person) page(c *child, path string) string {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, c.url+path, nil)
	require.NoError(c.t, err)
	response, err := p.Do(request)
	require.NoError(c.t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(c.t, err)
	require.Equal(c.t, http.StatusOK, response.StatusCode, "%s", body)
	return string(body)
}
