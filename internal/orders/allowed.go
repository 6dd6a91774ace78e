package orders

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"workspace-order-console/internal/orders/field"
	"workspace-order-console/internal/orders/policy"
)

// allowed holds a request against what its team may order: kinds, packages, images and how many at once.
func allowed(team policy.Team, d Decoded) field.Problems {
	var problems field.Problems
	allow := team.Allow
	if len(allow.Kinds) > 0 && !slices.Contains(allow.Kinds, d.Kind.Name()) {
		problems.Add("$", "problem.kind_not_allowed", "team", team.Name, "kind", d.Kind.Name())
	}
	leaves(d.Inputs, func(in field.Input) {
		if in.Value == "" {
			return
		}
		switch in.Picker {
		case field.PickProduct, field.PickHostProduct:
			if len(allow.Products) > 0 && !slices.Contains(allow.Products, in.Value) {
				problems.Add(in.Path, "problem.product_not_allowed", "team", team.Name, "choices", allow.Products)
			}
		case field.PickImage:
			if len(allow.Images) > 0 && !slices.Contains(allow.Images, in.Value) {
				problems.Add(in.Path, "problem.image_not_allowed", "team", team.Name, "choices", allow.Images)
			}
		}
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
