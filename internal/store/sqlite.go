package store

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

// sqlite is a database in a file. It has one writer at a time, which holds the lock from the beginning of its
// transaction on.
type sqlite struct{ path string }

// settings of every connection. FULL makes a commit survive a power cut; a write begins with the lock, so that it
// never has to be given up half way; double quotes are names, never texts.
const common = "_busy_timeout=5000&_journal_mode=WAL&_synchronous=FULL&_foreign_keys=1&_dqs=0&_time_integer_format=unix_micro"

func (d sqlite) String() string { return d.path }

func (d sqlite) open(ctx context.Context) (writer, reader *sql.DB, err error) {
	if err := makePrivate(d.path); err != nil {
		return nil, nil, err
	}
	if writer, err = d.pool("&_txlock=immediate", 1); err != nil {
		return nil, nil, err
	}
	if err := migrate(ctx, writer, goose.DialectSQLite3, "sqlite"); err != nil {
		return writer, nil, err
	}
	reader, err = d.pool("&_query_only=1", readers)
	return writer, reader, err
}

// pool opens a pool of connections to the file.
func (d sqlite) pool(settings string, size int) (*sql.DB, error) {
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: d.path}).EscapedPath()+"?"+common+settings)
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

// queue: BEGIN has the one lock already.
func (sqlite) queue(context.Context, *sql.Tx, row) error { return nil }

// snapshot: every transaction reads one state.
func (sqlite) snapshot() *sql.TxOptions { return nil }

// again: who has the lock cannot be made to give up.
func (sqlite) again(error, error) bool { return false }

// ready has the lock and lets the file take a change, which is taken back.
func (sqlite) ready(ctx context.Context, writer *sql.DB) error {
	tx, err := writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE head SET version = version WHERE id = 1`)
	return errors.Join(err, tx.Rollback())
}

func (d sqlite) backup(ctx context.Context, path string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // #nosec G304 -- the path is the operator's own
	if err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	// a connection of its own: the readers may not write anywhere, and the writer is not to be kept waiting
	db, err := d.pool("", 1)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, `VACUUM INTO $1`, path) // takes an empty file
	if err = errors.Join(err, db.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}
