package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/notify"
)

// nextMail finds the person whose mail has been due longest.
const nextMail = `SELECT person FROM mailboxes WHERE next_at IS NOT NULL AND next_at <= $1 ORDER BY next_at, person LIMIT 1`

// ClaimDigest implements notify.Book.
func (s *Store) ClaimDigest(ctx context.Context, claim notify.Claim, shown int) (d notify.Digest, err error) {
	// A look before the lock: it is asked often, and mostly in vain.
	var person string
	if err := s.reader.QueryRowContext(ctx, nextMail, micros(claim.Now)).Scan(&person); err != nil {
		return notify.Digest{}, fmt.Errorf("mail: %w", nothingDue(err))
	}
	var chosen auth.SessionValues
	err = s.write(ctx, func(t *tx) error {
		err := t.QueryRowContext(ctx, `UPDATE mailboxes SET fence = $1, next_at = $2 WHERE person = $3 AND next_at IS NOT NULL AND next_at <= $4
			RETURNING person, address, attempts, failing_since`, claim.Fence, micros(claim.Until), person, micros(claim.Now)).
			Scan(&d.Person, &d.Address, &d.Attempts, at{&d.FailingSince})
		if err != nil {
			return nothingDue(err)
		}
		rows, err := t.exec(`UPDATE mail_items SET fence = $1 WHERE person = $2 AND state = 'pending'`, claim.Fence, person)
		if err != nil {
			return err
		}
		d.Total = int(rows)
		d.Items, err = list(ctx, t, func(row scanner) (item notify.DigestItem, err error) {
			err = row.Scan(&item.Event, &item.OrderID, at{&item.At})
			return item, err
		}, `SELECT event, order_id, created_at FROM mail_items WHERE person = $1 AND state = 'pending' ORDER BY created_at, id LIMIT $2`, person, shown)
		if err != nil {
			return err
		}
		err = t.QueryRowContext(ctx, `SELECT data FROM preferences WHERE subject = $1`, person).Scan(document{&chosen})
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	if err != nil {
		return notify.Digest{}, fmt.Errorf("mail: %w", err)
	}
	d.Language, d.Zone = chosen.Language, chosen.Zone
	return d, nil
}

// FinishDigest implements notify.Book.
func (s *Store) FinishDigest(ctx context.Context, r notify.DigestResult) error {
	err := s.write(ctx, func(t *tx) error {
		var rows int64
		var err error
		if r.State == notify.Pending {
			rows, err = t.exec(`UPDATE mailboxes SET fence = NULL, next_at = $1, attempts = attempts + 1, failing_since = COALESCE(failing_since, $2), error = $3
				WHERE person = $4 AND fence = $5`, micros(r.NextAt), micros(r.Now), r.Error, r.Person, r.Fence)
			return stale(rows, err)
		}
		if _, err := t.exec(`UPDATE mail_items SET state = $1, updated_at = $2 WHERE person = $3 AND state = 'pending' AND fence = $4`,
			string(r.State), micros(r.Now), r.Person, r.Fence); err != nil {
			return err
		}
		// what came meanwhile waits for the next mail
		rows, err = t.exec(`UPDATE mailboxes SET fence = NULL, attempts = 0, failing_since = NULL, error = $1,
				sent_at = CASE WHEN $2 THEN $3 ELSE sent_at END,
				next_at = CASE WHEN EXISTS (SELECT 1 FROM mail_items i WHERE i.person = mailboxes.person AND i.state = 'pending') THEN CAST($4 AS BIGINT) END
			WHERE person = $5 AND fence = $6`, r.Error, r.State == notify.Done, micros(r.Now), micros(r.Now.Add(r.Every)), r.Person, r.Fence)
		return stale(rows, err)
	})
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	return nil
}
