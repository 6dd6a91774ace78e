package orders_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/testkit"
)

func TestEveryExampleIsReadWithoutProblemsAndWrittenAsItWas(t *testing.T) {
	for _, example := range testkit.Examples(t) {
		t.Run(example.Name, func(t *testing.T) {
			kind, ok := orders.KindNamed(example.Kind())
			require.True(t, ok)
			decoded := orders.DecodeJSON(kind.Door, example.DesktopID(), example.Body)
			require.Empty(t, decoded.Problems)
			assert.Equal(t, kind.Name(), decoded.Kind.Name())
			assert.Equal(t, example.DesktopID(), orders.DesktopID(decoded.Payload))

			want, err := audit.Canonical(json.RawMessage(example.Body))
			require.NoError(t, err)
			got, err := audit.Canonical(decoded.Payload)
			require.NoError(t, err)
			assert.Equal(t, string(want), string(got))
		})
	}
}
