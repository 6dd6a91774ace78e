package handlers_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"workspace-order-console/web/handlers"
)

func TestSomebodyWhoDoesNotWaitIsNoError(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	c := start(t, func(config *handlers.Config) { config.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	ctx, leave := context.WithCancel(t.Context())
	leave()
	request := httptest.NewRequestWithContext(ctx, http.MethodGet, "/orders", nil)
	request.Header.Set("Accept", "application/json")
	request.Header.Set("X-Auth-Token", c.token)
	answer := httptest.NewRecorder()
	c.handler.ServeHTTP(answer, request)
	assert.Equal(t, 499, answer.Code)
	assert.Contains(t, log.String(), "status=499")
	assert.NotContains(t, log.String(), "level=ERROR")
	assert.NotContains(t, log.String(), "level=WARN")
}
