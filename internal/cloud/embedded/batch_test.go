package embedded

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/cloud"
)

func TestABatchAnswersForEachDesktop(t *testing.T) {
	w := fresh(t)
	windows, onDemand, frozen, taken := w.named("DSGN-0412").DesktopID, w.named("DSGN-0417").DesktopID,
		w.named("DSGN-0425").DesktopID, w.named("SUP-1001").DesktopID
	w.placed(cloud.DoorChange, taken, `{"type":"resizeDesktops","resize_product_id":"`+bigger+`"}`)
	small := w.named("SUP-1002").DesktopID

	answer := w.place(cloud.DoorBatchDesktop, "", `{"type":"RESIZE","resize_param":{"product_id":"`+bigger+`","desktop_ids":
		["`+ordinary+`","none","`+windows+`","`+onDemand+`","`+frozen+`","`+taken+`","`+small+`"]}}`)
	require.Equal(t, cloud.OutcomeDone, answer.Outcome, "%s", answer.Body)
	require.Len(t, answer.Entries, 7)
	codes := map[string]int{}
	placed := 0
	for _, entry := range answer.Entries {
		if entry.Placed() {
			placed++
			assert.Equal(t, "SUCCESS", entry.Result)
			assert.Equal(t, cloud.StatusToBePaid, *entry.OrderStatus)
			assert.Equal(t, cloud.OrderTypeChange, w.order(entry.OrderID).OrderType)
			continue
		}
		assert.Equal(t, "FAIL", entry.Result)
		assert.Empty(t, entry.OrderID)
		assert.Nil(t, entry.OrderStatus)
		assert.NotEmpty(t, entry.ResultMsg)
		codes[entry.ResultCode]++
	}
	assert.Equal(t, 2, placed)
	assert.Equal(t, map[string]int{codeNotFound: 1, codeNoFit: 1, codeNotPeriodic: 1, codeFrozen: 1, codeOpenOrder: 1}, codes)
}

func TestABatchThatFailsThroughoutIsAnAnswer(t *testing.T) {
	w := fresh(t)
	answer := w.place(cloud.DoorBatchPool, "", `{"type":"ADD_VOLUME","add_volume_param":{"volume_type":"SAS","volume_size":10,"desktop_ids":["none","neither"]}}`)
	assert.Equal(t, cloud.OutcomeDone, answer.Outcome)
	assert.Equal(t, 200, answer.HTTPStatus)
	for _, entry := range answer.Entries {
		assert.True(t, entry.Failed())
	}
}

func TestABatchIsRefusedAsAWhole(t *testing.T) {
	w := fresh(t)
	training := only(w, everything(w, w.Pools), func(p cloud.Pool) bool { return p.Name == "Training-Room" }).ID
	contractors := only(w, everything(w, w.Pools), func(p cloud.Pool) bool { return p.Name == "Contractors" }).ID
	night := only(w, everything(w, w.Pools), func(p cloud.Pool) bool { return p.Name == "Support-Night" }).ID
	one := `"desktop_ids":["` + ordinary + `"]`
	pool := `"desktop_pool_id":"` + thePool + `"`
	for name, c := range map[string]struct{ body, code string }{
		"mixed":                {`{"type":"RESIZE","resize_param":{"product_id":"` + bigger + `","desktop_ids":["` + ordinary + `","` + pooledA + `"]}}`, codeMixed},
		"unknown product":      {`{"type":"RESIZE","resize_param":{"product_id":"none",` + one + `}}`, codeNotOnSale},
		"sold-out product":     {`{"type":"RESIZE","resize_param":{"product_id":"workspace.g.8xlarge4.v100.win",` + one + `}}`, codeNotOnSale},
		"unknown image":        {`{"type":"CHANGE_IMAGE","change_image_param":{"image_id":"none","image_type":"gold",` + one + `}}`, codeNotFound},
		"unknown market code":  {`{"type":"CHANGE_IMAGE","change_image_param":{"image_spec_code":"none",` + one + `}}`, codeNotFound},
		"unknown SKU":          {`{"type":"ADD_SUB_RESOURCES","add_sub_resources_param":{"sub_resource_sku":"none",` + one + `}}`, codeNotOnSale},
		"SKU for users":        {`{"type":"ADD_SUB_RESOURCES","add_sub_resources_param":{"sub_resource_sku":"workspace.collaboration.6party.standard",` + one + `}}`, codeNoFit},
		"unknown pool":         {`{"type":"RESIZE","resize_param":{"product_id":"` + bigger + `","desktop_pool_id":"none"}}`, codeNotFound},
		"pay-per-use pool":     {`{"type":"RESIZE","resize_param":{"product_id":"` + bigger + `","desktop_pool_id":"` + training + `"}}`, codeNotPeriodic},
		"frozen pool":          {`{"type":"RESIZE","resize_param":{"product_id":"` + bigger + `","desktop_pool_id":"` + contractors + `"}}`, codeFrozen},
		"the template shrinks": {`{"type":"EXTEND_VOLUME","extend_volume_param":{"desktop_pool_disk_id":"` + theDisk + `","new_size":50,` + pool + `}}`, codeShrink},
		"no such pool disk":    {`{"type":"EXTEND_VOLUME","extend_volume_param":{"desktop_pool_disk_id":"none","new_size":50,` + pool + `}}`, codeNotFound},
		"nothing to delete":    {`{"type":"DELETE_SUB_RESOURCES","delete_sub_resources_param":{"sub_resource_type":"DESKTOP_SHARER","desktop_pool_id":"` + night + `"}}`, codeNothing},
	} {
		t.Run(name, func(t *testing.T) { refused(t, w.place(cloud.DoorBatchDesktop, "", c.body), 400, c.code) })
	}
}

func TestDesktopsFailForThemselves(t *testing.T) {
	for name, c := range map[string]struct{ body, code string }{
		"a disk that shrinks":   {`{"type":"EXTEND_VOLUME","extend_volume_param":{"desktop_pool_disk_id":"` + theDisk + `","new_size":40,"desktop_ids":["` + ordinary + `"]}}`, codeShrink},
		"a disk that is not":    {`{"type":"EXTEND_VOLUME","extend_volume_param":{"desktop_pool_disk_id":"none","new_size":40,"desktop_ids":["` + ordinary + `"]}}`, codeNotFound},
		"the product it has":    {`{"type":"RESIZE","resize_param":{"product_id":"workspace.k.large4.uosv20pro","desktop_ids":["` + ordinary + `"]}}`, codeNothing},
		"the SKU it has":        {`{"type":"ADD_SUB_RESOURCES","add_sub_resources_param":{"sub_resource_sku":"workspace.collaborativedesktop.3party.standard","desktop_ids":["` + ordinary + `"]}}`, codeNothing},
		"more disks than quota": {`{"type":"ADD_VOLUME","add_volume_param":{"volume_type":"SAS","volume_size":32760,"desktop_ids":["` + ordinary + `"]}}`, codeQuota},
	} {
		t.Run(name, func(t *testing.T) {
			w := fresh(t)
			require.NoError(t, w.SetQuota(t.Context(), quotaGigabytes, 40000))
			answer := w.place(cloud.DoorBatchDesktop, "", c.body)
			require.Len(t, answer.Entries, 1, "%s", answer.Body)
			assert.Equal(t, c.code, answer.Entries[0].ResultCode)
		})
	}
}

func TestTheQuotaStopsABatchInTheMiddle(t *testing.T) {
	w := fresh(t)
	quotas, err := w.Quotas(t.Context())
	require.NoError(t, err)
	used := only(w, quotas, func(q cloud.Quota) bool { return q.Type == quotaVolumes }).Used
	require.NoError(t, w.SetQuota(t.Context(), quotaVolumes, used+1))
	answer := w.place(cloud.DoorBatchDesktop, "", string(of(t, "batch-desktop/ADD_VOLUME/desktop_ids")))
	require.Len(t, answer.Entries, 2)
	assert.NotEqual(t, answer.Entries[0].Failed(), answer.Entries[1].Failed())
}

func TestADiskTooManyFails(t *testing.T) {
	w := fresh(t)
	body := `{"type":"ADD_VOLUME","add_volume_param":{"volume_type":"SAS","volume_size":10,"desktop_ids":["` + ordinary + `"]}}`
	for range 9 {
		w.completed(cloud.DoorBatchDesktop, "", body)
	}
	answer := w.place(cloud.DoorBatchDesktop, "", body)
	assert.Equal(t, codeQuota, answer.Entries[0].ResultCode)
}

func TestABatchAnswersInNoPromisedOrder(t *testing.T) {
	w := fresh(t)
	var ids []string
	var list string
	for _, d := range everything(w, w.Desktops) {
		if d.PoolID == "" && d.OSType() == "Linux" && !d.IsFreeze && d.Product.ChargeMode == cloud.ChargeModePeriod {
			ids = append(ids, d.DesktopID)
			list += `,"` + d.DesktopID + `"`
		}
	}
	require.Greater(t, len(ids), 7)
	answer := w.place(cloud.DoorBatchDesktop, "", `{"type":"ADD_VOLUME","add_volume_param":{"volume_type":"SAS","volume_size":10,"desktop_ids":[`+list[1:]+`]}}`)
	require.Len(t, answer.Entries, len(ids))
	booked, err := w.Orders(t.Context(), cloud.OrderFilter{Page: cloud.Page{Limit: 100}})
	require.NoError(t, err)
	var answered, inOrder []string
	for i, entry := range answer.Entries {
		answered = append(answered, entry.OrderID)
		inOrder = append(inOrder, booked.Items[len(ids)-1-i].OrderID)
	}
	assert.NotEqual(t, inOrder, answered)
	assert.ElementsMatch(t, inOrder, answered)
	assert.False(t, slices.Contains(answered, ""))
}

func TestHandleTypesTakeInDesktops(t *testing.T) {
	idle := func(d cloud.Desktop) bool { return d.UserName == "" }
	for handleType, taken := range map[string]func(cloud.Desktop) bool{
		"ONLY_FOR_EXPAND":     func(cloud.Desktop) bool { return false },
		"FOR_EXPAND_AND_IDLE": idle,
		"FOR_EXPAND_AND_ALL":  func(cloud.Desktop) bool { return true },
	} {
		t.Run(handleType, func(t *testing.T) {
			w := fresh(t)
			order := w.completed(cloud.DoorBatchDesktop, "", `{"type":"RESIZE","resize_param":{"desktop_pool_id":"`+thePool+`","product_id":"`+bigger+`","handle_type":"`+handleType+`"}}`)
			assert.Equal(t, bigger, w.pool(thePool).Product.ProductID, "desktops that are added later have it in any case")
			n := 0
			for _, d := range everything(w, w.Desktops) {
				if d.PoolID == thePool {
					assert.Equal(t, taken(d), d.ProductID == bigger, d.ComputerName)
					if taken(d) {
						n++
					}
				}
			}
			assert.Len(t, order.Lines, n)
			assert.Equal(t, n > 0, order.AmountAfterDiscount.IsPositive())
		})
	}
}
