// Package identity tells who a request is from behind a company's sign-in proxy: by headers of a proxy that is trusted by
// its network address, or by an assertion that the proxy signs. It works on net/http alone. It is a leaf beside internal/auth,
// which it may import; docs/sso.md says how it is set up and docs/adr/0013-identity.md why it is so strict.
package identity

import (
	"net/http"
	"net/netip"
	"slices"
)

// Identity is who the proxy says somebody is. What they may do is decided elsewhere.
type Identity struct {
	// Subject names the person for good: the value of the user header, or the assertion's sub. It is never empty, at most
	// 256 bytes, printable, without spaces, and compared byte by byte.
	Subject string
	// Email is empty when there is none: nothing may depend on it. It may change, and may pass to somebody else.
	Email string
	// Name is what the person is called, from an assertion only, or empty. People choose it themselves: it is for show, never
	// for a decision or as the name in a log.
	Name string
	// Groups are at most 1,000, in the order they came, without duplicates. They are compared byte by byte.
	Groups []string
	// GroupsLeftOut tells that the issuer says there are groups which it did not send, as some do for people with very many.
	GroupsLeftOut bool
}

// In tells that the person is a member of the group; nobody is of the group "".
func (i Identity) In(group string) bool {
	return group != "" && slices.Contains(i.Groups, group)
}

// Display is what to call the person in a log or on a page: the mail address, which people can read, or the subject. It is
// never a name that the journal uses for something else (auth.Console, API keys).
func (i Identity) Display() string {
	if i.Email != "" {
		return i.Email
	}
	return i.Subject
}

// Source tells who requests are from.
type Source interface {
	// Identify tells who the request is from, or why nobody can say: always an *Error. It takes the identity headers out of
	// the request, whatever it finds, so that nothing behind it reads, forwards or logs them; so it is called once. It waits
	// for the issuer's keys when it has to, five seconds at most.
	Identify(r *http.Request) (Identity, error)
	// Strip takes out of a request what Identify would read and what could be taken for it: for requests that need no
	// identity. An Authorization header of another scheme than Bearer stays.
	Strip(h http.Header)
	// Client is the address that a request came from: what the trusted proxy says, or the peer when that is no trusted
	// proxy. It is not valid when the connection has no address. Only the log may rely on it.
	Client(r *http.Request) netip.Addr
}

// Error is why a request has no identity.
type Error struct {
	// Status is what to answer: 401 when there is no identity to believe in, 400 when the request is malformed in a way that
	// honest proxies do not produce, 503 when the issuer's keys cannot be had.
	Status int
	// Reason is for the log, not for the answer. It holds nothing that came with the request.
	Reason string
}

func (e *Error) Error() string { return e.Reason }

func unauthenticated(reason string) error { return &Error{http.StatusUnauthorized, reason} }

func malformed(reason string) error { return &Error{http.StatusBadRequest, reason} }

func unavailable(reason string) error { return &Error{http.StatusServiceUnavailable, reason} }
