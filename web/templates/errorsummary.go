package templates

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"
)

// FieldProblem is what is wrong at an input.
type FieldProblem struct {
	// ID is the input's, to which the summary leads; empty when no input is shown for it.
	ID string
	// Label is what the input is called; empty when the text says it itself.
	Label string
	Text  string
}

// inputAt is where the problems of a path show in a form: at the input of an ID, under its label.
type inputAt struct{ Path, ID, Label string }

// problemsAt are the problems of a form, told by path, in the order in which its inputs stand; what is wrong with none of
// them comes last.
func problemsAt(problems map[string]string, inputs ...inputAt) []FieldProblem {
	var list []FieldProblem
	for _, in := range inputs {
		if text := problems[in.Path]; text != "" {
			list = append(list, FieldProblem{ID: in.ID, Label: in.Label, Text: text})
		}
	}
	var loose []FieldProblem
	for path, text := range problems {
		if !slices.ContainsFunc(inputs, func(in inputAt) bool { return in.Path == path }) {
			loose = append(loose, FieldProblem{Label: path, Text: text})
		}
	}
	slices.SortFunc(loose, func(a, b FieldProblem) int { return strings.Compare(a.Label, b.Label) })
	return append(list, loose...)
}

// oneProblem is the problem of a form with a single input; none when the text is empty.
func oneProblem(id, label, text string) []FieldProblem {
	if text == "" {
		return nil
	}
	return []FieldProblem{{ID: id, Label: label, Text: text}}
}

// words are the problem with its input's label.
func (p FieldProblem) words(ctx context.Context) string {
	if p.Label == "" {
		return p.Text
	}
	return T(ctx, "component.field_problem", "label", p.Label, "problem", p.Text)
}

// href leads to the input.
func (p FieldProblem) href() templ.SafeURL {
	return templ.SafeURL((&url.URL{Fragment: p.ID}).String())
}
