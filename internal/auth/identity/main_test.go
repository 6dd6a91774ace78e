package identity

import (
	"bufio"
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"
)

// start is where the tests' clock begins.
var start = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// clock stands still until it is moved.
type clock struct{ seconds atomic.Int64 }

func (c *clock) now() time.Time               { return start.Add(time.Duration(c.seconds.Load()) * time.Second) }
func (c *clock) move(d time.Duration)         { c.seconds.Add(int64(d / time.Second)) }
func (c *clock) unix(after time.Duration) any { return c.now().Add(after).Unix() }

// behind makes a source; the flags that are not about a test are filled in.
func behind(t testing.TB, c Config) Source {
	t.Helper()
	if c.Auth == "" {
		c.Auth = Header
	}
	if c.TrustedProxy == nil {
		c.TrustedProxy = []string{"127.0.0.1"}
	}
	if c.Now == nil {
		c.Now = new(clock).now
	}
	source, err := New(c)
	require.NoError(t, err)
	return source
}

// door is a server that lets in whom a source knows, and remembers them.
type door struct {
	address string
	mu      sync.Mutex
	in      []Identity
	// errs are why the others were not let in.
	errs []error
}

// open serves on a real port, so that requests can be sent byte by byte.
func open(t testing.TB, source Source) *door {
	t.Helper()
	d := &door{}
	server := httptest.NewServer(CloseChunked(d.handler(source)))
	t.Cleanup(server.Close)
	d.address = server.Listener.Addr().String()
	return d
}

func (d *door) handler(source Source) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, err := source.Identify(r)
		d.mu.Lock()
		defer d.mu.Unlock()
		if err == nil {
			d.in = append(d.in, who)
			return
		}
		d.errs = append(d.errs, err)
		var refused *Error
		if !errors.As(err, &refused) {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		w.WriteHeader(refused.Status)
	})
}

// admitted are those who got in since it was last asked.
func (d *door) admitted() (in []Identity) {
	d.mu.Lock()
	defer d.mu.Unlock()
	in, d.in = d.in, nil
	return in
}

// reasons are why the others did not, since it was last asked.
func (d *door) reasons() (errs []error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	errs, d.errs = d.errs, nil
	return errs
}

// send writes bytes to a door and returns the status of every answer.
func (d *door) send(t testing.TB, raw string) []int {
	t.Helper()
	conn, err := net.Dial("tcp", d.address)
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
	_, err = io.WriteString(conn, raw)
	require.NoError(t, err)
	var statuses []int
	for answers := bufio.NewReader(conn); ; {
		answer, err := http.ReadResponse(answers, nil)
		if err != nil {
			// the end, or a reset where the server left something unread
			require.NotEmpty(t, statuses, "no answer: %v", err)
			return statuses
		}
		_, err = io.Copy(io.Discard, answer.Body)
		require.NoError(t, err)
		statuses = append(statuses, answer.StatusCode)
		// from here on, only what is already sent is left to be read as a request
		_ = conn.(*net.TCPConn).CloseWrite()
	}
}

// get is the bytes of a GET with these header lines.
func get(lines ...string) string {
	return "GET /orders HTTP/1.1\r\nHost: console\r\n" + strings.Join(append(lines, "", ""), "\r\n")
}

// request is a request as if it had come from a peer.
func request(peer string, header http.Header) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/orders", nil)
	r.RemoteAddr = peer
	maps.Copy(r.Header, header)
	return r
}

// statusOf is what an error of Identify is answered with; 200 when there is none.
func statusOf(t testing.TB, err error) int {
	t.Helper()
	if err == nil {
		return http.StatusOK
	}
	var refused *Error
	require.ErrorAs(t, err, &refused)
	return refused.Status
}

// The keys of the tests, made once.
var (
	rsaKey   = sync.OnceValue(func() *rsa.PrivateKey { return newRSA(2048) })
	rsaOther = sync.OnceValue(func() *rsa.PrivateKey { return newRSA(2048) })
	rsaShort = sync.OnceValue(func() *rsa.PrivateKey { return newRSA(1024) })
	ecKey    = sync.OnceValue(func() *ecdsa.PrivateKey { return newEC(elliptic.P256()) })
	ecNext   = sync.OnceValue(func() *ecdsa.PrivateKey { return newEC(elliptic.P256()) })
	ecOther  = sync.OnceValue(func() *ecdsa.PrivateKey { return newEC(elliptic.P256()) })
	ec384    = sync.OnceValue(func() *ecdsa.PrivateKey { return newEC(elliptic.P384()) })
)

func newRSA(bits int) *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		panic(err)
	}
	return key
}

func newEC(curve elliptic.Curve) *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
}

// issuer is one that publishes keys, and counts who asks for them.
type issuer struct {
	url     string
	fetches atomic.Int32
	mu      sync.Mutex
	keys    []jose.JSONWebKey
	// answer replaces what /keys says.
	answer http.HandlerFunc
	// discovery replaces the issuer or the jwks_uri of the discovery document.
	discovery map[string]string
}

func newIssuer(t testing.TB, keys ...jose.JSONWebKey) *issuer {
	t.Helper()
	i := &issuer{keys: keys}
	mux := http.NewServeMux()
	mux.HandleFunc("/keys", func(w http.ResponseWriter, r *http.Request) {
		i.fetches.Add(1)
		i.mu.Lock()
		answer, keys := i.answer, i.keys
		i.mu.Unlock()
		if answer != nil {
			answer(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: keys})
	})
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		document := map[string]string{"issuer": i.url, "jwks_uri": i.url + "/keys"}
		i.mu.Lock()
		maps.Copy(document, i.discovery)
		i.mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(document)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	i.url = server.URL
	return i
}

func (i *issuer) publish(keys ...jose.JSONWebKey) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.keys = keys
}

func (i *issuer) answers(with http.HandlerFunc) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.answer = with
}

// public is a key as an issuer publishes it.
func public(id string, key crypto.Signer) jose.JSONWebKey {
	return jose.JSONWebKey{KeyID: id, Key: key.Public(), Use: "sig"}
}

// fields are the members of a JSON object.
type fields map[string]any

// with is a copy with one member replaced, or left out when the value is absent.
func (f fields) with(name string, value any) fields {
	f = maps.Clone(f)
	if value == absent {
		delete(f, name)
	} else {
		f[name] = value
	}
	return f
}

type missing struct{}

var absent = missing{}

func encode(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

func text(t testing.TB, v any) string {
	t.Helper()
	if s, ok := v.(string); ok {
		return s
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	require.NoError(t, e.Encode(v))
	return strings.TrimSpace(b.String())
}

// token signs a head and claims, each an object or its text. It signs by the key and not by alg, with the standard library:
// nothing here is what the package verifies with. A key of bytes is a secret; without a key the signature is empty.
func token(t testing.TB, head, said, key any) string {
	t.Helper()
	input := encode(text(t, head)) + "." + encode(text(t, said))
	digest := sha256.Sum256([]byte(input))
	var signature []byte
	var err error
	switch key := key.(type) {
	case *rsa.PrivateKey:
		signature, err = rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, digest[:])
	case *ecdsa.PrivateKey:
		r, s, failed := ecdsa.Sign(rand.Reader, key, digest[:])
		require.NoError(t, failed)
		signature = append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	case ed25519.PrivateKey:
		signature = ed25519.Sign(key, []byte(input))
	case []byte:
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(input))
		signature = mac.Sum(nil)
	case nil:
	default:
		require.Fail(t, fmt.Sprintf("no signature with %T", key))
	}
	require.NoError(t, err)
	return input + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// numbered are names that are all different.
func numbered(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = "group-" + itoa(i)
	}
	return names
}

func itoa(n int) string { return strconv.Itoa(n) }

func hex(n int) string { return strconv.FormatInt(int64(n), 16) }

func newEC521() crypto.Signer { return newEC(elliptic.P521()) }

func newEd25519() crypto.Signer {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
}
