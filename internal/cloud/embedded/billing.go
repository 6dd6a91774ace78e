package embedded

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"workspace-order-console/internal/cloud"
)

// ServiceType is the billing service's code for Workspace (docs/wire.md section 10).
const ServiceType = "hws.service.type.vdi"

// Pages of the billing service's lists (docs/wire.md section 10).
const (
	ordersPage     = 10
	mostOrdersPage = 100
)

const orderColumns = `order_id, status, order_type, amount, official_amount, currency, user_name, created_at, paid_at, pay_by, lines`

// Orders implements cloud.Billing.
func (c *Cloud) Orders(ctx context.Context, filter cloud.OrderFilter) (cloud.List[cloud.BillingOrder], error) {
	return c.FindOrders(ctx, OrderQuery{OrderFilter: filter})
}

// Order implements cloud.Billing.
func (c *Cloud) Order(ctx context.Context, orderID string) (order cloud.BillingOrder, err error) {
	err = c.read(ctx, func(v *view) error {
		order, err = scanOrder(v.tx.QueryRowContext(ctx, `SELECT `+orderColumns+` FROM orders WHERE order_id = $1`, orderID))
		if errors.Is(err, sql.ErrNoRows) {
			return refuse(codeBillNotFound, "The order %s does not exist.", orderID)
		}
		return err
	})
	return order, c.told(err)
}

// Pay implements cloud.Billing.
func (c *Cloud) Pay(ctx context.Context, orderID string) error {
	return c.told(c.write(ctx, func(v *view) error { return v.pay(orderID) }))
}

// Cancel implements cloud.Billing.
func (c *Cloud) Cancel(ctx context.Context, orderID string) error {
	return c.told(c.write(ctx, func(v *view) error {
		o, err := v.order(orderID)
		if err != nil {
			return err
		}
		if o.status != cloud.StatusToBePaid {
			return refuse(codeBillStatus, "The order %s cannot be cancelled: its status is %d.", orderID, o.status)
		}
		return v.cancel(o, v.now)
	}))
}

// Balance implements cloud.Billing.
func (c *Cloud) Balance(ctx context.Context) (balance cloud.Balance, err error) {
	err = c.read(ctx, func(v *view) error {
		balance.Currency = c.catalogue.currency
		balance.Amount, err = v.balance()
		return err
	})
	return balance, c.told(err)
}

func scanOrder(row interface{ Scan(...any) error }) (cloud.BillingOrder, error) {
	o := cloud.BillingOrder{ServiceTypeCode: ServiceType}
	var created int64
	var paid, payBy sql.NullInt64
	var lines string
	if err := row.Scan(&o.OrderID, &o.Status, &o.OrderType, &o.AmountAfterDiscount, &o.OfficialAmount, &o.Currency, &o.UserName,
		&created, &paid, &payBy, &lines); err != nil {
		return o, err
	}
	o.CreateTime = time.UnixMicro(created).UTC()
	if paid.Valid {
		o.PaymentTime = time.UnixMicro(paid.Int64).UTC()
	}
	if payBy.Valid && o.Status == cloud.StatusToBePaid {
		o.PendingPaymentEndTime = time.UnixMicro(payBy.Int64).UTC()
	}
	return o, json.Unmarshal([]byte(lines), &o.Lines)
}
