package embedded

import (
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"workspace-order-console/internal/cloud"
)

// admit refuses a plan that something is in the way of: an open order, or a quota.
func (v *view) admit(p plan) error {
	for _, target := range p.targets {
		var orderID string
		err := v.tx.QueryRowContext(v.ctx, `SELECT order_id FROM open_targets WHERE target = $1`, target).Scan(&orderID)
		if err == nil {
			_, id, _ := strings.Cut(target, ":")
			return conflict(codeOpenOrder, "The resource %s has an open order %s.", id, orderID)
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	}
	for quotaType, n := range p.needs {
		var left int
		err := v.tx.QueryRowContext(v.ctx, `SELECT quota - used FROM quotas WHERE type = $1`, quotaType).Scan(&left)
		switch {
		case errors.Is(err, sql.ErrNoRows):
		case err != nil:
			return err
		case n > max(left, 0) && n > 0:
			return refuse(codeQuota, "The quota %s has %d left, the order needs %d.", quotaType, max(left, 0), n)
		}
	}
	return nil
}

// book stores a plan as an order. What has a price waits for payment; what costs nothing or brings money back is
// processed at once.
func (v *view) book(wanted request, p plan) (orderID string, status cloud.OrderStatus, err error) {
	if orderID, err = v.newOrderID(); err != nil {
		return "", 0, err
	}
	amount, official := sum(p.items)
	status = cloud.StatusProcessing
	paidAt, dueAt := &v.now, v.now.Add(v.cloud.config.Speed)
	var payBy *time.Time
	if amount.IsPositive() {
		status, paidAt = cloud.StatusToBePaid, nil
		dueAt = v.now.Add(PaymentTime)
		payBy = &dueAt
	}
	lines, effect, needs, err := texts(billLines(orderID, p.items), p.effect, p.needs)
	if err != nil {
		return "", 0, err
	}
	err = v.exec(`INSERT INTO orders (order_id, kind, status, order_type, amount, official_amount, currency, user_name, created_at,
		paid_at, due_at, pay_by, lines, effect, needs) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		orderID, wanted.kind, int(status), p.orderType, amount.StringFixed(2), official.StringFixed(2), v.cloud.catalogue.currency,
		v.cloud.config.UserName, v.now.UnixMicro(), micros(paidAt), dueAt.UnixMicro(), micros(payBy), lines, effect, needs)
	if err != nil {
		return "", 0, err
	}
	for _, target := range p.targets {
		if err := v.exec(`INSERT INTO open_targets (target, order_id) VALUES ($1, $2)`, target, orderID); err != nil {
			return "", 0, err
		}
	}
	for _, n := range p.names {
		if err := v.take(n, orderID); err != nil {
			return "", 0, err
		}
	}
	if err := v.keepNumbers(p.numbers); err != nil {
		return "", 0, err
	}
	if err := v.use(p.needs, 1); err != nil {
		return "", 0, err
	}
	if wanted.autoPay && status == cloud.StatusToBePaid {
		// Without the money the order stays to be paid, as any other.
		if err := v.pay(orderID); err == nil {
			status = cloud.StatusProcessing
		} else if _, refused := asRefusal(err); !refused {
			return "", 0, err
		}
	}
	return orderID, status, nil
}

// use counts needs as used (sign 1) or as free again (-1).
func (v *view) use(n needs, sign int) error {
	for quotaType, count := range n {
		if err := v.exec(`UPDATE quotas SET used = used + $1 WHERE type = $2`, sign*count, quotaType); err != nil {
			return err
		}
	}
	return nil
}

// billLines are the lines of an order's bill. From when to when they are is known once the order is completed.
func billLines(orderID string, items []item) []cloud.OrderLine {
	lines := make([]cloud.OrderLine, len(items))
	for i, it := range items {
		description := it.spec.name
		if it.size > 1 {
			description = fmt.Sprintf("%s × %d", description, it.size)
		}
		lines[i] = cloud.OrderLine{OrderLineItemID: fmt.Sprintf("%s-%04d", orderID, i+1), ProductID: it.spec.code,
			ProductSpecDesc: description, PeriodType: it.periodType, PeriodNum: it.periodNum, SubscriptionNum: it.quantity,
			AmountAfterDiscount: it.amount, OfficialAmount: it.official}
	}
	return lines
}

const orderLetters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// newOrderID makes an ID like the cloud's: CS, the time to the minute, and five characters that nobody can guess.
func (v *view) newOrderID() (string, error) {
	for {
		random := make([]byte, 5)
		_, _ = rand.Read(random) // never fails
		for i := range random {
			random[i] = orderLetters[int(random[i])%len(orderLetters)]
		}
		id := "CS" + v.now.Format("0601021504") + string(random)
		var n int
		if err := v.tx.QueryRowContext(v.ctx, `SELECT count(*) FROM orders WHERE order_id = $1`, id).Scan(&n); err != nil || n == 0 {
			return id, err
		}
	}
}

// texts are the JSON of three values.
func texts(a, b, c any) (x, y, z string, err error) {
	var out [3]string
	for i, value := range []any{a, b, c} {
		text, err := json.Marshal(value)
		if err != nil {
			return "", "", "", err
		}
		out[i] = string(text)
	}
	return out[0], out[1], out[2], nil
}

// micros is a moment as the file keeps it; nil for none.
func micros(t *time.Time) any {
	if t == nil {
		return nil
	}
	return t.UnixMicro()
}
