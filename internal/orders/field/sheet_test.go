package field_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"workspace-order-console/internal/orders/field"
)

func TestASheetIsRead(t *testing.T) {
	columns := []string{"user_name", "user_email", "user_group", "computer_name"}
	for name, c := range map[string]struct {
		text string
		want []string // "line: user_name|computer_name" or "line: problem"
	}{
		"commas":                        {"ann,ann@x.org,users,PC-1\nbob,,,PC-2\n", []string{"1: ann|PC-1", "2: bob|PC-2"}},
		"a header in another order":     {"computer_name,user_name\nPC-1,ann", []string{"2: ann|PC-1"}},
		"a header in capitals":          {"USER_NAME\nann", []string{"2: ann|"}},
		"semicolons and CRLF and a BOM": {"\ufeffuser_name;user_email;user_group;computer_name\r\nann;;;PC-1\r\nbob;;;PC-2\r\n", []string{"2: ann|PC-1", "3: bob|PC-2"}},
		"tabs":                          {"ann\t\t\tPC-1", []string{"1: ann|PC-1"}},
		"empty lines are passed over":   {"\n\nann\n,,,\n  \nbob", []string{"3: ann|", "6: bob|"}},
		"a quoted cell over two lines":  {"\"ann\",\"a,\nb\",,PC-1\nbob", []string{"1: ann|PC-1", "3: bob|"}},
		"too many cells":                {"ann,,,PC-1,more\nbob", []string{"1: problem.sheet_cells", "2: bob|"}},
		"a quotation mark in a cell":    {"an\"n,,,PC-1\nbob", []string{"1: problem.sheet_quotes", "2: bob|"}},
		"a quotation never closed":      {"bob\n\"ann,,,PC-1", []string{"1: bob|", "2: problem.sheet_quotes"}},
		"a column that nobody knows":    {"user_name,colour\nann,red", []string{"1: problem.sheet_columns"}},
		"a column twice":                {"user_name,user_name\nann,bob", []string{"1: problem.sheet_columns"}},
		"nothing":                       {" \n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, row := range field.ReadSheet(c.text, columns).Rows {
				if row.Problem != nil {
					got = append(got, fmt.Sprintf("%d: %s", row.Line, row.Problem.Key))
					continue
				}
				got = append(got, fmt.Sprintf("%d: %s|%s", row.Line, row.Cells["user_name"], row.Cells["computer_name"]))
			}
			assert.Equal(t, c.want, got)
		})
	}
}

// team is a payload whose lists may be long.
type team struct {
	IDs   []string
	Seats []seat
}

func (t *team) Fields(s *field.Set) {
	s.Texts(&t.IDs, "desktop_ids", field.Items(1, 2), field.Split(5), field.Distinct(), field.Length(1, 4))
	field.List(s, &t.Seats, "seats", field.Items(1, 2), field.Split(5))
}

type seat struct{ Name, Email, Phone string }

func (s *seat) Fields(set *field.Set) {
	set.Text(&s.Name, "user_name", field.Required(), field.Length(1, 8))
	set.Text(&s.Email, "user_email")
	set.Text(&s.Phone, "user_phone", field.Folded())
}

func bound(values url.Values) (team, field.Result) {
	tree, problems := field.FromForm(values)
	var t team
	result := field.Bind(&t, field.Pruned(tree), nil)
	result.Problems = problems.Merge(result.Problems)
	return t, result
}

func TestALongListIsRowsOrASheetOrBoth(t *testing.T) {
	for name, values := range map[string]url.Values{
		"rows":       {"desktop_ids[0]": {"a"}, "desktop_ids[1]": {"b"}, "desktop_ids[2]": {"c"}},
		"bare":       {"desktop_ids": {"a", "b", "c"}},
		"lines":      {"desktop_ids": {"a\r\n\r\nb\nc\n"}},
		"both":       {"desktop_ids[0]": {"a"}, "desktop_ids": {"b\nc"}},
		"a header":   {"desktop_ids": {"desktop_id,computer_name\na,PC-1\nb,PC-2\nc,PC-3"}},
		"semicolons": {"desktop_ids": {"computer_name;desktop_id\nPC-1;a\nPC-2;b\nPC-3;c"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, result := bound(values)
			assert.Empty(t, told(result.Problems))
			assert.Equal(t, []string{"a", "b", "c"}, got.IDs)
		})
	}
}

func TestProblemsOfASheetStandAtItsRows(t *testing.T) {
	_, result := bound(url.Values{"desktop_ids": {"a\n\ntoo-long\na"}, "seats": {"user_name,user_email\nann,a@x\n,b@x\nbob,c@x,more"}})
	assert.ElementsMatch(t, []string{"desktop_ids[1] problem.length", "desktop_ids[2] problem.repeated", "seats[1].user_name problem.required",
		"seats[2] problem.sheet_cells"}, told(result.Problems))
	ids, seats := result.Inputs[0], result.Inputs[1]
	assert.Equal(t, "a\n\ntoo-long\na", ids.Typed, "as it was typed")
	assert.Equal(t, []int{1, 3, 4}, []int{ids.Rows[0].Line, ids.Rows[1].Line, ids.Rows[2].Line})
	assert.Equal(t, []int{2, 3, 4}, []int{seats.Rows[0].Line, seats.Rows[1].Line, seats.Rows[2].Line})
}

func TestAListIsAsLongAsItsSplitAllowsAndAScriptsAsOneCall(t *testing.T) {
	six := strings.Repeat("x\n", 6)
	_, result := bound(url.Values{"desktop_ids": {six}})
	assert.Contains(t, told(result.Problems), "desktop_ids problem.items")
	var of team
	tree, _ := field.FromJSON([]byte(`{"desktop_ids":["a","b","c"]}`))
	assert.Equal(t, []string{"desktop_ids problem.items"}, told(field.Bind(&of, tree, nil).Problems))
	assert.Empty(t, field.Bind(&of, tree.Whole(), nil).Problems)
}

func TestASheetIsWrittenAsItIsRead(t *testing.T) {
	_, result := bound(url.Values{"seats": {"user_name,user_phone\n\"ann, b\",1\nbob,"}, "desktop_ids": {"a\nb"}})
	assert.Equal(t, "a\nb\n", field.WriteSheet(result.Inputs[0]))
	text := field.WriteSheet(result.Inputs[1])
	assert.Equal(t, "user_name,user_email,user_phone\n\"ann, b\",,1\nbob,,\n", text)
	_, again := bound(url.Values{"seats": {text}})
	assert.Empty(t, told(again.Problems))
	assert.Equal(t, text, field.WriteSheet(again.Inputs[1]))
}

func TestAFormCannotAskForTheMemoryOfMillionsOfRows(t *testing.T) {
	values := url.Values{}
	for i := range 100 {
		values.Set(fmt.Sprintf("seats[%d].x[1999]", i), "1")
	}
	_, problems := field.FromForm(values)
	assert.Equal(t, []string{"$ problem.too_many_rows"}, told(problems))
}

func TestASheetCannotAskForTheMemoryOfMillionsOfRows(t *testing.T) {
	of := func(lines int) (allocations float64) {
		values := url.Values{"seats": {strings.Repeat("ann\n", lines)}}
		return testing.AllocsPerRun(1, func() {
			_, result := bound(values)
			assert.Contains(t, told(result.Problems), "seats problem.items")
		})
	}
	assert.InEpsilon(t, of(1_000), of(100_000), 0.1, "what is beyond the longest list is not read")
}
