package orders_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

func TestWhatCanBeOrderedForADisk(t *testing.T) {
	t.Parallel()
	disks := func(change func(*cloud.Desktop)) []orders.Disk {
		d := cloud.Desktop{DesktopID: "d1", ExpireTime: "2027-01-01T00:00:00Z", RootVolume: cloud.Volume{VolumeID: "r"},
			DataVolumes: []cloud.Volume{{VolumeID: "v1"}, {ID: "no name"}, {VolumeID: "v2", DesktopPoolDiskID: "p1"}}}
		if change != nil {
			change(&d)
		}
		return orders.DisksOf(d)
	}
	offered := func(d orders.Disk, busy bool) map[string]string {
		found := map[string]string{}
		for _, offer := range (orders.Allowance{}).DiskOffers(d, busy) {
			found[offer.Kind.Name()] = ""
			if offer.Obstacle != nil {
				found[offer.Kind.Name()] = offer.Obstacle.Why.Key
			}
		}
		return found
	}

	ordinary := disks(nil)
	assert.Len(t, ordinary, 3, "a disk without an ID is nothing that an order could name")
	assert.Equal(t, map[string]string{"subscribe/addVolumes": ""}, offered(ordinary[0], false), "the system disk grows with its image alone")
	assert.Equal(t, map[string]string{"subscribe/addVolumes": "", "change/expandVolumes": ""}, offered(ordinary[1], false))
	assert.Equal(t, map[string]string{"subscribe/addVolumes": "obstacle.busy", "change/expandVolumes": "obstacle.busy"}, offered(ordinary[1], true))

	pooled := disks(func(d *cloud.Desktop) { d.PoolID = "pool" })
	assert.Equal(t, map[string]string{"batch-pool/ADD_VOLUME": ""}, offered(pooled[1], false), "one that is not the pool's cannot be grown through the pool")
	assert.Equal(t, 3, pooled[2].Position, "places are the desktop's")
	assert.Equal(t, map[string]string{"batch-pool/ADD_VOLUME": "", "batch-pool/EXTEND_VOLUME": ""}, offered(pooled[2], false))

	metered := disks(func(d *cloud.Desktop) { d.ExpireTime, d.Product.ChargeMode = "", cloud.ChargeModeMetered })
	assert.Equal(t, "obstacle.metered", offered(metered[1], false)["change/expandVolumes"])
	frozen := disks(func(d *cloud.Desktop) { d.IsFreeze = true })
	assert.Equal(t, "obstacle.frozen", offered(frozen[1], false)["change/expandVolumes"])
}
