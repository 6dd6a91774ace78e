// Package notify tells people and programs what happened to orders: by mail, and by webhooks as Standard Webhooks has
// them. It reads the audit log behind a cursor of its own, so that no order knows of it and none waits for it: what is
// told is what was committed, all of it, and in its order. It stands on orders and the leaves; internal/store implements
// its ports.
package notify

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders"
)

// Config is what a notifier needs.
type Config struct {
	Book    Book
	Journal Journal
	// Directory knows who is mailed; nil: nobody.
	Directory Directory
	// Mailer sends mail; nil: none is sent.
	Mailer Mailer
	Sealer *auth.Sealer
	Guard  *Guard
	// PublicURL is the console's address, without a slash at the end.
	PublicURL string
	// Senders is how many webhooks are sent to at the same time, at least 2; 0 is 4. One of them is for webhooks that answer.
	Senders int
	// Timeout is the longest wait for a receiver; 0 is 15 s.
	Timeout time.Duration
	Log     *slog.Logger
	Now     func() time.Time
}

// Notifier does the telling. Its methods Collect, Deliver and Mail do what is due once and can be called by themselves; Run
// keeps calling them.
type Notifier struct {
	Config
	secure, plain *http.Client
	withoutMail   atomic.Int64
	// lost counts how often in a row the directory did not know the recipients of what is to be told next.
	lost atomic.Int64
}

const (
	senders        = 4
	attemptTimeout = 15 * time.Second
	collectEvery   = time.Second
	deliverEvery   = time.Second
	mailEvery      = 15 * time.Second
	// stopping is how much longer an attempt may take once the console is told to stop.
	stopping = 5 * time.Second
	// recording is how long writing down a result may take.
	recording = 20 * time.Second
)

// New makes a notifier.
func New(config Config) *Notifier {
	if config.Senders == 0 {
		config.Senders = senders
	}
	if config.Timeout == 0 {
		config.Timeout = attemptTimeout
	}
	return &Notifier{Config: config, secure: config.Guard.client(true, config.Timeout), plain: config.Guard.client(false, config.Timeout)}
}

// Run tells until the context ends, and comes back when all of its goroutines have. What fails is logged and tried
// again: nothing of it is worth stopping a console for.
func (n *Notifier) Run(ctx context.Context) {
	var group sync.WaitGroup
	start := func(every time.Duration, do func(context.Context) (bool, error)) {
		group.Go(func() { n.loop(ctx, every, do) })
	}
	start(collectEvery, n.Collect)
	start(deliverEvery, n.deliverAnswering)
	for range n.Senders - 1 {
		start(deliverEvery, n.Deliver)
	}
	if n.Mailer != nil {
		start(mailEvery, n.Mail)
	}
	group.Wait()
}

// loop calls do until the context ends: again at once while there is more, else after a while.
func (n *Notifier) loop(ctx context.Context, every time.Duration, do func(context.Context) (more bool, err error)) {
	timer := time.NewTimer(every)
	defer timer.Stop()
	for ctx.Err() == nil {
		more, err := do(ctx)
		if err != nil && ctx.Err() == nil {
			n.Log.Error("notifier", "error", err)
		}
		if more && err == nil {
			continue
		}
		timer.Reset(every)
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
	}
}

// WithoutAddress counts the recipients that no mail address was known of, since the start.
func (n *Notifier) WithoutAddress() int64 { return n.withoutMail.Load() }

// outgoing is the context of one attempt: it ends after a timeout, or soon after the console is told to stop.
func outgoing(ctx context.Context, timeout time.Duration) (context.Context, context.CancelFunc) {
	attempt, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
	unhook := context.AfterFunc(ctx, func() {
		select {
		case <-attempt.Done():
		case <-time.After(stopping):
			cancel()
		}
	})
	return attempt, func() { unhook(); cancel() }
}

// record writes a result down, also when the console is told to stop meanwhile.
func record(ctx context.Context, write func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recording)
	defer cancel()
	return write(ctx)
}

// jittered is a time give or take a tenth, so that what failed together does not come back together.
func jittered(d time.Duration) time.Duration {
	return d + time.Duration((rand.Float64()-0.5)*0.2*float64(d))
}

// doubled is the n-th wait (from 0) that doubles from a first to a longest.
func doubled(n int, first, longest time.Duration) time.Duration {
	if n >= 16 {
		return longest
	}
	return min(first<<n, longest)
}

func newFence() string { return orders.NewID() }
