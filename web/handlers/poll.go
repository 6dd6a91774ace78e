package handlers

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/orders"
	"workspace-order-console/web/templates"
)

// pollOf is the element that polls for a list: its address carries the list's filters and the version it has seen. It
// stops once nothing on the page can move, and is slower where only people or the cloud's deadlines move anything.
func pollOf(path string, query url.Values, version int64, items []orders.Order) templates.PollView {
	v := templates.PollView{Every: 2}
	moving, quick := false, false
	for _, o := range items {
		moving = moving || o.Moving()
		quick = quick || o.Moving() && o.State != orders.StateInDoubt && o.Badge != orders.BadgeToBePaid
	}
	if !moving {
		return v
	}
	if !quick {
		v.Every = 5
	}
	q := url.Values{}
	for key, values := range query {
		q[key] = values
	}
	q.Set("version", strconv.FormatInt(version, 10))
	v.Href = path + "?" + q.Encode()
	return v
}

// seen reads the version that a poll has seen, and tells whether anything is newer: that much comes out of memory.
func (s *server) seen(c echo.Context) (since, version int64, newer bool) {
	since, err := strconv.ParseInt(c.QueryParam("version"), 10, 64)
	version, _ = s.Journal.Version()
	return since, version, err != nil || version > since
}

// pollOrders answers a list's poll: 204 while nothing changed, otherwise the rows that did and the polling element
// with the version that they bring.
func (s *server) pollOrders(c echo.Context) error {
	since, version, newer := s.seen(c)
	if !newer {
		return c.NoContent(http.StatusNoContent)
	}
	list, err := s.Service.Orders(c.Request().Context(), who(c), ordersQuery(c.QueryParams()))
	if err != nil {
		return err
	}
	return s.answerPoll(c, "/orders/poll", list.Items, since, version)
}

// answerPoll sends the rows that are newer than what was seen, and where to poll next.
func (s *server) answerPoll(c echo.Context, path string, items []orders.Order, since, version int64) error {
	poll := pollOf(path, c.QueryParams(), version, items)
	changed := slices.DeleteFunc(slices.Clone(items), func(o orders.Order) bool { return o.Version <= since })
	return render(c, http.StatusOK, templates.PolledOrders(poll, changed, say(c), s.Now()))
}

// pollOrder answers the poll of an order's page.
func (s *server) pollOrder(c echo.Context) error {
	since, version, newer := s.seen(c)
	if !newer {
		return c.NoContent(http.StatusNoContent)
	}
	order, err := s.Service.Order(c.Request().Context(), who(c), c.Param("id"))
	if err != nil {
		return err
	}
	if order.Version <= since {
		// others have moved: only where to poll next travels
		return render(c, http.StatusOK, templates.Poll(templates.OrderPoll(order, version)))
	}
	view, err := s.orderView(c, order)
	if err != nil {
		return err
	}
	view.Version = version
	return render(c, http.StatusOK, templates.PolledOrder(view))
}
