package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// driver submits the orders, and remembers what it was told.
type driver struct {
	options
	world *world
	shop  *shop
	done  atomic.Int64
	told  []told // by order

	submissions, repeated atomic.Int64
}

// told is what became of an order, as its submitter knows.
type told struct {
	// attempt counts the idempotency keys that were used: a submission that found another order in the way made none.
	attempt int
	placed  map[string]bool // cloud order IDs heard
	refused bool
	unknown bool
	// ended tells that each of its submissions was answered.
	ended bool
}

const (
	times = 3 // that each order is submitted
	pause = 50 * time.Millisecond
)

func newDriver(o options, w *world) *driver {
	return &driver{options: o, world: w, shop: newShop(o.seed), told: make([]told, o.orders)}
}

// submitAll submits all orders and comes back when each has an outcome.
func (d *driver) submitAll(ctx context.Context) error {
	if d.orders > mostOrders {
		return fmt.Errorf("--orders: at most %d can be told apart", mostOrders)
	}
	var next atomic.Int64
	errs := make(chan error, d.workers)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for range d.workers {
		go func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= d.orders {
					errs <- nil
					return
				}
				if err := d.order(ctx, i); err != nil {
					cancel()
					errs <- fmt.Errorf("order %d: %w", i, err)
					return
				}
				d.done.Add(1)
			}
		}()
	}
	var all []error
	for range d.workers {
		if err := <-errs; err != nil && (len(all) == 0 || !errors.Is(err, context.Canceled)) {
			all = append(all, err)
		}
	}
	return errors.Join(all...)
}

// verdict is what one submission came to.
type verdict struct {
	placed  string
	refused bool
	unknown bool
	inTheWay,
	wrong bool
	text string
}

// order submits one order three times at once, to both replicas, until each submission has an answer.
func (d *driver) order(ctx context.Context, i int) error {
	for {
		w, ok := d.shop.take()
		if !ok {
			if err := wait(ctx, pause); err != nil {
				return err
			}
			continue
		}
		t := &d.told[i]
		t.attempt++
		key := fmt.Sprintf("chaos-%d-%d", i, t.attempt)
		body := w.body(i)
		verdicts := make([]verdict, times)
		errs := make([]error, times)
		var group sync.WaitGroup
		for n := range times {
			group.Go(func() { verdicts[n], errs[n] = d.submit(ctx, (i+n)%replicas, key, body) })
		}
		group.Wait()
		if err := errors.Join(errs...); err != nil {
			return err
		}
		way := 0
		for _, v := range verdicts {
			switch {
			case v.wrong:
				return fmt.Errorf("answered with %s to %s", v.text, body)
			case v.inTheWay:
				way++
			case v.placed != "":
				if t.placed == nil {
					t.placed = map[string]bool{}
				}
				t.placed[v.placed] = true
			}
			t.refused = t.refused || v.refused
			t.unknown = t.unknown || v.unknown
		}
		if way == times { // no order was made under this key, and nothing is on its way
			d.shop.back(w, true)
			continue
		}
		t.ended = true
		d.shop.back(w, t.unknown)
		return nil
	}
}

// submit submits until there is an answer of the order's: not one that was cut off, nor a console that is busy.
func (d *driver) submit(ctx context.Context, replica int, key, body string) (verdict, error) {
	for try := 0; ; try++ {
		status, answer, err := d.post(ctx, d.world.urls[(replica+try)%replicas], key, body)
		d.submissions.Add(1)
		if err == nil {
			if v, final := read(status, answer); final {
				return v, nil
			}
		}
		d.repeated.Add(1)
		if err := wait(ctx, pause); err != nil {
			return verdict{}, err
		}
	}
}

// read tells what an answer means; not final is one to come back after.
func read(status int, answer []byte) (v verdict, final bool) {
	var said struct {
		OrderID string `json:"order_id"`
		Code    string `json:"error_code"`
	}
	v.text = fmt.Sprintf("%d %s", status, answer)
	if err := json.Unmarshal(answer, &said); err != nil {
		return v, false
	}
	own := strings.HasPrefix(said.Code, "CONSOLE.")
	switch {
	case status == http.StatusOK && said.OrderID != "":
		v.placed = said.OrderID
	case own && status == http.StatusConflict:
		v.inTheWay = true
	case own && status == http.StatusGatewayTimeout:
		v.unknown = true
	case own && status == http.StatusBadGateway:
		v.refused = true // not reached, or found not to be placed
	case own && (status == http.StatusTooManyRequests || status >= http.StatusInternalServerError):
		return v, false
	case !own && status >= 400 && status < 500:
		v.refused = true
	default:
		v.wrong = true
	}
	return v, true
}

func (d *driver) post(ctx context.Context, url, key, body string) (int, []byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/v2/"+project+"/periodic/subscribe/order", strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("X-Auth-Token", d.world.token)
	request.Header.Set("Idempotency-Key", key)
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close() //nolint:errcheck // read to its end
	answer, err := io.ReadAll(response.Body)
	return response.StatusCode, answer, err
}

// kill kills a replica at random moments: each after some more orders have an outcome, and a little later by chance.
func (d *driver) kill(ctx context.Context, r *rand.Rand) error {
	if d.kills <= 0 {
		return nil
	}
	mean := float64(d.orders) / float64(d.kills)
	due := 0.0
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for {
		due += mean * 2 * r.Float64()
		victim, later := r.IntN(replicas), time.Duration(r.Int64N(int64(60*time.Millisecond)))
		for float64(d.done.Load()) < due {
			select {
			case <-ctx.Done():
				return nil
			case <-ticker.C:
			}
		}
		if wait(ctx, later) != nil {
			return nil
		}
		if err := d.world.killAndRestart(ctx, victim); err != nil {
			return err
		}
	}
}

// wait paces; it fails when the context ends first.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
