package policy

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"

	"github.com/shopspring/decimal"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders/field"
)

// wire is a team as it is written: in YAML, in a form, in the database and in the audit log. Its declaration is the one
// place of the rules.
type wire struct {
	Name               string        `json:"name" yaml:"name"`
	EnterpriseProjects []string      `json:"enterprise_projects,omitempty" yaml:"enterprise_projects,omitempty"`
	Groups             *wireGroups   `json:"groups,omitempty" yaml:"groups,omitempty"`
	Budget             *wireBudget   `json:"budget,omitempty" yaml:"budget,omitempty"`
	Approval           *wireApproval `json:"approval,omitempty" yaml:"approval,omitempty"`
	Allow              *wireAllow    `json:"allow,omitempty" yaml:"allow,omitempty"`
}

type wireGroups struct {
	Buyer    []string `json:"buyer,omitempty" yaml:"buyer,omitempty"`
	Approver []string `json:"approver,omitempty" yaml:"approver,omitempty"`
	Viewer   []string `json:"viewer,omitempty" yaml:"viewer,omitempty"`
	Auditor  []string `json:"auditor,omitempty" yaml:"auditor,omitempty"`
}

type wireBudget struct {
	Month    string `json:"month" yaml:"month"`
	Currency string `json:"currency" yaml:"currency"`
	Soft     string `json:"soft,omitempty" yaml:"soft,omitempty"`
}

type wireApproval struct {
	Above     string   `json:"above,omitempty" yaml:"above,omitempty"`
	Approvers *int     `json:"approvers,omitempty" yaml:"approvers,omitempty"`
	AlwaysFor []string `json:"always_for,omitempty" yaml:"always_for,omitempty"`
}

type wireAllow struct {
	Kinds       []string `json:"kinds,omitempty" yaml:"kinds,omitempty"`
	Products    []string `json:"products,omitempty" yaml:"products,omitempty"`
	Images      []string `json:"images,omitempty" yaml:"images,omitempty"`
	MaxQuantity *int     `json:"max_quantity,omitempty" yaml:"max_quantity,omitempty"`
}

var (
	amountPattern   = regexp.MustCompile(`^[0-9]{1,12}(\.[0-9]{1,4})?$`)
	currencyPattern = regexp.MustCompile(`^[A-Z]{3}$`)
	kindPattern     = regexp.MustCompile(`^[a-z-]+/[A-Za-z_]+$`)
)

// Fields implements field.Fielder.
func (w *wire) Fields(s *field.Set) {
	s.Text(&w.Name, "name", field.Required(), field.Match(auth.KeyName, "problem.team_name"))
	s.Texts(&w.EnterpriseProjects, "enterprise_projects", field.Match(EnterpriseProject, "problem.enterprise_project"), field.Items(0, MaxList), field.Distinct())
	field.Object(s, &w.Groups, "groups")
	field.Object(s, &w.Budget, "budget")
	field.Object(s, &w.Approval, "approval")
	field.Object(s, &w.Allow, "allow")
}

// Fields implements field.Fielder.
func (g *wireGroups) Fields(s *field.Set) {
	for _, role := range Roles {
		s.Texts(g.of(role), string(role), field.Length(1, MaxGroup), field.Items(0, MaxList), field.Distinct())
	}
}

func (g *wireGroups) of(role auth.Role) *[]string {
	switch role {
	case auth.RoleBuyer:
		return &g.Buyer
	case auth.RoleApprover:
		return &g.Approver
	case auth.RoleViewer:
		return &g.Viewer
	case auth.RoleAuditor:
		return &g.Auditor
	}
	panic("no role of a team: " + string(role))
}

// Fields implements field.Fielder.
func (b *wireBudget) Fields(s *field.Set) {
	s.Text(&b.Month, "month", field.Required(), field.Match(amountPattern, "problem.team_amount"))
	s.Text(&b.Currency, "currency", field.Required(), field.Match(currencyPattern, "problem.currency"))
	s.Text(&b.Soft, "soft", field.Match(amountPattern, "problem.team_amount"))
}

// Fields implements field.Fielder.
func (a *wireApproval) Fields(s *field.Set) {
	s.Text(&a.Above, "above", field.Match(amountPattern, "problem.team_amount"))
	s.Int(&a.Approvers, "approvers", field.Range(1, 2))
	s.Texts(&a.AlwaysFor, "always_for", field.OneOf(Effects...), field.Items(0, len(Effects)), field.Distinct())
}

// Fields implements field.Fielder.
func (a *wireAllow) Fields(s *field.Set) {
	s.Texts(&a.Kinds, "kinds", field.Match(kindPattern, "problem.kind"), field.Items(0, MaxList), field.Distinct())
	s.Texts(&a.Products, "products", field.Match(ID, "problem.id"), field.Items(0, MaxList), field.Distinct())
	s.Texts(&a.Images, "images", field.Match(ID, "problem.id"), field.Items(0, MaxList), field.Distinct())
	s.Int(&a.MaxQuantity, "max_quantity", field.Range(1, MaxQuantity))
}

// Bind makes a team of a tree, its lists in the order in which they came, and tells everything that is wrong with it.
// The team is of use only when nothing is.
func Bind(tree *field.Node) (Team, field.Problems) {
	var w wire
	problems := inWords(field.Bind(&w, tree, nil).Problems)
	return w.team(), problems.Merge(w.across())
}

// inWords says of an unknown member that it is none of a team, where field speaks of orders.
func inWords(problems field.Problems) field.Problems {
	for i := range problems {
		if problems[i].Key == "problem.unknown" {
			problems[i].Key = "problem.team_unknown"
		}
	}
	return problems
}

// across tells what is wrong across members.
func (w *wire) across() field.Problems {
	var problems field.Problems
	if slices.Contains(Reserved, w.Name) {
		problems.Add("name", "problem.team_name_reserved", "name", w.Name)
	}
	if b := w.Budget; b != nil {
		month, soft := parsed(b.Month), parsed(b.Soft)
		if month != nil && soft != nil && soft.GreaterThan(*month) {
			problems.Add("budget.soft", "problem.team_soft", "month", b.Month)
		}
	}
	if a := w.Approval; a != nil && a.Above == "" && len(a.AlwaysFor) == 0 {
		problems.Add("approval.above", "problem.one_of", "a", "above", "b", "always_for")
	}
	return problems
}

// team is the team that is written.
func (w *wire) team() Team {
	t := Team{Name: w.Name, EnterpriseProjects: w.EnterpriseProjects, Groups: map[auth.Role][]string{}}
	if w.Groups != nil {
		for _, role := range Roles {
			t.Groups[role] = *w.Groups.of(role)
		}
	}
	if b := w.Budget; b != nil {
		t.Budget = &Budget{Currency: b.Currency, Soft: parsed(b.Soft)}
		if month := parsed(b.Month); month != nil {
			t.Budget.Month = *month
		}
	}
	if a := w.Approval; a != nil {
		t.Approval = &Approval{Above: parsed(a.Above), Approvals: 1, AlwaysFor: a.AlwaysFor}
		if a.Approvers != nil {
			t.Approval.Approvals = *a.Approvers
		}
	}
	if a := w.Allow; a != nil {
		t.Allow = Allow{Kinds: a.Kinds, Products: a.Products, Images: a.Images}
		if a.MaxQuantity != nil {
			t.Allow.MaxQuantity = *a.MaxQuantity
		}
	}
	return t
}

// written is how a team is written, its lists in the order in which they are. What is empty is left out.
func written(t Team) wire {
	w := wire{Name: t.Name, EnterpriseProjects: t.EnterpriseProjects}
	for _, role := range Roles {
		if names := t.Groups[role]; len(names) > 0 {
			if w.Groups == nil {
				w.Groups = &wireGroups{}
			}
			*w.Groups.of(role) = names
		}
	}
	if b := t.Budget; b != nil {
		w.Budget = &wireBudget{Month: Amount(b.Month), Currency: b.Currency, Soft: amountOrNone(b.Soft)}
	}
	if a := t.Approval; a != nil {
		w.Approval = &wireApproval{Above: amountOrNone(a.Above), Approvers: &a.Approvals, AlwaysFor: a.AlwaysFor}
	}
	if a := t.Allow; len(a.Kinds)+len(a.Products)+len(a.Images) > 0 || a.MaxQuantity != 0 {
		w.Allow = &wireAllow{Kinds: a.Kinds, Products: a.Products, Images: a.Images}
		if a.MaxQuantity != 0 {
			w.Allow.MaxQuantity = &a.MaxQuantity
		}
	}
	return w
}

// MarshalJSON implements json.Marshaler: the canonical form.
func (t Team) MarshalJSON() ([]byte, error) { return json.Marshal(written(t.Canonical())) }

// UnmarshalJSON implements json.Unmarshaler. It reads what MarshalJSON wrote and checks no rule: what was stored under
// an older rule can still be read.
func (t *Team) UnmarshalJSON(text []byte) error {
	var w wire
	if err := json.Unmarshal(text, &w); err != nil {
		return fmt.Errorf("team: %w", err)
	}
	*t = w.team()
	return nil
}

// Amount is an exact amount in its one spelling: at least two places, no more than it has.
func Amount(d decimal.Decimal) string {
	if text := d.StringFixed(2); d.Equal(decimal.RequireFromString(text)) {
		return text
	}
	return d.String()
}

func amountOrNone(d *decimal.Decimal) string {
	if d == nil {
		return ""
	}
	return Amount(*d)
}

// parsed reads an amount; nil when there is none, or it is none.
func parsed(text string) *decimal.Decimal {
	if !amountPattern.MatchString(text) {
		return nil
	}
	d, err := decimal.NewFromString(text)
	if err != nil {
		return nil
	}
	return &d
}
