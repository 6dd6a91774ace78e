package orders

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders/field"
	"workspace-order-console/internal/orders/policy"
)

// TeamChange is one team that becomes another: created when there was none before, deleted when there is none after.
type TeamChange struct {
	Name          string
	Before, After *policy.Team
}

// Action is the change's name in the audit log, whose entry has before and after.
func (c TeamChange) Action() string {
	switch {
	case c.Before == nil:
		return "team.created"
	case c.After == nil:
		return "team.deleted"
	}
	return "team.changed"
}

// TeamInUse is returned by TeamBook.ApplyTeams when a team cannot be deleted yet.
type TeamInUse struct {
	Team string
	// Orders can still move, Keys are not revoked.
	Orders, Keys int
}

func (e *TeamInUse) Error() string { return "team " + e.Team + " is in use" }

// TeamService is how teams are managed: by people at their pages and by the command line.
type TeamService struct{ book TeamBook }

// NewTeamService makes the service.
func NewTeamService(book TeamBook) *TeamService { return &TeamService{book} }

// Teams lists all teams, for those who manage them.
func (s *TeamService) Teams(ctx context.Context, who auth.Who) (policy.Teams, error) {
	if !who.May(auth.ManageTeams) {
		return policy.Teams{}, forbidden()
	}
	return s.book.Teams(ctx)
}

// Team returns one team.
func (s *TeamService) Team(ctx context.Context, who auth.Who, name string) (policy.Team, error) {
	teams, err := s.Teams(ctx, who)
	if err != nil {
		return policy.Team{}, err
	}
	team, ok := teams.Named(name)
	if !ok {
		return policy.Team{}, notFound()
	}
	return team, nil
}

// Create makes a team. Problems are those that were found while it was read; they are told together with what else is
// wrong.
func (s *TeamService) Create(ctx context.Context, who auth.Who, team policy.Team, problems field.Problems) error {
	teams, err := s.Teams(ctx, who)
	if err != nil {
		return err
	}
	problems = check(team, teams.With([]policy.Team{team}, nil), problems)
	if _, taken := teams.Named(team.Name); taken {
		problems = problems.Merge(field.Problems{{Path: "name", Message: field.Say("problem.team_name_taken")}})
	} else if len(teams.All()) >= policy.MaxTeams {
		problems = problems.Merge(field.Problems{{Path: "name", Message: field.Say("problem.team_many", "max", policy.MaxTeams)}})
	}
	if len(problems) > 0 {
		return invalid(problems)
	}
	return s.apply(ctx, who, []TeamChange{{Name: team.Name, After: &team}})
}

// Change makes a team what it shall be, and tells whether anything had to be changed. The stamp is that of the team
// (policy.Team.Stamp) that who asks has seen: when it is another by now, nothing is changed and the error is a
// CodeConflict.
func (s *TeamService) Change(ctx context.Context, who auth.Who, team policy.Team, stamp string, problems field.Problems) (changed bool, err error) {
	teams, err := s.Teams(ctx, who)
	if err != nil {
		return false, err
	}
	before, ok := teams.Named(team.Name)
	if !ok {
		return false, notFound()
	}
	if problems = check(team, teams.With([]policy.Team{team}, nil), problems); len(problems) > 0 {
		return false, invalid(problems)
	}
	if before.Stamp() != stamp {
		return false, stale(team.Name)
	}
	if before.Same(team) {
		return false, nil
	}
	return true, s.apply(ctx, who, []TeamChange{{Name: team.Name, Before: &before, After: &team}})
}

// Delete removes a team. Its orders stay in the history under its name; while one of them can still move, or a key is
// bound to it, it stays too. The stamp is that of the team that who asks has seen, as for Change.
func (s *TeamService) Delete(ctx context.Context, who auth.Who, name, stamp string) error {
	before, err := s.Team(ctx, who, name)
	if err != nil {
		return err
	}
	if before.Stamp() != stamp {
		return stale(name)
	}
	return s.apply(ctx, who, []TeamChange{{Name: name, Before: &before}})
}

// TeamPlan is what applying a file would do.
type TeamPlan struct {
	Changes []TeamChange
	// Unchanged are teams of the file that are as it says, Left those that it does not name and that stay as they are.
	Unchanged, Left []string
	// Stamp tells two plans apart: who has seen one applies that and no other.
	Stamp string
}

// Plan tells what applying a file would do. A file that has something wrong comes back as CodeInvalid with the file's
// problems and those that the teams that are there tell. With prune, teams that the file does not name are deleted.
func (s *TeamService) Plan(ctx context.Context, who auth.Who, file policy.File, prune bool) (TeamPlan, policy.File, error) {
	now, err := s.Teams(ctx, who)
	if err != nil {
		return TeamPlan{}, file, err
	}
	var plan TeamPlan
	var gone []string
	at := map[string]int{}
	var problems field.Problems
	for i, team := range file.Teams {
		if _, twice := at[team.Name]; twice && team.Name != "" {
			problems.Add(policy.TeamPath(i)+".name", "problem.team_name_repeated")
			continue
		}
		at[team.Name] = i
	}
	for _, before := range now.All() {
		if _, named := at[before.Name]; named {
			continue
		}
		if !prune {
			plan.Left = append(plan.Left, before.Name)
			continue
		}
		gone = append(gone, before.Name)
		plan.Changes = append(plan.Changes, TeamChange{Name: before.Name, Before: &before})
	}
	then := now.With(file.Teams, gone)
	for i, team := range file.Teams {
		problems = problems.Merge(among(team, then).At(policy.TeamPath(i)))
		before, exists := now.Named(team.Name)
		switch {
		case !exists:
			plan.Changes = append(plan.Changes, TeamChange{Name: team.Name, After: &team})
		case before.Same(team):
			plan.Unchanged = append(plan.Unchanged, team.Name)
		default:
			plan.Changes = append(plan.Changes, TeamChange{Name: team.Name, Before: &before, After: &team})
		}
	}
	if len(then.All()) > policy.MaxTeams {
		problems.Add("teams", "problem.team_many", "max", policy.MaxTeams)
	}
	if file = file.With(problems); len(file.Problems) > 0 {
		return TeamPlan{}, file, invalid(file.Problems)
	}
	slices.SortFunc(plan.Changes, func(a, b TeamChange) int { return strings.Compare(a.Name, b.Name) })
	slices.Sort(plan.Unchanged)
	plan.Stamp = plan.stamp()
	return plan, file, nil
}

// stamp is the SHA-256, in hex, of what each change was and shall be.
func (p TeamPlan) stamp() string {
	sum := sha256.New()
	for _, change := range p.Changes {
		fmt.Fprintln(sum, change.Name, change.Before.Stamp(), change.After.Stamp())
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// Apply does what a plan says, all of it or nothing. A plan of no changes changes nothing and leaves no trace.
func (s *TeamService) Apply(ctx context.Context, who auth.Who, plan TeamPlan) error {
	if !who.May(auth.ManageTeams) {
		return forbidden()
	}
	return s.apply(ctx, who, plan.Changes)
}

// Export writes all teams as YAML; applying that changes nothing.
func (s *TeamService) Export(ctx context.Context, who auth.Who) ([]byte, error) {
	teams, err := s.Teams(ctx, who)
	if err != nil {
		return nil, err
	}
	return policy.Write(teams)
}

func (s *TeamService) apply(ctx context.Context, who auth.Who, changes []TeamChange) error {
	err := s.book.ApplyTeams(ctx, who, changes)
	var use *TeamInUse
	switch {
	case errors.As(err, &use):
		return &Error{Code: CodeConflict, Err: err,
			Message: field.Say("error.team_in_use", "team", use.Team, "orders", use.Orders, "keys", use.Keys)}
	case errors.Is(err, ErrStale) && len(changes) == 1:
		return stale(changes[0].Name)
	case errors.Is(err, ErrStale):
		return &Error{Code: CodeConflict, Message: field.Say("error.team_plan_changed"), Err: ErrStale}
	}
	return err
}

func stale(team string) *Error {
	return &Error{Code: CodeConflict, Message: field.Say("error.team_changed", "team", team), Err: ErrStale}
}

// check tells what is wrong with a team among the teams that there shall be. What was not understood when the team was
// read is not in it, so then the team by itself has no more to tell.
func check(team policy.Team, then policy.Teams, read field.Problems) field.Problems {
	if len(read) == 0 {
		read = team.Check()
	}
	return read.Merge(among(team, then))
}

// among tells what of a team does not fit to the other teams and the kinds of order that there are.
func among(team policy.Team, then policy.Teams) field.Problems {
	var problems field.Problems
	for i, name := range team.Allow.Kinds {
		if _, known := KindNamed(name); !known {
			problems = problems.Merge(field.Problems{{Path: fmt.Sprintf("allow.kinds[%d]", i), Message: field.Say("problem.kind")}})
		}
	}
	for i, id := range team.EnterpriseProjects {
		if owner, owned := then.OtherOwner(id, team.Name); owned {
			problems = problems.Merge(field.Problems{{Path: fmt.Sprintf("enterprise_projects[%d]", i),
				Message: field.Say("problem.team_project_owned", "team", owner)}})
		}
	}
	return problems
}
