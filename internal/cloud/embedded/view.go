package embedded

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/shopspring/decimal"

	"workspace-order-console/internal/cloud"
)

// view is the cloud as one transaction sees it, at one moment. It lives no longer than the call that made it, hence
// the context in it.
type view struct {
	ctx   context.Context
	tx    *sql.Tx
	cloud *Cloud
	now   time.Time
	// factor is read when a price is asked for the first time.
	factor *decimal.Decimal
}

// write runs what changes something, after what has become due was brought about.
func (c *Cloud) write(ctx context.Context, do func(*view) error) error {
	for {
		more, err := c.writeOnce(ctx, do)
		if err != nil || !more {
			return err
		}
	}
}

// writeOnce is one transaction of write. When very much is due it brings about a part of it, and tells that there is
// more, so that no caller's patience is needed for all of it at once.
func (c *Cloud) writeOnce(ctx context.Context, do func(*view) error) (more bool, err error) {
	tx, err := c.writer.BeginTx(ctx, nil)
	if err != nil {
		return false, err
	}
	defer tx.Rollback() // after a commit there is nothing to undo
	v := &view{ctx: ctx, tx: tx, cloud: c, now: c.now()}
	if more, err = v.advance(); err != nil {
		return false, err
	}
	if !more {
		if err := do(v); err != nil {
			return false, err
		}
	}
	next, err := v.nextDue()
	if err != nil {
		return false, err
	}
	if err := tx.Commit(); err != nil {
		return false, err
	}
	c.dueAt(next, v.now)
	return more, nil
}

// dueAt remembers the next moment at which something becomes due.
func (c *Cloud) dueAt(next int64, now time.Time) {
	// The next writer may be faster here than this one; its moment must not be overwritten by an older one. A moment
	// too early costs a look and no more; so the earlier one stays.
	for {
		known := c.due.Load()
		if known > now.UnixMicro() && known <= next || c.due.CompareAndSwap(known, next) {
			return
		}
	}
}

// read runs what only looks, on one state of the file.
func (c *Cloud) read(ctx context.Context, do func(*view) error) error {
	now := c.now()
	if c.due.Load() <= now.UnixMicro() {
		if err := c.write(ctx, func(*view) error { return nil }); err != nil {
			return err
		}
	}
	tx, err := c.reader.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer tx.Rollback() // nothing was written
	return do(&view{ctx: ctx, tx: tx, cloud: c, now: now})
}

// nextDue is the next moment at which something becomes due.
func (v *view) nextDue() (int64, error) {
	var next sql.NullInt64
	err := v.tx.QueryRowContext(v.ctx, `SELECT min(due_at) FROM orders WHERE due_at IS NOT NULL`).Scan(&next)
	if err != nil || !next.Valid {
		return math.MaxInt64, err
	}
	return next.Int64, nil
}

func (v *view) exec(query string, args ...any) error {
	_, err := v.tx.ExecContext(v.ctx, query, args...)
	return err
}

func (v *view) setting(name string) (value string, known bool, err error) {
	err = v.tx.QueryRowContext(v.ctx, `SELECT value FROM settings WHERE name = $1`, name).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	return value, err == nil, err
}

func (v *view) set(name, value string) error {
	return v.exec(`INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value)
}

// Classes of objects.
const (
	classDesktop   = "desktop"
	classPool      = "pool"
	classUser      = "user"
	classHost      = "host"
	classBandwidth = "bandwidth"
	classEIP       = "eip"
)

// find reads one object.
func find[T any](v *view, class, id string) (object T, known bool, err error) {
	return one[T](v, `SELECT doc FROM objects WHERE class = $1 AND id = $2`, class, id)
}

func one[T any](v *view, query string, args ...any) (object T, known bool, err error) {
	var doc string
	err = v.tx.QueryRowContext(v.ctx, query, args...).Scan(&doc)
	if errors.Is(err, sql.ErrNoRows) {
		return object, false, nil
	}
	if err != nil {
		return object, false, err
	}
	return object, true, json.Unmarshal([]byte(doc), &object)
}

// many reads the objects that a query finds.
func many[T any](v *view, query string, args ...any) ([]T, error) {
	rows, err := v.tx.QueryContext(v.ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	objects := []T{}
	for rows.Next() {
		var doc string
		if err := rows.Scan(&doc); err != nil {
			return nil, err
		}
		var object T
		if err := json.Unmarshal([]byte(doc), &object); err != nil {
			return nil, fmt.Errorf("stored document: %w", err)
		}
		objects = append(objects, object)
	}
	return objects, rows.Err()
}

// put stores an object, new or known. A new one goes to the end of the lists.
func (v *view) put(class, id, parent string, object any) error {
	doc, err := json.Marshal(object)
	if err != nil {
		return err
	}
	return v.exec(`INSERT INTO objects (class, id, parent, doc) VALUES ($1, $2, $3, $4)
		ON CONFLICT (class, id) DO UPDATE SET parent = excluded.parent, doc = excluded.doc`, class, id, parent, string(doc))
}

// desktop is a desktop with what the cloud knows of it beyond the wire.
type desktop struct {
	cloud.Desktop
	// PeriodicChanges: a pay-per-use desktop that takes periodic changes nevertheless.
	PeriodicChanges bool `json:"periodic_changes,omitempty"`
	// Lites is set on what counts as an exclusive lite.
	Lites *lites `json:"lites,omitempty"`
	Note  string `json:"note,omitempty"`
}

// lites is how many desktops an exclusive lite holds, and of which product.
type lites struct {
	ProductID string `json:"product_id"`
	Quantity  int    `json:"quantity"`
}

// pool is a pool with what the cloud knows of it beyond the wire.
type pool struct {
	cloud.Pool
	NamePolicyID string `json:"desktop_name_policy_id,omitempty"`
	Note         string `json:"note,omitempty"`
}

func (v *view) desktop(id string) (desktop, bool, error) { return find[desktop](v, classDesktop, id) }
func (v *view) pool(id string) (pool, bool, error)       { return find[pool](v, classPool, id) }

func (v *view) putDesktop(d desktop) error { return v.put(classDesktop, d.DesktopID, d.PoolID, d) }
func (v *view) putPool(p pool) error       { return v.put(classPool, p.ID, "", p) }

// desktopsOf lists a pool's desktops.
func (v *view) desktopsOf(poolID string) ([]desktop, error) {
	return many[desktop](v, `SELECT doc FROM objects WHERE class = $1 AND parent = $2 AND parent <> '' ORDER BY seq`, classDesktop, poolID)
}

// userNamed finds a user by name.
func (v *view) userNamed(name string) (cloud.User, bool, error) {
	return one[cloud.User](v, `SELECT doc FROM objects WHERE class = 'user' AND doc ->> 'user_name' = $1`, name)
}

// wireTime is a moment as the cloud writes it.
func wireTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }
