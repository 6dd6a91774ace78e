package orders

import (
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
)

// BandwidthFilter narrows the list of Workspace bandwidths. The cloud does not tell until when one is paid for.
type BandwidthFilter struct {
	Scope               auth.Scope // whose: the zero scope lists none
	Team                string     // as in DesktopFilter
	Text                string     // beginning of the name, or of the ID of the bandwidth or its subnet
	ChargeMode          string
	Status              string
	EnterpriseProjectID string
	Sort                string
	After               string // cursor, opaque
	Limit               int
}

// BandwidthPage is a page of Workspace bandwidths, as DesktopPage.
type BandwidthPage struct {
	Items []cloud.Bandwidth
	Next  string
	Total int
}

// BandwidthOffers are the kinds that buy bandwidth for a subnet.
func (a Allowance) BandwidthOffers() []Offer { return a.ofTypes("ApplySubnetBandwidth") }

// Subnet is one that orders can name.
type Subnet struct {
	cloud.Subnet
	// HasBandwidth tells that Workspace bandwidth was bought for it.
	HasBandwidth bool
}
