package handlers

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/auth"
	"workspace-order-console/web/templates"
)

// keys lists the API keys.
func (s *server) keys(c echo.Context) error {
	return s.showKeys(c, http.StatusOK, templates.KeysView{Role: auth.RoleBuyer})
}

// showKeys lists the keys with what was entered, what is wrong with it, or the token that was just made.
func (s *server) showKeys(c echo.Context, status int, view templates.KeysView) error {
	teams, err := s.Teams.Teams(c.Request().Context(), who(c))
	if err != nil {
		return err
	}
	view.Teams = teams.Names()
	keys, next, err := s.Keys.Keys(c.Request().Context(), c.QueryParam("after"), listSize)
	if err != nil {
		return err
	}
	view.Keys, view.Now = keys, s.Now()
	view.Pager = templates.PagerView{Older: turned("/keys", c.QueryParams(), "after", next)}
	return render(c, status, templates.KeysPage(s.page(c, "keys.title", templates.NavKeys), view))
}

// createKey makes a key. Its token is on the answer's page and nowhere else, so the answer is no redirect.
func (s *server) createKey(c echo.Context) error {
	view := templates.KeysView{Name: c.FormValue("name"), Role: auth.Role(c.FormValue("role")), Team: c.FormValue("team"), Problems: map[string]string{}}
	if !auth.KeyName.MatchString(view.Name) {
		view.Problems["name"] = say(c).Say("problem.key_name", nil)
	}
	if !view.Role.Valid() {
		view.Problems["role"] = say(c).Say("problem.choice", map[string]any{"choices": roleNames()})
	}
	if view.Role == auth.RoleAdmin && view.Team != "" {
		view.Problems["team"] = say(c).Say("problem.key_admin_team", nil)
	}
	if view.Role.Valid() && view.Role != auth.RoleAdmin && view.Team == "" {
		teams, err := s.Teams.Teams(c.Request().Context(), who(c))
		if err != nil {
			return err
		}
		if len(teams.Names()) > 0 {
			view.Problems["team"] = say(c).Say("problem.key_team", nil)
		}
	}
	if len(view.Problems) > 0 {
		return s.showKeys(c, http.StatusUnprocessableEntity, view)
	}
	key, shown, err := auth.NewKey(s.Sealer, view.Name, view.Role, view.Team, who(c).Name, s.Now())
	if err != nil {
		return err
	}
	err = s.Keys.CreateKey(c.Request().Context(), key, who(c))
	if errors.Is(err, auth.ErrNameTaken) {
		view.Problems["name"] = say(c).Say("problem.key_name_taken", nil)
		return s.showKeys(c, http.StatusUnprocessableEntity, view)
	}
	if errors.Is(err, auth.ErrNoTeam) {
		view.Problems["team"] = say(c).Say("error.no_team", nil)
		return s.showKeys(c, http.StatusUnprocessableEntity, view)
	}
	if errors.Is(err, auth.ErrTeamWanted) {
		view.Problems["team"] = say(c).Say("problem.key_team", nil)
		return s.showKeys(c, http.StatusUnprocessableEntity, view)
	}
	if err != nil {
		return err
	}
	return s.showKeys(c, http.StatusOK, templates.KeysView{Role: auth.RoleBuyer, Made: &key, Shown: shown})
}

func roleNames() []string {
	names := make([]string, len(auth.AllRoles()))
	for i, role := range auth.AllRoles() {
		names[i] = string(role)
	}
	return names
}

// revokeKey ends a key. Revoking one that is not there any more is no error: it is revoked.
func (s *server) revokeKey(c echo.Context) error {
	id := c.Param("id")
	if err := s.Keys.RevokeKey(c.Request().Context(), id, who(c)); err != nil && !errors.Is(err, auth.ErrNotFound) {
		return err
	}
	s.Tokens.Forget(id)
	return seeOther(c, "/keys")
}
