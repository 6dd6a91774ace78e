package handlers

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/orders"
	"workspace-order-console/web/templates"
)

// mostShown is how many desktops a page of the list can send at most.
const mostShown = 4 * listSize

// selectPatience bounds how long a step of ticking may take.
const selectPatience = 10 * time.Second

// selectDesktops takes a step of ticking in the list of desktops. What the page showed ("shown", IDs with commas between) and is not ticked
// ("desktop_ids") is taken away, so that the same page may be sent as often as it likes. Then comes what the button says: "do" is
// keep, page, all (that match the filters of "list", the list's query) or clear; "leave" takes out what stands in the way; "to"
// leads to another page of the list, and "order" to the form of a kind.
func (s *server) selectDesktops(c echo.Context) error {
	form, err := c.FormParams()
	shown := strings.FieldsFunc(form.Get("shown"), func(r rune) bool { return r == ',' })
	if err != nil || len(shown) > mostShown || len(form["desktop_ids"]) > mostShown {
		return errUnread
	}
	query, err := url.ParseQuery(form.Get("list"))
	if err != nil {
		return errFilter
	}
	filter, err := s.desktopsQuery(c, query)
	if err != nil {
		return err
	}
	id, ticked := form.Get("selection"), form["desktop_ids"]
	step := orders.Selecting{With: ticked, Leave: orders.Hindrance(form.Get("leave")),
		Without: slices.DeleteFunc(slices.Clone(shown), func(id string) bool { return slices.Contains(ticked, id) })}
	if step.Leave != "" {
		// what is ticked and in the way is to go, so that comes first
		step.With = nil
	}
	switch form.Get("do") {
	case "page":
		step.Without, step.With = nil, shown
	case "all":
		step.All = &filter
	case "clear":
		step = orders.Selecting{Clear: true}
	}
	query.Set("selection", id)
	// whoever goes on to the next page at once does not wait for the answer: what they ticked is kept all the same
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Request().Context()), selectPatience)
	defer cancel()
	err = s.Service.Select(ctx, who(c), id, step)
	var told *orders.Error
	switch {
	case errors.As(err, &told) && told.Code == orders.CodeInvalid:
		return s.showDesktops(c, http.StatusUnprocessableEntity, query, say(c).Say(told.Message.Key, told.Message.Args))
	case err != nil:
		return err
	}
	if name := form.Get("order"); name != "" {
		return s.orderSelected(c, query, name)
	}
	if to, err := url.Parse(form.Get("to")); err == nil && form.Get("to") != "" {
		query = to.Query()
		query.Set("selection", id)
	}
	if partial(c) {
		c.Response().Header().Set("HX-Replace-Url", "/desktops?"+query.Encode())
		return s.showDesktops(c, http.StatusOK, query, "")
	}
	return seeOther(c, "/desktops?"+query.Encode())
}

// orderSelected leads to the form of a kind with what is selected, or back to the list, which says why not.
func (s *server) orderSelected(c echo.Context, query url.Values, name string) error {
	kind, ok := orders.KindNamed(name)
	if !ok {
		return orders.ErrNotFound
	}
	ctx := c.Request().Context()
	id := query.Get("selection")
	standing, err := s.Inventory.Selected(ctx, s.Service.Selection(who(c), id))
	if err != nil {
		return err
	}
	may, err := s.Service.Allowance(ctx, who(c), "")
	if err != nil {
		return err
	}
	if obstacle := may.Obstacle(kind, standing); obstacle != nil {
		return s.showDesktops(c, http.StatusUnprocessableEntity, query,
			strings.Join([]string{templates.OfferWord(ctx, kind), say(c).Say(obstacle.Why.Key, obstacle.Why.Args)}, ": "))
	}
	if !kind.TakesMany() {
		return seeOther(c, withQuery("/orders/new/"+kind.Name(), "desktop_id", standing.One))
	}
	return seeOther(c, withQuery("/orders/new/"+kind.Name(), "selection", id))
}
