package handlers

import (
	"errors"
	"net/http"

	"github.com/gorilla/sessions"
	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/auth"
	"workspace-order-console/web/templates"
)

// LocalAdmin is who signs in with a one-time link: whoever runs the console.
const LocalAdmin = "admin"

// signin opens a session for a one-time link, and otherwise says how to get one.
func (s *server) signin(c echo.Context) error {
	code := c.QueryParam("code")
	if code == "" {
		if _, err := s.sessions.current(c); err == nil {
			return seeOther(c, "/")
		}
		return s.signinPage(c, http.StatusOK, "")
	}
	id := auth.NewSecret()
	now := s.Now()
	session := auth.Session{IDHash: id.Hash(), Name: LocalAdmin, Role: auth.RoleAdmin, Address: c.RealIP(),
		UserAgent: c.Request().UserAgent(), CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(sessionLife)}
	who := auth.Who{Name: LocalAdmin, Roles: auth.RolesOf(auth.RoleAdmin), Door: auth.DoorWeb, Address: c.RealIP(), RequestID: requestIDOf(c)}
	err := s.Sessions.SignIn(c.Request().Context(), auth.Secret(code).Hash(), session, who)
	if errors.Is(err, auth.ErrNotFound) {
		return s.signinPage(c, http.StatusUnauthorized, "This link was used already, has expired, or is not one of this console's.")
	}
	if err != nil {
		return err
	}
	cookie := sessions.NewSession(s.sessions, cookieName)
	cookie.ID, cookie.Options = id.Reveal(), s.sessions.options()
	if err := s.sessions.Save(c.Request(), c.Response(), cookie); err != nil {
		return err
	}
	return seeOther(c, "/")
}

func (s *server) signinPage(c echo.Context, status int, why string) error {
	return render(c, status, templates.SignInPage(s.page(c, "Sign in", ""), templates.SignInView{Why: why}))
}

// logout ends the session here and everywhere.
func (s *server) logout(c echo.Context) error {
	session := current(c)
	if session == nil {
		return errKeyReadsOnly
	}
	if err := s.Sessions.EndSession(c.Request().Context(), session.IDHash, who(c)); err != nil && !errors.Is(err, auth.ErrNotFound) {
		return err
	}
	s.sessions.forget(session.IDHash)
	gone := sessions.NewSession(s.sessions, cookieName)
	gone.Options = s.sessions.options()
	gone.Options.MaxAge = -1
	if err := s.sessions.Save(c.Request(), c.Response(), gone); err != nil {
		return err
	}
	return seeOther(c, "/signin")
}
