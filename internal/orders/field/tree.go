package field

// A door that reads something else than JSON or a form makes its tree of these. A text becomes what the declaration
// wants, as it does in a form, so that no number passes through a float.

// NewText is a value as it was written.
func NewText(text string) *Node { return textNode(text) }

// NewNull is a value that says to be none.
func NewNull() *Node { return &Node{kind: kindNull} }

// NewList is a list.
func NewList(items ...*Node) *Node { return &Node{kind: kindArray, items: items} }

// NewObject is an object without members; Member adds them.
func NewObject() *Node { return newObject() }

// Member adds a member to an object; it tells false, and changes nothing, when there is one of this name.
func (n *Node) Member(name string, child *Node) bool {
	if n.Has(name) {
		return false
	}
	n.set(name, child)
	return true
}

// MemberPath is the path of a member of the object at a path ("" is the body), in the one spelling that problems have.
func MemberPath(object, name string) string { return join(object, memberPath(name)) }
