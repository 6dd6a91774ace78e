package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

// everyKind is the kind under which the sum over all kinds is kept.
const everyKind = "*"

// figure brings the sums in line with an order whose figures have changed. It is the only place where the sums change,
// always behind the head, which keeps others from adding to them.
func (t *tx) figure(o orders.Order, before, after orders.Figures) error {
	month, week := orders.MonthOf(o.CreatedAt), orders.WeekOf(o.CreatedAt)
	for _, team := range []string{o.Team, everyTeam} {
		if err := t.tally("outcome_months", "month", "outcome", team, month, string(before.Outcome), string(after.Outcome)); err != nil {
			return err
		}
		if err := t.tally("took_weeks", "week", "took", team, week, string(before.Took), string(after.Took)); err != nil {
			return err
		}
	}
	for _, more := range differences(before.Spent, after.Spent) {
		for _, key := range [][2]string{{o.Team, everyKind}, {o.Team, o.Kind}, {everyTeam, o.Kind}} {
			if err := t.spend(key[0], month, key[1], more); err != nil {
				return err
			}
		}
	}
	return nil
}

// tally moves one order from one count to another; an empty name is none.
func (t *tx) tally(table, period, column, team, when, from, to string) error {
	if from == to {
		return nil
	}
	for _, step := range []struct {
		name string
		n    int
	}{{from, -1}, {to, 1}} {
		if step.name == "" {
			continue
		}
		if _, err := t.exec(`INSERT INTO `+table+` (team, `+period+`, `+column+`, n) VALUES ($1, $2, $3, $4)
			ON CONFLICT (team, `+period+`, `+column+`) DO UPDATE SET n = `+table+`.n + excluded.n`, team, when, step.name, step.n); err != nil {
			return fmt.Errorf("figures: %w", err)
		}
	}
	return nil
}

// differences is what some sums grew by, without the currencies in which nothing changed.
func differences(before, after []cloud.Money) []cloud.Money {
	grown := slices.Clone(after)
	for _, was := range before {
		i := slices.IndexFunc(grown, func(m cloud.Money) bool { return m.Currency == was.Currency })
		if i < 0 {
			grown = append(grown, cloud.Money{Amount: was.Amount.Neg(), Currency: was.Currency})
			continue
		}
		grown[i].Amount = grown[i].Amount.Sub(was.Amount)
	}
	return slices.DeleteFunc(grown, func(m cloud.Money) bool { return m.Amount.IsZero() })
}

// spend adds to a month's sum. Sums are of decimals, so Go adds them up.
func (t *tx) spend(team, month, kind string, more cloud.Money) error {
	var there decimal.Decimal
	err := t.QueryRowContext(t.ctx, `SELECT amount FROM spent_months WHERE team = $1 AND month = $2 AND kind = $3 AND currency = $4`,
		team, month, kind, more.Currency).Scan(sum{&there})
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("figures: %w", err)
	}
	if _, err := t.exec(`INSERT INTO spent_months (team, month, kind, currency, amount) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (team, month, kind, currency) DO UPDATE SET amount = excluded.amount`,
		team, month, kind, more.Currency, there.Add(more.Amount).String()); err != nil {
		return fmt.Errorf("figures: %w", err)
	}
	return nil
}

const unfigured = `SELECT id FROM orders WHERE figures IS NULL ORDER BY id LIMIT $1`

// figuredAtOnce is how many orders of before the sums were kept are added in one transaction.
const figuredAtOnce = 500

// figureAll adds the orders from before the sums were kept. When one of them was completed is not known any more: its last
// change stands for it.
func (s *Store) figureAll(ctx context.Context) error {
	for {
		// A look before the lock: there are none but once.
		if err := notFound(s.reader.QueryRowContext(ctx, unfigured, 1).Scan(new(string))); err != nil {
			if errors.Is(err, orders.ErrNotFound) {
				return nil
			}
			return fmt.Errorf("figures: %w", err)
		}
		if err := s.write(ctx, func(t *tx) error {
			ids, err := list(ctx, t, column[string], unfigured, figuredAtOnce)
			if err != nil {
				return err
			}
			if _, err := t.head(); err != nil {
				return err
			}
			t.bulk()
			for _, id := range ids {
				o, err := orderWhere(ctx, t, `o.id = $1`, id)
				if err != nil {
					return err
				}
				figures := orders.FiguresOf(o, orders.Figures{}, o.UpdatedAt)
				text, err := asJSON(figures)
				if err != nil {
					return err
				}
				if err := t.figure(o, orders.Figures{}, figures); err != nil {
					return err
				}
				if _, err := t.exec(`UPDATE orders SET figures = $1 WHERE id = $2`, text, id); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return fmt.Errorf("figures: %w", err)
		}
	}
}

const (
	spentByTeam = `SELECT f.team, f.month, f.currency, f.amount FROM spent_months f WHERE f.kind = '` + everyKind + `' AND f.month >= $1 ORDER BY f.month, f.team, f.currency`
	spentByKind = `SELECT f.kind, f.month, f.currency, f.amount FROM spent_months f WHERE f.team = $1 AND f.month >= $2 AND f.kind <> '` + everyKind + `' ORDER BY f.month, f.kind, f.currency`
	outcomes    = `SELECT f.outcome, f.month, f.n FROM outcome_months f WHERE f.team = $1 AND f.month >= $2 AND f.n > 0 ORDER BY f.month, f.outcome`
	tooks       = `SELECT f.took, f.week, f.n FROM took_weeks f WHERE f.team = $1 AND f.week >= $2 AND f.n > 0 ORDER BY f.week, f.took`
)

// Sums implements orders.FigureReader.
func (s *Store) Sums(ctx context.Context, scope auth.Scope, month, week string) (sums orders.Sums, err error) {
	team, some := summed(scope)
	if !some {
		return sums, nil
	}
	err = s.read(ctx, func(q *sql.Tx) (err error) {
		if scope.All() {
			if sums.SpentByTeam, err = list(ctx, q, scanSpent, spentByTeam, month); err != nil {
				return err
			}
		}
		if sums.SpentByKind, err = list(ctx, q, scanSpent, spentByKind, team, month); err != nil {
			return err
		}
		if sums.Outcomes, err = list(ctx, q, scanCounted[orders.Outcome], outcomes, team, month); err != nil {
			return err
		}
		sums.Took, err = list(ctx, q, scanCounted[orders.Took], tooks, team, week)
		return err
	})
	if err != nil {
		return orders.Sums{}, fmt.Errorf("figures: %w", err)
	}
	return sums, nil
}

func scanSpent(row scanner) (orders.Spent, error) {
	var s orders.Spent
	err := row.Scan(&s.Name, &s.Month, &s.Currency, sum{&s.Amount})
	return s, err
}

func scanCounted[T ~string](row scanner) (orders.Counted[T], error) {
	var c orders.Counted[T]
	err := row.Scan(&c.Of, &c.Period, &c.N)
	return c, err
}

// Expiring implements orders.ExpiryReader.
func (s *Store) Expiring(ctx context.Context, scope auth.Scope, from, until time.Time) ([]orders.Expiring, error) {
	query, args := expiring(scope, from, until)
	found, err := list(ctx, s.reader, func(row scanner) (orders.Expiring, error) {
		var e orders.Expiring
		err := row.Scan(&e.Day, &e.N)
		return e, err
	}, query, args...)
	if err != nil {
		return nil, fmt.Errorf("expiring desktops: %w", err)
	}
	return found, nil
}

// expiring is the query of it: times of the cloud are texts that begin with their day.
func expiring(scope auth.Scope, from, until time.Time) (string, arguments) {
	a := arguments{from.UTC().Format(time.DateOnly), until.UTC().Format(time.DateOnly)}
	whose := ""
	if !scope.All() {
		whose = " AND " + seen(&a, scope, "d.team")
	}
	return `SELECT substr(d.expire_time, 1, 10) AS day, count(*) FROM desktops d WHERE d.expire_time >= $1 AND d.expire_time < $2` + whose +
		` GROUP BY substr(d.expire_time, 1, 10) ORDER BY day`, a
}
