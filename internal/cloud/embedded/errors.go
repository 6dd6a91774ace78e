package embedded

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"workspace-order-console/internal/cloud"
)

// The cloud's codes. Their shape is the real one's (docs/wire.md section 5.2), their numbers are this cloud's own.
const (
	codeParameter   = "WKS.00010001" // the body is not what the API takes
	codeNotFound    = "WKS.00010004" // something that the order names is not there
	codeNotOnSale   = "WKS.00010011" // not sold: unknown, sold out, withdrawn
	codeNoFit       = "WKS.00010012" // things that do not go together
	codeQuota       = "WKS.00010013" // more than the quota has left
	codeMixed       = "WKS.00010014" // ordinary and pooled desktops in one order
	codeShrink      = "WKS.00010015" // a disk cannot become smaller, nor stay as it is
	codeNotPeriodic = "WKS.00010016" // the desktop is not billed the way the order wants
	codeNothing     = "WKS.00010017" // nothing would change
	codeFrozen      = "WKS.00010018"
	codeNameTaken   = "WKS.00010021"
	codeOpenOrder   = "WKS.00010022" // the resource has an open order
	codeInternal    = "WKS.00000500"

	codeBillNotFound  = "CBC.99000011"
	codeBillStatus    = "CBC.99000021" // the order is not one to be paid
	codeBillBalance   = "CBC.99000031" // the balance does not suffice
	codeBillParameter = "CBC.99000001"
)

// refusal is a no with a reason, in the cloud's words.
type refusal struct {
	status    int
	code, msg string
}

func (r *refusal) Error() string { return r.code + " " + r.msg }

// refuse says that the order cannot be done.
func refuse(code, format string, args ...any) error {
	return &refusal{http.StatusBadRequest, code, fmt.Sprintf(format, args...)}
}

// conflict says that something is in the order's way.
func conflict(code, format string, args ...any) error {
	return &refusal{http.StatusConflict, code, fmt.Sprintf(format, args...)}
}

// asRefusal tells a no from a failure of the cloud itself.
func asRefusal(err error) (*refusal, bool) {
	var r *refusal
	return r, errors.As(err, &r)
}

// logFailure logs a failure of the cloud itself. A caller who has gone away is none.
func (c *Cloud) logFailure(err error) {
	if !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		c.config.Logger.Error("embedded cloud", "error", err)
	}
}

// errorBody is how the cloud writes an error.
func (c *Cloud) errorBody(err error) (status int, body []byte) {
	r, ok := asRefusal(err)
	if !ok {
		c.logFailure(err)
		r = &refusal{http.StatusInternalServerError, codeInternal, "The service is out of order."}
	}
	body, _ = json.Marshal(map[string]string{"error_code": r.code, "error_msg": r.msg})
	return r.status, body
}

// told turns an error into the port's. What is no refusal is also logged: a caller learns only that it happened.
func (c *Cloud) told(err error) error {
	if err == nil {
		return nil
	}
	if r, ok := asRefusal(err); ok {
		return &cloud.Error{Outcome: cloud.OutcomeRefused, HTTPStatus: r.status, Code: r.code, Msg: r.msg}
	}
	c.logFailure(err)
	return &cloud.Error{Outcome: cloud.OutcomeUnknown, HTTPStatus: http.StatusInternalServerError, Code: codeInternal,
		Msg: "The service is out of order.", Err: err}
}
