// Package auth says who is asking and what they may do. It is a leaf: it imports none of our packages and may be imported
// by all.
package auth

// Role is what somebody may do (design, "Who it serves").
type Role string

// The roles.
const (
	RoleAdmin    Role = "admin"
	RoleApprover Role = "approver"
	RoleBuyer    Role = "buyer"
	RoleViewer   Role = "viewer"
	RoleAuditor  Role = "auditor"
)

// AllRoles lists all roles.
func AllRoles() []Role { return allRoles[:] }

var allRoles = [...]Role{RoleAdmin, RoleApprover, RoleBuyer, RoleViewer, RoleAuditor}

// Valid tells that the role is one of the list.
func (r Role) Valid() bool {
	for _, role := range allRoles {
		if r == role {
			return true
		}
	}
	return false
}

// Action is something that a role may or may not do.
type Action string

// The actions.
const (
	ViewOrders       Action = "orders.view"
	PlaceOrders      Action = "orders.place"   // and withdraw one's own
	ApproveOrders    Action = "orders.approve" // those of others
	PayOrders        Action = "orders.pay"     // what is billed as quoted (orders.MayPay), and cancel
	SettleOrders     Action = "orders.settle"
	ViewInventory    Action = "inventory.view"
	ViewAudit        Action = "audit.view"
	ViewSettings     Action = "settings.view" // one's own: theme, team, sessions
	RefreshInventory Action = "inventory.refresh"
	ManageForeign    Action = "foreign.manage" // the account's orders that are not this console's
	ManageKeys       Action = "keys.manage"
	ManageTeams      Action = "teams.manage"
	ManageWebhooks   Action = "webhooks.manage" // to see and to change who is told of orders
	ManageSessions   Action = "sessions.manage" // other people's
	ViewConsole      Action = "console.view"    // its settings and the tenant's quotas
)

// permissions is who may do what. What is not here may not be done.
var permissions = map[Role]map[Action]bool{
	RoleAdmin: {ViewOrders: true, PlaceOrders: true, ApproveOrders: true, PayOrders: true, SettleOrders: true, ViewInventory: true,
		ViewAudit: true, ViewSettings: true, RefreshInventory: true, ManageForeign: true, ManageKeys: true, ManageTeams: true,
		ManageWebhooks: true, ManageSessions: true, ViewConsole: true},
	RoleApprover: {ViewOrders: true, ApproveOrders: true, ViewInventory: true, ViewSettings: true},
	RoleBuyer:    {ViewOrders: true, PlaceOrders: true, PayOrders: true, ViewInventory: true, ViewSettings: true},
	RoleViewer:   {ViewOrders: true, ViewInventory: true, ViewSettings: true},
	RoleAuditor:  {ViewOrders: true, ViewAudit: true, ViewSettings: true},
}

// global are the actions on what is of no team: nobody may do them for a team, whatever their role in it.
var global = map[Action]bool{RefreshInventory: true, ManageForeign: true, ManageKeys: true, ManageTeams: true, ManageWebhooks: true,
	ManageSessions: true, ViewConsole: true}

// Door is how somebody came in; the journal and the audit log keep it.
type Door string

// The doors.
const (
	DoorWeb     Door = "web"     // a browser
	DoorAPI     Door = "api"     // the /v2 door
	DoorConsole Door = "console" // the console itself, or its command line
)

// Who is asking: a person with a session, a script with a key, or the console itself.
type Who struct {
	// Name is how the journal and the audit log call them, for good: the subject that a sign-in proxy names a person by,
	// LocalAdmin, "key:<name>", or "console". Two are the same when their names are.
	Name string
	// Shown is what people call them, such as a mail address; it may change, and nothing may depend on it. Empty: Name.
	Shown string
	// Roles are those in Team; without a team, everywhere.
	Roles Roles
	// Team is whom they act for. It is empty for those of no team, who see all: admins, and keys that admins bind to none.
	Team string
	// Memberships are all teams of a person, by name: what they can choose Team from.
	Memberships []Membership
	Door        Door
	// Address is the client's network address, without a port.
	Address string
	// KeyID is the API key's ID, when one was used.
	KeyID string
	// Principal is the person behind an API key: who made it. It is empty for people.
	Principal string
	// RequestID is the ID of the request that this is about.
	RequestID string
}

// Membership is what somebody is in a team.
type Membership struct {
	Team  string
	Roles Roles // at least one, never RoleAdmin
}

// May tells whether the action is allowed.
func (w Who) May(action Action) bool {
	return w.Roles.May(action) && (w.Team == "" || !global[action])
}

// ShownName is what people call them.
func (w Who) ShownName() string {
	if w.Shown != "" {
		return w.Shown
	}
	return w.Name
}

// Admin tells that somebody is an admin.
func (w Who) Admin() bool { return w.Roles.Has(RoleAdmin) }

// Person is the person behind: of an API key who made it.
func (w Who) Person() string {
	if w.Principal != "" {
		return w.Principal
	}
	return w.Name
}

// Scope is whose data they see.
func (w Who) Scope() Scope {
	switch {
	case w.Team != "":
		return OfTeam(w.Team)
	case w.Roles != 0:
		return Everything
	}
	return Scope{}
}
