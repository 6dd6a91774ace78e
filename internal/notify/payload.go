package notify

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/i18n"
	"workspace-order-console/internal/orders"
)

// body is what a webhook gets (docs/notifications.md). Names are those of the order's JSON elsewhere.
type body struct {
	Type      EventType `json:"type"`
	Timestamp string    `json:"timestamp"`
	Data      any       `json:"data"`
}

type orderData struct {
	Seq   int64    `json:"seq"`
	By    string   `json:"by"`
	Team  *string  `json:"team"`
	Order orderOut `json:"order"`
}

type orderOut struct {
	ID          string          `json:"id"`
	URL         string          `json:"url"`
	Kind        string          `json:"kind"`
	Summary     string          `json:"summary"`
	State       orders.State    `json:"state"`
	Badge       orders.Badge    `json:"badge"`
	Door        string          `json:"door"`
	Actor       string          `json:"actor"`
	Team        *string         `json:"team"`
	Reason      string          `json:"reason"`
	Quote       *moneyOut       `json:"quote"`
	Billed      *moneyOut       `json:"billed"`
	Unpaid      *moneyOut       `json:"unpaid"`
	PayBy       *string         `json:"pay_by"`
	CloudOrders []cloudOrderOut `json:"cloud_orders"`
	CreatedAt   string          `json:"created_at"`
	UpdatedAt   string          `json:"updated_at"`
}

type moneyOut struct {
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
}

type cloudOrderOut struct {
	OrderID     string             `json:"order_id"`
	OrderStatus *cloud.OrderStatus `json:"order_status"`
	Result      string             `json:"result"`
	ResultCode  string             `json:"result_code"`
	Amount      *string            `json:"amount"`
	Currency    string             `json:"currency"`
}

// Payload is the body that tells of an event. publicURL is the console's address.
func Payload(e Event, publicURL string) ([]byte, error) {
	o := e.Order
	bill := orders.BillOf(o)
	out := orderOut{ID: o.ID, URL: orderURL(publicURL, o.ID), Kind: o.Kind, Summary: i18n.For("").Say(o.Summary.Key, o.Summary.Args),
		State: o.State, Badge: o.Badge, Door: string(o.Door), Actor: o.Actor, Team: orNone(o.Team), Reason: o.Reason,
		Billed: moneyOf(bill.Billed), Unpaid: moneyOf(bill.Unpaid), CloudOrders: []cloudOrderOut{},
		CreatedAt: stamp(o.CreatedAt), UpdatedAt: stamp(o.UpdatedAt)}
	if o.Quote != nil {
		out.Quote = &moneyOut{o.Quote.Amount.String(), o.Quote.Currency}
	}
	if by := payBy(o); !by.IsZero() {
		out.PayBy = orNone(stamp(by))
	}
	for _, c := range o.CloudOrders {
		made := cloudOrderOut{OrderID: c.OrderID, OrderStatus: c.Status, Result: c.Result, ResultCode: c.Code, Currency: c.Currency}
		if c.Amount != nil {
			made.Amount = orNone(c.Amount.String())
		}
		out.CloudOrders = append(out.CloudOrders, made)
	}
	return encode(body{e.Type, stamp(e.Time), orderData{Seq: e.Seq, By: e.By, Team: orNone(e.Team), Order: out}})
}

// TestPayload is the body of a test.
func TestPayload(w Webhook, now time.Time) ([]byte, error) {
	type webhook struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}
	return encode(body{TestEvent, stamp(now), map[string]webhook{"webhook": {w.ID, w.Name}}})
}

func encode(b body) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(b); err != nil {
		return nil, fmt.Errorf("payload of %s: %w", b.Type, err)
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

// payBy is the first deadline of the cloud orders that wait for payment; zero when there is none.
func payBy(o orders.Order) (first time.Time) {
	for _, c := range o.CloudOrders {
		if c.Unpaid() && !c.PayBy.IsZero() && (first.IsZero() || c.PayBy.Before(first)) {
			first = c.PayBy
		}
	}
	return first
}

func orderURL(publicURL, id string) string { return publicURL + "/orders/" + id }

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

func moneyOf(m *cloud.Money) *moneyOut {
	if m == nil {
		return nil
	}
	return &moneyOut{m.Amount.String(), m.Currency}
}

// orNone is a text that is null when it is empty.
func orNone(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
