package templates

import (
	"slices"
	"strconv"
	"strings"

	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/field"
)

// shortList is how many rows of a list are shown one by one; more are lines of a text.
const shortList = 20

// ListView is a list that people may paste or upload: its lines as a text, and what is wrong with them.
type ListView struct {
	// Text is what stands in the text area: what was pasted, or the rows that are too many to be shown one by one.
	Text string
	// Bad are the lines that are wrong.
	Bad []BadLine
	// Good counts the rows without a problem, Rows all of them, Calls the calls that they need.
	Good, Rows, Calls int
	// Columns are the columns of a table, in their order; nil for a list of single values.
	Columns []string
	// Beyond counts the bad lines that are not listed.
	Beyond int

	rows []field.Input // to be shown one by one
}

// BadLine is a line of a pasted list that is wrong.
type BadLine struct {
	Path string
	Line int
	Text string
	Says []string
}

// mostBadLines is how many bad lines are listed at once.
const mostBadLines = 100

// list lays out a list that may be long: up to shortList rows one by one, more as a text.
func (b *formBuilder) list(in field.Input) *ListView {
	v := &ListView{Rows: len(in.Rows), Calls: orders.CallsOf(in, len(in.Rows))}
	for _, column := range in.Item {
		if column.Kind == field.Text && !column.Folded && !column.SDKOnly {
			v.Columns = append(v.Columns, column.Name)
		}
	}
	wrong := b.wrongRows(in.Path)
	single := slices.ContainsFunc(in.Rows, func(row field.Input) bool { return row.Line == 0 })
	asText := in.Typed != "" && (b.Live || len(wrong) > 0)
	switch {
	case asText, len(in.Rows) > shortList && in.Typed != "" && !single:
		v.Text = in.Typed
		v.rows = slices.DeleteFunc(slices.Clone(in.Rows), func(row field.Input) bool { return row.Line > 0 })
	case len(in.Rows) > shortList:
		v.Text = field.WriteSheet(in)
	default:
		v.rows = in.Rows
	}
	v.Good = len(in.Rows) - len(wrong)
	for i, row := range in.Rows {
		says, bad := wrong[i]
		if !bad || v.Text == "" || len(v.rows) > 0 && row.Line == 0 {
			continue
		}
		for _, path := range b.pathsOf(row.Path) {
			b.shown[path] = true
		}
		if len(v.Bad) == mostBadLines {
			v.Beyond++
			continue
		}
		line := row.Line
		if line == 0 || v.Text != in.Typed {
			if line = i + 1; in.Kind == field.GroupList {
				line++ // below the header
			}
		}
		v.Bad = append(v.Bad, BadLine{Path: row.Path, Line: line, Text: lineText(row), Says: says})
	}
	return v
}

// pathsOf are the paths of the problems in a row.
func (b *formBuilder) pathsOf(row string) []string {
	var paths []string
	for _, problem := range b.Problems {
		if problem.Path == row || strings.HasPrefix(problem.Path, row+".") {
			paths = append(paths, problem.Path)
		}
	}
	return paths
}

// wrongRows are the rows of a list that have a problem, with what is said about each.
func (b *formBuilder) wrongRows(path string) map[int][]string {
	wrong := map[int][]string{}
	for _, problem := range b.Problems {
		rest, inside := strings.CutPrefix(problem.Path, path+"[")
		index, tail, closed := strings.Cut(rest, "]")
		i, err := strconv.Atoi(index)
		if !inside || !closed || err != nil {
			continue
		}
		words := b.Say.Say(problem.Key, problem.Args)
		if name := strings.TrimPrefix(tail, "."); name != "" {
			words = name + ": " + words
		}
		wrong[i] = append(wrong[i], words)
	}
	return wrong
}

// lineText is a row as it stands in a line.
func lineText(row field.Input) string {
	if row.Kind != field.Group {
		return row.Value
	}
	var cells []string
	for _, in := range row.Children {
		if in.Value != "" {
			cells = append(cells, in.Value)
		}
	}
	return strings.Join(cells, ", ")
}

// Uploads tells that the form takes files.
func (v FormView) Uploads() bool {
	for _, section := range v.Sections {
		if slices.ContainsFunc(section.Inputs, func(in InputView) bool { return in.List != nil }) {
			return true
		}
	}
	return false
}
