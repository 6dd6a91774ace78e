package store

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What people can find an order by is a set of terms: words in lower case. A text becomes the same terms when it is stored
// and when it is asked for, on every database (docs/adr/0021-finding-again.md).

const (
	// longestTerm is where a term is cut, in bytes.
	longestTerm = 80
	// idMark begins the term of an ID. IDs are found by no less than prefixFrom of their characters: a shorter beginning
	// is that of nearly all.
	idMark = "#"
)

// joiners are what holds the parts of a name together: "WS-0042", "zhang.san@example.com".
const joiners = "-_.@"

var uuidText = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// terms is a set of terms in the making.
type terms map[string]bool

// list is the set, sorted.
func (t terms) list() []string {
	all := make([]string, 0, len(t))
	for term := range t {
		all = append(all, term)
	}
	slices.Sort(all)
	return all
}

// shortest is how long a word is at least, in characters; what is shorter tells nothing. Scripts without spaces have no words.
const shortest = 2

func (t terms) add(term string) { t[clip(term)] = true }

func (t terms) addWord(word string) {
	if utf8.RuneCountInString(word) >= shortest {
		t.add(word)
	}
}

// addID adds an ID, which is found as a whole or by its beginning.
func (t terms) addID(id string) {
	if id != "" {
		t.add(idMark + strings.ToLower(id))
	}
}

// addText adds the words of a text. A word of several parts is found by the beginning of each.
func (t terms) addText(text string) {
	for _, run := range runsOf(text) {
		if run.unspaced {
			for i := range run.letters {
				t.add(string(run.letters[i:min(i+2, len(run.letters))]))
			}
			continue
		}
		word := string(run.letters)
		if uuidText.MatchString(word) {
			t.addID(word)
			continue
		}
		t.addWord(word)
		for i, c := range word {
			if strings.ContainsRune(joiners, c) {
				t.addWord(strings.TrimLeft(word[i:], joiners))
			}
		}
	}
}

// addJSON adds the values of a JSON document. Names of members, truth values and single digits tell nobody anything.
func (t terms) addJSON(document []byte) {
	dec := json.NewDecoder(strings.NewReader(string(document)))
	dec.UseNumber()
	var value any
	if dec.Decode(&value) == nil {
		t.addValue(value)
	}
}

func (t terms) addValue(value any) {
	switch value := value.(type) {
	case string:
		if value != "true" && value != "false" {
			t.addText(value)
		}
	case json.Number:
		if len(value) > 1 {
			t.addText(value.String())
		}
	case []any:
		for _, child := range value {
			t.addValue(child)
		}
	case map[string]any:
		for _, child := range value {
			t.addValue(child)
		}
	}
}

// clip keeps a term from growing beyond what an index takes.
func clip(term string) string {
	if len(term) <= longestTerm {
		return term
	}
	end := longestTerm
	for !utf8.RuneStart(term[end]) {
		end--
	}
	return term[:end]
}

// run is a piece of a text without white space or marks: a word, or characters of a script that puts no spaces between
// words, of which every pair is a term.
type run struct {
	letters  []rune
	unspaced bool
}

func runsOf(text string) (runs []run) {
	var current run
	end := func() {
		if !current.unspaced {
			current.letters = []rune(strings.Trim(string(current.letters), joiners))
		}
		if len(current.letters) > 0 {
			runs = append(runs, current)
		}
		current = run{}
	}
	for _, c := range strings.ToLower(text) {
		unspaced := unicode.In(c, unicode.Han, unicode.Hiragana, unicode.Katakana)
		if !unspaced && !unicode.IsLetter(c) && !unicode.IsDigit(c) && !unicode.IsMark(c) && !strings.ContainsRune(joiners, c) {
			end()
			continue
		}
		if unspaced != current.unspaced {
			end()
			current.unspaced = unspaced
		}
		current.letters = append(current.letters, c)
	}
	end()
	return runs
}

// span is a range of terms: one, or all that begin with a text.
type span struct {
	text  string
	whole bool
}

// on is the condition that a column's term is in the span.
func (s span) on(a *arguments, column string) string {
	if s.whole {
		return column + " = " + a.add(s.text)
	}
	return startsWith(a, column, s.text)
}

// ends is the condition that a column's term is none beyond the span.
func (s span) ends(a *arguments, column string) string {
	if s.whole {
		return column + " <= " + a.add(s.text)
	}
	return column + " < " + a.add(s.text+beyond)
}

// mostWords bounds how many words of a search count: what many words leave over, more would not narrow.
const mostWords = 8

// wordsOf are the words of what somebody looks for. Each has to be found: in one of its spans. A word is found by its beginning.
// What is no text has none.
func wordsOf(text string) (words [][]span) {
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return nil
	}
	for _, run := range runsOf(text) {
		if run.unspaced {
			if len(run.letters) == 1 {
				words = append(words, []span{{text: string(run.letters)}})
			}
			for i := range len(run.letters) - 1 {
				words = append(words, []span{{text: string(run.letters[i : i+2]), whole: true}})
			}
			continue
		}
		if len(run.letters) < shortest {
			continue
		}
		word := clip(string(run.letters))
		spans := []span{{text: word}}
		if len(word) >= prefixFrom {
			spans = append(spans, span{text: clip(idMark + word)})
		}
		words = append(words, spans)
	}
	return words[:min(len(words), mostWords)]
}
