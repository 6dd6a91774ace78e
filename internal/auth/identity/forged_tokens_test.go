package identity

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// alice is what an assertion about her says.
func (w *forgers) alice() fields {
	return fields{"iss": w.issuer.url, "aud": "console", "sub": "alice", "email": "alice@example.com", "groups": []string{"staff"},
		"iat": w.clock.unix(0), "exp": w.clock.unix(5 * time.Minute)}
}

// tokens are forged assertions. All but those that are said to be otherwise are about mallory, an admin.
func (w *forgers) tokens(t *testing.T) (cases []forgery) {
	es, rs := fields{"alg": "ES256", "kid": "ec", "typ": "JWT"}, fields{"alg": "RS256", "kid": "rsa", "typ": "JWT"}
	said := w.alice().with("sub", "mallory").with("groups", []string{"admins"})
	genuine := token(t, es, w.alice(), ecKey())
	add := func(want int, door, name, value string) {
		header := "X-Assertion"
		if door == "bearer" {
			header = "Authorization"
		}
		cases = append(cases, forgery{name: "assertion " + name + " (" + door + ")", door: door, peer: "127.0.0.1:4000",
			header: http.Header{header: {value}}, want: want})
	}

	// Algorithms.
	for _, alg := range []any{"none", "None", "NONE", "nOnE", "", absent, nil, 256, []string{"ES256"}, "es256", "ES256 ", "ES384", "ES512",
		"RS256", "PS256", "HS256", "HS384", "EdDSA", "ES256K", "A128KW", "\u0000ES256"} {
		name := "with alg " + text(t, alg)
		add(401, "ES256", name+", unsigned", token(t, es.with("alg", alg), said, nil))
		if alg != "none" && alg != "" {
			add(401, "ES256", name+", rightly signed", token(t, es.with("alg", alg), said, ecKey()))
		}
	}
	der, err := x509.MarshalPKIXPublicKey(rsaKey().Public())
	require.NoError(t, err)
	jwk, err := public("rsa", rsaKey()).MarshalJSON()
	require.NoError(t, err)
	for name, secret := range map[string][]byte{
		"in DER": der, "in PKCS#1": x509.MarshalPKCS1PublicKey(rsaKey().Public().(*rsa.PublicKey)),
		"in PEM":        pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}),
		"in PEM of RSA": pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: x509.MarshalPKCS1PublicKey(rsaKey().Public().(*rsa.PublicKey))}),
		"as JWK":        jwk, "as its modulus": rsaKey().N.Bytes(), "left out": {},
	} {
		add(401, "RS256", "HS256 with the public key as secret "+name, token(t, rs.with("alg", "HS256"), said, secret))
	}
	add(401, "RS256", "RS256 said, signed with a secret", token(t, rs, said, der))
	add(401, "RS256", "signed with the set's other kind of key", token(t, es, said, ecKey()))
	add(401, "RS256", "RS256 said, signed with the set's other kind of key", token(t, rs.with("kid", "ec"), said, ecKey()))
	add(401, "RS256", "signed with PSS said, PKCS #1 done", token(t, rs.with("alg", "PS256"), said, rsaKey()))
	add(401, "RS256", "signed with the set's short key", token(t, rs.with("kid", "short"), said, rsaShort()))
	add(401, "RS256", "signed with another key", token(t, rs, said, rsaOther()))
	add(401, "RS256", "unsigned", token(t, rs, said, nil))

	// Keys.
	other := public("ec", ecOther())
	for name, head := range map[string]fields{
		"of the same ID":           es,
		"without an ID":            es.with("kid", absent),
		"of an unknown ID":         es.with("kid", "next"),
		"of an empty ID":           es.with("kid", ""),
		"of an ID that is a path":  es.with("kid", "../../../dev/null"),
		"of an ID that is SQL":     es.with("kid", "x' UNION SELECT 'key"),
		"of an ID that is none":    es.with("kid", 7),
		"of the RSA key's ID":      es.with("kid", "rsa"),
		"in its own header":        es.with("jwk", other),
		"at an address of its own": es.with("jku", w.elsewhere.url+"/keys"),
		"at another address":       es.with("x5u", w.elsewhere.url+"/keys"),
		"as a certificate":         es.with("x5c", []string{base64.StdEncoding.EncodeToString(der)}),
		"by a certificate's hash":  es.with("x5t", "AAAA"),
	} {
		add(401, "ES256", "signed with another key "+name, token(t, head, said, ecOther()))
	}
	add(401, "ES256", "rightly signed, of an unknown ID", token(t, es.with("kid", "next"), said, ecKey()))
	add(401, "ES256", "rightly signed, of the RSA key's ID", token(t, es.with("kid", "rsa"), said, ecKey()))
	add(401, "ES256", "rightly signed, of the ID in capitals", token(t, es.with("kid", "EC"), said, ecKey()))
	add(401, "ES256", "signed with a key of another curve", token(t, es.with("kid", "p384"), said, ecOther()))

	// Signatures.
	input := encode(text(t, es)) + "." + encode(text(t, said))
	half := len(genuine) / 2
	for name, signature := range map[string]string{
		"of zeros": string(make([]byte, 64)), "of ones": strings.Repeat("\xff", 64), "that is short": string(make([]byte, 63)),
		"that is long": string(make([]byte, 65)), "of one byte": "x",
	} {
		add(401, "ES256", "with a signature "+name, input+"."+encode(signature))
	}
	encoded, err := asn1.Marshal(struct{ R, S *big.Int }{big.NewInt(1), big.NewInt(1)})
	require.NoError(t, err)
	add(401, "ES256", "with a signature in DER", input+"."+encode(string(encoded)))
	add(401, "ES256", "with a genuine one's signature", input+genuine[strings.LastIndex(genuine, "."):])
	add(401, "ES256", "genuine but for its signature's first letter", swapped(genuine, strings.LastIndex(genuine, ".")+1))
	add(401, "ES256", "genuine but for a letter of what it says", swapped(genuine, half))
	add(401, "ES256", "genuine, cut", genuine[:len(genuine)-8])

	// Headers that change what is verified.
	for name, head := range map[string]fields{
		"crit of exp": es.with("crit", []string{"exp"}), "crit of nothing": es.with("crit", []string{}),
		"crit of b64": es.with("crit", []string{"b64"}).with("b64", false), "b64 alone": es.with("b64", false),
		"crit of something new": es.with("crit", []string{"http://example.com/x"}).with("http://example.com/x", true),
		"crit that is no list":  es.with("crit", "exp"), "zip": es.with("zip", "DEF"), "enc": es.with("enc", "A128GCM"),
		"type at+jwt": es.with("typ", "at+jwt"), "type logout+jwt": es.with("typ", "logout+jwt"), "type dpop+jwt": es.with("typ", "dpop+jwt"),
		"type of a number": es.with("typ", 1), "an empty type": es.with("typ", ""),
	} {
		add(401, "ES256", "rightly signed with "+name, token(t, head, said, ecKey()))
	}

	// Shapes.
	parts := strings.Split(token(t, es, said, ecKey()), ".")
	flat := `{"protected":"` + parts[0] + `","payload":"` + parts[1] + `","signature":"` + parts[2] + `"}`
	for name, value := range map[string]string{
		"as flat JSON": flat,
		"as JSON with two signatures": `{"payload":"` + parts[1] + `","signatures":[{"protected":"` + parts[0] + `","signature":"` + parts[2] +
			`"},{"protected":"` + parts[0] + `","signature":"` + parts[2] + `"}]}`,
		"as JSON with unprotected alg": `{"header":{"alg":"none"},"payload":"` + parts[1] + `","signature":""}`,
		"of five parts":                strings.Join(parts, ".") + ".x.y", "of four parts": strings.Join(parts, ".") + ".", "of two parts": parts[0] + "." + parts[1],
		"of one part": parts[1], "of dots": "..", "without a payload": parts[0] + ".." + parts[2], "without a header": "." + parts[1] + "." + parts[2],
		"twice":               strings.Join(parts, ".") + "," + strings.Join(parts, "."),
		"twice with a space":  strings.Join(parts, ".") + " " + strings.Join(parts, "."),
		"padded":              parts[0] + "=." + parts[1] + "." + parts[2],
		"of other base64":     parts[0] + "." + parts[1] + "." + parts[2] + "+/",
		"with a scheme":       "Bearer " + strings.Join(parts, "."),
		"in quotes":           `"` + strings.Join(parts, ".") + `"`,
		"with a line break":   parts[0] + "." + parts[1] + ".\r\n" + parts[2],
		"with a tab":          parts[0] + ".\t" + parts[1] + "." + parts[2],
		"with a NUL":          strings.Join(parts, ".") + "\x00",
		"percent-encoded":     strings.Join(parts, "%2e"),
		"of too much":         parts[0] + "." + strings.Repeat("A", 64<<10) + "." + parts[2],
		"whose header is odd": "A." + parts[1] + "." + parts[2],
	} {
		add(400, "ES256", name, value)
	}
	for name, head := range map[string]string{
		"a list": `["ES256"]`, "a text": `"ES256"`, "broken": `{"alg":"ES256"`, "null and more": `null null`,
		"two algorithms": `{"alg":"none","alg":"ES256","kid":"ec"}`, "two objects": `{"alg":"ES256"}{"alg":"ES256"}`,
	} {
		add(400, "ES256", "whose header is "+name, token(t, head, said, ecKey()))
	}
	add(401, "ES256", "whose header is null", token(t, "null", said, ecKey()))
	add(401, "ES256", "whose header has ALG", token(t, `{"ALG":"ES256","kid":"ec"}`, said, ecKey()))

	// What rightly signed ones say.
	for name, payload := range map[string]string{
		"nothing": "{}", "a list": "[]", "null": "null", "a text": `"mallory"`, "no JSON": "sub=mallory",
		"two subjects": strings.Replace(text(t, said), "{", `{"sub":"alice",`, 1), "two audiences": strings.Replace(text(t, said), "{", `{"aud":"other",`, 1),
		"a subject in capitals too": text(t, said.with("SUB", "alice")), "an audience in capitals": text(t, said.with("aud", absent).with("AUD", "console")),
		"an expiry in capitals too": text(t, said.with("Exp", 4102444800)), "an issuer in capitals": text(t, said.with("iss", absent).with("Iss", w.issuer.url)),
	} {
		add(401, "ES256", "that says "+name, token(t, es, payload, ecKey()))
	}
	claim := func(want int, name string, values map[string]any) {
		for how, value := range values {
			add(want, "ES256", "whose "+name+" is "+how, token(t, es, said.with(name, value), ecKey()))
		}
	}
	claim(401, "iss", map[string]any{"another": "https://evil.example", "a longer": w.issuer.url + "/", "a part": w.issuer.url[:len(w.issuer.url)-1],
		"in capitals": strings.ToUpper(w.issuer.url), "missing": absent, "null": nil, "empty": "", "a number": 1, "a list": []string{w.issuer.url}})
	claim(401, "aud", map[string]any{"another": "billing", "others": []string{"billing", "wiki"}, "longer": "console2", "shorter": "consol",
		"in capitals": "Console", "two in one": "billing console", "missing": absent, "null": nil, "empty": "", "a list of nothing": []string{},
		"a number": 1, "an object": fields{"console": true}, "a list in a list": [][]string{{"console"}}, "a list with a number": []any{"console", 1}})
	claim(401, "exp", map[string]any{"an hour ago": w.clock.unix(-time.Hour), "half a minute ago": w.clock.unix(-30 * time.Second), "missing": absent,
		"null": nil, "zero": 0, "below zero": -1, "a text": "4102444800", "too large": 1e300, "after the year 9999": 253402300800, "true": true})
	claim(401, "iat", map[string]any{"in an hour": w.clock.unix(time.Hour), "in 31 seconds": w.clock.unix(31 * time.Second), "missing": absent,
		"null": nil, "zero": 0, "below zero": -1, "a text": text(t, w.clock.unix(0)), "too large": 1e300, "a day and a minute ago": w.clock.unix(-24*time.Hour - time.Minute),
		"a year ago": w.clock.unix(-365 * 24 * time.Hour)})
	claim(401, "nbf", map[string]any{"in an hour": w.clock.unix(time.Hour), "in a minute": w.clock.unix(time.Minute), "a text": "0", "null": nil, "too large": 1e300})
	claim(401, "sub", map[string]any{"missing": absent, "null": nil, "empty": "", "a number": 7, "a list": []string{"mallory"}})
	claim(400, "sub", map[string]any{"of two @": "alice@example.com@evil.example", "of two words": "alice mallory", "with a line break": "alice\nmallory",
		"with a NUL": "alice\x00", "with an override": "\u202ealice", "with a line separator": "alice\u2028", "too long": strings.Repeat("m", 257),
		"the console": "console", "a key's": "key:deploy", "a space": " ", "with a zero-width space": "ali\u200bce"})
	claim(400, "email", map[string]any{"of two @": "alice@example.com@evil.example", "with a line break": "a@example.com\nb", "with an override": "\u202ea@example.com",
		"without a name": "@example.com", "two": "a@example.com b@example.com", "a key's": "key:a@example.com"})
	claim(400, "groups", map[string]any{"a number": 7, "an object": fields{"admins": true}, "a list with a number": []any{"admins", 7}, "true": true,
		"one with a line break": []string{"staff\nadmins"}, "one with a NUL": "admins\x00", "one that is too long": []string{strings.Repeat("g", 257)},
		"1,001": numbered(1001), "lists": [][]string{{"admins"}}, "one with space around it": []string{" admins"}})

	// The header.
	right := token(t, es, said, ecKey())
	head := func(want int, door, name string, header http.Header) {
		cases = append(cases, forgery{name: "assertion " + name, door: door, peer: "127.0.0.1:4000", header: header, want: want})
	}
	head(400, "ES256", "twice in two headers", http.Header{"X-Assertion": {genuine, right}})
	head(400, "ES256", "beside a look-alike", http.Header{"X-Assertion": {genuine}, "X_assertion": {right}})
	head(400, "ES256", "in a look-alike", http.Header{"X.Assertion": {right}})
	head(401, "ES256", "in no header", http.Header{})
	head(401, "ES256", "in an empty header", http.Header{"X-Assertion": {""}})
	head(401, "ES256", "left open by Apache", http.Header{"X-Assertion": {"(null)"}})
	head(401, "ES256", "in another header", http.Header{"Authorization": {"Bearer " + right}})
	head(401, "ES256", "in a cookie", http.Header{"Cookie": {"X-Assertion=" + right}})
	head(401, "ES256", "replaced by a header that is believed elsewhere", http.Header{"X-Forwarded-User": {"mallory"}})
	cases = append(cases, forgery{name: "assertion rightly signed, from elsewhere", door: "ES256", peer: "192.0.2.1:4000", header: http.Header{"X-Assertion": {right}}, want: 401})
	cases = append(cases, forgery{name: "assertion rightly signed, from elsewhere that names a proxy", door: "ES256", peer: "192.0.2.1:4000",
		header: http.Header{"X-Assertion": {right}, "X-Forwarded-For": {"127.0.0.1"}}, want: 401})
	for want, values := range map[int][]string{
		400: {"Bearer  " + token(t, rs, said, rsaKey()), "Bearer x", "bearer a.b", "Bearer a.b.c.d", "Bearer " + token(t, rs, said, rsaKey()) + ", Basic eDp5"},
		401: {"Basic bWFsbG9yeTp4", "Bearer", "Bearer ", token(t, rs, said, rsaKey()), "Bearer" + token(t, rs, said, rsaKey()), "Token " + token(t, rs, said, rsaKey()),
			"Bearer " + token(t, rs, said, rsaOther()), "Bearer " + token(t, rs.with("alg", "none"), said, nil), "Bearer " + token(t, es, said, ecKey()),
			"SDK-HMAC-SHA256 Access=x, SignedHeaders=host, Signature=y"},
	} {
		for i, value := range values {
			add(want, "bearer", "value "+itoa(want)+"/"+itoa(i), value)
		}
	}
	return cases
}

// swapped is a token with another letter at a place.
func swapped(token string, at int) string {
	other := "A"
	if token[at] == 'A' {
		other = "B"
	}
	return token[:at] + other + token[at+1:]
}
