package embedded

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

// effects holds, for every kind of order, what a completed one changes. The orders are examples.
var effects = map[string]struct {
	example string
	desktop string
	shows   func(t *testing.T, w *world, order cloud.BillingOrder)
}{
	"subscribe/createDesktops": {"subscribe/createDesktops/desktops-list", "", func(t *testing.T, w *world, order cloud.BillingOrder) {
		d := w.named("PC-0001")
		assert.Equal(t, "zhang-san", d.UserName)
		assert.Equal(t, "sudo", d.UserGroup)
		assert.Equal(t, order.OrderID, d.OrderID)
		assert.Equal(t, bigger, d.ProductID)
		assert.Equal(t, cloud.ChargeModePeriod, d.Product.ChargeMode)
		assert.Equal(t, "Linux", d.OSType())
		assert.Equal(t, anImage, d.ImageID())
		assert.Equal(t, 80, d.RootVolume.Size)
		require.Len(t, d.DataVolumes, 1)
		assert.Equal(t, "SSD", d.DataVolumes[0].Type)
		assert.Equal(t, []cloud.Tag{{Key: "dept", Value: "finance"}}, d.Tags)
		assert.Equal(t, "0", d.EnterpriseProjectID)
		assert.Equal(t, aSubnet, d.SubnetID)
		assert.Equal(t, wireTime(start.Add(speed)), d.CreatedTime)
		assert.Equal(t, "2026-12-22T10:00:02Z", d.ExpireTime)
		assert.Equal(t, "li_si", w.named("PC-0002").UserName)
	}},
	"subscribe/addVolumes": {"subscribe/addVolumes", "", func(t *testing.T, w *world, _ cloud.BillingOrder) {
		volumes := w.desktop(ordinary).DataVolumes
		require.Len(t, volumes, 3)
		assert.Equal(t, "GPSSD", volumes[2].Type)
		assert.Equal(t, 100, volumes[2].Size)
		assert.NotEmpty(t, volumes[2].VolumeID)
		assert.Equal(t, "/dev/vdd", volumes[2].Device)
	}},
	"subscribe/rebuildDesktops": {"subscribe/rebuildDesktops", "", func(t *testing.T, w *world, order cloud.BillingOrder) {
		assert.Equal(t, anImage, w.desktop(ordinary).ImageID())
		assert.Equal(t, anImage, w.desktop(metered).ImageID())
		assert.True(t, order.AmountAfterDiscount.IsZero())
	}},
	"subscribe/createDesktopPool": {"subscribe/createDesktopPool/dynamic-autoscale", "", func(t *testing.T, w *world, order cloud.BillingOrder) {
		p := only(w, everything(w, w.Pools), func(p cloud.Pool) bool { return p.Name == "Design-Pool-1" })
		assert.Equal(t, 5, p.DesktopCount)
		assert.Equal(t, "DYNAMIC", p.Type)
		assert.Equal(t, "Linux", p.ImageOSType)
		assert.Equal(t, []string{aSubnet}, p.SubnetIDs)
		assert.Equal(t, "2027-02-22T10:00:02Z", p.ExpireTime)
		d := w.named("DSGN-0500") // the naming policy's first
		assert.Equal(t, p.ID, d.PoolID)
		assert.True(t, d.Pooled())
		assert.Equal(t, order.OrderID, d.OrderID)
		require.Len(t, d.DataVolumes, 1)
		assert.Equal(t, p.DataVolumes[0].ID, d.DataVolumes[0].DesktopPoolDiskID)
		assert.NotEqual(t, p.DataVolumes[0].ID, d.DataVolumes[0].ID)
		assert.Equal(t, p.ID, w.named("DSGN-0504").PoolID)
	}},
	"subscribe/expandDesktopPool": {"subscribe/expandDesktopPool", "", func(t *testing.T, w *world, _ cloud.BillingOrder) {
		assert.Equal(t, 9, w.pool(thePool).DesktopCount)
		d := w.named("SUP-1102")
		assert.Equal(t, thePool, d.PoolID)
		assert.Equal(t, "workspace.k.large4.uosv20pro", d.ProductID)
		assert.Equal(t, theDisk, d.DataVolumes[0].DesktopPoolDiskID)
		assert.Equal(t, w.pool(thePool).ImageID, d.ImageID())
	}},
	"subscribe/applyDesktopsInternet": {"subscribe/applyDesktopsInternet/desktop_ids", "", func(t *testing.T, w *world, _ cloud.BillingOrder) {
		eip := only(w, everything(w, w.EIPs), func(e cloud.EIP) bool { return e.DesktopID == ordinary })
		assert.Equal(t, 10, eip.BandwidthSize)
		assert.Equal(t, "5_bgp", eip.Type)
		other := only(w, everything(w, w.EIPs), func(e cloud.EIP) bool { return e.DesktopID == metered })
		assert.NotEqual(t, eip.Address, other.Address)
	}},
	"subscribe/createExclusiveHosts": {"subscribe/createExclusiveHosts", "", func(t *testing.T, w *world, order cloud.BillingOrder) {
		h := only(w, everything(w, w.Hosts), func(h cloud.Host) bool { return h.Name == "host-a" })
		assert.Equal(t, cloud.Host{DedicatedHostID: h.DedicatedHostID, Name: "host-a", ProductID: "workspacehost.k.large4",
			AvailabilityZone: "ap-southeast-1a", OrderID: order.OrderID, State: "available", InstanceTotal: 8, EnterpriseProjectID: "0"}, h)
	}},
	"subscribe/subscribeUserSharer": {"subscribe/subscribeUserSharer", "", func(t *testing.T, w *world, _ cloud.BillingOrder) {
		for _, name := range []string{"zhang-san", "li_si"} {
			assert.True(t, only(w, everything(w, w.Users), func(u cloud.User) bool { return u.UserName == name }).ShareSpaceSubscription)
		}
	}},
	"subscribe/ApplySubnetBandwidth": {"subscribe/ApplySubnetBandwidth", "", func(t *testing.T, w *world, order cloud.BillingOrder) {
		b := only(w, everything(w, w.Bandwidths), func(b cloud.Bandwidth) bool { return b.SubnetID == aSubnet })
		assert.Equal(t, "office-bandwidth", b.BandwidthName)
		assert.Equal(t, 20, b.Size)
		assert.Equal(t, order.OrderID, b.OrderID)
	}},

	"change/resizeDesktops": {"change/resizeDesktops", metered, func(t *testing.T, w *world, _ cloud.BillingOrder) {
		d := w.desktop(metered)
		assert.Equal(t, "workspacehost.k.large4", d.ProductID)
		assert.Equal(t, "workspacehost.k.large4", d.Product.ProductID)
		assert.Equal(t, "16", d.Product.CPU)
		assert.Equal(t, cloud.ChargeModeMetered, d.Product.ChargeMode, "how it is billed is another matter")
	}},
	"change/expandVolumes": {"change/expandVolumes", metered, func(t *testing.T, w *world, _ cloud.BillingOrder) {
		disk := only(w, w.desktop(metered).DataVolumes, func(v cloud.Volume) bool { return v.VolumeID == aDisk })
		assert.Equal(t, 200, disk.Size)
	}},
	"change/meteredToPeriod": {"change/meteredToPeriod", metered, func(t *testing.T, w *world, order cloud.BillingOrder) {
		d := w.desktop(metered)
		assert.Equal(t, cloud.ChargeModePeriod, d.Product.ChargeMode)
		assert.Equal(t, wireTime(start.Add(speed).AddDate(0, 1, 0)), d.ExpireTime)
		assert.Equal(t, cloud.OrderTypeMeteredToPeriod, order.OrderType)
	}},
	"change/resizeExclusiveLites": {"change/resizeExclusiveLites", metered, func(t *testing.T, w *world, order cloud.BillingOrder) {
		equalMoney(t, "59.20", order.AmountAfterDiscount) // four more for a month
		refused(t, w.place(cloud.DoorChange, metered, string(of(t, "change/resizeExclusiveLites"))), 400, codeNothing)
	}},

	"batch-desktop/ADD_VOLUME": {"batch-desktop/ADD_VOLUME/desktop_ids", "", func(t *testing.T, w *world, _ cloud.BillingOrder) {
		volumes := w.desktop(ordinary).DataVolumes
		require.Len(t, volumes, 2)
		assert.Equal(t, cloud.Volume{ID: volumes[1].ID, VolumeID: volumes[1].VolumeID, Type: "GPSSD", Size: 10, Device: "/dev/vdc",
			DesktopPoolDiskID: volumes[1].DesktopPoolDiskID, KMSID: "d5e6f708-1923-4b4c-8d5e-6f7081920314"}, volumes[1])
		assert.Len(t, w.desktop(metered).DataVolumes, 3)
	}},
	"batch-desktop/EXTEND_VOLUME": {"batch-desktop/EXTEND_VOLUME/desktop_ids", "", func(t *testing.T, w *world, _ cloud.BillingOrder) {
		assert.Equal(t, 100, w.desktop(ordinary).DataVolumes[0].Size)
		assert.Equal(t, 100, w.desktop(metered).DataVolumes[0].Size)
	}},
	"batch-desktop/RESIZE": {"batch-desktop/RESIZE/desktop_ids", "", func(t *testing.T, w *world, _ cloud.BillingOrder) {
		assert.Equal(t, bigger, w.desktop(ordinary).ProductID)
		assert.Equal(t, bigger, w.desktop(metered).ProductID)
	}},
	"batch-desktop/CHANGE_IMAGE": {"batch-desktop/CHANGE_IMAGE/desktop_ids", "", func(t *testing.T, w *world, _ cloud.BillingOrder) {
		d := w.desktop(ordinary)
		assert.Equal(t, anImage, d.ImageID())
		assert.Equal(t, "d5e6f708-1923-4b4c-8d5e-6f7081920314", d.RootVolume.KMSID)
	}},
	"batch-desktop/ADD_SUB_RESOURCES": {"batch-desktop/ADD_SUB_RESOURCES/desktop_ids", "", func(t *testing.T, w *world, order cloud.BillingOrder) {
		assert.Equal(t, "workspace.collaborativedesktop.6party.standard", w.desktop(ordinary).ShareResourceSKU)
		assert.True(t, order.AmountAfterDiscount.IsPositive())
	}},
	"batch-desktop/DELETE_SUB_RESOURCES": {"batch-desktop/DELETE_SUB_RESOURCES/desktop_ids", "", func(t *testing.T, w *world, order cloud.BillingOrder) {
		assert.Empty(t, w.desktop(ordinary).ShareResourceSKU)
		assert.Equal(t, cloud.OrderTypeUnsubscribe, order.OrderType)
		assert.True(t, order.AmountAfterDiscount.IsNegative())
	}},

	"batch-pool/ADD_VOLUME": {"batch-pool/ADD_VOLUME/desktop_pool_id", "", func(t *testing.T, w *world, _ cloud.BillingOrder) {
		p := w.pool(thePool)
		require.Len(t, p.DataVolumes, 2)
		assert.Equal(t, 10, p.DataVolumes[1].Size)
		for _, id := range []string{pooledA, pooledB} {
			volumes := w.desktop(id).DataVolumes
			require.Len(t, volumes, 2)
			assert.Equal(t, p.DataVolumes[1].ID, volumes[1].DesktopPoolDiskID)
		}
	}},
	"batch-pool/EXTEND_VOLUME": {"batch-pool/EXTEND_VOLUME/desktop_pool_id", "", func(t *testing.T, w *world, _ cloud.BillingOrder) {
		assert.Equal(t, 100, w.pool(thePool).DataVolumes[0].Size)
		assert.Equal(t, 100, w.desktop(pooledB).DataVolumes[0].Size)
	}},
	"batch-pool/RESIZE": {"batch-pool/RESIZE/desktop_pool_id", "", func(t *testing.T, w *world, _ cloud.BillingOrder) {
		assert.Equal(t, bigger, w.pool(thePool).Product.ProductID)
		assert.Equal(t, cloud.ChargeModePeriod, w.pool(thePool).Product.ChargeMode)
		assert.Equal(t, bigger, w.desktop(pooledA).ProductID)
	}},
	"batch-pool/CHANGE_IMAGE": {"batch-pool/CHANGE_IMAGE/image_spec_code-deprecated", "", func(t *testing.T, w *world, order cloud.BillingOrder) {
		p := w.pool(thePool)
		assert.Equal(t, "UOS V20 with office suite", p.ImageName)
		assert.Equal(t, p.ImageID, w.desktop(pooledA).ImageID())
		equalMoney(t, "226.50", order.AmountAfterDiscount) // six times 7.50 a month for 151 days
	}},
	"batch-pool/ADD_SUB_RESOURCES": {"batch-pool/ADD_SUB_RESOURCES/desktop_pool_id", "", func(t *testing.T, w *world, _ cloud.BillingOrder) {
		assert.Equal(t, "workspace.collaborativedesktop.6party.standard", w.pool(thePool).ShareResourceSKU)
		assert.Equal(t, "workspace.collaborativedesktop.6party.standard", w.desktop(pooledA).ShareResourceSKU)
	}},
	"batch-pool/DELETE_SUB_RESOURCES": {"batch-pool/DELETE_SUB_RESOURCES/desktop_pool_id", "", func(t *testing.T, w *world, _ cloud.BillingOrder) {
		assert.Empty(t, w.pool(thePool).ShareResourceSKU)
		assert.Empty(t, w.desktop(pooledB).ShareResourceSKU)
	}},
}

func TestWhatACompletedOrderChanges(t *testing.T) {
	for _, kind := range orders.Kinds {
		t.Run(kind.Name(), func(t *testing.T) {
			c, ok := effects[kind.Name()]
			require.True(t, ok)
			w := fresh(t)
			answer := w.place(kind.Door, c.desktop, string(of(t, c.example)))
			require.Equal(t, cloud.OutcomeDone, answer.Outcome, "%s", answer.Body)
			var last cloud.BillingOrder
			for _, entry := range answer.Entries {
				if w.order(entry.OrderID).Status == cloud.StatusToBePaid {
					require.NoError(t, w.Pay(t.Context(), entry.OrderID))
				}
			}
			w.wait(speed)
			for _, entry := range answer.Entries {
				last = w.order(entry.OrderID)
				require.Equal(t, cloud.StatusCompleted, last.Status)
			}
			c.shows(t, w, last)
		})
	}
}

func TestDesktopsAreNamed(t *testing.T) {
	create := func(rest string) string {
		return `{"type":"createDesktops","enterprise_project_id":"outer","resources":[{"period_type":3,"period_num":2,"create_desktops":{"desktop_type":"SHARED","product_id":"` +
			bigger + `","image_type":"gold","image_id":"` + anImage + `","root_volume":{"type":"SAS","size":80},` + rest + `}}]}`
	}
	for name, c := range map[string]struct {
		rest string
		want []string
	}{
		"one by its name":       {`"size":1,"desktop_name":"BOARDROOM"`, []string{"BOARDROOM"}},
		"several by a prefix":   {`"size":3,"desktop_name":"SALES"`, []string{"SALES01", "SALES02", "SALES03"}},
		"around names in use":   {`"size":5,"desktop_name":"SUP-10"`, []string{"SUP-1016", "SUP-1017", "SUP-1018", "SUP-1019", "SUP-1024"}},
		"by a policy":           {`"size":2,"desktop_name_policy_id":"c4d5e6f7-0812-4a3b-9c4d-5e6f70819203"`, []string{"DSGN-0500", "DSGN-0501"}},
		"by the default policy": {`"desktops":[{"user_name":"a"},{"user_name":"b"}]`, []string{"WS-0001", "WS-0002"}},
		"by a prefix of their own": {`"desktops":[{"user_name":"a","desktop_name_prefix":"LAB-"},{"user_name":"b","computer_name":"MINE"}]`,
			[]string{"LAB-01", "MINE"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := fresh(t)
			order := w.completed(cloud.DoorSubscribe, "", create(c.rest))
			var got []string
			for _, d := range everything(w, w.Desktops) {
				if d.OrderID == order.OrderID {
					got = append(got, d.ComputerName)
					assert.Equal(t, "outer", d.EnterpriseProjectID)
					assert.Equal(t, "SHARED", d.DesktopType)
					assert.Equal(t, "2028-11-22T10:00:02Z", d.ExpireTime)
				}
			}
			assert.Equal(t, c.want, got)
		})
	}
}

func TestNumberingGoesOn(t *testing.T) {
	w := fresh(t)
	first := w.placed(cloud.DoorSubscribe, "", growPool)
	require.NoError(t, w.Cancel(t.Context(), first))
	w.completed(cloud.DoorSubscribe, "", growPool)
	w.named("SUP-1102")
	w.named("SUP-1103")
	assert.False(t, slices.ContainsFunc(everything(w, w.Desktops), func(d cloud.Desktop) bool { return d.ComputerName == "SUP-1100" }),
		"a number is given once, used or not")
}

func TestUsersThatTheDirectoryDoesNotKnowAreMade(t *testing.T) {
	w := fresh(t)
	w.completed(cloud.DoorSubscribe, "", string(of(t, "subscribe/createDesktops/minimal-seed-example")))
	user := only(w, everything(w, w.Users), func(u cloud.User) bool { return u.UserName == "test" })
	assert.Equal(t, "test@test.com", user.UserEmail)
	assert.Equal(t, 1, user.TotalDesktops)
	w.completed(cloud.DoorSubscribe, "", string(of(t, "subscribe/createDesktops/minimal-seed-example")))
	user = only(w, everything(w, w.Users), func(u cloud.User) bool { return u.UserName == "test" })
	assert.Equal(t, 2, user.TotalDesktops)
}

func TestNewDesktopsGoOnline(t *testing.T) {
	w := fresh(t)
	w.completed(cloud.DoorSubscribe, "", string(of(t, "subscribe/createDesktops/size-and-desktop_name")))
	d := w.named("SALES02")
	eip := only(w, everything(w, w.EIPs), func(e cloud.EIP) bool { return e.DesktopID == d.DesktopID })
	assert.Equal(t, 5, eip.BandwidthSize)

	free := only(w, everything(w, w.EIPs), func(e cloud.EIP) bool { return e.DesktopID == "" })
	body := edited(t, of(t, "subscribe/createDesktops/minimal-seed-example"), func(b map[string]any) {
		inside(b)["eip"] = map[string]any{"id": free.ID}
	})
	order := w.completed(cloud.DoorSubscribe, "", body)
	d = only(w, everything(w, w.Desktops), func(d cloud.Desktop) bool { return d.OrderID == order.OrderID })
	eip = only(w, everything(w, w.EIPs), func(e cloud.EIP) bool { return e.ID == free.ID })
	assert.Equal(t, d.DesktopID, eip.DesktopID)
}

func TestAHostOrderMakesAsManyHosts(t *testing.T) {
	w := fresh(t)
	body := edited(t, of(t, "subscribe/createExclusiveHosts"), func(b map[string]any) {
		inside(b)["quantity"] = 2
		delete(inside(b), "resize_exclusive_lites")
	})
	w.completed(cloud.DoorSubscribe, "", body)
	h := only(w, everything(w, w.Hosts), func(h cloud.Host) bool { return h.Name == "host-a-2" })
	assert.Equal(t, 4, h.InstanceTotal)
}

func TestAnImageIsUnencryptedWhenItIsAskedFor(t *testing.T) {
	w := fresh(t)
	image := func(rest string) string {
		return `{"type":"CHANGE_IMAGE","change_image_param":{"desktop_ids":["` + ordinary + `"],"image_type":"gold","image_id":"` + anImage + `",` + rest + `}}`
	}
	w.completed(cloud.DoorBatchDesktop, "", image(`"encrypt_type":"ENCRYPTED","kms_id":"k-1"`))
	assert.Equal(t, "k-1", w.desktop(ordinary).RootVolume.KMSID)
	w.completed(cloud.DoorBatchDesktop, "", image(`"encrypt_type":"KEEP"`))
	assert.Equal(t, "k-1", w.desktop(ordinary).RootVolume.KMSID)
	w.completed(cloud.DoorBatchDesktop, "", image(`"encrypt_type":"UNENCRYPTED"`))
	assert.Empty(t, w.desktop(ordinary).RootVolume.KMSID)
}

func TestAConvertedDesktopIsPaidUntilItsDay(t *testing.T) {
	w := fresh(t)
	w.completed(cloud.DoorChange, metered, `{"type":"meteredToPeriod","period_type":3,"period_num":1}`)
	order := w.order(w.placed(cloud.DoorChange, metered, `{"type":"expandVolumes","expand_volume_id":"`+aDisk+`","expand_new_size":110}`))
	equalMoney(t, "7.54", order.AmountAfterDiscount) // 0.62 a month for 365 days
	assert.Equal(t, cloud.StatusToBePaid, order.Status)
	assert.Equal(t, start.Add(speed).Add(24*time.Hour), order.PendingPaymentEndTime)
}
