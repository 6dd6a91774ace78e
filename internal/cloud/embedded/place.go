package embedded

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/i18n"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/field"
)

// Place implements cloud.Placer. The answer goes through the same reading as one that came over HTTP.
func (c *Cloud) Place(ctx context.Context, call cloud.Call) cloud.Answer {
	if err := ctx.Err(); err != nil {
		return cloud.Answer{Outcome: cloud.OutcomeNotSent, Error: &cloud.Error{Outcome: cloud.OutcomeNotSent, Err: err}}
	}
	id := make([]byte, 16)
	_, _ = rand.Read(id) // never fails
	status, body := c.TakeOrder(ctx, call)
	return cloud.ReadAnswer(call.Door, status, hex.EncodeToString(id), body)
}

// TakeOrder takes an order call and answers as the real cloud's endpoint does: with a status and a JSON body.
func (c *Cloud) TakeOrder(ctx context.Context, call cloud.Call) (status int, body []byte) {
	decoded := orders.DecodeJSON(call.Door, call.DesktopID, call.Body)
	if len(decoded.Problems) > 0 {
		return c.errorBody(badBody(decoded.Problems))
	}
	wanted := request{kind: decoded.Kind.Name(), payload: decoded.Payload, autoPay: decoded.Payload.AutoPay()}
	// The subscribe door's outer project; the member's own one goes before it.
	var outer struct {
		Project string `json:"enterprise_project_id"`
	}
	_ = json.Unmarshal(call.Body, &outer) // it was read once already
	wanted.project = outer.Project

	var entries []cloud.Entry
	err := c.write(ctx, func(v *view) error {
		var err error
		entries, err = v.place(call.Door, wanted)
		return err
	})
	if err != nil {
		return c.errorBody(err)
	}
	var answer any = struct {
		OrderID string `json:"order_id"`
	}{entries[0].OrderID}
	if call.Door.Batch() {
		answer = map[string]any{"orders": entries}
	}
	if body, err = json.Marshal(answer); err != nil {
		return c.errorBody(err)
	}
	return http.StatusOK, body
}

// place plans and books. Of a batch for several desktops each is booked or refused for itself; everything else is done
// as a whole or not at all.
func (v *view) place(door cloud.Door, wanted request) ([]cloud.Entry, error) {
	plans, err := v.plan(wanted)
	if err != nil {
		return nil, err
	}
	each := false
	if targets, ok := orders.Targeted(wanted.payload); ok {
		each = door.Batch() && len(targets.DesktopIDs) > 0
	}
	entries := make([]cloud.Entry, 0, len(plans))
	for _, p := range plans {
		err := p.refused
		if err == nil {
			err = v.admit(p)
		}
		if no, ok := asRefusal(err); ok && each {
			entries = append(entries, cloud.Entry{Result: "FAIL", ResultCode: no.code, ResultMsg: no.msg})
			continue
		}
		if err != nil {
			return nil, err
		}
		orderID, status, err := v.book(wanted, p)
		if err != nil {
			return nil, err
		}
		entry := cloud.Entry{OrderID: orderID, OrderStatus: &status}
		if each {
			entry.Result = "SUCCESS" // an answer about a whole pool has no result (docs/wire.md section 5.1)
		}
		entries = append(entries, entry)
	}
	// Here, where one writer is at work at a time: a test's source of chance need not be safe for several.
	v.cloud.config.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
	return entries, nil
}

// badBody says in one message what is wrong with a body, as far as the wire's length allows.
func badBody(problems field.Problems) error {
	const longest = 1000
	english := i18n.For("en")
	var text strings.Builder
	for _, p := range problems {
		line := p.Path + " " + english.Say(p.Key, p.Args)
		if text.Len()+len(line)+2 > longest {
			break
		}
		if text.Len() > 0 {
			text.WriteString("; ")
		}
		text.WriteString(line)
	}
	return refuse(codeParameter, "%s", text.String())
}
