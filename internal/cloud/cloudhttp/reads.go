package cloudhttp

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"workspace-order-console/internal/cloud"
)

// Largest pages, which are also the usual ones (docs/wire.md section 9).
const (
	mostDesktops = 500
	mostPools    = 1000
	mostListed   = 100
)

// wireDesktop is a desktop as the wire has it: which pool it is in and when it expires, others tell.
func wireDesktop(d cloud.Desktop) any {
	d.PoolID, d.ExpireTime = "", ""
	return d
}

func wirePool(p cloud.Pool) any {
	p.ShareResourceSKU, p.ExpireTime = "", ""
	return p
}

// desktopFilter is what both lists of desktops are narrowed by.
func desktopFilter(q *query) filter[cloud.Desktop] {
	var f filter[cloud.Desktop]
	f.among(q.several("desktop_id"), func(d cloud.Desktop) string { return d.DesktopID })
	f.has(q.text("computer_name"), func(d cloud.Desktop) string { return d.ComputerName })
	f.among(q.several("computer_names"), func(d cloud.Desktop) string { return d.ComputerName })
	f.is(q.oneOf("status", "ACTIVE", "SHUTOFF", "ERROR", "HIBERNATED"), func(d cloud.Desktop) string { return d.Status })
	f.is(q.oneOf("charge_mode", cloud.ChargeModePeriod, cloud.ChargeModeMetered), func(d cloud.Desktop) string { return d.Product.ChargeMode })
	f.is(q.text("availability_zone"), func(d cloud.Desktop) string { return d.AvailabilityZone })
	f.is(q.text("enterprise_project_id"), func(d cloud.Desktop) string { return d.EnterpriseProjectID })
	f.is(q.text("image_id"), cloud.Desktop.ImageID)
	f.is(q.text("subnet_id"), func(d cloud.Desktop) string { return d.SubnetID })
	f.yes(q.flag("user_attached"), func(d cloud.Desktop) bool { return d.UserName != "" })
	// One user gives way to several.
	if names := q.several("user_names"); len(names) > 0 {
		f.among(names, func(d cloud.Desktop) string { return d.UserName })
	} else {
		f.is(q.text("user_name"), func(d cloud.Desktop) string { return d.UserName })
	}
	switch q.oneOf("desktop_type", cloud.DesktopDedicated, cloud.DesktopPooled) {
	case cloud.DesktopDedicated: // every desktop that is in no pool, those of several users too
		f.keep(func(d cloud.Desktop) bool { return !d.Pooled() })
	case cloud.DesktopPooled:
		f.keep(cloud.Desktop.Pooled)
	}
	for _, wanted := range q.listed("tag") {
		key, value, valued := strings.Cut(strings.TrimSpace(wanted), "=")
		f.keep(func(d cloud.Desktop) bool {
			for _, tag := range d.Tags {
				if tag.Key == key && (!valued || tag.Value == value) {
					return true
				}
			}
			return false
		})
	}
	direction := q.oneOf("sort_type", "ASC", "DESC")
	switch q.oneOf("sort_field", "created", "computer_name") {
	case "created":
		f.sorted(direction, func(d cloud.Desktop) string { return d.CreatedTime })
	case "computer_name":
		f.sorted(direction, func(d cloud.Desktop) string { return d.ComputerName })
	}
	return f
}

func (s *Server) desktops(c *call) answer {
	q := asked(c)
	f := desktopFilter(q)
	f.among(q.listed("pool_id"), func(d cloud.Desktop) string { return d.PoolID })
	return listing(c, q, s.config.Cloud.Desktops, mostDesktops, f, "desktops", "total_count", wireDesktop)
}

func (s *Server) desktop(c *call) answer {
	d, err := s.config.Cloud.Desktop(c.Context(), c.PathValue("desktop_id"))
	if err != nil {
		return failed(err)
	}
	return told(object{"desktop": wireDesktop(d)})
}

func (s *Server) pools(c *call) answer {
	q := asked(c)
	var f filter[cloud.Pool]
	f.has(q.text("name"), func(p cloud.Pool) string { return p.Name })
	f.is(q.oneOf("type", "DYNAMIC", "STATIC"), func(p cloud.Pool) string { return p.Type })
	f.is(q.text("enterprise_project_id"), func(p cloud.Pool) string { return p.EnterpriseProjectID })
	f.yes(q.flag("in_maintenance_mode"), func(cloud.Pool) bool { return false })
	return listing(c, q, s.config.Cloud.Pools, mostPools, f, "desktop_pools", "total_count", wirePool)
}

func (s *Server) pool(c *call) answer {
	p, err := s.config.Cloud.Pool(c.Context(), c.PathValue("pool_id"))
	if err != nil {
		return failed(err)
	}
	return told(wirePool(p))
}

// poolDesktops lists a pool's desktops and counts them by how they are paid for. Desktops never differ from their
// template in a way that this cloud would remember, so inconsistent ones there are none of.
func (s *Server) poolDesktops(c *call) answer {
	q := asked(c)
	f := desktopFilter(q)
	if q.oneOf("inconsistent_type", "PRODUCT", "IMAGE", "VOLUME") != "" {
		f.keep(func(cloud.Desktop) bool { return false })
	}
	f.yes(q.flag("isolated"), func(cloud.Desktop) bool { return false })
	page := q.page(mostPools)
	if q.wrong != "" {
		return refused(http.StatusBadRequest, codeParameter, q.wrong)
	}
	read := func(ctx context.Context, page cloud.Page) (cloud.List[cloud.Desktop], error) {
		return s.config.Cloud.PoolDesktops(ctx, c.PathValue("pool_id"), page)
	}
	all, err := cloud.All(c.Context(), mostPools, read)
	if err != nil {
		return failed(err)
	}
	list, err := found(c.Context(), read, page, mostPools, f)
	if err != nil {
		return failed(err)
	}
	items, counts := make([]any, len(list.Items)), map[string]int{}
	for i, d := range list.Items {
		items[i] = wireDesktop(d)
	}
	for _, d := range all {
		counts[d.Product.ChargeMode]++
	}
	period, metered := counts[cloud.ChargeModePeriod], counts[cloud.ChargeModeMetered]
	return told(object{"pool_desktops": items, "total_count": list.Total,
		"period_desktops_num": period, "on_demand_desktops_num": metered,
		"period_free_image_desktops_num": period, "period_charge_image_desktops_num": 0,
		"on_demand_free_image_desktops_num": metered, "on_demand_charge_image_desktops_num": 0})
}

func (s *Server) users(c *call) answer {
	q := asked(c)
	var f filter[cloud.User]
	f.has(q.text("user_name"), func(u cloud.User) string { return u.UserName })
	f.among(q.several("user_names"), func(u cloud.User) string { return u.UserName })
	f.yes(q.flag("share_space_subscription"), func(u cloud.User) bool { return u.ShareSpaceSubscription })
	f.yes(q.flag("disabled"), func(u cloud.User) bool { return u.Disabled })
	if q.text("group_name") != "" { // who is in which group, this cloud does not know
		f.keep(func(cloud.User) bool { return false })
	}
	return listing(c, q, s.config.Cloud.Users, mostListed, f, "users", "total_count", same)
}

func (s *Server) userGroups(c *call) answer {
	q := asked(c)
	var f filter[cloud.UserGroup]
	f.has(q.text("keyword"), func(g cloud.UserGroup) string { return g.Name })
	f.among(q.several("platform_type"), func(cloud.UserGroup) string { return localPlatform })
	return listing(c, q, s.config.Cloud.UserGroups, mostListed, f, "user_groups", "total_count",
		func(g cloud.UserGroup) any {
			return object{"id": g.ID, "name": g.Name, "user_quantity": g.UserQuantity, "platform_type": localPlatform}
		})
}

// localPlatform is where this cloud's users and groups live.
const localPlatform = "LOCAL"

func (s *Server) bandwidths(c *call) answer {
	q := asked(c)
	var f filter[cloud.Bandwidth]
	f.is(q.text("subnet_id"), func(b cloud.Bandwidth) string { return b.SubnetID })
	f.is(q.text("bandwidth_id"), func(b cloud.Bandwidth) string { return b.BandwidthID })
	f.has(q.text("bandwidth_name"), func(b cloud.Bandwidth) string { return b.BandwidthName })
	return listing(c, q, s.config.Cloud.Bandwidths, mostListed, f, "bandwidths", "total_count", same)
}

func (s *Server) eips(c *call) answer {
	q := asked(c)
	var f filter[cloud.EIP]
	f.is(q.text("desktop_id"), func(e cloud.EIP) string { return e.DesktopID })
	f.is(q.text("address"), func(e cloud.EIP) string { return e.Address })
	return listing(c, q, s.config.Cloud.EIPs, mostListed, f, "eips", "total_count", func(e cloud.EIP) any {
		item := object{"id": e.ID, "address": e.Address, "bandwidth_size": e.BandwidthSize, "eip_charge_mode": e.ChargeMode, "type": e.Type}
		if e.DesktopID != "" {
			item["attached_desktop_id"] = e.DesktopID
		}
		return item
	})
}

func (s *Server) hosts(c *call) answer {
	q := asked(c)
	var f filter[cloud.Host]
	f.has(q.text("name"), func(h cloud.Host) string { return h.Name })
	f.is(q.text("availability_zone"), func(h cloud.Host) string { return h.AvailabilityZone })
	f.is(q.text("host_id"), func(h cloud.Host) string { return h.DedicatedHostID })
	f.is(q.oneOf("state", "available", "fault", "released"), func(h cloud.Host) string { return h.State })
	if marker := q.text("marker"); marker != "" { // the last one of the page before
		seen := false
		f.keep(func(h cloud.Host) bool {
			after := seen
			seen = seen || h.DedicatedHostID == marker
			return after
		})
	}
	return listing(c, q, s.config.Cloud.Hosts, mostListed, f, "dedicated_hosts", "total", same)
}

// job answers as for a job that is over and forgotten: this cloud works without any.
func (s *Server) job(c *call) answer {
	return refused(http.StatusNotFound, codeNotFound, "The job "+strconv.Quote(c.PathValue("job_id"))+" does not exist.")
}
