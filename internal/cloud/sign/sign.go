// Package sign makes and verifies the AK/SK signatures of the cloud's API (docs/wire.md section 11): the scheme
// SDK-HMAC-SHA256, as the official SDKs sign. What is signed is the method, the path, the query, some headers and the
// body; Verify therefore wants the body as it came.
//
// It is a leaf and knows the standard library only.
package sign

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Algorithm is the scheme's name in the header Authorization.
const Algorithm = "SDK-HMAC-SHA256"

// MaxSkew is how far a signature's date may be from the verifier's clock, in either direction.
const MaxSkew = 15 * time.Minute

// Why a request is not accepted. Errors of Verify wrap one of these.
var (
	// ErrMissing: the request carries no signature of this scheme.
	ErrMissing = errors.New("the request is not signed")
	// ErrMalformed: the signature cannot be read, or does not cover what it has to.
	ErrMalformed = errors.New("malformed signature")
	// ErrUnknownKey: nobody has this access key.
	ErrUnknownKey = errors.New("unknown access key")
	// ErrStale: the date is too old or too far ahead.
	ErrStale = errors.New("the signature's date is too far from now")
	// ErrAltered: what came is not what was signed, or it was signed with another secret.
	ErrAltered = errors.New("the signature does not match the request")
)

// Names of headers, as SignedHeaders has them.
const (
	dateHeader = "x-sdk-date"
	hashHeader = "x-sdk-content-sha256"
)

// dateLayout is how the signature's date is written.
const dateLayout = "20060102T150405Z"

// Bounds of what is looked at. A real request stays far below them.
const (
	maxAuthorization = 4 << 10
	maxKey           = 128
	maxSignedHeaders = 64
	maxSignedBytes   = 64 << 10 // values of signed headers, together
	maxTarget        = 32 << 10 // path and query
)

// Signed tells that a request carries a signature of this scheme, right or wrong.
func Signed(r *http.Request) bool {
	for _, value := range r.Header.Values("Authorization") {
		if scheme, _, _ := strings.Cut(value, " "); scheme == Algorithm {
			return true
		}
	}
	return false
}

// Verify tells which access key signed a request. Secret gives the secret of a key, and false for a key that nobody has.
// The body is the request's as it came. An error wraps one of this package's.
func Verify(r *http.Request, body []byte, secret func(ak string) (sk string, ok bool), now time.Time) (ak string, err error) {
	if !Signed(r) {
		return "", ErrMissing
	}
	values := r.Header.Values("Authorization")
	if len(values) != 1 {
		return "", malformed("the header Authorization is there %d times", len(values))
	}
	claim, err := readClaim(values[0])
	if err != nil {
		return "", err
	}
	date, err := readDate(r)
	if err != nil {
		return "", err
	}
	if !slices.Contains(claim.headers, dateHeader) {
		return "", malformed("%s is not signed", dateHeader)
	}
	hash, err := bodyHash(r, body)
	if err != nil {
		return "", err
	}
	canonical, err := canonicalRequest(r, claim.headers, hash)
	if err != nil {
		return "", err
	}
	sk, known := secret(claim.key)
	if !known {
		return "", ErrUnknownKey
	}
	if skew := now.Sub(date); skew > MaxSkew || skew < -MaxSkew {
		return "", fmt.Errorf("%w: it says %s, here it is %s", ErrStale, date.Format(dateLayout), now.UTC().Format(dateLayout))
	}
	if !hmac.Equal(claim.signature, mac(sk, date.Format(dateLayout), canonical)) {
		return "", ErrAltered
	}
	return claim.key, nil
}

// Sign signs a request as the official SDK does: with every header that it has so far, but for Content-Type and names
// with an underscore. It sets X-Sdk-Date and Authorization.
func Sign(r *http.Request, body []byte, ak, sk string, now time.Time) error {
	date := now.UTC().Format(dateLayout)
	r.Header.Del("Authorization")
	r.Header.Set("X-Sdk-Date", date)
	var headers []string
	for name := range r.Header {
		name = strings.ToLower(name)
		if !strings.HasPrefix(name, "content-type") && !strings.Contains(name, "_") {
			headers = append(headers, name)
		}
	}
	slices.Sort(headers)
	hash, err := bodyHash(r, body)
	if err != nil {
		return err
	}
	canonical, err := canonicalRequest(r, headers, hash)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", fmt.Sprintf("%s Access=%s, SignedHeaders=%s, Signature=%x",
		Algorithm, ak, strings.Join(headers, ";"), mac(sk, date, canonical)))
	return nil
}

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrMalformed, fmt.Sprintf(format, args...))
}

// claim is what the header Authorization says.
type claim struct {
	key       string
	headers   []string
	signature []byte
}

// readClaim reads "SDK-HMAC-SHA256 Access=…, SignedHeaders=…, Signature=…".
func readClaim(text string) (c claim, err error) {
	if len(text) > maxAuthorization {
		return c, malformed("the header Authorization has %d bytes", len(text))
	}
	_, rest, _ := strings.Cut(text, " ")
	members := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		if _, twice := members[name]; twice {
			return c, malformed("%q is there twice", name)
		}
		members[name] = value
	}
	if len(members) != 3 {
		return c, malformed("it must have Access, SignedHeaders and Signature, and nothing else")
	}
	c.key = members["Access"]
	if c.key == "" || len(c.key) > maxKey || strings.ContainsFunc(c.key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return c, malformed("Access must be a key of at most %d characters", maxKey)
	}
	signature := members["Signature"]
	c.signature, err = hex.DecodeString(signature)
	if err != nil || len(c.signature) != sha256.Size || strings.ToLower(signature) != signature {
		return c, malformed("Signature must be %d hex digits in lower case", 2*sha256.Size)
	}
	c.headers = strings.Split(members["SignedHeaders"], ";")
	if len(c.headers) > maxSignedHeaders {
		return c, malformed("SignedHeaders names %d headers", len(c.headers))
	}
	for i, name := range c.headers {
		if name == "" || strings.ContainsFunc(name, func(r rune) bool { return r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') }) {
			return c, malformed("SignedHeaders must name headers in lower case")
		}
		// Sorted without repetition: there is one way to write a set of names, so nothing can be said twice.
		if i > 0 && name <= c.headers[i-1] {
			return c, malformed("SignedHeaders must be sorted, each name once")
		}
	}
	return c, nil
}

// readDate reads the signature's date.
func readDate(r *http.Request) (time.Time, error) {
	values := r.Header.Values("X-Sdk-Date")
	if len(values) != 1 {
		return time.Time{}, malformed("%s is there %d times", dateHeader, len(values))
	}
	date, err := time.Parse(dateLayout, values[0])
	if err != nil {
		return date, malformed("%s must look like %s", dateHeader, dateLayout)
	}
	return date, nil
}

// bodyHash is the hash of the body that came. A client may tell it in a header of its own, which then has to be true: the
// scheme's other use of that header, to leave the body unsigned, is refused.
func bodyHash(r *http.Request, body []byte) (string, error) {
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	for _, told := range r.Header.Values(hashHeader) {
		if told == "UNSIGNED-PAYLOAD" {
			return "", malformed("the body is not signed")
		}
		if !strings.EqualFold(told, hash) {
			return "", fmt.Errorf("%w: the body is not the one of %s", ErrAltered, hashHeader)
		}
	}
	return hash, nil
}

// canonicalRequest is the one way to write what is signed of a request.
func canonicalRequest(r *http.Request, headers []string, hash string) (string, error) {
	if len(r.URL.EscapedPath())+len(r.URL.RawQuery) > maxTarget {
		return "", malformed("path and query are longer than %d bytes", maxTarget)
	}
	path, err := canonicalPath(r.URL)
	if err != nil {
		return "", err
	}
	query, err := canonicalQuery(r.URL.RawQuery)
	if err != nil {
		return "", err
	}
	var text strings.Builder
	text.WriteString(r.Method + "\n" + path + "\n" + query + "\n")
	left := maxSignedBytes
	for _, name := range headers {
		value, err := headerValue(r, name)
		if err != nil {
			return "", err
		}
		if left -= len(value); left < 0 {
			return "", malformed("the signed headers are longer than %d bytes", maxSignedBytes)
		}
		text.WriteString(name + ":" + value + "\n")
	}
	text.WriteString("\n" + strings.Join(headers, ";") + "\n" + hash)
	return text.String(), nil
}

// headerValue is the value of a signed header. Several of one name are refused: which of them counts would be anybody's
// guess.
func headerValue(r *http.Request, name string) (string, error) {
	if name == "host" {
		if r.Host != "" {
			return r.Host, nil
		}
		return r.URL.Host, nil
	}
	values := r.Header.Values(name)
	switch len(values) {
	case 0:
		return "", fmt.Errorf("%w: the signed header %s is not there", ErrAltered, name)
	case 1:
		return strings.TrimSpace(values[0]), nil
	}
	return "", malformed("the signed header %s is there %d times", name, len(values))
}

// canonicalPath escapes each segment of the path as it was meant, so that an escaped slash stays one, and ends in a slash.
func canonicalPath(u *url.URL) (string, error) {
	segments := strings.Split(u.EscapedPath(), "/")
	for i, segment := range segments {
		plain, err := url.PathUnescape(segment)
		if err != nil {
			return "", malformed("the path cannot be read")
		}
		segments[i] = escape(plain)
	}
	path := strings.Join(segments, "/")
	if !strings.HasSuffix(path, "/") {
		path += "/"
	}
	return path, nil
}

// canonicalQuery sorts the parameters by name, and those of one name by value.
func canonicalQuery(raw string) (string, error) {
	query, err := url.ParseQuery(raw)
	if err != nil {
		return "", malformed("the query cannot be read")
	}
	names := make([]string, 0, len(query))
	for name := range query {
		names = append(names, name)
	}
	slices.Sort(names)
	var pairs []string
	for _, name := range names {
		values := query[name]
		slices.Sort(values)
		for _, value := range values {
			pairs = append(pairs, escape(name)+"="+escape(value))
		}
	}
	return strings.Join(pairs, "&"), nil
}

// escape escapes everything but letters, digits and -_.~. QueryEscape differs in the space alone; a plus sign that was
// in the text is %2B by then.
func escape(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }

// mac signs the hash of a canonical request together with the date.
func mac(sk, date, canonical string) []byte {
	hash := sha256.Sum256([]byte(canonical))
	h := hmac.New(sha256.New, []byte(sk))
	fmt.Fprintf(h, "%s\n%s\n%x", Algorithm, date, hash)
	return h.Sum(nil)
}
