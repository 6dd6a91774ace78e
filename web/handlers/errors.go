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
		return "Your session has ended."
	}
	return ""
}

var (
	toOverview = templates.Link{Text: "Overview", Href: "/", Icon: "home"}
	toOrders   = templates.Link{Text: "Orders", Href: "/orders", Icon: "list"}
	toNew      = templates.Link{Text: "New order", Href: "/orders/new", Icon: "plus"}
)

// closed tells that a link leads where they may not go.
func (s *server) closed(c echo.Context, link templates.Link) bool {
	w, known := whoOf(c)
	return known && link == toNew && !w.May(auth.PlaceOrders)
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
		return s.ofNobody(unnamed)
	case errors.Is(err, errNobody):
		return s.ofNobody(&identity.Error{Status: http.StatusUnauthorized})
	case errors.Is(err, errEnded):
		return trouble{http.StatusUnauthorized, templates.ErrorView{Title: "Session ended", What: "Your session was ended. Open the console in the browser and sign in again."}}
	case errors.Is(err, errUnmapped):
		return trouble{http.StatusForbidden, templates.ErrorView{Title: "No access yet", What: "You have no role in this console."}}
	case errors.Is(err, errAnotherPerson):
		return trouble{http.StatusConflict, templates.ErrorView{Title: "You are somebody else now", What: "That page was shown to another person, who was signed in in this browser before. Nothing was done.",
			Next: "Go on as yourself from here.", Links: []templates.Link{toOverview}, Tone: templates.Warn}}
	case errors.Is(err, auth.ErrNotFound) && tokenOf(c) != "" && who(c).Name == "":
		return trouble{http.StatusUnauthorized, templates.ErrorView{Title: "API key unknown", What: p.Say("api.wrong_token", nil)}}
	case errors.Is(err, orders.ErrNotFound), errors.Is(err, auth.ErrNotFound), errors.Is(err, notify.ErrNotFound):
		return notHere()
	case errors.Is(err, notify.ErrStale):
		return trouble{http.StatusConflict, templates.ErrorView{Title: "Not now", What: "This webhook is disabled: nothing is sent to it.",
			Next: "Enable it, and repeat what you wanted to do.", Links: []templates.Link{{Text: "Webhooks", Href: "/settings/webhooks", Icon: "send"}}, Tone: templates.Warn}}
	case errors.Is(err, errSignIn):
		return trouble{http.StatusUnauthorized, templates.ErrorView{Title: "Not signed in", What: "Sign in, or send an API key."}}
	case errors.Is(err, errForbidden):
		return trouble{http.StatusForbidden, templates.ErrorView{Title: "Not allowed", What: p.Say("error.forbidden", nil),
			Next: "Ask an administrator of this console if you need it.", Links: []templates.Link{toOverview}, Tone: templates.Warn}}
	case errors.Is(err, errKeyReadsOnly):
		return trouble{http.StatusForbidden, templates.ErrorView{Title: "API keys read JSON only", What: "Pages are for people. Send Accept: application/json to read, and use the /v2 door to order."}}
	case errors.Is(err, errCrossSite):
		return trouble{http.StatusForbidden, templates.ErrorView{Title: "Refused", What: "This request did not come from a page of this console.",
			Next: "Open the page again and repeat what you wanted to do.", Links: []templates.Link{toOverview}, Tone: templates.Warn}}
	case errors.As(err, &framework) && framework.Code == http.StatusNotFound:
		return notHere()
	case errors.As(err, &framework) && framework.Code == http.StatusMethodNotAllowed:
		return trouble{http.StatusMethodNotAllowed, templates.ErrorView{Title: "Not like this", What: "This address does not take this kind of request.",
			Next: "Start again from one of these pages.", Links: []templates.Link{toOverview, toOrders}, Tone: templates.Quiet}}
	case errors.As(err, &framework) && framework.Code == http.StatusRequestEntityTooLarge:
		return trouble{http.StatusRequestEntityTooLarge, templates.ErrorView{Title: "Too much at once", What: "A form may have at most 1 MiB.",
			Next: "Go back, take some of it out and send it again.", Tone: templates.Warn}}
	case errors.Is(err, errUnread):
		return trouble{http.StatusBadRequest, templates.ErrorView{Title: "This form cannot be read", What: "It has more fields than a form may have, or was cut off on its way.",
			Next: "Go back, take some rows out and send it again.", Links: []templates.Link{toOverview}, Tone: templates.Warn}}
	case errors.As(err, &framework) && framework.Code < 500:
		return trouble{framework.Code, templates.ErrorView{Title: "Not understood", What: "The console could not read this request.",
			Next: "Go back and try again.", Links: []templates.Link{toOverview}, Tone: templates.Quiet}}
	}
	return trouble{http.StatusInternalServerError, templates.ErrorView{Title: "Something went wrong",
		What:  "The console could not finish this. Orders that were submitted are safe: each is written down before it is sent.",
		Next:  "Look at the orders before you repeat what you did.",
		Links: []templates.Link{toOrders, toOverview}}}
}

// ofNobody says why nobody is let in. The reason itself stands in the log: who forges a header is not told how it shows.
func (s *server) ofNobody(e *identity.Error) trouble {
	switch e.Status {
	case http.StatusBadRequest:
		return trouble{e.Status, templates.ErrorView{Title: "Not understood", What: "It is not clear who you are: what reached this console from your company's sign-in is not what it should be.",
			Next: "Sign in there anew. If that does not help, those who run this console find the reason in its log.", Tone: templates.Warn}}
	case http.StatusServiceUnavailable:
		return trouble{e.Status, templates.ErrorView{Title: "Sign-in cannot be checked now", What: "This console cannot reach your company's sign-in to check who you are.",
			Next: "Try again in a minute.", Tone: templates.Warn}}
	}
	return trouble{http.StatusUnauthorized, templates.ErrorView{Title: "Not signed in", What: "This console is reached through your company's sign-in, and this request did not come that way.",
		Next: "Open " + s.PublicURL + " in the browser and sign in there.", Tone: templates.Warn}}
}

func notHere() trouble {
	return trouble{http.StatusNotFound, templates.ErrorView{Title: "This page does not exist", What: "There is nothing at this address, or it is not for you.",
		Next: "Check the address, or go on from here.", Links: []templates.Link{toOverview, toOrders, toNew}, Tone: templates.Quiet}}
}

// ofOrders says what an error of the service means. Forms show their problems themselves; what comes here is the rest.
func ofOrders(p i18n.Printer, e *orders.Error) trouble {
	view := templates.ErrorView{What: p.Say(e.Message.Key, e.Message.Args), Tone: templates.Warn, Links: []templates.Link{toOrders, toOverview}}
	if e.OrderID != "" {
		view.Links = append([]templates.Link{{Text: "Open the order", Href: "/orders/" + e.OrderID, Icon: "file-text"}}, view.Links...)
	}
	switch e.Code {
	case orders.CodeNotFound:
		return notHere()
	case orders.CodeForbidden:
		view.Title, view.Next = "Not allowed", "Ask an administrator of this console if you need it."
		return trouble{http.StatusForbidden, view}
	case orders.CodeInvalid:
		view.Title = "Not accepted"
		var lines []string
		for _, problem := range e.Problems {
			lines = append(lines, problem.Path+" "+p.Say(problem.Key, problem.Args))
		}
		view.What = strings.Join(lines, "; ")
		return trouble{http.StatusUnprocessableEntity, view}
	case orders.CodePrice:
		view.Title = "The price moved"
		return trouble{http.StatusConflict, view}
	}
	view.Title = "Not now"
	return trouble{http.StatusConflict, view}
}
