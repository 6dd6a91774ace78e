package templates

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/i18n"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/field"
	"workspace-order-console/internal/orders/policy"
)

// The inputs of a team's form that hold a list, one entry a line.
var TeamLists = []string{"enterprise_projects", "groups.buyer", "groups.approver", "groups.viewer", "groups.auditor", "allow.products", "allow.images"}

// teamInputs are the paths of all inputs of the form, in their order.
var teamInputs = []string{"name", "enterprise_projects", "groups.buyer", "groups.approver", "groups.viewer", "groups.auditor",
	"budget.month", "budget.currency", "budget.soft", "approval.above", "approval.approvers", "approval.always_for",
	"allow.max_quantity", "allow.products", "allow.images", "allow.kinds"}

// TeamFormView is the form of a team.
type TeamFormView struct {
	Say i18n.Printer
	// Name is that of the team that is changed, empty for a new one; Stamp tells which state of it is shown.
	Name, Stamp string
	// Values are what was typed, by path; of TeamLists the whole text.
	Values   url.Values
	Problems field.Problems
	// Lists are the entries of TeamLists, as problems count them.
	Lists map[string][]string
	// Changed: somebody else changed the team since the form was shown. Meanwhile is what saving the form would change of
	// what they left.
	Changed   bool
	Meanwhile []policy.Difference
}

// action is the form's own address.
func (v TeamFormView) action() string {
	if v.Name == "" {
		return "/teams/new"
	}
	return teamHref(v.Name)
}

func teamHref(name string) string { return "/teams/" + url.PathEscape(name) }

func (v TeamFormView) label(path string) string { return v.Say.Say("team.label."+path, nil) }
func (v TeamFormView) help(path string) string  { return v.Say.Say("team.help."+path, nil) }

// problem is what is wrong with an input, or with the entries of its list.
func (v TeamFormView) problem(path string) string {
	var words []string
	for _, p := range v.Problems {
		says := v.Say.Say(p.Key, p.Args)
		if p.Path == path {
			words = append(words, says)
			continue
		}
		if index, ok := strings.CutPrefix(p.Path, path+"["); ok {
			i, err := strconv.Atoi(strings.TrimSuffix(index, "]"))
			if list := v.Lists[path]; err == nil && i < len(list) {
				says = "“" + list[i] + "” " + says
			}
			words = append(words, says)
		}
	}
	return strings.Join(words, v.Say.Say("component.semicolon", nil))
}

// summary are all problems, in the order of the inputs.
func (v TeamFormView) summary() []FieldProblem {
	var list []FieldProblem
	for _, path := range teamInputs {
		list = append(list, oneProblem(path, v.label(path), v.problem(path))...)
	}
	for _, p := range v.Problems {
		base, _, _ := strings.Cut(p.Path, "[")
		if !slices.Contains(teamInputs, base) {
			list = append(list, FieldProblem{Label: p.Path, Text: v.Say.Say(p.Key, p.Args)})
		}
	}
	return list
}

func (v TeamFormView) has(path, value string) bool { return slices.Contains(v.Values[path], value) }

// strange are values of a list of boxes that are none of its choices; they are shown again all the same.
func (v TeamFormView) strange(path string, known []string) []string {
	var others []string
	for _, value := range v.Values[path] {
		if value != "" && !slices.Contains(known, value) {
			others = append(others, value)
		}
	}
	return others
}

// kindNames are the names of all kinds of order.
func kindNames() []string {
	names := make([]string, len(orders.Kinds))
	for i, kind := range orders.Kinds {
		names[i] = kind.Name()
	}
	return names
}

// kindsIn are the kinds of a group, in the table's order.
func kindsIn(group orders.Group) []orders.Kind {
	var kinds []orders.Kind
	for _, kind := range orders.Kinds {
		if kind.Group == group {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// TeamValues are a team's values as its form has them.
func TeamValues(t policy.Team) url.Values {
	t = t.Canonical()
	lines := func(list []string) []string { return []string{strings.Join(list, "\n")} }
	v := url.Values{"name": {t.Name}, "enterprise_projects": lines(t.EnterpriseProjects), "allow.kinds": t.Allow.Kinds,
		"allow.products": lines(t.Allow.Products), "allow.images": lines(t.Allow.Images)}
	for _, role := range policy.Roles {
		v["groups."+string(role)] = lines(t.Groups[role])
	}
	if t.Allow.MaxQuantity > 0 {
		v.Set("allow.max_quantity", strconv.Itoa(t.Allow.MaxQuantity))
	}
	if b := t.Budget; b != nil {
		v.Set("budget.month", policy.Amount(b.Month))
		v.Set("budget.currency", b.Currency)
		if b.Soft != nil {
			v.Set("budget.soft", policy.Amount(*b.Soft))
		}
	}
	if a := t.Approval; a != nil {
		if a.Above != nil {
			v.Set("approval.above", policy.Amount(*a.Above))
		}
		if a.Approvals > 1 {
			v.Set("approval.approvers", strconv.Itoa(a.Approvals))
		}
		v["approval.always_for"] = a.AlwaysFor
	}
	return v
}

// TeamsView is the list of teams.
type TeamsView struct {
	Teams []policy.Team
	Say   i18n.Printer
	Pager PagerView
}

// TeamDeleteView asks whether a team shall be deleted.
type TeamDeleteView struct {
	Team  policy.Team
	Stamp string
}

// TeamImportView is a file of teams and what applying it would do.
type TeamImportView struct {
	Say   i18n.Printer
	Text  string
	Prune bool
	// Problems are what is wrong with the file.
	Problems []FieldProblem
	// Plan is what would be done; nil before there was a file.
	Plan *orders.TeamPlan
	// Moved: the teams changed since the plan was shown.
	Moved bool
}

// budgetWords say what a team may spend.
func budgetWords(say i18n.Printer, b *policy.Budget) string {
	if b == nil {
		return ""
	}
	args := map[string]any{"amount": FormatMoney(cloud.Money{Amount: b.Month, Currency: b.Currency})}
	if b.Soft == nil {
		return say.Say("teams.budget", args)
	}
	args["soft"] = FormatAmount(*b.Soft)
	return say.Say("teams.budget_soft", args)
}

// approvalWords say which of a team's orders somebody else approves.
func approvalWords(t policy.Team, say i18n.Printer) string {
	a := t.Approval
	if a == nil {
		return ""
	}
	var when []string
	switch {
	case a.Above == nil:
	case a.Above.IsZero():
		when = append(when, say.Say("teams.whatever_costs", nil))
	case t.Budget != nil:
		when = append(when, say.Say("teams.above", map[string]any{"amount": FormatMoney(cloud.Money{Amount: *a.Above, Currency: t.Budget.Currency})}))
	default:
		when = append(when, say.Say("teams.above", map[string]any{"amount": FormatAmount(*a.Above)}))
	}
	var effects []string
	for _, effect := range a.AlwaysFor {
		effects = append(effects, say.Say("team.effect."+effect, nil))
	}
	if len(effects) > 0 {
		when = append(when, say.Say("teams.always_for", map[string]any{"effects": effects}))
	}
	words := when[0]
	if len(when) > 1 {
		words = say.Say("teams.and", map[string]any{"one": when[0], "other": when[1]})
	}
	return say.Say("teams.approvers", map[string]any{"n": max(a.Approvals, 1), "when": words})
}

// allowWords say what a team may order, where not all.
func allowWords(say i18n.Printer, a policy.Allow) string {
	var words []string
	for _, limit := range []struct {
		key string
		n   int
	}{{"teams.kinds", len(a.Kinds)}, {"teams.products", len(a.Products)}, {"teams.images", len(a.Images)}, {"teams.at_once", a.MaxQuantity}} {
		if limit.n > 0 {
			words = append(words, say.Say(limit.key, map[string]any{"n": limit.n}))
		}
	}
	return say.List(words)
}

// changeLook is a change of a team as a badge.
func changeLook(c orders.TeamChange) badgeLook {
	switch {
	case c.Before == nil:
		return badgeLook{Good, "plus", "teams.created"}
	case c.After == nil:
		return badgeLook{Bad, "trash", "teams.deleted"}
	}
	return badgeLook{Info, "pencil", "teams.changed"}
}
