package cloud

import (
	"context"
	"time"

	"github.com/shopspring/decimal"
)

// Ledger is what a billing service can tell beyond Billing. A cloud may have it; whoever wants it asks by a type
// assertion and does without when it is not there.
type Ledger interface {
	// Resources lists what a cloud order was provisioned as, with the project and region it went to and its expiry.
	// An order that is not provisioned yet has none.
	Resources(ctx context.Context, orderID string) ([]BilledResource, error)
	// Refunds lists the amounts of an order that gives money back: an unsubscription or a downgrade.
	Refunds(ctx context.Context, orderID string) ([]Refund, error)
}

// BilledResource is a yearly/monthly resource as the billing service knows it (docs/wire.md section 10).
type BilledResource struct {
	ResourceID       string
	ResourceName     string
	ParentResourceID string
	ServiceTypeCode  string
	ResourceTypeCode string
	ProjectID        string
	RegionCode       string
	ProductID        string
	Main             bool
	// Status is 2 in use, 3 closed, 4 frozen, 5 expired.
	Status        int
	EffectiveTime time.Time
	ExpireTime    time.Time
}

// Refund is one amount of an order that gives money back.
type Refund struct {
	ID string
	// Amount is negative where money comes back, positive where it was consumed or is a fee. The billing service
	// names no currency here: it is the order's.
	Amount           decimal.Decimal
	BaseOrderID      string
	ServiceTypeCode  string
	ResourceTypeCode string
	RegionCode       string
}
