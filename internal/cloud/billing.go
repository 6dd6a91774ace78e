package cloud

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/shopspring/decimal"
)

// Money is an exact amount and the currency it is in (ISO 4217, as the cloud gives it).
type Money struct {
	Amount   decimal.Decimal `json:"amount"`
	Currency string          `json:"currency"`
}

// Equal tells that amount and currency are the same; 12.5 equals 12.50.
func (m Money) Equal(other Money) bool {
	return m.Currency == other.Currency && m.Amount.Equal(other.Amount)
}

// OrderStatus is the number that a cloud order's status has on the wire (docs/wire.md sections 5.1 and 10).
// A number outside the table is kept as it is.
type OrderStatus int

// The statuses of a cloud order.
const (
	StatusInitialized      OrderStatus = 0
	StatusToBeReviewed     OrderStatus = 1
	StatusToBeRefunded     OrderStatus = 2
	StatusProcessing       OrderStatus = 3
	StatusCanceled         OrderStatus = 4
	StatusCompleted        OrderStatus = 5
	StatusToBePaid         OrderStatus = 6
	StatusBeingCompensated OrderStatus = 7
	StatusToBeApproved     OrderStatus = 8
	StatusToBeConfirmed    OrderStatus = 9
	StatusToBeShipped      OrderStatus = 10
	StatusToBeReceived     OrderStatus = 11
	StatusToBePickedUp     OrderStatus = 12
	StatusBeingReplaced    OrderStatus = 13
	StatusSellerReceives   OrderStatus = 14
)

// Final tells that the status cannot change any more.
func (s OrderStatus) Final() bool { return s == StatusCanceled || s == StatusCompleted }

// Known tells that the number is in the table.
func (s OrderStatus) Known() bool { return s >= StatusInitialized && s <= StatusSellerReceives }

func (s OrderStatus) String() string { return strconv.Itoa(int(s)) }

// Types of order as the billing service counts them (docs/wire.md section 10).
const (
	OrderTypeNew             = 1
	OrderTypeChange          = 3
	OrderTypeUnsubscribe     = 4
	OrderTypeMeteredToPeriod = 11
)

// BillingOrder is one order as the billing service knows it. Orders lists it without Lines, UserName and
// PendingPaymentEndTime; Order tells all.
type BillingOrder struct {
	OrderID             string
	Status              OrderStatus
	OrderType           int
	ServiceTypeCode     string
	AmountAfterDiscount decimal.Decimal
	OfficialAmount      decimal.Decimal
	Currency            string
	CreateTime          time.Time
	// PaymentTime is zero while the order is unpaid.
	PaymentTime time.Time
	// PendingPaymentEndTime is when an unpaid order is cancelled by the cloud; zero when it told none.
	PendingPaymentEndTime time.Time
	UserName              string
	Lines                 []OrderLine
}

// OrderLine is one line of a billed order.
type OrderLine struct {
	OrderLineItemID     string
	ProductID           string
	ProductSpecDesc     string
	PeriodType          int
	PeriodNum           int
	SubscriptionNum     int
	AmountAfterDiscount decimal.Decimal
	OfficialAmount      decimal.Decimal
	EffectiveTime       time.Time
	ExpireTime          time.Time
}

// OrderFilter narrows the list of billed orders.
type OrderFilter struct {
	OrderID         string
	CreateTimeBegin time.Time
	CreateTimeEnd   time.Time
	ServiceTypeCode string
	// Status filters by one status when not nil.
	Status *OrderStatus
	Page   Page
}

// Balance is what the account can pay with.
type Balance struct {
	Amount   decimal.Decimal
	Debt     decimal.Decimal
	Currency string
}

// Question asks for a price, in one of the two ways there are.
type Question struct {
	// Inquiry is the path of a price inquiry below /v2/{project_id}/ (docs/wire.md section 8), Body its body: the
	// parameter object of the order, bare.
	Inquiry string
	Body    json.RawMessage
	// Products asks the billing service for a first purchase (ListRateOnPeriodDetail, docs/wire.md section 10)
	// when Inquiry is empty.
	Products []ProductInfo
}

// The price inquiries that exist. They take desktops and pools alike.
const (
	InquiryAddVolume    = "desktop-pool/periodic/inquiry/add-volume"
	InquiryExtendVolume = "desktop-pool/periodic/inquiry/extend-volume"
	InquiryResize       = "desktop-pool/periodic/inquiry/resize"
	InquiryChangeImage  = "periodic/inquiry/change-image"
	InquiryPoolImage    = "desktop-pool/periodic/inquiry/change-image"
	InquiryAddResources = "periodic/inquiry/add-resources"
)

// ProductInfo is one product to be rated.
type ProductInfo struct {
	// ID tells the lines of the answer apart.
	ID               string `json:"id"`
	CloudServiceType string `json:"cloud_service_type"`
	ResourceType     string `json:"resource_type"`
	ResourceSpec     string `json:"resource_spec"`
	Region           string `json:"region"`
	AvailableZone    string `json:"available_zone,omitempty"`
	// ResourceSize and SizeMeasureID go together, for sized products: 15 Mbit/s, 17 GB, 14 pieces.
	ResourceSize    *int `json:"resource_size,omitempty"`
	SizeMeasureID   *int `json:"size_measure_id,omitempty"`
	PeriodType      int  `json:"period_type"`
	PeriodNum       int  `json:"period_num"`
	SubscriptionNum int  `json:"subscription_num"`
}

// Measures of sized products.
const (
	MeasureMbit   = 15
	MeasureGB     = 17
	MeasurePieces = 14
)

// Quote is an answer to a Question.
type Quote struct {
	// Amount is what is to be paid, best offer included; negative when money comes back.
	Amount decimal.Decimal
	// OfficialAmount is the list price.
	OfficialAmount decimal.Decimal
	Currency       string
	// Lines are told per product or target where the cloud tells them; empty otherwise.
	Lines []QuoteLine
}

// QuoteLine is the part of a quote that one product or target makes up.
type QuoteLine struct {
	ID             string          `json:"id"`
	Amount         decimal.Decimal `json:"amount"`
	OfficialAmount decimal.Decimal `json:"official_amount"`
}
