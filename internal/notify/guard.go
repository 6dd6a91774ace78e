package notify

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// ErrAddress: a webhook leads to an address that nothing is sent to.
var ErrAddress = errors.New("address refused")

// Guard says which network addresses webhooks may lead to: public ones over https, and what the operator allows. It looks
// at the address that is dialled, after names were resolved, so that no name can lead elsewhere a moment later.
type Guard struct{ allow []netip.Prefix }

// NewGuard allows some networks beside the public ones ("10.1.0.0/16"); there, http will do. An error says which
// text is no network.
func NewGuard(allow []string) (*Guard, error) {
	g := &Guard{}
	for _, text := range allow {
		prefix, err := netip.ParsePrefix(text)
		if err != nil || prefix != prefix.Masked() || prefix.Addr().Is4In6() {
			return nil, fmt.Errorf("%q is no network of the form 10.1.0.0/16", text)
		}
		g.allow = append(g.allow, prefix)
	}
	return g, nil
}

// allowsAny tells that some network is allowed.
func (g *Guard) allowsAny() bool { return len(g.allow) > 0 }

// notPublic are the networks that are not somebody's on the Internet, beside those that netip knows by itself.
var notPublic = prefixes(
	"0.0.0.0/8",        // this network
	"100.64.0.0/10",    // behind carriers' NAT
	"168.63.129.16/32", // a cloud's own platform, reached from inside it alone
	"192.0.0.0/24",     // protocol assignments
	"192.0.2.0/24",     // documentation
	"192.88.99.0/24",   // 6to4 relays
	"198.18.0.0/15",    // benchmarks
	"198.51.100.0/24",  // documentation
	"203.0.113.0/24",   // documentation
	"240.0.0.0/4",      // reserved, broadcast
	"2001::/23",        // protocol assignments, Teredo among them
	"2001:db8::/32",    // documentation
	"2002::/16",        // 6to4: an IPv4 address inside
	"3fff::/20",        // documentation
)

// global6 is what of IPv6 is given out. All else is local, reserved, or has an IPv4 address inside, as NAT64 has.
var global6 = netip.MustParsePrefix("2000::/3")

func prefixes(texts ...string) []netip.Prefix {
	all := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		all[i] = netip.MustParsePrefix(text)
	}
	return all
}

// Check tells whether something may be sent to an address: ErrAddress when not.
func (g *Guard) Check(addr netip.Addr, secure bool) error {
	addr = addr.WithZone("").Unmap()
	for _, prefix := range g.allow {
		if prefix.Contains(addr) {
			return nil
		}
	}
	public := addr.IsGlobalUnicast() && !addr.IsPrivate() && (addr.Is4() || global6.Contains(addr))
	for _, prefix := range notPublic {
		public = public && !prefix.Contains(addr)
	}
	if !public {
		return fmt.Errorf("%w: %s is not public", ErrAddress, addr)
	}
	if !secure {
		return fmt.Errorf("%w: %s is sent to by https only", ErrAddress, addr)
	}
	return nil
}

// control is a dialler's last look at the address before it connects.
func (g *Guard) control(secure bool) func(context.Context, string, string, syscall.RawConn) error {
	return func(_ context.Context, _, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil {
			return fmt.Errorf("%w: %s is none", ErrAddress, address)
		}
		return g.Check(to.Addr(), secure)
	}
}

// Bounds of one attempt.
const (
	maxAnswerHeader = 16 << 10
	connectTimeout  = 5 * time.Second
)

// client makes the HTTP client for one scheme: no proxy, no redirect, no connection kept, every address looked at.
func (g *Guard) client(secure bool, timeout time.Duration) *http.Client {
	dialer := &net.Dialer{Timeout: min(connectTimeout, timeout), ControlContext: g.control(secure)}
	return &http.Client{
		Timeout: timeout,
		Transport: &http.Transport{
			Proxy: nil, DialContext: dialer.DialContext, DisableKeepAlives: true, DisableCompression: true,
			TLSHandshakeTimeout: timeout, ResponseHeaderTimeout: timeout, MaxResponseHeaderBytes: maxAnswerHeader,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
