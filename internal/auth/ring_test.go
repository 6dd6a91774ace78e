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

func (d *drawer) TouchKey(context.Context, string, time.Time) error {
	d.touchs++
	return nil
}

func TestAKeyRing(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	key, token, err := auth.NewKey("script", auth.RoleBuyer, "", "ops", now)
	require.NoError(t, err)
	d := &drawer{keys: map[string]auth.Key{key.TokenHash: key}}
	ring := auth.NewKeyRing(d, func() time.Time { return now })

	for range 10 {
		who, err := ring.WhoByToken(t.Context(), token.Reveal())
		require.NoError(t, err)
		assert.Equal(t, auth.Who{Name: "key:script", Role: auth.RoleBuyer, Door: auth.DoorAPI, KeyID: key.ID}, who)
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
		_, _, err := auth.NewKey(name, auth.RoleAdmin, "", "ops", time.Now())
		assert.ErrorIs(t, err, auth.ErrKey, "%q", name)
	}
	_, _, err := auth.NewKey("a", "king", "", "ops", time.Now())
	assert.ErrorIs(t, err, auth.ErrKey)
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
	assert.True(t, auth.Who{Role: auth.RoleAdmin}.May(auth.SettleOrders))
	assert.False(t, auth.Who{Role: auth.RoleViewer}.May(auth.PlaceOrders))
	assert.False(t, auth.Who{Role: auth.RoleAuditor}.May(auth.ViewInventory))
	assert.False(t, auth.Who{}.May(auth.ViewOrders), "nobody may nothing")
	assert.False(t, auth.Who{Role: "king"}.May(auth.ViewOrders))
}
