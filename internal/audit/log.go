package audit

import (
	"context"
	"time"
)

// Log is the audit log as its readers see it.
type Log interface {
	// Audit lists entries, newest first.
	Audit(ctx context.Context, filter Filter) (Page, error)
	// AuditEntry returns one entry that the scope sees.
	AuditEntry(ctx context.Context, scope Scope, seq int64) (Entry, error)
	// Timeline lists what happened to an object ("order:<id>"), oldest first: the newest limit entries.
	Timeline(ctx context.Context, object string, limit int) ([]Entry, error)
	// Record appends an entry about something that changed nothing in the database.
	Record(ctx context.Context, entry Entry) error
}

// Scope is whose entries somebody sees: all, or those of one team (auth.Scope).
type Scope interface {
	All() bool
	Team() string
}

// Filter narrows a list of entries.
type Filter struct {
	// Scope is whose entries: nil lists none.
	Scope                       Scope
	Actor, Action, Object, Door string
	// Text matches the beginning of an actor, an action or an object; of an object's ID from eight characters on.
	Text string
	// From and Until bound the time: From included, Until not.
	From, Until time.Time
	// Before lists only entries older than the one of this number, After only newer ones; 0 is none. At most one is
	// set.
	Before, After int64
	// Limit is how many at most, 1 to 200; 0 is 50.
	Limit int
}

// Page is a page of entries, newest first.
type Page struct {
	Items []Entry
	// Older goes into Before and Newer into After for the next page in either direction; 0 where the list ends.
	Older, Newer int64
}
