package orders

import (
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders/field"
)

// ApplySubnetBandwidth buys Workspace bandwidth for a subnet (docs/wire.md section 2.12).
type ApplySubnetBandwidth struct {
	memberDefaults

	SubnetID            string `json:"subnet_id"`
	ChargeMode          string `json:"charge_mode"`
	BandwidthSize       *int   `json:"bandwidth_size,omitzero"`
	BandwidthName       string `json:"bandwidth_name,omitzero"`
	EnterpriseProjectID string `json:"enterprise_project_id,omitzero"`
}

// Fields implements field.Fielder. The vendor's table calls bandwidth_size optional; the only mode bills by bandwidth,
// so without it the order has no amount, and it is mandatory here, with the range that EIPs have.
func (p *ApplySubnetBandwidth) Fields(s *field.Set) {
	s.Text(&p.SubnetID, "subnet_id", field.Required(), idRule(), field.Pick(field.PickSubnet), field.In("network"))
	s.Text(&p.ChargeMode, "charge_mode", field.Required(), field.OneOf(bandwidthSpec))
	s.Int(&p.BandwidthSize, "bandwidth_size", field.Required(), field.Range(1, 2000))
	s.Text(&p.BandwidthName, "bandwidth_name", field.Length(1, 255))
	enterpriseProject(s, &p.EnterpriseProjectID, field.Default("0"))
}

func (p *ApplySubnetBandwidth) wire() string     { return "apply_subnet_bandwidth" }
func (p *ApplySubnetBandwidth) targets() Targets { return Targets{Subnets: []string{p.SubnetID}} }

func (p *ApplySubnetBandwidth) changes(*Facts) []Change {
	return []Change{{Subject: p.SubnetID, What: field.Say("change.bandwidth"), After: megabits(num(p.BandwidthSize))}}
}

func (p *ApplySubnetBandwidth) products(*Facts) ([]cloud.ProductInfo, bool) {
	return []cloud.ProductInfo{bandwidthProduct(num(p.BandwidthSize))}, true
}

func (p *ApplySubnetBandwidth) summary(*Facts) field.Message {
	return field.Say("summary.ApplySubnetBandwidth", "size", num(p.BandwidthSize), "subnet", p.SubnetID)
}
