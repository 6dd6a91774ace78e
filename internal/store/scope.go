package store

import "workspace-order-console/internal/audit"

// seen is the condition that what a column says whose it is is in a scope. It is the only place where a scope becomes SQL.
func seen(a *arguments, scope audit.Scope, column string) string {
	switch {
	case scope == nil:
		return "1 = 0"
	case scope.All():
		return "1 = 1"
	case scope.Team() == "":
		return "1 = 0"
	}
	return column + " = " + a.add(scope.Team())
}

// everyTeam is the team under which the sums over all teams are kept; no team can be called so.
const everyTeam = "*"

// summed is the team whose kept sums are those of a scope; false when it sees nothing.
func summed(scope audit.Scope) (team string, some bool) {
	switch {
	case scope == nil:
		return "", false
	case scope.All():
		return everyTeam, true
	}
	return scope.Team(), scope.Team() != ""
}

// reassign writes down anew whose the things of the inventory are, after enterprise projects have changed hands.
func (t *tx) reassign() error {
	// The row that a refresh of the inventory begins with, too: it must not go by the owners of before.
	if _, err := t.exec(`UPDATE inventory_state SET catalogue_version = catalogue_version + 1 WHERE id = 1`); err != nil {
		return err
	}
	for _, table := range []string{"desktops", "volumes", "pools", "hosts", "bandwidths"} {
		owner := `coalesce((SELECT p.team FROM enterprise_projects p WHERE p.enterprise_project_id = ` + table + `.enterprise_project_id), '')`
		if _, err := t.exec(`UPDATE ` + table + ` SET team = ` + owner + ` WHERE team <> ` + owner); err != nil {
			return err
		}
	}
	return nil
}
