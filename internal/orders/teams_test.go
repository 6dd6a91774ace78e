package orders_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/policy"
	"workspace-order-console/internal/store"
)

var admin = auth.Who{Name: "root", Roles: auth.RolesOf(auth.RoleAdmin), Door: auth.DoorWeb}

func newTeams(t *testing.T) (*orders.TeamService, *store.Store) {
	t.Helper()
	db, err := store.Open(t.Context(), store.Config{Path: filepath.Join(t.TempDir(), "console.db")})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, db.Close()) })
	return orders.NewTeamService(db), db
}

// code is what sort of error it is, and where.
func code(t *testing.T, err error) (orders.Code, []string) {
	t.Helper()
	var told *orders.Error
	require.ErrorAs(t, err, &told)
	var paths []string
	for _, p := range told.Problems {
		paths = append(paths, p.Path)
	}
	return told.Code, paths
}

func TestTeamsAreManagedByAdminsAlone(t *testing.T) {
	t.Parallel()
	s, _ := newTeams(t)
	team := policy.Team{Name: "design"}
	require.NoError(t, s.Create(t.Context(), admin, team, nil))
	plan, _, err := s.Plan(t.Context(), admin, policy.Read([]byte("teams: [{name: finance}]")), true)
	require.NoError(t, err)
	for _, role := range []auth.Role{auth.RoleBuyer, auth.RoleApprover, auth.RoleViewer, auth.RoleAuditor} {
		who := auth.Who{Name: "x", Roles: auth.RolesOf(role), Team: "design"}
		for name, do := range map[string]func(context.Context) error{
			"list":   func(ctx context.Context) error { _, err := s.Teams(ctx, who); return err },
			"see":    func(ctx context.Context) error { _, err := s.Team(ctx, who, "design"); return err },
			"create": func(ctx context.Context) error { return s.Create(ctx, who, policy.Team{Name: "mine"}, nil) },
			"change": func(ctx context.Context) error { _, err := s.Change(ctx, who, team, team.Stamp(), nil); return err },
			"delete": func(ctx context.Context) error { return s.Delete(ctx, who, "design", team.Stamp()) },
			"plan": func(ctx context.Context) error {
				_, _, err := s.Plan(ctx, who, policy.Read([]byte("teams: [{name: 1 2}]")), false)
				return err
			},
			"apply":  func(ctx context.Context) error { return s.Apply(ctx, who, plan) },
			"export": func(ctx context.Context) error { _, err := s.Export(ctx, who); return err },
		} {
			got, paths := code(t, do(t.Context()))
			assert.Equal(t, orders.CodeForbidden, got, "%s: %s", role, name)
			assert.Empty(t, paths)
		}
	}
	all, err := s.Teams(t.Context(), admin)
	require.NoError(t, err)
	assert.Equal(t, []string{"design"}, all.Names())
}

func TestWhatATeamMustNotBe(t *testing.T) {
	t.Parallel()
	s, _ := newTeams(t)
	design := policy.Team{Name: "design", EnterpriseProjects: []string{"p1"}}
	require.NoError(t, s.Create(t.Context(), admin, design, nil))
	got, paths := code(t, s.Create(t.Context(), admin, policy.Team{Name: "design", EnterpriseProjects: []string{"a", "b c"},
		Allow: policy.Allow{Kinds: []string{"subscribe/createDesktops", "subscribe/createCastles"}}}, nil))
	assert.Equal(t, orders.CodeInvalid, got)
	assert.ElementsMatch(t, []string{"name", "enterprise_projects[1]", "allow.kinds[1]"}, paths, "all at once")
	_, paths = code(t, s.Create(t.Context(), admin, policy.Team{Name: "finance", EnterpriseProjects: []string{"p1"}}, nil))
	assert.Equal(t, []string{"enterprise_projects[0]"}, paths)

	changed, err := s.Change(t.Context(), admin, design, design.Stamp(), nil)
	require.NoError(t, err)
	assert.False(t, changed)
	_, err = s.Change(t.Context(), admin, policy.Team{Name: "design"}, "another", nil)
	got, _ = code(t, err)
	assert.Equal(t, orders.CodeConflict, got)
	_, err = s.Change(t.Context(), admin, policy.Team{Name: "none"}, "", nil)
	got, _ = code(t, err)
	assert.Equal(t, orders.CodeNotFound, got)
}

func TestAPlanThatIsOldIsNotApplied(t *testing.T) {
	t.Parallel()
	s, db := newTeams(t)
	plan, _, err := s.Plan(t.Context(), admin, policy.Read([]byte("teams: [{name: a}, {name: b}]")), false)
	require.NoError(t, err)
	require.NoError(t, s.Create(t.Context(), admin, policy.Team{Name: "b", EnterpriseProjects: []string{"p"}}, nil))
	got, _ := code(t, s.Apply(t.Context(), admin, plan))
	assert.Equal(t, orders.CodeConflict, got)
	teams, err := db.Teams(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []string{"b"}, teams.Names(), "all of it or nothing")

	again, _, err := s.Plan(t.Context(), admin, policy.Read([]byte("teams: [{name: a}, {name: b}]")), false)
	require.NoError(t, err)
	assert.NotEqual(t, plan.Stamp, again.Stamp)
	require.NoError(t, s.Apply(t.Context(), admin, again))
}

func TestThereIsABoundOfTeams(t *testing.T) {
	t.Parallel()
	s, db := newTeams(t)
	var changes []orders.TeamChange
	for i := range policy.MaxTeams {
		name := fmt.Sprintf("team-%d", i)
		changes = append(changes, orders.TeamChange{Name: name, After: &policy.Team{Name: name}})
	}
	require.NoError(t, db.ApplyTeams(t.Context(), admin, changes))
	_, paths := code(t, s.Create(t.Context(), admin, policy.Team{Name: "one-more"}, nil))
	assert.Equal(t, []string{"name"}, paths)
	_, _, err := s.Plan(t.Context(), admin, policy.Read([]byte("teams: [{name: one-more}]")), false)
	_, paths = code(t, err)
	assert.Equal(t, []string{"teams"}, paths)
	text, err := s.Export(t.Context(), admin)
	require.NoError(t, err)
	plan, _, err := s.Plan(t.Context(), admin, policy.Read(text), true)
	require.NoError(t, err)
	assert.Empty(t, plan.Changes)
	assert.Len(t, plan.Unchanged, policy.MaxTeams)
}

func TestEffectsHaveTheNamesOfTheRules(t *testing.T) {
	t.Parallel()
	for effect, name := range map[orders.Effect]string{orders.Buys: policy.Buys, orders.Alters: policy.Alters,
		orders.Destroys: policy.Destroys, orders.Refunds: policy.Refunds} {
		assert.Equal(t, []string{name}, effect.Names())
	}
	assert.Equal(t, []string{policy.Alters, policy.Destroys}, (orders.Destroys | orders.Alters).Names())
	assert.Empty(t, orders.Effect(0).Names())
}
