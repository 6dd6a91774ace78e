package handlers

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders"
	"workspace-order-console/web/templates"
)

// In the palette a text finds things from so many letters on, and so many of each sort.
const (
	paletteLeast = 2
	paletteMost  = 5
)

// palette lists what a few letters may mean: pages, kinds of order, desktops and orders. It is the part of a page that
// templates.Palette asks for.
func (s *server) palette(c echo.Context) error {
	ctx, w := c.Request().Context(), who(c)
	view := templates.PaletteView{Text: strings.TrimSpace(c.QueryParam("q")), User: templates.User{Name: w.ShownName(), May: w.May}}
	if len([]rune(view.Text)) >= paletteLeast {
		list, err := s.Service.Orders(ctx, w, orders.Filter{Text: view.Text, Limit: paletteMost})
		if err != nil {
			return err
		}
		view.Orders = list.Items
		if w.May(auth.ViewInventory) {
			desktops, err := s.Inventory.Desktops(ctx, orders.DesktopFilter{Scope: w.Scope(), Text: view.Text, Limit: paletteMost})
			if err != nil {
				return err
			}
			view.Desktops = desktops.Items
		}
	}
	return render(c, http.StatusOK, templates.PaletteList(view))
}
