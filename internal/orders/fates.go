package orders

import (
	"slices"

	"workspace-order-console/internal/cloud"
)

// A batch answers with one entry for each desktop, and the entries name no desktop and promise no order. Where all came to
// the same, so did every desktop. Where some failed, which ones is found out by elimination: the inventory, read after the
// last of the cloud's orders has ended, shows which desktops are as they were to be and which are as they were.

// Aim is what an order was to change of one of its targets.
type Aim struct {
	Target string
	// Known tells that the inventory knew the target when the order was placed. Before and After are what is to change, in
	// words, as Change has them; Before says nothing when the target was not known.
	Known         bool
	Before, After string
}

// Sight is what the inventory shows of an aim's target afterwards, in the words of Aim.Before.
type Sight struct {
	Known bool
	Now   string
}

// Fate is what became of one target of an order that was placed.
type Fate string

// The fates. A failed one was not changed: the cloud refused it, or its order ended without.
const (
	FateDone   Fate = "done"
	FateFailed Fate = "failed"
)

// aimsOf are what an order over several desktops is to change of each; nil for orders that change none, or of which the
// inventory could not show one thing for each.
func aimsOf(checked Checked) []Aim {
	targets := checked.Payload.Targets()
	if len(targets.Desktops) < 2 || checked.Facts == nil {
		return nil
	}
	changes := checked.Payload.Changes(checked.Facts)
	if len(changes) < len(targets.Desktops) {
		return nil
	}
	aims := make([]Aim, len(targets.Desktops))
	for i, id := range targets.Desktops {
		if changes[i].Subject != checked.Facts.desktopName(id) {
			return nil
		}
		_, known := checked.Facts.Desktops[id]
		aims[i] = Aim{Target: "desktop:" + id, Known: known, Before: changes[i].Before, After: changes[i].After}
	}
	return aims
}

// Sights are what the inventory shows of an order's desktops now, in their order; nil when the order cannot be read.
func Sights(o Order, facts *Facts) []Sight {
	kind, ok := KindNamed(o.Kind)
	if !ok {
		return nil
	}
	d := DecodeJSON(kind.Door, o.DesktopID, o.Body)
	if d.Payload == nil {
		return nil
	}
	var sights []Sight
	for _, aim := range aimsOf(Checked{Decoded: d, Facts: facts}) {
		sights = append(sights, Sight{Known: aim.Known, Now: aim.Before})
	}
	return sights
}

// Eliminate finds out which targets were changed, of which the cloud's orders say only how many: done. It tells false when
// what the inventory shows does not add up to that, or leaves more than one answer.
//
// An inventory that lags behind shows what was changed as it was before, and who retries what did not fail buys it twice. So
// as long as it may, only changes count that are seen, all of them, and of targets that were known before.
func Eliminate(aims []Aim, sights []Sight, done int, lags bool) ([]Fate, bool) {
	if len(aims) != len(sights) || done < 0 || done > len(aims) {
		return nil, false
	}
	fates := make([]Fate, len(aims))
	changed, same := 0, 0
	for i, aim := range aims {
		switch {
		case !sights[i].Known, aim.Known && aim.Before == aim.After, !aim.Known && lags:
		case sights[i].Now == aim.After:
			fates[i], changed = FateDone, changed+1
		case aim.Known && sights[i].Now == aim.Before:
			fates[i], same = FateFailed, same+1
		}
	}
	rest := Fate("")
	switch {
	case changed > done, same > len(aims)-done:
		return nil, false
	case changed == done:
		rest = FateFailed
	case same == len(aims)-done && !lags:
		rest = FateDone
	default:
		return nil, false
	}
	for i, fate := range fates {
		if fate == "" {
			fates[i] = rest
		}
	}
	return fates, true
}

// Done counts the cloud orders that completed.
func (o Order) Done() int {
	n := 0
	for _, c := range o.CloudOrders {
		if c.Badge() == BadgeCompleted {
			n++
		}
	}
	return n
}

// Divided tells of a placed order over several desktops that all of its cloud orders have ended, and not all alike: only
// then there is something to find out.
func (o Order) Divided() bool {
	if o.State != StatePlaced || o.Moving() || len(o.CloudOrders) < 2 {
		return false
	}
	done := o.Done()
	return done > 0 && done < len(o.CloudOrders)
}

// BadgeUnclear is shown for a desktop of an order of which some failed, while it is not known which.
const BadgeUnclear Badge = "unclear"

// Result is what became of one desktop of a request.
type Result struct {
	OrderID string
	// Call is its call's number, from 1.
	Call int
	// DesktopID is empty for one that is to be made; UserName and ComputerName are then whom it is made for.
	DesktopID              string
	UserName, ComputerName string
	// Badge is what its call shows, or its own; BadgeUnclear when that is not known.
	Badge Badge
	// Due tells of an unclear one that it is still being found out.
	Due bool
	// Code and Msg are the cloud's words where there is one word for all that failed.
	Code, Msg string
	// Again is the order that ordered once more for a desktop that failed or was not sent, and has not come to nothing too.
	Again string
}

// whose tells the results of one desktop from those of others, over all orders of a kind.
func (r Result) whose() string {
	if r.DesktopID != "" {
		return r.DesktopID
	}
	return r.UserName + "\n" + r.ComputerName
}

// orderedAgain marks the results that later orders, which repeat theirs, have ordered once more.
func orderedAgain(results []Result, repeats []Order) {
	again := map[string]string{}
	for _, o := range repeats {
		for _, r := range ResultsOf(o) {
			if !r.Failed() && !r.Unsent() {
				again[r.whose()] = o.ID
			}
		}
	}
	for i, r := range results {
		if r.Failed() || r.Unsent() {
			results[i].Again = again[r.whose()]
		}
	}
}

// Failed tells that the desktop was not changed or made, and that this is known.
func (r Result) Failed() bool {
	return r.Badge == BadgeFailed || r.Badge == Badge(StateRefused) || r.Badge == Badge(StateNotPlaced)
}

// Unsent tells that the desktop's call was taken back before it was sent.
func (r Result) Unsent() bool {
	return r.Badge == Badge(StateWithdrawn) || r.Badge == Badge(StateExpired) || r.Badge == Badge(StateRejected)
}

// ResultsOf tells what became of each desktop of an order, in the order in which they stand in its body. An order over a
// pool, or over nothing that can be counted, has none.
func ResultsOf(o Order) []Result {
	kind, ok := KindNamed(o.Kind)
	if !ok {
		return nil
	}
	d := DecodeJSON(kind.Door, o.DesktopID, o.Body)
	if d.Payload == nil {
		return nil
	}
	var results []Result
	if create, ok := Member[CreateDesktops](d.Payload); ok {
		for _, one := range create.Desktops {
			results = append(results, Result{UserName: one.UserName, ComputerName: one.ComputerName})
		}
	}
	for _, id := range d.Payload.Targets().Desktops {
		results = append(results, Result{DesktopID: id})
	}
	code, msg := o.words()
	entries := Expected(kind, d.Payload)
	for i := range results {
		r := &results[i]
		r.OrderID, r.Call, r.Badge = o.ID, o.Position+1, o.Badge
		if o.State == StatePlaced && entries > 1 {
			r.Badge, r.Due = o.badgeOf(i, len(results))
		}
		if r.Failed() {
			r.Code, r.Msg = code, msg
		}
	}
	return results
}

// badgeOf is what the i-th of n desktops shows of a batch that was placed.
func (o Order) badgeOf(i, n int) (badge Badge, due bool) {
	if len(o.Fates) == n {
		if o.Fates[i] == FateDone {
			return BadgeCompleted, false
		}
		if o.lost() == 1 && !slices.ContainsFunc(o.CloudOrders, CloudOrder.Failed) {
			return BadgeCanceled, false
		}
		return BadgeFailed, false
	}
	if len(o.CloudOrders) == n {
		first := o.CloudOrders[0].Badge()
		if !slices.ContainsFunc(o.CloudOrders, func(c CloudOrder) bool { return c.Badge() != first }) {
			return first, false
		}
	}
	return BadgeUnclear, o.FatesDue || o.Moving()
}

// lost counts the ways in which cloud orders ended without completing.
func (o Order) lost() int {
	var ways []Badge
	for _, c := range o.CloudOrders {
		if b := c.Badge(); b != BadgeCompleted && !slices.Contains(ways, b) {
			ways = append(ways, b)
		}
	}
	return len(ways)
}

// words are the cloud's about what failed: its refusal of the call, or what all refused entries say alike.
func (o Order) words() (code, msg string) {
	if o.State != StatePlaced {
		if o.Answer == nil {
			return "", ""
		}
		return o.Answer.Code, o.Answer.Msg
	}
	first := true
	for _, c := range o.CloudOrders {
		switch {
		case !c.Failed():
		case first:
			code, msg, first = c.Code, c.Msg, false
		default:
			if c.Code != code {
				code = ""
			}
			if c.Msg != msg {
				msg = ""
			}
		}
	}
	return code, msg
}

// FateDetails are the details of the audit entry about what was found out; no fates: that it cannot be.
func FateDetails(o Order, fates []Fate) map[string]any {
	if fates == nil {
		return map[string]any{"unclear": true}
	}
	failed := []string{}
	for i, fate := range fates {
		if fate == FateFailed && i < len(o.Targets) {
			failed = append(failed, o.Targets[i])
		}
	}
	return map[string]any{"failed": failed, "of": len(fates)}
}

// FactsOf are the facts of a whole snapshot.
func FactsOf(s Snapshot) *Facts {
	f := &Facts{Workspace: s.Workspace, Desktops: map[string]cloud.Desktop{}, Pools: map[string]cloud.Pool{}, Products: map[string]cloud.Product{},
		Sharers: map[string]cloud.SharerProduct{}, Volumes: map[string]cloud.VolumeType{}, Images: map[string][]cloud.Image{}, Zones: map[string]cloud.AvailabilityZone{}}
	for _, d := range s.Desktops {
		f.Desktops[d.DesktopID] = d
	}
	for _, p := range s.Pools {
		f.Pools[p.ID] = p
	}
	for _, p := range s.Products {
		f.Products[p.ProductID] = p
	}
	for _, p := range s.Sharers {
		f.Sharers[p.ProductID] = p
	}
	for _, i := range s.Images {
		f.Images[i.ID] = append(f.Images[i.ID], i)
	}
	return f
}
