package templates

import (
	"strings"
	"time"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders"
)

// DelegationsView is who decides in whose place, and the form for one more.
type DelegationsView struct {
	Items []orders.Delegation
	// Who looks; MayDelegate tells that they decide and may let others do so.
	Who         auth.Who
	MayDelegate bool
	// Ended shows those that are over, too.
	Ended bool
	// Teams are those that they can delegate for, People whom they may mean.
	Teams  []string
	People []Option
	// Team, To and Until are what was entered, Problems what is wrong with it.
	Team, To, Until string
	Problems        map[string]string
	// Stopped is why one could not be ended.
	Stopped string
	Pager   PagerView
	Now     time.Time
}

// mine are those from or to who looks; others the rest.
func (v DelegationsView) mine(want bool) []orders.Delegation {
	var list []orders.Delegation
	for _, d := range v.Items {
		if (strings.EqualFold(d.From, v.Who.Name) || strings.EqualFold(d.To, v.Who.Name)) == want {
			list = append(list, d)
		}
	}
	return list
}

// own tells that a name is that of who looks.
func (v DelegationsView) own(name string) bool { return strings.EqualFold(name, v.Who.Name) }

// delegationLook is how a delegation shows.
func delegationLook(d orders.Delegation, now time.Time) badgeLook {
	switch {
	case !d.EndedAt.IsZero():
		return badgeLook{Quiet, "undo", "delegations.ended"}
	case !d.Active(now):
		return badgeLook{Quiet, "clock", "delegations.over"}
	}
	return badgeLook{Good, "check", "delegations.holds"}
}

// firstDay and lastDay bound until when one can be given.
func (v DelegationsView) firstDay() string { return v.Now.UTC().Format(time.DateOnly) }
func (v DelegationsView) lastDay() string {
	return v.Now.UTC().Add(orders.MaxDelegation).AddDate(0, 0, -1).Format(time.DateOnly)
}
