package embedded

import (
	"context"

	"workspace-order-console/internal/cloud"
)

// Pages of the lists: what is taken without a limit, and the largest one (docs/wire.md section 9).
const (
	desktopsPage = 500
	poolsPage    = 1000
	listPage     = 100
)

// window is a page's limit and offset. Too large a limit is cut: a reader of pages goes by what comes back.
func window(page cloud.Page, usual, most int) (limit, offset int) {
	limit = page.Limit
	if limit <= 0 {
		limit = usual
	}
	return min(limit, most), max(page.Offset, 0)
}

// listed reads a page of a class of objects.
func listed[T any](ctx context.Context, c *Cloud, class string, page cloud.Page, most int) (list cloud.List[T], err error) {
	limit, offset := window(page, most, most)
	err = c.read(ctx, func(v *view) error {
		if list.Total, err = v.count(class); err != nil {
			return err
		}
		list.Items, err = many[T](v, `SELECT doc FROM objects WHERE class = $1 ORDER BY seq LIMIT $2 OFFSET $3`, class, limit, offset)
		return err
	})
	return list, c.told(err)
}

func (v *view) count(class string) (n int, err error) {
	err = v.tx.QueryRowContext(v.ctx, `SELECT count(*) FROM objects WHERE class = $1`, class).Scan(&n)
	return n, err
}

// paged cuts a page out of a part of the catalogue, in the cloud's terms.
func paged[T, U any](ctx context.Context, c *Cloud, all []T, page cloud.Page, as func(T) U) (list cloud.List[U], err error) {
	if err := ctx.Err(); err != nil {
		return list, c.told(err)
	}
	limit, offset := window(page, listPage, listPage)
	list.Total, list.Items = len(all), []U{}
	for i := offset; i < min(offset+limit, len(all)); i++ {
		list.Items = append(list.Items, as(all[i]))
	}
	return list, nil
}

func same[T any](t T) T { return t }

// Desktops implements cloud.Reader.
func (c *Cloud) Desktops(ctx context.Context, page cloud.Page) (cloud.List[cloud.Desktop], error) {
	return listed[cloud.Desktop](ctx, c, classDesktop, page, desktopsPage)
}

// Pools implements cloud.Reader.
func (c *Cloud) Pools(ctx context.Context, page cloud.Page) (cloud.List[cloud.Pool], error) {
	return listed[cloud.Pool](ctx, c, classPool, page, poolsPage)
}

// Users implements cloud.Reader.
func (c *Cloud) Users(ctx context.Context, page cloud.Page) (cloud.List[cloud.User], error) {
	return listed[cloud.User](ctx, c, classUser, page, listPage)
}

// Bandwidths implements cloud.Reader.
func (c *Cloud) Bandwidths(ctx context.Context, page cloud.Page) (cloud.List[cloud.Bandwidth], error) {
	return listed[cloud.Bandwidth](ctx, c, classBandwidth, page, listPage)
}

// EIPs implements cloud.Reader.
func (c *Cloud) EIPs(ctx context.Context, page cloud.Page) (cloud.List[cloud.EIP], error) {
	return listed[cloud.EIP](ctx, c, classEIP, page, listPage)
}

// Hosts implements cloud.Reader.
func (c *Cloud) Hosts(ctx context.Context, page cloud.Page) (cloud.List[cloud.Host], error) {
	return listed[cloud.Host](ctx, c, classHost, page, listPage)
}

// Products implements cloud.Reader.
func (c *Cloud) Products(ctx context.Context, page cloud.Page) (cloud.List[cloud.Product], error) {
	return paged(ctx, c, c.catalogue.Products, page, func(p product) cloud.Product { return p.Product })
}

// SharerProducts implements cloud.Reader.
func (c *Cloud) SharerProducts(ctx context.Context, page cloud.Page) (cloud.List[cloud.SharerProduct], error) {
	return paged(ctx, c, c.catalogue.SharerProducts, page, func(p sharerProduct) cloud.SharerProduct { return p.SharerProduct })
}

// Images implements cloud.Reader.
func (c *Cloud) Images(ctx context.Context, page cloud.Page) (cloud.List[cloud.Image], error) {
	return paged(ctx, c, c.catalogue.Images, page, func(i image) cloud.Image { return i.Image })
}

// UserGroups implements cloud.Reader.
func (c *Cloud) UserGroups(ctx context.Context, page cloud.Page) (cloud.List[cloud.UserGroup], error) {
	return paged(ctx, c, c.catalogue.UserGroups, page, same[cloud.UserGroup])
}

// NamePolicies implements cloud.Reader.
func (c *Cloud) NamePolicies(ctx context.Context, page cloud.Page) (cloud.List[cloud.NamePolicy], error) {
	return paged(ctx, c, c.catalogue.NamePolicies, page, same[cloud.NamePolicy])
}

// VolumeTypes implements cloud.Reader.
func (c *Cloud) VolumeTypes(ctx context.Context) ([]cloud.VolumeType, error) {
	list, err := paged(ctx, c, c.catalogue.VolumeTypes, cloud.Page{}, func(t volumeType) cloud.VolumeType { return t.VolumeType })
	return list.Items, err
}

// AvailabilityZones implements cloud.Reader.
func (c *Cloud) AvailabilityZones(ctx context.Context) ([]cloud.AvailabilityZone, error) {
	list, err := paged(ctx, c, c.catalogue.AvailabilityZones, cloud.Page{}, same[cloud.AvailabilityZone])
	return list.Items, err
}

// Subnets implements cloud.Reader.
func (c *Cloud) Subnets(ctx context.Context) ([]cloud.Subnet, error) {
	list, err := paged(ctx, c, c.catalogue.Subnets, cloud.Page{}, same[cloud.Subnet])
	return list.Items, err
}

// SecurityGroups implements cloud.Reader.
func (c *Cloud) SecurityGroups(ctx context.Context) ([]cloud.SecurityGroup, error) {
	list, err := paged(ctx, c, c.catalogue.SecurityGroups, cloud.Page{}, same[cloud.SecurityGroup])
	return list.Items, err
}

// Quotas implements cloud.Reader. Used counts what open orders are going to make, too.
func (c *Cloud) Quotas(ctx context.Context) (quotas []cloud.Quota, err error) {
	err = c.read(ctx, func(v *view) error {
		rows, err := v.tx.QueryContext(ctx, `SELECT type, quota, used, unit FROM quotas ORDER BY position`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var q cloud.Quota
			if err := rows.Scan(&q.Type, &q.Quota, &q.Used, &q.Unit); err != nil {
				return err
			}
			quotas = append(quotas, q)
		}
		return rows.Err()
	})
	return quotas, c.told(err)
}

// Workspace implements cloud.Reader.
func (c *Cloud) Workspace(ctx context.Context) (cloud.Workspace, error) {
	return c.catalogue.Workspace, c.told(ctx.Err())
}
