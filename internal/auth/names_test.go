package auth_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"workspace-order-console/internal/auth"
)

func TestNamesThatNobodyCanHave(t *testing.T) {
	t.Parallel()
	key := auth.Key{Name: "terraform"}.Who().Name
	for _, name := range []string{auth.LocalAdmin, auth.Console.Name, auth.CommandLine.Name, key, "ADMIN", "Console", "Command Line", "KEY:x", "key:"} {
		assert.True(t, auth.Reserved(name), name)
	}
	for _, name := range []string{"", "administrator", "admin@company.example", "keys", "consoles", "mei"} {
		assert.False(t, auth.Reserved(name), name)
	}
}

func TestWhatIsOfNoTeamIsNotForTheAdminsOfOne(t *testing.T) {
	t.Parallel()
	everywhere := auth.Who{Roles: auth.RolesOf(auth.RoleAdmin)}
	ofOne := auth.Who{Roles: auth.RolesOf(auth.RoleAdmin), Team: "design"}
	for _, action := range []auth.Action{auth.ManageForeign, auth.ManageKeys, auth.ManageTeams, auth.ManageWebhooks, auth.ManageSessions,
		auth.RefreshInventory, auth.ViewConsole} {
		assert.True(t, everywhere.May(action), action)
		assert.False(t, ofOne.May(action), action)
		for _, role := range []auth.Role{auth.RoleApprover, auth.RoleBuyer, auth.RoleViewer, auth.RoleAuditor} {
			assert.False(t, auth.Who{Roles: auth.RolesOf(role)}.May(action), "%s %s", role, action)
		}
	}
	assert.True(t, ofOne.May(auth.PayOrders))
	assert.Equal(t, auth.OfTeam("design"), ofOne.Scope())
	assert.Equal(t, auth.Scope{}, auth.Who{Name: "mei"}.Scope(), "without a role nothing is seen")
}
