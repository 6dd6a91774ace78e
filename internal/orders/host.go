package orders

import (
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
)

// HostFilter narrows the list of exclusive hosts. The cloud tells neither how a host is charged nor until when.
type HostFilter struct {
	Scope               auth.Scope // whose: the zero scope lists none
	Team                string     // as in DesktopFilter
	Text                string     // beginning of the name or ID
	State               string
	ProductID           string
	AvailabilityZone    string
	EnterpriseProjectID string
	Sort                string
	After               string // cursor, opaque
	Limit               int
}

// HostPage is a page of exclusive hosts, as DesktopPage.
type HostPage struct {
	Items []cloud.Host
	Next  string
	Total int
}

// HostOffers are the kinds that buy more exclusive hosts, or change how many desktops one is laid out for.
func (a Allowance) HostOffers() []Offer {
	return a.ofTypes("createExclusiveHosts", "resizeExclusiveLites")
}

// ofTypes are the kinds of some types, in their order.
func (a Allowance) ofTypes(types ...string) []Offer {
	var offers []Offer
	for _, typ := range types {
		for _, kind := range Kinds {
			if kind.Type == typ {
				offers = append(offers, Offer{kind, a.refused(kind)})
			}
		}
	}
	return offers
}
