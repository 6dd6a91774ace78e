package handlers

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/auth"
	"workspace-order-console/web/templates"
)

// ownSessions lists the browsers that somebody is signed in with.
func (s *server) ownSessions(c echo.Context) error {
	return s.showSessions(c, templates.SessionsView{})
}

// endOwnSessions ends one of them, or all but this one.
func (s *server) endOwnSessions(c echo.Context) error {
	return s.endSessions(c, who(c).Name, current(c).IDHash, "/settings/sessions")
}

// personSessions lists those of anybody, for admins.
func (s *server) personSessions(c echo.Context) error {
	return s.showSessions(c, templates.SessionsView{OfOthers: true, Person: strings.TrimSpace(c.QueryParam("person"))})
}

// endPersonSessions ends one of somebody's sessions, or all of them.
func (s *server) endPersonSessions(c echo.Context) error {
	person := c.FormValue("person")
	except := ""
	if person == who(c).Name {
		except = current(c).IDHash
	}
	return s.endSessions(c, person, except, withQuery("/settings/people", "person", person))
}

func (s *server) showSessions(c echo.Context, view templates.SessionsView) error {
	person := view.Person
	if !view.OfOthers {
		person = who(c).Name
	}
	if person != "" {
		var err error
		if view.Sessions, err = s.Sessions.SessionsOf(c.Request().Context(), person); err != nil {
			return err
		}
	}
	if session := current(c); session != nil {
		view.This = session.IDHash
	}
	view.Now = s.Now()
	return render(c, http.StatusOK, templates.SessionsPage(s.page(c, "sessions.table", templates.NavSettings), view))
}

// endSessions ends what the form names: the session of "id", or without it all but one. A browser whose session was ended is
// told so at its next request; one that asks another console of the same database, within seconds (cacheFor).
func (s *server) endSessions(c echo.Context, person, except, then string) error {
	id := c.FormValue("id")
	if person == "" || id != "" && id == except {
		return auth.ErrNotFound // one's own is ended by signing out
	}
	ended, err := s.Sessions.RevokeSessions(c.Request().Context(), person, id, except, who(c))
	if err != nil {
		return err
	}
	s.sessions.forget(ended...)
	return seeOther(c, then)
}
