package identity

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

// FuzzHeaders: whatever comes in a request, who gets in is exactly who one header names.
func FuzzHeaders(f *testing.F) {
	f.Add("X-Forwarded-User", "alice", "X-Forwarded-Groups", "staff,admins")
	f.Add("X-Forwarded-User", "alice", "X_Forwarded_User", "mallory")
	f.Add("X-Forwarded-User", "alice@a@b", "x-forwarded-user", "")
	f.Add("X-Forwarded-Email", "alice@example.com", "X-Forwarded-User", "(null)")
	f.Add("Connection", "x_forwarded_user", "X-Forwarded-User", "a\u202eb")
	source := behind(f, Config{})
	f.Fuzz(func(t *testing.T, name1, value1, name2, value2 string) {
		h := http.Header{}
		h[name1] = append(h[name1], value1)
		h[name2] = append(h[name2], value2)
		sent := h.Clone()
		who, err := source.Identify(request("127.0.0.1:1", h))
		if err != nil {
			status := statusOf(t, err)
			assert.True(t, status == 400 || status == 401, status)
			assert.Zero(t, who)
			return
		}
		assert.Equal(t, []string{who.Subject}, sent["X-Forwarded-User"])
		for _, s := range append([]string{who.Subject, who.Email}, who.Groups...) {
			assert.True(t, utf8.ValidString(s) && len(s) <= maxValue && !strings.ContainsAny(s, ",\r\n\x00"), "%q", s)
			assert.False(t, strings.ContainsFunc(s, unicode.IsControl), "%q", s)
		}
		assert.NotContains(t, who.Subject, " ")
		assert.LessOrEqual(t, strings.Count(who.Subject, "@"), 1)
		for name := range sent {
			if folded := strings.NewReplacer("_", "-", ".", "-").Replace(strings.ToLower(name)); folded == "x-forwarded-user" || folded == "x-forwarded-groups" {
				assert.Equal(t, http.CanonicalHeaderKey(folded), name)
			}
		}
	})
}

// FuzzAssertion: no text is an assertion but one that the issuer signed.
func FuzzAssertion(f *testing.F) {
	i := newIssuer(f, public("ec", ecKey()))
	var c clock
	source := behind(f, Config{Auth: JWT, JWTIssuer: i.url, JWTAudience: "console", JWTHeader: "X-Assertion", JWTAlgorithm: "ES256", Now: c.now})
	genuine := token(f, fields{"alg": "ES256", "kid": "ec"}, fields{"iss": i.url, "aud": "console", "sub": "alice", "iat": c.unix(0), "exp": c.unix(1e9)}, ecKey())
	f.Add(genuine)
	f.Add(encode(`{"alg":"none"}`) + "." + encode(`{"sub":"mallory"}`) + ".")
	f.Add(`{"payload":"","signatures":[]}`)
	signed, _, _ := strings.Cut(genuine[strings.Index(genuine, ".")+1:], ".")
	f.Fuzz(func(t *testing.T, value string) {
		who, err := source.Identify(request("127.0.0.1:1", http.Header{"X-Assertion": {value}}))
		if err != nil {
			status := statusOf(t, err)
			assert.True(t, status == 400 || status == 401, status)
			return
		}
		assert.Equal(t, "alice", who.Subject)
		assert.Contains(t, value, signed)
	})
}

// FuzzProxies: a list that is taken trusts only what it names, and never everybody.
func FuzzProxies(f *testing.F) {
	for _, seed := range []string{"10.0.0.0/8", "::/0", "::ffff:0:0/96", "2001:db8::7", "*", "10.0.0.1,,", "0.0.0.0/1,128.0.0.0/1", "fe80::1%eth0"} {
		f.Add(seed, "192.0.2.1:80")
	}
	f.Fuzz(func(t *testing.T, value, peer string) {
		p, err := ParseProxies(value)
		if err != nil {
			assert.NotContains(t, err.Error(), "\n")
			assert.Empty(t, p.networks)
			return
		}
		assert.Len(t, p.networks, strings.Count(value, ",")+1)
		for _, network := range p.networks {
			assert.GreaterOrEqual(t, network.Bits(), widest)
			assert.False(t, network.Addr().Is4In6() || network.Addr().IsUnspecified())
		}
		addr, trusted := p.Peer(&http.Request{RemoteAddr: peer})
		if trusted {
			assert.True(t, addr.IsValid() && addr.Zone() == "")
			again, err := netip.ParseAddrPort(peer)
			assert.NoError(t, err)
			assert.Equal(t, again.Addr().Unmap(), addr)
		}
		client := p.Client(&http.Request{RemoteAddr: peer, Header: http.Header{"X-Forwarded-For": {value}}})
		assert.True(t, client.IsValid() || !addr.IsValid())
		assert.True(t, trusted || client == addr)
	})
}
