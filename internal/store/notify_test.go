package store

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/notify"
	"workspace-order-console/internal/orders"
)

var ops = auth.Who{Name: "ops", Roles: auth.RolesOf(auth.RoleAdmin), Door: auth.DoorWeb, Address: "127.0.0.1", RequestID: "r1"}

func hook(tb testing.TB, s *Store, name string) notify.Webhook {
	tb.Helper()
	w := notify.Webhook{ID: orders.NewID(), Name: name, URL: "https://example.com/secret-path/" + name, SealedSecret: "sealed", CreatedAt: noon, CreatedBy: "ops"}
	require.NoError(tb, s.CreateWebhook(context.Background(), w, ops))
	return w
}

func counts(tb testing.TB, s *Store) notify.Counts {
	tb.Helper()
	c, err := s.NotifyCounts(context.Background())
	require.NoError(tb, err)
	return c
}

// news are events about an order, to be told to webhooks and to alice.
func news(s *Store, tb testing.TB, events ...notify.Event) notify.News {
	tb.Helper()
	from, entries, err := s.Unheard(context.Background(), 200)
	require.NoError(tb, err)
	n := notify.News{From: from, To: from, Now: noon}
	if len(entries) > 0 {
		n.To = entries[len(entries)-1].Seq
	}
	for _, e := range events {
		n.Items = append(n.Items, notify.NewsItem{Event: e, Payload: []byte(`{}`), People: []notify.Recipient{{Person: "alice", Address: "alice@example.com"}},
			MailAt: noon.Add(time.Minute), MailEvery: time.Hour})
	}
	return n
}

func TestTheCursorAndWhatIsQueuedMoveTogether(t *testing.T) {
	t.Parallel()
	s := open(t)
	hook(t, s, "all")
	o := submit(t, s)
	n := news(s, t, notify.Event{Type: notify.InDoubt, Seq: 1, Order: o},
		// an order that is not there breaks the transaction after the first event was queued
		notify.Event{Type: notify.Completed, Seq: 2, Order: orders.Order{ID: "nobody"}, Once: true})
	before, _, err := s.Unheard(t.Context(), 1)
	require.NoError(t, err)
	require.Error(t, s.Tell(t.Context(), n))
	after, _, err := s.Unheard(t.Context(), 1)
	require.NoError(t, err)
	assert.Equal(t, before, after)
	assert.Zero(t, counts(t, s).Deliveries[notify.Pending], "all or nothing")
	assert.Zero(t, counts(t, s).MailItems[notify.Pending])

	n.Items = n.Items[:1]
	require.NoError(t, s.Tell(t.Context(), n))
	assert.ErrorIs(t, s.Tell(t.Context(), n), notify.ErrStale, "who was slower writes nothing")
	assert.Equal(t, 1, counts(t, s).Deliveries[notify.Pending])
	assert.Equal(t, 1, counts(t, s).MailItems[notify.Pending])
	assert.Zero(t, counts(t, s).Behind)
}

func TestWhatIsSaidOnceIsSaidOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	hook(t, s, "all")
	o := submit(t, s)
	once := notify.Event{Type: notify.Completed, Order: o, Once: true}
	require.NoError(t, s.Tell(t.Context(), news(s, t, once, once)))
	submit(t, s)
	require.NoError(t, s.Tell(t.Context(), news(s, t, once)))
	assert.Equal(t, 1, counts(t, s).Deliveries[notify.Pending])
}

// What a database holds when the migration comes is no news.
func TestTheCursorBeginsAtTheEndOfTheLog(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "console.db")
	raw, err := sql.Open("sqlite", "file:"+path+"?"+common)
	require.NoError(t, err)
	provider, err := migrator(raw, goose.DialectSQLite3, "sqlite")
	require.NoError(t, err)
	_, err = provider.UpTo(t.Context(), 8)
	require.NoError(t, err)
	_, err = raw.Exec(`UPDATE audit_head SET seq = 41`)
	require.NoError(t, err)
	require.NoError(t, raw.Close())
	s := openAt(t, Config{Path: path})
	cursor, entries, err := s.Unheard(t.Context(), 10)
	require.NoError(t, err)
	assert.EqualValues(t, 41, cursor)
	assert.Empty(t, entries)
}

func TestTooMuchForOneWebhookIsGivenUpOldestFirst(t *testing.T) {
	t.Parallel()
	s := open(t)
	busy := hook(t, s, "busy")
	o := submit(t, s)
	n := news(s, t)
	for i := range notify.MaxPending + 25 {
		n.Items = append(n.Items, notify.NewsItem{Event: notify.Event{Type: notify.InDoubt, Seq: int64(i + 1), Order: o}, Payload: []byte(`{}`),
			People: []notify.Recipient{{Person: "alice", Address: "a@example.com"}}})
	}
	require.NoError(t, s.Tell(t.Context(), n))
	assert.Equal(t, notify.MaxPending, counts(t, s).Deliveries[notify.Pending])
	assert.Equal(t, 25, counts(t, s).Deliveries[notify.Dead])
	assert.Equal(t, maxMailItems, counts(t, s).MailItems[notify.Pending])
	dead, next, err := s.Deliveries(t.Context(), busy.ID, notify.Dead, "", 20)
	require.NoError(t, err)
	assert.Equal(t, int64(25), dead[0].Seq, "the newest of the oldest")
	assert.Contains(t, dead[0].Error, "too much")
	rest, end, err := s.Deliveries(t.Context(), busy.ID, notify.Dead, next, 20)
	require.NoError(t, err)
	assert.Len(t, rest, 5)
	assert.Empty(t, end)
	assert.Equal(t, int64(1), rest[4].Seq)
}

func TestWebhooksAreChangedWithTheirEntries(t *testing.T) {
	t.Parallel()
	s := open(t)
	w := hook(t, s, "chat")
	assert.ErrorIs(t, s.CreateWebhook(t.Context(), notify.Webhook{ID: orders.NewID(), Name: "chat", CreatedAt: noon}, ops), notify.ErrNameTaken)
	require.NoError(t, s.TestWebhook(t.Context(), w.ID, ops))
	require.NoError(t, s.DisableWebhook(t.Context(), w.ID, ops))
	require.NoError(t, s.DisableWebhook(t.Context(), w.ID, ops), "twice is no error, and no entry")
	assert.ErrorIs(t, s.TestWebhook(t.Context(), w.ID, ops), notify.ErrStale)
	assert.ErrorIs(t, s.Resend(t.Context(), w.ID, "", ops), notify.ErrStale)
	require.NoError(t, s.EnableWebhook(t.Context(), w.ID, ops))
	require.NoError(t, s.Resend(t.Context(), w.ID, "nothing of it", ops), "nothing dead, no entry")
	require.NoError(t, s.Resend(t.Context(), w.ID, "", ops))
	got, err := s.Webhook(t.Context(), w.ID)
	require.NoError(t, err)
	assert.Equal(t, 1, got.Pending)
	require.NoError(t, s.DeleteWebhook(t.Context(), w.ID, ops))
	for _, gone := range []error{s.EnableWebhook(t.Context(), w.ID, ops), s.DeleteWebhook(t.Context(), w.ID, ops), s.TestWebhook(t.Context(), w.ID, ops)} {
		assert.ErrorIs(t, gone, notify.ErrNotFound)
	}
	log, err := s.Timeline(t.Context(), "webhook:"+w.ID, 20)
	require.NoError(t, err)
	var actions []string
	for _, e := range log {
		actions = append(actions, e.Action)
		assert.Equal(t, "ops", e.Actor)
		assert.Contains(t, string(e.Details), `"host":"example.com"`)
		assert.NotContains(t, string(e.Details), "secret-path", "a path may be a secret")
		assert.NotContains(t, string(e.Details), "sealed")
	}
	assert.Equal(t, []string{"webhook.created", "webhook.tested", "webhook.disabled", "webhook.enabled", "webhook.resent", "webhook.deleted"}, actions)
	assert.Zero(t, counts(t, s).Deliveries[notify.Pending], "its deliveries went with it")

	for i := range notify.MaxWebhooks {
		hook(t, s, orderID(i))
	}
	assert.ErrorIs(t, s.CreateWebhook(t.Context(), notify.Webhook{ID: orders.NewID(), Name: "more", CreatedAt: noon}, ops), notify.ErrTooMany)
}

func TestWebhooksTakeTurnsAndThoseThatFailComeLast(t *testing.T) {
	t.Parallel()
	s := open(t)
	failing, first, second := hook(t, s, "failing"), hook(t, s, "first"), hook(t, s, "second")
	for range 2 {
		for _, w := range []notify.Webhook{failing, first, second} {
			require.NoError(t, s.TestWebhook(t.Context(), w.ID, ops))
		}
	}
	now := noon
	take := func() (string, func(notify.DeliveryState)) {
		now = now.Add(time.Second)
		d, w, err := s.ClaimDelivery(t.Context(), notify.Claim{Fence: "f" + now.String(), Now: now, Until: now.Add(time.Minute)}, false)
		require.NoError(t, err)
		fence := "f" + now.String()
		return w.Name, func(state notify.DeliveryState) {
			require.NoError(t, s.FinishDelivery(t.Context(), notify.Attempt{Delivery: d, Fence: fence, Now: now, State: state, NextAttemptAt: now, RestUntil: now}))
		}
	}
	name, done := take()
	require.Equal(t, "failing", name)
	done(notify.Pending)
	name, doneFirst := take()
	assert.Equal(t, "first", name)
	name, doneSecond := take()
	assert.Equal(t, "second", name, "the first is busy")
	_, _, err := s.ClaimDelivery(t.Context(), notify.Claim{Fence: "x", Now: now.Add(time.Second), Until: now.Add(time.Minute)}, true)
	require.ErrorIs(t, err, notify.ErrNotFound, "none that answers is left")
	name, done = take()
	assert.Equal(t, "failing", name, "both are busy")
	_, _, err = s.ClaimDelivery(t.Context(), notify.Claim{Fence: "x", Now: now, Until: now.Add(time.Minute)}, false)
	require.ErrorIs(t, err, notify.ErrNotFound)
	done(notify.Pending)
	doneSecond(notify.Done)
	now = now.Add(time.Second)
	doneFirst(notify.Done)
	name, _ = take()
	assert.Equal(t, "second", name, "it waited longest")
	name, _ = take()
	assert.Equal(t, "first", name)
	name, _ = take()
	assert.Equal(t, "failing", name)
}

func TestWhatWasToldIsSweptAfterAMonth(t *testing.T) {
	t.Parallel()
	s := open(t)
	w := hook(t, s, "all")
	o := submit(t, s)
	require.NoError(t, s.Tell(t.Context(), news(s, t, notify.Event{Type: notify.InDoubt, Order: o}, notify.Event{Type: notify.InDoubt, Order: o})))
	d, _, err := s.ClaimDelivery(t.Context(), notify.Claim{Fence: "f", Now: noon, Until: noon.Add(time.Minute)}, false)
	require.NoError(t, err)
	require.NoError(t, s.FinishDelivery(t.Context(), notify.Attempt{Delivery: d, Fence: "f", Now: noon, State: notify.Done}))
	require.NoError(t, s.Sweep(t.Context(), noon.Add(30*24*time.Hour)))
	assert.Equal(t, 1, counts(t, s).Deliveries[notify.Done])
	require.NoError(t, s.Sweep(t.Context(), noon.Add(30*24*time.Hour+time.Second)))
	assert.Zero(t, counts(t, s).Deliveries[notify.Done])
	assert.Equal(t, 1, counts(t, s).Deliveries[notify.Pending], "what waits is not swept")
	assert.Equal(t, 2, counts(t, s).MailItems[notify.Pending])
	_, _, err = s.Deliveries(t.Context(), w.ID, "", d.ID, 10)
	assert.ErrorIs(t, err, notify.ErrNotFound, "a page that began there")
}

func TestTellingReadsAlongIndexes(t *testing.T) {
	t.Parallel()
	s := open(t)
	for name, query := range map[string]string{
		"the next mail":     nextMail,
		"the newest":        `SELECT ` + deliveryColumns + ` FROM deliveries WHERE webhook_id = $1 ORDER BY created_at DESC, id DESC LIMIT 51`,
		"the dead":          `SELECT ` + deliveryColumns + ` FROM deliveries WHERE webhook_id = $1 AND state = 'dead' ORDER BY created_at DESC, id DESC LIMIT 51`,
		"a person's items":  `SELECT event FROM mail_items WHERE person = $1 AND state = 'pending' ORDER BY created_at, id LIMIT 50`,
		"what was told":     `DELETE FROM deliveries WHERE state = 'done' AND updated_at < $1`,
		"what was mailed":   `DELETE FROM mail_items WHERE state = 'done' AND updated_at < $1`,
		"the log behind it": `SELECT ` + auditColumns + ` FROM audit e WHERE e.seq > $1 ORDER BY e.seq LIMIT 200`,
	} {
		found := plan(t, s.reader, query, 1)
		assertIndexed(t, name, found)
		assert.NotContains(t, found, "TEMP B-TREE", name)
	}
	// the webhooks themselves are few and read as a whole; their deliveries are not
	found := plan(t, s.reader, nextDelivery, 1, 0)
	assertIndexed(t, "the next delivery", found, "w")
	assert.Contains(t, found, "USING COVERING INDEX deliveries_due")
}
