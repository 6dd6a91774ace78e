package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/orders"
	"workspace-order-console/web/templates"
)

// pools lists the pools of the cached inventory, as a page or as JSON.
func (s *server) pools(c echo.Context) error {
	query := c.QueryParams()
	f, err := s.poolsQuery(c, query)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	page, err := s.Inventory.Pools(ctx, f)
	if err != nil {
		return err
	}
	next := turned("/pools", query, "after", page.Next)
	if negotiated(c) {
		return c.JSON(http.StatusOK, jsonList(page.Items, next))
	}
	may, err := s.Service.Allowance(ctx, who(c), "")
	if err != nil {
		return err
	}
	teams, err := s.teamsOf(c)
	if err != nil {
		return err
	}
	view := templates.PoolsView{Offers: may.PoolOffers()}
	if view.InventoryView, err = s.inventoryView(c, "/pools", query, page.Total, next); err != nil {
		return err
	}
	view.Columns = templates.PoolColumns(query["columns"])
	for _, p := range page.Items {
		team, _ := teams.OwnerOf(p.EnterpriseProjectID)
		view.Items = append(view.Items, templates.PoolRow{Pool: p, Team: team})
	}
	return render(c, http.StatusOK, templates.PoolsPage(s.page(c, "pools.title", templates.NavPools), view))
}

// poolDesktops is how many of its desktops the page of a pool shows.
const poolDesktops = 12

// pool is the page of one pool.
func (s *server) pool(c echo.Context) error {
	ctx := c.Request().Context()
	list, err := s.Inventory.Pools(ctx, orders.PoolFilter{Scope: who(c).Scope(), IDs: []string{c.Param("id")}, Limit: 1})
	if err != nil {
		return err
	}
	if len(list.Items) == 0 {
		return orders.ErrNotFound
	}
	p := list.Items[0]
	return jsonOr(c, p, func() error {
		teams, err := s.teamsOf(c)
		if err != nil {
			return err
		}
		team, _ := teams.OwnerOf(p.EnterpriseProjectID)
		v := templates.PoolView{Pool: p}
		if v.ThingView, err = s.thing(c, "pool:"+p.ID, team, ""); err != nil {
			return err
		}
		desktops, err := s.Inventory.Desktops(ctx, orders.DesktopFilter{Scope: who(c).Scope(), PoolID: p.ID, Limit: poolDesktops})
		if err != nil {
			return err
		}
		v.Desktops, v.More = desktops.Items, desktops.Next != ""
		may, err := s.Service.Allowance(ctx, who(c), "")
		if err != nil {
			return err
		}
		v.Offers = may.PoolOffers()
		return render(c, http.StatusOK, templates.PoolPage(s.page(c, p.Name, templates.NavPools), v))
	})
}
