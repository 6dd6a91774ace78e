package handlers

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/orders"
	"workspace-order-console/web/templates"
)

// savedViews is the row of saved views above a list, whose address has the query: page is one of orders.ViewPages.
func (s *server) savedViews(c echo.Context, page string, query url.Values) (templates.SavedViewsView, error) {
	w := who(c)
	view := templates.SavedViewsView{Page: page, Query: viewQuery(query), Selection: query.Get("selection"), MayShare: orders.MayShare(w), Team: w.Team}
	var err error
	if view.Items, err = s.Service.Views(c.Request().Context(), w, page); err != nil {
		return view, err
	}
	if i := slices.IndexFunc(view.Items, func(v orders.SavedView) bool { return v.Query == view.Query }); i >= 0 {
		view.Current, view.MayChange = view.Items[i].ID, orders.MayChangeView(w, view.Items[i])
	}
	return view, nil
}

// viewQuery is what a view keeps of a list's address: its filters, but not what somebody has ticked, which is theirs for a day.
func viewQuery(query url.Values) string {
	filters := filtersOf(query)
	for _, name := range []string{"selection", "selected", "desktop_ids"} {
		filters.Del(name)
	}
	return filters.Encode()
}

// viewHref is the list with a view's filters.
func viewHref(v orders.SavedView) string {
	if v.Query == "" {
		return "/" + v.Page
	}
	return "/" + v.Page + "?" + v.Query
}

// saveView saves the filters of a list.
func (s *server) saveView(c echo.Context) error {
	shared := c.FormValue("shared") != ""
	query, err := url.ParseQuery(c.FormValue("query"))
	if err != nil {
		return errFilter
	}
	v, err := s.Service.SaveView(c.Request().Context(), who(c), c.FormValue("page"), c.FormValue("name"), viewQuery(query), shared)
	return s.viewSaved(c, v, "", err)
}

// view shows a saved view's own page, where it is renamed and deleted.
func (s *server) view(c echo.Context) error {
	w := who(c)
	v, err := s.Service.View(c.Request().Context(), w, c.Param("id"))
	if err != nil {
		return err
	}
	return s.showView(c, http.StatusOK, v, c.Param("id"), nil)
}

// changeView renames a saved view.
func (s *server) changeView(c echo.Context) error {
	v, err := s.Service.ChangeView(c.Request().Context(), who(c), c.Param("id"), c.FormValue("name"), c.FormValue("shared") != "")
	return s.viewSaved(c, v, c.Param("id"), err)
}

// deleteView removes a saved view; its filters stay as they are in the list.
func (s *server) deleteView(c echo.Context) error {
	v, err := s.Service.DeleteView(c.Request().Context(), who(c), c.Param("id"))
	if err != nil {
		return err
	}
	filters, err := url.ParseQuery(v.Query)
	if err != nil {
		return err
	}
	filters.Set(undoing, v.ID)
	return seeOther(c, "/"+v.Page+"?"+filters.Encode())
}

// viewSaved leads back to the list, or shows what is wrong with the view.
func (s *server) viewSaved(c echo.Context, v orders.SavedView, id string, err error) error {
	var told *orders.Error
	if errors.As(err, &told) && told.Code == orders.CodeInvalid {
		return s.showView(c, http.StatusUnprocessableEntity, v, id, told)
	}
	if err != nil {
		return err
	}
	return seeOther(c, viewHref(v))
}

func (s *server) showView(c echo.Context, status int, v orders.SavedView, id string, wrong *orders.Error) error {
	view := templates.ViewFormView{View: v, Action: "/views", Saved: id != "", Href: viewHref(v), MayShare: v.Shared || orders.MayShare(who(c)),
		MayChange: id == "" || orders.MayChangeView(who(c), v), Problems: problemWords(c, wrong)}
	if id != "" {
		view.Action = "/views/" + id
	}
	return render(c, status, templates.ViewFormPage(s.page(c, "views.one", templates.NavOrders), view))
}

// problemWords are the problems of a form, in words by path.
func problemWords(c echo.Context, wrong *orders.Error) map[string]string {
	words := map[string]string{}
	if wrong != nil {
		for _, problem := range wrong.Problems {
			words[problem.Path] = say(c).Say(problem.Key, problem.Args)
		}
	}
	return words
}
