package orders

import (
	"encoding/json"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders/field"
)

// param is a batch order's parameter object: the one that the order's type selects.
type param interface {
	field.Fielder
	// wire is its name in the body ("add_volume_param").
	wire() string
	// shared are the fields that all six parameter objects have.
	shared() *BatchTargets
	check() field.Problems
	checkFacts(*Facts) field.Problems
	changes(*Facts) []Change
	// inquiry is the price inquiry to ask (cloud.Inquiry…); "" when nobody can quote.
	inquiry() string
	summary(*Facts) field.Message
}

// batch is the body of the batch-desktop and batch-pool doors (docs/wire.md section 4).
type batch[M any, P interface {
	*M
	param
}] struct {
	typ  string
	door cloud.Door

	Type      string
	AgencyURN string
	Param     *M
}

// params are all parameter objects of the wire.
var params = []string{"add_volume_param", "extend_volume_param", "resize_param", "change_image_param",
	"add_sub_resources_param", "delete_sub_resources_param"}

func (p *batch[M, P]) Fields(s *field.Set) {
	own := P(new(M)).wire()
	s.Const(&p.Type, "type", p.typ)
	field.ObjectFrom(s, &p.Param, own, func(m *M) field.Fielder {
		P(m).shared().pool = p.door == cloud.DoorBatchPool
		return P(m)
	}, field.Required(), field.Envelope())
	s.Text(&p.AgencyURN, "agency_urn", onlyDesktops(p.door == cloud.DoorBatchPool), field.Folded(), field.Length(0, 1500), field.In("more"))
	for _, other := range params {
		if other != own {
			s.Refuse(other, "problem.other_member", "member", own)
		}
	}
	s.Refuse("extend_param", "problem.no_auto_pay")
	s.Refuse("enterprise_project_id", "problem.not_in_batches")
}

// onlyDesktops marks an input that the batch-pool page does not have: there it is accepted and sent on, not shown.
func onlyDesktops(pool bool) field.Option {
	if pool {
		return field.SDKOnly()
	}
	return func(*field.Input) {}
}

// MarshalJSON writes the parameter object under its own name.
func (p *batch[M, P]) MarshalJSON() ([]byte, error) {
	out := map[string]any{"type": p.Type}
	if p.AgencyURN != "" {
		out["agency_urn"] = p.AgencyURN
	}
	if p.Param != nil {
		out[P(p.Param).wire()] = p.Param
	}
	return json.Marshal(out)
}

func (p *batch[M, P]) at(problems field.Problems) field.Problems {
	return problems.At(P(new(M)).wire())
}

func (p *batch[M, P]) Check() field.Problems {
	if p.Param == nil {
		return nil
	}
	m := P(p.Param)
	return p.at(m.shared().checkTargets().Merge(m.check()))
}

func (p *batch[M, P]) CheckFacts(facts *Facts) field.Problems {
	if p.Param == nil {
		return nil
	}
	m := P(p.Param)
	return p.at(facts.notMixed(m.shared().DesktopIDs).Merge(m.checkFacts(facts)))
}

func (p *batch[M, P]) Targets() Targets {
	if p.Param == nil {
		return Targets{}
	}
	t := P(p.Param).shared()
	targets := Targets{Desktops: t.DesktopIDs}
	if len(t.DesktopIDs) == 0 && t.DesktopPoolID != "" {
		targets.Pools = []string{t.DesktopPoolID}
	}
	return targets
}

func (p *batch[M, P]) Changes(facts *Facts) []Change {
	if p.Param == nil {
		return nil
	}
	return P(p.Param).changes(facts)
}

// Question asks the inquiry with the bare parameter object.
func (p *batch[M, P]) Question(*Facts) (cloud.Question, bool) {
	if p.Param == nil || P(p.Param).inquiry() == "" {
		return cloud.Question{}, false
	}
	body, err := json.Marshal(p.Param)
	if err != nil {
		return cloud.Question{}, false
	}
	return cloud.Question{Inquiry: P(p.Param).inquiry(), Body: body}, true
}

func (p *batch[M, P]) Summary(facts *Facts) field.Message {
	if p.Param == nil {
		return field.Message{}
	}
	return P(p.Param).summary(facts)
}

func (p *batch[M, P]) Create() (string, int) { return "", 0 }
func (p *batch[M, P]) AutoPay() bool         { return false }
func (p *batch[M, P]) SetTag(_, _ string)    {}

// BatchTargets are the fields that all six parameter objects share (docs/wire.md section 4.2).
type BatchTargets struct {
	pool bool // the batch-pool door

	DesktopPoolID   string   `json:"desktop_pool_id,omitzero"`
	DesktopIDs      []string `json:"desktop_ids,omitzero"`
	PromotionPlanID string   `json:"promotion_plan_id,omitzero"`
	HandleType      string   `json:"handle_type,omitzero"`
}

func (t *BatchTargets) shared() *BatchTargets            { return t }
func (t *BatchTargets) check() field.Problems            { return nil }
func (t *BatchTargets) checkFacts(*Facts) field.Problems { return nil }

// targets declares whom the order is for; more declares the rarely used fields, behind those of the type itself.
func (t *BatchTargets) targets(s *field.Set) {
	ids := func() {
		desktopIDs(s, &t.DesktopIDs, field.Split(mostTargets))
	}
	pool := func() {
		s.Text(&t.DesktopPoolID, "desktop_pool_id", idRule(), field.Length(1, 64), field.Pick(field.PickPool), field.In("targets"))
	}
	if t.pool {
		pool()
		ids()
	} else {
		ids()
		pool()
	}
}

func (t *BatchTargets) more(s *field.Set) {
	s.Text(&t.HandleType, "handle_type", onlyDesktops(t.pool), field.Folded(), field.In("more"),
		handleTypes())
	s.Text(&t.PromotionPlanID, "promotion_plan_id", field.Folded(), field.Length(0, 255))
}

// check holds docs/wire.md section 6: exactly one of desktops and pool, and handle_type only with a pool.
func (t *BatchTargets) checkTargets() field.Problems {
	var problems field.Problems
	switch {
	case len(t.DesktopIDs) == 0 && t.DesktopPoolID == "":
		problems.Add(t.main(), "problem.one_of", "a", "desktop_ids", "b", "desktop_pool_id")
	case len(t.DesktopIDs) > 0 && t.DesktopPoolID != "":
		problems.Add("desktop_pool_id", "problem.not_both", "a", "desktop_ids", "b", "desktop_pool_id")
	}
	if t.HandleType != "" && t.DesktopPoolID == "" {
		problems.Add("handle_type", "problem.only_with", "other", "desktop_pool_id")
	}
	return problems
}

func (t *BatchTargets) main() string {
	if t.pool {
		return "desktop_pool_id"
	}
	return "desktop_ids"
}

// subjects makes a line of every target: one per desktop, or the pool's.
func (t *BatchTargets) subjects(desktop, pool func(id string) Change) []Change {
	if len(t.DesktopIDs) == 0 {
		return []Change{pool(t.DesktopPoolID)}
	}
	changes := make([]Change, len(t.DesktopIDs))
	for i, id := range t.DesktopIDs {
		changes[i] = desktop(id)
	}
	return changes
}

// none tells that the facts know all targets and that not one of them can do what is asked. As long as one can, or
// may, the order goes out: the cloud answers a batch entry by entry.
func (t *BatchTargets) none(facts *Facts, desktop func(cloud.Desktop) bool, pool func(cloud.Pool) bool) bool {
	if len(t.DesktopIDs) == 0 {
		p, known := facts.Pools[t.DesktopPoolID]
		return known && !pool(p)
	}
	for _, id := range t.DesktopIDs {
		if d, known := facts.Desktops[id]; !known || desktop(d) {
			return false
		}
	}
	return true
}

// say makes a summary: over desktops "key.desktops" with their number, over a pool "key.pool" with its name.
func (t *BatchTargets) say(facts *Facts, key string, pairs ...any) field.Message {
	if len(t.DesktopIDs) == 0 {
		return field.Say(key+".pool", append(pairs, "pool", facts.poolName(t.DesktopPoolID))...)
	}
	return field.Say(key+".desktops", append(pairs, "n", len(t.DesktopIDs))...)
}
