package handlers

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/auth/identity"
	"workspace-order-console/internal/i18n"
	"workspace-order-console/internal/notify"
	"workspace-order-console/internal/orders"
	"workspace-order-console/web/templates"
)

// errForbidden: the role does not allow it.
var errForbidden = errors.New("forbidden")

// errUnread is a posted form that cannot be read.
var errUnread = errors.New("the form cannot be read")

// trouble is an error as somebody sees it.
type trouble struct {
	status int
	view   templates.ErrorView
}

// statusGone stands in the log of a request whose sender did not wait for the answer, as other servers write it.
const statusGone = 499

// handleError is the one place where an error becomes an answer: as JSON for those who asked for JSON, and else as a page in the console's own look that says what to do next.
func (s *server) handleError(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	if errors.Is(err, context.Canceled) && c.Request().Context().Err() != nil {
		// whoever asked has gone: nobody reads an answer, and nothing is wrong here
		c.Response().WriteHeader(statusGone)
		return
	}
	t := s.trouble(c, err)
	t.view.Links = slices.DeleteFunc(t.view.Links, func(link templates.Link) bool { return s.closed(c, link) })
	var unnamed *identity.Error
	if errors.As(err, &unnamed) {
		s.Log.Warn("nobody was let in", "reason", unnamed.Reason, "address", c.RealIP(), "path", c.Request().URL.Path, "request_id", requestIDOf(c))
		if t.status == http.StatusServiceUnavailable {
			c.Response().Header().Set("Retry-After", "30")
		}
	} else if t.status >= 500 {
		s.Log.Error("request failed", "error", err, "path", c.Request().URL.Path, "request_id", requestIDOf(c))
	}
	var sent error
	switch {
	case errors.Is(err, errSignIn) && !wantsJSON(c):
		sent = s.signinPage(c, http.StatusUnauthorized, signInWhy(c))
	case wantsJSON(c):
		c.Response().Header().Set("Content-Language", say(c).Tag())
		sent = c.JSON(t.status, map[string]string{"error": strings.TrimSpace(t.view.Title + ": " + t.view.What), "request_id": requestIDOf(c)})
	case errors.Is(err, errEnded):
		sent = s.endedPage(c, t.status)
	case errors.Is(err, errUnmapped):
		sent = s.unmappedPage(c, t.status)
	default:
		page := s.page(c, t.view.Title, "")
		page.RequestID = requestIDOf(c)
		sent = render(c, t.status, templates.ErrorPage(page, t.view))
	}
	if sent != nil {
		s.Log.Warn("an error could not be answered", "error", sent, "request_id", requestIDOf(c))
	}
}

// signInWhy tells a browser that had a session why it is asked to sign in again.
func signInWhy(c echo.Context) string {
	if _, err := c.Cookie(cookieName); err == nil {
		return say(c).Say("error.session_over", nil)
	}
	return ""
}

func toOverview(p i18n.Printer) templates.Link {
	return templates.Link{Text: p.Say("error.to_overview", nil), Href: "/", Icon: "home"}
}

func toOrders(p i18n.Printer) templates.Link {
	return templates.Link{Text: p.Say("error.to_orders", nil), Href: "/orders", Icon: "list"}
}

func toNew(p i18n.Printer) templates.Link {
	return templates.Link{Text: p.Say("error.to_new", nil), Href: "/orders/new", Icon: "plus"}
}

// closed tells that a link leads where they may not go.
func (s *server) closed(c echo.Context, link templates.Link) bool {
	w, known := whoOf(c)
	return known && link.Href == "/orders/new" && !w.May(auth.PlaceOrders)
}

// trouble says what an error means to people.
func (s *server) trouble(c echo.Context, err error) trouble {
	p := say(c)
	var told *orders.Error
	var framework *echo.HTTPError
	var unnamed *identity.Error
	switch {
	case errors.As(err, &told):
		return ofOrders(p, told)
	case errors.As(err, &unnamed):
		return s.ofNobody(p, unnamed)
	case errors.Is(err, errNobody):
		return s.ofNobody(p, &identity.Error{Status: http.StatusUnauthorized})
	case errors.Is(err, errEnded):
		return trouble{http.StatusUnauthorized, templates.ErrorView{Title: p.Say("error.ended", nil), What: p.Say("error.ended_text", nil)}}
	case errors.Is(err, errUnmapped):
		return trouble{http.StatusForbidden, templates.ErrorView{Title: p.Say("error.unmapped", nil), What: p.Say("error.unmapped_text", nil)}}
	case errors.Is(err, errAnotherPerson):
		return trouble{http.StatusConflict, templates.ErrorView{Title: p.Say("error.another", nil), What: p.Say("error.another_text", nil),
			Next: p.Say("error.another_next", nil), Links: []templates.Link{toOverview(p)}, Tone: templates.Warn}}
	case errors.Is(err, auth.ErrNotFound) && tokenOf(c) != "" && who(c).Name == "":
		return trouble{http.StatusUnauthorized, templates.ErrorView{Title: p.Say("error.key_unknown", nil), What: p.Say("api.wrong_token", nil)}}
	case errors.Is(err, orders.ErrNotFound), errors.Is(err, auth.ErrNotFound), errors.Is(err, notify.ErrNotFound):
		return notHere(p)
	case errors.Is(err, notify.ErrStale):
		return trouble{http.StatusConflict, templates.ErrorView{Title: p.Say("error.not_now", nil), What: p.Say("error.webhook_disabled", nil),
			Next: p.Say("error.webhook_enable", nil), Links: []templates.Link{{Text: p.Say("error.to_webhooks", nil), Href: "/settings/webhooks", Icon: "send"}}, Tone: templates.Warn}}
	case errors.Is(err, errSignIn):
		return trouble{http.StatusUnauthorized, templates.ErrorView{Title: p.Say("error.not_signed_in", nil), What: p.Say("error.sign_in", nil)}}
	case errors.Is(err, errForbidden):
		return trouble{http.StatusForbidden, templates.ErrorView{Title: p.Say("error.not_allowed", nil), What: p.Say("error.forbidden", nil),
			Next: p.Say("error.ask_admin", nil), Links: []templates.Link{toOverview(p)}, Tone: templates.Warn}}
	case errors.Is(err, errKeyReadsOnly):
		return trouble{http.StatusForbidden, templates.ErrorView{Title: p.Say("error.key_reads", nil), What: p.Say("error.key_reads_text", nil)}}
	case errors.Is(err, errCrossSite):
		return trouble{http.StatusForbidden, templates.ErrorView{Title: p.Say("error.refused", nil), What: p.Say("error.cross_site", nil),
			Next: p.Say("error.open_again", nil), Links: []templates.Link{toOverview(p)}, Tone: templates.Warn}}
	case errors.As(err, &framework) && framework.Code == http.StatusNotFound:
		return notHere(p)
	case errors.As(err, &framework) && framework.Code == http.StatusMethodNotAllowed:
		return trouble{http.StatusMethodNotAllowed, templates.ErrorView{Title: p.Say("error.method", nil), What: p.Say("error.method_text", nil),
			Next: p.Say("error.start_again", nil), Links: []templates.Link{toOverview(p), toOrders(p)}, Tone: templates.Quiet}}
	case errors.As(err, &framework) && framework.Code == http.StatusRequestEntityTooLarge:
		return trouble{http.StatusRequestEntityTooLarge, templates.ErrorView{Title: p.Say("error.too_large", nil), What: p.Say("error.too_large_text", nil),
			Next: p.Say("error.too_large_next", nil), Tone: templates.Warn}}
	case errors.Is(err, errUnread):
		return trouble{http.StatusBadRequest, templates.ErrorView{Title: p.Say("error.unread", nil), What: p.Say("error.unread_text", nil),
			Next: p.Say("error.unread_next", nil), Links: []templates.Link{toOverview(p)}, Tone: templates.Warn}}
	case errors.As(err, &framework) && framework.Code < 500:
		return trouble{framework.Code, templates.ErrorView{Title: p.Say("error.not_understood", nil), What: p.Say("error.not_understood_text", nil),
			Next: p.Say("error.try_again", nil), Links: []templates.Link{toOverview(p)}, Tone: templates.Quiet}}
	}
	return trouble{http.StatusInternalServerError, templates.ErrorView{Title: p.Say("error.internal", nil),
		What:  p.Say("error.internal_text", nil),
		Next:  p.Say("error.internal_next", nil),
		Links: []templates.Link{toOrders(p), toOverview(p)}}}
}

// ofNobody says why nobody is let in. The reason itself stands in the log: who forges a header is not told how it shows.
func (s *server) ofNobody(p i18n.Printer, e *identity.Error) trouble {
	switch e.Status {
	case http.StatusBadRequest:
		return trouble{e.Status, templates.ErrorView{Title: p.Say("error.not_understood", nil), What: p.Say("error.identity", nil),
			Next: p.Say("error.identity_next", nil), Tone: templates.Warn}}
	case http.StatusServiceUnavailable:
		return trouble{e.Status, templates.ErrorView{Title: p.Say("error.identity_down", nil), What: p.Say("error.identity_down_text", nil),
			Next: p.Say("error.in_a_minute", nil), Tone: templates.Warn}}
	}
	return trouble{http.StatusUnauthorized, templates.ErrorView{Title: p.Say("error.not_signed_in", nil), What: p.Say("error.not_through", nil),
		Next: p.Say("error.open_url", map[string]any{"url": s.PublicURL}), Tone: templates.Warn}}
}

func notHere(p i18n.Printer) trouble {
	return trouble{http.StatusNotFound, templates.ErrorView{Title: p.Say("error.no_page", nil), What: p.Say("error.no_page_text", nil),
		Next: p.Say("error.no_page_next", nil), Links: []templates.Link{toOverview(p), toOrders(p), toNew(p)}, Tone: templates.Quiet}}
}

// ofOrders says what an error of the service means. Forms show their problems themselves; what comes here is the rest.
func ofOrders(p i18n.Printer, e *orders.Error) trouble {
	view := templates.ErrorView{What: p.Say(e.Message.Key, e.Message.Args), Tone: templates.Warn, Links: []templates.Link{toOrders(p), toOverview(p)}}
	if e.OrderID != "" {
		view.Links = append([]templates.Link{{Text: p.Say("error.open_order", nil), Href: "/orders/" + e.OrderID, Icon: "file-text"}}, view.Links...)
	}
	switch e.Code {
	case orders.CodeNotFound:
		return notHere(p)
	case orders.CodeForbidden:
		view.Title, view.Next = p.Say("error.not_allowed", nil), p.Say("error.ask_admin", nil)
		return trouble{http.StatusForbidden, view}
	case orders.CodeInvalid:
		view.Title = p.Say("error.not_accepted", nil)
		var lines []string
		for _, problem := range e.Problems {
			lines = append(lines, problem.Path+" "+p.Say(problem.Key, problem.Args))
		}
		view.What = strings.Join(lines, "; ")
		return trouble{http.StatusUnprocessableEntity, view}
	case orders.CodePrice:
		view.Title = p.Say("error.price_moved", nil)
		return trouble{http.StatusConflict, view}
	}
	view.Title = p.Say("error.not_now", nil)
	return trouble{http.StatusConflict, view}
}
