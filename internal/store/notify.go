package store

import (
	"context"
	"database/sql"
	"fmt"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/notify"
	"workspace-order-console/internal/orders"
)

// Unheard implements notify.Book.
func (s *Store) Unheard(ctx context.Context, limit int) (cursor int64, entries []audit.Entry, err error) {
	err = s.read(ctx, func(q *sql.Tx) error {
		if err := q.QueryRowContext(ctx, `SELECT seq FROM notify_cursor WHERE id = 1`).Scan(&cursor); err != nil {
			return err
		}
		entries, err = list(ctx, q, scanEntry, `SELECT `+auditColumns+` FROM audit e WHERE e.seq > $1 ORDER BY e.seq LIMIT $2`, cursor, limit)
		return err
	})
	if err != nil {
		return 0, nil, fmt.Errorf("news: %w", err)
	}
	return cursor, entries, nil
}

// Tell implements notify.Book.
func (s *Store) Tell(ctx context.Context, news notify.News) error {
	err := s.write(ctx, func(t *tx) error {
		rows, err := t.exec(`UPDATE notify_cursor SET seq = $1 WHERE id = 1 AND seq = $2`, news.To, news.From)
		if err == nil && rows == 0 {
			err = notify.ErrStale
		}
		if err != nil || len(news.Items) == 0 {
			return err
		}
		hooks, err := list(ctx, t, scanWebhook, `SELECT `+webhookColumns+` FROM webhooks WHERE disabled_at IS NULL ORDER BY id`)
		if err != nil {
			return err
		}
		given := map[string]bool{} // webhooks and people that got something
		for _, item := range news.Items {
			if err := t.tell(news, item, hooks, given); err != nil {
				return err
			}
		}
		for _, hook := range hooks {
			if !given[hook.ID] {
				continue
			}
			if err := t.crop(hook.ID, news); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("news: %w", err)
	}
	return nil
}

// tell queues one event.
func (t *tx) tell(news notify.News, item notify.NewsItem, hooks []notify.Webhook, given map[string]bool) error {
	e := item.Event
	if e.Once {
		rows, err := t.exec(`INSERT INTO notified (order_id, event, seq) VALUES ($1, $2, $3) ON CONFLICT (order_id, event) DO NOTHING`,
			e.Order.ID, string(e.Type), e.Seq)
		if err != nil || rows == 0 {
			return err
		}
	}
	for _, hook := range hooks {
		if !hook.Wants(e) {
			continue
		}
		given[hook.ID] = true
		if err := t.insertDelivery(notify.Delivery{ID: orders.NewID(), WebhookID: hook.ID, Event: e.Type, Seq: e.Seq, OrderID: e.Order.ID,
			Payload: item.Payload, NextAttemptAt: news.Now, CreatedAt: news.Now}); err != nil {
			return err
		}
	}
	for _, person := range item.People {
		if err := t.mailTo(person, item, news); err != nil {
			return err
		}
	}
	return nil
}

// crop gives up the oldest of what waits for a webhook when it is too much.
func (t *tx) crop(webhookID string, news notify.News) error {
	_, err := t.exec(`UPDATE deliveries SET state = 'dead', error = 'too much was waiting', updated_at = $1
		WHERE id IN (SELECT id FROM deliveries WHERE webhook_id = $2 AND state = 'pending' ORDER BY created_at DESC, id DESC LIMIT $3 OFFSET $4)`,
		micros(news.Now), webhookID, cropped, notify.MaxPending)
	return err
}

// cropped bounds what is given up at once; one page of the audit log cannot bring more.
const cropped = 10_000

// mailTo notes an event for a person's next mail.
func (t *tx) mailTo(person notify.Recipient, item notify.NewsItem, news notify.News) error {
	// the first item sets the time; later ones find it set
	_, err := t.exec(`INSERT INTO mailboxes (person, address, next_at, attempts, error) VALUES ($1, $2, $3, 0, '')
		ON CONFLICT (person) DO UPDATE SET address = excluded.address,
			next_at = COALESCE(mailboxes.next_at, CASE WHEN mailboxes.sent_at + $4 > excluded.next_at THEN mailboxes.sent_at + $4 ELSE excluded.next_at END)`,
		person.Person, person.Address, micros(item.MailAt), item.MailEvery.Microseconds())
	if err != nil {
		return err
	}
	if _, err = t.exec(`INSERT INTO mail_items (id, person, event, seq, order_id, state, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, 'pending', $6, $6)`,
		orders.NewID(), person.Person, string(item.Event.Type), item.Event.Seq, item.Event.Order.ID, micros(news.Now)); err != nil {
		return err
	}
	_, err = t.exec(`UPDATE mail_items SET state = 'dead', updated_at = $1
		WHERE id IN (SELECT id FROM mail_items WHERE person = $2 AND state = 'pending' ORDER BY created_at DESC, id DESC LIMIT $3 OFFSET $4)`,
		micros(news.Now), person.Person, cropped, maxMailItems)
	return err
}

// maxMailItems is how much may wait for one person's mail; beyond it the oldest is given up.
const maxMailItems = 1000

// NotifyCounts implements notify.Webhooks.
func (s *Store) NotifyCounts(ctx context.Context) (notify.Counts, error) {
	counts := notify.Counts{Deliveries: map[notify.DeliveryState]int{}, MailItems: map[notify.DeliveryState]int{}}
	err := s.read(ctx, func(q *sql.Tx) error {
		for table, into := range map[string]map[notify.DeliveryState]int{"deliveries": counts.Deliveries, "mail_items": counts.MailItems} {
			rows, err := list(ctx, q, func(row scanner) (c stateCount, err error) {
				err = row.Scan(&c.state, &c.n)
				return c, err
			}, `SELECT state, count(*) FROM `+table+` GROUP BY state`)
			if err != nil {
				return err
			}
			for _, c := range rows {
				into[c.state] = c.n
			}
		}
		failed, err := list(ctx, q, column[string], `SELECT error FROM mailboxes WHERE next_at IS NOT NULL AND error <> '' ORDER BY next_at DESC, person LIMIT 1`)
		if err != nil {
			return err
		}
		if len(failed) > 0 {
			counts.MailError = failed[0]
		}
		return q.QueryRowContext(ctx, `SELECT h.seq - c.seq FROM audit_head h, notify_cursor c WHERE h.id = 1 AND c.id = 1`).Scan(&counts.Behind)
	})
	if err != nil {
		return notify.Counts{}, fmt.Errorf("notifications: %w", err)
	}
	return counts, nil
}

type stateCount struct {
	state notify.DeliveryState
	n     int
}
