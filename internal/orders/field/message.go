package field

import (
	"slices"
	"strings"
)

// Message is a sentence that is not written yet: a key of the message catalogue (internal/i18n) and its arguments.
// It becomes words at the door, in the reader's language.
type Message struct {
	Key  string         `json:"key"`
	Args map[string]any `json:"args,omitempty"`
}

// Say makes a message from a key and pairs of argument name and value.
func Say(key string, pairs ...any) Message {
	m := Message{Key: key}
	for i := 0; i+1 < len(pairs); i += 2 {
		if m.Args == nil {
			m.Args = make(map[string]any, len(pairs)/2)
		}
		m.Args[pairs[i].(string)] = pairs[i+1]
	}
	return m
}

// pairs are the arguments as Say takes them.
func (m Message) pairs() []any {
	var pairs []any
	for name, value := range m.Args {
		pairs = append(pairs, name, value)
	}
	return pairs
}

// Problem is one thing wrong with an order, at the JSON path of the input it is about; "$" is the body as a whole.
type Problem struct {
	Path string
	Message
}

// Problems are all that is wrong, in the order found. Nil means nothing is wrong.
type Problems []Problem

// MaxProblems is how many problems are told at once. More help nobody, and a body of a mebibyte can have a hundred
// thousand.
const MaxProblems = 200

// Add appends a problem, unless there are too many already.
func (ps *Problems) Add(path, key string, pairs ...any) {
	if len(*ps) < MaxProblems {
		*ps = append(*ps, Problem{Path: path, Message: Say(key, pairs...)})
	}
}

// At returns the problems with prefix in front of every path.
func (ps Problems) At(prefix string) Problems {
	out := slices.Clone(ps)
	for i := range out {
		out[i].Path = join(prefix, out[i].Path)
	}
	return out
}

// For returns the first problem of a path.
func (ps Problems) For(path string) (Problem, bool) {
	for _, p := range ps {
		if p.Path == path {
			return p, true
		}
	}
	return Problem{}, false
}

// Merge appends those of more whose path has no problem yet: what is wrong by itself needs no second reason.
func (ps Problems) Merge(more Problems) Problems {
	for _, p := range more {
		if _, has := ps.For(p.Path); !has {
			ps = append(ps, p)
		}
	}
	return ps
}

// join puts a path below a prefix: join("a", "b") is "a.b", join("a", "[0]") is "a[0]", join("a", "$") is "a".
func join(prefix, path string) string {
	switch {
	case prefix == "":
		return path
	case path == "" || path == "$":
		return prefix
	case strings.HasPrefix(path, "["):
		return prefix + path
	}
	return prefix + "." + path
}
