package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/notify"
	"workspace-order-console/internal/orders"
)

const webhookColumns = `id, name, url, sealed_secret, events, team, failures, created_at, created_by, disabled_at, disabled_by`

func scanWebhook(row scanner) (notify.Webhook, error) {
	var w notify.Webhook
	err := row.Scan(webhookFields(&w)...)
	return w, err
}

func webhookFields(w *notify.Webhook) []any {
	return []any{&w.ID, &w.Name, &w.URL, &w.SealedSecret, document{&w.Events}, maybe{&w.Team}, &w.Failures, at{&w.CreatedAt}, &w.CreatedBy,
		at{&w.DisabledAt}, maybe{&w.DisabledBy}}
}

// webhookCounts are the counts of a webhook's deliveries, beside webhookColumns of the table named webhooks.
const webhookCounts = `, (SELECT count(*) FROM deliveries d WHERE d.webhook_id = webhooks.id AND d.state = 'pending'),
	(SELECT count(*) FROM deliveries d WHERE d.webhook_id = webhooks.id AND d.state = 'dead')`

func scanCountedWebhook(row scanner) (notify.Webhook, error) {
	var w notify.Webhook
	err := row.Scan(append(webhookFields(&w), &w.Pending, &w.Dead)...)
	return w, err
}

// CreateWebhook implements notify.Webhooks.
func (s *Store) CreateWebhook(ctx context.Context, w notify.Webhook, who auth.Who) error {
	events := w.Events
	if events == nil {
		events = []notify.EventType{}
	}
	wanted, err := asJSON(events)
	if err != nil {
		return fmt.Errorf("webhook: %w", err)
	}
	return s.changeWebhook(ctx, w.ID, "webhook.created", who, func(t *tx) (notify.Webhook, map[string]any, error) {
		var n int
		if err := t.one(`SELECT count(*) FROM webhooks`, &n); err != nil {
			return w, nil, err
		}
		if n >= notify.MaxWebhooks {
			return w, nil, notify.ErrTooMany
		}
		rows, err := t.exec(`INSERT INTO webhooks (id, name, url, sealed_secret, events, team, failures, rest_until, busy_until, created_at, created_by)
			VALUES ($1, $2, $3, $4, $5, $6, 0, 0, 0, $7, $8) ON CONFLICT (name) DO NOTHING`,
			w.ID, w.Name, w.URL, w.SealedSecret, wanted, textOrNull(w.Team), micros(w.CreatedAt), w.CreatedBy)
		if err == nil && rows == 0 {
			err = notify.ErrNameTaken
		}
		return w, map[string]any{"events": events}, err
	})
}

// changeWebhook makes a change and writes its entry. The function returns the webhook and more details; without details
// nothing was changed and nothing is written.
func (s *Store) changeWebhook(ctx context.Context, id, action string, who auth.Who, change func(*tx) (notify.Webhook, map[string]any, error)) error {
	err := s.write(ctx, func(t *tx) error {
		w, details, err := change(t)
		if err != nil || details == nil {
			return err
		}
		// the path of a webhook's URL may be a secret; the host says enough
		if u, err := url.Parse(w.URL); err == nil {
			details["host"] = u.Host
		}
		details["name"] = w.Name
		return t.webhookEntry(id, action, who, details)
	})
	if err != nil {
		return fmt.Errorf("webhook %s: %w", id, err)
	}
	return nil
}

func (t *tx) webhookEntry(id, action string, who auth.Who, details map[string]any) error {
	entry, err := orders.NewEntry(who, t.store.now(), action, "webhook:"+id, details)
	if err != nil {
		return err
	}
	return t.append(entry)
}

// Webhooks implements notify.Webhooks.
func (s *Store) Webhooks(ctx context.Context) ([]notify.Webhook, error) {
	all, err := list(ctx, s.reader, scanCountedWebhook, `SELECT `+webhookColumns+webhookCounts+` FROM webhooks ORDER BY created_at DESC, id DESC`)
	if err != nil {
		return nil, fmt.Errorf("webhooks: %w", err)
	}
	return all, nil
}

// Webhook implements notify.Webhooks.
func (s *Store) Webhook(ctx context.Context, id string) (notify.Webhook, error) {
	w, err := scanCountedWebhook(s.reader.QueryRowContext(ctx, `SELECT `+webhookColumns+webhookCounts+` FROM webhooks WHERE id = $1`, id))
	if err != nil {
		return notify.Webhook{}, fmt.Errorf("webhook %s: %w", id, nothingDue(err))
	}
	return w, nil
}

// nothingDue turns the absence of a row into notify.ErrNotFound.
func nothingDue(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return notify.ErrNotFound
	}
	return err
}

// stale turns a statement that touched no row into notify.ErrStale.
func stale(rows int64, err error) error {
	if err == nil && rows == 0 {
		return notify.ErrStale
	}
	return err
}

// webhook reads a webhook; what follows in the transaction is not overtaken by another change of it.
func (t *tx) webhook(id string) (notify.Webhook, error) {
	w, err := scanWebhook(t.QueryRowContext(t.ctx, `UPDATE webhooks SET name = name WHERE id = $1 RETURNING `+webhookColumns, id))
	return w, nothingDue(err)
}

// EnableWebhook implements notify.Webhooks.
func (s *Store) EnableWebhook(ctx context.Context, id string, who auth.Who) error {
	return s.changeWebhook(ctx, id, "webhook.enabled", who, func(t *tx) (notify.Webhook, map[string]any, error) {
		w, err := t.webhook(id)
		if err != nil || w.DisabledAt.IsZero() {
			return w, nil, err
		}
		_, err = t.exec(`UPDATE webhooks SET disabled_at = NULL, disabled_by = NULL, failures = 0, rest_until = 0 WHERE id = $1`, id)
		return w, map[string]any{}, err
	})
}

// DisableWebhook implements notify.Webhooks.
func (s *Store) DisableWebhook(ctx context.Context, id string, who auth.Who) error {
	return s.changeWebhook(ctx, id, "webhook.disabled", who, func(t *tx) (notify.Webhook, map[string]any, error) {
		w, err := t.webhook(id)
		if err != nil || !w.DisabledAt.IsZero() {
			return w, nil, err
		}
		return w, map[string]any{}, t.disableWebhook(id, who)
	})
}

// disableWebhook stops a webhook and gives up what waits for it.
func (t *tx) disableWebhook(id string, who auth.Who) error {
	now := micros(t.store.now())
	if _, err := t.exec(`UPDATE webhooks SET disabled_at = $1, disabled_by = $2 WHERE id = $3`, now, who.Name, id); err != nil {
		return err
	}
	_, err := t.exec(`UPDATE deliveries SET state = 'dead', error = 'the webhook was disabled', updated_at = $1 WHERE webhook_id = $2 AND state = 'pending'`, now, id)
	return err
}

// DeleteWebhook implements notify.Webhooks.
func (s *Store) DeleteWebhook(ctx context.Context, id string, who auth.Who) error {
	return s.changeWebhook(ctx, id, "webhook.deleted", who, func(t *tx) (notify.Webhook, map[string]any, error) {
		w, err := t.webhook(id)
		if err != nil {
			return w, nil, err
		}
		if _, err := t.exec(`DELETE FROM deliveries WHERE webhook_id = $1`, id); err != nil {
			return w, nil, err
		}
		_, err = t.exec(`DELETE FROM webhooks WHERE id = $1`, id)
		return w, map[string]any{}, err
	})
}

// TestWebhook implements notify.Webhooks.
func (s *Store) TestWebhook(ctx context.Context, id string, who auth.Who) error {
	return s.changeWebhook(ctx, id, "webhook.tested", who, func(t *tx) (notify.Webhook, map[string]any, error) {
		w, err := t.webhook(id)
		if err == nil && !w.DisabledAt.IsZero() {
			err = notify.ErrStale
		}
		if err != nil {
			return w, nil, err
		}
		now := s.now()
		payload, err := notify.TestPayload(w, now)
		if err != nil {
			return w, nil, err
		}
		err = t.insertDelivery(notify.Delivery{ID: orders.NewID(), WebhookID: id, Event: notify.TestEvent, Payload: payload, NextAttemptAt: now, CreatedAt: now})
		if err != nil {
			return w, nil, err
		}
		// a person waits for what comes of it
		if _, err := t.exec(`UPDATE webhooks SET rest_until = 0 WHERE id = $1`, id); err != nil {
			return w, nil, err
		}
		return w, map[string]any{}, t.crop(id, notify.News{Now: now})
	})
}

// Resend implements notify.Webhooks.
func (s *Store) Resend(ctx context.Context, webhookID, deliveryID string, who auth.Who) error {
	return s.changeWebhook(ctx, webhookID, "webhook.resent", who, func(t *tx) (notify.Webhook, map[string]any, error) {
		w, err := t.webhook(webhookID)
		if err == nil && !w.DisabledAt.IsZero() {
			err = notify.ErrStale
		}
		if err != nil {
			return w, nil, err
		}
		now := s.now()
		a := arguments{micros(now), webhookID}
		condition, details := "", map[string]any{}
		if deliveryID != "" {
			condition, details["delivery"] = ` AND id = `+a.add(deliveryID), deliveryID
		}
		// as many as may wait, the newest first: what is beyond them would be given up again at once
		rows, err := t.exec(`UPDATE deliveries SET state = 'pending', attempts = 0, next_attempt_at = $1, updated_at = $1
			WHERE id IN (SELECT id FROM deliveries WHERE webhook_id = $2 AND state = 'dead'`+condition+` ORDER BY created_at DESC, id DESC LIMIT `+a.add(notify.MaxPending)+`)`, a...)
		if err != nil || rows == 0 {
			return w, nil, err
		}
		details["deliveries"] = rows
		if _, err := t.exec(`UPDATE webhooks SET rest_until = 0 WHERE id = $1`, webhookID); err != nil {
			return w, nil, err
		}
		return w, details, t.crop(webhookID, notify.News{Now: now})
	})
}
