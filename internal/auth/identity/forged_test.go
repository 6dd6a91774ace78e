package identity

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// forgery is a request that must not get in.
type forgery struct {
	name string
	// door is which source it comes to: "header", "bearer" or an algorithm of assertions.
	door string
	// raw is what is sent over TCP, from a trusted peer unless the door is another. Without it, the request is as if it came
	// from the peer with these headers.
	raw    string
	peer   string
	header http.Header
	// want is the first answer's status.
	want int
}

// enough is how many different forgeries there are to be.
const enough = 220

func TestForgedIdentitiesDoNotGetIn(t *testing.T) {
	t.Parallel()
	world := newForgers(t)
	cases := slices.Concat(forgedPeers(), forgedSpellings(), forgedValues(), smuggled(), world.tokens(t))
	names, contents := map[string]bool{}, map[string]bool{}
	for _, c := range cases {
		require.False(t, names[c.name], "two are called %q", c.name)
		content := c.door + "\x00" + c.peer + "\x00" + c.raw + text(t, c.header)
		require.False(t, contents[content], "%q is the same as another", c.name)
		names[c.name], contents[content] = true, true
	}
	t.Logf("%d forgeries", len(cases))
	assert.GreaterOrEqual(t, len(cases), enough)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := world.doors[c.door]
			require.NotNil(t, d, c.door)
			d.admitted()
			d.reasons()
			if c.raw != "" {
				statuses := d.send(t, c.raw)
				assert.Equal(t, c.want, statuses[0])
				assert.NotContains(t, statuses, http.StatusOK)
				assert.Empty(t, d.admitted())
			} else {
				who, err := world.sources[c.door].Identify(request(c.peer, c.header))
				assert.Equal(t, c.want, statusOf(t, err))
				assert.Zero(t, who)
				if err != nil {
					d.errs = append(d.errs, err)
				}
			}
			for _, reason := range d.reasons() {
				for _, values := range c.header {
					for _, value := range values {
						if len(value) > 12 {
							assert.NotContains(t, reason.Error(), value, "a reason is for the log")
						}
					}
				}
				assert.NotContains(t, reason.Error(), "mallory")
				assert.NotContains(t, reason.Error(), "eyJ", "a token begins so")
			}
		})
	}
	assert.LessOrEqual(t, world.issuer.fetches.Load(), int32(len(world.doors)), "the clock stands still: one fetch each")
	assert.Zero(t, world.elsewhere.fetches.Load(), "no address in a token is followed")
}

const user = "X-Forwarded-User: "

// forgers are the doors that forgeries come to.
type forgers struct {
	issuer, elsewhere *issuer
	clock             clock
	sources           map[string]Source
	doors             map[string]*door
}

func newForgers(t *testing.T) *forgers {
	w := &forgers{sources: map[string]Source{}, doors: map[string]*door{}}
	w.issuer = newIssuer(t, public("ec", ecKey()), public("rsa", rsaKey()), public("p384", ec384()), public("short", rsaShort()))
	w.elsewhere = newIssuer(t, public("ec", ecOther()))
	w.sources["header"] = behind(t, Config{})
	w.sources["another proxy's"] = behind(t, Config{TrustedProxy: []string{"10.0.0.0/24, 2001:db8::7", "192.0.2.10"}})
	assertion := Config{Auth: JWT, JWTIssuer: w.issuer.url, JWTAudience: "console", JWTHeader: "X-Assertion", JWTAlgorithm: "ES256", Now: w.clock.now}
	w.sources["ES256"] = behind(t, assertion)
	assertion.JWTAlgorithm = "RS256"
	w.sources["RS256"] = behind(t, assertion)
	assertion.JWTHeader = "Authorization"
	w.sources["bearer"] = behind(t, assertion)
	for name, source := range w.sources {
		w.doors[name] = open(t, source)
	}
	return w
}

// forgedPeers come from where no proxy is, or from what only looks like one.
func forgedPeers() (cases []forgery) {
	known := http.Header{"X-Forwarded-User": {"mallory"}}
	for _, peer := range []string{
		"10.0.1.1:4000", "10.0.0.256:4000", "9.255.255.255:4000", "10.1.0.0:4000", "110.0.0.1:4000", "192.0.2.9:4000", "192.0.2.11:4000",
		"192.0.2.100:4000", "192.0.2.1:4000", "127.0.0.1:4000", "[::1]:4000", "0.0.0.0:4000", "255.255.255.255:4000", "[::]:4000",
		"[2001:db8::8]:4000", "[2001:db8::]:4000", "[2001:db8:1::7]:4000", "[2001:db8::7:0]:4000", "[2001:db9::7]:4000",
		"[2001:db8::7%eth0]:4000", "[fe80::1%eth0]:4000", "[fe80::10.0.0.1]:4000", "[::ffff:10.0.1.1]:4000", "[::ffff:127.0.0.1]:4000",
		"[::10.0.0.1]:4000", "[64:ff9b::10.0.0.1]:4000", "[2002:a00:1::]:4000", "[::ffff:0:10.0.0.1]:4000", "[::ffff:10.0.0.1%eth0]:4000",
		"10.0.0.1", "2001:db8::7", "[2001:db8::7]", "2001:db8::7:4000", "010.0.0.1:4000", "10.0.0.01:4000", "0x0a.0.0.1:4000", "167772161:4000",
		"10.1:4000", "10.0.0.1:99999", "10.0.0.1:-1", "10.0.0.1:http", "10.0.0.1 :4000", " 10.0.0.1:4000", "10.0.0.1,10.0.0.1:4000",
		"10.0.0.1\x00:4000", "proxy:4000", "localhost:4000", "@", "", ":4000", "pipe",
	} {
		cases = append(cases, forgery{name: "from the peer " + peer, door: "another proxy's", peer: peer, header: known, want: 401})
	}
	// The peer is 127.0.0.1, which that door does not trust, whatever it says it is or asks for.
	for _, line := range []string{
		"X-Forwarded-For: 10.0.0.1", "X-Forwarded-For: 10.0.0.1, 127.0.0.1", "X-Forwarded-For: 127.0.0.1, 10.0.0.1",
		"X-Real-Ip: 10.0.0.1", "Forwarded: for=10.0.0.1;by=10.0.0.1", "True-Client-Ip: 10.0.0.1", "X-Client-Ip: 10.0.0.1",
		"Cf-Connecting-Ip: 10.0.0.1", "X-Cluster-Client-Ip: 10.0.0.1", "Fastly-Client-Ip: 10.0.0.1", "X-Remote-Addr: 10.0.0.1",
		"Remote-Addr: 10.0.0.1", "X-Original-Forwarded-For: 10.0.0.1", "Client-Ip: 10.0.0.1", "Via: 1.1 10.0.0.1",
		"X-Envoy-External-Address: 10.0.0.1", "X-Proxyuser-Ip: 10.0.0.1", "User-Agent: kube-probe/1.34", "User-Agent: GoogleHC/1.0",
		"User-Agent: ELB-HealthChecker/2.0", "User-Agent: Prometheus/3.0", "X-Original-Url: /healthz", "X-Rewrite-Url: /healthz",
		"X-Forwarded-Uri: /healthz", "X-Forwarded-User_: x",
	} {
		cases = append(cases, forgery{name: "from elsewhere with " + line, door: "another proxy's", raw: get(line, user+"mallory"), want: 401})
	}
	for name, raw := range map[string]string{
		"from elsewhere to a proxy's host name":  "GET /orders HTTP/1.1\r\nHost: 10.0.0.1\r\n" + user + "mallory\r\n\r\n",
		"from elsewhere with an absolute target": "GET http://10.0.0.1/healthz HTTP/1.1\r\nHost: 10.0.0.1\r\n" + user + "mallory\r\n\r\n",
		"from elsewhere with HTTP/1.0":           "GET /orders HTTP/1.0\r\n" + user + "mallory\r\n\r\n",
		"from elsewhere with two users":          get(user+"mallory", user+"alice"),
		"from elsewhere with a look-alike":       get("X_Forwarded_User: mallory"),
	} {
		cases = append(cases, forgery{name: name, door: "another proxy's", raw: raw, want: 401})
	}
	return cases
}

// forgedSpellings come through the proxy, beside or in place of the header that it sets.
func forgedSpellings() (cases []forgery) {
	add := func(want int, name string, lines ...string) {
		cases = append(cases, forgery{name: name, door: "header", raw: get(lines...), want: want})
	}
	for _, name := range []string{
		"X_Forwarded_User", "X.Forwarded.User", "x_forwarded_user", "X_FORWARDED_USER", "X-Forwarded_User", "X_Forwarded-User",
		"X.Forwarded-User", "X-Forwarded.User", "X_Forwarded.User", "X~Forwarded~User", "X!Forwarded!User", "X#Forwarded#User",
		"X$Forwarded$User", "X%Forwarded%User", "X&Forwarded&User", "X'Forwarded'User", "X*Forwarded*User", "X+Forwarded+User",
		"X^Forwarded^User", "X`Forwarded`User", "X|Forwarded|User", "XForwardedUser", "X--Forwarded--User", "-X-Forwarded-User",
		"X-Forwarded-User-", "_X-Forwarded-User", "X-Forwarded-User_", "X-Forwarded-User.", "X__Forwarded__User",
		"X_Forwarded_Email", "X.Forwarded.Email", "x-forwarded_email", "XForwardedEmail",
		"X_Forwarded_Groups", "X.Forwarded.Groups", "x-forwarded.groups", "X-ForwardedGroups",
	} {
		add(400, "look-alike "+name+" beside the user", user+"alice", name+": mallory")
	}
	add(400, "look-alike alone", "X_Forwarded_User: mallory")
	add(400, "look-alike with nothing in it", user+"alice", "X_Forwarded_User:")
	add(400, "look-alike before the user", "X.Forwarded.Groups: admins", user+"alice")
	for name, line := range map[string]string{
		"a space before the colon":          "X-Forwarded-User : mallory",
		"a tab before the colon":            "X-Forwarded-User\t: mallory",
		"a space in the name":               "X Forwarded User: mallory",
		"a NUL in the name":                 "X-Forwarded-User\x00: mallory",
		"a letter of another script":        "X-Forwarded-Uſer: mallory",
		"a hyphen that is none":             "X‑Forwarded‑User: mallory",
		"no name":                           ": mallory",
		"no colon":                          "X-Forwarded-User mallory",
		"brackets":                          "[X-Forwarded-User]: mallory",
		"quotes":                            "\"X-Forwarded-User\": mallory",
		"a slash":                           "X/Forwarded/User: mallory",
		"a lone CR before it":               "X-A: b\r" + user + "mallory",
		"a backslash":                       "X\\Forwarded\\User: mallory",
		"an at sign":                        "X@Forwarded@User: mallory",
		"the header as an option of a hop":  "Connection: close, X-Forwarded-Groups",
		"a look-alike as an option":         "Connection: keep-alive, x_forwarded_user",
		"two Hosts":                         "Host: other",
		"the user again in upper case":      "X-FORWARDED-USER: mallory",
		"the user again in lower case":      "x-forwarded-user: mallory",
		"the same user again":               user + "alice",
		"the user again with nothing in it": user,
		"the user and a folded user":        user + "mallory\r\n x",
	} {
		add(400, "beside the user "+name, user+"alice", line)
	}
	add(400, "user twice", user+"mallory", user+"alice")
	add(400, "user three times", user+"alice", user+"alice", user+"mallory")
	add(400, "nothing and a user", user, user+"mallory")
	add(400, "folded user", user+"alice\r\n mallory")
	add(400, "user folded by a tab", user+"alice\r\n\tmallory")
	add(400, "header that begins with a fold", " "+user+"mallory")
	add(400, "address twice", user+"alice", "X-Forwarded-Email: a@example.com", "X-Forwarded-Email: m@example.com")
	add(400, "groups twice", user+"alice", "X-Forwarded-Groups: staff", "X-Forwarded-Groups: admins")
	add(400, "groups twice in two cases", user+"alice", "X-Forwarded-Groups: staff", "x-forwarded-groups: admins")
	add(400, "groups again with nothing in it", user+"alice", "X-Forwarded-Groups: staff", "X-Forwarded-Groups:")
	add(401, "no header at all")
	add(401, "address alone", "X-Forwarded-Email: mallory@example.com")
	add(401, "groups alone", "X-Forwarded-Groups: admins")
	add(401, "another header of the kind", "X-Remote-User: mallory", "Remote-User: mallory", "X-Auth-Request-User: mallory")
	add(401, "basic authentication", "Authorization: Basic bWFsbG9yeTptYWxsb3J5")
	add(401, "a cookie of the name", "Cookie: X-Forwarded-User=mallory")
	add(401, "a health checker's user agent", "User-Agent: kube-probe/1.34")
	// What no parser lets through, another kind of server might.
	for name, header := range map[string]http.Header{
		"key in lower case":        {"x-forwarded-user": {"mallory"}},
		"key in lower case beside": {"x-forwarded-user": {"mallory"}, "X-Forwarded-User": {"alice"}},
		"key with a Kelvin sign":   {"X-Forwarded-User": {"alice"}, "X-Forwarded-Uſer": {"x"}, "x_forwarded-groups": {"admins"}},
		"key with a space":         {"X-Forwarded-User": {"alice"}, "X-Forwarded-Groups ": {"admins"}},
	} {
		cases = append(cases, forgery{name: name, door: "header", peer: "127.0.0.1:4000", header: header, want: 400})
	}
	return cases
}

// forgedValues come through the proxy in the right header.
func forgedValues() (cases []forgery) {
	add := func(want int, name string, lines ...string) {
		cases = append(cases, forgery{name: name, door: "header", raw: get(lines...), want: want})
	}
	for name, value := range map[string]string{
		"two joined by a comma":       "alice,mallory",
		"two joined by comma, space":  "alice, mallory",
		"a comma at the end":          "mallory,",
		"a comma alone":               ",",
		"two @":                       "alice@example.com@evil.example",
		"two @ in a row":              "mallory@@example.com",
		"two addresses":               "alice@example.com mallory@example.com",
		"a space":                     "alice mallory",
		"a tab":                       "alice\tmallory",
		"a NUL":                       "alice\x00mallory",
		"an SOH":                      "mallory\x01",
		"a vertical tab":              "alice\x0bmallory",
		"a form feed":                 "alice\x0cmallory",
		"an escape":                   "\x1b[31mmallory",
		"a DEL":                       "mallory\x7f",
		"a lone CR":                   "alice\rmallory",
		"a next line, U+0085":         "alice\u0085mallory",
		"a line separator, U+2028":    "alice\u2028mallory",
		"a paragraph separator":       "alice\u2029mallory",
		"a right-to-left override":    "alice\u202eyrollam",
		"a left-to-right isolate":     "alice\u2066mallory",
		"a right-to-left mark":        "alice\u200f",
		"an Arabic letter mark":       "alice\u061c",
		"a zero-width space":          "ali\u200bce",
		"a zero-width joiner":         "ali\u200dce",
		"a word joiner":               "ali\u2060ce",
		"a byte order mark":           "\ufeffalice",
		"a soft hyphen":               "ali\u00adce",
		"a no-break space":            "alice\u00a0",
		"an ideographic space":        "alice\u3000mallory",
		"a private character":         "alice\ue000",
		"a character that is none":    "alice\uffff",
		"a tag character":             "alice\U000e0041",
		"a stray byte":                "alice\xff",
		"Latin-1":                     "zo\xeb",
		"an overlong slash":           "alice\xc0\xaf",
		"a surrogate":                 "alice\xed\xa0\x80",
		"a cut character":             "alice\xe2\x80",
		"257 bytes":                   strings.Repeat("m", 257),
		"the console's own name":      "console",
		"the console's name, shouted": "CONSOLE",
		"a key's name":                "key:deploy",
		"a key's name, shouted":       "Key:deploy",
	} {
		add(400, "user with "+name, user+value)
	}
	for name, value := range map[string]string{
		"nothing":                 "",
		"spaces":                  "   ",
		"what Apache leaves open": "(null)",
	} {
		add(401, "user with "+name, user+value, "X-Forwarded-Email: mallory@example.com", "X-Forwarded-Groups: admins")
	}
	for name, value := range map[string]string{
		"two @":                  "alice@example.com@evil.example",
		"two joined":             "alice@example.com,mallory@evil.example",
		"a space":                "alice @example.com",
		"nothing before its @":   "@example.com",
		"nothing after its @":    "mallory@",
		"a line separator":       "alice@example.com\u2028",
		"an override":            "alice@example.com\u202e",
		"a stray byte":           "alice@example.com\xff",
		"257 bytes":              strings.Repeat("m", 246) + "@evil.example",
		"a key's name":           "key:deploy@example.com",
		"a name in it":           "Alice <alice@example.com>",
		"a DEL":                  "alice@example.com\x7f",
		"a display name, quoted": `"alice@example.com"@evil.example`,
	} {
		add(400, "address with "+name, user+"alice", "X-Forwarded-Email: "+value)
	}
	for name, value := range map[string]string{
		"a NUL":               "staff,admins\x00",
		"a DEL":               "staff,admins\x7f",
		"a tab":               "staff,\tadmins",
		"a next line":         "staff\u0085admins",
		"a line separator":    "staff,ad\u2028mins",
		"an override":         "staff,\u202esnimda",
		"a zero-width space":  "staff,admins\u200b",
		"a no-break space":    "staff,\u00a0admins",
		"a stray byte":        "staff,admins\xfe",
		"a name of 257 bytes": "staff," + strings.Repeat("g", 257),
	} {
		add(400, "groups with "+name, user+"alice", "X-Forwarded-Groups: "+value)
	}
	cases = append(cases,
		forgery{name: "groups: 1,001 of them", door: "header", peer: "127.0.0.1:1", want: 400,
			header: http.Header{"X-Forwarded-User": {"alice"}, "X-Forwarded-Groups": {strings.Join(numbered(1001), ",")}}},
		forgery{name: "groups: 64 KiB of them", door: "header", peer: "127.0.0.1:1", want: 400,
			header: http.Header{"X-Forwarded-User": {"alice"}, "X-Forwarded-Groups": {strings.Repeat("admins,", 10_000)}}})
	return cases
}

// smuggled hide a request where proxy and server may see the end of another at different places. The request that is seen
// first names nobody.
func smuggled() (cases []forgery) {
	hidden := get(user + "mallory")
	post := func(lines ...string) string {
		return "POST /orders HTTP/1.1\r\nHost: console\r\n" + strings.Join(append(lines, "", ""), "\r\n")
	}
	add := func(want int, name, raw string) {
		cases = append(cases, forgery{name: "smuggled " + name, door: "header", raw: raw, want: want})
	}
	add(401, "behind the end of a chunked body with a length", post("Content-Length: 100", "Transfer-Encoding: chunked")+"0\r\n\r\n"+hidden)
	add(401, "the same with the length last", post("Transfer-Encoding: chunked", "Content-Length: 100")+"0\r\n\r\n"+hidden)
	add(401, "behind a chunked body with a length of nothing", post("Content-Length: 0", "Transfer-Encoding: chunked")+"0\r\n\r\n"+hidden)
	add(401, "behind a chunked GET", "GET /orders HTTP/1.1\r\nHost: console\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"+hidden)
	add(401, "behind a trailer", post("Transfer-Encoding: chunked", "Trailer: X-A")+"0\r\nX-A: b\r\n\r\n"+hidden)
	add(401, "in a trailer", post("Transfer-Encoding: chunked")+"0\r\n"+user+"mallory\r\n\r\n")
	add(401, "in a trailer that is announced", post("Transfer-Encoding: chunked", "Trailer: X-A, X-B")+"1\r\nx\r\n0\r\nX-A: b\r\n"+user+"mallory\r\n\r\n")
	add(400, "in a trailer that is announced by name", post("Transfer-Encoding: chunked", "Trailer: X-Forwarded-User", "Connection: X-Forwarded-User")+"0\r\n"+user+"mallory\r\n\r\n")
	add(401, "in a body", post("Content-Type: message/http", "Content-Length: "+itoa(len(hidden)))+hidden)
	add(401, "in the body of a GET", "GET /orders HTTP/1.1\r\nHost: console\r\nContent-Length: "+itoa(len(hidden))+"\r\n\r\n"+hidden)
	add(401, "in a chunk", post("Transfer-Encoding: chunked")+hex(len(hidden))+"\r\n"+hidden+"\r\n0\r\n\r\n")
	add(401, "in a form", post("Content-Type: application/x-www-form-urlencoded", "Content-Length: 24")+"X-Forwarded-User=mallory")
	add(401, "in the query", "GET /orders?X-Forwarded-User=mallory HTTP/1.1\r\nHost: console\r\n\r\n")
	add(501, "behind another encoding", post("Transfer-Encoding: xchunked")+"0\r\n\r\n"+hidden)
	add(501, "behind chunked, identity", post("Transfer-Encoding: chunked, identity")+"0\r\n\r\n"+hidden)
	add(501, "behind identity", post("Transfer-Encoding: identity", "Content-Length: 5")+"0\r\n\r\n"+hidden)
	add(400, "behind an encoding with a vertical tab", post("Transfer-Encoding: \x0bchunked")+"0\r\n\r\n"+hidden)
	add(501, "behind two encodings", post("Transfer-Encoding: chunked", "Transfer-Encoding: identity")+"0\r\n\r\n"+hidden)
	add(400, "behind an encoding with a space before the colon", post("Transfer-Encoding : chunked", "Content-Length: 5")+"0\r\n\r\n"+hidden)
	add(400, "behind two lengths", post("Content-Length: 5", "Content-Length: 6")+"0\r\n\r\n"+hidden)
	add(400, "behind a length with a sign", post("Content-Length: +5")+"0\r\n\r\n"+hidden)
	add(400, "behind a length below zero", post("Content-Length: -1")+hidden)
	add(400, "behind a length in hex", post("Content-Length: 0x5")+"0\r\n\r\n"+hidden)
	add(400, "behind a length of two", post("Content-Length: 5, 5")+"0\r\n\r\n"+hidden)
	add(400, "behind an empty length", post("Content-Length:")+hidden)
	add(401, "behind a chunk of wrong size", post("Transfer-Encoding: chunked")+"g\r\n\r\n"+hidden)
	add(401, "behind a chunk of too much", post("Transfer-Encoding: chunked")+"fffffffffffffffff\r\n\r\n"+hidden)
	add(401, "behind an upgrade to HTTP/2", "GET /orders HTTP/1.1\r\nHost: console\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n")
	add(400, "in a request line of two", "GET /orders HTTP/1.1\r\n"+user+"mallory HTTP/1.1\r\nHost: console\r\n"+user+"alice\r\n\r\n")
	add(400, "by HTTP/0.9", "GET /orders\r\n"+user+"mallory\r\n\r\n")
	add(400, "in the target", "GET /orders HTTP/1.1\r\n\tX-Forwarded-User: mallory\r\nHost: console\r\n\r\n")
	return cases
}
