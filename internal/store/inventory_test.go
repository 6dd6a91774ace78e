package store

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/field"
)

// snapshot is a small tenant: six desktops of which two are pooled, two pools, and something in every list.
func snapshot() orders.Snapshot {
	s := orders.Snapshot{TakenAt: noon,
		Products: []cloud.Product{{ProductID: "p.large", Descriptions: "8 vCPU · 16 GB", PackageType: "general", Status: "normal"},
			{ProductID: "p.gone", Name: map[string]string{"en_US": "Old"}, Status: "sellout"}, {ProductID: "p.host", PackageType: "host"}},
		Sharers: []cloud.SharerProduct{{ProductID: "s.user", PackageType: "user_sharer", Name: map[string]string{"en-us": "Four hands"}},
			{ProductID: "s.desktop", PackageType: "desktop_sharer"}},
		Volumes:        []cloud.VolumeType{{VolumeType: "SSD"}, {VolumeType: "SAS"}},
		Images:         []cloud.Image{{ID: "i1", Name: "Ubuntu", ImageType: "gold"}, {ID: "i1", Name: "Ubuntu", ImageType: "private"}},
		Zones:          []cloud.AvailabilityZone{{AvailabilityZone: "az1"}},
		Subnets:        []cloud.Subnet{{ID: "n1", Name: "office", VPCID: "v1", CIDR: "10.0.0.0/24"}, {ID: "n2", VPCID: "v2"}},
		SecurityGroups: []cloud.SecurityGroup{{ID: "g1", Name: "default"}},
		Users:          []cloud.User{{ID: "u1", UserName: "zhang-san", UserEmail: "z@example.com"}, {ID: "u2", UserName: "li_si"}},
		UserGroups:     []cloud.UserGroup{{ID: "ug1", Name: "Design"}},
		NamePolicies:   []cloud.NamePolicy{{PolicyID: "np1", PolicyName: "Policy", NamePrefix: "PC"}},
		Bandwidths: []cloud.Bandwidth{{BandwidthID: "b1", BandwidthName: "Office", Size: 50, SubnetID: "n1", ChargeMode: "wks_bandwidth", Status: "ACTIVE"},
			{BandwidthID: "b2", BandwidthName: "Lab", Size: 200, ChargeMode: "free", EnterpriseProjectID: "ep2"}},
		EIPs: []cloud.EIP{{ID: "e1", Address: "1.2.3.4", Type: "5_bgp"}, {ID: "e2", Address: "1.2.3.5", Type: "5_bgp", DesktopID: "d1"}},
		Hosts: []cloud.Host{{DedicatedHostID: "h1", Name: "Render", ProductID: "p.host", State: "fault", AvailabilityZone: "az1"},
			{DedicatedHostID: "h2", Name: "Close", ProductID: "p.host", State: "available", EnterpriseProjectID: "ep2"}},
		Quotas:    []cloud.Quota{{Type: "desktops", Quota: 100, Used: 6}},
		Workspace: cloud.Workspace{Status: "SUBSCRIBED", DomainType: cloud.DomainLocal, VPCID: "v1"},
		Pools: []cloud.Pool{{ID: "pool1", Name: "Support", Type: "DYNAMIC", Status: "STEADY", EnterpriseProjectID: "ep2",
			DataVolumes: []cloud.Volume{{ID: "pd1", Type: "SAS", Size: 50}}}, {ID: "pool2", Name: "Lab", Type: "STATIC", Status: "STEADY"}},
	}
	for i := range 6 {
		d := cloud.Desktop{DesktopID: fmt.Sprintf("d%d", i+1), ComputerName: fmt.Sprintf("DSGN-%04d", 10-i), UserName: []string{"Bob", "alice"}[i%2],
			Status: []string{"ACTIVE", "SHUTOFF", "ACTIVE"}[i%3], DesktopType: cloud.DesktopDedicated, ProductID: "p.large",
			Product: cloud.DesktopProduct{ChargeMode: "0"}, EnterpriseProjectID: "ep1", CreatedTime: fmt.Sprintf("2026-0%d-01T00:00:00Z", i+1),
			ExpireTime: "2027-01-01T00:00:00Z", Metadata: map[string]string{"metering.image_id": "i1"},
			RootVolume:  cloud.Volume{VolumeID: fmt.Sprintf("root%d", i+1), Type: "SAS", Size: 80},
			DataVolumes: []cloud.Volume{{VolumeID: fmt.Sprintf("data%d", i+1), Type: "SSD", Size: 100}}}
		if i >= 4 {
			d.PoolID, d.DesktopType, d.ProductID = "pool1", cloud.DesktopPooled, "p.gone"
			d.DataVolumes[0].DesktopPoolDiskID = []string{"pd1", "pd2"}[i-4]
		}
		s.Desktops = append(s.Desktops, d)
	}
	return s
}

func stocked(t *testing.T) *Store {
	t.Helper()
	s := open(t)
	require.NoError(t, s.ReplaceInventory(context.Background(), snapshot()))
	return s
}

// written is how many rows of the inventory something writes.
func written(t *testing.T, s *Store, something func()) (n int) {
	t.Helper()
	if !onPostgres(t) {
		var before int
		require.NoError(t, s.writer.QueryRow(`SELECT total_changes()`).Scan(&before))
		something()
		require.NoError(t, s.writer.QueryRow(`SELECT total_changes()`).Scan(&n))
		return n - before
	}
	// a row knows the transaction that wrote it
	var from int64
	require.NoError(t, s.writer.QueryRow(`SELECT pg_current_xact_id()::text::bigint`).Scan(&from))
	something()
	for _, table := range []string{"desktops", "volumes", "pools", "hosts", "bandwidths", "catalogue", "inventory_state"} {
		var rows int
		require.NoError(t, s.reader.QueryRow(`SELECT count(*) FROM `+table+` WHERE xmin::text::bigint >= $1`, from).Scan(&rows))
		n += rows
	}
	return n
}

func TestARefreshWritesOnlyWhatChanged(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := stocked(t)
	again := snapshot()
	again.TakenAt = noon.Add(time.Minute)
	assert.Equal(t, 1, written(t, s, func() { require.NoError(t, s.ReplaceInventory(ctx, again)) }), "the stamp alone")
	refreshed, problem, err := s.Age(ctx)
	require.NoError(t, err)
	assert.Equal(t, noon.Add(time.Minute), refreshed)
	assert.Empty(t, problem)

	changed := snapshot()
	changed.Desktops = changed.Desktops[1:]
	changed.Desktops[0].ComputerName = "NEW-1"
	changed.Users = changed.Users[:1]
	changed.Pools[1].Name = "Labs"
	changed.Pools = changed.Pools[1:]
	require.NoError(t, s.ReplaceInventory(ctx, changed))
	_, err = s.Desktop(ctx, "d1")
	assert.ErrorIs(t, err, orders.ErrNotFound)
	d, err := s.Desktop(ctx, "d2")
	require.NoError(t, err)
	assert.Equal(t, changed.Desktops[0], d)
	p, err := s.Pool(ctx, "pool2")
	require.NoError(t, err)
	assert.Equal(t, "Labs", p.Name)
	_, err = s.Pool(ctx, "pool1")
	assert.ErrorIs(t, err, orders.ErrNotFound)
	users, err := s.Users(ctx)
	require.NoError(t, err)
	assert.Equal(t, changed.Users, users)
}

func TestAFailedRefreshLeavesTheInventory(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := open(t)
	refreshed, problem, err := s.Age(ctx)
	require.NoError(t, err)
	assert.Zero(t, refreshed)
	assert.Empty(t, problem)
	require.NoError(t, s.ReplaceInventory(ctx, snapshot()))
	require.NoError(t, s.InventoryFailed(ctx, "the cloud is away"))
	refreshed, problem, err = s.Age(ctx)
	require.NoError(t, err)
	assert.Equal(t, noon, refreshed)
	assert.Equal(t, "the cloud is away", problem)
	_, err = s.Desktop(ctx, "d1")
	assert.NoError(t, err)
}

func TestFacts(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := stocked(t)
	want := snapshot()
	facts, err := s.Facts(ctx, orders.Targets{Desktops: []string{"d5", "none"}, Pools: []string{"pool2"}, Volumes: []string{"data1"}})
	require.NoError(t, err)
	assert.Equal(t, map[string]cloud.Desktop{"d1": want.Desktops[0], "d5": want.Desktops[4]}, facts.Desktops)
	assert.Equal(t, map[string]cloud.Pool{"pool1": want.Pools[0], "pool2": want.Pools[1]}, facts.Pools, "the pool of a pooled desktop too")
	assert.Equal(t, want.Products[0], facts.Products["p.large"])
	assert.Equal(t, want.Images, facts.Images["i1"])
	assert.Equal(t, want.Workspace, facts.Workspace)
	assert.Equal(t, want.Zones[0], facts.Zones["az1"])
	assert.Equal(t, want.Sharers[0], facts.Sharers["s.user"])
	assert.Equal(t, want.Volumes[0], facts.Volumes["SSD"])
	facts, err = s.Facts(ctx, orders.Targets{})
	require.NoError(t, err)
	assert.Empty(t, facts.Desktops)

	want.Products[0].Status = "sellout"
	require.NoError(t, s.ReplaceInventory(ctx, want))
	facts, err = s.Facts(ctx, orders.Targets{})
	require.NoError(t, err)
	assert.Equal(t, "sellout", facts.Products["p.large"].Status, "what is kept in memory is read anew after a change")

	empty, err := open(t).Facts(ctx, orders.Targets{Desktops: []string{"d1"}, Pools: []string{"pool1"}})
	require.NoError(t, err)
	assert.Empty(t, empty.Desktops)
}

func TestLists(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := stocked(t)
	want := snapshot()
	quotas, err := s.Quotas(ctx)
	require.NoError(t, err)
	assert.Equal(t, want.Quotas, quotas)
	eips, err := s.EIPs(ctx)
	require.NoError(t, err)
	assert.Equal(t, want.EIPs, eips)
}

func TestDesktopFilters(t *testing.T) {
	t.Parallel()
	s := stocked(t)
	for name, c := range map[string]struct {
		filter orders.DesktopFilter
		want   []string
	}{
		"all by name":            {orders.DesktopFilter{Scope: auth.Everything}, []string{"d6", "d5", "d4", "d3", "d2", "d1"}},
		"by name, down":          {orders.DesktopFilter{Scope: auth.Everything, Sort: "-computer_name"}, []string{"d1", "d2", "d3", "d4", "d5", "d6"}},
		"by user, whatever case": {orders.DesktopFilter{Scope: auth.Everything, Sort: "user_name"}, []string{"d2", "d4", "d6", "d1", "d3", "d5"}},
		"by product, down":       {orders.DesktopFilter{Scope: auth.Everything, Sort: "-product_id"}, []string{"d4", "d3", "d2", "d1", "d6", "d5"}},
		"by status":              {orders.DesktopFilter{Scope: auth.Everything, Sort: "status"}, []string{"d1", "d3", "d4", "d6", "d2", "d5"}},
		"by age":                 {orders.DesktopFilter{Scope: auth.Everything, Sort: "created"}, []string{"d1", "d2", "d3", "d4", "d5", "d6"}},
		"by expiry":              {orders.DesktopFilter{Scope: auth.Everything, Sort: "-expire_time"}, []string{"d6", "d5", "d4", "d3", "d2", "d1"}},
		"an unknown sort":        {orders.DesktopFilter{Scope: auth.Everything, Sort: "json; --"}, []string{"d6", "d5", "d4", "d3", "d2", "d1"}},
		"a name begins":          {orders.DesktopFilter{Scope: auth.Everything, Text: "dsgn-001"}, []string{"d1"}},
		"a user begins":          {orders.DesktopFilter{Scope: auth.Everything, Text: "BO"}, []string{"d5", "d3", "d1"}},
		"an ID begins":           {orders.DesktopFilter{Scope: auth.Everything, Text: "d4"}, []string{"d4"}},
		"no pattern":             {orders.DesktopFilter{Scope: auth.Everything, Text: "%"}, nil},
		"a pool":                 {orders.DesktopFilter{Scope: auth.Everything, PoolID: "pool1"}, []string{"d6", "d5"}},
		"a product":              {orders.DesktopFilter{Scope: auth.Everything, ProductID: "p.gone"}, []string{"d6", "d5"}},
		"an image":               {orders.DesktopFilter{Scope: auth.Everything, ImageID: "i2"}, nil},
		"a status":               {orders.DesktopFilter{Scope: auth.Everything, Status: "SHUTOFF"}, []string{"d5", "d2"}},
		"a type":                 {orders.DesktopFilter{Scope: auth.Everything, DesktopType: cloud.DesktopPooled}, []string{"d6", "d5"}},
		"charged by use":         {orders.DesktopFilter{Scope: auth.Everything, ChargeMode: "1"}, nil},
		"a project":              {orders.DesktopFilter{Scope: auth.Everything, EnterpriseProjectID: "ep2"}, nil},
		"these":                  {orders.DesktopFilter{Scope: auth.Everything, IDs: []string{"d2", "d6", "none"}}, []string{"d6", "d2"}},
		"several at once":        {orders.DesktopFilter{Scope: auth.Everything, Text: "dsgn", Status: "ACTIVE", PoolID: "pool1", IDs: []string{"d5", "d6"}}, []string{"d6"}},
	} {
		page, err := s.Desktops(context.Background(), c.filter)
		require.NoError(t, err, name)
		var got []string
		for _, d := range page.Items {
			got = append(got, d.DesktopID)
		}
		assert.Equal(t, c.want, got, name)
		assert.Equal(t, len(c.want), page.Total, name)
		assert.Empty(t, page.Next, name)
	}
}

func TestPagesOfDesktops(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := stocked(t)
	for _, sort := range append([]string{"", "-status", "-user_name"}, DesktopSorts...) {
		f := orders.DesktopFilter{Scope: auth.Everything, Sort: sort, Limit: 4}
		all, err := s.Desktops(ctx, orders.DesktopFilter{Scope: auth.Everything, Sort: sort})
		require.NoError(t, err)
		first, err := s.Desktops(ctx, f)
		require.NoError(t, err)
		assert.Equal(t, 6, first.Total)
		f.After = first.Next
		rest, err := s.Desktops(ctx, f)
		require.NoError(t, err)
		assert.Equal(t, all.Items, append(first.Items, rest.Items...), sort)
		assert.Equal(t, 6, rest.Total)
		assert.Empty(t, rest.Next)
		f.Sort = "-created"
		_, err = s.Desktops(ctx, f)
		assert.ErrorIs(t, err, orders.ErrNotFound, "the cursor of another list")
	}
	_, err := s.Desktops(ctx, orders.DesktopFilter{Scope: auth.Everything, After: "garbage"})
	assert.ErrorIs(t, err, orders.ErrNotFound)
}

func TestPoolFilters(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := stocked(t)
	for name, c := range map[string]struct {
		filter orders.PoolFilter
		want   []string
	}{
		"all by name":   {orders.PoolFilter{Scope: auth.Everything}, []string{"pool2", "pool1"}},
		"a type":        {orders.PoolFilter{Scope: auth.Everything, Type: "STATIC"}, []string{"pool2"}},
		"a status":      {orders.PoolFilter{Scope: auth.Everything, Status: "UNKNOWN"}, nil},
		"a project":     {orders.PoolFilter{Scope: auth.Everything, EnterpriseProjectID: "ep2"}, []string{"pool1"}},
		"a name begins": {orders.PoolFilter{Scope: auth.Everything, Text: "SUPP"}, []string{"pool1"}},
		"an ID begins":  {orders.PoolFilter{Scope: auth.Everything, Text: "pool2"}, []string{"pool2"}},
	} {
		page, err := s.Pools(ctx, c.filter)
		require.NoError(t, err, name)
		var got []string
		for _, p := range page.Items {
			got = append(got, p.ID)
		}
		assert.Equal(t, c.want, got, name)
		assert.Equal(t, len(c.want), page.Total, name)
	}
	first, err := s.Pools(ctx, orders.PoolFilter{Scope: auth.Everything, Limit: 1})
	require.NoError(t, err)
	rest, err := s.Pools(ctx, orders.PoolFilter{Scope: auth.Everything, Limit: 1, After: first.Next})
	require.NoError(t, err)
	assert.Equal(t, "pool1", rest.Items[0].ID)
	assert.Empty(t, rest.Next)
}

func TestChoices(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := stocked(t)
	for name, c := range map[string]struct {
		picker field.Picker
		text   string
		want   []string
	}{
		"desktops":            {field.PickDesktop, "", []string{"d6=DSGN-0005 · alice", "d5=DSGN-0006 · Bob", "d4=DSGN-0007 · alice", "d3=DSGN-0008 · Bob"}},
		"desktops by name":    {field.PickDesktop, "gn-0010", []string{"d1=DSGN-0010 · Bob"}},
		"desktops by user":    {field.PickDesktop, "LICE", []string{"d6=DSGN-0005 · alice", "d4=DSGN-0007 · alice", "d2=DSGN-0009 · alice"}},
		"no pattern":          {field.PickDesktop, "_", nil},
		"volumes":             {field.PickVolume, "0010", []string{"root1=DSGN-0010 · 80 GB SAS", "data1=DSGN-0010 · 100 GB SSD"}},
		"volumes of an ID":    {field.PickVolume, "root2", []string{"root2=DSGN-0009 · 80 GB SAS"}},
		"pools":               {field.PickPool, "", []string{"pool2=Lab", "pool1=Support"}},
		"pool disks":          {field.PickPoolDisk, "", []string{"pd1=Support · 50 GB SAS", "pd2=DSGN-0005 · 100 GB SSD"}},
		"products":            {field.PickProduct, "", []string{"p.large=8 vCPU · 16 GB", "p.gone=Old · sellout"}},
		"products by text":    {field.PickProduct, "VCPU", []string{"p.large=8 vCPU · 16 GB"}},
		"host products":       {field.PickHostProduct, "", []string{"p.host="}},
		"images":              {field.PickImage, "", []string{"i1=Ubuntu · gold"}},
		"disk types":          {field.PickVolumeType, "", []string{"SSD=", "SAS="}},
		"zones":               {field.PickAZ, "", []string{"az1="}},
		"VPCs":                {field.PickVPC, "", []string{"v1=", "v2="}},
		"subnets":             {field.PickSubnet, "", []string{"n1=office · 10.0.0.0/24", "n2="}},
		"security groups":     {field.PickSecurityGroup, "", []string{"g1=default"}},
		"user names":          {field.PickUser, "", []string{"zhang-san=z@example.com", "li_si="}},
		"user IDs":            {field.PickUserID, "", []string{"u1=zhang-san · z@example.com", "u2=li_si"}},
		"users and groups":    {field.PickObject, "", []string{"u1=zhang-san · z@example.com", "u2=li_si", "ug1=Design"}},
		"naming policies":     {field.PickNamePolicy, "", []string{"np1=Policy · PC"}},
		"collaboration users": {field.PickUserSharer, "", []string{"s.user=Four hands"}},
		"… desktops":          {field.PickDesktopSharer, "", []string{"s.desktop="}},
		"free EIPs":           {field.PickEIP, "", []string{"e1=1.2.3.4 · 5_bgp"}},
		"EIP types":           {field.PickEIPType, "", []string{"5_bgp="}},
		"an unknown picker":   {"nothing", "", nil},
	} {
		choices, err := s.Choices(ctx, auth.Everything, string(c.picker), c.text, 4)
		require.NoError(t, err, name)
		var got []string
		for _, choice := range choices {
			got = append(got, choice.Value+"="+choice.Label)
		}
		assert.Equal(t, c.want, got, name)
	}
}

func TestInventoryListsAreReadAlongAnIndex(t *testing.T) {
	t.Parallel()
	s := stocked(t)
	scopes := map[string]auth.Scope{"all": auth.Everything, "a team's": auth.OfTeam("design")}
	lists := map[string]struct {
		sorts []string
		list  func(auth.Scope, string) inventoryList
	}{
		"desktops": {DesktopSorts, func(a auth.Scope, sort string) inventoryList {
			return desktopList(orders.DesktopFilter{Scope: a, Sort: sort})
		}},
		"disks": {DiskSorts, func(a auth.Scope, sort string) inventoryList {
			return diskList(orders.DiskFilter{Scope: a, Sort: sort})
		}},
		"hosts": {HostSorts, func(a auth.Scope, sort string) inventoryList {
			return hostList(orders.HostFilter{Scope: a, Sort: sort})
		}},
		"bandwidths": {BandwidthSorts, func(a auth.Scope, sort string) inventoryList {
			return bandwidthList(orders.BandwidthFilter{Scope: a, Sort: sort})
		}},
	}
	for name, of := range lists {
		for whose, scope := range scopes {
			for _, sort := range of.sorts {
				for _, direction := range []string{"", "-"} {
					l := of.list(scope, direction+sort)
					query, err := l.page(cursor{direction + sort, "5", "y"}.String(), 50)
					require.NoError(t, err)
					steps := plan(t, s.reader, query, l.arguments...)
					assertIndexed(t, name+" by "+sort, steps)
					assert.NotContains(t, steps, "TEMP B-TREE", "%s, %s, by %s", name, whose, sort)
				}
			}
		}
	}
	for name, l := range map[string]inventoryList{
		"desktops":   desktopList(orders.DesktopFilter{Scope: auth.Everything, Text: "x", Sort: "status"}),
		"disks":      diskList(orders.DiskFilter{Scope: auth.Everything, Text: "x", Sort: "size"}),
		"bandwidths": bandwidthList(orders.BandwidthFilter{Scope: auth.Everything, Text: "x", Sort: "size"}),
	} {
		query, err := l.page("", 50)
		require.NoError(t, err)
		assert.Contains(t, plan(t, s.reader, query, l.arguments...), "MULTI-INDEX OR", name)
	}
	l := diskList(orders.DiskFilter{Scope: auth.Everything, PoolDiskID: "pd1"})
	query, err := l.page("", 50)
	require.NoError(t, err)
	assert.Contains(t, plan(t, s.reader, query, l.arguments...), "volumes_by_pool_disk")
}
