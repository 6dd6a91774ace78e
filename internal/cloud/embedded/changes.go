package embedded

import (
	"workspace-order-console/internal/cloud"
)

// change is what happens to one desktop, or to a pool's template, and what it costs for a month.
type change struct {
	alteration alteration
	parts      []part
	needs      needs
}

// include adds a desktop's change to a plan, priced for the rest of the desktop's term.
func (v *view) include(p *plan, d desktop, c change) error {
	line, err := v.forRest(d.DesktopID, d.ExpireTime, c.parts...)
	if err != nil {
		return err
	}
	c.alteration.Desktop = d.DesktopID
	p.items = append(p.items, line)
	p.targets = append(p.targets, desktopTarget(d.DesktopID))
	p.effect.Alter = append(p.effect.Alter, c.alteration)
	if p.needs == nil {
		p.needs = needs{}
	}
	p.needs.add(c.needs)
	return nil
}

// resized gives a desktop another product.
func (v *view) resized(d desktop, productID string) (change, error) {
	catalogue := v.cloud.catalogue
	if d.ProductID == productID {
		return change{}, refuse(codeNothing, "The desktop %s has the product %s already.", d.ComputerName, productID)
	}
	p, err := catalogue.onSale(productID, d.AvailabilityZone)
	if err != nil {
		return change{}, err
	}
	if p.PackageType == packageLite {
		return change{}, refuse(codeNoFit, "The product %s is not one that desktops are resized to.", productID)
	}
	need := desktopNeeds(p)
	if old, known := catalogue.product(d.ProductID); known {
		if old.Architecture != p.Architecture {
			return change{}, refuse(codeNoFit, "The desktop %s is %s, the product %s is %s.", d.ComputerName, old.Architecture, productID, p.Architecture)
		}
		for quota, n := range desktopNeeds(old) {
			need[quota] -= n
		}
	}
	if os := d.OSType(); os != "" && os != p.OSType {
		return change{}, refuse(codeNoFit, "The desktop %s is %s, the product %s is for %s.", d.ComputerName, os, productID, p.OSType)
	}
	if i, known := catalogue.image(d.ImageID(), ""); known && i.MinRAM > number(p.Memory) {
		return change{}, refuse(codeNoFit, "The image of %s needs %d MB of memory, the product %s has %s MB.", d.ComputerName, i.MinRAM, productID, p.Memory)
	}
	product := carried(p, cloud.ChargeModePeriod)
	return change{
		alteration: alteration{Product: &product},
		parts:      []part{{productID, 1}, {d.ProductID, -1}},
		needs:      need,
	}, nil
}

// extended makes one of a desktop's disks larger.
func (v *view) extended(d desktop, disk cloud.Volume, size int) (change, error) {
	if size <= disk.Size {
		return change{}, refuse(codeShrink, "The disk of %s has %d GB; it can only become larger, not %d GB.", d.ComputerName, disk.Size, size)
	}
	t, err := v.cloud.catalogue.diskOnSale(disk.Type)
	if err != nil {
		return change{}, err
	}
	return change{
		alteration: alteration{Volume: disk.ID, Size: size},
		parts:      []part{{t.ResourceSpecCode, size - disk.Size}},
		needs:      needs{quotaGigabytes: size - disk.Size},
	}, nil
}

// imageOn puts an image on a desktop's system disk. An image of the market is paid by the month; what it replaces is
// not paid any more.
func (v *view) imageOn(d desktop, i *image, encryptType, kmsID string) (change, error) {
	catalogue := v.cloud.catalogue
	if p, known := catalogue.product(d.ProductID); known {
		if err := catalogue.imageFits(i, p, d.RootVolume.Size); err != nil {
			return change{}, err
		}
	}
	made := &newImage{ID: i.ID, Name: i.Name, OSType: i.OSType}
	switch encryptType {
	case "ENCRYPTED":
		made.KMSID = &kmsID
	case "UNENCRYPTED":
		made.KMSID = new(string)
	}
	c := change{alteration: alteration{Image: made}, parts: []part{{i.ProductCode, 1}}}
	if old, known := catalogue.image(d.ImageID(), ""); known {
		c.parts = append(c.parts, part{old.ProductCode, -1})
	}
	return c, nil
}

// shared gives a desktop a collaboration product, or takes it away ("").
func (v *view) shared(d desktop, sku string) (change, error) {
	if d.ShareResourceSKU == sku {
		if sku == "" {
			return change{}, refuse(codeNothing, "The desktop %s has no collaboration resources.", d.ComputerName)
		}
		return change{}, refuse(codeNothing, "The desktop %s has the collaboration product %s already.", d.ComputerName, sku)
	}
	return change{alteration: alteration{Sharer: &sku}, parts: []part{{sku, 1}, {d.ShareResourceSKU, -1}}}, nil
}
