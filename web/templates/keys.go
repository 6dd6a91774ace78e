package templates

import "workspace-order-console/internal/auth"

// roleWords say what a role may do.
var roleWords = map[auth.Role]string{
	auth.RoleAdmin:    "admin: everything",
	auth.RoleApprover: "approver: sees orders and the inventory",
	auth.RoleBuyer:    "buyer: orders, and sees orders and the inventory",
	auth.RoleViewer:   "viewer: sees orders and the inventory",
	auth.RoleAuditor:  "auditor: sees orders and the audit log",
}
