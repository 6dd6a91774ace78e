package orders

import (
	"context"
	"errors"
	"time"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders/field"
)

// UndoAge is how long what was deleted can be taken back.
const UndoAge = 24 * time.Hour

// Undo is what somebody has deleted, or ended, as it was: one of its members is set.
type Undo struct {
	// ID is that of what was deleted.
	ID string `json:"-"`
	// Owner deleted it, and is who may take it back.
	Owner      string      `json:"-"`
	At         time.Time   `json:"-"`
	View       *SavedView  `json:"view,omitempty"`
	Template   *Template   `json:"template,omitempty"`
	Delegation *Delegation `json:"delegation,omitempty"`
}

// UndoBook keeps what was deleted.
type UndoBook interface {
	// KeepUndo stores it, in the place of an earlier one of the same ID.
	KeepUndo(ctx context.Context, undo Undo) error
	// Undo returns what somebody has deleted since a time; ErrNotFound when there is none.
	Undo(ctx context.Context, owner, id string, since time.Time) (Undo, error)
	// DropUndo forgets it.
	DropUndo(ctx context.Context, id string) error
}

// keepUndo notes what somebody is about to delete.
func (s *Service) keepUndo(ctx context.Context, who auth.Who, undo Undo) error {
	undo.Owner, undo.At = who.Name, s.Now()
	return told(s.Journal.KeepUndo(ctx, undo))
}

// Undoable is what somebody has deleted and may take back.
func (s *Service) Undoable(ctx context.Context, who auth.Who, id string) (Undo, error) {
	if !ValidID(id) {
		return Undo{}, notFound()
	}
	undo, err := s.Journal.Undo(ctx, who.Name, id, s.Now().Add(-UndoAge))
	return undo, told(err)
}

// Undo takes back what somebody has deleted, as far as they may do now what they did then.
func (s *Service) Undo(ctx context.Context, who auth.Who, id string) (Undo, error) {
	undo, err := s.Undoable(ctx, who, id)
	if err != nil {
		return undo, err
	}
	switch {
	case undo.View != nil:
		err = s.restoreView(ctx, who, *undo.View)
	case undo.Template != nil:
		err = s.restoreTemplate(ctx, who, *undo.Template)
	case undo.Delegation != nil:
		_, err = s.Delegate(ctx, who, undo.Delegation.Team, undo.Delegation.To, undo.Delegation.Until)
	}
	if err != nil {
		return undo, err
	}
	return undo, told(s.Journal.DropUndo(ctx, id))
}

func (s *Service) restoreView(ctx context.Context, who auth.Who, v SavedView) error {
	if !MayChangeView(who, v) {
		return forbidden()
	}
	err := s.Journal.SaveView(ctx, v)
	if errors.Is(err, ErrTooMany) {
		return &Error{Code: CodeConflict, Message: field.Say("error.undo_many", "max", MaxViews)}
	}
	return told(err)
}

func (s *Service) restoreTemplate(ctx context.Context, who auth.Who, t Template) error {
	if !MayChangeTemplate(who, t) {
		return forbidden()
	}
	_, err := s.storeTemplate(ctx, who, t, "template.created")
	return err
}
