package templates

import (
	"math"
	"strconv"
	"unicode"

	"github.com/shopspring/decimal"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/i18n"
)

// PlotView is a plot of stacked columns over time, with the table that it draws.
type PlotView struct {
	// ID is the section's id; it must be the page's only one.
	ID, Title string
	// Text says what there is to see: the text alternative.
	Text string
	// Note says what is counted, below the plot; may be empty.
	Note string
	// Currency is that of the values; empty for counts.
	Currency string
	// Axis heads the table's first column.
	Axis    string
	Series  []PlotSeries
	Columns []PlotColumn
	Say     i18n.Printer
}

// PlotSeries is one of at most plotFills sorts of parts.
type PlotSeries struct {
	Name string
	// Verbatim marks a name that people or the cloud gave.
	Verbatim bool
}

// PlotColumn is one column: a month or a week.
type PlotColumn struct {
	// Label stands below the column, Name in the table and the tips.
	Label, Name string
	// Parts are as many as there are series, the lowest first.
	Parts []PlotPart
	// Href leads to what the whole column is made of.
	Href string
}

// PlotPart is one part of a column, or one cell of the table.
type PlotPart struct {
	Value decimal.Decimal
	// Href leads to the list behind it.
	Href string
}

// plotFills is how many series can be told apart.
const plotFills = 6

// The drawing's measures, in its own units; it is scaled to the width that there is.
const (
	plotWidth, plotHeight                = 520, 190
	plotLeft, plotTop, plotRight         = 52, 8, 4
	plotBottom                           = 24
	plotFloor                    float64 = plotHeight - plotBottom
	// plotLeast is the height of what is there, however small.
	plotLeast = 1.5
	// plotLetter is how wide a letter of a label is at most, half of it where it is Latin; plotGap lies between two labels.
	plotLetter, plotGap = 17, 8
)

// total is the height of a column.
func (c PlotColumn) total() decimal.Decimal {
	sum := decimal.Zero
	for _, part := range c.Parts {
		sum = sum.Add(part.Value)
	}
	return sum
}

// Empty tells that there is nothing to draw.
func (v PlotView) Empty() bool {
	for _, column := range v.Columns {
		if !column.total().IsZero() {
			return false
		}
	}
	return true
}

// plotTick is a line of the grid.
type plotTick struct {
	y     string
	label string
}

// top is the value at the upper end and the distance of the grid's lines: 1, 2 or 5 times a power of ten, at most four of them.
func (v PlotView) top() (top, step float64) {
	most := 0.0
	for _, column := range v.Columns {
		most = max(most, column.total().InexactFloat64()) // for the drawing only
	}
	if most <= 0 {
		return 1, 1
	}
	step = math.Pow(10, math.Floor(math.Log10(most/4)))
	for _, factor := range []float64{1, 2, 5, 10} {
		if factor*step*4 >= most {
			step *= factor
			break
		}
	}
	if v.Currency == "" {
		step = max(1, step) // there are no halves of orders
	}
	return math.Ceil(most/step) * step, step
}

func (v PlotView) ticks() []plotTick {
	top, step := v.top()
	var ticks []plotTick
	for i := 0; float64(i)*step <= top*1.0001; i++ {
		ticks = append(ticks, plotTick{y: units(v.y(float64(i) * step)), label: v.short(decimal.NewFromFloat(step).Mul(decimal.NewFromInt(int64(i))))})
	}
	return ticks
}

// y is where a value is.
func (v PlotView) y(value float64) float64 {
	top, _ := v.top()
	return plotFloor - value/top*(plotFloor-plotTop)
}

// short writes a value where there is little room.
func (v PlotView) short(value decimal.Decimal) string {
	if value.LessThan(decimal.NewFromInt(10_000)) {
		return value.String()
	}
	unit, sign := v.Say.Large()
	return value.Div(decimal.NewFromInt(unit)).String() + sign
}

// plotRect is one part of a column, drawn.
type plotRect struct {
	x, y, width, height string
	fill, tip, href     string
}

func (v PlotView) pitch() float64 {
	return (plotWidth - plotLeft - plotRight) / float64(max(1, len(v.Columns)))
}

// middle is where a column's label is.
func (v PlotView) middle(column int) string { return units(plotLeft + v.pitch()*(float64(column)+0.5)) }

// labelled tells whether a column's label has room: where there are many, those that are a whole number of steps from the last.
func (v PlotView) labelled(column int) bool {
	widest := 1
	for _, c := range v.Columns {
		width := plotGap
		for _, letter := range c.Label {
			width += plotLetter / 2
			if letter > unicode.MaxLatin1 {
				width += plotLetter / 2
			}
		}
		widest = max(widest, width)
	}
	room := max(1, (plotWidth-plotLeft-plotRight)/widest)
	return (len(v.Columns)-1-column)%((len(v.Columns)+room-1)/room) == 0
}

func (v PlotView) rects() []plotRect {
	var rects []plotRect
	width := v.pitch() * 0.64
	for i, column := range v.Columns {
		left := plotLeft + v.pitch()*float64(i) + v.pitch()*0.18
		floor := plotFloor
		for s, part := range column.Parts {
			if !part.Value.IsPositive() {
				continue
			}
			height := max(plotLeast, plotFloor-v.y(part.Value.InexactFloat64()))
			floor -= height
			rects = append(rects, plotRect{x: units(left), y: units(floor), width: units(width), height: units(height),
				fill: "url(#fill-" + strconv.Itoa(s+1) + ")", href: part.Href,
				tip: v.Say.Say("plot.part", map[string]any{"when": column.Name, "what": v.Series[s].Name, "value": v.value(part.Value)})})
		}
	}
	return rects
}

// value is a value in words.
func (v PlotView) value(value decimal.Decimal) string {
	if v.Currency == "" {
		return FormatCount(int(value.IntPart()))
	}
	return FormatMoney(cloud.Money{Amount: value, Currency: v.Currency})
}

// cell is a value in the table, whose head has the currency.
func (v PlotView) cell(value decimal.Decimal) string {
	if v.Currency == "" {
		return FormatCount(int(value.IntPart()))
	}
	return FormatAmount(value)
}

// units writes a length of the drawing.
func units(length float64) string { return strconv.FormatFloat(length, 'f', 1, 64) }
