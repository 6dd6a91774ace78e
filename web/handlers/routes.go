package handlers

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"workspace-order-console/internal/auth"
	"workspace-order-console/web/static"
)

// Access says who gets through to a route.
type Access int

const (
	// Open is for everybody, whoever they are: monitors, and what a browser loads beside a page. Nothing of it is anybody's.
	Open Access = iota
	// Arrived is for everybody whom the sign-in proxy names, without a session; with local sign-in, for everybody.
	Arrived
	// SignedIn is for everybody with a session, also those who may do nothing.
	SignedIn
	// Members is for those with a session who may do the route's action.
	Members
	// Readers is for Members, and for API keys that may do the action: the route answers JSON too.
	Readers
)

// Route is one address of the console and who may use it. Whose things are seen there is another question, which the reads
// answer (auth.Scope): what is another team's is not found.
type Route struct {
	Method, Path string
	Access       Access
	// Action is what one must be allowed to do, for Members and Readers.
	Action auth.Action

	serve func(*server, echo.Context) error
}

// Routes lists every route but those of the /v2 door, which has keys and permissions of its own. What is not here is not
// served.
func Routes() []Route { return slices.Clone(routes) }

var routes = []Route{
	{http.MethodGet, "/healthz", Open, "", (*server).healthz},
	{http.MethodGet, "/readyz", Open, "", (*server).readyz},
	{http.MethodGet, "/metrics", Open, "", (*server).metrics},
	{http.MethodGet, static.Prefix + "*", Open, "", (*server).static},

	{http.MethodGet, "/signin", Arrived, "", (*server).signin},
	{http.MethodPost, "/signin", Arrived, "", (*server).signinAgain},
	{http.MethodGet, "/signed-out", Arrived, "", (*server).signedOut},
	{http.MethodPost, "/logout", SignedIn, "", (*server).logout},

	{http.MethodGet, "/", Members, auth.ViewOrders, (*server).overview},
	{http.MethodGet, "/poll", Members, auth.ViewOrders, (*server).pollOverview},
	{http.MethodGet, "/search", Members, auth.ViewOrders, (*server).search},
	{http.MethodGet, "/palette", Members, auth.ViewOrders, (*server).palette},

	{http.MethodGet, "/orders/new", Members, auth.PlaceOrders, (*server).kinds},
	{http.MethodGet, "/orders/new/:door/:type", Members, auth.PlaceOrders, (*server).form},
	{http.MethodPost, "/orders/new/:door/:type", Members, auth.PlaceOrders, (*server).submitForm},
	{http.MethodPost, "/orders/new/:door/:type/check", Members, auth.PlaceOrders, (*server).checkForm},
	{http.MethodGet, "/orders/review", Members, auth.PlaceOrders, (*server).review},
	{http.MethodPost, "/orders/review", Members, auth.PlaceOrders, (*server).place},

	{http.MethodGet, "/orders", Readers, auth.ViewOrders, (*server).orders},
	{http.MethodGet, "/orders/export", Members, auth.ViewOrders, (*server).exportOrders},
	{http.MethodGet, "/orders/poll", Members, auth.ViewOrders, (*server).pollOrders},
	{http.MethodGet, "/orders/foreign", Members, auth.ManageForeign, (*server).foreign},
	{http.MethodPost, "/orders/foreign/:id/cancel", Members, auth.ManageForeign, (*server).cancelForeign},
	{http.MethodGet, "/orders/:id", Readers, auth.ViewOrders, (*server).order},
	{http.MethodGet, "/orders/:id/poll", Members, auth.ViewOrders, (*server).pollOrder},
	{http.MethodPost, "/orders/:id/pay", Members, auth.PayOrders, (*server).pay},
	{http.MethodPost, "/orders/:id/cancel", Members, auth.PayOrders, (*server).cancel},
	{http.MethodPost, "/orders/:id/withdraw", Members, auth.PlaceOrders, (*server).withdraw},
	{http.MethodPost, "/orders/:id/resolve", Members, auth.SettleOrders, (*server).resolve},
	{http.MethodPost, "/orders/:id/approve", Members, auth.ViewOrders, (*server).approve},
	{http.MethodPost, "/orders/:id/reject", Members, auth.ViewOrders, (*server).reject},
	{http.MethodPost, "/orders/:id/comments", Members, auth.ViewOrders, (*server).comment},
	{http.MethodPost, "/orders/:id/repeat", Members, auth.PlaceOrders, (*server).repeat},

	{http.MethodGet, "/requests/:id", Readers, auth.ViewOrders, (*server).request},
	{http.MethodGet, "/requests/:id/poll", Members, auth.ViewOrders, (*server).pollRequest},
	{http.MethodPost, "/requests/:id/pause", Members, auth.PlaceOrders, (*server).pauseRequest},
	{http.MethodPost, "/requests/:id/resume", Members, auth.PlaceOrders, (*server).resumeRequest},
	{http.MethodPost, "/requests/:id/stop", Members, auth.PlaceOrders, (*server).stopRequest},
	{http.MethodPost, "/requests/:id/pay", Members, auth.PayOrders, (*server).payRequest},
	{http.MethodPost, "/requests/:id/retry", Members, auth.PlaceOrders, (*server).retryRequest},

	// Who may decide is not the role's question alone: approvers delegate it, and nobody decides about their own.
	{http.MethodGet, "/approvals", Readers, auth.ViewOrders, (*server).approvals},
	{http.MethodGet, "/approvals/poll", Members, auth.ViewOrders, (*server).pollApprovals},
	{http.MethodGet, "/budgets", Readers, auth.ViewOrders, (*server).budgets},
	{http.MethodGet, "/budgets/:name", Readers, auth.ViewOrders, (*server).budget},

	{http.MethodGet, "/desktops", Readers, auth.ViewInventory, (*server).desktops},
	{http.MethodPost, "/desktops/select", Members, auth.PlaceOrders, (*server).selectDesktops},
	{http.MethodGet, "/desktops/export", Readers, auth.ViewInventory, (*server).exportDesktops},
	{http.MethodGet, "/pools/export", Readers, auth.ViewInventory, (*server).exportPools},
	{http.MethodGet, "/desktops/:id", Readers, auth.ViewInventory, (*server).desktop},
	{http.MethodGet, "/pools/:id", Readers, auth.ViewInventory, (*server).pool},
	{http.MethodGet, "/pools", Readers, auth.ViewInventory, (*server).pools},
	{http.MethodGet, "/disks", Readers, auth.ViewInventory, (*server).disks},
	{http.MethodGet, "/disks/export", Readers, auth.ViewInventory, (*server).exportDisks},
	{http.MethodGet, "/hosts", Readers, auth.ViewInventory, (*server).hosts},
	{http.MethodGet, "/hosts/export", Readers, auth.ViewInventory, (*server).exportHosts},
	{http.MethodGet, "/bandwidths", Readers, auth.ViewInventory, (*server).bandwidths},
	{http.MethodGet, "/bandwidths/export", Readers, auth.ViewInventory, (*server).exportBandwidths},

	// Whose templates they may change is not the role's question alone (orders.MayChangeTemplate).
	{http.MethodGet, "/templates", Members, auth.PlaceOrders, (*server).templates},
	{http.MethodGet, "/templates/new", Members, auth.PlaceOrders, (*server).newTemplate},
	{http.MethodPost, "/templates/new", Members, auth.PlaceOrders, (*server).createTemplate},
	{http.MethodGet, "/templates/:id", Members, auth.PlaceOrders, (*server).template},
	{http.MethodPost, "/templates/:id", Members, auth.PlaceOrders, (*server).changeTemplate},
	{http.MethodPost, "/templates/:id/delete", Members, auth.PlaceOrders, (*server).deleteTemplate},

	{http.MethodPost, "/views", Members, auth.ViewSettings, (*server).saveView},
	{http.MethodGet, "/views/:id", Members, auth.ViewSettings, (*server).view},
	{http.MethodPost, "/views/:id", Members, auth.ViewSettings, (*server).changeView},
	{http.MethodPost, "/views/:id/delete", Members, auth.ViewSettings, (*server).deleteView},

	// What somebody may take back is what they themselves have deleted (orders.Service.Undo).
	{http.MethodPost, "/undo/:id", Members, auth.ViewSettings, (*server).undo},

	{http.MethodGet, "/audit", Readers, auth.ViewAudit, (*server).audit},
	{http.MethodGet, "/audit/export", Members, auth.ViewAudit, (*server).exportAudit},
	{http.MethodGet, "/audit/:seq", Readers, auth.ViewAudit, (*server).auditEntry},

	{http.MethodGet, "/teams", Readers, auth.ManageTeams, (*server).teams},
	{http.MethodGet, "/teams/new", Members, auth.ManageTeams, (*server).newTeam},
	{http.MethodPost, "/teams/new", Members, auth.ManageTeams, (*server).createTeam},
	{http.MethodGet, "/teams/export", Members, auth.ManageTeams, (*server).exportTeams},
	{http.MethodGet, "/teams/import", Members, auth.ManageTeams, (*server).importTeams},
	{http.MethodPost, "/teams/import", Members, auth.ManageTeams, (*server).applyTeams},
	{http.MethodGet, "/teams/:name", Readers, auth.ManageTeams, (*server).team},
	{http.MethodPost, "/teams/:name", Members, auth.ManageTeams, (*server).changeTeam},
	{http.MethodGet, "/teams/:name/delete", Members, auth.ManageTeams, (*server).askDeleteTeam},
	{http.MethodPost, "/teams/:name/delete", Members, auth.ManageTeams, (*server).deleteTeam},

	{http.MethodGet, "/keys", Members, auth.ManageKeys, (*server).keys},
	{http.MethodPost, "/keys", Members, auth.ManageKeys, (*server).createKey},
	{http.MethodPost, "/keys/:id/revoke", Members, auth.ManageKeys, (*server).revokeKey},

	{http.MethodGet, "/settings", Members, auth.ViewSettings, (*server).settings},
	{http.MethodPost, "/settings/theme", Members, auth.ViewSettings, (*server).setTheme},
	{http.MethodGet, "/settings/design", Members, auth.ViewConsole, (*server).design},
	{http.MethodPost, "/settings/density", Members, auth.ViewSettings, (*server).setDensity},
	{http.MethodPost, "/settings/language", Members, auth.ViewSettings, (*server).setLanguage},
	{http.MethodPost, "/settings/zone", Members, auth.ViewSettings, (*server).setZone},
	{http.MethodPost, "/settings/team", Members, auth.ViewSettings, (*server).setTeam},
	{http.MethodPost, "/settings/refresh", Members, auth.RefreshInventory, (*server).refreshInventory},
	{http.MethodGet, "/settings/sessions", Members, auth.ViewSettings, (*server).ownSessions},
	{http.MethodPost, "/settings/sessions/end", Members, auth.ViewSettings, (*server).endOwnSessions},
	{http.MethodGet, "/settings/delegations", Members, auth.ViewOrders, (*server).delegations},
	{http.MethodPost, "/settings/delegations", Members, auth.ApproveOrders, (*server).delegate},
	{http.MethodPost, "/settings/delegations/:id/end", Members, auth.ViewOrders, (*server).endDelegation},
	{http.MethodGet, "/settings/webhooks", Members, auth.ManageWebhooks, (*server).webhooks},
	{http.MethodPost, "/settings/webhooks", Members, auth.ManageWebhooks, (*server).createWebhook},
	{http.MethodGet, "/settings/webhooks/:id", Members, auth.ManageWebhooks, (*server).webhook},
	{http.MethodPost, "/settings/webhooks/:id/test", Members, auth.ManageWebhooks, (*server).testWebhook},
	{http.MethodPost, "/settings/webhooks/:id/enable", Members, auth.ManageWebhooks, (*server).enableWebhook},
	{http.MethodPost, "/settings/webhooks/:id/disable", Members, auth.ManageWebhooks, (*server).disableWebhook},
	{http.MethodPost, "/settings/webhooks/:id/delete", Members, auth.ManageWebhooks, (*server).deleteWebhook},
	{http.MethodPost, "/settings/webhooks/:id/resend", Members, auth.ManageWebhooks, (*server).resend},
	{http.MethodGet, "/settings/people", Members, auth.ManageSessions, (*server).personSessions},
	{http.MethodPost, "/settings/people/end", Members, auth.ManageSessions, (*server).endPersonSessions},
}

// register puts the routes on the server, each behind its gates.
func (s *server) register(e *echo.Echo) {
	for _, r := range routes {
		var gates []echo.MiddlewareFunc
		if r.Access >= Arrived {
			gates = append(gates, s.browserOnly, middleware.BodyLimit(maxForm), s.arrived)
		}
		if r.Access >= SignedIn {
			gates = append(gates, s.signedIn(r))
		}
		if r.Access >= Members {
			gates = append(gates, permitted(r.Action))
			if s.Identity != nil {
				gates = append(gates, s.naming)
			}
		}
		e.Add(r.Method, r.Path, func(c echo.Context) error { return r.serve(s, c) }, gates...)
	}
}

// permitted lets through who may do an action.
func permitted(action auth.Action) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			switch w := who(c); {
			case w.Roles == 0:
				return errUnmapped
			case !w.May(action):
				return errForbidden
			}
			return next(c)
		}
	}
}

// apiDoor is where the /v2 door is, whose callers have keys.
const apiDoor = "/v2"

// exempt tells that a path, as the router sees it, needs nobody's name.
func exempt(path string) bool {
	if path == apiDoor || strings.HasPrefix(path, apiDoor+"/") {
		return true
	}
	return slices.ContainsFunc(routes, func(r Route) bool {
		prefix, whole := strings.CutSuffix(r.Path, "*")
		return r.Access == Open && (path == r.Path || whole && strings.HasPrefix(path, prefix))
	})
}
