package field

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Kind says what an input holds.
type Kind int

// The kinds of input.
const (
	Text      Kind = iota // a string
	Int                   // a whole number
	Bool                  // true, false or absent
	TextList              // a list of strings
	Group                 // an object
	GroupList             // a list of objects
)

// Input is one declared input with its rule and what was typed.
type Input struct {
	Kind Kind
	// Name is the wire name, Path the full JSON path: the HTML input's name and the key of its problems.
	Name, Path string
	// Value is what was typed, exactly; for scalars only.
	Value string

	Required bool
	// Const: one value, chosen with the order kind; not shown.
	Const bool
	// Param: comes beside the body, in the path.
	Param bool
	// SDKOnly: known from the SDK alone; accepted and sent on, not shown in forms.
	SDKOnly bool
	// Folded: rarely used; shown in the form's folded section.
	Folded bool
	// Envelope: an object that has no meaning of its own to people; the form shows its members in its place.
	Envelope bool
	// Multiline: a text of several lines.
	Multiline bool
	// Section names the form's section the input belongs to; empty: that of the input before.
	Section string
	// Picker names what of the inventory or catalogue fills a list of choices; free entry stays possible.
	Picker Picker
	// Default is what the cloud takes when the input is absent; shown as placeholder, never sent.
	Default string

	Min, Max       *int
	Step           int
	MinLen, MaxLen int
	Pattern        *regexp.Regexp
	PatternKey     string
	Choices        []string
	MinItems       int
	MaxItems       int
	// Most is how long a list may be that is split into several calls of at most MaxItems; 0: it is not split.
	Most     int
	Unique   bool
	Children []Input // of a Group
	Rows     []Input // of a list, with what was typed
	Item     []Input // of a GroupList: the inputs of the next, empty row
	// Typed is a list as it was pasted, one row a line (see Sheet); Line is the row's line in it, 0 for a row of inputs.
	Typed string
	Line  int
}

func (in *Input) allows(value string) bool { return slices.Contains(in.Choices, value) }

// forbids tells whether a text must not have the character: a control character, line breaks and tabs of a text of
// several lines aside.
func (in *Input) forbids(c rune) bool {
	return unicode.IsControl(c) && !(in.Multiline && strings.ContainsRune("\n\r\t", c))
}

// Picker names a source of choices.
type Picker string

// The pickers. Which catalogue or inventory list stands behind each is the business of whoever fills it.
const (
	PickDesktop       Picker = "desktop"
	PickPool          Picker = "pool"
	PickPoolDisk      Picker = "pool_disk"
	PickVolume        Picker = "volume"
	PickProduct       Picker = "product"
	PickHostProduct   Picker = "host_product"
	PickImage         Picker = "image"
	PickVolumeType    Picker = "volume_type"
	PickAZ            Picker = "availability_zone"
	PickVPC           Picker = "vpc"
	PickSubnet        Picker = "subnet"
	PickSecurityGroup Picker = "security_group"
	PickUser          Picker = "user"
	PickUserID        Picker = "user_id"
	PickObject        Picker = "object" // a user or a user group, by ID
	PickNamePolicy    Picker = "name_policy"
	PickUserSharer    Picker = "user_sharer"
	PickDesktopSharer Picker = "desktop_sharer"
	PickEIP           Picker = "eip"
	PickEIPType       Picker = "eip_type"
)

// Option sets a rule of an input.
type Option func(*Input)

// Required makes an input mandatory.
func Required() Option { return func(in *Input) { in.Required = true } }

// SDKOnly marks a member that only the SDK knows.
func SDKOnly() Option { return func(in *Input) { in.SDKOnly = true } }

// Folded marks a rarely used input.
func Folded() Option { return func(in *Input) { in.Folded = true } }

// Envelope marks an object that forms do not show as a group.
func Envelope() Option { return func(in *Input) { in.Envelope = true } }

// Multiline marks a text of several lines.
func Multiline() Option { return func(in *Input) { in.Multiline = true } }

// In puts an input, and those after it, into a section of the form.
func In(section string) Option { return func(in *Input) { in.Section = section } }

// Pick names the source of choices.
func Pick(picker Picker) Option { return func(in *Input) { in.Picker = picker } }

// Default tells what the cloud takes when the input is absent.
func Default(value string) Option { return func(in *Input) { in.Default = value } }

// Range bounds a number, both ends included.
func Range(lowest, highest int) Option {
	return func(in *Input) { in.Min, in.Max = &lowest, &highest }
}

// AtLeast bounds a number below; above it is bounded by 32 bits.
func AtLeast(lowest int) Option { return func(in *Input) { in.Min = &lowest } }

// Multiple wants a multiple of step.
func Multiple(step int) Option { return func(in *Input) { in.Step = step } }

// Length bounds a text's length in characters, both ends included.
func Length(lowest, highest int) Option {
	return func(in *Input) { in.MinLen, in.MaxLen = lowest, highest }
}

// Match wants a text to match; key is the message that says what is allowed.
func Match(pattern *regexp.Regexp, key string) Option {
	return func(in *Input) { in.Pattern, in.PatternKey = pattern, key }
}

// OneOf lists the allowed values.
func OneOf(values ...string) Option { return func(in *Input) { in.Choices = values } }

// Items bounds the number of a list's elements when it is there.
func Items(lowest, highest int) Option {
	return func(in *Input) { in.MinItems, in.MaxItems = lowest, highest }
}

// Split lets people order more at once than one call takes, up to most: several calls are made of it. A script's call stays
// bounded by Items.
func Split(most int) Option { return func(in *Input) { in.Most = most } }

// Distinct wants a list's texts to differ.
func Distinct() Option { return func(in *Input) { in.Unique = true } }
