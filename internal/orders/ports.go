package orders

import (
	"context"
	"errors"
	"time"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders/policy"
)

// Errors of the journal.
var (
	// ErrNotFound: there is no such thing, or not for who asks.
	ErrNotFound = errors.New("not found")
	// ErrStale: somebody else was quicker; what was to be changed is not as it was thought to be.
	ErrStale = errors.New("changed meanwhile")
	// ErrExists: an order of this ID is there already.
	ErrExists = errors.New("exists already")
)

// InTheWay is returned by Journal.Submit when another order is in the way of this one.
type InTheWay struct {
	// OrderID is the other order.
	OrderID string
	State   State
	// Target is what both touch ("desktop:<id>"); empty when the other is a create in doubt.
	Target string
}

func (e *InTheWay) Error() string { return "order " + e.OrderID + " is in the way" }

// Journal keeps the orders. Every method that changes something writes its audit entry in the same transaction, takes
// the next number of the head and stamps the order with it.
type Journal interface {
	RequestBook
	ViewBook
	TemplateBook
	UndoBook
	FigureReader
	RunBook

	// SaveDraft stores or replaces a person's draft.
	SaveDraft(ctx context.Context, draft Draft) error
	// Draft returns a draft; ErrNotFound also when it belongs to another actor.
	Draft(ctx context.Context, actor, id string) (Draft, error)
	// SweepDrafts removes drafts made before a time.
	SweepDrafts(ctx context.Context, before time.Time) error

	// Submit commits the orders of one request and removes the first one's draft. ErrExists when an ID (or the API key's
	// idempotency key) is taken, which is looked at first; *InTheWay when an order that touches one of their targets is
	// InTheWay, or a create of the same Creation is in doubt. The order in doubt that a new one repeats (RepeatOf) is not in
	// its way, unless another order repeats it already. All is decided in one transaction, in which nobody else can
	// reserve of a budget; the admission is what became of them.
	Submit(ctx context.Context, intake Intake) (Admission, error)
	// Order returns one order with its cloud orders and their last actions.
	Order(ctx context.Context, id string) (Order, error)
	// OrderByIdempotencyKey finds the order that an API key made under an idempotency key.
	OrderByIdempotencyKey(ctx context.Context, keyID, idempotencyKey string) (Order, error)
	// Orders lists orders, newest first, with their cloud orders and their last actions.
	Orders(ctx context.Context, filter Filter) (Orders, error)
	// Count counts orders by badge, over all orders.
	Count(ctx context.Context, scope auth.Scope) (map[Badge]int, error)
	// Version is the head's number now, out of memory; Changed is closed at the next change.
	Version() (version int64, changed <-chan struct{})

	// Apply moves an order on. ErrStale unless the order is in one of From and, when Fence is set, under that claim.
	// ErrExists when one of the cloud orders belongs to another order.
	Apply(ctx context.Context, move Move) error
	// Claim takes the oldest queued order whose NextAttemptAt has come: it becomes sending under the fence.
	// ErrNotFound when there is none. The audit entry's object is filled in by the journal ("order:<id>").
	Claim(ctx context.Context, claim Claim) (Order, error)
	// Abandoned lists the orders that are being sent under another fence than the given prefix, or whose deadline is
	// before a time.
	Abandoned(ctx context.Context, fencePrefix string, deadlineBefore time.Time, limit int) ([]Order, error)

	// Evidence is what is known about an order in doubt; the zero value when nobody has looked yet.
	Evidence(ctx context.Context, orderID string) (Evidence, error)
	// SaveEvidence stores what a look has told, of many orders at once.
	SaveEvidence(ctx context.Context, found []Found) error
	// KnownCloudOrders tells which of some cloud orders, at most 1,000, belong to an order of this console.
	KnownCloudOrders(ctx context.Context, orderIDs []string) (map[string]bool, error)

	// ReplaceForeign stores the account's orders since a time that are not this console's, and forgets those of that time
	// that are not listed any more, or have become this console's.
	ReplaceForeign(ctx context.Context, since time.Time, listed []ForeignOrder) error
	// ForeignOrders lists them, newest first: at most limit, older than the one of the ID after ("" for the first page).
	ForeignOrders(ctx context.Context, after string, limit int) (list []ForeignOrder, next string, err error)
	// ForeignOrder returns one.
	ForeignOrder(ctx context.Context, orderID string) (ForeignOrder, error)

	// DueCloudOrders lists cloud orders whose NextCheckAt has come, oldest first.
	DueCloudOrders(ctx context.Context, now time.Time, limit int) ([]DueCloudOrder, error)
	// UpdateCloudOrder stores what the cloud told of a cloud order. When entry is nil nothing that people see has
	// changed: no audit entry is written and the head does not move.
	UpdateCloudOrder(ctx context.Context, orderID string, c CloudOrder, entry *audit.Entry) error

	// RequestActions journals payments or cancellations, at least one, all of the same order, whose team sees the entry whoever
	// asks for them. ErrStale when one of the cloud orders has an open action.
	RequestActions(ctx context.Context, actions []Action, entry audit.Entry) error
	// DueActions lists actions that are requested or unknown and whose NextAttemptAt has come, oldest first.
	DueActions(ctx context.Context, now time.Time, limit int) ([]Action, error)
	// UpdateAction moves an action on from a state; ErrStale when it is not in it. A nil entry writes none.
	UpdateAction(ctx context.Context, from ActionState, action Action, entry *audit.Entry) error
	// AbandonActions turns actions that have been in sending since before a time, or at it, into unknown.
	AbandonActions(ctx context.Context, now, since time.Time) (int, error)
}

// DueCloudOrder is a cloud order to be asked about, and the order it belongs to.
type DueCloudOrder struct {
	OrderID    string
	CloudOrder CloudOrder
}

// Claim is a worker's claim on a queued order.
type Claim struct {
	Fence    string
	Now      time.Time
	Deadline time.Time
	Entry    audit.Entry
}

// Move is one step in an order's life.
type Move struct {
	ID    string
	From  []State
	To    State
	Fence string // checked when not empty
	// Now is the order's new UpdatedAt.
	Now time.Time
	// NextAttemptAt is set when To is queued.
	NextAttemptAt time.Time
	// Answer is stored when not nil.
	Answer *Answer
	// CloudOrders are added when not nil.
	CloudOrders []CloudOrder
	Entry       audit.Entry
}

// Filter narrows a list of orders.
type Filter struct {
	// Scope is whose orders: the zero scope lists none.
	Scope  auth.Scope
	Badges []Badge
	// Team lists those of one team, of those that the scope sees; "" is all. With NoTeam, those that are no team's: none, for
	// who does not see everything.
	Team  string
	Kind  string
	Door  string
	Actor string
	// Target lists the orders that touched a resource ("desktop:<id>").
	Target string
	// Text matches an order ID or a cloud order's ID, from eight characters on also their beginning (a shorter one is
	// that of nearly all), or the beginning of an actor's name.
	Text string
	// From and Until bound CreatedAt: From included, Until not.
	From, Until time.Time
	// Moving lists only orders that can still move.
	Moving bool
	// Took lists only completed orders that took so long. No index leads to it: From and Until bound what is looked through.
	Took Took
	// IDs lists only these orders; Since only those that changed after a number of the head. Together they are what a
	// page asks when it polls.
	IDs   []string
	Since int64
	// After is the cursor: only orders older than it (or, with Newer, newer).
	After Cursor
	Newer bool
	// Limit is how many at most, 1 to 200; 0 is 50.
	Limit int
}

// Cursor is a place in a list sorted by (created_at, id).
type Cursor struct {
	CreatedAt time.Time
	ID        string
}

// IsZero tells that there is no cursor.
func (c Cursor) IsZero() bool { return c.ID == "" }

// Orders is a page of orders.
type Orders struct {
	Items []Order
	// Older and Newer are where the list goes on in either direction; zero where it ends.
	Older, Newer Cursor
}

// TeamReader tells which teams there are.
type TeamReader interface {
	// Teams returns all teams as they are now.
	Teams(ctx context.Context) (policy.Teams, error)
}

// TeamBook keeps the teams.
type TeamBook interface {
	TeamReader
	// ApplyTeams makes changes, all of them or none, with an audit entry each. ErrStale when a team is not what it was
	// before the change, or one of its enterprise projects is another's; *TeamInUse when one to be deleted has orders
	// that can still move, or live keys. No changes are no error and leave no trace.
	ApplyTeams(ctx context.Context, who auth.Who, changes []TeamChange) error
}

// Inventory is the cached view of what the cloud has.
type Inventory interface {
	SelectionBook
	ExpiryReader

	// Facts gathers what is known of an order's targets, and the catalogue.
	Facts(ctx context.Context, targets Targets) (*Facts, error)
	// Age is when the inventory was last refreshed, zero when never, and what went wrong since.
	Age(ctx context.Context) (refreshed time.Time, problem string, err error)
	// Desktops and Pools list the inventory.
	Desktops(ctx context.Context, filter DesktopFilter) (DesktopPage, error)
	// Busy tells which open order (State.InTheWay) touches each of some things ("desktop:<id>"), at most 1,000; things that none
	// touches are missing.
	Busy(ctx context.Context, targets []string) (map[string]string, error)
	Pools(ctx context.Context, filter PoolFilter) (PoolPage, error)
	// Disks, Hosts and Bandwidths list the rest of what orders can be for.
	Disks(ctx context.Context, filter DiskFilter) (DiskPage, error)
	Hosts(ctx context.Context, filter HostFilter) (HostPage, error)
	Bandwidths(ctx context.Context, filter BandwidthFilter) (BandwidthPage, error)
	// Subnets lists the subnets, all of which every team may use, and tells which of them have a bandwidth, whosever it is.
	Subnets(ctx context.Context) ([]Subnet, error)
	// Choices fill a picker: at most limit of what the scope sees whose ID or name contains the text, in the list's order.
	Choices(ctx context.Context, scope auth.Scope, picker string, text string, limit int) ([]Choice, error)
	// Quotas lists the tenant's quotas.
	Quotas(ctx context.Context) ([]cloud.Quota, error)
}

// Choice is one entry of a picker.
type Choice struct {
	Value string
	// Label is what people know it by; empty when the value says it.
	Label string
}

// DesktopFilter narrows the list of desktops. Sort is a column's wire name with "-" in front for descending.
type DesktopFilter struct {
	Scope auth.Scope // whose: the zero scope lists none
	// Team lists those of one team, of those that the scope sees, NoTeam those of none; "" is all.
	Team                string
	Text                string // beginning of the name, user, IP address or ID
	PoolID              string
	ProductID           string
	ImageID             string
	Status              string
	ChargeMode          string
	DesktopType         string
	EnterpriseProjectID string
	IDs                 []string
	// Frozen lists only those that are.
	Frozen bool
	// ExpireFrom and ExpireUntil bound the end of the subscription: from is included, until is not. What is pay-per-use has none
	// and is not listed with either.
	ExpireFrom, ExpireUntil time.Time
	// TagKey and TagValue list what carries a tag; without a value, one of any value.
	TagKey, TagValue string
	// Selection lists only what is selected there; nil: all.
	Selection *Selection
	Sort      string
	After     string // cursor, opaque
	Limit     int
}

// NoTeam stands for nobody's in filters by team; it is no team's name.
const NoTeam = "-"

// DesktopPage is a page of desktops.
type DesktopPage struct {
	Items []cloud.Desktop
	// Next is the cursor of the next page, "" at the end; Total counts all that match, capped at 1,001.
	Next  string
	Total int
}

// PoolFilter narrows the list of pools.
type PoolFilter struct {
	Scope                   auth.Scope // whose: the zero scope lists none
	Team                    string     // as in DesktopFilter
	Text                    string     // beginning of the name or ID
	Type                    string
	Status                  string
	ProductID               string
	ImageID                 string
	ChargeMode              string
	EnterpriseProjectID     string
	IDs                     []string
	ExpireFrom, ExpireUntil time.Time // as in DesktopFilter
	Sort                    string
	After                   string
	Limit                   int
}

// PoolPage is a page of pools.
type PoolPage struct {
	Items []cloud.Pool
	Next  string
	Total int
}

// Snapshot is everything that an inventory refresh reads.
type Snapshot struct {
	Desktops       []cloud.Desktop
	Pools          []cloud.Pool
	Products       []cloud.Product
	Sharers        []cloud.SharerProduct
	Volumes        []cloud.VolumeType
	Images         []cloud.Image
	Zones          []cloud.AvailabilityZone
	Subnets        []cloud.Subnet
	SecurityGroups []cloud.SecurityGroup
	Users          []cloud.User
	UserGroups     []cloud.UserGroup
	NamePolicies   []cloud.NamePolicy
	Bandwidths     []cloud.Bandwidth
	EIPs           []cloud.EIP
	Hosts          []cloud.Host
	Quotas         []cloud.Quota
	Workspace      cloud.Workspace
	TakenAt        time.Time
}

// Quoter asks for prices; the cloud is one.
type Quoter interface {
	Quote(ctx context.Context, question cloud.Question) (cloud.Quote, error)
}
