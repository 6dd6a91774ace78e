package handlers

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/i18n"
	"workspace-order-console/web/static"
	"workspace-order-console/web/templates"
)

// zoneCookie holds the name of the browser's time zone, which a script tells (web/static/app.js): until somebody has chosen
// one, times are in it.
const zoneCookie = "zone"

// spoken has everything that is said to a request's maker said in the language that the browser asks for.
func spoken(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		p := i18n.For(r.Header.Get("Accept-Language"))
		if cookie, err := r.Cookie(zoneCookie); err == nil {
			if zone, ok := i18n.ZoneNamed(cookie.Value); ok {
				p = p.In(zone)
			}
		}
		if !strings.HasPrefix(r.URL.Path, static.Prefix) {
			c.Response().Header().Add(echo.HeaderVary, "Accept-Language")
		}
		speak(c, p)
		return next(c)
	}
}

// speakAsChosen does so in the language and zone that somebody has chosen, as far as they have.
func speakAsChosen(c echo.Context) {
	session := current(c)
	if session == nil {
		return
	}
	p := say(c)
	if session.Values.Language != "" {
		p = i18n.For(session.Values.Language).In(p.Zone())
	}
	if zone, ok := i18n.ZoneNamed(session.Values.Zone); ok {
		p = p.In(zone)
	}
	speak(c, p)
}

// speak says from here on all that is said to a request's maker with a printer.
func speak(c echo.Context, p i18n.Printer) {
	r := c.Request()
	c.SetRequest(r.WithContext(i18n.NewContext(r.Context(), p)))
}

// say is the printer in the reader's language.
func say(c echo.Context) i18n.Printer { return i18n.FromContext(c.Request().Context()) }

// setLanguage keeps the language with the session; none is the browser's.
func (s *server) setLanguage(c echo.Context) error {
	kept := map[string]string{templates.BrowsersOwn: ""}
	for _, language := range i18n.Languages {
		kept[language] = language
	}
	return s.setLook(c, "language", func(look *auth.SessionValues) *string { return &look.Language }, kept)
}

// setZone keeps the time zone with the session; none is the browser's.
func (s *server) setZone(c echo.Context) error {
	session := current(c)
	if session == nil {
		return errKeyReadsOnly
	}
	name := strings.TrimSpace(c.FormValue("zone"))
	if _, ok := i18n.ZoneNamed(name); !ok && name != "" {
		return s.showSettings(c, http.StatusUnprocessableEntity, templates.SettingsView{Zone: name, ZoneProblem: say(c).Say("problem.zone", nil)})
	}
	session.Values.Zone = name
	if err := s.sessions.prefer(c.Request().Context(), *session); err != nil {
		return err
	}
	return seeOther(c, "/settings")
}
