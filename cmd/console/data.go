package main

import (
	"context"
	"fmt"
)

type seedCmd struct {
	Orders int `default:"1000" help:"How many orders."`
	Audit  int `default:"3000" help:"How many audit entries, at least as many as the orders have."`
}

type backupCmd struct {
	File string `arg:"" help:"The file to write; it must not exist."`
}

// Run writes a consistent copy of the database, also while a console runs.
func (b backupCmd) Run(ctx context.Context, f *Flags, o *output) error {
	db, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := db.Backup(ctx, b.File); err != nil {
		return err
	}
	_, err = fmt.Fprintln(o.out, "Wrote", b.File)
	return err
}
