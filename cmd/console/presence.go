package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"workspace-order-console/internal/store"
)

// part is a console's part among those that share its database.
type part struct {
	// alone tells that no other console lives.
	alone bool
	// share lets others in, once what was left behind is recovered; leave ends the part.
	share, leave func() error
	// gone tells that the console of a name has ended.
	gone func(name string) (bool, error)
}

// join takes part under a name: by locks on files, or for a database that consoles of several machines share, by locks of
// its own.
func (f *Flags) join(ctx context.Context, db *store.Store, name string, log *slog.Logger) (part, error) {
	if f.Database != "" {
		p, err := db.Join(ctx, name, log)
		if err != nil {
			return part{}, err
		}
		return part{alone: p.Alone, share: p.Share, leave: p.Leave, gone: p.Gone}, nil
	}
	p, err := join(ctx, f.Data)
	if err != nil {
		return part{}, err
	}
	r, err := enrol(f.Data, name)
	if err != nil {
		return part{}, errors.Join(err, p.leave())
	}
	leave := func() error { return errors.Join(r.leave(), p.leave()) }
	return part{alone: p.alone, share: p.share, leave: leave, gone: r.gone}, nil
}

// presence tells consoles of one data folder of each other, by a lock on a file that the system lets go of when a process
// ends, however it ends. Who starts alone holds it alone until it has recovered what an earlier process left behind;
// everybody else waits for that, and then all share it.
type presence struct {
	file *os.File
	// alone tells that no other console lives.
	alone bool
}

// joinEvery is how often a console that waits for another's recovery looks again.
const joinEvery = 50 * time.Millisecond

// join takes part in a data folder.
func join(ctx context.Context, dir string) (*presence, error) {
	file, err := os.OpenFile(filepath.Join(dir, "console.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	p := &presence{file: file}
	if p.alone, err = lockAlone(file); err != nil || p.alone {
		return p, err
	}
	ticker := time.NewTicker(joinEvery)
	defer ticker.Stop()
	for {
		if shared, err := lockShared(file); err != nil || shared {
			return p, err
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("another console does not finish its start: %w", ctx.Err())
		case <-ticker.C:
		}
	}
}

// share lets others in, once what was left behind is recovered. Where a lock cannot be shared it stays this console's.
func (p *presence) share() error {
	if !p.alone || !canShare {
		return nil
	}
	_, err := lockShared(p.file)
	return err
}

// leave ends the part.
func (p *presence) leave() error { return p.file.Close() }
