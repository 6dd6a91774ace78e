package embedded

import (
	"strings"

	"github.com/google/uuid"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

func createDesktopPool(v *view, m *orders.CreateDesktopPool, wanted request) (plan, error) {
	catalogue := v.cloud.catalogue
	if taken, err := v.taken(name{classPool, m.Name}); err != nil {
		return plan{}, err
	} else if taken {
		return plan{}, conflict(codeNameTaken, "The pool name %s is in use.", m.Name)
	}
	made := model{tags: tags(m.Tags), zone: firstOf(m.AvailabilityZone, catalogue.defaultZone()), subnet: m.SubnetIDs[0],
		enterpriseProject: firstOf(m.EnterpriseProjectID, wanted.project, "0"), root: poolDisk(*m.RootVolume)}
	for _, volume := range m.DataVolumes {
		made.data = append(made.data, poolDisk(volume))
	}
	var err error
	if made.product, err = catalogue.desktopOnSale(m.ProductID, m.AvailabilityZone); err != nil {
		return plan{}, err
	}
	if made.image, err = catalogue.mustImage(m.ImageID, m.ImageType); err != nil {
		return plan{}, err
	}
	if err := catalogue.imageFits(made.image, made.product, made.root.Size); err != nil {
		return plan{}, err
	}
	if zone, known := catalogue.zone(m.AvailabilityZone); known && zone.Edge && m.FlavorID == "" {
		return plan{}, refuse(codeParameter, "A pool in the edge zone %s needs a flavor_id.", m.AvailabilityZone)
	}
	if err := catalogue.network(m.VPCID, m.SubnetIDs, m.SecurityGroups); err != nil {
		return plan{}, err
	}
	if err := v.authorized(m.AuthorizedObjects); err != nil {
		return plan{}, err
	}

	periodType, periodNum := wanted.period()
	template := pool{NamePolicyID: m.DesktopNamePolicyID, Pool: cloud.Pool{
		ID: uuid.NewString(), Name: m.Name, Type: m.Type, ChargingMode: cloud.ChargeModePeriod, Status: "STEADY",
		Description: m.Description, Product: carried(made.product, cloud.ChargeModePeriod),
		ImageID: made.image.ID, ImageName: made.image.Name, ImageOSType: made.image.OSType,
		RootVolume: made.root, DataVolumes: []cloud.Volume{}, SubnetIDs: m.SubnetIDs, AvailabilityZone: made.zone,
		EnterpriseProjectID: made.enterpriseProject, Tags: made.tags, DesktopCount: *m.Size}}
	template.RootVolume.ID = uuid.NewString()
	for i := range made.data {
		volume := made.data[i]
		if volume.ID == "" {
			volume.ID = uuid.NewString()
		}
		template.DataVolumes = append(template.DataVolumes, volume)
	}
	made.data = poolDisks(template)
	p := plan{orderType: cloud.OrderTypeNew, names: []name{{classPool, m.Name}},
		effect: effect{PeriodType: periodType, PeriodNum: periodNum, Pool: &template}}
	return p, v.fillPool(&p, template, made, *m.Size, periodType, periodNum)
}

// authorized checks that those who may use a pool are there.
func (v *view) authorized(objects []orders.AuthorizedObject) error {
	for _, object := range objects {
		known := false
		if object.ObjectType == "USER_GROUP" {
			_, known = by(v.cloud.catalogue.UserGroups, func(g *cloud.UserGroup) string { return g.ID }, object.ObjectID)
		} else {
			var err error
			if _, known, err = find[cloud.User](v, classUser, object.ObjectID); err != nil {
				return err
			}
		}
		if !known {
			return refuse(codeNotFound, "The user or group %s (%s) does not exist.", object.ObjectName, object.ObjectID)
		}
	}
	return nil
}

func expandDesktopPool(v *view, m *orders.ExpandDesktopPool, wanted request) (plan, error) {
	template, err := v.mustPool(m.PoolID)
	if err != nil {
		return plan{}, err
	}
	if template.ChargingMode == cloud.ChargeModeMetered {
		return plan{}, refuse(codeNotPeriodic, "The desktop pool %s is pay-per-use.", template.Name)
	}
	catalogue := v.cloud.catalogue
	// What a pool is made of may be withdrawn from sale for others and is still sold to grow it, unless it is sold out.
	product, known := catalogue.product(template.Product.ProductID)
	if !known || product.Status == "sellout" {
		return plan{}, refuse(codeNotOnSale, "The product %s is sold out.", template.Product.ProductID)
	}
	made := model{product: product, root: template.RootVolume, data: poolDisks(template),
		image: &image{Image: cloud.Image{ID: template.ImageID, OSType: template.ImageOSType}},
		zone:  template.AvailabilityZone, subnet: firstOf(template.SubnetIDs...), enterpriseProject: template.EnterpriseProjectID,
		tags: template.Tags}
	periodType, periodNum := wanted.period()
	p := plan{orderType: cloud.OrderTypeNew, targets: []string{poolTarget(template.ID)},
		effect: effect{PeriodType: periodType, PeriodNum: periodNum, Alter: []alteration{{Pool: template.ID, Grow: *m.Size}}}}
	return p, v.fillPool(&p, template, made, *m.Size, periodType, periodNum)
}

// fillPool adds n new desktops of a pool to a plan.
func (v *view) fillPool(p *plan, template pool, made model, n, periodType, periodNum int) error {
	var err error
	if p.items, p.needs, err = v.bill(made, n, periodType, periodNum); err != nil {
		return err
	}
	naming := v.naming()
	for range n {
		var computerName string
		if template.NamePolicyID != "" {
			computerName, err = naming.byPolicy(template.NamePolicyID)
		} else {
			computerName, err = naming.numbered(poolPrefix(template.Name), 3, 1)
		}
		if err != nil {
			return err
		}
		d := made.desktop(computerName, cloud.DesktopPooled)
		d.PoolID, d.ShareResourceSKU = template.ID, template.ShareResourceSKU
		p.effect.Desktops = append(p.effect.Desktops, d)
		p.names = append(p.names, name{classDesktop, computerName})
	}
	p.numbers = naming.next
	return nil
}

// poolPrefix makes a prefix for computer names, which have at most 15 characters, of a pool's name.
func poolPrefix(name string) string {
	return strings.Trim(name[:min(len(name), 10)], "-") + "-"
}

// poolDisks are the disks of a pool's new desktops: as the template's, whose IDs they remember.
func poolDisks(template pool) []cloud.Volume {
	out := make([]cloud.Volume, len(template.DataVolumes))
	for i, volume := range template.DataVolumes {
		out[i] = cloud.Volume{Type: volume.Type, Size: volume.Size, KMSID: volume.KMSID, DesktopPoolDiskID: volume.ID}
	}
	return out
}

func poolDisk(volume orders.VolumeInfo) cloud.Volume {
	return cloud.Volume{ID: volume.ID, Type: volume.Type, Size: *volume.Size, KMSID: volume.KMSID}
}
