package identity

import (
	"fmt"
	"net/http"
	"net/textproto"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

const authorization = "Authorization"

// guard watches over the headers that an identity is read from.
type guard struct {
	// names are the headers by their bare names.
	names map[string]string
}

func newGuard(headers ...string) guard {
	g := guard{names: map[string]string{}}
	for _, name := range headers {
		g.names[bare(name)] = name
	}
	return g
}

// bare is a header's name without all that servers and gateways read alike: some take _ or . for -, some drop either, and
// none tells upper from lower case.
func bare(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// check refuses what only somebody sends who wants an identity to be read from elsewhere, or not at all.
func (g guard) check(h http.Header) error {
	for key := range h {
		if name, ok := g.names[bare(key)]; ok && key != name {
			return malformed("a header looks like " + name)
		}
	}
	for _, line := range h["Connection"] {
		for option := range strings.SplitSeq(line, ",") {
			if name, ok := g.names[bare(option)]; ok {
				return malformed("Connection names " + name)
			}
		}
	}
	return nil
}

// strip deletes the headers and their look-alikes.
func (g guard) strip(h http.Header) {
	for key, values := range h {
		name, ok := g.names[bare(key)]
		if !ok {
			continue
		}
		// scripts sign their requests with a scheme of its own in this header
		if key == authorization && name == authorization {
			kept := slices.DeleteFunc(slices.Clone(values), isBearer)
			if len(kept) > 0 {
				h[key] = kept
				continue
			}
		}
		delete(h, key)
	}
}

// isBearer tells that a value of Authorization has the scheme Bearer, or could be taken for it.
func isBearer(value string) bool {
	value = strings.TrimSpace(value)
	return len(value) >= len("bearer") && strings.EqualFold(value[:len("bearer")], "bearer")
}

// one is a header's only value. It is empty when the header is missing, empty, or what Apache writes for a variable that is
// not set.
func (g guard) one(h http.Header, name string) (string, error) {
	values := h[name]
	if len(values) > 1 {
		return "", malformed(fmt.Sprintf("%s came %d times", name, len(values)))
	}
	if len(values) == 0 || values[0] == "(null)" {
		return "", nil
	}
	return values[0], nil
}

var headerName = regexp.MustCompile(`^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$`)

// otherwiseUsed are headers with a meaning of their own: to HTTP, to browsers, to proxies or to the console's scripts.
var otherwiseUsed = []string{
	"Accept", "Accept-Encoding", "Accept-Language", "Cache-Control", "Connection", "Content-Encoding", "Content-Length",
	"Content-Type", "Cookie", "Date", "Expect", "Forwarded", "Host", "Idempotency-Key", "If-Modified-Since", "If-None-Match",
	"Keep-Alive", "Origin", "Pragma", "Proxy-Authorization", "Proxy-Connection", "Range", "Referer", "Te", "Trailer",
	"Transfer-Encoding", "Upgrade", "User-Agent", "Via", "X-Auth-Token", "X-Forwarded-For", "X-Forwarded-Host",
	"X-Forwarded-Port", "X-Forwarded-Proto", "X-Project-Id", "X-Real-Ip", "X-Request-Id", "X-Sdk-Date",
}

// canonicalHeader is the name of a header that an identity may be read from, spelled as Go does.
func canonicalHeader(name string) (string, error) {
	canonical := textproto.CanonicalMIMEHeaderKey(name)
	switch {
	case len(name) > 64 || !headerName.MatchString(name):
		return "", fmt.Errorf("%q is no header name of letters, digits and single hyphens", name)
	case strings.HasPrefix(canonical, "Sec-") || strings.HasPrefix(canonical, "Hx-") || slices.Contains(otherwiseUsed, canonical):
		return "", fmt.Errorf("%s is used for something else", canonical)
	}
	return canonical, nil
}
