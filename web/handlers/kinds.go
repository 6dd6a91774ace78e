package handlers

import (
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"workspace-order-console/web/templates"
)

// kinds is the catalogue of what can be ordered. Targets that a link names go along to the form.
func (s *server) kinds(c echo.Context) error {
	targets := url.Values{}
	for _, name := range []string{"desktop_id", "desktop_ids", "desktop_pool_id"} {
		if values := c.QueryParams()[name]; len(values) > 0 {
			targets[name] = values
		}
	}
	may, err := s.Service.Allowance(c.Request().Context(), who(c), "")
	if err != nil {
		return err
	}
	view := templates.KindsView{Targets: targets, May: may}
	if len(targets) == 0 {
		list, err := s.Service.Templates(c.Request().Context(), who(c), "", "", templatesFirst+1)
		if err != nil {
			return err
		}
		view.MoreTemplates, view.Templates = len(list) > templatesFirst, list[:min(len(list), templatesFirst)]
	}
	return render(c, http.StatusOK, templates.KindsPage(s.page(c, "kinds.title", templates.NavNewOrder), view))
}
