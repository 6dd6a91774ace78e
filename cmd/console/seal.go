package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/store"
)

// sealName is what the database's check of the sealing key is sealed for, and sealWord what it says.
const sealName, sealWord = "seal.key", "this is the key"

// sealer encrypts secrets with a key that lies in the data folder, not in the database. The first who needs the key makes
// it; whoever comes later to the same database must have the same one, for what one console seals another has to open.
func (f *Flags) sealer(ctx context.Context, db *store.Store) (*auth.Sealer, error) {
	check, err := db.SealCheck(ctx, "")
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(f.sealPath()); errors.Is(err, fs.ErrNotExist) && check != "" {
		return nil, usageError{fmt.Errorf("%s is missing, and secrets in this database are sealed with it: %s", f.sealPath(), wayBack)}
	}
	sealer, err := f.readSealer()
	if err != nil {
		return nil, err
	}
	if check == "" {
		// Two may be first at once: the check is that of one of them.
		if check, err = db.SealCheck(ctx, sealer.Seal(sealName, sealWord)); err != nil {
			return nil, err
		}
	}
	if word, err := sealer.Open(sealName, check); err != nil || word != sealWord {
		return nil, usageError{fmt.Errorf("%s is not the key that secrets in this database are sealed with: %s", f.sealPath(), wayBack)}
	}
	return sealer, nil
}

const wayBack = "copy the seal.key of another console of this database, or of the data folder it had before, to this place; if it is lost for good, run “console key reseal”"

func (f *Flags) sealPath() string { return filepath.Join(f.Data, "seal.key") }

// readSealer reads the key, and makes one when there is none.
func (f *Flags) readSealer() (*auth.Sealer, error) {
	if err := os.MkdirAll(f.Data, 0o700); err != nil {
		return nil, err
	}
	// Two may be first at once: who links the file first has made it, the other reads it.
	fresh, err := os.CreateTemp(f.Data, "seal-*")
	if err != nil {
		return nil, err
	}
	defer os.Remove(fresh.Name()) //nolint:errcheck // a temporary file
	_, err = fresh.Write(auth.NewSealKey())
	if err := errors.Join(err, fresh.Sync(), fresh.Close()); err != nil {
		return nil, err
	}
	if err := os.Link(fresh.Name(), f.sealPath()); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	key, err := os.ReadFile(f.sealPath())
	if err != nil {
		return nil, err
	}
	sealer, err := auth.NewSealer(key)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.sealPath(), err)
	}
	return sealer, nil
}

type keyResealCmd struct{}

// Run takes the present key in the place of one that is lost.
func (keyResealCmd) Run(ctx context.Context, f *Flags, o *output) (err error) {
	sealer, err := f.readSealer()
	if err != nil {
		return err
	}
	db, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	revoked, disabled, err := db.ReplaceSeal(ctx, sealer.Seal(sealName, sealWord), operator)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(o.out, "%s is the key now. Because only the lost one opens their secrets: API keys revoked %d, webhooks disabled %d\n", f.sealPath(), revoked, disabled)
	return err
}
