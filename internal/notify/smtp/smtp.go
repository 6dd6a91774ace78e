// Package smtp sends the notifier's mails through a mail server.
package smtp

import (
	"context"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/notify"
)

// Config says which server sends mails, and how they look.
type Config struct {
	// Server is smtp://host:port or smtps://host:port. smtp asks for STARTTLS and sends nothing without it, but on this
	// machine, where it is used if it is there. The ports may be left out: 587 and 465.
	Server string
	// From is the sender: an address, with a name in front if wanted ("Order Console <console@example.com>").
	From string
	// User and Password sign in; both or none.
	User     string
	Password auth.Secret
	// Timeout bounds each step of the conversation; 0 is 10 s.
	Timeout time.Duration
}

// Mailer is a notify.Mailer.
type Mailer struct {
	from   *netmail.Address
	domain string
	host   string
	opts   []mail.Option
}

var _ notify.Mailer = (*Mailer)(nil)

const stepTimeout = 10 * time.Second

// New makes a mailer. An error says which part of the configuration is not one; the server is not asked yet.
func New(config Config) (*Mailer, error) {
	server, err := url.Parse(config.Server)
	if err != nil || server.Scheme != "smtp" && server.Scheme != "smtps" || server.Hostname() == "" || server.User != nil ||
		server.Path != "" && server.Path != "/" || server.RawQuery != "" || server.Fragment != "" {
		return nil, errors.New("the mail server must be smtp://host:port or smtps://host:port")
	}
	m := &Mailer{host: server.Hostname()}
	if m.from, err = netmail.ParseAddress(config.From); err != nil {
		return nil, fmt.Errorf("the sender %q is no mail address", config.From)
	}
	m.domain = m.from.Address[strings.LastIndexByte(m.from.Address, '@')+1:]
	if (config.User == "") != (config.Password.Reveal() == "") {
		return nil, errors.New("the mail server's user and password belong together")
	}
	port, policy := mail.DefaultPortTLS, mail.TLSMandatory
	if local(m.host) {
		policy = mail.TLSOpportunistic
	}
	if server.Scheme == "smtps" {
		port = mail.DefaultPortSSL
		m.opts = append(m.opts, mail.WithSSL())
	}
	if text := server.Port(); text != "" {
		if port, err = strconv.Atoi(text); err != nil || port < 1 || port > 65535 {
			return nil, fmt.Errorf("the mail server's port must be 1 to 65535, not %s", text)
		}
	}
	if config.Timeout == 0 {
		config.Timeout = stepTimeout
	}
	m.opts = append(m.opts, mail.WithPort(port), mail.WithTLSPolicy(policy), mail.WithTimeout(config.Timeout), mail.WithoutNoop())
	if config.User != "" {
		m.opts = append(m.opts, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(config.User), mail.WithPassword(config.Password.Reveal()))
	}
	if _, err := mail.NewClient(m.host, m.opts...); err != nil {
		return nil, fmt.Errorf("mail server: %w", err)
	}
	return m, nil
}

// local tells that a host is this machine.
func local(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// Send implements notify.Mailer. Each mail has a connection of its own: there are few.
func (m *Mailer) Send(ctx context.Context, letter notify.Mail) error {
	message, err := m.message(letter)
	if err != nil {
		return fmt.Errorf("%w: %w", notify.ErrRefused, err) // it will never be another
	}
	client, err := mail.NewClient(m.host, m.opts...)
	if err != nil {
		return err
	}
	err = client.DialAndSendWithContext(ctx, message)
	if err == nil || message.IsDelivered() {
		return nil // what failed behind the server's yes is of no account
	}
	var told *mail.SendError
	if !errors.As(err, &told) {
		return err
	}
	code := told.ErrorCode()
	switch {
	case told.Reason == mail.ErrSMTPRcptTo && code >= 500:
		return fmt.Errorf("%w: %w", notify.ErrRefused, err)
	case told.Reason == mail.ErrSMTPDataClose && code == 0:
		return fmt.Errorf("%w: %w", notify.ErrUnsure, timedOut(err))
	}
	return timedOut(err)
}

// timedOut says plainly that a server did not answer: the library keeps the cause in words alone.
func timedOut(err error) error {
	var network net.Error
	if errors.As(err, &network) && network.Timeout() {
		return fmt.Errorf("no answer in time: %w", err)
	}
	return err
}

// message puts a mail together. Addresses are parsed and headers encoded by the library: nothing in a text can become a
// header of its own.
func (m *Mailer) message(letter notify.Mail) (*mail.Msg, error) {
	to, err := netmail.ParseAddress(letter.To)
	if err != nil {
		return nil, fmt.Errorf("the recipient is no mail address: %w", err)
	}
	message := mail.NewMsg()
	message.FromMailAddress(m.from)
	message.ToMailAddress(&netmail.Address{Address: to.Address})
	message.Subject(letter.Subject)
	message.SetDateWithValue(letter.At)
	message.SetMessageIDWithValue(letter.ID + "@" + m.domain)
	message.SetGenHeader("Auto-Submitted", "auto-generated")
	message.SetGenHeader("X-Auto-Response-Suppress", "All")
	message.SetBodyString(mail.TypeTextPlain, letter.Text)
	message.AddAlternativeString(mail.TypeTextHTML, letter.HTML)
	return message, nil
}
