package e2e

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Everything about webhooks by forms alone. Nothing is sent anywhere: one address is given to nobody, the
// other's name never exists.
func TestWebhooksWithoutScripts(t *testing.T) {
	t.Parallel()
	b := startConsole(t).open(t, false)
	b.see(b.console.link)
	b.see("/settings")
	require.EqualValues(t, 200, b.press(`a[href="/settings/webhooks"]`))
	require.EqualValues(t, 422, b.press("button[name=create]"))
	b.check("webhooks-empty")
	b.fill("name", "chat")
	b.fill("url", "https://192.0.2.1/hooks/orders")
	require.EqualValues(t, 422, b.press("button[name=create]"))
	assert.Contains(t, b.text("#error-url"), "not public")
	b.fill("url", "https://hooks.invalid/orders")
	require.EqualValues(t, 200, b.press("button[name=create]"))
	assert.Regexp(t, `^whsec_[A-Za-z0-9+/]{43}=$`, b.text("#secret"))
	b.check("webhook-made")
	require.EqualValues(t, 200, b.press("[data-webhook] a"))
	require.EqualValues(t, 200, b.press("button[name=test]"))
	assert.Equal(t, 1, b.count(`[data-delivery][data-state="pending"]`))
	b.check("webhook")
	require.EqualValues(t, 200, b.press(`a[href$="?state=dead"]`))
	assert.Equal(t, 0, b.count("[data-delivery]"))
}
