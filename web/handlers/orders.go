package handlers

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/orders"
	"workspace-order-console/web/templates"
)

// listSize is how many rows a list page has.
const listSize = 50

// ordersQuery are the filters of the history as they stand in the URL.
func ordersQuery(query url.Values) orders.Filter {
	f := orders.Filter{Kind: query.Get("kind"), Door: query.Get("door"), Actor: query.Get("actor"),
		Target: query.Get("target"), Text: strings.TrimSpace(query.Get("q")), Limit: listSize}
	for _, b := range query["state"] {
		if badge := orders.Badge(b); slices.Contains(orders.Badges, badge) {
			f.Badges = append(f.Badges, badge)
		}
	}
	f.From, f.Until = day(query.Get("from")), day(query.Get("until"))
	if !f.Until.IsZero() {
		f.Until = f.Until.AddDate(0, 0, 1) // the day itself included
	}
	if cursor, ok := readCursor(query.Get("after")); ok {
		f.After = cursor
	} else if cursor, ok := readCursor(query.Get("before")); ok {
		f.After, f.Newer = cursor, true
	}
	return f
}

// day reads a date of the form 2006-01-02, as date inputs send it; anything else is none.
func day(text string) time.Time {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return time.Time{}
	}
	return t
}

// readCursor reads "<microseconds>.<id>".
func readCursor(text string) (orders.Cursor, bool) {
	micros, id, ok := strings.Cut(text, ".")
	n, err := strconv.ParseInt(micros, 10, 64)
	if !ok || err != nil || !orders.ValidID(id) {
		return orders.Cursor{}, false
	}
	return orders.Cursor{CreatedAt: time.UnixMicro(n).UTC(), ID: id}, true
}

func writeCursor(c orders.Cursor) string {
	if c.IsZero() {
		return ""
	}
	return strconv.FormatInt(c.CreatedAt.UnixMicro(), 10) + "." + c.ID
}

// turned is a list's address with another page of it; an empty cursor gives none.
func turned(path string, query url.Values, name, cursor string) string {
	if cursor == "" {
		return ""
	}
	q := url.Values{}
	for key, values := range query {
		if key != "after" && key != "before" && key != "version" {
			q[key] = values
		}
	}
	q.Set(name, cursor)
	return path + "?" + q.Encode()
}

// orders is the history.
func (s *server) orders(c echo.Context) error {
	// read before the list, so that nothing that changes in between is missed by the poll
	version, _ := s.Journal.Version()
	list, err := s.Service.Orders(c.Request().Context(), who(c), ordersQuery(c.QueryParams()))
	if err != nil {
		return err
	}
	query := c.QueryParams()
	older := turned("/orders", query, "after", writeCursor(list.Older))
	if negotiated(c) {
		items := make([]map[string]any, len(list.Items))
		for i, order := range list.Items {
			items[i] = orderJSON(order)
		}
		return c.JSON(http.StatusOK, jsonList(items, older))
	}
	view := templates.OrdersView{Items: list.Items, Query: query, Say: say(c), Now: s.Now(),
		Pager: templates.PagerView{Older: older, Newer: turned("/orders", query, "before", writeCursor(list.Newer))},
		Poll:  pollOf("/orders/poll", query, version, list.Items)}
	return render(c, http.StatusOK, templates.OrdersPage(s.page(c, "Orders", templates.NavOrders), view))
}

// jsonList is a list as scripts read it: the items and the address of the next page, null at the end.
func jsonList[T any](items []T, next string) map[string]any {
	out := map[string]any{"items": items, "next": nil}
	if items == nil {
		out["items"] = []T{}
	}
	if next != "" {
		out["next"] = next
	}
	return out
}
