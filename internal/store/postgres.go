package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"workspace-order-console/internal/auth"
)

// postgreSQL is a PostgreSQL database, which several consoles share (docs/adr/0012-postgresql.md).
type postgreSQL struct{ config *pgx.ConnConfig }

const (
	// writers is how many connections wait for their turn to write: one writes, the next stands behind it, and the
	// inventory has a queue of its own.
	writers = 4
	// connectWithin bounds the making of a connection.
	connectWithin = 10 * time.Second
	// connectionLife is how long a connection is used: after the database has moved to another machine, that is found soon.
	connectionLife = 5 * time.Minute

	// bounds end what takes too long: a statement, a wait for a lock, and the pause between the statements of a
	// transaction: a console that was stopped in the middle of one must not keep all others waiting.
	bounds = `SET lock_timeout = '15s'; SET idle_in_transaction_session_timeout = '15s';`
	// usual is for connections that do not migrate.
	usual = bounds + `SET statement_timeout = '30s';`
	// durable is for those who write: a commit that is told has to be on disk, and on the synchronous standby where there
	// is one. A claim that is lost after the order was sent would be sent again.
	durable = usual + `SELECT set_config('synchronous_commit', 'on', FALSE) WHERE current_setting('synchronous_commit') IN ('off', 'local');`
	// readOnly is for those who do not write.
	readOnly = usual + `SET default_transaction_read_only = on;`
)

// badURL says what an address has to look like, without repeating it: it may hold a password.
const badURL = "the database's address has to be of the form postgres://user:password@host:5432/name, with special characters of a password as %XX"

// parsePostgres reads an address. Its errors do not repeat it.
func parsePostgres(address auth.Secret) (postgreSQL, error) {
	text := address.Reveal()
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return postgreSQL{}, &UnfitError{badURL}
	}
	config, err := pgx.ParseConfig(text)
	if err != nil {
		// What is wrong with a parameter is worth knowing, as long as it does not repeat the password.
		password, _ := u.User.Password()
		if cause := errors.Unwrap(err); cause != nil && (password == "" || !strings.Contains(cause.Error(), password)) && u.Query().Get("password") == "" {
			return postgreSQL{}, &UnfitError{badURL + ": " + oneLine(cause)}
		}
		return postgreSQL{}, &UnfitError{badURL}
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectWithin
	}
	// a server that is gone without a word is noticed
	config.DialFunc = (&net.Dialer{KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3}}).DialContext
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "workspace-order-console"
	}
	return postgreSQL{config}, nil
}

func (d postgreSQL) String() string {
	return d.config.Database + " at " + net.JoinHostPort(d.config.Host, strconv.Itoa(int(d.config.Port)))
}

// oneLine is an error's text in one line.
func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }

// toldInOneLine is an error whose text was in several lines.
type toldInOneLine struct{ error }

func (e toldInOneLine) Error() string { return oneLine(e.error) }
func (e toldInOneLine) Unwrap() error { return e.error }

func (d postgreSQL) open(ctx context.Context) (writer, reader *sql.DB, err error) {
	if err := d.prepare(ctx); err != nil {
		return nil, nil, toldInOneLine{err}
	}
	return d.pool(durable, writers), d.pool(readOnly, readers), nil
}

// prepare holds the database against what the console needs, and brings it up to date.
func (d postgreSQL) prepare(ctx context.Context) error {
	db := d.pool(bounds, 1)
	err := fit(ctx, db)
	if err == nil {
		err = d.migrate(ctx, db)
	}
	return errors.Join(err, db.Close())
}

// migrate brings the database up to date; of several consoles at once, one does it and the others wait.
func (d postgreSQL) migrate(ctx context.Context, db *sql.DB) error {
	// looked for every second, for five minutes
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
	if err != nil {
		return err
	}
	return migrate(ctx, db, goose.DialectPostgres, "postgres", goose.WithSessionLocker(locker))
}

// pool opens a pool of connections, each with some settings.
func (d postgreSQL) pool(settings string, size int) *sql.DB {
	connector := stdlib.GetConnector(*d.config, stdlib.OptionAfterConnect(func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.PgConn().Exec(ctx, settings).ReadAll()
		if err != nil {
			err = errors.Join(err, conn.Close(ctx))
		}
		return err
	}))
	db := sql.OpenDB(cleanConnector{connector})
	db.SetMaxOpenConns(size)
	db.SetMaxIdleConns(size)
	db.SetConnMaxLifetime(connectionLife)
	return db
}

// fit tells whether a database is as the console needs it. Lists are paged and beginnings of names are found by comparing
// texts, which has to give the same order as in SQLite and in Go: that of the bytes.
func fit(ctx context.Context, db *sql.DB) error {
	var encoding, collation string
	err := db.QueryRowContext(ctx, `SELECT current_setting('server_encoding'), datcollate FROM pg_database WHERE datname = current_database()`).
		Scan(&encoding, &collation)
	if err != nil {
		return err
	}
	const create = `make it with CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'`
	if encoding != "UTF8" {
		return &UnfitError{fmt.Sprintf("the database's encoding is %s and has to be UTF8: %s", encoding, create)}
	}
	var byBytes bool
	// capitals before small letters; signs count; accents come last; beyond the first 65,536 characters is the end
	err = db.QueryRowContext(ctx, `SELECT 'B' < 'a' AND 'a-c' < 'ab' AND 'a B' < 'aA' AND 'zz' < chr(233) AND chr(65374) < chr(128512)`).Scan(&byBytes)
	if err != nil {
		return err
	}
	if !byBytes {
		return &UnfitError{fmt.Sprintf("the database sorts texts by the collation %s and has to sort them by their bytes (C): %s", collation, create)}
	}
	return nil
}

// queue takes a row for the transaction, before anything is read. What it reads from then on is what the one before it
// has committed: READ COMMITTED looks anew with every statement.
func (postgreSQL) queue(ctx context.Context, tx *sql.Tx, behind row) error {
	_, err := tx.ExecContext(ctx, `SELECT 1 FROM `+string(behind)+` WHERE id = 1 FOR UPDATE`)
	return err
}

func (postgreSQL) snapshot() *sql.TxOptions {
	return &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
}

// The conditions, by SQLSTATE, under which a transaction is run again: it was chosen to give way to another, or the
// server was stopped, is starting or has no connection left.
var passing = map[string]bool{"40001": true, "40P01": true, "57P01": true, "57P02": true, "57P03": true, "53300": true}

// again: the server asked for it, or the connection was lost before the commit.
func (postgreSQL) again(failed, undo error) bool {
	var said *pgconn.PgError
	if errors.As(failed, &said) && passing[said.Code] {
		return true
	}
	var unreached *pgconn.ConnectError
	return undo != nil && !errors.Is(undo, sql.ErrTxDone) || errors.Is(failed, driver.ErrBadConn) || errors.As(failed, &unreached) && said == nil
}

// ready: a standby, or a database that only reads, refuses a statement that would write even when no row is met. No lock
// is waited for, or one console that holds it long would make all look broken.
func (postgreSQL) ready(ctx context.Context, writer *sql.DB) error {
	_, err := writer.ExecContext(ctx, `UPDATE head SET version = version WHERE FALSE`)
	if err != nil {
		return toldInOneLine{err}
	}
	return nil
}

func (postgreSQL) backup(context.Context, string) error { return ErrNoBackup }
