package huaweicloud

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"workspace-order-console/internal/cloud"
)

// How often a read is tried, and how long it waits in between.
const (
	readTries  = 4
	firstPause = 200 * time.Millisecond
	longPause  = 5 * time.Second
)

// read makes a call without an effect, again where that may help, and decodes its answer.
func read[T any](ctx context.Context, c *Cloud, op operation, req *request, decode func(*answer) (T, error)) (T, error) {
	for n := 1; ; n++ {
		value, again, err := readOnce(ctx, c, op, req, decode)
		if err == nil || again < 0 || n == readTries {
			return value, err
		}
		pause := max(again, c.backoff(n))
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < pause {
			return value, err
		}
		if c.sleep(ctx, pause) != nil {
			return value, err
		}
	}
}

// readOnce is one try. It tells the least wait before another one, negative when another one is of no use.
func readOnce[T any](ctx context.Context, c *Cloud, op operation, req *request, decode func(*answer) (T, error)) (value T, again time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	begun := c.now()
	guard := c.endpoints[op.service].guard
	admitted, err := guard.enter(ctx, false)
	if err != nil {
		return value, -1, c.count(op, begun, notSent(op, err))
	}
	sent := time.Now()
	a, err := c.exchange(ctx, op, req, nil)
	guard.leave(admitted, c.verdict(ctx, a, err, time.Since(sent)), reason(a, err))
	asked := guard.asked(a)
	again = -1
	if err != nil {
		if retryable(a) {
			again = asked
		}
	} else if value, err = decode(a); err != nil {
		err = &cloud.Error{Outcome: cloud.OutcomeUnknown, HTTPStatus: a.status, RequestID: a.requestID,
			Msg: "the answer to " + op.name + " cannot be read: " + err.Error(), Err: err}
	}
	return value, again, c.count(op, begun, err)
}

// act makes a call with an effect, once. settle says what its answer and error come to; that is counted, and handed on.
func (c *Cloud) act(ctx context.Context, op operation, req *request, settle func(*answer, error) error) error {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	begun := c.now()
	guard := c.endpoints[op.service].guard
	admitted, err := guard.enter(ctx, true)
	if err != nil {
		return c.count(op, begun, settle(&answer{}, notSent(op, err)))
	}
	deadline, _ := ctx.Deadline()
	sent := time.Now()
	a, err := c.exchange(ctx, op, req, &gate{deadline: deadline})
	guard.leave(admitted, c.verdict(ctx, a, err, time.Since(sent)), reason(a, err))
	guard.asked(a)
	return c.count(op, begun, settle(a, err))
}

// notSent is the error of a call that was kept back here.
func notSent(op operation, err error) error {
	return &cloud.Error{Outcome: cloud.OutcomeNotSent, Msg: string(op.service) + " was not asked: " + err.Error(), Err: err}
}

// count counts a call and hands its error on.
func (c *Cloud) count(op operation, begun time.Time, err error) error {
	outcome := cloud.OutcomeOf(err)
	took := c.now().Sub(begun)
	c.stats.add(op.name, outcome, took)
	c.log.Debug("cloud call", "operation", op.name, "outcome", outcome, "took", took)
	return err
}

// hasty is how short a deadline may be before missing it says nothing about the endpoint.
const hasty = 5 * time.Second

// verdict is what a call says about its endpoint.
func (c *Cloud) verdict(ctx context.Context, a *answer, err error, took time.Duration) verdict {
	switch {
	case a.status >= 500:
		return failing
	case a.whole, err == nil:
		return healthy
	case errors.Is(ctx.Err(), context.Canceled), ctx.Err() != nil && took < min(hasty, c.timeout*9/10):
		return noVerdict
	}
	return failing
}

// reason is a failure in few words.
func reason(a *answer, err error) string {
	switch {
	case err == nil:
		return ""
	case a.whole:
		return "HTTP status " + strconv.Itoa(a.status)
	}
	return err.Error()
}

// retryable tells whether a failed read may do better a second time.
func retryable(a *answer) bool {
	switch a.status {
	case 0, http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable,
		http.StatusGatewayTimeout:
		return true
	}
	return !a.whole
}

// asked reads for how long the endpoint wants to be left alone (Retry-After), and has every call to it wait so long.
func (g *guard) asked(a *answer) time.Duration {
	if a.status != http.StatusTooManyRequests && a.status != http.StatusServiceUnavailable {
		return 0
	}
	d := retryAfter(a.header.Get("Retry-After"), g.now())
	if d > 0 {
		g.hold(d)
	}
	return d
}

// retryAfter reads the header's two forms, seconds and a date.
func retryAfter(text string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if date, err := http.ParseTime(text); err == nil {
		return max(0, date.Sub(now))
	}
	return 0
}

// backoff is the wait after the n-th try, from 1: it doubles, up to a longest, give or take a third.
func (c *Cloud) backoff(n int) time.Duration {
	wait := min(firstPause<<(n-1), longPause)
	return wait + time.Duration((c.jitter()-0.5)*2/3*float64(wait))
}

// callStats counts calls by operation and outcome.
type callStats struct {
	mu    sync.Mutex
	calls map[callKey]cloud.CallStats
}

type callKey struct {
	operation string
	outcome   cloud.Outcome
}

func newCallStats() *callStats { return &callStats{calls: map[callKey]cloud.CallStats{}} }

func (s *callStats) add(operation string, outcome cloud.Outcome, took time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := callKey{operation, outcome}
	n := s.calls[key]
	n.Operation, n.Outcome = operation, outcome
	n.Count++
	n.Took += took
	s.calls[key] = n
}

func (s *callStats) list() []cloud.CallStats {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := slices.Collect(maps.Values(s.calls))
	slices.SortFunc(list, func(a, b cloud.CallStats) int {
		return cmp.Or(strings.Compare(a.Operation, b.Operation), strings.Compare(string(a.Outcome), string(b.Outcome)))
	})
	return list
}

// Stats implements cloud.Watched.
func (c *Cloud) Stats() cloud.Stats {
	stats := cloud.Stats{Calls: c.stats.list()}
	for _, s := range []service{workspace, bss} {
		stats.Endpoints = append(stats.Endpoints, c.endpoints[s].guard.stats(c.endpoints[s].url))
	}
	return stats
}
