package notify

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/field"
)

// Webhook is an address that is told of events. Its secret is shown once, when the webhook is made.
type Webhook struct {
	ID   string // UUIDv7
	Name string
	URL  string
	// SealedSecret is what bodies are signed with, encrypted (auth.Sealer).
	SealedSecret string
	// Events are those that are wanted; none: all, those that are yet to come included.
	Events []EventType
	// Team limits it to the events of one team; empty: of all.
	Team string
	// Failures counts the attempts that failed in a row.
	Failures  int
	CreatedAt time.Time
	CreatedBy string
	// DisabledAt is zero while it is told of events. DisabledBy is "console" when it answered that it is gone.
	DisabledAt time.Time
	DisabledBy string
	// Pending and Dead count its deliveries; in lists only.
	Pending, Dead int
}

// Limits of webhooks.
const (
	// MaxWebhooks is how many there may be.
	MaxWebhooks = 50
	// MaxPending is how many deliveries may wait for one webhook; beyond it the oldest are given up.
	MaxPending = 1000
	maxURL     = 2000
)

// WebhookName is what a webhook may be called.
var WebhookName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$`)

// Wants tells whether the webhook is told of an event.
func (w Webhook) Wants(e Event) bool {
	return w.DisabledAt.IsZero() && (len(w.Events) == 0 || slices.Contains(w.Events, e.Type)) && (w.Team == "" || w.Team == e.Team)
}

// NewWebhook makes a webhook of a name, a URL and events that CheckWebhook found nothing wrong with. The secret is to be
// shown once.
func NewWebhook(sealer *auth.Sealer, name, address string, events []EventType, who auth.Who, now time.Time) (Webhook, auth.Secret) {
	var key [32]byte
	rand.Read(key[:]) // never fails, says its documentation
	secret := auth.Secret(secretPrefix + base64.StdEncoding.EncodeToString(key[:]))
	w := Webhook{ID: orders.NewID(), Name: name, URL: address, Events: events, CreatedAt: now, CreatedBy: who.Name}
	w.SealedSecret = sealer.Seal(sealName(w.ID), secret)
	return w, secret
}

// sealName is what a webhook's secret is sealed for.
func sealName(id string) string { return "webhook:" + id }

// CheckWebhook says what is wrong with what was entered for a new webhook, at "name", "url" and "events".
func CheckWebhook(guard *Guard, name, address string, events []EventType) (problems field.Problems) {
	if !WebhookName.MatchString(name) {
		problems.Add("name", "problem.webhook_name")
	}
	if key := checkURL(guard, address); key != "" {
		problems.Add("url", key)
	}
	for _, event := range events {
		if !event.Valid() {
			problems.Add("events", "problem.choice", "choices", choices())
			break
		}
	}
	return problems
}

func choices() []string {
	names := make([]string, len(EventTypes))
	for i, t := range EventTypes {
		names[i] = string(t)
	}
	return names
}

// checkURL is the key of what is wrong with a webhook's URL. A name is not looked up: its addresses are checked
// whenever something is sent.
func checkURL(guard *Guard, text string) string {
	u, err := url.Parse(text)
	if err != nil || len(text) > maxURL || u.Hostname() == "" || u.Opaque != "" || u.User != nil || u.Fragment != "" ||
		strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "problem.webhook_url"
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return "problem.webhook_url"
		}
	}
	switch {
	case u.Scheme == "https":
	case u.Scheme == "http" && guard.allowsAny():
	default:
		return "problem.webhook_https"
	}
	// a bare number or a localhost is resolved, or not, when it is dialled; an address can be told at once
	if addr, err := netip.ParseAddr(u.Hostname()); err == nil && guard.Check(addr, u.Scheme == "https") != nil {
		return "problem.webhook_address"
	}
	return ""
}

// DeliveryState is where a delivery is.
type DeliveryState string

// The states of a delivery, and of what waits for a mail.
const (
	Pending DeliveryState = "pending"
	Done    DeliveryState = "done"
	Dead    DeliveryState = "dead"
)

// DeliveryStates lists them.
var DeliveryStates = []DeliveryState{Pending, Done, Dead}

// Delivery is an event on its way to a webhook. It may arrive more than once, always under the same ID.
type Delivery struct {
	ID        string // UUIDv7
	WebhookID string
	Event     EventType
	// Seq is the audit entry that it tells of, 0 for a test; OrderID is empty for one.
	Seq     int64
	OrderID string
	// Payload is the body, byte for byte.
	Payload  []byte
	State    DeliveryState
	Attempts int
	// NextAttemptAt is when a pending one is tried next.
	NextAttemptAt time.Time
	// Status is the HTTP status of the last attempt, 0 when there was no answer; Error is why it failed.
	Status               int
	Error                string
	CreatedAt, UpdatedAt time.Time
}

const secretPrefix = "whsec_"

// Sign is the signature of a body: the header webhook-signature of Standard Webhooks.
func Sign(secret auth.Secret, id string, at time.Time, body []byte) (string, error) {
	encoded, ok := strings.CutPrefix(secret.Reveal(), secretPrefix)
	key, err := base64.StdEncoding.DecodeString(encoded)
	if !ok || err != nil {
		return "", fmt.Errorf("not a webhook's secret: %w", auth.ErrSealed)
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%d.", id, at.Unix())
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)), nil
}
