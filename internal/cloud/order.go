package cloud

import (
	"encoding/json"
	"net/url"
	"strings"
)

// Door names one of the four order endpoints (docs/wire.md section 1).
type Door string

// The four order endpoints.
const (
	DoorSubscribe    Door = "subscribe"
	DoorChange       Door = "change"
	DoorBatchDesktop Door = "batch-desktop"
	DoorBatchPool    Door = "batch-pool"
)

// Doors lists the four in the order of docs/wire.md.
var Doors = []Door{DoorSubscribe, DoorChange, DoorBatchDesktop, DoorBatchPool}

// Template is the door's path with {project_id} and, for the change door, {desktop_id} in it.
func (d Door) Template() string {
	switch d {
	case DoorSubscribe:
		return "/v2/{project_id}/periodic/subscribe/order"
	case DoorChange:
		return "/v2/{project_id}/periodic/{desktop_id}/change/order"
	case DoorBatchDesktop:
		return "/v2/{project_id}/periodic/change/batch-order"
	case DoorBatchPool:
		return "/v2/{project_id}/desktop-pool/periodic/change/order"
	}
	return ""
}

// Path is the door's path for a project and, for the change door, a desktop; both are escaped.
func (d Door) Path(projectID, desktopID string) string {
	return strings.NewReplacer("{project_id}", url.PathEscape(projectID), "{desktop_id}", url.PathEscape(desktopID)).Replace(d.Template())
}

// Batch tells whether the door answers with a list of orders.
func (d Door) Batch() bool { return d == DoorBatchDesktop || d == DoorBatchPool }

// Call is one order call.
type Call struct {
	Door Door
	// DesktopID is the change door's path parameter; empty elsewhere.
	DesktopID string
	// Body is the JSON body, sent as it is.
	Body []byte
}

// Outcome says what is known of a call that may have an effect (docs/wire.md section 12).
type Outcome string

// The four outcomes. Only the first three are sure.
const (
	// OutcomeDone: the cloud took it and said so.
	OutcomeDone Outcome = "done"
	// OutcomeRefused: the cloud said no; nothing happened.
	OutcomeRefused Outcome = "refused"
	// OutcomeNotSent: the cloud was never reached; not a byte was sent.
	OutcomeNotSent Outcome = "not_sent"
	// OutcomeUnknown: it may or may not have happened.
	OutcomeUnknown Outcome = "unknown"
)

// Answer is what came back of an order call.
type Answer struct {
	Outcome Outcome
	// HTTPStatus is 0 when there was no HTTP answer.
	HTTPStatus int
	// RequestID is the cloud's own ID of the call, if it gave one.
	RequestID string
	// Body is the answer's body as received, bounded by the adapter.
	Body []byte
	// Entries are the orders the cloud made: one for subscribe and change, one per order for batches. A batch's
	// entries come in no promised order and name no desktop.
	Entries []Entry
	// Error tells what went wrong; nil when Outcome is OutcomeDone.
	Error *Error
}

// Entry is one order of an answer: the wire's OrderV5 (docs/wire.md section 5.1).
type Entry struct {
	OrderID     string       `json:"order_id,omitempty"`
	OrderStatus *OrderStatus `json:"order_status,omitempty"`
	Result      string       `json:"result,omitempty"`
	ResultCode  string       `json:"result_code,omitempty"`
	ResultMsg   string       `json:"result_msg,omitempty"`
	JobID       string       `json:"job_id,omitempty"`
}

// Failed tells that the cloud refused this entry of a batch.
func (e Entry) Failed() bool { return e.Result == "FAIL" }

// Placed tells that the entry is an order: it did not fail and carries an order ID.
func (e Entry) Placed() bool { return !e.Failed() && e.OrderID != "" }

// ReadAnswer turns an HTTP answer to an order call into an Answer, by docs/wire.md sections 5 and 12: only a 2xx
// that carries what was promised is done; a 200 without an order ID, or one that does not decode, is unknown.
func ReadAnswer(door Door, status int, requestID string, body []byte) Answer {
	answer := Answer{HTTPStatus: status, RequestID: requestID, Body: body}
	if status < 200 || status > 299 {
		answer.Error = ReadError(status, requestID, body)
		answer.Outcome = answer.Error.Outcome
		return answer
	}
	var said struct {
		Entry
		Orders    []Entry `json:"orders"`
		ErrorCode string  `json:"error_code"`
	}
	if err := json.Unmarshal(body, &said); err == nil {
		// what is known is kept also where it is not sure, so that a person can look the orders up
		if answer.Entries = said.Orders; !door.Batch() && said.OrderID != "" {
			answer.Entries = []Entry{said.Entry}
		}
		if said.ErrorCode == "" && len(answer.Entries) > 0 && allTold(answer.Entries) {
			answer.Outcome = OutcomeDone
			return answer
		}
	}
	answer.Error = ReadError(status, requestID, body)
	answer.Outcome = OutcomeUnknown
	return answer
}

// allTold tells whether every entry says of itself that it failed or that it is an order.
func allTold(entries []Entry) bool {
	for _, entry := range entries {
		if !entry.Failed() && !entry.Placed() {
			return false
		}
	}
	return true
}

// Error is a call that did not go well.
type Error struct {
	Outcome Outcome
	// HTTPStatus is 0 when there was no HTTP answer.
	HTTPStatus int
	// Code, Msg and Detail are the cloud's error_code, error_msg and error_detail; Code is empty when it gave none.
	Code, Msg, Detail string
	// EncodedAuthorizationMessage is opaque; only the cloud's STS decodes it.
	EncodedAuthorizationMessage string
	RequestID                   string
	// Err is the cause, if there is one beside the cloud's own words.
	Err error
}

func (e *Error) Error() string {
	text := strings.TrimSpace(e.Code + " " + e.Msg)
	if text == "" && e.Err != nil {
		text = e.Err.Error()
	}
	if text == "" {
		text = "the cloud gave no reason"
	}
	return text
}

func (e *Error) Unwrap() error { return e.Err }

// refusals are the statuses that mean a sure no (docs/design.md, outcomes of the /v2 door).
var refusals = map[int]bool{400: true, 401: true, 403: true, 404: true, 409: true, 429: true}

// ReadError reads an error body in any of the shapes of docs/wire.md sections 5.2 and 12.
func ReadError(status int, requestID string, body []byte) *Error {
	e := &Error{Outcome: OutcomeUnknown, HTTPStatus: status, RequestID: requestID}
	if refusals[status] {
		e.Outcome = OutcomeRefused
	}
	type words struct {
		ErrorCode   string `json:"error_code"`
		ErrorMsg    string `json:"error_msg"`
		ErrorDetail string `json:"error_detail"`
		Encoded     string `json:"encoded_authorization_message"`
		Code        string `json:"code"`
		Message     string `json:"message"`
		RequestID   string `json:"request_id"`
	}
	var outer struct {
		words
		Error *words `json:"error"`
	}
	if err := json.Unmarshal(body, &outer); err != nil {
		e.Msg = shorten(string(body), 1000)
		return e
	}
	said := outer.words
	if outer.Error != nil && said.ErrorCode == "" && said.Code == "" {
		said = *outer.Error
	}
	e.Code, e.Msg = firstOf(said.ErrorCode, said.Code), firstOf(said.ErrorMsg, said.Message)
	e.Detail, e.EncodedAuthorizationMessage = said.ErrorDetail, said.Encoded
	e.RequestID = firstOf(requestID, said.RequestID)
	if e.Code == "" && e.Msg == "" {
		e.Msg = shorten(string(body), 1000)
	}
	return e
}

func firstOf(values ...string) string {
	for _, value := range values {
		if value != "" {
			return value
		}
	}
	return ""
}

// shorten cuts a text at a rune boundary so that at most limit bytes are left.
func shorten(text string, limit int) string {
	if len(text) <= limit {
		return strings.ToValidUTF8(text, "�")
	}
	return strings.ToValidUTF8(text[:limit], "")
}
