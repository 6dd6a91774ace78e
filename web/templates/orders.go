package templates

import (
	"strconv"

	"github.com/a-h/templ"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/i18n"
	"workspace-order-console/internal/orders"
)

// SummaryOf is an order in one line, in the reader's language.
func SummaryOf(o orders.Order, say i18n.Printer) string {
	return say.Say(o.Summary.Key, o.Summary.Args)
}

// BadgeWord is the word of what an order can show, as filters and counts offer it.
func BadgeWord(say i18n.Printer, badge orders.Badge) string {
	if _, isResult := resultLooks[string(badge)]; isResult {
		return OrderWord(say, string(orders.StatePlaced), string(badge))
	}
	return OrderWord(say, string(badge), "")
}

// active marks a filter that is set.
func active(value string) templ.Attributes {
	if value == "" {
		return nil
	}
	return templ.Attributes{"data-active": true}
}

// filtered tells that the list is not the whole history.
func (v OrdersView) filtered() bool {
	for _, name := range []string{"q", "state", "kind", "door", "actor", "from", "until", "target", "team", "took"} {
		if v.Query.Get(name) != "" {
			return true
		}
	}
	return false
}

func (v OrdersView) sub() string {
	if v.filtered() {
		return v.Say.Say("orders.sub_filtered", nil)
	}
	return v.Say.Say("orders.sub", nil)
}

// firstCloudOrder is the first cloud order's ID, and how many more there are.
func firstCloudOrder(o orders.Order) (first string, more int) {
	for _, c := range o.CloudOrders {
		switch {
		case c.OrderID == "":
		case first == "":
			first = c.OrderID
		default:
			more++
		}
	}
	return first, more
}

func plusMore(n int) string { return "+" + strconv.Itoa(n) }

func quoted(o orders.Order) cloud.Money {
	return cloud.Money{Amount: o.Quote.Amount, Currency: o.Quote.Currency}
}
