package policy

import (
	"cmp"
	"strconv"
	"strings"
)

// Difference is one member of a team that is not what it was. A value is as it is written, a list joined by commas, and
// empty when there is none.
type Difference struct {
	Path          string
	Before, After string
}

// Differences tells what is different between two states of a team; nil is no team.
func Differences(before, after *Team) []Difference {
	was, is := members(before), members(after)
	var found []Difference
	for i := range is {
		if was[i].value != is[i].value {
			found = append(found, Difference{is[i].path, was[i].value, is[i].value})
		}
	}
	return found
}

type member struct{ path, value string }

// members are all members of a team but its name, in the order in which they are written.
func members(t *Team) []member {
	w := wire{}
	if t != nil {
		w = written(t.Canonical())
	}
	groups, budget := cmp.Or(w.Groups, &wireGroups{}), cmp.Or(w.Budget, &wireBudget{})
	approval, allow := cmp.Or(w.Approval, &wireApproval{}), cmp.Or(w.Allow, &wireAllow{})
	list := func(values []string) string { return strings.Join(values, ", ") }
	all := []member{{"enterprise_projects", list(w.EnterpriseProjects)}}
	for _, role := range Roles {
		all = append(all, member{"groups." + string(role), list(*groups.of(role))})
	}
	return append(all,
		member{"budget.month", budget.Month}, member{"budget.currency", budget.Currency}, member{"budget.soft", budget.Soft},
		member{"approval.above", approval.Above}, member{"approval.approvers", whole(approval.Approvers)},
		member{"approval.always_for", list(approval.AlwaysFor)},
		member{"allow.kinds", list(allow.Kinds)}, member{"allow.products", list(allow.Products)}, member{"allow.images", list(allow.Images)},
		member{"allow.max_quantity", whole(allow.MaxQuantity)})
}

func whole(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}
