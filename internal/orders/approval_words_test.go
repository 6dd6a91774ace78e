package orders_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/i18n"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/policy"
	"workspace-order-console/internal/testkit"
)

var sentence = regexp.MustCompile(`"((?:approval|budget|error|problem|api|openapi)\.[A-Za-z0-9_.]+)"`)

func TestEveryReasonToAskAndToStopHasItsWordsAndNoWordsAreLeftOver(t *testing.T) {
	said := map[string]bool{}
	for _, effect := range policy.Effects {
		said["approval.effect."+effect] = true
	}
	for _, state := range orders.RequestStates[1:] {
		said["error.decided."+string(state)] = true
	}
	for _, folder := range []string{"internal/orders", "internal/api"} {
		files, err := filepath.Glob(filepath.Join(testkit.Root(t), folder, "*.go"))
		require.NoError(t, err)
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			for _, match := range sentence.FindAllStringSubmatch(string(text), -1) {
				if !strings.HasSuffix(match[1], ".") {
					said[match[1]] = true
				}
			}
		}
	}
	delete(said, "budget.soft_limit") // the name of an audit entry
	printer := i18n.For("en")
	for key := range said {
		assert.True(t, printer.Has(key), "no message for %s", key)
	}
	for _, key := range catalogue(t, "approvals.json") {
		// what begins with approvals is said by the page of that name
		assert.True(t, said[key] || strings.HasPrefix(key, "approvals."), "nobody says %s", key)
	}
}
