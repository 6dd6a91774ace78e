package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"time"

	"workspace-order-console/internal/orders"
)

const (
	// selectionAge is how long a selection stays that nobody changes.
	selectionAge = 24 * time.Hour
	// selectionsKept is how many one person has at most; the one that was not touched for longest goes first.
	selectionsKept = 20
)

// selectedBy selects the desktops of a selection that is its owner's in their team.
func selectedBy(a *arguments, s orders.Selection) string {
	return `SELECT i.desktop_id FROM selections s JOIN selection_items i ON i.selection_id = s.id WHERE s.id = ` + a.add(s.ID) +
		` AND s.owner = ` + a.add(s.Owner) + ` AND s.team = ` + a.add(s.Scope.Team())
}

// hindered are the conditions of what stands in a kind's way, on a desktop d.
var hindered = map[orders.Hindrance]string{
	orders.HindrancePooled:   `(d.pool_id <> '' OR d.desktop_type = 'POOLED')`,
	orders.HindranceOrdinary: `d.pool_id = '' AND d.desktop_type <> 'POOLED'`,
	orders.HindranceMetered:  `d.charge_mode = '1'`,
	orders.HindrancePeriod:   `d.charge_mode <> '1'`,
	orders.HindranceFrozen:   `d.frozen`,
	orders.HindranceBusy:     `EXISTS (SELECT 1 FROM order_targets g WHERE g.open AND g.target = 'desktop:' || d.desktop_id)`,
	orders.HindranceSharing:  `d.sharing`,
	orders.HindranceAlone:    `NOT d.sharing`,
}

// Select implements orders.SelectionBook.
func (s *Store) Select(ctx context.Context, selection orders.Selection, step orders.Selecting) error {
	err := s.write(ctx, func(t *tx) error {
		if err := t.claimSelection(selection); err != nil {
			return err
		}
		if err := t.deselect(selection.ID, step); err != nil {
			return err
		}
		var filters []orders.DesktopFilter
		if len(step.With) > 0 {
			filters = append(filters, orders.DesktopFilter{IDs: step.With})
		}
		if step.All != nil {
			filters = append(filters, *step.All)
		}
		for _, f := range filters {
			f.Scope = selection.Scope
			l := inventoryList{table: "desktops"}
			id := l.add(selection.ID)
			l.matchDesktops(f)
			if _, err := t.exec(`INSERT INTO selection_items (selection_id, desktop_id) SELECT `+id+`, desktop_id FROM desktops`+l.condition()+
				` LIMIT `+strconv.Itoa(orders.MaxSelected+1)+` ON CONFLICT (selection_id, desktop_id) DO NOTHING`, l.arguments...); err != nil {
				return err
			}
		}
		var n int
		if err := t.one(`SELECT count(*) FROM selection_items WHERE selection_id = $1`, &n, selection.ID); err != nil {
			return err
		}
		if n > orders.MaxSelected {
			return orders.ErrTooMany
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("selection %s: %w", selection.ID, err)
	}
	return nil
}

// claimSelection makes a selection, or notes that it is used; ErrNotFound when it is another's.
func (t *tx) claimSelection(s orders.Selection) error {
	now := micros(t.store.now())
	rows, err := t.exec(`INSERT INTO selections (id, owner, team, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)
		ON CONFLICT (id) DO UPDATE SET updated_at = excluded.updated_at WHERE selections.owner = excluded.owner AND selections.team = excluded.team`,
		s.ID, s.Owner, s.Scope.Team(), now)
	if err == nil && rows == 0 {
		err = orders.ErrNotFound
	}
	if err != nil {
		return err
	}
	return t.dropSelections(`owner = $1 AND id <> $2 AND id NOT IN (SELECT id FROM selections WHERE owner = $1 AND id <> $2
		ORDER BY updated_at DESC, id DESC LIMIT `+strconv.Itoa(selectionsKept-1)+`)`, s.Owner, s.ID)
}

// deselect takes away what a step says.
func (t *tx) deselect(id string, step orders.Selecting) error {
	if step.Clear {
		if _, err := t.exec(`DELETE FROM selection_items WHERE selection_id = $1`, id); err != nil {
			return err
		}
	}
	if len(step.Without) > 0 {
		a := arguments{id}
		if _, err := t.exec(`DELETE FROM selection_items WHERE selection_id = $1 AND desktop_id IN `+in(&a, step.Without), a...); err != nil {
			return err
		}
	}
	if condition, known := hindered[step.Leave]; known {
		_, err := t.exec(`DELETE FROM selection_items WHERE selection_id = $1 AND desktop_id IN (
			SELECT d.desktop_id FROM selection_items i JOIN desktops d ON d.desktop_id = i.desktop_id WHERE i.selection_id = $1 AND `+condition+`)`, id)
		return err
	}
	return nil
}

// dropSelections removes selections with what is in them.
func (t *tx) dropSelections(where string, args ...any) error {
	if _, err := t.exec(`DELETE FROM selection_items WHERE selection_id IN (SELECT id FROM selections WHERE `+where+`)`, args...); err != nil {
		return err
	}
	_, err := t.exec(`DELETE FROM selections WHERE `+where, args...)
	return err
}

// sweepSelections removes what nobody has touched since a time.
func (s *Store) sweepSelections(ctx context.Context, before time.Time) error {
	return s.write(ctx, func(t *tx) error {
		if err := t.dropSelections(`updated_at < $1`, micros(before)); err != nil {
			return fmt.Errorf("selections: %w", err)
		}
		return nil
	})
}

// SelectedDesktops implements orders.SelectionBook.
func (s *Store) SelectedDesktops(ctx context.Context, selection orders.Selection) ([]string, error) {
	var ids []string
	err := s.read(ctx, func(q *sql.Tx) error {
		var there string
		err := q.QueryRowContext(ctx, `SELECT id FROM selections WHERE id = $1 AND owner = $2 AND team = $3`, selection.ID, selection.Owner,
			selection.Scope.Team()).Scan(&there)
		if err != nil {
			return notFound(err)
		}
		var a arguments
		ids, err = list(ctx, q, column[string], `SELECT d.desktop_id FROM desktops d WHERE d.desktop_id IN (`+selectedBy(&a, selection)+`) AND `+
			seen(&a, selection.Scope, "d.team")+` ORDER BY d.name_key, d.desktop_id`, a...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("selection %s: %w", selection.ID, err)
	}
	return ids, nil
}

// SelectedAmong implements orders.SelectionBook.
func (s *Store) SelectedAmong(ctx context.Context, selection orders.Selection, desktopIDs []string) (map[string]bool, error) {
	selected := map[string]bool{}
	if len(desktopIDs) == 0 || selection.ID == "" {
		return selected, nil
	}
	var a arguments
	ids, err := list(ctx, s.reader, column[string], selectedBy(&a, selection)+` AND i.desktop_id IN `+in(&a, desktopIDs), a...)
	if err != nil {
		return nil, fmt.Errorf("selection %s: %w", selection.ID, err)
	}
	for _, id := range ids {
		selected[id] = true
	}
	return selected, nil
}

// Selected implements orders.SelectionBook.
func (s *Store) Selected(ctx context.Context, selection orders.Selection) (orders.Standing, error) {
	var a arguments
	count := func(h orders.Hindrance) string { return `, count(*) FILTER (WHERE ` + hindered[h] + `)` }
	query := `SELECT count(*)` + count(orders.HindrancePooled) + count(orders.HindranceMetered) + count(orders.HindranceFrozen) +
		count(orders.HindranceBusy) + count(orders.HindranceSharing) + `, coalesce(min(d.desktop_id), '')
		FROM desktops d WHERE d.desktop_id IN (` + selectedBy(&a, selection) + `) AND ` + seen(&a, selection.Scope, "d.team")
	var st orders.Standing
	err := s.reader.QueryRowContext(ctx, query, a...).Scan(&st.Desktops, &st.Pooled, &st.Metered, &st.Frozen, &st.Busy, &st.Sharing, &st.One)
	if err != nil {
		return st, fmt.Errorf("selection %s: %w", selection.ID, err)
	}
	if st.Desktops != 1 {
		st.One = ""
	}
	return st, nil
}

// Busy implements orders.Inventory.
func (s *Store) Busy(ctx context.Context, targets []string) (map[string]string, error) {
	busy := map[string]string{}
	if len(targets) == 0 {
		return busy, nil
	}
	var a arguments
	found, err := list(ctx, s.reader, func(row scanner) (t [2]string, err error) {
		err = row.Scan(&t[0], &t[1])
		return t, err
	}, `SELECT target, order_id FROM order_targets WHERE open AND target IN `+in(&a, targets), a...)
	if err != nil {
		return nil, fmt.Errorf("open orders: %w", err)
	}
	for _, t := range found {
		busy[t[0]] = t[1]
	}
	return busy, nil
}
