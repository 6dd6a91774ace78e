package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"workspace-order-console/internal/seed"
	"workspace-order-console/internal/store"
	"workspace-order-console/internal/worker"
)

type seedCmd struct {
	Orders int    `default:"1000" help:"How many orders."`
	Audit  int    `default:"3000" help:"How many audit entries in all; the orders' own are never fewer than they need."`
	Days   int    `default:"180" help:"Over how many days."`
	Seed   uint64 `default:"1" help:"Another number makes another past."`
}

// maxSeed bounds what is made up in one go: it is held in memory.
const maxSeed = 1_000_000

// Run fills the database.
func (s seedCmd) Run(ctx context.Context, f *Flags, o *output) (err error) {
	if s.Orders < 0 || s.Audit < 0 || s.Days < 1 || s.Orders > maxSeed || s.Audit > maxSeed {
		return usageError{fmt.Errorf("--orders and --audit: 0 to %d; --days: at least 1", maxSeed)}
	}
	if err := f.checkCloud(); err != nil {
		return err
	}
	db, err := f.openPinned(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := f.fetchInventory(ctx, db); err != nil {
		return err
	}
	start := time.Now()
	if err := seed.Fill(ctx, db, seed.Options{Orders: s.Orders, Audit: s.Audit, Days: s.Days, Seed: s.Seed, ProjectID: f.ProjectID, Now: start}); err != nil {
		return err
	}
	_, err = fmt.Fprintf(o.out, "Made up %d orders and their history in %.1f s\n", s.Orders, time.Since(start).Seconds())
	return err
}

// fetchInventory fills the cached inventory of a database that has none yet, so that the orders are about something.
func (f *Flags) fetchInventory(ctx context.Context, db *store.Store) (err error) {
	refreshed, _, err := db.Age(ctx)
	if err != nil || !refreshed.IsZero() {
		return err
	}
	c, closeCloud, err := f.openCloud(ctx, f.logger(io.Discard))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeCloud()) }()
	_, err = worker.New(worker.Config{Cloud: c, Journal: db, Stock: db, Now: time.Now, CloudTimeout: f.CloudTimeout}).Refresh(ctx)
	return err
}

type backupCmd struct {
	File string `arg:"" help:"The file to write; it must not exist."`
}

// Run writes a consistent copy of the database, also while a console runs.
func (b backupCmd) Run(ctx context.Context, f *Flags, o *output) (err error) {
	db, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := db.Backup(ctx, b.File); errors.Is(err, store.ErrNoBackup) {
		return usageError{err}
	} else if err != nil {
		return err
	}
	_, err = fmt.Fprintln(o.out, "Wrote", b.File)
	return err
}
