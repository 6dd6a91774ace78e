package policy_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/i18n"
	"workspace-order-console/internal/orders/field"
	"workspace-order-console/internal/orders/policy"
	"workspace-order-console/internal/testkit"
)

func amount(text string) *decimal.Decimal {
	d := decimal.RequireFromString(text)
	return &d
}

// design is a team that fills every member.
func design() policy.Team {
	return policy.Team{
		Name: "design", EnterpriseProjects: []string{"p2", "p1"},
		Groups: map[auth.Role][]string{auth.RoleBuyer: {"design-buyers", "all-buyers"}, auth.RoleApprover: {"design-leads"},
			auth.RoleViewer: {"everybody"}, auth.RoleAuditor: {"audit, group of"}},
		Budget:   &policy.Budget{Month: *amount("2000"), Currency: "USD", Soft: amount("1500.5")},
		Approval: &policy.Approval{Above: amount("100"), Approvals: 2, AlwaysFor: []string{policy.Refunds, policy.Destroys}},
		Allow: policy.Allow{Kinds: []string{"subscribe/createDesktops", "batch-desktop/RESIZE"}, Products: []string{"b", "a"},
			Images: []string{"i"}, MaxQuantity: 10},
	}
}

const designYAML = `teams:
- name: design
  enterprise_projects:
  - p1
  - p2
  groups:
    buyer:
    - all-buyers
    - design-buyers
    approver:
    - design-leads
    viewer:
    - everybody
    auditor:
    - audit, group of
  budget:
    month: "2000.00"
    currency: USD
    soft: "1500.50"
  approval:
    above: "100.00"
    approvers: 2
    always_for:
    - destroys
    - refunds
  allow:
    kinds:
    - batch-desktop/RESIZE
    - subscribe/createDesktops
    products:
    - a
    - b
    images:
    - i
    max_quantity: 10
`

func TestATeamGoesToYAMLAndBack(t *testing.T) {
	t.Parallel()
	for name, team := range map[string]policy.Team{"that has everything": design(), "that has a name only": {Name: "bare"}} {
		require.Empty(t, team.Check(), name)
		text, err := policy.Write(policy.NewTeams([]policy.Team{team}))
		require.NoError(t, err)
		file := policy.Read(text)
		require.Empty(t, file.Problems, "%s:\n%s", name, text)
		require.Len(t, file.Teams, 1)
		assert.True(t, team.Same(file.Teams[0]), name)
		again, err := policy.Write(policy.NewTeams(file.Teams))
		require.NoError(t, err)
		assert.Equal(t, string(text), string(again), name)
	}
	text, err := policy.Write(policy.NewTeams([]policy.Team{design()}))
	require.NoError(t, err)
	assert.Equal(t, strings.ReplaceAll(designYAML, `"`, `'`), string(text))
	none, err := policy.Write(policy.Teams{})
	require.NoError(t, err)
	assert.Empty(t, policy.Read(none).Problems)
}

func TestATeamGoesToJSONAndBack(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(design())
	require.NoError(t, err)
	assert.Contains(t, string(text), `"approval":{"above":"100.00","approvers":2,"always_for":["destroys","refunds"]}`)
	var again policy.Team
	require.NoError(t, json.Unmarshal(text, &again))
	assert.True(t, design().Same(again))
}

func TestValuesAreTakenAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	file := policy.Read([]byte(`teams:
- name: 007
  enterprise_projects: [0, 1e3, 12345678901234567890123456789012345]
  groups: {buyer: [no, 0x1F, true], viewer: one}
  budget: {month: 0.1, currency: USD, soft: 0.0300}
  approval: {above: 123456789012.1234}
`))
	require.Empty(t, file.Problems)
	require.Len(t, file.Teams, 1)
	team := file.Teams[0]
	assert.Equal(t, "007", team.Name)
	assert.Equal(t, []string{"0", "1e3", "12345678901234567890123456789012345"}, team.EnterpriseProjects)
	assert.Equal(t, []string{"no", "0x1F", "true"}, team.Groups[auth.RoleBuyer])
	assert.Equal(t, []string{"one"}, team.Groups[auth.RoleViewer], "a value is a list of one")
	assert.Equal(t, "0.1", team.Budget.Month.String())
	assert.Equal(t, "0.03", team.Budget.Soft.String())
	assert.Equal(t, "123456789012.1234", team.Approval.Above.String())
	assert.Equal(t, 1, team.Approval.Approvals, "one is enough where nothing is said")
}

func TestWhatIsWrongWithAFile(t *testing.T) {
	t.Parallel()
	say := i18n.For("")
	for name, c := range map[string]struct {
		yaml string
		want []string
	}{
		"nothing":             {"", []string{"0 $: must be one YAML document: a mapping with the member teams"}},
		"a comment":           {"# teams\n", []string{"0 $: must be one YAML document: a mapping with the member teams"}},
		"two documents":       {"teams: []\n---\nteams: []\n", []string{"0 $: must be one YAML document: a mapping with the member teams"}},
		"a list":              {"\n- name: a\n", []string{"2 $: must be a mapping with the member teams"}},
		"another root":        {"people: []\n", []string{"1 people: is not a member that a team has", "1 teams: is mandatory"}},
		"no YAML":             {"teams:\n- name: [a\n", []string{"3 $: is no YAML at column 1: did not find expected ',' or ']'"}},
		"a tab":               {"teams:\n\t- name: a\n", []string{"2 $: is no YAML at column 1: found character that cannot start any token"}},
		"half a character":    {"teams: \xff\n", []string{"0 $: must be valid UTF-8 without lost characters"}},
		"teams that are none": {"teams: [design]\n", []string{"1 teams[0]: must be an object"}},
		"nothing for a list":  {"teams:\n", []string{"1 teams: must not be null: leave it out, or give a value"}},
		"an alias": {"teams:\n- name: a\n  groups: &g {buyer: [x]}\n- name: b\n  groups: *g\n", []string{
			"3 teams[0].groups: must not use anchors or aliases: write out what is meant",
			"5 teams[1].groups: must not use anchors or aliases: write out what is meant"}},
		"a merge key":   {"teams:\n- name: a\n  <<: {budget: 1}\n", []string{`3 teams[0]["<<"]: is not a member that a team has`}},
		"a tag":         {"teams:\n- name: !!binary YQ==\n", []string{"2 teams[0].name: must not have a tag"}},
		"a strange key": {"teams:\n- {[a]: b, name: a}\n", []string{"2 teams[0]: must have names of members that are plain texts"}},
		"a member twice": {"teams:\n- name: a\n  allow:\n    max_quantity: 1\n    max_quantity: 2\n", []string{
			"5 teams[0].allow.max_quantity: stands more than once"}},
		"much at once": {`teams:
- name: design team
  enterprise_projects: [a b, c, c]
  colour: red
  groups: {admin: [x], buyer: [""]}
  budget:
    month: -1
    soft: 5
  approval:
    approvers: 3
    always_for: [buys, eats]
  allow:
    max_quantity: 0
- name: new
  budget: {month: 5, currency: usd, soft: 5.01}
  approval: {approvers: 1}
  allow: {products: [a/b]}
`, []string{
			"2 teams[0].name: must be 1 to 64 letters, digits, “.”, “_” or “-”, beginning with a letter or digit",
			"3 teams[0].enterprise_projects[0]: must be 1 to 36 letters, digits, “-” or “_”",
			"3 teams[0].enterprise_projects[2]: stands in the list already",
			"4 teams[0].colour: is not a member that a team has",
			"5 teams[0].groups.buyer[0]: is mandatory",
			"5 teams[0].groups.admin: is not a member that a team has",
			"6 teams[0].budget.currency: is mandatory",
			"7 teams[0].budget.month: must be an amount of at most twelve digits and four decimal places, such as 2000.00",
			"10 teams[0].approval.approvers: must be a whole number from 1 to 2",
			"11 teams[0].approval.always_for[1]: must be one of buys, alters, destroys, refunds",
			"13 teams[0].allow.max_quantity: must be a whole number from 1 to 1000",
			"14 teams[1].name: must not be new: it is an address below /teams",
			"15 teams[1].budget.currency: must be a currency’s three capital letters, such as USD",
			"15 teams[1].budget.soft: must be at most the budget of the month, 5",
			"16 teams[1].approval.above: is mandatory: either above or always_for",
			"17 teams[1].allow.products[0]: must be an ID: letters, digits, “.”, “_” and “-”, at most 128, beginning with a letter or digit",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := policy.Read([]byte(c.yaml))
			var got []string
			for _, p := range file.Problems {
				got = append(got, fmt.Sprintf("%d %s: %s", file.Line(p.Path), p.Path, say.Say(p.Key, p.Args)))
			}
			assert.Equal(t, c.want, got)
		})
	}
}

func TestABigFileIsRefusedAndADeepOneToo(t *testing.T) {
	t.Parallel()
	big := policy.Read([]byte("teams: [] #" + strings.Repeat("x", policy.MaxFile)))
	require.Len(t, big.Problems, 1)
	assert.Equal(t, "problem.yaml_size", big.Problems[0].Key)
	for _, levels := range []int{30, 20_000} {
		deep := policy.Read([]byte("teams: " + strings.Repeat("[", levels) + strings.Repeat("]", levels)))
		assert.NotEmpty(t, deep.Problems, levels)
	}
	many := policy.Read([]byte("teams:\n" + strings.Repeat("- {colour: red}\n", policy.MaxTeams+1)))
	assert.Len(t, many.Problems, field.MaxProblems)
}

func TestAsManyTeamsAsThereMayBe(t *testing.T) {
	t.Parallel()
	var list []policy.Team
	for i := range policy.MaxTeams {
		list = append(list, policy.Team{Name: fmt.Sprintf("team-%04d", i), EnterpriseProjects: []string{fmt.Sprintf("p-%d", i)}})
	}
	text, err := policy.Write(policy.NewTeams(list))
	require.NoError(t, err)
	file := policy.Read(text)
	require.Empty(t, file.Problems)
	assert.Len(t, file.Teams, policy.MaxTeams)
	assert.Equal(t, "team-0999", file.Teams[999].Name)
}

func TestCheckHoldsWhatIsMadeByHand(t *testing.T) {
	t.Parallel()
	wrong := design()
	wrong.Name = "import"
	wrong.Groups[auth.RoleAdmin] = []string{"root"}
	wrong.Budget.Soft = amount("2000.01")
	wrong.Budget.Month = decimal.RequireFromString("2000")
	wrong.Approval.Approvals = 0
	wrong.Allow.Products = []string{"z", "a b"}
	var paths []string
	for _, p := range wrong.Check() {
		paths = append(paths, p.Path)
	}
	assert.ElementsMatch(t, []string{"name", "groups.admin", "budget.soft", "approval.approvers", "allow.products[1]"}, paths,
		"a list's problems stand where they are in it")
}

func TestWhoBelongsWhere(t *testing.T) {
	t.Parallel()
	finance := policy.Team{Name: "finance", EnterpriseProjects: []string{"f"}, Groups: map[auth.Role][]string{
		auth.RoleApprover: {"leads", "cfo"}, auth.RoleBuyer: {"leads"}, auth.RoleAuditor: {"everybody"}}}
	teams := policy.NewTeams([]policy.Team{finance, design()})
	assert.Equal(t, []string{"design", "finance"}, teams.Names())

	assert.Equal(t, []policy.Membership{
		{Team: "design", Roles: []auth.Role{auth.RoleViewer}},
		{Team: "finance", Roles: []auth.Role{auth.RoleBuyer, auth.RoleApprover, auth.RoleAuditor}},
	}, teams.Memberships([]string{"everybody", "leads"}))
	assert.Empty(t, teams.Memberships([]string{"Leads", "lead", ""}), "a group is its exact name")
	assert.Empty(t, teams.Memberships(nil))

	owner, ok := teams.OwnerOf("p1")
	assert.True(t, ok)
	assert.Equal(t, "design", owner)
	_, ok = teams.OwnerOf("0")
	assert.False(t, ok)
	_, ok = teams.OtherOwner("p1", "design")
	assert.False(t, ok)
	owner, ok = teams.OtherOwner("p1", "finance")
	assert.True(t, ok)
	assert.Equal(t, "design", owner)

	_, ok = teams.Named("support")
	assert.False(t, ok)
	named, ok := teams.Named("finance")
	assert.True(t, ok)
	assert.Equal(t, []string{"f"}, named.EnterpriseProjects)
	assert.Empty(t, policy.Teams{}.All())
	_, ok = policy.Teams{}.OwnerOf("p1")
	assert.False(t, ok)
}

func TestTheFileInTheDocumentationIsRead(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(testkit.Root(t), "docs", "teams.md"))
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(text), "```yaml\n")
	require.True(t, found)
	example, _, _ := strings.Cut(rest, "```")
	file := policy.Read([]byte(example))
	require.Empty(t, file.Problems)
	require.Len(t, file.Teams, 1)
	for _, d := range policy.Differences(&policy.Team{}, &file.Teams[0]) {
		assert.NotEmpty(t, d.After)
	}
	assert.Len(t, policy.Differences(nil, &file.Teams[0]), 15, "it has every member")
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{designYAML, "teams: []", "teams:\n- name: a\n  groups: {buyer: [x]}", "a: &b [*b]", "- ? {}\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		file := policy.Read(text)
		if len(file.Problems) > 0 {
			return
		}
		out, err := policy.Write(policy.NewTeams(file.Teams))
		require.NoError(t, err)
		again := policy.Read(out)
		require.Empty(t, again.Problems, "%s", out)
		require.Len(t, again.Teams, len(file.Teams))
		for _, team := range file.Teams {
			require.Empty(t, team.Check())
		}
	})
}
