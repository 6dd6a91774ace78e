package orders

import (
	"fmt"
	"strconv"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders/field"
)

// CreateExclusiveHosts buys exclusive hosts (docs/wire.md section 2.10).
type CreateExclusiveHosts struct {
	memberDefaults

	AvailabilityZone     string          `json:"availability_zone"`
	Name                 string          `json:"name,omitzero"`
	ApplyDesktopQuantity *int            `json:"apply_desktop_quantity,omitzero"`
	Quantity             *int            `json:"quantity"`
	ProductID            string          `json:"product_id"`
	ImageVolumes         []Volume        `json:"image_volumes"`
	MemoryVolumes        []Volume        `json:"memory_volumes"`
	VPCID                string          `json:"vpc_id"`
	SubnetID             string          `json:"subnet_id"`
	EnterpriseProjectID  string          `json:"enterprise_project_id,omitzero"`
	ResizeExclusiveLites *ExclusiveLites `json:"resize_exclusive_lites,omitzero"`
}

// ExclusiveLites is the wire's ResizeExclusiveLitesReq (docs/wire.md section 2.10).
type ExclusiveLites struct {
	ProductID           string `json:"product_id"`
	NewQuantity         *int   `json:"new_quantity"`
	EnterpriseProjectID string `json:"enterprise_project_id,omitzero"`
}

// Fields implements field.Fielder. The page bounds none of the numbers; a hundred hosts and a thousand desktops are
// more than an order has.
func (p *CreateExclusiveHosts) Fields(s *field.Set) {
	s.Text(&p.ProductID, "product_id", field.Required(), idRule(), field.Pick(field.PickHostProduct), field.In("what"))
	s.Int(&p.Quantity, "quantity", field.Required(), field.Range(1, 100))
	s.Text(&p.Name, "name", field.Length(1, 255))
	s.Int(&p.ApplyDesktopQuantity, "apply_desktop_quantity", field.Range(0, 1000))
	field.List(s, &p.ImageVolumes, "image_volumes", field.Required(), field.Items(1, mostRows))
	field.List(s, &p.MemoryVolumes, "memory_volumes", field.Required(), field.Items(1, mostRows))

	s.Text(&p.AvailabilityZone, "availability_zone", field.Required(), idRule(), field.Pick(field.PickAZ), field.In("network"))
	s.Text(&p.VPCID, "vpc_id", field.Required(), idRule(), field.Pick(field.PickVPC))
	s.Text(&p.SubnetID, "subnet_id", field.Required(), idRule(), field.Pick(field.PickSubnet))

	field.Object(s, &p.ResizeExclusiveLites, "resize_exclusive_lites", field.Folded(), field.In("more"))
	enterpriseProject(s, &p.EnterpriseProjectID, field.Default("0"))
}

// Fields implements field.Fielder.
func (p *ExclusiveLites) Fields(s *field.Set) {
	s.Text(&p.ProductID, "product_id", field.Required(), idRule(), field.Pick(field.PickHostProduct))
	s.Int(&p.NewQuantity, "new_quantity", field.Required(), liteQuantity())
	enterpriseProject(s, &p.EnterpriseProjectID)
}

func liteQuantity() field.Option { return field.Range(0, 300) }

func (p *CreateExclusiveHosts) wire() string { return "create_exclusive_hosts" }

func (p *CreateExclusiveHosts) checkFacts(facts *Facts) field.Problems {
	problems := facts.onSale("product_id", p.ProductID, p.AvailabilityZone)
	for i, volume := range p.ImageVolumes {
		problems = append(problems, facts.diskOnSale(fmt.Sprintf("image_volumes[%d].type", i), volume.Type)...)
	}
	for i, volume := range p.MemoryVolumes {
		problems = append(problems, facts.diskOnSale(fmt.Sprintf("memory_volumes[%d].type", i), volume.Type)...)
	}
	if lites := p.ResizeExclusiveLites; lites != nil {
		problems = append(problems, facts.onSale("resize_exclusive_lites.product_id", lites.ProductID, p.AvailabilityZone)...)
	}
	return problems
}

func (p *CreateExclusiveHosts) volumes() []cloud.Volume {
	return append(disks(p.ImageVolumes), disks(p.MemoryVolumes)...)
}

func (p *CreateExclusiveHosts) changes(facts *Facts) []Change {
	changes := []Change{
		{What: field.Say("change.new_hosts"), After: strconv.Itoa(num(p.Quantity))},
		{What: field.Say("change.product"), After: facts.productName(p.ProductID)},
		{What: field.Say("change.disks"), After: diskText(p.volumes()...)},
	}
	if lites := p.ResizeExclusiveLites; lites != nil {
		changes = append(changes, Change{What: field.Say("change.lites"), After: strconv.Itoa(num(lites.NewQuantity))})
	}
	return changes
}

func (p *CreateExclusiveHosts) products(facts *Facts) ([]cloud.ProductInfo, bool) {
	products, ok := facts.desktopProducts(p.ProductID, p.AvailabilityZone, num(p.Quantity), p.volumes())
	if lites := p.ResizeExclusiveLites; ok && lites != nil && num(lites.NewQuantity) > 0 {
		var product cloud.ProductInfo
		if product, ok = facts.product("lites", lites.ProductID, p.AvailabilityZone, num(lites.NewQuantity)); ok {
			products = append(products, product)
		}
	}
	return products, ok
}

func (p *CreateExclusiveHosts) create() (product string, quantity int) {
	return p.ProductID, num(p.Quantity)
}

func (p *CreateExclusiveHosts) summary(facts *Facts) field.Message {
	return field.Say("summary.createExclusiveHosts", "n", num(p.Quantity), "product", facts.productName(p.ProductID))
}
