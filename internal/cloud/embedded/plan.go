package embedded

import (
	"slices"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

// request is an order call that was read.
type request struct {
	kind    string // door/type
	payload orders.Payload
	autoPay bool
	project string // the enterprise project around the order, "" when it names none
}

// plan is one order to be: checked against the catalogue and the inventory and priced, with nothing stored. Quotes and
// orders are made of the same plans.
type plan struct {
	orderType int
	items     []item
	// targets are the resources that can have one open order at a time ("desktop:ID").
	targets []string
	names   []name
	numbers map[string]int
	needs   needs
	effect  effect
	// refused says why this one of a batch cannot be done; the others can.
	refused error
}

// mostPeriods is for how many months or years at once this cloud sells anything; the wire states no limit.
const mostPeriods = 120

type planner func(*view, request) ([]plan, error)

// planners knows every kind of order.
var planners = map[string]planner{
	"subscribe/createDesktops":        single(createDesktops),
	"subscribe/addVolumes":            single(addVolumes),
	"subscribe/rebuildDesktops":       single(rebuildDesktops),
	"subscribe/createDesktopPool":     single(createDesktopPool),
	"subscribe/expandDesktopPool":     single(expandDesktopPool),
	"subscribe/applyDesktopsInternet": single(applyDesktopsInternet),
	"subscribe/createExclusiveHosts":  single(createExclusiveHosts),
	"subscribe/subscribeUserSharer":   single(subscribeUserSharer),
	"subscribe/ApplySubnetBandwidth":  single(applySubnetBandwidth),

	"change/resizeDesktops":       single(resizeDesktops),
	"change/expandVolumes":        single(expandVolumes),
	"change/meteredToPeriod":      single(meteredToPeriod),
	"change/resizeExclusiveLites": single(resizeExclusiveLites),

	"batch-desktop/ADD_VOLUME":           batch(addVolumeChange),
	"batch-desktop/EXTEND_VOLUME":        batch(extendVolumeChange),
	"batch-desktop/RESIZE":               batch(resizeChange),
	"batch-desktop/CHANGE_IMAGE":         batch(imageChange),
	"batch-desktop/ADD_SUB_RESOURCES":    batch(addSharerChange),
	"batch-desktop/DELETE_SUB_RESOURCES": batch(deleteSharerChange),
	"batch-pool/ADD_VOLUME":              batch(addVolumeChange),
	"batch-pool/EXTEND_VOLUME":           batch(extendVolumeChange),
	"batch-pool/RESIZE":                  batch(resizeChange),
	"batch-pool/CHANGE_IMAGE":            batch(imageChange),
	"batch-pool/ADD_SUB_RESOURCES":       batch(addSharerChange),
	"batch-pool/DELETE_SUB_RESOURCES":    batch(deleteSharerChange),
}

// plan works out what a request comes to.
func (v *view) plan(wanted request) ([]plan, error) {
	planner, ok := planners[wanted.kind]
	if !ok {
		return nil, refuse(codeParameter, "Orders of type %s are not taken.", wanted.kind)
	}
	if _, n, _ := orders.Period(wanted.payload); n != nil && *n > mostPeriods {
		return nil, refuse(codeParameter, "period_num must be at most %d.", mostPeriods)
	}
	return planner(v, wanted)
}

// single plans what becomes one order, from the member that the order's type selects.
func single[T any](make func(*view, *T, request) (plan, error)) planner {
	return func(v *view, wanted request) ([]plan, error) {
		member, ok := orders.Member[T](wanted.payload)
		if !ok {
			return nil, refuse(codeParameter, "The object that the type %s selects is missing.", wanted.kind)
		}
		p, err := make(v, member, wanted)
		if err != nil {
			return nil, err
		}
		return []plan{p}, nil
	}
}

// period is what an order is bought for; a month when it does not say months or years, as for disks that are attached
// and images that are installed (docs/wire.md section 6).
func (r request) period() (periodType, periodNum int) {
	t, n, _ := orders.Period(r.payload)
	if t == nil || n == nil || *t != periodMonth && *t != periodYear {
		return periodMonth, 1
	}
	return *t, *n
}

// mustDesktop finds a desktop that can be changed.
func (v *view) mustDesktop(id string) (desktop, error) {
	d, known, err := v.desktop(id)
	if err != nil {
		return d, err
	}
	if !known {
		return d, refuse(codeNotFound, "The desktop %s does not exist.", id)
	}
	if d.IsFreeze {
		return d, refuse(codeFrozen, "The desktop %s is frozen.", d.ComputerName)
	}
	return d, nil
}

func (v *view) mustPool(id string) (pool, error) {
	p, known, err := v.pool(id)
	switch {
	case err != nil:
		return p, err
	case !known:
		return p, refuse(codeNotFound, "The desktop pool %s does not exist.", id)
	case p.Status == "EXIST_FROZEN":
		return p, refuse(codeFrozen, "The desktop pool %s has frozen desktops.", p.Name)
	}
	return p, nil
}

// periodic refuses a change of a desktop that is not paid for a period.
func periodic(d desktop) error {
	if d.Product.ChargeMode == cloud.ChargeModeMetered && !d.PeriodicChanges {
		return refuse(codeNotPeriodic, "The desktop %s is pay-per-use; convert it to yearly/monthly first.", d.ComputerName)
	}
	return nil
}

// mustDesktops finds all of an order's desktops, ordinary ones or pooled ones.
func (v *view) mustDesktops(ids []string) ([]desktop, error) {
	list := make([]desktop, len(ids))
	for i, id := range ids {
		d, err := v.mustDesktop(id)
		if err != nil {
			return nil, err
		}
		list[i] = d
	}
	return list, notMixed(list)
}

// notMixed refuses ordinary and pooled desktops together (docs/wire.md section 4.2).
func notMixed(list []desktop) error {
	pooled := func(d desktop) bool { return d.Pooled() }
	if slices.ContainsFunc(list, pooled) && slices.ContainsFunc(list, func(d desktop) bool { return !d.Pooled() }) {
		return refuse(codeMixed, "Ordinary desktops and pooled desktops cannot be changed together.")
	}
	return nil
}

func desktopTarget(id string) string { return "desktop:" + id }
func poolTarget(id string) string    { return "pool:" + id }
