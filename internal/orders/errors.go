package orders

import (
	"errors"
	"fmt"

	"workspace-order-console/internal/orders/field"
)

// Code says what sort of error it is; both doors have one table from it to a status.
type Code string

// The codes.
const (
	CodeInvalid   Code = "invalid"   // problems in what was entered
	CodeNotFound  Code = "not_found" // no such thing, or not for who asks
	CodeForbidden Code = "forbidden" // the role does not allow it
	CodeConflict  Code = "conflict"  // another order is in the way, or it changed meanwhile
	CodePrice     Code = "price"     // the price moved, or the bill differs: it must be confirmed anew
)

// Error is an error whose message is safe to show. Any other error is internal: the doors show a request ID for it.
type Error struct {
	Code     Code
	Message  field.Message
	Problems field.Problems
	// Split is set when an order touches what is of several teams.
	Split []Split
	// OrderID is the order it is about or that is in the way; may be empty.
	OrderID string
	Err     error
}

func (e *Error) Error() string {
	text := string(e.Code) + ": " + e.Message.Key
	if len(e.Problems) > 0 {
		text += fmt.Sprintf(" (%d problems, first at %s: %s)", len(e.Problems), e.Problems[0].Path, e.Problems[0].Key)
	}
	return text
}

func (e *Error) Unwrap() error { return e.Err }

// notFound tells that there is no such order.
func notFound() *Error {
	return &Error{Code: CodeNotFound, Message: field.Say("error.not_found"), Err: ErrNotFound}
}

// invalid wraps problems.
func invalid(problems field.Problems) *Error {
	return &Error{Code: CodeInvalid, Message: field.Say("error.invalid", "n", len(problems)), Problems: problems}
}

// told turns the journal's errors into errors that can be shown, and leaves others as they are.
func told(err error) error {
	var way *InTheWay
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrNotFound):
		return notFound()
	case errors.Is(err, ErrStale):
		return &Error{Code: CodeConflict, Message: field.Say("error.stale"), Err: err}
	case errors.As(err, &way):
		key := "error.in_the_way"
		if way.Target == "" {
			key = "error.create_in_doubt"
		}
		return &Error{Code: CodeConflict, OrderID: way.OrderID, Err: err,
			Message: field.Say(key, "order", way.OrderID, "target", targetID(way.Target), "state", string(way.State))}
	}
	return err
}
