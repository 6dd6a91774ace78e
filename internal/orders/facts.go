package orders

import (
	"slices"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders/field"
)

// What the facts say of names, and what they refuse. Nothing of this refuses what they do not know.
//
// No rule here looks at how a desktop is charged: the inventory tells the charge mode of a desktop's product, which need
// not be how the desktop itself is billed. Such a refusal is left to the cloud.

// desktopName is the name people know a desktop by, or its ID.
func (f *Facts) desktopName(id string) string {
	if desktop, known := f.Desktops[id]; known && desktop.ComputerName != "" {
		return desktop.ComputerName
	}
	return id
}

// poolName is the name people know a pool by, or its ID.
func (f *Facts) poolName(id string) string {
	if pool, known := f.Pools[id]; known && pool.Name != "" {
		return pool.Name
	}
	return id
}

// productName says a package in words ("8 vCPU · 16 GB · …"), or gives its ID.
func (f *Facts) productName(id string) string {
	if product, known := f.Products[id]; known && product.Descriptions != "" {
		return product.Descriptions
	}
	return id
}

// imageName is an image's name, or its ID.
func (f *Facts) imageName(id string) string {
	if images := f.Images[id]; len(images) > 0 && images[0].Name != "" {
		return images[0].Name
	}
	return id
}

// sharerName is a collaboration product's name, or its SKU.
func (f *Facts) sharerName(sku string) string {
	if name := f.Sharers[sku].Name["en-us"]; name != "" {
		return name
	}
	return sku
}

// diskName is a disk's name, or else its ID.
func diskName(disk cloud.Volume) string {
	for _, name := range []string{disk.DisplayName, disk.VolumeID, disk.ID} {
		if name != "" {
			return name
		}
	}
	return disk.DesktopPoolDiskID
}

// findVolume finds a disk by any of the IDs that the cloud gives it (docs/wire.md section 9).
func findVolume(id string, root cloud.Volume, data []cloud.Volume) (cloud.Volume, bool) {
	for _, disk := range append([]cloud.Volume{root}, data...) {
		if id != "" && (disk.VolumeID == id || disk.ID == id || disk.DesktopPoolDiskID == id) {
			return disk, true
		}
	}
	return cloud.Volume{}, false
}

// productChange is the line of a desktop that gets another package.
func (f *Facts) productChange(desktopID, productID string) Change {
	return Change{Subject: f.desktopName(desktopID), What: field.Say("change.product"),
		Before: f.productName(f.Desktops[desktopID].ProductID), After: f.productName(productID)}
}

// imageChange is the line of a desktop that gets another image.
func (f *Facts) imageChange(desktopID, imageID string) Change {
	return Change{Subject: f.desktopName(desktopID), What: field.Say("change.image"),
		Before: f.imageName(f.Desktops[desktopID].ImageID()), After: f.imageName(imageID)}
}

// notMixed refuses ordinary and pooled desktops in one order (docs/wire.md sections 4.2 and 6). Which of the two a batch
// door takes is not stated anywhere, and nothing is refused for it.
func (f *Facts) notMixed(desktopIDs []string) field.Problems {
	var problems field.Problems
	ordinary, pooled := "", ""
	for _, id := range desktopIDs {
		desktop, known := f.Desktops[id]
		switch {
		case !known:
		case desktop.Pooled():
			pooled = f.desktopName(id)
		default:
			ordinary = f.desktopName(id)
		}
	}
	if ordinary != "" && pooled != "" {
		problems.Add("desktop_ids", "problem.mixed", "ordinary", ordinary, "pooled", pooled)
	}
	return problems
}

// onSale refuses a package that is sold out, in the zone if one is given, or no longer sold.
func (f *Facts) onSale(path, productID, zone string) field.Problems {
	var problems field.Problems
	switch product := f.Products[productID]; {
	case product.Status == "abandon":
		problems.Add(path, "problem.product_abandoned", "product", productID)
	case product.Status == "sellout":
		problems.Add(path, "problem.product_sold_out", "product", productID)
	case productID != "" && slices.Contains(f.Zones[zone].SoldOut, productID):
		problems.Add(path, "problem.product_sold_out_in", "product", productID, "zone", zone)
	}
	return problems
}

// diskOnSale refuses a type of disk that is sold out.
func (f *Facts) diskOnSale(path, volumeType string) field.Problems {
	var problems field.Problems
	if f.Volumes[volumeType].Status == "sellout" {
		problems.Add(path, "problem.disk_sold_out")
	}
	return problems
}

// sharerFits refuses a collaboration product of the other kind.
func (f *Facts) sharerFits(path, sku, packageType string) field.Problems {
	var problems field.Problems
	if product, known := f.Sharers[sku]; known && product.PackageType != packageType {
		problems.Add(path, "problem.sharer_kind")
	}
	return problems
}

// imagesOf are the known images of an ID and, where one is given, a type. The facts have no market images, so nothing is
// known of those.
func (f *Facts) imagesOf(id, imageType string) []cloud.Image {
	var images []cloud.Image
	for _, image := range f.Images[id] {
		if imageType == "" || image.ImageType == imageType {
			images = append(images, image)
		}
	}
	return images
}

// imageOS is the system of an image, "" while it is not known for sure.
func (f *Facts) imageOS(id, imageType string) string {
	images := f.imagesOf(id, imageType)
	if len(images) == 0 {
		return ""
	}
	for _, image := range images[1:] {
		if image.OSType != images[0].OSType {
			return ""
		}
	}
	return systemName(images[0].OSType)
}

// imageFits refuses an image that is not of the type given, needs a larger system disk, or is made for another system
// than the package.
func (f *Facts) imageFits(id, imageType, productID string, rootSize int) field.Problems {
	problems := f.imageOnDisk(id, imageType, rootSize, "root_volume.size")
	os, wanted := f.imageOS(id, imageType), systemName(f.Products[productID].OSType)
	if os != "" && wanted != "" && os != wanted {
		problems.Add("image_id", "problem.image_product", "os", os, "wanted", wanted)
	}
	return problems
}

// imageOnDisk refuses an image that is not of the type given, and one that needs more than the system disk's size; 0 is
// a size that is not known.
func (f *Facts) imageOnDisk(id, imageType string, rootSize int, sizePath string) field.Problems {
	var problems field.Problems
	images := f.imagesOf(id, imageType)
	if len(images) == 0 {
		if known := f.Images[id]; len(known) > 0 && imageType != "market" {
			problems.Add("image_type", "problem.image_type", "image", f.imageName(id), "type", known[0].ImageType)
		}
		return problems
	}
	smallest := slices.MinFunc(images, func(a, b cloud.Image) int { return a.MinDisk - b.MinDisk }).MinDisk
	if rootSize > 0 && rootSize < smallest {
		problems.Add(sizePath, "problem.image_disk", "image", f.imageName(id), "min", smallest)
	}
	return problems
}
