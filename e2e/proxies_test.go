package e2e

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// freePort is a port of this machine that nobody listens on, below those that the system gives out by itself.
func freePort(t *testing.T) string {
	t.Helper()
	for range 100 {
		port := strconv.Itoa(20000 + rand.IntN(12000))
		if listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", port)); err == nil {
			require.NoError(t, listener.Close())
			return port
		}
	}
	require.FailNow(t, "no port is free")
	return ""
}

// startCaddy runs Caddy with the configuration that deploy/ has, at an address of this machine, for the time of the test.
func startCaddy(t *testing.T, site, console, sso string) {
	t.Helper()
	config, err := os.ReadFile("../deploy/Caddyfile")
	require.NoError(t, err)
	// Caddy listens everywhere, whatever host the site has
	const options = "\tadmin off\n"
	require.Equal(t, 1, strings.Count(string(config), options))
	path := filepath.Join(t.TempDir(), "Caddyfile")
	require.NoError(t, os.WriteFile(path, []byte(strings.Replace(string(config), options, options+"\tdefault_bind 127.0.0.1\n", 1)), 0o600))
	cmd := exec.Command("caddy", "run", "--config", path, "--adapter", "caddyfile")
	home := t.TempDir()
	cmd.Env = append(plainEnv(), "CONSOLE_SITE="+site, "CONSOLE_UPSTREAM="+console, "SSO_UPSTREAM="+sso,
		"HOME="+home, "XDG_DATA_HOME="+home, "XDG_CONFIG_HOME="+home)
	runProxy(t, cmd, strings.TrimPrefix(site, "http://"), syscall.SIGTERM)
}

// startNginx runs nginx with the locations that deploy/ has.
func startNginx(t *testing.T, site, console, sso string) {
	t.Helper()
	locations, err := filepath.Abs("../deploy/nginx.conf")
	require.NoError(t, err)
	dir := t.TempDir()
	listen := strings.TrimPrefix(site, "http://")
	config := fmt.Sprintf(`daemon off; pid %[1]s/pid; error_log stderr;
events {}
http {
	access_log off;
	client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy; fastcgi_temp_path %[1]s/fastcgi; uwsgi_temp_path %[1]s/uwsgi; scgi_temp_path %[1]s/scgi;
	upstream console { server %[3]s; }
	upstream oauth2-proxy { server %[4]s; }
	server { listen %[2]s; include %[5]s; }
}
`, dir, listen, console, sso, locations)
	path := filepath.Join(dir, "nginx.conf")
	require.NoError(t, os.WriteFile(path, []byte(config), 0o600))
	binary, err := exec.LookPath("nginx")
	if err != nil {
		binary = "/usr/sbin/nginx"
	}
	runProxy(t, exec.Command(binary, "-p", dir, "-c", path, "-e", "stderr"), listen, syscall.SIGQUIT)
}

// runProxy runs a proxy until the test ends; it is ready when it answers at its address.
func runProxy(t *testing.T, cmd *exec.Cmd, address string, end syscall.Signal) {
	t.Helper()
	var log logBuffer
	cmd.Stdout, cmd.Stderr = io.Discard, &log
	require.NoError(t, cmd.Start(), "run `make test`, which installs Caddy and nginx or says how")
	gone := make(chan error, 1)
	go func() { gone <- cmd.Wait() }()
	t.Cleanup(func() {
		assert.NoError(t, cmd.Process.Signal(end))
		assert.NoError(t, <-gone, "a proxy that is told to stop ends with 0")
		if t.Failed() {
			t.Logf("the proxy's log:\n%s", log.String())
		}
	})
	require.Eventually(t, func() bool {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			return false
		}
		return conn.Close() == nil
	}, patience, often, "the proxy does not listen")
}
