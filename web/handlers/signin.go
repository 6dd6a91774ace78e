package handlers

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/auth"
	"workspace-order-console/web/templates"
)

// signin opens a session for a one-time link, and otherwise says how to get one.
func (s *server) signin(c echo.Context) error {
	if s.Identity != nil {
		return s.signinElsewhere(c)
	}
	code := c.QueryParam("code")
	if code == "" {
		if _, err := s.sessions.current(c); err == nil {
			return seeOther(c, "/")
		}
		return s.signinPage(c, http.StatusOK, "")
	}
	who := auth.Who{Name: auth.LocalAdmin, Roles: auth.RolesOf(auth.RoleAdmin), Door: auth.DoorWeb, Address: c.RealIP(), RequestID: requestIDOf(c)}
	session, err := s.sessions.recall(c, auth.Session{Name: auth.LocalAdmin, Role: auth.RoleAdmin})
	if err != nil {
		return err
	}
	_, err = s.sessions.begin(c, session, func(session auth.Session) error {
		return s.Sessions.SignIn(c.Request().Context(), auth.Secret(code).Hash(), session, who)
	})
	if errors.Is(err, auth.ErrNotFound) {
		return s.signinPage(c, http.StatusUnauthorized, say(c).Say("signin.bad_link", nil))
	}
	if err != nil {
		return err
	}
	return seeOther(c, "/")
}

func (s *server) signinPage(c echo.Context, status int, why string) error {
	return render(c, status, templates.SignInPage(s.page(c, "signin.title", ""), templates.SignInView{Why: why}))
}

// logout ends the session here and everywhere, and where there is a sign-in proxy that can be told so, leads to it.
func (s *server) logout(c echo.Context) error {
	session := current(c)
	if session == nil {
		return errKeyReadsOnly
	}
	if err := s.Sessions.EndSession(c.Request().Context(), session.IDHash, who(c)); err != nil && !errors.Is(err, auth.ErrNotFound) {
		return err
	}
	s.sessions.forget(session.IDHash)
	if s.Identity != nil && s.LogoutURL == "" {
		// The proxy still names the person at every request. The cookie stays, as the mark of a session that was ended, so
		// that the next page, or the next poll of one that is still open, begins no new one.
		return seeOther(c, "/signin")
	}
	if err := s.sessions.drop(c); err != nil {
		return err
	}
	if s.Identity != nil {
		return seeOther(c, "/signed-out")
	}
	return seeOther(c, "/signin")
}
