package handlers

import (
	"context"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/orders"
	"workspace-order-console/web/templates"
)

// exportOrders is the history behind its filters, as a file.
func (s *server) exportOrders(c echo.Context) error {
	filter, err := s.ordersQuery(c)
	if err != nil {
		return err
	}
	filter.After, filter.Newer, filter.Limit = orders.Cursor{}, false, exportPage
	w, p := who(c), say(c)
	return export(s, c, exported[orders.Order]{
		Name:    "orders",
		JSON:    func(o orders.Order) any { return orderJSON(o) },
		Columns: append(orderColumns, exportColumn[orders.Order]{"summary", func(o orders.Order) string { return templates.SummaryOf(o, p) }}),
		Page: func(ctx context.Context, after string) ([]orders.Order, string, error) {
			filter.After, _ = readCursor(after)
			page, err := s.Service.Orders(ctx, w, filter)
			return page.Items, writeCursor(page.Older), err
		},
	})
}

// orderColumns are the columns of the orders' CSV; the summary, which is a sentence, comes last in the reader's language.
var orderColumns = []exportColumn[orders.Order]{
	{"id", func(o orders.Order) string { return o.ID }},
	{"created_at", func(o orders.Order) string { return exportTime(o.CreatedAt) }},
	{"updated_at", func(o orders.Order) string { return exportTime(o.UpdatedAt) }},
	{"kind", func(o orders.Order) string { return o.Kind }},
	{"state", func(o orders.Order) string { return string(o.State) }},
	{"badge", func(o orders.Order) string { return string(o.Badge) }},
	{"door", func(o orders.Order) string { return string(o.Door) }},
	{"actor", func(o orders.Order) string { return o.Actor }},
	{"team", func(o orders.Order) string { return o.Team }},
	{"reason", func(o orders.Order) string { return o.Reason }},
	{"order_id", func(o orders.Order) string { return strings.Join(cloudOrderIDs(o), " ") }},
	{"quote_amount", func(o orders.Order) string {
		if o.Quote == nil {
			return ""
		}
		return o.Quote.Amount.String()
	}},
	{"quote_currency", func(o orders.Order) string {
		if o.Quote == nil {
			return ""
		}
		return o.Quote.Currency
	}},
	{"amount", func(o orders.Order) string {
		if billed := orders.BillOf(o).Billed; billed != nil {
			return billed.Amount.String()
		}
		return ""
	}},
	{"currency", func(o orders.Order) string {
		if billed := orders.BillOf(o).Billed; billed != nil {
			return billed.Currency
		}
		return ""
	}},
	{"targets", func(o orders.Order) string { return strings.Join(o.Targets, " ") }},
	{"request", func(o orders.Order) string { return string(o.Body) }},
}

// cloudOrderIDs are the IDs of the cloud orders that were made of an order.
func cloudOrderIDs(o orders.Order) []string {
	var ids []string
	for _, c := range o.CloudOrders {
		if c.OrderID != "" {
			ids = append(ids, c.OrderID)
		}
	}
	return ids
}

// exportTime is a moment as files have it, in UTC.
func exportTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }
