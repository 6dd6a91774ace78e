package store

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"path"

	"github.com/pressly/goose/v3"

	"workspace-order-console/migrations"
)

// migrate brings the database up to date. Two processes may do so at once: whichever is later finds a migration done
// by the other when it gets the lock, fails, and looks again.
func migrate(ctx context.Context, db *sql.DB, dialect goose.Dialect, folder string, options ...goose.ProviderOption) error {
	provider, err := migrator(db, dialect, folder, options...)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	// Each failure of that sort means one migration done, the table of versions or the last look.
	for range len(provider.ListSources()) + 2 {
		var pending bool
		if pending, err = provider.HasPending(ctx); err == nil && !pending {
			break
		}
		if err == nil {
			_, err = provider.Up(ctx)
		}
		if err == nil || ctx.Err() != nil {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	version, newest, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	if version > newest {
		return fmt.Errorf("the database was written by a newer console (its version is %d, this console knows %d)", version, newest)
	}
	return nil
}

// fillings put into what a dialect's own migration of a number has made what only Go can tell of the rows that are there.
var fillings = map[int64]func(context.Context, *sql.Tx) error{18: indexOrders}

// migrator puts the two folders together: the SQL that all dialects share, and the dialect's own.
func migrator(db *sql.DB, dialect goose.Dialect, folder string, options ...goose.ProviderOption) (*goose.Provider, error) {
	shared, err := fs.Sub(migrations.Console, "console")
	if err != nil {
		return nil, err
	}
	files, err := fs.Glob(shared, path.Join(folder, "*.sql"))
	if err != nil {
		return nil, err
	}
	var own []*goose.Migration
	for _, file := range files {
		version, err := goose.NumericComponent(path.Base(file))
		if err != nil {
			return nil, err
		}
		text, err := fs.ReadFile(shared, file)
		if err != nil {
			return nil, err
		}
		own = append(own, goose.NewGoMigration(version, &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
			if _, err := tx.ExecContext(ctx, string(text)); err != nil {
				return err
			}
			if fill := fillings[version]; fill != nil {
				return fill(ctx, tx)
			}
			return nil
		}}, nil))
	}
	options = append(options, goose.WithGoMigrations(own...), goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	return goose.NewProvider(dialect, db, shared, options...)
}
