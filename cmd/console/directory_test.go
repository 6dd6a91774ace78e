package main

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/notify"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/policy"
	"workspace-order-console/internal/store"
)

func TestWhoIsToldByMail(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	db, err := store.Open(t.Context(), store.Config{Path: filepath.Join(t.TempDir(), "console.db"), Now: func() time.Time { return now }})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, db.Close()) })
	for _, team := range []string{"design", "finance"} {
		require.NoError(t, db.ApplyTeams(t.Context(), auth.Console, []orders.TeamChange{{Name: team, After: &policy.Team{Name: team}}}))
	}
	saw := func(subject, email string, admin bool, ago time.Duration, memberships ...auth.Membership) {
		require.NoError(t, db.SawPerson(t.Context(), auth.Person{Subject: subject, Email: email, Admin: admin, Memberships: memberships, SeenAt: now.Add(-ago)}))
	}
	in := func(team string, roles ...auth.Role) auth.Membership {
		return auth.Membership{Team: team, Roles: auth.RolesOf(roles...)}
	}
	saw("ada", "ada@example.com", true, time.Hour)
	saw("mei", "mei@example.com", false, time.Hour, in("design", auth.RoleBuyer, auth.RoleApprover))
	saw("tom", "", false, time.Hour, in("design", auth.RoleApprover))
	saw("eva", "eva@example.com", false, 100*24*time.Hour, in("design", auth.RoleApprover))
	saw("pol", "pol@example.com", false, time.Hour, in("finance", auth.RoleApprover))
	saw("kim", "kim@example.com", false, time.Hour, in("design", auth.RoleViewer))
	entry, err := orders.NewEntry(auth.Console, now, "delegation.created", "team:design", nil)
	require.NoError(t, err)
	require.NoError(t, db.AddDelegation(t.Context(), orders.Delegation{ID: orders.NewID(), Team: "design", From: "tom", To: "kim", Until: now.Add(time.Hour), CreatedAt: now}, entry))

	d := directory{db, db, func() time.Time { return now }}
	told := func(event notify.EventType, actor, team string) map[string]string {
		found, err := d.Recipients(t.Context(), notify.Event{Type: event, Order: orders.Order{ID: "o", RequestID: "o", Actor: actor, Team: team}})
		require.NoError(t, err)
		people := map[string]string{}
		for _, r := range found {
			people[r.Person] = r.Address
		}
		assert.Len(t, people, len(found), "each once")
		return people
	}
	assert.Equal(t, map[string]string{"ada": "ada@example.com", "tom": "", "kim": "kim@example.com"},
		told(notify.AwaitingApproval, "mei", "design"), "not who asks, nor who has not been seen for long, nor another team's")
	assert.Equal(t, map[string]string{"mei": "mei@example.com", "ada": "ada@example.com", "tom": ""},
		told(notify.AwaitingApproval, "KIM", "design"), "whatever the case of a name")
	assert.Equal(t, map[string]string{"ada": "ada@example.com"}, told(notify.AwaitingApproval, "mei", ""))
	assert.Equal(t, map[string]string{"mei": "mei@example.com"}, told(notify.Completed, "mei", "design"))
	assert.Equal(t, map[string]string{"mei": "mei@example.com", "ada": "ada@example.com"}, told(notify.InDoubt, "mei", "design"))
	assert.Equal(t, map[string]string{"ada": "ada@example.com"}, told(notify.PaymentDue, "ada", ""))
	assert.Empty(t, told(notify.Failed, "key:ci", "design"), "a script has no address")
}
