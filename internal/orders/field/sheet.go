package field

import (
	"encoding/csv"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
)

// A list that people order a lot of at once comes as a sheet: one row a line, pasted or saved by a spreadsheet. Commas,
// semicolons and tabs set cells apart, whichever the first line has most of. A first line that names a column is the
// header; without one the columns are in the order of the declaration.

// Sheet is what was read.
type Sheet struct {
	Rows []SheetRow
	// Header tells that the first line named the columns.
	Header bool
}

// SheetRow is a line with something in it.
type SheetRow struct {
	// Line is its number, from 1.
	Line  int
	Cells map[string]string
	// Problem is why it could not be read; nil for a good one.
	Problem *Message
}

// column is an input that a sheet can fill. Those that are not usual take part only where a header names them.
type column struct {
	name  string
	usual bool
}

// ReadSheet reads a text. Columns are those that a header may name; without one they come in this order.
func ReadSheet(text string, columns []string) Sheet {
	named := make([]column, len(columns))
	for i, name := range columns {
		named[i] = column{name, true}
	}
	return readSheet(text, named, math.MaxInt)
}

// readSheet reads at most so many rows.
func readSheet(text string, columns []column, most int) Sheet {
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
	r.Comma, r.FieldsPerRecord = separator(text), -1
	r.TrimLeadingSpace = r.Comma != '\t' // a tab is a space too
	var sheet Sheet
	var names []string
	for _, c := range columns {
		if c.usual {
			names = append(names, c.name)
		}
	}
	first := true
	for len(sheet.Rows) < most {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return sheet
		}
		var wrong *csv.ParseError
		if errors.As(err, &wrong) {
			say := Say("problem.sheet_quotes")
			sheet.Rows = append(sheet.Rows, SheetRow{Line: wrong.StartLine, Problem: &say})
			first = false
			continue
		}
		for i := range cells {
			cells[i] = trim(cells[i])
		}
		if !slices.ContainsFunc(cells, func(cell string) bool { return cell != "" }) {
			continue
		}
		line, _ := r.FieldPos(0)
		if first {
			first = false
			if header(cells, columns) {
				sheet.Header = true
				if names, err = headed(cells, columns); err != nil {
					say := Say("problem.sheet_columns", "column", err.Error(), "columns", listed(columns))
					return Sheet{Header: true, Rows: []SheetRow{{Line: line, Problem: &say}}}
				}
				continue
			}
		}
		sheet.Rows = append(sheet.Rows, rowOf(line, cells, names))
	}
	return sheet
}

// separator is what sets cells apart, by the first line that has any.
func separator(text string) rune {
	for line := range strings.Lines(text) {
		best, most := ',', 0
		for _, c := range []rune{',', ';', '\t'} {
			if n := strings.Count(line, string(c)); n > most {
				best, most = c, n
			}
		}
		if most > 0 {
			return best
		}
	}
	return ','
}

// header tells that a line names columns.
func header(cells []string, columns []column) bool {
	return slices.ContainsFunc(columns, func(c column) bool {
		return slices.ContainsFunc(cells, func(cell string) bool { return strings.EqualFold(cell, c.name) })
	})
}

type unknownColumn string

func (c unknownColumn) Error() string { return string(c) }

// headed are the names of a header's columns, "" for one that is passed over. What a list of single values does not know
// is passed over; a table's columns must all be known, or what stands in them would be lost in silence.
func headed(cells []string, columns []column) ([]string, error) {
	single := !slices.ContainsFunc(columns, func(c column) bool { return c.name != columns[0].name })
	names := make([]string, len(cells))
	for i, cell := range cells {
		at := slices.IndexFunc(columns, func(c column) bool { return strings.EqualFold(cell, c.name) })
		switch {
		case at >= 0 && slices.Contains(names[:i], columns[at].name), at < 0 && cell != "" && !single:
			return nil, unknownColumn(cell)
		case at >= 0:
			names[i] = columns[at].name
		}
	}
	return names, nil
}

func listed(columns []column) []string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
	}
	return names
}

func rowOf(line int, cells, names []string) SheetRow {
	row := SheetRow{Line: line, Cells: map[string]string{}}
	for i, cell := range cells {
		switch {
		case i < len(names) && names[i] != "":
			row.Cells[names[i]] = cell
		case i >= len(names) && cell != "":
			say := Say("problem.sheet_cells", "n", len(cells), "most", len(names))
			row.Problem = &say
		}
	}
	return row
}

// textColumns is the one column of a list of texts: what one of them is called ("desktop_id" of "desktop_ids").
func textColumns(name string) []column { return []column{{strings.TrimSuffix(name, "s"), true}} }

// groupColumns are the columns of a list of objects: their simple inputs.
func groupColumns(inputs []Input) []column {
	var columns []column
	for _, in := range inputs {
		if in.Kind == Text || in.Kind == Int || in.Kind == Bool {
			columns = append(columns, column{in.Name, !in.Folded && !in.SDKOnly})
		}
	}
	return columns
}

// unfold puts the rows of pasted sheets where their text stands in a list that may be long.
func unfold(in *Input, rows []*Node, columns []column) []*Node {
	if in.Most == 0 {
		return rows
	}
	var out []*Node
	most := max(MaxRows, in.Most) + 1 // one more tells that they are too many
	for _, row := range rows {
		if row.kind != kindText || trim(row.text) == "" || in.Kind == TextList && !strings.Contains(trim(row.text), "\n") {
			out = append(out, row)
			continue
		}
		in.Typed += row.text
		for _, line := range readSheet(row.text, columns, most-len(out)).Rows {
			node := &Node{kind: kindText, line: line.Line, broken: line.Problem}
			switch {
			case line.Problem != nil:
			case in.Kind == TextList:
				if node.text = line.Cells[columns[0].name]; node.text == "" {
					continue
				}
			default:
				node.kind, node.members = kindObject, map[string]*Node{}
				for _, c := range columns {
					if cell := line.Cells[c.name]; cell != "" {
						node.set(c.name, textNode(cell))
					}
				}
			}
			out = append(out, node)
		}
	}
	return out
}

// WriteSheet writes the rows of a list as ReadSheet reads them: one text a line, or a table with a header of the usual
// columns and those that hold something.
func WriteSheet(in Input) string {
	var out strings.Builder
	w := csv.NewWriter(&out)
	if in.Kind == TextList {
		for _, row := range in.Rows {
			out.WriteString(strings.ReplaceAll(row.Value, "\n", " ") + "\n")
		}
		return out.String()
	}
	columns := slices.DeleteFunc(groupColumns(in.Item), func(c column) bool {
		return !c.usual && !slices.ContainsFunc(in.Rows, func(row Input) bool { return cellOf(row, c.name) != "" })
	})
	_ = w.Write(listed(columns)) // to a Builder: it cannot fail
	for _, row := range in.Rows {
		cells := make([]string, len(columns))
		for i, c := range columns {
			cells[i] = cellOf(row, c.name)
		}
		_ = w.Write(cells)
	}
	w.Flush()
	return out.String()
}

func cellOf(row Input, name string) string {
	for _, in := range row.Children {
		if in.Name == name {
			return in.Value
		}
	}
	return ""
}
