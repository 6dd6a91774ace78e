package orders

import (
	"context"
	"slices"
	"strings"
	"time"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
)

// Outcome is what has become of an order, as far as the overview tells orders apart.
type Outcome string

// The outcomes.
const (
	OutcomeCompleted Outcome = "completed"
	// OutcomeOpen: it can still become anything else.
	OutcomeOpen     Outcome = "open"
	OutcomeFailed   Outcome = "failed"
	OutcomeCanceled Outcome = "canceled"
	OutcomeRefused  Outcome = "refused"
	// OutcomeDropped: it ended without having been placed, by what people or the console decided.
	OutcomeDropped Outcome = "dropped"
)

// Outcomes lists all of them, what is good first.
var Outcomes = []Outcome{OutcomeCompleted, OutcomeOpen, OutcomeFailed, OutcomeCanceled, OutcomeRefused, OutcomeDropped}

// OutcomeOf is the outcome of an order that shows a badge.
func OutcomeOf(badge Badge) Outcome {
	switch badge {
	case BadgeCompleted:
		return OutcomeCompleted
	case BadgeFailed:
		return OutcomeFailed
	case BadgeCanceled:
		return OutcomeCanceled
	case Badge(StateRefused):
		return OutcomeRefused
	case Badge(StateRejected), Badge(StateExpired), Badge(StateWithdrawn), Badge(StateNotPlaced):
		return OutcomeDropped
	}
	return OutcomeOpen
}

// Badges are those that an outcome is made of.
func (o Outcome) Badges() []Badge {
	return slices.DeleteFunc(slices.Clone(Badges), func(b Badge) bool { return OutcomeOf(b) != o })
}

// Took is how long an order took from when it was submitted until all of it was completed, in steps.
type Took string

// The steps, the quickest first; what is empty is not completed.
const (
	TookMinutes Took = "10m" // up to ten minutes
	TookHour    Took = "1h"
	TookHours   Took = "8h"
	TookDay     Took = "1d"
	TookWeek    Took = "7d"
	TookLonger  Took = "more"
)

// Tooks lists the steps.
var Tooks = []Took{TookMinutes, TookHour, TookHours, TookDay, TookWeek, TookLonger}

func tookOf(d time.Duration) Took {
	for i, most := range []time.Duration{10 * time.Minute, time.Hour, 8 * time.Hour, 24 * time.Hour, 7 * 24 * time.Hour} {
		if d <= most {
			return Tooks[i]
		}
	}
	return TookLonger
}

// Figures are what one order adds to the overview's sums, in the month and week in which it was submitted.
type Figures struct {
	Outcome Outcome `json:"outcome,omitempty"`
	// Spent is what was paid, one amount of each currency: the same as a budget settles (see LineOf).
	Spent []cloud.Money `json:"spent,omitempty"`
	Took  Took          `json:"took,omitempty"`
}

// FiguresOf are the figures of an order as it is at a time, after those of before.
func FiguresOf(o Order, before Figures, now time.Time) Figures {
	f := Figures{Outcome: OutcomeOf(BadgeOf(o.State, o.CloudOrders))}
	if f.Outcome == OutcomeCompleted {
		if f.Took = before.Took; f.Took == "" {
			f.Took = tookOf(now.Sub(o.CreatedAt))
		}
	}
	for _, currency := range currencies(o) {
		if settled := LineOf(o, currency, false).Settled; !settled.IsZero() {
			f.Spent = append(f.Spent, cloud.Money{Amount: settled, Currency: currency})
		}
	}
	return f
}

// currencies are those that an order was quoted or billed in.
func currencies(o Order) []string {
	var found []string
	if o.Quote != nil {
		found = append(found, o.Quote.Currency)
	}
	for _, c := range o.CloudOrders {
		if c.Amount != nil && !slices.Contains(found, c.Currency) {
			found = append(found, c.Currency)
		}
	}
	return found
}

// WeekOf is the Monday, "2026-11-16" in UTC, of the week that an order submitted at a time counts in.
func WeekOf(t time.Time) string {
	t = t.UTC()
	return t.AddDate(0, 0, -(int(t.Weekday())+6)%7).Format(time.DateOnly)
}

// Sums are the figures of all orders that a scope sees.
type Sums struct {
	// SpentByTeam is told only to those who see more than one team's. SpentByKind is summed over the teams.
	SpentByTeam, SpentByKind []Spent
	Outcomes                 []Counted[Outcome]
	Took                     []Counted[Took]
}

// Spent is what was paid for orders of one month, in one currency.
type Spent struct {
	// Name is the team, "" for nobody's, or the kind.
	Name  string
	Month string // as MonthOf
	cloud.Money
}

// Counted is how many orders of a period are of one sort.
type Counted[T ~string] struct {
	Of     T
	Period string // as MonthOf, or WeekOf
	N      int
}

// FigureReader tells the sums.
type FigureReader interface {
	// Sums are the sums of the orders submitted since a month (as MonthOf) and, of the times they took, since a week (as
	// WeekOf), sorted by period.
	Sums(ctx context.Context, scope auth.Scope, month, week string) (Sums, error)
}

// Expiring is how many desktops are paid until a day.
type Expiring struct {
	Day string // "2026-11-16", UTC
	N   int
}

// ExpiryReader tells which subscriptions end.
type ExpiryReader interface {
	// Expiring counts the desktops that are paid until a day, for the days from a first one up to, and without, a last one.
	Expiring(ctx context.Context, scope auth.Scope, from, until time.Time) ([]Expiring, error)
}

// Main splits names into those that make up most and the rest: at most n of them stay, the largest first, by a sum of
// each name. Names of the same sum stand in their own order.
func Main(spent []Spent, n int) (names []string, rest bool) {
	sums := map[string]cloud.Money{}
	for _, s := range spent {
		sum := sums[s.Name]
		sums[s.Name] = cloud.Money{Amount: sum.Amount.Add(s.Amount), Currency: s.Currency}
	}
	for name := range sums {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if c := sums[b].Amount.Cmp(sums[a].Amount); c != 0 {
			return c
		}
		return strings.Compare(a, b)
	})
	if len(names) > n {
		return names[:n], true
	}
	return names, false
}
