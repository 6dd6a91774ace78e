package field

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// MaxRows bounds the rows that a form adds one by one: the largest list of the wire has 100 elements. MostRows bounds the
// index of a list, for the lists of which several calls are made (see Split).
const (
	MaxRows  = 200
	MostRows = 2000
)

// maxExtent bounds the rows of all lists of a form together, gaps included: a few names could otherwise ask for the memory
// of millions.
const maxExtent = 20_000

var stepPattern = regexp.MustCompile(`^([A-Za-z0-9_-]{1,64})((?:\[[0-9]{1,4}\])*)$`)

// FromForm reads form values whose names are JSON paths ("resources[0].create_desktops.size"). A bare name with
// several values is a list. Rows may come with gaps; they are closed up. Nothing is pruned: see Pruned.
func FromForm(values url.Values) (*Node, Problems) {
	var problems Problems
	root := newObject()
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.SortFunc(names, comparePaths)
	extents, extent := map[string]int{}, 0
	for _, name := range names {
		steps, ok := parsePath(name)
		if !ok {
			problems.Add(memberPath(name), "problem.unknown")
			continue
		}
		if extent = extend(extents, extent, name, steps); extent > maxExtent {
			problems.Add("$", "problem.too_many_rows", "max", maxExtent)
			break
		}
		for _, value := range values[name] {
			checkCharacters(&problems, name, value)
		}
		var leaf *Node
		if list := values[name]; len(list) == 1 {
			leaf = textNode(list[0])
		} else {
			leaf = &Node{kind: kindArray}
			for _, value := range list {
				leaf.items = append(leaf.items, textNode(value))
			}
		}
		if !plant(root, steps, leaf) {
			problems.Add(name, "problem.clash")
		}
	}
	closeUp(root)
	root.form = true
	return root, problems
}

// Pruned is the tree without what is empty, its rows closed up: an optional object or row whose inputs are all empty
// is absent.
func Pruned(n *Node) *Node {
	kept := newObject()
	if n != nil {
		if left := n.prune(); left != nil {
			kept = left
		}
		kept.form = n.form
	}
	return kept
}

// AddRow adds an empty row to the list at a path; it tells false when the path cannot be a list's or is full.
func (n *Node) AddRow(path string) bool {
	list := n.at(path, true)
	if list == nil {
		return false
	}
	if list.kind == kindText { // a bare name that was posted once
		first := list.text
		*list = Node{kind: kindArray}
		if first != "" {
			list.items = []*Node{textNode(first)}
		}
	}
	if list.kind != kindArray || len(list.items) >= MaxRows {
		return false
	}
	list.items = append(list.items, textNode(""))
	return true
}

// RemoveRow removes the row at a path such as "tags[1]"; removing what is not there changes nothing.
func (n *Node) RemoveRow(path string) {
	open := strings.LastIndexByte(path, '[')
	if open < 0 || !strings.HasSuffix(path, "]") {
		return
	}
	index, err := strconv.Atoi(path[open+1 : len(path)-1])
	list := n.at(path[:open], false)
	if err != nil || list == nil || list.kind != kindArray || index < 0 || index >= len(list.items) {
		return
	}
	list.items = slices.Delete(list.items, index, index+1)
}

// Put sets the text at a path, making what is missing on the way; pre-filling uses it.
func (n *Node) Put(path, value string) bool {
	steps, ok := parsePath(path)
	return ok && plant(n, steps, textNode(value))
}

// Replace sets the text at a path whatever is there or stands in the way, making what is missing.
func (n *Node) Replace(path, value string) bool {
	steps, ok := parsePath(path)
	if !ok {
		return false
	}
	at := n
	for _, s := range steps {
		wanted := kindArray
		if s.name != "" {
			wanted = kindObject
		}
		if at.kind != wanted {
			*at = Node{kind: wanted, form: at.form}
			if wanted == kindObject {
				at.members = map[string]*Node{}
			}
		}
		if s.name != "" {
			if at.members[s.name] == nil {
				at.set(s.name, textNode(""))
			}
			at = at.members[s.name]
			continue
		}
		for len(at.items) <= s.index {
			at.items = append(at.items, textNode(""))
		}
		at = at.items[s.index]
	}
	*at = *textNode(value)
	return true
}

// Holds tells that the object is there whose member a path names, whether or not the member is.
func (n *Node) Holds(path string) bool {
	i := strings.LastIndexByte(path, '.')
	if i < 0 {
		return n != nil
	}
	parent := n.at(path[:i], false)
	return parent != nil && parent.kind == kindObject
}

// PutRow is Put for the row of a list of texts.
func (n *Node) PutRow(path string, row int, value string) bool {
	return n.Put(path+"["+strconv.Itoa(row)+"]", value)
}

// step is one step of a path: a member's name or, when name is empty, an index.
type step struct {
	name  string
	index int
}

func parsePath(path string) ([]step, bool) {
	var steps []step
	if path == "" || len(path) > 300 {
		return nil, false
	}
	for part := range strings.SplitSeq(path, ".") {
		m := stepPattern.FindStringSubmatch(part)
		if m == nil {
			return nil, false
		}
		steps = append(steps, step{name: m[1]})
		for rest := m[2]; rest != ""; {
			end := strings.IndexByte(rest, ']')
			index, err := strconv.Atoi(rest[1:end])
			if err != nil || index >= MostRows {
				return nil, false
			}
			steps = append(steps, step{index: index})
			rest = rest[end+1:]
		}
	}
	if len(steps) > MaxDepth {
		return nil, false
	}
	return steps, true
}

// extend adds what a name's lists grow by to the extent of all lists.
func extend(extents map[string]int, extent int, name string, steps []step) int {
	for at, i := 0, 0; i < len(steps); i++ {
		if steps[i].name != "" {
			continue
		}
		at += strings.IndexByte(name[at:], '[')
		if list := name[:at]; steps[i].index >= extents[list] {
			extent += steps[i].index + 1 - extents[list]
			extents[list] = steps[i].index + 1
		}
		at++
	}
	return extent
}

// plant puts a leaf at the end of a path. It tells false when something of another kind stands in the way.
func plant(at *Node, steps []step, leaf *Node) bool {
	for i, s := range steps {
		last := i == len(steps)-1
		next := leaf
		if !last {
			next = newObject()
			if steps[i+1].name == "" {
				next = &Node{kind: kindArray}
			}
		}
		if s.name != "" {
			if at.kind != kindObject {
				return false
			}
			if child := at.members[s.name]; child != nil {
				if last {
					return merge(child, leaf)
				}
				next = child
			} else {
				at.set(s.name, next)
			}
		} else {
			if at.kind != kindArray {
				return false
			}
			for len(at.items) <= s.index {
				at.items = append(at.items, nil)
			}
			if child := at.items[s.index]; child != nil {
				if last {
					return merge(child, leaf)
				}
				next = child
			} else {
				at.items[s.index] = next
			}
		}
		at = next
	}
	return true
}

// merge lets a bare repeated name ("desktop_ids") stand beside rows ("desktop_ids[0]").
func merge(into, leaf *Node) bool {
	if into.kind != kindArray {
		return false
	}
	switch {
	case leaf.kind == kindArray:
		into.items = append(into.items, leaf.items...)
	case leaf.text != "": // a text area for the whole list that was left empty is no row
		into.items = append(into.items, leaf)
	}
	return true
}

// closeUp removes the gaps between rows.
func closeUp(n *Node) {
	n.items = slices.DeleteFunc(n.items, func(item *Node) bool { return item == nil })
	for _, item := range n.items {
		closeUp(item)
	}
	for _, child := range n.members {
		closeUp(child)
	}
}

// at finds the node of a path; with make it makes the list at its end.
func (n *Node) at(path string, make bool) *Node {
	steps, ok := parsePath(path)
	if !ok {
		return nil
	}
	if make {
		plant(n, steps, &Node{kind: kindArray})
		closeUp(n)
	}
	for _, s := range steps {
		switch {
		case n == nil:
			return nil
		case s.name != "":
			n = n.members[s.name]
		case s.index < len(n.items):
			n = n.items[s.index]
		default:
			return nil
		}
	}
	return n
}

func textNode(text string) *Node {
	return &Node{kind: kindText, text: strings.ReplaceAll(text, "\r\n", "\n")}
}

func trim(text string) string { return strings.TrimSpace(text) }

// comparePaths sorts rows ("ids[0]") before the bare name of the same list ("ids").
func comparePaths(a, b string) int { return strings.Compare(a+"~", b+"~") }
