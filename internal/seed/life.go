package seed

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

// Fate is what becomes of an order.
type Fate string

// The fates. Partly is a batch of which an entry failed; Unpaid, Processing and InDoubt are still open.
const (
	Completed  Fate = "completed"
	Canceled   Fate = "canceled"
	Partly     Fate = "partly"
	Unpaid     Fate = "unpaid"
	Processing Fate = "processing"
	Refused    Fate = "refused"
	Withdrawn  Fate = "withdrawn"
	InDoubt    Fate = "in doubt"
	NotPlaced  Fate = "not placed"
)

// Fates is how many orders share each fate, in proportion to each other. At least one is above zero, none below.
type Fates map[Fate]int

// usual is what becomes of orders where nothing else is asked for.
var usual = Fates{Completed: 800, Canceled: 50, Partly: 30, Unpaid: 15, Processing: 5, Refused: 50, Withdrawn: 35, InDoubt: 3, NotPlaced: 12}

// drawn is the order in which fates are drawn: the same seed makes the same past.
var drawn = []Fate{Completed, Canceled, Partly, Unpaid, Processing, Refused, Withdrawn, InDoubt, NotPlaced}

func (f Fates) draw(p *past) Fate {
	all := 0
	for _, weight := range f {
		all += weight
	}
	n := p.rng.IntN(all)
	i := 0
	for ; n >= f[drawn[i]]; i++ {
		n -= f[drawn[i]]
	}
	return drawn[i]
}

// fate draws one. What lies long back is over.
func (p *past) fate(at time.Time, batch bool) Fate {
	old := p.Now.Sub(at) > 3*24*time.Hour
	switch f := p.Fates.draw(p); {
	case old && (f == Unpaid || f == Processing || f == InDoubt), f == Partly && !batch:
		return Completed
	default:
		return f
	}
}

// reasons are why people order; most say nothing.
var reasons = []string{"", "", "", "", "New colleagues next month", "More memory for the design tools", "Quarter-end reporting", "Ticket 48213",
	"Replaces a broken desktop", "Training week"}

// order makes up an order that was placed at a time, and the entries that it left.
func (p *past) order(at time.Time) (orders.Order, error) {
	r, d, err := p.ask()
	if err != nil {
		return orders.Order{}, err
	}
	who := one(p, people)
	o := orders.Order{ID: p.id(at), Kind: d.Kind.Name(), Door: who.Door, Actor: who.Name, KeyID: who.KeyID, DesktopID: r.desktopID,
		Path: r.door.Path(p.ProjectID, r.desktopID), Targets: d.Payload.Targets().IDs(), CreatedAt: at, UpdatedAt: at}
	o.RequestID, o.Team = o.ID, p.whose(d.Payload.Targets())
	if who.Door == auth.DoorWeb {
		o.Reason = one(p, reasons)
	}
	entered, err := audit.Canonical(d.Payload)
	if err != nil {
		return o, err
	}
	o.Hash = orders.Fingerprint(o.Path, entered)
	o.AutoPay = d.Payload.AutoPay()
	if o.Body, err = audit.Canonical(d.Payload); err != nil {
		return o, err
	}
	o.Summary = d.Payload.Summary(p.facts)
	o.Creation = orders.Creation(d.Kind, d.Payload)
	each := decimal.New(int64(900+p.rng.IntN(20_000)), -2)
	if r.door != cloud.DoorChange && p.rng.IntN(12) > 0 {
		total := each.Mul(decimal.NewFromInt(int64(r.entries)))
		o.Quote = &orders.Quote{ID: p.id(at), Amount: total, OfficialAmount: total.Mul(decimal.New(11, -1)), Currency: "USD", AskedAt: at.Add(-time.Minute)}
	}
	submitted := map[string]any{"kind": o.Kind, "hash": o.Hash, "auto_pay": o.AutoPay}
	if o.Quote != nil {
		submitted["quote"] = map[string]string{"amount": o.Quote.Amount.String(), "currency": o.Quote.Currency}
	}
	if o.Reason != "" {
		submitted["reason"] = o.Reason
	}
	begun := len(p.entries)
	defer func() {
		for i := range p.entries[begun:] {
			p.entries[begun+i].Team = o.Team
		}
	}()
	if err := p.enter(who, at, "order.submitted", "order:"+o.ID, submitted); err != nil {
		return o, err
	}
	l := life{past: p, o: &o, who: who, at: at}
	return o, l.live(p.fate(at, r.door.Batch()), r.entries, each)
}

// life is one order's way through its states.
type life struct {
	*past
	o   *orders.Order
	who auth.Who
	at  time.Time
}

// step lets time pass and adds an entry.
func (l *life) step(who auth.Who, wait time.Duration, action string, details map[string]any) error {
	l.at = l.at.Add(wait).Truncate(time.Microsecond)
	l.o.UpdatedAt = l.at
	return l.enter(who, l.at, action, "order:"+l.o.ID, details)
}

func (l *life) live(f Fate, entries int, each decimal.Decimal) error {
	o := l.o
	if f == Withdrawn {
		o.State = orders.StateWithdrawn
		return l.step(l.who, time.Second, "order.withdrawn", nil)
	}
	if f == InDoubt && slices.ContainsFunc(o.Targets, func(target string) bool { return l.taken[target] }) {
		f = Completed // two open orders never touch the same thing
	}
	o.Attempts, o.SentAt = 1, l.at.Add(200*time.Millisecond)
	o.Deadline, o.Fence = o.SentAt.Add(30*time.Second), "seed/1"
	if err := l.step(auth.Console, 200*time.Millisecond, "order.sending", map[string]any{"fence": o.Fence}); err != nil {
		return err
	}
	took := time.Duration(150+l.rng.IntN(1500)) * time.Millisecond
	switch f {
	case Refused:
		o.State = orders.StateRefused
		o.Answer = &orders.Answer{HTTPStatus: 400, RequestID: l.hex(32), Code: "WKS.00010001", Msg: "The product is sold out.",
			Body: []byte(`{"error_code":"WKS.00010001","error_msg":"The product is sold out."}`)}
		return l.step(auth.Console, took, "order.refused", map[string]any{"http_status": 400, "error_code": o.Answer.Code, "error_msg": o.Answer.Msg})
	case InDoubt, NotPlaced:
		o.State = orders.StateInDoubt
		o.Answer = &orders.Answer{Msg: "the cloud did not answer in time"}
		if err := l.step(auth.Console, 30*time.Second, "order.in_doubt", map[string]any{"error_msg": o.Answer.Msg, "http_status": 0}); err != nil {
			return err
		}
		if f == InDoubt {
			for _, target := range o.Targets {
				l.taken[target] = true
			}
			return nil
		}
		o.State = orders.StateNotPlaced
		return l.step(people[0], 20*time.Minute, "order.resolved", map[string]any{"outcome": "not_placed", "reason": "Not in the cloud's order list"})
	}
	return l.placed(f, entries, each, took)
}

// placed gives the order its cloud orders and lets them live on.
func (l *life) placed(f Fate, entries int, each decimal.Decimal, took time.Duration) error {
	o := l.o
	o.State = orders.StatePlaced
	var told []cloud.Entry
	toBePaid := cloud.StatusToBePaid
	for i := range entries {
		if f == Partly && i == entries-1 {
			told = append(told, cloud.Entry{Result: "FAIL", ResultCode: "WKS.00010233", ResultMsg: "The desktop is frozen."})
			continue
		}
		told = append(told, cloud.Entry{OrderID: l.cloudOrderID(), OrderStatus: &toBePaid, Result: "SUCCESS"})
	}
	body, err := json.Marshal(map[string]any{"orders": told})
	if err != nil {
		return err
	}
	if entries == 1 && f != Partly {
		told[0] = cloud.Entry{OrderID: told[0].OrderID}
		if body, err = json.Marshal(told[0]); err != nil {
			return err
		}
	}
	o.Answer = &orders.Answer{HTTPStatus: 200, RequestID: l.hex(32), Body: body}
	if err := l.step(auth.Console, took, "order.placed", map[string]any{"http_status": 200, "cloud_request_id": o.Answer.RequestID, "orders": told}); err != nil {
		return err
	}
	final, kind, state := map[Fate]cloud.OrderStatus{Completed: cloud.StatusCompleted, Partly: cloud.StatusCompleted, Canceled: cloud.StatusCanceled,
		Unpaid: cloud.StatusToBePaid, Processing: cloud.StatusProcessing}[f], orders.ActionPay, orders.ActionDone
	if f == Canceled {
		kind = orders.ActionCancel
	}
	payer := l.who
	if o.AutoPay && o.Quote != nil && kind == orders.ActionPay {
		payer = auth.Console
	}
	var listed []map[string]string
	for i, entry := range told {
		c := orders.CloudOrder{Position: i, OrderID: entry.OrderID, Result: entry.Result, Code: entry.ResultCode, Msg: entry.ResultMsg}
		if c.OrderID != "" {
			amount := each
			c.Status, c.Amount, c.OfficialAmount, c.Currency = &final, &amount, &amount, "USD"
			c.CheckedAt, c.PayBy = l.at.Add(time.Minute), o.CreatedAt.AddDate(0, 0, 7)
			if !final.Final() {
				// nobody at a cloud knows these: they are not asked about for years
				c.NextCheckAt = l.Now.AddDate(10, 0, 0)
			}
			if f != Unpaid {
				c.Action = &orders.Action{ID: l.id(l.at), OrderID: o.ID, CloudOrderID: c.OrderID, Kind: kind, State: state, Actor: payer.Name,
					Amount: amount, Currency: "USD", Attempts: 1, CreatedAt: l.at, UpdatedAt: l.at.Add(time.Second)}
			}
			listed = append(listed, map[string]string{"order_id": c.OrderID, "amount": amount.String(), "currency": "USD"})
		}
		o.CloudOrders = append(o.CloudOrders, c)
	}
	if f == Unpaid {
		return nil
	}
	wait := time.Duration(2+l.rng.IntN(600)) * time.Second
	if err := l.step(payer, wait, "order."+string(kind)+"_requested", map[string]any{"cloud_orders": listed}); err != nil {
		return err
	}
	if f == Processing || len(listed) == 0 {
		return nil
	}
	return l.step(auth.Console, time.Duration(30+l.rng.IntN(900))*time.Second, "order.followed", map[string]any{
		"cloud_order": listed[0]["order_id"], "order_status": int(final), "amount": each.String(), "currency": "USD"})
}

// cloudOrderID makes an ID as the cloud makes them: CS, the minute, five characters.
func (l *life) cloudOrderID() string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	for {
		tail := make([]byte, 5)
		for i := range tail {
			tail[i] = letters[l.rng.IntN(len(letters))]
		}
		if id := "CS" + l.at.Format("0601021504") + string(tail); !l.taken[id] {
			l.taken[id] = true
			return id
		}
	}
}

// id is a UUIDv7 of a moment shortly before a time.
func (p *past) id(at time.Time) string {
	var id uuid.UUID
	ms := at.Add(-time.Minute).UnixMilli()
	for i := range 6 {
		id[i] = byte(ms >> (40 - 8*i)) // #nosec G115 -- one byte of it is what is wanted
	}
	for i := 6; i < 16; i++ {
		id[i] = byte(p.rng.IntN(256)) // #nosec G115 -- below 256
	}
	id[6], id[8] = id[6]&0x0f|0x70, id[8]&0x3f|0x80
	return id.String()
}
