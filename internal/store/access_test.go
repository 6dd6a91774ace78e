package store

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders/policy"
)

var alice = auth.Who{Name: "alice", Roles: auth.RolesOf(auth.RoleAdmin), Door: auth.DoorWeb, Address: "127.0.0.1", RequestID: "r1"}

func session(id string) auth.Session {
	return auth.Session{IDHash: id, Name: "alice", Role: auth.RoleAdmin, Values: auth.SessionValues{Theme: "dark"}, Address: "127.0.0.1",
		UserAgent: "browser", CreatedAt: noon, SeenAt: noon, ExpiresAt: noon.Add(time.Hour)}
}

// signedIn opens a store with a session.
func signedIn(t *testing.T) (*Store, *clock) {
	t.Helper()
	c := newClock()
	s := open(t)
	s.now = c.now
	require.NoError(t, s.CreateSigninCode(context.Background(), "code", noon.Add(time.Minute)))
	require.NoError(t, s.SignIn(context.Background(), "code", session("0123456789abcdef0123"), alice))
	return s, c
}

func actions(t *testing.T, s *Store) []string {
	t.Helper()
	page, err := s.Audit(context.Background(), audit.Filter{Scope: auth.Everything})
	require.NoError(t, err)
	var all []string
	for _, e := range page.Items {
		all = append(all, e.Action+" "+e.Object+" "+string(e.Details))
	}
	return all
}

func TestASigninCodeIsUsedOnce(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s, c := signedIn(t)
	assert.ErrorIs(t, s.SignIn(ctx, "code", session("b"), alice), auth.ErrNotFound)
	assert.ErrorIs(t, s.SignIn(ctx, "never", session("b"), alice), auth.ErrNotFound)
	require.NoError(t, s.CreateSigninCode(ctx, "late", noon.Add(time.Minute)))
	c.advance(time.Minute)
	assert.ErrorIs(t, s.SignIn(ctx, "late", session("b"), alice), auth.ErrNotFound)
	_, err := s.Session(ctx, "b")
	assert.ErrorIs(t, err, auth.ErrNotFound)
	assert.Equal(t, []string{`signin session:0123456789abcdef {"role":"admin"}`}, actions(t, s))

	require.NoError(t, s.CreateSigninCode(ctx, "raced", noon.Add(time.Hour)))
	var wg sync.WaitGroup
	var mu sync.Mutex
	won := 0
	for i := range 20 {
		wg.Go(func() {
			if err := s.SignIn(ctx, "raced", session("raced"+string(rune('a'+i))), alice); err == nil {
				mu.Lock()
				won++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	assert.Equal(t, 1, won)
}

func TestASessionLivesUntilItExpiresOrEnds(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s, c := signedIn(t)
	id := "0123456789abcdef0123"
	got, err := s.Session(ctx, id)
	require.NoError(t, err)
	assert.Equal(t, session(id), got)

	got.Values.Theme, got.SeenAt, got.ExpiresAt = "", noon.Add(time.Minute), noon.Add(2*time.Hour)
	require.NoError(t, s.SaveSession(ctx, got))
	c.advance(90 * time.Minute)
	saved, err := s.Session(ctx, id)
	require.NoError(t, err)
	assert.Equal(t, got, saved)
	require.NoError(t, s.Sweep(ctx, c.now()))
	_, err = s.Session(ctx, id)
	require.NoError(t, err)

	require.NoError(t, s.EndSession(ctx, id, alice))
	_, err = s.Session(ctx, id)
	assert.ErrorIs(t, err, auth.ErrNotFound)
	assert.ErrorIs(t, s.EndSession(ctx, id, alice), auth.ErrNotFound)
	assert.ErrorIs(t, s.SaveSession(ctx, got), auth.ErrNotFound)
	assert.Equal(t, "signout session:0123456789abcdef {}", actions(t, s)[0])

	require.NoError(t, s.CreateSigninCode(ctx, "again", c.now().Add(time.Minute)))
	long := session("long")
	long.UserAgent, long.ExpiresAt = strings.Repeat("甲", 100)+"\x00", c.now().Add(time.Minute)
	require.NoError(t, s.SignIn(ctx, "again", long, alice))
	kept, err := s.Session(ctx, "long")
	require.NoError(t, err)
	assert.Equal(t, strings.Repeat("甲", 66), kept.UserAgent)
	c.advance(time.Minute)
	_, err = s.Session(ctx, "long")
	assert.ErrorIs(t, err, auth.ErrNotFound)
	c.advance(time.Hour) // the one that was ended would have expired by now
	require.NoError(t, s.Sweep(ctx, c.now()))
	var left int
	require.NoError(t, s.reader.QueryRow(`SELECT (SELECT count(*) FROM sessions) + (SELECT count(*) FROM signin_codes)`).Scan(&left))
	assert.Zero(t, left)
}

// TestAKeyOfNoTeam: once there is a team, only an admin's key may be of none.
func TestAKeyOfNoTeam(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s := open(t)
	require.NoError(t, s.CreateKey(ctx, auth.Key{ID: "k1", Name: "early", Role: auth.RoleBuyer, TokenHash: "h1", CreatedAt: noon}, alice), "there are no teams yet")
	foundTeam(t, s, policy.Team{Name: "design"})
	for _, role := range auth.AllRoles() {
		err := s.CreateKey(ctx, auth.Key{ID: "late-" + string(role), Name: "late-" + string(role), Role: role, TokenHash: "h-" + string(role), CreatedAt: noon}, alice)
		if role == auth.RoleAdmin {
			assert.NoError(t, err)
		} else {
			assert.ErrorIs(t, err, auth.ErrTeamWanted, role)
		}
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := open(t)
	k := auth.Key{ID: "k1", Name: "ci", Role: auth.RoleBuyer, Team: "design", TokenHash: "h1", CreatedAt: noon, CreatedBy: "alice"}
	assert.ErrorIs(t, s.CreateKey(ctx, k, alice), auth.ErrNoTeam)
	foundTeam(t, s, policy.Team{Name: "design"})
	require.NoError(t, s.CreateKey(ctx, k, alice))
	taken := k
	taken.ID, taken.TokenHash = "k2", "h2"
	assert.ErrorIs(t, s.CreateKey(ctx, taken, alice), auth.ErrNameTaken)
	got, err := s.KeyByTokenHash(ctx, "h1")
	require.NoError(t, err)
	assert.Equal(t, k, got)

	require.NoError(t, s.TouchKey(ctx, "k1", noon.Add(time.Minute)))
	require.NoError(t, s.TouchKey(ctx, "k1", noon))
	require.NoError(t, s.RevokeKey(ctx, "k1", alice))
	assert.ErrorIs(t, s.RevokeKey(ctx, "k1", alice), auth.ErrNotFound)
	_, err = s.KeyByTokenHash(ctx, "h1")
	assert.ErrorIs(t, err, auth.ErrNotFound)
	require.NoError(t, s.CreateKey(ctx, taken, alice), "the name is free again")
	last := auth.Key{ID: "k3", Name: "cd", Role: auth.RoleAdmin, TokenHash: "h3", CreatedAt: noon.Add(-time.Hour), CreatedBy: "alice"}
	require.NoError(t, s.CreateKey(ctx, last, alice))

	k.UsedAt, k.RevokedAt, k.RevokedBy = noon.Add(time.Minute), noon, "alice"
	first, next, err := s.Keys(ctx, "", 2)
	require.NoError(t, err)
	assert.Equal(t, []auth.Key{taken, k}, first)
	assert.Equal(t, "k1", next)
	rest, next, err := s.Keys(ctx, next, 2)
	require.NoError(t, err)
	assert.Equal(t, []auth.Key{last}, rest)
	assert.Empty(t, next)
	_, _, err = s.Keys(ctx, "none", 2)
	assert.ErrorIs(t, err, auth.ErrNotFound)
	assert.Equal(t, []string{
		`key.created key:k3 {"name":"cd","role":"admin"}`,
		`key.created key:k2 {"name":"ci","role":"buyer","team":"design"}`,
		`key.revoked key:k1 {"name":"ci"}`,
		`key.created key:k1 {"name":"ci","role":"buyer","team":"design"}`,
		`team.created team:design {"after":{"name":"design"}}`,
	}, actions(t, s))
}
