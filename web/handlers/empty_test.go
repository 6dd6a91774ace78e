package handlers_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Nobody is invited to do what they may not.
func TestEmptyPagesInviteToWhatMayBeDone(t *testing.T) {
	t.Parallel()
	c := company(t)
	for role, says := range map[string]map[string]string{
		"buyer": {"/": "Buy desktops", "/approvals?view=mine": "told on its review page", "/approvals?view=to_decide": "What you asked for yourself",
			"/search": "desktop", "/search?q=nothing-like-it": "All desktops"},
		"viewer": {"/": "What buyers order", "/approvals?view=mine": "You ask for no orders", "/approvals?view=to_decide": "among all requests",
			"/search": "desktop", "/search?q=nothing-like-it": "All desktops"},
		"approver": {"/": "What buyers order", "/approvals?view=mine": "You ask for no orders", "/approvals?view=to_decide": "Your own are never among them",
			"/search": "desktop", "/search?q=nothing-like-it": "All desktops"},
		"auditor": {"/": "What buyers order", "/approvals?view=mine": "You ask for no orders", "/approvals?view=to_decide": "among all requests",
			"/search": "Type the beginning of an order", "/search?q=nothing-like-it": "No order begins with this"},
	} {
		v := c.visit("somebody-"+role, "design-"+role)
		for path, words := range says {
			page := v.get(path).body
			assert.Contains(t, page, words, "%s at %s", role, path)
			if role == "buyer" {
				continue
			}
			for _, invitation := range []string{"/orders/new", "Buy desktops", "review page before you ask", "What you asked for yourself"} {
				assert.NotContains(t, page, invitation, "%s at %s", role, path)
			}
			if role == "auditor" {
				assert.NotContains(t, page, "/desktops", path)
			}
		}
	}
}
