package handlers

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"workspace-order-console/web/static"
)

// readyTimeout bounds the look at database and cloud.
const readyTimeout = 3 * time.Second

// healthz tells that the console runs.
func (s *server) healthz(c echo.Context) error { return c.String(http.StatusOK, "alive\n") }

// static serves what is embedded.
func (s *server) static(c echo.Context) error { return files(c) }

var files = echo.WrapHandler(static.Handler())

// readyz tells whether the console can work: the database can be written, its migrations are done, the cloud answers.
func (s *server) readyz(c echo.Context) error {
	ctx, cancel := context.WithTimeout(c.Request().Context(), readyTimeout)
	defer cancel()
	if err := s.Ready(ctx); err != nil {
		s.Log.Warn("not ready", "error", err)
		return c.String(http.StatusServiceUnavailable, "not ready\n")
	}
	return c.String(http.StatusOK, "ready\n")
}
