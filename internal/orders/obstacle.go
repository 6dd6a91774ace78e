package orders

import (
	"slices"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders/field"
)

// Standing is what is known of one or more desktops as far as it decides which kinds of order can be for all of them. The
// numbers are of desktops.
type Standing struct {
	Desktops int
	Pooled   int // belong to a pool
	Metered  int // pay-per-use
	Frozen   int
	Busy     int // are the target of an order that is open (State.InTheWay)
	Sharing  int // have collaboration resources
	// One is the only desktop, when there is one.
	One string
}

// StandingOf is the standing of one desktop; busy tells that an open order touches it.
func StandingOf(d cloud.Desktop, busy bool) Standing {
	return Standing{Desktops: 1, Pooled: one(d.Pooled()), Metered: one(d.ChargeMode() == cloud.ChargeModeMetered), Frozen: one(d.IsFreeze),
		Busy: one(busy), Sharing: one(d.ShareResourceSKU != ""), One: d.DesktopID}
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// Mixed tells that some belong to a pool and some do not.
func (s Standing) Mixed() bool { return s.Pooled > 0 && s.Pooled < s.Desktops }

// Hindrance is what of a desktop stands in a kind's way.
type Hindrance string

// The hindrances.
const (
	HindrancePooled   Hindrance = "pooled"
	HindranceOrdinary Hindrance = "ordinary"
	HindranceMetered  Hindrance = "metered"
	HindrancePeriod   Hindrance = "period" // yearly/monthly
	HindranceFrozen   Hindrance = "frozen"
	HindranceBusy     Hindrance = "busy"
	HindranceSharing  Hindrance = "sharing"
	HindranceAlone    Hindrance = "alone" // without collaboration resources
)

// Hindrances lists them all.
var Hindrances = []Hindrance{HindrancePooled, HindranceOrdinary, HindranceMetered, HindrancePeriod, HindranceFrozen, HindranceBusy,
	HindranceSharing, HindranceAlone}

// Obstacle is why desktops cannot be ordered a kind for.
type Obstacle struct {
	Why field.Message
	// Leave are the ways out when some desktops are in the way and others are not: without those that have one of these it can
	// be ordered, or the next obstacle shows.
	Leave []Hindrance
}

// Obstacle is the first thing that stands in the way of an order of the kind for some desktops together; nil: nothing that
// the inventory knows of. It says what to offer, and refuses nothing by itself: what is ordered all the same is held against
// the kind's own rules, the team's and the cloud's. A kind that is not for desktops has no obstacle.
func (k Kind) Obstacle(on Standing) *Obstacle {
	for _, rule := range obstacleRules {
		if !rule.of(k) {
			continue
		}
		n := rule.count(on)
		if n == 0 {
			continue
		}
		found := Obstacle{Why: field.Say(rule.key, "n", n, "of", on.Desktops)}
		if n < on.Desktops {
			found.Leave = rule.leave
		}
		return &found
	}
	return nil
}

// obstacleRules are what can stand in a kind's way, the one that rules out most first.
var obstacleRules = []struct {
	key   string // of the message
	leave []Hindrance
	of    func(Kind) bool
	count func(Standing) int // how many it holds for
}{
	{"obstacle.nothing", nil, forDesktops, func(s Standing) int { return one(s.Desktops == 0) }},
	{"obstacle.one_only", nil, Kind.takesOne, func(s Standing) int {
		if s.Desktops > 1 {
			return s.Desktops
		}
		return 0
	}},
	{"obstacle.mixed", []Hindrance{HindrancePooled, HindranceOrdinary}, forDesktops, func(s Standing) int {
		if s.Mixed() {
			return s.Pooled
		}
		return 0
	}},
	{"obstacle.pooled", []Hindrance{HindrancePooled}, Kind.ordinaryOnly, func(s Standing) int { return s.Pooled }},
	{"obstacle.ordinary", []Hindrance{HindranceOrdinary}, func(k Kind) bool { return k.Door == cloud.DoorBatchPool }, func(s Standing) int { return s.Desktops - s.Pooled }},
	{"obstacle.frozen", []Hindrance{HindranceFrozen}, forDesktops, func(s Standing) int { return s.Frozen }},
	{"obstacle.busy", []Hindrance{HindranceBusy}, forDesktops, func(s Standing) int { return s.Busy }},
	{"obstacle.metered", []Hindrance{HindranceMetered}, Kind.periodOnly, func(s Standing) int { return s.Metered }},
	{"obstacle.period", []Hindrance{HindrancePeriod}, func(k Kind) bool { return k.Type == "meteredToPeriod" }, func(s Standing) int { return s.Desktops - s.Metered }},
	{"obstacle.sharing", []Hindrance{HindranceSharing}, func(k Kind) bool { return k.Type == "ADD_SUB_RESOURCES" }, func(s Standing) int { return s.Sharing }},
	{"obstacle.alone", []Hindrance{HindranceAlone}, func(k Kind) bool { return k.Type == "DELETE_SUB_RESOURCES" }, func(s Standing) int { return s.Desktops - s.Sharing }},
}

// forDesktops tells that a kind can be for desktops that are there.
func forDesktops(k Kind) bool { return k.takesOne() || k.TakesMany() }

// TakesMany tells that one order of the kind can be for several desktops that are there.
func (k Kind) TakesMany() bool {
	switch k.Door {
	case cloud.DoorBatchDesktop, cloud.DoorBatchPool:
		return true
	}
	return k.Type == "rebuildDesktops" || k.Type == "applyDesktopsInternet"
}

// takesOne tells that an order of the kind is for exactly one desktop. resizeExclusiveLites is for a host's, and not offered.
func (k Kind) takesOne() bool {
	return k.Door == cloud.DoorChange && !k.Undocumented || k.Type == "addVolumes"
}

// ordinaryOnly tells that the kind is not for desktops of a pool: those are changed through the pool's door.
func (k Kind) ordinaryOnly() bool {
	return forDesktops(k) && k.Door != cloud.DoorBatchPool && k.Type != "meteredToPeriod"
}

// periodOnly tells that the kind changes what is yearly/monthly.
func (k Kind) periodOnly() bool {
	return forDesktops(k) && k.Type != "meteredToPeriod" && k.Type != "applyDesktopsInternet"
}

// Offer is a kind that somebody may want to order for what is selected, and why they cannot.
type Offer struct {
	Kind Kind
	// Obstacle is nil for what can be ordered.
	Obstacle *Obstacle
}

// Offers are the kinds that are for some desktops together: of what several kinds do, the one for as many and for their sort.
func (a Allowance) Offers(on Standing) []Offer {
	var offers []Offer
	for _, kind := range Kinds {
		if kind.fits(on) {
			offers = append(offers, Offer{kind, a.Obstacle(kind, on)})
		}
	}
	return offers
}

// PoolOffers are the kinds that are for a pool.
func (a Allowance) PoolOffers() []Offer {
	var offers []Offer
	for _, kind := range Kinds {
		if kind.Door == cloud.DoorBatchPool || kind.Type == "expandDesktopPool" {
			offers = append(offers, Offer{kind, a.refused(kind)})
		}
	}
	return offers
}

// Obstacle is Kind.Obstacle for somebody who may not order everything.
func (a Allowance) Obstacle(kind Kind, on Standing) *Obstacle {
	if refused := a.refused(kind); refused != nil {
		return refused
	}
	return kind.Obstacle(on)
}

func (a Allowance) refused(kind Kind) *Obstacle {
	if a.Kind(kind.Name()) {
		return nil
	}
	return &Obstacle{Why: field.Say("obstacle.not_allowed", "team", a.Team)}
}

// fits tells that a kind is the one to offer for some desktops.
func (k Kind) fits(on Standing) bool {
	pooled := on.Pooled > 0 && !on.Mixed()
	switch {
	case k.Type == "meteredToPeriod":
		return on.Metered > 0 // the rest have nothing to convert
	case k.Door == cloud.DoorBatchPool:
		return pooled
	case pooled:
		return false
	case on.Desktops == 1 && k.Door == cloud.DoorBatchDesktop:
		return !slices.Contains([]string{"RESIZE", "ADD_VOLUME", "EXTEND_VOLUME"}, k.Type) // the change of one is simpler
	case on.Desktops != 1 && k.takesOne():
		return false
	}
	return forDesktops(k)
}
