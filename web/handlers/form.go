package handlers

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/field"
	"workspace-order-console/web/templates"
)

// beside are the names of a form's inputs that are no wire fields (design, "Machine-readable handles").
var beside = []string{"order", "quote", "reason", "team", "repeat_of", "template", "review", "add", "remove", "split", "place", "check"}

// pickSize is how many choices a picker has at most; what is not among them can be typed.
const pickSize = 200

// entered is a form as it came.
type entered struct {
	kind                    orders.Kind
	order, reason, repeatOf string
	team                    string
	// split is what an order over several teams' things has to become.
	split     []orders.Split
	desktopID string
	// template is what the form was filled in from, nil for none.
	template *orders.Template
	tree     *field.Node
	problems field.Problems
}

// placeable finds the kind of the route, for somebody who may order.
func placeable(c echo.Context) (orders.Kind, error) {
	kind, ok := orders.KindOf(cloud.Door(c.Param("door")), c.Param("type"))
	if !ok {
		return orders.Kind{}, orders.ErrNotFound
	}
	return kind, nil
}

// enter reads a form: what belongs to the wire becomes the tree, the rest stays beside it.
func enter(kind orders.Kind, form url.Values) entered {
	e := entered{kind: kind, order: form.Get("order"), reason: form.Get("reason"), repeatOf: form.Get("repeat_of"), team: form.Get("team")}
	wire := url.Values{}
	for name, values := range form {
		if !slices.Contains(beside, name) && !strings.HasPrefix(name, uploadPrefix) {
			wire[name] = values
		}
	}
	if kind.Door == cloud.DoorChange {
		e.desktopID = wire.Get("desktop_id")
		wire.Del("desktop_id")
	}
	if !orders.ValidID(e.order) {
		e.order = orders.NewID()
	}
	if !orders.ValidID(e.repeatOf) {
		e.repeatOf = ""
	}
	e.tree, e.problems = field.FromForm(wire)
	return e
}

// decode binds the form to its kind. With prune, what is empty is absent, as it is when the form is checked.
func (e entered) decode(prune bool) orders.Decoded {
	tree := e.tree
	if prune {
		tree = field.Pruned(tree)
	}
	d := orders.Decode(e.kind, tree, e.desktopID)
	d.Problems = e.problems.Merge(d.Problems)
	return d
}

// ask is what came beside the body.
func (e entered) ask() orders.Ask {
	ask := orders.Ask{ID: e.order, Team: e.team, Reason: e.reason, RepeatOf: e.repeatOf}
	if e.template != nil {
		ask.Template = e.template.ID
	}
	return ask
}

// form shows the empty form of a kind, or one with its targets filled in by the query.
func (s *server) form(c echo.Context) error {
	kind, err := placeable(c)
	if err != nil {
		return err
	}
	e := entered{kind: kind, order: orders.NewID()}
	e.tree, _ = field.FromForm(nil)
	if draft := c.QueryParam("order"); draft != "" {
		// back from the review: the form as it was
		if e, err = s.reopened(c, draft); err != nil {
			return err
		}
	}
	if order := c.QueryParam("repeat"); order != "" {
		if e, err = s.repeated(c, kind, order); err != nil {
			return err
		}
	}
	if request := c.QueryParam("request"); request != "" {
		if e, err = s.retried(c, kind, request, c.QueryParam("of")); err != nil {
			return err
		}
	}
	if id := c.QueryParam("template"); id != "" {
		if e, err = s.fromTemplate(c, kind, id); err != nil {
			return err
		}
	}
	query, err := s.withSelected(c)
	if err != nil {
		return err
	}
	prefill(&e, query)
	return s.showForm(c, http.StatusOK, e, e.decode(false).Inputs, nil, templates.PriceView{})
}

// reopened is the form of a draft.
func (s *server) reopened(c echo.Context, id string) (entered, error) {
	draft, err := s.Service.Draft(c.Request().Context(), who(c), id)
	if err != nil {
		return entered{}, err
	}
	e := entered{kind: draft.Checked.Kind, order: draft.Draft.ID, reason: draft.Reason, repeatOf: draft.RepeatOf, team: draft.Draft.Team, desktopID: draft.DesktopID}
	e.tree, _ = field.FromJSON(draft.Draft.Body)
	e.tree.Whole()
	return e, s.fix(c, &e, draft.Draft.Template)
}

// repeated is the form of a new order that begins with what was entered for another of its kind.
func (s *server) repeated(c echo.Context, kind orders.Kind, id string) (entered, error) {
	order, err := s.Service.Order(c.Request().Context(), who(c), id)
	if err != nil {
		return entered{}, err
	}
	if order.Kind != kind.Name() {
		return entered{}, orders.ErrNotFound
	}
	body, err := orders.Entered(order)
	if err != nil {
		return entered{}, err
	}
	e := entered{kind: kind, order: orders.NewID(), repeatOf: order.ID, reason: order.Reason, desktopID: order.DesktopID}
	if kind.OnlyBuys() {
		e.team = order.Team // what else there is to say whose it is: it touches nothing
	}
	e.tree, _ = field.FromJSON(body)
	return e, nil
}

// withSelected is the query with the desktops of "?selection=<id>" beside those that it names.
func (s *server) withSelected(c echo.Context) (url.Values, error) {
	query := c.QueryParams()
	id := query.Get("selection")
	if id == "" {
		return query, nil
	}
	desktops, err := s.Service.SelectedDesktops(c.Request().Context(), who(c), id)
	if err != nil {
		return nil, err
	}
	query = maps.Clone(query)
	query["desktop_ids"] = slices.Concat(query["desktop_ids"], desktops)
	return query, nil
}

// prefills are the names under which a link gives a form a value, by the picker that takes it: the first of the form does.
var prefills = map[field.Picker]string{field.PickPool: "desktop_pool_id", field.PickVolume: "volume_id", field.PickPoolDisk: "desktop_pool_disk_id",
	field.PickHostProduct: "product_id", field.PickAZ: "availability_zone", field.PickSubnet: "subnet_id"}

// prefill puts what a link names into the inputs that take it: "?desktop_id=", "?desktop_ids=" (may be repeated), and prefills.
func prefill(e *entered, query url.Values) {
	desktops := append(slices.Clone(query["desktop_id"]), query["desktop_ids"]...)
	if e.kind.Door == cloud.DoorChange && len(desktops) > 0 {
		e.desktopID = desktops[0]
	}
	taken := map[field.Picker]bool{}
	walk(field.Describe(e.kind.New()), func(in field.Input) {
		switch {
		case in.Picker == field.PickDesktop && in.Kind == field.TextList && in.Most > 0 && len(desktops) > in.Most:
			// too many: all of them are shown, and what is wrong is said, rather than some left out in silence
			e.tree.Put(in.Path, strings.Join(desktops, "\n"))
		case in.Picker == field.PickDesktop && in.Kind == field.TextList:
			for i, id := range desktops[:min(len(desktops), field.MostRows)] {
				e.tree.PutRow(in.Path, i, id)
			}
		case in.Picker == field.PickDesktop && in.Kind == field.Text && !in.Param && len(desktops) > 0:
			e.tree.Put(in.Path, desktops[0])
		case in.Kind == field.Text && prefills[in.Picker] != "" && query.Get(prefills[in.Picker]) != "" && !taken[in.Picker]:
			taken[in.Picker] = true
			e.tree.Put(in.Path, query.Get(prefills[in.Picker]))
		}
	})
}

// walk visits the inputs of a form, those of envelopes too, but not those of rows that are not there.
func walk(inputs []field.Input, visit func(field.Input)) {
	for _, in := range inputs {
		visit(in)
		walk(in.Children, visit)
		if in.Envelope {
			walk(in.Item, visit)
		}
	}
}

// posted reads a posted form of the route's kind.
func (s *server) posted(c echo.Context) (entered, url.Values, error) {
	kind, err := placeable(c)
	if err != nil {
		return entered{}, nil, err
	}
	form, err := c.FormParams()
	if err != nil {
		return entered{}, nil, errUnread
	}
	var problems field.Problems
	if !partial(c) { // a file that was chosen stays chosen where only a part of the page is renewed
		problems = addUploads(form, c.Request().MultipartForm)
	}
	e := enter(kind, form)
	e.problems = problems.Merge(e.problems)
	return e, form, s.fix(c, &e, form.Get("template"))
}

// submitForm takes a posted form: add and remove change its rows and keep every value, review checks it and leads on.
func (s *server) submitForm(c echo.Context) error {
	e, form, err := s.posted(c)
	if err != nil {
		return err
	}
	switch {
	case form.Get("add") != "":
		e.tree.AddRow(form.Get("add"))
		return s.showForm(c, http.StatusOK, e, e.decode(false).Inputs, nil, templates.PriceView{})
	case form.Get("remove") != "":
		e.tree.RemoveRow(form.Get("remove"))
		if err := s.fix(c, &e, form.Get("template")); err != nil {
			return err
		}
		return s.showForm(c, http.StatusOK, e, e.decode(false).Inputs, nil, templates.PriceView{})
	case form.Has("split"):
		return s.splitForm(c, e, form.Get("split"))
	}
	decoded := e.decode(true)
	if path := form.Get("fill"); path != "" {
		return s.fillForm(c, e, decoded, path)
	}
	draft, err := s.Service.Review(c.Request().Context(), who(c), decoded, e.ask())
	var told *orders.Error
	if errors.As(err, &told) {
		switch {
		case told.Code == orders.CodeInvalid:
			e.split = told.Split
			return s.showForm(c, http.StatusUnprocessableEntity, e, decoded.Inputs, told.Problems,
				templates.PriceView{State: templates.PriceIncomplete})
		case errors.Is(told, orders.ErrExists):
			return seeOther(c, s.placedPath(c, told.OrderID))
		}
	}
	if err != nil {
		return err
	}
	return seeOther(c, withQuery("/orders/review", "order", draft.ID))
}

// checkForm is the live check: the form as it stands, with the problems of what was filled in, and the price once
// there are none.
func (s *server) checkForm(c echo.Context) error {
	e, _, err := s.posted(c)
	if err != nil {
		return err
	}
	checked, err := s.Service.Check(c.Request().Context(), who(c), e.decode(true), e.ask())
	price := templates.PriceView{State: templates.PriceIncomplete}
	var told *orders.Error
	switch {
	case err == nil:
		quote, _, problem := s.Service.Price(c.Request().Context(), checked)
		price = templates.NewPriceView(checked, quote, problem, s.Now())
	case !errors.As(err, &told) || told.Code != orders.CodeInvalid:
		return err
	}
	// Rows that are still empty stay on the page, so the form is shown as it is and not as it was checked; what is
	// merely not filled in yet is no problem before the review. Where the check closed rows up, its paths are not
	// those of the page: then only what the declaration itself tells is shown.
	shown := e.decode(false)
	problems := checked.Problems
	if e.tree.Gaps() {
		problems = shown.Problems
	}
	view, err := s.formView(c, e, shown.Inputs, filledIn(problems, shown.Inputs), price)
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, templates.OrderForm(view))
}

// filledIn keeps the problems of inputs that hold something.
func filledIn(problems field.Problems, inputs []field.Input) field.Problems {
	filled := map[string]bool{}
	var visit func([]field.Input)
	visit = func(inputs []field.Input) {
		for _, in := range inputs {
			filled[in.Path] = in.Value != ""
			visit(in.Children)
			visit(in.Rows)
		}
	}
	visit(inputs)
	return slices.DeleteFunc(slices.Clone(problems), func(p field.Problem) bool { return !filled[p.Path] })
}

func (s *server) showForm(c echo.Context, status int, e entered, inputs []field.Input, problems field.Problems, price templates.PriceView) error {
	view, err := s.formView(c, e, inputs, problems, price)
	if err != nil {
		return err
	}
	if partial(c) {
		return render(c, status, templates.OrderForm(view))
	}
	title := say(c).Say("kind."+e.kind.Name()+".title", nil)
	return render(c, status, templates.FormPage(s.page(c, title, templates.NavNewOrder), view))
}

func (s *server) formView(c echo.Context, e entered, inputs []field.Input, problems field.Problems, price templates.PriceView) (templates.FormView, error) {
	teams, err := s.ownTeams(c)
	if err != nil {
		return templates.FormView{}, err
	}
	if w := who(c); w.Team != "" {
		// A member's form carries the team that it was shown for, so that one that is sent after they have switched to another
		// team is not that team's.
		if e.team == "" {
			e.team = w.Team
		}
		for _, in := range w.Memberships {
			if e.kind.OnlyBuys() && in.Team != w.Team && orders.MayPlaceFor(w, in.Team) {
				teams = append(teams, in.Team)
			}
		}
		slices.Sort(teams)
	}
	may, err := s.Service.Allowance(c.Request().Context(), who(c), e.team)
	if err != nil {
		return templates.FormView{}, err
	}
	return templates.NewFormView(templates.FormInput{
		Kind: e.kind, Inputs: inputs, Problems: problems, Order: e.order, RepeatOf: e.repeatOf, Reason: e.reason,
		Team: e.team, Teams: teams, NoTeam: who(c).Scope().All(), Split: e.split, Template: e.template,
		Live: partial(c),
		Choices: func(picker field.Picker) []templates.Option {
			return slices.DeleteFunc(s.choices(c, picker), func(o templates.Option) bool { return !may.Picks(picker, o.Value) })
		},
		Say: say(c), Price: price,
	}), nil
}

// choices fills a picker. A picker that cannot be filled is empty: IDs can be typed.
func (s *server) choices(c echo.Context, picker field.Picker) []templates.Option {
	list, err := s.Inventory.Choices(c.Request().Context(), who(c).Scope(), string(picker), "", pickSize)
	if err != nil {
		s.Log.Warn("picker", "picker", picker, "error", err)
	}
	options := make([]templates.Option, len(list))
	for i, choice := range list {
		options[i] = templates.Option{Value: choice.Value, Label: choice.Label, Verbatim: true}
	}
	return options
}
