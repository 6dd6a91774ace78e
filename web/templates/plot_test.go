package templates

import (
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/i18n"
	"workspace-order-console/internal/orders"
)

func usd(text string) cloud.Money {
	return cloud.Money{Amount: decimal.RequireFromString(text), Currency: "USD"}
}

func TestAPlotIsATableToo(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	v := FiguresView{Now: now, Say: i18n.For(""), ByTeam: true, ShowsInventory: true, Expiring: []orders.Expiring{{Day: "2026-11-22", N: 2}, {Day: "2026-11-23", N: 3}, {Day: "2027-02-19", N: 1}},
		Sums: orders.Sums{SpentByTeam: []orders.Spent{{Name: "design", Month: "2026-11", Money: usd("16777217.01")}, {Name: "", Month: "2025-12", Money: usd("0.1")},
			{Name: "design", Month: "2026-11", Money: cloud.Money{Amount: decimal.NewFromInt(5), Currency: "CNY"}}},
			Outcomes: []orders.Counted[orders.Outcome]{{Of: orders.OutcomeDropped, Period: "2026-11", N: 7}, {Of: orders.OutcomeCompleted, Period: "2026-11", N: 30}},
			Took:     []orders.Counted[orders.Took]{{Of: orders.TookHour, Period: "2026-11-16", N: 3}, {Of: orders.TookWeek, Period: "2026-11-16", N: 3}}}}
	plots := map[string]PlotView{}
	for _, plot := range v.plots() {
		assert.NotContains(t, plots, plot.ID)
		plots[plot.ID] = plot
		html := render(t, Plot(plot))
		assert.Contains(t, html, plot.Text)
		if !plot.Empty() {
			assert.Contains(t, html, `role="img" aria-labelledby="`+plot.ID+`-name `+plot.ID+`-text"`)
			assert.Equal(t, len(plot.Columns), strings.Count(html, `<th scope="row"`))
		}
	}
	assert.Len(t, plots, 6, "a plot for each currency: amounts of two are never added up")
	team := plots["spent-by-team-USD"]
	assert.Equal(t, "USD", team.Currency)
	assert.Equal(t, "CNY", plots["spent-by-team"].Currency)
	assert.Contains(t, render(t, Plot(team)), "16,777,217.01", "not as a float")
	assert.Contains(t, team.Text, "16,777,217.11 USD in the last twelve months; most in November 2026")
	assert.Equal(t, []PlotSeries{{Name: "design", Verbatim: true}, {Name: "No team"}}, team.Series)
	assert.Equal(t, "/orders?from=2026-11-01&team=design&until=2026-11-30", team.Columns[11].Parts[0].Href)
	assert.Equal(t, "/orders?from=2025-12-01&team=-&until=2025-12-31", team.Columns[0].Parts[1].Href, "what is no team's has a filter too")
	assert.True(t, plots["spent-by-kind"].Empty())

	dropped := plots["outcomes"].Columns[11].Parts[5]
	assert.Equal(t, "7", dropped.Value.String())
	assert.Equal(t, "/orders?from=2026-11-01&state=not_placed&state=withdrawn&state=rejected&state=expired&until=2026-11-30", dropped.Href)
	assert.Contains(t, plots["took"].Text, "6 completed orders in the last twelve weeks. The quicker half took: up to 1 h")
	assert.Equal(t, "/orders?from=2026-11-16&state=completed&until=2026-11-22", plots["took"].Columns[11].Href)

	expiring := plots["expiring"]
	assert.Len(t, expiring.Columns, 14)
	assert.Equal(t, "/desktops?expire_from=2026-11-22&expire_until=2026-11-22", expiring.Columns[0].Href, "today is a Sunday")
	assert.Equal(t, "/desktops?expire_from=2026-11-23&expire_until=2026-11-29", expiring.Columns[1].Href)
	assert.Equal(t, "/desktops?expire_from=2027-02-15&expire_until=2027-02-19", expiring.Columns[13].Href, "the ninetieth day is the last")
	assert.Contains(t, expiring.Text, "6 desktops")
}

func TestASmallPartIsSeen(t *testing.T) {
	t.Parallel()
	part := func(n int64) PlotPart { return PlotPart{Value: decimal.NewFromInt(n)} }
	v := PlotView{Say: i18n.For(""), Series: make([]PlotSeries, 2), Columns: []PlotColumn{{Parts: []PlotPart{part(1), part(0)}}, {Parts: []PlotPart{part(1), part(100_000)}}}}
	rects := v.rects()
	assert.Len(t, rects, 3, "what is nothing is not drawn")
	assert.Equal(t, "1.5", rects[0].height)
	assert.Equal(t, "url(#fill-2)", rects[2].fill)
	var labels []string
	for _, tick := range v.ticks() {
		labels = append(labels, tick.label)
	}
	assert.Equal(t, []string{"0", "50k", "100k", "150k"}, labels)
	v.Say = i18n.For("zh")
	assert.Equal(t, "15万", v.ticks()[3].label)
	one := PlotView{Columns: []PlotColumn{{Parts: []PlotPart{part(1)}}}}
	assert.Len(t, one.ticks(), 2, "there are no halves of orders")
}

func TestOnlyTheLargestAreNamed(t *testing.T) {
	t.Parallel()
	var spent []orders.Spent
	for i, name := range []string{"a", "b", "c", "d", "e", "f", "g"} {
		spent = append(spent, orders.Spent{Name: name, Month: "2026-11", Money: usd(string(rune('1' + i)))})
	}
	v := FiguresView{Now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), Say: i18n.For("")}
	plot := v.spentIn("team", "USD", spent)
	var names []string
	for _, series := range plot.Series {
		names = append(names, series.Name)
	}
	assert.Equal(t, []string{"g", "f", "e", "d", "c", "Others"}, names)
	others := plot.Columns[11].Parts[5]
	assert.Equal(t, "3", others.Value.String())
	assert.Equal(t, "/orders?from=2026-11-01&until=2026-11-30", others.Href)
}
