package templates

import (
	"strings"

	"github.com/shopspring/decimal"
	"workspace-order-console/internal/cloud"
)

// FormatAmount writes an amount for people: thousands apart, at least two decimals, never fewer than it has.
func FormatAmount(amount decimal.Decimal) string {
	places := max(2, -amount.Exponent())
	digits := amount.Abs().StringFixed(places)
	whole, fraction, _ := strings.Cut(digits, ".")
	var b strings.Builder
	if amount.IsNegative() {
		b.WriteString("−")
	}
	for i, digit := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(digit)
	}
	b.WriteByte('.')
	b.WriteString(fraction)
	return b.String()
}

// FormatMoney is FormatAmount with the currency, for sentences.
func FormatMoney(m cloud.Money) string {
	return strings.TrimSpace(FormatAmount(m.Amount) + " " + m.Currency)
}

func formatChange(amount decimal.Decimal) string {
	if amount.IsPositive() {
		return "+" + FormatAmount(amount)
	}
	return FormatAmount(amount)
}

// FormatCount writes a whole number for people: thousands apart.
func FormatCount(n int) string {
	return strings.TrimSuffix(FormatAmount(decimal.NewFromInt(int64(n))), ".00")
}
