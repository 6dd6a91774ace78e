package handlers

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders"
	"workspace-order-console/web/templates"
)

const (
	// waitingSize is how many of each sort of waiting order the overview shows.
	waitingSize = 5
	movingSize  = 10
	latestSize  = 10
	// failedFor is how long a failed order is shown as waiting: nothing but time ends its being failed.
	failedFor = 7 * 24 * time.Hour
)

// overview shows what waits for somebody, what is moving and what was ordered last.
func (s *server) overview(c echo.Context) error {
	view, err := s.overviewView(c)
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, templates.OverviewPage(s.page(c, "Overview", templates.NavOverview), view))
}

// pollOverview answers the overview's poll: all of it that can change, once anything has.
func (s *server) pollOverview(c echo.Context) error {
	if _, _, newer := s.seen(c); !newer {
		return c.NoContent(http.StatusNoContent)
	}
	view, err := s.overviewView(c)
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, templates.PolledOverview(view))
}

func (s *server) overviewView(c echo.Context) (templates.OverviewView, error) {
	ctx, w := c.Request().Context(), who(c)
	version, _ := s.Journal.Version()
	view := templates.OverviewView{Say: say(c), Now: s.Now(), MayPlace: w.May(auth.PlaceOrders), MayPay: w.May(auth.PayOrders),
		MaySettle: w.May(auth.SettleOrders)}
	if s.Stats != nil {
		view.Endpoints = s.Stats().Endpoints
		view.ShowsEndpoints = w.May(auth.ViewConsole)
	}
	var err error
	if view.Counts, err = s.Journal.Count(ctx, w.Scope()); err != nil {
		return view, err
	}
	polled := []orders.Order{}
	if view.Deciding, err = s.Service.ToDecide(ctx, w); err != nil {
		return view, err
	}
	if view.Deciding > 0 {
		page, err := s.Service.Requests(ctx, w, orders.RequestQuery{View: orders.RequestsToDecide, Limit: waitingSize})
		if err != nil {
			return view, err
		}
		view.ToDecide, view.MoreToDecide = page.Items, !page.Next.IsZero()
		for _, item := range page.Items {
			polled = append(polled, item.Order)
		}
	}
	if w.Team != "" {
		if view.Budgets, err = s.Service.Budgets(ctx, w); err != nil {
			return view, err
		}
	}
	for _, badge := range []orders.Badge{orders.Badge(orders.StateInDoubt), orders.BadgeToBePaid, orders.BadgeFailed} {
		waiting, err := s.waiting(ctx, w, badge)
		if err != nil {
			return view, err
		}
		view.Waiting = append(view.Waiting, waiting)
		polled = append(polled, waiting.Items...)
	}
	onTheirWay := orders.Filter{Badges: []orders.Badge{orders.Badge(orders.StateQueued), orders.Badge(orders.StateSending),
		orders.BadgeProcessing}, Limit: movingSize}
	moving, err := s.Service.Orders(ctx, w, onTheirWay)
	if err != nil {
		return view, err
	}
	latest, err := s.Service.Orders(ctx, w, orders.Filter{Limit: latestSize})
	if err != nil {
		return view, err
	}
	view.Moving = moving.Items
	// an order stands in one of the two tables only
	view.Latest = slices.DeleteFunc(latest.Items, func(o orders.Order) bool { return slices.Contains(onTheirWay.Badges, o.Badge) })
	view.Poll = pollOf("/poll", version, slices.Concat(polled, view.Moving, view.Latest))
	if w.May(auth.ViewInventory) {
		if err := s.inventoryNumbers(ctx, w.Scope(), &view); err != nil {
			return view, err
		}
		if view.Age, err = s.inventoryAge(c); err != nil {
			return view, err
		}
	}
	return view, nil
}

// waiting are the newest orders that show a badge, and where the rest of them is.
func (s *server) waiting(ctx context.Context, w auth.Who, badge orders.Badge) (templates.Waiting, error) {
	f := orders.Filter{Badges: []orders.Badge{badge}, Limit: waitingSize}
	more := withQuery("/orders", "state", string(badge))
	if badge == orders.BadgeFailed {
		f.From = s.Now().Add(-failedFor)
		more = withQuery("/orders", "state", string(badge), "from", f.From.UTC().Format(time.DateOnly))
	}
	list, err := s.Service.Orders(ctx, w, f)
	if list.Older.IsZero() {
		more = ""
	}
	return templates.Waiting{Items: list.Items, More: more}, err
}

// inventoryNumbers counts what there is, as far as lists are counted.
func (s *server) inventoryNumbers(ctx context.Context, scope auth.Scope, view *templates.OverviewView) error {
	desktops, err := s.Inventory.Desktops(ctx, orders.DesktopFilter{Scope: scope, Limit: 1})
	if err != nil {
		return err
	}
	pools, err := s.Inventory.Pools(ctx, orders.PoolFilter{Scope: scope, Limit: 1})
	if err != nil {
		return err
	}
	view.Desktops, view.Pools, view.ShowsInventory = desktops.Total, pools.Total, true
	return nil
}
