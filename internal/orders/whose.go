package orders

import (
	"slices"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders/field"
)

// Split tells, of an order over things of several teams, whose they are: it has to be several orders. The team is empty for
// what is nobody's.
type Split struct {
	Team string
	// Targets are the things' names, as in Targets.IDs.
	Targets []string
}

// whose tells which team an order is of: that of who asks, or, where they see everything, that of what it touches or the
// one that they name. What only buys may also be for another of their teams, if they say so. What it touches must all be
// that team's: an order is of one team, and over things of several teams that they may order for it has to be split. To
// members, what is not theirs and what nobody knows look the same.
func whose(who auth.Who, asked string, d Decoded, facts *Facts) (team string, problems field.Problems, split []Split) {
	scope := who.Scope()
	if !scope.All() {
		team = scope.Team()
		switch {
		case asked == "" || asked == team:
		case d.Kind.OnlyBuys() && MayPlaceFor(who, asked):
			team, scope = asked, auth.OfTeam(asked)
		default:
			problems.Add("team", "problem.team_not_yours", "team", asked)
		}
	}
	notYours := func(target string) {
		problems.Add(targetPath(d.Inputs, target), "problem.target_not_yours", "target", targetID(target), "team", team)
	}
	for _, target := range d.Payload.Targets().IDs() {
		owner, known := facts.Owners[target]
		switch {
		case !scope.All() && !(known && (scope.Sees(owner) || MayPlaceFor(who, owner))):
			notYours(target)
			continue
		case !known:
			continue
		}
		i := slices.IndexFunc(split, func(s Split) bool { return s.Team == owner })
		if i < 0 {
			i = len(split)
			split = append(split, Split{Team: owner})
		}
		split[i].Targets = append(split[i].Targets, target)
	}
	switch {
	case len(split) > 1:
		problems.Add(targetPath(d.Inputs, split[1].Targets[0]), "problem.several_teams")
		return "", problems, split
	case !scope.All():
		if len(split) == 1 && split[0].Team != team {
			for _, target := range split[0].Targets {
				notYours(target)
			}
		}
		return team, problems, nil
	case len(split) == 0:
		return asked, nil, nil
	case asked != "" && asked != split[0].Team:
		problems.Add("team", "problem.team_of_another", "team", split[0].Team)
	}
	return split[0].Team, problems, nil
}

// MayPlaceFor tells that somebody is a member of a team who may order for it.
func MayPlaceFor(who auth.Who, team string) bool {
	return slices.ContainsFunc(who.Memberships, func(m auth.Membership) bool { return m.Team == team && m.Roles.May(auth.PlaceOrders) })
}

// targetPath is where in the request a target is named; "$" when that is nowhere in particular.
func targetPath(inputs []field.Input, target string) string {
	for _, in := range inputs {
		if in.Value != "" && in.Picker != "" && target[len(target)-min(len(target), len(in.Value)):] == in.Value {
			return in.Path
		}
		for _, list := range [][]field.Input{in.Children, in.Rows} {
			if path := targetPath(list, target); path != "$" {
				return path
			}
		}
	}
	return "$"
}
