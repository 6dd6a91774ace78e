package cloud

import "errors"

// OutcomeOf tells what an error of a payment or cancellation means; an error that is no *Error is unknown.
func OutcomeOf(err error) Outcome {
	if err == nil {
		return OutcomeDone
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Outcome
	}
	return OutcomeUnknown
}
