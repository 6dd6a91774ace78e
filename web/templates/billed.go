package templates

import (
	"slices"

	"workspace-order-console/internal/i18n"
	"workspace-order-console/internal/orders"
)

// lines are the parts of the order's quote beside those of its bill; none where there is but one, or nothing of either.
func (v OrderView) lines() []orders.BillLine {
	if !v.billed() {
		return nil
	}
	return orders.BillLines(v.Order)
}

// LineIDs are the desktops that the order's quote is about, so that they can be called by their names.
func (v OrderView) LineIDs() []string {
	var ids []string
	for _, line := range v.lines() {
		if _, _, part := orders.PricePart(line.ID); !part && len(ids) < mostLines {
			ids = append(ids, line.ID)
		}
	}
	return ids
}

// byAmount tells that amounts of cloud orders, which name no desktops, stand beside the lines, or could not be told apart.
func byAmount(lines []orders.BillLine) bool {
	return slices.ContainsFunc(lines, func(l orders.BillLine) bool {
		return l.Quoted != nil && (l.Billed != nil || l.Gap == orders.GapUnclear)
	})
}

// gapWords say why a line has no amount of its own on the bill.
func gapWords(say i18n.Printer, gap orders.BillGap) string {
	return say.Say("order.gap_"+string(gap), nil)
}

// missing say what of a request has no quote, no bill yet, or never will have one.
func missing(say i18n.Printer, b orders.RequestBill) []string {
	var words []string
	for _, lack := range []struct {
		key string
		n   int
	}{{"request.no_quote", b.Unquoted}, {"request.no_bill", b.Waiting}, {"request.not_billed", b.Unbilled}} {
		if lack.n > 0 {
			words = append(words, say.Say(lack.key, map[string]any{"n": lack.n}))
		}
	}
	return words
}
