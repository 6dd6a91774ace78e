package store

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/policy"
)

// foundTeam makes a team.
func foundTeam(tb testing.TB, s *Store, team policy.Team) {
	tb.Helper()
	require.NoError(tb, s.ApplyTeams(context.Background(), alice, []orders.TeamChange{{Name: team.Name, After: &team}}))
}

// team reads one; nil when it is not there.
func team(tb testing.TB, s *Store, name string) *policy.Team {
	tb.Helper()
	teams, err := s.Teams(context.Background())
	require.NoError(tb, err)
	if found, ok := teams.Named(name); ok {
		return &found
	}
	return nil
}

func owning(name string, projects ...string) policy.Team {
	return policy.Team{Name: name, EnterpriseProjects: projects}
}

func TestTeamsComeBackAsTheyWereMade(t *testing.T) {
	t.Parallel()
	s := open(t)
	none, err := s.Teams(context.Background())
	require.NoError(t, err)
	assert.Empty(t, none.All())

	design := owning("design", "ep2", "ep1")
	design.Groups = map[auth.Role][]string{auth.RoleBuyer: {"design-buyers"}}
	design.Budget = &policy.Budget{Month: decimal.RequireFromString("1234567.89"), Currency: "USD"}
	foundTeam(t, s, design)
	got := team(t, s, "design")
	require.NotNil(t, got)
	assert.True(t, design.Same(*got))

	changed := *got
	changed.EnterpriseProjects = []string{"ep1"}
	require.NoError(t, s.ApplyTeams(context.Background(), alice, []orders.TeamChange{{Name: "design", Before: got, After: &changed}}))
	require.NoError(t, s.ApplyTeams(context.Background(), alice, []orders.TeamChange{{Name: "design", Before: &changed}}))
	assert.Nil(t, team(t, s, "design"))
	assert.Equal(t, []string{
		`team.deleted team:design {"before":{"budget":{"currency":"USD","month":"1234567.89"},"enterprise_projects":["ep1"],"groups":{"buyer":["design-buyers"]},"name":"design"}}`,
		`team.changed team:design {"after":{"budget":{"currency":"USD","month":"1234567.89"},"enterprise_projects":["ep1"],"groups":{"buyer":["design-buyers"]},"name":"design"},` +
			`"before":{"budget":{"currency":"USD","month":"1234567.89"},"enterprise_projects":["ep1","ep2"],"groups":{"buyer":["design-buyers"]},"name":"design"}}`,
		`team.created team:design {"after":{"budget":{"currency":"USD","month":"1234567.89"},"enterprise_projects":["ep1","ep2"],"groups":{"buyer":["design-buyers"]},"name":"design"}}`,
	}, actions(t, s))
	seen, err := s.Audit(context.Background(), audit.Filter{Scope: auth.OfTeam("design")})
	require.NoError(t, err)
	assert.Len(t, seen.Items, 3, "the team's own auditors see it")
	require.NoError(t, s.ApplyTeams(context.Background(), alice, nil))
	assert.Len(t, actions(t, s), 3, "no change leaves no trace")
}

func TestAChangeOfATeamThatIsNotAsItWasChangesNothing(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := open(t)
	foundTeam(t, s, owning("design", "ep1"))
	foundTeam(t, s, owning("finance", "ep2"))
	design, finance, other := team(t, s, "design"), team(t, s, "finance"), owning("design", "ep9")
	more, third, taking := owning("finance", "ep2", "ep3"), owning("support", "ep1"), owning("finance", "ep1")
	for name, changes := range map[string][]orders.TeamChange{
		"created twice":                               {{Name: "design", After: &other}},
		"changed from something else":                 {{Name: "design", Before: &other, After: &more}},
		"changed after it was gone":                   {{Name: "support", Before: &third, After: &third}},
		"deleted after it changed":                    {{Name: "design", Before: &other}},
		"the second of two":                           {{Name: "finance", Before: finance, After: &more}, {Name: "design", After: &other}},
		"a project that is another's":                 {{Name: "finance", Before: finance, After: &taking}},
		"a new team with a project that is another's": {{Name: "support", After: &third}},
	} {
		assert.ErrorIs(t, s.ApplyTeams(ctx, alice, changes), orders.ErrStale, name)
		assert.True(t, design.Same(*team(t, s, "design")), name)
		assert.True(t, finance.Same(*team(t, s, "finance")), name)
	}
	assert.Len(t, actions(t, s), 2)
}

func TestOfTwoWhoChangeATeamAtOnceOneIsTold(t *testing.T) {
	t.Parallel()
	s := open(t)
	foundTeam(t, s, owning("design", "ep1"))
	before := team(t, s, "design")
	var wait sync.WaitGroup
	failed := make([]error, 8)
	for i := range failed {
		wait.Go(func() {
			after := owning("design", "ep1", string(rune('a'+i)))
			failed[i] = s.ApplyTeams(context.Background(), alice, []orders.TeamChange{{Name: "design", Before: before, After: &after}})
		})
	}
	wait.Wait()
	won := 0
	for _, err := range failed {
		if err == nil {
			won++
		} else {
			assert.ErrorIs(t, err, orders.ErrStale)
		}
	}
	assert.Equal(t, 1, won)
}

func TestDesktopsAndPoolsGoWithTheirProject(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := stocked(t)
	listed := func(name string) (desktops, pools int) {
		t.Helper()
		d, err := s.Desktops(ctx, orders.DesktopFilter{Scope: auth.OfTeam(name)})
		require.NoError(t, err)
		p, err := s.Pools(ctx, orders.PoolFilter{Scope: auth.OfTeam(name)})
		require.NoError(t, err)
		facts, err := s.Facts(ctx, orders.Targets{Pools: []string{"pool1"}})
		require.NoError(t, err)
		assert.Equal(t, len(p.Items) == 1, facts.Owners["pool:pool1"] == name, name)
		disks, err := s.Disks(ctx, orders.DiskFilter{Scope: auth.OfTeam(name)})
		require.NoError(t, err)
		assert.Len(t, disks.Items, 2*len(d.Items), "the disks go with their desktops")
		// a host and a bandwidth are in the pool's project
		hosts, err := s.Hosts(ctx, orders.HostFilter{Scope: auth.OfTeam(name)})
		require.NoError(t, err)
		assert.Len(t, hosts.Items, len(p.Items))
		bandwidths, err := s.Bandwidths(ctx, orders.BandwidthFilter{Scope: auth.OfTeam(name)})
		require.NoError(t, err)
		assert.Len(t, bandwidths.Items, len(p.Items))
		return len(d.Items), len(p.Items)
	}
	expect := func(name string, desktops, pools int) {
		t.Helper()
		d, p := listed(name)
		assert.Equal(t, [2]int{desktops, pools}, [2]int{d, p}, name)
	}
	design, finance := owning("design", "ep1"), owning("finance", "ep2")
	foundTeam(t, s, design)
	foundTeam(t, s, finance)
	expect("design", 6, 0)
	expect("finance", 0, 1)

	swapped, other := owning("design", "ep2"), owning("finance", "ep1")
	require.NoError(t, s.ApplyTeams(ctx, alice, []orders.TeamChange{{Name: "design", Before: &design, After: &swapped}, {Name: "finance", Before: &finance, After: &other}}))
	expect("design", 0, 1)
	expect("finance", 6, 0)

	moved := snapshot()
	for i := range moved.Desktops {
		moved.Desktops[i].EnterpriseProjectID = map[bool]string{true: "ep2", false: "0"}[i < 2]
	}
	require.NoError(t, s.ReplaceInventory(ctx, moved))
	expect("design", 2, 1)
	expect("finance", 0, 0)

	require.NoError(t, s.ApplyTeams(ctx, alice, []orders.TeamChange{{Name: "design", Before: &swapped}}))
	expect("design", 0, 0)
	all, err := s.Desktops(ctx, orders.DesktopFilter{Scope: auth.Everything})
	require.NoError(t, err)
	assert.Len(t, all.Items, 6)
}

func TestATeamInUseIsNotDeleted(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := open(t)
	design := owning("design", "ep1")
	foundTeam(t, s, design)
	gone := []orders.TeamChange{{Name: "design", Before: &design}}
	require.NoError(t, s.CreateKey(ctx, auth.Key{ID: "k1", Name: "ci", Role: auth.RoleBuyer, Team: "design", TokenHash: "h1", CreatedAt: noon, CreatedBy: "alice"}, alice))
	submit(t, s) // of team design
	submit(t, s, func(o *orders.Order) { o.Team = "finance" })
	var use *orders.TeamInUse
	require.ErrorAs(t, s.ApplyTeams(ctx, alice, gone), &use)
	assert.Equal(t, orders.TeamInUse{Team: "design", Orders: 1, Keys: 1}, *use)
	assert.NotNil(t, team(t, s, "design"))

	require.NoError(t, s.RevokeKey(ctx, "k1", alice))
	require.ErrorAs(t, s.ApplyTeams(ctx, alice, gone), &use)
	assert.Equal(t, orders.TeamInUse{Team: "design", Orders: 1}, *use)
	done := place(t, s, orders.CloudOrder{OrderID: "CS1", Status: status(cloud.StatusCompleted), Result: "success"})
	require.Equal(t, "design", done.Team)
	require.NoError(t, s.ApplyTeams(ctx, alice, gone))
	assert.Equal(t, "design", read(t, s, done.ID).Team, "the history stays")
	assert.ErrorIs(t, s.CreateKey(ctx, auth.Key{ID: "k2", Name: "cd", Role: auth.RoleBuyer, Team: "design", TokenHash: "h2", CreatedAt: noon}, alice), auth.ErrNoTeam)

	for query, args := range map[string][]any{
		`SELECT count(*) FROM orders WHERE team = $1 AND moving`:               {"design"},
		`SELECT count(*) FROM api_keys WHERE team = $1 AND revoked_at IS NULL`: {"design"},
		`DELETE FROM enterprise_projects WHERE team = $1`:                      {"design"},
	} {
		if !onPostgres(t) {
			assertIndexed(t, query, plan(t, s.writer, query, args...))
		}
	}
}

func TestAnotherConsolesChangeIsSeenAtOnce(t *testing.T) {
	t.Parallel()
	place := empty(t)
	one, two := openAt(t, place), openAt(t, place)
	foundTeam(t, one, owning("design", "ep1"))
	require.NotNil(t, team(t, two, "design"))
	before, _ := two.Version()
	changed := owning("design", "ep1", "ep2")
	require.NoError(t, one.ApplyTeams(context.Background(), alice, []orders.TeamChange{{Name: "design", Before: team(t, one, "design"), After: &changed}}))
	assert.True(t, changed.Same(*team(t, two, "design")))
	require.NoError(t, two.Refresh(context.Background()))
	after, _ := two.Version()
	assert.Greater(t, after, before, "pages that poll look again")
}

func TestTeamsAreAnsweredOutOfMemory(t *testing.T) {
	t.Parallel()
	s := open(t)
	foundTeam(t, s, owning("design", "ep1"))
	require.NotNil(t, team(t, s, "design"))
	// behind the console's back, and so without the number that says so
	_, err := s.writer.Exec(`UPDATE teams SET definition = '{"name":"design"}', updated_at = $1`, noon.Add(time.Hour).UnixMicro())
	require.NoError(t, err)
	assert.Equal(t, []string{"ep1"}, team(t, s, "design").EnterpriseProjects)
	_, err = s.writer.Exec(`UPDATE team_state SET version = version + 1`)
	require.NoError(t, err)
	assert.Empty(t, team(t, s, "design").EnterpriseProjects)
}
