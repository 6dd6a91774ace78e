package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/cloud/embedded"
	"workspace-order-console/internal/testkit"
	"workspace-order-console/internal/testkit/postgres"
)

// The test binary is also the program: with these variables set it serves, and kills itself at a named step.
const (
	crashAt = "CONSOLE_TEST_CRASH_AT"
	panicAt = "CONSOLE_TEST_PANIC_AT"
	asChild = "CONSOLE_TEST_SERVE"
	// atCloud is the address of the cloud over HTTP that the child orders at; the embedded one when empty.
	atCloud = "CONSOLE_TEST_CLOUD"
	// withDatabase is the address of a PostgreSQL database; a file in the data folder when empty.
	withDatabase = "CONSOLE_TEST_DATABASE"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(asChild); dir != "" {
		os.Exit(serveAsChild(dir, os.Getenv(crashAt)))
	}
	os.Exit(postgres.Main(m))
}

// serveAsChild serves from a data folder until it is told to stop, or kills itself, as hard as can be, at a step. At
// "intent" its worker sleeps: a kill takes a moment, in which it would claim the order.
func serveAsChild(dir, step string) int {
	flags := &Flags{Listen: "127.0.0.1:0", LogFormat: "text", Data: dir, Cloud: "embedded", ProjectID: testProject,
		Database: auth.Secret(os.Getenv(withDatabase)), Region: "ap-southeast-1", CloudTimeout: testTimeout, ReconcileEvery: time.Hour, Auth: "local"}
	if url := os.Getenv(atCloud); url != "" {
		flags.Cloud, flags.ProjectID, flags.WorkspaceEndpoint, flags.BSSEndpoint = cloudHuaweiCloud, os.Getenv("HUAWEICLOUD_SDK_PROJECT_ID"), url, url
	}
	ctx, stop := signalled()
	defer stop()
	err := serve(ctx, flags, &output{os.Stdout, os.Stderr}, hooks{asleep: step == "intent", step: func(at string) {
		if at == os.Getenv(panicAt) {
			panic("at " + at)
		}
		if at == step {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // nothing more happens here
		}
	}})
	if err != nil {
		_, _ = io.WriteString(os.Stderr, err.Error()+"\n")
		return 1
	}
	return 0
}

// child is a console in a process of its own.
type child struct {
	t    *testing.T
	cmd  *exec.Cmd
	url  string
	gone chan error
	// said is all that it printed; to be read once it is gone.
	said *bytes.Buffer
}

var served = regexp.MustCompile(`The console is at (http://\S+)`)

func startChild(t *testing.T, dir, step string, env ...string) *child {
	t.Helper()
	c := &child{t: t, cmd: exec.CommandContext(t.Context(), os.Args[0]), gone: make(chan error, 1), said: &bytes.Buffer{}}
	c.cmd.Env = append(append(os.Environ(), asChild+"="+dir, crashAt+"="+step), env...)
	var log bytes.Buffer
	c.cmd.Stderr = &log
	stdout, err := c.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.cmd.Start())
	lines := bufio.NewScanner(io.TeeReader(stdout, c.said))
	for lines.Scan() {
		if m := served.FindStringSubmatch(lines.Text()); m != nil {
			c.url = m[1]
			break
		}
	}
	if c.url == "" {
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

// order places an example at the /v2 door under one idempotency key; it comes back when the outcome is known.
func (c *child) order(token string) (status int, body []byte, err error) {
	c.t.Helper()
	example := exampleNamed(c.t, "subscribe/expandDesktopPool")
	return c.post(token, "the-one", example.Path, example.Body)
}

// post places an order at the /v2 door under an idempotency key.
func (c *child) post(token, key, path string, order []byte) (status int, body []byte, err error) {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.url+path, bytes.NewReader(order))
	require.NoError(c.t, err)
	request.Header.Set("X-Auth-Token", token)
	request.Header.Set("Idempotency-Key", key)
	// A transport of its own: Go repeats requests that carry an Idempotency-Key on a connection that was kept.
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	body, err = io.ReadAll(response.Body)
	return response.StatusCode, body, err
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

// states lists the states of all orders.
func (c *child) states(token string) []string {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, c.url+"/orders", nil)
	require.NoError(c.t, err)
	request.Header.Set("Accept", "application/json")
	request.Header.Set("X-Auth-Token", token)
	response, err := http.DefaultClient.Do(request)
	require.NoError(c.t, err)
	defer response.Body.Close()
	require.Equal(c.t, http.StatusOK, response.StatusCode)
	var list struct {
		Items []struct {
			State string `json:"state"`
		} `json:"items"`
	}
	require.NoError(c.t, json.NewDecoder(response.Body).Decode(&list))
	var states []string
	for _, item := range list.Items {
		states = append(states, item.State)
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

// book counts the orders in the cloud's own book.
func book(t *testing.T, dir, project string) int {
	t.Helper()
	own, err := embedded.Open(t.Context(), embedded.Config{Dir: dir, ProjectID: project, Region: "ap-southeast-1"})
	require.NoError(t, err)
	defer own.Close()
	list, err := own.Orders(t.Context(), cloud.OrderFilter{Page: cloud.Page{Limit: 10}})
	require.NoError(t, err)
	return list.Total
}

// TestKillAtEveryStep kills the console at each named step of an order's life: nothing is lost, nothing is sent twice.
func TestKillAtEveryStep(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		step   string
		status int // of the same call after the restart
		state  string
	}{
		{"intent", http.StatusOK, "placed"},                // committed, not sent: it is sent now
		{"claimed", http.StatusGatewayTimeout, "in_doubt"}, // perhaps sent: nobody knows
		{"answered", http.StatusGatewayTimeout, "in_doubt"},
		{"recorded", http.StatusOK, "placed"},
	} {
		t.Run(c.step, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "data")
			first := startChild(t, dir, c.step)
			token := newToken(t, dir)
			_, _, err := first.order(token)
			require.Error(t, err, "the console died with the call")
			require.ErrorContains(t, <-first.gone, "killed")

			second := startChild(t, dir, "")
			status, body, err := second.order(token)
			require.NoError(t, err)
			assert.Equal(t, c.status, status, "%s", body)
			assert.Equal(t, []string{c.state}, second.states(token))
			second.stop()
			sent := 1
			if c.step == "claimed" {
				sent = 0
			}
			assert.Equal(t, sent, book(t, dir, testProject))
		})
	}
}
