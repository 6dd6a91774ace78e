package notify

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/orders"
)

// EventType says what happened. It is the "type" of a webhook's body.
type EventType string

// The events about orders.
const (
	// AwaitingApproval: somebody is asked to approve it.
	AwaitingApproval EventType = "order.awaiting_approval"
	// Approved, Rejected, Expired: it was decided, or nobody decided in time.
	Approved EventType = "order.approved"
	Rejected EventType = "order.rejected"
	Expired  EventType = "order.expired"
	// InDoubt: it is not known whether the cloud took it.
	InDoubt EventType = "order.in_doubt"
	// PaymentDue: it waits for a person to pay.
	PaymentDue EventType = "order.payment_due"
	// Completed: nothing of it moves any more, and at least a part of it was done.
	Completed EventType = "order.completed"
	// Failed: the cloud took it not, or not all of it.
	Failed EventType = "order.failed"
)

// TestEvent is sent to one webhook, when somebody asks for it. It cannot be chosen.
const TestEvent EventType = "webhook.test"

// EventTypes lists the events that can be chosen, in the order of an order's life.
var EventTypes = []EventType{AwaitingApproval, Approved, Rejected, Expired, InDoubt, PaymentDue, Completed, Failed}

// Valid tells that the event can be chosen.
func (t EventType) Valid() bool { return slices.Contains(EventTypes, t) }

// Event is something that is told.
type Event struct {
	Type EventType
	// Seq and Time are those of the audit entry that it was learned from.
	Seq  int64
	Time time.Time
	// By is who did it: the entry's actor.
	By string
	// Team is the team that it concerns; empty for none.
	Team string
	// Order is the order as it was when the entry was looked at.
	Order orders.Order
	// Once tells that an order is said to be so once, however many entries lead there.
	Once bool
}

// said are the entries that tell an event by themselves.
var said = map[string]EventType{
	"request.asked":    AwaitingApproval,
	"request.repriced": AwaitingApproval, // the approvals so far are void
	"request.approved": Approved,
	"request.rejected": Rejected,
	"request.expired":  Expired,
	"order.in_doubt":   InDoubt,
}

// moving are the entries after which an order may be where PaymentDue, Completed or Failed are told.
var moving = map[string]bool{
	"order.placed": true, "order.refused": true, "order.unapproved": true, "order.not_reached": true, "order.resolved": true, "order.followed": true,
	"order.pay_done": true, "order.pay_refused": true, "order.pay_unknown": true, "order.cancel_done": true, "order.cancel_refused": true,
}

// orderOf is the order that an entry is about, "" when it tells nothing about one.
func orderOf(e audit.Entry) string {
	id, ok := strings.CutPrefix(e.Object, "order:")
	if _, tells := said[e.Action]; !ok || !tells && !moving[e.Action] {
		return ""
	}
	return id
}

// eventsOf are the events that a run of entries tells, in their order. What an order has come to is told at the last
// of its entries: a batch of a hundred desktops moves a hundred times and is told once.
func eventsOf(entries []audit.Entry, known map[string]orders.Order) []Event {
	last := map[string]int64{}
	for _, e := range entries {
		if id := orderOf(e); id != "" && moving[e.Action] {
			last[id] = e.Seq
		}
	}
	var events []Event
	for _, e := range entries {
		id := orderOf(e)
		order, ok := known[id]
		if !ok {
			continue
		}
		event := Event{Seq: e.Seq, Time: e.Time, By: e.Actor, Team: teamOf(e, order), Order: order}
		if event.Type, ok = said[e.Action]; ok && !half(e) {
			events = append(events, event)
		}
		if last[id] != e.Seq {
			continue
		}
		for _, reached := range reached(order) {
			event.Type, event.Once = reached, true
			events = append(events, event)
		}
	}
	return events
}

// half tells the first of two approvals: the order is not approved yet.
func half(e audit.Entry) bool {
	var details struct {
		Final *bool `json:"final"`
	}
	return e.Action == "request.approved" && json.Unmarshal(e.Details, &details) == nil && details.Final != nil && !*details.Final
}

// teamOf is the team that an entry concerns: the one it names, or the order's.
func teamOf(e audit.Entry, order orders.Order) string {
	var details struct {
		Team string `json:"team"`
	}
	if json.Unmarshal(e.Details, &details) == nil && details.Team != "" {
		return details.Team
	}
	return order.Team
}

// reached is what an order has come to.
func reached(o orders.Order) (events []EventType) {
	if due(o) {
		events = append(events, PaymentDue)
	}
	if o.State == orders.StatePlaced && !o.Moving() && slices.ContainsFunc(o.CloudOrders, func(c orders.CloudOrder) bool { return c.Badge() == orders.BadgeCompleted }) {
		events = append(events, Completed)
	}
	if o.State == orders.StateRefused || o.State == orders.StateNotPlaced || o.Badge == orders.BadgeFailed {
		events = append(events, Failed)
	}
	return events
}

// due tells that an order waits for a person to pay: its bill is known, and nobody is paying, nor will the console.
func due(o orders.Order) bool {
	bill := orders.BillOf(o)
	return o.State == orders.StatePlaced && bill.Verdict != orders.VerdictWait && len(bill.UnpaidIDs) > 0 && !orders.PaysItself(o, bill)
}
