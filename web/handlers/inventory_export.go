package handlers

import (
	"context"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/web/templates"
)

// exportDesktops is the list of desktops as a file, behind the list's own filters.
func (s *server) exportDesktops(c echo.Context) error {
	filter, err := s.desktopsQuery(c, c.QueryParams())
	if err != nil {
		return err
	}
	filter.Limit = exportPage
	return export(s, c, exported[cloud.Desktop]{
		Name: "desktops", JSON: func(d cloud.Desktop) any { return d }, Columns: desktopColumns,
		Page: func(ctx context.Context, after string) ([]cloud.Desktop, string, error) {
			filter.After = after
			page, err := s.Inventory.Desktops(ctx, filter)
			return page.Items, page.Next, err
		},
	})
}

// exportPools is the list of pools as a file.
func (s *server) exportPools(c echo.Context) error {
	filter, err := s.poolsQuery(c, c.QueryParams())
	if err != nil {
		return err
	}
	filter.Limit = exportPage
	return export(s, c, exported[cloud.Pool]{
		Name: "pools", JSON: func(p cloud.Pool) any { return p }, Columns: poolColumns,
		Page: func(ctx context.Context, after string) ([]cloud.Pool, string, error) {
			filter.After = after
			page, err := s.Inventory.Pools(ctx, filter)
			return page.Items, page.Next, err
		},
	})
}

// desktopColumns are the columns of the desktops' CSV.
var desktopColumns = []exportColumn[cloud.Desktop]{
	{"desktop_id", func(d cloud.Desktop) string { return d.DesktopID }},
	{"computer_name", func(d cloud.Desktop) string { return d.ComputerName }},
	{"user_name", func(d cloud.Desktop) string { return d.UserName }},
	{"user_group", func(d cloud.Desktop) string { return d.UserGroup }},
	{"status", func(d cloud.Desktop) string { return d.Status }},
	{"is_freeze", func(d cloud.Desktop) string { return strconv.FormatBool(d.IsFreeze) }},
	{"desktop_type", func(d cloud.Desktop) string { return d.DesktopType }},
	{"pool_id", func(d cloud.Desktop) string { return d.PoolID }},
	{"product_id", func(d cloud.Desktop) string { return d.ProductID }},
	{"image_id", func(d cloud.Desktop) string { return d.ImageID() }},
	{"charge_mode", func(d cloud.Desktop) string { return d.ChargeMode() }},
	{"expire_time", func(d cloud.Desktop) string { return d.ExpireTime }},
	{"root_volume", func(d cloud.Desktop) string { return volumeText(d.RootVolume) }},
	{"data_volumes", func(d cloud.Desktop) string { return volumesText(d.DataVolumes) }},
	{"ip_addresses", func(d cloud.Desktop) string { return strings.Join(d.IPAddresses, " ") }},
	{"availability_zone", func(d cloud.Desktop) string { return d.AvailabilityZone }},
	{"enterprise_project_id", func(d cloud.Desktop) string { return d.EnterpriseProjectID }},
	{"tags", func(d cloud.Desktop) string { return tagsText(d.Tags) }},
	{"order_id", func(d cloud.Desktop) string { return d.OrderID }},
	{"created", func(d cloud.Desktop) string { return d.CreatedTime }},
}

// poolColumns are the columns of the pools' CSV.
var poolColumns = []exportColumn[cloud.Pool]{
	{"id", func(p cloud.Pool) string { return p.ID }},
	{"name", func(p cloud.Pool) string { return p.Name }},
	{"type", func(p cloud.Pool) string { return p.Type }},
	{"status", func(p cloud.Pool) string { return p.Status }},
	{"desktop_count", func(p cloud.Pool) string { return strconv.Itoa(p.DesktopCount) }},
	{"desktop_used", func(p cloud.Pool) string { return strconv.Itoa(p.DesktopUsed) }},
	{"product_id", func(p cloud.Pool) string { return p.Product.ProductID }},
	{"image_id", func(p cloud.Pool) string { return p.ImageID }},
	{"charging_mode", func(p cloud.Pool) string { return p.ChargingMode }},
	{"expire_time", func(p cloud.Pool) string { return p.ExpireTime }},
	{"root_volume", func(p cloud.Pool) string { return volumeText(p.RootVolume) }},
	{"data_volumes", func(p cloud.Pool) string { return volumesText(p.DataVolumes) }},
	{"enterprise_project_id", func(p cloud.Pool) string { return p.EnterpriseProjectID }},
	{"tags", func(p cloud.Pool) string { return tagsText(p.Tags) }},
	{"created_time", func(p cloud.Pool) string { return p.CreatedTime }},
}

// volumeText is a disk in a cell: its type and its size in GB.
func volumeText(v cloud.Volume) string { return v.Type + " " + strconv.Itoa(v.Size) }

func volumesText(volumes []cloud.Volume) string {
	texts := make([]string, len(volumes))
	for i, v := range volumes {
		texts[i] = volumeText(v)
	}
	return strings.Join(texts, "; ")
}

func tagsText(tags []cloud.Tag) string {
	texts := make([]string, len(tags))
	for i, tag := range tags {
		texts[i] = templates.TagText(tag)
	}
	return strings.Join(texts, "; ")
}
