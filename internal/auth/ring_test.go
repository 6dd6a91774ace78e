package auth_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
)

// table is what a drawer does not do.
type table auth.Keys

// drawer is a table of keys that counts its look-ups.
type drawer struct {
	table
	keys           map[string]auth.Key
	looked, touchs int
}

func (d *drawer) KeyByTokenHash(_ context.Context, hash string) (auth.Key, error) {
	d.looked++
	key, ok := d.keys[hash]
	if !ok {
		return auth.Key{}, auth.ErrNotFound
	}
	return key, nil
}

func (d *drawer) KeyByAK(ctx context.Context, ak string) (auth.Key, error) {
	return d.KeyByTokenHash(ctx, ak)
}

func (d *drawer) TouchKey(context.Context, string, time.Time) error {
	d.touchs++
	return nil
}

func TestAKeyRing(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	sealer := newSealer(t)
	key, shown, err := auth.NewKey(sealer, "script", auth.RoleBuyer, "", "ops", now)
	require.NoError(t, err)
	token := shown.Token
	d := &drawer{keys: map[string]auth.Key{key.TokenHash: key}}
	ring := auth.NewKeyRing(d, sealer, func() time.Time { return now })

	for range 10 {
		who, err := ring.WhoByToken(t.Context(), token.Reveal())
		require.NoError(t, err)
		assert.Equal(t, auth.Who{Name: "key:script", Roles: auth.RolesOf(auth.RoleBuyer), Door: auth.DoorAPI, KeyID: key.ID, Principal: "ops"}, who)
	}
	assert.Equal(t, 1, d.looked, "out of memory")
	assert.Equal(t, 1, d.touchs, "its use is written down once a minute")

	delete(d.keys, key.TokenHash)
	ring.Forget(key.ID)
	_, err = ring.WhoByToken(t.Context(), token.Reveal())
	assert.ErrorIs(t, err, auth.ErrNotFound, "revoked is out at once")

	d.keys[key.TokenHash] = key
	_, err = ring.WhoByToken(t.Context(), token.Reveal())
	require.NoError(t, err)
	delete(d.keys, key.TokenHash)
	now = now.Add(6 * time.Second)
	_, err = ring.WhoByToken(t.Context(), token.Reveal())
	assert.ErrorIs(t, err, auth.ErrNotFound, "and what another process revoked soon after")
}

func TestWhatAKeyMayBe(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "-a", "a b", "a\nb", "ключ"} {
		_, _, err := auth.NewKey(newSealer(t), name, auth.RoleAdmin, "", "ops", time.Now())
		assert.ErrorIs(t, err, auth.ErrKey, "%q", name)
	}
	_, _, err := auth.NewKey(newSealer(t), "a", "king", "", "ops", time.Now())
	assert.ErrorIs(t, err, auth.ErrKey)
	_, _, err = auth.NewKey(newSealer(t), "a", auth.RoleAdmin, "design", "ops", time.Now())
	assert.ErrorIs(t, err, auth.ErrKey, "admins are of no team")
}

func newSealer(t *testing.T) *auth.Sealer {
	t.Helper()
	sealer, err := auth.NewSealer(auth.NewSealKey())
	require.NoError(t, err)
	return sealer
}

func TestASealedSecretOpensForItsNameAndKeyOnly(t *testing.T) {
	t.Parallel()
	sealer := newSealer(t)
	sealed := sealer.Seal("AK1", "the secret")
	assert.NotContains(t, sealed, "secret")
	assert.NotEqual(t, sealed, sealer.Seal("AK1", "the secret"), "equal secrets do not look equal")
	opened, err := sealer.Open("AK1", sealed)
	require.NoError(t, err)
	assert.Equal(t, "the secret", opened.Reveal())
	altered := []byte(sealed)
	if altered[0] = 'A'; sealed[0] == 'A' {
		altered[0] = 'B'
	}
	for name, open := range map[string]func() error{
		"for another name": func() error { _, err := sealer.Open("AK2", sealed); return err },
		"with another key": func() error { _, err := newSealer(t).Open("AK1", sealed); return err },
		"altered":          func() error { _, err := sealer.Open("AK1", string(altered)); return err },
		"cut":              func() error { _, err := sealer.Open("AK1", sealed[:8]); return err },
		"nothing":          func() error { _, err := sealer.Open("AK1", ""); return err },
		"no base64":        func() error { _, err := sealer.Open("AK1", "%%%"); return err },
	} {
		assert.ErrorIs(t, open(), auth.ErrSealed, name)
	}
	_, err = auth.NewSealer([]byte("short"))
	assert.Error(t, err)
}

func TestWhoSignsWithAKey(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	sealer := newSealer(t)
	key, shown, err := auth.NewKey(sealer, "script", auth.RoleBuyer, "", "ops", now)
	require.NoError(t, err)
	d := &drawer{keys: map[string]auth.Key{key.AK: key}}
	ring := auth.NewKeyRing(d, sealer, func() time.Time { return now })
	who, sk, err := ring.WhoByAK(t.Context(), key.AK)
	require.NoError(t, err)
	assert.Equal(t, key.Who(), who)
	assert.Equal(t, shown.SK.Reveal(), sk.Reveal())
	_, _, err = ring.WhoByAK(t.Context(), "nobody")
	assert.ErrorIs(t, err, auth.ErrNotFound)
}

func TestASecretIsNotPrinted(t *testing.T) {
	t.Parallel()
	s := auth.NewSecret()
	for _, printed := range []string{s.String(), fmt.Sprint(s), fmt.Sprintf("%v %s %q %#v %+v", s, s, s, s, s),
		fmt.Sprint(struct{ Token auth.Secret }{s}), fmt.Sprint([]auth.Secret{s}), fmt.Sprintf("%x", s)} {
		assert.NotContains(t, printed, s.Reveal())
	}
	assert.NotEqual(t, auth.NewSecret(), s)
}

func TestRolesMayWhatTheTableSays(t *testing.T) {
	t.Parallel()
	assert.True(t, auth.Who{Roles: auth.RolesOf(auth.RoleAdmin)}.May(auth.SettleOrders))
	assert.False(t, auth.Who{Roles: auth.RolesOf(auth.RoleViewer)}.May(auth.PlaceOrders))
	assert.False(t, auth.Who{Roles: auth.RolesOf(auth.RoleAuditor)}.May(auth.ViewInventory))
	assert.False(t, auth.Who{}.May(auth.ViewOrders), "nobody may nothing")
	assert.False(t, auth.Who{Roles: auth.RolesOf("king")}.May(auth.ViewOrders))
}
