package templates

import (
	"fmt"
	"slices"

	"workspace-order-console/internal/i18n"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/field"
)

// FormView is the form of one kind of order.
type FormView struct {
	Kind  orders.Kind
	Say   i18n.Printer
	Order string // the order's ID, carried by the form from the moment it is shown
	// RepeatOf is the order that this form was filled in from; may be empty.
	RepeatOf string
	Reason   string
	Sections []FormSection
	Folded   []InputView
	// FoldedOpen shows the folded section open: something in it is filled in or wrong.
	FoldedOpen bool
	// Lists are the choices of the pickers on the form, by picker.
	Lists []PickList
	// Problems are all problems, for the summary above the form, in the order of the inputs. Live tells that it is a check
	// while somebody types: that only counts them, so that the fields stay where they are.
	Problems []FieldProblem
	Live     bool
	// ReasonProblem is what is wrong with the note.
	ReasonProblem string
	// Team is whose the order is to be, of Teams; there is no choice, and no input, when Teams is empty. NoTeam offers
	// nobody's too.
	Team        string
	Teams       []string
	NoTeam      bool
	TeamProblem string
	// Split is set when the order touches what is of several teams: a button for each part.
	Split []SplitPart
	// Template is what the form was filled in from, nil for none.
	Template *orders.Template
	Price    PriceView
}

// SplitPart is a team's part of an order that has to be several; Team is empty for what is nobody's.
type SplitPart struct{ Team, Words string }

func splitParts(say i18n.Printer, split []orders.Split) []SplitPart {
	var parts []SplitPart
	for _, part := range split {
		whose := part.Team
		if whose == "" {
			whose = say.Say("form.nobodys", nil)
		}
		parts = append(parts, SplitPart{Team: part.Team, Words: fmt.Sprintf("%s: %d", whose, len(part.Targets))})
	}
	return parts
}

// Action is the form's own address.
func (v FormView) Action() string { return "/orders/new/" + v.Kind.Name() }

// FormSection is a part of the form under a title of its own.
type FormSection struct {
	Key    string
	Title  string
	Inputs []InputView
}

// InputView is one input as it is shown.
type InputView struct {
	field.Input
	Label   string
	Help    string
	Rule    string // what is allowed, in a few words
	Problem string
	// Picked is what people know the value by, when it came from a picker.
	Picked  string
	Options []Option
	Parts   []InputView // of a group, or of one row
	Lines   []InputView // the rows of a list
	// List is set for a list that may be pasted or uploaded; Lines are then its rows that are shown one by one.
	List *ListView
	// Removable rows have a button to remove them.
	Removable bool
	// Fixed: the template says what it is; what is typed counts nothing.
	Fixed bool
}

// Option is one choice of a select or a picker.
type Option struct {
	// Value is what is sent, and shown where there is no Label.
	Value, Label string
	// Verbatim marks a Label that is a name of the cloud's or of people's.
	Verbatim bool
}

// PickList is a picker's list of choices.
type PickList struct {
	Picker  field.Picker
	Options []Option
}

// FormInput is what a form is made of.
type FormInput struct {
	Kind     orders.Kind
	Inputs   []field.Input
	Problems field.Problems
	Order    string
	RepeatOf string
	Reason   string
	Team     string
	Teams    []string
	NoTeam   bool
	Split    []orders.Split
	Template *orders.Template
	// Choices fills a picker.
	Choices func(field.Picker) []Option
	Say     i18n.Printer
	Price   PriceView
	// Live tells that the form is renewed while somebody types in it: what they typed stays as it is.
	Live bool
}

// sectionOrder is the order of a form's sections; others follow.
var sectionOrder = []string{"targets", "what", "who", "network", "term", "more"}

// NewFormView lays a kind's inputs out as a form: envelopes dissolved, inputs in their sections, what is rarely used
// folded away, each problem at its input.
func NewFormView(in FormInput) FormView {
	v := FormView{Kind: in.Kind, Say: in.Say, Order: in.Order, RepeatOf: in.RepeatOf, Reason: in.Reason,
		Team: in.Team, Teams: in.Teams, NoTeam: in.NoTeam, Split: splitParts(in.Say, in.Split), Template: in.Template, Live: in.Live, Price: in.Price}
	b := formBuilder{FormInput: in, shown: map[string]bool{}, lists: map[field.Picker][]Option{}}
	b.flatten(in.Inputs)
	for _, section := range b.sections {
		if len(section.Inputs) > 0 {
			v.Sections = append(v.Sections, *section)
		}
	}
	slices.SortStableFunc(v.Sections, func(a, b FormSection) int { return rankOf(a.Key) - rankOf(b.Key) })
	v.Folded = b.folded
	v.FoldedOpen = slices.ContainsFunc(b.folded, InputView.touched)
	for _, picker := range b.pickers {
		v.Lists = append(v.Lists, PickList{Picker: picker, Options: b.lists[picker]})
	}
	for _, section := range v.Sections {
		v.Problems = appendWrong(v.Problems, in.Say, section.Inputs, 0)
	}
	v.Problems = appendWrong(v.Problems, in.Say, v.Folded, 0)
	var beside, loose []FieldProblem
	for _, problem := range in.Problems {
		words := in.Say.Say(problem.Key, problem.Args)
		switch {
		case problem.Path == "reason":
			v.ReasonProblem = words
			beside = append(beside, FieldProblem{ID: "reason", Label: in.Say.Say("form.note", nil), Text: words})
		case problem.Path == "team" && len(in.Teams) > 0:
			v.TeamProblem = words
			beside = slices.Insert(beside, 0, FieldProblem{ID: "team", Label: in.Say.Say("form.team", nil), Text: words})
		case !b.shown[problem.Path]:
			loose = append(loose, FieldProblem{Label: problem.Path, Text: words})
		}
	}
	v.Problems = slices.Concat(v.Problems, beside, loose)
	return v
}

// appendWrong adds what is wrong with inputs, and with those inside them, in their order. Row is that of a list in which they
// are, from 1; 0 for none.
func appendWrong(list []FieldProblem, say i18n.Printer, inputs []InputView, row int) []FieldProblem {
	for _, in := range inputs {
		label := in.Label
		if row > 0 {
			label = say.Say("form.in_row", map[string]any{"label": in.Label, "number": row})
		}
		if in.Problem != "" {
			list = append(list, FieldProblem{ID: in.first(), Label: label, Text: in.Problem})
		}
		if in.List != nil && len(in.List.Bad) > 0 {
			list = append(list, FieldProblem{ID: in.Path, Label: label, Text: say.Say("list.bad_lines", map[string]any{"n": len(in.List.Bad) + in.List.Beyond})})
		}
		list = appendWrong(list, say, in.Parts, row)
		for i, line := range in.Lines {
			list = appendWrong(list, say, []InputView{line}, i+1)
		}
	}
	return list
}

// first is the id of the input, or of the first inside it; of its error where there is none yet.
func (v InputView) first() string {
	switch {
	case len(v.Parts) > 0:
		return v.Parts[0].first()
	case len(v.Lines) > 0:
		return v.Lines[0].first()
	case v.Kind == field.Group || v.Kind == field.GroupList && v.List == nil:
		return errorID(v.Path)
	}
	return v.Path
}

func rankOf(section string) int {
	if i := slices.Index(sectionOrder, section); i >= 0 {
		return i
	}
	return len(sectionOrder)
}

type formBuilder struct {
	FormInput
	sections []*FormSection
	current  *FormSection
	folded   []InputView
	shown    map[string]bool
	lists    map[field.Picker][]Option
	pickers  []field.Picker
}

// flatten puts inputs into their sections, with the members of envelopes in the envelopes' places.
func (b *formBuilder) flatten(inputs []field.Input) {
	for _, in := range inputs {
		if in.Const || in.SDKOnly {
			continue
		}
		if in.Envelope {
			switch {
			case in.Kind == field.Group:
				b.flatten(in.Children)
			case len(in.Rows) > 0:
				b.flatten(in.Rows[0].Children)
			default:
				b.flatten(in.Item)
			}
			continue
		}
		if in.Section != "" || b.current == nil {
			b.section(in.Section)
		}
		view := b.view(in)
		if in.Folded {
			b.folded = append(b.folded, view)
		} else {
			b.current.Inputs = append(b.current.Inputs, view)
		}
	}
}

// section makes a section the current one.
func (b *formBuilder) section(key string) {
	if key == "" {
		key = "what"
	}
	for _, s := range b.sections {
		if s.Key == key {
			b.current = s
			return
		}
	}
	b.current = &FormSection{Key: key, Title: b.Say.Say("section."+key, nil)}
	b.sections = append(b.sections, b.current)
}

// view makes an input ready to be shown, with its parts and rows.
func (b *formBuilder) view(in field.Input) InputView {
	v := InputView{Input: in, Rule: ruleOf(b.Say, in)}
	v.Label, _ = b.Say.Field("label", in.Path)
	if help, ok := b.Say.Field("help", in.Path); ok {
		v.Help, v.Rule = help, "" // the help says what is allowed, too
	}
	if problem, wrong := b.Problems.For(in.Path); wrong {
		v.Problem = b.Say.Say(problem.Key, problem.Args)
	}
	b.shown[in.Path] = true
	v.Fixed = b.Template != nil && slices.Contains(b.Template.Fixed, in.Path)
	b.choices(&v)
	if in.Most > 0 {
		v.List = b.list(in)
		v.Rule = b.Say.Say("list.rule", map[string]any{"most": in.Most, "call": in.MaxItems})
		in.Rows = v.List.rows
	}
	switch in.Kind {
	case field.Group:
		for _, child := range in.Children {
			if !child.SDKOnly && !child.Const {
				v.Parts = append(v.Parts, b.view(child))
			}
		}
	case field.GroupList:
		rows := in.Rows
		if len(rows) == 0 && in.Required && (v.List == nil || v.List.Text == "") {
			rows = []field.Input{{Kind: field.Group, Path: in.Path + "[0]", Children: in.Item}}
		}
		for _, row := range rows {
			line := b.view(row)
			line.Removable = !line.fixed()
			v.Lines = append(v.Lines, line)
		}
	case field.TextList:
		rows := in.Rows
		if len(rows) == 0 && (v.List == nil || v.List.Text == "") {
			// one empty row: typing is quicker than asking for a row first
			row := in
			row.Kind, row.Name, row.Path, row.Rows = field.Text, "", in.Path+"[0]", nil
			rows = []field.Input{row}
		}
		for _, row := range rows {
			row.Required = false
			line := b.view(row)
			line.Label, line.Help, line.Rule = v.Label, "", ""
			line.Removable = len(rows) > 1 && !line.Fixed
			v.Lines = append(v.Lines, line)
		}
	}
	return v
}

// choices fills an input's select or picker.
func (b *formBuilder) choices(v *InputView) {
	for _, value := range v.Choices {
		label, named := b.Say.Field("choice", v.Path, value)
		if !named {
			label = value
		}
		v.Options = append(v.Options, Option{Value: value, Label: label})
	}
	if v.Picker == "" || len(v.Options) > 0 {
		return
	}
	options, have := b.lists[v.Picker]
	if !have {
		options = b.Choices(v.Picker)
		b.lists[v.Picker] = options
		b.pickers = append(b.pickers, v.Picker)
	}
	for _, option := range options {
		if option.Value == v.Value && v.Value != "" {
			v.Picked = option.Label
		}
	}
}

// fixed tells that the template says something of an input, or one inside it.
func (v InputView) fixed() bool {
	return v.Fixed || slices.ContainsFunc(v.Parts, InputView.fixed) || slices.ContainsFunc(v.Lines, InputView.fixed)
}

// choiceLabel is what people call a select's value.
func (v InputView) choiceLabel() string {
	for _, option := range v.Options {
		if option.Value == v.Value && option.Label != v.Value {
			return option.Label
		}
	}
	return ""
}

// touched tells that an input, or one inside it, is filled in or wrong.
func (v InputView) touched() bool {
	return v.Value != "" || v.Problem != "" || slices.ContainsFunc(v.Parts, InputView.touched) || slices.ContainsFunc(v.Lines, InputView.touched)
}

// ruleOf says in a few words what an input allows, where its choices do not.
func ruleOf(say i18n.Printer, in field.Input) string {
	switch {
	case len(in.Choices) > 0:
		return ""
	case in.Kind == field.Int && in.Min != nil && in.Max != nil && in.Step > 1:
		return say.Say("form.steps", map[string]any{"min": *in.Min, "max": *in.Max, "step": in.Step})
	case in.Kind == field.Int && in.Min != nil && in.Max != nil:
		return fmt.Sprintf("%d–%d", *in.Min, *in.Max)
	case (in.Kind == field.GroupList || in.Kind == field.TextList) && in.MaxItems > 1:
		return say.Say("form.up_to", map[string]any{"max": in.MaxItems})
	}
	return ""
}

// errorID is the id of an input's error element.
func errorID(path string) string { return "error-" + path }

// describedBy ties an input to its error and its help.
func (v InputView) describedBy() string {
	ids := errorID(v.Path)
	if v.Help != "" || v.Rule != "" {
		ids += " help-" + v.Path
	}
	return ids
}

func (v InputView) placeholder(say i18n.Printer) string {
	switch {
	case v.Default != "":
		return v.Default
	case v.Picker != "":
		return say.Say("form.choose_or_type", nil)
	}
	return ""
}

// isSelect tells that an input is a closed list of choices.
func (v InputView) isSelect() bool {
	return v.Kind == field.Bool || len(v.Options) > 0
}

// emptyChoice is how a select's empty choice is called: what the cloud takes then.
func (v InputView) emptyChoice(say i18n.Printer) string {
	switch {
	case v.Default != "" && v.Kind == field.Bool:
		return say.Say("form.default_"+v.Default, nil)
	case v.Default != "":
		for _, option := range v.Options {
			if option.Value == v.Default {
				return say.Say("form.default", map[string]any{"value": option.Label})
			}
		}
		return say.Say("form.default", map[string]any{"value": v.Default})
	case v.Required:
		return say.Say("form.choose", nil)
	}
	return say.Say("form.not_set", nil)
}

// doorPath is a kind's endpoint, for the form's small print.
func doorPath(kind orders.Kind) string {
	return "POST " + kind.Door.Template()
}

// strange tells that a select's value is none of its choices: it is shown again all the same, exactly as it came.
func (v InputView) strange() bool {
	if v.Value == "" || v.Kind == field.Bool && (v.Value == "true" || v.Value == "false") {
		return false
	}
	return !slices.ContainsFunc(v.Options, func(o Option) bool { return o.Value == v.Value })
}

// foldedWords names the first few of the folded inputs.
func foldedWords(say i18n.Printer, inputs []InputView) string {
	var labels []string
	for _, in := range inputs[:min(len(inputs), 4)] {
		labels = append(labels, in.Label)
	}
	if len(inputs) > len(labels) {
		return say.List(labels) + " …"
	}
	return say.List(labels)
}

// addWord says what one more row is.
func addWord(say i18n.Printer, in InputView) string {
	if in.Kind == field.TextList {
		return say.Say("form.add_one", nil)
	}
	return say.Say("form.add_row", nil)
}
