package embedded

import (
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

// rebuildDesktops puts an image on the system disks of all desktops, or on none.
func rebuildDesktops(v *view, m *orders.RebuildDesktops, _ request) (plan, error) {
	list, err := v.mustDesktops(m.DesktopIDs)
	if err != nil {
		return plan{}, err
	}
	i, err := v.cloud.catalogue.mustImage(m.ImageID, m.ImageType)
	if err != nil {
		return plan{}, err
	}
	if m.OSType != "" && m.OSType != i.OSType {
		return plan{}, refuse(codeNoFit, "The image %s is %s, not %s.", i.Name, i.OSType, m.OSType)
	}
	p := plan{orderType: cloud.OrderTypeChange}
	for _, d := range list {
		c, err := v.imageOn(d, i, m.EncryptType, m.KMSID)
		if err == nil {
			err = v.include(&p, d, c)
		}
		if err != nil {
			return plan{}, err
		}
	}
	return p, nil
}

// changed plans a change of the one desktop in the path.
func (v *view) changed(d desktop, c change) (plan, error) {
	p := plan{orderType: cloud.OrderTypeChange}
	return p, v.include(&p, d, c)
}

func resizeDesktops(v *view, m *orders.ResizeDesktops, _ request) (plan, error) {
	d, err := v.mustDesktop(m.Desktop)
	if err == nil {
		err = periodic(d)
	}
	if err != nil {
		return plan{}, err
	}
	c, err := v.resized(d, m.ResizeProductID)
	if err != nil {
		return plan{}, err
	}
	return v.changed(d, c)
}

func expandVolumes(v *view, m *orders.ExpandVolumes, _ request) (plan, error) {
	d, err := v.mustDesktop(m.Desktop)
	if err == nil {
		err = periodic(d)
	}
	if err != nil {
		return plan{}, err
	}
	for _, disk := range append([]cloud.Volume{d.RootVolume}, d.DataVolumes...) {
		if disk.VolumeID == m.ExpandVolumeID || disk.ID == m.ExpandVolumeID {
			c, err := v.extended(d, disk, *m.ExpandNewSize)
			if err != nil {
				return plan{}, err
			}
			return v.changed(d, c)
		}
	}
	return plan{}, refuse(codeNotFound, "The desktop %s has no disk %s.", d.ComputerName, m.ExpandVolumeID)
}

// meteredToPeriod buys a period for a pay-per-use desktop: its product, its disks and its collaboration.
func meteredToPeriod(v *view, m *orders.MeteredToPeriod, wanted request) (plan, error) {
	d, err := v.mustDesktop(m.Desktop)
	if err != nil {
		return plan{}, err
	}
	if d.Product.ChargeMode != cloud.ChargeModeMetered {
		return plan{}, refuse(codeNotPeriodic, "The desktop %s is yearly/monthly already.", d.ComputerName)
	}
	if d.Pooled() {
		return plan{}, refuse(codeNotPeriodic, "The desktop %s belongs to a pool and cannot be converted on its own.", d.ComputerName)
	}
	periodType, periodNum := wanted.period()
	line, err := v.forPeriod(d.DesktopID, d.ProductID, 1, 1, periodType, periodNum)
	if err != nil {
		return plan{}, err
	}
	// The disks are there and counted; only their price matters.
	lines, _, err := v.billDisks(append([]cloud.Volume{d.RootVolume}, d.DataVolumes...), 1, periodType, periodNum)
	if err != nil {
		return plan{}, err
	}
	p := plan{orderType: cloud.OrderTypeMeteredToPeriod, items: append([]item{line}, lines...),
		targets: []string{desktopTarget(d.DesktopID)},
		effect: effect{PeriodType: periodType, PeriodNum: periodNum,
			Alter: []alteration{{Desktop: d.DesktopID, ToPeriod: true}}}}
	if d.ShareResourceSKU != "" {
		line, err := v.forPeriod("sharer", d.ShareResourceSKU, 1, 1, periodType, periodNum)
		if err != nil {
			return plan{}, err
		}
		p.items = append(p.items, line)
	}
	return p, nil
}

func resizeExclusiveLites(v *view, m *orders.ResizeExclusiveLites, _ request) (plan, error) {
	d, err := v.mustDesktop(m.Desktop)
	if err == nil {
		err = v.cloud.catalogue.liteOnSale(m.ExclusiveLitesProductID)
	}
	if err != nil {
		return plan{}, err
	}
	if d.Lites == nil {
		return plan{}, refuse(codeNoFit, "The desktop %s is not an exclusive lite.", d.ComputerName)
	}
	wanted := lites{ProductID: m.ExclusiveLitesProductID, Quantity: *m.NewQuantity}
	if *d.Lites == wanted {
		return plan{}, refuse(codeNothing, "The exclusive lite %s has %d desktops already.", d.ComputerName, wanted.Quantity)
	}
	return v.changed(d, change{
		alteration: alteration{Lites: &wanted},
		parts:      []part{{wanted.ProductID, wanted.Quantity}, {d.Lites.ProductID, -d.Lites.Quantity}},
	})
}
