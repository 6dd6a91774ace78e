// Package store keeps the console's data in a database: the journal of orders, the audit log, sessions, keys and the
// cached inventory. It is the only package that speaks SQL about them: one text for SQLite and PostgreSQL, with $1
// placeholders and no dialect's sugar. What the two do each in its own way is a dialect (sqlite.go, postgres.go). It
// stands on orders and the leaves and is imported by cmd alone.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"time"

	"workspace-order-console/internal/auth"
)

// Config says where the data are.
type Config struct {
	// Path is the SQLite file. Its folder is made when it is missing, for its owner alone.
	Path string
	// URL is the address of a PostgreSQL database, postgres://…, to be used instead of a file. It may hold a password.
	URL auth.Secret
	// Now is the clock; nil is the system's.
	Now func() time.Time
}

// Store is an open database. Its methods may be called by many goroutines at once; writes queue, one after another over
// all processes that have the database open; reads go beside them and see what was committed before they began.
type Store struct {
	dialect
	now    func() time.Time
	writer *sql.DB
	reader *sql.DB
	pulse  atomic.Pointer[beat]
	kept   atomic.Pointer[catalogue] // the catalogue as last read
	book   atomic.Pointer[teamBook]  // the teams as last read
}

// dialect is what the databases do each in its own way.
type dialect interface {
	// String names the database in errors, without a secret.
	String() string
	// open brings the database up to date and opens its pools: who writes, and who only reads.
	open(ctx context.Context) (writer, reader *sql.DB, err error)
	// queue makes a write transaction wait until it is alone with what it is going to change.
	queue(ctx context.Context, tx *sql.Tx, behind row) error
	// snapshot are the options of a transaction that reads one state of the database.
	snapshot() *sql.TxOptions
	// again tells that a write transaction, which failed with one error and was taken back with the other (nil when it was,
	// or had not begun), has changed nothing and failed for no fault of its own: it can be run again.
	again(failed, undo error) bool
	// ready tells whether the database takes changes.
	ready(ctx context.Context, writer *sql.DB) error
	// backup writes a consistent copy to a new file.
	backup(ctx context.Context, path string) error
}

// UnfitError tells that a database was reached but is not set up as the console needs it, or is no address at all.
type UnfitError struct{ Reason string }

func (e *UnfitError) Error() string { return e.Reason }

const readers = 4

// Open opens the database and brings it up to date. Several processes may have it open. *UnfitError when it is not set up
// as it must be.
func Open(ctx context.Context, config Config) (*Store, error) {
	s := &Store{now: config.Now}
	if s.now == nil {
		s.now = time.Now
	}
	if config.URL != "" {
		parsed, err := parsePostgres(config.URL)
		if err != nil {
			return nil, err
		}
		s.dialect = parsed
	} else {
		path, err := filepath.Abs(config.Path)
		if err != nil {
			return nil, fmt.Errorf("database %s: %w", config.Path, err)
		}
		s.dialect = sqlite{path}
	}
	var err error
	s.writer, s.reader, err = s.open(ctx)
	if err == nil {
		s.pulse.Store(&beat{changed: make(chan struct{})})
		err = s.Refresh(ctx)
	}
	if err == nil {
		err = s.figureAll(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("database %s: %w", s.dialect, err), s.Close())
	}
	return s, nil
}

// Close closes the database. What is under way ends with an error.
func (s *Store) Close() error {
	var err error
	for _, db := range []*sql.DB{s.reader, s.writer} {
		if db != nil {
			err = errors.Join(err, db.Close())
		}
	}
	return err
}

// Ready tells whether the database can be written.
func (s *Store) Ready(ctx context.Context) error {
	if err := s.ready(ctx, s.writer); err != nil {
		return fmt.Errorf("database: %w", err)
	}
	return nil
}

// Backup writes a consistent copy of the database to a new file, readable by its owner alone. It goes on beside reads
// and writes. fs.ErrExist when the file is there; ErrNoBackup when that is not how this database is copied.
func (s *Store) Backup(ctx context.Context, path string) error {
	if err := s.backup(ctx, path); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return nil
}

// ErrNoBackup: the database has tools of its own for that.
var ErrNoBackup = errors.New("a PostgreSQL database is copied with pg_dump, which comes with it")
