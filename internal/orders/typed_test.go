package orders_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/testkit"
)

// decode reads an example by name.
func decode(t *testing.T, name string) orders.Payload {
	t.Helper()
	for _, example := range testkit.Examples(t) {
		if example.Name == name {
			kind, _ := orders.KindNamed(example.Kind())
			decoded := orders.DecodeJSON(kind.Door, example.DesktopID(), example.Body)
			require.Empty(t, decoded.Problems)
			return decoded.Payload
		}
	}
	require.Fail(t, "no such example", name)
	return nil
}

func TestAPayloadGivesItsTypedPart(t *testing.T) {
	create, ok := orders.Member[orders.CreateDesktops](decode(t, "subscribe/createDesktops/desktops-list"))
	require.True(t, ok)
	assert.Equal(t, "PC-0002", create.Desktops[1].ComputerName)
	_, ok = orders.Member[orders.AddVolumes](decode(t, "subscribe/createDesktops/desktops-list"))
	assert.False(t, ok, "of another kind")

	expand, ok := orders.Member[orders.ExpandVolumes](decode(t, "change/expandVolumes"))
	require.True(t, ok)
	assert.Equal(t, 200, *expand.ExpandNewSize)
	assert.Equal(t, "f8f7fe7a-9043-44ff-815e-ad20fc779d18", expand.Desktop)

	payload := decode(t, "batch-pool/ADD_VOLUME/desktop_ids")
	add, ok := orders.Member[orders.AddVolumeParam](payload)
	require.True(t, ok)
	assert.Equal(t, "SAS", add.VolumeType)
	targets, ok := orders.Targeted(payload)
	require.True(t, ok)
	assert.Len(t, targets.DesktopIDs, 2)
	_, ok = orders.Targeted(decode(t, "change/expandVolumes"))
	assert.False(t, ok, "no batch")

	empty, _ := orders.KindNamed("subscribe/createDesktops")
	_, ok = orders.Member[orders.CreateDesktops](empty.New())
	assert.False(t, ok, "an empty payload has no part")
	batch, _ := orders.KindNamed("batch-pool/RESIZE")
	_, ok = orders.Targeted(batch.New())
	assert.False(t, ok)
}

func TestAPayloadTellsItsPeriod(t *testing.T) {
	periodType, periodNum, autoRenew := orders.Period(decode(t, "subscribe/createDesktops/size-and-desktop_name"))
	assert.Equal(t, []int{3, 1, 1}, []int{*periodType, *periodNum, *autoRenew})
	periodType, periodNum, autoRenew = orders.Period(decode(t, "change/meteredToPeriod"))
	assert.Equal(t, []int{2, 1, 1}, []int{*periodType, *periodNum, *autoRenew})
	periodType, _, _ = orders.Period(decode(t, "batch-desktop/RESIZE/desktop_ids"))
	assert.Nil(t, periodType)
	periodType, _, _ = orders.Period(decode(t, "subscribe/addVolumes"))
	assert.Nil(t, periodType)
}

func TestAutomaticPaymentIsTurnedOff(t *testing.T) {
	payload := decode(t, "subscribe/createDesktops/size-and-desktop_name")
	assert.True(t, payload.AutoPay(), "it was asked for")
	assert.False(t, payload.AutoPay(), "and is off now")
	assert.False(t, decode(t, "subscribe/createDesktops/desktops-list").AutoPay())
	assert.False(t, decode(t, "change/resizeDesktops").AutoPay(), "no extend_param at all")
	assert.False(t, decode(t, "batch-pool/RESIZE/desktop_ids").AutoPay())
}

func TestCreatesTellWhatTheyCreateAndTakeATag(t *testing.T) {
	for _, c := range []struct {
		example, product string
		quantity         int
	}{
		{"subscribe/createDesktops/desktops-list", "workspace.k.xlarge2.uosv20pro", 2},
		{"subscribe/createDesktops/size-and-desktop_name", "workspace.k.xlarge2.uosv20pro", 3},
		{"subscribe/createDesktopPool/static-minimal", "workspace.k.xlarge2.uosv20pro", 2},
		{"subscribe/createExclusiveHosts", "workspacehost.k.large4", 1},
		{"subscribe/applyDesktopsInternet/count", "5_sbgp", 2},
		{"subscribe/subscribeUserSharer", "workspace.collaboration.6party.standard", 2},
		{"subscribe/applyDesktopsInternet/desktop_ids", "", 0},
		{"subscribe/expandDesktopPool", "", 0},
		{"subscribe/addVolumes", "", 0},
		{"change/resizeDesktops", "", 0},
		{"batch-desktop/ADD_VOLUME/desktop_ids", "", 0},
	} {
		t.Run(c.example, func(t *testing.T) {
			product, quantity := decode(t, c.example).Create()
			assert.Equal(t, c.product, product)
			assert.Equal(t, c.quantity, quantity)
		})
	}

	payload := decode(t, "subscribe/createDesktops/desktops-list")
	payload.SetTag("order-ref", "1")
	payload.SetTag("order-ref", "2")
	create, _ := orders.Member[orders.CreateDesktops](payload)
	assert.Equal(t, []orders.Tag{{Key: "dept", Value: "finance"}, {Key: "order-ref", Value: "2"}}, create.Tags)
	for _, example := range []string{"subscribe/expandDesktopPool", "change/resizeDesktops", "batch-pool/RESIZE/desktop_ids"} {
		payload := decode(t, example)
		before, err := json.Marshal(payload)
		require.NoError(t, err)
		payload.SetTag("order-ref", "1")
		after, err := json.Marshal(payload)
		require.NoError(t, err)
		assert.Equal(t, string(before), string(after), "%s creates nothing that takes a tag", example)
	}
	payload = decode(t, "subscribe/createDesktopPool/static-minimal")
	payload.SetTag("order-ref", "1")
	pool, _ := orders.Member[orders.CreateDesktopPool](payload)
	assert.Equal(t, []orders.Tag{{Key: "order-ref", Value: "1"}}, pool.Tags)
}

func TestOrdersNameWhatTheyTouch(t *testing.T) {
	for _, c := range []struct {
		example string
		want    []string
	}{
		{"subscribe/createDesktops/desktops-list", nil},
		{"subscribe/addVolumes", []string{"desktop:8d049b4e-4f1e-4ed5-b3a9-a7f0f15658a7"}},
		{"subscribe/expandDesktopPool", []string{"pool:b046ac8e-0994-4c09-a8a8-bd989d218120"}},
		{"subscribe/ApplySubnetBandwidth", []string{"subnet:197c1aa4-2611-48bd-a3af-ac4ce2c17c4c"}},
		{"subscribe/rebuildDesktops", []string{"desktop:8d049b4e-4f1e-4ed5-b3a9-a7f0f15658a7", "desktop:f8f7fe7a-9043-44ff-815e-ad20fc779d18"}},
		{"change/expandVolumes", []string{"desktop:f8f7fe7a-9043-44ff-815e-ad20fc779d18", "volume:9e3a6daa-4c07-4b3e-a66b-ad5e80bf7143"}},
		{"batch-desktop/RESIZE/desktop_pool_id", []string{"pool:b046ac8e-0994-4c09-a8a8-bd989d218120"}},
		{"batch-pool/RESIZE/desktop_ids", []string{"desktop:3c1a9f0e-5b77-4d0c-9a42-1e6f0d2b7c11", "desktop:5f2b8c1d-6e88-4e1d-8b53-2f7a1e3c8d22"}},
	} {
		t.Run(c.example, func(t *testing.T) {
			assert.Equal(t, c.want, decode(t, c.example).Targets().IDs())
		})
	}
}
