package i18n

import (
	"strings"
	"time"
)

// layouts are how a language writes moments.
type layouts struct{ date, month, minute, clock, shortDate, shortMonth string }

var written = map[string]layouts{
	"en": {"2 Jan 2006", "January 2006", "2 Jan 2006, 15:04", "15:04:05", "2 Jan", "Jan"},
	"zh": {"2006年1月2日", "2006年1月", "2006年1月2日 15:04", "15:04:05", "1月2日", "1月"},
}

// Zone is where the reader's clock stands; UTC when nobody has said.
func (p Printer) Zone() *time.Location {
	if p.zone == nil {
		return time.UTC
	}
	return p.zone
}

// Date is the day of a moment, in the reader's zone.
func (p Printer) Date(t time.Time) string {
	return p.mark(t.In(p.Zone()).Format(written[p.Language()].date))
}

// Month is the month of a moment, in the reader's zone.
func (p Printer) Month(t time.Time) string {
	return p.mark(t.In(p.Zone()).Format(written[p.Language()].month))
}

// ShortDate is Date without the year, and ShortMonth Month, for axes.
func (p Printer) ShortDate(t time.Time) string {
	return p.mark(t.In(p.Zone()).Format(written[p.Language()].shortDate))
}

// ShortMonth is the month without the year.
func (p Printer) ShortMonth(t time.Time) string {
	return p.mark(t.In(p.Zone()).Format(written[p.Language()].shortMonth))
}

// Time is a moment to the minute, in the reader's zone.
func (p Printer) Time(t time.Time) string {
	return p.mark(t.In(p.Zone()).Format(written[p.Language()].minute))
}

// Clock is the time of day of a moment, in the reader's zone.
func (p Printer) Clock(t time.Time) string { return t.In(p.Zone()).Format(written[p.Language()].clock) }

// Exact is a moment to the millisecond, in UTC: what stands in logs too.
func (p Printer) Exact(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05.000 UTC") }

// Ago says how long ago t was. What is a month old or lies ahead is a date.
func (p Printer) Ago(t, now time.Time) string {
	d := now.Sub(t)
	switch {
	case d < 0 || d >= 30*24*time.Hour:
		return p.Date(t)
	case d < 5*time.Second:
		return p.Say("time.now", nil)
	case d < time.Minute:
		return p.Say("time.seconds_ago", map[string]any{"seconds": int(d / time.Second)})
	case d < time.Hour:
		return p.Say("time.minutes_ago", map[string]any{"minutes": int(d / time.Minute)})
	case d < 24*time.Hour:
		return p.Say("time.hours_ago", map[string]any{"hours": int(d / time.Hour)})
	}
	return p.Say("time.days_ago", map[string]any{"days": int(d / (24 * time.Hour))})
}

// large is what a language counts large numbers in.
var large = map[string]struct {
	unit int64
	sign string
}{"en": {1_000, "k"}, "zh": {10_000, "万"}}

// Large is the unit that large numbers are counted in where there is little room, and its sign, which follows the number.
func (p Printer) Large() (unit int64, sign string) {
	in := large[p.Language()]
	return in.unit, p.mark(in.sign)
}

// List joins words as the reader's language does.
func (p Printer) List(words []string) string {
	if p.Language() == "zh" {
		return strings.Join(words, "、")
	}
	return strings.Join(words, ", ")
}
