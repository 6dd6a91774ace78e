package notify_test

import (
	"context"
	"io"
	"mime/quotedprintable"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/notify"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/field"
)

// read is a mail's text, decoded.
func read(t *testing.T, data string) string {
	t.Helper()
	text, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(data)))
	require.NoError(t, err)
	return strings.ReplaceAll(string(text), "\r\n", "\n")
}

// to are the mails to an address.
func (h *house) to(address string) (texts []string) {
	for _, mail := range h.mails.Mails() {
		if strings.Contains(mail.To, "<"+address+">") {
			texts = append(texts, read(h.t, mail.Data))
		}
	}
	return texts
}

func TestAMailIsInItsReadersLanguageAndZone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	require.NoError(t, h.db.SavePreferences(t.Context(), "alice", auth.SessionValues{Language: "zh", Zone: "Asia/Shanghai"}))
	for _, who := range []string{"alice", "bob"} {
		h.order(func(o *orders.Order) { o.Actor = who })
		h.send(orders.StateRefused, "order.refused")
	}
	h.pass(3*time.Hour, time.Minute)

	hers := strings.Join(h.to("alice@example.com"), "")
	assert.Contains(t, hers, "当前状态：已被拒绝")
	assert.Contains(t, hers, "失败：2 台桌面变更为 8 vCPU\n2026年11月22日 20:01 CST，当前状态：已被拒绝")
	assert.Contains(t, hers, `<html lang="zh-CN">`)
	his := strings.Join(h.to("bob@example.com"), "")
	assert.Contains(t, his, "22 Nov 2026, 12:01 UTC, ")
	assert.Contains(t, his, `<html lang="en">`)
}

func TestThirtyEventsInAnHourAreOneMail(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var all []orders.Order
	for range 30 {
		all = append(all, h.order())
		h.send(orders.StateRefused, "order.refused")
		h.pass(2*time.Minute-time.Second, time.Minute)
	}
	// the first two minutes are one mail, the hour behind it is the next
	mails := h.to("alice@example.com")
	require.Len(t, mails, 1, "an hour is not over yet")
	assert.Contains(t, mails[0], all[0].ID)
	h.pass(time.Hour, time.Minute)
	mails = h.to("alice@example.com")
	require.Len(t, mails, 2)
	for _, o := range all {
		assert.Equal(t, 1, strings.Count(mails[0]+mails[1], publicURL+"/orders/"+o.ID+"\n"), "each once")
	}
	h.pass(5*time.Hour, time.Minute)
	assert.Len(t, h.mails.Mails(), 2, "nothing new, no mail")
}

func TestABatchOfDesktopsIsOneLine(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	o := h.order()
	h.send(orders.StatePlaced, "order.placed", made(o.ID, 40)...)
	for i := range 40 {
		h.follow(o.ID, i, cloud.StatusToBePaid, "1")
	}
	h.tell()
	for i := range 40 {
		h.follow(o.ID, i, cloud.StatusCompleted, "1")
	}
	h.pass(5*time.Minute, time.Minute)
	mails := h.to("alice@example.com")
	require.Len(t, mails, 1)
	assert.Contains(t, mails[0], "Subject: Order Console: 2 things happened\n")
	assert.Equal(t, 2, strings.Count(mails[0], publicURL+"/orders/"+o.ID+"\n"))
	assert.Contains(t, mails[0], "Payment due: ")
	assert.Contains(t, mails[0], "by now: completed", "what was due is known to be settled")
}

func TestWhoIsMailed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	asked := h.order()
	h.entry("request.asked", asked.ID, map[string]any{"team": "design"})
	h.tell()
	assert.Empty(t, h.mails.Mails(), "it waits two minutes for more")
	h.pass(2*time.Minute, time.Minute)
	assert.Len(t, h.to("bob@example.com"), 1, "approvers")
	assert.Len(t, h.to("carol@example.com"), 1)
	assert.Empty(t, h.to("alice@example.com"))
	assert.Contains(t, h.to("bob@example.com")[0], "Subject: Order Console: Approval asked\n")

	h.entry("request.approved", asked.ID, nil)
	h.collect()
	h.pass(2*time.Minute, time.Minute)
	assert.Len(t, h.to("alice@example.com"), 1, "who asked for it")
}

func TestNobodysMissingAddressHoldsUpAnything(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := newReceiver(t, nil)
	h.webhook("all", r.URL)
	h.people.addresses["dave"] = "no address"
	for _, actor := range []string{"nobody", "dave", "key:script", "alice"} {
		h.order(func(o *orders.Order) { o.Actor = actor })
		h.send(orders.StateRefused, "order.refused")
	}
	h.pass(3*time.Minute, time.Minute)
	assert.Len(t, r.all(), 4)
	assert.Len(t, h.mails.Mails(), 1)
	assert.EqualValues(t, 3, h.teller.WithoutAddress())
}

func TestADirectoryThatFailsHoldsUpWebhooksNotForEver(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	w, _ := h.webhook("all", "http://127.0.0.1:9/")
	h.people.err = errNobody
	h.order()
	h.send(orders.StateRefused, "order.refused")
	tries := 0
	for ; ; tries++ {
		require.Less(t, tries, 100)
		if _, err := h.teller.Collect(t.Context()); err == nil {
			break
		} else {
			require.ErrorIs(t, err, errNobody)
			require.Empty(t, h.deliveries(w), "all or nothing")
		}
	}
	assert.Greater(t, tries, 20, "what passes soon loses nobody's mail")
	assert.Len(t, h.deliveries(w), 1)
}

func TestAMailServerThatIsDown(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.mails.Hang(true)
	r := newReceiver(t, nil)
	s.webhook("all", r.URL)
	s.buy("subscribe/addVolumes")
	s.work()
	s.pass(4*time.Minute, 2*time.Minute)
	assert.Equal(t, []notify.EventType{notify.PaymentDue}, r.types(), "webhooks go on")
	counts, err := s.db.NotifyCounts(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 1, counts.MailItems[notify.Pending])
	assert.NotEmpty(t, counts.MailError)
	second := s.buy("change/resizeDesktops")
	s.work()
	order, err := s.db.Order(t.Context(), second.ID)
	require.NoError(t, err)
	assert.Equal(t, orders.StatePlaced, order.State, "orders go on")

	s.mails.Hang(false)
	s.pass(2*time.Hour, 10*time.Minute)
	assert.Len(t, s.to("alice@example.com"), 1, "both orders in one")
	counts, err = s.db.NotifyCounts(t.Context())
	require.NoError(t, err)
	assert.Empty(t, counts.MailError)
	assert.Zero(t, counts.MailItems[notify.Pending])
}

func TestAMailIsGivenUpAfterADay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.mails.Answer("MAIL", "450 not today")
	h.order()
	h.send(orders.StateRefused, "order.refused")
	h.pass(23*time.Hour, 10*time.Minute)
	tries := h.mails.Connections()
	assert.Greater(t, tries, 20)
	assert.Less(t, tries, 40)
	h.pass(3*time.Hour, 10*time.Minute)
	counts, err := h.db.NotifyCounts(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 1, counts.MailItems[notify.Dead])
	tries = h.mails.Connections()
	h.mails.Answer("MAIL", "")
	h.order()
	h.send(orders.StateRefused, "order.refused")
	h.pass(2*time.Hour, 10*time.Minute)
	assert.Equal(t, tries+1, h.mails.Connections(), "what is new is sent, without what was given up")
	require.Len(t, h.to("alice@example.com"), 1)
}

func TestAnAddressThatIsRefusedIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.mails.Answer("RCPT", "550 nobody here")
	h.order()
	h.send(orders.StateRefused, "order.refused")
	h.pass(5*time.Hour, 10*time.Minute)
	assert.Equal(t, 1, h.mails.Connections())
}

func TestAMailOfUnknownFateIsNotFollowedByAnotherWithinTheHour(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.mails.Answer(".", "hang up")
	h.order()
	h.send(orders.StateRefused, "order.refused")
	h.collect()
	h.pass(2*time.Minute, time.Minute)
	require.Equal(t, 1, h.mails.Connections())
	h.order()
	h.send(orders.StateRefused, "order.refused")
	h.pass(59*time.Minute, time.Minute)
	assert.Equal(t, 1, h.mails.Connections())
	h.mails.Answer(".", "")
	h.pass(time.Minute, time.Minute)
	assert.Len(t, h.to("alice@example.com"), 1)
}

func TestTwoConsolesSendOneMail(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.order()
	h.send(orders.StateRefused, "order.refused")
	h.collect()
	h.clock.advance(2 * time.Minute)
	now := h.clock.now()
	digest, err := h.db.ClaimDigest(t.Context(), notify.Claim{Fence: "other", Now: now, Until: now.Add(time.Hour)}, 50)
	require.NoError(t, err)
	assert.Equal(t, "alice@example.com", digest.Address)
	h.pass(59*time.Minute, time.Minute)
	assert.Empty(t, h.mails.Mails(), "another console has it")
	h.pass(time.Minute, time.Minute)
	assert.Len(t, h.mails.Mails(), 1, "and was gone")
	assert.ErrorIs(t, h.db.FinishDigest(t.Context(), notify.DigestResult{Person: "alice", Fence: "other", Now: now, State: notify.Done}), notify.ErrStale)
}

func TestPeoplesWordsStayWords(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var sent []notify.Mail
	h.teller = h.notifier(func(c *notify.Config) {
		c.Mailer = mailerFunc(func(_ context.Context, m notify.Mail) error { sent = append(sent, m); return nil })
	})
	h.order(func(o *orders.Order) {
		o.Summary = field.Say("summary.RESIZE.desktops", "n", 1, "product", "<script>x</script>\r\nPayment due: https://evil.example\r\n")
	})
	h.send(orders.StateRefused, "order.refused")
	h.collect()
	h.pass(2*time.Minute, time.Minute)
	require.Len(t, sent, 1)
	assert.NotContains(t, sent[0].HTML, "<script>")
	assert.Contains(t, sent[0].HTML, "&lt;script&gt;")
	assert.NotContains(t, sent[0].Text, "\nPayment due")
	assert.NotRegexp(t, `(?i)(src|style)=|http-equiv`, sent[0].HTML)
	assert.Contains(t, sent[0].HTML, `<a href="https://console.example.com/orders/`)
}

func TestALongMailIsCut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for range 60 {
		h.order()
		h.send(orders.StateRefused, "order.refused")
	}
	h.collect()
	h.pass(2*time.Minute, 2*time.Minute)
	mails := h.to("alice@example.com")
	require.Len(t, mails, 1)
	assert.Contains(t, mails[0], "60 things happened")
	assert.Contains(t, mails[0], "10 more are not listed here")
	h.pass(3*time.Hour, time.Hour)
	assert.Len(t, h.mails.Mails(), 1, "they are told")
}

type mailerFunc func(context.Context, notify.Mail) error

func (f mailerFunc) Send(ctx context.Context, m notify.Mail) error { return f(ctx, m) }
