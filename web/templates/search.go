package templates

import (
	"net/url"

	"github.com/a-h/templ"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/i18n"
)

func (v SearchView) none() bool {
	return len(v.Orders)+len(v.Desktops)+len(v.Pools)+len(v.People)+len(v.Entries) == 0
}

func (v SearchView) title() string {
	if v.Text == "" {
		return v.Say.Say("search.title", nil)
	}
	return v.Say.Say("search.for", map[string]any{"text": v.Text})
}

// more leads to the whole list when only its beginning is shown.
func (v SearchView) more(there bool, path string) templ.Component {
	if !there {
		return nil
	}
	return TextLink(Link{Text: v.Say.Say("search.show_all", nil), Href: path + "?" + url.Values{"q": {v.Text}}.Encode()})
}

// searchWords say what can be searched for, by those who see it.
func searchWords(user User, say i18n.Printer) string {
	if !user.may(auth.ViewInventory) {
		return say.Say("empty.search_orders", nil)
	}
	return say.Say("search.empty", nil)
}

func notFoundWords(user User, say i18n.Printer) string {
	if !user.may(auth.ViewInventory) {
		return say.Say("empty.search_no_order", nil)
	}
	return say.Say("search.none", nil)
}

// called is the best of what people call somebody, calledElse the rest.
func called(p auth.Person) string {
	switch {
	case p.Email != "":
		return p.Email
	case p.Name != "":
		return p.Name
	}
	return p.Subject
}

func calledElse(p auth.Person) string {
	rest := ""
	for _, name := range []string{p.Name, p.Subject} {
		if name != "" && name != called(p) {
			if rest != "" {
				rest += " · "
			}
			rest += name
		}
	}
	return rest
}
