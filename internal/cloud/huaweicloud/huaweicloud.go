// Package huaweicloud is the real cloud: it implements cloud.Cloud over Huawei Cloud's Workspace and billing (BSS)
// services, by docs/wire.md.
//
// Requests go through the core of the official SDK, which fills the path, signs and sends them; request and answer
// shapes are this package's own, because the SDK's models lose fields and read money as floats (docs/wire.md sections
// 8 and 13). What the SDK leaves open is settled here: contexts, deadlines, outcomes, retries, limits
// (docs/adr/0010-huaweicloud-adapter.md).
package huaweicloud

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"regexp"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth"

	"workspace-order-console/internal/cloud"
)

// Secret is a text that does not print itself. auth.Secret of this module is one.
type Secret interface{ Reveal() string }

// Config says which cloud it is, who asks, and how patiently.
type Config struct {
	// ProjectID and Region are where orders go to.
	ProjectID, Region string
	// DomainID is the account; the billing service wants it with AK and SK.
	DomainID string

	// AK and SK sign requests, with SecurityToken when they are temporary. All three are nil when TokenFile is set.
	AK, SK, SecurityToken Secret
	// TokenFile holds an IAM token, sent as X-Auth-Token instead of a signature. The file is read again when it
	// changes. BillingTokenFile is a second one for the billing service, when that wants a token of the account instead
	// of the project; empty = TokenFile.
	TokenFile, BillingTokenFile string

	// WorkspaceEndpoint and BSSEndpoint override what follows from Region: an http or https URL without a path. Plain
	// http goes to this machine only, unless PlainHTTP allows it elsewhere.
	WorkspaceEndpoint, BSSEndpoint string
	PlainHTTP                      bool

	// UserAgent names the program, "workspace-order-console/1.2"; the SDK puts its own name in front. Mandatory: without
	// one the SDK makes up an ID and writes it to the home directory.
	UserAgent string
	// Timeout is the longest wait for the answer to one call, 30 s when 0.
	Timeout time.Duration

	// Rate is how many calls a second each endpoint is asked at most, in bursts of up to Burst; 0 = 10 and 20, a negative
	// rate = no limit.
	Rate  float64
	Burst int
	// TripAfter is how many failures in a row open an endpoint's circuit breaker (0 = 5, negative = never), OpenFor how
	// long it stays open at first (0 = 10 s); it doubles up to six times that while the endpoint stays away.
	TripAfter int
	OpenFor   time.Duration

	// Now is the clock of limits, breaker, caches and the token file; nil = time.Now. Deadlines are the context's.
	Now func() time.Time
	// Sleep waits, or comes back with the context's error; nil = a timer.
	Sleep func(context.Context, time.Duration) error
	Log   *slog.Logger
	// Dial makes connections, nil = a net.Dialer; TLS is the base of the TLS settings, nil = the system's roots.
	// There is no way to hand in an http.RoundTripper: what was sent is known from the connection only.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	TLS  *tls.Config
}

// Defaults of Config.
const (
	defaultTimeout   = 30 * time.Second
	defaultRate      = 10
	defaultBurst     = 20
	defaultTripAfter = 5
	defaultOpenFor   = 10 * time.Second
)

// Cloud is the real cloud. It is safe for concurrent use.
type Cloud struct {
	projectID, region string
	userAgent         string
	timeout           time.Duration
	now               func() time.Time
	sleep             func(context.Context, time.Duration) error
	jitter            func() float64
	log               *slog.Logger
	wires             *wires
	secrets           *secrets
	endpoints         map[service]*endpoint
	stats             *callStats
	expiry            *expiries
	members           *members
}

var (
	_ cloud.Cloud   = (*Cloud)(nil)
	_ cloud.Ledger  = (*Cloud)(nil)
	_ cloud.Watched = (*Cloud)(nil)
)

// service is one of the two services that are asked.
type service string

const (
	workspace service = "workspace"
	bss       service = "bss"
)

// endpoint is where a service is, who asks there, and what holds calls back.
type endpoint struct {
	url        string
	credential auth.ICredential
	guard      *guard
}

// idPattern is what an ID must look like before it goes into a path, which the SDK does not escape (docs/wire.md
// section 3).
var idPattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`)

// New makes the cloud. It reads a token file, and asks nothing of the network.
func New(config Config) (*Cloud, error) {
	if config.UserAgent == "" {
		return nil, errors.New("huaweicloud: no user agent")
	}
	if !idPattern.MatchString(config.ProjectID) {
		return nil, fmt.Errorf("huaweicloud: the project ID %q is not one", config.ProjectID)
	}
	c := &Cloud{projectID: config.ProjectID, region: config.Region, userAgent: config.UserAgent,
		timeout: or(config.Timeout, defaultTimeout), now: config.Now, sleep: config.Sleep, jitter: rand.Float64, log: config.Log,
		secrets: &secrets{}, stats: newCallStats()}
	if c.now == nil {
		c.now = time.Now
	}
	if c.sleep == nil {
		c.sleep = sleep
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	urls, err := endpointsOf(config)
	if err != nil {
		return nil, err
	}
	credentials, err := c.credentials(config)
	if err != nil {
		return nil, err
	}
	c.wires = newWires(config.Dial, config.TLS)
	c.expiry = &expiries{known: map[string]expiry{}}
	c.members = &members{poolOf: map[string]string{}}
	c.endpoints = map[service]*endpoint{}
	for _, s := range []service{workspace, bss} {
		c.endpoints[s] = &endpoint{url: urls[s], credential: credentials[s], guard: newGuard(c, s, config)}
	}
	return c, nil
}

// Close gives up the connections that are kept for reads.
func (c *Cloud) Close() error {
	c.wires.reads.CloseIdleConnections()
	return nil
}

// String keeps what is inside, credentials above all, out of logs.
func (c *Cloud) String() string { return "huaweicloud " + c.region + "/" + c.projectID }

// GoString implements fmt.GoStringer for the same reason.
func (c *Cloud) GoString() string { return c.String() }

// Format implements fmt.Formatter, so that no verb walks through the fields.
func (c *Cloud) Format(state fmt.State, _ rune) { fmt.Fprint(state, c.String()) }

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// or is the value, or another one in place of zero.
func or[T comparable](value, otherwise T) T {
	var zero T
	if value == zero {
		return otherwise
	}
	return value
}
