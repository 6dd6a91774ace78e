package embedded

import (
	"fmt"

	"github.com/google/uuid"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

// addVolumes buys disks for a desktop. They are billed for the period that the order tells, or a month: the billing
// service, which quotes them, knows no desktop whose rest of a term it could count.
func addVolumes(v *view, m *orders.AddVolumes, wanted request) (plan, error) {
	d, err := v.mustDesktop(m.DesktopID)
	if err == nil {
		err = periodic(d)
	}
	if err != nil {
		return plan{}, err
	}
	periodType, periodNum := wanted.period()
	p := plan{orderType: cloud.OrderTypeNew, targets: []string{desktopTarget(d.DesktopID)}}
	if p.items, p.needs, err = v.billDisks(disks(m.Volumes), 1, periodType, periodNum); err != nil {
		return plan{}, err
	}
	a := alteration{Desktop: d.DesktopID}
	for i, volume := range disks(m.Volumes) {
		a.AddVolumes = append(a.AddVolumes, newVolume(volume, len(d.DataVolumes)+i))
	}
	p.effect.Alter = []alteration{a}
	return p, nil
}

func applyDesktopsInternet(v *view, m *orders.ApplyDesktopsInternet, wanted request) (plan, error) {
	ids := m.DesktopIDs
	p := plan{orderType: cloud.OrderTypeNew}
	if len(ids) == 0 {
		ids = make([]string, *m.Count) // EIPs of their own
	} else {
		list, err := v.mustDesktops(ids)
		if err != nil {
			return plan{}, err
		}
		for _, d := range list {
			_, has, err := one[cloud.EIP](v, `SELECT doc FROM objects WHERE class = 'eip' AND doc ->> 'attached_desktop_id' = $1`, d.DesktopID)
			if err != nil {
				return plan{}, err
			}
			if has {
				return plan{}, refuse(codeNothing, "The desktop %s has an EIP already.", d.ComputerName)
			}
			p.targets = append(p.targets, desktopTarget(d.DesktopID))
		}
	}
	periodType, periodNum := wanted.period()
	return p, v.newEIPs(&p, ids, m.EIPType, m.EIPChargeMode, *m.BandwidthSize, periodType, periodNum)
}

func createExclusiveHosts(v *view, m *orders.CreateExclusiveHosts, wanted request) (plan, error) {
	catalogue := v.cloud.catalogue
	product, err := catalogue.onSale(m.ProductID, m.AvailabilityZone)
	if err != nil {
		return plan{}, err
	}
	if product.PackageType != packageHost {
		return plan{}, refuse(codeNoFit, "The product %s is not an exclusive host.", m.ProductID)
	}
	if err := catalogue.network(m.VPCID, []string{m.SubnetID}, nil); err != nil {
		return plan{}, err
	}
	n := *m.Quantity
	periodType, periodNum := wanted.period()
	p := plan{orderType: cloud.OrderTypeNew, effect: effect{PeriodType: periodType, PeriodNum: periodNum}}
	line, err := v.forPeriod("desktop", product.ProductID, 1, n, periodType, periodNum)
	if err != nil {
		return plan{}, err
	}
	volumes, need, err := v.billDisks(append(disks(m.ImageVolumes), disks(m.MemoryVolumes)...), n, periodType, periodNum)
	if err != nil {
		return plan{}, err
	}
	p.items, p.needs = append([]item{line}, volumes...), need
	p.needs.add(needs{quotaHosts: n})
	instances := 0
	if m.ApplyDesktopQuantity != nil {
		instances = *m.ApplyDesktopQuantity
	}
	if l := m.ResizeExclusiveLites; l != nil && *l.NewQuantity > 0 {
		if err := catalogue.liteOnSale(l.ProductID); err != nil {
			return plan{}, err
		}
		line, err := v.forPeriod("lites", l.ProductID, 1, *l.NewQuantity, periodType, periodNum)
		if err != nil {
			return plan{}, err
		}
		p.items = append(p.items, line)
		instances = max(instances, *l.NewQuantity)
	}
	for i := range n {
		hostName := firstOf(m.Name, "host")
		if n > 1 {
			hostName = fmt.Sprintf("%s-%d", hostName, i+1)
		}
		p.effect.Hosts = append(p.effect.Hosts, cloud.Host{DedicatedHostID: uuid.NewString(), Name: hostName,
			ProductID: product.ProductID, AvailabilityZone: m.AvailabilityZone, State: "available", InstanceTotal: instances,
			EnterpriseProjectID: firstOf(m.EnterpriseProjectID, "0")})
	}
	return p, nil
}

// liteOnSale refuses what is not a product of exclusive lites.
func (c *catalogue) liteOnSale(id string) error {
	p, err := c.onSale(id, "")
	if err == nil && p.PackageType != packageLite {
		err = refuse(codeNoFit, "The product %s is not an exclusive lite.", id)
	}
	return err
}

func subscribeUserSharer(v *view, m *orders.SubscribeUserSharer, wanted request) (plan, error) {
	if err := v.cloud.catalogue.sharerOnSale(m.UserSharerSKU, "user_sharer"); err != nil {
		return plan{}, err
	}
	p := plan{orderType: cloud.OrderTypeNew}
	for _, user := range m.Users {
		u, known, err := find[cloud.User](v, classUser, user.UserID)
		switch {
		case err != nil:
			return plan{}, err
		case !known:
			return plan{}, refuse(codeNotFound, "The user %s does not exist.", user.UserID)
		case u.UserName != user.UserName:
			return plan{}, refuse(codeNoFit, "The user %s is called %s, not %s.", user.UserID, u.UserName, user.UserName)
		case u.ShareSpaceSubscription:
			return plan{}, refuse(codeNothing, "The user %s has collaboration resources already.", u.UserName)
		}
		p.targets = append(p.targets, "user:"+u.ID)
		p.effect.Alter = append(p.effect.Alter, alteration{User: u.ID})
	}
	periodType, periodNum := wanted.period()
	line, err := v.forPeriod("sharer", m.UserSharerSKU, 1, len(m.Users), periodType, periodNum)
	p.items = []item{line}
	return p, err
}

// sharerOnSale refuses what is not a collaboration product of a kind.
func (c *catalogue) sharerOnSale(sku, packageType string) error {
	s, known := c.sharer(sku)
	if !known {
		return refuse(codeNotOnSale, "The collaboration product %s does not exist.", sku)
	}
	if s.PackageType != packageType {
		return refuse(codeNoFit, "The collaboration product %s is a %s, not a %s.", sku, s.PackageType, packageType)
	}
	return nil
}

func applySubnetBandwidth(v *view, m *orders.ApplySubnetBandwidth, wanted request) (plan, error) {
	if err := v.cloud.catalogue.network("", []string{m.SubnetID}, nil); err != nil {
		return plan{}, err
	}
	b, has, err := one[cloud.Bandwidth](v, `SELECT doc FROM objects WHERE class = 'bandwidth' AND doc ->> 'subnet_id' = $1`, m.SubnetID)
	if err != nil {
		return plan{}, err
	}
	if has {
		return plan{}, conflict(codeNothing, "The subnet %s has the bandwidth %s already.", m.SubnetID, b.BandwidthName)
	}
	periodType, periodNum := wanted.period()
	line, err := v.forPeriod("bandwidth", m.ChargeMode, *m.BandwidthSize, 1, periodType, periodNum)
	if err != nil {
		return plan{}, err
	}
	made := cloud.Bandwidth{BandwidthID: uuid.NewString(), BandwidthName: firstOf(m.BandwidthName, "workspace-bandwidth"),
		ChargeMode: m.ChargeMode, Size: *m.BandwidthSize, SubnetID: m.SubnetID, Status: "ACTIVE",
		EnterpriseProjectID: firstOf(m.EnterpriseProjectID, "0")}
	return plan{orderType: cloud.OrderTypeNew, items: []item{line}, targets: []string{"subnet:" + m.SubnetID},
		effect: effect{PeriodType: periodType, PeriodNum: periodNum, Bandwidth: &made}}, nil
}
