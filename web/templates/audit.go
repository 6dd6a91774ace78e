package templates

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
)

// actionLooks are the words of what the log tells. Those about orders are also told on the order's page (stories).
var actionLooks = map[string]badgeLook{
	"signin":         {Quiet, "key", "Signed in"},
	"signout":        {Quiet, "log-out", "Signed out"},
	"session.ended":  {Warn, "log-out", "Session ended"},
	"key.created":    {Info, "key", "API key made"},
	"key.revoked":    {Warn, "ban", "API key revoked"},
	"team.created":   {Info, "users", "Team made"},
	"team.changed":   {Info, "users", "Team changed"},
	"team.deleted":   {Warn, "trash", "Team deleted"},
	"list.exported":  {Quiet, "download", "List exported"},
	"order.followed": {Info, "refresh", "Cloud order moved"},

	"delegation.created": {Info, "users", "Decisions delegated"},
	"delegation.ended":   {Quiet, "users", "Delegation ended"},

	"webhook.created":  {Info, "send", "Webhook made"},
	"webhook.enabled":  {Info, "check", "Webhook enabled"},
	"webhook.disabled": {Warn, "ban", "Webhook disabled"},
	"webhook.deleted":  {Warn, "trash", "Webhook deleted"},
	"webhook.tested":   {Quiet, "send", "Test sent to a webhook"},
	"webhook.resent":   {Quiet, "repeat", "Sent again to a webhook"},

	"foreign.cancel_requested":   {Info, "ban", "Cancellation of a foreign order asked for"},
	"foreign.cancel_done":        {Quiet, "ban", "Foreign order canceled"},
	"foreign.cancel_refused":     {Bad, "ban", "Cancellation of a foreign order refused"},
	"foreign.cancel_unknown":     {Doubt, "help", "Cancellation of a foreign order sent, no sure answer"},
	"foreign.cancel_not_reached": {Warn, "alert", "The cloud was not reached; no foreign order was canceled"},
	"foreign.cancel_repeated":    {Info, "ban", "Foreign order not canceled yet; canceling again"},
}

// lookOfAction is how an action shows.
func lookOfAction(action string) badgeLook {
	if look, ok := actionLooks[action]; ok {
		return look
	}
	if story, ok := stories[action]; ok {
		return badgeLook{story.Tone, story.Icon, story.Title}
	}
	return badgeLook{Quiet, "info", action}
}

// doors are the ways in that the log tells of.
var doors = []string{string(auth.DoorWeb), string(auth.DoorAPI), string(auth.DoorConsole)}

func doorWord(door string) string {
	switch auth.Door(door) {
	case auth.DoorWeb:
		return "Browser"
	case auth.DoorAPI:
		return "API"
	case auth.DoorConsole:
		return "Console itself"
	}
	return door
}

// lookOfEntry is how an entry shows: its action's look, and for what the cloud did with an order, where that is by now.
func lookOfEntry(e audit.Entry) badgeLook {
	var details struct {
		Status *cloud.OrderStatus `json:"order_status"`
	}
	if e.Action == "order.followed" && json.Unmarshal(e.Details, &details) == nil && details.Status != nil {
		look := lookOfCloudOrder(*details.Status)
		look.word = "Cloud order " + strings.ToLower(look.word)
		return look
	}
	return lookOfAction(e.Action)
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
