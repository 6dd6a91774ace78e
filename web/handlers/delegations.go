package handlers

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders"
	"workspace-order-console/web/templates"
)

// delegations shows who decides in whose place.
func (s *server) delegations(c echo.Context) error {
	return s.showDelegations(c, http.StatusOK, templates.DelegationsView{})
}

func (s *server) showDelegations(c echo.Context, status int, view templates.DelegationsView) error {
	ctx, w := c.Request().Context(), who(c)
	view.Who, view.Now = w, s.Now()
	view.MayDelegate = w.May(auth.ApproveOrders)
	view.Ended = c.QueryParam("ended") == "true"
	q := orders.DelegationQuery{Active: !view.Ended, Limit: listSize}
	if text := c.QueryParam("after"); text != "" {
		cursor, fits := readCursor(text)
		if !fits {
			return errFilter
		}
		q.After = cursor
	}
	list, next, err := s.Service.Delegations(ctx, w, q)
	if err != nil {
		return err
	}
	view.Items = list
	view.Pager = templates.PagerView{Older: turned("/settings/delegations", c.QueryParams(), "after", writeCursor(next))}
	if view.MayDelegate {
		if view.Teams, err = s.ownTeams(c); err != nil {
			return err
		}
		if view.People, err = s.colleagues(c); err != nil {
			return err
		}
	}
	return render(c, status, templates.DelegationsPage(s.page(c, "delegations.title", templates.NavSettings), view))
}

// ownTeams are the teams that somebody acts in: their own, or all where they see everything.
func (s *server) ownTeams(c echo.Context) ([]string, error) {
	w := who(c)
	if !w.Scope().All() {
		return []string{w.Team}, nil
	}
	all, err := s.TeamBook.Teams(c.Request().Context())
	return all.Names(), err
}

// colleagues are the people of somebody's team, as far as they were seen of late, for a picker.
func (s *server) colleagues(c echo.Context) ([]templates.Option, error) {
	w := who(c)
	if s.People == nil || w.Team == "" {
		return nil, nil
	}
	var list []templates.Option
	for _, role := range []auth.Role{auth.RoleApprover, auth.RoleBuyer, auth.RoleViewer, auth.RoleAuditor} {
		people, _, err := s.People.PeopleOf(c.Request().Context(), w.Team, role, s.Now().Add(-auth.PersonKept), "", pickSize)
		if err != nil {
			return nil, err
		}
		for _, p := range people {
			known := slices.ContainsFunc(list, func(o templates.Option) bool { return o.Value == p.Subject })
			if !known && p.Subject != w.Name && len(list) < pickSize {
				list = append(list, templates.Option{Value: p.Subject, Label: p.Email})
			}
		}
	}
	return list, nil
}

// delegate lets somebody else decide in one's own place, until the end of a day.
func (s *server) delegate(c echo.Context) error {
	view := templates.DelegationsView{Team: c.FormValue("team"), To: c.FormValue("to"), Until: c.FormValue("until"), Problems: map[string]string{}}
	var until time.Time // zero is in the past, which the service says
	if day, err := time.Parse(time.DateOnly, view.Until); err == nil {
		until = day.AddDate(0, 0, 1)
	}
	_, err := s.Service.Delegate(c.Request().Context(), who(c), view.Team, view.To, until)
	var told *orders.Error
	if errors.As(err, &told) && told.Code == orders.CodeInvalid {
		for _, problem := range told.Problems {
			view.Problems[problem.Path] = say(c).Say(problem.Key, problem.Args)
		}
		return s.showDelegations(c, http.StatusUnprocessableEntity, view)
	}
	if err != nil {
		return err
	}
	return seeOther(c, "/settings/delegations")
}

// endDelegation ends one before its time.
func (s *server) endDelegation(c echo.Context) error {
	err := s.Service.EndDelegation(c.Request().Context(), who(c), c.Param("id"))
	var told *orders.Error
	if errors.As(err, &told) && told.Code == orders.CodeConflict {
		return s.showDelegations(c, http.StatusConflict, templates.DelegationsView{Stopped: say(c).Say(told.Message.Key, told.Message.Args)})
	}
	if err != nil {
		return err
	}
	return seeOther(c, withQuery("/settings/delegations", undoing, c.Param("id")))
}
