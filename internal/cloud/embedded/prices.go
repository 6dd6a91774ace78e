package embedded

import (
	"context"
	"errors"
	"time"

	"github.com/shopspring/decimal"

	"workspace-order-console/internal/cloud"
)

// Prices. A quote and an order's bill come from the same two functions, so that they cannot differ:
//
//   - forPeriod prices what is bought for months or years. Years have a discount of a tenth.
//   - forRest prices a change of something that is paid until a day: a thirtieth of the month's price for each day from
//     today (UTC) to that day, at least one day. It counts days, so that a price does not change between the quote and
//     the order of the same day. Things without such a day count as one month. A change to something cheaper has a
//     negative price.
//
// Every item is rounded to cents once.

// yearly is what is paid of the list price when a period is told in years.
var yearly = decimal.New(9, -1)

const (
	daysOfMonth = 30
	periodMonth = 2 // docs/wire.md section 2.3
	periodYear  = 3
	billedOnce  = 5 // the billing service's number of a one-off line
)

// item is one line of a quote and of an order's bill.
type item struct {
	// id tells a quote's lines apart: the product's in a rating, the desktop's in an inquiry.
	id             string
	spec           spec
	size, quantity int // size in the product's unit (GB, Mbit/s), 1 for pieces
	periodType     int // the billing service's: month, year or once
	periodNum      int
	amount         decimal.Decimal
	official       decimal.Decimal
}

// spec finds what a product code stands for.
func (c *catalogue) spec(code string) (spec, error) {
	s, ok := c.specs[code]
	if !ok {
		return spec{}, refuse(codeNotOnSale, "The product %s is not on sale.", code)
	}
	return s, nil
}

// priceFactor is what all list prices are multiplied by.
func (v *view) priceFactor() (decimal.Decimal, error) {
	if v.factor == nil {
		text, _, err := v.setting("price_factor")
		if err != nil {
			return decimal.Zero, err
		}
		factor, err := decimal.NewFromString(text)
		if err != nil {
			return decimal.Zero, err
		}
		v.factor = &factor
	}
	return *v.factor, nil
}

// forPeriod prices quantity things of a size for a period.
func (v *view) forPeriod(id, code string, size, quantity, periodType, periodNum int) (item, error) {
	s, err := v.cloud.catalogue.spec(code)
	if err != nil {
		return item{}, err
	}
	factor, err := v.priceFactor()
	if err != nil {
		return item{}, err
	}
	unit, share := s.Month, decimal.New(1, 0)
	if periodType == periodYear {
		unit, share = s.Year, yearly
	}
	count := decimal.NewFromInt(int64(size)).Mul(decimal.NewFromInt(int64(quantity))).Mul(decimal.NewFromInt(int64(periodNum)))
	list := unit.Mul(factor).Mul(count)
	return item{id: id, spec: s, size: size, quantity: quantity, periodType: periodType, periodNum: periodNum,
		amount: list.Mul(share).Round(2), official: list.Round(2)}, nil
}

// part is a monthly price times a number of units; negative for what goes away. An empty code costs nothing.
type part struct {
	code  string
	units int
}

// forRest prices a change of something paid until expires ("" for what has no such day): the parts' months' prices for
// the days that are left. The line is named after the first part with a code.
func (v *view) forRest(id, expires string, parts ...part) (item, error) {
	factor, err := v.priceFactor()
	if err != nil {
		return item{}, err
	}
	line := item{id: id, size: 1, quantity: 1, periodType: billedOnce, periodNum: 1}
	month := decimal.Zero
	for _, p := range parts {
		if p.code == "" {
			continue
		}
		s, err := v.cloud.catalogue.spec(p.code)
		if err != nil {
			return item{}, err
		}
		if line.spec.code == "" {
			line.spec = s
		}
		month = month.Add(s.Month.Mul(decimal.NewFromInt(int64(p.units))))
	}
	days := decimal.NewFromInt(daysLeft(v.now, expires))
	line.official = month.Mul(factor).Mul(days).DivRound(decimal.NewFromInt(daysOfMonth), 2)
	line.amount = line.official
	return line, nil
}

// daysLeft counts the days from today to the day something is paid until.
func daysLeft(now time.Time, expires string) int64 {
	end, err := time.Parse(time.RFC3339, expires)
	if err != nil {
		return daysOfMonth // pay-per-use
	}
	day := func(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }
	return max(1, int64(day(end).Sub(day(now))/(24*time.Hour)))
}

// sum adds up a bill.
func sum(items []item) (amount, official decimal.Decimal) {
	for _, i := range items {
		amount, official = amount.Add(i.amount), official.Add(i.official)
	}
	return amount, official
}

func (v *view) quote(items []item) cloud.Quote {
	q := cloud.Quote{Currency: v.cloud.catalogue.currency}
	q.Amount, q.OfficialAmount = sum(items)
	for _, i := range items {
		q.Lines = append(q.Lines, cloud.QuoteLine{ID: i.id, Amount: i.amount, OfficialAmount: i.official})
	}
	return q
}

// SetPriceFactor multiplies all list prices from now on: between a quote and its order, a price can be made to change.
func (c *Cloud) SetPriceFactor(ctx context.Context, factor decimal.Decimal) error {
	if factor.IsNegative() {
		return errors.New("a price factor cannot be negative")
	}
	return c.write(ctx, func(v *view) error { return v.set("price_factor", factor.String()) })
}

// SetBalance sets what the account has.
func (c *Cloud) SetBalance(ctx context.Context, balance decimal.Decimal) error {
	return c.write(ctx, func(v *view) error { return v.exec(`UPDATE account SET balance = $1`, balance.String()) })
}

// SetQuota sets how much of a type of quota there is (docs/wire.md section 9 names the types).
func (c *Cloud) SetQuota(ctx context.Context, quotaType string, quota int) error {
	return c.write(ctx, func(v *view) error {
		return v.exec(`UPDATE quotas SET quota = $1 WHERE type = $2`, quota, quotaType)
	})
}

// SetStatus puts an order into a status that it stays in: any of docs/wire.md section 5.1, or one that nobody knows yet.
// The cloud itself uses four of them.
func (c *Cloud) SetStatus(ctx context.Context, orderID string, status cloud.OrderStatus) error {
	return c.write(ctx, func(v *view) error {
		if _, err := v.order(orderID); err != nil {
			return err
		}
		return v.exec(`UPDATE orders SET status = $1, due_at = NULL WHERE order_id = $2`, int(status), orderID)
	})
}
