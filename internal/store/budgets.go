package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/shopspring/decimal"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders"
)

// Sums are of decimals, so Go adds them up: always in a transaction that has the head, which keeps others from adding to
// the same sum.

const monthColumns = `m.team, m.month, m.currency, m.reserved, m.settled`

func scanMonth(row scanner) (orders.BudgetMonth, error) {
	var b orders.BudgetMonth
	err := row.Scan(&b.Team, &b.Month, &b.Currency, sum{&b.Reserved}, sum{&b.Settled})
	return b, err
}

// sum scans a decimal that is always there.
type sum struct{ to *decimal.Decimal }

// Scan implements sql.Scanner.
func (s sum) Scan(value any) error {
	var there *decimal.Decimal
	if err := (amount{&there}).Scan(value); err != nil {
		return err
	}
	if there == nil {
		return errors.New("a sum is missing")
	}
	*s.to = *there
	return nil
}

// budgetMonth reads the sums of a month; zero when there are none.
func budgetMonth(ctx context.Context, q querier, team, month, currency string) (orders.BudgetMonth, error) {
	b, err := scanMonth(q.QueryRowContext(ctx, `SELECT `+monthColumns+` FROM budget_months m WHERE m.team = $1 AND m.month = $2 AND m.currency = $3`,
		team, month, currency))
	if errors.Is(err, sql.ErrNoRows) {
		return orders.BudgetMonth{Team: team, Month: month, Currency: currency}, nil
	}
	if err != nil {
		return b, fmt.Errorf("budget of %s in %s: %w", team, month, err)
	}
	return b, nil
}

// budgetEntry is what an order holds, and of which month.
type budgetEntry struct {
	orders.BudgetMonth
	state orders.LineState
	over  bool
}

func (t *tx) budgetEntry(orderID string) (e budgetEntry, err error) {
	err = t.QueryRowContext(t.ctx, `SELECT team, month, currency, reserved, settled, state, over FROM budget_entries WHERE order_id = $1`, orderID).
		Scan(&e.Team, &e.Month, &e.Currency, sum{&e.Reserved}, sum{&e.Settled}, &e.state, &e.over)
	return e, notFound(err)
}

// claimBudget begins what a new order holds.
func (t *tx) claimBudget(o orders.Order, month orders.BudgetMonth, over bool) error {
	_, err := t.exec(`INSERT INTO budget_entries (order_id, team, month, currency, reserved, settled, state, over)
		VALUES ($1, $2, $3, $4, '0', '0', $5, $6)`, o.ID, month.Team, month.Month, month.Currency, string(orders.LineReleased), over)
	if err != nil {
		return fmt.Errorf("budget: %w", err)
	}
	return t.account(o)
}

// account brings what an order holds of a budget in line with the order. It is the only place where the sums change.
func (t *tx) account(o orders.Order) error {
	e, err := t.budgetEntry(o.ID)
	if errors.Is(err, orders.ErrNotFound) {
		return nil // of a team without a budget
	}
	if err != nil {
		return fmt.Errorf("budget: %w", err)
	}
	line := orders.LineOf(o, e.Currency, e.over)
	if line.State == e.state && line.Reserved.Equal(e.Reserved) && line.Settled.Equal(e.Settled) {
		return nil
	}
	b, err := budgetMonth(t.ctx, t, e.Team, e.Month, e.Currency)
	if err != nil {
		return err
	}
	b.Reserved, b.Settled = b.Reserved.Sub(e.Reserved).Add(line.Reserved), b.Settled.Sub(e.Settled).Add(line.Settled)
	if _, err := t.exec(`INSERT INTO budget_months (team, month, currency, reserved, settled) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (team, month, currency) DO UPDATE SET reserved = excluded.reserved, settled = excluded.settled`,
		b.Team, b.Month, b.Currency, b.Reserved.String(), b.Settled.String()); err != nil {
		return fmt.Errorf("budget: %w", err)
	}
	if _, err := t.exec(`UPDATE budget_entries SET reserved = $1, settled = $2, state = $3 WHERE order_id = $4`,
		line.Reserved.String(), line.Settled.String(), string(line.State), o.ID); err != nil {
		return fmt.Errorf("budget: %w", err)
	}
	return nil
}

// othersOf is the month in which some orders of one request count, without what they hold of it themselves; zero when
// they count in none.
func (t *tx) othersOf(calls []orders.Call) (others orders.BudgetMonth, err error) {
	for _, call := range calls {
		e, err := t.budgetEntry(call.OrderID)
		if errors.Is(err, orders.ErrNotFound) {
			continue
		}
		if err != nil {
			return others, err
		}
		if others.Team == "" {
			if others, err = budgetMonth(t.ctx, t, e.Team, e.Month, e.Currency); err != nil {
				return others, err
			}
		}
		others.Reserved, others.Settled = others.Reserved.Sub(e.Reserved), others.Settled.Sub(e.Settled)
	}
	return others, nil
}

// setOver notes whether there is room for some orders; what they hold follows when they are stamped.
func (t *tx) setOver(calls []orders.Call, over bool) error {
	for _, call := range calls {
		if _, err := t.exec(`UPDATE budget_entries SET over = $1 WHERE order_id = $2`, over, call.OrderID); err != nil {
			return err
		}
	}
	return nil
}

// BudgetMonth implements orders.RequestBook.
func (s *Store) BudgetMonth(ctx context.Context, team, month, currency string) (orders.BudgetMonth, error) {
	return budgetMonth(ctx, s.reader, team, month, currency)
}

// BudgetMonths implements orders.RequestBook.
func (s *Store) BudgetMonths(ctx context.Context, scope auth.Scope, month string) ([]orders.BudgetMonth, error) {
	a := arguments{month}
	found, err := list(ctx, s.reader, scanMonth, `SELECT `+monthColumns+` FROM budget_months m WHERE m.month = $1 AND `+seen(&a, scope, "m.team")+`
		ORDER BY m.team, m.currency`, a...)
	if err != nil {
		return nil, fmt.Errorf("budgets of %s: %w", month, err)
	}
	return found, nil
}

// BudgetHistory implements orders.RequestBook.
func (s *Store) BudgetHistory(ctx context.Context, team, before string, limit int) ([]orders.BudgetMonth, error) {
	a := arguments{team}
	where := ""
	if before != "" {
		where = ` AND m.month < ` + a.add(before)
	}
	found, err := list(ctx, s.reader, scanMonth, `SELECT `+monthColumns+` FROM budget_months m WHERE m.team = $1`+where+`
		ORDER BY m.month DESC, m.currency LIMIT `+a.add(limitOf(limit)), a...)
	if err != nil {
		return nil, fmt.Errorf("budgets of %s: %w", team, err)
	}
	return found, nil
}
