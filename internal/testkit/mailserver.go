package testkit

import (
	"bufio"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// MailServer is a small mail server of the test's own, on a loopback address. It speaks as much SMTP as a mail needs.
type MailServer struct {
	// Address is host:port.
	Address string

	mu      sync.Mutex
	answers map[string]string
	mails   []ReceivedMail
	conns   int
	hangs   bool
	stop    chan struct{}
}

// ReceivedMail is a mail that the server took.
type ReceivedMail struct{ From, To, Data string }

// NewMailServer starts a mail server that ends with the test.
func NewMailServer(tb testing.TB) *MailServer {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(tb, err)
	s := &MailServer{Address: listener.Addr().String(), answers: map[string]string{}, stop: make(chan struct{})}
	var group sync.WaitGroup
	group.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			group.Go(func() { s.serve(conn) })
		}
	})
	tb.Cleanup(func() {
		close(s.stop)
		require.NoError(tb, listener.Close())
		group.Wait()
	})
	return s
}

// Answer makes the server answer a command (MAIL, RCPT, DATA, or "." for the end of a mail) so from now on; an empty
// answer is the usual one, "hang up" ends the connection.
func (s *MailServer) Answer(command, answer string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[command] = answer
}

// Hang makes the server take connections and say nothing.
func (s *MailServer) Hang(hangs bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hangs = hangs
}

// Mails are those that were taken.
func (s *MailServer) Mails() []ReceivedMail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]ReceivedMail(nil), s.mails...)
}

// Connections counts those that came in.
func (s *MailServer) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conns
}

func (s *MailServer) serve(conn net.Conn) {
	defer conn.Close() //nolint:errcheck // a test's connection
	done := make(chan struct{})
	defer close(done)
	go func() {
		select {
		case <-s.stop:
			conn.Close() //nolint:errcheck // ends the reader
		case <-done:
		}
	}()
	s.mu.Lock()
	s.conns++
	hangs := s.hangs
	s.mu.Unlock()
	if hangs {
		<-s.stop
		return
	}
	say := func(line string) { _, _ = conn.Write([]byte(line + "\r\n")) }
	say("220 test ESMTP")
	var mail ReceivedMail
	lines := bufio.NewReader(conn)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return
		}
		verb, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		verb = strings.ToUpper(verb)
		if answer := s.answer(verb); answer != "" {
			if answer == "hang up" {
				return
			}
			say(answer)
			continue
		}
		switch verb {
		case "MAIL":
			mail = ReceivedMail{From: rest}
			say("250 ok")
		case "RCPT":
			mail.To += rest
			say("250 ok")
		case "DATA":
			say("354 go on")
			mail.Data = dataOf(lines)
			switch answer := s.answer("."); {
			case answer == "hang up":
				return
			case answer != "":
				say(answer)
			default:
				s.mu.Lock()
				s.mails = append(s.mails, mail)
				s.mu.Unlock()
				say("250 taken")
			}
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func (s *MailServer) answer(command string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.answers[command]
}

// dataOf reads a mail to its end.
func dataOf(lines *bufio.Reader) string {
	var data strings.Builder
	for {
		line, err := lines.ReadString('\n')
		if err != nil || line == ".\r\n" {
			return data.String()
		}
		data.WriteString(strings.TrimPrefix(line, "."))
	}
}
