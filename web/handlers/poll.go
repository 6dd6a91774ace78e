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

// pollOf is the element that polls for a list: its address names the orders on the page that can still move, and the
// version that it has seen. It stops once none can, and is slower where only people or the cloud's deadlines move any.
func pollOf(path string, version int64, items []orders.Order) templates.PollView {
	v := templates.PollView{Every: templates.SlowPoll}
	q := url.Values{"version": {strconv.FormatInt(version, 10)}}
	for _, o := range items {
		if !o.Moving() || slices.Contains(q["id"], o.ID) {
			continue
		}
		q.Add("id", o.ID)
		v.Every = min(v.Every, templates.PollSeconds(o))
	}
	if len(q["id"]) == 0 {
		return templates.PollView{}
	}
	v.Href = path + "?" + q.Encode()
	return v
}

// seen reads the version that a poll has seen, and tells whether anything is newer: that much comes out of memory.
func (s *server) seen(c echo.Context) (since, version int64, newer bool) {
	since, err := strconv.ParseInt(c.QueryParam("version"), 10, 64)
	version, _ = s.Journal.Version()
	return since, version, err != nil || version > since
}

// maxPolled bounds how many orders one poll asks about: those of the longest page.
const maxPolled = 200

// pollOrders answers a list's poll: 204 while nothing changed, otherwise the rows that did and where to poll next. The
// orders are asked for by their IDs, so that one that leaves the page's filter or place is told all the same.
func (s *server) pollOrders(c echo.Context) error {
	since, version, newer := s.seen(c)
	if !newer {
		return c.NoContent(http.StatusNoContent)
	}
	ids := c.QueryParams()["id"]
	if len(ids) > maxPolled || slices.ContainsFunc(ids, func(id string) bool { return !orders.ValidID(id) }) {
		return errFilter
	}
	if len(ids) == 0 {
		return render(c, http.StatusOK, templates.Poll(templates.PollView{}))
	}
	list, err := s.Service.Orders(c.Request().Context(), who(c), orders.Filter{IDs: ids, Limit: maxPolled})
	if err != nil {
		return err
	}
	poll := pollOf("/orders/poll", version, list.Items)
	changed := slices.DeleteFunc(slices.Clone(list.Items), func(o orders.Order) bool { return o.Version <= since })
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
	view, err := s.orderView(c, order, version)
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, templates.PolledOrder(view))
}
