package orders

import (
	"strconv"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders/field"
)

// ResizeExclusiveLites changes how many desktops an exclusive host is laid out for (docs/wire.md section 3). The vendor
// names the type in two descriptions, but not in its list of types: it takes an explicit choice (section 6).
type ResizeExclusiveLites struct {
	changeBody
	NewQuantity             *int   `json:"new_quantity"`
	ExclusiveLitesProductID string `json:"exclusive_lites_product_id"`
}

// Fields implements field.Fielder.
func (p *ResizeExclusiveLites) Fields(s *field.Set) {
	p.begin(s)
	s.Text(&p.ExclusiveLitesProductID, "exclusive_lites_product_id", field.Required(), idRule(), field.Pick(field.PickHostProduct), field.In("what"))
	s.Int(&p.NewQuantity, "new_quantity", field.Required(), liteQuantity())
	p.end(s, "new_quantity", "exclusive_lites_product_id")
}

// Check implements Payload.
func (p *ResizeExclusiveLites) Check() field.Problems { return nil }

// CheckFacts implements Payload.
func (p *ResizeExclusiveLites) CheckFacts(facts *Facts) field.Problems {
	return facts.onSale("exclusive_lites_product_id", p.ExclusiveLitesProductID, "")
}

// Changes implements Payload.
func (p *ResizeExclusiveLites) Changes(facts *Facts) []Change {
	return []Change{{Subject: facts.desktopName(p.Desktop), What: field.Say("change.lites"), After: strconv.Itoa(num(p.NewQuantity))}}
}

// Question implements Payload: nobody quotes a change of one desktop.
func (p *ResizeExclusiveLites) Question(*Facts) (cloud.Question, bool) {
	return cloud.Question{}, false
}

// Summary implements Payload.
func (p *ResizeExclusiveLites) Summary(facts *Facts) field.Message {
	return field.Say("summary.resizeExclusiveLites", "n", num(p.NewQuantity), "product", facts.productName(p.ExclusiveLitesProductID))
}
