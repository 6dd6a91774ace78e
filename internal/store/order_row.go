package store

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/field"
)

// orderColumns are the columns of an order, from the table named o, in the order of scanOrder and insertOrder.
const orderColumns = `o.id, o.request_id, o.version, o.kind, o.state, o.badge, o.door, o.actor, o.team, o.reason,
	o.key_id, o.idempotency_key, o.path, o.desktop_id, o.body, o.hash, o.auto_pay, o.summary, o.quote, o.creation,
	o.repeat_of, o.warnings, o.fence, o.attempts, o.next_attempt_at, o.sent_at, o.deadline, o.answer, o.created_at, o.updated_at,
	o.position, o.calls, o.fates`

// scanOrder reads an order without its cloud orders and targets.
func scanOrder(row scanner) (orders.Order, error) {
	var o orders.Order
	var quote storedQuote
	var answer storedAnswer
	var fates string
	err := row.Scan(&o.ID, &o.RequestID, &o.Version, &o.Kind, &o.State, &o.Badge, &o.Door, &o.Actor, maybe{&o.Team}, &o.Reason,
		maybe{&o.KeyID}, maybe{&o.IdempotencyKey}, &o.Path, &o.DesktopID, &o.Body, &o.Hash, &o.AutoPay, summary{&o.Summary},
		document{&quote}, maybe{&o.Creation}, maybe{&o.RepeatOf}, messages{&o.Warnings}, maybe{&o.Fence}, &o.Attempts, at{&o.NextAttemptAt},
		at{&o.SentAt}, at{&o.Deadline}, document{&answer}, at{&o.CreatedAt}, at{&o.UpdatedAt},
		&o.Position, &o.Calls, &fates)
	if err != nil {
		return orders.Order{}, err
	}
	o.Quote, o.Answer, o.FatesDue = quote.quote(), answer.answer(), fates == fatesDue
	return o, nil
}

// insertOrder writes a new order's row and adds it to the overview's sums. It tells false when its ID or idempotency key is taken.
func (t *tx) insertOrder(o orders.Order) (bool, error) {
	said, err := asJSON(o.Summary)
	if err != nil {
		return false, fmt.Errorf("summary: %w", err)
	}
	quote, err := quoteOrNull(o.Quote)
	if err != nil {
		return false, err
	}
	answer, err := answerOrNull(o.Answer)
	if err != nil {
		return false, err
	}
	warnings, err := messagesOrNull(o.Warnings)
	if err != nil {
		return false, err
	}
	figures := orders.FiguresOf(o, orders.Figures{}, o.UpdatedAt)
	counted, err := asJSON(figures)
	if err != nil {
		return false, err
	}
	rows, err := t.exec(`
		INSERT INTO orders (id, request_id, version, kind, state, badge, door, actor, team, reason,
			key_id, idempotency_key, path, desktop_id, body, hash, auto_pay, summary, quote, creation,
			repeat_of, warnings, fence, attempts, next_attempt_at, sent_at, deadline, answer, created_at, updated_at, moving, figures,
			position, calls, held)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
			$21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35)
		ON CONFLICT DO NOTHING`,
		o.ID, o.RequestID, o.Version, o.Kind, string(o.State), string(o.Badge), string(o.Door), o.Actor, textOrNull(o.Team), o.Reason,
		textOrNull(o.KeyID), textOrNull(o.IdempotencyKey), o.Path, o.DesktopID, string(o.Body), o.Hash, o.AutoPay, said,
		quote, textOrNull(o.Creation), textOrNull(o.RepeatOf), warnings, textOrNull(o.Fence), o.Attempts, micros(o.NextAttemptAt),
		orNull(o.SentAt), orNull(o.Deadline), answer, micros(o.CreatedAt), micros(o.UpdatedAt), o.Moving(), counted,
		o.Position, max(o.Calls, 1), o.Position > 0)
	if err != nil || rows == 0 {
		return false, err
	}
	return true, t.figure(o, orders.Figures{}, figures)
}

// complete adds cloud orders, their last actions and targets to orders, with one query each however many there are.
func complete(ctx context.Context, q querier, list []orders.Order) error {
	if len(list) == 0 {
		return nil
	}
	place := make(map[string]int, len(list))
	ids := make([]string, len(list))
	for i, o := range list {
		ids[i], place[o.ID] = o.ID, i
	}
	made, err := cloudOrdersOf(ctx, q, ids)
	if err != nil {
		return fmt.Errorf("cloud orders: %w", err)
	}
	for _, c := range made {
		o := &list[place[c.OrderID]]
		o.CloudOrders = append(o.CloudOrders, c.CloudOrder)
	}
	var a arguments
	rows, err := q.QueryContext(ctx, `SELECT order_id, target, fate FROM order_targets WHERE order_id IN `+in(&a, ids)+
		` ORDER BY order_id, position`, a...)
	if err != nil {
		return fmt.Errorf("targets: %w", err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	for rows.Next() {
		var id, target, fate string
		if err := rows.Scan(&id, &target, maybe{&fate}); err != nil {
			return fmt.Errorf("targets: %w", err)
		}
		o := &list[place[id]]
		o.Targets = append(o.Targets, target)
		if fate != "" {
			o.Fates = append(o.Fates, orders.Fate(fate))
		}
	}
	return rows.Err()
}

// summary scans a message. Its whole numbers become ints again: JSON alone would make floats of them, which cannot be
// counted with in a sentence.
type summary struct{ to *field.Message }

// Scan implements sql.Scanner.
func (s summary) Scan(value any) error {
	var text string
	if err := (maybe{&text}).Scan(value); err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.UseNumber()
	if err := decoder.Decode(s.to); err != nil {
		return fmt.Errorf("summary: %w", err)
	}
	for name, arg := range s.to.Args {
		s.to.Args[name] = plain(arg)
	}
	return nil
}

// messages scans a JSON list of messages; NULL is none.
type messages struct{ to *[]field.Message }

// Scan implements sql.Scanner.
func (m messages) Scan(value any) error {
	*m.to = nil
	var texts []json.RawMessage
	if err := (document{&texts}).Scan(value); err != nil {
		return err
	}
	for _, text := range texts {
		var message field.Message
		if err := (summary{&message}).Scan(string(text)); err != nil {
			return err
		}
		*m.to = append(*m.to, message)
	}
	return nil
}

func messagesOrNull(list []field.Message) (any, error) {
	if len(list) == 0 {
		return nil, nil
	}
	text, err := asJSON(list)
	if err != nil {
		return nil, fmt.Errorf("messages: %w", err)
	}
	return text, nil
}

// plain turns the numbers in a decoded JSON value into ints, or into texts where they are none.
func plain(value any) any {
	switch value := value.(type) {
	case json.Number:
		if n, err := strconv.Atoi(value.String()); err == nil {
			return n
		}
		return value.String()
	case []any:
		for i := range value {
			value[i] = plain(value[i])
		}
	case map[string]any:
		for name := range value {
			value[name] = plain(value[name])
		}
	}
	return value
}

// storedQuote is a quote as it stands in a column.
type storedQuote struct {
	ID             string            `json:"id"`
	Amount         decimal.Decimal   `json:"amount"`
	OfficialAmount decimal.Decimal   `json:"official_amount"`
	Currency       string            `json:"currency"`
	Lines          []cloud.QuoteLine `json:"lines,omitempty"`
	AskedAt        int64             `json:"asked_at"`
	Monthly        *orders.Monthly   `json:"monthly,omitempty"`
	Was            *cloud.Money      `json:"was,omitempty"`
}

// quote is what was stored; nil when nothing was.
func (s storedQuote) quote() *orders.Quote {
	if s.ID == "" && s.Currency == "" && s.AskedAt == 0 {
		return nil
	}
	return &orders.Quote{ID: s.ID, Amount: s.Amount, OfficialAmount: s.OfficialAmount, Currency: s.Currency, Lines: s.Lines,
		AskedAt: timeOf(s.AskedAt), Monthly: s.Monthly, Was: s.Was}
}

func quoteStored(q *orders.Quote) storedQuote {
	return storedQuote{ID: q.ID, Amount: q.Amount, OfficialAmount: q.OfficialAmount, Currency: q.Currency, Lines: q.Lines,
		AskedAt: micros(q.AskedAt), Monthly: q.Monthly, Was: q.Was}
}

func quoteOrNull(q *orders.Quote) (any, error) {
	if q == nil {
		return nil, nil
	}
	text, err := asJSON(quoteStored(q))
	if err != nil {
		return nil, fmt.Errorf("quote: %w", err)
	}
	return text, nil
}

// storedAnswer is the cloud's answer as it stands in a column. A body that is no text (a proxy's, cut or compressed) is
// kept in Bytes, for a text column cannot hold it everywhere.
type storedAnswer struct {
	HTTPStatus int    `json:"http_status"`
	RequestID  string `json:"request_id,omitempty"`
	Body       string `json:"body,omitempty"`
	Bytes      []byte `json:"bytes,omitempty"`
	Code       string `json:"code,omitempty"`
	Msg        string `json:"msg,omitempty"`
	Detail     string `json:"detail,omitempty"`
	Encoded    string `json:"encoded_authorization_message,omitempty"`
	There      bool   `json:"there"`
}

// answer is what was stored; nil when nothing was.
func (s storedAnswer) answer() *orders.Answer {
	if !s.There {
		return nil
	}
	body := s.Bytes
	if s.Body != "" {
		body = []byte(s.Body)
	}
	return &orders.Answer{HTTPStatus: s.HTTPStatus, RequestID: s.RequestID, Body: body, Code: s.Code, Msg: s.Msg, Detail: s.Detail,
		EncodedAuthorizationMessage: s.Encoded}
}

func answerOrNull(a *orders.Answer) (any, error) {
	if a == nil {
		return nil, nil
	}
	s := storedAnswer{HTTPStatus: a.HTTPStatus, RequestID: a.RequestID, Code: a.Code, Msg: a.Msg, Detail: a.Detail,
		Encoded: a.EncodedAuthorizationMessage, There: true}
	if utf8.Valid(a.Body) {
		s.Body = string(a.Body)
	} else {
		s.Bytes = a.Body
	}
	text, err := asJSON(s)
	if err != nil {
		return nil, fmt.Errorf("answer: %w", err)
	}
	return text, nil
}

// count moves an order from one badge's count to another's; an empty badge is none.
func (t *tx) count(team string, from, to orders.Badge) error {
	if from == to {
		return nil
	}
	for _, step := range []struct {
		badge orders.Badge
		n     int
	}{{from, -1}, {to, 1}} {
		if step.badge == "" {
			continue
		}
		if _, err := t.exec(`INSERT INTO order_counts (team, badge, n) VALUES ($1, $2, $3)
			ON CONFLICT (team, badge) DO UPDATE SET n = order_counts.n + excluded.n`, team, string(step.badge), step.n); err != nil {
			return fmt.Errorf("count: %w", err)
		}
	}
	return nil
}

// stamp computes what an order shows from its state and its cloud orders, brings what it holds of a budget
// and adds to the overview's sums in line, and marks it as changed.
func (t *tx) stamp(id string, now time.Time) error {
	version, err := t.head()
	if err != nil {
		return err
	}
	var o orders.Order
	var quote storedQuote
	var before orders.Figures
	err = t.QueryRowContext(t.ctx, `SELECT id, kind, state, badge, team, quote, figures, created_at FROM orders WHERE id = $1`, id).
		Scan(&o.ID, &o.Kind, &o.State, &o.Badge, maybe{&o.Team}, document{&quote}, document{&before}, at{&o.CreatedAt})
	if err != nil {
		return notFound(err)
	}
	o.Quote = quote.quote()
	made, err := cloudOrdersOf(t.ctx, t, []string{id})
	if err != nil {
		return err
	}
	for _, c := range made {
		o.CloudOrders = append(o.CloudOrders, c.CloudOrder)
	}
	badge := orders.BadgeOf(o.State, o.CloudOrders)
	if err := t.count(o.Team, o.Badge, badge); err != nil {
		return err
	}
	after := orders.FiguresOf(o, before, now)
	if err := t.figure(o, before, after); err != nil {
		return err
	}
	figures, err := asJSON(after)
	if err != nil {
		return err
	}
	_, err = t.exec(`UPDATE orders SET version = $1, badge = $2, moving = $3, updated_at = $4, figures = $5 WHERE id = $6`,
		version, string(badge), o.Moving(), micros(now), figures, id)
	if err != nil {
		return err
	}
	if o.Divided() {
		if err := t.wantFates(id); err != nil {
			return err
		}
	}
	return t.account(o)
}
