package store

import (
	"context"
	"fmt"
	"time"

	"workspace-order-console/internal/orders"
)

// SaveDraft implements orders.Journal. ErrNotFound when the ID is that of another person's draft.
func (s *Store) SaveDraft(ctx context.Context, d orders.Draft) error {
	quote, err := quoteOrNull(d.Quote)
	if err != nil {
		return err
	}
	calls, err := callsOrNull(d.Calls)
	if err != nil {
		return err
	}
	return s.write(ctx, func(t *tx) error {
		rows, err := t.exec(`
			INSERT INTO drafts (id, actor, kind, reason, desktop_id, body, hash, quote, quote_error, repeat_of, created_at, team, calls, template)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
			ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, reason = excluded.reason, desktop_id = excluded.desktop_id,
				body = excluded.body, hash = excluded.hash, quote = excluded.quote, quote_error = excluded.quote_error,
				repeat_of = excluded.repeat_of, created_at = excluded.created_at, team = excluded.team, calls = excluded.calls,
				template = excluded.template
			WHERE drafts.actor = excluded.actor`,
			d.ID, d.Actor, d.Kind, d.Reason, d.DesktopID, string(d.Body), d.Hash, quote, d.QuoteError, d.RepeatOf, micros(d.CreatedAt), d.Team, calls,
			d.Template)
		if err == nil && rows == 0 {
			err = orders.ErrNotFound
		}
		if err != nil {
			return fmt.Errorf("draft %s: %w", d.ID, err)
		}
		return nil
	})
}

// Draft implements orders.Journal.
func (s *Store) Draft(ctx context.Context, actor, id string) (orders.Draft, error) {
	var d orders.Draft
	var quote storedQuote
	var calls []storedCall
	err := s.reader.QueryRowContext(ctx, `
		SELECT id, actor, kind, reason, desktop_id, body, hash, quote, quote_error, repeat_of, created_at, team, calls, template
		FROM drafts WHERE id = $1 AND actor = $2`, id, actor).
		Scan(&d.ID, &d.Actor, &d.Kind, &d.Reason, &d.DesktopID, &d.Body, &d.Hash, document{&quote}, &d.QuoteError, &d.RepeatOf, at{&d.CreatedAt}, &d.Team, document{&calls},
			&d.Template)
	if err != nil {
		return orders.Draft{}, fmt.Errorf("draft %s: %w", id, notFound(err))
	}
	d.Quote = quote.quote()
	for _, call := range calls {
		d.Calls = append(d.Calls, orders.DraftCall{ID: call.ID, Quote: call.Quote.quote()})
	}
	return d, nil
}

// storedCall is a call of a draft as it stands in a column.
type storedCall struct {
	ID    string      `json:"id"`
	Quote storedQuote `json:"quote"`
}

func callsOrNull(calls []orders.DraftCall) (any, error) {
	if len(calls) == 0 {
		return nil, nil
	}
	stored := make([]storedCall, len(calls))
	for i, call := range calls {
		stored[i].ID = call.ID
		if call.Quote != nil {
			stored[i].Quote = quoteStored(call.Quote)
		}
	}
	text, err := asJSON(stored)
	if err != nil {
		return nil, fmt.Errorf("calls: %w", err)
	}
	return text, nil
}

// SweepDrafts implements orders.Journal.
func (s *Store) SweepDrafts(ctx context.Context, before time.Time) error {
	return s.write(ctx, func(t *tx) error {
		if _, err := t.exec(`DELETE FROM drafts WHERE created_at < $1`, micros(before)); err != nil {
			return fmt.Errorf("drafts: %w", err)
		}
		return nil
	})
}
