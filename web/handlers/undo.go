package handlers

import (
	"errors"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/orders"
	"workspace-order-console/web/templates"
)

// undoing is in a page's query what was just deleted: the page offers to take it back.
const undoing = "undo"

// takeUndo takes that out of the query: it is no filter, and no link of the page goes on with it.
func takeUndo(c echo.Context) {
	if id := c.QueryParam(undoing); id != "" {
		c.Set(undoing, id)
		c.QueryParams().Del(undoing)
	}
}

// undoNotice offers to take back what the page's query names, as long as that is possible.
func (s *server) undoNotice(c echo.Context) templates.NoticeView {
	id, named := c.Get(undoing).(string)
	if !named {
		return templates.NoticeView{}
	}
	undo, err := s.Service.Undoable(c.Request().Context(), who(c), id)
	if err != nil {
		if !errors.Is(err, orders.ErrNotFound) {
			s.Log.Warn("what was deleted was not found", "error", err, "request_id", requestIDOf(c))
		}
		return templates.NoticeView{}
	}
	p := say(c)
	notice := templates.NoticeView{Tone: templates.Good, Action: "/undo/" + undo.ID, ActionWord: p.Say("undo.undo", nil), ActionName: "undo"}
	switch {
	case undo.View != nil:
		notice.Text = p.Say("undo.view", map[string]any{"name": undo.View.Name})
	case undo.Template != nil:
		notice.Text = p.Say("undo.template", map[string]any{"name": undo.Template.Name})
	case undo.Delegation != nil:
		notice.Text = p.Say("undo.delegation", map[string]any{"to": undo.Delegation.To})
	}
	return notice
}

// undo takes back what was deleted, and leads to where it is again.
func (s *server) undo(c echo.Context) error {
	undo, err := s.Service.Undo(c.Request().Context(), who(c), c.Param("id"))
	if err != nil {
		return err
	}
	switch {
	case undo.View != nil:
		return seeOther(c, viewHref(*undo.View))
	case undo.Template != nil:
		return seeOther(c, "/templates")
	}
	return seeOther(c, "/settings/delegations")
}
