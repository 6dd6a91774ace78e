package store

import (
	"context"
	"fmt"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders"
)

// sealSetting is a text that only the key opens with which this database's secrets are sealed. All its consoles need that
// one, wherever they keep it.
const sealSetting = "seal_check"

// SealCheck is that text. When there is none yet and a fresh one is given, it is kept, and returned.
func (s *Store) SealCheck(ctx context.Context, fresh string) (kept string, err error) {
	if fresh != "" {
		err = s.write(ctx, func(t *tx) error {
			_, err := t.exec(`INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING`, sealSetting, fresh)
			return err
		})
		if err != nil {
			return "", fmt.Errorf("setting %s: %w", sealSetting, err)
		}
	}
	return setting(ctx, s.reader, sealSetting)
}

// ReplaceSeal takes another key in the place of one that is lost: what cannot be used without the secrets that the lost one
// had sealed comes to its end, each thing with its audit entry: live API keys with a secret key are revoked ("key.revoked"),
// webhooks disabled ("webhook.disabled"). It returns how many those were.
func (s *Store) ReplaceSeal(ctx context.Context, fresh string, who auth.Who) (revoked, disabled int, err error) {
	const reason = "the sealing key was replaced"
	now := s.now()
	err = s.write(ctx, func(t *tx) error {
		keys, err := list(ctx, t, scanKey, `UPDATE api_keys SET revoked_at = $1, revoked_by = $2
			WHERE revoked_at IS NULL AND sealed_sk IS NOT NULL RETURNING `+keyColumns, micros(now), who.Name)
		if err != nil {
			return err
		}
		for _, k := range keys {
			entry, err := orders.NewEntry(who, now, "key.revoked", "key:"+k.ID, map[string]any{"name": k.Name, "reason": reason})
			if err != nil {
				return err
			}
			if err := t.append(entry); err != nil {
				return err
			}
		}
		hooks, err := list(ctx, t, scanWebhook, `SELECT `+webhookColumns+` FROM webhooks WHERE disabled_at IS NULL ORDER BY id`)
		if err != nil {
			return err
		}
		for _, w := range hooks {
			if err := t.disableWebhook(w.ID, who); err != nil {
				return err
			}
			if err := t.webhookEntry(w.ID, "webhook.disabled", who, map[string]any{"name": w.Name, "reason": reason}); err != nil {
				return err
			}
		}
		revoked, disabled = len(keys), len(hooks)
		_, err = t.exec(`INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, sealSetting, fresh)
		return err
	})
	if err != nil {
		return 0, 0, fmt.Errorf("sealing key: %w", err)
	}
	return revoked, disabled, nil
}
