package cloud

import "time"

// Watched is a cloud that tells how its calls fare. A cloud may have it; a cloud in process has nothing to tell.
type Watched interface {
	// Stats is a snapshot; it never waits for the cloud.
	Stats() Stats
}

// Stats is how the calls to a cloud have fared since the start.
type Stats struct {
	// Calls are sorted by operation and outcome.
	Calls []CallStats
	// Endpoints are in a fixed order.
	Endpoints []EndpointStats
}

// CallStats counts one operation's calls that ended in one outcome. A read that is tried again counts each try.
type CallStats struct {
	Operation string
	Outcome   Outcome
	Count     uint64
	// Took is the time that all of them took together, waiting for the rate limit included.
	Took time.Duration
}

// BreakerState is the state of an endpoint's circuit breaker.
type BreakerState string

// The states of a circuit breaker.
const (
	// BreakerClosed: calls go through.
	BreakerClosed BreakerState = "closed"
	// BreakerOpen: the endpoint failed again and again and is left alone for a while; nothing is sent.
	BreakerOpen BreakerState = "open"
	// BreakerHalfOpen: one call is let through to see whether the endpoint is back.
	BreakerHalfOpen BreakerState = "half_open"
)

// EndpointStats is the state of one endpoint.
type EndpointStats struct {
	// Name is "workspace" or "bss"; URL is where it is.
	Name, URL string
	Breaker   BreakerState
	// Since is when the breaker came into this state; zero when it never left the first.
	Since time.Time
	// RetryAt is when the next call is let through: an open breaker's, or what the endpoint asked for with Retry-After.
	// Zero when nothing holds calls back.
	RetryAt time.Time
	// Rate is how many calls a second it is asked at most; 0 when nothing bounds them. A call that waits for its turn is
	// counted by Waiting.
	Rate float64
	// Waiting is how many calls wait for the rate limit now.
	Waiting int
	// Trips counts how often the breaker opened, Stopped how many calls it kept from being sent.
	Trips, Stopped uint64
	// LastFailure is the reason of the last failure that counted, LastFailureAt its time; empty while there was none.
	LastFailure   string
	LastFailureAt time.Time
}
