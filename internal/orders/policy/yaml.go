package policy

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"workspace-order-console/internal/orders/field"
)

// MaxFile bounds a file of teams, in bytes.
const MaxFile = 512 << 10

// maxDepth is how deep a file may be nested; a file of teams has 5 levels.
const maxDepth = 16

// File is a file of teams that was read: {teams: […]}.
type File struct {
	// Teams are the teams in the file's order; of use only when there are no problems.
	Teams []Team
	// Problems are all that is wrong, at paths such as "teams[0].approval.above".
	Problems field.Problems
	lines    map[string]int
}

// Line is the line, from 1, of what is at a path or, when that is missing, of what it is missing in; 0 when there is
// none.
func (f File) Line(path string) int {
	for {
		if line, known := f.lines[path]; known {
			return line
		}
		end := strings.LastIndexAny(path, ".[")
		if end < 0 {
			return f.lines[""]
		}
		path = path[:end]
	}
}

// Read reads YAML strictly: one document, no unknown and no duplicate members, no aliases and no tags. All that is
// wrong is told at once. Values are taken as they are written and never become a number on their way: an amount is
// exact, and a group called "no" is called so.
func Read(text []byte) File {
	f := File{lines: map[string]int{}}
	if len(text) > MaxFile {
		f.Problems.Add("$", "problem.yaml_size", "max", MaxFile)
		return f
	}
	if !utf8.Valid(text) {
		f.Problems.Add("$", "problem.utf8")
		return f
	}
	var document yaml.Node
	switch err := yaml.Load(text, &document); {
	case err != nil:
		f.unread(err)
		return f
	case document.Kind != yaml.DocumentNode || len(document.Content) != 1:
		f.Problems.Add("$", "problem.yaml_documents")
		return f
	}
	root := document.Content[0]
	tree := f.node(root, "", 0)
	if root.Kind != yaml.MappingNode {
		f.Problems = field.Problems{{Path: "$", Message: field.Say("problem.yaml_root")}}
		return f
	}
	f.bind(tree)
	return f
}

// unread says why a text is no YAML document.
func (f *File) unread(err error) {
	var at *yaml.LoadError
	switch {
	case errors.As(err, &at) && at.Mark.Line > 0:
		f.lines["$"] = at.Mark.Line
		f.Problems.Add("$", "problem.yaml_syntax", "line", at.Mark.Line, "column", at.Mark.Column, "reason", at.Message)
	default: // none, or several
		f.Problems.Add("$", "problem.yaml_documents")
	}
}

// node makes a tree of a YAML node and notes the lines.
func (f *File) node(n *yaml.Node, path string, depth int) *field.Node {
	if _, known := f.lines[path]; !known {
		f.lines[path] = n.Line
	}
	at := path
	if at == "" {
		at = "$"
	}
	switch {
	case depth > maxDepth:
		f.Problems.Add(at, "problem.depth", "max", maxDepth)
		return field.NewNull()
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		f.Problems.Add(at, "problem.yaml_alias")
		return field.NewNull()
	case n.Style&yaml.TaggedStyle != 0:
		f.Problems.Add(at, "problem.yaml_tag")
		return field.NewNull()
	}
	switch n.Kind {
	case yaml.MappingNode:
		object := field.NewObject()
		for pair := range slices.Chunk(n.Content, 2) {
			key, value := pair[0], pair[1]
			if key.Kind != yaml.ScalarNode {
				f.Problems.Add(at, "problem.yaml_key")
				continue
			}
			below := field.MemberPath(path, key.Value)
			f.lines[below] = key.Line
			if !object.Member(key.Value, f.node(value, below, depth+1)) {
				f.Problems.Add(below, "problem.duplicate")
			}
		}
		return object
	case yaml.SequenceNode:
		items := make([]*field.Node, len(n.Content))
		for i, item := range n.Content {
			items[i] = f.node(item, fmt.Sprintf("%s[%d]", path, i), depth+1)
		}
		return field.NewList(items...)
	}
	if n.Tag == "!!null" {
		return field.NewNull()
	}
	return field.NewText(n.Value)
}

// body is a file's one document.
type body struct {
	Teams []wire `yaml:"teams"`
}

// Fields implements field.Fielder.
func (b *body) Fields(s *field.Set) {
	field.List(s, &b.Teams, "teams", field.Items(0, MaxTeams))
}

// bind makes teams of the tree.
func (f *File) bind(tree *field.Node) {
	var b body
	problems := inWords(field.Bind(&b, tree, nil).Problems)
	if !tree.Has("teams") {
		problems.Add("teams", "problem.required")
	}
	for i := range b.Teams {
		f.Teams = append(f.Teams, b.Teams[i].team())
		problems = problems.Merge(b.Teams[i].across().At(TeamPath(i)))
	}
	f.Problems = f.Problems.Merge(problems)
	f.sort()
}

// TeamPath is the path of a file's team.
func TeamPath(i int) string { return fmt.Sprintf("teams[%d]", i) }

// With is the file with more problems, found by those who know more.
func (f File) With(more field.Problems) File {
	f.Problems = slices.Clone(f.Problems).Merge(more)
	f.sort()
	return f
}

// sort sorts the problems by line and bounds them.
func (f *File) sort() {
	slices.SortStableFunc(f.Problems, func(a, b field.Problem) int { return f.Line(a.Path) - f.Line(b.Path) })
	f.Problems = f.Problems[:min(len(f.Problems), field.MaxProblems)]
}

// Write writes teams as YAML in the canonical form: sorted, amounts as texts. Reading it again gives the same teams.
func Write(teams Teams) ([]byte, error) {
	b := body{Teams: []wire{}}
	for _, team := range teams.list {
		b.Teams = append(b.Teams, written(team.Canonical()))
	}
	return yaml.Dump(b, yaml.WithIndent(2), yaml.WithLineWidth(-1))
}
