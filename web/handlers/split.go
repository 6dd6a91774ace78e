package handlers

import (
	"errors"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/field"
	"workspace-order-console/web/templates"
)

// splitForm shows the form of one team's part of an order over things of several teams: a new order with everything as it
// was entered, but for the desktops of the other teams. A member then acts for the part's team, whose it will be.
func (s *server) splitForm(c echo.Context, e entered, team string) error {
	_, err := s.Service.Check(c.Request().Context(), who(c), e.decode(true), e.ask())
	var told *orders.Error
	if err != nil && !errors.As(err, &told) {
		return err
	}
	at := -1
	if told != nil {
		at = slices.IndexFunc(told.Split, func(part orders.Split) bool { return part.Team == team })
	}
	if at < 0 {
		return errFilter // whose they are has changed since the form was shown
	}
	e.order, e.team = orders.NewID(), team
	e.keep(told.Split, at)
	if w := who(c); w.Team != "" && w.Team != team {
		if err := s.actFor(c, team); err != nil {
			return err
		}
		i := slices.IndexFunc(w.Memberships, func(m auth.Membership) bool { return m.Team == team })
		w.Team, w.Roles = team, w.Memberships[i].Roles
		c.Set(whoKey, w)
	}
	return s.showForm(c, http.StatusOK, e, e.decode(false).Inputs, nil, templates.PriceView{})
}

// keep takes the desktops of the other parts out of the form. Those that nobody knows stay with the first part.
func (e entered) keep(split []orders.Split, at int) {
	part := map[string]int{}
	for i, s := range split {
		for _, target := range s.Targets {
			part[target] = i
		}
	}
	var visit func([]field.Input)
	visit = func(inputs []field.Input) {
		for _, in := range inputs {
			visit(in.Children)
			visit(in.Rows)
			if in.Picker != field.PickDesktop || in.Kind != field.TextList {
				continue
			}
			for _, row := range slices.Backward(in.Rows) {
				if row.Value != "" && part[orders.Targets{Desktops: []string{row.Value}}.IDs()[0]] != at {
					e.tree.RemoveRow(row.Path)
				}
			}
		}
	}
	visit(e.decode(false).Inputs)
}
