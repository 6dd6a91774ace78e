package identity

import (
	"context"
	"crypto"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// signing is a source with an issuer whose keys change.
type signing struct {
	t      *testing.T
	issuer *issuer
	clock  clock
	source Source
}

func newSigning(t *testing.T, change func(*Config), keys ...jose.JSONWebKey) *signing {
	s := &signing{t: t, issuer: newIssuer(t, keys...)}
	c := Config{Auth: JWT, JWTIssuer: s.issuer.url, JWTAudience: "console", JWTHeader: "X-Assertion", JWTAlgorithm: "ES256", Now: s.clock.now}
	if change != nil {
		change(&c)
	}
	s.source = behind(t, c)
	return s
}

// asks is what a request with an assertion of this key is answered.
func (s *signing) asks(id string, key any) int {
	s.t.Helper()
	said := fields{"iss": s.issuer.url, "aud": "console", "sub": "alice", "iat": s.clock.unix(0), "exp": s.clock.unix(time.Minute)}
	_, err := s.source.Identify(request("127.0.0.1:1", http.Header{"X-Assertion": {token(s.t, fields{"alg": "ES256", "kid": id}, said, key)}}))
	return statusOf(s.t, err)
}

func (s *signing) fetched() int { return int(s.issuer.fetches.Load()) }

func TestKeysAreFetchedOncePerMinuteAtMost(t *testing.T) {
	t.Parallel()
	s := newSigning(t, nil, public("a", ecKey()))
	assert.Equal(t, 0, s.fetched(), "nobody has asked yet")
	assert.Equal(t, 200, s.asks("a", ecKey()))
	for i := range 50 {
		assert.Equal(t, 401, s.asks(fmt.Sprint("made-up-", i), ecOther()))
		assert.Equal(t, 401, s.asks("a", ecOther()))
		assert.Equal(t, 200, s.asks("a", ecKey()))
	}
	assert.Equal(t, 1, s.fetched())
	s.clock.move(59 * time.Second)
	assert.Equal(t, 401, s.asks("made-up", ecOther()))
	assert.Equal(t, 1, s.fetched())
	s.clock.move(time.Second)
	assert.Equal(t, 401, s.asks("made-up", ecOther()))
	assert.Equal(t, 401, s.asks("made-up", ecOther()))
	assert.Equal(t, 2, s.fetched())
}

func TestKeysRotate(t *testing.T) {
	t.Parallel()
	s := newSigning(t, nil, public("a", ecKey()))
	assert.Equal(t, 200, s.asks("a", ecKey()))
	s.issuer.publish(public("a", ecKey()), public("b", ecNext()))
	assert.Equal(t, 401, s.asks("b", ecNext()), "within the minute")
	s.clock.move(time.Minute)
	assert.Equal(t, 200, s.asks("b", ecNext()))
	assert.Equal(t, 200, s.asks("a", ecKey()), "both, while the issuer has both")
	assert.Equal(t, 2, s.fetched())

	s.issuer.publish(public("b", ecNext()))
	s.clock.move(time.Hour)
	assert.Equal(t, 200, s.asks("a", ecKey()), "an hour is not over")
	s.clock.move(time.Second)
	assert.Equal(t, 401, s.asks("a", ecKey()), "a withdrawn key")
	assert.Equal(t, 200, s.asks("b", ecNext()))
	assert.Equal(t, 3, s.fetched())

	s.issuer.publish(public("b", ecOther()))
	s.clock.move(time.Minute)
	assert.Equal(t, 200, s.asks("b", ecOther()), "another key of the same ID")
	assert.Equal(t, 401, s.asks("b", ecNext()), "the one before it")
}

func TestAnIssuerThatCannotBeReached(t *testing.T) {
	t.Parallel()
	s := newSigning(t, nil, public("a", ecKey()))
	down := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }
	s.issuer.answers(down)
	assert.Equal(t, 503, s.asks("a", ecKey()))
	assert.Equal(t, 503, s.asks("a", ecKey()))
	assert.Equal(t, 1, s.fetched(), "failures count too")
	s.issuer.answers(nil)
	s.clock.move(time.Minute)
	assert.Equal(t, 200, s.asks("a", ecKey()))
	s.issuer.answers(down)
	for range 24 {
		s.clock.move(time.Hour)
		assert.Equal(t, 200, s.asks("a", ecKey()), "the keys at hand still hold")
	}
	s.clock.move(time.Minute)
	assert.Equal(t, 503, s.asks("a", ecKey()), "a day without news")
	s.issuer.answers(nil)
	s.clock.move(time.Minute)
	assert.Equal(t, 200, s.asks("a", ecKey()))
}

func TestOneFetchForAllWhoWait(t *testing.T) {
	t.Parallel()
	s := newSigning(t, nil, public("a", ecKey()))
	asked, release := make(chan struct{}), make(chan struct{})
	s.issuer.answers(func(w http.ResponseWriter, _ *http.Request) {
		close(asked)
		<-release
		_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{public("a", ecKey())}})
	})
	first, given := context.WithCancel(t.Context())
	said := fields{"iss": s.issuer.url, "aud": "console", "sub": "alice", "iat": s.clock.unix(0), "exp": s.clock.unix(time.Minute)}
	header := http.Header{"X-Assertion": {token(t, fields{"alg": "ES256", "kid": "a"}, said, ecKey())}}
	var wg sync.WaitGroup
	results := make(chan int, 20)
	ask := func(ctx context.Context) {
		wg.Go(func() {
			_, err := s.source.Identify(request("127.0.0.1:1", header).WithContext(ctx))
			results <- statusOf(t, err)
		})
	}
	ask(first)
	<-asked
	given() // whose request started the fetch is gone
	for range 19 {
		ask(t.Context())
	}
	close(release)
	wg.Wait()
	close(results)
	for status := range results {
		assert.Equal(t, 200, status)
	}
	assert.Equal(t, 1, s.fetched())
}

func TestWhoeverFindsStaleKeysDoesNotHoldTheOthersUp(t *testing.T) {
	t.Parallel()
	s := newSigning(t, nil, public("a", ecKey()))
	assert.Equal(t, 200, s.asks("a", ecKey()))
	s.clock.move(2 * time.Hour)
	asked, release := make(chan struct{}), make(chan struct{})
	s.issuer.answers(func(w http.ResponseWriter, _ *http.Request) {
		close(asked)
		<-release
		w.WriteHeader(http.StatusBadGateway)
	})
	var wg sync.WaitGroup
	wg.Go(func() { assert.Equal(t, 200, s.asks("a", ecKey())) })
	<-asked
	assert.Equal(t, 200, s.asks("a", ecKey()), "answered while the fetch hangs")
	close(release)
	wg.Wait()
	assert.Equal(t, 2, s.fetched())
}

func TestWaitingForKeysEndsWithTheRequest(t *testing.T) {
	t.Parallel()
	s := newSigning(t, nil, public("a", ecKey()))
	asked, release := make(chan struct{}), make(chan struct{})
	s.issuer.answers(func(w http.ResponseWriter, _ *http.Request) {
		close(asked)
		<-release
		w.WriteHeader(http.StatusBadGateway)
	})
	var wg sync.WaitGroup
	wg.Go(func() { assert.Equal(t, 503, s.asks("a", ecKey())) })
	<-asked
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.source.Identify(request("127.0.0.1:1", http.Header{"X-Assertion": {token(t, fields{"alg": "ES256"}, fields{}, ecKey())}}).WithContext(gone))
	assert.Equal(t, 503, statusOf(t, err))
	close(release)
	wg.Wait()
}

func TestKeySetsThatAreNotUsed(t *testing.T) {
	t.Parallel()
	elsewhere := newIssuer(t, public("a", ecKey()))
	serve := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }
	}
	one := func(key jose.JSONWebKey, change fields) http.HandlerFunc {
		raw, err := key.MarshalJSON()
		require.NoError(t, err)
		members := fields{}
		require.NoError(t, json.Unmarshal(raw, &members))
		for name, value := range change {
			members[name] = value
		}
		return serve(text(t, fields{"keys": []fields{members}}))
	}
	good := public("a", ecKey())
	for name, answer := range map[string]http.HandlerFunc{
		"another status": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) },
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.url+"/keys", http.StatusFound)
		},
		"no JSON": serve("<html>"),
		"no keys": serve(`{"keys":[]}`),
		"no list": serve(`{}`),
		"too much": func(w http.ResponseWriter, _ *http.Request) {
			raw, _ := good.MarshalJSON()
			_, _ = fmt.Fprintf(w, `{"keys":[%s],"x":"%s"}`, raw, make([]byte, maxKeySet))
		},
		"a key to encrypt with":      one(good, fields{"use": "enc"}),
		"a key of another algorithm": one(good, fields{"alg": "ES384"}),
		"a key of another curve":     one(public("a", ec384()), nil),
		"an RSA key":                 one(public("a", rsaKey()), nil),
		"a secret":                   serve(`{"keys":[{"kty":"oct","kid":"a","k":"AAAA"}]}`),
		"a private key":              one(jose.JSONWebKey{KeyID: "a", Key: ecKey()}, nil),
		"a key of an unknown kind":   serve(`{"keys":[{"kty":"XYZ","kid":"a"}]}`),
		"a key that is not on curve": one(good, fields{"y": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}),
		"an answer that is cut short": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "999")
			_, _ = w.Write([]byte("{"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSigning(t, nil)
			s.issuer.answers(answer)
			assert.Equal(t, 503, s.asks("a", ecKey()))
			assert.Equal(t, 1, s.fetched())
			s.issuer.publish(good)
			s.issuer.answers(nil)
			s.clock.move(time.Minute)
			assert.Equal(t, 200, s.asks("a", ecKey()), "the source is all right")
		})
	}
	assert.Zero(t, elsewhere.fetches.Load())
}

func TestAKeyAmongOthersIsUsed(t *testing.T) {
	t.Parallel()
	s := newSigning(t, nil)
	raw, err := public("a", ecKey()).MarshalJSON()
	require.NoError(t, err)
	s.issuer.answers(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `{"keys":[{"kty":"XYZ","kid":"a"},{"kty":"oct","kid":"a","k":"AAAA"},{"kty":"OKP","crv":"Ed448","x":"AA"},7,%s]}`, raw)
	})
	assert.Equal(t, 200, s.asks("a", ecKey()))
}

func TestDiscovery(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		document func(url string) map[string]string
		want     int
	}{
		"as it should be":           {func(string) map[string]string { return nil }, 200},
		"of another issuer":         {func(string) map[string]string { return map[string]string{"issuer": "https://evil.example"} }, 503},
		"of an issuer with a slash": {func(url string) map[string]string { return map[string]string{"issuer": url + "/"} }, 503},
		"without keys":              {func(string) map[string]string { return map[string]string{"jwks_uri": ""} }, 503},
		"with keys over http":       {func(string) map[string]string { return map[string]string{"jwks_uri": "http://192.0.2.1/keys"} }, 503},
		"with keys in a file":       {func(string) map[string]string { return map[string]string{"jwks_uri": "file:///etc/passwd"} }, 503},
		"with a password":           {func(string) map[string]string { return map[string]string{"jwks_uri": "https://a:b@192.0.2.1/"} }, 503},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSigning(t, nil, public("a", ecKey()))
			s.issuer.discovery = c.document(s.issuer.url)
			assert.Equal(t, c.want, s.asks("a", ecKey()))
		})
	}
	t.Run("is not needed with an address", func(t *testing.T) {
		keys := newIssuer(t, public("a", ecKey()))
		s := newSigning(t, func(c *Config) { c.JWKSURL = keys.url + "/keys" })
		assert.Equal(t, 200, s.asks("a", ecKey()))
		assert.Zero(t, s.fetched())
	})
	t.Run("is asked again after a failure", func(t *testing.T) {
		s := newSigning(t, nil, public("a", ecKey()))
		s.issuer.discovery = map[string]string{"jwks_uri": s.issuer.url + "/elsewhere"}
		assert.Equal(t, 503, s.asks("a", ecKey()))
		s.issuer.mu.Lock()
		s.issuer.discovery = nil
		s.issuer.mu.Unlock()
		s.clock.move(time.Minute)
		assert.Equal(t, 200, s.asks("a", ecKey()))
	})
}

func TestEveryKindOfKeyHasItsAlgorithms(t *testing.T) {
	t.Parallel()
	for algorithm := range algorithms {
		var fits int
		for _, key := range []crypto.Signer{rsaKey(), rsaShort(), ecKey(), ec384(), newEC521(), newEd25519()} {
			if (&keySet{algorithm: jose.SignatureAlgorithm(algorithm)}).usable(jose.JSONWebKey{Key: key.Public()}) {
				fits++
			}
		}
		assert.Equal(t, 1, fits, algorithm)
	}
}
