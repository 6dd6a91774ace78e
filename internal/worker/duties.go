package worker

import (
	"context"
	"time"
)

// Duties keep the consoles of one database from doing the same work beside each other. Orders are claimed one by one;
// this is for the rest: who follows the cloud's orders, and what is done once in a while for all.
type Duties interface {
	// TakeDuty gives a duty to a holder for a time. It tells false when another has it.
	TakeDuty(ctx context.Context, name, holder string, now time.Time, hold time.Duration) (bool, error)
	// LayDown frees the duties of a holder; of everybody when it is empty.
	LayDown(ctx context.Context, holder string) error
}

// holdFollowing is how long the follower of the cloud's orders stays it: as much longer does it take until another
// follows them when it dies.
const holdFollowing = 10 * time.Second

// duty is something that one console does for all. It is this console's until a time.
type duty struct {
	name string
	hold time.Duration
	// stays tells that it is held on to, and done many times meanwhile; else it is done once and then due again.
	stays bool
	until time.Time
}

// mine takes the duty where it is free. The zero duty is everybody's.
func (d *duty) mine(ctx context.Context, w *Worker) (bool, error) {
	now := w.Now()
	if d.name == "" || w.Duties == nil || d.stays && now.Before(d.until) {
		return true, nil
	}
	taken, err := w.Duties.TakeDuty(ctx, d.name, w.Name, now, d.hold)
	if taken {
		// let go of here before others may take it
		d.until = now.Add(d.hold / 2)
	}
	return taken, err
}
