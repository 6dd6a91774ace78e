package templates

import (
	"context"
	"net/url"
	"slices"

	"workspace-order-console/internal/orders"
)

// DisksView is a page of disks.
type DisksView struct {
	InventoryView
	Items []DiskRow
	// Extend is the form that makes one disk of a pool larger on several of its desktops at once, while the list is that of one
	// pool disk; empty: it is not, or they may not.
	Extend string
}

// DiskRow is one disk of the list.
type DiskRow struct {
	orders.Disk
	Team string // empty is nobody's
	// Order is the open order that touches it or its desktop; empty: none.
	Order  string
	Offers []orders.Offer
}

var diskFilters = []string{"q", "team", "part", "type", "status", "charge_mode", "pool_id", "pool_disk_id", "enterprise_project_id", "expires", "expire_from", "expire_until"}

// diskColumns are the columns that can be chosen, in their order.
var diskColumns = []column{{"volume_id", "desktop.disk_id", ""}, {"size", "desktop.size", "size"}, {"type", "inventory.type", ""},
	{"user_name", "desktops.user", ""}, {"pool_id", "desktops.pool", ""}, {"team", "desktops.team", ""}, {"status", "disks.state", ""},
	{"charge_mode", "inventory.billing", ""}, {"expire_time", "inventory.expires", "expire_time"}}

var usualDiskColumns = []string{"volume_id", "size", "type", "user_name", "status", "expire_time"}

// DiskColumns are those of some names that there are, in the list's order; the usual ones when none is.
func DiskColumns(names []string) []string { return chosenColumns(diskColumns, usualDiskColumns, names) }

// choosable are the columns that tell something to whoever reads.
func (v DisksView) choosable() []column {
	return slices.DeleteFunc(slices.Clone(diskColumns), func(c column) bool { return c.name == "team" && len(v.Teams) == 0 })
}

var (
	diskParts   = []choice{{string(orders.SystemDisk), "desktop.system_disk"}, {string(orders.DataDisk), "disks.data_disks"}}
	volumeTypes = []choice{{"SAS", "desktop.sas"}, {"SSD", "desktop.ssd"}, {"GPSSD", "desktop.gpssd"}}
)

// diskWord says which of its desktop's disks one is.
func diskWord(ctx context.Context, position int) string {
	if position == 0 {
		return T(ctx, "desktop.system_disk")
	}
	return T(ctx, "desktop.data_disk", "number", position)
}

// ofDisk names a disk in the query of a form, or only its desktop where the form adds another.
func ofDisk(d orders.Disk) func(orders.Kind) string {
	return func(kind orders.Kind) string {
		switch kind.Type {
		case "expandVolumes":
			return url.Values{"desktop_id": {d.DesktopID}, "volume_id": {d.VolumeID}}.Encode()
		case "EXTEND_VOLUME":
			return url.Values{"desktop_ids": {d.DesktopID}, "desktop_pool_disk_id": {d.DesktopPoolDiskID}}.Encode()
		}
		return ofDesktop(d.DesktopID)(kind)
	}
}

// diskLinks lead on from a disk: to its orders, and to the same disk of the other desktops of its pool.
func diskLinks(ctx context.Context, d orders.Disk) []Link {
	links := []Link{{Text: T(ctx, "inventory.its_orders"), Href: desktopOrders(d.DesktopID), Icon: "list"}}
	if d.DesktopPoolDiskID != "" {
		links = append(links, Link{Text: T(ctx, "disks.of_pool"), Href: "/disks?" + url.Values{"pool_disk_id": {d.DesktopPoolDiskID}}.Encode(), Icon: "layers"})
	}
	return links
}
