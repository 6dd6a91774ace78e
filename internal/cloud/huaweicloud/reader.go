package huaweicloud

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"workspace-order-console/internal/cloud"
)

// readOperation is a read below /v2/{project_id}.
func readOperation(name, path string) operation {
	return operation{name, workspace, http.MethodGet, "/v2/{project_id}" + path}
}

var (
	desktopsOperation     = readOperation("desktops", "/desktops/detail")
	poolsOperation        = readOperation("pools", "/desktop-pools")
	productsOperation     = readOperation("products", "/products")
	sharersOperation      = readOperation("sharer products", "/products/sharer")
	volumesOperation      = readOperation("volume products", "/volume/products")
	imagesOperation       = readOperation("images", "/images")
	zonesOperation        = readOperation("availability zones", "/availability-zones")
	subnetsOperation      = readOperation("subnets", "/subnets")
	groupsOperation       = readOperation("security groups", "/security-groups")
	usersOperation        = readOperation("users", "/users")
	userGroupsOperation   = readOperation("user groups", "/groups")
	namePoliciesOperation = readOperation("name policies", "/desktop-name-policies")
	bandwidthsOperation   = readOperation("bandwidths", "/bandwidths")
	eipsOperation         = readOperation("eips", "/eips")
	hostsOperation        = readOperation("hosts", "/hosts")
	quotasOperation       = readOperation("quotas", "/quotas")
	tenantOperation       = readOperation("workspace", "/workspaces")
)

// chargeModes narrow a list, by operation: packages are asked for as they are bought here, yearly/monthly, or each
// would be listed once for every way of paying.
var chargeModes = map[string]string{productsOperation.name: cloud.ChargeModePeriod}

// Largest pages (docs/wire.md section 9). Where none is named, the usual one.
const (
	desktopsPage = 500
	poolsPage    = 1000
	listPage     = 100
)

// Desktops implements cloud.Reader. A pooled desktop's pool comes from the pools' own lists, the expiry of a
// yearly/monthly one from the billing service, where they are to be had; what is not known yet stays empty.
func (c *Cloud) Desktops(ctx context.Context, page cloud.Page) (cloud.List[cloud.Desktop], error) {
	list, err := pagedAs(ctx, c, desktopsOperation, "desktops", "total_count", page, desktopsPage, func(d cloud.Desktop) cloud.Desktop {
		d.DataVolumes = orEmpty(d.DataVolumes)
		d.ProductID = or(d.ProductID, d.Product.ProductID)
		return d
	})
	if err == nil {
		c.fillPools(ctx, list.Items)
		c.fillExpiry(ctx, list.Items)
	}
	return list, err
}

// Pools implements cloud.Reader.
func (c *Cloud) Pools(ctx context.Context, page cloud.Page) (cloud.List[cloud.Pool], error) {
	type wirePool struct {
		cloud.Pool
		SubnetID string `json:"subnet_id"`
	}
	return pagedAs(ctx, c, poolsOperation, "desktop_pools", "total_count", page, poolsPage, func(p wirePool) cloud.Pool {
		p.DataVolumes, p.SubnetIDs = orEmpty(p.DataVolumes), orEmpty(p.SubnetIDs)
		if len(p.SubnetIDs) == 0 && p.SubnetID != "" {
			p.SubnetIDs = []string{p.SubnetID}
		}
		return p.Pool
	})
}

// Products implements cloud.Reader.
func (c *Cloud) Products(ctx context.Context, page cloud.Page) (cloud.List[cloud.Product], error) {
	return paged[cloud.Product](ctx, c, productsOperation, "products", page, listPage)
}

// SharerProducts implements cloud.Reader.
func (c *Cloud) SharerProducts(ctx context.Context, page cloud.Page) (cloud.List[cloud.SharerProduct], error) {
	return paged[cloud.SharerProduct](ctx, c, sharersOperation, "products", page, listPage)
}

// VolumeTypes implements cloud.Reader.
func (c *Cloud) VolumeTypes(ctx context.Context) ([]cloud.VolumeType, error) {
	return unpaged(ctx, c, volumesOperation, "volumes", "", same[cloud.VolumeType])
}

// Images implements cloud.Reader.
func (c *Cloud) Images(ctx context.Context, page cloud.Page) (cloud.List[cloud.Image], error) {
	return paged[cloud.Image](ctx, c, imagesOperation, "images", page, listPage)
}

// AvailabilityZones implements cloud.Reader.
func (c *Cloud) AvailabilityZones(ctx context.Context) ([]cloud.AvailabilityZone, error) {
	zones, err := unpaged(ctx, c, zonesOperation, "availability_zones", "total_count", same[wireZone])
	visible := []cloud.AvailabilityZone{}
	for _, z := range zones {
		if z.Visible == nil || *z.Visible {
			visible = append(visible, z.zone())
		}
	}
	return visible, err
}

// Subnets implements cloud.Reader.
func (c *Cloud) Subnets(ctx context.Context) ([]cloud.Subnet, error) {
	return unpaged(ctx, c, subnetsOperation, "subnets", "subnet_size", same[cloud.Subnet])
}

// SecurityGroups implements cloud.Reader.
func (c *Cloud) SecurityGroups(ctx context.Context) ([]cloud.SecurityGroup, error) {
	return unpaged(ctx, c, groupsOperation, "security_groups", "", same[cloud.SecurityGroup])
}

// Users implements cloud.Reader.
func (c *Cloud) Users(ctx context.Context, page cloud.Page) (cloud.List[cloud.User], error) {
	return paged[cloud.User](ctx, c, usersOperation, "users", page, listPage)
}

// UserGroups implements cloud.Reader.
func (c *Cloud) UserGroups(ctx context.Context, page cloud.Page) (cloud.List[cloud.UserGroup], error) {
	return paged[cloud.UserGroup](ctx, c, userGroupsOperation, "user_groups", page, listPage)
}

// NamePolicies implements cloud.Reader.
func (c *Cloud) NamePolicies(ctx context.Context, page cloud.Page) (cloud.List[cloud.NamePolicy], error) {
	return paged[cloud.NamePolicy](ctx, c, namePoliciesOperation, "desktop_name_policy_infos", page, listPage)
}

// Bandwidths implements cloud.Reader.
func (c *Cloud) Bandwidths(ctx context.Context, page cloud.Page) (cloud.List[cloud.Bandwidth], error) {
	return paged[cloud.Bandwidth](ctx, c, bandwidthsOperation, "bandwidths", page, listPage)
}

// EIPs implements cloud.Reader.
func (c *Cloud) EIPs(ctx context.Context, page cloud.Page) (cloud.List[cloud.EIP], error) {
	type wireEIP struct {
		cloud.EIP
		EIPChargeMode string `json:"eip_charge_mode"`
	}
	return pagedAs(ctx, c, eipsOperation, "eips", "total_count", page, listPage, func(e wireEIP) cloud.EIP {
		e.ChargeMode = or(e.EIPChargeMode, e.ChargeMode)
		return e.EIP
	})
}

// Hosts implements cloud.Reader.
func (c *Cloud) Hosts(ctx context.Context, page cloud.Page) (cloud.List[cloud.Host], error) {
	return pagedAs(ctx, c, hostsOperation, "dedicated_hosts", "total", page, listPage, same[cloud.Host])
}

// Quotas implements cloud.Reader.
func (c *Cloud) Quotas(ctx context.Context) ([]cloud.Quota, error) {
	return read(ctx, c, quotasOperation, &request{}, func(a *answer) ([]cloud.Quota, error) { return decodeQuotas(a.body) })
}

func decodeQuotas(body []byte) ([]cloud.Quota, error) {
	var told struct {
		Quotas struct {
			Resources []cloud.Quota `json:"resources"`
		} `json:"quotas"`
	}
	if err := json.Unmarshal(body, &told); err != nil {
		return nil, err
	}
	if told.Quotas.Resources == nil {
		return nil, errors.New("it has no quotas.resources")
	}
	return told.Quotas.Resources, nil
}

// Workspace implements cloud.Reader.
func (c *Cloud) Workspace(ctx context.Context) (cloud.Workspace, error) {
	return read(ctx, c, tenantOperation, &request{}, func(a *answer) (cloud.Workspace, error) { return decodeWorkspace(a.body) })
}

func same[T any](t T) T { return t }

// orEmpty is the list, never nil: what is cached and compared must not change between null and [].
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
