package field

import "encoding/json"

// nodeKind says what a node of the tree is.
type nodeKind int

const (
	kindText   nodeKind = iota // from a form: becomes what the declaration wants
	kindString                 // a JSON string
	kindNumber                 // a JSON number, kept as written
	kindBool                   // true or false
	kindNull
	kindObject
	kindArray
)

// Node is a tree of JSON path → raw value: what both doors make of what they were given, before the declaration
// binds it.
type Node struct {
	kind    nodeKind
	text    string // string value, number as written, "true"/"false", or the form's text
	names   []string
	members map[string]*Node
	items   []*Node
	// form tells that the tree is of a form, where nobody can say whether an object that is empty is there.
	form bool
	// whole tells that the tree may become several calls (see Split); trees of forms always may.
	whole bool
	// line is the line of a sheet that a row was read from, 0 for others; broken is why it could not be read.
	line   int
	broken *Message
}

// Whole lets a tree hold more than one call takes (see Split).
func (n *Node) Whole() *Node {
	n.whole = true
	return n
}

func newObject() *Node { return &Node{kind: kindObject, members: map[string]*Node{}} }

// set adds or replaces a member.
func (n *Node) set(name string, child *Node) {
	if _, has := n.members[name]; !has {
		n.names = append(n.names, name)
	}
	n.members[name] = child
}

// Text returns the string or form text of a top-level member, "" when absent or of another type. The doors use it
// for what they must know before the declaration is chosen: the order's type.
func (n *Node) Text(name string) string {
	if n == nil || n.members[name] == nil {
		return ""
	}
	if child := n.members[name]; child.kind == kindString || child.kind == kindText {
		return child.text
	}
	return ""
}

// Has tells whether a top-level member is there.
func (n *Node) Has(name string) bool { return n != nil && n.members[name] != nil }

// empty tells that a node holds nothing anybody typed: an empty text, or an object or list of nothing else.
func (n *Node) empty() bool {
	switch n.kind {
	case kindText:
		return trim(n.text) == ""
	case kindObject:
		for _, child := range n.members {
			if !child.empty() {
				return false
			}
		}
		return true
	case kindArray:
		for _, item := range n.items {
			if !item.empty() {
				return false
			}
		}
		return true
	}
	return false
}

// prune drops what is empty, closes up rows, and returns nil when nothing is left. Only trees from forms are pruned:
// an empty object in JSON is an object.
func (n *Node) prune() *Node {
	if n.empty() {
		return nil
	}
	switch n.kind {
	case kindObject:
		kept := newObject()
		for _, name := range n.names {
			if child := n.members[name].prune(); child != nil {
				kept.set(name, child)
			}
		}
		return kept
	case kindArray:
		kept := &Node{kind: kindArray}
		for _, item := range n.items {
			if item := item.prune(); item != nil {
				kept.items = append(kept.items, item)
			}
		}
		return kept
	}
	return n
}

// value is the tree as encoding/json takes it, numbers as they were written. What a form gave is text.
func (n *Node) value() any {
	switch n.kind {
	case kindNull:
		return nil
	case kindNumber:
		return json.Number(n.text)
	case kindBool:
		return n.text == "true"
	case kindObject:
		object := make(map[string]any, len(n.members))
		for name, child := range n.members {
			object[name] = child.value()
		}
		return object
	case kindArray:
		array := make([]any, len(n.items))
		for i, item := range n.items {
			array[i] = item.value()
		}
		return array
	}
	return n.text
}

// Gaps tells that a list has an empty row before one that is filled in: closing rows up then moves some.
func (n *Node) Gaps() bool {
	empty := false
	for _, item := range n.items {
		if item.empty() {
			empty = true
		} else if empty || item.Gaps() {
			return true
		}
	}
	for _, child := range n.members {
		if child.Gaps() {
			return true
		}
	}
	return false
}
