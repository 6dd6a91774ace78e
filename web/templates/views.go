package templates

import (
	"context"
	"net/url"

	"workspace-order-console/internal/orders"
)

// SavedViewsView is the row of saved views above a list.
type SavedViewsView struct {
	// Page is the list's, Query its filters as they are.
	Page, Query string
	// Selection is the one that another view of the list keeps; empty: none.
	Selection string
	Items     []orders.SavedView
	// Current is the ID of the view that is shown, if it is one; MayChange that they may rename or delete it.
	Current   string
	MayChange bool
	MayShare  bool
	// Team is whom a view can be shared with; empty for all who see everything.
	Team string
}

// ViewFormView is the page of one saved view.
type ViewFormView struct {
	View orders.SavedView
	// Action is where the form goes; Saved tells that the view is there already, Href is its list.
	Action, Href string
	Saved        bool
	MayChange    bool
	MayShare     bool
	Problems     map[string]string
}

// href is the list with an item's filters, and what is selected in it.
func (v SavedViewsView) href(item orders.SavedView) string {
	href := savedViewHref(item)
	switch {
	case v.Selection == "":
		return href
	case item.Query == "":
		return href + "?" + url.Values{"selection": {v.Selection}}.Encode()
	}
	return href + "&" + url.Values{"selection": {v.Selection}}.Encode()
}

func savedViewHref(v orders.SavedView) string {
	if v.Query == "" {
		return "/" + v.Page
	}
	return "/" + v.Page + "?" + v.Query
}

// shareWord says whom a view is shared with.
func shareWord(ctx context.Context, team string) string {
	if team == "" {
		return T(ctx, "views.share_all")
	}
	return T(ctx, "views.share", "team", team)
}
