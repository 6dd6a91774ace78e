package templates

import (
	"bytes"
	"encoding/json"
)

// PrettyJSON indents a JSON text for reading; what is not JSON stays as it is. Numbers and the order of members are not
// touched.
func PrettyJSON(raw []byte) string {
	var out bytes.Buffer
	if err := json.Indent(&out, raw, "", "  "); err != nil {
		return string(raw)
	}
	return out.String()
}

// piece is a run of text of one class: "k" a member's name, "s" a string, "n" a number or a word, "" all else.
type piece struct{ class, text string }

// colourLimit is how long a text may be to be shown in colours; a longer one would make the page heavy.
const colourLimit = 32 << 10

// colourJSON cuts a JSON text into pieces. Put together they are the text again, whatever it holds: a text that is not
// JSON only gets odd colours.
func colourJSON(text string) []piece {
	if len(text) > colourLimit || !json.Valid([]byte(text)) {
		return []piece{{"", text}}
	}
	var pieces []piece
	plain := 0
	add := func(class string, from, to int) {
		if plain < from {
			pieces = append(pieces, piece{"", text[plain:from]})
		}
		pieces = append(pieces, piece{class, text[from:to]})
		plain = to
	}
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == '"':
			end := endOfString(text, i)
			class := "s"
			if end < len(text) && text[end] == ':' {
				class = "k"
			}
			add(class, i, end)
			i = end
		case c == '-' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z':
			end := i + 1
			for end < len(text) && !bytes.ContainsRune([]byte(",]} \n\r\t"), rune(text[end])) {
				end++
			}
			add("n", i, end)
			i = end
		default:
			i++
		}
	}
	if plain < len(text) {
		pieces = append(pieces, piece{"", text[plain:]})
	}
	return pieces
}

// endOfString is the index behind the closing quote of the string that starts at i.
func endOfString(text string, i int) int {
	for i++; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}
