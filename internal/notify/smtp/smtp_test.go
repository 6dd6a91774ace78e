package smtp_test

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/notify"
	"workspace-order-console/internal/notify/smtp"
	"workspace-order-console/internal/testkit"
)

const from = "Order Console <console@example.com>"

func mailer(t *testing.T, server string) *smtp.Mailer {
	t.Helper()
	m, err := smtp.New(smtp.Config{Server: server, From: from, Timeout: 500 * time.Millisecond})
	require.NoError(t, err)
	return m
}

func letter() notify.Mail {
	return notify.Mail{To: "alice@example.com", Subject: "Order Console: 2 things happened", Text: "Two things.\n.\nEnd, 中文", HTML: "<p>Two things</p>",
		ID: "0193-1", At: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
}

func TestAMailArrivesAsItWasWritten(t *testing.T) {
	t.Parallel()
	server := testkit.NewMailServer(t)
	require.NoError(t, mailer(t, "smtp://"+server.Address).Send(t.Context(), letter()))
	require.Len(t, server.Mails(), 1)
	got := server.Mails()[0]
	assert.Contains(t, got.From, "<console@example.com>")
	assert.Contains(t, got.To, "<alice@example.com>")
	read, err := netmail.ReadMessage(strings.NewReader(got.Data))
	require.NoError(t, err)
	assert.Equal(t, "Order Console: 2 things happened", read.Header.Get("Subject"))
	assert.Equal(t, "<0193-1@example.com>", read.Header.Get("Message-Id"))
	assert.Equal(t, "auto-generated", read.Header.Get("Auto-Submitted"))
	kind, params, err := mime.ParseMediaType(read.Header.Get("Content-Type"))
	require.NoError(t, err)
	assert.Equal(t, "multipart/alternative", kind)
	parts := multipart.NewReader(read.Body, params["boundary"])
	part, err := parts.NextPart()
	require.NoError(t, err)
	text, err := io.ReadAll(part)
	require.NoError(t, err)
	assert.Equal(t, "Two things.\n.\nEnd, 中文", strings.ReplaceAll(string(text), "\r\n", "\n"))
	part, err = parts.NextPart()
	require.NoError(t, err)
	assert.Contains(t, part.Header.Get("Content-Type"), "text/html")
}

func TestNothingBecomesAHeaderOfItsOwn(t *testing.T) {
	t.Parallel()
	server := testkit.NewMailServer(t)
	m := mailer(t, "smtp://"+server.Address)
	evil := letter()
	evil.Subject = "Hello\r\nBcc: eve@example.com\r\n\r\nbody"
	require.NoError(t, m.Send(t.Context(), evil))
	read, err := netmail.ReadMessage(strings.NewReader(server.Mails()[0].Data))
	require.NoError(t, err)
	assert.Empty(t, read.Header.Get("Bcc"))
	for _, to := range []string{"alice@example.com\r\nBcc: eve@example.com", "alice@example.com, eve@example.com", "", "alice"} {
		evil := letter()
		evil.To = to
		assert.ErrorIs(t, m.Send(t.Context(), evil), notify.ErrRefused, "%q", to)
	}
	assert.Len(t, server.Mails(), 1)
}

func TestWhatAServerSaysDecidesWhetherAMailIsTriedAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		command, answer string
		refused, unsure bool
	}{
		"an unknown recipient is never tried again": {"RCPT", "550 5.1.1 nobody here", true, false},
		"a recipient that is busy is":               {"RCPT", "451 later", false, false},
		"a sender that is refused is":               {"MAIL", "550 not you", false, false},
		"a mail that is refused is":                 {".", "554 no", false, false},
		"a mail without an answer may be there":     {".", "hang up", false, true},
		"a connection that ends before it is not":   {"DATA", "hang up", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := testkit.NewMailServer(t)
			server.Answer(c.command, c.answer)
			err := mailer(t, "smtp://"+server.Address).Send(t.Context(), letter())
			require.Error(t, err)
			assert.Equal(t, c.refused, errors.Is(err, notify.ErrRefused), "%v", err)
			assert.Equal(t, c.unsure, errors.Is(err, notify.ErrUnsure), "%v", err)
			assert.Empty(t, server.Mails())
		})
	}
}

func TestAMailThatWasTakenIsSentWhateverFollows(t *testing.T) {
	t.Parallel()
	server := testkit.NewMailServer(t)
	server.Answer("RSET", "hang up")
	server.Answer("QUIT", "hang up")
	require.NoError(t, mailer(t, "smtp://"+server.Address).Send(t.Context(), letter()))
	assert.Len(t, server.Mails(), 1)
}

func TestAServerThatHangsOrIsNotThereIsGivenUpSoon(t *testing.T) {
	t.Parallel()
	server := testkit.NewMailServer(t)
	server.Hang(true)
	began := time.Now()
	assert.Error(t, mailer(t, "smtp://"+server.Address).Send(t.Context(), letter()))
	assert.Less(t, time.Since(began), 10*time.Second)

	closed, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, closed.Close())
	assert.Error(t, mailer(t, "smtp://"+closed.Addr().String()).Send(t.Context(), letter()))
}

// Only this machine is spoken to in the open. 0.0.0.0 leads to it, and is no loopback address by itself.
func TestNoMailLeavesTheMachineUnencrypted(t *testing.T) {
	t.Parallel()
	server := testkit.NewMailServer(t)
	_, port, err := net.SplitHostPort(server.Address)
	require.NoError(t, err)
	err = mailer(t, "smtp://0.0.0.0:"+port).Send(t.Context(), letter())
	require.ErrorContains(t, err, "STARTTLS")
	assert.Equal(t, 1, server.Connections(), "it was the server that was asked")
	assert.Empty(t, server.Mails())
	require.NoError(t, mailer(t, "smtp://"+server.Address).Send(t.Context(), letter()))
}

func TestWhatAMailServerMayBe(t *testing.T) {
	t.Parallel()
	for _, c := range []smtp.Config{
		{Server: "mail.example.com:25", From: from},
		{Server: "http://mail.example.com", From: from},
		{Server: "smtp://", From: from},
		{Server: "smtp://user:secret@mail.example.com", From: from},
		{Server: "smtp://mail.example.com/inbox", From: from},
		{Server: "smtp://mail.example.com:0", From: from},
		{Server: "smtp://mail.example.com:70000", From: from},
		{Server: "smtp://mail.example.com", From: ""},
		{Server: "smtp://mail.example.com", From: "console"},
		{Server: "smtp://mail.example.com", From: from, User: "console"},
		{Server: "smtp://mail.example.com", From: from, Password: "pw-123456"},
	} {
		_, err := smtp.New(c)
		require.Error(t, err, "%+v", c)
		assert.NotContains(t, err.Error(), "secret")
		assert.NotContains(t, err.Error(), "pw-123456")
	}
	for _, server := range []string{"smtp://mail.example.com", "smtp://mail.example.com:2525", "smtps://mail.example.com", "smtps://mail.example.com:4650/"} {
		_, err := smtp.New(smtp.Config{Server: server, From: from, User: "u", Password: "p"})
		assert.NoError(t, err, server)
	}
}
