package audit

import (
	"encoding/json"
	"time"
)

// Entry is one thing that happened. Entries are written in the same transaction as what they tell, and never changed.
type Entry struct {
	// Seq is the entry's number, without gaps from 1; the log gives it.
	Seq int64
	// Time is UTC, to the microsecond.
	Time time.Time
	// Actor is who did it: a person, "key:<name>", or "console".
	Actor string
	// Door is how they came in: web, api, console.
	Door string
	// Address is the client's network address; empty for the console itself.
	Address string
	// Action is what was done: "order.submitted", "order.pay_done", "key.created", "signin", …
	Action string
	// Object is what it was done to: "order:<id>", "key:<id>", …
	Object string
	// Details are canonical JSON: an object.
	Details json.RawMessage
	// Team is whose: that of the order, or of who did it. Empty for what is nobody's.
	Team string
	// RequestID is the ID of the request that did it.
	RequestID string
}
