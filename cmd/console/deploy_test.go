package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"

	"workspace-order-console/internal/auth/identity"
)

// composeFile is what of deploy/compose.yaml is held against the program.
type composeFile struct {
	Services map[string]struct {
		Image       string
		Ports       []string
		Environment map[string]string
		Networks    map[string]struct {
			Address string `yaml:"ipv4_address"`
		}
	}
	Networks map[string]struct {
		IPAM struct {
			Config []struct {
				Subnet  string
				IPRange string `yaml:"ip_range"`
			}
		}
	}
}

func deployed(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "deploy", name))
	require.NoError(t, err)
	return string(text)
}

var (
	variable = regexp.MustCompile(`\$\{([A-Z0-9_]+)(?::([-?])([^}]*))?\}`)
	setting  = regexp.MustCompile(`(?m)^#?([A-Z0-9_]+)=(.*)$`)
)

// filledIn is the compose file with env.example in it, where that names a variable, as somebody fills it in.
func filledIn(t *testing.T) (file composeFile, used, known map[string]string) {
	t.Helper()
	used, known = map[string]string{}, map[string]string{}
	for _, m := range setting.FindAllStringSubmatch(deployed(t, "env.example"), -1) {
		if _, twice := known[m[1]]; !twice {
			known[m[1]] = m[2]
		}
	}
	text := variable.ReplaceAllStringFunc(deployed(t, "compose.yaml"), func(match string) string {
		m := variable.FindStringSubmatch(match)
		value := known[m[1]]
		if m[2] == "-" && value == "" {
			value = m[3]
		}
		used[m[1]] = value
		return value
	})
	require.NotContains(t, text, "${")
	require.NoError(t, yaml.Unmarshal([]byte(text), &file))
	return file, used, known
}

// TestTheDeploymentFitsTheProgram holds deploy/ against what the program takes.
func TestTheDeploymentFitsTheProgram(t *testing.T) {
	file, used, known := filledIn(t)
	console, caddy, sso := file.Services["console"], file.Services["caddy"], file.Services["oauth2-proxy"]

	// every variable of the console is one that it reads
	var c cli
	parser, err := kong.New(&c, kong.DefaultEnvars("CONSOLE"))
	require.NoError(t, err)
	reads := []string{"HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK", "HUAWEICLOUD_SDK_DOMAIN_ID"}
	for _, flag := range parser.Model.Flags {
		reads = append(reads, flag.Envs...)
	}
	require.Contains(t, reads, "CONSOLE_LISTEN")
	for name, value := range console.Environment {
		assert.Contains(t, reads, name)
		t.Setenv(name, value)
	}
	// with which it starts
	_, err = parser.Parse(nil)
	require.NoError(t, err)
	require.NoError(t, c.check())
	assert.Equal(t, identity.Header, c.Auth)
	assert.Equal(t, "https://"+known["CONSOLE_HOST"], c.PublicURL)

	// nobody gets past the proxy, and only the proxy's address is believed
	assert.Empty(t, console.Ports, "the console publishes no port")
	assert.Empty(t, sso.Ports)
	assert.NotEmpty(t, caddy.Ports)
	assert.Equal(t, []string{caddy.Networks["console"].Address}, c.TrustedProxy)
	assert.Equal(t, caddy.Networks["sso"].Address+"/32", sso.Environment["OAUTH2_PROXY_TRUSTED_PROXY_IPS"])
	for network := range caddy.Networks {
		config := file.Networks[network].IPAM.Config
		require.Len(t, config, 1, network)
		assert.NotEqual(t, config[0].Subnet, config[0].IPRange, "nobody else is given Caddy's address")
		assert.NotEmpty(t, config[0].IPRange)
	}
	for network := range sso.Networks {
		assert.NotContains(t, console.Networks, network, "oauth2-proxy need not reach the console")
	}

	// images are pinned; what is to be filled in is used, and the other way round
	for name, service := range file.Services {
		if name != "console" {
			assert.Regexp(t, `^[a-z0-9./-]+:v?\d+[a-z0-9.-]*$`, service.Image)
		}
	}
	for name := range known {
		assert.Contains(t, used, name, "env.example has what compose.yaml does not use")
	}
	for name := range used {
		if name != "CONSOLE_VERSION" {
			assert.Contains(t, known, name, "compose.yaml uses what env.example does not tell of")
		}
	}
	for _, secret := range []string{"OIDC_CLIENT_SECRET", "OAUTH2_COOKIE_SECRET", "HUAWEICLOUD_SDK_SK", "POSTGRES_PASSWORD"} {
		assert.Empty(t, known[secret], "%s in an example", secret)
	}
}

// TestTheProxiesSetWhatTheConsoleReads holds the names of the headers against each other, in all places where they stand.
func TestTheProxiesSetWhatTheConsoleReads(t *testing.T) {
	t.Parallel()
	file, _, _ := filledIn(t)
	console := file.Services["console"].Environment
	headers := []string{console["CONSOLE_USER_HEADER"], console["CONSOLE_EMAIL_HEADER"], console["CONSOLE_GROUPS_HEADER"]}
	named := func(pattern, text string) (names []string) {
		for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
			names = append(names, m[1])
		}
		return names
	}
	caddy := deployed(t, "Caddyfile")
	assert.Equal(t, headers, named(`(?m)^\s*request_header -(\S+)$`, caddy), "what is stripped")
	assert.Equal(t, headers, named(`X-Auth-Request-\w+>(\S+)`, caddy), "what is set")
	assert.Less(t, strings.LastIndex(caddy, "request_header -"), strings.Index(caddy, "forward_auth {$"), "stripped before anything is set")

	// each location of nginx that leads to the console sets all three
	locations := strings.Split(deployed(t, "nginx.conf"), "\nlocation ")[1:]
	led := 0
	for _, location := range locations {
		if !strings.Contains(location, "proxy_pass http://console;") {
			continue
		}
		led++
		for _, header := range headers {
			assert.True(t, slices.Contains(named(`proxy_set_header (\S+)`, location), header), "%s is not set in %s", header, location)
		}
	}
	assert.Equal(t, 2, led)
}
