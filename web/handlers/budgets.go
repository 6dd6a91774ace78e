package handlers

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders"
	"workspace-order-console/web/templates"
)

// monthsSize is how many months a page of a team's history has.
const monthsSize = 24

// budgets shows what is left of this month to the teams that somebody sees, as a page or as JSON.
func (s *server) budgets(c echo.Context) error {
	list, err := s.Service.Budgets(c.Request().Context(), who(c))
	if err != nil {
		return err
	}
	if after := c.QueryParam("after"); after != "" {
		list = slices.DeleteFunc(list, func(b orders.BudgetStatus) bool { return b.Team <= after })
	}
	next := ""
	if len(list) > listSize {
		// a team's lines stay together
		list = wholeRuns(list, listSize, func(b orders.BudgetStatus) string { return b.Team })
		next = turned("/budgets", c.QueryParams(), "after", list[len(list)-1].Team)
	}
	if negotiated(c) {
		return c.JSON(http.StatusOK, jsonList(budgetsJSON(list), next))
	}
	w := who(c)
	view := templates.BudgetsView{Items: list, Month: orders.MonthOf(s.Now()), AllTeams: w.Scope().All(), MayManage: w.May(auth.ManageTeams),
		Pager: templates.PagerView{Older: next, OlderWord: "More"}}
	return render(c, http.StatusOK, templates.BudgetsPage(s.page(c, "budgets.title", templates.NavBudgets), view))
}

// budget shows a team's months, as a page or as JSON.
func (s *server) budget(c echo.Context) error {
	team, before := c.Param("name"), c.QueryParam("before")
	list, err := s.Service.BudgetHistory(c.Request().Context(), who(c), team, before, monthsSize+1)
	if err != nil {
		return err
	}
	if len(list) == 0 && who(c).Scope().All() {
		// those who see every team are told of one that there is none
		all, err := s.TeamBook.Teams(c.Request().Context())
		if err != nil {
			return err
		}
		if _, known := all.Named(team); !known {
			return orders.ErrNotFound
		}
	}
	next := ""
	if len(list) > monthsSize {
		list = wholeRuns(list, monthsSize, func(b orders.BudgetStatus) string { return b.Month })
		next = withQuery(c.Request().URL.Path, "before", list[len(list)-1].Month)
	}
	if negotiated(c) {
		return c.JSON(http.StatusOK, jsonList(budgetsJSON(list), next))
	}
	view := templates.BudgetHistoryView{Team: team, Items: list, MayManage: who(c).May(auth.ManageTeams), Pager: templates.PagerView{Older: next, OlderWord: "Earlier"}}
	return render(c, http.StatusOK, templates.BudgetHistoryPage(s.page(c, "budgets.title_of", templates.NavBudgets, "team", team), view))
}

// wholeRuns is the beginning of a list, at most so long, that does not part those of one key from each other: the rest is
// found behind the last key. A first run that is longer is parted.
func wholeRuns[T any](list []T, most int, key func(T) string) []T {
	end := most
	for end > 0 && key(list[end-1]) == key(list[end]) {
		end--
	}
	if end == 0 {
		end = most
	}
	return list[:end]
}

// budgetsJSON are months as scripts read them; amounts are decimal strings, null where there is none.
func budgetsJSON(list []orders.BudgetStatus) []map[string]any {
	items := make([]map[string]any, len(list))
	for i, b := range list {
		item := map[string]any{"team": b.Team, "month": b.Month, "currency": b.Currency, "reserved": b.Reserved.String(), "settled": b.Settled.String(),
			"budget": nil, "soft": nil, "left": nil}
		if b.Limit != nil {
			item["budget"], item["left"] = b.Limit.String(), b.Left().String()
		}
		if b.Soft != nil {
			item["soft"] = b.Soft.String()
		}
		items[i] = item
	}
	return items
}
