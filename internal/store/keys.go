package store

import (
	"context"
	"fmt"
	"time"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders"
)

const keyColumns = `id, name, role, team, token_hash, ak, sealed_sk, created_at, created_by, last_used_at, revoked_at, revoked_by`

func scanKey(row scanner) (auth.Key, error) {
	var k auth.Key
	err := row.Scan(&k.ID, &k.Name, &k.Role, maybe{&k.Team}, &k.TokenHash, maybe{&k.AK}, maybe{&k.SealedSK}, at{&k.CreatedAt}, &k.CreatedBy, at{&k.UsedAt},
		at{&k.RevokedAt}, maybe{&k.RevokedBy})
	return k, err
}

// CreateKey implements auth.Keys.
func (s *Store) CreateKey(ctx context.Context, k auth.Key, who auth.Who) error {
	details := map[string]any{"name": k.Name, "role": string(k.Role)}
	if k.Team != "" {
		details["team"] = k.Team
	}
	entry, err := orders.NewEntry(who, s.now(), "key.created", "key:"+k.ID, details)
	if err != nil {
		return err
	}
	return s.write(ctx, func(t *tx) error {
		if err := t.bindable(k); err != nil {
			return err
		}
		rows, err := t.exec(`INSERT INTO api_keys (id, name, role, team, token_hash, ak, sealed_sk, created_at, created_by)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (name) WHERE revoked_at IS NULL DO NOTHING`,
			k.ID, k.Name, string(k.Role), textOrNull(k.Team), k.TokenHash, textOrNull(k.AK), textOrNull(k.SealedSK), micros(k.CreatedAt), k.CreatedBy)
		if err == nil && rows == 0 {
			err = auth.ErrNameTaken
		}
		if err != nil {
			return fmt.Errorf("key %s: %w", k.Name, err)
		}
		return t.append(entry)
	})
}

// bindable holds that a key's team is there, and that a key that needs one has one.
func (t *tx) bindable(k auth.Key) error {
	if k.Role == auth.RoleAdmin && k.Team == "" {
		return nil
	}
	// behind whoever makes or deletes a team, or before
	if _, err := t.head(); err != nil {
		return err
	}
	if k.Team == "" {
		some, err := t.hasTeams()
		if err == nil && some {
			err = fmt.Errorf("key %s: %w", k.Name, auth.ErrTeamWanted)
		}
		return err
	}
	there, err := t.hasTeam(k.Team)
	if err == nil && !there {
		err = auth.ErrNoTeam
	}
	if err != nil {
		return fmt.Errorf("team %s: %w", k.Team, err)
	}
	return nil
}

// Keys implements auth.Keys. A limit of 0 is 50, and there are never more than 200 at once; next is empty at the end.
// auth.ErrNotFound when there is no key of the ID after.
func (s *Store) Keys(ctx context.Context, after string, limit int) (keys []auth.Key, next string, err error) {
	limit = limitOf(limit)
	var a arguments
	query := `SELECT ` + keyColumns + ` FROM api_keys`
	if after != "" {
		from, err := s.oneKey(ctx, `id = $1`, after)
		if err != nil {
			return nil, "", err
		}
		query += ` WHERE (created_at, id) < (` + a.add(micros(from.CreatedAt)) + `, ` + a.add(from.ID) + `)`
	}
	keys, err = list(ctx, s.reader, scanKey, query+` ORDER BY created_at DESC, id DESC LIMIT `+a.add(limit+1), a...)
	if err != nil {
		return nil, "", fmt.Errorf("keys: %w", err)
	}
	if len(keys) > limit {
		keys = keys[:limit]
		next = keys[limit-1].ID
	}
	return keys, next, nil
}

// KeyByTokenHash implements auth.Keys.
func (s *Store) KeyByTokenHash(ctx context.Context, tokenHash string) (auth.Key, error) {
	return s.oneKey(ctx, `token_hash = $1 AND revoked_at IS NULL`, tokenHash)
}

// KeyByAK implements auth.Keys.
func (s *Store) KeyByAK(ctx context.Context, ak string) (auth.Key, error) {
	return s.oneKey(ctx, `ak = $1 AND revoked_at IS NULL`, ak)
}

func (s *Store) oneKey(ctx context.Context, condition string, arg any) (auth.Key, error) {
	k, err := scanKey(s.reader.QueryRowContext(ctx, `SELECT `+keyColumns+` FROM api_keys WHERE `+condition, arg))
	if err != nil {
		return auth.Key{}, fmt.Errorf("key: %w", goneFrom(err))
	}
	return k, nil
}

// RevokeKey implements auth.Keys.
func (s *Store) RevokeKey(ctx context.Context, id string, who auth.Who) error {
	now := s.now()
	return s.write(ctx, func(t *tx) error {
		k, err := scanKey(t.QueryRowContext(ctx, `UPDATE api_keys SET revoked_at = $1, revoked_by = $2
			WHERE id = $3 AND revoked_at IS NULL RETURNING `+keyColumns, micros(now), who.Name, id))
		if err != nil {
			return fmt.Errorf("key %s: %w", id, goneFrom(err))
		}
		entry, err := orders.NewEntry(who, now, "key.revoked", "key:"+id, map[string]any{"name": k.Name})
		if err != nil {
			return err
		}
		return t.append(entry)
	})
}

// TouchKey implements auth.Keys. A time before the one that is known changes nothing.
func (s *Store) TouchKey(ctx context.Context, id string, used time.Time) error {
	return s.write(ctx, func(t *tx) error {
		_, err := t.exec(`UPDATE api_keys SET last_used_at = $1 WHERE id = $2 AND (last_used_at IS NULL OR last_used_at < $1)`, micros(used), id)
		if err != nil {
			return fmt.Errorf("key %s: %w", id, err)
		}
		return nil
	})
}
