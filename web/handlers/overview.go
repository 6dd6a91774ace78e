package handlers

import (
	"context"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders"
	"workspace-order-console/web/templates"
)

const (
	// waitingSize is how many of each sort of waiting order the overview shows.
	waitingSize = 5
	latestSize  = 10
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
	view := templates.OverviewView{Say: say(c), Now: s.Now(), MayPlace: w.May(auth.PlaceOrders)}
	var err error
	if view.Counts, err = s.Journal.Count(ctx); err != nil {
		return view, err
	}
	for _, badge := range []orders.Badge{orders.Badge(orders.StateInDoubt), orders.BadgeToBePaid, orders.BadgeFailed} {
		list, err := s.Service.Orders(ctx, w, orders.Filter{Badges: []orders.Badge{badge}, Limit: waitingSize})
		if err != nil {
			return view, err
		}
		view.Waiting = append(view.Waiting, list.Items...)
	}
	latest, err := s.Service.Orders(ctx, w, orders.Filter{Limit: latestSize})
	if err != nil {
		return view, err
	}
	view.Latest = latest.Items
	view.Poll = pollOf("/poll", nil, version, append(slices.Clone(view.Latest), view.Waiting...))
	if w.May(auth.ViewInventory) {
		if err := s.inventoryNumbers(ctx, &view); err != nil {
			return view, err
		}
		if view.Age, err = s.inventoryAge(c); err != nil {
			return view, err
		}
	}
	return view, nil
}

// inventoryNumbers counts what there is, as far as lists are counted.
func (s *server) inventoryNumbers(ctx context.Context, view *templates.OverviewView) error {
	desktops, err := s.Inventory.Desktops(ctx, orders.DesktopFilter{Limit: 1})
	if err != nil {
		return err
	}
	pools, err := s.Inventory.Pools(ctx, orders.PoolFilter{Limit: 1})
	if err != nil {
		return err
	}
	view.Desktops, view.Pools, view.ShowsInventory = desktops.Total, pools.Total, true
	return nil
}
