package templates

import (
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"workspace-order-console/internal/i18n"
	"workspace-order-console/internal/notify"
)

// eventWord is what people call an event.
func eventWord(say i18n.Printer, event notify.EventType) string {
	return say.Say("event."+string(event), nil)
}

// wanted are the events of a webhook in words.
func wanted(say i18n.Printer, w notify.Webhook) []string {
	if len(w.Events) == 0 {
		return []string{say.Say("webhooks.all_events", nil)}
	}
	words := make([]string, len(w.Events))
	for i, event := range w.Events {
		words[i] = eventWord(say, event)
	}
	return words
}

func (v WebhooksView) chosen(event notify.EventType) bool { return slices.Contains(v.Events, event) }

// lookOfDelivery is how a delivery shows.
func lookOfDelivery(d notify.Delivery) badgeLook {
	switch {
	case d.State == notify.Done:
		return badgeLook{Good, "check", "webhooks.delivered"}
	case d.State == notify.Dead:
		return badgeLook{Bad, "x", "webhooks.given_up"}
	case d.Error != "":
		return badgeLook{Warn, "clock", "webhooks.retried"}
	}
	return badgeLook{Info, "hourglass", "webhooks.waiting"}
}

// lookOfWebhook is how a webhook shows.
func lookOfWebhook(w notify.Webhook) badgeLook {
	switch {
	case !w.DisabledAt.IsZero():
		return badgeLook{Quiet, "ban", "webhooks.disabled"}
	case w.Failures > 0:
		return badgeLook{Warn, "alert", "webhooks.failing"}
	}
	return badgeLook{Good, "check", "webhooks.in_use"}
}

// teamWord is whose orders a webhook is told of.
func teamWord(say i18n.Printer, w notify.Webhook) string {
	if w.Team == "" {
		return say.Say("webhooks.all", nil)
	}
	return w.Team
}

func webhookPath(w notify.Webhook, more string) string { return "/settings/webhooks/" + w.ID + more }

// attemptsWord tells how often a delivery was tried, and what was answered last.
func attemptsWord(say i18n.Printer, d notify.Delivery) string {
	if d.Status == 0 || d.Error != "" {
		return strconv.Itoa(d.Attempts)
	}
	return say.Say("webhooks.attempts_answered", map[string]any{"attempts": d.Attempts, "status": d.Status})
}

// chosenLink marks the link of the list that is shown.
func chosenLink(chosen bool) templ.Attributes {
	if !chosen {
		return nil
	}
	return templ.Attributes{"data-active": true, "aria-current": "true"}
}
