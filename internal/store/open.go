// Package store keeps the console's data in a database: the journal of orders, the audit log, sessions, keys and the
// cached inventory. It is the only package that speaks SQL about them: one text for SQLite and PostgreSQL, with $1
// placeholders and no dialect's sugar. It stands on orders and the leaves and is imported by cmd alone.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// Config says where the data are.
type Config struct {
	// Path is the SQLite file. Its folder is made when it is missing, for its owner alone.
	Path string
	// Now is the clock; nil is the system's.
	Now func() time.Time
}

// Store is an open database. Its methods may be called by many goroutines at once; writes queue at one connection,
// reads go beside them on others and see what was committed before they began.
type Store struct {
	path   string
	now    func() time.Time
	writer *sql.DB
	reader *sql.DB
	pulse  atomic.Pointer[beat]
	kept   atomic.Pointer[catalogue] // the catalogue as last read
	book   atomic.Pointer[teamBook]  // the teams as last read
}

const (
	readers = 4
	// settings of every connection. FULL makes a commit survive a power cut; a write begins with the lock, so that it
	// never has to be given up half way; double quotes are names, never texts.
	common = "_busy_timeout=5000&_journal_mode=WAL&_synchronous=FULL&_foreign_keys=1&_dqs=0&_time_integer_format=unix_micro"
)

// Open opens the database and brings it up to date. Several processes may have the same file open.
func Open(ctx context.Context, config Config) (*Store, error) {
	if config.Now == nil {
		config.Now = time.Now
	}
	path, err := filepath.Abs(config.Path)
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", config.Path, err)
	}
	if err := makePrivate(path); err != nil {
		return nil, fmt.Errorf("database %s: %w", path, err)
	}
	s := &Store{path: path, now: config.Now}
	if err := s.connect(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("database %s: %w", path, err), s.Close())
	}
	return s, nil
}

func (s *Store) connect(ctx context.Context) (err error) {
	if s.writer, err = s.pool("&_txlock=immediate", 1); err != nil {
		return err
	}
	if err := migrate(ctx, s.writer); err != nil {
		return err
	}
	if s.reader, err = s.pool("&_query_only=1", readers); err != nil {
		return err
	}
	s.pulse.Store(&beat{changed: make(chan struct{})})
	return s.Refresh(ctx)
}

// pool opens a pool of connections to the file.
func (s *Store) pool(settings string, size int) (*sql.DB, error) {
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: s.path}).EscapedPath()+"?"+common+settings)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(size)
	db.SetMaxIdleConns(size)
	return db, nil
}

// makePrivate makes the folder and the file so that only their owner can read them. SQLite gives the files that it
// puts beside it the same mode. A folder that is there already is left as it is.
func makePrivate(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) // #nosec G304 -- the path is the operator's own
	if err != nil {
		return err
	}
	return errors.Join(file.Chmod(0o600), file.Close())
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

// Ready tells whether the database can be written: the lock can be had and the file takes a change, which is taken
// back.
func (s *Store) Ready(ctx context.Context) error {
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("database: %w", err)
	}
	_, err = tx.ExecContext(ctx, `UPDATE head SET version = version WHERE id = 1`)
	if err = errors.Join(err, tx.Rollback()); err != nil {
		return fmt.Errorf("database: %w", err)
	}
	return nil
}

// Backup writes a consistent copy of the database to a new file, readable by its owner alone. It goes on beside reads
// and writes. fs.ErrExist when the file is there.
func (s *Store) Backup(ctx context.Context, path string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // #nosec G304 -- the path is the operator's own
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if err := file.Close(); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	// a connection of its own: the readers may not write anywhere, and the writer is not to be kept waiting
	db, err := s.pool("", 1)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	_, err = db.ExecContext(ctx, `VACUUM INTO $1`, path) // takes an empty file
	if err = errors.Join(err, db.Close()); err != nil {
		return errors.Join(fmt.Errorf("backup: %w", err), os.Remove(path))
	}
	return nil
}
