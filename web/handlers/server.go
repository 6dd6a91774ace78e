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

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/auth/identity"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/notify"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/policy"
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
	TeamBook  TeamBook
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

	// Identity tells who requests are from behind a sign-in proxy; nil with local sign-in, and the next four are not
	// needed then.
	Identity identity.Source
	People   auth.People
	// AdminGroup is the group whose members are admins; empty: nobody is.
	AdminGroup string
	// Contact says whom those should ask who may do nothing; the admins' group when it is empty.
	Contact string
	// LogoutURL is where the sign-in proxy signs people out; empty: they are signed out here only.
	LogoutURL string

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

// TeamBook tells which teams there are.
type TeamBook interface {
	Teams(ctx context.Context) (policy.Teams, error)
}

// Journal is what the pages read beside the service.
type Journal interface {
	orders.FigureReader
	Count(ctx context.Context, scope auth.Scope) (map[orders.Badge]int, error)
	Evidence(ctx context.Context, orderID string) (orders.Evidence, error)
	Version() (version int64, changed <-chan struct{})
	// KnownCloudOrders tells which of some cloud orders, at most 1,000, belong to an order of this console.
	KnownCloudOrders(ctx context.Context, orderIDs []string) (map[string]bool, error)
	// FindPeople lists people of a scope by the beginning of their mail address, name or subject.
	FindPeople(ctx context.Context, scope auth.Scope, text string, limit int) ([]auth.Person, error)
}

type server struct {
	Config
	sessions *sessionStore
	roster   *roster
	names    *names
	secure   bool // cookies for https only
	gather   http.Handler
}

// maxForm is how much a form may post.
const maxForm = "1M"

// New makes the console's HTTP handler: pages, health and metrics. The /v2 door is mounted on it by whoever wires the
// program.
func New(config Config) *echo.Echo {
	s := &server{Config: config, gather: gatherer(config), secure: strings.HasPrefix(config.PublicURL, "https://")}
	s.sessions = newSessionStore(config.Sessions, s.secure, config.Now)
	s.roster = newRoster(config.TeamBook, config.Journal, config.AdminGroup, config.Now)
	s.names = newNames(config.People, config.Now)
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.IPExtractor = echo.ExtractIPDirect()
	if config.Identity != nil {
		e.IPExtractor = func(r *http.Request) string { return config.Identity.Client(r).String() }
	}
	e.HTTPErrorHandler = s.handleError
	// route-independent, so that errors of the router itself pass through too
	e.Pre(requestID, spoken, s.logged, recovered, secured, s.named)
	s.register(e)
	return e
}

// page is the frame's view for a request. The title is a message's key with its arguments, or what has a name of its own.
func (s *server) page(c echo.Context, title string, nav templates.Nav, args ...any) templates.Page {
	p := templates.Page{Title: templates.T(c.Request().Context(), title, args...), Nav: nav, Cloud: s.Cloud, Region: s.Region, ProjectID: s.ProjectID}
	w, known := whoOf(c)
	if !known {
		return p
	}
	p.User = templates.User{Name: w.ShownName(), Role: rolesWords(c, w.Roles), Team: w.Team, May: w.May}
	var err error
	if p.ToDecide, err = s.Service.ToDecide(c.Request().Context(), w); err != nil {
		s.Log.Warn("requests to decide were not counted", "error", err, "request_id", requestIDOf(c))
	}
	p.Notice = s.undoNotice(c)
	if session := current(c); session != nil {
		p.Theme, p.Density = session.Values.Theme, session.Values.Density
		if w.Team != "" && len(w.Memberships) > 1 {
			p.User.Teams, p.User.Unpicked = w.Memberships, session.Values.Team != w.Team
		}
	}
	return p
}

// rolesWords are somebody's roles as people read them.
func rolesWords(c echo.Context, roles auth.Roles) string {
	var words []string
	for _, role := range roles.List() {
		words = append(words, say(c).Say("role."+string(role), nil))
	}
	return say(c).List(words)
}

// render answers with a component.
func render(c echo.Context, status int, component templ.Component) error {
	c.Response().Header().Set(echo.HeaderContentType, echo.MIMETextHTMLCharsetUTF8)
	c.Response().Header().Set("Content-Language", say(c).Tag())
	c.Response().WriteHeader(status)
	return component.Render(c.Request().Context(), c.Response())
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
