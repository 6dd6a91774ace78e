package notify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// retries are the waits between the attempts of a delivery: eight attempts over a little more than a day.
var retries = []time.Duration{5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 10 * time.Hour}

const (
	// firstRest and longestRest bound how long nothing at all is sent to a webhook that fails.
	firstRest   = 5 * time.Second
	longestRest = 5 * time.Minute
	// longestAsked is how long a receiver may ask to be left alone.
	longestAsked = 12 * time.Hour
	maxError     = 300
)

// Deliver makes one attempt at one delivery that is due. It tells whether there may be more.
func (n *Notifier) Deliver(ctx context.Context) (more bool, err error) { return n.deliver(ctx, false) }

// deliverAnswering is Deliver for webhooks that answer: a sender that does nothing else is not kept by those that hang.
func (n *Notifier) deliverAnswering(ctx context.Context) (more bool, err error) {
	return n.deliver(ctx, true)
}

func (n *Notifier) deliver(ctx context.Context, answering bool) (more bool, err error) {
	now := n.Now()
	claim := Claim{Fence: newFence(), Now: now, Until: now.Add(n.Timeout + recording)}
	delivery, webhook, err := n.Book.ClaimDelivery(ctx, claim, answering)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	answer := n.attempt(ctx, delivery, webhook)
	if answer.err != nil && ctx.Err() != nil {
		return false, nil // cut off by the stop: it is tried again when the claim ends
	}
	result := n.verdict(delivery, webhook, answer)
	result.Fence = claim.Fence
	if result.State != Done {
		n.Log.Warn("webhook", "name", webhook.Name, "delivery", delivery.ID, "attempt", delivery.Attempts, "state", result.State, "error", result.Error)
	}
	err = record(ctx, func(ctx context.Context) error { return n.Book.FinishDelivery(ctx, result) })
	if errors.Is(err, ErrStale) {
		return true, nil // deleted meanwhile, or so late that another has it
	}
	return true, err
}

// reply is what came of an attempt: a status, or an error.
type reply struct {
	status int
	// after is how long the receiver asked to be left alone.
	after time.Duration
	err   error
}

// attempt sends a delivery once. The answer's body is not read: nothing that an address says is to be seen here.
func (n *Notifier) attempt(ctx context.Context, d Delivery, w Webhook) reply {
	secret, err := n.Sealer.Open(sealName(w.ID), w.SealedSecret)
	if err != nil {
		return reply{err: fmt.Errorf("the secret cannot be read: %w", err)}
	}
	at := n.Now()
	signature, err := Sign(secret, d.ID, at, d.Payload)
	if err != nil {
		return reply{err: err}
	}
	ctx, cancel := outgoing(ctx, n.Timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader(d.Payload))
	if err != nil {
		return reply{err: err}
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "workspace-order-console")
	request.Header.Set("webhook-id", d.ID)
	request.Header.Set("webhook-timestamp", strconv.FormatInt(at.Unix(), 10))
	request.Header.Set("webhook-signature", signature)
	client := n.secure
	if request.URL.Scheme != "https" {
		client = n.plain
	}
	response, err := client.Do(request)
	if err != nil {
		return reply{err: err}
	}
	_ = response.Body.Close()
	return reply{status: response.StatusCode, after: askedFor(response, n.Now())}
}

// askedFor is how long an answer asks to be left alone (Retry-After), within bounds.
func askedFor(response *http.Response, now time.Time) time.Duration {
	if response.StatusCode != http.StatusTooManyRequests && response.StatusCode != http.StatusServiceUnavailable {
		return 0
	}
	text := response.Header.Get("Retry-After")
	wait := time.Duration(0)
	if seconds, err := strconv.ParseInt(text, 10, 32); err == nil {
		wait = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(text); err == nil {
		wait = at.Sub(now)
	}
	return min(max(wait, 0), longestAsked)
}

// verdict says what becomes of a delivery after an attempt.
func (n *Notifier) verdict(d Delivery, w Webhook, answer reply) Attempt {
	now := n.Now()
	result := Attempt{Delivery: d, Now: now, State: Done, Status: answer.status}
	if answer.err == nil && answer.status >= 200 && answer.status <= 299 {
		return result
	}
	result.Error = words(answer)
	rest := max(doubled(w.Failures, firstRest, longestRest), answer.after)
	result.RestUntil = now.Add(rest)
	switch attempt := d.Attempts; {
	case answer.status == http.StatusGone:
		result.State, result.Gone = Dead, true
	case attempt > len(retries):
		result.State = Dead
	default:
		result.State = Pending
		result.NextAttemptAt = now.Add(max(jittered(retries[max(attempt, 1)-1]), answer.after))
	}
	return result
}

// words say why an attempt failed, for people. The URL is not in them: it may hold a secret of its own.
func words(answer reply) string {
	err := answer.err
	var told *url.Error
	if errors.As(err, &told) {
		err = told.Err
	}
	var network net.Error
	var text string
	switch {
	case err == nil && answer.status >= 300 && answer.status <= 399:
		text = fmt.Sprintf("answered %d: redirects are not followed", answer.status)
	case err == nil:
		text = fmt.Sprintf("answered %d", answer.status)
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		text = "no answer in time"
	default:
		text = strings.ToValidUTF8(err.Error(), "")
	}
	if len(text) > maxError {
		text = strings.ToValidUTF8(text[:maxError], "")
	}
	return text
}
