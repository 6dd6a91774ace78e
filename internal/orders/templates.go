package orders

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders/field"
)

// Template is a form that was saved: what it begins with, and which of it stays as it is.
type Template struct {
	ID string // UUIDv7
	// Team is whose orders it is for; empty for everybody's.
	Team  string
	Owner string
	Name  string
	Kind  string // door/type
	// DesktopID, Body and Reason are the request as entered; the body is canonical.
	DesktopID string
	Body      []byte
	Reason    string
	// Fixed are the paths of the inputs that an order from it has as they are here.
	Fixed                []string
	CreatedAt, UpdatedAt time.Time
}

// Bounds of templates.
const (
	// MaxTemplateName is how long a name may be, in characters.
	MaxTemplateName = 80
	// MaxTemplates is how many a team may have, and how many there may be for everybody.
	MaxTemplates = 200
)

// TemplateBook keeps templates.
type TemplateBook interface {
	// Templates lists those of a scope, and those for everybody, by name: at most limit, behind the one of a name and ID.
	Templates(ctx context.Context, scope auth.Scope, afterName, afterID string, limit int) ([]Template, error)
	// Template returns one of a scope or for everybody; ErrNotFound when there is none.
	Template(ctx context.Context, scope auth.Scope, id string) (Template, error)
	// SaveTemplate stores a new template or replaces the one of its ID. ErrTooMany when its team has MaxTemplates.
	SaveTemplate(ctx context.Context, template Template, entry audit.Entry) error
	// DeleteTemplate removes one.
	DeleteTemplate(ctx context.Context, id string, entry audit.Entry) error
}

// MayManageTemplates tells that somebody may save templates of a team: admins of any team's and for everybody, those who
// order of their own team's.
func MayManageTemplates(who auth.Who, team string) bool {
	return who.May(auth.PlaceOrders) && (who.Admin() || team != "" && who.Team == team)
}

// MayChangeTemplate tells that somebody may change or delete a template: who saved it, while they may save templates there,
// and admins.
func MayChangeTemplate(who auth.Who, t Template) bool {
	return MayManageTemplates(who, t.Team) && (who.Admin() || t.Owner == who.Name)
}

// Templates lists the templates that somebody may order from, by name, behind the one of a name and ID.
func (s *Service) Templates(ctx context.Context, who auth.Who, afterName, afterID string, limit int) ([]Template, error) {
	return s.Journal.Templates(ctx, who.Scope(), afterName, afterID, limit)
}

// Template returns a template that somebody may order from.
func (s *Service) Template(ctx context.Context, who auth.Who, id string) (Template, error) {
	t, err := s.Journal.Template(ctx, who.Scope(), id)
	return t, told(err)
}

// SaveTemplate saves a new template, or a changed one. Of Fixed it keeps what the body has.
func (s *Service) SaveTemplate(ctx context.Context, who auth.Who, t Template) (Template, error) {
	action := "template.changed"
	if t.ID == "" {
		t.ID, t.Owner, t.CreatedAt, action = NewID(), who.Name, s.Now(), "template.created"
	} else {
		before, err := s.Template(ctx, who, t.ID)
		if err != nil {
			return t, err
		}
		if !MayChangeTemplate(who, before) {
			return t, forbidden()
		}
		t.Owner, t.CreatedAt = before.Owner, before.CreatedAt
	}
	return s.storeTemplate(ctx, who, t, action)
}

// storeTemplate checks a template and stores it; action is what the log calls that.
func (s *Service) storeTemplate(ctx context.Context, who auth.Who, t Template, action string) (Template, error) {
	t.Name, t.UpdatedAt = strings.TrimSpace(t.Name), s.Now()
	if _, known := KindNamed(t.Kind); !known {
		return t, notFound()
	}
	problems := checkName(t.Name, MaxTemplateName)
	if t.Team != "" {
		teams, err := s.Teams.Teams(ctx)
		if err != nil {
			return t, err
		}
		if _, known := teams.Named(t.Team); !known {
			problems.Add("team", "problem.no_team", "team", t.Team)
		}
	}
	if len(problems) == 0 && !MayManageTemplates(who, t.Team) {
		problems.Add("team", "problem.template_team")
	}
	if problem := checkReason(t.Reason); problem != nil {
		problems = append(problems, *problem)
	}
	if len(problems) > 0 {
		return t, invalid(problems)
	}
	filled := map[string]bool{}
	for _, in := range t.Filled() {
		filled[in.Path] = true
	}
	t.Fixed = slices.DeleteFunc(slices.Clone(t.Fixed), func(path string) bool { return !filled[path] })
	slices.Sort(t.Fixed)
	entry, err := NewEntry(who, s.Now(), action, "template:"+t.ID, map[string]any{"name": t.Name, "kind": t.Kind, "team": t.Team, "fixed": t.Fixed})
	if err != nil {
		return t, err
	}
	entry.Team = t.Team
	err = s.Journal.SaveTemplate(ctx, t, entry)
	if errors.Is(err, ErrTooMany) {
		problems.Add("name", "problem.template_many", "max", MaxTemplates)
		return t, invalid(problems)
	}
	return t, err
}

// DeleteTemplate removes a template.
func (s *Service) DeleteTemplate(ctx context.Context, who auth.Who, id string) error {
	t, err := s.Template(ctx, who, id)
	if err != nil {
		return err
	}
	if !MayChangeTemplate(who, t) {
		return forbidden()
	}
	entry, err := NewEntry(who, s.Now(), "template.deleted", "template:"+t.ID, map[string]any{"name": t.Name, "kind": t.Kind, "team": t.Team})
	if err != nil {
		return err
	}
	entry.Team = t.Team
	if err := s.keepUndo(ctx, who, Undo{ID: id, Template: &t}); err != nil {
		return err
	}
	return s.Journal.DeleteTemplate(ctx, id, entry)
}

// Filled are the inputs that the template holds a value of and that people see, in the form's order; none when its kind is gone.
func (t Template) Filled() []field.Input {
	kind, known := KindNamed(t.Kind)
	tree, _ := field.FromJSON(t.Body)
	if !known || tree == nil {
		return nil
	}
	return filledIn(Decode(kind, tree.Whole(), t.DesktopID).Inputs)
}

func filledIn(inputs []field.Input) (filled []field.Input) {
	for _, in := range inputs {
		if in.Const || in.SDKOnly {
			continue
		}
		if in.Value != "" {
			filled = append(filled, in)
		}
		filled = append(filled, filledIn(in.Children)...)
		filled = append(filled, filledIn(in.Rows)...)
	}
	return filled
}

// Fix puts the template's fixed values into a form's tree, whatever was posted in their place, and returns the change door's
// desktop, which may be one of them.
func (t Template) Fix(tree *field.Node, desktopID string) string {
	for _, in := range t.Filled() {
		switch {
		case !slices.Contains(t.Fixed, in.Path):
		case in.Param:
			desktopID = in.Value
		default:
			tree.Replace(in.Path, in.Value)
		}
	}
	return desktopID
}
