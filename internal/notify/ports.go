package notify

import (
	"context"
	"errors"
	"time"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders"
)

// Errors of the book.
var (
	// ErrNotFound: there is no such thing, or nothing is due.
	ErrNotFound = errors.New("not found")
	// ErrStale: another console was quicker.
	ErrStale = errors.New("changed meanwhile")
	// ErrNameTaken: a webhook of this name exists.
	ErrNameTaken = errors.New("a webhook of this name exists")
	// ErrTooMany: there are MaxWebhooks.
	ErrTooMany = errors.New("too many webhooks")
)

// Journal is where orders are read.
type Journal interface {
	Orders(ctx context.Context, filter orders.Filter) (orders.Orders, error)
}

// Directory knows who is to be told of an event by mail: of AwaitingApproval, those who may decide it; of all else, who
// asked for the order. A recipient without an address is not mailed.
type Directory interface {
	Recipients(ctx context.Context, event Event) ([]Recipient, error)
}

// Recipient is a person who is told of an event.
type Recipient struct {
	// Person is the same for the same person, always.
	Person string
	// Address is a mail address; empty when none is known.
	Address string
}

// Mailer sends a mail. ErrRefused when it was refused for good, ErrUnsure when it may have gone out; after any other
// error it has not.
type Mailer interface {
	Send(ctx context.Context, mail Mail) error
}

// Mail is one mail to one person.
type Mail struct {
	To, Subject, Text, HTML string
	// ID tells mails apart; it becomes part of the message ID.
	ID string
	At time.Time
}

// Errors of a mailer.
var (
	ErrRefused = errors.New("refused for good")
	ErrUnsure  = errors.New("may have been sent")
)

// Book keeps what was told and what is still to be told. Each method is one transaction.
type Book interface {
	// Unheard lists the audit entries behind the cursor, oldest first, at most limit; and the cursor.
	Unheard(ctx context.Context, limit int) (cursor int64, entries []audit.Entry, err error)
	// Tell queues events for the webhooks that want them and for the people named, and moves the cursor, in one
	// transaction. ErrStale when the cursor is not at From any more: then nothing was written.
	Tell(ctx context.Context, news News) error

	// ClaimDelivery takes a delivery whose time has come, of an enabled webhook that rests not and is not being sent to.
	// Webhooks that answer come before those that fail (with answering, they alone), and among them those that waited
	// longest. ErrNotFound: none.
	ClaimDelivery(ctx context.Context, claim Claim, answering bool) (Delivery, Webhook, error)
	// FinishDelivery stores how an attempt went. ErrStale when the claim has ended.
	FinishDelivery(ctx context.Context, attempt Attempt) error

	// ClaimDigest takes what waits for one person whose time has come; at most shown items. ErrNotFound: none.
	ClaimDigest(ctx context.Context, claim Claim, shown int) (Digest, error)
	// FinishDigest stores how a mail went. ErrStale when the claim has ended.
	FinishDigest(ctx context.Context, result DigestResult) error
}

// News is what a run of audit entries tells.
type News struct {
	// From is where the cursor was, To the last entry that was looked at.
	From, To int64
	Now      time.Time
	Items    []NewsItem
}

// NewsItem is an event and who gets it.
type NewsItem struct {
	Event   Event
	Payload []byte
	// People are those who are mailed; all of them have an address.
	People []Recipient
	// MailAt is when the mail goes out at the earliest, MailEvery how far two mails to one person are apart.
	MailAt    time.Time
	MailEvery time.Duration
}

// Claim is a claim on something that is due at Now; it ends at Until.
type Claim struct {
	Fence      string
	Now, Until time.Time
}

// Attempt is how sending a delivery went.
type Attempt struct {
	Delivery Delivery
	Fence    string
	Now      time.Time
	State    DeliveryState
	// NextAttemptAt is set when State is Pending, RestUntil when the attempt failed: until then nothing is sent to the webhook.
	NextAttemptAt, RestUntil time.Time
	Status                   int
	Error                    string
	// Gone tells that the receiver wants nothing any more: the webhook is disabled.
	Gone bool
}

// Digest is what waits for one person.
type Digest struct {
	Person, Address string
	Items           []DigestItem
	// Total counts all items, those that are not among Items included.
	Total int
	// Language and Zone are those that the person has chosen (i18n.Languages, IANA); empty before they did.
	Language, Zone string
	// Attempts counts those that failed in a row, since FailingSince.
	Attempts     int
	FailingSince time.Time
}

// DigestItem is one event in a mail.
type DigestItem struct {
	Event   EventType
	OrderID string
	At      time.Time
}

// DigestResult is how a mail went.
type DigestResult struct {
	Person, Fence string
	Now           time.Time
	// State is Done when it was sent, Dead when it is given up, Pending when it is tried again at NextAt.
	State  DeliveryState
	NextAt time.Time
	Error  string
	// Every is how far two mails to one person are apart.
	Every time.Duration
}

// Webhooks keeps the webhooks and shows what was sent to them. Every change writes its audit entry in its transaction.
type Webhooks interface {
	// CreateWebhook stores one. ErrNameTaken, ErrTooMany.
	CreateWebhook(ctx context.Context, webhook Webhook, who auth.Who) error
	// Webhooks lists all, newest first, with their counts.
	Webhooks(ctx context.Context) ([]Webhook, error)
	// Webhook returns one, with its counts.
	Webhook(ctx context.Context, id string) (Webhook, error)
	// EnableWebhook makes it be told again. DisableWebhook stops it: what waits for it is given up. Neither does anything
	// to one that is so already.
	EnableWebhook(ctx context.Context, id string, who auth.Who) error
	DisableWebhook(ctx context.Context, id string, who auth.Who) error
	// DeleteWebhook removes it and all that was sent to it.
	DeleteWebhook(ctx context.Context, id string, who auth.Who) error
	// TestWebhook queues a test event. ErrStale when the webhook is disabled.
	TestWebhook(ctx context.Context, id string, who auth.Who) error
	// Resend queues a dead delivery again, or all of the webhook's when deliveryID is empty. ErrStale when the webhook is disabled.
	Resend(ctx context.Context, webhookID, deliveryID string, who auth.Who) error
	// Deliveries lists those of a webhook, newest first: all, or those in a state; at most limit, older than the one of
	// the ID after ("" for the first page).
	Deliveries(ctx context.Context, webhookID string, state DeliveryState, after string, limit int) (list []Delivery, next string, err error)
	// NotifyCounts counts what is told.
	NotifyCounts(ctx context.Context) (Counts, error)
}

// Counts is how telling fares.
type Counts struct {
	Deliveries, MailItems map[DeliveryState]int
	// Behind counts the audit entries that were not looked at yet.
	Behind int64
	// MailError is why the mails that wait failed last; empty when none has.
	MailError string
}
