// Package policy is what holds for teams: what a team is and owns, who belongs to it, its budget, whose approval it
// needs and what it may order. It says so and nothing more: who keeps the teams is the business of the store, who
// enforces the rules that of orders. It is a leaf but for auth, orders/field and the reader of YAML, and orders stand
// on it.
package policy

import (
	"regexp"

	"workspace-order-console/internal/auth"
)

// Roles are the roles that a team gives to SSO groups, in the order in which they are written. The role admin is of no
// team.
var Roles = []auth.Role{auth.RoleBuyer, auth.RoleApprover, auth.RoleViewer, auth.RoleAuditor}

// What an order does, as a team's rules name it: orders.Effect in words.
const (
	Buys     = "buys"     // new resources that cost money
	Alters   = "alters"   // existing resources
	Destroys = "destroys" // data on a disk
	Refunds  = "refunds"  // money comes back, or nothing is charged
)

// Effects lists them.
var Effects = []string{Buys, Alters, Destroys, Refunds}

// ID is what the ID of a resource, product or image looks like: the characters that cloud IDs are made of.
var ID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$`)

// EnterpriseProject is what the ID of an enterprise project looks like (docs/wire.md section 2.1).
var EnterpriseProject = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,36}$`)

// Reserved are names that no team can have: they are addresses below /teams.
var Reserved = []string{"new", "import", "export"}

// The bounds.
const (
	// MaxTeams is how many teams there are at most.
	MaxTeams = 1000
	// MaxList is how many enterprise projects, groups of a role, products or images a team names at most.
	MaxList = 200
	// MaxQuantity is the highest bound of what one order may buy.
	MaxQuantity = 1000
	// MaxGroup is how long a group's name may be, in characters.
	MaxGroup = 256
)
