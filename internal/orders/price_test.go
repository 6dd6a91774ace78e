package orders_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

// designDesktops are ordinary desktops of the team that are paid by the month.
func (o *office) designDesktops(n int) []cloud.Desktop {
	o.t.Helper()
	page, err := o.db.Desktops(o.t.Context(), orders.DesktopFilter{Scope: auth.OfTeam("design"), ChargeMode: cloud.ChargeModePeriod, DesktopType: cloud.DesktopDedicated, Limit: 200})
	require.NoError(o.t, err)
	var found []cloud.Desktop
	for _, d := range page.Items {
		if !d.IsFreeze && len(found) < n {
			found = append(found, d)
		}
	}
	require.Len(o.t, found, n)
	return found
}

func (o *office) priced(door cloud.Door, desktopID, body string) (orders.Checked, *orders.Quote, orders.Costs) {
	o.t.Helper()
	checked, err := o.service.Check(o.t.Context(), boss, orders.DecodeJSON(door, desktopID, []byte(body)), orders.Ask{ID: orders.NewID()})
	require.NoError(o.t, err)
	quote, _, problem := o.service.Price(o.t.Context(), checked)
	require.Empty(o.t, problem)
	return checked, quote, orders.CostsOf(checked, quote)
}

func addDisk(desktops ...cloud.Desktop) string {
	ids := make([]string, len(desktops))
	for i, d := range desktops {
		ids[i] = fmt.Sprintf("%q", d.DesktopID)
	}
	return `{"type":"ADD_VOLUME","add_volume_param":{"desktop_ids":[` + strings.Join(ids, ",") + `],"volume_type":"SSD","volume_size":100}}`
}

func TestWhatAMonthCostsNowAndAfter(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	two := o.designDesktops(2)
	_, quote, costs := o.priced(cloud.DoorBatchDesktop, "", addDisk(two...))
	require.NotNil(t, quote.Monthly)
	require.Len(t, quote.Monthly.Each, 2)
	// the disk itself, bought for a month, is what a month grows by
	question := cloud.Question{Products: []cloud.ProductInfo{{ID: "x", PeriodType: 2, PeriodNum: 1, SubscriptionNum: 1}}}
	facts, err := o.db.Facts(t.Context(), orders.Targets{Desktops: []string{two[0].DesktopID}})
	require.NoError(t, err)
	size := 100
	question.Products[0].ResourceSpec, question.Products[0].ResourceSize = facts.Volumes["SSD"].ResourceSpecCode, &size
	disk, err := o.cloud.Cloud.Quote(t.Context(), question)
	require.NoError(t, err)
	require.True(t, disk.Amount.IsPositive())
	for i, line := range quote.Monthly.Each {
		assert.Equal(t, two[i].DesktopID, line.ID)
		assert.True(t, line.After.Sub(line.Now).Equal(disk.Amount), "%s → %s", line.Now, line.After)
		assert.True(t, line.Now.IsPositive())
	}
	assert.True(t, costs.Now.Equal(quote.Monthly.Each[0].Now.Add(quote.Monthly.Each[1].Now)))
	assert.True(t, costs.Difference.Equal(disk.Amount.Add(disk.Amount)))
	assert.True(t, costs.EachMonth.Equal(disk.Amount))
	assert.True(t, costs.Term.Equal(quote.Amount), "what is left of the term")
	assert.Zero(t, costs.Months)
	assert.False(t, costs.New)

	_, quote, costs = o.priced(cloud.DoorBatchDesktop, "", `{"type":"RESIZE","resize_param":{"desktop_ids":["`+two[0].DesktopID+`"],"product_id":"workspace.g.4xlarge4.a10.win"}}`)
	require.NotNil(t, quote.Monthly)
	assert.True(t, costs.After.Sub(*costs.Now).Equal(*costs.Difference))
	assert.False(t, costs.Difference.IsZero())
}

func TestANewThingCostsNothingNow(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	pools, err := o.db.Pools(t.Context(), orders.PoolFilter{Scope: auth.Everything})
	require.NoError(t, err)
	_, quote, costs := o.priced(cloud.DoorSubscribe, "", `{"type":"expandDesktopPool","resources":[{"period_type":3,"period_num":1,"expand_desktop_pool":{"pool_id":"`+pools.Items[0].ID+`","size":7}}]}`)
	assert.Nil(t, quote.Monthly, "a quote is all that there is to ask for")
	assert.True(t, costs.New)
	assert.True(t, costs.Now.IsZero())
	assert.Equal(t, 12, costs.Months)
	assert.Equal(t, 7, costs.Count)
	assert.True(t, costs.Term.Equal(quote.Amount))
	month := costs.Difference.InexactFloat64() * 12
	assert.InDelta(t, quote.Amount.InexactFloat64(), month, 0.07, "to the cent")
	times := func(amount *decimal.Decimal, n int64) decimal.Decimal { return amount.Mul(decimal.NewFromInt(n)) }
	exact := times(costs.Difference, 12).Equal(quote.Amount) && times(costs.EachMonth, 7).Equal(*costs.Difference) && times(costs.EachTerm, 7).Equal(quote.Amount)
	assert.Equal(t, !exact, costs.Rounded)
}

func TestWhatIsNotKnownIsNotGuessed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	one := o.designDesktops(1)[0]
	// nobody prices this kind
	_, quote, costs := o.priced(cloud.DoorChange, one.DesktopID, `{"type":"expandVolumes","expand_volume_id":"`+one.RootVolume.VolumeID+`","expand_new_size":`+fmt.Sprint(one.RootVolume.Size+100)+`}`)
	assert.Nil(t, quote)
	assert.Equal(t, orders.Costs{}, costs)
	// what is billed by traffic has no price before there is any, although by bandwidth there is one
	_, quote, _ = o.priced(cloud.DoorSubscribe, "", `{"type":"applyDesktopsInternet","resources":[{"period_type":2,"period_num":1,"apply_desktops_internet":{"count":1,"eip_type":"5_bgp","eip_charge_mode":"TRAFFIC","bandwidth_size":5}}]}`)
	assert.Nil(t, quote)
	// a quote without the desktops' own prices
	o.prices.set("12.50")
	_, quote, costs = o.priced(cloud.DoorBatchDesktop, "", addDisk(one))
	assert.Nil(t, quote.Monthly)
	assert.Nil(t, costs.Now)
	assert.Nil(t, costs.After)
	assert.Nil(t, costs.Difference)
	assert.Equal(t, "12.5", costs.Term.String())
}

func TestAPriceIsAskedForAgainWhenItIsOld(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx, one := t.Context(), o.designDesktops(1)[0]
	o.prices.set("10")
	draft, err := o.service.Review(ctx, mei, orders.DecodeJSON(cloud.DoorBatchDesktop, "", []byte(addDisk(one))), orders.Ask{ID: orders.NewID()})
	require.NoError(t, err)
	look := func() orders.Reviewed {
		reviewed, err := o.service.Draft(ctx, mei, draft.ID)
		require.NoError(t, err)
		require.NoError(t, o.service.Reprice(ctx, &reviewed))
		return reviewed
	}
	asked := o.prices.asked
	o.advance(5 * time.Minute)
	assert.Equal(t, draft.Quote.ID, look().Quote.ID)
	assert.Equal(t, asked, o.prices.asked, "five minutes are not old yet")

	o.advance(time.Second)
	same := look()
	assert.Greater(t, o.prices.asked, asked)
	assert.Equal(t, o.now(), same.Quote.AskedAt)
	assert.Equal(t, draft.Quote.ID, same.Quote.ID, "the same price is the one that was seen")
	assert.Nil(t, same.Quote.Was)

	o.advance(6 * time.Minute)
	o.prices.set("11")
	moved := look()
	assert.Equal(t, "11", moved.Quote.Amount.String())
	assert.Equal(t, &cloud.Money{Amount: draft.Quote.Amount, Currency: "USD"}, moved.Quote.Was)
	_, err = o.service.Place(ctx, mei, draft.ID, draft.Quote.ID)
	stopped(t, err, orders.CodePrice, "error.quote_changed")

	// it moves once more between the look and the click: the order waits for another click
	o.advance(6 * time.Minute)
	o.prices.set("12")
	_, err = o.service.Place(ctx, mei, draft.ID, moved.Quote.ID)
	stopped(t, err, orders.CodePrice, "error.quote_moved")
	last := look()
	assert.Equal(t, "11", last.Quote.Was.Amount.String())
	order, err := o.service.Place(ctx, mei, draft.ID, last.Shown())
	require.NoError(t, err)
	kept, err := o.db.Order(ctx, order.ID)
	require.NoError(t, err)
	assert.Equal(t, "12", kept.Quote.Amount.String())
	assert.Equal(t, "11", kept.Quote.Was.Amount.String(), "the order tells that its price had moved")
}
