package field_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/orders/field"
)

// lunch is a payload with an input of every kind.
type lunch struct {
	Guest  string
	Plates *int
	Spicy  *bool
	Names  []string
	Soup   *dish
	Dishes []dish
	Extra  json.RawMessage
	Table  string
}

type dish struct {
	Name string
	Size *int
}

func (l *lunch) Fields(s *field.Set) {
	s.Param(&l.Table, "table", field.Match(regexp.MustCompile(`^[a-z]+$`), "bad"))
	s.Text(&l.Guest, "guest", field.Required(), field.Length(2, 5), field.In("who"))
	s.Int(&l.Plates, "plates", field.Range(1, 9))
	s.Bool(&l.Spicy, "spicy")
	s.Texts(&l.Names, "names", field.Items(2, 3), field.Distinct(), field.Length(1, 3))
	field.Object(s, &l.Soup, "soup")
	field.List(s, &l.Dishes, "dishes", field.Items(0, 3))
	s.Raw(&l.Extra, "extra")
	s.Refuse("knife", "no_knives", "why", "sharp")
}

func (d *dish) Fields(s *field.Set) {
	s.Text(&d.Name, "name", field.Required(), field.OneOf("rice", "noodles"))
	s.Int(&d.Size, "size", field.AtLeast(2))
}

// told lists problems as "path key".
func told(problems field.Problems) []string {
	var out []string
	for _, p := range problems {
		out = append(out, p.Path+" "+p.Key)
	}
	return out
}

func bindJSON(body string) (lunch, []string) {
	var l lunch
	tree, problems := field.FromJSON([]byte(body))
	if tree == nil {
		return l, told(problems)
	}
	return l, told(problems.Merge(field.Bind(&l, tree, nil).Problems))
}

func TestABodyThatIsNoOrderIsOneProblem(t *testing.T) {
	deep := strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40)
	for _, c := range []struct{ name, body, want string }{
		{"nothing", "", "$ problem.empty"},
		{"white space", " \n\t", "$ problem.empty"},
		{"a list", `[1]`, "$ problem.type.object"},
		{"a text", `"guest"`, "$ problem.type.object"},
		{"null", `null`, "$ problem.type.object"},
		{"cut in an object", `{"guest":"anna"`, "$ problem.cut"},
		{"cut in a text", `{"guest":"an`, "$ problem.cut"},
		{"cut in a list", `{"names":["a",`, "$ problem.cut"},
		{"cut behind a name", `{"guest"`, "$ problem.cut"},
		{"no quotes", `{guest:"anna"}`, "$ problem.syntax"},
		{"a comma too many", `{"guest":"anna",}`, "$ problem.syntax"},
		{"a comma too many in a list", `{"names":["a",]}`, "$ problem.syntax"},
		{"a bracket of the other kind", `{"names":["a"}`, "$ problem.syntax"},
		{"a leading zero", `{"plates":01}`, "$ problem.syntax"},
		{"not a number", `{"plates":NaN}`, "$ problem.syntax"},
		{"bytes that are no UTF-8", "{\"guest\":\"\xff\"}", "$ problem.utf8"},
		{"too deep", deep, "$ problem.depth"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, problems := bindJSON(c.body)
			assert.Equal(t, []string{c.want}, problems)
		})
	}
}

func TestEachMistakeIsToldAtItsPath(t *testing.T) {
	for _, c := range []struct {
		name, body string
		want       []string
	}{
		{"nothing wrong", `{"guest":"anna","plates":2,"spicy":false,"names":["a","b"],"soup":{"name":"rice"},"dishes":[{"name":"noodles","size":2}],"extra":{"x":[1]}}`, nil},
		{"only what is mandatory", `{"guest":"anna"}`, nil},
		{"a mandatory text is missing", `{}`, []string{"guest problem.required"}},
		{"a mandatory text is empty", `{"guest":""}`, []string{"guest problem.required"}},
		{"a mandatory text is white space", `{"guest":"  "}`, []string{"guest problem.required"}},
		{"null", `{"guest":null,"plates":null,"spicy":null,"names":null,"soup":null,"dishes":null,"extra":null}`, []string{"guest problem.null", "plates problem.null",
			"spicy problem.null", "names problem.null", "soup problem.null", "dishes problem.null", "extra problem.null"}},
		{"wrong types", `{"guest":1,"plates":"2","spicy":"true","names":"a","soup":[],"dishes":{},"extra":7}`, []string{"guest problem.type.string",
			"plates problem.type.integer", "spicy problem.type.boolean", "names problem.type.array", "soup problem.type.object", "dishes problem.type.array", "extra problem.type.object"}},
		{"wrong types in lists", `{"guest":"anna","names":["a",1,null],"dishes":["rice",null,[]]}`, []string{"names[1] problem.type.string", "names[2] problem.required",
			"dishes[0] problem.type.object", "dishes[1] problem.type.object", "dishes[2] problem.type.object"}},
		{"a fraction", `{"guest":"anna","plates":2.5}`, []string{"plates problem.type.integer"}},
		{"an exponent", `{"guest":"anna","plates":2e0}`, []string{"plates problem.type.integer"}},
		{"beyond 32 bits", `{"guest":"anna","plates":2147483648,"soup":{"name":"rice","size":2147483648}}`, []string{"plates problem.range", "soup.size problem.range"}},
		{"far beyond 64 bits", `{"guest":"anna","plates":-99999999999999999999999999}`, []string{"plates problem.range"}},
		{"out of range", `{"guest":"anna","plates":0,"soup":{"name":"rice","size":1}}`, []string{"plates problem.range", "soup.size problem.min"}},
		{"too long, in characters and not bytes", `{"guest":"ääääää"}`, []string{"guest problem.length"}},
		{"long enough, in characters and not bytes", `{"guest":"äääää"}`, nil},
		{"not a choice", `{"guest":"anna","soup":{"name":"Rice"}}`, []string{"soup.name problem.choice"}},
		{"too few and too many", `{"guest":"anna","names":["a"],"dishes":[{"name":"rice"},{"name":"rice"},{"name":"rice"},{"name":"rice"}]}`, []string{"names problem.items", "dishes problem.items"}},
		{"the same twice", `{"guest":"anna","names":["a","b","a"]}`, []string{"names[2] problem.repeated"}},
		{"unknown members", `{"guest":"anna","fork":1,"soup":{"name":"rice","salt":true},"dishes":[{"name":"rice","x.y":1}]}`, []string{`soup.salt problem.unknown`,
			`dishes[0]["x.y"] problem.unknown`, "fork problem.unknown"}},
		{"a member that is refused with a reason", `{"guest":"anna","knife":{}}`, []string{"knife no_knives"}},
		{"a member twice", `{"guest":"anna","guest":"otto","soup":{"name":"rice","name":"rice"}}`, []string{"guest problem.duplicate", "soup.name problem.duplicate"}},
		{"a member twice, once in escapes", `{"guest":"anna","\u0067uest":"otto"}`, []string{"guest problem.duplicate"}},
		{"something behind it", `{"guest":"anna"} {}`, []string{"$ problem.trailing"}},
		{"garbage behind it", `{"guest":"anna"} x`, []string{"$ problem.trailing"}},
		{"the character NUL", `{"guest":"an\u0000na","names":["a\u0000","b"]}`, []string{"guest problem.nul", "names[0] problem.nul"}},
		{"half a surrogate pair", `{"guest":"an\ud800"}`, []string{"guest problem.utf8"}},
		{"a line break where none belongs", `{"guest":"an\nna"}`, []string{"guest problem.control"}},
		{"a parameter of the path in the body", `{"guest":"anna","table":"x"}`, []string{"table problem.unknown"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, problems := bindJSON(c.body)
			assert.Equal(t, c.want, problems)
		})
	}
}

func TestAStrangeMemberNameCannotPassForAnotherPath(t *testing.T) {
	_, problems := bindJSON(`{"guest":"anna","":1,"a\nb":1,"` + strings.Repeat("ü", 100) + `":1}`)
	assert.Equal(t, []string{`[""] problem.unknown`, `["a\nb"] problem.unknown`, `["` + strings.Repeat("ü", 64) + `"] problem.unknown`}, problems)
}

func TestAbsentIsNotZero(t *testing.T) {
	l, problems := bindJSON(`{"guest":"anna"}`)
	assert.Empty(t, problems)
	assert.Equal(t, lunch{Guest: "anna"}, l)
	l, problems = bindJSON(`{"guest":"anna","spicy":false,"soup":{"name":"rice"},"extra":{"b":1.50,"a":[true,null,"x"]}}`)
	assert.Empty(t, problems)
	require.NotNil(t, l.Spicy)
	assert.False(t, *l.Spicy)
	assert.Nil(t, l.Plates)
	assert.Nil(t, l.Soup.Size)
	assert.Equal(t, `{"a":[true,null,"x"],"b":1.50}`, string(l.Extra), "numbers stay as they were written")
}

func TestAFloodOfMistakesIsCutOff(t *testing.T) {
	var body strings.Builder
	body.WriteString(`{"guest":"anna"`)
	for i := range 100_000 {
		fmt.Fprintf(&body, `,"a%d":1`, i)
	}
	body.WriteString("}")
	_, problems := bindJSON(body.String())
	assert.Len(t, problems, field.MaxProblems)

	_, problems = bindJSON(`{"guest":"anna","dishes":[` + strings.TrimSuffix(strings.Repeat("{},", 100_000), ",") + `]}`)
	assert.Len(t, problems, field.MaxProblems)
	assert.Equal(t, "dishes problem.items", problems[0])
}

// form makes form values of "name=value" pairs.
func form(pairs ...string) url.Values {
	values := url.Values{}
	for _, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		values.Add(name, value)
	}
	return values
}

func bindForm(values url.Values) (lunch, field.Result, []string) {
	var l lunch
	tree, problems := field.FromForm(values)
	result := field.Bind(&l, field.Pruned(tree), nil)
	return l, result, told(problems.Merge(result.Problems))
}

func TestAFormBindsLikeABody(t *testing.T) {
	l, _, problems := bindForm(form("guest= anna ", "plates=2", "spicy=true", "names[0]=a", "names[1]=b", "soup.name=rice",
		"dishes[0].name=rice", "dishes[1].name=noodles", "dishes[1].size=3"))
	assert.Empty(t, problems)
	want, problems := bindJSON(`{"guest":"anna","plates":2,"spicy":true,"names":["a","b"],"soup":{"name":"rice"},"dishes":[{"name":"rice"},{"name":"noodles","size":3}]}`)
	assert.Empty(t, problems)
	assert.Equal(t, want, l)
}

func TestWhatIsEmptyInAFormIsAbsent(t *testing.T) {
	l, _, problems := bindForm(form("guest=anna", "plates= ", "spicy=", "names[0]=", "soup.name=", "soup.size= ", "dishes[0].name=", "dishes[1].name="))
	assert.Empty(t, problems)
	assert.Equal(t, lunch{Guest: "anna"}, l)
}

func TestRowsOfAFormAreClosedUp(t *testing.T) {
	l, result, problems := bindForm(form("guest=anna", "dishes[1].name=rice", "dishes[2].name=", "dishes[7].name=noodles", "dishes[7].size=1",
		"names[3]=a", "names[9]=b"))
	assert.Equal(t, []string{"dishes[1].size problem.min"}, problems, "a problem's path is that of the page shown next")
	assert.Equal(t, []string{"a", "b"}, l.Names)
	assert.Len(t, l.Dishes, 2)
	for _, in := range result.Inputs {
		if in.Name == "dishes" {
			assert.Equal(t, "dishes[1].size", in.Rows[1].Children[1].Path)
			assert.Equal(t, "1", in.Rows[1].Children[1].Value, "shown again as typed")
			assert.Equal(t, "dishes[2].name", in.Item[0].Path, "the next empty row")
		}
	}
}

func TestABareNameThatRepeatsIsAList(t *testing.T) {
	for name, values := range map[string]url.Values{
		"bare":          form("guest=anna", "names=a", "names=b"),
		"bare and rows": form("guest=anna", "names=b", "names[0]=a"),
		"mixed":         form("guest=anna", "names=b", "names=", "names[4]=a"),
	} {
		l, _, problems := bindForm(values)
		assert.Empty(t, problems, name)
		assert.Equal(t, []string{"a", "b"}, l.Names, name)
	}
	l, _, problems := bindForm(form("guest=anna", "names=a"))
	assert.Equal(t, []string{"names problem.items"}, problems, "one of two, but a list")
	assert.Equal(t, []string{"a"}, l.Names)
}

func TestMistakesInAForm(t *testing.T) {
	for _, c := range []struct {
		name   string
		values url.Values
		want   []string
	}{
		{"a number in words", form("guest=anna", "plates=two"), []string{"plates problem.type.integer"}},
		{"a number with a sign", form("guest=anna", "plates=+2"), []string{"plates problem.type.integer"}},
		{"yes", form("guest=anna", "spicy=yes"), []string{"spicy problem.type.boolean"}},
		{"a text twice", form("guest=anna", "guest=otto"), []string{"guest problem.type.string"}},
		{"an unknown name", form("guest=anna", "fork=1"), []string{"fork problem.unknown"}},
		{"a name that is no path", form("guest=anna", "a b=1", "names[x]=1", "..=1"), []string{`["a b"] problem.unknown`, `["names[x]"] problem.unknown`, `[".."] problem.unknown`}},
		{"a row far away", form("guest=anna", "names[2000]=a"), []string{`["names[2000]"] problem.unknown`}},
		{"bytes that are no UTF-8", form("guest=ann\xff"), []string{"guest problem.utf8"}},
		{"the character NUL", form("guest=ann\x00"), []string{"guest problem.nul"}},
		{"a value and a group", form("guest=anna", "soup=hot", "soup.name=rice"), []string{"soup problem.clash"}},
		{"a value in place of a group", form("guest=anna", "soup=hot"), []string{"soup problem.type.object"}},
		{"a value in place of a row", form("guest=anna", "dishes[0]=rice"), []string{"dishes[0] problem.type.object"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, problems := bindForm(c.values)
			assert.ElementsMatch(t, c.want, problems)
		})
	}
}

func TestWhatWasTypedIsShownAgain(t *testing.T) {
	var l lunch
	tree, _ := field.FromForm(form("guest= x ", "plates=two", "spicy=maybe", "names[0]=zzzz"))
	shown := map[string]string{}
	for _, in := range field.Bind(&l, tree, map[string]string{"table": " T1 "}).Inputs {
		shown[in.Path] = in.Value
		for _, row := range in.Rows {
			shown[row.Path] = row.Value
		}
	}
	assert.Equal(t, map[string]string{"table": " T1 ", "guest": " x ", "plates": "two", "spicy": "maybe", "names": "", "names[0]": "zzzz",
		"soup": "", "dishes": "", "extra": ""}, shown)
}

func TestRowsAreAddedAndRemoved(t *testing.T) {
	tree, _ := field.FromForm(form("guest=anna", "names[0]=a", "dishes[0].name=rice"))
	assert.True(t, tree.AddRow("names"))
	assert.True(t, tree.AddRow("dishes"))
	assert.True(t, tree.AddRow("dishes"))
	rows := func() map[string]int {
		count := map[string]int{}
		var l lunch
		for _, in := range field.Bind(&l, tree, nil).Inputs {
			count[in.Name] = len(in.Rows)
		}
		return count
	}
	assert.Equal(t, 2, rows()["names"])
	assert.Equal(t, 3, rows()["dishes"])
	tree.RemoveRow("dishes[1]")
	tree.RemoveRow("dishes[9]")
	tree.RemoveRow("guest")
	tree.RemoveRow("")
	tree.RemoveRow("names[x]")
	assert.Equal(t, 2, rows()["dishes"])
	assert.Equal(t, 2, rows()["names"])

	assert.False(t, tree.AddRow("guest.names"), "below a text there is no list")
	assert.False(t, tree.AddRow("a b"))
	bare, _ := field.FromForm(form("names=a"))
	assert.True(t, bare.AddRow("names"), "a bare name is a list of one")
	for left, want := range map[string]int{"names=&guest=anna": 1, "names=&names[0]=a&guest=anna": 2} {
		tree, problems := field.FromForm(form(strings.Split(left, "&")...))
		require.Empty(t, problems)
		assert.True(t, tree.AddRow("names"))
		var l lunch
		for _, in := range field.Bind(&l, tree, nil).Inputs {
			if in.Name == "names" {
				assert.Len(t, in.Rows, want, "a text area for the list that is left empty is no row: %s", left)
			}
		}
	}
	nothing, _ := field.FromForm(nil)
	assert.True(t, nothing.AddRow("names"))
	for range field.MaxRows {
		nothing.AddRow("names")
	}
	assert.False(t, nothing.AddRow("names"), "full")
}

func TestAFormIsPrefilled(t *testing.T) {
	tree, _ := field.FromForm(nil)
	assert.True(t, tree.Put("dishes[0].name", "rice"))
	assert.True(t, tree.Put("guest", "anna"))
	assert.False(t, tree.Put("guest.name", "anna"), "a text has no members")
	assert.False(t, tree.Put("", "x"))
	var l lunch
	assert.Empty(t, field.Bind(&l, tree, nil).Problems)
	assert.Equal(t, lunch{Guest: "anna", Dishes: []dish{{Name: "rice"}}}, l)
}

func TestAParameterBesideTheBody(t *testing.T) {
	var l lunch
	tree, _ := field.FromJSON([]byte(`{"guest":"anna"}`))
	assert.Equal(t, []string{"table bad"}, told(field.Bind(&l, tree, map[string]string{"table": "T 1"}).Problems))
	assert.Empty(t, field.Bind(&l, tree, map[string]string{"table": "window"}).Problems)
	assert.Equal(t, "window", l.Table)
}

func TestDescribingBindsNothingAndFindsNothingWrong(t *testing.T) {
	var l lunch
	inputs := field.Describe(&l)
	assert.Equal(t, lunch{}, l)
	var names []string
	for _, in := range inputs {
		names = append(names, in.Path)
	}
	assert.Equal(t, []string{"table", "guest", "plates", "spicy", "names", "soup", "dishes", "extra"}, names)
	assert.Equal(t, "who", inputs[1].Section)
	assert.Equal(t, "soup.name", inputs[5].Children[0].Path)
	assert.Equal(t, "dishes[0].name", inputs[6].Item[0].Path)
	assert.Equal(t, []string{"guest problem.required"}, told(field.Bind(&l, nil, nil).Problems), "an empty body is not described, but bound")
}

func TestProblemsMoveBelowAPathAndKeepTheFirstReason(t *testing.T) {
	var inner field.Problems
	inner.Add("size", "too_small")
	inner.Add("$", "wrong")
	inner.Add("[1]", "odd")
	moved := inner.At("a.b")
	assert.Equal(t, []string{"a.b.size too_small", "a.b wrong", "a.b[1] odd"}, told(moved))
	assert.Equal(t, []string{"size too_small", "$ wrong", "[1] odd"}, told(inner), "the original stays")

	var more field.Problems
	more.Add("a.b", "second_reason")
	more.Add("c", "new")
	assert.Equal(t, []string{"a.b.size too_small", "a.b wrong", "a.b[1] odd", "c new"}, told(moved.Merge(more)))
}

func FuzzFromJSON(f *testing.F) {
	for _, seed := range []string{`{"guest":"anna","names":["a"],"soup":{"name":"rice"},"dishes":[{}]}`, `{"a":{"a":[1,2,null,true]}}`, `[`, `{"guest":"\ud800"}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		tree, problems := field.FromJSON(body)
		if tree == nil && len(problems) == 0 {
			t.Fatal("neither a tree nor a problem")
		}
		if len(problems) == 0 && !json.Valid(body) {
			t.Fatalf("no problem with %q", body)
		}
		var l lunch
		for _, p := range field.Bind(&l, tree, nil).Problems {
			if p.Path == "" || p.Key == "" {
				t.Fatalf("a problem without path or key: %v", p)
			}
		}
	})
}

func FuzzFromForm(f *testing.F) {
	f.Add("guest=anna&names=a&names[1]=b&dishes[0].name=rice", "dishes", "names[0]")
	f.Add("guest.x=1&guest=2&[0]=1&names[0][1]=2", "a.b[3].c", "guest[0]")
	f.Fuzz(func(t *testing.T, query, add, remove string) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		tree, _ := field.FromForm(values)
		tree.AddRow(add)
		tree.RemoveRow(remove)
		var l lunch
		field.Bind(&l, tree, nil)
		var pruned lunch
		field.Bind(&pruned, field.Pruned(tree), nil)
	})
}
