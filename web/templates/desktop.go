package templates

import (
	"context"
	"net/url"
	"slices"

	"github.com/a-h/templ"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

// desktopFacts are what a desktop is made of.
func desktopFacts(ctx context.Context, v DesktopView) []Definition {
	list := []Definition{
		{Term: T(ctx, "inventory.specification"), Value: data(specification(v.Product))},
		{Term: T(ctx, "desktop.product"), Text: v.ProductID, Mono: true},
		{Term: T(ctx, "desktops.image"), Value: data(v.Image)},
		{Term: T(ctx, "inventory.type"), Text: wordOf(ctx, desktopTypes, v.DesktopType)},
	}
	if v.PoolID != "" {
		list = append(list, Definition{Term: T(ctx, "desktops.pool"), Value: TextLink(Link{Text: v.Pool, Href: poolPage(v.PoolID)})})
	}
	if v.ShareResourceSKU != "" {
		list = append(list, Definition{Term: T(ctx, "desktop.collaboration"), Text: v.ShareResourceSKU, Mono: true})
	}
	list = append(list, v.place(ctx, v.EnterpriseProjectID, v.AvailabilityZone)...)
	if len(v.IPAddresses) > 0 {
		list = append(list, Definition{Term: T(ctx, "desktops.address"), Text: addresses(v.Desktop), Mono: true})
	}
	if len(v.Tags) > 0 {
		list = append(list, Definition{Term: T(ctx, "desktops.tags"), Value: tagChips("/desktops", v.Tags)})
	}
	return append(list, Definition{Term: T(ctx, "desktops.created"), Value: day(v.CreatedTime)})
}

// place says whose a thing is and where.
func (v ThingView) place(ctx context.Context, project, zone string) []Definition {
	team := Definition{Term: T(ctx, "desktops.team"), Value: data(v.Team)}
	if v.Team == "" {
		team = Definition{Term: T(ctx, "desktops.team"), Text: T(ctx, "inventory.no_team")}
	}
	return []Definition{team, {Term: T(ctx, "desktop.project"), Text: project, Mono: true}, {Term: T(ctx, "desktops.zone"), Text: zone, Mono: true}}
}

func desktopUsers(ctx context.Context, d cloud.Desktop) []Definition {
	return []Definition{
		{Term: T(ctx, "desktops.user"), Value: DataLink(Link{Text: d.UserName, Href: "/desktops?" + url.Values{"q": {d.UserName}}.Encode()})},
		{Term: T(ctx, "desktop.user_group"), Text: d.UserGroup, Mono: true},
	}
}

// data is a text of the cloud's or of people's, which is not translated.
func data(text string) templ.Component {
	if text == "" {
		return None()
	}
	return untranslated(text)
}

// expandDisk leads to the form that makes a disk larger; nil when that is not possible.
func (v DesktopView) expandDisk() func(cloud.Volume) string {
	can := v.MayPlace && slices.ContainsFunc(v.Offers, func(o orders.Offer) bool { return o.Kind.Type == "expandVolumes" && o.Obstacle == nil })
	if !can {
		return nil
	}
	return func(disk cloud.Volume) string {
		if disk.VolumeID == "" {
			return ""
		}
		return "/orders/new/change/expandVolumes?" + url.Values{"desktop_id": {v.DesktopID}, "volume_id": {disk.VolumeID}}.Encode()
	}
}

// diskID is what orders call a disk by.
func diskID(disk cloud.Volume) string {
	for _, id := range []string{disk.VolumeID, disk.DesktopPoolDiskID, disk.ID} {
		if id != "" {
			return id
		}
	}
	return ""
}

var diskTypeKeys = map[string]string{"SAS": "desktop.sas", "SSD": "desktop.ssd", "GPSSD": "desktop.gpssd"}

func diskTypeWord(ctx context.Context, typ string) string {
	if key, ok := diskTypeKeys[typ]; ok {
		return T(ctx, key)
	}
	return typ
}

// cost is what an order was quoted and billed.
type cost struct {
	order          orders.Order
	quoted, billed *cloud.Money
}

// costs are the orders of a thing that have a price, the one that bought it first.
func (v ThingView) costs() []cost {
	all := slices.Clone(v.Orders)
	if v.Bought != nil {
		all = append([]orders.Order{*v.Bought}, all...)
	}
	var costs []cost
	for _, o := range all {
		line := cost{order: o, billed: orders.BillOf(o).Billed}
		if o.Quote != nil {
			money := quoted(o)
			line.quoted = &money
		}
		if o.State == orders.StatePlaced && (line.quoted != nil || line.billed != nil) {
			costs = append(costs, line)
		}
	}
	return costs
}
