package orders

import (
	"fmt"

	"workspace-order-console/internal/cloud"
)

// How the billing service is asked for what is in no catalogue: EIPs and Workspace bandwidth. No source pairs these
// orders with rated products; the codes are the console's reading of the service's names, and all of them stand here.
const (
	eipServiceType     = "hws.service.type.vpc"
	eipResourceType    = "hws.resource.type.bandwidth"
	desktopServiceType = "hws.service.type.vdi"
	bandwidthResource  = "hws.resource.type.workspace.bandwidth"
	bandwidthSpec      = "wks_bandwidth" // also the only charge_mode of a yearly/monthly bandwidth
)

// eipProduct is the rated product of n EIPs of one type ("5_bgp") that are billed by bandwidth.
func eipProduct(eipType string, size, n int) cloud.ProductInfo {
	measure := cloud.MeasureMbit
	return cloud.ProductInfo{ID: "eip", CloudServiceType: eipServiceType, ResourceType: eipResourceType, ResourceSpec: eipType,
		ResourceSize: &size, SizeMeasureID: &measure, SubscriptionNum: n}
}

// bandwidthProduct is the rated product of one Workspace bandwidth.
func bandwidthProduct(size int) cloud.ProductInfo {
	measure := cloud.MeasureMbit
	return cloud.ProductInfo{ID: "bandwidth", CloudServiceType: desktopServiceType, ResourceType: bandwidthResource,
		ResourceSpec: bandwidthSpec, ResourceSize: &size, SizeMeasureID: &measure, SubscriptionNum: 1}
}

// desktopProducts are the rated products of n desktops: their package and each disk. It tells false when the
// catalogue does not know the package or a disk type, for then the billing service cannot be asked.
func (f *Facts) desktopProducts(productID, az string, n int, volumes []cloud.Volume) ([]cloud.ProductInfo, bool) {
	product, known := f.product("desktop", productID, az, n)
	if !known {
		return nil, false
	}
	diskProducts, ok := f.diskProducts(volumes, az, n)
	return append([]cloud.ProductInfo{product}, diskProducts...), ok
}

// product is the rated product of n of a package.
func (f *Facts) product(id, productID, az string, n int) (cloud.ProductInfo, bool) {
	product, known := f.Products[productID]
	return cloud.ProductInfo{ID: id, CloudServiceType: product.CloudServiceType, ResourceType: product.ResourceType,
		ResourceSpec: productID, AvailableZone: az, SubscriptionNum: n}, known
}

// diskProducts are the rated products of disks, n of each.
func (f *Facts) diskProducts(volumes []cloud.Volume, az string, n int) ([]cloud.ProductInfo, bool) {
	infos := make([]cloud.ProductInfo, len(volumes))
	for i, volume := range volumes {
		disk, known := f.Volumes[volume.Type]
		if !known {
			return nil, false
		}
		size, measure := volume.Size, cloud.MeasureGB
		infos[i] = cloud.ProductInfo{ID: fmt.Sprintf("disk-%d", i), CloudServiceType: disk.CloudServiceType, ResourceType: disk.ResourceType,
			ResourceSpec: disk.ResourceSpecCode, ResourceSize: &size, SizeMeasureID: &measure, AvailableZone: az, SubscriptionNum: n}
	}
	return infos, true
}
