package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders"
)

// userAgentLimit is how many bytes of a browser's description of itself are kept.
const userAgentLimit = 200

// CreateSigninCode implements auth.Sessions.
func (s *Store) CreateSigninCode(ctx context.Context, codeHash string, expires time.Time) error {
	return s.write(ctx, func(t *tx) error {
		_, err := t.exec(`INSERT INTO signin_codes (code_hash, created_at, expires_at) VALUES ($1, $2, $3)`,
			codeHash, micros(s.now()), micros(expires))
		if err != nil {
			return fmt.Errorf("sign-in code: %w", err)
		}
		return nil
	})
}

// SignIn implements auth.Sessions. Of any number of uses of a code at once, one succeeds.
func (s *Store) SignIn(ctx context.Context, codeHash string, session auth.Session, who auth.Who) error {
	return s.write(ctx, func(t *tx) error {
		err := t.touch(`UPDATE signin_codes SET used_at = $1 WHERE code_hash = $2 AND used_at IS NULL AND expires_at > $1`, micros(s.now()), codeHash)
		if err != nil {
			return fmt.Errorf("sign-in code: %w", err)
		}
		return t.beginSession(session, who, map[string]any{"role": string(session.Role)})
	})
}

// BeginSession implements auth.Sessions.
func (s *Store) BeginSession(ctx context.Context, session auth.Session, replaced string, why auth.Ending, who auth.Who) error {
	return s.write(ctx, func(t *tx) error {
		if replaced != "" {
			// Another request of the same browser may have been quicker: then it has ended already.
			if err := t.endSession(replaced, "", why, who); err != nil && !errors.Is(err, auth.ErrNotFound) {
				return err
			}
		}
		return t.beginSession(session, who, map[string]any{"roles": who.Roles.String()})
	})
}

func (t *tx) beginSession(session auth.Session, who auth.Who, details map[string]any) error {
	data, err := asJSON(session.Values)
	if err != nil {
		return fmt.Errorf("session: %w", err)
	}
	groups, err := asJSON(groupList(session.Groups))
	if err != nil {
		return fmt.Errorf("session: %w", err)
	}
	entry, err := orders.NewEntry(who, t.store.now(), "signin", sessionObject(session.IDHash), details)
	if err != nil {
		return err
	}
	_, err = t.exec(`INSERT INTO sessions (id_hash, name, email, role, member_of, data, address, user_agent, created_at, last_seen_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		session.IDHash, session.Name, session.Email, string(session.Role), groups, data, session.Address, cut(session.UserAgent, userAgentLimit),
		micros(session.CreatedAt), micros(session.SeenAt), micros(session.ExpiresAt))
	if err != nil {
		return fmt.Errorf("session: %w", err)
	}
	// What is too many goes without a trace: its browser, if it comes back, begins a new one.
	_, err = t.exec(`DELETE FROM sessions WHERE name = $1 AND ended_at IS NULL AND id_hash <> $2 AND id_hash NOT IN (SELECT id_hash FROM sessions
		WHERE name = $1 AND ended_at IS NULL AND id_hash <> $2 ORDER BY last_seen_at DESC, id_hash LIMIT $3)`, session.Name, session.IDHash, auth.MaxSessions-1)
	if err != nil {
		return fmt.Errorf("sessions: %w", err)
	}
	return t.append(entry)
}

// groupList writes no groups as an empty list.
func groupList(groups []string) []string {
	if groups == nil {
		return []string{}
	}
	return groups
}

// sessionObject is what the audit log calls a session: enough of its hash to tell it from others.
func sessionObject(idHash string) string { return "session:" + idHash[:min(16, len(idHash))] }

const sessionColumns = `id_hash, name, email, role, member_of, data, address, user_agent, created_at, last_seen_at, expires_at, ended_why`

func scanSession(row scanner) (auth.Session, error) {
	var v auth.Session
	err := row.Scan(&v.IDHash, &v.Name, &v.Email, &v.Role, document{&v.Groups}, document{&v.Values}, &v.Address, &v.UserAgent,
		at{&v.CreatedAt}, at{&v.SeenAt}, at{&v.ExpiresAt}, &v.Ended)
	if len(v.Groups) == 0 {
		v.Groups = nil
	}
	return v, err
}

// Session implements auth.Sessions. What took the place of a session that it was ended for is not told: it is just gone.
func (s *Store) Session(ctx context.Context, idHash string) (auth.Session, error) {
	v, err := scanSession(s.reader.QueryRowContext(ctx, `SELECT `+sessionColumns+` FROM sessions WHERE id_hash = $1 AND expires_at > $2`,
		idHash, micros(s.now())))
	switch {
	case err != nil:
		return auth.Session{}, fmt.Errorf("session: %w", goneFrom(err))
	case v.Ended == auth.SignedOut, v.Ended == auth.Revoked:
		return v, auth.ErrRevoked
	case v.Ended != "":
		return auth.Session{}, fmt.Errorf("session: %w", auth.ErrNotFound)
	}
	return v, nil
}

// SessionsOf implements auth.Sessions.
func (s *Store) SessionsOf(ctx context.Context, name string) ([]auth.Session, error) {
	all, err := list(ctx, s.reader, scanSession, `SELECT `+sessionColumns+` FROM sessions
		WHERE name = $1 AND ended_at IS NULL AND expires_at > $2 ORDER BY last_seen_at DESC, id_hash LIMIT $3`, name, micros(s.now()), auth.MaxSessions)
	if err != nil {
		return nil, fmt.Errorf("sessions: %w", err)
	}
	return all, nil
}

// SaveSession implements auth.Sessions. auth.ErrNotFound when the session has ended.
func (s *Store) SaveSession(ctx context.Context, session auth.Session) error {
	data, err := asJSON(session.Values)
	if err != nil {
		return fmt.Errorf("session: %w", err)
	}
	groups, err := asJSON(groupList(session.Groups))
	if err != nil {
		return fmt.Errorf("session: %w", err)
	}
	return s.write(ctx, func(t *tx) error {
		err := t.touch(`UPDATE sessions SET data = $1, last_seen_at = $2, expires_at = $3, email = $4, member_of = $5
			WHERE id_hash = $6 AND ended_at IS NULL`,
			data, micros(session.SeenAt), micros(session.ExpiresAt), session.Email, groups, session.IDHash)
		if err != nil {
			return fmt.Errorf("session: %w", err)
		}
		return nil
	})
}

// EndSession implements auth.Sessions. auth.ErrNotFound when the session has ended already.
func (s *Store) EndSession(ctx context.Context, idHash string, who auth.Who) error {
	return s.write(ctx, func(t *tx) error {
		return t.endSession(idHash, "", auth.SignedOut, who)
	})
}

// RevokeSessions implements auth.Sessions.
func (s *Store) RevokeSessions(ctx context.Context, name, idHash, except string, who auth.Who) (ended []string, err error) {
	err = s.write(ctx, func(t *tx) error {
		ended = []string{idHash}
		if idHash == "" {
			ended, err = list(ctx, t, column[string], `SELECT id_hash FROM sessions WHERE name = $1 AND ended_at IS NULL AND id_hash <> $2 ORDER BY id_hash`, name, except)
			if err != nil {
				return fmt.Errorf("sessions: %w", err)
			}
		}
		for _, hash := range ended {
			if err := t.endSession(hash, name, auth.Revoked, who); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return ended, nil
}

// endSession ends a session, of a person when one is named, with its audit entry. Its row stays until it would have
// expired, so that its browser can be told.
func (t *tx) endSession(idHash, name string, why auth.Ending, who auth.Who) error {
	a := arguments{micros(t.store.now()), string(why), idHash}
	statement := `UPDATE sessions SET ended_at = $1, ended_why = $2 WHERE id_hash = $3 AND ended_at IS NULL`
	if name != "" {
		statement += ` AND name = ` + a.add(name)
	}
	person, err := column[string](t.QueryRowContext(t.ctx, statement+` RETURNING name`, a...))
	if err != nil {
		return fmt.Errorf("session: %w", goneFrom(err))
	}
	action, details := "signout", map[string]any{}
	if why != auth.SignedOut {
		action, details = "session.ended", map[string]any{"person": person, "why": string(why)}
	}
	entry, err := orders.NewEntry(who, t.store.now(), action, sessionObject(idHash), details)
	if err != nil {
		return err
	}
	return t.append(entry)
}

// touch runs a statement that has to touch a row; auth.ErrNotFound when it touches none.
func (t *tx) touch(statement string, args ...any) error {
	rows, err := t.exec(statement, args...)
	if err == nil && rows == 0 {
		err = auth.ErrNotFound
	}
	return err
}

// goneFrom turns the absence of a row into auth.ErrNotFound.
func goneFrom(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return auth.ErrNotFound
	}
	return err
}

// SweepSessions removes the sessions and sign-in codes that have expired at a time.
func (s *Store) SweepSessions(ctx context.Context, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		for _, table := range []string{"sessions", "signin_codes"} {
			if _, err := t.exec(`DELETE FROM `+table+` WHERE expires_at <= $1`, micros(now)); err != nil {
				return fmt.Errorf("%s: %w", table, err)
			}
		}
		return nil
	})
}

// draftAge is how long a draft waits for its review.
const draftAge = 24 * time.Hour

// Sweep removes what has had its time: drafts, selections, people, what they set and deleted, sessions, sign-in codes, what was told.
func (s *Store) Sweep(ctx context.Context, now time.Time) error {
	if err := s.SweepDrafts(ctx, now.Add(-draftAge)); err != nil {
		return err
	}
	if err := s.sweepSelections(ctx, now.Add(-selectionAge)); err != nil {
		return err
	}
	if err := s.sweepPeople(ctx, now.Add(-auth.PersonKept)); err != nil {
		return err
	}
	if err := s.sweepUndos(ctx, now.Add(-orders.UndoAge)); err != nil {
		return err
	}
	if err := s.sweepPreferences(ctx, now.Add(-auth.PersonKept)); err != nil {
		return err
	}
	if err := s.SweepTold(ctx, now.Add(-toldAge)); err != nil {
		return err
	}
	return s.SweepSessions(ctx, now)
}

// cut shortens a text to a number of bytes, at the border of a character; what is no text is left out.
func cut(text string, limit int) string {
	if len(text) > limit {
		for limit > 0 && !utf8.RuneStart(text[limit]) {
			limit--
		}
		text = text[:limit]
	}
	return strings.ReplaceAll(strings.ToValidUTF8(text, ""), "\x00", "")
}
