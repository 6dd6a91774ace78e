package handlers

import (
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/auth"
	"workspace-order-console/web/static"
)

// requestID gives every request an ID of our own: it stands in the answer, in the log, in the audit log and on error
// pages. One that the caller sends is not taken: it would let two requests look like one.
func requestID(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.Response().Header().Set(echo.HeaderXRequestID, uuid.Must(uuid.NewV7()).String())
		return next(c)
	}
}

func requestIDOf(c echo.Context) string { return c.Response().Header().Get(echo.HeaderXRequestID) }

// logged writes one line per request. The query is left out: a sign-in link's code stands in it.
func (s *server) logged(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := s.Now()
		err := next(c)
		if err != nil {
			// answered here, so that the line has the status; echo's own call then finds the answer committed
			c.Error(err)
		}
		path := c.Request().URL.Path
		if path == "/healthz" || path == "/readyz" || path == "/metrics" || strings.HasPrefix(path, static.Prefix) {
			return nil
		}
		who, _ := whoOf(c)
		s.Log.Info("request", "method", c.Request().Method, "path", path, "status", c.Response().Status,
			"ms", float64(s.Now().Sub(start).Microseconds())/1000, "actor", who.Name, "address", c.RealIP(), "request_id", requestIDOf(c))
		return nil
	}
}

// recovered turns a panic into an error, with its stack in the log only.
func recovered(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			switch p := recover(); {
			case p == nil:
			case p == http.ErrAbortHandler:
				panic(p)
			default:
				err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
			}
		}()
		return next(c)
	}
}

// contentPolicy is the Content-Security-Policy: nothing from elsewhere, nothing inline, nothing evaluated, never framed.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func secured(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("X-Frame-Options", "DENY")
		if !strings.HasPrefix(c.Request().URL.Path, static.Prefix) {
			h.Set("Cache-Control", "no-store")
		}
		return next(c)
	}
}

// errCrossSite is a post that came from another site, or from something that is no browser.
var errCrossSite = errors.New("cross-site request")

// browserOnly refuses unsafe requests from other sites, and those that carry neither Sec-Fetch-Site nor Origin: a
// browser sends one of them, and scripts have the /v2 door.
func (s *server) browserOnly(next echo.HandlerFunc) echo.HandlerFunc {
	protection := http.NewCrossOriginProtection()
	if s.PublicURL != "" {
		if err := protection.AddTrustedOrigin(s.PublicURL); err != nil {
			// a public URL with a path was refused at start; without trust only same-origin posts pass
			s.Log.Warn("public URL is no origin", "error", err)
		}
	}
	return func(c echo.Context) error {
		r := c.Request()
		switch r.Method {
		case http.MethodGet, http.MethodHead, http.MethodOptions:
			return next(c)
		}
		if r.Header.Get("Sec-Fetch-Site") == "" && r.Header.Get("Origin") == "" {
			return errCrossSite
		}
		if err := protection.Check(r); err != nil {
			return errCrossSite
		}
		return next(c)
	}
}

const whoKey = "who"

// whoOf tells who is asking, if they are known.
func whoOf(c echo.Context) (auth.Who, bool) {
	who, ok := c.Get(whoKey).(auth.Who)
	return who, ok
}

// who is who is asking, behind signedIn.
func who(c echo.Context) auth.Who {
	w, _ := whoOf(c)
	return w
}

// errSignIn sends somebody to the sign-in page.
var errSignIn = errors.New("not signed in")

// signedIn lets people with a session in, and callers with an API key where the route answers them. Who they are and what
// they may do is known behind it; whether that is enough is asked by permitted.
func (s *server) signedIn(route Route) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if token := tokenOf(c); token != "" {
				if route.Access != Readers || !wantsJSON(c) {
					return errKeyReadsOnly
				}
				key, err := s.Tokens.WhoByToken(c.Request().Context(), token)
				if err != nil {
					return err
				}
				key.Address, key.RequestID = c.RealIP(), requestIDOf(c)
				c.Set(whoKey, key)
				return next(c)
			}
			var err error
			if s.Identity == nil {
				err = s.signedInHere(c)
			} else {
				err = s.signedInElsewhere(c)
			}
			if err != nil {
				return err
			}
			speakAsChosen(c)
			takeUndo(c)
			return next(c)
		}
	}
}

// signedInHere finds the session of a local sign-in.
func (s *server) signedInHere(c echo.Context) error {
	session, err := s.sessions.current(c)
	if errors.Is(err, auth.ErrNotFound) || err == nil && session.Role == "" {
		return errSignIn // a session without a role is one that a sign-in proxy's person had here
	}
	if err != nil {
		return err
	}
	c.Set(sessionKey, session)
	c.Set(whoKey, auth.Who{Name: session.Name, Roles: auth.RolesOf(session.Role), Door: auth.DoorWeb,
		Address: c.RealIP(), RequestID: requestIDOf(c)})
	return nil
}

// errKeyReadsOnly: an API key was used on a page.
var errKeyReadsOnly = errors.New("API keys read JSON only")

const tokenKey = "token"

// tokenOf is the API key of a request, "" when it has none.
func tokenOf(c echo.Context) string {
	token, _ := c.Get(tokenKey).(string)
	return token
}

// token reads the API key of a request, in either of the two headers. Behind a sign-in proxy, what Authorization says may be
// the proxy's: only what looks like a key is one.
func (s *server) token(r *http.Request) string {
	if token := r.Header.Get("X-Auth-Token"); token != "" {
		return token
	}
	if scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(scheme, "Bearer") {
		if token = strings.TrimSpace(token); s.Identity == nil || auth.IsToken(token) {
			return token
		}
	}
	return ""
}
