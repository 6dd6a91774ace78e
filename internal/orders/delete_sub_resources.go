package orders

import (
	"workspace-order-console/internal/orders/field"
)

// DeleteSubResourcesParam takes collaboration resources from many desktops, or from a pool (docs/wire.md section 4.3,
// delete_sub_resources_param). The cloud refunds them.
type DeleteSubResourcesParam struct {
	BatchTargets

	SubResourceType string `json:"sub_resource_type"`
}

// Fields implements field.Fielder.
func (p *DeleteSubResourcesParam) Fields(s *field.Set) {
	p.targets(s)
	s.Text(&p.SubResourceType, "sub_resource_type", field.Required(), field.OneOf("DESKTOP_SHARER"), field.In("what"))
	p.more(s)
}

func (p *DeleteSubResourcesParam) wire() string { return "delete_sub_resources_param" }

// inquiry: nobody quotes a deletion.
func (p *DeleteSubResourcesParam) inquiry() string { return "" }

func (p *DeleteSubResourcesParam) changes(facts *Facts) []Change { return p.collaboration(facts, "") }

func (p *DeleteSubResourcesParam) summary(facts *Facts) field.Message {
	return p.say(facts, "summary.DELETE_SUB_RESOURCES")
}
