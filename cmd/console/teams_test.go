package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
)

const twoTeams = `teams:
- name: design
  enterprise_projects: [p1]
  groups: {buyer: [b, a]}
  budget: {month: 2000, currency: USD}
- name: finance
  enterprise_projects: [p2]
`

// asFile writes a file and returns its path.
func asFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "teams.yaml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestTeamsByTheCommandLine(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	apply := func(text string, flags ...string) string {
		t.Helper()
		code, out, errs := console(t, append([]string{"team", "apply", asFile(t, text), "--data", data}, flags...)...)
		require.Zero(t, code, errs)
		return out
	}
	export := func() string {
		t.Helper()
		code, out, errs := console(t, "team", "export", "--data", data)
		require.Zero(t, code, errs)
		return out
	}
	log := func() int {
		t.Helper()
		db, err := (&Flags{Data: data}).open(t.Context())
		require.NoError(t, err)
		defer db.Close() //nolint:errcheck // only read
		page, err := db.Audit(t.Context(), audit.Filter{Scope: auth.Everything})
		require.NoError(t, err)
		return len(page.Items)
	}
	assert.Equal(t, "teams: []\n", export())
	assert.Contains(t, apply(twoTeams, "--dry-run"), "Nothing is done yet")
	assert.Equal(t, "teams: []\n", export())
	assert.Equal(t, "created    design\ncreated    finance\n", apply(twoTeams))

	exported, entries := export(), log()
	assert.Equal(t, "unchanged  design\nunchanged  finance\n", apply(twoTeams))
	assert.Equal(t, "unchanged  design\nunchanged  finance\n", apply(exported))
	assert.Equal(t, exported, export())
	assert.Equal(t, entries, log(), "what changes nothing leaves no trace")

	swapped := strings.NewReplacer("p1", "p2", "p2", "p1", "2000", "3000.5").Replace(twoTeams)
	assert.Equal(t, `changed    design
           enterprise_projects: p1 → p2
           budget.month: 2000.00 → 3000.50
changed    finance
           enterprise_projects: p2 → p1
`, apply(swapped))

	alone := "teams: [{name: design, enterprise_projects: [p2]}]"
	assert.Contains(t, apply(alone), "left       finance (not in the file; --prune deletes it)\n")
	assert.Contains(t, export(), "name: finance")
	file := filepath.Join(t.TempDir(), "out.yaml")
	code, out, errs := console(t, "team", "export", file, "--data", data)
	require.Zero(t, code, errs)
	assert.Empty(t, out)
	written, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, export(), string(written))
	assert.Contains(t, apply(alone, "--prune"), "deleted    finance\n")
	assert.NotContains(t, export(), "finance")

	key := func(args ...string) (int, string, string) {
		t.Helper()
		return console(t, append([]string{"key", "create", "--format", "json", "--data", data}, args...)...)
	}
	code, out, errs = key("--name", "ci", "--role", "buyer", "--team", "design")
	require.Zero(t, code, errs)
	var made map[string]any
	require.NoError(t, json.Unmarshal([]byte(out), &made))
	assert.Equal(t, "design", made["team"])
	code, _, errs = key("--name", "cd", "--role", "buyer", "--team", "finance")
	assert.Equal(t, 1, code)
	assert.Equal(t, "console: there is no team \"finance\"\n", errs)
	code, _, _ = key("--name", "cd", "--role", "admin", "--team", "design")
	assert.Equal(t, 2, code, "admins are of no team")
	code, _, errs = key("--name", "cd", "--role", "viewer")
	assert.Equal(t, 2, code, "all others are of one")
	assert.Equal(t, "console: a key of role viewer sees one team's alone: say which with --team\n", errs)

	code, _, errs = console(t, "team", "apply", asFile(t, "teams: []"), "--prune", "--data", data)
	assert.Equal(t, 1, code)
	assert.Contains(t, errs, "Team design is still in use")
	assert.Equal(t, 1, strings.Count(errs, "\n"))
	assert.Contains(t, export(), "design")
}

func TestAWrongFileOfTeamsIsWrongUsage(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	file := asFile(t, "teams:\n- name: a\n  colour: red\n  allow: {kinds: [subscribe/createDesktops, subscribe/createCastles]}\n"+
		"- name: a\n- {name: b, enterprise_projects: [p]}\n- {name: c, enterprise_projects: [p]}\n")
	code, out, errs := console(t, "team", "apply", file, "--data", data)
	assert.Equal(t, 2, code)
	assert.Empty(t, out)
	assert.Equal(t, []string{
		"console: " + file + ":3: teams[0].colour is not a member that a team has",
		"console: " + file + ":4: teams[0].allow.kinds[1] must be a kind of order: door/type, such as subscribe/createDesktops",
		"console: " + file + ":5: teams[1].name is the name of another team of this file",
		"console: " + file + ":6: teams[2].enterprise_projects[0] belongs to team c: an enterprise project has one owner",
		"console: " + file + ":7: teams[3].enterprise_projects[0] belongs to team b: an enterprise project has one owner",
	}, strings.Split(strings.TrimSpace(errs), "\n"))
	_, out, _ = console(t, "team", "export", "--data", data)
	assert.Equal(t, "teams: []\n", out, "nothing of it was done")

	code, _, _ = console(t, "team", "apply", filepath.Join(data, "none.yaml"), "--data", data)
	assert.Equal(t, 2, code)
	code, _, errs = console(t, "team", "apply", asFile(t, "teams: [\n"), "--data", data)
	assert.Equal(t, 2, code)
	assert.Contains(t, errs, "is no YAML")
}

func TestTeamsComeFromTheInputToo(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	f := &Flags{Data: filepath.Join(t.TempDir(), "data")}
	require.NoError(t, teamApplyCmd{File: "-"}.Run(t.Context(), f, &output{&out, &out}, strings.NewReader(twoTeams)))
	assert.Equal(t, "created    design\ncreated    finance\n", out.String())
	err := teamApplyCmd{File: "-"}.Run(t.Context(), f, &output{&out, &out}, strings.NewReader("teams: 1\n"))
	assert.ErrorContains(t, err, "input:1: teams[0] must be an object")
}

func TestTheDemoTeamsComeOnce(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	export := func() string {
		t.Helper()
		code, out, errs := console(t, "team", "export", "--data", data)
		require.Zero(t, code, errs)
		return out
	}
	child := startChild(t, setup{Dir: data})
	for _, name := range []string{"design", "finance", "support"} {
		assert.Contains(t, export(), "name: "+name)
	}
	code, _, errs := console(t, "team", "apply", asFile(t, "teams: [{name: design}]"), "--prune", "--data", data)
	require.Zero(t, code, errs, "beside a console that runs")
	child.stop()
	startChild(t, setup{Dir: data}).stop()
	assert.Equal(t, "teams:\n- name: design\n", export(), "what was deleted does not come back")
}
