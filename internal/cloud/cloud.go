// Package cloud says what a cloud is to the console: the port through which orders are placed, prices asked,
// bills read and paid, and the inventory listed, together with the words that all of this is told in.
//
// It is a leaf: it imports the standard library and the decimal type only, and everybody may import it.
// Field names are the wire's (docs/wire.md); where the wire contradicts itself, section 6 decides.
package cloud

import (
	"context"
)

// Cloud is everything the console asks of a cloud. Every method honours the context's deadline.
type Cloud interface {
	Placer
	Quoter
	Billing
	Reader
}

// Placer places orders. It is the one method that may spend money; only the worker calls it, once per order.
type Placer interface {
	// Place sends the call once, never repeats it and always comes back with an answer: what went wrong is
	// in the answer's Outcome and Error.
	Place(ctx context.Context, call Call) Answer
}

// Quoter says what an order would cost.
type Quoter interface {
	// Quote answers what the question's order would cost now. An *Error tells why not.
	Quote(ctx context.Context, question Question) (Quote, error)
}

// Billing is the billing service's view of orders (docs/wire.md section 10).
type Billing interface {
	// Orders lists the account's orders, newest first unless the filter says otherwise.
	Orders(ctx context.Context, filter OrderFilter) (List[BillingOrder], error)
	// Order tells one order with its lines, its payment deadline and who placed it.
	Order(ctx context.Context, orderID string) (BillingOrder, error)
	// Pay pays one unpaid order from the account's balance. A nil error means paid; otherwise OutcomeOf(err) tells
	// whether the cloud refused or whether it is unknown.
	Pay(ctx context.Context, orderID string) error
	// Cancel cancels one unpaid order, under the same terms as Pay.
	Cancel(ctx context.Context, orderID string) error
	// Balance is what the account can pay with.
	Balance(ctx context.Context) (Balance, error)
}

// Reader lists what there is: inventory and catalogue (docs/wire.md section 9). Lists are paged by offset and limit.
type Reader interface {
	Desktops(ctx context.Context, page Page) (List[Desktop], error)
	Pools(ctx context.Context, page Page) (List[Pool], error)
	Products(ctx context.Context, page Page) (List[Product], error)
	SharerProducts(ctx context.Context, page Page) (List[SharerProduct], error)
	VolumeTypes(ctx context.Context) ([]VolumeType, error)
	Images(ctx context.Context, page Page) (List[Image], error)
	AvailabilityZones(ctx context.Context) ([]AvailabilityZone, error)
	Subnets(ctx context.Context) ([]Subnet, error)
	SecurityGroups(ctx context.Context) ([]SecurityGroup, error)
	Users(ctx context.Context, page Page) (List[User], error)
	UserGroups(ctx context.Context, page Page) (List[UserGroup], error)
	NamePolicies(ctx context.Context, page Page) (List[NamePolicy], error)
	Bandwidths(ctx context.Context, page Page) (List[Bandwidth], error)
	EIPs(ctx context.Context, page Page) (List[EIP], error)
	Hosts(ctx context.Context, page Page) (List[Host], error)
	Quotas(ctx context.Context) ([]Quota, error)
	// Workspace is the tenant itself: its state, its domain (which rules user names) and its network.
	Workspace(ctx context.Context) (Workspace, error)
}

// Page asks for Limit items after the first Offset.
type Page struct {
	Offset int
	Limit  int
}

// List is one page of items and how many there are in all.
type List[T any] struct {
	Items []T
	Total int
}

// All reads every page of a list, limit items at a time (1 or more), and stops when a page comes back empty or
// the total is reached. It gives up after 10,000 pages: a list that never ends is a fault of the other side.
func All[T any](ctx context.Context, limit int, read func(context.Context, Page) (List[T], error)) ([]T, error) {
	var all []T
	for range 10_000 {
		list, err := read(ctx, Page{Offset: len(all), Limit: limit})
		if err != nil {
			return nil, err
		}
		all = append(all, list.Items...)
		if len(list.Items) == 0 || len(all) >= list.Total {
			return all, nil
		}
	}
	return nil, &Error{Outcome: OutcomeUnknown, Msg: "the list does not end"}
}
