package handlers

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/sessions"
	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/auth"
)

const (
	cookieName = "console_session"
	sessionKey = "session"
	// sessionLife is how long a session lasts after it was last renewed, renewAfter how often that is written down.
	sessionLife = 12 * time.Hour
	renewAfter  = 10 * time.Minute
	// cacheFor is how long a session is answered from memory: a session that another process ends lives at most this
	// much longer. One that this process ends is out at once.
	cacheFor = 5 * time.Second
	// maxCached bounds the cache; when it is full, it starts anew.
	maxCached = 10_000
)

// sessionStore is a gorilla sessions.Store of our own: the cookie holds a bare random ID and the database its hash, so
// no request has to decode or verify a signed value, and ending a session ends it everywhere.
type sessionStore struct {
	table  auth.Sessions
	secure bool
	now    func() time.Time

	mu    sync.RWMutex
	cache map[string]cached
	// forgotten counts forget: what was read before one is not remembered after it.
	forgotten int
}

type cached struct {
	session auth.Session
	until   time.Time
}

var _ sessions.Store = (*sessionStore)(nil)

func newSessionStore(table auth.Sessions, secure bool, now func() time.Time) *sessionStore {
	return &sessionStore{table: table, secure: secure, now: now, cache: map[string]cached{}}
}

// The key of a gorilla session's values under which ours is.
const valueKey = "session"

// Get implements sessions.Store.
func (s *sessionStore) Get(r *http.Request, name string) (*sessions.Session, error) {
	return sessions.GetRegistry(r).Get(s, name)
}

// New implements sessions.Store: the session of the request's cookie, or a new and empty one.
func (s *sessionStore) New(r *http.Request, name string) (*sessions.Session, error) {
	session := sessions.NewSession(s, name)
	session.Options = s.options()
	session.IsNew = true
	cookie, err := r.Cookie(name)
	if err != nil {
		return session, nil //nolint:nilerr // no cookie is no error: the session is new
	}
	kept, err := s.load(r.Context(), auth.Secret(cookie.Value).Hash())
	session.Values[valueKey] = kept
	if err != nil {
		return session, err
	}
	session.IsNew = false
	session.ID = cookie.Value
	return session, nil
}

// Save implements sessions.Store: it sets the cookie, or deletes it when the session's MaxAge is below zero.
func (s *sessionStore) Save(_ *http.Request, w http.ResponseWriter, session *sessions.Session) error {
	http.SetCookie(w, sessions.NewCookie(session.Name(), session.ID, session.Options))
	return nil
}

func (s *sessionStore) options() *sessions.Options {
	return &sessions.Options{Path: "/", MaxAge: int(sessionLife.Seconds()), HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode}
}

// load returns the session of a hash, from memory where it was seen a moment ago.
func (s *sessionStore) load(ctx context.Context, hash string) (auth.Session, error) {
	now := s.now()
	s.mu.RLock()
	hit, ok := s.cache[hash]
	forgotten := s.forgotten
	s.mu.RUnlock()
	if ok && now.Before(hit.until) && now.Before(hit.session.ExpiresAt) {
		return hit.session, nil
	}
	session, err := s.table.Session(ctx, hash)
	if err != nil {
		s.forget(hash)
		return session, err
	}
	s.remember(session, now, forgotten)
	return session, nil
}

func (s *sessionStore) remember(session auth.Session, now time.Time, forgotten int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if forgotten != s.forgotten {
		return
	}
	if len(s.cache) >= maxCached {
		clear(s.cache)
	}
	s.cache[session.IDHash] = cached{session, now.Add(cacheFor)}
}

func (s *sessionStore) forget(hashes ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forgotten++
	for _, hash := range hashes {
		delete(s.cache, hash)
	}
}

// current is the session of a request; auth.ErrNotFound when there is none or it has ended, and auth.ErrRevoked, with the
// session, when its browser is to be told so. A session in use is renewed now and then, and so is its cookie.
func (s *sessionStore) current(c echo.Context) (auth.Session, error) {
	session, err := s.Get(c.Request(), cookieName)
	kept, ok := session.Values[valueKey].(auth.Session)
	if err != nil {
		return kept, err
	}
	if !ok {
		return auth.Session{}, auth.ErrNotFound
	}
	if now := s.now(); now.Sub(kept.SeenAt) > renewAfter {
		kept.SeenAt, kept.ExpiresAt = now, now.Add(sessionLife)
		err := s.change(c.Request().Context(), kept)
		if errors.Is(err, auth.ErrNotFound) {
			return kept, auth.ErrRevoked // in this moment, by another console
		}
		if err != nil {
			return auth.Session{}, err
		}
		if err := s.Save(c.Request(), c.Response(), session); err != nil {
			return auth.Session{}, err
		}
	}
	return kept, nil
}

// change stores a session that was changed.
func (s *sessionStore) change(ctx context.Context, session auth.Session) error {
	s.mu.RLock()
	forgotten := s.forgotten
	s.mu.RUnlock()
	if err := s.table.SaveSession(ctx, session); err != nil {
		s.forget(session.IDHash) // another console has ended it: the table says why
		return err
	}
	s.remember(session, s.now(), forgotten)
	return nil
}

// prefer stores what the session's person has set, with the session and for those that they begin later.
func (s *sessionStore) prefer(ctx context.Context, session auth.Session) error {
	if err := s.change(ctx, session); err != nil {
		return err
	}
	return s.table.SavePreferences(ctx, session.Name, session.Values)
}

// recall gives a session that begins what its person has set in an earlier one.
func (s *sessionStore) recall(c echo.Context, session auth.Session) (auth.Session, error) {
	if session.Values != (auth.SessionValues{}) {
		return session, nil // it goes on with those of the one whose place it takes
	}
	var err error
	session.Values, err = s.table.Preferences(c.Request().Context(), session.Name)
	return session, err
}

// begin gives the browser a new session.
func (s *sessionStore) begin(c echo.Context, session auth.Session, open func(auth.Session) error) (auth.Session, error) {
	id, now := auth.NewSecret(), s.now()
	session.IDHash, session.Address, session.UserAgent = id.Hash(), c.RealIP(), c.Request().UserAgent()
	session.CreatedAt, session.SeenAt, session.ExpiresAt = now, now, now.Add(sessionLife)
	if err := open(session); err != nil {
		return auth.Session{}, err
	}
	cookie := sessions.NewSession(s, cookieName)
	cookie.ID, cookie.Options = id.Reveal(), s.options()
	return session, s.Save(c.Request(), c.Response(), cookie)
}

// drop takes the cookie away.
func (s *sessionStore) drop(c echo.Context) error {
	gone := sessions.NewSession(s, cookieName)
	gone.Options = s.options()
	gone.Options.MaxAge = -1
	return s.Save(c.Request(), c.Response(), gone)
}

// current is the session behind signedIn; nil for callers without one.
func current(c echo.Context) *auth.Session {
	if session, ok := c.Get(sessionKey).(auth.Session); ok {
		return &session
	}
	return nil
}
