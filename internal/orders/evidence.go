package orders

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders/field"
)

// Evidence is what the cloud's own order list tells about an order in doubt: the orders that were made around the time
// of sending and that no order of this console has.
type Evidence struct {
	// LookedAt is when the list was last read, Looks how often it was.
	LookedAt time.Time `json:"looked_at"`
	Looks    int       `json:"looks"`
	// From and Until are the time that was looked at.
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
	// Candidates are all that fit, and of those that do not the ones nearest to the sending; sorted by their time.
	Candidates []Candidate `json:"candidates"`
	// Others is how many more do not fit.
	Others int `json:"others,omitempty"`
	// Same counts the looks in a row, the last included, that found the same orders fitting.
	Same int `json:"same"`
	// Problem is why the last look failed; the rest is then of the look before.
	Problem string `json:"problem,omitempty"`
}

// Found is what a look has told about one order.
type Found struct {
	OrderID  string
	Evidence Evidence
	// Seen tells that people are to see the change: the head moves.
	Seen bool
}

// Candidate is a cloud order that may be what became of an order in doubt.
type Candidate struct {
	OrderID    string            `json:"order_id"`
	Status     cloud.OrderStatus `json:"status"`
	OrderType  int               `json:"order_type"`
	Amount     decimal.Decimal   `json:"amount"`
	Currency   string            `json:"currency"`
	CreateTime time.Time         `json:"create_time"`
	UserName   string            `json:"user_name,omitempty"`
	Products   []string          `json:"products,omitempty"`
	// Tagged tells that a resource with our own tag names this order: that is proof.
	Tagged bool `json:"tagged,omitempty"`
	// Against is why it does not fit; empty when it fits.
	Against []field.Message `json:"against,omitempty"`
}

// Fits tells that nothing speaks against the candidate.
func (c Candidate) Fits() bool { return c.Tagged || len(c.Against) == 0 }

// Fitting are the IDs of the candidates that fit, sorted. When one bears our tag, only those that do.
func (e Evidence) Fitting() []string {
	var ids []string
	tagged := slices.ContainsFunc(e.Candidates, func(c Candidate) bool { return c.Tagged })
	for _, c := range e.Candidates {
		if c.Tagged || !tagged && c.Fits() {
			ids = append(ids, c.OrderID)
		}
	}
	slices.Sort(ids)
	return ids
}

// Window is the time in which the cloud made an order if it made one: from the sending, less what clocks may differ, to
// the end of the wait, and a little more.
func Window(o Order) (from, until time.Time) {
	const margin = 2 * time.Minute
	until = o.Deadline
	if until.Before(o.SentAt) {
		until = o.SentAt
	}
	return o.SentAt.Add(-margin), until.Add(margin)
}

// Expected is how many cloud orders an order becomes when all goes well: one, or for a batch over desktops one for each.
func Expected(kind Kind, p Payload) int {
	if n := len(p.Targets().Desktops); kind.Door.Batch() && n > 0 {
		return n
	}
	return 1
}

// looksToLink is how many looks in a row must find the same: the list may lag, and an order that fits may be another's
// while ours is still to come.
const looksToLink = 2

// Conclusion is what the evidence allows a machine to do.
type Conclusion string

// The conclusions.
const (
	// ConcludeWait: nothing yet; look again, and let a person decide at any time.
	ConcludeWait Conclusion = "wait"
	// ConcludePlaced: exactly the expected orders fit, again and again, and fit no other order in doubt.
	ConcludePlaced Conclusion = "placed"
	// ConcludeNotPlaced: the cloud answered with an error of its own and its list stays empty.
	ConcludeNotPlaced Conclusion = "not_placed"
)

// Conclude tells what follows from the evidence. others are the orders that fit other orders in doubt.
func Conclude(o Order, kind Kind, p Payload, e Evidence, others []string) Conclusion {
	fitting := e.Fitting()
	tagged := slices.ContainsFunc(e.Candidates, func(c Candidate) bool { return c.Tagged })
	shared := slices.ContainsFunc(fitting, func(id string) bool { return slices.Contains(others, id) })
	switch {
	case e.Problem != "" || e.Looks < looksToLink:
	case tagged && len(fitting) == Expected(kind, p):
		return ConcludePlaced
	case len(fitting) == Expected(kind, p) && e.Same >= looksToLink && !shared:
		return ConcludePlaced
	case len(e.Candidates)+e.Others == 0 && e.Same >= looksToLink && refusedInWords(o):
		return ConcludeNotPlaced
	}
	return ConcludeWait
}

// refusedInWords tells that the cloud's answer was an error of the service under a status of success, without an order
// (docs/wire.md section 5.2): the vendor's list of error codes has many such.
func refusedInWords(o Order) bool {
	return o.Answer != nil && o.Answer.HTTPStatus == 200 && len(o.Answer.Code) > 4 && o.Answer.Code[:4] == "WKS." && len(o.CloudOrders) == 0
}
