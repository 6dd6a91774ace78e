package handlers

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
	"workspace-order-console/web/templates"
)

// csvSuffix asks for the results of a request as a table.
const csvSuffix = ".csv"

// request shows a request of several calls, as a page, as JSON, or its results as CSV. One of one call is its order.
func (s *server) request(c echo.Context) error {
	version, _ := s.Journal.Version()
	id, asTable := strings.CutSuffix(c.Param("id"), csvSuffix)
	progress, err := s.Service.Progress(c.Request().Context(), who(c), id)
	if errors.Is(err, orders.ErrNotFound) && !asTable {
		if order, err := s.Service.Order(c.Request().Context(), who(c), id); err == nil {
			return seeOther(c, requestPath(order))
		}
	}
	if err != nil {
		return err
	}
	switch {
	case asTable:
		c.QueryParams().Set("format", "csv")
		return export(s, c, s.results(c, progress))
	case negotiated(c):
		return c.JSON(http.StatusOK, progressJSON(progress))
	}
	return s.showRequest(c, http.StatusOK, progress, version, requestStep{})
}

// requestPath is where an order's request is seen: a request of one call is the order.
func requestPath(o orders.Order) string {
	if o.Calls > 1 {
		return "/requests/" + o.RequestID
	}
	return "/orders/" + o.ID
}

// placedPath is where an order that was placed is seen; the order's own page where that cannot be told.
func (s *server) placedPath(c echo.Context, id string) string {
	if order, err := s.Service.Order(c.Request().Context(), who(c), id); err == nil {
		return requestPath(order)
	}
	return "/orders/" + id
}

// requestStep is what became of a step that was asked for on a request's page: what stopped it, or what became of each call.
type requestStep struct {
	stopped *orders.Error
	paid    []orders.CallPaid
}

func (s *server) showRequest(c echo.Context, status int, progress orders.Progress, version int64, step requestStep) error {
	view, err := s.requestView(c, progress, version)
	if err != nil {
		return err
	}
	if step.stopped != nil {
		view.Stopped = view.Say.Say(step.stopped.Message.Key, step.stopped.Message.Args)
	}
	view.Paid = step.paid
	return render(c, status, templates.RequestPage(s.page(c, view.Title(), templates.NavOrders), view))
}

func (s *server) requestView(c echo.Context, progress orders.Progress, version int64) (templates.RequestView, error) {
	view := templates.RequestView{Progress: progress, Say: say(c), Version: version, MayPlace: progress.MaySteer,
		Show: orders.Badge(c.QueryParam("state")), Dues: orders.DuesOf(who(c), progress.Orders)}
	if len(view.Dues.Calls) > 0 {
		view.Balance = s.balance(c.Request().Context())
	}
	if view.Show != "" && view.Show != orders.BadgeUnclear && !slices.Contains(orders.Badges, view.Show) {
		return view, errFilter
	}
	if from := c.QueryParam("from"); from != "" {
		n, err := strconv.Atoi(from)
		if err != nil || n < 0 {
			return view, errFilter
		}
		view.From = n
	}
	var err error
	view.Desktops, err = s.desktopsByID(c, view.ShownIDs())
	return view, err
}

// desktopsByID are those of some desktops that the inventory knows and who asks sees.
func (s *server) desktopsByID(c echo.Context, ids []string) (map[string]cloud.Desktop, error) {
	known := make(map[string]cloud.Desktop, len(ids))
	for some := range slices.Chunk(ids, templates.RequestPageSize) {
		page, err := s.Inventory.Desktops(c.Request().Context(), orders.DesktopFilter{Scope: who(c).Scope(), IDs: some, Limit: len(some)})
		if err != nil {
			return nil, err
		}
		for _, d := range page.Items {
			known[d.DesktopID] = d
		}
	}
	return known, nil
}

// pollRequest answers the poll of a request's page.
func (s *server) pollRequest(c echo.Context) error {
	since, version, newer := s.seen(c)
	if !newer {
		return c.NoContent(http.StatusNoContent)
	}
	progress, err := s.Service.Progress(c.Request().Context(), who(c), c.Param("id"))
	if err != nil {
		return err
	}
	view, err := s.requestView(c, progress, version)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(progress.Orders, func(o orders.Order) bool { return o.Version > since }) {
		return render(c, http.StatusOK, templates.Poll(view.Poll()))
	}
	return render(c, http.StatusOK, templates.PolledRequest(view))
}

func (s *server) pauseRequest(c echo.Context) error  { return s.steer(c, s.Service.Pause) }
func (s *server) resumeRequest(c echo.Context) error { return s.steer(c, s.Service.Resume) }
func (s *server) stopRequest(c echo.Context) error   { return s.steer(c, s.Service.Stop) }

// steer takes a request on and leads back to it, or shows it with what stopped that.
func (s *server) steer(c echo.Context, do func(context.Context, auth.Who, string) error) error {
	return s.stepped(c, requestStep{}, do(c.Request().Context(), who(c), c.Param("id")))
}

// payRequest pays all that is left to pay of a request, and tells what became of each call unless all went well.
func (s *server) payRequest(c echo.Context) error {
	paid, err := s.Service.PayAll(c.Request().Context(), who(c), c.Param("id"), c.FormValue("confirm"))
	if !slices.ContainsFunc(paid, func(call orders.CallPaid) bool { return call.Err != nil }) {
		paid = nil // the table of calls says the rest
	}
	return s.stepped(c, requestStep{paid: paid}, err)
}

// stepped leads back to a request after a step, or shows it with what the step did not do.
func (s *server) stepped(c echo.Context, step requestStep, err error) error {
	id := c.Param("id")
	if errors.As(err, &step.stopped) && (step.stopped.Code == orders.CodeConflict || step.stopped.Code == orders.CodePrice) {
		err = nil
	}
	switch {
	case err != nil:
		return err
	case step.stopped == nil && step.paid == nil:
		return seeOther(c, "/requests/"+id)
	}
	version, _ := s.Journal.Version()
	progress, err := s.Service.Progress(c.Request().Context(), who(c), id)
	if err != nil {
		return err
	}
	return s.showRequest(c, http.StatusConflict, progress, version, step)
}

// retryRequest leads to the form of a new order for what failed, or was not sent.
func (s *server) retryRequest(c echo.Context) error {
	id := c.Param("id")
	progress, err := s.Service.Progress(c.Request().Context(), who(c), id)
	if err != nil {
		return err
	}
	of := c.FormValue("retry")
	if of != "failed" && of != "unsent" {
		return errFilter
	}
	return seeOther(c, withQuery("/orders/new/"+progress.Orders[0].Kind, "request", id, "of", of))
}

// results are the rows of a request as they are taken away.
func (s *server) results(c echo.Context, progress orders.Progress) exported[orders.Result] {
	known := map[string]cloud.Desktop{}
	return exported[orders.Result]{
		Name: "request-" + progress.RequestID,
		Columns: []exportColumn[orders.Result]{
			{"desktop_id", func(r orders.Result) string { return r.DesktopID }},
			{"computer_name", func(r orders.Result) string {
				if d, has := known[r.DesktopID]; has {
					return d.ComputerName
				}
				return r.ComputerName
			}},
			{"user_name", func(r orders.Result) string {
				if d, has := known[r.DesktopID]; has && r.UserName == "" {
					return d.UserName
				}
				return r.UserName
			}},
			{"state", func(r orders.Result) string { return string(r.Badge) }},
			{"result_code", func(r orders.Result) string { return r.Code }},
			{"result_msg", func(r orders.Result) string { return r.Msg }},
			{"call", func(r orders.Result) string { return strconv.Itoa(r.Call) }},
			{"order", func(r orders.Result) string { return r.OrderID }},
		},
		JSON: func(r orders.Result) any { return resultJSON(r) },
		Page: func(_ context.Context, after string) ([]orders.Result, string, error) {
			from, err := strconv.Atoi("0" + after)
			if err != nil || from > len(progress.Results) {
				return nil, "", errFilter
			}
			to := min(from+exportPage, len(progress.Results))
			var ids []string
			for _, r := range progress.Results[from:to] {
				if r.DesktopID != "" {
					ids = append(ids, r.DesktopID)
				}
			}
			if known, err = s.desktopsByID(c, ids); err != nil {
				return nil, "", err
			}
			next := ""
			if to < len(progress.Results) {
				next = strconv.Itoa(to)
			}
			return progress.Results[from:to], next, nil
		},
	}
}

func resultJSON(r orders.Result) map[string]any {
	return map[string]any{"desktop_id": r.DesktopID, "computer_name": r.ComputerName, "user_name": r.UserName, "state": r.Badge,
		"result_code": r.Code, "result_msg": r.Msg, "call": r.Call, "order": r.OrderID, "ordered_again": nullable(r.Again)}
}

// progressJSON is a request as scripts and tests read it.
func progressJSON(p orders.Progress) map[string]any {
	calls := make([]map[string]any, len(p.Orders))
	for i, o := range p.Orders {
		calls[i] = map[string]any{"id": o.ID, "state": o.State, "badge": o.Badge}
	}
	results := make([]map[string]any, len(p.Results))
	for i, r := range p.Results {
		results[i] = resultJSON(r)
	}
	return map[string]any{"id": p.RequestID, "state": p.State, "kind": p.Orders[0].Kind, "calls": calls, "results": results}
}
