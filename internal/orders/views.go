package orders

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders/field"
)

// SavedView is the filters of a list under a name.
type SavedView struct {
	ID string // UUIDv7
	// Owner saved it. It is theirs alone unless Shared: then those who act for Team see it too, which is empty for those who
	// see everything.
	Owner, Team string
	Shared      bool
	// Page is the list's, one of ViewPages.
	Page string
	Name string
	// Query is the list's query with its filters and nothing else, encoded.
	Query                string
	CreatedAt, UpdatedAt time.Time
}

// ViewPages are the lists whose filters can be saved: their addresses without the slash.
var ViewPages = []string{"orders", "desktops", "pools", "disks", "hosts", "bandwidths", "audit"}

// Bounds of saved views.
const (
	// MaxViewName is how long a name may be, in characters.
	MaxViewName = 60
	// MaxViewQuery is how long a query may be, in bytes.
	MaxViewQuery = 2000
	// MaxViews is how many a person may have for a list, and how many shared ones a list shows.
	MaxViews = 50
)

// ViewBook keeps saved views.
type ViewBook interface {
	// SavedViews lists a person's own views of a list and those that are shared with a team, by name, at most 2 × MaxViews.
	SavedViews(ctx context.Context, owner string, scope auth.Scope, team, page string) ([]SavedView, error)
	// SavedView returns one that is the owner's or shared with a team; ErrNotFound when there is none.
	SavedView(ctx context.Context, owner string, scope auth.Scope, team, id string) (SavedView, error)
	// SaveView stores a view. One of the same owner, page and name takes over its query. ErrTooMany when its owner has
	// MaxViews for the page.
	SaveView(ctx context.Context, view SavedView) error
	// ChangeView changes a view's name, and whether and with whom it is shared. ErrExists when its owner has another of this name.
	ChangeView(ctx context.Context, view SavedView) error
	// DeleteView removes one.
	DeleteView(ctx context.Context, id string) error
}

// MayShare tells that somebody may share views with their team: those who order or decide for it.
func MayShare(who auth.Who) bool { return who.May(auth.PlaceOrders) || who.May(auth.ApproveOrders) }

// MayChangeView tells that somebody may rename or delete a view: its owner, and of a shared one an admin.
func MayChangeView(who auth.Who, v SavedView) bool {
	return v.Owner == who.Name || v.Shared && who.Admin()
}

// Views lists the saved views of a list that somebody sees.
func (s *Service) Views(ctx context.Context, who auth.Who, page string) ([]SavedView, error) {
	return s.Journal.SavedViews(ctx, who.Name, who.Scope(), who.Team, page)
}

// View returns a saved view that somebody sees.
func (s *Service) View(ctx context.Context, who auth.Who, id string) (SavedView, error) {
	v, err := s.Journal.SavedView(ctx, who.Name, who.Scope(), who.Team, id)
	return v, told(err)
}

// SaveView saves the filters of a list; under a name that its owner has there already, in the place of the old ones.
func (s *Service) SaveView(ctx context.Context, who auth.Who, page, name, query string, shared bool) (SavedView, error) {
	v := SavedView{ID: NewID(), Owner: who.Name, Team: who.Team, Shared: shared, Page: page, Name: strings.TrimSpace(name), Query: query,
		CreatedAt: s.Now(), UpdatedAt: s.Now()}
	filters, err := url.ParseQuery(query)
	if !slices.Contains(ViewPages, page) || err != nil {
		return v, notFound()
	}
	v.Query = filters.Encode() // one spelling, so that it is known again
	problems := checkName(v.Name, MaxViewName)
	if len(v.Query) > MaxViewQuery {
		problems.Add("name", "problem.view_long", "max", MaxViewQuery)
	}
	if shared && !MayShare(who) {
		problems.Add("shared", "problem.view_share")
	}
	if len(problems) > 0 {
		return v, invalid(problems)
	}
	err = s.Journal.SaveView(ctx, v)
	if errors.Is(err, ErrTooMany) {
		problems.Add("name", "problem.view_many", "max", MaxViews)
		return v, invalid(problems)
	}
	return v, err
}

// ChangeView renames a saved view, and shares it with the team that who asks acts for, or takes it back.
func (s *Service) ChangeView(ctx context.Context, who auth.Who, id, name string, shared bool) (SavedView, error) {
	v, err := s.View(ctx, who, id)
	if err != nil {
		return v, err
	}
	if !MayChangeView(who, v) {
		return v, forbidden()
	}
	var problems field.Problems
	if shared && !v.Shared && !MayShare(who) {
		problems.Add("shared", "problem.view_share")
	}
	if shared && !v.Shared {
		v.Team = who.Team // it may have been saved for another
	}
	v.Name, v.Shared, v.UpdatedAt = strings.TrimSpace(name), shared, s.Now()
	if problems = problems.Merge(checkName(v.Name, MaxViewName)); len(problems) > 0 {
		return v, invalid(problems)
	}
	err = s.Journal.ChangeView(ctx, v)
	if errors.Is(err, ErrExists) {
		problems.Add("name", "problem.view_exists")
		return v, invalid(problems)
	}
	return v, told(err)
}

// DeleteView removes a saved view and returns what it was.
func (s *Service) DeleteView(ctx context.Context, who auth.Who, id string) (SavedView, error) {
	v, err := s.View(ctx, who, id)
	if err != nil {
		return v, err
	}
	if !MayChangeView(who, v) {
		return v, forbidden()
	}
	if err := s.keepUndo(ctx, who, Undo{ID: id, View: &v}); err != nil {
		return v, err
	}
	return v, s.Journal.DeleteView(ctx, id)
}

// checkName holds a name that people give to something against what names may be.
func checkName(name string, longest int) field.Problems {
	var problems field.Problems
	switch n := len([]rune(name)); {
	case n == 0:
		problems.Add("name", "problem.required")
	case n > longest:
		problems.Add("name", "problem.length", "min", 1, "max", longest)
	case strings.ContainsFunc(name, unicode.IsControl) || strings.ToValidUTF8(name, "") != name:
		problems.Add("name", "problem.control")
	}
	return problems
}
