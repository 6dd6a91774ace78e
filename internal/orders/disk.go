package orders

import (
	"time"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
)

// Disk is a disk of a desktop, with what of the desktop tells whose it is and which orders can be for it.
type Disk struct {
	cloud.Volume
	// Position is its place among the desktop's: 0 is the system disk.
	Position            int    `json:"position"`
	DesktopID           string `json:"desktop_id"`
	ComputerName        string `json:"computer_name"`
	UserName            string `json:"user_name,omitempty"`
	PoolID              string `json:"pool_id,omitempty"`
	Pooled              bool   `json:"pooled"`
	Status              string `json:"status"` // the desktop's
	IsFreeze            bool   `json:"is_freeze"`
	ChargeMode          string `json:"charge_mode"`
	ExpireTime          string `json:"expire_time,omitempty"`
	EnterpriseProjectID string `json:"enterprise_project_id,omitempty"`
}

// DisksOf are the disks of a desktop that have an ID, the system disk first.
func DisksOf(d cloud.Desktop) []Disk {
	var disks []Disk
	for i, v := range append([]cloud.Volume{d.RootVolume}, d.DataVolumes...) {
		if v.VolumeID == "" && v.DesktopPoolDiskID == "" {
			continue
		}
		disks = append(disks, Disk{Volume: v, Position: i, DesktopID: d.DesktopID, ComputerName: d.ComputerName, UserName: d.UserName,
			PoolID: d.PoolID, Pooled: d.Pooled(), Status: d.Status, IsFreeze: d.IsFreeze, ChargeMode: d.ChargeMode(), ExpireTime: d.ExpireTime,
			EnterpriseProjectID: d.EnterpriseProjectID})
	}
	return disks
}

// DiskFilter narrows the list of disks. What is said of a desktop is said of the one that has the disk.
type DiskFilter struct {
	Scope auth.Scope // whose: the zero scope lists none
	Team  string     // as in DesktopFilter
	Text  string     // beginning of the desktop's name or of an ID
	// Type is the disk's ("SAS"), Part one of the parts of a desktop, "" any.
	Type string
	Part DiskPart
	// PoolDiskID lists a pool's disk as each of its desktops has it.
	PoolID, PoolDiskID      string
	Status                  string
	ChargeMode              string
	EnterpriseProjectID     string
	Frozen                  bool
	ExpireFrom, ExpireUntil time.Time // as in DesktopFilter
	Sort                    string
	After                   string // cursor, opaque
	Limit                   int
}

// DiskPart is what a disk is to its desktop.
type DiskPart string

// The parts.
const (
	SystemDisk DiskPart = "system"
	DataDisk   DiskPart = "data"
)

// DiskPage is a page of disks, as DesktopPage.
type DiskPage struct {
	Items []Disk
	Next  string
	Total int
}

// DiskOffers are the kinds that make a disk larger, and those that add another to its desktop; busy tells that an open order
// touches either of them. A system disk is only grown with its image.
func (a Allowance) DiskOffers(d Disk, busy bool) []Offer {
	on := Standing{Desktops: 1, Pooled: one(d.Pooled), Metered: one(d.ChargeMode == cloud.ChargeModeMetered), Frozen: one(d.IsFreeze), Busy: one(busy),
		One: d.DesktopID}
	var offers []Offer
	for _, offer := range a.Offers(on) {
		switch offer.Kind.Type {
		case "expandVolumes":
			if d.Position > 0 && d.VolumeID != "" {
				offers = append(offers, offer)
			}
		case "EXTEND_VOLUME":
			if d.Position > 0 && d.DesktopPoolDiskID != "" {
				offers = append(offers, offer)
			}
		case "addVolumes", "ADD_VOLUME":
			offers = append(offers, offer)
		}
	}
	return offers
}
