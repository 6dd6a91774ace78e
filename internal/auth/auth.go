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

// Roles lists all roles.
var Roles = []Role{RoleAdmin, RoleApprover, RoleBuyer, RoleViewer, RoleAuditor}

// Valid tells that the role is one of the list.
func (r Role) Valid() bool {
	for _, role := range Roles {
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
	ViewOrders    Action = "orders.view"
	PlaceOrders   Action = "orders.place"
	PayOrders     Action = "orders.pay" // and cancel
	SettleOrders  Action = "orders.settle"
	ViewInventory Action = "inventory.view"
	ViewAudit     Action = "audit.view"
	ManageKeys    Action = "keys.manage"
	ViewSettings  Action = "settings.view"
)

// permissions is who may do what. What is not here may not be done.
var permissions = map[Role]map[Action]bool{
	RoleAdmin: {ViewOrders: true, PlaceOrders: true, PayOrders: true, SettleOrders: true, ViewInventory: true,
		ViewAudit: true, ManageKeys: true, ViewSettings: true},
	RoleApprover: {ViewOrders: true, ViewInventory: true, ViewSettings: true},
	RoleBuyer:    {ViewOrders: true, PlaceOrders: true, ViewInventory: true, ViewSettings: true},
	RoleViewer:   {ViewOrders: true, ViewInventory: true, ViewSettings: true},
	RoleAuditor:  {ViewOrders: true, ViewAudit: true, ViewSettings: true},
}

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
	// Name is how the journal and the audit log call them: a person's name, "key:<name>", or "console".
	Name string
	Role Role
	// Team is empty for those of no team: admins, and everybody before there are teams.
	Team string
	Door Door
	// Address is the client's network address, without a port.
	Address string
	// KeyID is the API key's ID, when one was used.
	KeyID string
	// RequestID is the ID of the request that this is about.
	RequestID string
}

// Console is the console acting by itself.
var Console = Who{Name: "console", Role: RoleAdmin, Door: DoorConsole}

// May tells whether the action is allowed.
func (w Who) May(action Action) bool { return permissions[w.Role][action] }
