package handlers

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/orders"
	"workspace-order-console/web/templates"
)

// disksQuery are the filters of the list of disks as they stand in its address.
func (s *server) disksQuery(c echo.Context, query url.Values) (orders.DiskFilter, error) {
	f := orders.DiskFilter{Scope: who(c).Scope(), Team: query.Get("team"), Text: strings.TrimSpace(query.Get("q")), Type: query.Get("type"),
		Part: orders.DiskPart(query.Get("part")), PoolID: query.Get("pool_id"), PoolDiskID: query.Get("pool_disk_id"), Status: query.Get("status"),
		ChargeMode: query.Get("charge_mode"), EnterpriseProjectID: query.Get("enterprise_project_id"),
		Sort: query.Get("sort"), After: query.Get("after"), Limit: listSize}
	if !slices.Contains([]orders.DiskPart{"", orders.SystemDisk, orders.DataDisk}, f.Part) {
		return f, errFilter
	}
	if f.Status == templates.StateFrozen {
		f.Status, f.Frozen = "", true
	}
	var err error
	f.ExpireFrom, f.ExpireUntil, err = expiryQuery(query, s.Now())
	return f, err
}

// disks lists the disks of the cached inventory, as a page or as JSON.
func (s *server) disks(c echo.Context) error {
	query := c.QueryParams()
	f, err := s.disksQuery(c, query)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	page, err := s.Inventory.Disks(ctx, f)
	if err != nil {
		return err
	}
	next := turned("/disks", query, "after", page.Next)
	if negotiated(c) {
		return c.JSON(http.StatusOK, jsonList(page.Items, next))
	}
	var view templates.DisksView
	if view.InventoryView, err = s.inventoryView(c, "/disks", query, page.Total, next); err != nil {
		return err
	}
	view.Columns = templates.DiskColumns(query["columns"])
	may, err := s.Service.Allowance(ctx, who(c), "")
	if err != nil {
		return err
	}
	if extend := "batch-pool/EXTEND_VOLUME"; view.MayPlace && f.PoolDiskID != "" && may.Kind(extend) {
		view.Extend = "/orders/new/" + extend
	}
	if view.Items, err = s.diskRows(c, may, page.Items); err != nil {
		return err
	}
	return render(c, http.StatusOK, templates.DisksPage(s.page(c, "disks.title", templates.NavDesktops), view))
}

// diskRows fills in the rows of a list with what can be ordered for them.
func (s *server) diskRows(c echo.Context, may orders.Allowance, disks []orders.Disk) ([]templates.DiskRow, error) {
	teams, err := s.teamsOf(c)
	if err != nil {
		return nil, err
	}
	var targets []string
	for _, d := range disks {
		targets = append(targets, "desktop:"+d.DesktopID, "volume:"+d.VolumeID)
	}
	busy, err := s.Inventory.Busy(c.Request().Context(), targets)
	if err != nil {
		return nil, err
	}
	rows := make([]templates.DiskRow, len(disks))
	for i, d := range disks {
		rows[i].Disk = d
		rows[i].Team, _ = teams.OwnerOf(d.EnterpriseProjectID)
		rows[i].Order = cmp.Or(busy["desktop:"+d.DesktopID], busy["volume:"+d.VolumeID])
		rows[i].Offers = may.DiskOffers(d, rows[i].Order != "")
	}
	return rows, nil
}

// exportDisks is the list of disks as a file, behind the list's own filters.
func (s *server) exportDisks(c echo.Context) error {
	filter, err := s.disksQuery(c, c.QueryParams())
	if err != nil {
		return err
	}
	filter.Limit = exportPage
	return export(s, c, exported[orders.Disk]{
		Name: "disks", JSON: func(d orders.Disk) any { return d }, Columns: diskColumns,
		Page: func(ctx context.Context, after string) ([]orders.Disk, string, error) {
			filter.After = after
			page, err := s.Inventory.Disks(ctx, filter)
			return page.Items, page.Next, err
		},
	})
}

// diskColumns are the columns of the disks' CSV.
var diskColumns = []exportColumn[orders.Disk]{
	{"volume_id", func(d orders.Disk) string { return d.VolumeID }},
	{"desktop_pool_disk_id", func(d orders.Disk) string { return d.DesktopPoolDiskID }},
	{"desktop_id", func(d orders.Disk) string { return d.DesktopID }},
	{"computer_name", func(d orders.Disk) string { return d.ComputerName }},
	{"user_name", func(d orders.Disk) string { return d.UserName }},
	{"position", func(d orders.Disk) string { return strconv.Itoa(d.Position) }},
	{"type", func(d orders.Disk) string { return d.Type }},
	{"size", func(d orders.Disk) string { return strconv.Itoa(d.Size) }},
	{"pool_id", func(d orders.Disk) string { return d.PoolID }},
	{"status", func(d orders.Disk) string { return d.Status }},
	{"is_freeze", func(d orders.Disk) string { return strconv.FormatBool(d.IsFreeze) }},
	{"charge_mode", func(d orders.Disk) string { return d.ChargeMode }},
	{"expire_time", func(d orders.Disk) string { return d.ExpireTime }},
	{"enterprise_project_id", func(d orders.Disk) string { return d.EnterpriseProjectID }},
}
