package orders

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders/field"
)

// Delegation lets somebody decide in another's place, in one team, until a time. It gives the right of an approver, never
// that of an admin, and ends neither what the other may do nor what they must not: see Service.Decide.
type Delegation struct {
	ID   string // UUIDv7
	Team string
	// From is the approver, To who decides in their place.
	From, To string
	// Until is when it ends by itself.
	Until     time.Time
	CreatedAt time.Time
	// EndedAt and EndedBy are set when somebody ended it before.
	EndedAt time.Time
	EndedBy string
}

// Active tells that it holds at a time.
func (d Delegation) Active(now time.Time) bool { return d.EndedAt.IsZero() && now.Before(d.Until) }

// The bounds of a delegation.
const (
	// MaxDelegation is how long one may last.
	MaxDelegation = 366 * 24 * time.Hour
	// maxName is how long a person's name may be, in characters.
	maxName = 256
)

// Delegate lets another person decide in one's own place. Until is when it ends; it is in the future and at most
// MaxDelegation away.
func (s *Service) Delegate(ctx context.Context, who auth.Who, team, to string, until time.Time) (Delegation, error) {
	if !person(who) || !who.May(auth.ApproveOrders) || team != "" && !who.Scope().Sees(team) {
		return Delegation{}, forbidden()
	}
	now := s.Now()
	to = strings.TrimSpace(to)
	var problems field.Problems
	if known, err := s.team(ctx, team); err != nil {
		return Delegation{}, err
	} else if known == nil {
		problems.Add("team", "problem.delegate_team")
	}
	switch {
	case to == "":
		problems.Add("to", "problem.required")
	case utf8.RuneCountInString(to) > maxName:
		problems.Add("to", "problem.length", "min", 1, "max", maxName)
	case !utf8.ValidString(to):
		problems.Add("to", "problem.utf8")
	case strings.ContainsFunc(to, func(r rune) bool { return controls(r) || r == '\n' || r == '\r' || r == '\t' }):
		problems.Add("to", "problem.control")
	case strings.EqualFold(to, who.Name):
		problems.Add("to", "problem.delegate_self")
	}
	if !until.After(now) || until.Sub(now) > MaxDelegation {
		problems.Add("until", "problem.delegate_until", "days", int(MaxDelegation.Hours()/24))
	}
	if len(problems) > 0 {
		return Delegation{}, invalid(problems)
	}
	d := Delegation{ID: NewID(), Team: team, From: who.Name, To: to, Until: until, CreatedAt: now}
	entry, err := NewEntry(who, now, "delegation.created", "delegation:"+d.ID,
		map[string]any{"team": team, "from": d.From, "to": to, "until": until.UTC().Format(time.RFC3339)})
	if err != nil {
		return Delegation{}, err
	}
	entry.Team = team
	return d, told(s.Journal.AddDelegation(ctx, d, entry))
}

// DelegationQuery asks for a list of delegations.
type DelegationQuery struct {
	// Active leaves out those that have ended.
	Active bool
	After  Cursor
	Limit  int // 1 to 200; 0 is 50
}

// Delegations lists those of the teams that somebody sees, newest first; next is zero at the end.
func (s *Service) Delegations(ctx context.Context, who auth.Who, q DelegationQuery) (list []Delegation, next Cursor, err error) {
	if !who.May(auth.ViewOrders) {
		return nil, Cursor{}, forbidden()
	}
	filter := DelegationFilter{Scope: who.Scope(), After: q.After, Limit: q.Limit}
	if q.Active {
		filter.At = s.Now()
	}
	list, next, err = s.Journal.Delegations(ctx, filter)
	return list, next, told(err)
}

// MayEnd tells that somebody may end a delegation: who gave it, who has it, and admins.
func (d Delegation) MayEnd(who auth.Who) bool {
	return person(who) && (isOneOf(who.Name, []string{d.From, d.To}) || who.Admin())
}

// EndDelegation ends one before its time.
func (s *Service) EndDelegation(ctx context.Context, who auth.Who, id string) error {
	if !ValidID(id) {
		return notFound()
	}
	d, err := s.Journal.Delegation(ctx, id)
	if err == nil && !who.Scope().Sees(d.Team) {
		err = ErrNotFound
	}
	if err != nil {
		return told(err)
	}
	if !d.MayEnd(who) {
		return forbidden()
	}
	now := s.Now()
	if !d.Active(now) {
		return &Error{Code: CodeConflict, Message: field.Say("error.delegation_ended")}
	}
	entry, err := NewEntry(who, now, "delegation.ended", "delegation:"+id, map[string]any{"team": d.Team, "from": d.From, "to": d.To})
	if err != nil {
		return err
	}
	entry.Team = d.Team
	if isOneOf(who.Name, []string{d.From}) { // nobody else can give it anew
		if err := s.keepUndo(ctx, who, Undo{ID: id, Delegation: &d}); err != nil {
			return err
		}
	}
	err = s.Journal.EndDelegation(ctx, id, who.Name, now, entry)
	if errors.Is(err, ErrStale) {
		return &Error{Code: CodeConflict, Message: field.Say("error.delegation_ended"), Err: err}
	}
	return told(err)
}
