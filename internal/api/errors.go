package api

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/orders"
)

// Error is an error of the console's own at this door. Its code is CONSOLE. and four digits: the status, unless Code
// says otherwise.
type Error struct {
	Status int
	// Code are the four digits where they are not the status; 0 elsewhere.
	Code int
	// Key and Args make the sentence.
	Key  string
	Args map[string]any
	// Detail goes into error_detail as it is: an order's URL or ID, or problems.
	Detail string
}

func (e *Error) Error() string { return fmt.Sprintf("%s (%d)", e.Key, e.Status) }

// codeApproval stands in the code of an order that needs approval; its status is 403.
const codeApproval = 428

// code are the four digits.
func (e *Error) code() int {
	if e.Code != 0 {
		return e.Code
	}
	return e.Status
}

// body is the cloud's error body (docs/wire.md section 5.2).
type body struct {
	Code    string `json:"error_code"`
	Msg     string `json:"error_msg"`
	Detail  string `json:"error_detail,omitempty"`
	Encoded string `json:"encoded_authorization_message,omitempty"`
}

// statuses are the statuses of the service's errors at this door.
var statuses = map[orders.Code]int{
	orders.CodeInvalid:   http.StatusBadRequest,
	orders.CodeNotFound:  http.StatusNotFound,
	orders.CodeForbidden: http.StatusForbidden,
	orders.CodeConflict:  http.StatusConflict,
	orders.CodePrice:     http.StatusConflict,
}

// writeError answers an error in the cloud's own shape. What is not known is internal: it is logged, and the caller gets
// a request ID.
func (d *door) writeError(c echo.Context, err error) error {
	p := printer(c)
	c.Response().Header().Set("Content-Language", p.Tag())
	requestID := c.Response().Header().Get(echo.HeaderXRequestID)
	var own *Error
	var told *orders.Error
	switch {
	case errors.As(err, &own):
	case errors.As(err, &told):
		own = &Error{Status: statuses[told.Code], Key: told.Message.Key, Args: told.Message.Args, Detail: told.OrderID}
		var lines []string
		for _, problem := range told.Problems {
			path := problem.Path
			if path == "reason" {
				path = reasonHeader // the reason is no member of the body
			}
			lines = append(lines, path+": "+p.Say(problem.Key, problem.Args))
		}
		if len(lines) > 0 {
			own.Detail = strings.Join(lines, "\n")
		}
	default:
		d.Log.Error("call failed", "error", err, "path", c.Request().URL.Path, "request_id", requestID)
		own = &Error{Status: http.StatusInternalServerError, Key: "api.internal", Args: map[string]any{"id": requestID}}
	}
	return c.JSON(own.Status, body{Code: fmt.Sprintf("CONSOLE.%04d", own.code()), Msg: p.Say(own.Key, own.Args), Detail: own.Detail})
}
