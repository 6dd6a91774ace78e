package handlers

import (
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/orders"
	"workspace-order-console/web/templates"
)

// foreign lists the account's orders that are not this console's.
func (s *server) foreign(c echo.Context) error { return s.showForeign(c, http.StatusOK, nil) }

// showForeign shows the list, with what kept a cancellation from happening.
func (s *server) showForeign(c echo.Context, status int, stopped *orders.Error) error {
	list, next, err := s.Service.ForeignOrders(c.Request().Context(), who(c), c.QueryParam("after"), listSize)
	if err != nil {
		return err
	}
	view := templates.ForeignView{Items: list, Now: s.Now(), Pager: templates.PagerView{Older: turned("/orders/foreign", c.QueryParams(), "after", next)}}
	if stopped != nil {
		view.Stopped = say(c).Say(stopped.Message.Key, stopped.Message.Args)
		for _, problem := range stopped.Problems {
			view.Stopped = say(c).Say("foreign.reason_wrong", map[string]any{"problem": say(c).Say(problem.Key, problem.Args)})
		}
	}
	return render(c, status, templates.ForeignPage(s.page(c, "foreign.table", templates.NavOrders), view))
}

// cancelForeign asks for the cancellation of one of them.
func (s *server) cancelForeign(c echo.Context) error {
	err := s.Service.CancelForeign(c.Request().Context(), who(c), c.Param("id"), strings.TrimSpace(c.FormValue("reason")))
	var told *orders.Error
	if errors.As(err, &told) && (told.Code == orders.CodeInvalid || told.Code == orders.CodeConflict) {
		status := http.StatusConflict
		if told.Code == orders.CodeInvalid {
			status = http.StatusUnprocessableEntity
		}
		return s.showForeign(c, status, told)
	}
	if err != nil {
		return err
	}
	return seeOther(c, "/orders/foreign")
}
