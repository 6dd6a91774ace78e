package worker

import (
	"context"
	"fmt"
	"slices"
	"time"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

// surveyDays is how far back the account's orders are looked through; an unpaid order does not live longer.
const surveyDays = 7 * 24 * time.Hour

// maxSurveyed bounds how many orders are listed at once.
const maxSurveyed = 5000

// WantSurvey asks for a survey soon; it never waits.
func (w *Worker) WantSurvey() {
	select {
	case w.survey <- struct{}{}:
	default:
	}
}

// Survey lists the account's newest orders and stores those that no order of this console has, so that a duplicate that
// slipped through is seen while it can still be canceled. It never tells of more.
func (w *Worker) Survey(ctx context.Context) (more bool, err error) {
	now := w.Now()
	since := now.Add(-surveyDays)
	var listed []cloud.BillingOrder
	err = w.within(ctx, func(ctx context.Context) error {
		return all(ctx, &listed, func(ctx context.Context, page cloud.Page) (cloud.List[cloud.BillingOrder], error) {
			list, err := w.Cloud.Orders(ctx, cloud.OrderFilter{CreateTimeBegin: since, Page: page})
			list.Total = min(list.Total, maxSurveyed)
			return list, err
		})
	})
	if err != nil {
		return false, fmt.Errorf("survey: %w", err)
	}
	var foreign []orders.ForeignOrder
	for chunk := range slices.Chunk(listed, batchSize) {
		ids := make([]string, len(chunk))
		for i, b := range chunk {
			ids[i] = b.OrderID
		}
		known, err := w.Journal.KnownCloudOrders(ctx, ids)
		if err != nil {
			return false, err
		}
		for _, b := range chunk {
			if !known[b.OrderID] {
				foreign = append(foreign, orders.ForeignOrder{OrderID: b.OrderID, Status: b.Status, OrderType: b.OrderType,
					Amount: b.AmountAfterDiscount, Currency: b.Currency, CreateTime: b.CreateTime, UserName: b.UserName, SeenAt: now})
			}
		}
	}
	return false, w.Journal.ReplaceForeign(ctx, since, foreign)
}
