package templates

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/i18n"
)

// actionLooks are the words of what the log tells. Those about orders are also told on the order's page (stories).
var actionLooks = map[string]badgeLook{
	"signin":         {Quiet, "key", "action.signin"},
	"signout":        {Quiet, "log-out", "action.signout"},
	"session.ended":  {Warn, "log-out", "action.session.ended"},
	"key.created":    {Info, "key", "action.key.created"},
	"key.revoked":    {Warn, "ban", "action.key.revoked"},
	"team.created":   {Info, "users", "action.team.created"},
	"team.changed":   {Info, "users", "action.team.changed"},
	"team.deleted":   {Warn, "trash", "action.team.deleted"},
	"list.exported":  {Quiet, "download", "action.list.exported"},
	"order.followed": {Info, "refresh", "action.order.followed"},

	"template.created": {Info, "file-text", "action.template.created"},
	"template.changed": {Info, "file-text", "action.template.changed"},
	"template.deleted": {Warn, "trash", "action.template.deleted"},

	"delegation.created": {Info, "users", "action.delegation.created"},
	"delegation.ended":   {Quiet, "users", "action.delegation.ended"},

	"webhook.created":  {Info, "send", "action.webhook.created"},
	"webhook.enabled":  {Info, "check", "action.webhook.enabled"},
	"webhook.disabled": {Warn, "ban", "action.webhook.disabled"},
	"webhook.deleted":  {Warn, "trash", "action.webhook.deleted"},
	"webhook.tested":   {Quiet, "send", "action.webhook.tested"},
	"webhook.resent":   {Quiet, "repeat", "action.webhook.resent"},

	"foreign.cancel_requested":   {Info, "ban", "action.foreign.cancel_requested"},
	"foreign.cancel_done":        {Quiet, "ban", "action.foreign.cancel_done"},
	"foreign.cancel_refused":     {Bad, "ban", "action.foreign.cancel_refused"},
	"foreign.cancel_unknown":     {Doubt, "help", "action.foreign.cancel_unknown"},
	"foreign.cancel_not_reached": {Warn, "alert", "action.foreign.cancel_not_reached"},
	"foreign.cancel_repeated":    {Info, "ban", "action.foreign.cancel_repeated"},
}

// lookOfAction is how an action shows.
func lookOfAction(action string) badgeLook {
	if look, ok := actionLooks[action]; ok {
		return look
	}
	if story, ok := stories[action]; ok {
		return badgeLook{story.tone, story.icon, story.word}
	}
	return badgeLook{Quiet, "info", action}
}

// doors are the ways in that the log tells of.
var doors = []string{string(auth.DoorWeb), string(auth.DoorAPI), string(auth.DoorConsole)}

func doorWord(say i18n.Printer, door string) string {
	if !slices.Contains(doors, door) {
		return door
	}
	return say.Say("door."+door, nil)
}

// lookOfEntry is how an entry shows: its action's look, and for what the cloud did with an order, where that is by now.
func lookOfEntry(say i18n.Printer, e audit.Entry) (tone Tone, icon, words string) {
	var details struct {
		Status *cloud.OrderStatus `json:"order_status"`
	}
	if e.Action == "order.followed" && json.Unmarshal(e.Details, &details) == nil && details.Status != nil {
		look := lookOfCloudOrder(*details.Status)
		return look.tone, look.icon, say.Say("action.cloud_order", map[string]any{"state": CloudWord(say, *details.Status)})
	}
	look := lookOfAction(e.Action)
	return look.tone, look.icon, look.words(say)
}

// actionNames lists every action that the log can hold, for the filter.
func actionNames() []string {
	var names []string
	for name := range actionLooks {
		names = append(names, name)
	}
	for name := range stories {
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// objectHref is the page of what an entry is about, "" when it has none that they may see.
func objectHref(user User, e audit.Entry) string {
	href := hrefOf(e)
	if href == "" || len(user.offered(Link{Href: href})) == 0 {
		return ""
	}
	return href
}

func hrefOf(e audit.Entry) string {
	kind, id, _ := strings.Cut(e.Object, ":")
	switch kind {
	case "order":
		return "/orders/" + url.PathEscape(id)
	case "key":
		return "/keys"
	case "webhook":
		return "/settings/webhooks/" + url.PathEscape(id)
	case "template":
		return "/templates"
	case "delegation":
		return "/settings/delegations"
	case "team":
		return teamHref(id)
	case "cloud_order":
		return "/orders/foreign"
	}
	return ""
}

// sameObject lists all that happened to an entry's object.
func sameObject(e audit.Entry) string {
	return "/audit?" + url.Values{"object": {e.Object}}.Encode()
}

func (v AuditView) filtered() bool {
	for _, name := range []string{"q", "actor", "action", "object", "door", "from", "until"} {
		if v.Query.Get(name) != "" {
			return true
		}
	}
	return false
}
