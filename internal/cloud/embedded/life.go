package embedded

import (
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/shopspring/decimal"

	"workspace-order-console/internal/cloud"
)

// advance brings about what has become due, oldest first: paid orders are completed, unpaid ones run out of time.
// It stops after mostAtOnce of them and tells that there may be more.
func (v *view) advance() (more bool, err error) {
	const mostAtOnce = 200
	for range mostAtOnce {
		var orderID string
		var due int64
		err := v.tx.QueryRowContext(v.ctx, `SELECT order_id, due_at FROM orders WHERE due_at IS NOT NULL AND due_at <= $1
			ORDER BY due_at, seq LIMIT 1`, v.now.UnixMicro()).Scan(&orderID, &due)
		if errors.Is(err, sql.ErrNoRows) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		o, err := v.order(orderID)
		if err != nil {
			return false, err
		}
		at := time.UnixMicro(due).UTC()
		if o.status == cloud.StatusToBePaid {
			err = v.cancel(o, at)
		} else {
			err = v.complete(o, at)
		}
		if err != nil {
			return false, err
		}
	}
	return true, nil
}

// storedOrder is an order as the file has it.
type storedOrder struct {
	id       string
	status   cloud.OrderStatus
	amount   decimal.Decimal
	lines    []cloud.OrderLine
	effect   effect
	needs    needs
	currency string
}

// order reads one order, or refuses because there is none.
func (v *view) order(orderID string) (storedOrder, error) {
	o := storedOrder{id: orderID}
	var lines, effect, needs string
	err := v.tx.QueryRowContext(v.ctx, `SELECT status, amount, currency, lines, effect, needs FROM orders WHERE order_id = $1`, orderID).
		Scan(&o.status, &o.amount, &o.currency, &lines, &effect, &needs)
	if errors.Is(err, sql.ErrNoRows) {
		return o, refuse(codeBillNotFound, "The order %s does not exist.", orderID)
	}
	if err != nil {
		return o, err
	}
	return o, errors.Join(json.Unmarshal([]byte(lines), &o.lines), json.Unmarshal([]byte(effect), &o.effect),
		json.Unmarshal([]byte(needs), &o.needs))
}

// complete ends an order well: its effect comes about, and a refund is paid.
func (v *view) complete(o storedOrder, at time.Time) error {
	if err := v.apply(o.id, o.effect, at); err != nil {
		return err
	}
	for i := range o.lines {
		line := &o.lines[i]
		line.EffectiveTime = at
		switch line.PeriodType {
		case periodMonth:
			line.ExpireTime = at.AddDate(0, line.PeriodNum, 0)
		case periodYear:
			line.ExpireTime = at.AddDate(line.PeriodNum, 0, 0)
		}
	}
	lines, err := json.Marshal(o.lines)
	if err != nil {
		return err
	}
	if o.amount.IsNegative() {
		if err := v.credit(o.amount.Neg()); err != nil {
			return err
		}
	}
	if err := v.exec(`UPDATE names SET order_id = '' WHERE order_id = $1`, o.id); err != nil {
		return err
	}
	if err := v.exec(`UPDATE orders SET lines = $1 WHERE order_id = $2`, string(lines), o.id); err != nil {
		return err
	}
	return v.finish(o.id, cloud.StatusCompleted, at)
}

// cancel ends an unpaid order: what it held is free again.
func (v *view) cancel(o storedOrder, at time.Time) error {
	if err := v.exec(`DELETE FROM names WHERE order_id = $1`, o.id); err != nil {
		return err
	}
	if err := v.use(o.needs, -1); err != nil {
		return err
	}
	return v.finish(o.id, cloud.StatusCanceled, at)
}

func (v *view) finish(orderID string, status cloud.OrderStatus, at time.Time) error {
	if err := v.exec(`DELETE FROM open_targets WHERE order_id = $1`, orderID); err != nil {
		return err
	}
	return v.exec(`UPDATE orders SET status = $1, due_at = NULL, finished_at = $2 WHERE order_id = $3`, int(status), at.UnixMicro(), orderID)
}

// pay pays an unpaid order.
func (v *view) pay(orderID string) error {
	o, err := v.order(orderID)
	if err != nil {
		return err
	}
	if o.status != cloud.StatusToBePaid {
		return refuse(codeBillStatus, "The order %s is not to be paid: its status is %d.", orderID, o.status)
	}
	balance, err := v.balance()
	if err != nil {
		return err
	}
	if balance.LessThan(o.amount) {
		return refuse(codeBillBalance, "The balance of %s %s does not suffice for %s.", balance.StringFixed(2), o.currency, o.amount.StringFixed(2))
	}
	if err := v.credit(o.amount.Neg()); err != nil {
		return err
	}
	return v.exec(`UPDATE orders SET status = $1, paid_at = $2, due_at = $3 WHERE order_id = $4`,
		int(cloud.StatusProcessing), v.now.UnixMicro(), v.now.Add(v.cloud.config.Speed).UnixMicro(), orderID)
}

func (v *view) balance() (balance decimal.Decimal, err error) {
	err = v.tx.QueryRowContext(v.ctx, `SELECT balance FROM account`).Scan(&balance)
	return balance, err
}

// credit adds an amount to the account; a negative one is taken from it.
func (v *view) credit(amount decimal.Decimal) error {
	balance, err := v.balance()
	if err != nil {
		return err
	}
	return v.exec(`UPDATE account SET balance = $1`, balance.Add(amount).StringFixed(2))
}
