package handlers

import (
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/field"
	"workspace-order-console/web/templates"
)

// templatesSize is how many templates a page lists; templatesFirst how many the catalogue of kinds shows; templateInputs how
// many inputs of a template are offered to be fixed: what is beyond is the thousandth user of an order, and stays open.
const (
	templatesSize  = 50
	templatesFirst = 8
	templateInputs = 300
)

// templates lists what can be ordered from.
func (s *server) templates(c echo.Context) error {
	name, id, _ := cutLast(c.QueryParam("after"), ".")
	list, err := s.Service.Templates(c.Request().Context(), who(c), name, id, templatesSize+1)
	if err != nil {
		return err
	}
	next := ""
	if len(list) > templatesSize {
		list = list[:templatesSize]
		next = withQuery("/templates", "after", list[templatesSize-1].Name+"."+list[templatesSize-1].ID)
	}
	view := templates.TemplatesView{Items: list, Now: s.Now(), Say: say(c), MayChange: func(t orders.Template) bool { return orders.MayChangeTemplate(who(c), t) },
		Pager: templates.PagerView{Older: next}}
	return render(c, http.StatusOK, templates.TemplatesPage(s.page(c, "templates.title", templates.NavNewOrder), view))
}

// cutLast is strings.Cut at the last place.
func cutLast(text, mark string) (before, after string, found bool) {
	if i := strings.LastIndex(text, mark); i >= 0 {
		return text[:i], text[i+len(mark):], true
	}
	return text, "", false
}

// templateFrom is a template to be, of what a query or form names: an order, or a draft on its review page.
func (s *server) templateFrom(c echo.Context) (orders.Template, error) {
	ctx, w := c.Request().Context(), who(c)
	if id := c.FormValue("draft"); id != "" {
		d, err := s.Service.Draft(ctx, w, id)
		if err != nil {
			return orders.Template{}, err
		}
		return orders.Template{Team: w.Team, Kind: d.Draft.Kind, DesktopID: d.Draft.DesktopID, Body: d.Draft.Body, Reason: d.Draft.Reason}, nil
	}
	order, err := s.Service.Order(ctx, w, c.FormValue("order"))
	if err != nil {
		return orders.Template{}, err
	}
	body, err := orders.Entered(order)
	return orders.Template{Team: w.Team, Kind: order.Kind, DesktopID: order.DesktopID, Body: body, Reason: order.Reason}, err
}

// newTemplate asks what of an order a template is to keep.
func (s *server) newTemplate(c echo.Context) error {
	t, err := s.templateFrom(c)
	if err != nil {
		return err
	}
	return s.showTemplate(c, http.StatusOK, t, nil)
}

// createTemplate saves an order, or a draft, as a template.
func (s *server) createTemplate(c echo.Context) error {
	t, err := s.templateFrom(c)
	if err != nil {
		return err
	}
	return s.saveTemplate(c, t)
}

// template shows a template, for those who may change it as a form.
func (s *server) template(c echo.Context) error {
	t, err := s.Service.Template(c.Request().Context(), who(c), c.Param("id"))
	if err != nil {
		return err
	}
	return s.showTemplate(c, http.StatusOK, t, nil)
}

// changeTemplate changes a template's name, note, team and what of it is fixed.
func (s *server) changeTemplate(c echo.Context) error {
	t, err := s.Service.Template(c.Request().Context(), who(c), c.Param("id"))
	if err != nil {
		return err
	}
	return s.saveTemplate(c, t)
}

// saveTemplate saves a template as the posted form has it.
func (s *server) saveTemplate(c echo.Context, t orders.Template) error {
	form, err := c.FormParams()
	if err != nil {
		return errUnread
	}
	t.Name, t.Reason, t.Fixed = form.Get("name"), unixLines(form.Get("reason")), form["fixed"]
	if form.Has("team") && who(c).Admin() {
		t.Team = form.Get("team")
	}
	_, err = s.Service.SaveTemplate(c.Request().Context(), who(c), t)
	var told *orders.Error
	if errors.As(err, &told) && told.Code == orders.CodeInvalid {
		return s.showTemplate(c, http.StatusUnprocessableEntity, t, told)
	}
	if err != nil {
		return err
	}
	return seeOther(c, "/templates")
}

// deleteTemplate removes a template. Orders that were made from it stay as they are.
func (s *server) deleteTemplate(c echo.Context) error {
	if err := s.Service.DeleteTemplate(c.Request().Context(), who(c), c.Param("id")); err != nil {
		return err
	}
	return seeOther(c, withQuery("/templates", undoing, c.Param("id")))
}

// showTemplate shows a template's page; one without an ID is to be saved yet.
func (s *server) showTemplate(c echo.Context, status int, t orders.Template, wrong *orders.Error) error {
	kind, known := orders.KindNamed(t.Kind)
	if !known {
		return orders.ErrNotFound
	}
	w := who(c)
	view := templates.TemplateView{Template: t, Kind: kind, Inputs: t.Filled(), Say: say(c),
		Action: "/templates/new", Draft: c.FormValue("draft"), Order: c.FormValue("order"), MayChange: t.ID == "" || orders.MayChangeTemplate(w, t),
		Problems: problemWords(c, wrong), Picked: s.pickedWords(c)}
	if len(view.Inputs) > templateInputs {
		view.Inputs, view.More = view.Inputs[:templateInputs], len(view.Inputs)-templateInputs
	}
	if t.ID != "" {
		view.Action = "/templates/" + t.ID
	}
	if w.Admin() {
		all, err := s.TeamBook.Teams(c.Request().Context())
		if err != nil {
			return err
		}
		view.Teams = all.Names()
	}
	title := t.Name
	if t.ID == "" {
		title = say(c).Say("templates.new", nil)
	}
	return render(c, status, templates.TemplatePage(s.page(c, title, templates.NavNewOrder), view))
}

// pickedWords tells what people call a value of a picker, "" when nothing better is known.
func (s *server) pickedWords(c echo.Context) func(in field.Input) string {
	lists := map[field.Picker][]templates.Option{}
	return func(in field.Input) string {
		if in.Picker == "" {
			return ""
		}
		options, have := lists[in.Picker]
		if !have {
			options = s.choices(c, in.Picker)
			lists[in.Picker] = options
		}
		for _, option := range options {
			if option.Value == in.Value {
				return option.Label
			}
		}
		return ""
	}
}

// fromTemplate begins a form with a template.
func (s *server) fromTemplate(c echo.Context, kind orders.Kind, id string) (entered, error) {
	t, err := s.Service.Template(c.Request().Context(), who(c), id)
	if err != nil {
		return entered{}, err
	}
	if t.Kind != kind.Name() {
		return entered{}, orders.ErrNotFound
	}
	e := entered{kind: kind, order: orders.NewID(), reason: t.Reason, desktopID: t.DesktopID, template: &t}
	if kind.OnlyBuys() {
		e.team = t.Team
	}
	e.tree, _ = field.FromJSON(t.Body)
	e.tree.Whole()
	return e, nil
}

// fix puts what the form's template fixes in the place of what was posted. A template that is gone by now, or that they do
// not see any more, fixes nothing.
func (s *server) fix(c echo.Context, e *entered, id string) error {
	if id == "" {
		return nil
	}
	t, err := s.Service.Template(c.Request().Context(), who(c), id)
	var told *orders.Error
	switch {
	case errors.As(err, &told) && told.Code == orders.CodeNotFound:
		return nil
	case err != nil:
		return err
	case t.Kind == e.kind.Name():
		e.template = &t
		e.desktopID = t.Fix(e.tree, e.desktopID)
	}
	return nil
}
