package orders

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders/field"
)

// State is where an order is in its life (design, "The life of an order").
type State string

// The states.
const (
	StateDraft            State = "draft"
	StateAwaitingApproval State = "awaiting_approval"
	StateRejected         State = "rejected"
	StateExpired          State = "expired"
	StateWithdrawn        State = "withdrawn"
	StateQueued           State = "queued"
	StateSending          State = "sending"
	StatePlaced           State = "placed"
	StateRefused          State = "refused"
	StateInDoubt          State = "in_doubt"
	StateNotPlaced        State = "not_placed"
)

// States lists all states that an order in the journal can have.
var States = []State{StateAwaitingApproval, StateRejected, StateExpired, StateWithdrawn, StateQueued, StateSending,
	StatePlaced, StateRefused, StateInDoubt, StateNotPlaced}

// moves are the ways on from each state. There is no way back into queued but for a call that never left the house.
var moves = map[State][]State{
	StateAwaitingApproval: {StateQueued, StateRejected, StateExpired, StateWithdrawn},
	StateQueued:           {StateSending, StateWithdrawn},
	StateSending:          {StatePlaced, StateRefused, StateInDoubt, StateQueued},
	StateInDoubt:          {StatePlaced, StateNotPlaced},
}

// CanBecome tells whether an order of this state may become another.
func (s State) CanBecome(to State) bool { return slices.Contains(moves[s], to) }

// InTheWay tells that an order of this state keeps its targets from being ordered for again.
func (s State) InTheWay() bool {
	return s == StateQueued || s == StateSending || s == StateInDoubt || s == StateAwaitingApproval
}

// Badge is what an order shows of itself: its state, or, once placed, the worst of its cloud orders.
type Badge string

// The badges of a placed order, worst first.
const (
	BadgeFailed     Badge = "failed"
	BadgeToBePaid   Badge = "to_be_paid"
	BadgeProcessing Badge = "processing"
	BadgeCompleted  Badge = "completed"
	BadgeCanceled   Badge = "canceled"
)

// PlacedBadges are those of orders that the cloud took.
var PlacedBadges = []Badge{BadgeFailed, BadgeToBePaid, BadgeProcessing, BadgeCompleted, BadgeCanceled}

// Badges lists everything that an order in the journal can show: filters offer them.
var Badges = []Badge{Badge(StateInDoubt), BadgeFailed, BadgeToBePaid, BadgeProcessing, BadgeCompleted, BadgeCanceled,
	Badge(StateQueued), Badge(StateSending), Badge(StateRefused), Badge(StateNotPlaced), Badge(StateWithdrawn),
	Badge(StateAwaitingApproval), Badge(StateRejected), Badge(StateExpired)}

// Order is one call to the cloud and all that is known of it.
type Order struct {
	ID string
	// RequestID is the request that the order is part of: its first order's ID, which of a request of one call is the
	// order's own. An order that keeps the approval of one that it repeats is part of that one's request.
	RequestID string
	// Position is the order's place among the calls of its request, from 0, of which there are Calls.
	Position, Calls int
	// Version is the head's number at the last change; lists are polled by it.
	Version int64
	Kind    string // door/type
	State   State
	Badge   Badge
	Door    auth.Door
	Actor   string
	// Team is empty for orders of no team.
	Team string
	// Reason is why, in the words of who asked; optional.
	Reason string
	// KeyID and IdempotencyKey are those of the /v2 door; empty elsewhere.
	KeyID, IdempotencyKey string
	// Path and Body are what is sent, byte for byte. Hash tells requests apart: see Fingerprint.
	Path string
	// DesktopID is the change door's path parameter.
	DesktopID string
	Body      []byte
	Hash      string
	// AutoPay tells that the console pays by itself once the billed amount equals the quote.
	AutoPay bool
	Summary field.Message
	// Quote is the price shown before; nil when nobody could quote.
	Quote *Quote
	// Targets are the resources touched ("desktop:<id>", "pool:<id>", …).
	Targets []string
	// Aims are what the order is to change of its desktops, in the order of Targets, as the inventory knew them when it was
	// placed; nil for orders that change none, or more than one thing of each. They are written down and not read back with
	// the order: see RunBook.Aims.
	Aims []Aim
	// Fates are what became of Targets, where some of a batch failed and it was found out which; FatesDue tells that it is
	// still being found out.
	Fates    []Fate
	FatesDue bool
	// Creation tells creates of the same kind, product and quantity apart from others; empty when nothing is made.
	Creation string
	// RepeatOf is the order that this one repeats, if any.
	RepeatOf string
	// Warnings are what people should know of it although nothing stopped it: a soft limit that it passes.
	Warnings []field.Message

	// Fence is the claim of the worker that is sending; a result is recorded only under the same claim.
	Fence string
	// Attempts counts how often sending was tried; a second one follows only if not a byte left the house.
	Attempts int
	// NextAttemptAt is when a queued order is tried again; zero: now.
	NextAttemptAt time.Time
	// SentAt is when sending began, Deadline when the cloud's answer must be there.
	SentAt, Deadline time.Time

	// Answer is what the cloud said; nil before.
	Answer *Answer
	// CloudOrders are the orders that the cloud made of it.
	CloudOrders []CloudOrder

	CreatedAt, UpdatedAt time.Time
}

// Answer is the cloud's answer as the journal keeps it.
type Answer struct {
	HTTPStatus int
	RequestID  string
	Body       []byte
	Code       string
	Msg        string
	Detail     string
	// EncodedAuthorizationMessage is shown ready to copy: only the cloud's STS decodes it.
	EncodedAuthorizationMessage string
}

// CloudOrder is one order at the cloud, an entry of the answer, followed until it is final.
type CloudOrder struct {
	// Position is the entry's place in the answer, from 0.
	Position int
	// OrderID is empty for an entry that failed.
	OrderID string
	// Status is nil until the cloud told one.
	Status *cloud.OrderStatus
	Result string
	Code   string
	Msg    string
	// Amount is what the cloud bills, nil until it is known.
	Amount         *decimal.Decimal
	OfficialAmount *decimal.Decimal
	Currency       string
	// PayBy is when the cloud cancels the order if it is not paid; zero when unknown.
	PayBy time.Time
	// CheckedAt is when the cloud was last asked, NextCheckAt when it is asked again; zero once final.
	CheckedAt, NextCheckAt time.Time
	// Checks counts how often it was asked without anything new: the back-off grows with it.
	Checks int
	// Action is the last payment or cancellation asked for, nil when none was.
	Action *Action
}

// Failed tells that the cloud refused this entry.
func (c CloudOrder) Failed() bool { return c.OrderID == "" }

// Final tells that nothing can change any more.
func (c CloudOrder) Final() bool { return c.Failed() || c.Status != nil && c.Status.Final() }

// Unpaid tells that the order waits for payment.
func (c CloudOrder) Unpaid() bool { return c.Status != nil && *c.Status == cloud.StatusToBePaid }

// Busy tells that a payment or cancellation is under way.
func (c CloudOrder) Busy() bool { return c.Action != nil && c.Action.State.Open() }

// ActionKind is what is done to a cloud order.
type ActionKind string

// The kinds of action.
const (
	ActionPay    ActionKind = "pay"
	ActionCancel ActionKind = "cancel"
)

// ActionState is where a payment or cancellation is: requested → sending → done | refused | unknown. From unknown the
// cloud order's status is read: no longer to be paid means done, still to be paid means requested again.
type ActionState string

// The states of an action.
const (
	ActionRequested ActionState = "requested"
	ActionSending   ActionState = "sending"
	ActionDone      ActionState = "done"
	ActionRefused   ActionState = "refused"
	ActionUnknown   ActionState = "unknown"
)

// Open tells that the action is not settled.
func (s ActionState) Open() bool {
	return s == ActionRequested || s == ActionSending || s == ActionUnknown
}

// Action is a payment or cancellation of one cloud order, journalled before the call.
type Action struct {
	ID string // UUIDv7
	// OrderID is empty for a cloud order that is not this console's.
	OrderID      string
	CloudOrderID string
	Kind         ActionKind
	State        ActionState
	// Actor asked for it; "console" when automatic payment did.
	Actor string
	// Amount and Currency are what was billed when it was asked for.
	Amount   decimal.Decimal
	Currency string
	Attempts int
	// Code and Msg are the cloud's words when it refused.
	Code, Msg            string
	NextAttemptAt        time.Time
	CreatedAt, UpdatedAt time.Time
}

// Quote is a price that was shown.
type Quote struct {
	// ID is named by whoever places the order: what was shown is what is bought.
	ID             string
	Amount         decimal.Decimal
	OfficialAmount decimal.Decimal
	Currency       string
	Lines          []cloud.QuoteLine
	AskedAt        time.Time
	// Monthly is nil where it is not known, and where the order buys something new.
	Monthly *Monthly
	// Was is the price that was shown before, when it has moved since; nil otherwise.
	Was *cloud.Money
}

// Draft is a form that was filled in without a problem and waits for its review page. It belongs to one person.
type Draft struct {
	ID     string // the order's ID
	Actor  string
	Team   string // whose the order is to be; empty for nobody's
	Kind   string
	Reason string
	// DesktopID and Body are the request as entered, canonical, automatic payment included.
	DesktopID string
	Body      []byte
	Hash      string
	Quote     *Quote
	// QuoteError is why there is no quote although the kind can be quoted, in the cloud's words or as a message's key
	// (Quote…); empty otherwise.
	QuoteError string
	RepeatOf   string
	// Template is the one that the form was filled in from, if any.
	Template string
	// Calls are those of a request that needs several; nil when it is one itself.
	Calls     []DraftCall
	CreatedAt time.Time
}

// DraftCall is one call of a draft: the ID of the order that it becomes, and its part of the price.
type DraftCall struct {
	ID    string
	Quote *Quote
}

// callIDs are the IDs of the orders that the draft becomes; nil when it is one call.
func (d Draft) callIDs() []string {
	var ids []string
	for _, call := range d.Calls {
		ids = append(ids, call.ID)
	}
	return ids
}

// requote takes over new prices of the calls.
func (d *Draft) requote(each []*Quote) {
	for i := range d.Calls {
		d.Calls[i].Quote = each[i]
	}
}

// Shown names what a person saw of the draft on its review page: the price, or, without one, the request itself. Placing
// names it again, so that what was reviewed is what is bought.
func (d Draft) Shown() string {
	if d.Quote != nil {
		return d.Quote.ID
	}
	return d.Hash
}

// BadgeOf computes what an order shows.
func BadgeOf(state State, cloudOrders []CloudOrder) Badge {
	if state != StatePlaced {
		return Badge(state)
	}
	worst := BadgeCanceled
	if len(cloudOrders) == 0 {
		worst = BadgeProcessing
	}
	rank := []Badge{BadgeFailed, BadgeToBePaid, BadgeProcessing, BadgeCompleted, BadgeCanceled}
	for _, c := range cloudOrders {
		if b := c.Badge(); slices.Index(rank, b) < slices.Index(rank, worst) {
			worst = b
		}
	}
	return worst
}

// Badge is what one cloud order shows.
func (c CloudOrder) Badge() Badge {
	switch {
	case c.Failed():
		return BadgeFailed
	case c.Status == nil:
		return BadgeProcessing
	case *c.Status == cloud.StatusToBePaid:
		return BadgeToBePaid
	case *c.Status == cloud.StatusCompleted:
		return BadgeCompleted
	case *c.Status == cloud.StatusCanceled:
		return BadgeCanceled
	}
	return BadgeProcessing
}

// Moving tells that an order can still change by itself or by what somebody does at the cloud: its badge is polled.
func (o Order) Moving() bool {
	switch o.State {
	case StateQueued, StateSending, StateInDoubt, StateAwaitingApproval:
		return true
	case StatePlaced:
		return slices.ContainsFunc(o.CloudOrders, func(c CloudOrder) bool { return !c.Final() })
	}
	return false
}
