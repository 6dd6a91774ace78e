package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/policy"
)

// teamBook is the teams as last read.
type teamBook struct {
	version int64
	teams   policy.Teams
}

// Teams implements orders.TeamBook: out of memory where the teams in the database are the same.
func (s *Store) Teams(ctx context.Context) (policy.Teams, error) {
	version, err := column[int64](s.reader.QueryRowContext(ctx, `SELECT version FROM team_state WHERE id = 1`))
	if err != nil {
		return policy.Teams{}, fmt.Errorf("teams: %w", err)
	}
	if kept := s.book.Load(); kept != nil && kept.version == version {
		return kept.teams, nil
	}
	// version and teams of one moment: a change between two reads would be remembered under the wrong number
	read := &teamBook{}
	err = s.read(ctx, func(q *sql.Tx) error {
		if read.version, err = column[int64](q.QueryRowContext(ctx, `SELECT version FROM team_state WHERE id = 1`)); err != nil {
			return err
		}
		all, err := list(ctx, q, fromJSON[policy.Team], `SELECT definition FROM teams ORDER BY name`)
		read.teams = policy.NewTeams(all)
		return err
	})
	if err != nil {
		return policy.Teams{}, fmt.Errorf("teams: %w", err)
	}
	s.book.Store(read)
	return read.teams, nil
}

// ApplyTeams implements orders.TeamBook.
func (s *Store) ApplyTeams(ctx context.Context, who auth.Who, changes []orders.TeamChange) error {
	if len(changes) == 0 {
		return nil
	}
	return s.writeTeams(ctx, func(t *tx, _ int64) error { return t.applyTeams(who, changes) })
}

// FirstTeams makes teams in a database that never had any; elsewhere it does nothing.
func (s *Store) FirstTeams(ctx context.Context, who auth.Who, teams []policy.Team) error {
	var changes []orders.TeamChange
	for _, team := range teams {
		changes = append(changes, orders.TeamChange{Name: team.Name, After: &team})
	}
	err := s.writeTeams(ctx, func(t *tx, version int64) error {
		if version > 1 {
			return errHadTeams
		}
		return t.applyTeams(who, changes)
	})
	if errors.Is(err, errHadTeams) {
		return nil
	}
	return err
}

var errHadTeams = errors.New("there were teams before")

// writeTeams runs a function that changes teams in a transaction; it is told the new number of their state.
func (s *Store) writeTeams(ctx context.Context, do func(t *tx, version int64) error) error {
	err := s.write(ctx, func(t *tx) error {
		// first of all: no order and no key of a team that goes can come in beside this
		if _, err := t.head(); err != nil {
			return err
		}
		var version int64
		if err := t.one(`UPDATE team_state SET version = version + 1 WHERE id = 1 RETURNING version`, &version); err != nil {
			return err
		}
		return do(t, version)
	})
	if err != nil {
		return fmt.Errorf("teams: %w", err)
	}
	return nil
}

func (t *tx) applyTeams(who auth.Who, changes []orders.TeamChange) error {
	// Every project is given up before one is taken, so that two teams can swap theirs.
	for _, change := range changes {
		if err := t.unchanged(change); err != nil {
			return err
		}
		if _, err := t.exec(`DELETE FROM enterprise_projects WHERE team = $1`, change.Name); err != nil {
			return err
		}
	}
	for _, change := range changes {
		if err := t.applyTeam(change); err != nil {
			return err
		}
		if err := t.recordTeam(who, change); err != nil {
			return err
		}
	}
	return t.takeProjects(changes)
}

// unchanged tells whether a team is still what it was when a change of it was decided.
func (t *tx) unchanged(change orders.TeamChange) error {
	var now *policy.Team
	team, err := fromJSON[policy.Team](t.QueryRowContext(t.ctx, `SELECT definition FROM teams WHERE name = $1`, change.Name))
	switch {
	case errors.Is(err, sql.ErrNoRows):
	case err != nil:
		return err
	default:
		now = &team
	}
	if now.Stamp() != change.Before.Stamp() {
		return fmt.Errorf("%s: %w", change.Name, orders.ErrStale)
	}
	return nil
}

func (t *tx) applyTeam(change orders.TeamChange) error {
	if change.After == nil {
		if err := t.unused(change.Name); err != nil {
			return err
		}
		_, err := t.exec(`DELETE FROM teams WHERE name = $1`, change.Name)
		return err
	}
	definition, err := json.Marshal(change.After)
	if err != nil {
		return err
	}
	_, err = t.exec(`INSERT INTO teams (name, definition, created_at, updated_at) VALUES ($1, $2, $3, $3)
		ON CONFLICT (name) DO UPDATE SET definition = excluded.definition, updated_at = excluded.updated_at`,
		change.Name, string(definition), micros(t.store.now()))
	return err
}

// takeProjects gives teams the enterprise projects that they own now, and with them their desktops and pools.
func (t *tx) takeProjects(changes []orders.TeamChange) error {
	for _, change := range changes {
		if change.After == nil {
			continue
		}
		for _, id := range change.After.EnterpriseProjects {
			rows, err := t.exec(`INSERT INTO enterprise_projects (enterprise_project_id, team) VALUES ($1, $2) ON CONFLICT DO NOTHING`, id, change.Name)
			if err != nil {
				return err
			}
			if rows == 0 { // somebody gave it to another team a moment ago
				return fmt.Errorf("enterprise project %s: %w", id, orders.ErrStale)
			}
		}
	}
	return t.reassign()
}

// unused refuses to delete a team that has orders that can still move, or live keys.
func (t *tx) unused(team string) error {
	use := orders.TeamInUse{Team: team}
	if err := t.one(`SELECT count(*) FROM orders WHERE team = $1 AND moving`, &use.Orders, team); err != nil {
		return err
	}
	if err := t.one(`SELECT count(*) FROM api_keys WHERE team = $1 AND revoked_at IS NULL`, &use.Keys, team); err != nil {
		return err
	}
	if use.Orders+use.Keys > 0 {
		return &use
	}
	return nil
}

// recordTeam writes the audit entry of a change, with before and after.
func (t *tx) recordTeam(who auth.Who, change orders.TeamChange) error {
	action, details := change.Action(), map[string]any{}
	if change.Before != nil {
		details["before"] = change.Before
	}
	if change.After != nil {
		details["after"] = change.After
	}
	entry, err := orders.NewEntry(who, t.store.now(), action, "team:"+change.Name, details)
	if err != nil {
		return err
	}
	entry.Team = change.Name // its auditors see it
	return t.append(entry)
}

// hasTeams tells whether there is any team; what needs to know takes the head first, so that none comes or goes meanwhile.
func (t *tx) hasTeams() (bool, error) {
	var n int
	err := t.one(`SELECT count(*) FROM teams`, &n)
	return n > 0, err
}

// hasTeam tells whether there is a team of this name, likewise.
func (t *tx) hasTeam(name string) (bool, error) {
	var n int
	err := t.one(`SELECT count(*) FROM teams WHERE name = $1`, &n, name)
	return n > 0, err
}
