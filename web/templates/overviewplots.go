package templates

import (
	"cmp"
	"net/url"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/i18n"
	"workspace-order-console/internal/orders"
)

// How far back and ahead the overview's plots look.
const (
	PlotMonths   = 12
	PlotWeeks    = 12
	ExpiringDays = 90
)

// FiguresView is what the overview's plots are drawn from.
type FiguresView struct {
	orders.Sums
	// Expiring is nil for those who may not see the inventory.
	Expiring       []orders.Expiring
	ShowsInventory bool
	// ByTeam tells that who looks sees more than one team's.
	ByTeam bool
	Now    time.Time
	Say    i18n.Printer
}

// span is a period that a column stands for: its first and last day, in UTC as the sums are.
type span struct{ first, last time.Time }

func (s span) month() string { return orders.MonthOf(s.first) }
func (s span) week() string  { return orders.WeekOf(s.first) }

// listed is the address of a list of orders of the period, narrowed by pairs of a filter's name and value.
func (s span) listed(filters ...string) string {
	q := url.Values{"from": {s.first.Format(time.DateOnly)}, "until": {s.last.Format(time.DateOnly)}}
	for i := 0; i+1 < len(filters); i += 2 {
		q.Add(filters[i], filters[i+1])
	}
	return "/orders?" + q.Encode()
}

// calendar writes days of the sums, which are UTC's whatever the reader's zone.
func (v FiguresView) calendar() i18n.Printer { return v.Say.In(time.UTC) }

// months are the last twelve, this one included.
func (v FiguresView) months() []span {
	now := v.Now.UTC()
	var spans []span
	for i := range PlotMonths {
		first := time.Date(now.Year(), now.Month()-time.Month(PlotMonths-1-i), 1, 0, 0, 0, 0, time.UTC)
		spans = append(spans, span{first, first.AddDate(0, 1, -1)})
	}
	return spans
}

// FirstMonth and FirstWeek are where the plots begin at a time, as orders.FigureReader takes them.
func FirstMonth(now time.Time) string { return FiguresView{Now: now}.months()[0].month() }

// FirstWeek is the week in which the plots begin.
func FirstWeek(now time.Time) string {
	return orders.WeekOf(now.AddDate(0, 0, -7*(PlotWeeks-1)))
}

func (v FiguresView) weeks() []span {
	monday, _ := time.Parse(time.DateOnly, FirstWeek(v.Now)) // it is a date
	var spans []span
	for i := range PlotWeeks {
		first := monday.AddDate(0, 0, 7*i)
		spans = append(spans, span{first, first.AddDate(0, 0, 6)})
	}
	return spans
}

// plots are the overview's plots, in its order.
func (v FiguresView) plots() []PlotView {
	var all []PlotView
	if v.ByTeam {
		all = append(all, v.spent("spent-by-team", "team", v.SpentByTeam)...)
	}
	all = append(all, v.spent("spent-by-kind", "kind", v.SpentByKind)...)
	all = append(all, v.outcomes(), v.took())
	if v.ShowsInventory {
		all = append(all, v.expiring())
	}
	return all
}

// spent are the plots of what was paid by month, one for each currency: amounts of two have no sum.
func (v FiguresView) spent(id, by string, spent []orders.Spent) []PlotView {
	byCurrency := map[string][]orders.Spent{}
	var currencies []string
	for _, s := range spent {
		if _, seen := byCurrency[s.Currency]; !seen {
			currencies = append(currencies, s.Currency)
		}
		byCurrency[s.Currency] = append(byCurrency[s.Currency], s)
	}
	slices.Sort(currencies)
	if len(currencies) == 0 {
		currencies = []string{""}
	}
	var all []PlotView
	for i, currency := range currencies {
		plot := v.spentIn(by, currency, byCurrency[currency])
		plot.ID = id
		if i > 0 {
			plot.ID += "-" + currency
		}
		all = append(all, plot)
	}
	return all
}

func (v FiguresView) spentIn(by, currency string, spent []orders.Spent) PlotView {
	plot := PlotView{Title: v.Say.Say("plot.spent_by_"+by, nil), Currency: currency, Axis: v.Say.Say("plot.month", nil),
		Note: v.Say.Say("plot.spent_note", nil), Say: v.Say}
	names, rest := orders.Main(spent, plotFills-1)
	if len(names) == 0 {
		plot.Text = v.Say.Say("plot.spent_none", nil)
		return plot
	}
	for _, name := range names {
		plot.Series = append(plot.Series, v.series(by, name))
	}
	if rest {
		plot.Series = append(plot.Series, PlotSeries{Name: v.Say.Say("plot.others", nil)})
	}
	sum := decimal.Zero
	var most PlotColumn
	for _, month := range v.months() {
		column := PlotColumn{Label: v.calendar().ShortMonth(month.first), Name: v.calendar().Month(month.first), Href: month.listed(),
			Parts: make([]PlotPart, len(plot.Series))}
		for i := range column.Parts {
			column.Parts[i].Href = month.listed()
			if i < len(names) { // the rest has no filter: its parts lead to the whole month
				column.Parts[i].Href = month.listed(by, cmp.Or(names[i], orders.NoTeam))
			}
		}
		for _, s := range spent {
			if s.Month == month.month() {
				i := slices.Index(names, s.Name)
				if i < 0 {
					i = len(names)
				}
				column.Parts[i].Value = column.Parts[i].Value.Add(s.Amount)
			}
		}
		sum = sum.Add(column.total())
		if column.total().GreaterThanOrEqual(most.total()) {
			most = column
		}
		plot.Columns = append(plot.Columns, column)
	}
	plot.Text = v.Say.Say("plot.spent_text", map[string]any{"sum": plot.value(sum), "month": most.Name,
		"most": FormatMoney(cloud.Money{Amount: most.total(), Currency: currency})})
	return plot
}

// series is what a team or a kind is called.
func (v FiguresView) series(by, name string) PlotSeries {
	switch {
	case by == "kind":
		return PlotSeries{Name: v.Say.Say("kind."+name+".title", nil)}
	case name == "":
		return PlotSeries{Name: v.Say.Say("plot.no_team", nil)}
	}
	return PlotSeries{Name: name, Verbatim: true}
}

// outcomes is the plot of what became of the orders of each month.
func (v FiguresView) outcomes() PlotView {
	plot := PlotView{ID: "outcomes", Title: v.Say.Say("plot.outcomes", nil), Axis: v.Say.Say("plot.month", nil),
		Note: v.Say.Say("plot.outcomes_note", nil), Say: v.Say}
	for _, outcome := range orders.Outcomes {
		plot.Series = append(plot.Series, PlotSeries{Name: v.Say.Say("plot.outcome."+string(outcome), nil)})
	}
	all := 0
	sums := map[orders.Outcome]int{}
	for _, month := range v.months() {
		column := PlotColumn{Label: v.calendar().ShortMonth(month.first), Name: v.calendar().Month(month.first), Href: month.listed()}
		for _, outcome := range orders.Outcomes {
			n := counted(v.Outcomes, month.month(), outcome)
			all, sums[outcome] = all+n, sums[outcome]+n
			var states []string
			for _, badge := range outcome.Badges() {
				states = append(states, "state", string(badge))
			}
			column.Parts = append(column.Parts, PlotPart{Value: decimal.NewFromInt(int64(n)), Href: month.listed(states...)})
		}
		plot.Columns = append(plot.Columns, column)
	}
	plot.Text = v.Say.Say("plot.outcomes_text", map[string]any{"n": all, "all": FormatCount(all),
		"completed": FormatCount(sums[orders.OutcomeCompleted]), "failed": FormatCount(sums[orders.OutcomeFailed] + sums[orders.OutcomeRefused])})
	return plot
}

func counted[T ~string](list []orders.Counted[T], period string, of T) int {
	for _, c := range list {
		if c.Period == period && c.Of == of {
			return c.N
		}
	}
	return 0
}

// took is the plot of how long the orders of each week took that are completed.
func (v FiguresView) took() PlotView {
	plot := PlotView{ID: "took", Title: v.Say.Say("plot.took", nil), Axis: v.Say.Say("plot.week", nil),
		Note: v.Say.Say("plot.took_note", nil), Say: v.Say}
	for _, took := range orders.Tooks {
		plot.Series = append(plot.Series, PlotSeries{Name: v.Say.Say("plot.took."+string(took), nil)})
	}
	sums := make([]int, len(orders.Tooks))
	all := 0
	for _, week := range v.weeks() {
		listed := week.listed("state", string(orders.BadgeCompleted))
		column := PlotColumn{Label: v.calendar().ShortDate(week.first), Name: v.calendar().Date(week.first), Href: listed}
		for i, took := range orders.Tooks {
			n := counted(v.Took, week.week(), took)
			all, sums[i] = all+n, sums[i]+n
			column.Parts = append(column.Parts, PlotPart{Value: decimal.NewFromInt(int64(n)),
				Href: week.listed("state", string(orders.BadgeCompleted), "took", string(took))})
		}
		plot.Columns = append(plot.Columns, column)
	}
	half, middle := 0, 0
	for middle < len(sums)-1 && (half+sums[middle])*2 < all {
		half += sums[middle]
		middle++
	}
	plot.Text = v.Say.Say("plot.took_text", map[string]any{"n": all, "all": FormatCount(all), "half": plot.Series[middle].Name})
	if all == 0 {
		plot.Text = v.Say.Say("plot.took_none", nil)
	}
	return plot
}

// expiring is the plot of the desktops whose subscription ends, by week from today on.
func (v FiguresView) expiring() PlotView {
	plot := PlotView{ID: "expiring", Title: v.Say.Say("plot.expiring", nil), Axis: v.Say.Say("plot.week", nil),
		Series: []PlotSeries{{Name: v.Say.Say("plot.expiring_desktops", nil)}}, Say: v.Say}
	today := v.Now.UTC().Truncate(24 * time.Hour)
	end := today.AddDate(0, 0, ExpiringDays-1)
	all := 0
	for first := today; !first.After(end); {
		last := first.AddDate(0, 0, (7-int(first.Weekday()))%7) // its Sunday
		if last.After(end) {
			last = end
		}
		n := 0
		for _, e := range v.Expiring {
			if e.Day >= first.Format(time.DateOnly) && e.Day <= last.Format(time.DateOnly) {
				n += e.N
			}
		}
		all += n
		listed := "/desktops?" + url.Values{"expire_from": {first.Format(time.DateOnly)}, "expire_until": {last.Format(time.DateOnly)}}.Encode()
		plot.Columns = append(plot.Columns, PlotColumn{Label: v.calendar().ShortDate(first), Name: v.calendar().Date(first), Href: listed,
			Parts: []PlotPart{{Value: decimal.NewFromInt(int64(n)), Href: listed}}})
		first = last.AddDate(0, 0, 1)
	}
	plot.Text = v.Say.Say("plot.expiring_text", map[string]any{"n": all, "all": FormatCount(all), "days": ExpiringDays})
	return plot
}
