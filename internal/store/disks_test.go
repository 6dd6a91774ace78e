package store

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

func TestDiskFilters(t *testing.T) {
	t.Parallel()
	s := stocked(t)
	data := []string{"data6", "data5", "data4", "data3", "data2", "data1"}
	for name, c := range map[string]struct {
		filter orders.DiskFilter
		want   []string
	}{
		"all of a part, by name": {orders.DiskFilter{Part: orders.DataDisk}, data},
		"the other part":         {orders.DiskFilter{Part: orders.SystemDisk, Text: "dsgn-0010"}, []string{"root1"}},
		"a type":                 {orders.DiskFilter{Type: "SSD"}, data},
		"a desktop's name":       {orders.DiskFilter{Text: "DSGN-0010"}, []string{"root1", "data1"}},
		"a desktop's ID":         {orders.DiskFilter{Text: "d2"}, []string{"root2", "data2"}},
		"an ID":                  {orders.DiskFilter{Text: "root3"}, []string{"root3"}},
		"a pool's disk":          {orders.DiskFilter{PoolDiskID: "pd1"}, []string{"data5"}},
		"by the pool's disk":     {orders.DiskFilter{Text: "pd2"}, []string{"data6"}},
		"a pool":                 {orders.DiskFilter{PoolID: "pool1", Part: orders.DataDisk}, []string{"data6", "data5"}},
		"a state":                {orders.DiskFilter{Status: "SHUTOFF", Part: orders.DataDisk}, []string{"data5", "data2"}},
		"frozen":                 {orders.DiskFilter{Frozen: true}, nil},
		"charged by use":         {orders.DiskFilter{ChargeMode: cloud.ChargeModeMetered}, nil},
		"a project":              {orders.DiskFilter{EnterpriseProjectID: "ep2"}, nil},
		"no pattern":             {orders.DiskFilter{Text: "%"}, nil},
		"the largest first":      {orders.DiskFilter{Sort: "-size", Text: "DSGN-0010"}, []string{"data1", "root1"}},
		"nobody's scope":         {orders.DiskFilter{Team: "design"}, nil},
	} {
		c.filter.Scope = auth.Everything
		page, err := s.Disks(context.Background(), c.filter)
		require.NoError(t, err, name)
		var got []string
		for _, d := range page.Items {
			got = append(got, d.VolumeID)
		}
		assert.Equal(t, c.want, got, name)
		assert.Equal(t, len(c.want), page.Total, name)
	}
	page, err := s.Disks(context.Background(), orders.DiskFilter{Part: orders.DataDisk})
	require.NoError(t, err)
	assert.Empty(t, page.Items, "the zero scope lists none")
	page, err = s.Disks(context.Background(), orders.DiskFilter{Scope: auth.Everything, Text: "pd1"})
	require.NoError(t, err)
	assert.Equal(t, orders.DisksOf(snapshot().Desktops[4])[1:], page.Items)
}

// Every list goes on where its page ended, whatever it is sorted by; numbers sort as numbers.
func TestPagesOfTheInventory(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := open(t)
	large := snapshot()
	for i := range 6 {
		large.Desktops[i].DataVolumes[0].Size = []int{1000, 90, 500, 90, 2000, 100}[i]
		large.Bandwidths = append(large.Bandwidths, cloud.Bandwidth{BandwidthID: fmt.Sprintf("c%d", i), BandwidthName: "Same", Size: []int{5, 1000, 50, 20, 300, 5}[i]})
		large.Hosts = append(large.Hosts, cloud.Host{DedicatedHostID: fmt.Sprintf("i%d", i), Name: "same", ProductID: "p.host", State: "available"})
	}
	require.NoError(t, s.ReplaceInventory(ctx, large))
	disks, err := s.Disks(ctx, orders.DiskFilter{Scope: auth.Everything, Part: orders.DataDisk, Sort: "-size"})
	require.NoError(t, err)
	var sizes []int
	for _, d := range disks.Items {
		sizes = append(sizes, d.Size)
	}
	assert.Equal(t, []int{2000, 1000, 500, 100, 90, 90}, sizes)

	type read func(sort, after string, limit int) (ids []string, next string, total int)
	for name, list := range map[string]struct {
		sorts []string
		read  read
	}{
		"disks": {DiskSorts, func(sort, after string, limit int) (ids []string, next string, total int) {
			page, err := s.Disks(ctx, orders.DiskFilter{Scope: auth.Everything, Sort: sort, After: after, Limit: limit})
			require.NoError(t, err)
			for _, d := range page.Items {
				ids = append(ids, d.VolumeID)
			}
			return ids, page.Next, page.Total
		}},
		"hosts": {HostSorts, func(sort, after string, limit int) (ids []string, next string, total int) {
			page, err := s.Hosts(ctx, orders.HostFilter{Scope: auth.Everything, Sort: sort, After: after, Limit: limit})
			require.NoError(t, err)
			for _, h := range page.Items {
				ids = append(ids, h.DedicatedHostID)
			}
			return ids, page.Next, page.Total
		}},
		"bandwidths": {BandwidthSorts, func(sort, after string, limit int) (ids []string, next string, total int) {
			page, err := s.Bandwidths(ctx, orders.BandwidthFilter{Scope: auth.Everything, Sort: sort, After: after, Limit: limit})
			require.NoError(t, err)
			for _, b := range page.Items {
				ids = append(ids, b.BandwidthID)
			}
			return ids, page.Next, page.Total
		}},
	} {
		for _, by := range list.sorts {
			for _, sort := range []string{by, "-" + by} {
				all, end, total := list.read(sort, "", 50)
				assert.Empty(t, end)
				assert.Len(t, all, total)
				var got []string
				for after, first := "", true; first || after != ""; first = false {
					var ids []string
					ids, after, _ = list.read(sort, after, 3)
					got = append(got, ids...)
				}
				assert.Equal(t, all, got, "%s by %s", name, sort)
			}
		}
	}
	_, err = s.Disks(ctx, orders.DiskFilter{Scope: auth.Everything, After: "garbage"})
	assert.ErrorIs(t, err, orders.ErrNotFound)
}

func TestHostAndBandwidthFilters(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := stocked(t)
	for name, c := range map[string]struct {
		filter orders.HostFilter
		want   []string
	}{
		"by name":        {orders.HostFilter{}, []string{"h2", "h1"}},
		"a state":        {orders.HostFilter{State: "fault"}, []string{"h1"}},
		"a zone":         {orders.HostFilter{AvailabilityZone: "az1"}, []string{"h1"}},
		"a product":      {orders.HostFilter{ProductID: "p.none"}, nil},
		"a project":      {orders.HostFilter{EnterpriseProjectID: "ep2"}, []string{"h2"}},
		"a name begins":  {orders.HostFilter{Text: "REND"}, []string{"h1"}},
		"an ID begins":   {orders.HostFilter{Text: "h2"}, []string{"h2"}},
		"nobody's":       {orders.HostFilter{Team: orders.NoTeam}, []string{"h2", "h1"}},
		"another team's": {orders.HostFilter{Team: "design"}, nil},
	} {
		c.filter.Scope = auth.Everything
		page, err := s.Hosts(ctx, c.filter)
		require.NoError(t, err, name)
		var got []string
		for _, h := range page.Items {
			got = append(got, h.DedicatedHostID)
		}
		assert.Equal(t, c.want, got, name)
	}
	for name, c := range map[string]struct {
		filter orders.BandwidthFilter
		want   []string
	}{
		"by name":         {orders.BandwidthFilter{}, []string{"b2", "b1"}},
		"a mode":          {orders.BandwidthFilter{ChargeMode: "free"}, []string{"b2"}},
		"a state":         {orders.BandwidthFilter{Status: "ACTIVE"}, []string{"b1"}},
		"a project":       {orders.BandwidthFilter{EnterpriseProjectID: "ep2"}, []string{"b2"}},
		"a name begins":   {orders.BandwidthFilter{Text: "off"}, []string{"b1"}},
		"a subnet begins": {orders.BandwidthFilter{Text: "n1"}, []string{"b1"}},
	} {
		c.filter.Scope = auth.Everything
		page, err := s.Bandwidths(ctx, c.filter)
		require.NoError(t, err, name)
		var got []string
		for _, b := range page.Items {
			got = append(got, b.BandwidthID)
		}
		assert.Equal(t, c.want, got, name)
	}
	subnets, err := s.Subnets(ctx)
	require.NoError(t, err)
	require.Len(t, subnets, 2)
	assert.True(t, subnets[0].HasBandwidth, "n1")
	assert.False(t, subnets[1].HasBandwidth)

	left := snapshot()
	left.Hosts, left.Bandwidths = left.Hosts[:1], nil
	require.NoError(t, s.ReplaceInventory(ctx, left))
	hosts, err := s.Hosts(ctx, orders.HostFilter{Scope: auth.Everything})
	require.NoError(t, err)
	assert.Equal(t, left.Hosts, hosts.Items, "what is gone is gone")
	bandwidths, err := s.Bandwidths(ctx, orders.BandwidthFilter{Scope: auth.Everything})
	require.NoError(t, err)
	assert.Empty(t, bandwidths.Items)
}
