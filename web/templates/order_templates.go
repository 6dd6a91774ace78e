package templates

import (
	"slices"
	"time"

	"workspace-order-console/internal/i18n"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/field"
)

// TemplatesView is a page of templates.
type TemplatesView struct {
	Items     []orders.Template
	MayChange func(orders.Template) bool
	Pager     PagerView
	Say       i18n.Printer
	Now       time.Time
}

// TemplateView is the page of one template; one without an ID is to be saved yet, from an order or a draft.
type TemplateView struct {
	Template orders.Template
	Kind     orders.Kind
	// Inputs are what is filled in, in the form's order.
	Inputs []field.Input
	// More are how many inputs are not shown, and open.
	More         int
	Action       string
	Draft, Order string
	// Teams are whose it can be, for those who choose.
	Teams     []string
	MayChange bool
	Problems  map[string]string
	// Picked is what people call a value of a picker.
	Picked func(field.Input) string
	Say    i18n.Printer
}

// templateHref is the form that begins with a template.
func templateHref(t orders.Template) string { return "/orders/new/" + t.Kind + "?template=" + t.ID }

// inputsAt are where the form's problems show.
func (v TemplateView) inputsAt() []inputAt {
	team := inputAt{"team", "error-team", v.Say.Say("templates.team", nil)}
	if len(v.Teams) > 0 {
		team.ID = "template-team"
	}
	return []inputAt{{"name", "template-name", v.Say.Say("templates.name", nil)}, team, {"reason", "template-reason", v.Say.Say("templates.reason", nil)}}
}

func (v TemplateView) label(in field.Input) string {
	label, _ := v.Say.Field("label", in.Path)
	return label
}

// value is an input's value as people read it.
func (v TemplateView) value(in field.Input) (words string, data bool) {
	if in.Kind == field.Bool {
		return v.Say.Say("templates."+in.Value, nil), false
	}
	if slices.Contains(in.Choices, in.Value) {
		if label, named := v.Say.Field("choice", in.Path, in.Value); named {
			return label, false
		}
	}
	if picked := v.Picked(in); picked != "" {
		return picked, true
	}
	return in.Value, true
}

func (v TemplateView) fixed(in field.Input) bool { return slices.Contains(v.Template.Fixed, in.Path) }
