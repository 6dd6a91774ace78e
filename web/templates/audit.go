package templates

import (
	"net/url"
	"slices"
	"strings"

	"workspace-order-console/internal/audit"
)

// actionLooks are the words of what the log tells. Those about orders are also told on the order's page (stories).
var actionLooks = map[string]badgeLook{
	"signin":         {Quiet, "key", "Signed in"},
	"signout":        {Quiet, "log-out", "Signed out"},
	"key.created":    {Info, "key", "API key made"},
	"key.revoked":    {Warn, "ban", "API key revoked"},
	"order.followed": {Info, "refresh", "Cloud order looked at"},
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

// objectHref is the page of what an entry is about, "" when it has none.
func objectHref(e audit.Entry) string {
	kind, id, _ := strings.Cut(e.Object, ":")
	switch kind {
	case "order":
		return "/orders/" + url.PathEscape(id)
	case "key":
		return "/keys"
	}
	return ""
}

// sameObject lists all that happened to an entry's object.
func sameObject(e audit.Entry) string {
	return "/audit?" + url.Values{"object": {e.Object}}.Encode()
}

func (v AuditView) filtered() bool {
	for _, name := range []string{"actor", "action", "object", "door", "from", "until"} {
		if v.Query.Get(name) != "" {
			return true
		}
	}
	return false
}
