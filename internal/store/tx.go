package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// tx is a write transaction.
type tx struct {
	*sql.Tx
	ctx   context.Context
	store *Store
	// prepared are the statements of a transaction that runs the same ones many times; nil elsewhere.
	prepared map[string]*sql.Stmt
	// version is the head's number once this transaction has taken one, before that 0.
	version int64
}

// row is a table whose one row (id = 1) writers queue at.
type row string

const (
	// headRow is the one behind which everything is written but the inventory.
	headRow row = "head"
	// inventoryRow keeps a long refresh of the inventory out of the way of orders, where the database can keep them apart.
	// Who is behind headRow and changes desktops, pools or the catalogue updates this row first, and never the other way round.
	inventoryRow row = "inventory_state"
)

// againFor bounds how long a write is tried again when the database is away for a moment.
const againFor = 8 * time.Second

// write runs a function in a write transaction, which is committed unless the function fails. Readers of the head are
// told after the commit. No other transaction of this kind runs at the same time, in any process. The function must have
// no effect outside: when the database asks for it, or goes away before the commit, it is run again.
func (s *Store) write(ctx context.Context, do func(*tx) error) error {
	return s.writeBehind(ctx, headRow, do)
}

// writeBehind is write for those who queue at a certain row.
func (s *Store) writeBehind(ctx context.Context, behind row, do func(*tx) error) error {
	until := time.Now().Add(againFor)
	for wait := 50 * time.Millisecond; ; wait *= 2 {
		again, err := s.tryWrite(ctx, behind, do)
		if !again || ctx.Err() != nil || time.Now().Add(wait).After(until) {
			return err
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return err
		case <-timer.C:
		}
	}
}

// tryWrite runs a write transaction once. It tells when it failed without a change and may be run again.
func (s *Store) tryWrite(ctx context.Context, behind row, do func(*tx) error) (again bool, err error) {
	begun, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return s.again(err, nil), fmt.Errorf("begin: %w", err)
	}
	t := &tx{Tx: begun, ctx: ctx, store: s}
	if err = s.queue(ctx, begun, behind); err != nil {
		err = fmt.Errorf("begin: %w", err)
	} else {
		err = do(t)
	}
	if err != nil {
		undo := begun.Rollback()
		again = s.again(err, undo)
		if undo != nil && !errors.Is(undo, sql.ErrTxDone) {
			err = errors.Join(err, undo)
		}
		return again, err
	}
	if err := begun.Commit(); err != nil {
		return false, fmt.Errorf("commit: %w", err) // it may have been done all the same
	}
	s.raise(t.version)
	return false, nil
}

// read runs a function on one state of the database, however many queries it makes.
func (s *Store) read(ctx context.Context, do func(*sql.Tx) error) error {
	begun, err := s.reader.BeginTx(ctx, s.snapshot())
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	err = do(begun)
	if undo := begun.Rollback(); undo != nil && !errors.Is(undo, sql.ErrTxDone) {
		err = errors.Join(err, undo)
	}
	return err
}

// exec runs a statement and tells how many rows it touched.
func (t *tx) exec(query string, args ...any) (int64, error) {
	var result sql.Result
	stmt, err := t.statement(query)
	switch {
	case err != nil:
	case stmt != nil:
		result, err = stmt.ExecContext(t.ctx, args...)
	default:
		result, err = t.ExecContext(t.ctx, query, args...)
	}
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// one runs a statement that returns one row of one column.
func (t *tx) one(query string, to any, args ...any) error {
	stmt, err := t.statement(query)
	if err != nil {
		return err
	}
	if stmt != nil {
		return stmt.QueryRowContext(t.ctx, args...).Scan(to)
	}
	return t.QueryRowContext(t.ctx, query, args...).Scan(to)
}

// bulk makes the transaction keep its statements, for as long as it lasts.
func (t *tx) bulk() { t.prepared = map[string]*sql.Stmt{} }

// statement is a kept statement; nil when the transaction keeps none.
func (t *tx) statement(query string) (*sql.Stmt, error) {
	if t.prepared == nil {
		return nil, nil
	}
	stmt, kept := t.prepared[query]
	if !kept {
		var err error
		if stmt, err = t.PrepareContext(t.ctx, query); err != nil {
			return nil, err
		}
		t.prepared[query] = stmt
	}
	return stmt, nil
}

// head takes the next number of the head, once in a transaction. Its row is what all writers of orders queue at: what
// is decided after it was taken cannot be overtaken by another transaction, on any database.
func (t *tx) head() (int64, error) {
	if t.version > 0 {
		return t.version, nil
	}
	err := t.one(`UPDATE head SET version = version + 1 WHERE id = 1 RETURNING version`, &t.version)
	if err != nil {
		return 0, fmt.Errorf("head: %w", err)
	}
	return t.version, nil
}

// querier is what reads: a pool or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// scanner is a row to be scanned.
type scanner interface{ Scan(dest ...any) error }

// list runs a query and scans every row.
func list[T any](ctx context.Context, q querier, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	var all []T
	for rows.Next() {
		item, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, item)
	}
	return all, rows.Err()
}

// column scans a row of one column.
func column[T any](row scanner) (value T, err error) {
	err = row.Scan(&value)
	return value, err
}

// arguments collects the arguments of a query that is put together from parts.
type arguments []any

// add appends an argument and returns its placeholder.
func (a *arguments) add(value any) string {
	*a = append(*a, value)
	return "$" + strconv.Itoa(len(*a))
}

// in appends arguments and returns their placeholders as the list of an IN.
func in[T any](a *arguments, values []T) string {
	marks := make([]string, len(values))
	for i, value := range values {
		marks[i] = a.add(value)
	}
	return "(" + strings.Join(marks, ", ") + ")"
}

// beyond is above every character that a text can go on with: a text starts with p exactly when p <= text < p+beyond,
// which an index finds. PostgreSQL compares so in the collation "C", which its database is made with.
const beyond = "\U0010FFFF"

// startsWith is the condition that a column starts with a text.
func startsWith(a *arguments, column, prefix string) string {
	return column + " >= " + a.add(prefix) + " AND " + column + " < " + a.add(prefix+beyond)
}
