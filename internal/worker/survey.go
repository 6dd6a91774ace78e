package worker

import (
	"context"
	"fmt"
	"slices"
	"time"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

// An account may have thousands of orders a week. What is new is looked through often, and all that may still be unpaid
// once in a while.
const (
	surveyEvery    = time.Minute
	surveyBack     = time.Hour
	surveyAllEvery = time.Hour
	surveyAllBack  = 7 * 24 * time.Hour
	// maxSurveyed bounds how many orders are listed at once.
	maxSurveyed = 5000
)

// WantSurvey asks for a survey soon; it never waits.
func (w *Worker) WantSurvey() {
	select {
	case w.survey <- struct{}{}:
	default:
	}
}

// Survey lists the account's newest orders and stores those that no order of this console has, so that a duplicate that
// slipped through is seen while it can still be canceled; those of the last hour. It never tells of more.
func (w *Worker) Survey(ctx context.Context) (more bool, err error) {
	return false, w.surveyBack(ctx, surveyBack)
}

// SurveyAll does the same for all days in which an order may still be unpaid.
func (w *Worker) SurveyAll(ctx context.Context) (more bool, err error) {
	return false, w.surveyBack(ctx, surveyAllBack)
}

func (w *Worker) surveyBack(ctx context.Context, back time.Duration) error {
	now := w.Now()
	since := now.Add(-back)
	listed, err := w.listed(ctx, cloud.OrderFilter{CreateTimeBegin: since}, maxSurveyed)
	if err != nil {
		return fmt.Errorf("survey: %w", err)
	}
	if len(listed) >= maxSurveyed { // what is older was not looked at
		since = listed[len(listed)-1].CreateTime
	}
	var foreign []orders.ForeignOrder
	for chunk := range slices.Chunk(listed, batchSize) {
		ids := make([]string, len(chunk))
		for i, b := range chunk {
			ids[i] = b.OrderID
		}
		known, err := w.Journal.KnownCloudOrders(ctx, ids)
		if err != nil {
			return err
		}
		for _, b := range chunk {
			if !known[b.OrderID] {
				foreign = append(foreign, orders.ForeignOrder{OrderID: b.OrderID, Status: b.Status, OrderType: b.OrderType,
					Amount: b.AmountAfterDiscount, Currency: b.Currency, CreateTime: b.CreateTime, UserName: b.UserName, SeenAt: now})
			}
		}
	}
	return w.Journal.ReplaceForeign(ctx, since, foreign)
}

// listed reads the cloud's order list page by page, at most so many orders.
func (w *Worker) listed(ctx context.Context, filter cloud.OrderFilter, most int) ([]cloud.BillingOrder, error) {
	var found []cloud.BillingOrder
	err := all(ctx, w, &found, func(ctx context.Context, page cloud.Page) (cloud.List[cloud.BillingOrder], error) {
		filter.Page = page
		list, err := w.Cloud.Orders(ctx, filter)
		list.Total = min(list.Total, most)
		return list, err
	})
	return found, err
}
