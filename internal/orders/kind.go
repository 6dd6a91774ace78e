package orders

import (
	"strings"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders/field"
	"workspace-order-console/internal/orders/policy"
)

// Payload is the typed body of one order kind. Its struct has the wire's JSON tags; one declaration of its inputs
// serves binding, rendering, checking and documentation. Check, CheckFacts, Changes and Question are pure.
type Payload interface {
	// Fields declares every input of the body: its name, type, range, choices, picker.
	Fields(*field.Set)
	// Check tells what is wrong across fields.
	Check() field.Problems
	// CheckFacts tells what is wrong by what the inventory knows: domain type, present size, pooled or not, image and
	// OS. What the facts do not know refuses nothing.
	CheckFacts(*Facts) field.Problems
	// Targets names the resources that the order touches.
	Targets() Targets
	// Changes tells what will be different, now → after, for the review page.
	Changes(*Facts) []Change
	// Question is how to ask for the price; false when nobody can quote this order (design, "Prices").
	Question(*Facts) (cloud.Question, bool)
	// Summary is the order in one line: for the confirm page, the history, the audit log.
	Summary(*Facts) field.Message
	// Create tells which product is bought, and how many, when the order creates resources that have no ID yet: of
	// such orders a second one is refused while the first is in doubt. A quantity of 0 means it creates none.
	Create() (product string, quantity int)
	// AutoPay tells whether payment without a person was asked for, and turns it off in the body: the cloud is
	// always told "false", the console pays after it has compared the amounts.
	AutoPay() bool
	// SetTag adds a tag to what the order creates; it does nothing for orders that create nothing taggable.
	SetTag(key, value string)
}

// Effect says what an order does, in the words the confirm page and policy need. An order may have several.
type Effect uint8

// The effects.
const (
	Buys     Effect = 1 << iota // new resources that cost money
	Alters                      // existing resources
	Destroys                    // data on a disk
	Refunds                     // money comes back, or nothing is charged: such orders may run unpaid
)

// Has tells whether all of the given effects are there.
func (e Effect) Has(effect Effect) bool { return e&effect == effect }

// Names are the effects as a team's rules name them (policy.Effects).
func (e Effect) Names() []string {
	var names []string
	for i, name := range policy.Effects {
		if e.Has(1 << i) {
			names = append(names, name)
		}
	}
	return names
}

// Group is what a person wants to do; the catalogue of kinds is arranged by it.
type Group string

// The groups, in the catalogue's order.
const (
	GroupBuy     Group = "buy"
	GroupResize  Group = "resize"
	GroupDisks   Group = "disks"
	GroupImages  Group = "images"
	GroupNetwork Group = "network"
	GroupCollab  Group = "collaboration"
	GroupBilling Group = "billing"
)

// Groups lists the groups in the catalogue's order.
var Groups = []Group{GroupBuy, GroupResize, GroupDisks, GroupImages, GroupNetwork, GroupCollab, GroupBilling}

// Kind is one of the 25 kinds of order.
type Kind struct {
	Door   cloud.Door
	Type   string // the wire's type
	Group  Group
	Effect Effect
	// Undocumented: the type is not in the vendor's list of types; it takes an explicit choice (docs/wire.md section 6).
	Undocumented bool
	// New returns an empty payload of the kind.
	New func() Payload
}

// Name is how a kind is called everywhere: door/type.
func (k Kind) Name() string { return string(k.Door) + "/" + k.Type }

// Quotable tells that somebody can quote orders of this kind (design, "Prices").
func (k Kind) Quotable() bool {
	return k.Door != cloud.DoorChange && k.Type != "DELETE_SUB_RESOURCES" && k.Type != "rebuildDesktops"
}

// OnlyBuys tells that orders of the kind add something new and touch nothing else.
func (k Kind) OnlyBuys() bool { return k.Effect == Buys }

// KindOf finds a kind by door and type.
func KindOf(door cloud.Door, typ string) (Kind, bool) {
	for _, kind := range Kinds {
		if kind.Door == door && kind.Type == typ {
			return kind, true
		}
	}
	return Kind{}, false
}

// KindNamed finds a kind by its name door/type.
func KindNamed(name string) (Kind, bool) {
	for _, kind := range Kinds {
		if kind.Name() == name {
			return kind, true
		}
	}
	return Kind{}, false
}

// Types lists the types of a door.
func Types(door cloud.Door) []string {
	var types []string
	for _, kind := range Kinds {
		if kind.Door == door {
			types = append(types, kind.Type)
		}
	}
	return types
}

// Decoded is a body that was bound to its kind.
type Decoded struct {
	Kind    Kind
	Payload Payload
	// Inputs describe the form with what was typed.
	Inputs []field.Input
	// Problems are all that is wrong without a look at the inventory.
	Problems field.Problems
}

// Decode binds a tree to a kind. desktopID is the change door's path parameter.
func Decode(kind Kind, tree *field.Node, desktopID string) Decoded {
	payload := kind.New()
	result := field.Bind(payload, tree, map[string]string{"desktop_id": desktopID})
	return Decoded{
		Kind: kind, Payload: payload, Inputs: result.Inputs,
		Problems: result.Problems.Merge(payload.Check()),
	}
}

// DecodeJSON reads and binds a body of a door, whose type selects the kind.
func DecodeJSON(door cloud.Door, desktopID string, body []byte) Decoded {
	return decodeJSON(door, desktopID, body, func(tree *field.Node) *field.Node { return tree })
}

func decodeJSON(door cloud.Door, desktopID string, body []byte, prepare func(*field.Node) *field.Node) Decoded {
	tree, problems := field.FromJSON(body)
	if tree == nil {
		return Decoded{Problems: problems}
	}
	tree = prepare(tree)
	kind, ok := KindOf(door, tree.Text("type"))
	if !ok {
		key := "problem.choice"
		if !tree.Has("type") {
			key = "problem.required_choice"
		}
		problems.Add("type", key, "choices", Types(door))
		return Decoded{Problems: problems}
	}
	decoded := Decode(kind, tree, desktopID)
	decoded.Problems = problems.Merge(decoded.Problems)
	return decoded
}

// DesktopID is the change door's path parameter of a payload, "" for the other doors.
func DesktopID(p Payload) string {
	if p, ok := p.(interface{ desktopID() string }); ok {
		return p.desktopID()
	}
	return ""
}

// Targets are the resources an order touches, by ID.
type Targets struct {
	Desktops []string
	Pools    []string
	Volumes  []string
	Subnets  []string // for a bandwidth
}

// IDs lists all of them as "desktop:ID", "pool:ID", …, the form in which orders in each other's way are found.
func (t Targets) IDs() []string {
	var ids []string
	for _, of := range []struct {
		kind string
		list []string
	}{{"desktop", t.Desktops}, {"pool", t.Pools}, {"volume", t.Volumes}, {"subnet", t.Subnets}} {
		for _, id := range of.list {
			ids = append(ids, of.kind+":"+id)
		}
	}
	return ids
}

// targetID is the ID alone of one of Targets.IDs: what people are told.
func targetID(target string) string {
	_, id, _ := strings.Cut(target, ":")
	return id
}

// Change is one line of "now → after".
type Change struct {
	// Subject is what changes: the desktop's or pool's name, or its ID when the inventory does not know it; empty for
	// things that are yet to be made.
	Subject string
	// What names the property, as a message ("change.disk_size").
	What field.Message
	// Before is empty when there is nothing now, or when the inventory does not know.
	Before, After string
}

// Facts are what the cached inventory knows of an order's targets and of the catalogue. Maps are by ID; what is
// missing is unknown, not absent.
type Facts struct {
	// Region is where the orders go; the service fills it in.
	Region    string
	Workspace cloud.Workspace
	Desktops  map[string]cloud.Desktop
	Pools     map[string]cloud.Pool
	Products  map[string]cloud.Product
	Sharers   map[string]cloud.SharerProduct
	Volumes   map[string]cloud.VolumeType // by volume_type
	Images    map[string][]cloud.Image    // by ID; one ID may be there as private and as gold
	Zones     map[string]cloud.AvailabilityZone
	// Owners are the teams of what is known of the targets, by the targets' names ("desktop:<id>"); "" is nobody.
	Owners map[string]string
}
