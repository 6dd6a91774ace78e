package embedded

import (
	"slices"

	"github.com/google/uuid"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

// changer says what a batch does to one desktop. A pool's template is shown to it as if it were a desktop.
type changer func(d desktop) (change, error)

// batch plans a batch: an order for each desktop, or one for a whole pool. prepare checks what holds for all targets
// and is refused as a whole.
func batch[T any](prepare func(*view, *T) (changer, error)) planner {
	return func(v *view, wanted request) ([]plan, error) {
		param, ok := orders.Member[T](wanted.payload)
		targets, also := orders.Targeted(wanted.payload)
		if !ok || !also {
			return nil, refuse(codeParameter, "The object that the type %s selects is missing.", wanted.kind)
		}
		change, err := prepare(v, param)
		if err != nil {
			return nil, err
		}
		orderType := cloud.OrderTypeChange
		if _, deletes := any(param).(*orders.DeleteSubResourcesParam); deletes {
			orderType = cloud.OrderTypeUnsubscribe
		}
		if len(targets.DesktopIDs) > 0 {
			return v.planEach(targets.DesktopIDs, orderType, change)
		}
		p, err := v.planPool(targets, orderType, change)
		return []plan{p}, err
	}
}

// planEach plans an order for each desktop; those that cannot be done say why.
func (v *view) planEach(ids []string, orderType int, do changer) ([]plan, error) {
	plans := make([]plan, len(ids))
	var found []desktop
	for i, id := range ids {
		plans[i].orderType = orderType
		d, err := v.mustDesktop(id)
		if err == nil {
			found = append(found, d)
			err = periodic(d)
		}
		var c change
		if err == nil {
			c, err = do(d)
		}
		if err == nil {
			err = v.include(&plans[i], d, c)
		}
		if _, refused := asRefusal(err); err != nil && !refused {
			return nil, err
		}
		plans[i].refused = err
	}
	return plans, notMixed(found)
}

// planPool plans one order for a pool: its template changes, and as many of its desktops as the handle type takes in.
// A desktop that cannot be changed, because it differs from the template, stays as it is.
func (v *view) planPool(targets *orders.BatchTargets, orderType int, do changer) (plan, error) {
	template, err := v.mustPool(targets.DesktopPoolID)
	if err != nil {
		return plan{}, err
	}
	if template.ChargingMode == cloud.ChargeModeMetered {
		return plan{}, refuse(codeNotPeriodic, "The desktop pool %s is pay-per-use.", template.Name)
	}
	c, err := do(likeDesktop(template))
	if err != nil {
		return plan{}, err
	}
	c.alteration.Pool = template.ID
	if len(c.alteration.AddVolumes) > 0 {
		// On the template a disk's ID is the one that the desktops' disks remember.
		disk := c.alteration.AddVolumes[0]
		c.alteration.AddVolumes = []cloud.Volume{{ID: disk.DesktopPoolDiskID, Type: disk.Type, Size: disk.Size, KMSID: disk.KMSID}}
	}
	p := plan{orderType: orderType, targets: []string{poolTarget(template.ID)}, effect: effect{Alter: []alteration{c.alteration}}}
	members, err := v.desktopsOf(template.ID)
	if err != nil {
		return plan{}, err
	}
	for _, d := range members {
		if d.IsFreeze || !takenIn(targets.HandleType, d) {
			continue
		}
		c, err := do(d)
		if _, refused := asRefusal(err); refused {
			continue
		}
		if err == nil {
			err = v.include(&p, d, c)
		}
		if err != nil {
			return plan{}, err
		}
	}
	return p, nil
}

// takenIn tells whether a handle type means a desktop that is there (docs/wire.md section 4.2). Without one, all are.
func takenIn(handleType string, d desktop) bool {
	switch handleType {
	case "ONLY_FOR_EXPAND":
		return false
	case "FOR_EXPAND_AND_IDLE":
		return d.UserName == ""
	}
	return true
}

// likeDesktop shows a pool's template as a desktop.
func likeDesktop(template pool) desktop {
	return desktop{Desktop: cloud.Desktop{ComputerName: template.Name, ProductID: template.Product.ProductID, Product: template.Product,
		RootVolume: template.RootVolume, DataVolumes: template.DataVolumes, ShareResourceSKU: template.ShareResourceSKU,
		AvailabilityZone: template.AvailabilityZone, PoolID: template.ID,
		Metadata: map[string]string{"os_type": template.ImageOSType, "metering.image_id": template.ImageID}}}
}

func addVolumeChange(v *view, m *orders.AddVolumeParam) (changer, error) {
	t, err := v.cloud.catalogue.diskOnSale(m.VolumeType)
	if err != nil {
		return nil, err
	}
	const mostDisks = 10
	// All disks of one order belong together: they remember one disk of the template.
	poolDisk := firstOf(m.DesktopPoolDiskID, uuid.NewString())
	return func(d desktop) (change, error) {
		if len(d.DataVolumes) >= mostDisks {
			return change{}, refuse(codeQuota, "The desktop %s has %d data disks, no more are possible.", d.ComputerName, mostDisks)
		}
		disk := newVolume(cloud.Volume{Type: t.VolumeType.VolumeType, Size: *m.VolumeSize, KMSID: m.KMSID, DesktopPoolDiskID: poolDisk}, len(d.DataVolumes))
		return change{
			alteration: alteration{AddVolumes: []cloud.Volume{disk}},
			parts:      []part{{t.ResourceSpecCode, *m.VolumeSize}},
			needs:      volumeNeeds(*m.VolumeSize),
		}, nil
	}, nil
}

func extendVolumeChange(v *view, m *orders.ExtendVolumeParam) (changer, error) {
	return func(d desktop) (change, error) {
		volumes := append([]cloud.Volume{d.RootVolume}, d.DataVolumes...)
		i := slices.IndexFunc(volumes, func(disk cloud.Volume) bool {
			return disk.DesktopPoolDiskID == m.DesktopPoolDiskID || disk.ID == m.DesktopPoolDiskID || disk.VolumeID == m.DesktopPoolDiskID
		})
		if i < 0 {
			return change{}, refuse(codeNotFound, "%s has no disk %s.", d.ComputerName, m.DesktopPoolDiskID)
		}
		return v.extended(d, volumes[i], *m.NewSize)
	}, nil
}

func resizeChange(v *view, m *orders.ResizeParam) (changer, error) {
	if _, err := v.cloud.catalogue.onSale(m.ProductID, ""); err != nil {
		return nil, err
	}
	return func(d desktop) (change, error) { return v.resized(d, m.ProductID) }, nil
}

func imageChange(v *view, m *orders.ChangeImageParam) (changer, error) {
	var i *image
	if m.ImageID != "" { // it goes before the market's code (docs/wire.md section 4.3)
		var err error
		if i, err = v.cloud.catalogue.mustImage(m.ImageID, m.ImageType); err != nil {
			return nil, err
		}
	} else {
		var known bool
		if i, known = v.cloud.catalogue.imageOfCode(m.ImageSpecCode); !known {
			return nil, refuse(codeNotFound, "The market sells no image as %s.", m.ImageSpecCode)
		}
	}
	return func(d desktop) (change, error) { return v.imageOn(d, i, m.EncryptType, m.KMSID) }, nil
}

func addSharerChange(v *view, m *orders.AddSubResourcesParam) (changer, error) {
	if err := v.cloud.catalogue.sharerOnSale(m.SubResourceSKU, "desktop_sharer"); err != nil {
		return nil, err
	}
	return func(d desktop) (change, error) { return v.shared(d, m.SubResourceSKU) }, nil
}

func deleteSharerChange(v *view, _ *orders.DeleteSubResourcesParam) (changer, error) {
	return func(d desktop) (change, error) { return v.shared(d, "") }, nil
}
