package store

import (
	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/notify"
	"workspace-order-console/internal/orders"
)

// The store is what these ports ask for. Where a method takes an auth.Who, the store writes the audit entry itself
// (orders.NewEntry), in the same transaction: actions "signin", "signout", "session.ended", "key.created", "key.revoked",
// "team.created", "team.changed", "team.deleted", and those of webhooks: "webhook.created", "webhook.enabled",
// "webhook.disabled", "webhook.deleted", "webhook.tested", "webhook.resent".
var (
	_ orders.Journal   = (*Store)(nil)
	_ orders.Inventory = (*Store)(nil)
	_ audit.Log        = (*Store)(nil)
	_ auth.Sessions    = (*Store)(nil)
	_ auth.Keys        = (*Store)(nil)
	_ auth.People      = (*Store)(nil)
	_ orders.TeamBook  = (*Store)(nil)
	_ notify.Book      = (*Store)(nil)
	_ notify.Webhooks  = (*Store)(nil)
)
