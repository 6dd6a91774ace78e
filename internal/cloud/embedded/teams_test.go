package embedded

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/orders/policy"
)

func TestEachDemoTeamHasDesktopsAndPoolsOfItsOwn(t *testing.T) {
	t.Parallel()
	list, err := DemoTeams()
	require.NoError(t, err)
	teams := policy.NewTeams(list)
	assert.Equal(t, []string{"design", "finance", "support"}, teams.Names())
	var data demo
	require.NoError(t, json.Unmarshal(demoJSON, &data))
	desktops, pools := map[string]int{}, map[string]int{}
	for _, d := range data.Desktops {
		owner, _ := teams.OwnerOf(d.EnterpriseProjectID)
		desktops[owner]++
	}
	for _, p := range data.Pools {
		owner, _ := teams.OwnerOf(p.EnterpriseProjectID)
		pools[owner]++
	}
	for _, team := range teams.All() {
		assert.Len(t, team.EnterpriseProjects, 1, team.Name)
		assert.Greater(t, desktops[team.Name], 10, team.Name)
		assert.NotZero(t, pools[team.Name], team.Name)
	}
	assert.NotZero(t, desktops[""], "some are nobody's")
	assert.NotZero(t, pools[""])
}
