// Package field is a form-neutral declaration of a payload's inputs, used like package flag: a payload names each of
// its inputs once, with its type, its rule and where its value goes, and that one declaration binds a body, checks it,
// describes its form and documents it. Both doors, the browser's form and the JSON endpoint, become the same tree of
// raw values before (FromForm, FromJSON).
//
// The package imports the standard library only.
package field

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Fielder declares its inputs.
type Fielder interface {
	Fields(*Set)
}

// Result is what binding a tree to a declaration gives.
type Result struct {
	// Inputs describe the payload with what was typed, in the order declared.
	Inputs []Input
	// Problems are all that the declaration itself can tell: types, ranges, patterns, mandatory and unknown members.
	Problems Problems
}

// Bind fills the payload from the tree and describes it. Params are values that come beside the body (the change
// door's desktop_id). A nil tree describes the empty payload; the problems are then those of an empty body.
func Bind(payload Fielder, tree *Node, params map[string]string) Result {
	if tree == nil {
		tree = newObject()
	}
	s := &Set{node: tree, form: tree.form, whole: tree.form || tree.whole, params: params, seen: map[string]bool{}, problems: &Problems{}}
	payload.Fields(s)
	s.unknown()
	return Result{Inputs: s.inputs, Problems: *s.problems}
}

// Describe tells a payload's inputs without values.
func Describe(payload Fielder) []Input {
	s := &Set{absent: true, problems: &Problems{}, seen: map[string]bool{}}
	payload.Fields(s)
	return s.inputs
}

// Set collects the inputs of one object of a payload.
type Set struct {
	path     string
	node     *Node // nil when absent
	params   map[string]string
	seen     map[string]bool
	absent   bool // describing only: nothing is bound, nothing is wrong
	form     bool // of a form: see mustShow
	whole    bool // lists may be as long as Most
	problems *Problems
	inputs   []Input
}

// Text declares a string. Absent and empty are the same.
func (s *Set) Text(dst *string, name string, opts ...Option) {
	in, node := s.begin(Text, name, opts)
	if node != nil {
		if text, ok := s.text(node, in); ok {
			*dst = text
			s.checkText(in, text)
		} else {
			*dst = node.text // so that rules across fields see that something is there
		}
	}
	s.end(in, node, node != nil && *dst != "")
}

// Param declares a string that comes beside the body, in the path.
func (s *Set) Param(dst *string, name string, opts ...Option) {
	in := s.input(Text, name, opts)
	in.Param = true
	value := trim(s.params[name])
	in.Value = s.params[name]
	*dst = value
	if value != "" {
		s.checkText(&in, value)
	} else if in.Required && !s.absent {
		s.problems.Add(in.Path, "problem.required")
	}
	s.inputs = append(s.inputs, in)
}

// Const declares a string that has one value: the type that selected the declaration. A form may leave it out.
func (s *Set) Const(dst *string, name, value string) {
	in, node := s.begin(Text, name, []Option{Required(), OneOf(value)})
	in.Const = true
	*dst = value
	if node != nil && (node.kind != kindText && node.kind != kindString || trim(node.text) != value) {
		s.problems.Add(in.Path, "problem.const", "value", value)
	}
	s.inputs = append(s.inputs, *in)
}

// Int declares a whole number of 32 bits.
func (s *Set) Int(dst **int, name string, opts ...Option) {
	in, node := s.begin(Int, name, opts)
	present := false
	if node != nil && (node.kind != kindText || trim(node.text) != "") {
		present = true
		n, ok := s.int(node, in)
		*dst = &n // even when wrong: rules across fields must see that something is there
		if ok {
			s.checkInt(in, n)
		}
	}
	s.end(in, node, present)
}

// Bool declares a boolean: true, false or absent.
func (s *Set) Bool(dst **bool, name string, opts ...Option) {
	in, node := s.begin(Bool, name, opts)
	present := false
	if node != nil && (node.kind != kindText || trim(node.text) != "") {
		present = true
		value := trim(node.text)
		truth := value == "true"
		*dst = &truth
		switch {
		case node.kind == kindNull:
			s.problems.Add(in.Path, "problem.null")
		case node.kind != kindBool && node.kind != kindText || value != "true" && value != "false":
			s.problems.Add(in.Path, "problem.type.boolean")
		}
	}
	s.end(in, node, present)
}

// Texts declares a list of strings; the options' rules hold for each, Items for their number.
func (s *Set) Texts(dst *[]string, name string, opts ...Option) {
	in, node := s.begin(TextList, name, opts)
	rows := s.rows(in, node, textColumns(name))
	for i, row := range rows {
		item := *in
		item.Kind, item.Name, item.Path, item.Required = Text, "", fmt.Sprintf("%s[%d]", in.Path, i), true
		item.Value, item.Rows, item.Typed, item.Line = row.text, nil, "", row.line
		if row.broken != nil {
			s.problems.Add(item.Path, row.broken.Key, row.broken.pairs()...)
			*dst = append(*dst, row.text)
			in.Rows = append(in.Rows, item)
			continue
		}
		if text, ok := s.text(row, &item); ok {
			*dst = append(*dst, text)
			if text == "" {
				s.require(&item)
			} else {
				s.checkText(&item, text)
			}
		} else {
			*dst = append(*dst, row.text)
		}
		in.Rows = append(in.Rows, item)
	}
	if in.Unique {
		s.unique(in)
	}
	s.end(in, node, len(rows) > 0)
}

// Raw declares an object whose members no source tells. It is passed on as it came.
func (s *Set) Raw(dst *json.RawMessage, name string, opts ...Option) {
	in, node := s.begin(Group, name, opts)
	present := node != nil && node.kind != kindNull && (node.kind != kindText || trim(node.text) != "")
	if present {
		if node.kind != kindObject {
			s.problems.Add(in.Path, "problem.type.object")
		}
		raw, err := json.Marshal(node.value())
		if err != nil {
			s.problems.Add(in.Path, "problem.type.object")
		}
		*dst = raw
	}
	s.end(in, node, present)
}

// Object declares an object.
func Object[T any, P interface {
	*T
	Fielder
}](s *Set, dst **T, name string, opts ...Option) {
	ObjectFrom(s, dst, name, func(value *T) Fielder { return P(value) }, opts...)
}

// ObjectFrom declares an object whose declaration depends on more than its type: prepare gets the empty value and
// returns what declares its inputs.
func ObjectFrom[T any](s *Set, dst **T, name string, prepare func(*T) Fielder, opts ...Option) {
	in, node := s.begin(Group, name, opts)
	if s.mustShow(in, node) {
		node = newObject()
	}
	present := node != nil && node.kind != kindNull && (node.kind != kindText || trim(node.text) != "")
	value := new(T)
	child := s.child(in.Path, nil)
	if present {
		*dst = value
		if node.kind == kindObject {
			child = s.child(in.Path, node)
		} else {
			s.problems.Add(in.Path, "problem.type.object")
		}
	}
	prepare(value).Fields(child)
	child.unknown()
	in.Children = child.inputs
	s.end(in, node, present)
}

// List declares a list of objects.
func List[T any, P interface {
	*T
	Fielder
}](s *Set, dst *[]T, name string, opts ...Option) {
	in, node := s.begin(GroupList, name, opts)
	if s.mustShow(in, node) {
		node = &Node{kind: kindArray, items: []*Node{newObject()}}
	}
	prototype := s.child(in.Path+"[0]", nil)
	P(new(T)).Fields(prototype)
	rows := s.rows(in, node, groupColumns(prototype.inputs))
	for i, row := range rows {
		path := fmt.Sprintf("%s[%d]", in.Path, i)
		child := s.child(path, nil)
		switch {
		case row.kind == kindObject:
			child = s.child(path, row)
		case row.broken != nil:
			s.problems.Add(path, row.broken.Key, row.broken.pairs()...)
		case row.kind == kindText && trim(row.text) == "":
		default:
			s.problems.Add(path, "problem.type.object")
		}
		value := new(T)
		P(value).Fields(child)
		child.unknown()
		*dst = append(*dst, *value)
		in.Rows = append(in.Rows, Input{Kind: Group, Path: path, Children: child.inputs, Line: row.line})
	}
	prototype = s.child(fmt.Sprintf("%s[%d]", in.Path, len(rows)), nil)
	P(new(T)).Fields(prototype)
	in.Item = prototype.inputs
	s.end(in, node, len(rows) > 0)
}

// mustShow tells that a mandatory envelope of a form is absent: people see nothing of it but its inputs, so it is they that
// are missing, and not the envelope.
func (s *Set) mustShow(in *Input, node *Node) bool {
	return s.form && !s.absent && in.Envelope && in.Required && node == nil
}

// Refuse declares a member that may never be there, and says why with a message key.
func (s *Set) Refuse(name, key string, pairs ...any) {
	s.seen[name] = true
	if s.node != nil && s.node.members[name] != nil {
		s.problems.Add(join(s.path, name), key, pairs...)
	}
}

// begin finds an input's node and marks it as declared.
func (s *Set) begin(kind Kind, name string, opts []Option) (*Input, *Node) {
	in := s.input(kind, name, opts)
	if s.seen[name] {
		panic("field declared twice: " + in.Path)
	}
	s.seen[name] = true
	var node *Node
	if s.node != nil {
		node = s.node.members[name]
	}
	if node != nil && (node.kind == kindText || node.kind == kindString || node.kind == kindNumber || node.kind == kindBool) {
		in.Value = node.text
	}
	return &in, node
}

func (s *Set) input(kind Kind, name string, opts []Option) Input {
	in := Input{Kind: kind, Name: name, Path: join(s.path, name)}
	for _, opt := range opts {
		opt(&in)
	}
	return in
}

// end notes the input, and its absence where it is mandatory.
func (s *Set) end(in *Input, node *Node, present bool) {
	if !present && !s.absent {
		switch {
		case node != nil && node.kind == kindNull:
			s.problems.Add(in.Path, "problem.null")
		case in.Required:
			s.require(in)
		}
	}
	s.inputs = append(s.inputs, *in)
}

func (s *Set) require(in *Input) {
	if _, has := s.problems.For(in.Path); !has {
		s.problems.Add(in.Path, "problem.required")
	}
}

func (s *Set) child(path string, node *Node) *Set {
	return &Set{path: path, node: node, form: s.form, whole: s.whole, absent: node == nil, seen: map[string]bool{}, problems: s.problems}
}

// rows returns the elements of a list; a single text is a list of one, and one of several lines a sheet of them.
func (s *Set) rows(in *Input, node *Node, columns []column) []*Node {
	var rows []*Node
	switch {
	case node == nil || node.kind == kindNull:
	case node.kind == kindArray:
		rows = node.items
	case node.kind != kindText:
		s.problems.Add(in.Path, "problem.type.array")
	case trim(node.text) != "":
		rows = []*Node{node}
	}
	if s.form {
		rows = unfold(in, rows, columns)
	}
	most := in.MaxItems
	if s.whole {
		most = max(most, in.Most)
	}
	switch n := len(rows); {
	case n == 0 || in.MaxItems == 0 || n >= in.MinItems && n <= most:
	case in.MinItems == most:
		s.problems.Add(in.Path, "problem.items_exactly", "n", in.MinItems)
	default:
		s.problems.Add(in.Path, "problem.items", "min", in.MinItems, "max", most)
	}
	// What is far too long is not looked at row by row: a thousand problems help nobody.
	return rows[:min(len(rows), max(MaxRows, most))]
}

func (s *Set) unique(in *Input) {
	first := map[string]bool{}
	for _, row := range in.Rows {
		if value := trim(row.Value); value != "" && first[value] {
			s.problems.Add(row.Path, "problem.repeated")
		} else {
			first[value] = true
		}
	}
}

// unknown names what the declaration did not consume.
func (s *Set) unknown() {
	if s.node == nil {
		return
	}
	for _, name := range s.node.names {
		if !s.seen[name] {
			s.problems.Add(join(s.path, memberPath(name)), "problem.unknown")
		}
	}
}

func (s *Set) text(node *Node, in *Input) (string, bool) {
	switch node.kind {
	case kindString:
		if trim(node.text) == "" {
			return "", true // as a form has it
		}
		return node.text, true
	case kindText:
		return trim(node.text), true
	case kindNull:
		return "", true // end says so
	}
	s.problems.Add(in.Path, "problem.type.string")
	return "", false
}

var wholeNumber = regexp.MustCompile(`^-?[0-9]+$`)

func (s *Set) int(node *Node, in *Input) (int, bool) {
	if node.kind == kindNull {
		s.problems.Add(in.Path, "problem.null")
		return 0, false
	}
	text := trim(node.text)
	if node.kind != kindNumber && node.kind != kindText || !wholeNumber.MatchString(text) {
		s.problems.Add(in.Path, "problem.type.integer")
		return 0, false
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		switch {
		case len(in.Choices) > 0:
			s.problems.Add(in.Path, "problem.choice", "choices", in.Choices)
		case in.Max == nil:
			highest := math.MaxInt32 // named, for that is what was passed
			wide := *in
			wide.Max = &highest
			s.rangeProblem(&wide)
		default:
			s.rangeProblem(in)
		}
		return 0, false
	}
	return int(n), true
}

func (s *Set) checkInt(in *Input, n int) {
	switch {
	case len(in.Choices) > 0 && !in.allows(strconv.Itoa(n)):
		s.problems.Add(in.Path, "problem.choice", "choices", in.Choices)
	case in.Min != nil && n < *in.Min, in.Max != nil && n > *in.Max, in.Step > 1 && n%in.Step != 0:
		s.rangeProblem(in)
	}
}

func (s *Set) rangeProblem(in *Input) {
	lowest, highest := math.MinInt32, math.MaxInt32
	if in.Min != nil {
		lowest = *in.Min
	}
	if in.Max != nil {
		highest = *in.Max
	}
	switch {
	case in.Step > 1:
		s.problems.Add(in.Path, "problem.multiple", "step", in.Step, "min", lowest, "max", highest)
	case in.Max == nil:
		s.problems.Add(in.Path, "problem.min", "min", lowest)
	default:
		s.problems.Add(in.Path, "problem.range", "min", lowest, "max", highest)
	}
}

func (s *Set) checkText(in *Input, text string) {
	length := utf8.RuneCountInString(text)
	switch {
	case text == "":
	case len(in.Choices) > 0:
		if !in.allows(text) {
			s.problems.Add(in.Path, "problem.choice", "choices", in.Choices)
		}
	case strings.ContainsFunc(text, in.forbids):
		s.problems.Add(in.Path, "problem.control")
	case in.Pattern != nil && !in.Pattern.MatchString(text):
		s.problems.Add(in.Path, in.PatternKey)
	case in.MaxLen > 0 && (length > in.MaxLen || length < in.MinLen):
		s.problems.Add(in.Path, "problem.length", "min", in.MinLen, "max", in.MaxLen)
	}
}
