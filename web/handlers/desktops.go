package handlers

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/field"
	"workspace-order-console/web/templates"
)

// desktops lists the desktops of the cached inventory, as a page or as JSON.
func (s *server) desktops(c echo.Context) error {
	query := c.QueryParams()
	f := orders.DesktopFilter{Scope: who(c).Scope(), Text: strings.TrimSpace(query.Get("q")), PoolID: query.Get("pool_id"), ProductID: query.Get("product_id"),
		ImageID: query.Get("image_id"), Status: query.Get("status"), ChargeMode: query.Get("charge_mode"),
		DesktopType: query.Get("desktop_type"), EnterpriseProjectID: query.Get("enterprise_project_id"),
		Sort: query.Get("sort"), After: query.Get("after"), Limit: listSize}
	page, err := s.Inventory.Desktops(c.Request().Context(), f)
	if err != nil {
		return err
	}
	next := turned("/desktops", query, "after", page.Next)
	if negotiated(c) {
		return c.JSON(http.StatusOK, jsonList(page.Items, next))
	}
	age, err := s.inventoryAge(c)
	if err != nil {
		return err
	}
	view := templates.DesktopsView{Items: page.Items, Total: page.Total, Query: query, Age: age, MayPlace: who(c).May(auth.PlaceOrders),
		Selected: query["desktop_ids"], Products: s.choices(c, field.PickProduct),
		Images: s.choices(c, field.PickImage), Pools: s.choices(c, field.PickPool),
		Pager: inventoryPager("/desktops", query, next)}
	return render(c, http.StatusOK, templates.DesktopsPage(s.page(c, "Desktops", templates.NavDesktops), view))
}

// inventoryPager leads on, and back to the first page: a keyset goes one way, and the browser's own "back" the other.
func inventoryPager(path string, query url.Values, next string) templates.PagerView {
	v := templates.PagerView{Older: next, OlderWord: "Next", NewerWord: "First page"}
	if query.Get("after") != "" {
		first := url.Values{}
		for name, values := range query {
			if name != "after" {
				first[name] = values
			}
		}
		if v.Newer = path; len(first) > 0 {
			v.Newer += "?" + first.Encode()
		}
	}
	return v
}

// inventoryAge is how old the cached inventory is.
func (s *server) inventoryAge(c echo.Context) (templates.InventoryAge, error) {
	refreshed, problem, err := s.Inventory.Age(c.Request().Context())
	return templates.InventoryAge{Refreshed: refreshed, Problem: problem, Now: s.Now()}, err
}
