package notify_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/notify"
)

func newGuard(t testing.TB, allow ...string) *notify.Guard {
	t.Helper()
	guard, err := notify.NewGuard(allow)
	require.NoError(t, err)
	return guard
}

// refusedAddresses are in no network that a webhook may lead to.
var refusedAddresses = []string{
	"0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "100.127.255.255",
	"127.0.0.1", "127.1.2.3", "168.63.129.16", "169.254.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255",
	"192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9",
	"224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
	"::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0:127.0.0.1",
	"64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::a00:1", "100::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:10::1",
	"2001:db8::1", "2002:7f00:1::", "2002:808:808::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "ff0e::1",
}

var publicAddresses = []string{"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.1",
	"169.253.255.255", "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0", "223.255.255.255", "::ffff:8.8.8.8",
	"2001:200::1", "2606:4700:4700::1111", "2a00:1450:4001:80b::200e", "2400:cb00::1"}

func TestWhereWebhooksMayLead(t *testing.T) {
	t.Parallel()
	guard := newGuard(t)
	for _, text := range refusedAddresses {
		addr := netip.MustParseAddr(text)
		assert.ErrorIs(t, guard.Check(addr, true), notify.ErrAddress, text)
		assert.ErrorIs(t, guard.Check(addr, false), notify.ErrAddress, text)
	}
	for _, text := range publicAddresses {
		addr := netip.MustParseAddr(text)
		assert.NoError(t, guard.Check(addr, true), text)
		assert.ErrorIs(t, guard.Check(addr, false), notify.ErrAddress, "%s without https", text)
	}
}

func TestWhatTheOperatorAllows(t *testing.T) {
	t.Parallel()
	guard := newGuard(t, "10.1.0.0/16", "127.0.0.1/32", "fd00:1::/32")
	for _, text := range []string{"10.1.2.3", "127.0.0.1", "fd00:1::7", "::ffff:10.1.2.3"} {
		assert.NoError(t, guard.Check(netip.MustParseAddr(text), true), text)
		assert.NoError(t, guard.Check(netip.MustParseAddr(text), false), text)
	}
	for _, text := range []string{"10.2.0.1", "127.0.0.2", "fd00:2::1", "169.254.169.254"} {
		assert.ErrorIs(t, guard.Check(netip.MustParseAddr(text), true), notify.ErrAddress, text)
	}
	for _, wrong := range []string{"", "10.1.0.0", "10.1.2.3/16", "10.0.0.0/33", "::ffff:10.0.0.0/104", "localhost", "*"} {
		_, err := notify.NewGuard([]string{wrong})
		assert.Error(t, err, "%q", wrong)
	}
}

func TestWhatAWebhookMayBe(t *testing.T) {
	t.Parallel()
	strict, lax := newGuard(t), newGuard(t, "10.1.0.0/16")
	for _, c := range []struct {
		guard *notify.Guard
		url   string
		want  string // the key at "url", "" for none
	}{
		{strict, "https://example.com/hooks/orders?x=1", ""},
		{strict, "https://example.com:8443", ""},
		{strict, "https://[2606:4700:4700::1111]/", ""},
		{strict, "http://example.com/", "problem.webhook_https"},
		{lax, "http://hooks.internal/", ""},
		{lax, "http://10.1.2.3/", ""},
		{lax, "http://8.8.8.8/", "problem.webhook_address"},
		{lax, "https://10.2.0.1/", "problem.webhook_address"},
		{strict, "https://127.0.0.1/", "problem.webhook_address"},
		{strict, "https://[::1]:443/", "problem.webhook_address"},
		{strict, "https://[::ffff:10.0.0.1]/", "problem.webhook_address"},
		{strict, "", "problem.webhook_url"},
		{strict, "example.com/hooks", "problem.webhook_url"},
		{strict, "ftp://example.com/", "problem.webhook_https"},
		{strict, "https://user:pw@example.com/", "problem.webhook_url"},
		{strict, "https://example.com/#x", "problem.webhook_url"},
		{strict, "https://example.com:0/", "problem.webhook_url"},
		{strict, "https://example.com:99999/", "problem.webhook_url"},
		{strict, "https://exa mple.com/", "problem.webhook_url"},
		{strict, "https://example.com/\r\nX: y", "problem.webhook_url"},
		{strict, "https:example.com", "problem.webhook_url"},
		{strict, "https:///hooks", "problem.webhook_url"},
		{strict, "https://example.com/" + strings.Repeat("a", 2000), "problem.webhook_url"},
	} {
		problem, found := notify.CheckWebhook(c.guard, "chat", c.url, nil).For("url")
		assert.Equal(t, c.want != "", found, c.url)
		assert.Equal(t, c.want, problem.Key, c.url)
	}
	all := notify.CheckWebhook(strict, "", "x", []notify.EventType{"order.completed", "order.burnt"})
	for _, path := range []string{"name", "url", "events"} {
		_, found := all.For(path)
		assert.True(t, found, "all problems at once: %s", path)
	}
}

// The example of the Standard Webhooks specification's own libraries.
func TestASignatureIsThatOfStandardWebhooks(t *testing.T) {
	t.Parallel()
	got, err := notify.Sign(auth.Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	require.NoError(t, err)
	assert.Equal(t, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", got)
	for _, wrong := range []auth.Secret{"", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_***"} {
		_, err := notify.Sign(wrong, "id", time.Unix(1, 0), nil)
		require.ErrorIs(t, err, auth.ErrSealed)
		assert.NotContains(t, err.Error(), "MfKQ")
	}
}
