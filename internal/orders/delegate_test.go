package orders_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders"
)

func TestADelegationHoldsUntilItEnds(t *testing.T) {
	t.Parallel()
	o := newOffice(t, always(1))
	o.prices.set("10")
	zoe := person("zoe", auth.RoleViewer)
	ctx := t.Context()
	for name, c := range map[string]struct {
		who   auth.Who
		team  string
		to    string
		until time.Time
		path  string
		key   string
	}{
		"to nobody":        {omar, "design", " ", o.now().Add(time.Hour), "to", "problem.required"},
		"to oneself":       {omar, "design", "OMAR", o.now().Add(time.Hour), "to", "problem.delegate_self"},
		"already over":     {omar, "design", "zoe", o.now(), "until", "problem.delegate_until"},
		"for longer":       {omar, "design", "zoe", o.now().Add(orders.MaxDelegation + 1), "until", "problem.delegate_until"},
		"of no team":       {boss, "", "zoe", o.now().Add(time.Hour), "team", "problem.delegate_team"},
		"of an unknown":    {boss, "nobody", "zoe", o.now().Add(time.Hour), "team", "problem.delegate_team"},
		"to two lines":     {omar, "design", "a\nb", o.now().Add(time.Hour), "to", "problem.control"},
		"to an endless to": {omar, "design", strings.Repeat("n", 257), o.now().Add(time.Hour), "to", "problem.length"},
	} {
		_, err := o.service.Delegate(ctx, c.who, c.team, c.to, c.until)
		t.Log(name)
		problem(t, err, c.path, c.key)
	}
	for _, who := range []auth.Who{mei, zoe, key("k", "omar")} {
		_, err := o.service.Delegate(ctx, who, "design", "x", o.now().Add(time.Hour))
		stopped(t, err, orders.CodeForbidden, "error.forbidden")
	}
	d, err := o.service.Delegate(ctx, omar, "design", " zoe ", o.now().Add(time.Hour))
	require.NoError(t, err)
	first, second, third := o.asked(mei, desktop("a")), o.asked(mei, desktop("b")), o.asked(mei, desktop("c"))
	seen, err := o.service.Request(ctx, zoe, first.ID)
	require.NoError(t, err)
	assert.True(t, seen.MayDecide)
	assert.Equal(t, "omar", seen.OnBehalfOf)
	require.NoError(t, o.approve(zoe, first.ID))
	o.advance(time.Hour)
	stopped(t, o.approve(zoe, second.ID), orders.CodeForbidden, "error.approve_role")
	stopped(t, o.service.EndDelegation(ctx, omar, d.ID), orders.CodeConflict, "error.delegation_ended")

	d, err = o.service.Delegate(ctx, omar, "design", "zoe", o.now().Add(time.Hour))
	require.NoError(t, err)
	require.NoError(t, o.approve(zoe, second.ID))
	stopped(t, o.service.EndDelegation(ctx, mei, d.ID), orders.CodeForbidden, "error.forbidden")
	require.NoError(t, o.service.EndDelegation(ctx, omar, d.ID))
	stopped(t, o.approve(zoe, third.ID), orders.CodeForbidden, "error.approve_role")
	stopped(t, o.service.EndDelegation(ctx, boss, d.ID), orders.CodeConflict, "error.delegation_ended")

	list, _, err := o.service.Delegations(ctx, mei, orders.DelegationQuery{})
	require.NoError(t, err)
	assert.Len(t, list, 2)
	assert.Equal(t, "omar", list[0].EndedBy)
	list, _, err = o.service.Delegations(ctx, mei, orders.DelegationQuery{Active: true})
	require.NoError(t, err)
	assert.Empty(t, list)
	page, next, err := o.service.Delegations(ctx, mei, orders.DelegationQuery{Limit: 1})
	require.NoError(t, err)
	require.Len(t, page, 1)
	rest, end, err := o.service.Delegations(ctx, mei, orders.DelegationQuery{Limit: 1, After: next})
	require.NoError(t, err)
	assert.True(t, end.IsZero())
	assert.NotEqual(t, page[0].ID, rest[0].ID)
	entries, err := o.db.Timeline(ctx, "delegation:"+d.ID, 10)
	require.NoError(t, err)
	require.Len(t, entries, 2)
	assert.Equal(t, "delegation.created", entries[0].Action)
	assert.Equal(t, "delegation.ended", entries[1].Action)
	assert.Equal(t, "design", entries[1].Team)
}
