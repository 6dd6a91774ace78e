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
	now := s.now()
	data, err := asJSON(session.Values)
	if err != nil {
		return fmt.Errorf("session: %w", err)
	}
	entry, err := orders.NewEntry(who, now, "signin", sessionObject(session.IDHash), map[string]any{"role": string(session.Role)})
	if err != nil {
		return err
	}
	return s.write(ctx, func(t *tx) error {
		err := t.touch(`UPDATE signin_codes SET used_at = $1 WHERE code_hash = $2 AND used_at IS NULL AND expires_at > $1`, micros(now), codeHash)
		if err != nil {
			return fmt.Errorf("sign-in code: %w", err)
		}
		_, err = t.exec(`INSERT INTO sessions (id_hash, name, role, data, address, user_agent, created_at, last_seen_at, expires_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			session.IDHash, session.Name, string(session.Role), data, session.Address, cut(session.UserAgent, userAgentLimit),
			micros(session.CreatedAt), micros(session.SeenAt), micros(session.ExpiresAt))
		if err != nil {
			return fmt.Errorf("session: %w", err)
		}
		return t.append(entry)
	})
}

// sessionObject is what the audit log calls a session: enough of its hash to tell it from others.
func sessionObject(idHash string) string { return "session:" + idHash[:min(16, len(idHash))] }

// Session implements auth.Sessions.
func (s *Store) Session(ctx context.Context, idHash string) (auth.Session, error) {
	var v auth.Session
	err := s.reader.QueryRowContext(ctx, `SELECT id_hash, name, role, data, address, user_agent, created_at, last_seen_at, expires_at
		FROM sessions WHERE id_hash = $1 AND expires_at > $2`, idHash, micros(s.now())).
		Scan(&v.IDHash, &v.Name, &v.Role, document{&v.Values}, &v.Address, &v.UserAgent, at{&v.CreatedAt}, at{&v.SeenAt}, at{&v.ExpiresAt})
	if err != nil {
		return auth.Session{}, fmt.Errorf("session: %w", goneFrom(err))
	}
	return v, nil
}

// SaveSession implements auth.Sessions. auth.ErrNotFound when the session has ended.
func (s *Store) SaveSession(ctx context.Context, session auth.Session) error {
	data, err := asJSON(session.Values)
	if err != nil {
		return fmt.Errorf("session: %w", err)
	}
	return s.write(ctx, func(t *tx) error {
		err := t.touch(`UPDATE sessions SET data = $1, last_seen_at = $2, expires_at = $3 WHERE id_hash = $4`,
			data, micros(session.SeenAt), micros(session.ExpiresAt), session.IDHash)
		if err != nil {
			return fmt.Errorf("session: %w", err)
		}
		return nil
	})
}

// EndSession implements auth.Sessions. auth.ErrNotFound when the session has ended already.
func (s *Store) EndSession(ctx context.Context, idHash string, who auth.Who) error {
	entry, err := orders.NewEntry(who, s.now(), "signout", sessionObject(idHash), nil)
	if err != nil {
		return err
	}
	return s.write(ctx, func(t *tx) error {
		if err := t.touch(`DELETE FROM sessions WHERE id_hash = $1`, idHash); err != nil {
			return fmt.Errorf("session: %w", err)
		}
		return t.append(entry)
	})
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

// Sweep removes what has had its time: drafts, sessions, sign-in codes, what was told.
func (s *Store) Sweep(ctx context.Context, now time.Time) error {
	if err := s.SweepDrafts(ctx, now.Add(-draftAge)); err != nil {
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
