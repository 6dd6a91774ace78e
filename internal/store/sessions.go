package store

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders"
)

// userAgentLimit is how many bytes of a browser's description of itself are kept.
const userAgentLimit = 200

// CreateSigninCode stores the hash of a one-time sign-in code.
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

// UseSigninCode uses up a sign-in code and begins a session, with its audit entry. orders.ErrNotFound when the code
// never was, has expired or was used before: of any number of uses at once, one succeeds.
func (s *Store) UseSigninCode(ctx context.Context, codeHash string, session auth.Session, entry audit.Entry) error {
	now := micros(s.now())
	return s.write(ctx, func(t *tx) error {
		rows, err := t.exec(`UPDATE signin_codes SET used_at = $1 WHERE code_hash = $2 AND used_at IS NULL AND expires_at > $1`, now, codeHash)
		if err == nil && rows == 0 {
			err = orders.ErrNotFound
		}
		if err != nil {
			return fmt.Errorf("sign-in code: %w", err)
		}
		return t.begin(session, entry)
	})
}

// BeginSession begins a session of somebody whom another door has vouched for, with its audit entry.
func (s *Store) BeginSession(ctx context.Context, session auth.Session, entry audit.Entry) error {
	return s.write(ctx, func(t *tx) error { return t.begin(session, entry) })
}

func (t *tx) begin(session auth.Session, entry audit.Entry) error {
	data, err := valuesJSON(session.Values)
	if err != nil {
		return err
	}
	_, err = t.exec(`INSERT INTO sessions (id_hash, name, role, data, address, user_agent, created_at, last_seen_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		session.IDHash, session.Name, string(session.Role), data, session.Address, cut(session.UserAgent, userAgentLimit),
		micros(session.CreatedAt), micros(session.LastSeenAt), micros(session.ExpiresAt))
	if err != nil {
		return fmt.Errorf("session: %w", err)
	}
	return t.append(entry)
}

const sessionColumns = `id_hash, name, role, data, address, user_agent, created_at, last_seen_at, expires_at`

func scanSession(row scanner) (auth.Session, error) {
	var v auth.Session
	err := row.Scan(&v.IDHash, &v.Name, &v.Role, document{&v.Values}, &v.Address, &v.UserAgent, at{&v.CreatedAt}, at{&v.LastSeenAt}, at{&v.ExpiresAt})
	return v, err
}

// Session returns a session that has not expired; orders.ErrNotFound otherwise.
func (s *Store) Session(ctx context.Context, idHash string) (auth.Session, error) {
	session, err := scanSession(s.reader.QueryRowContext(ctx, `SELECT `+sessionColumns+` FROM sessions
		WHERE id_hash = $1 AND expires_at > $2`, idHash, micros(s.now())))
	if err != nil {
		return auth.Session{}, fmt.Errorf("session: %w", notFound(err))
	}
	return session, nil
}

// Sessions lists a person's sessions that have not expired, newest first, at most 200.
func (s *Store) Sessions(ctx context.Context, name string) ([]auth.Session, error) {
	sessions, err := list(ctx, s.reader, scanSession, `SELECT `+sessionColumns+` FROM sessions
		WHERE name = $1 AND expires_at > $2 ORDER BY created_at DESC, id_hash DESC LIMIT $3`, name, micros(s.now()), mostLimit)
	if err != nil {
		return nil, fmt.Errorf("sessions: %w", err)
	}
	return sessions, nil
}

// TouchSession notes that a session was seen and until when it lives now. orders.ErrNotFound when it has ended.
func (s *Store) TouchSession(ctx context.Context, idHash string, seen, expires time.Time) error {
	return s.changeSession(ctx, `UPDATE sessions SET last_seen_at = $2, expires_at = $3 WHERE id_hash = $1`, idHash, micros(seen), micros(expires))
}

// SaveSessionValues replaces what the person has set. orders.ErrNotFound when the session has ended.
func (s *Store) SaveSessionValues(ctx context.Context, idHash string, values map[string]string) error {
	data, err := valuesJSON(values)
	if err != nil {
		return err
	}
	return s.changeSession(ctx, `UPDATE sessions SET data = $2 WHERE id_hash = $1`, idHash, data)
}

// EndSession ends a session, with its audit entry. orders.ErrNotFound when it has ended already.
func (s *Store) EndSession(ctx context.Context, idHash string, entry audit.Entry) error {
	return s.write(ctx, func(t *tx) error {
		if err := t.one(`DELETE FROM sessions WHERE id_hash = $1`, idHash); err != nil {
			return fmt.Errorf("session: %w", err)
		}
		return t.append(entry)
	})
}

func (s *Store) changeSession(ctx context.Context, statement string, args ...any) error {
	return s.write(ctx, func(t *tx) error {
		if err := t.one(statement, args...); err != nil {
			return fmt.Errorf("session: %w", err)
		}
		return nil
	})
}

// one runs a statement that has to touch a row; orders.ErrNotFound when it touches none.
func (t *tx) one(statement string, args ...any) error {
	rows, err := t.exec(statement, args...)
	if err == nil && rows == 0 {
		err = orders.ErrNotFound
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

// Sweep removes what has had its time: drafts, sessions, sign-in codes.
func (s *Store) Sweep(ctx context.Context, now time.Time) error {
	if err := s.SweepDrafts(ctx, now.Add(-draftAge)); err != nil {
		return err
	}
	return s.SweepSessions(ctx, now)
}

func valuesJSON(values map[string]string) (string, error) {
	if values == nil {
		values = map[string]string{}
	}
	text, err := asJSON(values)
	if err != nil {
		return "", fmt.Errorf("session: %w", err)
	}
	return text, nil
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
