package orders

import (
	"context"
	"errors"
	"slices"
	"time"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders/field"
)

// RunState is how a request of several calls goes on.
type RunState string

// The states of a run. Running and paused turn into each other; a stopped one stays so.
const (
	RunRunning RunState = "running"
	RunPaused  RunState = "paused"
	RunStopped RunState = "stopped"
)

// Run is how a request of several calls goes on: one call after the other, in the order of their positions. While it is
// paused, and once it is stopped, no further call is sent.
type Run struct {
	// RequestID is its first order's ID.
	RequestID string
	State     RunState
	// Actor made it so; the console's own name when a call in doubt has paused it, or was settled.
	Actor string
	// Doubt is the call in doubt that it was paused for; "" when somebody paused it. It goes on by itself once that call is
	// settled.
	Doubt string
	// ChangedAt is when.
	ChangedAt time.Time
}

// Steering is a step in a run. ErrStale unless the run is in one of From. Stopping withdraws the calls that are queued.
type Steering struct {
	RequestID string
	From      []RunState
	To        RunState
	Actor     string
	Now       time.Time
	Entry     audit.Entry
}

// RunBook keeps the runs.
type RunBook interface {
	// Run returns that of a request; ErrNotFound for a request of one call.
	Run(ctx context.Context, requestID string) (Run, error)
	// Steer takes a run on. The order that the entry is about is the request's first.
	Steer(ctx context.Context, steering Steering) error

	// Aims are what an order was to change of its targets, in their order; nil when that was not written down.
	Aims(ctx context.Context, orderID string) ([]Aim, error)
	// FatesDue lists placed orders of which it is to be found out which desktops failed: at most limit, behind a cursor, oldest first.
	FatesDue(ctx context.Context, after Cursor, limit int) ([]Order, error)
	// TellFates writes down what became of an order's targets, in their order; nil: that it cannot be found out. ErrStale when
	// it was not due any more.
	TellFates(ctx context.Context, orderID string, fates []Fate, entry audit.Entry) error
}

// Progress is a request with all that its page shows.
type Progress struct {
	Run
	// Orders are its calls, in their order.
	Orders []Order
	// Results are one for each desktop, in the order in which they were asked for.
	Results []Result
	// MaySteer tells that who asks may pause, resume and stop it.
	MaySteer bool
}

// Moving tells that the page of the request can still change by itself.
func (p Progress) Moving() bool {
	return slices.ContainsFunc(p.Orders, func(o Order) bool { return o.Moving() || o.FatesDue })
}

// Waiting counts the calls that were not sent yet.
func (p Progress) Waiting() int {
	n := 0
	for _, o := range p.Orders {
		if o.State == StateQueued || o.State == StateAwaitingApproval {
			n++
		}
	}
	return n
}

// Progress returns a request by the ID of its first order. One of a single call runs until that is withdrawn.
func (s *Service) Progress(ctx context.Context, who auth.Who, id string) (Progress, error) {
	first, err := s.Order(ctx, who, id)
	if err != nil {
		return Progress{}, err
	}
	if first.RequestID != first.ID {
		return Progress{}, notFound()
	}
	run, err := s.Journal.Run(ctx, first.ID)
	if errors.Is(err, ErrNotFound) {
		run, err = Run{RequestID: first.ID, State: RunRunning, Actor: first.Actor, ChangedAt: first.CreatedAt}, nil
	}
	if err != nil {
		return Progress{}, told(err)
	}
	list, err := s.Journal.RequestOrders(ctx, first.ID)
	if err != nil {
		return Progress{}, told(err)
	}
	// orders that repeat it and keep its approval are not calls of it
	list = slices.DeleteFunc(list, func(o Order) bool { return o.ID != first.ID && o.Calls < 2 })
	p := Progress{Run: run, Orders: list, MaySteer: s.mayWithdraw(who, first.Actor, "")}
	for _, o := range list {
		p.Results = append(p.Results, ResultsOf(o)...)
	}
	if slices.ContainsFunc(p.Results, func(r Result) bool { return r.Failed() || r.Unsent() }) {
		ids := make([]string, len(list))
		for i, o := range list {
			ids[i] = o.ID
		}
		repeats, err := s.Journal.Repeats(ctx, ids)
		if err != nil {
			return Progress{}, told(err)
		}
		orderedAgain(p.Results, repeats)
	}
	return p, nil
}

// Pause keeps the calls of a request that were not sent yet from being sent. A call that is on its way is not stopped.
func (s *Service) Pause(ctx context.Context, who auth.Who, id string) error {
	return s.steer(ctx, who, id, "request.paused", RunPaused, RunRunning)
}

// Resume lets a paused request go on.
func (s *Service) Resume(ctx context.Context, who auth.Who, id string) error {
	return s.steer(ctx, who, id, "request.resumed", RunRunning, RunPaused)
}

// Stop withdraws the calls of a request that were not sent yet, for good. One that waits for approval is withdrawn, and one
// that is approved at that moment is stopped all the same: never one call of it alone.
func (s *Service) Stop(ctx context.Context, who auth.Who, id string) error {
	for try := 1; ; try++ {
		first, err := s.Order(ctx, who, id)
		switch {
		case err != nil:
			return err
		case first.Calls < 2:
			return s.Withdraw(ctx, who, id)
		case first.State != StateAwaitingApproval:
			return s.steer(ctx, who, id, "request.stopped", RunStopped, RunRunning, RunPaused)
		}
		if err = s.withdraw(ctx, who, first); !errors.Is(err, ErrStale) || try == decideTries {
			return told(err)
		}
	}
}

func (s *Service) steer(ctx context.Context, who auth.Who, id, action string, to RunState, from ...RunState) error {
	first, err := s.Order(ctx, who, id)
	if err != nil {
		return err
	}
	if !s.mayWithdraw(who, first.Actor, "") {
		return forbidden()
	}
	entry, err := s.entry(who, action, first.ID, nil)
	if err != nil {
		return err
	}
	entry.Team = first.Team
	err = s.Journal.Steer(ctx, Steering{RequestID: first.ID, From: from, To: to, Actor: who.Name, Now: s.Now(), Entry: entry})
	if errors.Is(err, ErrStale) {
		return &Error{Code: CodeConflict, Message: field.Say("error.run_changed"), OrderID: first.ID, Err: err}
	}
	return told(err)
}
