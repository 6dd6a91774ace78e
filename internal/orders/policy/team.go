package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders/field"
)

// Team is some people, what of the inventory is theirs, and what they may order. As JSON it has the names that it has
// in YAML (docs/teams.md).
type Team struct {
	// Name is what the team is called everywhere; it never changes. The rule is that of auth.KeyName, and it is none of
	// Reserved.
	Name string
	// EnterpriseProjects are the IDs of the projects that it owns. One belongs to at most one team.
	EnterpriseProjects []string
	// Groups are the SSO groups that have a role in the team, by role (Roles).
	Groups map[auth.Role][]string
	// Budget bounds what it spends; nil: nothing does.
	Budget *Budget
	// Approval says which orders somebody else must approve; nil: none.
	Approval *Approval
	Allow    Allow
}

// Budget bounds what a team spends in a calendar month, UTC.
type Budget struct {
	// Month is the most, in Currency; an order that would exceed it is for an admin to decide. It is not negative.
	Month decimal.Decimal
	// Currency is three capital letters.
	Currency string
	// Soft is from where on people are warned, at most Month; nil: never.
	Soft *decimal.Decimal
}

// Approval says which orders wait for an approval.
type Approval struct {
	// Above: orders whose quote is higher than this amount. 0 is every order that costs anything, nil: none for its
	// price. The amount is in the budget's currency, or, where there is no budget, in that of the quote. An order
	// without a quote, or quoted in another currency than the budget's, needs approval too: nobody knows that it is
	// cheap.
	Above *decimal.Decimal
	// Approvals is how many different people must approve: 1 or 2.
	Approvals int
	// AlwaysFor lists effects (Effects): an order that has one of them needs approval whatever it costs.
	AlwaysFor []string
}

// Allow says what a team may order. An empty list, or 0, allows all.
type Allow struct {
	// Kinds are names of order kinds: door/type.
	Kinds []string
	// Products and Images are IDs.
	Products, Images []string
	// MaxQuantity is how many desktops, pool seats or hosts one order may buy at most.
	MaxQuantity int
}

// Check tells everything that is wrong with a team, at the paths of its members ("approval.above"). Names of kinds are
// taken as they are: which there are is known to orders alone.
func (t Team) Check() field.Problems {
	text, err := json.Marshal(written(t))
	if err != nil { // nothing in a team can fail to be written
		return field.Problems{{Path: "$", Message: field.Say("problem.type.object")}}
	}
	tree, problems := field.FromJSON(text)
	_, more := Bind(tree)
	problems = problems.Merge(more)
	for role := range t.Groups {
		if !slices.Contains(Roles, role) {
			problems.Add(field.MemberPath("groups", string(role)), "problem.team_unknown")
		}
	}
	return problems
}

// Canonical is the team with its lists sorted, and without what is empty: what is stored, exported and compared.
func (t Team) Canonical() Team {
	t.EnterpriseProjects = sorted(t.EnterpriseProjects)
	groups := map[auth.Role][]string{}
	for role, names := range t.Groups {
		if len(names) > 0 {
			groups[role] = sorted(names)
		}
	}
	t.Groups = groups
	if t.Approval != nil {
		approval := *t.Approval
		approval.AlwaysFor = sorted(approval.AlwaysFor)
		t.Approval = &approval
	}
	t.Allow.Kinds, t.Allow.Products, t.Allow.Images = sorted(t.Allow.Kinds), sorted(t.Allow.Products), sorted(t.Allow.Images)
	return t
}

func sorted(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	return slices.Sorted(slices.Values(list))
}

// Stamp tells two states of a team apart: the SHA-256, in hex, of its canonical JSON. That of no team is empty.
func (t *Team) Stamp() string {
	if t == nil {
		return ""
	}
	text, _ := json.Marshal(t) // see Check
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Same tells that two teams are the same but for the order of lists.
func (t Team) Same(other Team) bool { return t.Stamp() == other.Stamp() }

// RolesOf are the roles that membership in some SSO groups gives in the team, in the order of Roles.
func (t Team) RolesOf(groups []string) []auth.Role {
	var roles []auth.Role
	for _, role := range Roles {
		if slices.ContainsFunc(t.Groups[role], func(group string) bool { return slices.Contains(groups, group) }) {
			roles = append(roles, role)
		}
	}
	return roles
}

// Teams is all teams at one moment. Nobody changes it once it is made; the zero value has none.
type Teams struct {
	list   []Team              // by name
	owners map[string][]string // of each enterprise project, by name
}

// NewTeams makes a Teams. An enterprise project that two teams name is that of the first by name: Check and the store
// see to it that there is none.
func NewTeams(list []Team) Teams {
	all := Teams{list: slices.SortedFunc(slices.Values(list), func(a, b Team) int { return strings.Compare(a.Name, b.Name) }),
		owners: map[string][]string{}}
	for _, team := range all.list {
		for _, id := range team.EnterpriseProjects {
			all.owners[id] = append(all.owners[id], team.Name)
		}
	}
	return all
}

// All lists the teams by name. The list is the caller's, what is in it is not.
func (t Teams) All() []Team { return slices.Clone(t.list) }

// Names lists the teams' names.
func (t Teams) Names() []string {
	names := make([]string, len(t.list))
	for i, team := range t.list {
		names[i] = team.Name
	}
	return names
}

// Named returns a team.
func (t Teams) Named(name string) (Team, bool) {
	i, found := slices.BinarySearchFunc(t.list, name, func(team Team, name string) int { return strings.Compare(team.Name, name) })
	if !found {
		return Team{}, false
	}
	return t.list[i], true
}

// OwnerOf names the team that owns an enterprise project.
func (t Teams) OwnerOf(enterpriseProjectID string) (team string, ok bool) {
	if owners := t.owners[enterpriseProjectID]; len(owners) > 0 {
		return owners[0], true
	}
	return "", false
}

// OtherOwner names a team, other than the given one, that owns an enterprise project.
func (t Teams) OtherOwner(enterpriseProjectID, than string) (team string, ok bool) {
	for _, owner := range t.owners[enterpriseProjectID] {
		if owner != than {
			return owner, true
		}
	}
	return "", false
}

// Membership is what somebody is in a team.
type Membership struct {
	Team  string
	Roles []auth.Role // at least one, in the order of Roles
}

// Memberships lists the teams that somebody of some SSO groups belongs to, by name.
func (t Teams) Memberships(groups []string) []Membership {
	var in []Membership
	for _, team := range t.list {
		if roles := team.RolesOf(groups); len(roles) > 0 {
			in = append(in, Membership{Team: team.Name, Roles: roles})
		}
	}
	return in
}

// With is the teams with some of them created or changed (after) and some deleted.
func (t Teams) With(after []Team, deleted []string) Teams {
	by := map[string]Team{}
	for _, team := range t.list {
		by[team.Name] = team
	}
	for _, name := range deleted {
		delete(by, name)
	}
	for _, team := range after {
		by[team.Name] = team
	}
	return NewTeams(slices.Collect(maps.Values(by)))
}
