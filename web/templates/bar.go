package templates

import (
	"strconv"
	"strings"

	"workspace-order-console/internal/i18n"
)

// Count is how many of something there are; the tone colours its part of a bar.
type Count struct {
	Tone Tone
	Word string // such as "completed", in the reader's language
	N    int
}

const (
	barWidth = 1000
	barGap   = 3 // between two parts, in thousandths
	barLeast = 8 // no part that is there is invisible
)

// barPart is a rectangle of the bar, in thousandths of its width.
type barPart struct {
	tone     Tone
	x, width int
}

func (p barPart) left() string { return strconv.Itoa(p.x) }
func (p barPart) wide() string { return strconv.Itoa(p.width) }

// barParts shares the width among the counts in proportion; small ones get what can be seen, at the largest's expense.
func barParts(counts []Count) []barPart {
	total, kinds := 0, 0
	for _, c := range counts {
		if c.N > 0 {
			total, kinds = total+c.N, kinds+1
		}
	}
	parts := make([]barPart, 0, kinds)
	room := barWidth - barGap*(kinds-1)
	left, largest := room, 0
	for _, c := range counts {
		if c.N <= 0 {
			continue
		}
		part := barPart{tone: c.Tone, width: max(barLeast, room*c.N/total)}
		left -= part.width
		parts = append(parts, part)
		if part.width > parts[largest].width {
			largest = len(parts) - 1
		}
	}
	x := 0
	for i := range parts {
		if i == largest {
			parts[i].width = max(barLeast, parts[i].width+left)
		}
		parts[i].x = x
		x += parts[i].width + barGap
	}
	return parts
}

// CountWords is the sentence that says what a bar shows: "44 completed · 2 processing".
func CountWords(say i18n.Printer, counts []Count) string {
	var words []string
	for _, c := range counts {
		if c.N > 0 {
			words = append(words, say.Say("component.count", map[string]any{"count": c.N, "what": c.Word}))
		}
	}
	return strings.Join(words, " · ")
}
