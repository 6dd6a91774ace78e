package orders

// Member is the part of a payload that a kind's type selects, with its own type: the object in a subscribe order's
// resource (*CreateDesktops, …), the body of a change order (*ResizeDesktops, …), or a batch's parameter object
// (*AddVolumeParam, …). It tells false when the payload is of another kind or does not have the object.
func Member[T any](p Payload) (*T, bool) {
	var object any = p
	if holder, ok := p.(interface{ object() any }); ok {
		object = holder.object()
	}
	t, ok := object.(*T)
	return t, ok && t != nil
}

// Targeted is whom a batch order is for; false for orders of the other doors.
func Targeted(p Payload) (*BatchTargets, bool) {
	if holder, ok := p.(interface{ object() any }); ok {
		if param, ok := holder.object().(param); ok {
			return param.shared(), true
		}
	}
	return nil, false
}

// Period is the period that an order is for, as far as the body has it: 2 month, 3 year, 5 absolute time, 6 one-off.
// All are nil for kinds that take none.
func Period(p Payload) (periodType, periodNum, autoRenew *int) {
	if p, ok := p.(interface{ periods() (a, b, c *int) }); ok {
		return p.periods()
	}
	return nil, nil, nil
}

func (p *subscribe[M, P]) object() any {
	if m := p.first(); m != nil {
		return (*M)(m)
	}
	return nil
}

func (p *subscribe[M, P]) periods() (periodType, periodNum, autoRenew *int) {
	if len(p.Resources) == 0 {
		return nil, nil, nil
	}
	r := p.Resources[0]
	return r.PeriodType, r.PeriodNum, r.IsAutoRenew
}

func (p *batch[M, P]) object() any {
	if p.Param == nil {
		return nil
	}
	return P(p.Param)
}

func (p *MeteredToPeriod) periods() (periodType, periodNum, autoRenew *int) {
	return p.PeriodType, p.PeriodNum, p.IsAutoRenew
}
