package orders

import (
	"fmt"

	"workspace-order-console/internal/cloud"
)

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

// desktopProducts are the rated products of n desktops: their package and each disk. It tells false when the
// catalogue does not know the package or a disk type, for then the billing service cannot be asked.
func (f *Facts) desktopProducts(productID, az string, n int, volumes []cloud.Volume) ([]cloud.ProductInfo, bool) {
	product, known := f.Products[productID]
	if !known {
		return nil, false
	}
	infos := []cloud.ProductInfo{{ID: "desktop", CloudServiceType: product.CloudServiceType, ResourceType: product.ResourceType,
		ResourceSpec: productID, AvailableZone: az, SubscriptionNum: n}}
	for i, volume := range volumes {
		info, ok := f.volumeProduct(fmt.Sprintf("disk-%d", i), volume.Type, volume.Size, az, n)
		if !ok {
			return nil, false
		}
		infos = append(infos, info)
	}
	return infos, true
}

// volumeProduct is the rated product of n disks of one type and size in GB.
func (f *Facts) volumeProduct(id, volumeType string, size int, az string, n int) (cloud.ProductInfo, bool) {
	disk, known := f.Volumes[volumeType]
	if !known {
		return cloud.ProductInfo{}, false
	}
	measure := cloud.MeasureGB
	return cloud.ProductInfo{ID: id, CloudServiceType: disk.CloudServiceType, ResourceType: disk.ResourceType,
		ResourceSpec: disk.ResourceSpecCode, ResourceSize: &size, SizeMeasureID: &measure, AvailableZone: az, SubscriptionNum: n}, true
}

// productName says a package in words ("8 vCPU · 16 GB · …"), or gives its ID.
func (f *Facts) productName(id string) string {
	if product, known := f.Products[id]; known && product.Descriptions != "" {
		return product.Descriptions
	}
	return id
}
