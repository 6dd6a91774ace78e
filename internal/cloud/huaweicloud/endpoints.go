package huaweicloud

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strings"
)

var regionPattern = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// Where the billing service is, by site (docs/wire.md section 10).
const (
	bssInternational = "https://bss-intl.myhuaweicloud.com"
	bssMainland      = "https://bss.myhuaweicloud.com"
	bssEurope        = "https://bss.myhuaweicloud.eu"
)

// endpointsOf tells where the services are. The billing service follows from the region: regions that begin with cn-
// are the mainland site's (Hong Kong is ap-southeast-1 and international), eu-west-101 is Europe's, all others are the
// international site's. An international account that uses a mainland region overrides it.
func endpointsOf(config Config) (map[service]string, error) {
	urls := map[service]string{workspace: config.WorkspaceEndpoint, bss: config.BSSEndpoint}
	if (urls[workspace] == "" || urls[bss] == "") && !regionPattern.MatchString(config.Region) {
		return nil, fmt.Errorf("huaweicloud: %q is not a region", config.Region)
	}
	if urls[workspace] == "" {
		urls[workspace] = "https://workspace." + config.Region + ".myhuaweicloud.com"
	}
	if urls[bss] == "" {
		switch {
		case strings.HasPrefix(config.Region, "cn-"):
			urls[bss] = bssMainland
		case config.Region == "eu-west-101":
			urls[bss] = bssEurope
		default:
			urls[bss] = bssInternational
		}
	}
	for name, raw := range urls {
		checked, err := checkEndpoint(raw, config.PlainHTTP)
		if err != nil {
			return nil, fmt.Errorf("huaweicloud: %s endpoint: %w", name, err)
		}
		urls[name] = checked
	}
	return urls, nil
}

// checkEndpoint takes scheme, host and port, and nothing else: the SDK would silently drop a path. Plain http would
// show tokens and orders to everybody on the way, so it goes to this machine only unless it is allowed.
func checkEndpoint(raw string, plain bool) (string, error) {
	if !strings.Contains(raw, "://") {
		raw = "https://" + raw
	}
	u, err := url.Parse(raw)
	if err != nil {
		return "", errors.New("not a URL") // the parser's error would repeat a password in it
	}
	switch {
	case u.Hostname() == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "":
		return "", errors.New("a URL with a scheme, a host and a port is wanted, and nothing more")
	case u.Scheme == "https", u.Scheme == "http" && (plain || loopback(u.Hostname())):
		return u.Scheme + "://" + u.Host, nil
	case u.Scheme == "http":
		return "", errors.New("plain http goes to this machine only")
	}
	return "", errors.New("the scheme must be https")
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
