package orders_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/i18n"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/testkit"
)

const (
	firstDesktop  = "8d049b4e-4f1e-4ed5-b3a9-a7f0f15658a7"
	secondDesktop = "f8f7fe7a-9043-44ff-815e-ad20fc779d18"
	firstPooled   = "3c1a9f0e-5b77-4d0c-9a42-1e6f0d2b7c11"
	secondPooled  = "5f2b8c1d-6e88-4e1d-8b53-2f7a1e3c8d22"
	somePool      = "b046ac8e-0994-4c09-a8a8-bd989d218120"
	someImage     = "e1d65e11-861c-459d-a3a8-ab150d79befc"
	largePackage  = "workspace.k.xlarge2.uosv20pro"
	poolDisk      = "a1b2c3d4-5e6f-4a7b-8c9d-0e1f2a3b4c5d"
)

// facts are those of a small tenant in which every example is in order.
func facts() *orders.Facts {
	linux := map[string]string{"os_type": "Linux", "metering.image_id": "old-image"}
	desktop := func(name, id, pool string) cloud.Desktop {
		d := cloud.Desktop{DesktopID: id, ComputerName: name, DesktopType: cloud.DesktopDedicated, ProductID: "small",
			RootVolume:  cloud.Volume{VolumeID: "root-" + name, Type: "SAS", Size: 80},
			DataVolumes: []cloud.Volume{{VolumeID: "data-" + name, DisplayName: "data", Type: "SSD", Size: 50, DesktopPoolDiskID: poolDisk}},
			Metadata:    linux, AvailabilityZone: "az1"}
		if pool != "" {
			d.DesktopType, d.PoolID = cloud.DesktopPooled, pool
		}
		return d
	}
	product := func(id, words string) cloud.Product {
		return cloud.Product{ProductID: id, Descriptions: words, Status: "normal", OSType: "Linux",
			CloudServiceType: "hws.service.type.vdi", ResourceType: "desktop"}
	}
	f := &orders.Facts{
		Region:    "ap-southeast-1",
		Workspace: cloud.Workspace{DomainType: cloud.DomainLite},
		Desktops: map[string]cloud.Desktop{
			firstDesktop: desktop("ONE", firstDesktop, ""), secondDesktop: desktop("TWO", secondDesktop, ""),
			firstPooled: desktop("POOL-1", firstPooled, somePool), secondPooled: desktop("POOL-2", secondPooled, somePool),
		},
		Pools: map[string]cloud.Pool{somePool: {ID: somePool, Name: "Support-Desk", DesktopCount: 6, ImageID: "old-image",
			Product: cloud.DesktopProduct{ProductID: "small"}, RootVolume: cloud.Volume{ID: "pool-root", Type: "SAS", Size: 80},
			DataVolumes: []cloud.Volume{{ID: poolDisk, Type: "SAS", Size: 50}}, AvailabilityZone: "az1"}},
		Products: map[string]cloud.Product{"small": product("small", "2 vCPUs"), largePackage: product(largePackage, "8 vCPUs"),
			"workspacehost.k.large4": product("workspacehost.k.large4", "a host"), "workspacehost.lite.large4": product("workspacehost.lite.large4", "a lite")},
		Sharers: map[string]cloud.SharerProduct{
			"workspace.collaboration.6party.standard": {ProductID: "workspace.collaboration.6party.standard", PackageType: "user_sharer",
				CloudServiceType: "hws.service.type.vdi", ResourceType: "sharer", Name: map[string]string{"en-us": "6 users"}},
			"workspace.collaborativedesktop.6party.standard": {PackageType: "desktop_sharer", Name: map[string]string{"en-us": "6 desktops"}},
		},
		Volumes: map[string]cloud.VolumeType{},
		Images: map[string][]cloud.Image{someImage: {
			{ID: someImage, Name: "office", ImageType: "private", OSType: "Linux", MinDisk: 80},
			{ID: someImage, Name: "UOS", ImageType: "gold", OSType: "Linux", MinDisk: 80},
		}},
		Zones: map[string]cloud.AvailabilityZone{"az1": {}, "edge": {Edge: true, SoldOut: []string{largePackage}}},
	}
	for _, name := range []string{"SAS", "SSD", "GPSSD"} {
		f.Volumes[name] = cloud.VolumeType{VolumeType: name, ResourceSpecCode: name, Status: "normal", CloudServiceType: "hws.service.type.ebs", ResourceType: "volume"}
	}
	return f
}

func TestTheExamplesAreInOrderByTheFacts(t *testing.T) {
	printer := i18n.For("en")
	for _, example := range testkit.Examples(t) {
		t.Run(example.Name, func(t *testing.T) {
			for name, f := range map[string]*orders.Facts{"known": facts(), "unknown": {}} {
				payload := decode(t, example.Name)
				assert.Empty(t, payload.CheckFacts(f), name)
				summary := payload.Summary(f)
				assert.True(t, printer.Has(summary.Key), summary.Key)
				assert.NotContains(t, printer.Say(summary.Key, summary.Args), "<no value>")
				changes := payload.Changes(f)
				assert.NotEmpty(t, changes)
				for _, change := range changes {
					assert.True(t, printer.Has(change.What.Key), change.What.Key)
					assert.NotContains(t, printer.Say(change.What.Key, change.What.Args), "<no value>")
				}
			}
		})
	}
}

// wrongByFacts are examples that something known about the tenant forbids.
func TestWhatTheTenantsInventoryForbidsIsRefused(t *testing.T) {
	for _, c := range []struct {
		name, example string
		edits         []any
		know          func(*orders.Facts)
		want          []string
	}{
		{"a package that the desktop has", "change/resizeDesktops", edits("resize_product_id", "small"), nil,
			problems("resize_product_id: must be another package than the one TWO has already")},
		{"a package that is sold out", "change/resizeDesktops", edits("resize_product_id", largePackage), soldOut("sellout"),
			problems("resize_product_id: cannot be had: package " + largePackage + " is sold out")},
		{"a package that is no longer sold", "batch-desktop/RESIZE/desktop_ids", nil, soldOut("abandon"),
			problems("@.product_id: cannot be had: package " + largePackage + " is no longer sold")},
		{"a package that the zone has not left", "subscribe/createDesktops/desktops-list", edits("@.availability_zone", "edge"), nil,
			problems("@.product_id: cannot be had: package " + largePackage + " is sold out in edge")},
		{"a pool in an edge zone without a flavor", "subscribe/createDesktopPool/static-minimal", edits("@.availability_zone", "edge", "@.product_id", "small"), nil,
			problems("@.flavor_id: is mandatory: edge is an edge zone")},
		{"a type of disk that is sold out", "batch-pool/ADD_VOLUME/desktop_pool_id", nil,
			func(f *orders.Facts) { f.Volumes["SAS"] = cloud.VolumeType{Status: "sellout"} },
			problems("@.volume_type: cannot be had: disks of this type are sold out")},
		{"a disk that would shrink", "change/expandVolumes", edits("expand_volume_id", "data-TWO", "expand_new_size", 40), nil,
			problems("expand_new_size: must be larger than the 50 GB that the disk has: disks cannot shrink")},
		{"a disk that would stay as it is", "change/expandVolumes", edits("expand_volume_id", "root-TWO", "expand_new_size", 80), nil,
			problems("expand_new_size: must be larger than the 80 GB that the disk has: disks cannot shrink")},
		{"a pool's disk that would shrink", "batch-pool/EXTEND_VOLUME/desktop_pool_id", edits("@.new_size", 50), nil,
			problems("@.new_size: must be larger than the 50 GB that the disk has: disks cannot shrink")},
		{"disks that would shrink on every desktop", "batch-desktop/EXTEND_VOLUME/desktop_ids", edits("@.new_size", 20), nil,
			problems("@.new_size: must be larger than the 50 GB that the disk has: disks cannot shrink")},
		{"ordinary and pooled desktops", "batch-desktop/RESIZE/desktop_ids", edits("@.desktop_ids[1]", firstPooled), nil,
			problems("@.desktop_ids: must not mix ordinary and pooled desktops: ONE is ordinary, POOL-1 belongs to a pool")},
		{"ordinary and pooled desktops rebuilt", "subscribe/rebuildDesktops", edits("@.desktop_ids[1]", firstPooled), nil,
			problems("@.desktop_ids: must not mix ordinary and pooled desktops: ONE is ordinary, POOL-1 belongs to a pool")},
		{"the package that all have", "batch-desktop/RESIZE/desktop_ids", edits("@.product_id", "small"), nil,
			problems("@.product_id: must be another package than the one ONE has already")},
		{"the package that the pool has", "batch-pool/RESIZE/desktop_pool_id", edits("@.product_id", "small"), nil,
			problems("@.product_id: must be another package than the one Support-Desk has already")},
		{"an image of another type", "subscribe/createDesktops/desktops-list", nil,
			func(f *orders.Facts) { f.Images[someImage] = f.Images[someImage][1:] },
			problems("@.image_type: must be gold: that is what image UOS is")},
		{"an image that is too large", "subscribe/createDesktops/desktops-list", nil, minDisk(100),
			problems("@.root_volume.size: does not fit: image office needs a system disk of at least 100 GB")},
		{"an image that is too large for all", "batch-desktop/CHANGE_IMAGE/desktop_ids", nil, minDisk(100),
			problems("@.image_id: does not fit: image office needs a system disk of at least 100 GB")},
		{"an image that is too large for one", "subscribe/rebuildDesktops", nil, minDisk(100),
			problems("@.image_id: does not fit: image office needs a system disk of at least 100 GB")},
		{"an image with another system than the package", "subscribe/createDesktopPool/static-minimal", nil, windows,
			problems("@.image_id: must be an image with Linux, for which the package is made: this one has Windows")},
		{"a system that the image has not", "subscribe/rebuildDesktops", nil, windows,
			problems("@.os_type: must be Windows: that is the system of image office")},
		{"a Linux group on Windows", "subscribe/createDesktops/minimal-seed-example", edits("@.product_id", "unknown"), windows,
			problems("@.desktops[0].user_group: must be one of administrators, users on Windows desktops")},
		{"a collaboration product for desktops, bought for users", "subscribe/subscribeUserSharer", edits("@.user_sharer_sku", "workspace.collaborativedesktop.6party.standard"), nil,
			problems("@.user_sharer_sku: must be a collaboration product for what is ordered: those for users and those for desktops differ")},
		{"a collaboration product for users, bought for desktops", "batch-pool/ADD_SUB_RESOURCES/desktop_ids", edits("@.sub_resource_sku", "workspace.collaboration.6party.standard"), nil,
			problems("@.sub_resource_sku: must be a collaboration product for what is ordered: those for users and those for desktops differ")},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := facts()
			if c.know != nil {
				c.know(f)
			}
			kind, payload := edited(t, c.example, c.edits)
			want := make([]string, len(c.want))
			for i, problem := range c.want {
				want[i] = at(kind, problem)
			}
			assert.Equal(t, want, sentences(payload.CheckFacts(f)))
			assert.Empty(t, payload.CheckFacts(&orders.Facts{Workspace: f.Workspace}), "what is unknown refuses nothing")
		})
	}
}

func TestABatchGoesOutAsLongAsOneEntryCanBeDone(t *testing.T) {
	f := facts()
	large := f.Desktops[firstDesktop]
	large.ProductID, large.DataVolumes = largePackage, []cloud.Volume{{VolumeID: "v", DesktopPoolDiskID: poolDisk, Size: 500}}
	f.Desktops[firstDesktop] = large
	assert.Empty(t, decode(t, "batch-desktop/RESIZE/desktop_ids").CheckFacts(f))
	assert.Empty(t, decode(t, "batch-desktop/EXTEND_VOLUME/desktop_ids").CheckFacts(f))
	f.Desktops[secondDesktop] = large
	assert.NotEmpty(t, decode(t, "batch-desktop/RESIZE/desktop_ids").CheckFacts(f))
	assert.NotEmpty(t, decode(t, "batch-desktop/EXTEND_VOLUME/desktop_ids").CheckFacts(f))
	delete(f.Desktops, secondDesktop)
	assert.Empty(t, decode(t, "batch-desktop/RESIZE/desktop_ids").CheckFacts(f), "an unknown one may")
}

func TestAnImageOfTwoSystemsForbidsNothing(t *testing.T) {
	kind, payload := edited(t, "batch-pool/CHANGE_IMAGE/desktop_pool_id", nil)
	assert.Equal(t, "batch-pool/CHANGE_IMAGE", kind.Name())
	f := facts()
	f.Images[someImage][1].MinDisk = 500
	assert.Empty(t, payload.CheckFacts(f), "one of the two fits")
	_, payload = edited(t, "subscribe/rebuildDesktops", edits("@.image_type", "market"))
	assert.Empty(t, payload.CheckFacts(f), "market images are not in the catalogue")
}

func TestUserNamesFollowTheDomainAndTheSystem(t *testing.T) {
	const (
		short  = "must be 1 to 20 letters, digits, “-” or “_”, beginning with a letter: "
		noRoom = "must have at most 20 characters on a Windows desktop"
	)
	long := "abcdefghij-abcdefghij-abcdefghij"
	for _, c := range []struct{ name, user, domain, os, want string }{
		{"letters first", "zhang-san", cloud.DomainLite, "Linux", ""},
		{"20 characters", long[:20], cloud.DomainLite, "Linux", ""},
		{"21 characters in a LITE_AD", long[:21], cloud.DomainLite, "Linux", short + "the domain is of type LITE_AD"},
		{"a digit first in a LITE_AD", "1st", cloud.DomainLite, "Windows", short + "the domain is of type LITE_AD"},
		{"a digit first in a LOCAL_AD", "1st", cloud.DomainLocal, "Windows", ""},
		{"32 characters in a LOCAL_AD on Linux", long, cloud.DomainLocal, "Linux", ""},
		{"32 characters in a LOCAL_AD on a system that is not known", long, cloud.DomainLocal, "", ""},
		{"21 characters in a LOCAL_AD on Windows", long[:21], cloud.DomainLocal, "Windows", noRoom},
		{"a digit first while the domain is not known", "1st", "", "Linux",
			short + "longer names, and names that begin with a digit, need a domain of type LOCAL_AD, and the domain is not known"},
	} {
		t.Run(c.name, func(t *testing.T) {
			kind, payload := edited(t, "subscribe/createDesktops/minimal-seed-example",
				edits("@.desktops[0].user_name", c.user, "@.desktops[0].user_group", gone))
			f := facts()
			f.Workspace.DomainType = c.domain
			f.Products = nil
			for i := range f.Images[someImage] {
				f.Images[someImage][i].OSType = c.os
			}
			var want []string
			if c.want != "" {
				want = problems(at(kind, "@.desktops[0].user_name: "+c.want))
			}
			assert.Equal(t, want, sentences(payload.CheckFacts(f)))
		})
	}
}

func TestOrdersAskForTheirPrice(t *testing.T) {
	sized := func(size, measure int) (*int, *int) { return &size, &measure }
	disk := func(id, spec string, gigabytes, n int) cloud.ProductInfo {
		p := cloud.ProductInfo{ID: id, CloudServiceType: "hws.service.type.ebs", ResourceType: "volume", ResourceSpec: spec, SubscriptionNum: n}
		p.ResourceSize, p.SizeMeasureID = sized(gigabytes, cloud.MeasureGB)
		return p
	}
	desktop := func(id, spec string, n int) cloud.ProductInfo {
		return cloud.ProductInfo{ID: id, CloudServiceType: "hws.service.type.vdi", ResourceType: "desktop", ResourceSpec: spec, SubscriptionNum: n}
	}
	eip := func(spec string, megabits, n int) cloud.ProductInfo {
		p := cloud.ProductInfo{ID: "eip", CloudServiceType: "hws.service.type.vpc", ResourceType: "hws.resource.type.bandwidth", ResourceSpec: spec, SubscriptionNum: n}
		p.ResourceSize, p.SizeMeasureID = sized(megabits, cloud.MeasureMbit)
		return p
	}
	bandwidth := eip("wks_bandwidth", 20, 1)
	bandwidth.ID, bandwidth.CloudServiceType, bandwidth.ResourceType = "bandwidth", "hws.service.type.vdi", "hws.resource.type.workspace.bandwidth"
	for _, c := range []struct {
		example     string
		zone        string
		kind, count int
		want        []cloud.ProductInfo
	}{
		{"subscribe/createDesktops/desktops-list", "ap-southeast-1a", 2, 1, []cloud.ProductInfo{desktop("desktop", largePackage, 2), disk("disk-0", "SAS", 80, 2), disk("disk-1", "SSD", 100, 2)}},
		{"subscribe/createDesktops/size-and-desktop_name", "ap-southeast-1a", 3, 1, []cloud.ProductInfo{desktop("desktop", largePackage, 3), disk("disk-0", "SAS", 80, 3), eip("5_bgp", 5, 3)}},
		{"subscribe/addVolumes", "az1", 2, 1, []cloud.ProductInfo{disk("disk-0", "SAS", 50, 1), disk("disk-1", "GPSSD", 100, 1)}},
		{"subscribe/createDesktopPool/static-minimal", "", 3, 1, []cloud.ProductInfo{desktop("desktop", largePackage, 2), disk("disk-0", "SSD", 80, 2)}},
		{"subscribe/expandDesktopPool", "az1", 2, 1, []cloud.ProductInfo{desktop("desktop", "small", 3), disk("disk-0", "SAS", 80, 3), disk("disk-1", "SAS", 50, 3)}},
		{"subscribe/applyDesktopsInternet/desktop_ids", "", 2, 1, []cloud.ProductInfo{eip("5_bgp", 10, 2)}},
		{"subscribe/applyDesktopsInternet/count", "", 2, 1, []cloud.ProductInfo{eip("5_sbgp", 5, 2)}},
		{"subscribe/createExclusiveHosts", "ap-southeast-1a", 3, 1, []cloud.ProductInfo{desktop("desktop", "workspacehost.k.large4", 1), disk("disk-0", "SAS", 80, 1), disk("disk-1", "SSD", 500, 1), desktop("lites", "workspacehost.lite.large4", 8)}},
		{"subscribe/subscribeUserSharer", "", 2, 1, []cloud.ProductInfo{{ID: "sharer", CloudServiceType: "hws.service.type.vdi", ResourceType: "sharer", ResourceSpec: "workspace.collaboration.6party.standard", SubscriptionNum: 2}}},
		{"subscribe/ApplySubnetBandwidth", "", 2, 1, []cloud.ProductInfo{bandwidth}},
	} {
		t.Run(c.example, func(t *testing.T) {
			question, can := decode(t, c.example).Question(facts())
			require.True(t, can)
			assert.Empty(t, question.Inquiry)
			for i := range c.want {
				c.want[i].Region, c.want[i].PeriodType, c.want[i].PeriodNum = "ap-southeast-1", c.kind, c.count
				if c.want[i].ID != "eip" {
					c.want[i].AvailableZone = c.zone
				}
			}
			assert.Equal(t, c.want, question.Products)
		})
	}
	for example, inquiry := range map[string]string{
		"batch-desktop/ADD_VOLUME/desktop_ids":        cloud.InquiryAddVolume,
		"batch-desktop/EXTEND_VOLUME/desktop_ids":     cloud.InquiryExtendVolume,
		"batch-pool/RESIZE/desktop_ids":               cloud.InquiryResize,
		"batch-desktop/CHANGE_IMAGE/desktop_ids":      cloud.InquiryChangeImage,
		"batch-pool/CHANGE_IMAGE/desktop_pool_id":     cloud.InquiryPoolImage,
		"batch-desktop/ADD_SUB_RESOURCES/desktop_ids": cloud.InquiryAddResources,
	} {
		question, can := decode(t, example).Question(&orders.Facts{})
		assert.True(t, can, example)
		assert.Equal(t, inquiry, question.Inquiry, example)
	}
	question, _ := decode(t, "batch-pool/RESIZE/desktop_pool_id").Question(&orders.Facts{})
	assert.JSONEq(t, `{"desktop_pool_id":"`+somePool+`","product_id":"`+largePackage+`","mode":"STOP_DESKTOP"}`, string(question.Body), "the parameters go bare")
}

func TestSomeOrdersHaveNoPrice(t *testing.T) {
	for _, example := range []string{"change/resizeDesktops", "change/expandVolumes", "change/meteredToPeriod", "change/resizeExclusiveLites",
		"subscribe/rebuildDesktops", "batch-desktop/DELETE_SUB_RESOURCES/desktop_ids", "batch-pool/DELETE_SUB_RESOURCES/desktop_pool_id"} {
		_, can := decode(t, example).Question(facts())
		assert.False(t, can, "%s: nobody quotes it", example)
	}
	for _, example := range []string{"subscribe/createDesktops/desktops-list", "subscribe/addVolumes", "subscribe/createDesktopPool/static-minimal",
		"subscribe/expandDesktopPool", "subscribe/createExclusiveHosts", "subscribe/subscribeUserSharer"} {
		_, can := decode(t, example).Question(&orders.Facts{})
		assert.False(t, can, "%s: the catalogue does not know the package", example)
	}
	_, payload := edited(t, "subscribe/applyDesktopsInternet/count", edits("@.eip_charge_mode", "TRAFFIC"))
	_, can := payload.Question(facts())
	assert.False(t, can, "traffic has no price beforehand")
	_, payload = edited(t, "subscribe/createDesktops/size-and-desktop_name", edits("@.eip.charge_mode", "TRAFFIC"))
	question, can := payload.Question(facts())
	assert.True(t, can)
	assert.Len(t, question.Products, 2, "the desktops without their traffic")
}

func TestNowAndAfter(t *testing.T) {
	printer := i18n.For("en")
	lines := func(example string, f *orders.Facts) []string {
		var out []string
		for _, change := range decode(t, example).Changes(f) {
			out = append(out, change.Subject+" | "+printer.Say(change.What.Key, change.What.Args)+" | "+change.Before+" | "+change.After)
		}
		return out
	}
	known, unknown := facts(), &orders.Facts{}
	for _, c := range []struct {
		name, example string
		facts         *orders.Facts
		want          []string
	}{
		{"a package", "change/resizeDesktops", known, []string{"TWO | Package | 2 vCPUs | a host"}},
		{"a package of a desktop that is not known", "change/resizeDesktops", unknown, []string{secondDesktop + " | Package |  | workspacehost.k.large4"}},
		{"a pool's growth", "subscribe/expandDesktopPool", known, []string{"Support-Desk | Desktops | 6 | 9", " | Term, months |  | 1"}},
		{"the growth of a pool that is not known", "subscribe/expandDesktopPool", unknown, []string{somePool + " | More desktops |  | +3", " | Term, months |  | 1"}},
		{"new desktops", "subscribe/createDesktops/desktops-list", known, []string{" | New desktops |  | 2", " | Package |  | 8 vCPUs", " | Image |  | office",
			" | System disk |  | SAS 80 GB", " | Data disks |  | SSD 100 GB", " | Term, months |  | 1"}},
		{"disks of one desktop", "subscribe/addVolumes", known, []string{"ONE | Data disks | SSD 50 GB | SSD 50 GB, SAS 50 GB, GPSSD 100 GB"}},
		{"a disk for a pool", "batch-pool/ADD_VOLUME/desktop_pool_id", known, []string{"Support-Desk | Data disks | SAS 50 GB | SAS 50 GB, SAS 10 GB"}},
		{"a disk for a pool that is not known", "batch-pool/ADD_VOLUME/desktop_pool_id", unknown, []string{somePool + " | New disk |  | SAS 10 GB"}},
		{"larger disks", "batch-desktop/EXTEND_VOLUME/desktop_ids", known, []string{"ONE | Size of disk data | 50 GB | 100 GB", "TWO | Size of disk data | 50 GB | 100 GB"}},
		{"a disk of one desktop", "change/expandVolumes", withDisk("9e3a6daa-4c07-4b3e-a66b-ad5e80bf7143"), []string{"TWO | Size of disk 9e3a6daa-4c07-4b3e-a66b-ad5e80bf7143 | 50 GB | 200 GB"}},
		{"a disk that is not known", "change/expandVolumes", unknown, []string{secondDesktop + " | Size of disk 9e3a6daa-4c07-4b3e-a66b-ad5e80bf7143 |  | 200 GB"}},
		{"a pool's image", "batch-pool/CHANGE_IMAGE/desktop_pool_id", known, []string{"Support-Desk | Image | old-image | office"}},
		{"collaboration given back", "batch-pool/DELETE_SUB_RESOURCES/desktop_pool_id", known, []string{"Support-Desk | Collaboration resources |  | "}},
		{"a conversion", "change/meteredToPeriod", known, []string{"TWO | Term, months |  | 1"}},
		{"Internet access", "subscribe/applyDesktopsInternet/desktop_ids", known, []string{"ONE | EIP |  | 5_bgp 10 Mbit/s", "TWO | EIP |  | 5_bgp 10 Mbit/s", " | Term, months |  | 1"}},
	} {
		t.Run(c.name, func(t *testing.T) { assert.Equal(t, c.want, lines(c.example, c.facts)) })
	}
}

func TestSummaries(t *testing.T) {
	printer := i18n.For("en")
	for example, want := range map[string]string{
		"subscribe/createDesktops/desktops-list":             "2 desktops: 8 vCPUs",
		"subscribe/createDesktopPool/static-minimal":         "Pool Static-Pool with 2 desktops: 8 vCPUs",
		"subscribe/expandDesktopPool":                        "3 more desktops for pool Support-Desk",
		"subscribe/rebuildDesktops":                          "Recompose the system disks of 2 desktops with office",
		"change/resizeDesktops":                              "TWO to a host",
		"change/expandVolumes":                               "A disk of TWO to 200 GB",
		"batch-desktop/ADD_VOLUME/desktop_ids":               "One GPSSD disk of 10 GB for each of 2 desktops",
		"batch-desktop/EXTEND_VOLUME/desktop_pool_id":        "A disk to 100 GB in pool Support-Desk",
		"batch-pool/CHANGE_IMAGE/image_spec_code-deprecated": "Image marketplace.example.spec for pool Support-Desk",
		"batch-desktop/DELETE_SUB_RESOURCES/desktop_ids":     "No collaboration resources any more for 2 desktops",
	} {
		// Summaries are stored: their arguments come back from JSON.
		raw, err := json.Marshal(decode(t, example).Summary(facts()))
		require.NoError(t, err)
		var stored struct {
			Key  string
			Args map[string]any
		}
		require.NoError(t, json.Unmarshal(raw, &stored))
		assert.Equal(t, want, printer.Say(stored.Key, stored.Args), example)
	}
}

// edited reads an example after edits; it still has to be without problems.
func edited(t *testing.T, example string, list []any) (orders.Kind, orders.Payload) {
	t.Helper()
	for _, e := range testkit.Examples(t) {
		if e.Name != example {
			continue
		}
		kind, _ := orders.KindNamed(e.Kind())
		var tree any
		require.NoError(t, json.Unmarshal(e.Body, &tree))
		for i := 0; i < len(list); i += 2 {
			tree = put(tree, steps(at(kind, list[i].(string))), list[i+1])
		}
		raw, err := json.Marshal(tree)
		require.NoError(t, err)
		decoded := orders.DecodeJSON(kind.Door, e.DesktopID(), raw)
		require.Empty(t, decoded.Problems)
		return kind, decoded.Payload
	}
	require.Fail(t, "no such example", example)
	return orders.Kind{}, nil
}

// withDisk are the facts with a nameless disk on the second desktop.
func withDisk(id string) *orders.Facts {
	f := facts()
	desktop := f.Desktops[secondDesktop]
	desktop.DataVolumes = []cloud.Volume{{ID: id, Size: 50}}
	f.Desktops[secondDesktop] = desktop
	return f
}

func soldOut(status string) func(*orders.Facts) {
	return func(f *orders.Facts) { f.Products[largePackage] = cloud.Product{Status: status} }
}

func minDisk(size int) func(*orders.Facts) {
	return func(f *orders.Facts) {
		for i := range f.Images[someImage] {
			f.Images[someImage][i].MinDisk = size
		}
	}
}

func windows(f *orders.Facts) {
	for i := range f.Images[someImage] {
		f.Images[someImage][i].OSType = "Windows"
	}
}
