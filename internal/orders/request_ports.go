package orders

import (
	"context"
	"time"

	"github.com/shopspring/decimal"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders/field"
)

// Intake is what comes into the journal at once: the orders of one request, all of them or none.
type Intake struct {
	// Orders are at least one. The first one's draft is removed.
	Orders []Order
	// Entries tell of it, beside those of the admission.
	Entries []audit.Entry
	// Budget names the month that the orders count in; nil: none. Its sums are not looked at.
	Budget *BudgetMonth
	// Keeps names an approved request that the orders are to be part of; "": none. ErrStale when one of its calls is on
	// its way, in doubt or placed by now: an approval buys once.
	Keeps string
	// Once refuses a request for approval, with ErrExists, when the same API key has asked for the same without an
	// idempotency key, and that request is open or was decided and has not expired.
	Once bool
	// Admit says what becomes of the orders, by what the month holds when nobody else can reserve any more. It has no
	// effect outside and may be called again. Nil admits them as they are.
	Admit func(month BudgetMonth) (Admission, error)
}

// Admission is what becomes of an intake.
type Admission struct {
	// Orders are those of the intake, queued or awaiting approval.
	Orders []Order
	// Request is that for approval; nil when none is needed.
	Request *Request
	// Over tells that there was no room in the budget: while they wait, the orders hold nothing.
	Over    bool
	Entries []audit.Entry
}

// Ruling is one step in a request's life. ErrStale unless the request waits and has the revision.
type Ruling struct {
	RequestID string
	Revision  int64
	// Decision is added when not nil.
	Decision *Decision
	// Quotes are new prices of its orders, by order, Amount and Currency the request's with them; nil: none. Void voids all
	// approvals before them.
	Quotes   map[string]*Quote
	Amount   *decimal.Decimal
	Currency string
	Void     bool
	// Judge says anew which approval is needed once Quotes are stored, by what all other orders hold of the month.
	Judge func(others BudgetMonth) (need Need, over bool)
	// To is the request's new state, which its orders follow; "": it waits on.
	To RequestState
	// Now is when.
	Now     time.Time
	Entries []audit.Entry
}

// RequestFilter narrows a list of requests.
type RequestFilter struct {
	// Scope is whose: the zero scope lists none.
	Scope auth.Scope
	State RequestState // "" is every one
	// Principal lists those behind which a person is.
	Principal string
	// ToDecide lists those that wait, were not asked for by this person and not decided by them yet; AsAdmin also those of
	// which nothing is missing but an admin's approval.
	ToDecide string
	AsAdmin  bool
	// After is the cursor: only requests older than it.
	After Cursor
	// Limit is how many at most, 1 to 200; 0 is 50.
	Limit int
}

// DelegationFilter narrows a list of delegations.
type DelegationFilter struct {
	Scope auth.Scope
	// To lists those to a person; Team those of a team.
	To, Team string
	// At lists only those that hold at a time; zero: all.
	At    time.Time
	After Cursor
	Limit int // 1 to 200; 0 is 50
}

// Comment is what somebody said about an order.
type Comment struct {
	ID        string // UUIDv7
	OrderID   string
	Actor     string
	Text      string
	CreatedAt time.Time
}

// RequestBook keeps requests, comments, delegations and budgets. Every method that changes something writes its audit
// entries in the same transaction.
type RequestBook interface {
	// Request returns a request with its decisions; ErrNotFound when an order of this ID has none.
	Request(ctx context.Context, id string) (Request, error)
	// Requests lists requests with their decisions, newest first; next is zero at the end.
	Requests(ctx context.Context, filter RequestFilter) (list []Request, next Cursor, err error)
	// CountRequests counts requests, up to a number; the filter's cursor and limit do not count.
	CountRequests(ctx context.Context, filter RequestFilter, most int) (int, error)
	// RequestOrders lists the orders that are part of a request.
	RequestOrders(ctx context.Context, id string) ([]Order, error)
	// Repeats lists the orders that repeat some others (Order.RepeatOf), oldest first.
	Repeats(ctx context.Context, ids []string) ([]Order, error)
	// RequestByKey finds the request that an API key has made of a call of this hash (Request.Entered) without an idempotency key: the newest that is open,
	// or was approved or rejected, and has not expired at a time.
	RequestByKey(ctx context.Context, keyID, hash string, now time.Time) (Request, error)
	// Rule takes a request on.
	Rule(ctx context.Context, ruling Ruling) error
	// ExpiringRequests lists requests that wait although their time has come.
	ExpiringRequests(ctx context.Context, now time.Time, limit int) ([]Request, error)

	// AddComment stores a comment.
	AddComment(ctx context.Context, comment Comment, entry audit.Entry) error
	// Comments lists an order's, oldest first; next is zero at the end.
	Comments(ctx context.Context, orderID string, after Cursor, limit int) (list []Comment, next Cursor, err error)

	// AddDelegation stores a delegation.
	AddDelegation(ctx context.Context, delegation Delegation, entry audit.Entry) error
	// Delegation returns one.
	Delegation(ctx context.Context, id string) (Delegation, error)
	// Delegations lists them, newest first; next is zero at the end.
	Delegations(ctx context.Context, filter DelegationFilter) (list []Delegation, next Cursor, err error)
	// EndDelegation ends one at a time; ErrStale when it had been ended.
	EndDelegation(ctx context.Context, id, by string, at time.Time, entry audit.Entry) error

	// BudgetMonth returns what a team's orders hold in a month and currency; zero sums when there are none.
	BudgetMonth(ctx context.Context, team, month, currency string) (BudgetMonth, error)
	// BudgetBeside returns the month in which the orders of a request count, without what they hold of it themselves;
	// ErrNotFound when they count in none.
	BudgetBeside(ctx context.Context, calls []Call) (BudgetMonth, error)
	// BudgetMonths lists the months of all teams of a scope in one month.
	BudgetMonths(ctx context.Context, scope auth.Scope, month string) ([]BudgetMonth, error)
	// BudgetHistory lists a team's months, newest first, in months before one ("" for the first page).
	BudgetHistory(ctx context.Context, team, before string, limit int) ([]BudgetMonth, error)
}

// deny is a refusal with its reason.
func deny(key string, pairs ...any) *Error {
	return &Error{Code: CodeForbidden, Message: field.Say(key, pairs...)}
}
