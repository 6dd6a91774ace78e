package templates

import (
	"fmt"
	"net/url"
	"strings"

	"workspace-order-console/internal/i18n"
	"workspace-order-console/internal/orders"
)

func (v ReviewView) title() string {
	if v.Checked.Payload == nil || v.Facts == nil || len(v.Outdated) > 0 {
		return v.Say.Say("kind."+v.Draft.Kind+".title", nil)
	}
	summary := v.Checked.Payload.Summary(v.Facts)
	return v.Say.Say(summary.Key, summary.Args)
}

// formHref is the form as it was filled in.
func (v ReviewView) formHref() string {
	return "/orders/new/" + v.Draft.Kind + "?" + url.Values{"order": {v.Draft.ID}}.Encode()
}

func (v ReviewView) destroys() bool { return v.Checked.Decoded.Kind.Effect.Has(orders.Destroys) }

// mayRunUnpaid tells that the order may cost nothing: by its kind, or by its price.
func (v ReviewView) mayRunUnpaid() bool {
	return v.Checked.Decoded.Kind.Effect.Has(orders.Refunds) || v.Draft.Quote != nil && !v.Draft.Quote.Amount.IsPositive()
}

// sub says what kind of order it is, and whose.
func (v ReviewView) sub() string {
	words := v.Say.Say("kind."+v.Draft.Kind+".title", nil) + " · " + v.Draft.Kind
	if v.Checked.Team != "" {
		words += " · " + v.Say.Say("review.team", map[string]any{"team": v.Checked.Team})
	}
	return words
}

// asks tells that somebody has to approve it.
func (v ReviewView) asks() bool { return v.Judged != nil && v.Judged.Need.Approval() }

// reasonMissing tells that it cannot be placed without a reason.
func (v ReviewView) reasonMissing() bool {
	return v.Judged != nil && v.Judged.NeedsReason && strings.TrimSpace(v.Draft.Reason) == ""
}

func (v ReviewView) reasonProblem() string {
	if v.Judged.Again != "" {
		return "problem.reason_again"
	}
	return "problem.reason_approval"
}

// thenWords say what happens next.
func (v ReviewView) thenWords() string {
	switch {
	case v.asks():
		return v.Say.Say("review.then_approval", nil)
	case v.Judged != nil && v.Judged.Keeps != "":
		return v.Say.Say("review.then_sent", nil)
	}
	return v.Say.Say("review.then", nil)
}

func (v ReviewView) placeWord() string {
	if v.asks() {
		return v.Say.Say("review.ask", nil)
	}
	if v.destroys() {
		return v.Say.Say("review.place_destroys", nil)
	}
	if v.Draft.Quote != nil && v.Draft.Quote.Was != nil {
		return v.Say.Say("review.place_moved", nil)
	}
	return v.Say.Say("review.place", nil)
}

// payWords says who will pay.
func (v ReviewView) payWords() string {
	switch {
	case v.Draft.Quote != nil && !v.Draft.Quote.Amount.IsPositive():
		return v.Say.Say("review.pay_nothing", nil)
	case v.Checked.AutoPay && v.Draft.Quote != nil:
		return v.Say.Say("review.pay_itself", nil)
	case v.Checked.AutoPay:
		return v.Say.Say("review.pay_no_price", nil)
	}
	return v.Say.Say("review.pay_later", nil)
}

func changesWords(changes []orders.Change, say i18n.Printer) string {
	subjects := map[string]bool{}
	for _, change := range changes {
		if change.Subject != "" { // the term is no resource's
			subjects[change.Subject] = true
		}
	}
	if len(subjects) > 1 {
		return say.Say("review.resources", map[string]any{"n": len(subjects)})
	}
	return ""
}

// unpriced tells that the quote has lines, but not one for each of a batch's desktops.
func (v ReviewView) unpriced() (priced, of int, some bool) {
	if v.Draft.Quote == nil || v.Checked.Payload == nil || !v.Checked.Decoded.Kind.Door.Batch() {
		return 0, 0, false
	}
	priced, of = len(v.Draft.Quote.Lines), orders.Expected(v.Checked.Decoded.Kind, v.Checked.Payload)
	return priced, of, priced > 0 && priced < of
}

// curl is the request as entered, for the console's own /v2 door.
func (v ReviewView) curl() string {
	return curlOf(v.PublicURL, v.Checked.Path, v.Draft.ID, v.Draft.Reason, v.Draft.Body)
}

// curlOf is a call to the /v2 door as a command; run twice with the same key it is one order. The reason goes along, for where
// somebody has to approve, the door takes no call without one; a header is one line.
func curlOf(publicURL, path, key, reason string, body []byte) string {
	header := ""
	if reason = strings.Join(strings.Fields(reason), " "); reason != "" {
		header = fmt.Sprintf("  -H 'X-Console-Reason: %s' \\\n", inShell(reason))
	}
	return fmt.Sprintf("curl -sS -X POST '%s%s' \\\n  -H \"X-Auth-Token: $CONSOLE_KEY\" \\\n  -H 'Content-Type: application/json' \\\n  -H 'Idempotency-Key: %s' \\\n%s  --data '%s'",
		publicURL, path, key, header, inShell(string(body)))
}

// inShell is a text between single quotes, in which a shell changes nothing; a single quote inside is closed, escaped and
// opened again.
func inShell(text string) string { return strings.ReplaceAll(text, "'", `'\''`) }

func (v ReviewView) stoppedLinks() []Link {
	if v.InTheWay == "" {
		return nil
	}
	return []Link{{Text: v.Say.Say("review.other_order", nil), Href: "/orders/" + v.InTheWay}}
}
