package store

import "workspace-order-console/internal/auth"

// seen is the condition that what a column says whose it is is in a scope. It is the only place where a scope becomes SQL.
func seen(a *arguments, scope auth.Scope, column string) string {
	switch {
	case scope.All():
		return "1 = 1"
	case scope.Team() == "":
		return "1 = 0"
	}
	return column + " = " + a.add(scope.Team())
}

// reassign writes down anew whose the desktops and pools are, after enterprise projects have changed hands.
func (t *tx) reassign() error {
	for _, table := range []string{"desktops", "pools"} {
		if _, err := t.exec(`UPDATE ` + table + ` SET team = coalesce((SELECT p.team FROM enterprise_projects p
			WHERE p.enterprise_project_id = ` + table + `.enterprise_project_id), '')`); err != nil {
			return err
		}
	}
	_, err := t.exec(`UPDATE inventory_state SET catalogue_version = catalogue_version + 1 WHERE id = 1`)
	return err
}
