package notify

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"time"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders"
)

const (
	// pageSize is how many audit entries are looked at in one go, and so how many orders at most are read.
	pageSize = 200
	// newsAge is how old an entry may be to be told still: a console that was off over some days tells what it missed, a
	// history that is loaded into it is no news.
	newsAge = 7 * 24 * time.Hour
	// maxLost is how often the directory may fail on the same run of the log before it is told without mails.
	maxLost = 30
	// MailAfter is how long a first mail waits for what else happens; MailEvery is how far two mails to one person are
	// apart at least.
	MailAfter = 2 * time.Minute
	MailEvery = time.Hour
)

// Collect looks at the audit entries that nobody has looked at yet and queues what they tell. It tells whether there may
// be more.
func (n *Notifier) Collect(ctx context.Context) (more bool, err error) {
	cursor, entries, err := n.Book.Unheard(ctx, pageSize)
	if err != nil || len(entries) == 0 {
		return false, err
	}
	now := n.Now()
	news := News{From: cursor, To: entries[len(entries)-1].Seq, Now: now}
	fresh := make([]audit.Entry, 0, len(entries))
	for _, e := range entries {
		if now.Sub(e.Time) <= newsAge {
			fresh = append(fresh, e)
		}
	}
	// read after the entries: an order is never older than what they say of it
	known, err := n.ordersOf(ctx, fresh)
	if err != nil {
		return false, err
	}
	for _, event := range eventsOf(fresh, known) {
		item, err := n.item(ctx, event, now)
		if err != nil {
			return false, err
		}
		news.Items = append(news.Items, item)
	}
	n.lost.Store(0)
	if err := n.Book.Tell(ctx, news); err != nil && !errors.Is(err, ErrStale) {
		return false, fmt.Errorf("audit entries %d to %d: %w", news.From+1, news.To, err)
	}
	return len(entries) == pageSize, nil
}

// ordersOf reads the orders that entries tell of.
func (n *Notifier) ordersOf(ctx context.Context, entries []audit.Entry) (map[string]orders.Order, error) {
	known := map[string]orders.Order{}
	var ids []string
	for _, e := range entries {
		if id := orderOf(e); id != "" {
			if _, listed := known[id]; !listed {
				known[id] = orders.Order{}
				ids = append(ids, id)
			}
		}
	}
	clear(known)
	if len(ids) == 0 {
		return known, nil
	}
	page, err := n.Journal.Orders(ctx, orders.Filter{Scope: auth.Everything, IDs: ids, Limit: pageSize})
	if err != nil {
		return nil, fmt.Errorf("orders to tell of: %w", err)
	}
	for _, order := range page.Items {
		known[order.ID] = order
	}
	return known, nil
}

// item is an event with its body and those who are mailed.
func (n *Notifier) item(ctx context.Context, event Event, now time.Time) (NewsItem, error) {
	payload, err := Payload(event, n.PublicURL)
	if err != nil {
		return NewsItem{}, err
	}
	item := NewsItem{Event: event, Payload: payload, MailAt: now.Add(MailAfter), MailEvery: MailEvery}
	if n.Mailer == nil || n.Directory == nil {
		return item, nil
	}
	people, err := n.Directory.Recipients(ctx, event)
	if err != nil {
		if n.lost.Add(1) < maxLost {
			return NewsItem{}, fmt.Errorf("recipients of %s of order %s: %w", event.Type, event.Order.ID, err)
		}
		// webhooks are not held up for ever by who might be mailed
		n.Log.Error("nobody is mailed", "event", event.Type, "order", event.Order.ID, "error", err)
		return item, nil
	}
	seen := map[string]bool{}
	for _, person := range people {
		if seen[person.Person] {
			continue
		}
		seen[person.Person] = true
		if parsed, err := mail.ParseAddress(person.Address); err == nil {
			person.Address = parsed.Address
			item.People = append(item.People, person)
		} else {
			n.withoutMail.Add(1)
		}
	}
	return item, nil
}
