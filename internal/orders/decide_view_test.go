package orders_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders"
)

// TestWhatWaitsForSomebodyIsWhatTheyCanDecide: the count, the list and the request itself say the same.
func TestWhatWaitsForSomebodyIsWhatTheyCanDecide(t *testing.T) {
	t.Parallel()
	o := newOffice(t, always(2), month("100"))
	o.prices.set("30")
	cheap := o.asked(mei, desktop("cheap"))
	o.prices.set("90")
	dear := o.asked(mei, desktop("dear"))
	require.True(t, dear.NeedsAdmin)
	own := o.must(omar2(), desktop("own"))
	holds := func(who auth.Who, want ...string) {
		t.Helper()
		n, err := o.service.ToDecide(t.Context(), who)
		require.NoError(t, err)
		assert.Equal(t, len(want), n, who.Name)
		page, err := o.service.Requests(t.Context(), who, orders.RequestQuery{View: orders.RequestsToDecide})
		require.NoError(t, err)
		var got []string
		for _, item := range page.Items {
			got = append(got, item.ID)
		}
		assert.ElementsMatch(t, want, got, who.Name)
		for _, id := range []string{cheap.ID, dear.ID, own.ID} {
			r, err := o.service.Request(t.Context(), who, id)
			require.NoError(t, err)
			assert.Equal(t, among(want, id), r.MayDecide, "%s, %s", who.Name, id)
			assert.True(t, !r.MayDecide || r.WhyNot == nil, "nobody is told why not what they may")
		}
	}
	holds(mei)
	holds(person("vera", auth.RoleViewer))
	holds(ines, cheap.ID, dear.ID, own.ID)
	holds(omar, cheap.ID, dear.ID)
	holds(boss, cheap.ID, dear.ID, own.ID)
	require.NoError(t, o.approve(ines, dear.ID))
	holds(omar, cheap.ID) // what is missing is an admin's
	holds(ines, cheap.ID, own.ID)
	holds(boss, cheap.ID, dear.ID, own.ID)
	require.NoError(t, o.approve(boss, cheap.ID))
	holds(omar, cheap.ID)
	holds(boss, dear.ID, own.ID)
	require.NoError(t, o.reject(omar, cheap.ID, "no"))
	holds(ines, own.ID)
	for name, who := range map[string]auth.Who{"a key": key("script", "ines"), "the console": auth.Console, "nobody": {}} {
		n, err := o.service.ToDecide(t.Context(), who)
		require.NoError(t, err, name)
		assert.Zero(t, n, name)
	}
	_, err := o.service.Delegate(t.Context(), ines, "design", "vera", o.now().Add(time.Hour))
	require.NoError(t, err)
	n, err := o.service.ToDecide(t.Context(), person("vera", auth.RoleViewer))
	require.NoError(t, err)
	assert.Equal(t, 1, n, "in another's place: their own approval of the dear one is not theirs to give again, nor an admin's")
}

// omar2 is omar with a buyer's role as well.
func omar2() auth.Who { return person("omar", auth.RoleBuyer, auth.RoleApprover) }

func among(list []string, id string) bool {
	for _, one := range list {
		if one == id {
			return true
		}
	}
	return false
}

func TestARequestTellsWhatItDoesToTheBudget(t *testing.T) {
	t.Parallel()
	o := newOffice(t, always(1), month("100", "50"))
	o.prices.set("30")
	first := o.asked(mei, desktop("a"))
	o.prices.set("80")
	second := o.asked(mei, desktop("b"))
	for id, want := range map[string][2]string{first.ID: {"0", "30"}, second.ID: {"30", "110"}} {
		r, err := o.service.Request(t.Context(), ines, id)
		require.NoError(t, err)
		require.NotNil(t, r.Budget)
		assert.Equal(t, want, [2]string{r.Budget.Used().String(), r.After.Used().String()})
		assert.Equal(t, "100", r.After.Limit.String())
		assert.Equal(t, "50", r.After.Soft.String())
		assert.Equal(t, "2026-11", r.After.Month)
	}
	require.NoError(t, o.reject(ines, first.ID, "no"))
	r, err := o.service.Request(t.Context(), ines, first.ID)
	require.NoError(t, err)
	assert.Nil(t, r.Budget, "it is decided")
	r, err = o.service.Request(t.Context(), ines, second.ID)
	require.NoError(t, err)
	assert.Equal(t, "80", r.After.Used().String(), "what was rejected holds nothing")

	free := newOffice(t, always(1))
	other := free.asked(mei, desktop("a"))
	r, err = free.service.Request(t.Context(), ines, other.ID)
	require.NoError(t, err)
	assert.Nil(t, r.Budget, "no budget, no effect")
}

func TestWhatAnOrderThatWaitsWillChange(t *testing.T) {
	t.Parallel()
	o := newOffice(t, always(1))
	r := o.asked(mei, grow())
	changes, wrong, err := o.service.Foreseen(t.Context(), omar, o.read(r.ID))
	require.NoError(t, err)
	require.Nil(t, wrong)
	require.NotEmpty(t, changes)
	assert.NotEqual(t, changes[0].Before, changes[0].After)
	stranger := person("x", auth.RoleApprover)
	stranger.Team = "finance"
	_, _, err = o.service.Foreseen(t.Context(), stranger, o.read(r.ID))
	stopped(t, err, orders.CodeNotFound, "error.not_found")
	gone := o.read(r.ID)
	gone.Path += "/elsewhere"
	_, wrong, err = o.service.Foreseen(t.Context(), omar, gone)
	require.NoError(t, err)
	require.NotNil(t, wrong)
	assert.Equal(t, "error.request_changed", wrong.Message.Key)
}
