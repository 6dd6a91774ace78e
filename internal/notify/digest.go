package notify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html/template"
	"strings"
	"time"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/i18n"
	"workspace-order-console/internal/orders"
)

const (
	// shownItems is how many events one mail tells in full.
	shownItems = 50
	// mailLife is how long a mail that cannot be sent is tried.
	mailLife = 24 * time.Hour
	// firstMailRetry and longestMailRetry bound the waits in between.
	firstMailRetry   = time.Minute
	longestMailRetry = time.Hour
)

// Mail sends one person's mail, if one is due. It tells whether there may be more. Two mails to one person are
// MailEvery apart: the claim itself lasts so long, so that a mail whose fate is not known is not followed by another.
func (n *Notifier) Mail(ctx context.Context) (more bool, err error) {
	if n.Mailer == nil {
		return false, nil
	}
	now := n.Now()
	claim := Claim{Fence: newFence(), Now: now, Until: now.Add(MailEvery)}
	digest, err := n.Book.ClaimDigest(ctx, claim, shownItems)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	letter, err := n.letter(ctx, digest)
	if err == nil {
		letter.ID, letter.At = claim.Fence, now
		sending, cancel := outgoing(ctx, n.Timeout)
		err = n.Mailer.Send(sending, letter)
		cancel()
	}
	if err != nil && ctx.Err() != nil {
		return false, nil // cut off by the stop: it is tried again when the claim ends
	}
	result := n.fate(digest, err)
	result.Fence = claim.Fence
	if err != nil {
		n.Log.Warn("mail", "person", digest.Person, "state", result.State, "error", err)
	}
	err = record(ctx, func(ctx context.Context) error { return n.Book.FinishDigest(ctx, result) })
	if errors.Is(err, ErrStale) {
		err = nil
	}
	// after a failure the next person's turn comes at the next round: it is most likely the server
	return result.State == Done, err
}

// fate says what becomes of a person's mail after an attempt.
func (n *Notifier) fate(d Digest, err error) DigestResult {
	now := n.Now()
	result := DigestResult{Person: d.Person, Now: now, State: Done, Every: MailEvery}
	if err == nil {
		return result
	}
	result.Error = words(reply{err: err})
	switch {
	case errors.Is(err, ErrRefused), !d.FailingSince.IsZero() && now.Sub(d.FailingSince) >= mailLife:
		result.State = Dead
	case errors.Is(err, ErrUnsure):
		result.State, result.NextAt = Pending, now.Add(MailEvery)
	default:
		result.State, result.NextAt = Pending, now.Add(jittered(doubled(d.Attempts, firstMailRetry, longestMailRetry)))
	}
	return result
}

// line is one event in a mail.
type line struct {
	What, Summary, Now, URL string
	At                      string
}

// page is a mail's text, before it is text or HTML.
type page struct {
	Language              string // its tag
	Colon, Comma          string // between what stands in one line
	Lead, More, Foot, All string
	Lines                 []line
}

// letter writes a person's mail. What an order is by now stands beside what happened: the hour that passed may have
// settled it.
func (n *Notifier) letter(ctx context.Context, d Digest) (Mail, error) {
	var ids []string
	for _, item := range d.Items {
		ids = append(ids, item.OrderID)
	}
	known := map[string]orders.Order{}
	if len(ids) > 0 {
		list, err := n.Journal.Orders(ctx, orders.Filter{Scope: auth.Everything, IDs: ids, Limit: pageSize})
		if err != nil {
			return Mail{}, fmt.Errorf("orders to tell of: %w", err)
		}
		for _, order := range list.Items {
			known[order.ID] = order
		}
	}
	say := i18n.For(d.Language)
	if zone, ok := i18n.ZoneNamed(d.Zone); ok {
		say = say.In(zone)
	}
	p := page{Language: say.Tag(), Colon: say.Say("mail.colon", nil), Comma: say.Say("mail.comma", nil),
		Lead: say.Say("mail.lead", map[string]any{"n": d.Total}), All: n.PublicURL + "/orders",
		Foot: say.Say("mail.foot", map[string]any{"url": n.PublicURL})}
	for _, item := range d.Items {
		l := line{What: say.Say("event."+string(item.Event), nil), URL: orderURL(n.PublicURL, item.OrderID), At: say.Time(item.At) + item.At.In(say.Zone()).Format(" MST")}
		if order, ok := known[item.OrderID]; ok {
			l.Summary = oneLine(say.Say(order.Summary.Key, order.Summary.Args))
			l.Now = say.Say("mail.now", map[string]any{"state": say.Say("mail.badge."+string(order.Badge), nil)})
		}
		p.Lines = append(p.Lines, l)
	}
	if rest := d.Total - len(d.Items); rest > 0 {
		p.More = say.Say("mail.more", map[string]any{"n": rest})
	}
	subject := say.Say("mail.subject", map[string]any{"n": d.Total})
	if len(p.Lines) == 1 && d.Total == 1 {
		subject = say.Say("mail.subject_one", map[string]any{"what": p.Lines[0].What})
	}
	var html bytes.Buffer
	if err := htmlLetter.Execute(&html, p); err != nil {
		return Mail{}, fmt.Errorf("mail: %w", err)
	}
	return Mail{To: d.Address, Subject: oneLine(subject), Text: textLetter(p), HTML: html.String()}, nil
}

func textLetter(p page) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", p.Lead)
	for _, l := range p.Lines {
		fmt.Fprintf(&b, "\n%s", l.What)
		if l.Summary != "" {
			b.WriteString(p.Colon + l.Summary)
		}
		fmt.Fprintf(&b, "\n%s", l.At)
		if l.Now != "" {
			b.WriteString(p.Comma + l.Now)
		}
		fmt.Fprintf(&b, "\n%s\n", l.URL)
	}
	if p.More != "" {
		fmt.Fprintf(&b, "\n%s\n%s\n", p.More, p.All)
	}
	fmt.Fprintf(&b, "\n%s\n", p.Foot)
	return b.String()
}

// htmlLetter has no style, no picture and nothing that is loaded from anywhere.
var htmlLetter = template.Must(template.New("mail").Parse(`<!doctype html>
<html lang="{{.Language}}"><head><meta charset="utf-8"></head><body>
<p>{{.Lead}}</p>
<ul>{{range .Lines}}
<li><p><a href="{{.URL}}"><strong>{{.What}}</strong></a>{{if .Summary}}{{$.Colon}}{{.Summary}}{{end}}<br><small>{{.At}}{{if .Now}}{{$.Comma}}{{.Now}}{{end}}</small></p></li>{{end}}
</ul>
{{if .More}}<p><a href="{{.All}}">{{.More}}</a></p>
{{end}}<p><small>{{.Foot}}</small></p>
</body></html>
`))

// oneLine makes white space and control characters single spaces: people's words must not look like lines of ours.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		return r <= ' ' || r == 0x7f || r >= 0x80 && r <= 0xa0 || r == 0x2028 || r == 0x2029
	}), " ")
}
