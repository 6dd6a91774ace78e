package handlers

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/auth"
	"workspace-order-console/web/templates"
)

// settings shows where orders go, how fresh the inventory is, and what its user may set.
func (s *server) settings(c echo.Context) error {
	var view templates.SettingsView
	if session := current(c); session != nil {
		view.Zone = session.Values.Zone
	}
	return s.showSettings(c, http.StatusOK, view)
}

// showSettings shows the settings with the time zone that was chosen, or what was typed and is none.
func (s *server) showSettings(c echo.Context, status int, view templates.SettingsView) error {
	ctx := c.Request().Context()
	view.PublicURL, view.Version, view.Now = s.PublicURL, s.Version, s.Now()
	if session := current(c); session != nil {
		view.Language = session.Values.Language
	}
	var err error
	if who(c).May(auth.ViewInventory) {
		if view.Refreshed, view.RefreshProblem, err = s.Inventory.Age(ctx); err != nil {
			return err
		}
	}
	if who(c).May(auth.ViewConsole) {
		if view.Quotas, err = s.Inventory.Quotas(ctx); err != nil {
			return err
		}
	}
	return render(c, status, templates.SettingsPage(s.page(c, "settings.title", templates.NavSettings), view))
}

// design shows what pages are made of.
func (s *server) design(c echo.Context) error {
	page := s.page(c, say(c).Say("design.title", nil), templates.NavSettings)
	return render(c, http.StatusOK, templates.DesignPage(page, s.Now()))
}

// setTheme keeps the theme with the session, so that a page comes in it at once, and with the person.
func (s *server) setTheme(c echo.Context) error {
	return s.setLook(c, "theme", func(look *auth.SessionValues) *string { return &look.Theme },
		map[string]string{templates.ThemeSystem: "", templates.ThemeLight: templates.ThemeLight, templates.ThemeDark: templates.ThemeDark})
}

// setDensity keeps the density with the session.
func (s *server) setDensity(c echo.Context) error {
	return s.setLook(c, "density", func(look *auth.SessionValues) *string { return &look.Density },
		map[string]string{templates.DensityComfortable: "", templates.DensityCompact: templates.DensityCompact})
}

// setLook keeps one of a session's values as the form's field says; kept holds what may be chosen, and as what it is kept.
func (s *server) setLook(c echo.Context, field string, value func(*auth.SessionValues) *string, kept map[string]string) error {
	session := current(c)
	if session == nil {
		return errKeyReadsOnly
	}
	chosen, known := kept[c.FormValue(field)]
	if !known {
		return echo.NewHTTPError(http.StatusBadRequest)
	}
	*value(&session.Values) = chosen
	if err := s.sessions.prefer(c.Request().Context(), *session); err != nil {
		return err
	}
	return seeOther(c, back(c, "/settings"))
}

// errTeam is a team that somebody is no member of.
var errTeam = echo.NewHTTPError(http.StatusUnprocessableEntity)

// setTeam keeps the team that a member of several acts for, with the session. It leads to where both teams have something to
// see: an order or a filter of one is nothing in the other.
func (s *server) setTeam(c echo.Context) error {
	if err := s.actFor(c, c.FormValue("team")); err != nil {
		return err
	}
	switch path, _, _ := strings.Cut(back(c, "/"), "?"); path {
	case "/orders", "/settings":
		return seeOther(c, path)
	}
	return seeOther(c, "/")
}

// actFor keeps with the session for which of their teams a member acts.
func (s *server) actFor(c echo.Context, team string) error {
	session, w := current(c), who(c)
	if session == nil || w.Team == "" || !slices.ContainsFunc(w.Memberships, func(m auth.Membership) bool { return m.Team == team }) {
		return errTeam
	}
	session.Values.Team = team
	return s.sessions.prefer(c.Request().Context(), *session)
}

// back is the page of this console that a post came from, or another when it cannot be told.
func back(c echo.Context, otherwise string) string {
	from, err := url.Parse(c.Request().Referer())
	if err != nil || from.Host != c.Request().Host || !strings.HasPrefix(from.Path, "/") ||
		strings.HasPrefix(from.Path, "//") || strings.HasPrefix(from.Path, "/\\") {
		return otherwise
	}
	return (&url.URL{Path: from.Path, RawQuery: from.RawQuery}).String()
}

// refreshInventory asks for a new inventory soon.
func (s *server) refreshInventory(c echo.Context) error {
	s.Refresh()
	return seeOther(c, back(c, "/settings"))
}
