package worker

import (
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

// maxCandidates bounds how many unclaimed orders of a window are looked at one by one; of more, nothing can be told.
const maxCandidates = 200

// doubt is an order in doubt with what is known of it.
type doubt struct {
	order    orders.Order
	kind     orders.Kind
	payload  orders.Payload
	evidence orders.Evidence
}

// Reconcile looks into every order in doubt once: it reads the cloud's order list around the time of sending, weighs the
// orders that nobody here has, and settles what is sure. Everything else is left to a person, with the evidence.
func (w *Worker) Reconcile(ctx context.Context) (more bool, err error) {
	var doubts []*doubt
	for after := (orders.Cursor{}); ; {
		page, err := w.Journal.Orders(ctx, orders.Filter{Badges: []orders.Badge{orders.Badge(orders.StateInDoubt)}, After: after, Limit: batchSize})
		if err != nil {
			return false, fmt.Errorf("orders in doubt: %w", err)
		}
		for _, order := range page.Items {
			d, err := w.doubt(ctx, order)
			if err != nil {
				return false, err
			}
			if d != nil {
				doubts = append(doubts, d)
			}
		}
		if after = page.Older; after.IsZero() {
			break
		}
	}
	if len(doubts) == 0 {
		return false, nil
	}
	tagged := w.taggedOrders(ctx)
	for _, d := range doubts {
		if ctx.Err() != nil {
			return false, nil
		}
		if err := w.investigate(ctx, d, tagged); err != nil {
			return false, err
		}
	}
	for _, d := range doubts {
		if err := w.conclude(ctx, d, doubts); err != nil {
			return false, err
		}
	}
	return false, nil
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
	return &doubt{order, kind, decoded.Payload, evidence}, err
}

// taggedOrders are the cloud orders that made what bears our own tag, by the tag's value. It is read from the cloud and
// not from the cache: what is looked for is new. A read that fails proves nothing, and is done without.
func (w *Worker) taggedOrders(ctx context.Context) map[string]string {
	found := map[string]string{}
	var desktops []cloud.Desktop
	err := w.within(ctx, func(ctx context.Context) error { return all(ctx, &desktops, w.Cloud.Desktops) })
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

// investigate looks at the cloud's order list and stores what it tells.
func (w *Worker) investigate(ctx context.Context, d *doubt, tagged map[string]string) error {
	before := d.evidence
	e := &d.evidence
	from, until := orders.Window(d.order)
	candidates, err := w.candidates(ctx, d, from, until, tagged)
	e.LookedAt = w.Now()
	if err != nil {
		e.Problem = problemOf(err)
	} else {
		e.From, e.Until, e.Candidates, e.Problem = from, until, candidates, ""
		e.Looks++
		if e.Same++; before.Looks == 0 || !slices.Equal(before.Fitting(), e.Fitting()) {
			e.Same = 1
		}
	}
	news := before.Looks == 0 || before.Problem != e.Problem || len(before.Candidates) != len(e.Candidates) || !slices.Equal(before.Fitting(), e.Fitting())
	return record(ctx, func(ctx context.Context) error { return w.Journal.SaveEvidence(ctx, d.order.ID, *e, news) })
}

// candidates are the cloud's orders of the window that no order of this console has, weighed.
func (w *Worker) candidates(ctx context.Context, d *doubt, from, until time.Time, tagged map[string]string) ([]orders.Candidate, error) {
	var listed []cloud.BillingOrder
	err := w.within(ctx, func(ctx context.Context) error {
		return all(ctx, &listed, func(ctx context.Context, page cloud.Page) (cloud.List[cloud.BillingOrder], error) {
			return w.Cloud.Orders(ctx, cloud.OrderFilter{CreateTimeBegin: from, CreateTimeEnd: until, Page: page})
		})
	})
	if err != nil {
		return nil, err
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
	listed = slices.DeleteFunc(listed, func(b cloud.BillingOrder) bool { return known[b.OrderID] })
	if len(listed) > maxCandidates {
		return nil, &cloud.Error{Msg: fmt.Sprintf("%d orders of that time are not this console's: too many to tell", len(listed))}
	}
	mine := tagged[orderRef(d.order.ID)]
	var candidates []orders.Candidate
	for _, b := range listed {
		told, err := w.order(ctx, b.OrderID)
		if err != nil {
			return nil, err
		}
		c := orders.Candidate{OrderID: told.OrderID, Status: told.Status, OrderType: told.OrderType, Amount: told.AmountAfterDiscount,
			Currency: told.Currency, CreateTime: told.CreateTime, UserName: told.UserName, Tagged: told.OrderID == mine,
			Against: orders.Weigh(d.order, d.kind, d.payload, told)}
		for _, line := range told.Lines {
			c.Products = append(c.Products, line.ProductSpecDesc)
		}
		candidates = append(candidates, c)
	}
	slices.SortFunc(candidates, func(a, b orders.Candidate) int { return a.CreateTime.Compare(b.CreateTime) })
	return candidates, nil
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
func (w *Worker) conclude(ctx context.Context, d *doubt, doubts []*doubt) error {
	var others []string
	for _, other := range doubts {
		if other != d {
			others = append(others, other.evidence.Fitting()...)
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
