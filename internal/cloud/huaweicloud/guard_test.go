package huaweicloud

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/cloud"
)

// scripted answers one status after another, the last for ever; 0 closes the connection.
func scripted(t *testing.T, header http.Header, statuses ...int) (string, *atomic.Int64) {
	var calls atomic.Int64
	return handling(t, func(w http.ResponseWriter, _ *http.Request) {
		status := statuses[min(int(calls.Add(1)), len(statuses))-1]
		if status == 0 {
			conn, _, _ := w.(http.Hijacker).Hijack()
			_ = conn.Close()
			return
		}
		for name, values := range header {
			w.Header()[name] = values
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, `{"desktops":[],"total_count":0,"order_id":"CS1"}`)
	}), &calls
}

func TestReadsAreTriedAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		statuses []int
		calls    int64
		fails    bool
	}{
		"a server's bad moment":   {[]int{500, 502, 200}, 3, false},
		"a connection lost":       {[]int{0, 200}, 2, false},
		"too many":                {[]int{429, 503, 504, 200}, 4, false},
		"it stays away":           {[]int{500}, readTries, true},
		"a refusal is a refusal":  {[]int{403, 200}, 1, true},
		"a redirect is no answer": {[]int{302, 200}, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, calls := scripted(t, http.Header{"Location": {"/"}}, c.statuses...)
			clock := newClock()
			_, err := open(t, url, func(config *Config) { config.Sleep, config.Now = clock.sleep, clock.now }).Desktops(t.Context(), cloud.Page{})
			assert.Equal(t, c.fails, err != nil, "%v", err)
			assert.Equal(t, c.calls, calls.Load())
			require.Len(t, clock.sleeps, int(c.calls)-1)
			for i, slept := range clock.sleeps {
				wait := firstPause << i
				assert.InDelta(t, wait, slept, float64(wait)/3+1)
			}
		})
	}
}

func TestInquiriesAreReads(t *testing.T) {
	t.Parallel()
	var bodies []string
	url := handling(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if bodies = append(bodies, string(body)); len(bodies) == 1 {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		_, _ = io.WriteString(w, quotes["B"].body)
	})
	_, err := open(t, url).Quote(t.Context(), cloud.Question{Inquiry: cloud.InquiryExtendVolume, Body: []byte(`{"new_size":100}`)})
	require.NoError(t, err)
	assert.Equal(t, []string{`{"new_size":100}`, `{"new_size":100}`}, bodies)
}

func TestRetryAfterIsObeyed(t *testing.T) {
	t.Parallel()
	clock := newClock()
	for _, asked := range []string{"7", clock.now().Add(7 * time.Second).Format(http.TimeFormat)} {
		clock := newClock()
		url, calls := scripted(t, http.Header{"Retry-After": {asked}}, 429, 200)
		c := open(t, url, func(config *Config) { config.Sleep, config.Now, config.Timeout = clock.sleep, clock.now, time.Hour })
		_, err := c.Desktops(t.Context(), cloud.Page{})
		require.NoError(t, err)
		assert.EqualValues(t, 2, calls.Load())
		assert.Equal(t, []time.Duration{7 * time.Second}, clock.sleeps)
	}
	assert.Zero(t, retryAfter("", clock.now()))
	assert.Zero(t, retryAfter("-5", clock.now()))
	assert.Zero(t, retryAfter("Sun, 22 Nov 2020 10:00:00 GMT", clock.now()))
}

func TestRetryAfterHoldsOrdersToo(t *testing.T) {
	t.Parallel()
	clock := newClock()
	url, calls := scripted(t, http.Header{"Retry-After": {"7"}}, 429, 200)
	c := open(t, url, func(config *Config) { config.Sleep, config.Now, config.Timeout = clock.sleep, clock.now, time.Hour })
	first := c.Place(t.Context(), order(cloud.DoorSubscribe))
	assert.Equal(t, cloud.OutcomeRefused, first.Outcome, "an order is not tried again")
	assert.EqualValues(t, 1, calls.Load())
	assert.Equal(t, clock.now().Add(7*time.Second), c.Stats().Endpoints[0].RetryAt)

	hasty, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	assert.Equal(t, cloud.OutcomeNotSent, c.Place(hasty, order(cloud.DoorSubscribe)).Outcome, "the wait is longer than its time")
	assert.Equal(t, cloud.OutcomeDone, c.Place(t.Context(), order(cloud.DoorSubscribe)).Outcome)
	assert.Equal(t, []time.Duration{7 * time.Second}, clock.sleeps)
	assert.EqualValues(t, 2, calls.Load())
	assert.Zero(t, c.Stats().Endpoints[1].RetryAt, "the other endpoint asked for nothing")
}

func TestAReadGivesUpWithItsContext(t *testing.T) {
	t.Parallel()
	url, calls := scripted(t, http.Header{"Retry-After": {"60"}}, 503)
	clock := newClock()
	c := open(t, url, func(config *Config) { config.Sleep, config.Now = clock.sleep, clock.now })
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	_, err := c.Desktops(ctx, cloud.Page{})
	var e *cloud.Error
	require.True(t, errors.As(err, &e))
	assert.Equal(t, 503, e.HTTPStatus)
	assert.EqualValues(t, 1, calls.Load())
	assert.Empty(t, clock.sleeps)
}

func TestTheBreaker(t *testing.T) {
	t.Parallel()
	clock := newClock()
	var status atomic.Int64
	status.Store(500)
	var calls atomic.Int64
	url := handling(t, func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		w.WriteHeader(int(status.Load()))
		_, _ = io.WriteString(w, `{"order_id":"CS1","desktops":[],"total_count":0}`)
	})
	var logged bytes.Buffer
	c := open(t, url, func(config *Config) {
		config.TripAfter, config.OpenFor, config.Now, config.Log = 3, 0, clock.now, logTo(&logged)
	})
	place := func() cloud.Outcome { return c.Place(t.Context(), order(cloud.DoorSubscribe)).Outcome }
	look := func() error {
		_, _, err := readOnce(t.Context(), c, desktopsOperation, &request{}, func(*answer) (int, error) { return 0, nil })
		return err
	}
	state := func() cloud.EndpointStats { return c.Stats().Endpoints[0] }

	assert.Equal(t, cloud.OutcomeUnknown, place())
	require.Error(t, look())
	assert.Equal(t, cloud.BreakerClosed, state().Breaker)
	require.Error(t, look())
	assert.Equal(t, cloud.BreakerOpen, state().Breaker, "three in a row")
	assert.Equal(t, "HTTP status 500", state().LastFailure)
	assert.Equal(t, clock.now().Add(10*time.Second), state().RetryAt)
	assert.Equal(t, cloud.OutcomeNotSent, place())
	require.Error(t, look())
	assert.EqualValues(t, 3, calls.Load(), "nothing is sent")
	assert.EqualValues(t, 2, state().Stopped)
	assert.Equal(t, cloud.BreakerClosed, c.Stats().Endpoints[1].Breaker, "each endpoint has its own")

	clock.advance(10 * time.Second)
	assert.Equal(t, cloud.OutcomeNotSent, place(), "money is not what one tries with")
	require.Error(t, look())
	assert.EqualValues(t, 4, calls.Load())
	assert.Equal(t, cloud.BreakerOpen, state().Breaker)
	clock.advance(10 * time.Second)
	require.Error(t, look())
	assert.EqualValues(t, 4, calls.Load(), "it stays open for longer")

	status.Store(200)
	clock.advance(10 * time.Second)
	require.NoError(t, look())
	assert.Equal(t, cloud.BreakerClosed, state().Breaker)
	assert.Equal(t, cloud.OutcomeDone, place())
	assert.EqualValues(t, 2, state().Trips)
	assert.Contains(t, logged.String(), "left alone")
	assert.Contains(t, logged.String(), "answers again")

	status.Store(400)
	for range 5 {
		require.Error(t, look())
	}
	assert.Equal(t, cloud.BreakerClosed, state().Breaker, "a no is an answer")
}

func TestAnOrderTriesWhenNoReadCame(t *testing.T) {
	t.Parallel()
	clock := newClock()
	url, calls := scripted(t, nil, 500, 200)
	c := open(t, url, func(config *Config) { config.TripAfter, config.Now = 1, clock.now })
	require.Equal(t, cloud.OutcomeUnknown, c.Place(t.Context(), order(cloud.DoorSubscribe)).Outcome)
	clock.advance(19 * time.Second)
	require.Equal(t, cloud.OutcomeNotSent, c.Place(t.Context(), order(cloud.DoorSubscribe)).Outcome)
	clock.advance(time.Second)
	require.Equal(t, cloud.OutcomeDone, c.Place(t.Context(), order(cloud.DoorSubscribe)).Outcome)
	assert.EqualValues(t, 2, calls.Load())
}

func TestOneProbeAtATime(t *testing.T) {
	t.Parallel()
	clock := newClock()
	c := open(t, "http://127.0.0.1:1", func(config *Config) { config.TripAfter, config.Now = 1, clock.now })
	g := c.endpoints[workspace].guard
	early, err := g.enter(bg(), false)
	require.NoError(t, err)
	a, err := g.enter(bg(), false)
	require.NoError(t, err)
	g.leave(a, failing, "gone")
	clock.advance(time.Minute)
	probe, err := g.enter(bg(), false)
	require.NoError(t, err)
	assert.Equal(t, cloud.BreakerHalfOpen, g.stats("").Breaker)
	_, err = g.enter(bg(), false)
	require.ErrorIs(t, err, errOpen)
	g.leave(early, healthy, "")
	assert.Equal(t, cloud.BreakerHalfOpen, g.stats("").Breaker, "what was sent before the trip says nothing")
	g.leave(probe, noVerdict, "")
	probe, err = g.enter(bg(), false)
	require.NoError(t, err, "a probe that was given up makes room for another")
	g.leave(probe, healthy, "")
	assert.Equal(t, cloud.BreakerClosed, g.stats("").Breaker)
}

func TestAnImpatientCallerDoesNotTripTheBreaker(t *testing.T) {
	t.Parallel()
	server := serveRaw(t, hangs(""))
	c := open(t, server.url(), func(config *Config) { config.TripAfter = 1 })
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := c.Balance(ctx)
	require.Error(t, err)
	assert.Equal(t, cloud.BreakerClosed, c.Stats().Endpoints[1].Breaker)

	c = open(t, server.url(), func(config *Config) { config.TripAfter, config.Timeout = 1, 20*time.Millisecond })
	_, err = c.Balance(t.Context())
	require.Error(t, err)
	assert.Equal(t, cloud.BreakerOpen, c.Stats().Endpoints[1].Breaker)
}

func TestTheRateLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := open(t, "http://127.0.0.1:1", func(config *Config) {
			config.Rate, config.Burst, config.Now, config.Sleep = 2, 4, nil, nil
			config.Timeout = time.Minute
		})
		g := c.endpoints[bss].guard
		begun := time.Now()
		var group sync.WaitGroup
		for range 10 {
			group.Go(func() {
				a, err := g.enter(bg(), false)
				assert.NoError(t, err)
				g.leave(a, healthy, "")
			})
		}
		synctest.Wait()
		assert.Equal(t, 6, c.Stats().Endpoints[1].Waiting)
		assert.Equal(t, 2.0, c.Stats().Endpoints[1].Rate)
		hasty, cancel := context.WithTimeout(bg(), time.Second)
		defer cancel()
		_, err := g.enter(hasty, true)
		assert.ErrorIs(t, err, errTooBusy)
		assert.Zero(t, time.Since(begun), "it is told at once")
		group.Wait()
		assert.Equal(t, 3*time.Second, time.Since(begun))
		assert.Zero(t, c.Stats().Endpoints[1].Waiting)
	})
}

func TestStatsCountByOperationAndOutcome(t *testing.T) {
	t.Parallel()
	url, _ := scripted(t, nil, 200, 200, 400, 500)
	c := open(t, url)
	_, err := c.Desktops(t.Context(), cloud.Page{})
	require.NoError(t, err)
	for range 3 {
		c.Place(t.Context(), order(cloud.DoorSubscribe))
	}
	c.wires.writes.DialContext = func(context.Context, string, string) (net.Conn, error) {
		return nil, &dialError{errors.New("away")}
	}
	c.Place(t.Context(), order(cloud.DoorSubscribe))
	got := c.Stats()
	for i := range got.Calls {
		got.Calls[i].Took = 0
	}
	assert.Equal(t, []cloud.CallStats{
		{Operation: "desktops", Outcome: cloud.OutcomeDone, Count: 1},
		{Operation: "place subscribe", Outcome: cloud.OutcomeDone, Count: 1},
		{Operation: "place subscribe", Outcome: cloud.OutcomeNotSent, Count: 1},
		{Operation: "place subscribe", Outcome: cloud.OutcomeRefused, Count: 1},
		{Operation: "place subscribe", Outcome: cloud.OutcomeUnknown, Count: 1},
	}, got.Calls)
	assert.Equal(t, url, got.Endpoints[0].URL)
}
