package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/notify"
	"workspace-order-console/internal/orders"
)

// directory finds who is to be told by mail: people whom the sign-in proxy has named, with the addresses that it gave.
type directory struct {
	people   auth.People
	requests orders.RequestBook
	now      func() time.Time
}

// seenWithin is how long after they were last seen people are still asked and told.
const seenWithin = 90 * 24 * time.Hour

// Recipients implements notify.Directory. Those who may decide are told what waits for a decision; admins, who alone can
// settle and pay, what is in doubt or to be paid; and whoever asked for an order, all else. An order that a script asked for
// is its key's maker's.
func (d directory) Recipients(ctx context.Context, event notify.Event) ([]notify.Recipient, error) {
	order := event.Order
	requester := order.Actor
	request, err := d.requests.Request(ctx, order.RequestID)
	if err != nil && !errors.Is(err, orders.ErrNotFound) {
		return nil, err
	}
	if err == nil && request.Principal != "" {
		requester = request.Principal
	}
	var told []notify.Recipient
	add := func(people ...auth.Person) {
		for _, p := range people {
			if !slices.ContainsFunc(told, func(r notify.Recipient) bool { return r.Person == p.Subject }) {
				told = append(told, notify.Recipient{Person: p.Subject, Address: p.Email})
			}
		}
	}
	switch event.Type {
	case notify.AwaitingApproval:
		deciders, err := d.deciders(ctx, order.Team)
		add(slices.DeleteFunc(deciders, func(p auth.Person) bool {
			return strings.EqualFold(p.Subject, order.Actor) || strings.EqualFold(p.Subject, requester)
		})...)
		return told, err
	case notify.InDoubt, notify.PaymentDue:
		admins, err := d.having(ctx, "", auth.RoleAdmin)
		if err != nil {
			return nil, err
		}
		add(admins...)
	}
	person, err := d.people.Person(ctx, requester)
	if err != nil && !errors.Is(err, auth.ErrNotFound) {
		return nil, err
	}
	if err == nil {
		add(person)
	}
	return told, nil
}

// deciders are a team's approvers, those whom they let decide in their place, and the admins.
func (d directory) deciders(ctx context.Context, team string) ([]auth.Person, error) {
	found, err := d.having(ctx, "", auth.RoleAdmin)
	if err != nil || team == "" {
		return found, err
	}
	approvers, err := d.having(ctx, team, auth.RoleApprover)
	if err != nil {
		return nil, err
	}
	found = append(found, approvers...)
	for after := (orders.Cursor{}); ; {
		list, next, err := d.requests.Delegations(ctx, orders.DelegationFilter{Scope: auth.Everything, Team: team, At: d.now(), After: after})
		if err != nil {
			return nil, err
		}
		for _, delegation := range list {
			person, err := d.people.Person(ctx, delegation.To)
			if err == nil {
				found = append(found, person)
			} else if !errors.Is(err, auth.ErrNotFound) {
				return nil, err
			}
		}
		if after = next; after.IsZero() {
			return found, nil
		}
	}
}

// having are all who were seen with a role in a team not too long ago.
func (d directory) having(ctx context.Context, team string, role auth.Role) (all []auth.Person, err error) {
	for after := ""; ; {
		some, next, err := d.people.PeopleOf(ctx, team, role, d.now().Add(-seenWithin), after, 200)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
		if after = next; after == "" {
			return all, nil
		}
	}
}
