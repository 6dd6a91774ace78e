package identity

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4/json"

	"workspace-order-console/internal/auth"
)

const (
	// leeway is how far the issuer's clock and ours may differ.
	leeway = 30 * time.Second
	// maxToken bounds an assertion, in bytes.
	maxToken = 64 << 10
	// identifyTimeout bounds what a request waits for keys.
	identifyTimeout = fetchTimeout + time.Second
)

// assertions is a Source that believes what the issuer signed.
type assertions struct {
	Proxies
	guard                    guard
	header, issuer, audience string
	algorithm, groupsClaim   string
	maxAge                   time.Duration
	keys                     *keySet
	now                      func() time.Time
}

// Strip implements Source.
func (s *assertions) Strip(h http.Header) { s.guard.strip(h) }

// Identify implements Source.
func (s *assertions) Identify(r *http.Request) (Identity, error) {
	defer s.guard.strip(r.Header)
	if _, trusted := s.Peer(r); !trusted {
		return Identity{}, errPeer
	}
	if err := s.guard.check(r.Header); err != nil {
		return Identity{}, err
	}
	token, err := s.token(r.Header)
	if err != nil {
		return Identity{}, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), identifyTimeout)
	defer cancel()
	claims, err := s.verify(ctx, token)
	if err != nil {
		return Identity{}, err
	}
	return claims.identity(s.groupsClaim)
}

// token is the assertion of a request, whose form and header are what they must be before anything is looked up.
func (s *assertions) token(h http.Header) (string, error) {
	value, err := s.guard.one(h, s.header)
	if err != nil {
		return "", err
	}
	if s.header == authorization && value != "" {
		scheme, credentials, _ := strings.Cut(value, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return "", unauthenticated(s.header + " has another scheme than Bearer")
		}
		value = credentials
	}
	if value == "" {
		return "", unauthenticated("no " + s.header)
	}
	if len(value) > maxToken {
		return "", malformed(s.header + " is too long")
	}
	if strings.ContainsFunc(value, func(r rune) bool { return !strings.ContainsRune(tokenCharacters, r) }) {
		return "", malformed(s.header + " has a character that no token has")
	}
	parts := strings.Split(value, ".")
	if len(parts) != 3 || parts[0] == "" || parts[1] == "" {
		return "", malformed(s.header + " is not one token of three parts")
	}
	return value, s.checkHead(parts[0])
}

const tokenCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."

// checkHead holds a token's own header against the one algorithm, and refuses extensions that must be understood.
func (s *assertions) checkHead(encoded string) error {
	text, err := base64.RawURLEncoding.Strict().DecodeString(encoded)
	if err != nil {
		return malformed(s.header + " is no token: its header is not base64")
	}
	var head map[string]json.RawMessage
	if err := json.Unmarshal(text, &head); err != nil {
		return malformed(s.header + " is no token: its header is no JSON object")
	}
	var algorithm, kind string
	if json.Unmarshal(head["alg"], &algorithm) != nil || algorithm != s.algorithm {
		return unauthenticated("the assertion is not signed with " + s.algorithm)
	}
	for _, name := range []string{"crit", "b64", "zip", "enc"} {
		if _, ok := head[name]; ok {
			return unauthenticated("the assertion's header has " + name)
		}
	}
	// access and logout tokens of the same issuer say so here, and are about something else
	if raw, ok := head["typ"]; ok && (json.Unmarshal(raw, &kind) != nil || !strings.EqualFold(kind, "JWT")) {
		return unauthenticated("the assertion is a token of another type")
	}
	return nil
}

// verify returns what a token says, when it may be believed.
func (s *assertions) verify(ctx context.Context, token string) (claims, error) {
	now := s.now()
	keys := &oneToken{set: s.keys}
	_, err := oidc.NewVerifier(s.issuer, keys, &oidc.Config{
		ClientID:             s.audience,
		SupportedSigningAlgs: []string{s.algorithm},
		Now:                  func() time.Time { return now.Add(-leeway) },
	}).Verify(ctx, token)
	if keys.payload == nil {
		if keys.err != nil {
			return nil, keys.err
		}
		return nil, unauthenticated("the assertion is no signed token")
	}
	// The library's texts quote what the token says. These checks repeat its own, for the reason, and add to them.
	said, problem := parseClaims(keys.payload)
	if problem == "" {
		problem = said.problem(s.issuer, s.audience, s.maxAge, now)
	}
	if problem == "" && err != nil {
		problem = "does not verify"
	}
	if problem != "" {
		return nil, unauthenticated("the assertion " + problem)
	}
	return said, nil
}

// oneToken is the key set for one token. It keeps what go-oidc makes a text of.
type oneToken struct {
	set     *keySet
	payload []byte
	err     error
}

// VerifySignature implements oidc.KeySet.
func (o *oneToken) VerifySignature(ctx context.Context, token string) ([]byte, error) {
	o.payload, o.err = o.set.verify(ctx, token)
	return o.payload, o.err
}

// claims are what a token says, by exact name. encoding/json, which go-oidc uses, would take "SUB" for "sub" too.
type claims map[string]json.RawMessage

// parseClaims refuses what says a thing twice.
func parseClaims(payload []byte) (c claims, problem string) {
	if json.Unmarshal(payload, &c) != nil || c == nil {
		return nil, "says something twice, or is no JSON object"
	}
	for name := range c {
		for _, read := range []string{"iss", "sub", "aud", "exp", "iat", "nbf"} {
			if name != read && strings.EqualFold(name, read) {
				return nil, "has a claim that looks like " + read
			}
		}
	}
	return c, ""
}

// problem says why a token must not be believed although its signature is right.
func (c claims) problem(issuer, audience string, maxAge time.Duration, now time.Time) string {
	if said, _ := c.text("iss"); said != issuer {
		return "is of another issuer"
	}
	if !c.isFor(audience) {
		return "is for another audience"
	}
	expires, ok := c.time("exp")
	switch {
	case !ok:
		return "has no exp that can be read"
	case !now.Before(expires.Add(leeway)):
		return "has expired"
	}
	issued, ok := c.time("iat")
	switch {
	case !ok:
		return "has no iat that can be read"
	case issued.After(now.Add(leeway)):
		return "was issued in the future"
	case now.Sub(issued) > maxAge+leeway:
		return fmt.Sprintf("is older than %s", maxAge)
	}
	if _, there := c["nbf"]; there {
		valid, ok := c.time("nbf")
		switch {
		case !ok:
			return "has no nbf that can be read"
		case valid.After(now.Add(leeway)):
			return "is not valid yet"
		}
	}
	return ""
}

func (c claims) text(name string) (text string, ok bool) {
	return text, json.Unmarshal(c[name], &text) == nil
}

// isFor tells that aud, a text or a list, has the audience.
func (c claims) isFor(audience string) bool {
	if one, ok := c.text("aud"); ok {
		return one == audience
	}
	var list []string
	if json.Unmarshal(c["aud"], &list) != nil {
		return false
	}
	for _, one := range list {
		if one == audience {
			return true
		}
	}
	return false
}

// lastSecond is the end of the year 9999; what lies behind it is a mistake or an attempt at overflowing.
const lastSecond = 253402300799

// time is a claim in seconds since 1970, a number.
func (c claims) time(name string) (time.Time, bool) {
	var seconds float64
	if json.Unmarshal(c[name], &seconds) != nil || !(seconds > 0 && seconds <= lastSecond) {
		return time.Time{}, false
	}
	return time.Unix(int64(seconds), 0), true
}

// identity is who a verified token is about.
func (c claims) identity(groupsClaim string) (Identity, error) {
	subject, ok := c.text("sub")
	if !ok || subject == "" {
		return Identity{}, unauthenticated("the assertion has no sub: it is about no person")
	}
	if err := checkName(subject, "sub"); err != nil {
		return Identity{}, err
	}
	address, _ := c.text("email")
	address, err := checkEmail(address, "email")
	if err != nil {
		return Identity{}, err
	}
	if c.unverified() {
		address = ""
	}
	name, _ := c.text("name")
	if unclean(name, maxValue) != "" || auth.Reserved(name) {
		name = ""
	}
	groups, err := c.groups(groupsClaim)
	if err != nil {
		return Identity{}, err
	}
	return Identity{Subject: subject, Email: address, Name: name, Groups: groups, GroupsLeftOut: c.groupsLeftOut(groupsClaim)}, nil
}

// unverified tells that the issuer knows that it does not know whose the address is.
func (c claims) unverified() bool {
	said, ok := c["email_verified"]
	return ok && string(said) != "true" && string(said) != `"true"`
}

// groups are a claim that is a list of texts or one text, a group then.
func (c claims) groups(claim string) ([]string, error) {
	raw, ok := c.find(claim)
	if !ok || string(raw) == "null" {
		return nil, nil
	}
	var names []string
	if json.Unmarshal(raw, &names) != nil {
		var one string
		if json.Unmarshal(raw, &one) != nil {
			return nil, malformed("the assertion's " + claim + " is no list of texts")
		}
		names = []string{one}
	}
	var list groupList
	for _, name := range names {
		if err := list.add(name, claim); err != nil {
			return nil, err
		}
	}
	return list.names, nil
}

// find looks a claim up by its name; where there is none of it, by its path, with dots between the names of objects. A
// name may have dots itself, as those that are web addresses do.
func (c claims) find(name string) (json.RawMessage, bool) {
	if raw, ok := c[name]; ok {
		return raw, true
	}
	for i, r := range name {
		if r != '.' {
			continue
		}
		var inner claims
		if raw, ok := c[name[:i]]; ok && json.Unmarshal(raw, &inner) == nil {
			if found, ok := inner.find(name[i+1:]); ok {
				return found, true
			}
		}
	}
	return nil, false
}

// groupsLeftOut tells that the groups are to be asked for elsewhere (OpenID Connect Core 5.6.2), or are only said to exist.
func (c claims) groupsLeftOut(claim string) bool {
	var elsewhere map[string]json.RawMessage
	if json.Unmarshal(c["_claim_names"], &elsewhere) == nil {
		if _, ok := elsewhere[claim]; ok {
			return true
		}
	}
	return string(c["hasgroups"]) == "true"
}
