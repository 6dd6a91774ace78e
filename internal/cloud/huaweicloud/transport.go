package huaweicloud

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// wires are the two ways to the network. Reads keep their connections. A call with an effect has a connection of its
// own: it can then never hit one that the other side was just closing, nothing can be replayed on another, and what
// was written on it is what was written of this call.
type wires struct {
	reads, writes *http.Transport
}

// Limits of a connection and an answer.
const (
	dialTimeout = 10 * time.Second
	headerSize  = 64 << 10
	// writeBuffer holds a whole order, so that it leaves in one write, behind one look at the deadline.
	writeBuffer = 128 << 10
)

func newWires(dial func(context.Context, string, string) (net.Conn, error), base *tls.Config) *wires {
	if dial == nil {
		dial = (&net.Dialer{Timeout: dialTimeout}).DialContext
	}
	d := dialer{dial: dial, tls: &tls.Config{MinVersion: tls.VersionTLS12}}
	if base != nil {
		d.tls = base.Clone()
	}
	// Two versions of HTTP would need two ways of knowing what was written.
	d.tls.NextProtos = []string{"http/1.1"}
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	transport := func() *http.Transport {
		return &http.Transport{DialContext: d.plain, DialTLSContext: d.secure, Protocols: &protocols, MaxResponseHeaderBytes: headerSize,
			IdleConnTimeout: 30 * time.Second, MaxIdleConnsPerHost: 4}
	}
	w := &wires{reads: transport(), writes: transport()}
	w.writes.DisableKeepAlives, w.writes.DisableCompression, w.writes.WriteBufferSize = true, true, writeBuffer
	return w
}

type dialer struct {
	dial func(context.Context, string, string) (net.Conn, error)
	tls  *tls.Config
}

// dialError is an error from before the first byte of a request: no address, no connection, no TLS.
type dialError struct{ err error }

func (e *dialError) Error() string { return e.err.Error() }
func (e *dialError) Unwrap() error { return e.err }

func (d dialer) plain(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := d.dial(ctx, network, address)
	if err != nil {
		return nil, &dialError{err}
	}
	return guarded(ctx, conn), nil
}

// secure does the TLS handshake itself, so that the gate sits above it and sees bytes of the request only.
func (d dialer) secure(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := d.dial(ctx, network, address)
	if err != nil {
		return nil, &dialError{err}
	}
	settings := d.tls.Clone()
	if settings.ServerName == "" {
		if settings.ServerName, _, err = net.SplitHostPort(address); err != nil {
			settings.ServerName = address
		}
	}
	secured := tls.Client(conn, settings)
	ctxHandshake, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	if err := secured.HandshakeContext(ctxHandshake); err != nil {
		_ = conn.Close() // the handshake's error is the one that tells
		return nil, &dialError{err}
	}
	return guarded(ctx, secured), nil
}

// gateKey finds the gate of a call in its context.
type gateKey struct{}

// gate stands before the socket of a call with an effect. It lets bytes out while the deadline has not passed and the
// call has not been given up, and remembers whether any went.
//
// Giving up closes the gate: http.Transport may come back with an error while another goroutine is still about to write.
// Without the gate an order could be declared not sent, and leave afterwards.
type gate struct {
	deadline time.Time

	mu     sync.Mutex
	closed bool
	opened bool
}

var (
	errLate   = errors.New("the deadline passed before anything was sent")
	errGaveUp = errors.New("the call was given up")
)

// pass tells whether bytes may go out now. Once it has said yes they count as sent, whatever becomes of them.
func (g *gate) pass() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.closed:
		return errGaveUp
	case late(g.deadline, time.Now()):
		return errLate
	}
	g.opened = true
	return nil
}

// shut lets nothing out any more and tells whether anything went before.
func (g *gate) shut() (sent bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
	return g.opened
}

// late looks at both clocks: the steady one stands still while the machine sleeps, the wall's may be set back.
func late(deadline, now time.Time) bool {
	return !deadline.IsZero() && (!now.Before(deadline) || !now.Round(0).Before(deadline.Round(0)))
}

// guarded puts the gate of the context's call, if there is one, before a connection.
func guarded(ctx context.Context, conn net.Conn) net.Conn {
	if g, ok := ctx.Value(gateKey{}).(*gate); ok {
		return gatedConn{Conn: conn, gate: g}
	}
	return conn
}

// gatedConn has no ReadFrom on purpose: every byte comes through Write.
type gatedConn struct {
	net.Conn
	gate *gate
}

func (c gatedConn) Write(b []byte) (int, error) {
	if err := c.gate.pass(); err != nil {
		return 0, err
	}
	return c.Conn.Write(b)
}
