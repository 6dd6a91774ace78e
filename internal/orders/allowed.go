package orders

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders/field"
	"workspace-order-console/internal/orders/policy"
)

// Allowance is what somebody may order by the rules of the team that they order for. The zero Allowance allows everything.
type Allowance struct {
	// Team is whose rules they are.
	Team  string
	allow policy.Allow
}

// Kind tells that orders of a kind (door/type) may be made.
func (a Allowance) Kind(name string) bool {
	return len(a.allow.Kinds) == 0 || slices.Contains(a.allow.Kinds, name)
}

// Picks tells that a value may be chosen in a picker: packages and images may be narrowed, all else is not.
func (a Allowance) Picks(picker field.Picker, value string) bool {
	list := a.choices(picker)
	return len(list) == 0 || slices.Contains(list, value)
}

// choices are what a picker is narrowed to; empty: it is not.
func (a Allowance) choices(picker field.Picker) []string {
	switch picker {
	case field.PickProduct, field.PickHostProduct:
		return a.allow.Products
	case field.PickImage:
		return a.allow.Images
	}
	return nil
}

// Allowance is what somebody may order for a team, "" being the one that they act for. Those who see everything are bound by
// no team's rules.
func (s *Service) Allowance(ctx context.Context, who auth.Who, team string) (Allowance, error) {
	if who.Scope().All() {
		return Allowance{}, nil
	}
	if team == "" {
		team = who.Team
	}
	rules, err := s.team(ctx, team)
	if err != nil || rules == nil {
		return Allowance{}, err
	}
	return Allowance{Team: team, allow: rules.Allow}, nil
}

// allowed holds a request against what its team may order: kinds, packages, images and how many at once.
func allowed(team policy.Team, d Decoded) field.Problems {
	var problems field.Problems
	allow := team.Allow
	may := Allowance{Team: team.Name, allow: allow}
	if !may.Kind(d.Kind.Name()) {
		problems.Add("$", "problem.kind_not_allowed", "team", team.Name, "kind", d.Kind.Name())
	}
	leaves(d.Inputs, func(in field.Input) {
		if in.Value == "" || may.Picks(in.Picker, in.Value) {
			return
		}
		key := "problem.product_not_allowed"
		if in.Picker == field.PickImage {
			key = "problem.image_not_allowed"
		}
		problems.Add(in.Path, key, "team", team.Name, "choices", may.choices(in.Picker))
	})
	if _, n := d.Payload.Create(); allow.MaxQuantity > 0 && n > allow.MaxQuantity {
		problems.Add(quantityPath(d.Inputs), "problem.quantity_not_allowed", "team", team.Name, "n", n, "max", allow.MaxQuantity)
	}
	return problems
}

// quantityPath is the input that says how many are made.
func quantityPath(inputs []field.Input) string {
	path := "$"
	leaves(inputs, func(in field.Input) {
		if path == "$" && in.Value != "" && (in.Name == "size" || in.Name == "quantity" || in.Name == "count") && !strings.Contains(in.Path, "volume") {
			path = in.Path
		}
	})
	return path
}

// ownTags refuses our own tag in what was entered: it is added when the order is sent. It is no rule of the kinds, for the
// cloud has to take it.
func ownTags(d Decoded) field.Problems {
	var problems field.Problems
	leaves(d.Inputs, func(in field.Input) {
		if in.Name == "key" && in.Value == OrderRef && strings.Contains(in.Path, "tags[") {
			problems.Add(in.Path, "problem.tag_own")
		}
	})
	return problems
}

// leaves visits all inputs, those of rows and groups too.
func leaves(inputs []field.Input, visit func(field.Input)) {
	for _, in := range inputs {
		visit(in)
		leaves(in.Children, visit)
		leaves(in.Rows, visit)
	}
}

const enterpriseProjectID = "enterprise_project_id"

// charge makes the order's enterprise project one of its team's, wherever the request can carry one: it is filled in where
// it is missing, with that of what the order touches, or with the team's only one; of several, one has to be chosen.
func charge(team policy.Team, d Decoded, facts *Facts) (Decoded, field.Problems, error) {
	var problems field.Problems
	var missing []string
	leaves(d.Inputs, func(in field.Input) {
		switch {
		case in.Name != enterpriseProjectID || in.Kind != field.Text:
		case in.Value == "":
			missing = append(missing, in.Path)
		case !slices.Contains(team.EnterpriseProjects, in.Value):
			problems.Add(in.Path, "problem.project_not_yours", "team", team.Name, "choices", team.EnterpriseProjects)
		}
	})
	if len(problems) > 0 || len(missing) == 0 || len(d.Problems) > 0 { // what is wrong is told before anything is filled in
		return d, problems, nil
	}
	project := projectOf(team, d, facts)
	if project == "" {
		problems.Add(missing[0], "problem.project_to_choose", "team", team.Name, "choices", team.EnterpriseProjects)
		return d, problems, nil
	}
	body, err := json.Marshal(d.Payload)
	if err != nil {
		return d, nil, fmt.Errorf("body: %w", err)
	}
	tree, problems := field.FromJSON(body)
	for _, path := range missing {
		if tree.Holds(path) {
			tree.Put(path, project)
		}
	}
	charged := Decode(d.Kind, tree.Whole(), DesktopID(d.Payload))
	return charged, problems.Merge(charged.Problems), nil
}

// projectOf is the enterprise project that an order of a team is for: one that the request names already, that of all it
// touches, or the team's only one; empty when that is not clear.
func projectOf(team policy.Team, d Decoded, facts *Facts) string {
	var found []string
	add := func(project string) {
		if slices.Contains(team.EnterpriseProjects, project) && !slices.Contains(found, project) {
			found = append(found, project)
		}
	}
	leaves(d.Inputs, func(in field.Input) {
		if in.Name == enterpriseProjectID {
			add(in.Value)
		}
	})
	if len(found) == 0 {
		targets := d.Payload.Targets()
		for _, id := range targets.Desktops {
			add(facts.Desktops[id].EnterpriseProjectID)
		}
		for _, id := range targets.Pools {
			add(facts.Pools[id].EnterpriseProjectID)
		}
	}
	switch {
	case len(found) == 1:
		return found[0]
	case len(found) == 0 && len(team.EnterpriseProjects) == 1:
		return team.EnterpriseProjects[0]
	}
	return ""
}
