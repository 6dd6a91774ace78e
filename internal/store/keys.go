package store

import (
	"context"
	"fmt"
	"time"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders"
)

const keyColumns = `id, name, role, team, token_hash, created_at, created_by, last_used_at, revoked_at, revoked_by`

func scanKey(row scanner) (auth.Key, error) {
	var k auth.Key
	err := row.Scan(&k.ID, &k.Name, &k.Role, maybe{&k.Team}, &k.TokenHash, at{&k.CreatedAt}, &k.CreatedBy, at{&k.LastUsedAt},
		at{&k.RevokedAt}, maybe{&k.RevokedBy})
	return k, err
}

// CreateKey stores a new API key, with its audit entry, whose object is "key:<id>" unless it has one. orders.ErrExists
// when a live key has its name.
func (s *Store) CreateKey(ctx context.Context, k auth.Key, entry audit.Entry) error {
	return s.write(ctx, func(t *tx) error {
		rows, err := t.exec(`INSERT INTO api_keys (id, name, role, team, token_hash, created_at, created_by)
			VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
			k.ID, k.Name, string(k.Role), textOrNull(k.Team), k.TokenHash, micros(k.CreatedAt), k.CreatedBy)
		if err == nil && rows == 0 {
			err = orders.ErrExists
		}
		if err != nil {
			return fmt.Errorf("key %s: %w", k.Name, err)
		}
		return t.append(onKey(k.ID, entry))
	})
}

func onKey(id string, entry audit.Entry) audit.Entry {
	if entry.Object == "" {
		entry.Object = "key:" + id
	}
	return entry
}

// Keys lists API keys, the revoked ones too, newest first: those older than a cursor, at most limit (0: 50, at most
// 200). The cursor that comes back is where the list goes on, zero at its end.
func (s *Store) Keys(ctx context.Context, after orders.Cursor, limit int) ([]auth.Key, orders.Cursor, error) {
	limit = limitOf(limit)
	var a arguments
	query := `SELECT ` + keyColumns + ` FROM api_keys`
	if !after.IsZero() {
		query += ` WHERE (created_at, id) < (` + a.add(micros(after.CreatedAt)) + `, ` + a.add(after.ID) + `)`
	}
	keys, err := list(ctx, s.reader, scanKey, query+` ORDER BY created_at DESC, id DESC LIMIT `+a.add(limit+1), a...)
	if err != nil {
		return nil, orders.Cursor{}, fmt.Errorf("keys: %w", err)
	}
	var next orders.Cursor
	if len(keys) > limit {
		keys = keys[:limit]
		next = orders.Cursor{CreatedAt: keys[limit-1].CreatedAt, ID: keys[limit-1].ID}
	}
	return keys, next, nil
}

// Key returns one API key, revoked or not; orders.ErrNotFound when there is none.
func (s *Store) Key(ctx context.Context, id string) (auth.Key, error) {
	return s.oneKey(ctx, `id = $1`, id)
}

// KeyByTokenHash returns the live API key of a token's hash; orders.ErrNotFound when there is none.
func (s *Store) KeyByTokenHash(ctx context.Context, tokenHash string) (auth.Key, error) {
	return s.oneKey(ctx, `token_hash = $1 AND revoked_at IS NULL`, tokenHash)
}

func (s *Store) oneKey(ctx context.Context, condition string, arg any) (auth.Key, error) {
	k, err := scanKey(s.reader.QueryRowContext(ctx, `SELECT `+keyColumns+` FROM api_keys WHERE `+condition, arg))
	if err != nil {
		return auth.Key{}, fmt.Errorf("key: %w", notFound(err))
	}
	return k, nil
}

// RevokeKey revokes an API key in the name of the entry's actor, with the audit entry, whose object is "key:<id>"
// unless it has one. orders.ErrNotFound when there is no live key of this ID.
func (s *Store) RevokeKey(ctx context.Context, id string, entry audit.Entry) error {
	return s.write(ctx, func(t *tx) error {
		err := t.one(`UPDATE api_keys SET revoked_at = $1, revoked_by = $2 WHERE id = $3 AND revoked_at IS NULL`,
			micros(t.timeOf(entry)), entry.Actor, id)
		if err != nil {
			return fmt.Errorf("key %s: %w", id, err)
		}
		return t.append(onKey(id, entry))
	})
}

// TouchKey notes that an API key was used. A time before the one that is known changes nothing.
func (s *Store) TouchKey(ctx context.Context, id string, used time.Time) error {
	return s.write(ctx, func(t *tx) error {
		_, err := t.exec(`UPDATE api_keys SET last_used_at = $1 WHERE id = $2 AND (last_used_at IS NULL OR last_used_at < $1)`, micros(used), id)
		if err != nil {
			return fmt.Errorf("key %s: %w", id, err)
		}
		return nil
	})
}
