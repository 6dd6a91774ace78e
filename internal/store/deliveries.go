package store

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/notify"
)

const deliveryColumns = `id, webhook_id, event, seq, order_id, payload, state, attempts, next_attempt_at, status, error, created_at, updated_at`

func scanDelivery(row scanner) (notify.Delivery, error) {
	var d notify.Delivery
	err := row.Scan(&d.ID, &d.WebhookID, &d.Event, &d.Seq, maybe{&d.OrderID}, &d.Payload, &d.State, &d.Attempts, at{&d.NextAttemptAt}, &d.Status, &d.Error,
		at{&d.CreatedAt}, at{&d.UpdatedAt})
	return d, err
}

// insertDelivery queues a delivery.
func (t *tx) insertDelivery(d notify.Delivery) error {
	_, err := t.exec(`INSERT INTO deliveries (id, webhook_id, event, seq, order_id, payload, state, attempts, next_attempt_at, status, error, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, 'pending', 0, $7, 0, '', $8, $8)`,
		d.ID, d.WebhookID, string(d.Event), d.Seq, textOrNull(d.OrderID), string(d.Payload), micros(d.NextAttemptAt), micros(d.CreatedAt))
	return err
}

// nextDelivery finds the webhook that is to be sent to, and its delivery that is due longest.
const nextDelivery = `SELECT id, due FROM (
		SELECT w.id AS id, w.failures AS failures, w.busy_until AS busy_until,
			(SELECT d.id FROM deliveries d WHERE d.webhook_id = w.id AND d.state = 'pending' AND d.next_attempt_at <= $1 ORDER BY d.next_attempt_at, d.id LIMIT 1) AS due
		FROM webhooks w WHERE w.disabled_at IS NULL AND w.busy_until <= $1 AND w.rest_until <= $1 AND w.failures <= $2
	) AS idle WHERE due IS NOT NULL ORDER BY CASE WHEN failures > 0 THEN 1 ELSE 0 END, busy_until, id LIMIT 1`

// ClaimDelivery implements notify.Book.
func (s *Store) ClaimDelivery(ctx context.Context, claim notify.Claim, answering bool) (notify.Delivery, notify.Webhook, error) {
	failures := int64(math.MaxInt64)
	if answering {
		failures = 0
	}
	for {
		var webhookID, deliveryID string
		// A look before the lock: senders ask often, and mostly in vain.
		if err := s.reader.QueryRowContext(ctx, nextDelivery, micros(claim.Now), failures).Scan(&webhookID, &deliveryID); err != nil {
			return notify.Delivery{}, notify.Webhook{}, fmt.Errorf("delivery: %w", nothingDue(err))
		}
		d, w, err := s.claimDelivery(ctx, claim, webhookID, deliveryID)
		if err == nil {
			return d, w, nil
		}
		if !errors.Is(err, notify.ErrNotFound) {
			return notify.Delivery{}, notify.Webhook{}, fmt.Errorf("delivery: %w", err)
		}
		// another sender was quicker; there may be a next one
	}
}

func (s *Store) claimDelivery(ctx context.Context, claim notify.Claim, webhookID, deliveryID string) (d notify.Delivery, w notify.Webhook, err error) {
	err = s.write(ctx, func(t *tx) error {
		w, err = scanWebhook(t.QueryRowContext(ctx, `UPDATE webhooks SET busy_until = $1
			WHERE id = $2 AND disabled_at IS NULL AND busy_until <= $3 AND rest_until <= $3 RETURNING `+webhookColumns,
			micros(claim.Until), webhookID, micros(claim.Now)))
		if err != nil {
			return nothingDue(err)
		}
		// who dies with the claim leaves it pending, to be due again when the claim ends
		d, err = scanDelivery(t.QueryRowContext(ctx, `UPDATE deliveries SET fence = $1, attempts = attempts + 1, next_attempt_at = $2, updated_at = $3
			WHERE id = $4 AND state = 'pending' AND next_attempt_at <= $3 RETURNING `+deliveryColumns,
			claim.Fence, micros(claim.Until), micros(claim.Now), deliveryID))
		return nothingDue(err)
	})
	return d, w, err
}

// FinishDelivery implements notify.Book.
func (s *Store) FinishDelivery(ctx context.Context, a notify.Attempt) error {
	err := s.write(ctx, func(t *tx) error {
		next := a.NextAttemptAt
		if a.State != notify.Pending {
			next = a.Now
		}
		rows, err := t.exec(`UPDATE deliveries SET state = $1, next_attempt_at = $2, status = $3, error = $4, updated_at = $5
			WHERE id = $6 AND state = 'pending' AND fence = $7`,
			string(a.State), micros(next), a.Status, a.Error, micros(a.Now), a.Delivery.ID, a.Fence)
		if err := stale(rows, err); err != nil {
			return err
		}
		return t.rated(a)
	})
	if err != nil {
		return fmt.Errorf("delivery %s: %w", a.Delivery.ID, err)
	}
	return nil
}

// rated notes with a webhook how an attempt went.
func (t *tx) rated(a notify.Attempt) error {
	id := a.Delivery.WebhookID
	w, err := t.webhook(id)
	if err != nil {
		return err
	}
	if a.State != notify.Done {
		_, err := t.exec(`UPDATE webhooks SET busy_until = $1, failures = failures + 1, rest_until = $2 WHERE id = $3`, micros(a.Now), micros(a.RestUntil), id)
		if err != nil || !a.Gone || !w.DisabledAt.IsZero() {
			return err
		}
		if err := t.disableWebhook(id, auth.Console); err != nil {
			return err
		}
		return t.webhookEntry(id, "webhook.disabled", auth.Console, map[string]any{"name": w.Name, "status": a.Status})
	}
	if _, err := t.exec(`UPDATE webhooks SET busy_until = $1, failures = 0, rest_until = 0 WHERE id = $2`, micros(a.Now), id); err != nil {
		return err
	}
	if w.Failures == 0 {
		return nil
	}
	// it answers again: what waits for a later attempt need not wait
	_, err = t.exec(`UPDATE deliveries SET next_attempt_at = $1 WHERE webhook_id = $2 AND state = 'pending' AND next_attempt_at > $1`, micros(a.Now), id)
	return err
}

// Deliveries implements notify.Webhooks. A limit of 0 is 50, and there are never more than 200 at once.
func (s *Store) Deliveries(ctx context.Context, webhookID string, state notify.DeliveryState, after string, limit int) (found []notify.Delivery, next string, err error) {
	limit = limitOf(limit)
	a := arguments{webhookID}
	query := `SELECT ` + deliveryColumns + ` FROM deliveries WHERE webhook_id = $1`
	if state != "" {
		query += ` AND state = ` + a.add(string(state))
	}
	if after != "" {
		from, err := scanDelivery(s.reader.QueryRowContext(ctx, `SELECT `+deliveryColumns+` FROM deliveries WHERE id = $1 AND webhook_id = $2`, after, webhookID))
		if err != nil {
			return nil, "", fmt.Errorf("delivery %s: %w", after, nothingDue(err))
		}
		query += ` AND (created_at, id) < (` + a.add(micros(from.CreatedAt)) + `, ` + a.add(from.ID) + `)`
	}
	found, err = list(ctx, s.reader, scanDelivery, query+` ORDER BY created_at DESC, id DESC LIMIT `+a.add(limit+1), a...)
	if err != nil {
		return nil, "", fmt.Errorf("deliveries: %w", err)
	}
	if len(found) > limit {
		found = found[:limit]
		next = found[limit-1].ID
	}
	return found, next, nil
}

// toldAge is how long it is kept what was told, and what was given up.
const toldAge = 30 * 24 * time.Hour

// SweepTold removes what was told, or given up, before a time.
func (s *Store) SweepTold(ctx context.Context, before time.Time) error {
	return s.write(ctx, func(t *tx) error {
		for _, table := range []string{"deliveries", "mail_items"} {
			for _, state := range []notify.DeliveryState{notify.Done, notify.Dead} {
				if _, err := t.exec(`DELETE FROM `+table+` WHERE state = $1 AND updated_at < $2`, string(state), micros(before)); err != nil {
					return fmt.Errorf("%s: %w", table, err)
				}
			}
		}
		return nil
	})
}
