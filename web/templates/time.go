package templates

import (
	"fmt"
	"time"
)

// ago says how long ago t was, in the words that web/static/app.js also uses to renew it: a change here is a change
// there. What is a month old or lies ahead is a date.
func ago(t, now time.Time) string {
	switch d := now.Sub(t); {
	case d < 0 || d >= 30*24*time.Hour:
		return formatDate(t)
	case d < 5*time.Second:
		return "now"
	case d < time.Minute:
		return fmt.Sprintf("%d s ago", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", d/time.Minute)
	case d < 24*time.Hour:
		return fmt.Sprintf("%d h ago", d/time.Hour)
	default:
		return fmt.Sprintf("%d d ago", d/(24*time.Hour))
	}
}

func formatDate(t time.Time) string  { return t.UTC().Format("2 Jan 2006") }
func formatTime(t time.Time) string  { return t.UTC().Format("2 Jan 2006, 15:04") }
func formatClock(t time.Time) string { return t.UTC().Format("15:04:05") }
func formatExact(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05.000 UTC") }
func machineTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.999Z") }
