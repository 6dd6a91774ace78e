package templates

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"workspace-order-console/internal/i18n"
	"workspace-order-console/internal/orders"
)

func TestTheCommandOfAReviewSaysWhy(t *testing.T) {
	t.Parallel()
	command := func(reason string) string {
		return curlOf("https://console.example.com", "/v2/p/periodic/subscribe/order", "key", reason, []byte(`{"a":"it's"}`))
	}
	assert.Contains(t, command("a disk\r\nfor Ann's films"), `  -H 'X-Console-Reason: a disk for Ann'\''s films' \`+"\n  --data", "one line, and one word of the shell")
	assert.NotContains(t, command(" \n"), "X-Console-Reason")
	assert.Contains(t, command(""), `--data '{"a":"it'\''s"}'`)
}

func TestTheTermIsNoResource(t *testing.T) {
	t.Parallel()
	assert.Empty(t, changesWords([]orders.Change{{Subject: "A"}, {}}, i18n.For("")))
	assert.Equal(t, "2 resources", changesWords([]orders.Change{{Subject: "A"}, {Subject: "B"}, {Subject: "B"}, {}}, i18n.For("")))
}

func TestAnAdminsApprovalIsOneOfThoseNeeded(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "an admin’s", adminWords(english, orders.Request{Needed: 1}))
	assert.Equal(t, "one of them an admin’s", adminWords(english, orders.Request{Needed: 2}))
}
