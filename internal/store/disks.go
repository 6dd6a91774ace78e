package store

import (
	"context"
	"fmt"
	"strings"

	"workspace-order-console/internal/orders"
)

// diskSorts are the columns that disks can be sorted by, by wire name.
var diskSorts = map[string]string{"computer_name": "name_key", "size": "size", "expire_time": "expire_time"}

// DiskSorts lists the wire names that disks can be sorted by.
var DiskSorts = []string{"computer_name", "size", "expire_time"}

// putDisk writes the row of a disk, whose desktop is there.
func (t *tx) putDisk(d orders.Disk) error {
	text, err := asJSON(d)
	if err != nil {
		return err
	}
	_, err = t.exec(`INSERT INTO volumes (desktop_id, position, volume_id, pool_disk_id, name_key, label, place, type, size, pool_id, status, frozen,
			charge_mode, expire_time, enterprise_project_id, json, team)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
			(SELECT d.team FROM desktops d WHERE d.desktop_id = $1))`,
		d.DesktopID, d.Position, d.VolumeID, d.DesktopPoolDiskID, strings.ToLower(d.ComputerName), volumeLabel(d.ComputerName, d.Volume),
		fmt.Sprintf("%s/%03d", d.DesktopID, d.Position), d.Type, d.Size, d.PoolID, d.Status, d.IsFreeze,
		d.ChargeMode, d.ExpireTime, d.EnterpriseProjectID, text)
	return err
}

// Disks implements orders.Inventory: by the desktop's name. orders.ErrNotFound for a cursor that is not one of this list.
func (s *Store) Disks(ctx context.Context, f orders.DiskFilter) (orders.DiskPage, error) {
	items, next, total, err := readPage[orders.Disk](ctx, s, diskList(f), f.After, f.Limit)
	if err != nil {
		return orders.DiskPage{}, fmt.Errorf("disks: %w", err)
	}
	return orders.DiskPage{Items: items, Next: next, Total: total}, nil
}

func diskList(f orders.DiskFilter) inventoryList {
	l := inventoryList{table: "volumes", id: "place"}
	l.by(diskSorts, f.Sort, "computer_name")
	l.whose(f.Scope)
	l.team(f.Team)
	l.equal("type", f.Type)
	l.equal("pool_id", f.PoolID)
	l.equal("pool_disk_id", f.PoolDiskID)
	l.equal("status", f.Status)
	l.equal("charge_mode", f.ChargeMode)
	l.equal("enterprise_project_id", f.EnterpriseProjectID)
	l.expires(f.ExpireFrom, f.ExpireUntil)
	switch f.Part {
	case orders.SystemDisk:
		l.where = append(l.where, "position = 0")
	case orders.DataDisk:
		l.where = append(l.where, "position > 0")
	}
	if f.Frozen {
		l.where = append(l.where, "frozen")
	}
	if f.Text != "" {
		l.where = append(l.where, "("+startsWith(&l.arguments, "name_key", strings.ToLower(f.Text))+" OR "+startsWith(&l.arguments, "volume_id", f.Text)+
			" OR "+startsWith(&l.arguments, "pool_disk_id", f.Text)+" OR "+startsWith(&l.arguments, "desktop_id", f.Text)+")")
	}
	return l
}
