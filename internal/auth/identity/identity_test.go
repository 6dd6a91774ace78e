package identity

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheRightHeadersGetIn(t *testing.T) {
	t.Parallel()
	d := open(t, behind(t, Config{}))
	for name, c := range map[string]struct {
		lines []string
		want  Identity
	}{
		"all three": {[]string{user + "alice", "X-Forwarded-Email: alice@example.com", "X-Forwarded-Groups: staff,Domain Users, /admins"},
			Identity{Subject: "alice", Email: "alice@example.com", Groups: []string{"staff", "Domain Users", "/admins"}}},
		"the user alone":             {[]string{user + "alice"}, Identity{Subject: "alice"}},
		"in lower case":              {[]string{"x-forwarded-user: alice"}, Identity{Subject: "alice"}},
		"an address as user":         {[]string{user + "alice@example.com"}, Identity{Subject: "alice@example.com"}},
		"a domain's user":            {[]string{user + `CORP\alice`}, Identity{Subject: `CORP\alice`}},
		"another script":             {[]string{user + "王芳", "X-Forwarded-Groups: 采购,Équipe"}, Identity{Subject: "王芳", Groups: []string{"采购", "Équipe"}}},
		"256 bytes":                  {[]string{user + strings.Repeat("a", 256)}, Identity{Subject: strings.Repeat("a", 256)}},
		"no address after all":       {[]string{user + "alice", "X-Forwarded-Email: alice"}, Identity{Subject: "alice"}},
		"left open by Apache":        {[]string{user + "alice", "X-Forwarded-Email: (null)", "X-Forwarded-Groups: (null)"}, Identity{Subject: "alice"}},
		"nothing in the others":      {[]string{user + "alice", "X-Forwarded-Email:", "X-Forwarded-Groups:"}, Identity{Subject: "alice"}},
		"groups named twice":         {[]string{user + "alice", "X-Forwarded-Groups: staff,,staff, ,x"}, Identity{Subject: "alice", Groups: []string{"staff", "x"}}},
		"what proxies send as well":  {[]string{user + "alice", "X-Forwarded-For: 192.0.2.1", "X-Forwarded-Preferred-Username: a", "X-Forwarded-Host: x", "X-Forwarded-Access-Token: x", "Connection: close"}, Identity{Subject: "alice"}},
		"whom the console resembles": {[]string{user + "console2", "X-Forwarded-Email: keys@example.com"}, Identity{Subject: "console2", Email: "keys@example.com"}},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, []int{http.StatusOK}, d.send(t, get(c.lines...)))
			assert.Equal(t, []Identity{c.want}, d.admitted())
		})
	}
}

func TestAThousandGroupsGetIn(t *testing.T) {
	t.Parallel()
	who, err := behind(t, Config{}).Identify(request("127.0.0.1:1", http.Header{"X-Forwarded-User": {"alice"},
		"X-Forwarded-Groups": {strings.Join(numbered(1000), ",")}}))
	require.NoError(t, err)
	assert.Equal(t, numbered(1000), who.Groups)
	assert.True(t, who.In("group-999"))
	assert.False(t, who.In("group-1000"))
	assert.False(t, Identity{Groups: []string{""}}.In(""))
}

func TestTheRightPeersAreTrusted(t *testing.T) {
	t.Parallel()
	source := behind(t, Config{TrustedProxy: []string{"10.0.0.0/24, 2001:db8::7,::ffff:192.0.2.0/120", "fd00::/8", "::ffff:198.51.100.1"}})
	for _, peer := range []string{"10.0.0.1:4000", "10.0.0.255:1", "[2001:db8::7]:4000", "[::ffff:10.0.0.1]:4000", "192.0.2.77:4000",
		"[::ffff:192.0.2.77]:4000", "[fd12::1]:4000", "198.51.100.1:4000", "[2001:0DB8:0::0007]:4000"} {
		who, err := source.Identify(request(peer, http.Header{"X-Forwarded-User": {"alice"}}))
		require.NoError(t, err, peer)
		assert.Equal(t, "alice", who.Subject, peer)
	}
}

func TestOtherHeaderNames(t *testing.T) {
	t.Parallel()
	source := behind(t, Config{UserHeader: "remote-user", EmailHeader: "Remote-User", GroupsHeader: "REMOTE-GROUPS"})
	who, err := source.Identify(request("127.0.0.1:1", http.Header{"Remote-User": {"alice@example.com"}, "Remote-Groups": {"staff"},
		"X-Forwarded-User": {"mallory"}, "X_Forwarded_User": {"mallory"}}))
	require.NoError(t, err)
	assert.Equal(t, Identity{Subject: "alice@example.com", Email: "alice@example.com", Groups: []string{"staff"}}, who)
}

func TestIdentifyTakesTheHeadersOut(t *testing.T) {
	t.Parallel()
	for name, peer := range map[string]string{"from the proxy": "127.0.0.1:1", "from elsewhere": "192.0.2.1:1"} {
		for what, value := range map[string]string{"right": "alice", "malformed": "a,b"} {
			t.Run(name+" "+what, func(t *testing.T) {
				source := behind(t, Config{})
				r := request(peer, http.Header{"X-Forwarded-User": {value}, "X-Forwarded-Groups": {"staff"}, "X_forwarded.email": {"x"},
					"X-Forwarded-For": {"192.0.2.1"}, "Authorization": {"Bearer x"}, "X-Auth-Token": {"x"}})
				_, _ = source.Identify(r)
				assert.Equal(t, http.Header{"X-Forwarded-For": {"192.0.2.1"}, "Authorization": {"Bearer x"}, "X-Auth-Token": {"x"}}, r.Header)
				_, err := source.Identify(r)
				assert.Equal(t, http.StatusUnauthorized, statusOf(t, err))
			})
		}
	}
}

func TestScriptsNeedNoIdentityAndTakeNone(t *testing.T) {
	t.Parallel()
	signed := "SDK-HMAC-SHA256 Access=x, SignedHeaders=host, Signature=y"
	for name, c := range map[string]struct {
		flags      Config
		have, left http.Header
	}{
		"headers": {Config{}, http.Header{"X-Forwarded-User": {"mallory"}, "X.forwarded.groups": {"x"}, "X-Auth-Token": {"t"}}, http.Header{"X-Auth-Token": {"t"}}},
		"an assertion": {Config{Auth: JWT, JWTPreset: "iap", JWTAudience: "x"},
			http.Header{"X-Goog-Iap-Jwt-Assertion": {"x", "y"}, "X-Auth-Token": {"t"}}, http.Header{"X-Auth-Token": {"t"}}},
		"a bearer token": {Config{Auth: JWT, JWTPreset: "oauth2-proxy", JWTIssuer: "https://id.example.com", JWTAudience: "x"},
			http.Header{"Authorization": {"bearer x"}}, http.Header{}},
		"a signature": {Config{Auth: JWT, JWTPreset: "oauth2-proxy", JWTIssuer: "https://id.example.com", JWTAudience: "x"},
			http.Header{"Authorization": {signed}}, http.Header{"Authorization": {signed}}},
		"a signature and a bearer token": {Config{Auth: JWT, JWTPreset: "oauth2-proxy", JWTIssuer: "https://id.example.com", JWTAudience: "x"},
			http.Header{"Authorization": {"\tBEARER,x", signed}}, http.Header{"Authorization": {signed}}},
	} {
		t.Run(name, func(t *testing.T) {
			behind(t, c.flags).Strip(c.have)
			assert.Equal(t, c.left, c.have)
		})
	}
}

func TestWhatPeopleAreCalled(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "a@example.com", Identity{Subject: "7", Email: "a@example.com", Name: "console"}.Display())
	assert.Equal(t, "7", Identity{Subject: "7", Name: "console"}.Display())
}

func TestTheClientsAddress(t *testing.T) {
	t.Parallel()
	source := behind(t, Config{TrustedProxy: []string{"10.0.0.0/8,2001:db8::/32"}})
	for name, c := range map[string]struct {
		peer  string
		lines []string
		want  string
	}{
		"without a header":                      {"10.0.0.1:1", nil, "10.0.0.1"},
		"from elsewhere, whatever it says":      {"192.0.2.1:1", []string{"198.51.100.1"}, "192.0.2.1"},
		"one hop":                               {"10.0.0.1:1", []string{"198.51.100.1"}, "198.51.100.1"},
		"what the client wrote is to the left":  {"10.0.0.1:1", []string{"127.0.0.1, 198.51.100.1"}, "198.51.100.1"},
		"through two proxies":                   {"10.0.0.1:1", []string{"127.0.0.1, 198.51.100.1, 10.9.9.9"}, "198.51.100.1"},
		"in two headers":                        {"10.0.0.1:1", []string{"127.0.0.1", "198.51.100.1,10.0.0.9"}, "198.51.100.1"},
		"in two headers, the last is a proxy's": {"10.0.0.1:1", []string{"127.0.0.1,198.51.100.1", "10.0.0.9"}, "198.51.100.1"},
		"proxies alone":                         {"10.0.0.1:1", []string{"10.0.0.7,10.0.0.8"}, "10.0.0.7"},
		"IPv6":                                  {"[2001:db8::1]:1", []string{"2001:DB9::1"}, "2001:db9::1"},
		"IPv6 in brackets with a port":          {"10.0.0.1:1", []string{"[2001:db9::1]:4711"}, "2001:db9::1"},
		"with a port":                           {"10.0.0.1:1", []string{"198.51.100.1:4711"}, "198.51.100.1"},
		"IPv4 in IPv6":                          {"[::ffff:10.0.0.1]:1", []string{"198.51.100.1, ::ffff:10.0.0.3"}, "198.51.100.1"},
		"a name":                                {"10.0.0.1:1", []string{"198.51.100.1, unknown"}, "10.0.0.1"},
		"a name behind a proxy":                 {"10.0.0.1:1", []string{"198.51.100.1, _hidden, 10.0.0.5"}, "10.0.0.5"},
		"nothing":                               {"10.0.0.1:1", []string{""}, "10.0.0.1"},
		"a hole":                                {"10.0.0.1:1", []string{"198.51.100.1,,10.0.0.5"}, "10.0.0.5"},
		"an address that nobody has":            {"10.0.0.1:1", []string{"198.51.100.1, 0.0.0.0"}, "10.0.0.1"},
		"a zone":                                {"10.0.0.1:1", []string{"fe80::1%eth0"}, "10.0.0.1"},
		"IPv4 in IPv6 with a zone":              {"10.0.0.1:1", []string{"::ffff:198.51.100.1%x"}, "10.0.0.1"},
		"leading zeros":                         {"10.0.0.1:1", []string{"010.0.0.1"}, "10.0.0.1"},
		"a line break":                          {"10.0.0.1:1", []string{"198.51.100.1\n"}, "10.0.0.1"},
		"IPv4 in IPv6 from elsewhere":           {"[::ffff:192.0.2.1]:1", nil, "192.0.2.1"},
	} {
		t.Run(name, func(t *testing.T) {
			r := request(c.peer, http.Header{"X-Forwarded-For": c.lines, "X_forwarded_for": {"198.51.100.9"}, "X-Real-Ip": {"198.51.100.9"}})
			assert.Equal(t, c.want, source.Client(r).String())
		})
	}
	assert.Equal(t, netip.Addr{}, source.Client(request("@", nil)))
}

func TestTheRightAssertionsGetIn(t *testing.T) {
	t.Parallel()
	w := newForgers(t)
	es, rs := fields{"alg": "ES256", "kid": "ec"}, fields{"alg": "RS256", "kid": "rsa", "typ": "jwt"}
	alice := Identity{Subject: "alice", Email: "alice@example.com", Groups: []string{"staff"}}
	said := w.alice()
	for name, c := range map[string]struct {
		door, value string
		want        Identity
	}{
		"with ES256":             {"ES256", token(t, es, said, ecKey()), alice},
		"with RS256":             {"RS256", token(t, rs, said, rsaKey()), alice},
		"as a bearer token":      {"bearer", "Bearer " + token(t, rs, said, rsaKey()), alice},
		"in lower case":          {"bearer", "bearer " + token(t, rs, said, rsaKey()), alice},
		"of a key without an ID": {"ES256", token(t, es.with("kid", absent), said, ecKey()), alice},
		"for several":            {"ES256", token(t, es, said.with("aud", []string{"wiki", "console"}), ecKey()), alice},
		"at the end of its time": {"ES256", token(t, es, said.with("exp", w.clock.unix(-29*time.Second)), ecKey()), alice},
		"of a clock ahead":       {"ES256", token(t, es, said.with("iat", w.clock.unix(30*time.Second)).with("nbf", w.clock.unix(30*time.Second)), ecKey()), alice},
		"a day old":              {"ES256", token(t, es, said.with("iat", w.clock.unix(-24*time.Hour)), ecKey()), alice},
		"with fractions":         {"ES256", token(t, es, said.with("iat", float64(start.Unix())+0.25), ecKey()), alice},
		"with a certificate's hash and claims of others": {"ES256", token(t, es.with("x5t", "x"), said.with("nonce", "x").with("Groups", "admins"), ecKey()), alice},
		"with one group as text":                         {"ES256", token(t, es, said.with("groups", "a,b"), ecKey()), Identity{Subject: "alice", Email: "alice@example.com", Groups: []string{"a,b"}}},
		"of nobody's mail":                               {"ES256", token(t, es, said.with("email", absent).with("groups", nil), ecKey()), Identity{Subject: "alice"}},
		"of a mail that is none":                         {"ES256", token(t, es, said.with("email", 7), ecKey()), Identity{Subject: "alice", Groups: []string{"staff"}}},
		"of an unproven mail":                            {"ES256", token(t, es, said.with("email_verified", false), ecKey()), Identity{Subject: "alice", Groups: []string{"staff"}}},
		"of an unproven mail as text":                    {"ES256", token(t, es, said.with("email_verified", "false"), ecKey()), Identity{Subject: "alice", Groups: []string{"staff"}}},
		"of a proven mail":                               {"ES256", token(t, es, said.with("email_verified", true), ecKey()), alice},
		"of a name": {"ES256", token(t, es, said.with("name", "Alice Example"), ecKey()),
			Identity{Subject: "alice", Email: "alice@example.com", Name: "Alice Example", Groups: []string{"staff"}}},
		"of a name that cannot be shown":        {"ES256", token(t, es, said.with("name", "Alice\n"), ecKey()), alice},
		"of a name that the journal uses":       {"ES256", token(t, es, said.with("name", "Console"), ecKey()), alice},
		"whose groups are elsewhere":            {"ES256", token(t, es, said.with("groups", absent).with("_claim_names", fields{"groups": "a"}).with("_claim_sources", fields{"a": fields{"endpoint": "https://x"}}), ecKey()), Identity{Subject: "alice", Email: "alice@example.com", GroupsLeftOut: true}},
		"whose groups are only said to exist":   {"ES256", token(t, es, said.with("groups", absent).with("hasgroups", true), ecKey()), Identity{Subject: "alice", Email: "alice@example.com", GroupsLeftOut: true}},
		"whose subject has a comma and a colon": {"ES256", token(t, es, said.with("sub", "uid=alice,ou=people:7"), ecKey()), Identity{Subject: "uid=alice,ou=people:7", Email: "alice@example.com", Groups: []string{"staff"}}},
	} {
		t.Run(name, func(t *testing.T) {
			header := "X-Assertion: "
			if c.door == "bearer" {
				header = "Authorization: "
			}
			d := w.doors[c.door]
			assert.Equal(t, []int{http.StatusOK}, d.send(t, get(header+c.value)), "%v", d.reasons())
			assert.Equal(t, []Identity{c.want}, d.admitted())
		})
	}
}

func TestTheGroupsClaim(t *testing.T) {
	t.Parallel()
	i := newIssuer(t, public("ec", ecKey()))
	var c clock
	said := fields{"iss": i.url, "aud": "console", "sub": "alice", "iat": c.unix(0), "exp": c.unix(time.Minute),
		"custom": fields{"groups": []string{"inside"}, "https://example.com/g": []string{"odd"}, "a.b": fields{"c": "deep"}},
		"roles":  []string{"role"}, "x.y": []string{"dotted"}, "x": fields{"y": []string{"path"}}, "https://example.com/groups": []string{"address"}, "none": fields{}}
	for claim, want := range map[string][]string{
		"roles": {"role"}, "custom.groups": {"inside"}, "x.y": {"dotted"}, "https://example.com/groups": {"address"},
		"custom.https://example.com/g": {"odd"}, "custom.a.b.c": {"deep"}, "groups": nil, "custom.roles": nil, "roles.x": nil, "custom.": nil, ".": nil,
	} {
		t.Run(claim, func(t *testing.T) {
			source := behind(t, Config{Auth: JWT, JWTIssuer: i.url, JWTAudience: "console", JWTHeader: "X-Assertion", JWTAlgorithm: "ES256", JWTGroupsClaim: claim, Now: c.now})
			who, err := source.Identify(request("127.0.0.1:1", http.Header{"X-Assertion": {token(t, fields{"alg": "ES256"}, said, ecKey())}}))
			require.NoError(t, err)
			assert.Equal(t, want, who.Groups)
		})
	}
}

func TestTheAgeOfAnAssertion(t *testing.T) {
	t.Parallel()
	i := newIssuer(t, public("ec", ecKey()))
	var c clock
	source := behind(t, Config{Auth: JWT, JWTIssuer: i.url, JWTAudience: "console", JWTHeader: "X-Assertion", JWTAlgorithm: "ES256", JWTMaxAge: 10 * time.Minute, Now: c.now})
	header := func() http.Header {
		return http.Header{"X-Assertion": {token(t, fields{"alg": "ES256"}, fields{"iss": i.url, "aud": "console", "sub": "alice", "iat": start.Unix(),
			"exp": start.Add(time.Hour).Unix()}, ecKey())}}
	}
	c.move(10*time.Minute + 30*time.Second)
	_, err := source.Identify(request("127.0.0.1:1", header()))
	require.NoError(t, err)
	c.move(time.Second)
	_, err = source.Identify(request("127.0.0.1:1", header()))
	assert.EqualError(t, err, "the assertion is older than 10m0s")
}

func TestReasonsSayWhatToLookAt(t *testing.T) {
	t.Parallel()
	w := newForgers(t)
	es := fields{"alg": "ES256", "kid": "ec"}
	said := w.alice()
	for want, value := range map[string]string{
		"no X-Assertion": "",
		"X-Assertion is not one token of three parts":              "a.b",
		"X-Assertion has a character that no token has":            "a,b",
		"the assertion is not signed with ES256":                   token(t, es.with("alg", "none"), said, nil),
		"the assertion's header has crit":                          token(t, es.with("crit", "x"), said, ecKey()),
		"the assertion is a token of another type":                 token(t, es.with("typ", "at+jwt"), said, ecKey()),
		"the assertion is signed with none of the issuer's keys":   token(t, es, said, ecOther()),
		"the assertion is of another issuer":                       token(t, es, said.with("iss", "x"), ecKey()),
		"the assertion is for another audience":                    token(t, es, said.with("aud", "x"), ecKey()),
		"the assertion has expired":                                token(t, es, said.with("exp", w.clock.unix(-time.Minute)), ecKey()),
		"the assertion was issued in the future":                   token(t, es, said.with("iat", w.clock.unix(time.Minute)), ecKey()),
		"the assertion is older than 24h0m0s":                      token(t, es, said.with("iat", w.clock.unix(-25*time.Hour)), ecKey()),
		"the assertion is not valid yet":                           token(t, es, said.with("nbf", w.clock.unix(time.Minute)), ecKey()),
		"the assertion has no sub: it is about no person":          token(t, es, said.with("sub", ""), ecKey()),
		"the assertion has no iat that can be read":                token(t, es, said.with("iat", absent), ecKey()),
		"the assertion has a claim that looks like sub":            token(t, es, said.with("Sub", "x"), ecKey()),
		"the assertion says something twice, or is no JSON object": token(t, es, `{"sub":"a","sub":"b"}`, ecKey()),
	} {
		_, err := w.sources["ES256"].Identify(request("127.0.0.1:1", http.Header{"X-Assertion": {value}}))
		assert.EqualError(t, err, want)
	}
}
