package orders

import (
	"encoding/json"
	"slices"
	"strconv"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders/field"
)

// member is what a subscribe order's resource carries: the object that the order's type selects.
type member interface {
	field.Fielder
	// wire is the member's name in the resource ("create_desktops").
	wire() string
	// period tells whether the order has a period of its own: then period_type 2 or 3 and period_num are mandatory.
	period() bool
	check() field.Problems
	checkFacts(*Facts) field.Problems
	targets() Targets
	changes(*Facts) []Change
	// products are what the billing service is asked to rate, for one period; false when it cannot be asked.
	products(*Facts) ([]cloud.ProductInfo, bool)
	summary(*Facts) field.Message
	create() (product string, quantity int)
	setTag(key, value string)
}

// memberDefaults is what most members say: a period of their own, nothing wrong across fields, nothing created that
// has no ID yet, nobody who can quote.
type memberDefaults struct{}

func (memberDefaults) period() bool                                { return true }
func (memberDefaults) check() field.Problems                       { return nil }
func (memberDefaults) checkFacts(*Facts) field.Problems            { return nil }
func (memberDefaults) targets() Targets                            { return Targets{} }
func (memberDefaults) products(*Facts) ([]cloud.ProductInfo, bool) { return nil, false }
func (memberDefaults) create() (product string, quantity int)      { return "", 0 }
func (memberDefaults) setTag(_, _ string)                          {}

// subscribe is the body of the subscribe door (docs/wire.md sections 2.1 and 2.3). Exactly one resource is taken:
// no published example has more, and whether several may stand together is not stated.
type subscribe[M any, P interface {
	*M
	member
}] struct {
	typ string

	Type                string            `json:"type"`
	EnterpriseProjectID string            `json:"enterprise_project_id,omitzero"`
	Resources           []resource[M, P]  `json:"resources"`
	ExtendParam         *OrderExtendParam `json:"extend_param,omitzero"`
	AgencyURN           string            `json:"agency_urn,omitzero"`
}

// resource is the wire's Resource with the one member that the type selects.
type resource[M any, P interface {
	*M
	member
}] struct {
	PeriodType  *int
	PeriodNum   *int
	IsAutoRenew *int
	Member      *M
}

// members are all objects that a resource has on the wire.
var members = []string{"add_volumes", "create_desktops", "rebuild_desktops", "create_desktop_pool", "expand_desktop_pool",
	"apply_desktops_internet", "create_exclusive_hosts", "apply_subnet_bandwidth", "subscribe_user_sharer"}

// OrderExtendParam is the wire's object of the same name (docs/wire.md section 2.8). is_auto_pay is a string.
type OrderExtendParam struct {
	IsAutoPay string `json:"is_auto_pay,omitzero"`
}

// Fields implements field.Fielder.
func (p *OrderExtendParam) Fields(s *field.Set) {
	s.Text(&p.IsAutoPay, "is_auto_pay", field.OneOf("true", "false"), field.Default("false"), field.In("term"))
}

func (p *subscribe[M, P]) Fields(s *field.Set) {
	s.Const(&p.Type, "type", p.typ)
	field.List(s, &p.Resources, "resources", field.Required(), field.Items(1, 1), field.Envelope())
	enterpriseProject(s, &p.EnterpriseProjectID, field.Default("0"))
	field.Object(s, &p.ExtendParam, "extend_param", field.Envelope())
	s.Text(&p.AgencyURN, "agency_urn", field.SDKOnly(), field.Length(0, 1500))
}

func (r *resource[M, P]) Fields(s *field.Set) {
	mine := P(new(M))
	own := mine.wire()
	field.Object[M, P](s, &r.Member, own, field.Required(), field.Envelope())
	renew := []field.Option{field.OneOf("0", "1"), field.Default("0")}
	if mine.period() {
		s.Int(&r.PeriodType, "period_type", field.Required(), field.OneOf("2", "3"), field.In("term"))
		s.Int(&r.PeriodNum, "period_num", field.Required(), field.AtLeast(1))
	} else {
		s.Int(&r.PeriodType, "period_type", field.OneOf("2", "3", "5", "6"), field.In("term"), field.Folded())
		s.Int(&r.PeriodNum, "period_num", field.AtLeast(1), field.Folded())
		renew = append(renew, field.Folded())
	}
	s.Int(&r.IsAutoRenew, "is_auto_renew", renew...)
	for _, other := range members {
		if other != own {
			s.Refuse(other, "problem.other_member", "member", own)
		}
	}
	s.Refuse("attach_desktops", "problem.no_type_selects")
	s.Refuse("resize_exclusive_lites", "problem.no_type_selects")
	s.Refuse("cloud_service_console_url", "problem.never_send")
}

// MarshalJSON writes the member under its own name.
func (r resource[M, P]) MarshalJSON() ([]byte, error) {
	out := map[string]any{}
	for name, value := range map[string]*int{"period_type": r.PeriodType, "period_num": r.PeriodNum, "is_auto_renew": r.IsAutoRenew} {
		if value != nil {
			out[name] = *value
		}
	}
	if r.Member != nil {
		out[P(r.Member).wire()] = r.Member
	}
	return json.Marshal(out)
}

// first is the one resource's member; nil when the body has none.
func (p *subscribe[M, P]) first() P {
	if len(p.Resources) == 0 || p.Resources[0].Member == nil {
		return nil
	}
	return p.Resources[0].Member
}

func (p *subscribe[M, P]) at(problems field.Problems) field.Problems {
	return problems.At("resources[0]." + P(new(M)).wire())
}

func (p *subscribe[M, P]) Check() field.Problems {
	if m := p.first(); m != nil {
		return p.at(m.check())
	}
	return nil
}

func (p *subscribe[M, P]) CheckFacts(facts *Facts) field.Problems {
	if m := p.first(); m != nil {
		return p.at(m.checkFacts(facts))
	}
	return nil
}

func (p *subscribe[M, P]) Targets() Targets {
	if m := p.first(); m != nil {
		return m.targets()
	}
	return Targets{}
}

func (p *subscribe[M, P]) Changes(facts *Facts) []Change {
	m := p.first()
	if m == nil {
		return nil
	}
	r := p.Resources[0]
	return append(m.changes(facts), periodChange("", r.PeriodType, r.PeriodNum)...)
}

// Question asks the billing service to rate each product for the order's period.
func (p *subscribe[M, P]) Question(facts *Facts) (cloud.Question, bool) {
	m := p.first()
	if m == nil {
		return cloud.Question{}, false
	}
	products, ok := m.products(facts)
	if !ok || len(products) == 0 {
		return cloud.Question{}, false
	}
	r := p.Resources[0]
	for i := range products {
		products[i].Region = facts.Region
		products[i].PeriodType, products[i].PeriodNum = periodMonth, 1
		if kind := num(r.PeriodType); r.PeriodNum != nil && (kind == periodMonth || kind == periodYear) {
			products[i].PeriodType, products[i].PeriodNum = kind, *r.PeriodNum
		}
	}
	return cloud.Question{Products: products}, true
}

func (p *subscribe[M, P]) Summary(facts *Facts) field.Message {
	if m := p.first(); m != nil {
		return m.summary(facts)
	}
	return field.Message{}
}

func (p *subscribe[M, P]) Create() (string, int) {
	if m := p.first(); m != nil {
		return m.create()
	}
	return "", 0
}

func (p *subscribe[M, P]) AutoPay() bool { return p.ExtendParam.turnOff() }

func (p *subscribe[M, P]) SetTag(key, value string) {
	if m := p.first(); m != nil {
		m.setTag(key, value)
	}
}

// The period types that are a term (docs/wire.md section 2.3).
const (
	periodMonth = 2
	periodYear  = 3
)

// periodChange tells for how many months or years is paid; nothing where the order has no period.
func periodChange(subject string, periodType, periodNum *int) []Change {
	what := ""
	switch num(periodType) {
	case periodMonth:
		what = "change.months"
	case periodYear:
		what = "change.years"
	}
	if what == "" || periodNum == nil {
		return nil
	}
	return []Change{{Subject: subject, What: field.Say(what), After: strconv.Itoa(*periodNum)}}
}

// turnOff tells whether automatic payment was asked for, and turns it off.
func (p *OrderExtendParam) turnOff() bool {
	if p == nil || p.IsAutoPay != "true" {
		return false
	}
	p.IsAutoPay = "false"
	return true
}

// withTag adds a tag, replacing one of the same key.
func withTag(tags []Tag, key, value string) []Tag {
	tags = slices.DeleteFunc(slices.Clone(tags), func(tag Tag) bool { return tag.Key == key })
	return append(tags, Tag{Key: key, Value: value})
}
