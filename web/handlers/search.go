package handlers

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
	"workspace-order-console/web/templates"
)

// foundPerKind is how many of each sort a search shows.
const foundPerKind = 10

// search looks for a text in all that somebody may see: orders by any word of theirs, desktops, pools and people by the
// beginning of what they are called, and the log. What is the whole ID of one thing leads straight to it, and the only desktop
// of a name stands first: its orders, which have the name too, are on the same page.
func (s *server) search(c echo.Context) error {
	text := strings.TrimSpace(c.QueryParam("q"))
	page := s.page(c, "search.title", "")
	page.Query = text
	view := templates.SearchView{Text: text, Say: say(c), Now: s.Now()}
	if text == "" {
		return render(c, http.StatusOK, templates.SearchPage(page, view))
	}
	ctx, w := c.Request().Context(), who(c)
	if id, err := uuid.Parse(text); err == nil && len(text) == len(id.String()) {
		text = id.String() // as it is written everywhere
	}
	for _, look := range []struct {
		may  auth.Action
		look func(context.Context, auth.Who, string, *templates.SearchView) (href string, err error)
	}{{auth.ViewOrders, s.searchOrders}, {auth.ViewInventory, s.searchInventory}, {auth.ViewOrders, s.searchPeople}, {auth.ViewAudit, s.searchLog}} {
		if !w.May(look.may) {
			continue
		}
		href, err := look.look(ctx, w, text, &view)
		if err != nil {
			return err
		}
		if href != "" {
			return seeOther(c, href)
		}
	}
	return render(c, http.StatusOK, templates.SearchPage(page, view))
}

// searchOrders finds orders, or leads to the one that a text is the ID of.
func (s *server) searchOrders(ctx context.Context, w auth.Who, text string, view *templates.SearchView) (string, error) {
	list, err := s.Service.Orders(ctx, w, orders.Filter{Text: text, Limit: foundPerKind})
	if err != nil {
		return "", err
	}
	if len(list.Items) == 1 && isID(list.Items[0], text) {
		return "/orders/" + list.Items[0].ID, nil
	}
	view.Orders, view.MoreOrders = list.Items, !list.Older.IsZero()
	return "", nil
}

// searchInventory finds desktops and pools, or leads to the one that a text is the ID of.
func (s *server) searchInventory(ctx context.Context, w auth.Who, text string, view *templates.SearchView) (string, error) {
	desktops, err := s.Inventory.Desktops(ctx, orders.DesktopFilter{Scope: w.Scope(), Text: text, Limit: foundPerKind})
	if err != nil {
		return "", err
	}
	if slices.ContainsFunc(desktops.Items, func(d cloud.Desktop) bool { return d.DesktopID == text }) {
		return "/desktops/" + url.PathEscape(text), nil
	}
	pools, err := s.Inventory.Pools(ctx, orders.PoolFilter{Scope: w.Scope(), Text: text, Limit: foundPerKind})
	if err != nil {
		return "", err
	}
	if slices.ContainsFunc(pools.Items, func(p cloud.Pool) bool { return p.ID == text }) {
		return "/pools/" + url.PathEscape(text), nil
	}
	// the list begins with what is called so and nothing more
	view.Named = named(desktops.Items, text) == 1
	view.Desktops, view.MoreDesktops = desktops.Items, desktops.Next != ""
	view.Pools, view.MorePools = pools.Items, pools.Next != ""
	return "", nil
}

// named counts the desktops that are called by a text.
func named(desktops []cloud.Desktop, text string) (n int) {
	for _, d := range desktops {
		if strings.EqualFold(d.ComputerName, text) {
			n++
		}
	}
	return n
}

// searchPeople finds people.
func (s *server) searchPeople(ctx context.Context, w auth.Who, text string, view *templates.SearchView) (string, error) {
	people, err := s.Journal.FindPeople(ctx, w.Scope(), text, foundPerKind)
	view.People = people
	return "", err
}

// searchLog finds entries of the log.
func (s *server) searchLog(ctx context.Context, w auth.Who, text string, view *templates.SearchView) (string, error) {
	page, err := s.Audit.Audit(ctx, audit.Filter{Scope: w.Scope(), Text: text, Limit: foundPerKind})
	view.Entries, view.MoreEntries = page.Items, page.Older != 0
	return "", err
}

// isID tells that a text is the order's whole ID, or that of one of its cloud orders.
func isID(o orders.Order, text string) bool {
	if strings.EqualFold(o.ID, text) {
		return true
	}
	for _, made := range o.CloudOrders {
		if made.OrderID != "" && strings.EqualFold(made.OrderID, text) {
			return true
		}
	}
	return false
}
