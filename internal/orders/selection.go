package orders

import (
	"context"
	"errors"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders/field"
)

// MaxSelected is how many desktops a selection holds at most.
const MaxSelected = 5000

// Selection names what somebody has ticked in the list of desktops. It is theirs, in the team that they acted for then; to
// everybody else, and in another team, it is not there.
type Selection struct {
	// ID is a UUIDv7, made when the list is shown; a selection of which nothing was ever ticked is not kept.
	ID    string
	Owner string
	Scope auth.Scope
}

// Selecting is one step of ticking. Desktops that are not seen, or not there, are passed over.
type Selecting struct {
	// Clear empties the selection first.
	Clear bool
	// Without takes desktops away, before others are added.
	Without []string
	// Leave takes away those that stand in a kind's way (Obstacle.Leave); empty: none.
	Leave Hindrance
	// With adds desktops, All those that match a filter: its scope, order and page do not matter.
	With []string
	All  *DesktopFilter
}

// ErrTooMany: a selection would become larger than MaxSelected. It stays as it was.
var ErrTooMany = errors.New("too many are selected")

// SelectionBook keeps the selections.
type SelectionBook interface {
	// Select takes a step. ErrTooMany; ErrNotFound when the selection is another's.
	Select(ctx context.Context, selection Selection, step Selecting) error
	// SelectedDesktops lists what is selected and still seen, by name. ErrNotFound when there is no such selection, or it is
	// another's.
	SelectedDesktops(ctx context.Context, selection Selection) ([]string, error)
	// SelectedAmong tells which of some desktops are selected; of a selection that is not there, none.
	SelectedAmong(ctx context.Context, selection Selection, desktopIDs []string) (map[string]bool, error)
	// Selected sums up what is selected and still seen; nothing when there is no such selection, or it is another's.
	Selected(ctx context.Context, selection Selection) (Standing, error)
}

// Selection is a selection of who asks.
func (s *Service) Selection(who auth.Who, id string) Selection {
	return Selection{ID: id, Owner: who.Name, Scope: who.Scope()}
}

// SelectedDesktops lists the desktops of a selection of who asks, by name; those that are gone or another team's by now are
// left out. ErrNotFound when there is no such selection, or it is not theirs in the team that they act for.
func (s *Service) SelectedDesktops(ctx context.Context, who auth.Who, id string) ([]string, error) {
	if !ValidID(id) {
		return nil, notFound()
	}
	ids, err := s.Inventory.SelectedDesktops(ctx, s.Selection(who, id))
	return ids, told(err)
}

// Select changes a selection of who asks. A selection that would become too large stays as it was: CodeInvalid.
func (s *Service) Select(ctx context.Context, who auth.Who, id string, step Selecting) error {
	if !who.May(auth.PlaceOrders) {
		return forbidden()
	}
	if !ValidID(id) {
		return notFound()
	}
	err := s.Inventory.Select(ctx, s.Selection(who, id), step)
	if errors.Is(err, ErrTooMany) {
		return &Error{Code: CodeInvalid, Message: field.Say("error.selection_full", "max", MaxSelected), Err: err}
	}
	return told(err)
}
