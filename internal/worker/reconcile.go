package worker

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

const (
	// maxWindow bounds how many orders of a time are listed, maxCandidates how many that may be one order's are looked at one
	// by one; of more, nothing can be told.
	maxWindow     = 50_000
	maxCandidates = 200
	// shownUnfit is how many orders that do not fit are kept for people to see.
	shownUnfit = 20
)

// doubt is an order in doubt with what is known of it.
type doubt struct {
	order    orders.Order
	kind     orders.Kind
	payload  orders.Payload
	evidence orders.Evidence
	weighing orders.Weighing
}

// Reconcile looks into every order in doubt once: it reads the cloud's order list around the time of sending, weighs the
// orders that nobody here has, and settles what is sure. Everything else is left to a person, with the evidence.
func (w *Worker) Reconcile(ctx context.Context) (more bool, err error) {
	p := &pass{known: map[string]*doubt{}, told: map[string]cloud.BillingOrder{}}
	doubts, err := w.unsure(ctx, p, orders.StateInDoubt)
	if err != nil || len(doubts) == 0 {
		return false, err
	}
	p.spans = spans(doubts)
	if slices.ContainsFunc(doubts, func(d *doubt) bool { return d.kind.Door == cloud.DoorSubscribe }) { // else there is no tag
		p.tagged = w.taggedOrders(ctx)
	}
	for some := range slices.Chunk(doubts, batchSize) {
		if err := w.investigate(ctx, some, p); err != nil || ctx.Err() != nil {
			return false, err
		}
	}
	// Read after the cloud's list: whoever made an order that is in it was being sent by then. What is being sent, and
	// what came into doubt meanwhile, may be what an order in the list is of, as much as what was looked into.
	rivals, err := w.unsure(ctx, p, orders.StateInDoubt, orders.StateSending)
	if err != nil {
		return false, err
	}
	for _, d := range doubts {
		if err := w.conclude(ctx, d, rivals, p.told); err != nil {
			return false, err
		}
	}
	return false, nil
}

// unsure reads the orders in some states of which it is not known what the cloud made of them.
func (w *Worker) unsure(ctx context.Context, p *pass, states ...orders.State) ([]*doubt, error) {
	var badges []orders.Badge
	for _, state := range states {
		badges = append(badges, orders.BadgeOf(state, nil))
	}
	var found []*doubt
	for after := (orders.Cursor{}); ; {
		page, err := w.Journal.Orders(ctx, orders.Filter{Scope: auth.Everything, Badges: badges, After: after, Limit: batchSize})
		if err != nil {
			return nil, fmt.Errorf("orders in doubt: %w", err)
		}
		for _, order := range page.Items {
			d, known := p.known[order.ID]
			if !known {
				if d, err = w.doubt(ctx, order); err != nil {
					return nil, err
				}
				p.known[order.ID] = d
			}
			if d != nil {
				found = append(found, d)
			}
		}
		if after = page.Older; after.IsZero() {
			return found, nil
		}
	}
}

// mayBe tells that a cloud order may be what became of this order.
func (d *doubt) mayBe(b cloud.BillingOrder) bool {
	if slices.ContainsFunc(d.evidence.Candidates, func(c orders.Candidate) bool { return c.Tagged }) {
		return slices.Contains(d.evidence.Fitting(), b.OrderID)
	}
	return d.weighing.Fits(b)
}

// doubt reads an order for a look into it; nil when this version does not know its kind.
func (w *Worker) doubt(ctx context.Context, order orders.Order) (*doubt, error) {
	kind, ok := orders.KindNamed(order.Kind)
	if !ok || order.SentAt.IsZero() {
		return nil, nil
	}
	decoded := orders.DecodeJSON(kind.Door, order.DesktopID, order.Body)
	if decoded.Payload == nil {
		return nil, nil
	}
	evidence, err := w.Journal.Evidence(ctx, order.ID)
	return &doubt{order, kind, decoded.Payload, evidence, orders.WeighingOf(order, kind, decoded.Payload)}, err
}

// taggedOrders are the cloud orders that made what bears our own tag, by the tag's value. It is read from the cloud and
// not from the cache: what is looked for is new. A read that fails proves nothing, and is done without.
func (w *Worker) taggedOrders(ctx context.Context) map[string]string {
	found := map[string]string{}
	var desktops []cloud.Desktop
	err := all(ctx, w, &desktops, w.Cloud.Desktops)
	if err != nil {
		w.Log.Warn("desktops cannot be read for our tag", "error", err)
		return found
	}
	for _, desktop := range desktops {
		for _, tag := range desktop.Tags {
			if tag.Key == orders.OrderRef && desktop.OrderID != "" {
				found[tag.Value] = desktop.OrderID
			}
		}
	}
	return found
}

// pass is what one look into all doubt has read of the cloud: orders that were sent together share it.
type pass struct {
	// known are the orders that were read.
	known  map[string]*doubt
	tagged map[string]string
	spans  []*span
	// told are the details of unclaimed orders.
	told map[string]cloud.BillingOrder
}

// span is a time of the cloud's order list, with the orders that nobody here has.
type span struct {
	from, until time.Time
	read        bool
	unclaimed   []cloud.BillingOrder
	err         error
}

// spans joins the windows of orders in doubt that overlap.
func spans(doubts []*doubt) []*span {
	var all []*span
	for _, d := range doubts {
		from, until := orders.Window(d.order)
		all = append(all, &span{from: from, until: until})
	}
	slices.SortFunc(all, func(a, b *span) int { return a.from.Compare(b.from) })
	var joined []*span
	for _, s := range all {
		if last := len(joined) - 1; last >= 0 && !s.from.After(joined[last].until) {
			if s.until.After(joined[last].until) {
				joined[last].until = s.until
			}
			continue
		}
		joined = append(joined, s)
	}
	return joined
}

// unclaimed lists the orders of a window that no order of this console has.
func (w *Worker) unclaimed(ctx context.Context, p *pass, from, until time.Time) ([]cloud.BillingOrder, error) {
	i := slices.IndexFunc(p.spans, func(s *span) bool { return !from.Before(s.from) && !until.After(s.until) })
	s := p.spans[i]
	if !s.read {
		s.unclaimed, s.err = w.readUnclaimed(ctx, s.from, s.until)
		s.read = true
	}
	var within []cloud.BillingOrder
	for _, b := range s.unclaimed {
		if !b.CreateTime.Before(from.Truncate(time.Second)) && !b.CreateTime.After(until) {
			within = append(within, b)
		}
	}
	return within, s.err
}

// investigate looks at the cloud's order list and stores what it tells about some orders.
func (w *Worker) investigate(ctx context.Context, doubts []*doubt, p *pass) error {
	var found []orders.Found
	for _, d := range doubts {
		if ctx.Err() != nil {
			return nil
		}
		found = append(found, w.judge(ctx, d, p))
	}
	return record(ctx, func(ctx context.Context) error { return w.Journal.SaveEvidence(ctx, found) })
}

// judge tells what the cloud's order list tells about one order.
func (w *Worker) judge(ctx context.Context, d *doubt, p *pass) orders.Found {
	before := d.evidence
	e := &d.evidence
	from, until := orders.Window(d.order)
	candidates, others, err := w.candidates(ctx, d, from, until, p)
	now := w.Now()
	changed := false
	if err != nil {
		e.LookedAt, e.Problem = now, problemOf(err)
	} else {
		e.From, e.Until, e.Candidates, e.Others, e.Problem = from, until, candidates, others, ""
		changed = before.Looks == 0 || !slices.Equal(before.Fitting(), e.Fitting())
		// Several consoles, or one that is started again, look more often: looks in a row are to lie apart, for what the
		// list does not show yet.
		if apart := now.Sub(before.LookedAt) >= w.ReconcileEvery/2; changed || apart {
			e.LookedAt = now
			e.Looks++
			e.Same++
		}
		if changed {
			e.Same = 1
		}
	}
	return orders.Found{OrderID: d.order.ID, Evidence: *e,
		Seen: changed || before.Problem != e.Problem || len(before.Candidates) != len(e.Candidates)}
}

// readUnclaimed reads the cloud's list of a time and leaves out what an order of this console has.
func (w *Worker) readUnclaimed(ctx context.Context, from, until time.Time) ([]cloud.BillingOrder, error) {
	listed, err := w.listed(ctx, cloud.OrderFilter{CreateTimeBegin: from, CreateTimeEnd: until}, maxWindow)
	if err != nil {
		return nil, err
	}
	if len(listed) >= maxWindow {
		return nil, &cloud.Error{Msg: fmt.Sprintf("the cloud has %d orders of that time or more: too many to tell", len(listed))}
	}
	ids := make([]string, 0, len(listed))
	for _, b := range listed {
		ids = append(ids, b.OrderID)
	}
	known := map[string]bool{}
	for chunk := range slices.Chunk(ids, batchSize) {
		some, err := w.Journal.KnownCloudOrders(ctx, chunk)
		if err != nil {
			return nil, err
		}
		for id := range some {
			known[id] = true
		}
	}
	return slices.DeleteFunc(listed, func(b cloud.BillingOrder) bool { return known[b.OrderID] }), nil
}

// candidates are the cloud's orders of the window that no order of this console has, weighed: all that fit, and some that
// do not, for people to see. The list tells enough to rule most out; the others are looked at.
func (w *Worker) candidates(ctx context.Context, d *doubt, from, until time.Time, p *pass) (all []orders.Candidate, others int, err error) {
	listed, err := w.unclaimed(ctx, p, from, until)
	if err != nil {
		return nil, 0, err
	}
	mine := p.tagged[orderRef(d.order.ID)]
	var unfit []cloud.BillingOrder
	for _, b := range listed {
		if b.OrderID != mine && !d.weighing.Fits(b) {
			unfit = append(unfit, b)
			continue
		}
		if len(all) == maxCandidates {
			return nil, 0, &cloud.Error{Msg: fmt.Sprintf("more than %d orders of that time may be this one: too many to tell", maxCandidates)}
		}
		details, err := w.details(ctx, p, b.OrderID)
		if err != nil {
			return nil, 0, err
		}
		all = append(all, d.candidate(details, mine))
	}
	distance := func(b cloud.BillingOrder) time.Duration { return b.CreateTime.Sub(d.order.SentAt).Abs() }
	slices.SortFunc(unfit, func(a, b cloud.BillingOrder) int { return cmp.Compare(distance(a), distance(b)) })
	for _, b := range unfit[:min(len(unfit), shownUnfit)] {
		all = append(all, d.candidate(b, mine))
	}
	slices.SortFunc(all, func(a, b orders.Candidate) int { return a.CreateTime.Compare(b.CreateTime) })
	return all, len(unfit) - min(len(unfit), shownUnfit), nil
}

// details reads a cloud order once in a pass.
func (w *Worker) details(ctx context.Context, p *pass, orderID string) (cloud.BillingOrder, error) {
	told, known := p.told[orderID]
	if known {
		return told, nil
	}
	told, err := w.order(ctx, orderID)
	if err == nil {
		p.told[orderID] = told
	}
	return told, err
}

// candidate weighs a cloud order. mine is the one that our tag names.
func (d *doubt) candidate(b cloud.BillingOrder, mine string) orders.Candidate {
	c := orders.Candidate{OrderID: b.OrderID, Status: b.Status, OrderType: b.OrderType, Amount: b.AmountAfterDiscount,
		Currency: b.Currency, CreateTime: b.CreateTime, UserName: b.UserName, Tagged: b.OrderID == mine,
		Against: d.weighing.Against(b)}
	for _, line := range b.Lines {
		c.Products = append(c.Products, line.ProductSpecDesc)
	}
	return c
}

// orderRef is the value of our tag for an order.
func orderRef(orderID string) string {
	id, err := uuid.Parse(orderID)
	if err != nil {
		return ""
	}
	return hex.EncodeToString(id[:])
}

// conclude settles an order when the evidence is sure; the evidence goes into the audit log with it.
func (w *Worker) conclude(ctx context.Context, d *doubt, rivals []*doubt, told map[string]cloud.BillingOrder) error {
	var others []string
	for _, id := range d.evidence.Fitting() {
		if slices.ContainsFunc(rivals, func(rival *doubt) bool { return rival.order.ID != d.order.ID && rival.mayBe(told[id]) }) {
			others = append(others, id)
		}
	}
	now := w.Now()
	move := orders.Move{ID: d.order.ID, From: []orders.State{orders.StateInDoubt}, Now: now}
	switch orders.Conclude(d.order, d.kind, d.payload, d.evidence, others) {
	case orders.ConcludePlaced:
		move.To = orders.StatePlaced
		for i, id := range d.evidence.Fitting() {
			move.CloudOrders = append(move.CloudOrders, orders.CloudOrder{Position: i, OrderID: id, NextCheckAt: now})
		}
	case orders.ConcludeNotPlaced:
		move.To = orders.StateNotPlaced
	default:
		return nil
	}
	details := map[string]any{"outcome": string(move.To), "evidence": d.evidence}
	if len(move.CloudOrders) > 0 {
		details["order_ids"] = d.evidence.Fitting()
	}
	entry, err := orders.NewEntry(auth.Console, now, "order.resolved", "order:"+d.order.ID, details)
	if err != nil {
		return err
	}
	move.Entry = entry
	err = record(ctx, func(ctx context.Context) error { return w.Journal.Apply(ctx, move) })
	if errors.Is(err, orders.ErrStale) || errors.Is(err, orders.ErrExists) {
		return nil // a person was quicker, or another order has it by now
	}
	return err
}
