package handlers

import (
	"errors"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/auth/identity"
	"workspace-order-console/web/templates"
)

// People who come through a company's sign-in proxy. The proxy names the person at every request; the session is the
// console's own memory of a browser: since when, with which groups, for which team. What somebody may do is never taken from
// the session: it follows, at every request, from the groups of that request.

var (
	// errUnmapped: the groups give no role.
	errUnmapped = errors.New("no role")
	// errEnded: the browser's session was ended, and it has to begin a new one by itself.
	errEnded = errors.New("session ended")
	// errAnotherPerson: a page that was shown to one person was used by another.
	errAnotherPerson = errors.New("another person")
	// errNobody: the sign-in proxy has named nobody. No request gets that far, but nobody must be let in if one does.
	errNobody = errors.New("nobody was named")
)

const identityKey = "identity"

// identityOf is whom the sign-in proxy has named.
func identityOf(c echo.Context) (identity.Identity, bool) {
	id, ok := c.Get(identityKey).(identity.Identity)
	return id, ok
}

// named asks who a request is from, before anything else looks at it. It takes the identity headers out of every request, and
// refuses those that have nobody's name, except at paths that need none and with an API key.
func (s *server) named(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		c.Set(tokenKey, s.token(r))
		switch {
		case s.Identity == nil:
		case tokenOf(c) != "", exempt(echo.GetPath(r)):
			s.Identity.Strip(r.Header)
		default:
			id, err := s.Identity.Identify(r)
			if err != nil {
				return err
			}
			c.Set(identityKey, id)
		}
		return next(c)
	}
}

// arrived lets through whom the sign-in proxy names, and API keys, which signedIn looks at.
func (s *server) arrived(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if _, ok := identityOf(c); !ok && s.Identity != nil && tokenOf(c) == "" {
			return errNobody
		}
		return next(c)
	}
}

// signedInElsewhere finds the session of whom the sign-in proxy names, or begins one. A session of somebody else, or with a
// group that they have no more, ends there and then.
func (s *server) signedInElsewhere(c echo.Context) error {
	id, _ := identityOf(c)
	ctx := c.Request().Context()
	held, err := s.sessions.current(c)
	standing, failed := s.roster.of(ctx, id)
	if failed != nil {
		return failed
	}
	if standing.news {
		s.write(c, id, standing)
	}
	begin := auth.Session{Name: id.Subject, Email: id.Email, Groups: id.Groups}
	var why auth.Ending
	switch {
	case errors.Is(err, auth.ErrRevoked) && held.Name == id.Subject:
		return errEnded
	case errors.Is(err, auth.ErrNotFound):
		held = auth.Session{}
	case err != nil:
		return err
	case held.Name != id.Subject:
		why = auth.AnotherPerson
	case lost(held.Groups, id.Groups):
		why = auth.GroupLost
		begin.Values = held.Values
	default:
		if held.Email != id.Email || len(held.Groups) != len(id.Groups) {
			held.Email, held.Groups = id.Email, id.Groups
			err := s.sessions.change(ctx, held)
			if errors.Is(err, auth.ErrNotFound) {
				return errEnded // in this moment, by another console
			}
			if err != nil {
				return err
			}
		}
		s.enter(c, held, id, standing)
		return nil
	}
	if held.IDHash == "" && wantsJSON(c) && c.Request().Method == http.MethodGet {
		s.enter(c, begin, id, standing)
		return nil // a program without a cookie jar: it would begin a session at every request
	}
	if begin, err = s.sessions.recall(c, begin); err != nil {
		return err
	}
	w := s.enter(c, begin, id, standing)
	session, err := s.sessions.begin(c, begin, func(session auth.Session) error {
		return s.Sessions.BeginSession(ctx, session, held.IDHash, why, w)
	})
	if err != nil {
		return err
	}
	s.sessions.forget(held.IDHash)
	c.Set(sessionKey, session)
	if why == auth.AnotherPerson && c.Request().Method != http.MethodGet {
		return errAnotherPerson
	}
	return nil
}

// lost tells that some of the groups are not among those of now.
func lost(groups, now []string) bool {
	if slices.Equal(groups, now) {
		return false
	}
	have := make(map[string]bool, len(now))
	for _, group := range now {
		have[group] = true
	}
	return slices.ContainsFunc(groups, func(group string) bool { return !have[group] })
}

// enter notes who is asking, and returns it.
func (s *server) enter(c echo.Context, session auth.Session, id identity.Identity, standing standing) auth.Who {
	w := auth.Who{Name: id.Subject, Shown: id.Display(), Memberships: standing.memberships, Door: auth.DoorWeb,
		Address: c.RealIP(), RequestID: requestIDOf(c)}
	if standing.admin {
		w.Roles = auth.RolesOf(auth.RoleAdmin)
	} else if len(standing.memberships) > 0 {
		in := standing.memberships[0]
		if i := slices.IndexFunc(standing.memberships, func(m auth.Membership) bool { return m.Team == session.Values.Team }); i >= 0 {
			in = standing.memberships[i]
		}
		w.Team, w.Roles = in.Team, in.Roles
	}
	c.Set(whoKey, w)
	if session.IDHash != "" {
		c.Set(sessionKey, session)
	}
	return w
}

// write writes down whom was seen. Nobody is kept out because that fails: it is for mail and for show.
func (s *server) write(c echo.Context, id identity.Identity, standing standing) {
	err := s.People.SawPerson(c.Request().Context(), auth.Person{Subject: id.Subject, Email: id.Email, Name: id.Name,
		Admin: standing.admin, Memberships: standing.memberships, SeenAt: s.Now()})
	if err != nil {
		s.Log.Warn("a person was not written down", "error", err, "request_id", requestIDOf(c))
	}
}

// signinElsewhere tells those whose session was ended so; all others need not sign in.
func (s *server) signinElsewhere(c echo.Context) error {
	id, _ := identityOf(c)
	held, err := s.sessions.current(c)
	switch {
	case errors.Is(err, auth.ErrRevoked) && held.Name == id.Subject:
		return s.endedPage(c, http.StatusOK)
	case err != nil && !errors.Is(err, auth.ErrNotFound):
		return err
	}
	return seeOther(c, "/")
}

// signinAgain begins a new session for somebody whose last one was ended.
func (s *server) signinAgain(c echo.Context) error {
	if s.Identity == nil {
		return echo.ErrMethodNotAllowed
	}
	id, ok := identityOf(c)
	if !ok {
		return errKeyReadsOnly
	}
	ctx := c.Request().Context()
	held, err := s.sessions.current(c)
	switch {
	case err == nil:
		return seeOther(c, "/")
	case !errors.Is(err, auth.ErrNotFound):
		return err
	}
	standing, err := s.roster.of(ctx, id)
	if err != nil {
		return err
	}
	begin := auth.Session{Name: id.Subject, Email: id.Email, Groups: id.Groups}
	if held.Name == id.Subject {
		begin.Values = held.Values
	}
	if begin, err = s.sessions.recall(c, begin); err != nil {
		return err
	}
	w := s.enter(c, begin, id, standing)
	if _, err := s.sessions.begin(c, begin, func(session auth.Session) error {
		return s.Sessions.BeginSession(ctx, session, "", "", w)
	}); err != nil {
		return err
	}
	return seeOther(c, "/")
}

// signedOut leads on to where the sign-in proxy signs out. It is a page, and no redirect of the form that was posted: what
// a form leads to is bound by the policy of its page (form-action) to this console.
func (s *server) signedOut(c echo.Context) error {
	if s.Identity == nil || s.LogoutURL == "" {
		return seeOther(c, "/signin")
	}
	return render(c, http.StatusOK, templates.SignedOutPage(s.page(c, "elsewhere.out_title", ""), s.LogoutURL))
}

// endedPage says that the session was ended, and lets its person begin another.
func (s *server) endedPage(c echo.Context, status int) error {
	held, _ := s.sessions.current(c)
	page := s.page(c, "elsewhere.out_title", "")
	page.Theme = held.Values.Theme
	return render(c, status, templates.EndedPage(page, held.Ended == auth.SignedOut))
}

// unmappedPage says whom to ask for a role.
func (s *server) unmappedPage(c echo.Context, status int) error {
	id, _ := identityOf(c)
	page := s.page(c, "elsewhere.no_access", "")
	page.RequestID = requestIDOf(c)
	return render(c, status, templates.UnmappedPage(page, templates.UnmappedView{Name: id.Display(), Contact: s.Contact, AdminGroup: s.AdminGroup,
		GroupsLeftOut: id.GroupsLeftOut}))
}
