package orders

import (
	"workspace-order-console/internal/orders/field"
)

// changeBody is what the change door's bodies share (docs/wire.md section 3). Each type declares the members it
// needs; those of the other types are refused.
type changeBody struct {
	typ string
	// Desktop is the path's desktop_id.
	Desktop string `json:"-"`

	Type                string            `json:"type"`
	EnterpriseProjectID string            `json:"enterprise_project_id,omitzero"`
	ExtendParam         *OrderExtendParam `json:"extend_param,omitzero"`
}

// changeMembers are the members that belong to one type each.
var changeMembers = []string{"period_type", "period_num", "is_auto_renew", "resize_product_id", "expand_volume_id",
	"expand_new_size", "new_quantity", "exclusive_lites_product_id"}

// begin declares what stands before a type's own members, end what stands behind them and refuses the rest.
func (b *changeBody) begin(s *field.Set) {
	s.Param(&b.Desktop, "desktop_id", field.Required(), idRule(), field.Pick(field.PickDesktop), field.In("targets"))
	s.Const(&b.Type, "type", b.typ)
}

func (b *changeBody) end(s *field.Set, own ...string) {
	enterpriseProject(s, &b.EnterpriseProjectID)
	field.Object(s, &b.ExtendParam, "extend_param", field.Envelope())
	for _, name := range changeMembers {
		if !contains(own, name) {
			s.Refuse(name, "problem.other_type", "type", b.typ)
		}
	}
	s.Refuse("is_subscribe", "problem.never_send")
}

func (b *changeBody) desktopID() string     { return b.Desktop }
func (b *changeBody) Targets() Targets      { return Targets{Desktops: []string{b.Desktop}} }
func (b *changeBody) Create() (string, int) { return "", 0 }
func (b *changeBody) AutoPay() bool         { return b.ExtendParam.turnOff() }
func (b *changeBody) SetTag(_, _ string)    {}
