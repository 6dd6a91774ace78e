package orders

import (
	"regexp"
	"slices"

	"workspace-order-console/internal/orders/field"
)

// Rules that several kinds share. Where the sources disagree they take the value of docs/wire.md section 6.

var (
	idPattern      = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$`)
	projectPattern = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,36}$`)
)

// idRule is the rule of every resource ID: the characters that cloud IDs are made of. A slash would leave the path of
// the change door (docs/wire.md section 3).
func idRule() field.Option { return field.Match(idPattern, "problem.id") }

// enterpriseProject declares enterprise_project_id (docs/wire.md section 2.1).
func enterpriseProject(s *field.Set, dst *string) {
	s.Text(dst, "enterprise_project_id", field.Match(projectPattern, "problem.enterprise_project"), field.Default("0"),
		field.Folded(), field.In("more"))
}

func contains(list []string, value string) bool { return slices.Contains(list, value) }

// Tag is the wire's Tag (docs/wire.md sections 2.8 and 6).
type Tag struct {
	Key   string `json:"key"`
	Value string `json:"value,omitzero"`
}

var (
	tagKeyPattern   = regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`)
	tagValuePattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,43}$`)
)

// Fields implements field.Fielder.
func (t *Tag) Fields(s *field.Set) {
	s.Text(&t.Key, "key", field.Required(), field.Match(tagKeyPattern, "problem.tag_key"))
	s.Text(&t.Value, "value", field.Match(tagValuePattern, "problem.tag_value"))
}
