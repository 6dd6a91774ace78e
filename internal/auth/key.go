package auth

import (
	"context"
	"errors"
	"regexp"
	"time"
)

// Key is an API key: a token, and a pair of keys to sign with. Token and secret key are shown once, when the key is made;
// here are only the token's hash and the secret key encrypted.
type Key struct {
	ID   string // UUIDv7
	Name string
	Role Role
	// Team is empty for a key of no team.
	Team string
	// TokenHash is the SHA-256 of the token, in hex.
	TokenHash string
	// AK is the access key that requests are signed with, SealedSK its secret key, encrypted (Sealer). Both are empty for
	// keys that were made before keys could sign.
	AK, SealedSK string
	CreatedAt    time.Time
	// CreatedBy is who made it, or, of one that the command line made, whom it was made for.
	CreatedBy string
	// UsedAt and RevokedAt are zero when it never was.
	UsedAt    time.Time
	RevokedAt time.Time
	RevokedBy string
}

// KeyName is what an API key may be called.
var KeyName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// ErrNameTaken: a live API key of this name exists.
var ErrNameTaken = errors.New("a key of this name exists")

// ErrNoTeam: a key was to be bound to a team that there is not.
var ErrNoTeam = errors.New("there is no such team")

// ErrTeamWanted: where there are teams, a key of another role than admin is bound to one.
var ErrTeamWanted = errors.New("a key of this role is bound to a team")

// Keys keeps API keys.
type Keys interface {
	// CreateKey stores a key, with its audit entry. ErrNameTaken when a live key has the name, ErrNoTeam
	// when there is no team of the key's, ErrTeamWanted when it has none, is no admin's, and there are teams.
	CreateKey(ctx context.Context, key Key, who Who) error
	// Keys lists keys, newest first: at most limit, older than the key of the ID after ("" for the first page).
	Keys(ctx context.Context, after string, limit int) (keys []Key, next string, err error)
	// KeyByTokenHash returns a live key.
	KeyByTokenHash(ctx context.Context, tokenHash string) (Key, error)
	// KeyByAK returns a live key.
	KeyByAK(ctx context.Context, ak string) (Key, error)
	// RevokeKey ends a live key, with an audit entry; ErrNotFound when there is none of this ID.
	RevokeKey(ctx context.Context, id string, who Who) error
	// TouchKey notes that the key was used.
	TouchKey(ctx context.Context, id string, at time.Time) error
}
