package handlers

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/auth/identity"
	"workspace-order-console/web/templates"
)

// namesKept is how long it is remembered by what people know somebody.
const namesKept = time.Minute

// names tells by what people know those whom the journal calls by a subject: the mail address, where one was told. They are
// looked up when a page names them, and kept for a moment.
type names struct {
	people auth.People
	now    func() time.Time

	mu   sync.Mutex
	kept map[string]keptName // by subject
}

type keptName struct {
	called string
	at     time.Time
}

func newNames(people auth.People, now func() time.Time) *names {
	return &names{people: people, now: now, kept: map[string]keptName{}}
}

// of is the subject itself for those who were never seen, keys and the console.
func (n *names) of(ctx context.Context, subject string) (string, error) {
	now := n.now()
	n.mu.Lock()
	kept, found := n.kept[subject]
	n.mu.Unlock()
	if found && now.Sub(kept.at) < namesKept {
		return kept.called, nil
	}
	person, err := n.people.Person(ctx, subject)
	if err != nil && !errors.Is(err, auth.ErrNotFound) {
		return subject, err
	}
	called := identity.Identity{Subject: subject, Email: person.Email}.Display()
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.kept) >= maxKnown {
		clear(n.kept)
	}
	n.kept[subject] = keptName{called, now}
	return called, nil
}

// naming lets the pages behind it call people by what others know them by. Nobody is shown nothing because that fails.
func (s *server) naming(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		ctx := c.Request().Context()
		c.SetRequest(c.Request().WithContext(templates.WithNames(ctx, func(subject string) string {
			called, err := s.names.of(ctx, subject)
			if err != nil {
				s.Log.Warn("a person's name was not read", "error", err, "request_id", requestIDOf(c))
			}
			return called
		})))
		return next(c)
	}
}

// subject is by what the journal calls somebody whom a filter names: people type what they read on pages.
func (s *server) subject(c echo.Context, typed string) (string, error) {
	typed = strings.TrimSpace(typed)
	if s.Identity == nil || !strings.Contains(typed, "@") {
		return typed, nil
	}
	person, err := s.People.PersonByEmail(c.Request().Context(), typed)
	switch {
	case errors.Is(err, auth.ErrNotFound):
		return typed, nil // it may be a subject itself
	case err != nil:
		return "", err
	}
	return person.Subject, nil
}
