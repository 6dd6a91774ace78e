package store

import (
	"context"
	"fmt"
)

// beat is the head as this process knows it: its number, and a channel that is closed at the next one.
type beat struct {
	version int64
	changed chan struct{}
}

// Version is the head's number, out of memory, and a channel that is closed at the next change.
func (s *Store) Version() (version int64, changed <-chan struct{}) {
	now := s.pulse.Load()
	return now.version, now.changed
}

// raise tells everybody who waits that the head has reached a number.
func (s *Store) raise(version int64) {
	for {
		now := s.pulse.Load()
		if version <= now.version {
			return
		}
		if s.pulse.CompareAndSwap(now, &beat{version: version, changed: make(chan struct{})}) {
			close(now.changed)
			return
		}
	}
}

// Refresh reads the head's number from the database, for changes that other processes have made. A process that is
// alone with its database need not call it.
func (s *Store) Refresh(ctx context.Context) error {
	var version int64
	if err := s.reader.QueryRowContext(ctx, `SELECT version FROM head WHERE id = 1`).Scan(&version); err != nil {
		return fmt.Errorf("head: %w", err)
	}
	s.raise(version)
	return nil
}
