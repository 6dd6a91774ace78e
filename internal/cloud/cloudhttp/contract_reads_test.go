package cloudhttp_test

import (
	"strconv"
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/workspace/v2/model"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/cloud"
)

// pages reads a list to its end, as a client does, and sees that nothing comes twice and nothing is left out.
func pages[T any](t *testing.T, limit int32, read func(limit, offset int32) (items []T, total int32), id func(T) string) []T {
	t.Helper()
	var all []T
	seen := map[string]bool{}
	for {
		items, total := read(limit, int32(len(all)))
		assert.LessOrEqual(t, len(items), int(limit))
		for _, item := range items {
			require.False(t, seen[id(item)], "%s comes twice", id(item))
			seen[id(item)] = true
		}
		all = append(all, items...)
		if len(items) == 0 || len(all) >= int(total) {
			assert.Len(t, all, int(total))
			return all
		}
	}
}

func TestListsPageToTheEnd(t *testing.T) {
	t.Parallel()
	w := fresh(t)
	client := w.workspace()

	desktops := pages(t, 7, func(limit, offset int32) ([]model.DesktopDetailInfo, int32) {
		answer, err := client.ListDesktopsDetail(&model.ListDesktopsDetailRequest{Limit: &limit, Offset: &offset})
		require.NoError(t, err)
		return *answer.Desktops, *answer.TotalCount
	}, func(d model.DesktopDetailInfo) string { return *d.DesktopId })
	known, err := cloud.All(t.Context(), 500, w.cloud.Desktops)
	require.NoError(t, err)
	require.Len(t, desktops, len(known))
	for i, d := range known {
		got := desktops[i]
		assert.Equal(t, d.DesktopID, *got.DesktopId)
		assert.Equal(t, d.ComputerName, *got.ComputerName)
		assert.Equal(t, d.DesktopType, *got.DesktopType)
		assert.Equal(t, d.Product.ChargeMode, *got.Product.ChargeMode)
		assert.Equal(t, d.RootVolume.VolumeID, *got.RootVolume.VolumeId)
		assert.Equal(t, int32(d.RootVolume.Size), got.RootVolume.Size)
		assert.Len(t, *got.DataVolumes, len(d.DataVolumes))
		assert.Equal(t, d.OSType(), got.Metadata["os_type"])
	}

	users := pages(t, 9, func(limit, offset int32) ([]model.User, int32) { // limit and offset are texts here
		answer, err := client.ListUsers(&model.ListUsersRequest{Limit: p(strconv.Itoa(int(limit))), Offset: p(strconv.Itoa(int(offset)))})
		require.NoError(t, err)
		return *answer.Users, *answer.TotalCount
	}, func(u model.User) string { return *u.Id })
	assert.Greater(t, len(users), 50)

	pages(t, 1, func(limit, offset int32) ([]model.SimpleDesktopPoolInfo, int32) {
		answer, err := client.ListDesktopPools(&model.ListDesktopPoolsRequest{Limit: &limit, Offset: &offset})
		require.NoError(t, err)
		return *answer.DesktopPools, *answer.TotalCount
	}, func(p model.SimpleDesktopPoolInfo) string { return *p.Id })
	pages(t, 5, func(limit, offset int32) ([]model.Product, int32) {
		answer, err := client.ListProducts(&model.ListProductsRequest{Limit: &limit, Offset: &offset})
		require.NoError(t, err)
		return *answer.Products, *answer.TotalCount
	}, func(p model.Product) string { return *p.ProductId })
	pages(t, 3, func(limit, offset int32) ([]model.ImageInfo, int32) {
		answer, err := client.ListImages(&model.ListImagesRequest{Limit: &limit, Offset: &offset})
		require.NoError(t, err)
		return *answer.Images, *answer.TotalCount
	}, func(i model.ImageInfo) string { return *i.Id + *i.ImageType })
	pages(t, 2, func(limit, offset int32) ([]model.PoolDesktopsDetailInfo, int32) {
		answer, err := client.ListPoolDesktopsDetail(&model.ListPoolDesktopsDetailRequest{PoolId: pool, Limit: &limit, Offset: &offset})
		require.NoError(t, err)
		assert.Equal(t, *answer.TotalCount, *answer.PeriodDesktopsNum+*answer.OnDemandDesktopsNum)
		return *answer.PoolDesktops, *answer.TotalCount
	}, func(d model.PoolDesktopsDetailInfo) string { return *d.DesktopId })
	pages(t, 1, func(limit, offset int32) ([]model.ListHostsRspDedicatedHosts, int32) {
		answer, err := client.ListHostsDetail(&model.ListHostsDetailRequest{Limit: &limit, Offset: &offset})
		require.NoError(t, err)
		return *answer.DedicatedHosts, *answer.Total
	}, func(h model.ListHostsRspDedicatedHosts) string { return *h.DedicatedHostId })
}

func TestEveryReadThroughTheSDK(t *testing.T) {
	t.Parallel()
	w := fresh(t)
	client := w.workspace()

	desktop, err := client.ShowDesktopDetail(&model.ShowDesktopDetailRequest{DesktopId: ordinary})
	require.NoError(t, err)
	assert.Equal(t, ordinary, *desktop.Desktop.DesktopId)
	one, err := client.ShowDesktopPoolDetail(&model.ShowDesktopPoolDetailRequest{PoolId: pool})
	require.NoError(t, err)
	assert.Equal(t, pool, *one.Id)
	require.NotEmpty(t, *one.DataVolumes)
	assert.Equal(t, poolDisk, *(*one.DataVolumes)[0].Id)
	for _, missing := range []func() error{
		func() error {
			_, err := client.ShowDesktopDetail(&model.ShowDesktopDetailRequest{DesktopId: "none"})
			return err
		},
		func() error {
			_, err := client.ShowDesktopPoolDetail(&model.ShowDesktopPoolDetailRequest{PoolId: "none"})
			return err
		},
		func() error {
			_, err := client.ListPoolDesktopsDetail(&model.ListPoolDesktopsDetailRequest{PoolId: "none"})
			return err
		},
		func() error { _, err := client.ShowJob(&model.ShowJobRequest{JobId: "none"}); return err },
	} {
		refused := refusal(t, missing())
		assert.Equal(t, 404, refused.StatusCode)
		assert.Equal(t, "WKS.00010004", refused.ErrorCode)
		assert.Len(t, refused.RequestId, 32)
	}

	sharers, err := client.ListSharerProducts(&model.ListSharerProductsRequest{PackageType: p("user_sharer"), ChargeMode: p("0")})
	require.NoError(t, err)
	assert.NotEmpty(t, *sharers.Products)
	assert.Equal(t, len(*sharers.Products), int(*sharers.TotalCount))
	volumes, err := client.ListVolumeProductInfo(&model.ListVolumeProductInfoRequest{VolumeType: p("SAS,SSD")})
	require.NoError(t, err)
	assert.Len(t, *volumes.Volumes, 2)
	market, err := client.ListImages(&model.ListImagesRequest{OsType: p("Linux"), SortField: p("name"), SortType: p("desc")})
	require.NoError(t, err)
	var sold []string
	for i, image := range *market.Images {
		assert.NotEmpty(t, *image.Architecture)
		if i > 0 {
			assert.GreaterOrEqual(t, *(*market.Images)[i-1].Name, *image.Name)
		}
		if image.ProductCode != nil {
			sold = append(sold, *image.Id)
		}
	}
	require.NotEmpty(t, sold)
	images, err := client.ListMarketImages(&model.ListMarketImagesRequest{ImageIds: append(sold, "none")})
	require.NoError(t, err)
	assert.Len(t, *images.Images, len(sold))
	_, err = client.ListMarketImages(&model.ListMarketImagesRequest{})
	assert.Equal(t, 400, refusal(t, err).StatusCode)

	subnets, err := client.ListSubnets(&model.ListSubnetsRequest{})
	require.NoError(t, err)
	assert.Equal(t, len(*subnets.Subnets), int(*subnets.SubnetSize))
	groups, err := client.ListSecurityGroups(&model.ListSecurityGroupsRequest{})
	require.NoError(t, err)
	assert.NotEmpty(t, *groups.SecurityGroups)
	zones, err := client.ListAvailabilityZones(&model.ListAvailabilityZonesRequest{})
	require.NoError(t, err)
	assert.True(t, *(*zones.AvailabilityZones)[0].DefaultAvailabilityZone)
	assert.Equal(t, "AZ1", *(*zones.AvailabilityZones)[0].DisplayName)
	assert.NotEmpty(t, *(*zones.AvailabilityZones)[0].SoldOut.Products)
	userGroups, err := client.ListUserGroups(&model.ListUserGroupsRequest{Limit: p("2")})
	require.NoError(t, err)
	assert.Len(t, *userGroups.UserGroups, 2)
	quotas, err := client.ShowQuotas(&model.ShowQuotasRequest{})
	require.NoError(t, err)
	assert.NotEmpty(t, quotas.Quotas.Resources)
	details, err := client.ShowQuotaDetails(&model.ShowQuotaDetailsRequest{})
	require.NoError(t, err)
	assert.Equal(t, quotas.Quotas.Resources, details.Resources)
	policies, err := client.ListDesktopNamePolicy(&model.ListDesktopNamePolicyRequest{})
	require.NoError(t, err)
	assert.NotEmpty(t, *policies.DesktopNamePolicyInfos)
	widths, err := client.ListSubnetBandwidths(&model.ListSubnetBandwidthsRequest{})
	require.NoError(t, err)
	assert.NotEmpty(t, *widths.Bandwidths)
	eips, err := client.ListDesktopsEips(&model.ListDesktopsEipsRequest{})
	require.NoError(t, err)
	assert.NotEmpty(t, *(*eips.Eips)[0].EipChargeMode)
	tenant, err := client.ListWorkspaces(&model.ListWorkspacesRequest{})
	require.NoError(t, err)
	assert.Equal(t, "SUBSCRIBED", tenant.Status.Value())
	assert.Equal(t, cloud.DomainLite, tenant.AdDomains.DomainType.Value())
	assert.NotEmpty(t, *(*tenant.SubnetIds)[0].SubnetId)
	hours, err := client.ListHourPackagesType(&model.ListHourPackagesTypeRequest{})
	require.NoError(t, err)
	assert.Empty(t, *hours.HourPackages)
	packages, err := client.ListResourcePackages(&model.ListResourcePackagesRequest{})
	require.NoError(t, err)
	assert.Empty(t, *packages.DesktopResourcePackages)
	jobs, err := client.ListItaSubJobs(&model.ListItaSubJobsRequest{})
	require.NoError(t, err)
	assert.Empty(t, *jobs.Jobs)
}

func TestFilters(t *testing.T) {
	t.Parallel()
	w := fresh(t)
	client := w.workspace()
	known, err := cloud.All(t.Context(), 500, w.cloud.Desktops)
	require.NoError(t, err)
	type asked = model.ListDesktopsDetailRequest
	for name, c := range map[string]struct {
		request asked
		fits    func(cloud.Desktop) bool
	}{
		"several IDs": {asked{DesktopId: &[]string{ordinary, known[0].DesktopID}}, func(d cloud.Desktop) bool {
			return d.DesktopID == ordinary || d.DesktopID == known[0].DesktopID
		}},
		"yearly/monthly":  {asked{ChargeMode: p("0")}, func(d cloud.Desktop) bool { return d.Product.ChargeMode == "0" }},
		"pay-per-use":     {asked{ChargeMode: p("1")}, func(d cloud.Desktop) bool { return d.Product.ChargeMode == "1" }},
		"pooled":          {asked{DesktopType: p("POOLED")}, cloud.Desktop.Pooled},
		"ordinary":        {asked{DesktopType: p("DEDICATED")}, func(d cloud.Desktop) bool { return !d.Pooled() }},
		"a pool":          {asked{PoolId: p(pool + ",none")}, func(d cloud.Desktop) bool { return d.PoolID == pool }},
		"a status":        {asked{Status: p("SHUTOFF")}, func(d cloud.Desktop) bool { return d.Status == "SHUTOFF" }},
		"a zone":          {asked{AvailabilityZone: p("ap-southeast-1b")}, func(d cloud.Desktop) bool { return d.AvailabilityZone == "ap-southeast-1b" }},
		"a tag":           {asked{Tag: p("dept=design")}, func(d cloud.Desktop) bool { return len(d.Tags) > 0 && d.Tags[0].Value == "design" }},
		"a tag's key":     {asked{Tag: p("dept")}, func(d cloud.Desktop) bool { return len(d.Tags) > 0 && d.Tags[0].Key == "dept" }},
		"a user":          {asked{UserName: &known[0].UserName}, func(d cloud.Desktop) bool { return d.UserName == known[0].UserName }},
		"part of a name":  {asked{ComputerName: p("dsgn-04")}, func(d cloud.Desktop) bool { return len(d.ComputerName) > 7 && d.ComputerName[:7] == "DSGN-04" }},
		"an image":        {asked{ImageId: p(known[0].ImageID())}, func(d cloud.Desktop) bool { return d.ImageID() == known[0].ImageID() }},
		"nothing of that": {asked{SubnetId: p("none")}, func(cloud.Desktop) bool { return false }},
	} {
		t.Run(name, func(t *testing.T) {
			want := 0
			for _, d := range known {
				if c.fits(d) {
					want++
				}
			}
			c.request.Limit = p(int32(1))
			answer, err := client.ListDesktopsDetail(&c.request)
			require.NoError(t, err)
			assert.Equal(t, want, int(*answer.TotalCount))
			assert.Len(t, *answer.Desktops, min(want, 1))
		})
	}
	fields, types := model.GetListDesktopsDetailRequestSortFieldEnum(), model.GetListDesktopsDetailRequestSortTypeEnum()
	answer, err := client.ListDesktopsDetail(&model.ListDesktopsDetailRequest{SortField: &fields.COMPUTER_NAME, SortType: &types.DESC})
	require.NoError(t, err)
	for i, d := range (*answer.Desktops)[1:] {
		assert.GreaterOrEqual(t, *(*answer.Desktops)[i].ComputerName, *d.ComputerName)
	}
	to, err := client.ListProducts(&model.ListProductsRequest{ProductId: p("workspace.k.large2.uosv20pro"), AvailabilityZone: p("ap-southeast-1a")})
	require.NoError(t, err)
	for _, product := range *to.Products {
		assert.NotEqual(t, "workspace.k.large2.uosv20pro", *product.ProductId)
		assert.Equal(t, "arm", *product.Architecture)
	}
	for _, wrong := range []string{"limit=501", "limit=-1", "limit=x", "offset=-1", "charge_mode=2", "status=ON", "user_attached=maybe",
		"status=ACTIVE&status=ERROR", "sort_field=colour"} {
		refused := w.told(400, "GET", "/v2/"+project+"/desktops/detail?"+wrong, "")
		assert.Equal(t, "WKS.00010001", refused["error_code"], wrong)
	}
}
