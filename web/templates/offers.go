package templates

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/i18n"
	"workspace-order-console/internal/orders"
)

// column is one that a list can show.
type column struct {
	name, key string
	// sort is the wire name that it is sorted by, empty when it is not.
	sort string
}

// numeric tells that a column holds numbers, which stand at its end.
func (c column) numeric() bool { return c.name == "size" || c.name == "instance_total" }

// offerLink is what can be ordered for something, or why it cannot.
type offerLink struct {
	kind             orders.Kind
	text, href, icon string
	why              string
	leave            []orders.Hindrance
}

// offerLinks are offers with the address of their form. The targets are those of its query.
func offerLinks(ctx context.Context, offers []orders.Offer, targets func(orders.Kind) string) []offerLink {
	links := make([]offerLink, len(offers))
	for i, offer := range offers {
		links[i] = offerLink{kind: offer.Kind, text: OfferWord(ctx, offer.Kind), icon: offerIcon(offer.Kind),
			href: "/orders/new/" + offer.Kind.Name()}
		if query := targets(offer.Kind); query != "" {
			links[i].href += "?" + query
		}
		if offer.Obstacle != nil {
			links[i].why = i18n.FromContext(ctx).Say(offer.Obstacle.Why.Key, offer.Obstacle.Why.Args)
			links[i].leave = offer.Obstacle.Leave
		}
	}
	return links
}

// ofDesktop names one desktop in the query of a form.
func ofDesktop(id string) func(orders.Kind) string {
	return func(kind orders.Kind) string {
		if kind.TakesMany() {
			return url.Values{"desktop_ids": {id}}.Encode()
		}
		return url.Values{"desktop_id": {id}}.Encode()
	}
}

// blockedGroup is what cannot be ordered for one reason.
type blockedGroup struct {
	why   string
	leave []orders.Hindrance
	words []string
}

// kinds are the group's kinds, in words.
func (g blockedGroup) kinds(ctx context.Context) string { return i18n.FromContext(ctx).List(g.words) }

// blocked puts what cannot be ordered together by the reason.
func blocked(offers []offerLink) []blockedGroup {
	var groups []blockedGroup
	for _, o := range offers {
		if o.why == "" {
			continue
		}
		i := slices.IndexFunc(groups, func(g blockedGroup) bool { return g.why == o.why })
		if i < 0 {
			i = len(groups)
			groups = append(groups, blockedGroup{why: o.why, leave: o.leave})
		}
		groups[i].words = append(groups[i].words, o.text)
	}
	return groups
}

// offerWords are short words for what a kind does to what stands beside them: the kind's own title says more.
var offerWords = map[string]string{"resizeDesktops": "offer.resize", "RESIZE": "offer.resize", "addVolumes": "offer.add_disks", "ADD_VOLUME": "offer.add_disk",
	"expandVolumes": "offer.expand_disk", "EXTEND_VOLUME": "offer.expand_disk", "CHANGE_IMAGE": "offer.change_image", "rebuildDesktops": "offer.rebuild",
	"applyDesktopsInternet": "offer.internet", "ADD_SUB_RESOURCES": "offer.add_collaboration", "DELETE_SUB_RESOURCES": "offer.delete_collaboration",
	"meteredToPeriod": "offer.to_period", "expandDesktopPool": "offer.expand_pool"}

// OfferWord is a short word for what a kind does.
func OfferWord(ctx context.Context, kind orders.Kind) string {
	if key, ok := offerWords[kind.Type]; ok {
		return T(ctx, key)
	}
	return T(ctx, "kind."+kind.Name()+".title")
}

// hindranceWords say which desktops a button takes out of the selection.
var hindranceWords = map[orders.Hindrance]string{orders.HindrancePooled: "offer.leave_pooled", orders.HindranceOrdinary: "offer.leave_ordinary",
	orders.HindranceMetered: "offer.leave_metered", orders.HindrancePeriod: "offer.leave_period", orders.HindranceFrozen: "offer.leave_frozen",
	orders.HindranceBusy: "offer.leave_busy", orders.HindranceSharing: "offer.leave_sharing", orders.HindranceAlone: "offer.leave_alone"}

func offerIcon(kind orders.Kind) string {
	switch kind.Type {
	case "expandVolumes", "EXTEND_VOLUME":
		return "expand"
	case "rebuildDesktops":
		return "refresh"
	case "DELETE_SUB_RESOURCES":
		return "undo"
	case "expandDesktopPool":
		return "plus"
	}
	return kindIcon(kind)
}

// TagText is a tag as people write it: "dept=design".
func TagText(tag cloud.Tag) string {
	if tag.Value == "" {
		return tag.Key
	}
	return tag.Key + "=" + tag.Value
}

func tagQuery(tag cloud.Tag) string { return url.Values{"tag": {TagText(tag)}}.Encode() }

// addresses are IP addresses in one line.
func addresses(d cloud.Desktop) string { return strings.Join(d.IPAddresses, ", ") }
