package embedded

import (
	_ "embed"
	"fmt"

	"workspace-order-console/internal/orders/policy"
)

//go:embed teams.yaml
var teamsYAML []byte

// DemoTeams are the teams that the demo data come with. Their rules bound what is spent, and need no approval, so that
// who tries the console out can order at once.
func DemoTeams() ([]policy.Team, error) {
	file := policy.Read(teamsYAML)
	if len(file.Problems) > 0 {
		p := file.Problems[0]
		return nil, fmt.Errorf("demo teams: line %d: %s: %s", file.Line(p.Path), p.Path, p.Key)
	}
	return file.Teams, nil
}
