// Package embedded is a small whole cloud in process: a catalogue with prices, an inventory, orders with a life from
// unpaid to completed, and an account that pays for them. It keeps all of that in a file of its own, so that a console
// and its cloud can really disagree after a crash, and it starts with demo data.
//
// Its time goes on by due times that are stored, not by a ticker: whatever reads or writes first brings about what has
// become due. A cloud that was closed in the meantime is therefore where it would have been.
package embedded

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver

	"workspace-order-console/internal/cloud"
	"workspace-order-console/migrations"
)

// Config says where a cloud lives and how it behaves.
type Config struct {
	// Dir is the folder of cloud.db. It is made when missing; one process uses it at a time.
	Dir string
	// ProjectID and Region are those of a real cloud's project. A folder belongs to the ones it was made with.
	ProjectID, Region string
	// Speed is how long it takes from paid to completed. With 0 an order is completed at the next look.
	Speed time.Duration
	// UserName is who places orders, as the billing service tells it; "console" when empty.
	UserName string
	// Now is the clock; time.Now when nil.
	Now func() time.Time
	// Logger gets the cloud's own failures; none are written when nil.
	Logger *slog.Logger
	// Shuffle mixes a batch's answer, whose order the cloud does not promise; rand.Shuffle when nil.
	Shuffle func(n int, swap func(i, j int))
}

// Cloud is an open embedded cloud. Its methods may be called by many at once.
type Cloud struct {
	config    Config
	lock      *folderLock
	writer    *sql.DB // one connection: SQLite has one writer
	reader    *sql.DB
	catalogue *catalogue
	// due is the next moment (in microseconds) at which something stored becomes due. This process is the only one
	// that writes the file, so what it remembers is true.
	due atomic.Int64
}

var _ cloud.Cloud = (*Cloud)(nil)

// PaymentTime is how long an unpaid order waits before the cloud cancels it.
const PaymentTime = 24 * time.Hour

const dsnSettings = "_busy_timeout=5000&_journal_mode=WAL&_synchronous=FULL&_foreign_keys=1&_txlock=immediate&_dqs=0" +
	"&_time_integer_format=unix_micro"

// Open opens the cloud of a folder, and makes it with its demo data when it is not there.
func Open(ctx context.Context, config Config) (*Cloud, error) {
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	if config.Shuffle == nil {
		config.Shuffle = rand.Shuffle
	}
	if config.UserName == "" {
		config.UserName = "console"
	}
	if err := os.MkdirAll(config.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("embedded cloud: %w", err)
	}
	lock, err := lockFolder(config.Dir)
	if err != nil {
		return nil, err
	}
	c := &Cloud{config: config, lock: lock}
	c.due.Store(math.MinInt64) // the first look finds out
	if err := c.open(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("embedded cloud in %s: %w", config.Dir, err), c.Close())
	}
	return c, nil
}

func (c *Cloud) open(ctx context.Context) error {
	path := filepath.Join(c.config.Dir, "cloud.db")
	dsn := "file:" + (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath() + "?" + dsnSettings
	var err error
	if c.writer, err = sql.Open("sqlite", dsn); err != nil {
		return err
	}
	c.writer.SetMaxOpenConns(1)
	if c.reader, err = sql.Open("sqlite", dsn+"&_query_only=1"); err != nil {
		return err
	}
	c.reader.SetMaxOpenConns(4)
	if err := migrate(ctx, c.writer); err != nil {
		return err
	}
	tx, err := c.writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // after a commit there is nothing to undo
	v := &view{ctx: ctx, tx: tx, cloud: c, now: c.now()}
	if err := v.begin(); err != nil {
		return err
	}
	if c.catalogue, err = v.readCatalogue(); err != nil {
		return err
	}
	return tx.Commit()
}

func migrate(ctx context.Context, db *sql.DB) error {
	files, err := fs.Sub(migrations.Cloud, "cloud")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, files)
	if err != nil {
		return err
	}
	_, err = provider.Up(ctx)
	return err
}

// begin fills a new file with the demo data, and sees that an old one belongs to this project and region.
func (v *view) begin() error {
	project, known, err := v.setting("project")
	if err != nil {
		return err
	}
	config := v.cloud.config
	if !known {
		return v.loadDemo()
	}
	region, _, err := v.setting("region")
	if err != nil {
		return err
	}
	if project != config.ProjectID || region != config.Region {
		return fmt.Errorf("the folder belongs to project %q in %q, not to %q in %q", project, region, config.ProjectID, config.Region)
	}
	return nil
}

// Close lets go of the folder.
func (c *Cloud) Close() error {
	var errs []error
	for _, db := range []*sql.DB{c.reader, c.writer} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(append(errs, c.lock.release())...)
}

// now is the clock in the precision that the file keeps.
func (c *Cloud) now() time.Time { return c.config.Now().UTC().Truncate(time.Microsecond) }
