package handlers

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders"
	"workspace-order-console/web/templates"
)

// foundPerKind is how many of each sort a search shows.
const foundPerKind = 10

// search looks for orders, desktops and pools by the beginning of their names, users and IDs. What can only be one
// order leads straight to it.
func (s *server) search(c echo.Context) error {
	text := strings.TrimSpace(c.QueryParam("q"))
	page := s.page(c, "Search", "")
	page.Query = text
	view := templates.SearchView{Text: text, Say: say(c), Now: s.Now()}
	if text == "" {
		return render(c, http.StatusOK, templates.SearchPage(page, view))
	}
	ctx, w := c.Request().Context(), who(c)
	if id := strings.ToLower(text); orders.ValidID(id) {
		text = id // as it is written everywhere
	}
	if w.May(auth.ViewOrders) {
		list, err := s.Service.Orders(ctx, w, orders.Filter{Text: text, Limit: foundPerKind})
		if err != nil {
			return err
		}
		if len(list.Items) == 1 && isID(list.Items[0], text) {
			return seeOther(c, "/orders/"+list.Items[0].ID)
		}
		view.Orders, view.MoreOrders = list.Items, !list.Older.IsZero()
	}
	if w.May(auth.ViewInventory) {
		desktops, err := s.Inventory.Desktops(ctx, orders.DesktopFilter{Scope: w.Scope(), Text: text, Limit: foundPerKind})
		if err != nil {
			return err
		}
		pools, err := s.Inventory.Pools(ctx, orders.PoolFilter{Scope: w.Scope(), Text: text, Limit: foundPerKind})
		if err != nil {
			return err
		}
		view.Desktops, view.MoreDesktops = desktops.Items, desktops.Next != ""
		view.Pools, view.MorePools = pools.Items, pools.Next != ""
	}
	return render(c, http.StatusOK, templates.SearchPage(page, view))
}

// isID tells that a text is the order's whole ID, or that of one of its cloud orders.
func isID(o orders.Order, text string) bool {
	if strings.EqualFold(o.ID, text) {
		return true
	}
	for _, made := range o.CloudOrders {
		if made.OrderID != "" && strings.EqualFold(made.OrderID, text) {
			return true
		}
	}
	return false
}
