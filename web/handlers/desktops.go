package handlers

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
	"workspace-order-console/web/templates"
)

// desktops lists the desktops of the cached inventory, as a page or as JSON.
func (s *server) desktops(c echo.Context) error {
	return s.showDesktops(c, http.StatusOK, c.QueryParams(), "")
}

// showDesktops shows the list of an address's query; problem is why the last step of ticking was not taken.
func (s *server) showDesktops(c echo.Context, status int, query url.Values, problem string) error {
	f, err := s.desktopsQuery(c, query)
	if err != nil {
		return err
	}
	page, err := s.Inventory.Desktops(c.Request().Context(), f)
	if err != nil {
		return err
	}
	next := turned("/desktops", query, "after", page.Next)
	if negotiated(c) {
		return c.JSON(status, jsonList(page.Items, next))
	}
	view := templates.DesktopsView{Problem: problem}
	if view.InventoryView, err = s.inventoryView(c, "/desktops", query, page.Total, next); err != nil {
		return err
	}
	view.Columns = templates.DesktopColumns(query["columns"])
	if err := s.selectable(c, &view, page.Items); err != nil {
		return err
	}
	p := s.page(c, "desktops.title", templates.NavDesktops)
	if partial(c) {
		return render(c, status, templates.DesktopsList(p.User, view))
	}
	return render(c, status, templates.DesktopsPage(p, view))
}

// selectable fills in the rows of a list with what is selected and what can be ordered for them.
func (s *server) selectable(c echo.Context, view *templates.DesktopsView, items []cloud.Desktop) error {
	teams, err := s.teamsOf(c)
	if err != nil {
		return err
	}
	view.Items = make([]templates.DesktopRow, len(items))
	ids, targets := make([]string, len(items)), make([]string, len(items))
	for i, d := range items {
		view.Items[i].Desktop = d
		view.Items[i].Team, _ = teams.OwnerOf(d.EnterpriseProjectID)
		ids[i], targets[i] = d.DesktopID, "desktop:"+d.DesktopID
	}
	ctx := c.Request().Context()
	busy, err := s.Inventory.Busy(ctx, targets)
	if err != nil || !view.MayPlace {
		return err
	}
	may, err := s.Service.Allowance(ctx, who(c), "")
	if err != nil {
		return err
	}
	if view.Selection, err = s.selection(c, view.Query, may); err != nil {
		return err
	}
	ticked := map[string]bool{}
	if view.Selection.Kept {
		if ticked, err = s.Inventory.SelectedAmong(ctx, s.Service.Selection(who(c), view.Selection.ID), ids); err != nil {
			return err
		}
	}
	for i := range view.Items {
		row := &view.Items[i]
		row.Order = busy[targets[i]]
		row.Selected = ticked[ids[i]] || slices.Contains(view.Query["desktop_ids"], ids[i])
		row.Offers = may.Offers(orders.StandingOf(row.Desktop, row.Order != ""))
	}
	return nil
}

// selection is the one that the address names, or one that is yet to be: its ID is there from the moment that the list is shown.
func (s *server) selection(c echo.Context, query url.Values, may orders.Allowance) (templates.SelectionView, error) {
	id := query.Get("selection")
	if !orders.ValidID(id) {
		return templates.SelectionView{ID: orders.NewID()}, nil
	}
	standing, err := s.Inventory.Selected(c.Request().Context(), s.Service.Selection(who(c), id))
	v := templates.SelectionView{ID: id, Kept: true, Standing: standing}
	if standing.Desktops > 0 {
		v.Offers = may.Offers(standing)
	}
	return v, err
}

// desktop is the page of one desktop.
func (s *server) desktop(c echo.Context) error {
	ctx := c.Request().Context()
	list, err := s.Inventory.Desktops(ctx, orders.DesktopFilter{Scope: who(c).Scope(), IDs: []string{c.Param("id")}, Limit: 1})
	if err != nil {
		return err
	}
	if len(list.Items) == 0 {
		return orders.ErrNotFound
	}
	d := list.Items[0]
	return jsonOr(c, d, func() error {
		teams, err := s.teamsOf(c)
		if err != nil {
			return err
		}
		team, _ := teams.OwnerOf(d.EnterpriseProjectID)
		target := "desktop:" + d.DesktopID
		v := templates.DesktopView{Desktop: d}
		if v.ThingView, err = s.thing(c, target, team, d.OrderID); err != nil {
			return err
		}
		facts, err := s.Inventory.Facts(ctx, orders.Targets{Desktops: []string{d.DesktopID}})
		if err != nil {
			return err
		}
		v.Image = imageNameOf(facts, d.ImageID())
		if v.Pool = d.PoolID; facts.Pools[d.PoolID].Name != "" {
			v.Pool = facts.Pools[d.PoolID].Name
		}
		busy, err := s.Inventory.Busy(ctx, []string{target})
		if err != nil {
			return err
		}
		if who(c).May(auth.ViewOrders) {
			v.Order = busy[target]
		}
		may, err := s.Service.Allowance(ctx, who(c), "")
		if err != nil {
			return err
		}
		v.Offers = may.Offers(orders.StandingOf(d, busy[target] != ""))
		return render(c, http.StatusOK, templates.DesktopPage(s.page(c, d.ComputerName, templates.NavDesktops), v))
	})
}

// imageNameOf is what people know an image by, or its ID.
func imageNameOf(facts *orders.Facts, id string) string {
	if images := facts.Images[id]; len(images) > 0 && images[0].Name != "" {
		return images[0].Name
	}
	return id
}
