package embedded

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/cloud"
)

func TestListsAreReadPageByPage(t *testing.T) {
	w := fresh(t)
	first, err := w.Desktops(t.Context(), cloud.Page{})
	require.NoError(t, err)
	assert.Equal(t, 60, first.Total)
	assert.Len(t, first.Items, 60)
	for _, limit := range []int{1, 7, 59, 60, 61, 10_000} {
		all, err := cloud.All(t.Context(), limit, w.Desktops)
		require.NoError(t, err)
		assert.Equal(t, first.Items, all, "limit %d", limit)
	}
	beyond, err := w.Desktops(t.Context(), cloud.Page{Offset: 60, Limit: 10})
	require.NoError(t, err)
	assert.Empty(t, beyond.Items)
	assert.Equal(t, 60, beyond.Total)

	products, err := w.Products(t.Context(), cloud.Page{Offset: 3, Limit: 2})
	require.NoError(t, err)
	assert.Equal(t, everything(w, w.Products)[3:5], products.Items)
	products, err = w.Products(t.Context(), cloud.Page{Offset: 1000, Limit: 2})
	require.NoError(t, err)
	assert.Empty(t, products.Items)
}

func TestTheDemoDataIsWhole(t *testing.T) {
	w := fresh(t)
	desktops, pools := everything(w, w.Desktops), everything(w, w.Pools)
	assert.Len(t, pools, 6)
	assert.Len(t, everything(w, w.Users), 60)
	assert.Len(t, everything(w, w.Hosts), 3)
	assert.Len(t, everything(w, w.Bandwidths), 2)
	assert.Len(t, everything(w, w.EIPs), 4)
	assert.Len(t, everything(w, w.SharerProducts), 4)
	assert.Len(t, everything(w, w.UserGroups), 3)
	assert.Len(t, everything(w, w.NamePolicies), 4)
	groups, err := w.SecurityGroups(t.Context())
	require.NoError(t, err)
	assert.Len(t, groups, 2)
	subnets, err := w.Subnets(t.Context())
	require.NoError(t, err)
	assert.Len(t, subnets, 3)
	workspace, err := w.Workspace(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "SUBSCRIBED", workspace.Status)
	assert.Equal(t, cloud.DomainLite, workspace.DomainType)
	w.balanceIs("250000.00")

	facts := w.facts()
	projects, modes, states := map[string]int{}, map[string]int{}, map[string]int{}
	inPool := map[string]int{}
	for _, d := range desktops {
		product, known := facts.Products[d.ProductID]
		require.True(t, known, d.ComputerName)
		images := facts.Images[d.ImageID()]
		require.NotEmpty(t, images, d.ComputerName)
		assert.Equal(t, product.OSType, d.OSType(), d.ComputerName)
		assert.Equal(t, images[0].OSType, d.OSType(), d.ComputerName)
		assert.GreaterOrEqual(t, d.RootVolume.Size, images[0].MinDisk, d.ComputerName)
		assert.GreaterOrEqual(t, number(product.Memory), images[0].MinRAM, d.ComputerName)
		assert.Equal(t, d.Product.ChargeMode == cloud.ChargeModePeriod, d.ExpireTime != "", d.ComputerName)
		assert.Less(t, d.CreatedTime, wireTime(start), d.ComputerName)
		if d.ExpireTime != "" {
			assert.Greater(t, d.ExpireTime, wireTime(start), d.ComputerName)
		}
		assert.Equal(t, d.PoolID != "", d.DesktopType == cloud.DesktopPooled, d.ComputerName)
		projects[d.EnterpriseProjectID]++
		modes[d.Product.ChargeMode]++
		states[d.Status]++
		inPool[d.PoolID]++
	}
	assert.Len(t, projects, 4, "three teams and the default project")
	assert.Len(t, modes, 2)
	assert.Len(t, states, 3)
	for _, p := range pools {
		assert.Equal(t, inPool[p.ID], p.DesktopCount, p.Name)
	}
	quotas, err := w.Quotas(t.Context())
	require.NoError(t, err)
	assert.Equal(t, cloud.Quota{Type: quotaInstances, Quota: 1000, Used: 60, Unit: "count"}, quotas[0])
	for _, q := range quotas {
		assert.Less(t, q.Used, q.Quota, q.Type)
	}
}

func TestNotesStayInTheFile(t *testing.T) {
	w := fresh(t)
	text, err := json.Marshal(w.desktop(metered))
	require.NoError(t, err)
	assert.NotContains(t, string(text), "note")
	assert.Contains(t, string(demoJSON), `"note"`)
}

func TestManyAtOnce(t *testing.T) {
	w := fresh(t)
	var group sync.WaitGroup
	failed := make(chan error, 1000)
	for i := range 8 {
		group.Go(func() {
			ctx := context.Background()
			for range 5 {
				answer := w.Place(ctx, cloud.Call{Door: cloud.DoorSubscribe, Body: fmt.Appendf(nil,
					`{"type":"createDesktops","resources":[{"period_type":2,"period_num":1,"create_desktops":{"desktop_type":"DEDICATED","product_id":%q,
					"image_type":"gold","image_id":%q,"root_volume":{"type":"SAS","size":80},"size":2,"desktop_name":"T%d-"}}]}`, bigger, anImage, i%2)})
				if answer.Outcome != cloud.OutcomeDone {
					failed <- fmt.Errorf("placed: %s", answer.Body)
					return
				}
				id := answer.Entries[0].OrderID
				failed <- w.Pay(ctx, id)
				w.wait(speed)
				_, err := w.Order(ctx, id)
				failed <- err
				_, err = w.Desktops(ctx, cloud.Page{})
				failed <- err
				// of two at once for the same pool, one at most is taken
				answer = w.Place(ctx, cloud.Call{Door: cloud.DoorSubscribe, Body: []byte(growPool)})
				if answer.Outcome == cloud.OutcomeDone {
					failed <- w.Cancel(ctx, answer.Entries[0].OrderID)
				} else if answer.HTTPStatus != 409 {
					failed <- errors.New(answer.Error.Msg)
				}
			}
		})
	}
	group.Wait()
	close(failed)
	for err := range failed {
		assert.NoError(t, err)
	}
	w.wait(speed)
	desktops := everything(w, w.Desktops)
	assert.Len(t, desktops, 60+8*5*2)
	names := map[string]bool{}
	for _, d := range desktops {
		assert.False(t, names[d.ComputerName], d.ComputerName)
		names[d.ComputerName] = true
	}
	quotas, err := w.Quotas(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 60+8*5*2, quotas[0].Used)
}

func TestVeryMuchThatIsDueIsBroughtAboutInParts(t *testing.T) {
	w := fresh(t)
	for i := range 450 {
		w.placed(cloud.DoorSubscribe, "", fmt.Sprintf(`{"type":"applyDesktopsInternet","resources":[{"period_type":2,"period_num":1,
			"apply_desktops_internet":{"eip_type":"5_bgp","eip_charge_mode":"TRAFFIC","bandwidth_size":%d,"count":1}}]}`, i+1))
	}
	w.wait(speed)
	eips, err := w.EIPs(t.Context(), cloud.Page{})
	require.NoError(t, err)
	assert.Equal(t, 454, eips.Total)
	addresses := map[string]bool{}
	for _, eip := range everything(w, w.EIPs) {
		addresses[eip.Address] = true
	}
	assert.Len(t, addresses, 454)
}
