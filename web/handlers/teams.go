package handlers

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/field"
	"workspace-order-console/internal/orders/policy"
	"workspace-order-console/web/templates"
)

// teams lists the teams, as a page or as JSON.
func (s *server) teams(c echo.Context) error {
	all, err := s.Teams.Teams(c.Request().Context(), who(c))
	if err != nil {
		return err
	}
	list := all.All()
	if after := c.QueryParam("after"); after != "" {
		list = slices.DeleteFunc(list, func(t policy.Team) bool { return t.Name <= after })
	}
	next := ""
	if len(list) > listSize {
		list = list[:listSize]
		next = turned("/teams", c.QueryParams(), "after", list[listSize-1].Name)
	}
	if negotiated(c) {
		return c.JSON(http.StatusOK, jsonList(list, next))
	}
	view := templates.TeamsView{Teams: list, Say: say(c), Pager: templates.PagerView{Older: next, OlderWord: say(c).Say("teams.more", nil)}}
	return render(c, http.StatusOK, templates.TeamsPage(s.page(c, "teams.title", templates.NavTeams), view))
}

// newTeam shows an empty form.
func (s *server) newTeam(c echo.Context) error {
	if _, err := s.Teams.Teams(c.Request().Context(), who(c)); err != nil {
		return err
	}
	return s.showTeam(c, http.StatusOK, templates.TeamFormView{})
}

// team shows a team's form, or the team as JSON.
func (s *server) team(c echo.Context) error {
	team, err := s.Teams.Team(c.Request().Context(), who(c), c.Param("name"))
	if err != nil {
		return err
	}
	if negotiated(c) {
		return c.JSON(http.StatusOK, team)
	}
	return s.showTeam(c, http.StatusOK, templates.TeamFormView{Name: team.Name, Stamp: team.Stamp(), Values: templates.TeamValues(team)})
}

func (s *server) showTeam(c echo.Context, status int, view templates.TeamFormView) error {
	view.Say = say(c)
	title := "teams.new"
	if view.Name != "" {
		title = "teams.team"
	}
	return render(c, status, templates.TeamFormPage(s.page(c, title, templates.NavTeams, "name", view.Name), view))
}

// enteredTeam is a team's form as it came.
type enteredTeam struct {
	team     policy.Team
	problems field.Problems
	view     templates.TeamFormView
}

// enterTeam reads a team's form. Its lists are texts with an entry a line. Of a team that is changed, the name is the
// address's.
func enterTeam(c echo.Context, name string) (enteredTeam, error) {
	form, err := c.FormParams()
	if err != nil {
		return enteredTeam{}, errUnread
	}
	e := enteredTeam{view: templates.TeamFormView{Name: name, Stamp: form.Get("stamp"), Values: url.Values{}, Lists: map[string][]string{}}}
	values := url.Values{}
	for path, typed := range form {
		if path == "stamp" || path == "save" {
			continue
		}
		e.view.Values[path], values[path] = typed, typed
	}
	for _, path := range templates.TeamLists {
		delete(values, path)
		for line := range strings.Lines(strings.Join(form[path], "\n")) {
			if line = strings.TrimSpace(line); line != "" {
				values.Add(path, line)
			}
		}
		e.view.Lists[path] = values[path]
	}
	if name != "" {
		values.Set("name", name)
	}
	tree, problems := field.FromForm(values)
	team, more := policy.Bind(field.Pruned(tree))
	e.team, e.problems = team, problems.Merge(more)
	return e, nil
}

// createTeam makes a team.
func (s *server) createTeam(c echo.Context) error {
	e, err := enterTeam(c, "")
	if err != nil {
		return err
	}
	return s.saved(c, e, s.Teams.Create(c.Request().Context(), who(c), e.team, e.problems))
}

// changeTeam changes a team.
func (s *server) changeTeam(c echo.Context) error {
	e, err := enterTeam(c, c.Param("name"))
	if err != nil {
		return err
	}
	_, err = s.Teams.Change(c.Request().Context(), who(c), e.team, e.view.Stamp, e.problems)
	return s.saved(c, e, err)
}

// saved leads on after a team was saved; what is wrong with it, or that somebody else was quicker, is told at the form,
// which keeps what was typed.
func (s *server) saved(c echo.Context, e enteredTeam, err error) error {
	var told *orders.Error
	switch {
	case err == nil:
		return seeOther(c, "/teams")
	case !errors.As(err, &told):
		return err
	case told.Code == orders.CodeInvalid:
		e.view.Problems = told.Problems
		return s.showTeam(c, http.StatusUnprocessableEntity, e.view)
	case errors.Is(err, orders.ErrStale) && e.view.Name != "":
		now, again := s.Teams.Team(c.Request().Context(), who(c), e.view.Name)
		if again != nil {
			return again
		}
		e.view.Changed, e.view.Stamp = true, now.Stamp()
		e.view.Meanwhile = policy.Differences(&now, &e.team)
		return s.showTeam(c, http.StatusConflict, e.view)
	}
	return err
}

// askDeleteTeam asks whether a team shall be deleted.
func (s *server) askDeleteTeam(c echo.Context) error {
	team, err := s.Teams.Team(c.Request().Context(), who(c), c.Param("name"))
	if err != nil {
		return err
	}
	view := templates.TeamDeleteView{Team: team, Stamp: team.Stamp()}
	return render(c, http.StatusOK, templates.TeamDeletePage(s.page(c, "teams.delete_page", templates.NavTeams, "name", team.Name), view))
}

// deleteTeam deletes a team.
func (s *server) deleteTeam(c echo.Context) error {
	if err := s.Teams.Delete(c.Request().Context(), who(c), c.Param("name"), c.FormValue("stamp")); err != nil {
		return err
	}
	return seeOther(c, "/teams")
}

// exportTeams is all teams as a file.
func (s *server) exportTeams(c echo.Context) error {
	text, err := s.Teams.Export(c.Request().Context(), who(c))
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="teams.yaml"`)
	return c.Blob(http.StatusOK, "application/yaml", text)
}

// importTeams shows where a file goes.
func (s *server) importTeams(c echo.Context) error {
	if _, err := s.Teams.Teams(c.Request().Context(), who(c)); err != nil {
		return err
	}
	return s.showImport(c, http.StatusOK, templates.TeamImportView{})
}

func (s *server) showImport(c echo.Context, status int, view templates.TeamImportView) error {
	view.Say = say(c)
	return render(c, status, templates.TeamImportPage(s.page(c, "teams.import_title", templates.NavTeams), view))
}

// applyTeams shows what a file would change and, once that was seen, changes it.
func (s *server) applyTeams(c echo.Context) error {
	text, err := uploaded(c)
	if err != nil {
		return err
	}
	view := templates.TeamImportView{Text: text, Prune: c.FormValue("prune") == "true"}
	plan, file, err := s.Teams.Plan(c.Request().Context(), who(c), policy.Read([]byte(text)), view.Prune)
	var told *orders.Error
	if errors.As(err, &told) && told.Code == orders.CodeInvalid {
		for _, p := range file.Problems {
			line := fmt.Sprintf("%s: %s", p.Path, say(c).Say(p.Key, p.Args))
			if n := file.Line(p.Path); n > 0 {
				line = say(c).Say("teams.line", map[string]any{"line": n, "problem": line})
			}
			view.Problems = append(view.Problems, templates.FieldProblem{ID: "yaml", Text: line})
		}
		return s.showImport(c, http.StatusUnprocessableEntity, view)
	}
	if err != nil {
		return err
	}
	view.Plan = &plan
	if c.FormValue("apply") == "" {
		return s.showImport(c, http.StatusOK, view)
	}
	if plan.Stamp != c.FormValue("stamp") {
		view.Moved = true
		return s.showImport(c, http.StatusConflict, view)
	}
	if err := s.Teams.Apply(c.Request().Context(), who(c), plan); err != nil {
		return err
	}
	return seeOther(c, "/teams")
}

// uploaded is the text of a file that was sent or, when none was, what was typed.
func uploaded(c echo.Context) (string, error) {
	header, err := c.FormFile("file")
	if err != nil || header.Size == 0 {
		if err != nil && !errors.Is(err, http.ErrMissingFile) && !errors.Is(err, http.ErrNotMultipart) {
			return "", errUnread
		}
		return strings.ReplaceAll(c.FormValue("yaml"), "\r\n", "\n"), nil
	}
	file, err := header.Open()
	if err != nil {
		return "", errUnread
	}
	defer file.Close() //nolint:errcheck // only read
	text, err := io.ReadAll(io.LimitReader(file, policy.MaxFile+1))
	if err != nil {
		return "", errUnread
	}
	return string(text), nil
}
