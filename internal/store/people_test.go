package store

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
)

func proxied(id, name string, groups ...string) auth.Session {
	return auth.Session{IDHash: id, Name: name, Email: name + "@company.example", Groups: groups, Address: "192.0.2.7", CreatedAt: noon, SeenAt: noon, ExpiresAt: noon.Add(time.Hour)}
}

func TestSessionsOfPeopleBehindAProxy(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := open(t)
	mei, ops := auth.Who{Name: "mei", Roles: auth.RolesOf(auth.RoleBuyer), Team: "design", Door: auth.DoorWeb}, auth.Who{Name: "ops", Door: auth.DoorWeb}
	require.NoError(t, s.BeginSession(ctx, proxied("one", "mei", "a", "b"), "", "", mei))
	got, err := s.Session(ctx, "one")
	require.NoError(t, err)
	assert.Equal(t, proxied("one", "mei", "a", "b"), got)

	require.NoError(t, s.BeginSession(ctx, proxied("two", "mei", "a"), "one", auth.GroupLost, mei))
	_, err = s.Session(ctx, "one")
	require.ErrorIs(t, err, auth.ErrNotFound)
	assert.NotErrorIs(t, err, auth.ErrRevoked, "another one took its place")
	require.NoError(t, s.BeginSession(ctx, proxied("three", "mei", "a"), "one", auth.GroupLost, mei), "twice at once is no error")

	list, err := s.SessionsOf(ctx, "mei")
	require.NoError(t, err)
	assert.Len(t, list, 2)
	_, err = s.RevokeSessions(ctx, "raj", "two", "", ops)
	require.ErrorIs(t, err, auth.ErrNotFound, "not raj's")
	ended, err := s.RevokeSessions(ctx, "mei", "two", "", ops)
	require.NoError(t, err)
	assert.Equal(t, []string{"two"}, ended)
	told, err := s.Session(ctx, "two")
	require.ErrorIs(t, err, auth.ErrRevoked)
	require.ErrorIs(t, err, auth.ErrNotFound)
	assert.Equal(t, "mei", told.Name)
	assert.Equal(t, auth.Revoked, told.Ended)
	require.ErrorIs(t, s.SaveSession(ctx, told), auth.ErrNotFound)

	require.NoError(t, s.BeginSession(ctx, proxied("four", "mei"), "", "", mei))
	require.NoError(t, s.BeginSession(ctx, proxied("five", "raj"), "", "", mei))
	ended, err = s.RevokeSessions(ctx, "mei", "", "four", mei)
	require.NoError(t, err)
	assert.Equal(t, []string{"three"}, ended, "all but one")
	require.NoError(t, s.EndSession(ctx, "four", mei))
	told, err = s.Session(ctx, "four")
	require.ErrorIs(t, err, auth.ErrRevoked)
	assert.Equal(t, auth.SignedOut, told.Ended)
	_, err = s.Session(ctx, "five")
	require.NoError(t, err)
	assert.Equal(t, []string{"signout session:four {}", `session.ended session:three {"person":"mei","why":"revoked"}`,
		`signin session:five {"roles":"buyer"}`, `signin session:four {"roles":"buyer"}`, `session.ended session:two {"person":"mei","why":"revoked"}`,
		`signin session:three {"roles":"buyer"}`, `signin session:two {"roles":"buyer"}`, `session.ended session:one {"person":"mei","why":"group lost"}`,
		`signin session:one {"roles":"buyer"}`}, actions(t, s))
}

func TestPeopleAsTheyWereSeen(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := open(t)
	both, viewer := auth.RolesOf(auth.RoleApprover, auth.RoleBuyer), auth.RolesOf(auth.RoleViewer)
	mei := auth.Person{Subject: "mei", Email: "mei@company.example", Name: "Mei Lin", SeenAt: noon,
		Memberships: []auth.Membership{{Team: "design", Roles: both}, {Team: "finance", Roles: viewer}}}
	ops := auth.Person{Subject: "ops", Admin: true, SeenAt: noon}
	raj := auth.Person{Subject: "raj", SeenAt: noon.Add(-time.Hour), Memberships: []auth.Membership{{Team: "design", Roles: both}}}
	for _, p := range []auth.Person{mei, ops, raj} {
		require.NoError(t, s.SawPerson(ctx, p))
		got, err := s.Person(ctx, p.Subject)
		require.NoError(t, err)
		assert.Equal(t, p, got)
	}
	got, err := s.PersonByEmail(ctx, "Mei@company.example")
	require.NoError(t, err)
	assert.Equal(t, mei, got)
	for _, nobody := range []string{"", "mei@company", "mei"} {
		_, err = s.PersonByEmail(ctx, nobody)
		require.ErrorIs(t, err, auth.ErrNotFound, nobody)
	}
	later := auth.Person{Subject: "mei-anew", Email: mei.Email, SeenAt: noon.Add(time.Second)}
	require.NoError(t, s.SawPerson(ctx, later))
	got, err = s.PersonByEmail(ctx, mei.Email)
	require.NoError(t, err)
	assert.Equal(t, later, got, "who has the address now")
	of := func(team string, role auth.Role, since time.Time, after string, limit int) ([]auth.Person, string) {
		people, next, err := s.PeopleOf(ctx, team, role, since, after, limit)
		require.NoError(t, err)
		return people, next
	}
	people, next := of("design", auth.RoleApprover, noon.Add(-2*time.Hour), "", 1)
	assert.Equal(t, []auth.Person{mei}, people)
	assert.Equal(t, "mei", next)
	people, next = of("design", auth.RoleApprover, noon.Add(-2*time.Hour), next, 1)
	assert.Equal(t, []auth.Person{raj}, people)
	assert.Empty(t, next)
	people, _ = of("design", auth.RoleApprover, noon, "", 0)
	assert.Equal(t, []auth.Person{mei}, people, "raj was not seen since")
	people, _ = of("", auth.RoleAdmin, noon, "", 0)
	assert.Equal(t, []auth.Person{ops}, people)
	people, _ = of("finance", auth.RoleApprover, noon, "", 0)
	assert.Empty(t, people)

	mei.Memberships, mei.Email, mei.SeenAt = nil, "", noon.Add(time.Minute)
	require.NoError(t, s.SawPerson(ctx, mei))
	got, err = s.Person(ctx, "mei")
	require.NoError(t, err)
	assert.Equal(t, mei, got)
	people, _ = of("design", auth.RoleApprover, noon, "", 0)
	assert.Empty(t, people)

	require.NoError(t, s.Sweep(ctx, noon.Add(auth.PersonKept)))
	_, err = s.Person(ctx, "raj")
	require.ErrorIs(t, err, auth.ErrNotFound)
	_, err = s.Person(ctx, "mei")
	require.NoError(t, err)
}
