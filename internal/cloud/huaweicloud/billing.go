package huaweicloud

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"workspace-order-console/internal/cloud"
)

var (
	ordersOperation  = operation{"orders", bss, http.MethodGet, "/v2/orders/customer-orders"}
	orderOperation   = operation{"order", bss, http.MethodGet, "/v2/orders/customer-orders/details/{order_id}"}
	payOperation     = operation{"pay", bss, http.MethodPost, "/v3/orders/customer-orders/pay"}
	cancelOperation  = operation{"cancel", bss, http.MethodPut, "/v2/orders/customer-orders/cancel"}
	balanceOperation = operation{"balance", bss, http.MethodGet, "/v2/accounts/customer-accounts/balances"}
)

// billPage is how many lines, resources and refunds are asked for at a time; no source tells the largest number.
const billPage = 100

// billTime is a moment as the billing service wants it: UTC, in seconds.
const billTime = "2006-01-02T15:04:05Z"

// Orders implements cloud.Billing.
func (c *Cloud) Orders(ctx context.Context, filter cloud.OrderFilter) (cloud.List[cloud.BillingOrder], error) {
	req := &request{OrderBy: text("-createTime"), OrderIDQuery: optional(filter.OrderID), ServiceTypeCode: optional(filter.ServiceTypeCode)}
	limit, offset := window(filter.Page, billPage)
	req.Limit, req.Offset = text(strconv.Itoa(limit)), text(strconv.Itoa(offset))
	if !filter.CreateTimeBegin.IsZero() {
		req.CreateTimeBegin = text(filter.CreateTimeBegin.UTC().Format(billTime))
	}
	if !filter.CreateTimeEnd.IsZero() {
		// up to the next second, so that cutting the fraction off leaves no order out
		req.CreateTimeEnd = text(filter.CreateTimeEnd.UTC().Add(time.Second - 1).Format(billTime))
	}
	if filter.Status != nil {
		req.Status = text(filter.Status.String())
	}
	return read(ctx, c, ordersOperation, req, func(a *answer) (cloud.List[cloud.BillingOrder], error) {
		return decodeOrders(a.body, limit, offset)
	})
}

// Order implements cloud.Billing. It reads the lines to their end.
func (c *Cloud) Order(ctx context.Context, orderID string) (cloud.BillingOrder, error) {
	if !idPattern.MatchString(orderID) {
		return cloud.BillingOrder{}, refusedHere("the order ID cannot be part of a path").Error
	}
	var order cloud.BillingOrder
	lines, err := cloud.All(ctx, billPage, func(ctx context.Context, page cloud.Page) (cloud.List[cloud.OrderLine], error) {
		req := &request{OrderID: &orderID, Language: text("en_US"), Limit: text(strconv.Itoa(page.Limit)), Offset: text(strconv.Itoa(page.Offset))}
		return read(ctx, c, orderOperation, req, func(a *answer) (list cloud.List[cloud.OrderLine], err error) {
			order, list, err = decodeOrder(a.body, orderID, page)
			return list, err
		})
	})
	order.Lines = lines
	return order, err
}

// Pay implements cloud.Billing: from the balance, with neither coupon nor discount, so that what is paid is what the
// order says.
func (c *Cloud) Pay(ctx context.Context, orderID string) error {
	return c.settle(ctx, payOperation, map[string]string{"order_id": orderID, "use_coupon": "NO", "use_discount": "NO"})
}

// Cancel implements cloud.Billing.
func (c *Cloud) Cancel(ctx context.Context, orderID string) error {
	return c.settle(ctx, cancelOperation, map[string]string{"order_id": orderID})
}

func (c *Cloud) settle(ctx context.Context, op operation, body map[string]string) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return c.act(ctx, op, &request{Body: text(string(raw))}, func(a *answer, err error) error {
		if err == nil {
			err = plainYes(a)
		}
		return err
	})
}

// plainYes takes a 2xx for a yes only when its body is empty, as promised, or a JSON object without an error: a page of
// some gateway in between with status 200 is not.
func plainYes(a *answer) error {
	body := bytes.TrimSpace(a.body)
	var object map[string]json.RawMessage
	if len(body) == 0 || json.Unmarshal(body, &object) == nil {
		return nil
	}
	e := cloud.ReadError(a.status, a.requestID, body)
	e.Err = errors.New("the answer is not the billing service's")
	return e
}

// Balance implements cloud.Billing: balance and credit in the account's currency.
func (c *Cloud) Balance(ctx context.Context) (cloud.Balance, error) {
	return read(ctx, c, balanceOperation, &request{}, func(a *answer) (cloud.Balance, error) { return decodeBalance(a.body) })
}

// Types of account that orders are paid from.
const (
	accountBalance = 1
	accountCredit  = 2
)

func decodeBalance(body []byte) (cloud.Balance, error) {
	var told struct {
		AccountBalances []struct {
			AccountType int     `json:"account_type"`
			Amount      amount  `json:"amount"`
			Currency    string  `json:"currency"`
			MeasureID   measure `json:"measure_id"`
		} `json:"account_balances"`
		DebtAmount amount  `json:"debt_amount"`
		MeasureID  measure `json:"measure_id"`
		Currency   string  `json:"currency"`
	}
	if err := json.Unmarshal(body, &told); err != nil {
		return cloud.Balance{}, err
	}
	if told.AccountBalances == nil {
		return cloud.Balance{}, errors.New("it has no account_balances")
	}
	b := cloud.Balance{Debt: told.DebtAmount.value, Currency: told.Currency}
	for _, account := range told.AccountBalances {
		if account.AccountType != accountBalance && account.AccountType != accountCredit {
			continue
		}
		b.Currency = or(b.Currency, account.Currency)
		if or(account.Currency, b.Currency) == b.Currency {
			b.Amount = b.Amount.Add(account.Amount.value)
		}
	}
	return b, nil
}

// billedOrder is an order as the list and the details write it.
type billedOrder struct {
	OrderID               string             `json:"order_id"`
	Status                *cloud.OrderStatus `json:"status"`
	OrderType             int                `json:"order_type"`
	ServiceTypeCode       string             `json:"service_type_code"`
	AmountAfterDiscount   amount             `json:"amount_after_discount"`
	OfficialAmount        amount             `json:"official_amount"`
	MeasureID             measure            `json:"measure_id"`
	Currency              string             `json:"currency"`
	CreateTime            moment             `json:"create_time"`
	PaymentTime           moment             `json:"payment_time"`
	PendingPaymentEndTime moment             `json:"pending_payment_end_time"`
	UserName              string             `json:"user_name"`
}

func (o billedOrder) order() (cloud.BillingOrder, error) {
	if o.OrderID == "" || o.Status == nil {
		return cloud.BillingOrder{}, errors.New("an order has no ID or no status")
	}
	return cloud.BillingOrder{OrderID: o.OrderID, Status: *o.Status, OrderType: o.OrderType, ServiceTypeCode: o.ServiceTypeCode,
		AmountAfterDiscount: o.AmountAfterDiscount.value, OfficialAmount: o.OfficialAmount.value, Currency: o.Currency,
		CreateTime: o.CreateTime.Time, PaymentTime: o.PaymentTime.Time, PendingPaymentEndTime: o.PendingPaymentEndTime.Time,
		UserName: o.UserName}, nil
}

func decodeOrders(body []byte, limit, offset int) (list cloud.List[cloud.BillingOrder], err error) {
	told, err := decodeList[billedOrder](body, "order_infos", "total_count", limit, offset)
	if err != nil {
		return list, err
	}
	list.Total, list.Items = told.Total, make([]cloud.BillingOrder, len(told.Items))
	for i, o := range told.Items {
		if list.Items[i], err = o.order(); err != nil {
			return list, err
		}
	}
	return list, nil
}

// orderLine is a line of an order's details.
type orderLine struct {
	OrderLineItemID     string `json:"order_line_item_id"`
	ProductID           string `json:"product_id"`
	ProductSpecDesc     string `json:"product_spec_desc"`
	PeriodType          int    `json:"period_type"`
	PeriodNum           int    `json:"period_num"`
	SubscriptionNum     int    `json:"subscription_num"`
	AmountAfterDiscount amount `json:"amount_after_discount"`
	OfficialAmount      amount `json:"official_amount"`
	EffectiveTime       moment `json:"effective_time"`
	ExpireTime          moment `json:"expire_time"`
}

// decodeOrder reads one page of an order's details. The order must be the one that was asked for: it is going to be
// compared with a quote, and paid.
func decodeOrder(body []byte, orderID string, page cloud.Page) (order cloud.BillingOrder, list cloud.List[cloud.OrderLine], err error) {
	var told struct {
		TotalCount     int          `json:"total_count"`
		OrderInfo      *billedOrder `json:"order_info"`
		OrderLineItems []orderLine  `json:"order_line_items"`
	}
	if err := json.Unmarshal(body, &told); err != nil {
		return order, list, err
	}
	if told.OrderInfo == nil || told.OrderInfo.OrderID != orderID {
		return order, list, errors.New("it is not about the order " + orderID)
	}
	if order, err = told.OrderInfo.order(); err != nil {
		return order, list, err
	}
	list = cloud.List[cloud.OrderLine]{Items: make([]cloud.OrderLine, len(told.OrderLineItems)),
		Total: total(told.TotalCount, len(told.OrderLineItems), page.Limit, page.Offset)}
	for i, l := range told.OrderLineItems {
		list.Items[i] = cloud.OrderLine{OrderLineItemID: l.OrderLineItemID, ProductID: l.ProductID, ProductSpecDesc: l.ProductSpecDesc,
			PeriodType: l.PeriodType, PeriodNum: l.PeriodNum, SubscriptionNum: l.SubscriptionNum,
			AmountAfterDiscount: l.AmountAfterDiscount.value, OfficialAmount: l.OfficialAmount.value,
			EffectiveTime: l.EffectiveTime.Time, ExpireTime: l.ExpireTime.Time}
	}
	return order, list, nil
}

// moment is a time of the billing service. One that cannot be read is none: an order is not hidden for its date.
type moment struct{ time.Time }

// UnmarshalJSON implements json.Unmarshaler.
func (m *moment) UnmarshalJSON(raw []byte) error {
	var written string
	if json.Unmarshal(raw, &written) != nil {
		return nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05"} {
		if t, err := time.Parse(layout, written); err == nil {
			m.Time = t.UTC()
			return nil
		}
	}
	return nil
}

func text(s string) *string { return &s }

// optional is nil for an empty text.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
