package handlers

import (
	"time"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/i18n"
)

// spoken has everything that is said to a request's maker said in English: of Chinese there are a few messages only, and a
// page in two languages is worse to read, and to have read aloud, than one in the other.
func spoken(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		speak(c, i18n.For(""))
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
		p = i18n.For(session.Values.Language)
	}
	if zone, err := time.LoadLocation(session.Values.Zone); err == nil {
		p = p.In(zone) // an empty name is UTC
	}
	speak(c, p)
}

func speak(c echo.Context, p i18n.Printer) {
	r := c.Request()
	c.SetRequest(r.WithContext(i18n.NewContext(r.Context(), p)))
}

// say is the printer in the reader's language.
func say(c echo.Context) i18n.Printer { return i18n.FromContext(c.Request().Context()) }
