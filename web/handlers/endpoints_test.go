package handlers_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/web/handlers"
)

func TestTheCloudsServicesAreOnTheOverviewAndInTheMetrics(t *testing.T) {
	t.Parallel()
	c := company(t, func(config *handlers.Config) {
		config.Stats = func() cloud.Stats {
			return cloud.Stats{Endpoints: []cloud.EndpointStats{{Name: "workspace", Breaker: cloud.BreakerClosed, Rate: 10, Waiting: 3},
				{Name: "bss", Breaker: cloud.BreakerOpen, Rate: 2.5, LastFailure: "it was not reached"}}}
		}
	})
	card := part(t, c.visit("boss", adminGroup).get("/").body, `id="endpoints"`, "</section>")
	assert.Contains(t, card, `data-endpoint="workspace" data-breaker="closed"`)
	assert.Regexp(t, `10 calls a second at most ·\s+3 calls wait for it`, card)
	assert.Contains(t, card, `data-endpoint="bss" data-breaker="open"`)
	assert.Regexp(t, `2\.5 calls a second at most ·\s+none waits for it`, card)
	member := c.visit("bea", "design-buyer").get("/").body
	assert.NotContains(t, member, `id="endpoints"`)
	assert.Contains(t, member, "is left alone for a while", "that something is away, everybody is told")
	metrics := c.visit("monitor").get("/metrics").body
	for _, line := range []string{`console_cloud_rate_limit{endpoint="workspace"} 10`, `console_cloud_rate_limit{endpoint="bss"} 2.5`,
		`console_cloud_calls_waiting{endpoint="workspace"} 3`, `console_cloud_breaker_open{endpoint="bss"} 1`} {
		assert.Contains(t, metrics, line)
	}
}
