package handlers

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/i18n"
	"workspace-order-console/internal/orders"
	"workspace-order-console/web/templates"
)

// requestViews are what the queue can show.
var requestViews = []orders.RequestView{orders.RequestsToDecide, orders.RequestsMine, orders.RequestsAll}

// approvals is the queue of requests for approval, as a page or as JSON.
func (s *server) approvals(c echo.Context) error {
	view, list, err := s.approvalsView(c)
	if err != nil {
		return err
	}
	if negotiated(c) {
		items := make([]map[string]any, len(list))
		for i, item := range list {
			items[i] = requestJSON(item.Request, view.Say)
			items[i]["id"], items[i]["team"] = item.ID, nullable(item.Team)
		}
		return c.JSON(http.StatusOK, jsonList(items, view.Pager.Older))
	}
	return render(c, http.StatusOK, templates.ApprovalsPage(s.page(c, "approvals.title", templates.NavApprovals), view))
}

// pollApprovals answers the queue's poll: the list anew, once anything has changed.
func (s *server) pollApprovals(c echo.Context) error {
	if _, _, newer := s.seen(c); !newer {
		return c.NoContent(http.StatusNoContent)
	}
	view, _, err := s.approvalsView(c)
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, templates.PolledApprovals(view))
}

func (s *server) approvalsView(c echo.Context) (templates.ApprovalsView, []orders.RequestItem, error) {
	// read before the list, so that nothing that changes in between is missed by the poll
	version, _ := s.Journal.Version()
	ctx, w, query := c.Request().Context(), who(c), c.QueryParams()
	view := templates.ApprovalsView{View: orders.RequestView(query.Get("view")), State: orders.RequestState(query.Get("state")),
		AllTeams: w.Scope().All(), MayPlace: w.May(auth.PlaceOrders), Say: say(c), Now: s.Now()}
	var err error
	if view.Decides, err = s.Service.Decides(ctx, w); err != nil {
		return view, nil, err
	}
	if view.View == "" {
		// what somebody comes for most: to decide, or to see what became of what they asked for
		switch {
		case view.Decides:
			view.View = orders.RequestsToDecide
		case view.MayPlace:
			view.View = orders.RequestsMine
		default:
			view.View = orders.RequestsAll
		}
	}
	q := orders.RequestQuery{View: view.View, State: view.State, Limit: listSize}
	after, fits := readCursor(query.Get("after"))
	if !slices.Contains(requestViews, view.View) || view.State != "" && !slices.Contains(orders.RequestStates, view.State) ||
		query.Get("after") != "" && !fits {
		return view, nil, errFilter
	}
	q.After = after
	page, err := s.Service.Requests(ctx, w, q)
	if err != nil {
		return view, nil, err
	}
	view.Items = page.Items
	query.Set("view", string(view.View))
	view.Pager = templates.PagerView{Older: turned("/approvals", query, "after", writeCursor(page.Next))}
	if slices.ContainsFunc(page.Items, func(item orders.RequestItem) bool { return item.State == orders.RequestAwaiting }) {
		query.Set("version", strconv.FormatInt(version, 10))
		view.Poll = templates.PollView{Href: "/approvals/poll?" + query.Encode(), Every: templates.SlowPoll}
	}
	return view, page.Items, nil
}

// approve says yes to the request that an order is part of, to what its page has shown.
func (s *server) approve(c echo.Context) error { return s.decide(c, true) }

// reject says no to it.
func (s *server) reject(c echo.Context) error { return s.decide(c, false) }

func (s *server) decide(c echo.Context, approve bool) error {
	ctx, w := c.Request().Context(), who(c)
	order, err := s.Service.Order(ctx, w, c.Param("id"))
	if err != nil {
		return err
	}
	_, err = s.Service.Decide(ctx, w, order.RequestID, orders.Ballot{Approve: approve, Reason: unixLines(c.FormValue("reason")),
		Hash: c.FormValue("hash"), Price: c.FormValue("price")})
	var told *orders.Error
	if errors.As(err, &told) && told.Code == orders.CodeForbidden {
		// the order's page says why, and keeps what was typed
		version, _ := s.Journal.Version()
		return s.showOrder(c, http.StatusForbidden, order, version, told)
	}
	return s.acted(c, err)
}

// unixLines is a text of a form with a line feed at the end of its lines, as they are counted and kept.
func unixLines(text string) string { return strings.ReplaceAll(text, "\r\n", "\n") }

func nullable(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// requestJSON is a request as scripts read it.
func requestJSON(r orders.Request, say i18n.Printer) map[string]any {
	why := make([]map[string]any, len(r.Why))
	for i, rule := range r.Why {
		why[i] = map[string]any{"rule": rule.Key, "text": say.Say(rule.Key, rule.Args)}
	}
	calls := make([]string, len(r.Calls))
	for i, call := range r.Calls {
		calls[i] = call.OrderID
	}
	decisions := make([]map[string]any, len(r.Decisions))
	for i, d := range r.Decisions {
		decisions[i] = map[string]any{"approver": d.Approver, "on_behalf_of": nullable(d.OnBehalfOf), "admin": d.AsAdmin, "approve": d.Approve,
			"reason": d.Reason, "request_hash": d.Hash, "amount": nil, "currency": d.Currency, "created_at": d.CreatedAt.UTC().Format(time.RFC3339Nano), "void": d.Void}
		if d.Amount != nil {
			decisions[i]["amount"] = d.Amount.String()
		}
	}
	out := map[string]any{"state": r.State, "request_hash": r.Hash, "orders": calls, "actor": r.Actor, "principal": r.Principal,
		"reason": r.Reason, "why": why, "approvals_needed": r.Needed, "approvals": len(r.Approvals()), "needs_admin": r.NeedsAdmin,
		"amount": nil, "currency": r.Currency, "decisions": decisions, "created_at": r.CreatedAt.UTC().Format(time.RFC3339Nano),
		"expires_at": r.ExpiresAt.UTC().Format(time.RFC3339Nano)}
	if r.Amount != nil {
		out["amount"] = r.Amount.String()
	}
	return out
}
