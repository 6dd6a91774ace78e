package auth

import "strings"

// Roles is a set of roles: those that somebody has in one team.
type Roles uint8

// RolesOf is the set of some roles; what is no role is left out.
func RolesOf(roles ...Role) Roles {
	var set Roles
	for i, role := range allRoles {
		for _, r := range roles {
			if r == role {
				set |= 1 << i
			}
		}
	}
	return set
}

// Has tells that the role is one of the set.
func (r Roles) Has(role Role) bool { return r&RolesOf(role) != 0 }

// With is the set with the roles of another.
func (r Roles) With(other Roles) Roles { return r | other }

// List lists the roles in the order of Roles.
func (r Roles) List() []Role {
	var list []Role
	for i, role := range allRoles {
		if r&(1<<i) != 0 {
			list = append(list, role)
		}
	}
	return list
}

// String is the roles as people read them: "buyer, approver".
func (r Roles) String() string {
	var names []string
	for _, role := range r.List() {
		names = append(names, string(role))
	}
	return strings.Join(names, ", ")
}

// May tells whether one of the roles may.
func (r Roles) May(action Action) bool {
	for _, role := range r.List() {
		if permissions[role][action] {
			return true
		}
	}
	return false
}
