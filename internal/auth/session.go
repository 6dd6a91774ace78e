package auth

import (
	"context"
	"errors"
	"time"
)

// ErrNotFound: there is no such session, link or key, or it has ended, was used or was revoked.
var ErrNotFound = errors.New("not found")

// Session is a browser that somebody signed in with. The browser keeps a random ID; here is only its hash.
type Session struct {
	// IDHash is the SHA-256 of the ID in the cookie, in hex.
	IDHash    string
	Name      string
	Role      Role
	Values    SessionValues
	Address   string
	UserAgent string
	CreatedAt time.Time
	SeenAt    time.Time
	ExpiresAt time.Time
}

// SessionValues are what the browser's user has set.
type SessionValues struct {
	// Theme is light, dark or empty for the system's.
	Theme string `json:"theme,omitempty"`
}

// Sessions keeps sessions and sign-in links.
type Sessions interface {
	// CreateSigninCode stores the SHA-256 of a one-time code.
	CreateSigninCode(ctx context.Context, codeHash string, expires time.Time) error
	// SignIn uses a code and opens the session, with its audit entry, in one transaction. ErrNotFound when the code is
	// unknown, used or expired.
	SignIn(ctx context.Context, codeHash string, session Session, who Who) error
	// Session returns a session that has not ended.
	Session(ctx context.Context, idHash string) (Session, error)
	// SaveSession stores Values, SeenAt and ExpiresAt.
	SaveSession(ctx context.Context, session Session) error
	// EndSession ends it, with an audit entry.
	EndSession(ctx context.Context, idHash string, who Who) error
}
