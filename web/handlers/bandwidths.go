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
	"workspace-order-console/web/templates"
)

// bandwidthsQuery are the filters of the list of Workspace bandwidths as they stand in its address.
func (s *server) bandwidthsQuery(c echo.Context, query url.Values) orders.BandwidthFilter {
	return orders.BandwidthFilter{Scope: who(c).Scope(), Team: query.Get("team"), Text: strings.TrimSpace(query.Get("q")),
		ChargeMode: query.Get("charge_mode"), Status: query.Get("status"), EnterpriseProjectID: query.Get("enterprise_project_id"),
		Sort: query.Get("sort"), After: query.Get("after"), Limit: listSize}
}

// bandwidths lists the Workspace bandwidths of the cached inventory, as a page or as JSON.
func (s *server) bandwidths(c echo.Context) error {
	query := c.QueryParams()
	ctx := c.Request().Context()
	page, err := s.Inventory.Bandwidths(ctx, s.bandwidthsQuery(c, query))
	if err != nil {
		return err
	}
	next := turned("/bandwidths", query, "after", page.Next)
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
	view := templates.BandwidthsView{Offers: may.BandwidthOffers()}
	if view.InventoryView, err = s.inventoryView(c, "/bandwidths", query, page.Total, next); err != nil {
		return err
	}
	if view.Subnets, err = s.Inventory.Subnets(ctx); err != nil {
		return err
	}
	view.Columns = templates.BandwidthColumns(query["columns"])
	ids := make([]string, len(page.Items))
	for i, b := range page.Items {
		ids[i] = b.OrderID
	}
	known, err := s.Journal.KnownCloudOrders(ctx, ids)
	if err != nil {
		return err
	}
	for _, b := range page.Items {
		team, _ := teams.OwnerOf(b.EnterpriseProjectID)
		view.Items = append(view.Items, templates.BandwidthRow{Bandwidth: b, Team: team, Known: known[b.OrderID]})
	}
	return render(c, http.StatusOK, templates.BandwidthsPage(s.page(c, "bandwidths.title", templates.NavDesktops), view))
}

// exportBandwidths is the list of Workspace bandwidths as a file, behind the list's own filters.
func (s *server) exportBandwidths(c echo.Context) error {
	filter := s.bandwidthsQuery(c, c.QueryParams())
	filter.Limit = exportPage
	return export(s, c, exported[cloud.Bandwidth]{
		Name: "bandwidths", JSON: func(b cloud.Bandwidth) any { return b }, Columns: bandwidthColumns,
		Page: func(ctx context.Context, after string) ([]cloud.Bandwidth, string, error) {
			filter.After = after
			page, err := s.Inventory.Bandwidths(ctx, filter)
			return page.Items, page.Next, err
		},
	})
}

// bandwidthColumns are the columns of the Workspace bandwidths' CSV.
var bandwidthColumns = []exportColumn[cloud.Bandwidth]{
	{"bandwidth_id", func(b cloud.Bandwidth) string { return b.BandwidthID }},
	{"bandwidth_name", func(b cloud.Bandwidth) string { return b.BandwidthName }},
	{"charge_mode", func(b cloud.Bandwidth) string { return b.ChargeMode }},
	{"size", func(b cloud.Bandwidth) string { return strconv.Itoa(b.Size) }},
	{"subnet_id", func(b cloud.Bandwidth) string { return b.SubnetID }},
	{"status", func(b cloud.Bandwidth) string { return b.Status }},
	{"order_id", func(b cloud.Bandwidth) string { return b.OrderID }},
	{"enterprise_project_id", func(b cloud.Bandwidth) string { return b.EnterpriseProjectID }},
}
