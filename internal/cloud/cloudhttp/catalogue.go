package cloudhttp

import (
	"slices"
	"strconv"

	"workspace-order-console/internal/cloud"
)

// products lists packages. With a product_id it lists what that one can be resized to.
func (s *Server) products(c *call) answer {
	q := asked(c)
	var f filter[cloud.Product]
	f.is(q.text("os_type"), func(p cloud.Product) string { return p.OSType })
	f.is(q.oneOf("charge_mode", cloud.ChargeModePeriod, cloud.ChargeModeMetered), func(p cloud.Product) string { return p.ChargeMode })
	f.is(q.text("architecture"), func(p cloud.Product) string { return p.Architecture })
	f.is(q.text("package_type"), func(p cloud.Product) string { return p.PackageType })
	if zone := q.text("availability_zone"); zone != "" {
		zones, err := s.config.Cloud.AvailabilityZones(c.Context())
		if err != nil {
			return failed(err)
		}
		i := slices.IndexFunc(zones, func(z cloud.AvailabilityZone) bool { return z.AvailabilityZone == zone })
		f.keep(func(p cloud.Product) bool { return i >= 0 && !slices.Contains(zones[i].SoldOut, p.ProductID) })
	}
	if id := q.text("product_id"); id != "" {
		all, err := cloud.All(c.Context(), mostListed, s.config.Cloud.Products)
		if err != nil {
			return failed(err)
		}
		i := slices.IndexFunc(all, func(p cloud.Product) bool { return p.ProductID == id })
		f.keep(func(p cloud.Product) bool {
			return i >= 0 && p.ProductID != id && p.Status == "normal" && p.PackageType == all[i].PackageType &&
				p.OSType == all[i].OSType && p.Architecture == all[i].Architecture
		})
	}
	return listing(c, q, s.config.Cloud.Products, mostListed, f, "products", "total_count", same)
}

func (s *Server) sharerProducts(c *call) answer {
	q := asked(c)
	var f filter[cloud.SharerProduct]
	f.is(q.oneOf("package_type", "user_sharer", "desktop_sharer"), func(p cloud.SharerProduct) string { return p.PackageType })
	f.is(q.oneOf("charge_mode", "0", "1", "6"), func(p cloud.SharerProduct) string { return p.ChargeMode })
	f.is(q.text("share_space_size"), func(p cloud.SharerProduct) string { return strconv.Itoa(p.ShareSpaceSize) })
	f.is(q.text("product_id"), func(p cloud.SharerProduct) string { return p.ProductID })
	f.is(q.oneOf("is_gpu", "0", "1"), func(cloud.SharerProduct) string { return "0" })
	return listing(c, q, s.config.Cloud.SharerProducts, mostListed, f, "products", "total_count", same)
}

func (s *Server) volumeProducts(c *call) answer {
	q := asked(c)
	var f filter[cloud.VolumeType]
	f.among(q.listed("volume_type"), func(t cloud.VolumeType) string { return t.VolumeType })
	return listing(c, q, whole(s.config.Cloud.VolumeTypes), mostPools, f, "volumes", "", same)
}

func (s *Server) images(c *call) answer {
	q := asked(c)
	var f filter[cloud.Image]
	f.is(q.text("os_type"), func(i cloud.Image) string { return i.OSType })
	f.is(q.oneOf("image_type", "gold", "private"), func(i cloud.Image) string { return i.ImageType })
	f.is(q.text("image_id"), func(i cloud.Image) string { return i.ID })
	f.has(q.text("platform"), func(i cloud.Image) string { return i.OSVersion })
	f.is(q.text("architecture"), func(i cloud.Image) string { return s.config.Cloud.ImageArchitecture(i.ID) })
	direction := q.oneOf("sort_type", "asc", "desc")
	switch q.oneOf("sort_field", "name", "created_at") {
	case "name":
		f.sorted(direction, func(i cloud.Image) string { return i.Name })
	case "created_at": // when an image was made, this cloud does not know: the catalogue's order stays
		f.sorted(direction, func(cloud.Image) string { return "" })
	}
	return listing(c, q, s.config.Cloud.Images, mostListed, f, "images", "total_count", func(i cloud.Image) any {
		return struct {
			cloud.Image
			Architecture string `json:"architecture,omitempty"`
		}{i, s.config.Cloud.ImageArchitecture(i.ID)}
	})
}

// marketImages tells of the wanted images those that the market sells.
func (s *Server) marketImages(c *call) answer {
	q := asked(c)
	// The SDK repeats the key, other clients separate by commas.
	ids := q.several("image_ids")
	if len(ids) == 1 {
		ids = q.listed("image_ids")
	}
	if len(ids) == 0 || len(ids) > mostListed {
		q.refuse("The parameter image_ids must name 1 to %d images.", mostListed)
	}
	var f filter[cloud.Image]
	f.keep(func(i cloud.Image) bool { return i.ProductCode != "" && slices.Contains(ids, i.ID) })
	return listing(c, q, s.config.Cloud.Images, mostListed, f, "images", "", func(i cloud.Image) any {
		return object{"image_id": i.ID, "name": i.Name, "product_code": i.ProductCode, "image_type": i.ImageType, "os_type": i.OSType,
			"os_version": i.OSVersion, "min_disk": i.MinDisk, "min_ram": i.MinRAM, "status": "active",
			"market_service_type_code": "hws.service.type.marketplace", "market_resource_type_code": "hws.resource.type.market.image"}
	})
}

func (s *Server) subnets(c *call) answer {
	q := asked(c)
	var f filter[cloud.Subnet]
	f.is(q.text("vpc_id"), func(n cloud.Subnet) string { return n.VPCID })
	return listing(c, q, whole(s.config.Cloud.Subnets), mostPools, f, "subnets", "subnet_size", same)
}

func (s *Server) securityGroups(c *call) answer {
	return listing(c, asked(c), whole(s.config.Cloud.SecurityGroups), mostPools, filter[cloud.SecurityGroup]{}, "security_groups", "", same)
}

func (s *Server) availabilityZones(c *call) answer {
	return listing(c, asked(c), whole(s.config.Cloud.AvailabilityZones), mostPools, filter[cloud.AvailabilityZone]{}, "availability_zones",
		"total_count", func(z cloud.AvailabilityZone) any {
			soldOut := z.SoldOut
			if soldOut == nil {
				soldOut = []string{}
			}
			return object{"availability_zone": z.AvailabilityZone, "display_name": z.DisplayName["en_US"], "i18n": z.DisplayName,
				"sold_out": object{"products": soldOut}, "default_availability_zone": z.Default, "visible": true}
		})
}

func (s *Server) namePolicies(c *call) answer {
	q := asked(c)
	var f filter[cloud.NamePolicy]
	f.has(q.text("policy_name"), func(p cloud.NamePolicy) string { return p.PolicyName })
	f.is(q.text("policy_id"), func(p cloud.NamePolicy) string { return p.PolicyID })
	f.yes(q.flag("is_contain_user"), func(cloud.NamePolicy) bool { return false })
	return listing(c, q, s.config.Cloud.NamePolicies, mostListed, f, "desktop_name_policy_infos", "total_count", same)
}

func (s *Server) quotas(c *call) answer {
	quotas, err := s.config.Cloud.Quotas(c.Context())
	if err != nil {
		return failed(err)
	}
	return told(object{"quotas": object{"resources": quotas}, "site_quotas": []any{}})
}

func (s *Server) quotaDetails(c *call) answer {
	quotas, err := s.config.Cloud.Quotas(c.Context())
	if err != nil {
		return failed(err)
	}
	return told(object{"resources": quotas})
}

// workspace is the tenant itself.
func (s *Server) workspace(c *call) answer {
	w, err := s.config.Cloud.Workspace(c.Context())
	if err != nil {
		return failed(err)
	}
	subnets := make([]object, len(w.SubnetIDs))
	for i, id := range w.SubnetIDs {
		subnets[i] = object{"subnet_id": id}
	}
	body := object{"id": s.config.ProjectID, "status": w.Status, "ad_domains": object{"domain_type": w.DomainType}, "vpc_id": w.VPCID,
		"subnet_ids": subnets}
	if w.DesktopSecurityGroup != "" {
		body["desktop_security_group"] = object{"id": w.DesktopSecurityGroup}
	}
	return told(body)
}
