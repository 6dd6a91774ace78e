package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// console runs a command line.
func console(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = run(t.Context(), args, &stdout, &stderr)
	return code, stdout.String(), stderr.String()
}

func TestWrongUsageIsExitCodeTwoAndOneLine(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"an unknown command":                {"dance"},
		"an unknown flag":                   {"--colour", "red"},
		"an address that is none":           {"--listen", "here"},
		"an address that is not loopback":   {"--listen", "0.0.0.0:8080"},
		"local sign-in with a proxy":        {"--trusted-proxy", "10.0.0.1"},
		"headers of everybody":              {"--auth", "header"},
		"headers of nobody":                 {"--auth", "header", "--trusted-proxy", ""},
		"headers of any address":            {"--auth", "header", "--trusted-proxy", "10.0.0.1,0.0.0.0/0"},
		"headers with an issuer":            {"--auth", "header", "--trusted-proxy", "10.0.0.1", "--jwt-issuer", "https://id.example.com"},
		"assertions for everybody":          {"--auth", "jwt", "--trusted-proxy", "10.0.0.1", "--jwt-preset", "cloudflare", "--jwt-issuer", "https://t.cloudflareaccess.com"},
		"another way to sign in":            {"--auth", "oidc"},
		"a contact of two lines":            {"--contact", "the help desk\nor not"},
		"signing out of a local sign-in":    {"--logout-url", "/oauth2/sign_out"},
		"signing out by a script":           {"--auth", "header", "--trusted-proxy", "10.0.0.1", "--logout-url", "javascript:alert(1)"},
		"signing out at another's path":     {"--auth", "header", "--trusted-proxy", "10.0.0.1", "--logout-url", "//evil.example/x"},
		"signing out at two addresses":      {"--auth", "header", "--trusted-proxy", "10.0.0.1", "--logout-url", "https://a.example/x https://b.example"},
		"a link where a proxy signs in":     {"signin", "--auth", "header", "--trusted-proxy", "10.0.0.1", "--data", t.TempDir()},
		"a public address with a path":      {"--public-url", "https://host/console"},
		"a public address that is none":     {"--public-url", "ftp://host"},
		"another cloud than there is":       {"--cloud", "moon"},
		"no time at all":                    {"--cloud-timeout", "0s"},
		"a project that leaves its path":    {"--project-id", "a/b"},
		"a network that is none":            {"--webhook-allow-private", "10.0.0.1/8"},
		"a mail server that is none":        {"--smtp", "mail.example.com:25", "--mail-from", "console@example.com"},
		"a mail server without a sender":    {"--smtp", "smtp://mail.example.com"},
		"a sender without a mail server":    {"--mail-from", "console@example.com"},
		"a user without a password":         {"--smtp", "smtp://mail.example.com", "--mail-from", "console@example.com", "--smtp-user", "console"},
		"a key without a name":              {"key", "create", "--role", "admin"},
		"a key of a role that there isn't":  {"key", "create", "--name", "n", "--role", "king", "--data", t.TempDir()},
		"a key with a name of two lines":    {"key", "create", "--name", "a\nb", "--role", "admin", "--data", t.TempDir()},
		"the embedded cloud and PostgreSQL": {"--database", "postgres://u:canary@127.0.0.1:1/console", "--data", t.TempDir()},
		"seeding that":                      {"seed", "--database", "postgres://u:canary@127.0.0.1:1/console", "--data", t.TempDir()},
		"another database than there is":    {"key", "list", "--database", "mysql://u:canary@127.0.0.1/console"},
		"a database's name alone":           {"signin", "--database", "canary"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, out, errs := console(t, args...)
			assert.Equal(t, 2, code, errs)
			assert.Empty(t, out)
			assert.Equal(t, 1, strings.Count(errs, "\n"), errs)
			assert.NotContains(t, errs, "canary")
		})
	}
}

func TestBehindAProxyAnyAddressIsTaken(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"headers":           {"--auth", "header", "--trusted-proxy", "10.0.0.0/24,2001:db8::7", "--trusted-proxy", "192.0.2.1"},
		"assertions":        {"--auth", "jwt", "--trusted-proxy", "10.0.0.1", "--jwt-preset", "pomerium", "--jwt-issuer", "console.example.com", "--admin-group", "console-admins"},
		"assertions, plain": {"--auth", "jwt", "--trusted-proxy", "10.0.0.1", "--jwt-header", "X-Assertion", "--jwt-issuer", "https://id.example.com", "--jwt-audience", "console", "--jwt-max-age", "1h"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, _, errs := console(t, append(args, "--listen", "0.0.0.0:8080", "--contact", "the help desk, #desktops", "version")...)
			assert.Equal(t, 0, code, errs)
		})
	}
}

func TestTrustedProxiesFromTheEnvironment(t *testing.T) {
	for value, want := range map[string]int{"10.0.0.1,2001:db8::/64": 0, "10.0.0.1,*": 2, "10.0.0.1,": 2, " ": 2, "": 2} {
		t.Run(value, func(t *testing.T) {
			t.Setenv("CONSOLE_AUTH", "header")
			t.Setenv("CONSOLE_TRUSTED_PROXY", value)
			code, _, errs := console(t, "version")
			assert.Equal(t, want, code, errs)
		})
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	code, out, _ := console(t, "version")
	assert.Zero(t, code)
	assert.Equal(t, "console dev\n", out)
}

func TestKeysByTheCommandLine(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	code, out, errs := console(t, "key", "create", "--name", "terraform", "--role", "buyer", "--format", "json", "--data", data)
	require.Zero(t, code, errs)
	var made map[string]any
	require.NoError(t, json.Unmarshal([]byte(out), &made))
	assert.Equal(t, "terraform", made["name"])
	assert.NotEmpty(t, made["id"])
	assert.Nil(t, made["team"])
	token := made["token"].(string)
	require.NotEmpty(t, token)

	code, _, errs = console(t, "key", "create", "--name", "terraform", "--role", "buyer", "--data", data)
	assert.Equal(t, 1, code, "two live keys cannot have one name")
	assert.Equal(t, 1, strings.Count(errs, "\n"), errs)
	code, _, _ = console(t, "key", "create", "--name", "x", "--role", "buyer", "--team", "design", "--data", data)
	assert.Equal(t, 1, code, "there is no such team")

	code, out, _ = console(t, "key", "list", "--data", data)
	assert.Zero(t, code)
	assert.Contains(t, out, "terraform")
	assert.NotContains(t, out, token)

	code, _, errs = console(t, "key", "revoke", made["id"].(string), "--data", data)
	require.Zero(t, code, errs)
	code, _, _ = console(t, "key", "revoke", made["id"].(string), "--data", data)
	assert.Equal(t, 1, code, "it is revoked already")

	for _, entry := range []string{"console.db", "console.db-wal"} {
		raw, err := os.ReadFile(filepath.Join(data, entry))
		if !os.IsNotExist(err) {
			require.NoError(t, err)
			assert.NotContains(t, string(raw), token, "only a hash is stored")
		}
	}
}

func TestASignInLinkNeedsAConsoleThatRanHere(t *testing.T) {
	t.Parallel()
	code, _, errs := console(t, "signin", "--data", filepath.Join(t.TempDir(), "data"))
	assert.Equal(t, 1, code)
	assert.Contains(t, errs, "no console has run")
}

func TestHealthOfNothing(t *testing.T) {
	t.Parallel()
	code, _, errs := console(t, "health", "--listen", "127.0.0.1:1")
	assert.Equal(t, 1, code)
	assert.Equal(t, 1, strings.Count(errs, "\n"), errs)
}

func TestServingTwiceKeepsTheDataAndTheProject(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	first := startChild(t, setup{Dir: dir})
	token := newToken(t, dir)
	status, body, err := first.order(token)
	require.NoError(t, err)
	require.Equal(t, 200, status, "%s", body)
	code, _, errs := console(t, "health", "--listen", strings.TrimPrefix(first.url, "http://"))
	assert.Zero(t, code, errs)
	code, out, errs := console(t, "signin", "--data", dir)
	require.Zero(t, code, errs)
	assert.True(t, strings.HasPrefix(out, first.url+"/signin?code="), out)
	backup := filepath.Join(t.TempDir(), "copy.db")
	code, _, errs = console(t, "backup", backup, "--data", dir)
	require.Zero(t, code, errs)
	assert.FileExists(t, backup)
	code, _, _ = console(t, "backup", backup, "--data", dir)
	assert.Equal(t, 1, code, "a backup overwrites nothing")
	first.stop()

	second := startChild(t, setup{Dir: dir})
	assert.Equal(t, []string{"placed"}, second.states(token))
	second.stop()

	code, _, errs = console(t, "--data", dir, "--listen", "127.0.0.1:0", "--project-id", "another")
	assert.Equal(t, 2, code)
	assert.Contains(t, errs, "project")
}
