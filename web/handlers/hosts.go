package handlers

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/field"
	"workspace-order-console/web/templates"
)

// hostsQuery are the filters of the list of exclusive hosts as they stand in its address.
func (s *server) hostsQuery(c echo.Context, query url.Values) orders.HostFilter {
	return orders.HostFilter{Scope: who(c).Scope(), Team: query.Get("team"), Text: strings.TrimSpace(query.Get("q")), State: query.Get("state"),
		ProductID: query.Get("product_id"), AvailabilityZone: query.Get("availability_zone"),
		EnterpriseProjectID: query.Get("enterprise_project_id"), Sort: query.Get("sort"), After: query.Get("after"), Limit: listSize}
}

// hosts lists the exclusive hosts of the cached inventory, as a page or as JSON.
func (s *server) hosts(c echo.Context) error {
	query := c.QueryParams()
	ctx := c.Request().Context()
	page, err := s.Inventory.Hosts(ctx, s.hostsQuery(c, query))
	if err != nil {
		return err
	}
	next := turned("/hosts", query, "after", page.Next)
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
	view := templates.HostsView{Offers: may.HostOffers(), Zones: s.choices(c, field.PickAZ)}
	if view.InventoryView, err = s.inventoryView(c, "/hosts", query, page.Total, next); err != nil {
		return err
	}
	view.Products = s.choices(c, field.PickHostProduct)
	view.Columns = templates.HostColumns(query["columns"])
	ids := make([]string, len(page.Items))
	for i, h := range page.Items {
		ids[i] = h.OrderID
	}
	known, err := s.Journal.KnownCloudOrders(ctx, ids)
	if err != nil {
		return err
	}
	for _, h := range page.Items {
		team, _ := teams.OwnerOf(h.EnterpriseProjectID)
		view.Items = append(view.Items, templates.HostRow{Host: h, Team: team, Known: known[h.OrderID]})
	}
	return render(c, http.StatusOK, templates.HostsPage(s.page(c, "hosts.title", templates.NavDesktops), view))
}

// exportHosts is the list of exclusive hosts as a file, behind the list's own filters.
func (s *server) exportHosts(c echo.Context) error {
	filter := s.hostsQuery(c, c.QueryParams())
	filter.Limit = exportPage
	return export(s, c, exported[cloud.Host]{
		Name: "hosts", JSON: func(h cloud.Host) any { return h }, Columns: hostColumns,
		Page: func(ctx context.Context, after string) ([]cloud.Host, string, error) {
			filter.After = after
			page, err := s.Inventory.Hosts(ctx, filter)
			return page.Items, page.Next, err
		},
	})
}

// hostColumns are the columns of the exclusive hosts' CSV.
var hostColumns = []exportColumn[cloud.Host]{
	{"dedicated_host_id", func(h cloud.Host) string { return h.DedicatedHostID }},
	{"name", func(h cloud.Host) string { return h.Name }},
	{"product_id", func(h cloud.Host) string { return h.ProductID }},
	{"availability_zone", func(h cloud.Host) string { return h.AvailabilityZone }},
	{"state", func(h cloud.Host) string { return h.State }},
	{"instance_total", func(h cloud.Host) string { return strconv.Itoa(h.InstanceTotal) }},
	{"order_id", func(h cloud.Host) string { return h.OrderID }},
	{"enterprise_project_id", func(h cloud.Host) string { return h.EnterpriseProjectID }},
}
