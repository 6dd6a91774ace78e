// Package i18n turns message keys into sentences in the reader's language. The catalogues are embedded, one file per
// language; English is complete and is what every other language falls back to. It knows nobody and may be known by all.
package i18n

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed en/*.json zh/*.json
var catalogues embed.FS

// Languages are those that the console speaks, as they are chosen and stored: English, and Simplified Chinese.
var Languages = []string{"en", "zh"}

var bundle = load()

// load reads the embedded catalogues. They are part of the program: one that does not parse is a build that must not
// run.
func load() *i18n.Bundle {
	b := i18n.NewBundle(language.English)
	b.RegisterUnmarshalFunc("json", json.Unmarshal)
	for _, lang := range Languages {
		files, err := catalogues.ReadDir(lang)
		if err != nil {
			panic(err)
		}
		for _, file := range files {
			raw, err := catalogues.ReadFile(lang + "/" + file.Name())
			if err != nil {
				panic(err)
			}
			if _, err := b.ParseMessageFileBytes(raw, lang+".json"); err != nil {
				panic(fmt.Sprintf("message catalogue %s/%s: %v", lang, file.Name(), err))
			}
		}
	}
	return b
}

// Printer writes messages, numbers and times in one reader's language and zone. The zero Printer is that of For("").
type Printer struct {
	language  language.Tag
	localizer *i18n.Localizer
	zone      *time.Location
	marked    bool
}

// Marked is the language tag under which English messages stand between ⟦ and ⟧: what stands outside of them on a page is
// not translated. It is the usual tag of a pseudo-language, and nobody's.
const Marked = "en-XA"

var matcher = language.NewMatcher([]language.Tag{language.English, language.SimplifiedChinese})

var localizers = map[language.Tag]*i18n.Localizer{
	language.English:           i18n.NewLocalizer(bundle, "en"),
	language.SimplifiedChinese: i18n.NewLocalizer(bundle, "zh"),
}

// For returns the printer for an Accept-Language header or a language tag, the first of several that says something; an
// empty one gives English. Times are in UTC.
func For(accept ...string) Printer {
	_, index := language.MatchStrings(matcher, accept...)
	tag := []language.Tag{language.English, language.SimplifiedChinese}[index]
	return Printer{language: tag, localizer: localizers[tag], marked: len(accept) > 0 && accept[0] == Marked}
}

// In is the printer with times in a zone.
func (p Printer) In(zone *time.Location) Printer {
	p.zone = zone
	return p
}

// Language is the language as it is chosen and stored (see Languages).
func (p Printer) Language() string {
	base, _ := p.language.Base()
	return base.String()
}

// Tag is the language as a document says it in its lang attribute: en or zh-CN.
func (p Printer) Tag() string {
	if p.language == language.SimplifiedChinese {
		return "zh-CN"
	}
	return "en"
}

type contextKey struct{}

// NewContext is a context in which FromContext finds the reader's printer.
func NewContext(ctx context.Context, p Printer) context.Context {
	return context.WithValue(ctx, contextKey{}, p)
}

// FromContext is the printer of whoever reads what is made in this context; the English one when nobody has said.
func FromContext(ctx context.Context) Printer {
	if p, ok := ctx.Value(contextKey{}).(Printer); ok {
		return p
	}
	return For("")
}

// Say writes the message of a key. An argument "n" chooses the plural. A list argument is joined by commas. An unknown
// key is written as itself, so that a missing sentence is seen and no page breaks.
func (p Printer) Say(key string, args map[string]any) string {
	data := make(map[string]any, len(args))
	for name, value := range args {
		switch value := value.(type) {
		case []string:
			data[name] = p.List(value)
		case []any:
			words := make([]string, len(value))
			for i, word := range value {
				words[i] = fmt.Sprint(word)
			}
			data[name] = p.List(words)
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
	return p.mark(text)
}

func (p Printer) mark(text string) string {
	if p.marked {
		return "⟦" + text + "⟧"
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
			return p.mark(text), true // an error beside a text says that it is the English one
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
