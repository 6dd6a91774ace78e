package embedded

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/cloud"
)

func TestProductsAreRatedForPeriods(t *testing.T) {
	w := fresh(t)
	gb := func(n int) *int { return &n }
	measure := cloud.MeasureGB
	quote, err := w.Quote(t.Context(), cloud.Question{Products: []cloud.ProductInfo{
		{ID: "desktop", ResourceSpec: bigger, PeriodType: 2, PeriodNum: 3, SubscriptionNum: 2},
		{ID: "disk", ResourceSpec: "SAS", ResourceSize: gb(80), SizeMeasureID: &measure, PeriodType: 3, PeriodNum: 1, SubscriptionNum: 1},
	}})
	require.NoError(t, err)
	assert.Equal(t, "USD", quote.Currency)
	require.Len(t, quote.Lines, 2)
	assert.Equal(t, "desktop", quote.Lines[0].ID)
	equalMoney(t, "202.80", quote.Lines[0].Amount) // 33.80 × 3 × 2
	equalMoney(t, "202.80", quote.Lines[0].OfficialAmount)
	equalMoney(t, "44.64", quote.Lines[1].Amount) // 0.62 × 80, a tenth off for a year
	equalMoney(t, "49.60", quote.Lines[1].OfficialAmount)
	equalMoney(t, "247.44", quote.Amount)
	equalMoney(t, "252.40", quote.OfficialAmount)
}

func TestAnInquiryCountsTheDaysThatAreLeft(t *testing.T) {
	w := fresh(t)
	question := cloud.Question{Inquiry: cloud.InquiryAddVolume,
		Body: []byte(`{"desktop_ids":["` + ordinary + `","` + metered + `","none"],"volume_type":"SAS","volume_size":100}`)}
	ask := func() cloud.Quote {
		t.Helper()
		quote, err := w.Quote(t.Context(), question)
		require.NoError(t, err)
		return quote
	}
	quote := ask()
	require.Len(t, quote.Lines, 2, "what cannot be changed has no price")
	assert.Equal(t, ordinary, quote.Lines[0].ID)
	equalMoney(t, "15.29", quote.Lines[0].Amount) // 6.20 × 74 / 30
	assert.Equal(t, metered, quote.Lines[1].ID)
	equalMoney(t, "6.20", quote.Lines[1].Amount) // a month

	w.wait(13 * time.Hour)
	assert.Equal(t, quote, ask(), "the same on the same day")
	w.wait(time.Hour)
	equalMoney(t, "15.09", ask().Lines[0].Amount) // 73 days

	w.wait(72*24*time.Hour + 20*time.Hour)
	equalMoney(t, "0.21", ask().Lines[0].Amount) // the last day counts
}

func TestAPoolIsQuotedByItsDesktops(t *testing.T) {
	w := fresh(t)
	quote, err := w.Quote(t.Context(), cloud.Question{Inquiry: cloud.InquiryResize,
		Body: []byte(`{"desktop_pool_id":"` + thePool + `","product_id":"` + bigger + `"}`)})
	require.NoError(t, err)
	require.Len(t, quote.Lines, 6)
	equalMoney(t, "59.90", quote.Lines[0].Amount) // (33.80 − 21.90) × 151 / 30
	equalMoney(t, "359.40", quote.Amount)
}

func TestAQuoteAndItsOrderDifferOnlyByThePrices(t *testing.T) {
	w := fresh(t)
	question := cloud.Question{Inquiry: cloud.InquiryResize, Body: []byte(`{"desktop_ids":["` + ordinary + `"],"product_id":"` + bigger + `"}`)}
	body := `{"type":"RESIZE","resize_param":{"desktop_ids":["` + ordinary + `"],"product_id":"` + bigger + `"}}`
	quote, err := w.Quote(t.Context(), question)
	require.NoError(t, err)
	require.NoError(t, w.SetPriceFactor(t.Context(), decimal.RequireFromString("1.1")))
	order := w.order(w.placed(cloud.DoorBatchDesktop, "", body))
	assert.True(t, order.AmountAfterDiscount.GreaterThan(quote.Amount))
	quote, err = w.Quote(t.Context(), question)
	require.NoError(t, err)
	equalMoney(t, order.AmountAfterDiscount.String(), quote.Amount)
	require.Error(t, w.SetPriceFactor(t.Context(), decimal.RequireFromString("-1")))
}

func TestWhatCannotBeQuoted(t *testing.T) {
	w := fresh(t)
	product := month(bigger).Products[0]
	rated := func(edit func(*cloud.ProductInfo)) cloud.Question {
		p := product
		edit(&p)
		return cloud.Question{Products: []cloud.ProductInfo{p}}
	}
	zero := 0
	for name, c := range map[string]struct {
		question cloud.Question
		code     string
	}{
		"nothing":              {cloud.Question{}, codeBillParameter},
		"an unknown product":   {rated(func(p *cloud.ProductInfo) { p.ResourceSpec = "none" }), codeNotOnSale},
		"hours":                {rated(func(p *cloud.ProductInfo) { p.PeriodType = 4 }), codeBillParameter},
		"no period":            {rated(func(p *cloud.ProductInfo) { p.PeriodNum = 0 }), codeBillParameter},
		"none of them":         {rated(func(p *cloud.ProductInfo) { p.SubscriptionNum = 0 }), codeBillParameter},
		"no size":              {rated(func(p *cloud.ProductInfo) { p.ResourceSize = &zero }), codeBillParameter},
		"another region":       {rated(func(p *cloud.ProductInfo) { p.Region = "mars-1" }), codeBillParameter},
		"an unknown inquiry":   {cloud.Question{Inquiry: "periodic/inquiry/delete-resources", Body: []byte(`{}`)}, codeNotFound},
		"no JSON":              {cloud.Question{Inquiry: cloud.InquiryResize, Body: []byte(`{`)}, codeParameter},
		"a body with problems": {cloud.Question{Inquiry: cloud.InquiryResize, Body: []byte(`{"product_id":7}`)}, codeParameter},
		"desktops none of which can": {cloud.Question{Inquiry: cloud.InquiryResize,
			Body: []byte(`{"desktop_ids":["none"],"product_id":"` + bigger + `"}`)}, codeNotFound},
		"an unknown pool": {cloud.Question{Inquiry: cloud.InquiryPoolImage,
			Body: []byte(`{"desktop_pool_id":"none","image_id":"` + anImage + `","image_type":"gold"}`)}, codeNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.Quote(t.Context(), c.question)
			var refusal *cloud.Error
			require.ErrorAs(t, err, &refusal)
			assert.Equal(t, c.code, refusal.Code, refusal.Msg)
			assert.Equal(t, cloud.OutcomeRefused, refusal.Outcome)
			assert.NotContains(t, refusal.Msg, "_param", "a path is one of the body that was sent")
		})
	}
}
