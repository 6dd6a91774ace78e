package identity

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestProxiesThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, value := range []string{
		"", " ", ",", "*", "0.0.0.0/0", "::/0", "10.0.0.0/0", "2001:db8::/0", "::ffff:0:0/96", "::ffff:10.0.0.0/96", "::ffff:0.0.0.0/0", "0/0", "/0", "/",
		"0.0.0.0/1", "128.0.0.0/1", "::/1", "2000::/3", "10.0.0.0/7", "0.0.0.0", "::", "0.0.0.0/8", "::/128", "::ffff:0.0.0.0", "0.0.0.0/32",
		"localhost", "proxy", "proxy.example.com", "proxy/24", "any", "all", "private", "loopback", "10.0.0.1:80", "[::1]", "[::1]:80", "[::1]/128",
		"10.0.0", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/08", "10.0.0.0/8/8", "10.0.0.0/255.0.0.0", "10.0.0.*", "10.0.0.0-10.0.0.9", "010.0.0.1",
		"0x0a000001", "167772161", "::1/129", "fe80::1%eth0", "fe80::%eth0/64", "10.0.0.5/24", "2001:db8::7/32", "::ffff:10.0.0.5/120", "224.0.0.1", "ff02::1",
		"ff00::/8", "255.255.255.255", "::ffff:0:0/95", "::ffff:10.0.0.1/64", "!10.0.0.1", "10.0.0.1 10.0.0.2", "10.0.0.1;10.0.0.2", "10.0.0.1\n", "\t10.0.0.1",
		"１０.0.0.1", "10。0.0.1", "unix", "@", "http://10.0.0.1", "10.0.0.1#", "256.0.0.1",
	} {
		for _, values := range [][]string{{value}, {"10.0.0.1," + value}, {value + ",10.0.0.1"}, {"10.0.0.1", value}, {"10.0.0.1, " + value + " ,192.0.2.1"}} {
			_, err := ParseProxies(values...)
			require.Error(t, err, "%q", values)
			assert.NotContains(t, err.Error(), "\n")
			_, err = New(Config{Auth: Header, TrustedProxy: values, Now: time.Now})
			assert.ErrorContains(t, err, "--trusted-proxy: ", "%q", values)
		}
	}
	_, err := ParseProxies()
	require.Error(t, err)
	_, err = ParseProxies(strings.Repeat("10.0.0.1,", 256) + "10.0.0.1")
	require.EqualError(t, err, "more than 256 networks")
}

func TestFlagsThatAreRefused(t *testing.T) {
	t.Parallel()
	proxy := []string{"10.0.0.1"}
	header := func(change func(*Config)) Config {
		c := Config{Auth: Header, TrustedProxy: proxy}
		change(&c)
		return c
	}
	jwt := func(change func(*Config)) Config {
		c := Config{Auth: JWT, TrustedProxy: proxy, JWTHeader: "X-Assertion", JWTIssuer: "https://id.example.com", JWTAudience: "console"}
		change(&c)
		return c
	}
	for name, c := range map[string]struct {
		config Config
		want   string
	}{
		"another way to sign in":          {Config{Auth: "oidc"}, "--auth: "},
		"header without a proxy":          {Config{Auth: Header}, "--trusted-proxy: "},
		"jwt without a proxy":             {jwt(func(c *Config) { c.TrustedProxy = nil }), "--trusted-proxy: "},
		"an empty proxy":                  {Config{Auth: Header, TrustedProxy: []string{""}}, "--trusted-proxy: "},
		"local with a proxy":              {Config{Auth: Local, TrustedProxy: proxy}, "--trusted-proxy: "},
		"local with an empty proxy":       {Config{Auth: Local, TrustedProxy: []string{""}}, "--trusted-proxy: "},
		"local with a header":             {Config{Auth: Local, UserHeader: "X-User"}, "--user-header: "},
		"local with a preset":             {Config{Auth: Local, JWTPreset: "iap"}, "--jwt-preset: "},
		"local with an admin group":       {Config{Auth: Local, AdminGroup: "admins"}, "--admin-group: "},
		"header with an issuer":           {header(func(c *Config) { c.JWTIssuer = "x" }), "--jwt-issuer: "},
		"header with a jwt header":        {header(func(c *Config) { c.JWTHeader = "x" }), "--jwt-header: "},
		"header with an audience":         {header(func(c *Config) { c.JWTAudience = "x" }), "--jwt-audience: "},
		"header with keys":                {header(func(c *Config) { c.JWKSURL = "x" }), "--jwks-url: "},
		"header with an algorithm":        {header(func(c *Config) { c.JWTAlgorithm = "ES256" }), "--jwt-algorithm: "},
		"header with a claim":             {header(func(c *Config) { c.JWTGroupsClaim = "x" }), "--jwt-groups-claim: "},
		"header with an age":              {header(func(c *Config) { c.JWTMaxAge = time.Hour }), "--jwt-max-age: "},
		"jwt with a user header":          {jwt(func(c *Config) { c.UserHeader = "X-User" }), "--user-header: "},
		"jwt with an email header":        {jwt(func(c *Config) { c.EmailHeader = "X-Email" }), "--email-header: "},
		"jwt with a groups header":        {jwt(func(c *Config) { c.GroupsHeader = "X-Groups" }), "--groups-header: "},
		"a header with an underscore":     {header(func(c *Config) { c.UserHeader = "X_User" }), "--user-header: "},
		"a header with a space":           {header(func(c *Config) { c.UserHeader = "X User" }), "--user-header: "},
		"a header with two hyphens":       {header(func(c *Config) { c.EmailHeader = "X--User" }), "--email-header: "},
		"a header of another script":      {header(func(c *Config) { c.EmailHeader = "X-Usér" }), "--email-header: "},
		"a header that is long":           {header(func(c *Config) { c.EmailHeader = strings.Repeat("x", 65) }), "--email-header: "},
		"the header of the client":        {header(func(c *Config) { c.UserHeader = "x-forwarded-for" }), "--user-header: "},
		"the header of the API key":       {header(func(c *Config) { c.UserHeader = "X-Auth-Token" }), "--user-header: "},
		"a browser's header":              {header(func(c *Config) { c.GroupsHeader = "Sec-Fetch-Site" }), "--groups-header: "},
		"the cookie":                      {header(func(c *Config) { c.UserHeader = "Cookie" }), "--user-header: "},
		"basic authentication":            {header(func(c *Config) { c.UserHeader = "Authorization" }), "--user-header: "},
		"groups that are the user":        {header(func(c *Config) { c.GroupsHeader = "x-forwarded-user" }), "--groups-header: "},
		"groups that are the address":     {header(func(c *Config) { c.EmailHeader = "X-G"; c.GroupsHeader = "XG" }), "--groups-header: "},
		"an address that looks like user": {header(func(c *Config) { c.EmailHeader = "XForwarded-User" }), "--email-header: "},
		"an admin group of two":           {header(func(c *Config) { c.AdminGroup = "a,b" }), "--admin-group: "},
		"an admin group with a tab":       {header(func(c *Config) { c.AdminGroup = "a\tb" }), "--admin-group: "},
		"an admin group with space":       {jwt(func(c *Config) { c.AdminGroup = " a" }), "--admin-group: "},
		"another preset":                  {jwt(func(c *Config) { c.JWTPreset = "okta" }), "--jwt-preset: "},
		"no jwt header":                   {jwt(func(c *Config) { c.JWTHeader = "" }), "--jwt-header: "},
		"a jwt header that is used":       {jwt(func(c *Config) { c.JWTHeader = "X-Request-Id" }), "--jwt-header: "},
		"no issuer":                       {jwt(func(c *Config) { c.JWTIssuer = "" }), "--jwt-issuer: "},
		"an issuer of two lines":          {jwt(func(c *Config) { c.JWTIssuer = "https://a\nb" }), "--jwt-issuer: "},
		"no audience":                     {jwt(func(c *Config) { c.JWTAudience = "" }), "--jwt-audience: "},
		"an audience of two lines":        {jwt(func(c *Config) { c.JWTAudience = "a\nb" }), "--jwt-audience: "},
		"no algorithm at all":             {jwt(func(c *Config) { c.JWTAlgorithm = "none" }), "--jwt-algorithm: "},
		"a shared secret":                 {jwt(func(c *Config) { c.JWTAlgorithm = "HS256" }), "--jwt-algorithm: "},
		"two algorithms":                  {jwt(func(c *Config) { c.JWTAlgorithm = "RS256,ES256" }), "--jwt-algorithm: "},
		"an algorithm in lower case":      {jwt(func(c *Config) { c.JWTAlgorithm = "rs256" }), "--jwt-algorithm: "},
		"a claim of two lines":            {jwt(func(c *Config) { c.JWTGroupsClaim = "a\nb" }), "--jwt-groups-claim: "},
		"no age":                          {jwt(func(c *Config) { c.JWTMaxAge = time.Second }), "--jwt-max-age: "},
		"any age":                         {jwt(func(c *Config) { c.JWTMaxAge = 745 * time.Hour }), "--jwt-max-age: "},
		"an age below zero":               {jwt(func(c *Config) { c.JWTMaxAge = -time.Hour }), "--jwt-max-age: "},
		"keys over http":                  {jwt(func(c *Config) { c.JWKSURL = "http://id.example.com/keys" }), "--jwks-url: "},
		"keys at a look-alike":            {jwt(func(c *Config) { c.JWKSURL = "http://localhost.example.com/keys" }), "--jwks-url: "},
		"keys at a private address":       {jwt(func(c *Config) { c.JWKSURL = "http://10.0.0.1/keys" }), "--jwks-url: "},
		"keys in a file":                  {jwt(func(c *Config) { c.JWKSURL = "file:///keys" }), "--jwks-url: "},
		"keys at no host":                 {jwt(func(c *Config) { c.JWKSURL = "https:///keys" }), "--jwks-url: "},
		"keys at a port":                  {jwt(func(c *Config) { c.JWKSURL = "https://:443/keys" }), "--jwks-url: "},
		"keys with a password":            {jwt(func(c *Config) { c.JWKSURL = "https://a:b@id.example.com/keys" }), "--jwks-url: "},
		"keys with a fragment":            {jwt(func(c *Config) { c.JWKSURL = "https://id.example.com/keys#a" }), "--jwks-url: "},
		"keys at a path":                  {jwt(func(c *Config) { c.JWKSURL = "/keys" }), "--jwks-url: "},
		"an issuer that is no address":    {jwt(func(c *Config) { c.JWTIssuer = "id.example.com" }), "--jwks-url: "},
		"an issuer over http":             {jwt(func(c *Config) { c.JWTIssuer = "http://id.example.com" }), "--jwks-url: "},
		"Cloudflare without https":        {jwt(func(c *Config) { c.JWTPreset = "cloudflare"; c.JWTIssuer = "team.cloudflareaccess.com" }), "--jwt-issuer: "},
		"Pomerium over http":              {jwt(func(c *Config) { c.JWTPreset = "pomerium"; c.JWTIssuer = "http://console.example.com" }), "--jwt-issuer: "},
		"Pomerium with a path":            {jwt(func(c *Config) { c.JWTPreset = "pomerium"; c.JWTIssuer = "console.example.com/a b" }), "--jwt-issuer: "},
		"IAP without an audience":         {Config{Auth: JWT, TrustedProxy: proxy, JWTPreset: "iap"}, "--jwt-audience: "},
		"oauth2-proxy without an issuer":  {Config{Auth: JWT, TrustedProxy: proxy, JWTPreset: "oauth2-proxy", JWTAudience: "x"}, "--jwt-issuer: "},
	} {
		t.Run(name, func(t *testing.T) {
			source, err := New(c.config)
			require.Error(t, err)
			assert.Nil(t, source)
			assert.True(t, strings.HasPrefix(err.Error(), c.want), err)
			assert.NotContains(t, err.Error(), "\n")
		})
	}
}

func TestLocalSignInHasNoSource(t *testing.T) {
	t.Parallel()
	source, err := New(Config{Auth: Local})
	require.NoError(t, err)
	assert.Nil(t, source)
}

func TestPresets(t *testing.T) {
	t.Parallel()
	type made struct {
		header, issuer, audience, algorithm, claim, keys string
		age                                              time.Duration
	}
	day := 24 * time.Hour
	for name, c := range map[string]struct {
		config Config
		want   made
	}{
		"no preset": {Config{JWTHeader: "x-assertion", JWTIssuer: "https://id.example.com/", JWTAudience: "c"},
			made{"X-Assertion", "https://id.example.com/", "c", "RS256", "groups", "", day}},
		"Pomerium": {Config{JWTPreset: "pomerium", JWTIssuer: "console.example.com"},
			made{"X-Pomerium-Jwt-Assertion", "console.example.com", "console.example.com", "ES256", "groups", "https://console.example.com/.well-known/pomerium/jwks.json", day}},
		"Pomerium with an address as issuer": {Config{JWTPreset: "pomerium", JWTIssuer: "https://console.example.com/"},
			made{"X-Pomerium-Jwt-Assertion", "https://console.example.com/", "console.example.com", "ES256", "groups", "https://console.example.com/.well-known/pomerium/jwks.json", day}},
		"Cloudflare Access": {Config{JWTPreset: "cloudflare", JWTIssuer: "https://team.cloudflareaccess.com", JWTAudience: "aud-tag"},
			made{"Cf-Access-Jwt-Assertion", "https://team.cloudflareaccess.com", "aud-tag", "RS256", "custom.groups", "https://team.cloudflareaccess.com/cdn-cgi/access/certs", day}},
		"IAP": {Config{JWTPreset: "iap", JWTAudience: "/projects/1/global/backendServices/2"},
			made{"X-Goog-Iap-Jwt-Assertion", "https://cloud.google.com/iap", "/projects/1/global/backendServices/2", "ES256", "groups", "https://www.gstatic.com/iap/verify/public_key-jwk", 11 * time.Minute}},
		"oauth2-proxy": {Config{JWTPreset: "oauth2-proxy", JWTIssuer: "https://id.example.com", JWTAudience: "c"},
			made{"Authorization", "https://id.example.com", "c", "RS256", "groups", "", day}},
		"what is set explicitly": {Config{JWTPreset: "iap", JWTHeader: "X-A", JWTIssuer: "i", JWTAudience: "c", JWTAlgorithm: "EdDSA", JWTGroupsClaim: "g", JWTMaxAge: time.Hour, JWKSURL: "http://[::1]:80/k"},
			made{"X-A", "i", "c", "EdDSA", "g", "http://[::1]:80/k", time.Hour}},
	} {
		t.Run(name, func(t *testing.T) {
			c.config.Auth = JWT
			s, ok := behind(t, c.config).(*assertions)
			require.True(t, ok)
			assert.Equal(t, c.want, made{s.header, s.issuer, s.audience, s.algorithm, s.groupsClaim, s.keys.url, s.maxAge})
			assert.Equal(t, s.issuer, s.keys.issuer)
		})
	}
}

func TestTheZeroValueTrustsNobody(t *testing.T) {
	t.Parallel()
	for _, peer := range []string{"127.0.0.1:1", "[::1]:1", "0.0.0.0:1", "", "@"} {
		_, trusted := Proxies{}.Peer(&http.Request{RemoteAddr: peer})
		assert.False(t, trusted, peer)
	}
}
