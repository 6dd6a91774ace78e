package identity

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
)

const (
	// maxProxies is how many networks a list may have.
	maxProxies = 256
	// widest is the shortest prefix taken: 10.0.0.0/8 and fd00::/8 are whole private networks, and two halves of the
	// Internet are the Internet.
	widest = 8
)

// Proxies are the networks that the sign-in proxy's connections come from. The zero value trusts nobody.
type Proxies struct {
	networks []netip.Prefix
}

// ParseProxies reads addresses and networks in CIDR notation. Each value may list several, separated by commas. Nothing that
// would trust everybody is taken, alone or in a list, and nothing that has to be looked up.
func ParseProxies(values ...string) (Proxies, error) {
	if len(values) == 0 {
		return Proxies{}, errors.New("name the proxy's address or network")
	}
	var p Proxies
	for _, value := range values {
		for text := range strings.SplitSeq(value, ",") {
			network, err := parseNetwork(strings.Trim(text, " "))
			if err != nil {
				return Proxies{}, err
			}
			if len(p.networks) == maxProxies {
				return Proxies{}, fmt.Errorf("more than %d networks", maxProxies)
			}
			p.networks = append(p.networks, network)
		}
	}
	return p, nil
}

// parseNetwork reads one address, which stands for itself alone, or one network.
func parseNetwork(text string) (netip.Prefix, error) {
	if text == "" {
		return netip.Prefix{}, errors.New("an empty value is no network")
	}
	var network netip.Prefix
	if strings.Contains(text, "/") {
		var err error
		if network, err = netip.ParsePrefix(text); err != nil {
			return netip.Prefix{}, fmt.Errorf("%q is no network of the form 10.0.0.0/24 or fd00::/64", text)
		}
	} else {
		addr, err := netip.ParseAddr(text)
		if err != nil {
			return netip.Prefix{}, fmt.Errorf("%q is no IP address or network; names and wildcards are not taken", text)
		}
		if addr.Zone() != "" {
			return netip.Prefix{}, fmt.Errorf("%q has a zone", text)
		}
		network = netip.PrefixFrom(addr, addr.BitLen())
	}
	if network.Addr().Is4In6() {
		// Peers are compared as IPv4, so the list is kept as IPv4 too.
		if network.Bits() < 96 {
			return netip.Prefix{}, fmt.Errorf("%q is wider than all of IPv4", text)
		}
		network = netip.PrefixFrom(network.Addr().Unmap(), network.Bits()-96)
	}
	if network.Bits() < widest {
		return netip.Prefix{}, fmt.Errorf("%q is wider than /%d and would trust far more than a proxy", text, widest)
	}
	if masked := network.Masked(); masked != network {
		return netip.Prefix{}, fmt.Errorf("%q is neither a network nor an address: write %s or %s", text, masked, network.Addr())
	}
	if addr := network.Addr(); addr.IsUnspecified() || addr.IsMulticast() || addr == broadcast {
		return netip.Prefix{}, fmt.Errorf("%q is an address that nobody calls from", text)
	}
	return network, nil
}

var broadcast = netip.AddrFrom4([4]byte{255, 255, 255, 255})

// contains tells that an address, not mapped into IPv6, belongs to a trusted proxy.
func (p Proxies) contains(addr netip.Addr) bool {
	for _, network := range p.networks {
		if network.Contains(addr) {
			return true
		}
	}
	return false
}

// Peer is the other end of the TCP connection, and whether that is a trusted proxy. It looks at no header.
func (p Proxies) Peer(r *http.Request) (addr netip.Addr, trusted bool) {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}, false
	}
	// An address with a zone is never a proxy's; looking at it as IPv4 would drop the zone.
	return peer.Addr().Unmap(), peer.Addr().Zone() == "" && p.contains(peer.Addr().Unmap())
}

// Client is where a request came from: the peer, and when that is a trusted proxy, the nearest address in X-Forwarded-For
// that is none. Whatever stands to the left of that anybody can have written. What is no address ends the search, at the
// last one that was.
func (p Proxies) Client(r *http.Request) netip.Addr {
	client, trusted := p.Peer(r)
	lines := r.Header["X-Forwarded-For"]
	for i := len(lines) - 1; i >= 0 && trusted; i-- {
		hops := strings.Split(lines[i], ",")
		for j := len(hops) - 1; j >= 0 && trusted; j-- {
			hop, ok := parseHop(strings.Trim(hops[j], " \t"))
			if !ok {
				return client
			}
			client, trusted = hop, p.contains(hop)
		}
	}
	return client
}

// parseHop reads an address of X-Forwarded-For; some proxies write the port too.
func parseHop(text string) (netip.Addr, bool) {
	addr, err := netip.ParseAddr(text)
	if err != nil {
		pair, err := netip.ParseAddrPort(text)
		if err != nil {
			return netip.Addr{}, false
		}
		addr = pair.Addr()
	}
	zone := addr.Zone()
	addr = addr.Unmap()
	return addr, zone == "" && !addr.IsUnspecified() && !addr.IsMulticast() && addr != broadcast
}
