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

// errFilter is a filter in the URL that is none: to leave it out would show more than was asked for.
var errFilter = echo.NewHTTPError(http.StatusBadRequest)

// ordersQuery are the filters of the history as they stand in the URL. "state" takes what a badge can show, and
// "placed" for all that the cloud took; "took" wants both dates beside it.
func (s *server) ordersQuery(c echo.Context) (orders.Filter, error) {
	query := c.QueryParams()
	f := orders.Filter{Kind: query.Get("kind"), Door: query.Get("door"),
		Target: query.Get("target"), Team: query.Get("team"), Text: strings.TrimSpace(query.Get("q")), Limit: listSize}
	for _, b := range query["state"] {
		switch badge := orders.Badge(b); {
		case b == "":
		case badge == orders.Badge(orders.StatePlaced):
			f.Badges = append(f.Badges, orders.PlacedBadges...)
		case slices.Contains(orders.Badges, badge):
			f.Badges = append(f.Badges, badge)
		default:
			return f, errFilter
		}
	}
	var err error
	if f.Actor, err = s.subject(c, query.Get("actor")); err != nil {
		return f, err
	}
	if f.From, f.Until, err = days(query); err != nil {
		return f, err
	}
	if f.Took = orders.Took(query.Get("took")); f.Took != "" && (!slices.Contains(orders.Tooks, f.Took) || f.From.IsZero() || f.Until.IsZero()) {
		return f, errFilter
	}
	if cursor, ok := readCursor(query.Get("after")); ok {
		f.After = cursor
	} else if cursor, ok := readCursor(query.Get("before")); ok {
		f.After, f.Newer = cursor, true
	} else if query.Get("after")+query.Get("before") != "" {
		return f, errFilter
	}
	return f, nil
}

// days reads the dates "from" and "until" (2006-01-02, as date inputs send them) as a time from and a time until, which
// the last day belongs to; zero where there is none.
func days(query url.Values) (from, until time.Time, err error) {
	read := func(name string, plus int) time.Time {
		text := query.Get(name)
		if text == "" {
			return time.Time{}
		}
		t, wrong := time.Parse(time.DateOnly, text)
		if wrong != nil {
			err = errFilter
		}
		return t.AddDate(0, 0, plus)
	}
	return read("from", 0), read("until", 1), err
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
	query := c.QueryParams()
	filter, err := s.ordersQuery(c)
	if err != nil {
		return err
	}
	list, err := s.Service.Orders(c.Request().Context(), who(c), filter)
	if err != nil {
		return err
	}
	older := turned("/orders", query, "after", writeCursor(list.Older))
	if negotiated(c) {
		items := make([]map[string]any, len(list.Items))
		for i, order := range list.Items {
			items[i] = orderJSON(order)
		}
		return c.JSON(http.StatusOK, jsonList(items, older))
	}
	saved, err := s.savedViews(c, "orders", query)
	if err != nil {
		return err
	}
	view := templates.OrdersView{Items: list.Items, Saved: saved, Query: query, Say: say(c), Now: s.Now(),
		Pager: templates.PagerView{Older: older, Newer: turned("/orders", query, "before", writeCursor(list.Newer))},
		Poll:  pollOf("/orders/poll", version, list.Items)}
	return render(c, http.StatusOK, templates.OrdersPage(s.page(c, "orders.title", templates.NavOrders), view))
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
