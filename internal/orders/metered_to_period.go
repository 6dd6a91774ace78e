package orders

import (
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders/field"
)

// MeteredToPeriod changes one desktop from pay-per-use to yearly/monthly (docs/wire.md section 3, type
// meteredToPeriod).
type MeteredToPeriod struct {
	changeBody
	PeriodType  *int `json:"period_type"`
	PeriodNum   *int `json:"period_num"`
	IsAutoRenew *int `json:"is_auto_renew,omitzero"`
}

// Fields implements field.Fielder. A period of 0, which the published limits let pass, buys nothing: section 6 wants 1.
func (p *MeteredToPeriod) Fields(s *field.Set) {
	p.begin(s)
	s.Int(&p.PeriodType, "period_type", field.Required(), field.OneOf("2", "3"), field.In("term"))
	s.Int(&p.PeriodNum, "period_num", field.Required(), field.AtLeast(1))
	s.Int(&p.IsAutoRenew, "is_auto_renew", field.OneOf("0", "1"), field.Default("0"))
	p.end(s, "period_type", "period_num", "is_auto_renew")
}

// Check implements Payload.
func (p *MeteredToPeriod) Check() field.Problems { return nil }

// CheckFacts implements Payload. Whether the desktop is pay-per-use is left to the cloud: what the inventory tells is
// the charge mode of the desktop's product, which need not be how the desktop itself is billed.
func (p *MeteredToPeriod) CheckFacts(*Facts) field.Problems { return nil }

// Changes implements Payload.
func (p *MeteredToPeriod) Changes(facts *Facts) []Change {
	return periodChange(facts.desktopName(p.Desktop), p.PeriodType, p.PeriodNum)
}

// Question implements Payload: nobody quotes a change of one desktop.
func (p *MeteredToPeriod) Question(*Facts) (cloud.Question, bool) { return cloud.Question{}, false }

// Summary implements Payload.
func (p *MeteredToPeriod) Summary(facts *Facts) field.Message {
	return field.Say("summary.meteredToPeriod", "desktop", facts.desktopName(p.Desktop))
}
