package handlers

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/orders"
	"workspace-order-console/web/templates"
)

// review shows a draft as it would be placed.
func (s *server) review(c echo.Context) error {
	return s.showReview(c, http.StatusOK, c.QueryParam("order"), nil)
}

// showReview shows the review page, with what stopped the order, if something did.
func (s *server) showReview(c echo.Context, status int, id string, stopped *orders.Error) error {
	reviewed, err := s.Service.Draft(c.Request().Context(), who(c), id)
	var told *orders.Error
	if errors.As(err, &told) && errors.Is(told, orders.ErrExists) {
		return seeOther(c, s.placedPath(c, told.OrderID))
	}
	if err != nil {
		return err
	}
	if err := s.Service.Reprice(c.Request().Context(), &reviewed); err != nil {
		return err
	}
	p := say(c)
	view := templates.ReviewView{Reviewed: reviewed, Say: p, PublicURL: s.PublicURL,
		Price: templates.NewPriceView(reviewed.Checked, reviewed.Quote, reviewed.QuoteError, s.Now())}
	if c.Request().Method == http.MethodPost {
		view.Typed = c.FormValue("confirm")
		view.Unconfirmed = !confirmed(reviewed, view.Typed)
	}
	if len(reviewed.Outdated) > 0 {
		status = http.StatusUnprocessableEntity
	} else {
		judged, err := s.Service.Judge(c.Request().Context(), who(c), reviewed)
		if err != nil {
			return err
		}
		view.Judged, view.Alone = &judged, s.Identity == nil
		if w := who(c); w.Team != "" && w.Team != judged.Team {
			view.ActsFor = w.Team
		}
	}
	if stopped != nil {
		view.Stopped = p.Say(stopped.Message.Key, stopped.Message.Args)
		view.InTheWay = stopped.OrderID
	}
	return render(c, status, templates.ReviewPage(s.page(c, p.Say("review.title", nil), templates.NavNewOrder), view))
}

// confirmed tells that an order may be placed as far as its maker's word goes: what destroys data takes the name of its type,
// typed by hand. The /v2 door asks for no such word: its callers are programs.
func confirmed(reviewed orders.Reviewed, typed string) bool {
	kind := reviewed.Checked.Decoded.Kind
	return !kind.Effect.Has(orders.Destroys) || strings.EqualFold(strings.TrimSpace(typed), kind.Type)
}

// place turns the draft into an order, waits for it briefly and shows it, running or done.
func (s *server) place(c echo.Context) error {
	id := c.FormValue("order")
	// what is wrong with the draft otherwise, Place says
	if reviewed, err := s.Service.Draft(c.Request().Context(), who(c), id); err == nil && !confirmed(reviewed, c.FormValue("confirm")) {
		return s.showReview(c, http.StatusUnprocessableEntity, id, nil)
	}
	order, err := s.Service.Place(c.Request().Context(), who(c), id, c.FormValue("quote"))
	var told *orders.Error
	if errors.As(err, &told) {
		switch {
		case errors.Is(told, orders.ErrExists):
			return seeOther(c, s.placedPath(c, told.OrderID))
		case told.Code == orders.CodeConflict, told.Code == orders.CodePrice:
			return s.showReview(c, http.StatusConflict, id, told)
		case told.Code == orders.CodeInvalid:
			return s.showReview(c, http.StatusUnprocessableEntity, id, nil) // the page itself says what is wrong by now
		}
	}
	if err != nil {
		return err
	}
	if w := who(c); w.Team != "" && order.Team != w.Team {
		// it is another of their teams', and seen there
		if err := s.actFor(c, order.Team); err != nil {
			return err
		}
	}
	if order.Calls > 1 {
		return seeOther(c, requestPath(order))
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), s.Wait)
	defer cancel()
	if _, err := s.Service.Wait(ctx, order.ID); err != nil {
		return err
	}
	return seeOther(c, "/orders/"+order.ID)
}
