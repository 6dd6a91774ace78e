package identity

import (
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// The ways to sign in.
const (
	// Local is by a one-time link, without any proxy.
	Local = "local"
	// Header is by a trusted proxy's headers.
	Header = "header"
	// JWT is by an assertion that a trusted proxy passes on.
	JWT = "jwt"
)

// The defaults of what a Config leaves empty.
const (
	DefaultUserHeader   = "X-Forwarded-User"
	DefaultEmailHeader  = "X-Forwarded-Email"
	DefaultGroupsHeader = "X-Forwarded-Groups"
	DefaultAlgorithm    = "RS256"
	DefaultGroupsClaim  = "groups"
	DefaultMaxAge       = 24 * time.Hour
)

// Config are the flags of the same names.
type Config struct {
	// Auth is Local, Header or JWT.
	Auth string
	// TrustedProxy are addresses and networks (ParseProxies).
	TrustedProxy []string
	// UserHeader and EmailHeader may be the same.
	UserHeader, EmailHeader, GroupsHeader string
	// JWTPreset fills in what the others leave empty: pomerium, cloudflare, iap or oauth2-proxy.
	JWTPreset                         string
	JWTHeader, JWTIssuer, JWTAudience string
	// JWKSURL is where the issuer's keys are; by discovery when it is empty.
	JWKSURL      string
	JWTAlgorithm string
	// JWTGroupsClaim is a claim's name, or its path with dots between the names.
	JWTGroupsClaim string
	// JWTMaxAge is how long ago an assertion may have been issued, whatever its exp says.
	JWTMaxAge time.Duration
	// AdminGroup is only checked here: whether anybody could be in it.
	AdminGroup string

	// Now is the clock.
	Now func() time.Time
}

// preset is what is known of a proxy.
type preset struct {
	header, issuer, algorithm, groupsClaim string
	maxAge                                 time.Duration
	// audience and keys are made from the issuer; keys is empty for an issuer that the proxy does not use.
	audience func(issuer string) string
	keys     func(issuer string) string
}

var presets = map[string]preset{
	// iss is the route's host name, or https://host/ with jwt_issuer_format uri; aud is the host name.
	"pomerium": {header: "X-Pomerium-Jwt-Assertion", algorithm: "ES256", audience: hostOf,
		keys: func(issuer string) string {
			if strings.ContainsAny(hostOf(issuer), "/:@?#% ") {
				return ""
			}
			return "https://" + hostOf(issuer) + "/.well-known/pomerium/jwks.json"
		}},
	"cloudflare": {header: "Cf-Access-Jwt-Assertion", algorithm: "RS256", groupsClaim: "custom.groups",
		keys: func(issuer string) string { return strings.TrimSuffix(issuer, "/") + "/cdn-cgi/access/certs" }},
	// lives ten minutes, and has no groups
	"iap": {header: "X-Goog-Iap-Jwt-Assertion", issuer: "https://cloud.google.com/iap", algorithm: "ES256", maxAge: 11 * time.Minute,
		keys: func(string) string { return "https://www.gstatic.com/iap/verify/public_key-jwk" }},
	// the identity provider's own ID token
	"oauth2-proxy": {header: authorization, algorithm: "RS256"},
}

// hostOf is the host of an issuer that is an address or a bare host.
func hostOf(issuer string) string {
	return strings.TrimSuffix(strings.TrimPrefix(issuer, "https://"), "/")
}

// New checks the flags and makes the source of identities; with local sign-in there is none, and it returns nil. It asks
// nobody on the network. An error is one line that names the flag.
func New(c Config) (Source, error) {
	if err := c.unused(); err != nil {
		return nil, err
	}
	if c.Auth == Local {
		return nil, nil //nolint:nilnil // there is no source then, and nothing is wrong
	}
	if c.Auth != Header && c.Auth != JWT {
		return nil, fmt.Errorf("--auth: %q is none of local, header and jwt", c.Auth)
	}
	if len(c.TrustedProxy) == 0 {
		return nil, fmt.Errorf("--trusted-proxy: --auth %s needs the address or network of the proxy", c.Auth)
	}
	proxies, err := ParseProxies(c.TrustedProxy...)
	if err != nil {
		return nil, fmt.Errorf("--trusted-proxy: %w", err)
	}
	if c.AdminGroup != "" {
		if problem := unclean(c.AdminGroup, maxValue); problem != "" {
			return nil, errors.New("--admin-group: the name " + problem)
		}
		if c.Auth == Header && strings.Contains(c.AdminGroup, ",") {
			return nil, errors.New("--admin-group: a header's groups are separated by commas, so none has one in its name")
		}
	}
	if c.Auth == Header {
		return c.headers(proxies)
	}
	return c.assertions(proxies)
}

// unused refuses flags that the way to sign in has no use for: whoever sets them expects something of them.
func (c Config) unused() error {
	type flag struct {
		name string
		set  bool
	}
	forHeader := []flag{{"--user-header", c.UserHeader != ""}, {"--email-header", c.EmailHeader != ""}, {"--groups-header", c.GroupsHeader != ""}}
	forJWT := []flag{{"--jwt-preset", c.JWTPreset != ""}, {"--jwt-header", c.JWTHeader != ""}, {"--jwt-issuer", c.JWTIssuer != ""},
		{"--jwt-audience", c.JWTAudience != ""}, {"--jwks-url", c.JWKSURL != ""}, {"--jwt-algorithm", c.JWTAlgorithm != ""},
		{"--jwt-groups-claim", c.JWTGroupsClaim != ""}, {"--jwt-max-age", c.JWTMaxAge != 0}}
	forBoth := []flag{{"--trusted-proxy", c.TrustedProxy != nil}, {"--admin-group", c.AdminGroup != ""}}
	for _, group := range []struct {
		flags []flag
		modes []string
	}{{forBoth, []string{Header, JWT}}, {forHeader, []string{Header}}, {forJWT, []string{JWT}}} {
		for _, f := range group.flags {
			if f.set && !slices.Contains(group.modes, c.Auth) {
				return fmt.Errorf("%s: goes with --auth %s, not with --auth %s", f.name, strings.Join(group.modes, " or "), c.Auth)
			}
		}
	}
	return nil
}

func (c Config) headers(proxies Proxies) (Source, error) {
	s := &headers{Proxies: proxies}
	for _, one := range []struct {
		flag, value, fallback string
		to                    *string
	}{
		{"--user-header", c.UserHeader, DefaultUserHeader, &s.user},
		{"--email-header", c.EmailHeader, DefaultEmailHeader, &s.email},
		{"--groups-header", c.GroupsHeader, DefaultGroupsHeader, &s.groups},
	} {
		name, err := canonicalHeader(either(one.value, one.fallback))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", one.flag, err)
		}
		if name == authorization {
			return nil, fmt.Errorf("%s: %s is used for something else", one.flag, name)
		}
		*one.to = name
	}
	switch {
	case bare(s.groups) == bare(s.user) || bare(s.groups) == bare(s.email):
		return nil, fmt.Errorf("--groups-header: %s has something else in it", s.groups)
	case s.user != s.email && bare(s.user) == bare(s.email):
		return nil, fmt.Errorf("--email-header: %s looks like --user-header", s.email)
	}
	s.guard = newGuard(s.user, s.email, s.groups)
	return s, nil
}

func (c Config) assertions(proxies Proxies) (Source, error) {
	var known preset
	if c.JWTPreset != "" {
		var ok bool
		if known, ok = presets[c.JWTPreset]; !ok {
			return nil, fmt.Errorf("--jwt-preset: %q is none of %s", c.JWTPreset, strings.Join(slices.Sorted(maps.Keys(presets)), ", "))
		}
	}
	s := &assertions{Proxies: proxies, now: c.Now,
		issuer:      either(c.JWTIssuer, known.issuer),
		audience:    c.JWTAudience,
		algorithm:   either(c.JWTAlgorithm, known.algorithm, DefaultAlgorithm),
		groupsClaim: either(c.JWTGroupsClaim, known.groupsClaim, DefaultGroupsClaim),
		maxAge:      DefaultMaxAge,
	}
	if known.maxAge != 0 {
		s.maxAge = known.maxAge
	}
	if c.JWTMaxAge != 0 {
		s.maxAge = c.JWTMaxAge
	}
	header := either(c.JWTHeader, known.header)
	if header == "" {
		return nil, errors.New("--jwt-header: name the header that the assertion comes in, or a --jwt-preset")
	}
	var err error
	if s.header, err = canonicalHeader(header); err != nil {
		return nil, fmt.Errorf("--jwt-header: %w", err)
	}
	if s.issuer == "" {
		return nil, errors.New("--jwt-issuer: say what the assertion's iss must be")
	}
	if problem := unclean(s.issuer, 1024); problem != "" {
		return nil, errors.New("--jwt-issuer: the value " + problem)
	}
	if s.audience == "" && known.audience != nil {
		s.audience = known.audience(s.issuer)
	}
	if s.audience == "" {
		return nil, errors.New("--jwt-audience: say what must be in the assertion's aud, or assertions for others would be taken")
	}
	if problem := unclean(s.audience, 1024); problem != "" {
		return nil, errors.New("--jwt-audience: the value " + problem)
	}
	if algorithms[s.algorithm] == "" {
		return nil, fmt.Errorf("--jwt-algorithm: %q is none of %s", s.algorithm, strings.Join(slices.Sorted(maps.Keys(algorithms)), ", "))
	}
	if problem := unclean(s.groupsClaim, maxValue); problem != "" {
		return nil, errors.New("--jwt-groups-claim: the value " + problem)
	}
	if s.maxAge < time.Minute || s.maxAge > 31*24*time.Hour {
		return nil, errors.New("--jwt-max-age: must be at least 1m and at most 744h")
	}
	address, err := c.keysAt(s.issuer, known)
	if err != nil {
		return nil, err
	}
	s.keys = newKeySet(address, s.issuer, s.algorithm, s.now)
	s.guard = newGuard(s.header)
	return s, nil
}

// keysAt is the address of the issuer's keys, empty when they are to be discovered.
func (c Config) keysAt(issuer string, known preset) (string, error) {
	address := c.JWKSURL
	if address == "" && known.keys != nil {
		if address = known.keys(issuer); checkURL(address) != nil {
			return "", fmt.Errorf("--jwt-issuer: %q is not what --jwt-preset %s expects", issuer, c.JWTPreset)
		}
		return address, nil
	}
	if address != "" {
		if err := checkURL(address); err != nil {
			return "", fmt.Errorf("--jwks-url: %w", err)
		}
		return address, nil
	}
	if err := checkURL(issuer); err != nil {
		return "", fmt.Errorf("--jwks-url: is needed when --jwt-issuer cannot be asked: %w", err)
	}
	return "", nil
}

// checkURL takes https anywhere, and http on the machine itself.
func checkURL(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Hostname() == "" || u.Opaque != "" {
		return errors.New("the address is not of the form https://host/path")
	}
	switch {
	case u.User != nil:
		return errors.New("the address has a user name or a password in it")
	case u.Fragment != "" || strings.HasSuffix(address, "#"):
		return errors.New("the address has a fragment")
	case u.Scheme == "https", u.Scheme == "http" && loopback(u.Hostname()):
		return nil
	}
	return errors.New("the address must begin with https://; http:// is for this machine only")
}

// loopback tells that a host is the machine itself.
func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// either is the first that is not empty.
func either(values ...string) string {
	for _, value := range values {
		if value != "" {
			return value
		}
	}
	return ""
}
