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

// akPrefix does the same for access keys.
const akPrefix = "WOC"

// ErrKey is a key that cannot be made: the name or the role is none.
var ErrKey = errors.New("not a key")

// Shown is what is shown once of a new key: its token and its secret key.
type Shown struct{ Token, SK Secret }

// IsToken tells that a text has the form of a token: one that only has the form is nobody's.
func IsToken(text string) bool { return strings.HasPrefix(text, tokenPrefix) }

// NewKey makes an API key. What is secret of it is to be shown once; the key holds the token's hash and the secret key,
// sealed. An error wraps ErrKey and says what is allowed.
func NewKey(sealer *Sealer, name string, role Role, team, createdBy string, now time.Time) (Key, Shown, error) {
	if !KeyName.MatchString(name) {
		return Key{}, Shown{}, fmt.Errorf("%w: its name must be 1 to 64 letters, digits, “.”, “_” or “-”, beginning with a letter or digit", ErrKey)
	}
	if !role.Valid() {
		var roles []string
		for _, r := range allRoles {
			roles = append(roles, string(r))
		}
		return Key{}, Shown{}, fmt.Errorf("%w: its role must be one of %s", ErrKey, strings.Join(roles, ", "))
	}
	if role == RoleAdmin && team != "" {
		return Key{}, Shown{}, fmt.Errorf("%w: one of role %s is bound to no team", ErrKey, RoleAdmin)
	}
	shown := Shown{Token: Secret(tokenPrefix + NewSecret().Reveal()), SK: NewSecret()}
	// An access key is no secret; it is a name that nobody else has.
	ak := akPrefix + strings.ToUpper(strings.ReplaceAll(uuid.NewString(), "-", ""))
	return Key{ID: uuid.Must(uuid.NewV7()).String(), Name: name, Role: role, Team: team, TokenHash: shown.Token.Hash(),
		AK: ak, SealedSK: sealer.Seal(ak, shown.SK), CreatedAt: now, CreatedBy: createdBy}, shown, nil
}

// Who is who uses the key.
func (k Key) Who() Who {
	return Who{Name: keyPrefix + k.Name, Roles: RolesOf(k.Role), Team: k.Team, Door: DoorAPI, KeyID: k.ID, Principal: k.CreatedBy}
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
	keys   Keys
	sealer *Sealer
	now    func() time.Time

	mu   sync.Mutex
	seen map[string]seenKey // by token hash, or "ak:" and the access key
	// forgotten counts Forget: what was read before one is not remembered after it.
	forgotten int
}

type seenKey struct {
	key     Key
	until   time.Time
	touched time.Time
}

// NewKeyRing makes a key ring.
func NewKeyRing(keys Keys, sealer *Sealer, now func() time.Time) *KeyRing {
	return &KeyRing{keys: keys, sealer: sealer, now: now, seen: map[string]seenKey{}}
}

// WhoByToken tells who a token belongs to; ErrNotFound when it is unknown or was revoked.
func (r *KeyRing) WhoByToken(ctx context.Context, token string) (Who, error) {
	hash := Secret(token).Hash()
	key, err := r.find(ctx, hash, func() (Key, error) { return r.keys.KeyByTokenHash(ctx, hash) })
	return key.Who(), err
}

// WhoByAK tells who an access key belongs to, and its secret key; ErrNotFound when it is unknown or was revoked.
func (r *KeyRing) WhoByAK(ctx context.Context, ak string) (Who, Secret, error) {
	key, err := r.find(ctx, "ak:"+ak, func() (Key, error) { return r.keys.KeyByAK(ctx, ak) })
	if err != nil {
		return Who{}, "", err
	}
	sk, err := r.sealer.Open(key.AK, key.SealedSK)
	return key.Who(), sk, err
}

// find returns a live key by what it is remembered by, and notes that it was used.
func (r *KeyRing) find(ctx context.Context, by string, look func() (Key, error)) (Key, error) {
	now := r.now()
	r.mu.Lock()
	hit, forgotten := r.seen[by], r.forgotten
	r.mu.Unlock()
	if !now.Before(hit.until) {
		key, err := look()
		if err != nil {
			r.mu.Lock()
			delete(r.seen, by)
			r.mu.Unlock()
			return Key{}, err
		}
		hit.key, hit.until = key, now.Add(ringFor)
	}
	if touch := now.Sub(hit.touched) >= touchEvery && now.Sub(hit.key.UsedAt) >= touchEvery; touch {
		if err := r.keys.TouchKey(ctx, hit.key.ID, now); err != nil {
			return Key{}, err
		}
		hit.touched = now
	}
	r.mu.Lock()
	if len(r.seen) >= maxRing {
		clear(r.seen)
	}
	if r.forgotten == forgotten {
		r.seen[by] = hit
	}
	r.mu.Unlock()
	return hit.key, nil
}

// Forget drops a key that was revoked.
func (r *KeyRing) Forget(keyID string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.forgotten++
	for by, hit := range r.seen {
		if hit.key.ID == keyID {
			delete(r.seen, by)
		}
	}
}
