// Package i18n turns message keys into sentences in the reader's language. The catalogues are embedded, one file per
// language; English is complete and is what every other language falls back to. It knows nobody and may be known by all.
package i18n

import (
	"embed"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed en/*.json
var catalogues embed.FS

var bundle = load()

// load reads the embedded catalogues. They are part of the program: one that does not parse is a build that must not
// run.
func load() *i18n.Bundle {
	b := i18n.NewBundle(language.English)
	b.RegisterUnmarshalFunc("json", json.Unmarshal)
	files, err := catalogues.ReadDir("en")
	if err != nil {
		panic(err)
	}
	for _, file := range files {
		raw, err := catalogues.ReadFile("en/" + file.Name())
		if err != nil {
			panic(err)
		}
		if _, err := b.ParseMessageFileBytes(raw, "en.json"); err != nil {
			panic(fmt.Sprintf("message catalogue %s: %v", file.Name(), err))
		}
	}
	return b
}

// Printer writes messages in one reader's language.
type Printer struct {
	localizer *i18n.Localizer
}

// For returns the printer for an Accept-Language header or a language tag; an empty one gives English.
func For(accept string) Printer { return Printer{i18n.NewLocalizer(bundle, accept)} }

// Say writes the message of a key. An argument "n" chooses the plural. A list argument is joined by commas. An unknown
// key is written as itself, so that a missing sentence is seen and no page breaks.
func (p Printer) Say(key string, args map[string]any) string {
	data := make(map[string]any, len(args))
	for name, value := range args {
		switch value := value.(type) {
		case []string:
			data[name] = strings.Join(value, ", ")
		case []any:
			words := make([]string, len(value))
			for i, word := range value {
				words[i] = fmt.Sprint(word)
			}
			data[name] = strings.Join(words, ", ")
		default:
			data[name] = value
		}
	}
	config := &i18n.LocalizeConfig{MessageID: key, TemplateData: data}
	if n, counted := data["n"]; counted {
		if whole, isFloat := n.(float64); isFloat {
			n = int(whole) // a stored message's arguments come back from JSON
			data["n"] = n
		}
		config.PluralCount = n
	}
	text, err := p.localizer.Localize(config)
	if err != nil && text == "" {
		return key
	}
	return text
}

// Field looks up the words of an input of an order: what is "label", "help" or "choice", the last with the choice's
// value in rest. The path is the input's JSON path; the message of its last two names ("label.root_volume.size") goes
// before that of its last ("label.size"). It tells false when there is none.
func (p Printer) Field(what, path string, rest ...string) (string, bool) {
	names := strings.Split(indices.ReplaceAllString(path, ""), ".")
	for n := min(2, len(names)); n > 0; n-- {
		key := strings.Join(slices.Concat([]string{what}, names[len(names)-n:], rest), ".")
		if text, _ := p.localizer.Localize(&i18n.LocalizeConfig{MessageID: key}); text != "" {
			return text, true // an error beside a text says that it is the English one
		}
	}
	return "", false
}

var indices = regexp.MustCompile(`\[[0-9]+\]`)

// Has tells whether English has a message of this key.
func (p Printer) Has(key string) bool {
	_, err := p.localizer.Localize(&i18n.LocalizeConfig{MessageID: key})
	return err == nil || !strings.Contains(err.Error(), "not found")
}
