package handlers

import (
	"context"
	"slices"
	"sync"
	"time"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/auth/identity"
	"workspace-order-console/internal/orders/policy"
)

const (
	// writeEvery is how often it is written down that somebody was seen, unless something about them changes.
	writeEvery = time.Hour
	// maxKnown bounds how many people are remembered; when it is full, it starts anew.
	maxKnown = 10_000
)

// standing is what somebody is here.
type standing struct {
	admin       bool
	memberships []auth.Membership // by team
	// news tells that the table of people does not know it yet, or not of late.
	news bool
}

// roster tells what groups make of people, out of memory: the teams are read anew once the head has moved, which every
// change of the teams makes it do.
type roster struct {
	teams      TeamBook
	journal    Journal
	adminGroup string
	now        func() time.Time

	mu      sync.Mutex
	version int64
	kept    *policy.Teams
	known   map[string]known // by subject
}

type known struct {
	standing standing
	groups   []string
	teams    *policy.Teams
	email    string
	written  time.Time
}

func newRoster(teams TeamBook, journal Journal, adminGroup string, now func() time.Time) *roster {
	return &roster{teams: teams, journal: journal, adminGroup: adminGroup, now: now, known: map[string]known{}}
}

// of tells what somebody is. It tells the same news once.
func (r *roster) of(ctx context.Context, id identity.Identity) (standing, error) {
	teams, err := r.current(ctx)
	if err != nil {
		return standing{}, err
	}
	now := r.now()
	r.mu.Lock()
	defer r.mu.Unlock()
	before, seen := r.known[id.Subject]
	k := before
	if !seen || k.teams != teams || !slices.Equal(k.groups, id.Groups) {
		k = known{standing: standing{admin: id.In(r.adminGroup)}, groups: id.Groups, teams: teams, written: before.written}
		for _, m := range teams.Memberships(id.Groups) {
			k.standing.memberships = append(k.standing.memberships, auth.Membership{Team: m.Team, Roles: auth.RolesOf(m.Roles...)})
		}
	}
	k.email = id.Email
	told := k.standing
	told.news = now.Sub(k.written) >= writeEvery || before.email != id.Email || before.standing.admin != told.admin ||
		!slices.Equal(before.standing.memberships, told.memberships)
	if told.news {
		k.written = now
	}
	if len(r.known) >= maxKnown && !seen {
		clear(r.known)
	}
	r.known[id.Subject] = k
	return told, nil
}

// current are the teams as they are.
func (r *roster) current(ctx context.Context) (*policy.Teams, error) {
	// read before the teams: a change in between is then read again, and not missed
	version, _ := r.journal.Version()
	r.mu.Lock()
	kept, at := r.kept, r.version
	r.mu.Unlock()
	if kept != nil && at == version {
		return kept, nil
	}
	teams, err := r.teams.Teams(ctx)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kept, r.version = &teams, version
	return r.kept, nil
}
