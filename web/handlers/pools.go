package handlers

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders"
	"workspace-order-console/web/templates"
)

// pools lists the pools of the cached inventory, as a page or as JSON.
func (s *server) pools(c echo.Context) error {
	query := c.QueryParams()
	page, err := s.Inventory.Pools(c.Request().Context(), orders.PoolFilter{Scope: who(c).Scope(), Text: strings.TrimSpace(query.Get("q")), Type: query.Get("type"),
		Status: query.Get("status"), EnterpriseProjectID: query.Get("enterprise_project_id"), After: query.Get("after"), Limit: listSize})
	if err != nil {
		return err
	}
	next := turned("/pools", query, "after", page.Next)
	if negotiated(c) {
		return c.JSON(http.StatusOK, jsonList(page.Items, next))
	}
	age, err := s.inventoryAge(c)
	if err != nil {
		return err
	}
	view := templates.PoolsView{Items: page.Items, Total: page.Total, Query: query, Age: age, MayPlace: who(c).May(auth.PlaceOrders),
		Pager: inventoryPager("/pools", query, next)}
	return render(c, http.StatusOK, templates.PoolsPage(s.page(c, "Pools", templates.NavPools), view))
}
