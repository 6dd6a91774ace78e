package embedded

import (
	"fmt"

	"github.com/google/uuid"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

// model is what all new desktops of an order have in common.
type model struct {
	product           *product
	image             *image
	root              cloud.Volume
	data              []cloud.Volume
	zone, subnet      string
	enterpriseProject string
	tags              []cloud.Tag
}

// bill prices n desktops of a model for a period, and counts what they take: the product, and each disk.
func (v *view) bill(m model, n, periodType, periodNum int) ([]item, needs, error) {
	line, err := v.forPeriod("desktop", m.product.ProductID, 1, n, periodType, periodNum)
	if err != nil {
		return nil, nil, err
	}
	disks, need, err := v.billDisks(append([]cloud.Volume{m.root}, m.data...), n, periodType, periodNum)
	if err != nil {
		return nil, nil, err
	}
	for quota, count := range desktopNeeds(m.product) {
		need[quota] += count * n
	}
	return append([]item{line}, disks...), need, nil
}

// billDisks prices n of each disk for a period.
func (v *view) billDisks(disks []cloud.Volume, n, periodType, periodNum int) ([]item, needs, error) {
	need := needs{}
	items := make([]item, len(disks))
	for i, disk := range disks {
		t, err := v.cloud.catalogue.diskOnSale(disk.Type)
		if err != nil {
			return nil, nil, err
		}
		if items[i], err = v.forPeriod(fmt.Sprintf("disk-%d", i), t.ResourceSpecCode, disk.Size, n, periodType, periodNum); err != nil {
			return nil, nil, err
		}
		need.add(needs{quotaVolumes: n, quotaGigabytes: n * disk.Size})
	}
	return items, need, nil
}

// desktop makes one desktop of a model.
func (m model) desktop(computerName, desktopType string) desktop {
	d := desktop{Desktop: cloud.Desktop{
		DesktopID: uuid.NewString(), ComputerName: computerName, Status: "ACTIVE", DesktopType: desktopType,
		ProductID: m.product.ProductID, Product: carried(m.product, cloud.ChargeModePeriod),
		RootVolume: m.root, DataVolumes: []cloud.Volume{}, AvailabilityZone: m.zone, SubnetID: m.subnet,
		EnterpriseProjectID: m.enterpriseProject, Tags: m.tags,
		Metadata: map[string]string{"os_type": m.image.OSType, "metering.image_id": m.image.ID},
	}}
	d.RootVolume.ID, d.RootVolume.VolumeID, d.RootVolume.Device = uuid.NewString(), uuid.NewString(), "/dev/vda"
	for i, volume := range m.data {
		d.DataVolumes = append(d.DataVolumes, newVolume(volume, i))
	}
	return d
}

// newVolume gives a disk its own IDs and the device it is seen as; in a pool it remembers the template's disk.
func newVolume(volume cloud.Volume, position int) cloud.Volume {
	volume.ID, volume.VolumeID = uuid.NewString(), uuid.NewString()
	volume.Device = "/dev/vd" + string(rune('b'+position%25))
	return volume
}

func createDesktops(v *view, m *orders.CreateDesktops, wanted request) (plan, error) {
	catalogue := v.cloud.catalogue
	made := model{tags: tags(m.Tags), zone: firstOf(m.AvailabilityZone, catalogue.defaultZone()),
		enterpriseProject: firstOf(m.EnterpriseProjectID, wanted.project, "0")}
	var err error
	if made.product, err = catalogue.desktopOnSale(m.ProductID, m.AvailabilityZone); err != nil {
		return plan{}, err
	}
	if made.image, err = catalogue.mustImage(m.ImageID, m.ImageType); err != nil {
		return plan{}, err
	}
	if err := catalogue.imageFits(made.image, made.product, *m.RootVolume.Size); err != nil {
		return plan{}, err
	}
	made.root, made.data = disk(*m.RootVolume), disks(m.DataVolumes)
	var subnets []string
	for _, nic := range m.Nics {
		subnets = append(subnets, nic.SubnetID)
	}
	if err := catalogue.network("", subnets, m.SecurityGroups); err != nil {
		return plan{}, err
	}
	made.subnet = firstOf(append(subnets, catalogue.Workspace.SubnetIDs...)...)
	if err := catalogue.addresses(made.subnet, m.DesktopIPs); err != nil {
		return plan{}, err
	}

	n := len(m.Desktops)
	if m.Size != nil {
		n = *m.Size
	}
	periodType, periodNum := wanted.period()
	p := plan{orderType: cloud.OrderTypeNew, effect: effect{PeriodType: periodType, PeriodNum: periodNum}}
	if p.items, p.needs, err = v.bill(made, n, periodType, periodNum); err != nil {
		return plan{}, err
	}
	naming := v.naming()
	for i := range n {
		computerName, err := nameOf(naming, m, i, n)
		if err != nil {
			return plan{}, err
		}
		d := made.desktop(computerName, m.DesktopType)
		if i < len(m.Desktops) {
			d.UserName, d.UserGroup = m.Desktops[i].UserName, m.Desktops[i].UserGroup
		}
		p.effect.Desktops = append(p.effect.Desktops, d)
		p.names = append(p.names, name{classDesktop, computerName})
	}
	p.numbers = naming.next
	if err := v.wantUsers(&p, m.Desktops); err != nil {
		return plan{}, err
	}
	if err := v.wantEIPs(&p, m.EIP, periodType, periodNum); err != nil {
		return plan{}, err
	}
	return p, nil
}

// nameOf names the i-th of n new desktops: as it is asked for; else by prefix, by naming policy, by the default one.
func nameOf(names *naming, m *orders.CreateDesktops, i, n int) (string, error) {
	prefix := m.DesktopName
	if i < len(m.Desktops) {
		if exact := m.Desktops[i].ComputerName; exact != "" {
			return names.exactly(exact)
		}
		prefix = m.Desktops[i].DesktopNamePrefix
	}
	switch {
	case prefix != "" && m.Size != nil && n == 1:
		return names.exactly(prefix)
	case prefix != "":
		return names.numbered(prefix, 2, 1)
	}
	return names.byPolicy(m.DesktopNamePolicyID)
}

// wantUsers makes accounts for the users that the directory does not know.
func (v *view) wantUsers(p *plan, desktops []orders.Desktop) error {
	wanted := map[string]bool{}
	for _, d := range desktops {
		user, known, err := v.userNamed(d.UserName)
		switch {
		case err != nil:
			return err
		case known && user.Disabled:
			return refuse(codeNoFit, "The user %s is disabled.", d.UserName)
		case known || wanted[d.UserName]:
			continue
		}
		wanted[d.UserName] = true
		p.effect.Users = append(p.effect.Users, cloud.User{ID: uuid.NewString(), UserName: d.UserName, UserEmail: d.UserEmail})
		p.needs.add(needs{quotaUsers: 1})
	}
	return nil
}

// wantEIPs gives new desktops access to the Internet: one gets an EIP that is there, or each gets a new one.
func (v *view) wantEIPs(p *plan, wanted *orders.EIP, periodType, periodNum int) error {
	if wanted == nil {
		return nil
	}
	if wanted.ID != "" {
		eip, known, err := find[cloud.EIP](v, classEIP, wanted.ID)
		switch {
		case err != nil:
			return err
		case !known:
			return refuse(codeNotFound, "The EIP %s does not exist.", wanted.ID)
		case eip.DesktopID != "":
			return refuse(codeNoFit, "The EIP %s is in use.", eip.Address)
		case len(p.effect.Desktops) > 1:
			return refuse(codeNoFit, "One EIP cannot serve %d desktops.", len(p.effect.Desktops))
		}
		p.targets = append(p.targets, "eip:"+eip.ID)
		p.effect.Alter = append(p.effect.Alter, alteration{EIP: eip.ID, AttachTo: p.effect.Desktops[0].DesktopID})
		return nil
	}
	ids := make([]string, len(p.effect.Desktops))
	for i, d := range p.effect.Desktops {
		ids[i] = d.DesktopID
	}
	size := 1
	if wanted.BandwidthSize != nil {
		size = *wanted.BandwidthSize
	}
	return v.newEIPs(p, ids, firstOf(wanted.Type, "5_bgp"), firstOf(wanted.ChargeMode, "BANDWIDTH"), size, periodType, periodNum)
}

// newEIPs buys an EIP for each desktop; an empty ID is none. What is billed by traffic costs nothing beforehand.
func (v *view) newEIPs(p *plan, desktops []string, eipType, chargeMode string, size, periodType, periodNum int) error {
	line, err := v.forPeriod("eip", eipType, size, len(desktops), periodType, periodNum)
	if err != nil {
		return err
	}
	if chargeMode == "BANDWIDTH" {
		p.items = append(p.items, line)
	}
	for _, id := range desktops {
		p.effect.EIPs = append(p.effect.EIPs, cloud.EIP{ID: uuid.NewString(), Type: eipType, ChargeMode: chargeMode,
			BandwidthSize: size, DesktopID: id})
	}
	return nil
}

func disk(volume orders.Volume) cloud.Volume {
	return cloud.Volume{Type: volume.Type, Size: *volume.Size, KMSID: volume.KMSID}
}

func disks(list []orders.Volume) []cloud.Volume {
	out := make([]cloud.Volume, len(list))
	for i, volume := range list {
		out[i] = disk(volume)
	}
	return out
}

func tags(list []orders.Tag) []cloud.Tag {
	out := make([]cloud.Tag, len(list))
	for i, tag := range list {
		out[i] = cloud.Tag{Key: tag.Key, Value: tag.Value}
	}
	return out
}

func firstOf(values ...string) string {
	for _, value := range values {
		if value != "" {
			return value
		}
	}
	return ""
}
