// Package api is the JSON door: the cloud's own four order endpoints at the console's address, and the OpenAPI
// document that describes them. It binds, calls the orders service, and answers as the cloud would (design, "The /v2
// door"). It knows orders and the leaves, and nothing of the store, the worker or an adapter.
package api

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/cloud/sign"
	"workspace-order-console/internal/i18n"
	"workspace-order-console/internal/orders"
)

// Orders is the service as this door uses it.
type Orders interface {
	Submit(ctx context.Context, who auth.Who, sub orders.Submission) (orders.Order, error)
	Wait(ctx context.Context, id string) (orders.Order, error)
	// Request returns the request for approval that an order is part of.
	Request(ctx context.Context, who auth.Who, id string) (orders.Requested, error)
}

// Keys tells who an API key belongs to; auth.ErrNotFound means nobody.
type Keys interface {
	WhoByToken(ctx context.Context, token string) (auth.Who, error)
	WhoByAK(ctx context.Context, ak string) (auth.Who, auth.Secret, error)
}

// Config is what the door needs.
type Config struct {
	Orders    Orders
	Keys      Keys
	ProjectID string
	// PublicURL is the console's address as people use it, without a slash at the end; errors name order pages by it.
	PublicURL string
	// Wait is how long a call waits for its order's outcome before it is told to look later.
	Wait time.Duration
	// Version is the program's version, for the OpenAPI document.
	Version string
	Log     *slog.Logger
	Now     func() time.Time
}

// The door's bounds.
const (
	maxBody           = 1 << 20
	maxIdempotencyKey = 255
	// reasonHeader is where a call says why.
	reasonHeader = "X-Console-Reason"
	// maxCalls is how many calls may be under way at once; one more is told to come back.
	maxCalls = 512
)

type door struct {
	Config
	calls chan struct{}
}

// Register puts the door's routes on an Echo group at /v2. The group answers its own errors.
func Register(group *echo.Group, config Config) {
	d := &door{Config: config, calls: make(chan struct{}, maxCalls)}
	group.Use(d.answered)
	d.route(group, http.MethodGet, "/openapi.json", d.openapi)
	for _, name := range cloud.Doors {
		// the door's own path, with Echo's parameters in the places of the IDs
		d.route(group, http.MethodPost, strings.TrimPrefix(name.Path(":project_id", ":desktop_id"), "/v2"), d.order(name))
	}
	group.RouteNotFound("/*", func(echo.Context) error {
		return &Error{Status: http.StatusNotFound, Key: "api.no_route"}
	})
}

// methods are those that a route may be tried with.
var methods = []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions}

// route serves a path by one method and refuses the others in the cloud's shape.
func (d *door) route(group *echo.Group, method, path string, handler echo.HandlerFunc) {
	for _, other := range methods {
		if other == method {
			group.Add(method, path, handler)
			continue
		}
		group.Add(other, path, func(c echo.Context) error {
			c.Response().Header().Set("Allow", method)
			return &Error{Status: http.StatusMethodNotAllowed, Key: "api.method"}
		})
	}
}

// answered turns errors into answers; what is none of those whose words are safe to show is logged.
func (d *door) answered(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		err := next(c)
		if err == nil || c.Response().Committed {
			return err
		}
		return d.writeError(c, err)
	}
}

// order answers one of the four order endpoints.
func (d *door) order(name cloud.Door) echo.HandlerFunc {
	return func(c echo.Context) error {
		select {
		case d.calls <- struct{}{}:
			defer func() { <-d.calls }()
		default:
			c.Response().Header().Set("Retry-After", "1")
			return &Error{Status: http.StatusTooManyRequests, Key: "api.busy"}
		}
		ctx := c.Request().Context()
		who, body, err := d.who(c)
		if err != nil {
			return err
		}
		if c.Param("project_id") != d.ProjectID {
			return &Error{Status: http.StatusNotFound, Key: "api.project", Args: map[string]any{"project": d.ProjectID}}
		}
		key := c.Request().Header.Get("Idempotency-Key")
		if len(key) > maxIdempotencyKey || strings.ContainsFunc(key, func(r rune) bool { return r < ' ' || r > '~' }) {
			return &Error{Status: http.StatusBadRequest, Key: "api.idempotency_key", Args: map[string]any{"max": maxIdempotencyKey}}
		}
		if body == nil {
			if body, err = readBody(c); err != nil {
				return err
			}
		}
		decoded := orders.DecodeJSON(name, c.Param("desktop_id"), body)
		order, err := d.Orders.Submit(ctx, who, orders.Submission{Decoded: decoded, IdempotencyKey: key,
			Reason: strings.TrimSpace(c.Request().Header.Get(reasonHeader))})
		if err != nil {
			return err
		}
		c.Response().Header().Set("X-Console-Order", order.ID)
		// The order is on its way whether the caller stays or not.
		waiting, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.Wait)
		defer cancel()
		if order, err = d.Orders.Wait(waiting, order.ID); err != nil {
			return err
		}
		return d.answer(c, who, order)
	}
}

// who identifies the caller as the cloud does: by the token in X-Auth-Token, or by a signature with AK and SK, which
// covers the body; that is then returned, for it can be read only once.
func (d *door) who(c echo.Context) (who auth.Who, body []byte, err error) {
	r := c.Request()
	token := r.Header.Get("X-Auth-Token")
	switch {
	case token != "":
		if who, err = d.Keys.WhoByToken(r.Context(), token); errors.Is(err, auth.ErrNotFound) {
			err = &Error{Status: http.StatusUnauthorized, Key: "api.wrong_token"}
		}
	case sign.Signed(r):
		if body, err = readBody(c); err == nil {
			who, err = d.signer(r, body)
		}
	default:
		err = &Error{Status: http.StatusUnauthorized, Key: "api.no_token"}
	}
	who.Address, who.RequestID = c.RealIP(), c.Response().Header().Get(echo.HeaderXRequestID)
	return who, body, err
}

// signer tells who signed a request. Why a signature is not accepted is the caller's business only as far as their own
// clock and key are concerned: what exactly differs is not told.
func (d *door) signer(r *http.Request, body []byte) (auth.Who, error) {
	var who auth.Who
	var failed error
	_, err := sign.Verify(r, body, func(ak string) (string, bool) {
		found, sk, err := d.Keys.WhoByAK(r.Context(), ak)
		if err != nil && !errors.Is(err, auth.ErrNotFound) {
			failed = err
		}
		who = found
		return sk.Reveal(), err == nil
	}, d.Now())
	switch {
	case failed != nil:
		return auth.Who{}, failed
	case errors.Is(err, sign.ErrStale):
		return auth.Who{}, &Error{Status: http.StatusUnauthorized, Key: "api.stale_signature"}
	case err != nil:
		return auth.Who{}, &Error{Status: http.StatusUnauthorized, Key: "api.wrong_signature"}
	}
	return who, nil
}

func readBody(c echo.Context) ([]byte, error) {
	r := c.Request()
	if given := r.Header.Get("Content-Type"); given != "" {
		if media, _, err := mime.ParseMediaType(given); err != nil || media != "application/json" {
			return nil, &Error{Status: http.StatusUnsupportedMediaType, Key: "api.media_type"}
		}
	}
	if encoding := r.Header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		return nil, &Error{Status: http.StatusUnsupportedMediaType, Key: "api.encoding"}
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.Response(), r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, &Error{Status: http.StatusRequestEntityTooLarge, Key: "api.too_large", Args: map[string]any{"max": maxBody}}
	}
	if err != nil {
		return nil, &Error{Status: http.StatusBadRequest, Key: "api.cut"}
	}
	return body, nil
}

// answer turns an order into what its caller would have heard from the cloud.
func (d *door) answer(c echo.Context, who auth.Who, order orders.Order) error {
	url := d.PublicURL + "/orders/" + order.ID
	switch order.State {
	case orders.StateAwaitingApproval:
		return &Error{Status: http.StatusForbidden, Code: codeApproval, Key: "api.approval", Args: map[string]any{"id": order.RequestID},
			Detail: order.RequestID + " " + d.PublicURL + "/orders/" + order.RequestID}
	case orders.StateRejected:
		return d.rejected(c, who, order, url)
	case orders.StatePlaced:
		if a := order.Answer; a != nil && a.HTTPStatus >= 200 && a.HTTPStatus <= 299 && a.Code == "" && a.Msg == "" {
			return c.JSONBlob(a.HTTPStatus, a.Body)
		}
		return c.JSON(http.StatusOK, settledBody(order))
	case orders.StateRefused:
		if order.Answer != nil && order.Answer.HTTPStatus != 0 {
			return c.JSON(order.Answer.HTTPStatus, body{Code: order.Answer.Code, Msg: order.Answer.Msg,
				Detail: order.Answer.Detail, Encoded: order.Answer.EncodedAuthorizationMessage})
		}
		return &Error{Status: http.StatusBadGateway, Key: "api.not_reached", Detail: url}
	case orders.StateNotPlaced:
		return &Error{Status: http.StatusBadGateway, Key: "api.not_placed", Detail: url}
	case orders.StateWithdrawn:
		return &Error{Status: http.StatusConflict, Key: "api.withdrawn", Detail: url}
	case orders.StateExpired:
		return &Error{Status: http.StatusConflict, Key: "api.expired", Detail: url}
	}
	return &Error{Status: http.StatusGatewayTimeout, Key: "api.unknown", Detail: url}
}

// rejected tells why somebody said no.
func (d *door) rejected(c echo.Context, who auth.Who, order orders.Order, url string) error {
	request, err := d.Orders.Request(c.Request().Context(), who, order.RequestID)
	if err != nil {
		return err
	}
	no, _ := request.Rejection()
	return &Error{Status: http.StatusForbidden, Key: "api.rejected", Args: map[string]any{"reason": no.Reason}, Detail: url}
}

// settledBody is the answer to an order that a person found to be placed: what the cloud would have said.
func settledBody(order orders.Order) any {
	kind, _ := orders.KindNamed(order.Kind)
	var entries []cloud.Entry
	for _, made := range order.CloudOrders {
		entries = append(entries, cloud.Entry{OrderID: made.OrderID, OrderStatus: made.Status, Result: made.Result,
			ResultCode: made.Code, ResultMsg: made.Msg})
	}
	if kind.Door.Batch() || len(entries) != 1 {
		return map[string]any{"orders": entries}
	}
	return cloud.Entry{OrderID: entries[0].OrderID}
}

// printer writes in the caller's language.
func printer(c echo.Context) i18n.Printer {
	return i18n.For(c.Request().Header.Get("Accept-Language"))
}
