package orders

import (
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders/field"
)

// AddSubResourcesParam gives many desktops, or a pool, collaboration resources (docs/wire.md section 4.3,
// add_sub_resources_param).
type AddSubResourcesParam struct {
	BatchTargets

	SubResourceSKU string `json:"sub_resource_sku"`
}

// Fields implements field.Fielder.
func (p *AddSubResourcesParam) Fields(s *field.Set) {
	p.targets(s)
	s.Text(&p.SubResourceSKU, "sub_resource_sku", field.Required(), idRule(), field.Pick(field.PickDesktopSharer), field.In("what"))
	p.more(s)
}

func (p *AddSubResourcesParam) wire() string    { return "add_sub_resources_param" }
func (p *AddSubResourcesParam) inquiry() string { return cloud.InquiryAddResources }

func (p *AddSubResourcesParam) checkFacts(facts *Facts) field.Problems {
	return facts.sharerFits("sub_resource_sku", p.SubResourceSKU, "desktop_sharer")
}

func (p *AddSubResourcesParam) changes(facts *Facts) []Change {
	return p.collaboration(facts, facts.sharerName(p.SubResourceSKU))
}

func (p *AddSubResourcesParam) summary(facts *Facts) field.Message {
	return p.say(facts, "summary.ADD_SUB_RESOURCES", "product", facts.sharerName(p.SubResourceSKU))
}

// collaboration tells which collaboration resources the targets have and will have.
func (t *BatchTargets) collaboration(facts *Facts, after string) []Change {
	line := func(name, sku string) Change {
		return Change{Subject: name, What: field.Say("change.collaboration"), Before: facts.sharerName(sku), After: after}
	}
	return t.subjects(
		func(id string) Change { return line(facts.desktopName(id), facts.Desktops[id].ShareResourceSKU) },
		func(id string) Change { return line(facts.poolName(id), facts.Pools[id].ShareResourceSKU) })
}
