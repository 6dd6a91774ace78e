package auth

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ErrNotFound: there is no such session, link, key or person, or it has ended, was used or was revoked.
var ErrNotFound = errors.New("not found")

// ErrRevoked: somebody ended the session: its browser is told so, and gets no new one by itself. It is an ErrNotFound too.
var ErrRevoked = fmt.Errorf("session ended: %w", ErrNotFound)

// Session is a browser that somebody signed in with. The browser keeps a random ID; here is only its hash.
type Session struct {
	// IDHash is the SHA-256 of the ID in the cookie, in hex. It may be shown: the ID cannot be told from it.
	IDHash string
	// Name is whose it is (Who.Name), Email their mail address if any.
	Name, Email string
	// Role is that of a local sign-in. It is empty for people whom a sign-in proxy names: what they may do is looked up
	// at every request.
	Role Role
	// Groups are those that the sign-in proxy named last.
	Groups    []string
	Values    SessionValues
	Address   string
	UserAgent string
	CreatedAt time.Time
	SeenAt    time.Time
	ExpiresAt time.Time
	// Ended is why it ended, empty while it has not.
	Ended Ending
}

// SessionValues are what the browser's user has set. They are kept with the session, and with the person for the next one.
type SessionValues struct {
	// Theme is light, dark or empty for the system's.
	Theme string `json:"theme,omitempty"`
	// Density is compact, or empty for comfortable.
	Density string `json:"density,omitempty"`
	// Team is the one that they picked, of several; empty before they did.
	Team string `json:"team,omitempty"`
	// Language is the one that the console speaks to them (i18n.Languages); empty for what the browser asks for.
	Language string `json:"language,omitempty"`
	// Zone is the IANA name of the time zone in which they read times; empty for the browser's.
	Zone string `json:"zone,omitempty"`
}

// MaxSessions is how many sessions a person has at most; one more takes the place of the one that was seen longest ago.
const MaxSessions = 50

// Ending is why a session ended.
type Ending string

// The endings.
const (
	SignedOut     Ending = "signed out"
	Revoked       Ending = "revoked"        // by its person from another browser, or by an admin
	GroupLost     Ending = "group lost"     // the sign-in proxy names fewer groups
	AnotherPerson Ending = "another person" // the sign-in proxy names somebody else
)

// Sessions keeps sessions and sign-in links.
type Sessions interface {
	// CreateSigninCode stores the SHA-256 of a one-time code.
	CreateSigninCode(ctx context.Context, codeHash string, expires time.Time) error
	// SignIn uses a code and opens the session, with its audit entry, in one transaction. ErrNotFound when the code is
	// unknown, used or expired.
	SignIn(ctx context.Context, codeHash string, session Session, who Who) error
	// BeginSession opens the session of somebody whom a sign-in proxy names, with its audit entry. Where it takes the
	// place of another one (its hash; may be empty), that ends in the same transaction, with an entry of its own.
	BeginSession(ctx context.Context, session Session, replaced string, why Ending, who Who) error
	// Session returns a session that has not ended. ErrRevoked when it was signed out or revoked, and would not have
	// expired yet; the session comes with it, so that its browser can be told whose it was and why it ended.
	Session(ctx context.Context, idHash string) (Session, error)
	// SessionsOf lists a person's sessions that have not ended, last seen first: MaxSessions at most.
	SessionsOf(ctx context.Context, name string) ([]Session, error)
	// SaveSession stores Email, Groups, Values, SeenAt and ExpiresAt.
	SaveSession(ctx context.Context, session Session) error
	// Preferences are what a person has set, for a session that begins; all empty when they never have.
	Preferences(ctx context.Context, name string) (SessionValues, error)
	// SavePreferences keeps what a person has set.
	SavePreferences(ctx context.Context, name string, values SessionValues) error
	// EndSession ends it, signed out, with an audit entry.
	EndSession(ctx context.Context, idHash string, who Who) error
	// RevokeSessions ends sessions of a person, with an audit entry each: the one of a hash, or with an empty one all but
	// another one. It returns their hashes. ErrNotFound when the one that is named is not there, or not the person's.
	RevokeSessions(ctx context.Context, name, idHash, except string, who Who) ([]string, error)
}
