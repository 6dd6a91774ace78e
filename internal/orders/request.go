package orders

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders/field"
	"workspace-order-console/internal/orders/policy"
)

// RequestState is where a request for approval is.
type RequestState string

// The states of a request. All but the first are final.
const (
	RequestAwaiting  RequestState = "awaiting"
	RequestApproved  RequestState = "approved"
	RequestRejected  RequestState = "rejected"
	RequestExpired   RequestState = "expired"
	RequestWithdrawn RequestState = "withdrawn"
)

// RequestStates lists them.
var RequestStates = []RequestState{RequestAwaiting, RequestApproved, RequestRejected, RequestExpired, RequestWithdrawn}

// OrderState is what the request's orders become with it.
func (s RequestState) OrderState() State {
	switch s {
	case RequestApproved:
		return StateQueued
	case RequestRejected:
		return StateRejected
	case RequestExpired:
		return StateExpired
	case RequestWithdrawn:
		return StateWithdrawn
	}
	return StateAwaitingApproval
}

// Request is what a person asks for and somebody else must approve: one order or several, decided, reserved and
// withdrawn as one. An order that needs no approval has none.
type Request struct {
	// ID is that of the request's first order.
	ID string
	// Team is empty for orders of no team.
	Team  string
	State RequestState
	// Revision grows with every change.
	Revision int64
	// Hash is over the fingerprints of all calls (RequestHash): an approval names it.
	Hash  string
	Calls []Call
	// Entered is the first order's hash: that of the call as it came in, before it was charged to an enterprise project.
	Entered string
	// Amount is the price of all calls; nil when not all of them could be quoted. An approval names it too.
	Amount   *decimal.Decimal
	Currency string
	// Actor asked; Principal is the person behind: of an API key who made it, else the actor.
	Actor, Principal string
	// KeyID is the API key's, when one was used.
	KeyID string
	// Why lists the rules that ask for approval.
	Why []field.Message
	// Needed is how many different people must approve: 1 or 2.
	Needed int
	// NeedsAdmin tells that one of them must be an admin.
	NeedsAdmin bool
	// Reason is the requester's.
	Reason string
	// ExpiresAt is until when it can be decided, and until when its approval is kept by an equal order (ADR 16).
	ExpiresAt, CreatedAt time.Time
	// DecidedAt is zero while it waits.
	DecidedAt time.Time
	// Decisions are in the order in which they were made, void ones included.
	Decisions []Decision
}

// Call is one order of a request, with the fingerprint of what would be sent: of its path, and of its body as it is
// entered again (Entered), the enterprise project that it is charged to included.
type Call struct {
	OrderID string `json:"order_id"`
	Hash    string `json:"hash"`
}

// Decision is one person's approval or rejection.
type Decision struct {
	Approver string
	// OnBehalfOf is who delegated it to the approver; empty when they decided in their own right.
	OnBehalfOf string
	// AsAdmin tells that the approver was an admin.
	AsAdmin bool
	Approve bool
	// Reason is mandatory for rejections.
	Reason string
	// Hash, Amount and Currency are what was decided about; Amount is nil where nobody could quote.
	Hash     string
	Amount   *decimal.Decimal
	Currency string
	// CreatedAt is when.
	CreatedAt time.Time
	// Void tells that the price rose afterwards: the approval does not count any more.
	Void bool
}

// RequestHash is by what two requests are the same or not: of one call its fingerprint, of several the SHA-256, in hex,
// of all fingerprints, one a line.
func RequestHash(calls []Call) string {
	if len(calls) == 1 {
		return calls[0].Hash
	}
	sum := sha256.New()
	for _, call := range calls {
		fmt.Fprintln(sum, call.Hash)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// bound is the fingerprint that an approval binds.
func bound(o Order) (string, error) {
	body, err := Entered(o)
	if err != nil {
		return "", err
	}
	return Fingerprint(o.Path, body), nil
}

// Price is what approving it costs, in the one spelling that a decision names: "123.45 USD", or "" where nobody could
// quote.
func (r Request) Price() string { return priceText(r.Amount, r.Currency) }

func priceText(amount *decimal.Decimal, currency string) string {
	if amount == nil {
		return ""
	}
	return policy.Amount(*amount) + " " + currency
}

// Approvals are the decisions that count for it.
func (r Request) Approvals() []Decision {
	var counted []Decision
	for _, d := range r.Decisions {
		if d.Approve && !d.Void {
			counted = append(counted, d)
		}
	}
	return counted
}

// Left is how many approvals are still missing.
func (r Request) Left() int { return max(0, r.Needed-len(r.Approvals())) }

// Rejection is the decision that rejected it.
func (r Request) Rejection() (Decision, bool) {
	for _, d := range slices.Backward(r.Decisions) {
		if !d.Approve {
			return d, true
		}
	}
	return Decision{}, false
}

// AdminWanting tells that none of the approvals so far is an admin's although one must be.
func (r Request) AdminWanting() bool {
	return r.NeedsAdmin && !slices.ContainsFunc(r.Approvals(), func(d Decision) bool { return d.AsAdmin })
}

// complete tells that nothing is missing for it to be approved.
func (r Request) complete() bool { return r.Left() == 0 && !r.AdminWanting() }

// people are those whose word a decision is: who decided, and for whom.
func (d Decision) people() []string {
	if d.OnBehalfOf == "" {
		return []string{d.Approver}
	}
	return []string{d.Approver, d.OnBehalfOf}
}

// nameless tells that no person is known behind a key: it was made by the command line, for nobody in particular.
func nameless(principal string) bool { return principal == auth.CommandLine.Name }

// requesters are the people who must not approve it.
func (r Request) requesters() []string { return []string{r.Actor, r.Principal} }

// isOneOf tells that somebody is one of some people. Names differ by more than the case of letters, which sign-in
// services do not agree about.
func isOneOf(name string, people []string) bool {
	return slices.ContainsFunc(people, func(other string) bool { return strings.EqualFold(name, other) })
}

// priced sums up what some orders cost: nil when one of them has no quote and may cost something, or when they are in
// several currencies. charged is the sum without what comes back: refunds make no room for purchases.
func priced(orders []Order) (total *decimal.Decimal, charged decimal.Decimal, currency string) {
	var sum decimal.Decimal
	for _, o := range orders {
		if o.Quote == nil {
			if kind, ok := KindNamed(o.Kind); ok && kind.OnlyRefunds() {
				continue
			}
			return nil, decimal.Zero, ""
		}
		if currency != "" && currency != o.Quote.Currency {
			return nil, decimal.Zero, ""
		}
		currency = o.Quote.Currency
		sum = sum.Add(o.Quote.Amount)
		charged = charged.Add(decimal.Max(o.Quote.Amount, decimal.Zero))
	}
	return &sum, charged, currency
}

// money is an amount that may be missing.
func money(amount *decimal.Decimal, currency string) *cloud.Money {
	if amount == nil {
		return nil
	}
	return &cloud.Money{Amount: *amount, Currency: currency}
}

// ErrAltered is wrapped by what differs between an order and what was approved.
var ErrAltered = errors.New("not as it was approved")

// AsApproved is the last look before an order is sent: nil when what would be sent is what its request's approvals name,
// by people who may. It takes nothing for granted that stands in the order's row: the fingerprint is computed from the
// body and the path as they would be sent.
func AsApproved(o Order, r Request) error {
	altered := func(what string) error { return fmt.Errorf("%w: %s", ErrAltered, what) }
	kind, known := KindNamed(o.Kind)
	if !known {
		return altered("its kind is unknown")
	}
	if parts := strings.Split(o.Path, "/"); len(parts) < 3 || kind.Door.Path(parts[2], o.DesktopID) != o.Path {
		return altered("it would go to another path")
	}
	hash, err := bound(o)
	if err != nil {
		return altered("its body cannot be read")
	}
	var approved []string
	for _, call := range r.Calls {
		if call.OrderID == o.ID {
			approved = []string{call.Hash} // its own call and no other
			break
		}
		approved = append(approved, call.Hash)
	}
	switch {
	case r.State != RequestApproved:
		return altered("its request is " + string(r.State))
	case RequestHash(r.Calls) != r.Hash, !slices.Contains(approved, hash):
		return altered("its body has the fingerprint " + hash)
	case o.Team != r.Team:
		return altered("it is of another team")
	case !r.complete():
		return altered("it has too few approvals")
	case !asMade(o):
		return altered("its body is not what the console makes of the approved one")
	}
	taken := r.requesters()
	for _, d := range r.Approvals() {
		for _, person := range d.people() {
			if isOneOf(person, taken) {
				return altered(person + " must not have approved it")
			}
		}
		taken = append(taken, d.people()...)
		if d.Hash != r.Hash {
			return altered("an approval names another body")
		}
		if rose(money(d.Amount, d.Currency), money(r.Amount, r.Currency)) {
			return altered("an approval names a lower price")
		}
	}
	if len(r.Calls) == 1 {
		total, _, currency := priced([]Order{o})
		if rose(money(r.Amount, r.Currency), money(total, currency)) {
			return altered("its price is above the approved one")
		}
	}
	return nil
}

// asMade tells that an order's body is what the console makes of the one that was entered, and of nothing else: automatic
// payment turned off if it was asked for, and our own tag, with the order's ID.
func asMade(o Order) bool {
	kind, known := KindNamed(o.Kind)
	entered, err := Entered(o)
	if err != nil || !known {
		return false
	}
	d := DecodeJSON(kind.Door, o.DesktopID, entered)
	if d.Payload == nil || d.Kind.Name() != o.Kind || d.Payload.AutoPay() != o.AutoPay {
		return false
	}
	if bytes.Contains(o.Body, []byte(OrderRef)) {
		d.Payload.SetTag(OrderRef, refOf(o.ID))
	}
	made, err := audit.Canonical(d.Payload)
	if err != nil {
		return false
	}
	sent, err := audit.Canonical(json.RawMessage(o.Body))
	return err == nil && bytes.Equal(made, sent)
}

// rose tells that a price is not covered by an earlier one: it is higher, in another currency, or known where it was not.
// A price that nobody can tell any more is not covered by one that somebody could.
func rose(before, now *cloud.Money) bool {
	switch {
	case before == nil && now == nil:
		return false
	case before == nil || now == nil:
		return true
	case now.Amount.IsZero() && now.Currency == "", before.Amount.IsZero() && before.Currency == "":
		return now.Amount.GreaterThan(before.Amount)
	}
	return before.Currency != now.Currency || now.Amount.GreaterThan(before.Amount)
}
