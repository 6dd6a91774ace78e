// Package handlers is the console in the browser: every route binds what came, calls the service and renders. No rule
// of the business is in here. A handler returns an error; one place (errors.go) turns it into status, page, JSON and
// log line. It knows orders, the leaves and web/templates, and nothing of the store, the worker or an adapter.
package handlers

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/i18n"
	"workspace-order-console/internal/notify"
	"workspace-order-console/internal/orders"
	"workspace-order-console/web/static"
	"workspace-order-console/web/templates"
)

// Config is what the pages need.
type Config struct {
	Service   *orders.Service
	Inventory orders.Inventory
	Journal   Journal
	Sessions  auth.Sessions
	Keys      auth.Keys
	Teams     *orders.TeamService
	// Sealer encrypts the secret keys of new API keys.
	Sealer *auth.Sealer
	Audit  audit.Log
	// Webhooks are told of orders; Guard says where they may lead.
	Webhooks notify.Webhooks
	Guard    *notify.Guard
	// WithoutAddress counts the people who could not be mailed for want of an address; nil when no mail is sent.
	WithoutAddress func() int64
	// Tokens tells who an API key belongs to.
	Tokens Tokens
	// Ready tells that the database can be written, its migrations are done and the cloud can be reached.
	Ready func(context.Context) error
	// Refresh asks for a new inventory soon.
	Refresh func()

	Cloud, Region, ProjectID string
	// PublicURL is the address people use, without a slash at the end.
	PublicURL string
	Version   string
	// Stats is how the calls to the cloud fare; nil for a cloud that has nothing to tell.
	Stats func() cloud.Stats
	// Grace is how long the cloud's order list may lag: after that, a person is asked about an order in doubt.
	Grace time.Duration
	// Wait is how long placing an order waits for its outcome before it shows the running order.
	Wait time.Duration
	Now  func() time.Time
	Log  *slog.Logger
}

// Tokens tells who an API key belongs to; auth.ErrNotFound means nobody.
type Tokens interface {
	WhoByToken(ctx context.Context, token string) (auth.Who, error)
	// Forget drops a key that was revoked.
	Forget(keyID string)
}

// Journal is what the pages read beside the service.
type Journal interface {
	Count(ctx context.Context, scope auth.Scope) (map[orders.Badge]int, error)
	Evidence(ctx context.Context, orderID string) (orders.Evidence, error)
	Version() (version int64, changed <-chan struct{})
}

type server struct {
	Config
	sessions *sessionStore
	secure   bool // cookies for https only
}

// maxForm is how much a form may post.
const maxForm = "1M"

// New makes the console's HTTP handler: pages, health and metrics. The /v2 door is mounted on it by whoever wires the
// program.
func New(config Config) *echo.Echo {
	s := &server{Config: config, secure: strings.HasPrefix(config.PublicURL, "https://")}
	s.sessions = newSessionStore(config.Sessions, s.secure, config.Now)
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.IPExtractor = echo.ExtractIPDirect()
	e.HTTPErrorHandler = s.handleError
	// route-independent, so that errors of the router itself pass through too
	e.Pre(requestID, s.logged, recovered, secured)

	e.GET("/healthz", func(c echo.Context) error { return c.String(http.StatusOK, "alive\n") })
	e.GET("/readyz", s.readyz)
	e.GET("/metrics", echo.WrapHandler(s.metrics()))
	e.GET(static.Prefix+"*", echo.WrapHandler(static.Handler()))

	web := e.Group("", s.browserOnly, middleware.BodyLimit(maxForm))
	web.GET("/signin", s.signin)
	in := web.Group("", s.signedIn)
	s.routes(in)
	return e
}

// routes are the pages for people who are signed in.
func (s *server) routes(in *echo.Group) {
	in.GET("/", s.overview)
	in.GET("/poll", s.pollOverview)
	in.POST("/logout", s.logout)

	in.GET("/orders/new", s.kinds)
	in.GET("/orders/new/:door/:type", s.form)
	in.POST("/orders/new/:door/:type", s.submitForm)
	in.POST("/orders/new/:door/:type/check", s.checkForm)
	in.GET("/orders/review", s.review)
	in.POST("/orders/review", s.place)

	in.GET("/orders", s.orders)
	in.GET("/orders/poll", s.pollOrders)
	in.GET("/orders/foreign", s.foreign)
	in.POST("/orders/foreign/:id/cancel", s.cancelForeign)
	in.GET("/orders/:id", s.order)
	in.GET("/orders/:id/poll", s.pollOrder)
	in.POST("/orders/:id/pay", s.pay)
	in.POST("/orders/:id/cancel", s.cancel)
	in.POST("/orders/:id/withdraw", s.withdraw)
	in.POST("/orders/:id/resolve", s.resolve)
	in.POST("/orders/:id/repeat", s.repeat)

	in.GET("/desktops", s.desktops)
	in.GET("/pools", s.pools)
	in.GET("/search", s.search)

	in.GET("/audit", s.audit)
	in.GET("/audit/:seq", s.auditEntry)
	in.GET("/teams", s.teams)
	in.GET("/teams/new", s.newTeam)
	in.POST("/teams/new", s.createTeam)
	in.GET("/teams/export", s.exportTeams)
	in.GET("/teams/import", s.importTeams)
	in.POST("/teams/import", s.applyTeams)
	in.GET("/teams/:name", s.team)
	in.POST("/teams/:name", s.changeTeam)
	in.GET("/teams/:name/delete", s.askDeleteTeam)
	in.POST("/teams/:name/delete", s.deleteTeam)
	in.GET("/keys", s.keys)
	in.POST("/keys", s.createKey)
	in.POST("/keys/:id/revoke", s.revokeKey)
	in.GET("/settings", s.settings)
	in.POST("/settings/theme", s.setTheme)
	in.POST("/settings/refresh", s.refreshInventory)
	in.GET("/settings/webhooks", s.webhooks)
	in.POST("/settings/webhooks", s.createWebhook)
	in.GET("/settings/webhooks/:id", s.webhook)
	in.POST("/settings/webhooks/:id/test", s.testWebhook)
	in.POST("/settings/webhooks/:id/enable", s.enableWebhook)
	in.POST("/settings/webhooks/:id/disable", s.disableWebhook)
	in.POST("/settings/webhooks/:id/delete", s.deleteWebhook)
	in.POST("/settings/webhooks/:id/resend", s.resend)
}

// page is the frame's view for a request.
func (s *server) page(c echo.Context, title string, nav templates.Nav) templates.Page {
	p := templates.Page{Title: title, Nav: nav, Cloud: s.Cloud, Region: s.Region, ProjectID: s.ProjectID}
	if session := current(c); session != nil {
		p.Theme = session.Values.Theme
		p.User = templates.User{Name: session.Name, Role: string(session.Role)}
	} else if who, ok := whoOf(c); ok {
		p.User = templates.User{Name: who.Name, Role: who.Roles.String()}
	}
	p.User.May = who(c).May
	return p
}

// render answers with a component.
func render(c echo.Context, status int, component templ.Component) error {
	c.Response().Header().Set(echo.HeaderContentType, echo.MIMETextHTMLCharsetUTF8)
	c.Response().WriteHeader(status)
	return component.Render(c.Request().Context(), c.Response())
}

// say is the printer in the reader's language.
func say(c echo.Context) i18n.Printer {
	return i18n.For(c.Request().Header.Get("Accept-Language"))
}

// wantsJSON tells that the caller asked for JSON rather than a page.
func wantsJSON(c echo.Context) bool {
	accept := c.Request().Header.Get(echo.HeaderAccept)
	return strings.Contains(accept, echo.MIMEApplicationJSON) && !strings.Contains(accept, echo.MIMETextHTML)
}

// negotiated is wantsJSON for an address that answers both ways; it says so to caches.
func negotiated(c echo.Context) bool {
	c.Response().Header().Add(echo.HeaderVary, echo.HeaderAccept)
	return wantsJSON(c)
}

// partial tells that htmx asks for a part of a page; a page that is restored from history gets the whole.
func partial(c echo.Context) bool {
	c.Response().Header().Add(echo.HeaderVary, "HX-Request")
	return c.Request().Header.Get("HX-Request") == "true" && c.Request().Header.Get("HX-History-Restore-Request") != "true"
}

// seeOther leads on after a post.
func seeOther(c echo.Context, path string) error { return c.Redirect(http.StatusSeeOther, path) }

// withQuery is a path with query values; empty values are left out.
func withQuery(path string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Add(pairs[i], pairs[i+1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}
