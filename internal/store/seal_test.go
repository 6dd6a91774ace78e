package store

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
)

func TestTheSealCheckIsTheFirstOnes(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := open(t)
	for _, step := range []struct{ fresh, want string }{{"", ""}, {"one", "one"}, {"two", "one"}, {"", "one"}} {
		got, err := s.SealCheck(ctx, step.fresh)
		require.NoError(t, err)
		assert.Equal(t, step.want, got)
	}
}

func TestALostSealRevokesItsKeys(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := open(t)
	_, err := s.SealCheck(ctx, "one")
	require.NoError(t, err)
	sealed := auth.Key{ID: "k1", Name: "sealed", Role: auth.RoleBuyer, TokenHash: "h1", AK: "AK", SealedSK: "x", CreatedAt: noon}
	plain := auth.Key{ID: "k2", Name: "plain", Role: auth.RoleBuyer, TokenHash: "h2", CreatedAt: noon}
	for _, k := range []auth.Key{sealed, plain} {
		require.NoError(t, s.CreateKey(ctx, k, alice))
	}
	told := hook(t, s, "told")
	revoked, disabled, err := s.ReplaceSeal(ctx, "two", alice)
	require.NoError(t, err)
	assert.Equal(t, 1, revoked)
	assert.Equal(t, 1, disabled)
	now, err := s.Webhook(ctx, told.ID)
	require.NoError(t, err)
	assert.False(t, now.DisabledAt.IsZero())
	_, err = s.KeyByAK(ctx, "AK")
	assert.ErrorIs(t, err, auth.ErrNotFound)
	_, err = s.KeyByTokenHash(ctx, "h2")
	assert.NoError(t, err)
	assert.Equal(t, []string{`webhook.disabled webhook:` + told.ID + ` {"name":"told","reason":"the sealing key was replaced"}`,
		`key.revoked key:k1 {"name":"sealed","reason":"the sealing key was replaced"}`}, actions(t, s)[:2])
	check, err := s.SealCheck(ctx, "three")
	require.NoError(t, err)
	assert.Equal(t, "two", check)
}
