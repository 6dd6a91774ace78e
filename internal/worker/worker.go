// Package worker is the hands of the console: it claims queued orders and sends each once, follows what the cloud
// makes of them, pays and cancels, and keeps the cached inventory fresh. It is the only caller of a cloud's writes.
// It stands on orders and cloud, and knows no HTTP and no SQL.
package worker

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

// Stock is where the cached inventory is kept.
type Stock interface {
	ReplaceInventory(ctx context.Context, snapshot orders.Snapshot) error
	// InventoryFailed notes why the last refresh failed.
	InventoryFailed(ctx context.Context, problem string) error
}

// Sweeper removes what has had its time: old drafts, ended sessions.
type Sweeper interface {
	Sweep(ctx context.Context, now time.Time) error
}

// Config is what a worker needs.
type Config struct {
	Cloud   cloud.Cloud
	Journal orders.Journal
	Stock   Stock
	Sweeper Sweeper
	// Duties may be nil for a worker that nobody works beside.
	Duties Duties
	Log    *slog.Logger
	Now    func() time.Time
	// CloudTimeout is the longest wait for the cloud's answer to one call.
	CloudTimeout time.Duration
	// Grace is how long an answer may be overdue before its claim counts as abandoned, and how often that is looked for;
	// 15 s when 0.
	Grace time.Duration
	// Senders is how many orders are sent at the same time.
	Senders int
	// ReconcileEvery is how often orders in doubt are looked into.
	ReconcileEvery time.Duration
	// Alone tells that no other worker uses this database: what is found being sent at start was abandoned.
	Alone bool
	// Gone tells that the worker of a name has ended for sure; nil where that cannot be known. What it was sending is then in
	// doubt at once, else when its answer is long overdue.
	Gone func(name string) (bool, error)
	// Recovered is called once what an earlier process left behind is recovered, before anything is claimed; may be nil.
	Recovered func() error
	// Pulse tells the journal of what other processes changed; may be nil for a worker whose database is its own.
	Pulse func(context.Context) error
	// Name tells this worker's claims from those of others; it must be new at every start.
	Name string
	// Step is called after each named step: claimed, answered and recorded of an order, action_requested (by automatic
	// payment), action_claimed, action_answered and action_recorded of a payment or cancellation. Crash tests end or
	// stop the process there. May be nil.
	Step func(step string)
}

// Worker does the work. Its methods Send, Act, Follow, Refresh, Reconcile, Survey, SurveyAll, Expire and Recover do what is due once and can be called by
// themselves; Run keeps calling them.
type Worker struct {
	Config
	// refresh asks for a new inventory soon, survey for a new look at the account's orders.
	refresh chan struct{}
	survey  chan struct{}
	claims  counter
}

// New makes a worker.
func New(config Config) *Worker {
	if config.Step == nil {
		config.Step = func(string) {}
	}
	if config.Grace == 0 {
		config.Grace = grace
	}
	return &Worker{Config: config, refresh: make(chan struct{}, 1), survey: make(chan struct{}, 1)}
}

// How often each loop looks even when nobody woke it, and the usual Grace.
const (
	sendEvery    = time.Second
	followEvery  = 500 * time.Millisecond
	refreshEvery = time.Minute
	pulseEvery   = 500 * time.Millisecond
	// rollCallEvery is how often it is asked which other consoles live; it costs a read where nothing is being sent.
	rollCallEvery = 500 * time.Millisecond
	sweepEvery    = time.Hour
	expireEvery   = time.Minute
	grace         = 15 * time.Second
	batchSize     = 100
)

// Run recovers what an earlier process left behind and then works until the context ends. It comes back when all of
// its goroutines have; a call to the cloud that is under way is waited for, at most until its own deadline.
func (w *Worker) Run(ctx context.Context) error {
	if err := w.Recover(ctx); err != nil {
		if ctx.Err() != nil {
			return nil // told to stop before it began
		}
		return err
	}
	if w.Recovered != nil {
		if err := w.Recovered(); err != nil {
			return err
		}
	}
	var group sync.WaitGroup
	start := func(t task) { group.Go(func() { w.loop(ctx, t) }) }
	once := func(name string, every time.Duration) duty { return duty{name: name, hold: every} }
	changed := func() <-chan struct{} { _, c := w.Journal.Version(); return c }
	for range w.Senders {
		start(task{every: sendEvery, changed: changed, do: w.Send})
	}
	start(task{every: sendEvery, changed: changed, do: w.Act})
	start(task{every: followEvery, changed: changed, do: w.Follow, duty: duty{name: "follow", hold: holdFollowing, stays: true}})
	start(task{every: refreshEvery, wanted: w.refresh, do: w.Refresh, duty: once("refresh", refreshEvery)})
	start(task{every: w.Grace, do: w.overdue})
	if w.Gone != nil {
		start(task{every: rollCallEvery, do: w.RollCall})
	}
	if w.Pulse != nil {
		start(task{every: pulseEvery, do: func(ctx context.Context) (bool, error) { return false, w.Pulse(ctx) }})
	}
	start(task{every: w.ReconcileEvery, do: w.Reconcile, duty: once("reconcile", w.ReconcileEvery)})
	start(task{every: surveyEvery, do: w.Survey, duty: once("survey", surveyEvery)})
	start(task{every: surveyAllEvery, wanted: w.survey, do: w.SurveyAll, duty: once("survey all", surveyAllEvery)})
	start(task{every: expireEvery, do: w.Expire, duty: once("expire requests", expireEvery)})
	start(task{every: sweepEvery, do: func(ctx context.Context) (bool, error) { return false, w.Sweeper.Sweep(ctx, w.Now()) },
		duty: once("sweep", sweepEvery)})
	group.Wait()
	if w.Duties == nil {
		return nil
	}
	return record(ctx, func(ctx context.Context) error { return w.Duties.LayDown(ctx, w.Name) })
}

// task is something that is done again and again.
type task struct {
	every time.Duration
	// changed hints that there may be something to do; wanted asks for it, whoever has the duty.
	changed func() <-chan struct{}
	wanted  <-chan struct{}
	duty    duty
	// do does what is due, and tells whether there is more.
	do func(context.Context) (more bool, err error)
}

// loop does a task until the context ends: again at once while there is more, else after a while or when woken.
func (w *Worker) loop(ctx context.Context, t task) {
	timer := time.NewTimer(t.every)
	defer timer.Stop()
	wanted := false
	for ctx.Err() == nil {
		var changed <-chan struct{}
		if t.changed != nil {
			changed = t.changed() // before looking, so that nothing that comes meanwhile is slept through
		}
		mine, err := t.duty.mine(ctx, w)
		more := false
		if err == nil && (mine || wanted) {
			more, err = t.do(ctx)
		}
		if err != nil && ctx.Err() == nil {
			w.Log.Error("worker", "error", err)
		}
		if more && err == nil {
			continue
		}
		timer.Reset(t.every)
		if err != nil {
			changed = nil // what fails is not hammered
		}
		select {
		case <-ctx.Done():
		case <-timer.C:
			wanted = false
		case <-changed:
			wanted = false
		case <-t.wanted:
			wanted = true
		}
	}
}

// Recover settles what an earlier process left unfinished: an order that was being sent is in doubt, never queued
// again; a payment that was being sent is unknown.
func (w *Worker) Recover(ctx context.Context) error {
	prefix := ""
	if w.Alone {
		prefix = w.Name
		if w.Duties != nil {
			if err := w.Duties.LayDown(ctx, ""); err != nil {
				return err
			}
		}
		if _, err := w.Journal.AbandonActions(ctx, w.Now(), w.Now()); err != nil {
			return err
		}
	}
	return w.abandon(ctx, prefix)
}

// overdue gives up claims whose answer is long overdue: their sender is gone, or could not write the answer down.
func (w *Worker) overdue(ctx context.Context) (more bool, err error) {
	_, err = w.Journal.AbandonActions(ctx, w.Now(), w.Now().Add(-w.CloudTimeout-w.Grace))
	return false, errors.Join(err, w.abandon(ctx, ""))
}

// recording is how long writing down a result may take; it goes on when the process is asked to stop, for a result
// that is not written down is an order in doubt.
const recording = 20 * time.Second

// record runs a write with a deadline of its own.
func record(ctx context.Context, write func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recording)
	defer cancel()
	return write(ctx)
}

// backoff is the n-th wait (from 0) that doubles from a first to a longest, give or take a fifth.
func backoff(n int, first, longest time.Duration) time.Duration {
	wait := longest
	if n < 16 {
		wait = min(first<<n, longest)
	}
	return wait + time.Duration((rand.Float64()-0.5)*0.4*float64(wait))
}
