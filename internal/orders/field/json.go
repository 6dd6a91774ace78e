package field

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// MaxDepth is how deep a body may be nested. The deepest order has 6 levels.
const MaxDepth = 32

// FromJSON reads a body strictly: one object, no duplicate members, valid UTF-8, no NUL, nothing behind it. What can
// be told at a path is told there, and reading goes on; a body that is no JSON is one problem at "$".
func FromJSON(body []byte) (*Node, Problems) {
	var problems Problems
	if !utf8.Valid(body) {
		problems.Add("$", "problem.utf8")
		return nil, problems
	}
	r := jsonReader{dec: json.NewDecoder(bytes.NewReader(body)), problems: &problems}
	r.dec.UseNumber()
	node, err := r.value("", 0)
	if err == nil && node.kind != kindObject {
		problems.Add("$", "problem.type.object")
		return nil, problems
	}
	if err == nil {
		if _, trailing := r.dec.Token(); !errors.Is(trailing, io.EOF) {
			problems.Add("$", "problem.trailing")
		}
	}
	switch {
	case errors.Is(err, errTooDeep):
		problems.Add("$", "problem.depth", "max", MaxDepth)
	case errors.Is(err, io.EOF) && len(bytes.TrimSpace(body)) == 0:
		problems.Add("$", "problem.empty")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		problems.Add("$", "problem.cut")
	case err != nil:
		problems.Add("$", "problem.syntax", "offset", r.dec.InputOffset())
	}
	if err != nil {
		return nil, problems
	}
	return node, problems
}

var errTooDeep = errors.New("nested too deep")

type jsonReader struct {
	dec      *json.Decoder
	problems *Problems
}

func (r *jsonReader) value(path string, depth int) (*Node, error) {
	if depth > MaxDepth {
		return nil, errTooDeep
	}
	token, err := r.dec.Token()
	if err != nil {
		return nil, err
	}
	switch token := token.(type) {
	case json.Delim:
		if token == '{' {
			return r.object(path, depth)
		}
		return r.array(path, depth)
	case string:
		checkCharacters(r.problems, orRoot(path), token)
		return &Node{kind: kindString, text: token}, nil
	case json.Number:
		return &Node{kind: kindNumber, text: token.String()}, nil
	case bool:
		return &Node{kind: kindBool, text: fmt.Sprint(token)}, nil
	}
	return &Node{kind: kindNull}, nil
}

func (r *jsonReader) object(path string, depth int) (*Node, error) {
	object := newObject()
	for r.dec.More() {
		token, err := r.dec.Token()
		if err != nil {
			return nil, err
		}
		name, _ := token.(string)
		at := join(path, memberPath(name))
		child, err := r.value(at, depth+1)
		if err != nil {
			return nil, err
		}
		if _, has := object.members[name]; has {
			r.problems.Add(at, "problem.duplicate")
			continue
		}
		object.set(name, child)
	}
	_, err := r.dec.Token()
	return object, err
}

func (r *jsonReader) array(path string, depth int) (*Node, error) {
	array := &Node{kind: kindArray}
	for r.dec.More() {
		item, err := r.value(fmt.Sprintf("%s[%d]", path, len(array.items)), depth+1)
		if err != nil {
			return nil, err
		}
		array.items = append(array.items, item)
	}
	_, err := r.dec.Token()
	return array, err
}

// checkCharacters refuses what no text of an order has: NUL, and the character that stands for text that was lost, be it
// bytes that are no UTF-8 or half of a surrogate pair, which the standard library replaces without a word.
func checkCharacters(problems *Problems, path, text string) {
	switch {
	case !utf8.ValidString(text), strings.ContainsRune(text, utf8.RuneError):
		problems.Add(path, "problem.utf8")
	case strings.ContainsRune(text, 0):
		problems.Add(path, "problem.nul")
	}
}

func orRoot(path string) string {
	if path == "" {
		return "$"
	}
	return path
}

// memberPath is a member's name as it stands in a path: a name that is not a plain word is quoted and cut, so that
// a strange one cannot pass for another path or break the line.
func memberPath(name string) string {
	plain := name != "" && len(name) <= 64
	for _, c := range name {
		if c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '-' {
			plain = false
		}
	}
	if plain {
		return name
	}
	runes := []rune(name)
	if len(runes) > 64 {
		runes = runes[:64]
	}
	return fmt.Sprintf("[%q]", string(runes))
}
