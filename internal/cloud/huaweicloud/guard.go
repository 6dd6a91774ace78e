package huaweicloud

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"workspace-order-console/internal/cloud"
)

// guard stands before an endpoint: a rate limit, a pause that the endpoint asked for with Retry-After, and a circuit
// breaker that leaves an endpoint alone which fails again and again.
type guard struct {
	service   service
	now       func() time.Time
	sleep     func(context.Context, time.Duration) error
	log       *slog.Logger
	limit     *rate.Limiter // nil = none
	tripAfter int
	openFor   time.Duration

	mu       sync.Mutex
	held     time.Time // no call before
	waiting  int
	state    cloud.BreakerState
	since    time.Time
	until    time.Time // the end of open
	opening  time.Duration
	probing  bool
	failures int
	trips    uint64
	stopped  uint64
	last     string
	lastAt   time.Time
}

// longestHold bounds what an endpoint can ask for: a Retry-After of a day would be a fault of its own.
const longestHold = 5 * time.Minute

// growth is how many times its first duration an open breaker stays open at most.
const growth = 6

func newGuard(c *Cloud, s service, config Config) *guard {
	g := &guard{service: s, now: c.now, sleep: c.sleep, log: c.log, tripAfter: or(config.TripAfter, defaultTripAfter),
		openFor: or(config.OpenFor, defaultOpenFor), state: cloud.BreakerClosed}
	if perSecond := or(config.Rate, defaultRate); perSecond > 0 {
		g.limit = rate.NewLimiter(rate.Limit(perSecond), or(config.Burst, defaultBurst))
	}
	return g
}

var (
	errOpen    = errors.New("it failed again and again and is left alone for a while")
	errTooBusy = errors.New("the wait for its rate limit is longer than the time that is left")
)

// admission is what enter gives and leave takes back.
type admission struct {
	// probe tells that this is the call that finds out whether the endpoint is back.
	probe bool
}

// enter waits for the call's turn. An error means that nothing may be sent. After a nil error leave must be called.
func (g *guard) enter(ctx context.Context, effect bool) (admission, error) {
	for {
		wait, admitted, err := g.turn(ctx, effect)
		if err != nil || wait <= 0 {
			return admitted, err
		}
		err = g.sleep(ctx, wait)
		admitted, again, err := g.woken(err, effect)
		if !again {
			return admitted, err
		}
	}
}

// woken takes a call that has waited, unless the endpoint asked for a pause meanwhile.
func (g *guard) woken(interrupted error, effect bool) (admitted admission, again bool, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waiting--
	if interrupted != nil {
		return admission{}, false, interrupted
	}
	now := g.now()
	if g.held.After(now) {
		return admission{}, true, nil
	}
	admitted, err = g.admit(now, effect)
	return admitted, false, err
}

// turn admits a call at once, or tells how long it has to wait.
func (g *guard) turn(ctx context.Context, effect bool) (wait time.Duration, admitted admission, err error) {
	if err := ctx.Err(); err != nil {
		return 0, admission{}, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	if g.blocked(now, effect) {
		g.stopped++
		return 0, admission{}, errOpen
	}
	wait = g.held.Sub(now)
	var reserved *rate.Reservation
	if g.limit != nil {
		reserved = g.limit.ReserveN(now, 1)
		wait = max(wait, reserved.DelayFrom(now))
	}
	if wait <= 0 {
		admitted, err = g.admit(now, effect)
		return 0, admitted, err
	}
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < wait {
		if reserved != nil {
			reserved.CancelAt(now)
		}
		g.stopped++
		return 0, admission{}, errTooBusy
	}
	g.waiting++
	return wait, admission{}, nil
}

// blocked tells whether the breaker keeps a call back. A call that may spend money is not the one to try with whether
// the endpoint is back: a read does that, and only when none came for as long again an effect may.
func (g *guard) blocked(now time.Time, effect bool) bool {
	if g.state == cloud.BreakerClosed {
		return false
	}
	return g.probing || now.Before(g.until) || effect && now.Before(g.until.Add(g.opening))
}

func (g *guard) admit(now time.Time, effect bool) (admission, error) {
	if g.blocked(now, effect) {
		g.stopped++
		return admission{}, errOpen
	}
	if g.state == cloud.BreakerClosed {
		return admission{}, nil
	}
	g.to(cloud.BreakerHalfOpen, now)
	g.probing = true
	return admission{probe: true}, nil
}

// verdict is what a call says about the health of its endpoint.
type verdict int

const (
	healthy verdict = iota // it answered, be it with a no
	failing
	noVerdict // the call was given up before it could tell
)

// leave takes the verdict of a call that was admitted.
// A late answer to a call from before the trip neither closes an open breaker nor opens it anew; the probe's does.
func (g *guard) leave(a admission, v verdict, reason string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	if a.probe {
		g.probing = false
	}
	switch v {
	case healthy:
		g.failures = 0
		if a.probe {
			g.log.Info("the cloud answers again", "endpoint", g.service)
			g.to(cloud.BreakerClosed, now)
		}
	case failing:
		g.failures++
		g.last, g.lastAt = reason, now
		if a.probe {
			g.opening = min(2*g.opening, growth*g.openFor)
			g.open(now)
		} else if g.state == cloud.BreakerClosed && g.tripAfter > 0 && g.failures >= g.tripAfter {
			g.opening = g.openFor
			g.open(now)
		}
	}
}

func (g *guard) open(now time.Time) {
	g.trips++
	g.until = now.Add(g.opening)
	g.to(cloud.BreakerOpen, now)
	g.log.Warn("the cloud keeps failing and is left alone for a while", "endpoint", g.service, "for", g.opening, "reason", g.last)
}

func (g *guard) to(state cloud.BreakerState, now time.Time) {
	if g.state != state {
		g.state, g.since = state, now
	}
}

// hold keeps every call back for as long as the endpoint asked.
func (g *guard) hold(d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if until := g.now().Add(min(d, longestHold)); until.After(g.held) {
		g.held = until
	}
}

func (g *guard) stats(url string) cloud.EndpointStats {
	g.mu.Lock()
	defer g.mu.Unlock()
	s := cloud.EndpointStats{Name: string(g.service), URL: url, Breaker: g.state, Since: g.since, Waiting: g.waiting,
		Trips: g.trips, Stopped: g.stopped, LastFailure: g.last, LastFailureAt: g.lastAt}
	if g.limit != nil {
		s.Rate = float64(g.limit.Limit())
	}
	if g.state == cloud.BreakerOpen {
		s.RetryAt = g.until
	}
	if now := g.now(); g.held.After(now) && g.held.After(s.RetryAt) {
		s.RetryAt = g.held
	}
	return s
}
