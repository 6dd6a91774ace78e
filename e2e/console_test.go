package e2e

import (
	"bufio"
	"bytes"
	"io"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// console is a running console with data of its own.
type console struct {
	url  string
	link string // signs in once
	data string
}

var (
	saidURL  = regexp.MustCompile(`The console is at (http://\S+)`)
	saidLink = regexp.MustCompile(`http://\S+/signin\?code=\S+`)
)

// startConsole runs a console for the time of the test, which people sign in to by its link. At its end the console has to stop in
// good order, and must not have logged an error.
func startConsole(t *testing.T, flags ...string) *console {
	t.Helper()
	return serveConsole(t, true, append([]string{"--listen", "127.0.0.1:0"}, flags...)...)
}

// serveConsole runs a console as startConsole does, with or without a link to sign in.
func serveConsole(t *testing.T, linked bool, flags ...string) *console {
	t.Helper()
	return serveData(t, t.TempDir(), linked, flags...)
}

// startSeeded runs a console whose history holds so many made-up orders.
func startSeeded(t *testing.T, orders int, flags ...string) *console {
	t.Helper()
	binary, err := program()
	require.NoError(t, err)
	data := t.TempDir()
	cmd := exec.Command(binary, "seed", "--data", data, "--orders", strconv.Itoa(orders), "--audit", strconv.Itoa(3*orders))
	cmd.Env = plainEnv()
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return serveData(t, data, true, append([]string{"--listen", "127.0.0.1:0"}, flags...)...)
}

// serveData runs a console on a folder of data.
func serveData(t *testing.T, data string, linked bool, flags ...string) *console {
	t.Helper()
	binary, err := program()
	require.NoError(t, err)
	c := &console{data: data}
	cmd := exec.Command(binary, append([]string{"--data", c.data}, flags...)...)
	cmd.Env = plainEnv()
	var log logBuffer
	cmd.Stderr = &log
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines := bufio.NewScanner(stdout)
	ready := func() bool { return c.url != "" && (c.link != "" || !linked) }
	for !ready() && lines.Scan() {
		if m := saidURL.FindStringSubmatch(lines.Text()); m != nil {
			c.url = m[1]
		}
		c.link = saidLink.FindString(lines.Text())
	}
	if !ready() {
		_ = cmd.Wait()
		t.Fatalf("the console did not start:\n%s", log.String())
	}
	rest := make(chan struct{})
	go func() {
		defer close(rest)
		_, _ = io.Copy(io.Discard, stdout)
	}()
	t.Cleanup(func() {
		assert.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
		<-rest
		assert.NoError(t, cmd.Wait(), "a console that is told to stop ends with 0")
		for line := range strings.Lines(log.String()) {
			assert.NotContains(t, line, "level=ERROR")
		}
		if t.Failed() {
			t.Logf("the console's log:\n%s", log.String())
		}
	})
	return c
}

// signinLink is a new link, printed by the command for it.
func (c *console) signinLink(t *testing.T) string {
	t.Helper()
	binary, err := program()
	require.NoError(t, err)
	cmd := exec.Command(binary, "signin", "--data", c.data)
	cmd.Env = plainEnv()
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	link := saidLink.FindString(string(out))
	require.NotEmpty(t, link, "%s", out)
	return link
}

// logBuffer is what a process writes to stderr, readable while it does.
type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
