package orders

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"workspace-order-console/internal/auth"
)

func TestWhoMayPayWhat(t *testing.T) {
	t.Parallel()
	for _, role := range auth.AllRoles() {
		who := auth.Who{Name: "x", Roles: auth.RolesOf(role)}
		for _, verdict := range []Verdict{VerdictWait, VerdictMatch, VerdictDiffers, VerdictNoQuote, VerdictPartial, VerdictNothing} {
			want := role == auth.RoleAdmin || role == auth.RoleBuyer && verdict == VerdictMatch
			assert.Equal(t, want, MayPay(who, Bill{Verdict: verdict}), "%s, %s", role, verdict)
		}
	}
}
