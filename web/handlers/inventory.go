package handlers

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/field"
	"workspace-order-console/internal/orders/policy"
	"workspace-order-console/web/templates"
)

// inventoryPager leads on, and back to the first page: a keyset goes one way, and the browser's own "back" the other.
func inventoryPager(c echo.Context, path string, query url.Values, next string) templates.PagerView {
	p := say(c)
	v := templates.PagerView{Older: next, OlderWord: p.Say("inventory.next", nil), NewerWord: p.Say("inventory.first", nil)}
	if query.Get("after") != "" {
		first := url.Values{}
		for name, values := range query {
			if name != "after" {
				first[name] = values
			}
		}
		if v.Newer = path; len(first) > 0 {
			v.Newer += "?" + first.Encode()
		}
	}
	return v
}

// inventoryAge is how old the cached inventory is.
func (s *server) inventoryAge(c echo.Context) (templates.InventoryAge, error) {
	refreshed, problem, err := s.Inventory.Age(c.Request().Context())
	return templates.InventoryAge{Refreshed: refreshed, Problem: problem, Now: s.Now()}, err
}

// inventoryView is what all lists of the inventory show.
func (s *server) inventoryView(c echo.Context, path string, query url.Values, total int, next string) (templates.InventoryView, error) {
	age, err := s.inventoryAge(c)
	if err != nil {
		return templates.InventoryView{}, err
	}
	saved, err := s.savedViews(c, strings.TrimPrefix(path, "/"), query)
	if err != nil {
		return templates.InventoryView{}, err
	}
	v := templates.InventoryView{Total: total, Saved: saved, Query: query, Age: age, MayPlace: who(c).May(auth.PlaceOrders), Pager: inventoryPager(c, path, query, next),
		Products: s.choices(c, field.PickProduct), Images: s.choices(c, field.PickImage), Pools: s.choices(c, field.PickPool)}
	if who(c).Scope().All() {
		teams, err := s.teamsOf(c)
		if err != nil {
			return v, err
		}
		for _, name := range teams.Names() {
			v.Teams = append(v.Teams, templates.Option{Value: name})
		}
	}
	return v, nil
}

// teamsOf are the teams, none where the console has none.
func (s *server) teamsOf(c echo.Context) (policy.Teams, error) {
	if s.TeamBook == nil {
		return policy.Teams{}, nil
	}
	return s.TeamBook.Teams(c.Request().Context())
}

// expiryQuery reads until when something expires: "expires" days from now on, what has expired among it, or the days
// "expire_from" to "expire_until", which is included.
func expiryQuery(query url.Values, now time.Time) (from, until time.Time, err error) {
	if text := query.Get("expires"); text != "" {
		days, wrong := strconv.Atoi(text)
		if wrong != nil || days < 1 || days > 3650 {
			return from, until, errFilter
		}
		return time.Time{}, now.AddDate(0, 0, days), nil
	}
	return days(url.Values{"from": query["expire_from"], "until": query["expire_until"]})
}

// desktopsQuery are the filters of the list of desktops as they stand in its address.
func (s *server) desktopsQuery(c echo.Context, query url.Values) (orders.DesktopFilter, error) {
	f := orders.DesktopFilter{Scope: who(c).Scope(), Team: query.Get("team"), Text: strings.TrimSpace(query.Get("q")), PoolID: query.Get("pool_id"),
		ProductID: query.Get("product_id"), ImageID: query.Get("image_id"), Status: query.Get("status"), ChargeMode: query.Get("charge_mode"),
		DesktopType: query.Get("desktop_type"), EnterpriseProjectID: query.Get("enterprise_project_id"),
		Sort: query.Get("sort"), After: query.Get("after"), Limit: listSize}
	if f.Status == templates.StateFrozen {
		f.Status, f.Frozen = "", true
	}
	f.TagKey, f.TagValue, _ = strings.Cut(strings.TrimSpace(query.Get("tag")), "=")
	if query.Get("selected") != "" {
		selection := s.Service.Selection(who(c), query.Get("selection"))
		f.Selection = &selection
	}
	var err error
	f.ExpireFrom, f.ExpireUntil, err = expiryQuery(query, s.Now())
	return f, err
}

// poolsQuery are those of the list of pools.
func (s *server) poolsQuery(c echo.Context, query url.Values) (orders.PoolFilter, error) {
	f := orders.PoolFilter{Scope: who(c).Scope(), Team: query.Get("team"), Text: strings.TrimSpace(query.Get("q")), Type: query.Get("type"),
		Status: query.Get("status"), ProductID: query.Get("product_id"), ImageID: query.Get("image_id"), ChargeMode: query.Get("charge_mode"),
		EnterpriseProjectID: query.Get("enterprise_project_id"), Sort: query.Get("sort"), After: query.Get("after"), Limit: listSize}
	var err error
	f.ExpireFrom, f.ExpireUntil, err = expiryQuery(query, s.Now())
	return f, err
}

// thing is what the pages of a desktop and of a pool have in common; cloudOrder is the order that the cloud names for it.
func (s *server) thing(c echo.Context, target, team, cloudOrder string) (templates.ThingView, error) {
	version, _ := s.Journal.Version()
	v := templates.ThingView{Team: team, MayPlace: who(c).May(auth.PlaceOrders), MayViewOrders: who(c).May(auth.ViewOrders), Say: say(c)}
	var err error
	if v.Age, err = s.inventoryAge(c); err != nil || !v.MayViewOrders {
		return v, err
	}
	ctx := c.Request().Context()
	list, err := s.Service.Orders(ctx, who(c), orders.Filter{Target: target, Limit: thingOrders})
	if err != nil {
		return v, err
	}
	v.Orders, v.MoreOrders = list.Items, !list.Older.IsZero()
	v.Poll = pollOf("/orders/poll", version, list.Items)
	if cloudOrder == "" {
		return v, nil
	}
	bought, err := s.Service.Orders(ctx, who(c), orders.Filter{Text: cloudOrder, Limit: 1})
	if err != nil {
		return v, err
	}
	i := slices.IndexFunc(bought.Items, func(o orders.Order) bool {
		return slices.ContainsFunc(o.CloudOrders, func(known orders.CloudOrder) bool { return known.OrderID == cloudOrder })
	})
	if i >= 0 && !slices.ContainsFunc(v.Orders, func(o orders.Order) bool { return o.ID == bought.Items[i].ID }) {
		v.Bought = &bought.Items[i]
	}
	return v, nil
}

// thingOrders is how many orders the page of a desktop or pool shows.
const thingOrders = 20

// jsonOr answers a thing of the inventory as the cloud has it, to those who asked for JSON.
func jsonOr(c echo.Context, value any, page func() error) error {
	if negotiated(c) {
		return c.JSON(http.StatusOK, value)
	}
	return page()
}
