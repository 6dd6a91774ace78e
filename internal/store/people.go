package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"workspace-order-console/internal/auth"
)

// SawPerson implements auth.People.
func (s *Store) SawPerson(ctx context.Context, p auth.Person) error {
	err := s.write(ctx, func(t *tx) error {
		_, err := t.exec(`INSERT INTO people (subject, email, name, last_seen_at, email_key, name_key) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (subject) DO UPDATE SET email = excluded.email, name = excluded.name, last_seen_at = excluded.last_seen_at,
				email_key = excluded.email_key, name_key = excluded.name_key`,
			p.Subject, p.Email, p.Name, micros(p.SeenAt), strings.ToLower(p.Email), strings.ToLower(p.Name))
		if err != nil {
			return err
		}
		if _, err := t.exec(`DELETE FROM people_roles WHERE subject = $1`, p.Subject); err != nil {
			return err
		}
		in := p.Memberships
		if p.Admin {
			in = append(in[:len(in):len(in)], auth.Membership{Roles: auth.RolesOf(auth.RoleAdmin)})
		}
		for _, m := range in {
			for _, role := range m.Roles.List() {
				_, err := t.exec(`INSERT INTO people_roles (team, role, subject) VALUES ($1, $2, $3)`, m.Team, string(role), p.Subject)
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("person: %w", err)
	}
	return nil
}

const personColumns = `p.subject, p.email, p.name, p.last_seen_at`

func scanPerson(row scanner) (auth.Person, error) {
	var p auth.Person
	err := row.Scan(&p.Subject, &p.Email, &p.Name, at{&p.SeenAt})
	return p, err
}

// Person implements auth.People.
func (s *Store) Person(ctx context.Context, subject string) (auth.Person, error) {
	return s.person(ctx, `SELECT `+personColumns+` FROM people p WHERE p.subject = $1`, subject)
}

const personByEmailSQL = `SELECT ` + personColumns + ` FROM people p WHERE p.email_key = $1 ORDER BY p.last_seen_at DESC LIMIT 1`

// PersonByEmail implements auth.People.
func (s *Store) PersonByEmail(ctx context.Context, email string) (auth.Person, error) {
	if email == "" {
		return auth.Person{}, fmt.Errorf("person: %w", auth.ErrNotFound)
	}
	return s.person(ctx, personByEmailSQL, strings.ToLower(email))
}

func (s *Store) person(ctx context.Context, query, of string) (p auth.Person, err error) {
	err = s.read(ctx, func(q *sql.Tx) error {
		p, err = scanPerson(q.QueryRowContext(ctx, query, of))
		if err != nil {
			return goneFrom(err)
		}
		one := []auth.Person{p}
		err = rolesOf(ctx, q, one)
		p = one[0]
		return err
	})
	if err != nil {
		return auth.Person{}, fmt.Errorf("person: %w", err)
	}
	return p, nil
}

// PeopleOf implements auth.People.
func (s *Store) PeopleOf(ctx context.Context, team string, role auth.Role, since time.Time, after string, limit int) (people []auth.Person, next string, err error) {
	limit = limitOf(limit)
	err = s.read(ctx, func(q *sql.Tx) error {
		people, err = list(ctx, q, scanPerson, `SELECT `+personColumns+` FROM people_roles r JOIN people p ON p.subject = r.subject
			WHERE r.team = $1 AND r.role = $2 AND r.subject > $3 AND p.last_seen_at >= $4 ORDER BY r.subject LIMIT $5`,
			team, string(role), after, micros(since), limit+1)
		if err != nil {
			return err
		}
		if len(people) > limit {
			people = people[:limit]
			next = people[limit-1].Subject
		}
		return rolesOf(ctx, q, people)
	})
	if err != nil {
		return nil, "", fmt.Errorf("people of %q: %w", team, err)
	}
	return people, next, nil
}

// findPeopleQuery is the query of people by the beginning of what they are called, each with the columns of a person.
func findPeopleQuery(scope auth.Scope, text string, limit int) (string, arguments) {
	var a arguments
	low := strings.ToLower(text)
	var ways []string
	for _, way := range []struct{ column, begins string }{{"p.email_key", low}, {"p.name_key", low}, {"p.subject", text}} {
		query := `SELECT ` + personColumns + ` FROM people p WHERE ` + startsWith(&a, way.column, way.begins)
		if !scope.All() {
			query += ` AND EXISTS (SELECT 1 FROM people_roles r WHERE r.subject = p.subject AND ` + seen(&a, scope, "r.team") + `)`
		}
		ways = append(ways, fmt.Sprintf(`SELECT * FROM (%s ORDER BY %s LIMIT %d) AS w%d`, query, way.column, limit, len(ways)))
	}
	return strings.Join(ways, " UNION ") + fmt.Sprintf(` ORDER BY 1 LIMIT %d`, limit), a
}

// FindPeople lists people by the beginning of their mail address, name or subject, at most limit: those whom the sign-in proxy
// has named and who are something in the scope's team, and after them whoever else has ordered there.
func (s *Store) FindPeople(ctx context.Context, scope auth.Scope, text string, limit int) (people []auth.Person, err error) {
	limit = limitOf(limit)
	err = s.read(ctx, func(q *sql.Tx) error {
		query, args := findPeopleQuery(scope, text, limit)
		if people, err = list(ctx, q, scanPerson, query, args...); err != nil {
			return err
		}
		actors, err := valuesFrom(ctx, q, scope, "orders", "actor", text)
		if err != nil {
			return err
		}
		for _, actor := range actors {
			if len(people) < limit && !slices.ContainsFunc(people, func(p auth.Person) bool { return p.Subject == actor }) {
				people = append(people, auth.Person{Subject: actor})
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("people by name: %w", err)
	}
	return people, nil
}

// rolesOf adds to each of some people what they are where.
func rolesOf(ctx context.Context, q querier, people []auth.Person) error {
	if len(people) == 0 {
		return nil
	}
	var a arguments
	subjects, at := make([]string, len(people)), map[string]int{}
	for i, p := range people {
		subjects[i], at[p.Subject] = p.Subject, i
	}
	type row struct{ team, role, subject string }
	rows, err := list(ctx, q, func(s scanner) (r row, err error) {
		err = s.Scan(&r.team, &r.role, &r.subject)
		return r, err
	}, `SELECT team, role, subject FROM people_roles WHERE subject IN `+in(&a, subjects)+` ORDER BY subject, team`, a...)
	if err != nil {
		return err
	}
	for _, r := range rows {
		p := &people[at[r.subject]]
		roles := auth.RolesOf(auth.Role(r.role))
		switch last := len(p.Memberships) - 1; {
		case r.team == "":
			p.Admin = roles.Has(auth.RoleAdmin)
		case last >= 0 && p.Memberships[last].Team == r.team:
			p.Memberships[last].Roles = p.Memberships[last].Roles.With(roles)
		default:
			p.Memberships = append(p.Memberships, auth.Membership{Team: r.team, Roles: roles})
		}
	}
	return nil
}

// sweepPeople forgets those who were not seen since a time.
func (s *Store) sweepPeople(ctx context.Context, before time.Time) error {
	return s.write(ctx, func(t *tx) error {
		if _, err := t.exec(`DELETE FROM people_roles WHERE subject IN (SELECT subject FROM people WHERE last_seen_at < $1)`, micros(before)); err != nil {
			return fmt.Errorf("people: %w", err)
		}
		if _, err := t.exec(`DELETE FROM people WHERE last_seen_at < $1`, micros(before)); err != nil {
			return fmt.Errorf("people: %w", err)
		}
		return nil
	})
}
