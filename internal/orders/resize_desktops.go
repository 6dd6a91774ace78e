package orders

import (
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders/field"
)

// ResizeDesktops changes one desktop's package (docs/wire.md section 3, type resizeDesktops).
type ResizeDesktops struct {
	changeBody
	ResizeProductID string `json:"resize_product_id"`
}

// Fields implements field.Fielder.
func (p *ResizeDesktops) Fields(s *field.Set) {
	p.begin(s)
	s.Text(&p.ResizeProductID, "resize_product_id", field.Required(), idRule(), field.Pick(field.PickProduct), field.In("what"))
	p.end(s, "resize_product_id")
}

// Check implements Payload.
func (p *ResizeDesktops) Check() field.Problems { return nil }

// CheckFacts refuses a change to the package that the desktop has already.
func (p *ResizeDesktops) CheckFacts(facts *Facts) field.Problems {
	desktop, known := facts.Desktops[p.Desktop]
	problems := facts.onSale("resize_product_id", p.ResizeProductID, desktop.AvailabilityZone)
	if known && desktop.ProductID == p.ResizeProductID {
		problems.Add("resize_product_id", "problem.same_product", "name", facts.desktopName(p.Desktop))
	}
	return problems
}

// Changes implements Payload.
func (p *ResizeDesktops) Changes(facts *Facts) []Change {
	return []Change{facts.productChange(p.Desktop, p.ResizeProductID)}
}

// Question implements Payload: nobody quotes a change of one desktop.
func (p *ResizeDesktops) Question(*Facts) (cloud.Question, bool) { return cloud.Question{}, false }

// Summary implements Payload.
func (p *ResizeDesktops) Summary(facts *Facts) field.Message {
	return field.Say("summary.resizeDesktops", "desktop", facts.desktopName(p.Desktop), "product", facts.productName(p.ResizeProductID))
}
