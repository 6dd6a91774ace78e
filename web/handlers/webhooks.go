package handlers

import (
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/notify"
	"workspace-order-console/internal/orders/field"
	"workspace-order-console/web/templates"
)

// webhooks lists the webhooks, and how mail fares.
func (s *server) webhooks(c echo.Context) error {
	return s.showWebhooks(c, http.StatusOK, templates.WebhooksView{})
}

// showWebhooks lists the webhooks with what was entered, what is wrong with it, or the secret that was just made.
func (s *server) showWebhooks(c echo.Context, status int, view templates.WebhooksView) error {
	ctx := c.Request().Context()
	var err error
	if view.Webhooks, err = s.Webhooks.Webhooks(ctx); err != nil {
		return err
	}
	if view.Counts, err = s.Webhooks.NotifyCounts(ctx); err != nil {
		return err
	}
	view.Mails, view.Say, view.Now = s.WithoutAddress != nil, say(c), s.Now()
	return render(c, status, templates.WebhooksPage(s.page(c, "webhooks.title", templates.NavSettings), view))
}

// createWebhook makes a webhook. Its secret is on the answer's page and nowhere else, so the answer is no redirect.
func (s *server) createWebhook(c echo.Context) error {
	form, err := c.FormParams()
	if err != nil {
		return errUnread
	}
	view := templates.WebhooksView{Name: form.Get("name"), URL: strings.TrimSpace(form.Get("url")), Problems: map[string]string{}}
	for _, event := range form["events"] {
		view.Events = append(view.Events, notify.EventType(event))
	}
	problems := notify.CheckWebhook(s.Guard, view.Name, view.URL, view.Events)
	if len(problems) == 0 {
		made, secret := notify.NewWebhook(s.Sealer, view.Name, view.URL, view.Events, who(c), s.Now())
		switch err := s.Webhooks.CreateWebhook(c.Request().Context(), made, who(c)); {
		case errors.Is(err, notify.ErrNameTaken):
			problems.Add("name", "problem.webhook_name_taken")
		case errors.Is(err, notify.ErrTooMany):
			problems.Add("name", "problem.webhook_many", "max", notify.MaxWebhooks)
		case err != nil:
			return err
		default:
			return s.showWebhooks(c, http.StatusOK, templates.WebhooksView{Made: &made, Secret: secret})
		}
	}
	view.Problems = saidAt(c, problems)
	return s.showWebhooks(c, http.StatusUnprocessableEntity, view)
}

// saidAt are problems in words, by the input they are about.
func saidAt(c echo.Context, problems field.Problems) map[string]string {
	words := map[string]string{}
	for _, problem := range problems {
		words[problem.Path] = say(c).Say(problem.Key, problem.Args)
	}
	return words
}

// webhook shows one webhook and what was sent to it.
func (s *server) webhook(c echo.Context) error {
	ctx := c.Request().Context()
	hook, err := s.Webhooks.Webhook(ctx, c.Param("id"))
	if err != nil {
		return err
	}
	view := templates.WebhookView{Webhook: hook, Say: say(c), Now: s.Now()}
	for _, state := range notify.DeliveryStates {
		if c.QueryParam("state") == string(state) {
			view.State = state
		}
	}
	list, next, err := s.Webhooks.Deliveries(ctx, hook.ID, view.State, c.QueryParam("after"), listSize)
	if err != nil {
		return err
	}
	view.Deliveries = list
	view.Pager = templates.PagerView{Older: turned("/settings/webhooks/"+hook.ID, c.QueryParams(), "after", next)}
	return render(c, http.StatusOK, templates.WebhookPage(s.page(c, hook.Name, templates.NavSettings), view))
}

// changedWebhook leads back to a webhook after a change.
func (s *server) changedWebhook(c echo.Context, change func(id string, who auth.Who) error) error {
	if err := change(c.Param("id"), who(c)); err != nil {
		return err
	}
	return seeOther(c, "/settings/webhooks/"+c.Param("id"))
}

func (s *server) testWebhook(c echo.Context) error {
	return s.changedWebhook(c, func(id string, who auth.Who) error { return s.Webhooks.TestWebhook(c.Request().Context(), id, who) })
}

func (s *server) enableWebhook(c echo.Context) error {
	return s.changedWebhook(c, func(id string, who auth.Who) error { return s.Webhooks.EnableWebhook(c.Request().Context(), id, who) })
}

func (s *server) disableWebhook(c echo.Context) error {
	return s.changedWebhook(c, func(id string, who auth.Who) error { return s.Webhooks.DisableWebhook(c.Request().Context(), id, who) })
}

// resend sends a dead letter again, or all of the webhook's when none is named.
func (s *server) resend(c echo.Context) error {
	return s.changedWebhook(c, func(id string, who auth.Who) error {
		return s.Webhooks.Resend(c.Request().Context(), id, c.FormValue("delivery"), who)
	})
}

// deleteWebhook removes a webhook. Removing one that is not there any more is no error: it is removed.
func (s *server) deleteWebhook(c echo.Context) error {
	if err := s.Webhooks.DeleteWebhook(c.Request().Context(), c.Param("id"), who(c)); err != nil && !errors.Is(err, notify.ErrNotFound) {
		return err
	}
	return seeOther(c, "/settings/webhooks")
}
