package handlers

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
	"workspace-order-console/web/templates"
)

// timelineSize is how many entries an order's page tells; an order that was looked at for weeks has more in the log.
const timelineSize = 200

// balanceWait bounds the wait for the balance beside "Pay".
const balanceWait = time.Second

// order shows one order, as a page or as JSON.
func (s *server) order(c echo.Context) error {
	// read before the order, so that nothing that changes in between is missed by the poll
	version, _ := s.Journal.Version()
	order, err := s.Service.Order(c.Request().Context(), who(c), c.Param("id"))
	if err != nil {
		return err
	}
	if negotiated(c) {
		out := orderJSON(order)
		out["approval"] = nil
		if requested, err := s.requested(c, order); err != nil {
			return err
		} else if requested != nil {
			out["approval"] = requestJSON(requested.Request, say(c))
		}
		return c.JSON(http.StatusOK, out)
	}
	return s.showOrder(c, http.StatusOK, order, version, nil)
}

// showOrder shows an order's page; stopped is what kept a payment, cancellation or settlement from happening.
func (s *server) showOrder(c echo.Context, status int, order orders.Order, version int64, stopped *orders.Error) error {
	view, err := s.orderView(c, order, version)
	if err != nil {
		return err
	}
	if stopped != nil {
		view.Stopped = view.Say.Say(stopped.Message.Key, stopped.Message.Args)
		for _, problem := range stopped.Problems {
			view.Problems[problem.Path] = view.Say.Say(problem.Key, problem.Args)
		}
		view.Comments.Text, view.Comments.Problem = unixLines(c.FormValue("text")), view.Problems["text"]
		view.Ballot = templates.BallotInput{Reject: strings.HasSuffix(c.Path(), "/reject"), Reason: c.FormValue("reason")}
		view.Settlement = templates.SettlementInput{Outcome: c.FormValue("outcome"), OrderID: c.FormValue("order_id"), Reason: c.FormValue("reason")}
	}
	if view.Comments.Problem != "" {
		view.Stopped = "" // it stands at the field
	}
	title := view.Title()
	return render(c, status, templates.OrderPage(s.page(c, title, templates.NavOrders), view))
}

func (s *server) orderView(c echo.Context, order orders.Order, version int64) (templates.OrderView, error) {
	ctx := c.Request().Context()
	timeline, err := s.Audit.Timeline(ctx, "order:"+order.ID, timelineSize)
	if err != nil {
		return templates.OrderView{}, err
	}
	w := who(c)
	view := templates.OrderView{Order: order, Bill: orders.BillOf(order), Timeline: timeline, Earlier: len(timeline) == timelineSize, Say: say(c), Now: s.Now(),
		Version: version, Problems: map[string]string{}, PublicURL: s.PublicURL,
		MayCancel: w.May(auth.PayOrders), MaySettle: w.May(auth.SettleOrders), MayPlace: w.May(auth.PlaceOrders), MayAudit: w.May(auth.ViewAudit),
		MayWithdraw: w.May(auth.PlaceOrders) && (order.Actor == w.Name || w.Admin())}
	view.MayPay = orders.MayPay(w, view.Bill)
	if view.Comments, err = s.comments(c, order); err != nil {
		return view, err
	}
	if view.Request, err = s.requested(c, order); err != nil {
		return view, err
	}
	if order.State == orders.StateAwaitingApproval {
		if view.Foreseen, err = s.foreseen(c, order); err != nil {
			return view, err
		}
	}
	if order.RepeatOf != "" {
		// what was repeated may be another team's by now
		if _, err := s.Service.Order(ctx, w, order.RepeatOf); err != nil {
			view.Order.RepeatOf = ""
		}
	}
	if order.State == orders.StateInDoubt && view.MaySettle {
		if view.Evidence, err = s.Journal.Evidence(ctx, order.ID); err != nil {
			return view, err
		}
		view.Asked = s.Now().Sub(order.UpdatedAt) > s.Grace
	}
	if len(view.Bill.UnpaidIDs) > 0 && view.MayPay {
		view.Balance = s.balance(ctx)
	}
	if ids := view.LineIDs(); len(ids) > 0 {
		if view.Desktops, err = s.desktopsByID(c, ids); err != nil {
			return view, err
		}
	}
	return view, nil
}

// requested is the request for approval that an order is part of; nil when it needed none.
func (s *server) requested(c echo.Context, order orders.Order) (*orders.Requested, error) {
	requested, err := s.Service.Request(c.Request().Context(), who(c), order.RequestID)
	if errors.Is(err, orders.ErrNotFound) {
		return nil, nil
	}
	return &requested, err
}

// foreseen is what an order that waits will change, as things are now.
func (s *server) foreseen(c echo.Context, order orders.Order) (templates.Foreseen, error) {
	changes, wrong, err := s.Service.Foreseen(c.Request().Context(), who(c), order)
	out := templates.Foreseen{Changes: changes}
	if wrong != nil {
		out.Stopped = say(c).Say(wrong.Message.Key, wrong.Message.Args)
		for _, problem := range wrong.Problems {
			out.Stopped += " " + say(c).Say("component.problem_at", map[string]any{"path": problem.Path, "problem": say(c).Say(problem.Key, problem.Args)})
		}
	}
	return out, err
}

// balance is what the account can pay with; nil when the cloud does not tell in time.
func (s *server) balance(ctx context.Context) *cloud.Money {
	ctx, cancel := context.WithTimeout(ctx, balanceWait)
	defer cancel()
	balance, err := s.Service.Billing.Balance(ctx)
	if err != nil {
		return nil
	}
	return &cloud.Money{Amount: balance.Amount, Currency: balance.Currency}
}

// acted leads back to the order after an action, or shows the order with what stopped the action.
func (s *server) acted(c echo.Context, err error) error {
	id := c.Param("id")
	var told *orders.Error
	if errors.As(err, &told) && told.Code != orders.CodeNotFound && told.Code != orders.CodeForbidden {
		version, _ := s.Journal.Version()
		order, err := s.Service.Order(c.Request().Context(), who(c), id)
		if err != nil {
			return err
		}
		status := http.StatusConflict
		if told.Code == orders.CodeInvalid {
			status = http.StatusUnprocessableEntity
		}
		return s.showOrder(c, status, order, version, told)
	}
	if err != nil {
		return err
	}
	return seeOther(c, "/orders/"+id)
}

// namedOrders are the cloud orders that a form names; none means all.
func namedOrders(c echo.Context) ([]string, error) {
	form, err := c.FormParams()
	if err != nil {
		return nil, echo.NewHTTPError(http.StatusBadRequest).SetInternal(err)
	}
	var ids []string
	for _, value := range form["order_id"] {
		ids = append(ids, strings.Fields(strings.ReplaceAll(value, ",", " "))...)
	}
	return ids, nil
}

func (s *server) pay(c echo.Context) error {
	ids, err := namedOrders(c)
	if err != nil {
		return err
	}
	return s.acted(c, s.Service.Pay(c.Request().Context(), who(c), c.Param("id"),
		orders.PayRequest{OrderIDs: ids, Confirm: c.FormValue("confirm")}))
}

func (s *server) cancel(c echo.Context) error {
	ids, err := namedOrders(c)
	if err != nil {
		return err
	}
	return s.acted(c, s.Service.Cancel(c.Request().Context(), who(c), c.Param("id"), ids))
}

func (s *server) withdraw(c echo.Context) error {
	return s.acted(c, s.Service.Withdraw(c.Request().Context(), who(c), c.Param("id")))
}

func (s *server) resolve(c echo.Context) error {
	ids, err := namedOrders(c)
	if err != nil {
		return err
	}
	return s.acted(c, s.Service.Resolve(c.Request().Context(), who(c), c.Param("id"),
		orders.Settlement{Outcome: orders.State(c.FormValue("outcome")), OrderIDs: ids, Reason: c.FormValue("reason")}))
}

// repeat leads to the form of a new order with everything as it was in this one.
func (s *server) repeat(c echo.Context) error {
	order, err := s.Service.Order(c.Request().Context(), who(c), c.Param("id"))
	if err != nil {
		return err
	}
	return seeOther(c, withQuery("/orders/new/"+order.Kind, "repeat", order.ID))
}

// orderJSON is an order as scripts and tests read it (design, "Machine-readable handles").
func orderJSON(o orders.Order) map[string]any {
	door, _, _ := strings.Cut(o.Kind, "/")
	made := make([]map[string]any, 0, len(o.CloudOrders))
	for _, c := range o.CloudOrders {
		entry := map[string]any{"order_id": c.OrderID, "order_status": c.Status, "result": c.Result, "result_code": c.Code,
			"result_msg": c.Msg, "amount": nil, "currency": c.Currency}
		if c.Amount != nil {
			entry["amount"] = c.Amount.String()
		}
		if c.Action != nil {
			entry["action"] = map[string]any{"action": c.Action.Kind, "state": c.Action.State, "error_code": c.Action.Code, "error_msg": c.Action.Msg}
		}
		made = append(made, entry)
	}
	out := map[string]any{
		"id": o.ID, "kind": o.Kind, "state": o.State, "badge": o.Badge, "door": o.Door, "endpoint": door, "actor": o.Actor,
		"team": nil, "reason": o.Reason, "request": json.RawMessage(o.Body), "path": o.Path, "quote": nil, "cloud_orders": made,
		"is_auto_pay": o.AutoPay, "request_hash": o.Hash,
		"created_at": o.CreatedAt.UTC().Format(time.RFC3339Nano), "updated_at": o.UpdatedAt.UTC().Format(time.RFC3339Nano),
	}
	if o.Team != "" {
		out["team"] = o.Team
	}
	if q := o.Quote; q != nil {
		out["quote"] = map[string]any{"amount": q.Amount.String(), "official_amount": q.OfficialAmount.String(), "currency": q.Currency,
			"asked_at": q.AskedAt.UTC().Format(time.RFC3339Nano), "lines": q.Lines}
	}
	if a := o.Answer; a != nil {
		out["answer"] = map[string]any{"status": a.HTTPStatus, "request_id": a.RequestID, "error_code": a.Code, "error_msg": a.Msg,
			"error_detail": a.Detail, "encoded_authorization_message": a.EncodedAuthorizationMessage}
	}
	return out
}
