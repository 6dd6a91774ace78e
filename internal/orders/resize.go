package orders

import (
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders/field"
)

// ResizeParam changes the package of many desktops, or of a pool (docs/wire.md section 4.3, resize_param).
type ResizeParam struct {
	BatchTargets

	ProductID string `json:"product_id"`
	Mode      string `json:"mode,omitzero"`
}

// Fields implements field.Fielder.
func (p *ResizeParam) Fields(s *field.Set) {
	p.targets(s)
	s.Text(&p.ProductID, "product_id", field.Required(), idRule(), field.Pick(field.PickProduct), field.In("what"))
	s.Text(&p.Mode, "mode", field.OneOf("STOP_DESKTOP"), field.Default("STOP_DESKTOP"))
	p.more(s)
}

func (p *ResizeParam) wire() string    { return "resize_param" }
func (p *ResizeParam) inquiry() string { return cloud.InquiryResize }

// checkFacts refuses a package that is not sold, or that all targets have already.
func (p *ResizeParam) checkFacts(facts *Facts) field.Problems {
	problems := facts.onSale("product_id", p.ProductID, "")
	if p.none(facts,
		func(d cloud.Desktop) bool { return d.ProductID != p.ProductID },
		func(pool cloud.Pool) bool { return pool.Product.ProductID != p.ProductID }) {
		name := facts.poolName(p.DesktopPoolID)
		if len(p.DesktopIDs) > 0 {
			name = facts.desktopName(p.DesktopIDs[0])
		}
		problems.Add("product_id", "problem.same_product", "name", name)
	}
	return problems
}

func (p *ResizeParam) changes(facts *Facts) []Change {
	return p.subjects(func(id string) Change {
		return facts.productChange(id, p.ProductID)
	}, func(id string) Change {
		return Change{Subject: facts.poolName(id), What: field.Say("change.product"),
			Before: facts.productName(facts.Pools[id].Product.ProductID), After: facts.productName(p.ProductID)}
	})
}

func (p *ResizeParam) summary(facts *Facts) field.Message {
	return p.say(facts, "summary.RESIZE", "product", facts.productName(p.ProductID))
}
