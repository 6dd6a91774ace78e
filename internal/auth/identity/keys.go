package identity

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
)

const (
	// fetchEvery is the shortest time between two tries to fetch the keys, whoever asks for whatever key.
	fetchEvery = time.Minute
	// freshFor is how long keys are used without looking whether one was withdrawn.
	freshFor = time.Hour
	// usableFor is how long keys are used when the issuer cannot be reached.
	usableFor = 24 * time.Hour
	// fetchTimeout bounds one fetch, discovery included.
	fetchTimeout = 5 * time.Second
	// maxKeySet bounds what is read of an answer, in bytes, and maxKeys how many keys of it are used.
	maxKeySet = 1 << 20
	maxKeys   = 100
	// minRSA is the shortest RSA key that is used, in bits.
	minRSA = 2048
)

// keySet are an issuer's public keys. go-oidc's own set fetches them again for every unknown key ID, keeps withdrawn keys
// until then, and takes keys of any use.
type keySet struct {
	// url is where the keys are; when it is empty, the issuer's discovery document says it.
	url, issuer string
	algorithm   jose.SignatureAlgorithm
	client      *http.Client
	now         func() time.Time

	mu   sync.Mutex
	keys []jose.JSONWebKey
	// version counts the fetches that brought keys.
	version int
	// fetched is when the keys came, tried when they were last asked for.
	fetched, tried time.Time
	// failure says why the last try brought none, or is empty.
	failure string
	// flight is closed when the fetch that is on its way ends; nil when there is none.
	flight chan struct{}
}

func newKeySet(url, issuer, algorithm string, now func() time.Time) *keySet {
	// Only what the configuration names is asked, and only there: no redirects, and no proxy of the environment.
	transport := &http.Transport{MaxResponseHeaderBytes: 64 << 10, DisableKeepAlives: true}
	return &keySet{url: url, issuer: issuer, algorithm: jose.SignatureAlgorithm(algorithm), now: now,
		client: &http.Client{Transport: bounded{transport}, Timeout: fetchTimeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// bounded cuts answers that are too long.
type bounded struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := b.next.RoundTrip(r)
	if err == nil {
		response.Body = http.MaxBytesReader(nil, response.Body, maxKeySet)
	}
	return response, err
}

// verify returns what a token says if one of the keys signed it.
func (k *keySet) verify(ctx context.Context, token string) ([]byte, error) {
	signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{k.algorithm})
	if err != nil {
		return nil, unauthenticated("the assertion is no token signed with " + string(k.algorithm))
	}
	id := signed.Signatures[0].Protected.KeyID
	// once with the keys at hand, and once more if newer ones can be had
	seen := 0
	for range 2 {
		keys, version, err := k.load(ctx, seen)
		if err != nil {
			return nil, err
		}
		if version == seen {
			break
		}
		seen = version
		for _, key := range keys {
			if id != "" && id != key.KeyID {
				continue
			}
			if payload, err := signed.Verify(key.Key); err == nil {
				return payload, nil
			}
		}
	}
	return nil, unauthenticated("the assertion is signed with none of the issuer's keys" + k.lastFailure())
}

// load returns the keys at hand and their version. It fetches them first when there are none, when they are no longer
// fresh, and when they are of the version that the caller has seen, but never more than once in fetchEvery: then it returns
// what there is. An error means that there is nothing.
func (k *keySet) load(ctx context.Context, seen int) ([]jose.JSONWebKey, int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.now()
	if now.Sub(k.fetched) > usableFor {
		k.keys = nil
	}
	wanted := k.keys == nil || k.version == seen
	stale := now.Sub(k.fetched) > freshFor
	switch {
	case wanted && k.flight != nil:
		flight := k.flight
		k.mu.Unlock()
		select {
		case <-flight:
		case <-ctx.Done():
		}
		k.mu.Lock()
	// who finds the keys stale while another fetches them goes on with them
	case (wanted || stale) && k.flight == nil && (k.tried.IsZero() || now.Sub(k.tried) >= fetchEvery):
		k.tried, k.flight = now, make(chan struct{})
		k.mu.Unlock()
		// The first who needs the keys fetches them for all who wait, so it does not stop when its own request is given up.
		keys, err := k.fetch(context.WithoutCancel(ctx))
		k.mu.Lock()
		k.failure = ""
		if err != nil {
			k.failure = err.Error()
		} else {
			k.keys, k.fetched = keys, now
			k.version++
		}
		close(k.flight)
		k.flight = nil
	}
	if k.keys == nil {
		return nil, 0, unavailable("there are no keys to verify an assertion with: " + k.failure)
	}
	return k.keys, k.version, nil
}

// lastFailure is the end of a reason.
func (k *keySet) lastFailure() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.failure == "" {
		return ""
	}
	return "; the last try to fetch them failed: " + k.failure
}

// fetch gets the keys that the algorithm can use; it is an error when there are none.
func (k *keySet) fetch(ctx context.Context) ([]jose.JSONWebKey, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	address := k.url
	if address == "" {
		var err error
		if address, err = k.discover(ctx); err != nil {
			return nil, err
		}
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/json")
	response, err := k.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered HTTP %d", address, response.StatusCode)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", address, err)
	}
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(body, &set); err != nil {
		return nil, fmt.Errorf("%s is no key set", address)
	}
	var keys []jose.JSONWebKey
	for _, raw := range set.Keys[:min(len(set.Keys), maxKeys)] {
		var key jose.JSONWebKey
		// a set may hold keys of kinds that are not known here, for others
		if err := json.Unmarshal(raw, &key); err == nil && k.usable(key) {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("%s has no key for %s", address, k.algorithm)
	}
	return keys, nil
}

// discover asks the issuer where its keys are.
func (k *keySet) discover(ctx context.Context) (string, error) {
	provider, err := oidc.NewProvider(oidc.ClientContext(ctx, k.client), k.issuer)
	var found struct {
		Keys string `json:"jwks_uri"`
	}
	if err == nil {
		err = provider.Claims(&found)
	}
	if err != nil {
		// the library's text has the whole answer in it
		var other *oidc.IssuerMismatchError
		if errors.As(err, &other) {
			return "", fmt.Errorf("the discovery document of %s is another issuer's", k.issuer)
		}
		return "", fmt.Errorf("%s has no discovery document that can be read", k.issuer)
	}
	if err := checkURL(found.Keys); err != nil {
		return "", fmt.Errorf("jwks_uri of %s: %w", k.issuer, err)
	}
	return found.Keys, nil
}

// usable tells that a key is a public one for signatures of the algorithm.
func (k *keySet) usable(key jose.JSONWebKey) bool {
	if key.Use != "" && key.Use != "sig" || key.Algorithm != "" && key.Algorithm != string(k.algorithm) || !key.Valid() {
		return false
	}
	switch public := key.Key.(type) {
	case *rsa.PublicKey:
		return algorithms[string(k.algorithm)] == "RSA" && public.N.BitLen() >= minRSA
	case *ecdsa.PublicKey:
		return algorithms[string(k.algorithm)] == public.Curve.Params().Name
	case ed25519.PublicKey:
		return algorithms[string(k.algorithm)] == "Ed25519"
	}
	return false
}

// algorithms are those that an assertion may be signed with, and the kind of key that each takes. None uses a secret that
// both sides know.
var algorithms = map[string]string{
	oidc.RS256: "RSA", oidc.RS384: "RSA", oidc.RS512: "RSA", oidc.PS256: "RSA", oidc.PS384: "RSA", oidc.PS512: "RSA",
	oidc.ES256: "P-256", oidc.ES384: "P-384", oidc.ES512: "P-521", oidc.EdDSA: "Ed25519",
}
