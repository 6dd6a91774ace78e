package store

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/shopspring/decimal"
)

// How Go values stand in columns: times as microseconds UTC, absent things as NULL. Nothing else converts.

// micros is a time as it is stored. A zero time is 0.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// timeOf is a stored time.
func timeOf(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

// orNull is a time that is NULL when it is zero.
func orNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

// textOrNull is a text that is NULL when it is empty.
func textOrNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// at scans a time; NULL and 0 are the zero time.
type at struct{ to *time.Time }

// Scan implements sql.Scanner.
func (a at) Scan(value any) error {
	switch value := value.(type) {
	case nil:
		*a.to = time.Time{}
	case int64:
		*a.to = timeOf(value)
	default:
		return fmt.Errorf("%T is no time", value)
	}
	return nil
}

// maybe scans a text; NULL is the empty one.
type maybe struct{ to *string }

// Scan implements sql.Scanner.
func (m maybe) Scan(value any) error {
	switch value := value.(type) {
	case nil:
		*m.to = ""
	case string:
		*m.to = value
	case []byte:
		*m.to = string(value)
	default:
		return fmt.Errorf("%T is no text", value)
	}
	return nil
}

// amount scans a decimal; NULL is none.
type amount struct{ to **decimal.Decimal }

// Scan implements sql.Scanner.
func (a amount) Scan(value any) error {
	var text string
	if err := (maybe{&text}).Scan(value); err != nil {
		return err
	}
	*a.to = nil
	if value == nil {
		return nil
	}
	parsed, err := decimal.NewFromString(text)
	*a.to = &parsed
	return err
}

// amountOrNull is a decimal that is NULL when there is none.
func amountOrNull(d *decimal.Decimal) any {
	if d == nil {
		return nil
	}
	return d.String()
}

// document scans JSON; NULL leaves the value as it is.
type document struct{ to any }

// Scan implements sql.Scanner.
func (d document) Scan(value any) error {
	var text string
	if err := (maybe{&text}).Scan(value); err != nil || text == "" {
		return err
	}
	return json.Unmarshal([]byte(text), d.to)
}

// asJSON is a value as JSON text.
func asJSON(value any) (string, error) {
	text, err := json.Marshal(value)
	return string(text), err
}
