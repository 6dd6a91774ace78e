package auth

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

// tokenPrefix tells people, and those who look for leaked secrets, what a token is.
const tokenPrefix = "woc_"

// ErrKey is a key that cannot be made: the name or the role is none.
var ErrKey = errors.New("not a key")

// NewKey makes an API key and its token. The token is to be shown once; the key holds its hash. An error wraps ErrKey
// and says what is allowed.
func NewKey(name string, role Role, team, createdBy string, now time.Time) (Key, Secret, error) {
	if !KeyName.MatchString(name) {
		return Key{}, "", fmt.Errorf("%w: its name must be 1 to 64 letters, digits, “.”, “_” or “-”, beginning with a letter or digit", ErrKey)
	}
	if !role.Valid() {
		var roles []string
		for _, r := range Roles {
			roles = append(roles, string(r))
		}
		return Key{}, "", fmt.Errorf("%w: its role must be one of %s", ErrKey, strings.Join(roles, ", "))
	}
	token := Secret(tokenPrefix + NewSecret().Reveal())
	return Key{ID: uuid.Must(uuid.NewV7()).String(), Name: name, Role: role, Team: team, TokenHash: token.Hash(),
		CreatedAt: now, CreatedBy: createdBy}, token, nil
}

// Who is who uses the key.
func (k Key) Who() Who {
	return Who{Name: "key:" + k.Name, Role: k.Role, Team: k.Team, Door: DoorAPI, KeyID: k.ID}
}

const (
	// ringFor is how long a key is answered from memory: one that another process revokes lives at most this much
	// longer. One that this process revokes is out at once (Forget).
	ringFor = 5 * time.Second
	// touchEvery is how often a key's use is written down.
	touchEvery = time.Minute
	// maxRing bounds what is remembered; when it is full, it starts anew.
	maxRing = 10_000
)

// KeyRing tells who a token belongs to, out of memory where it was seen a moment ago.
type KeyRing struct {
	keys Keys
	now  func() time.Time

	mu   sync.Mutex
	seen map[string]seenKey // by token hash
	// forgotten counts Forget: what was read before one is not remembered after it.
	forgotten int
}

type seenKey struct {
	key     Key
	until   time.Time
	touched time.Time
}

// NewKeyRing makes a key ring.
func NewKeyRing(keys Keys, now func() time.Time) *KeyRing {
	return &KeyRing{keys: keys, now: now, seen: map[string]seenKey{}}
}

// WhoByToken tells who a token belongs to; ErrNotFound when it is unknown or was revoked.
func (r *KeyRing) WhoByToken(ctx context.Context, token string) (Who, error) {
	hash, now := Secret(token).Hash(), r.now()
	r.mu.Lock()
	hit, forgotten := r.seen[hash], r.forgotten
	r.mu.Unlock()
	if !now.Before(hit.until) {
		key, err := r.keys.KeyByTokenHash(ctx, hash)
		if err != nil {
			r.mu.Lock()
			delete(r.seen, hash)
			r.mu.Unlock()
			return Who{}, err
		}
		hit.key, hit.until = key, now.Add(ringFor)
	}
	if touch := now.Sub(hit.touched) >= touchEvery && now.Sub(hit.key.UsedAt) >= touchEvery; touch {
		if err := r.keys.TouchKey(ctx, hit.key.ID, now); err != nil {
			return Who{}, err
		}
		hit.touched = now
	}
	r.mu.Lock()
	if len(r.seen) >= maxRing {
		clear(r.seen)
	}
	if r.forgotten == forgotten {
		r.seen[hash] = hit
	}
	r.mu.Unlock()
	return hit.key.Who(), nil
}

// Forget drops a key that was revoked.
func (r *KeyRing) Forget(keyID string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.forgotten++
	for hash, hit := range r.seen {
		if hit.key.ID == keyID {
			delete(r.seen, hash)
		}
	}
}
