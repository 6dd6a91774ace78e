package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// Presence tells the consoles of one PostgreSQL database of each other, by an advisory lock that the server lets go of
// when their connection ends, however it ends. Who starts alone holds it alone until it has recovered what an earlier
// process left behind; everybody else waits for that, and then all share it. Each also has a lock under its own name,
// which tells the others that it lives.
type Presence struct {
	// Alone tells that no other console lived when this one came.
	Alone bool

	config *pgx.ConnConfig
	name   string
	now    func() time.Time
	log    *slog.Logger

	mu   sync.Mutex // guards what follows
	conn *pgx.Conn  // has the locks; nil while it is lost
	// free is since when the names of others were seen without a lock.
	free map[string]time.Time

	stop    context.CancelFunc
	stopped chan struct{}
}

const (
	// presenceLock is the advisory lock's number; such locks belong to one database.
	presenceLock = 7_265_114_902_311
	// joinEvery is how often a console that waits for another's recovery looks again.
	joinEvery = 50 * time.Millisecond
	// stayEvery is how often the connection that holds the lock is tried.
	stayEvery = 5 * time.Second
	// goneAfter is how long a name has to be without a lock until its console is taken for gone: one that has only lost its
	// connection, as all do when the database is started anew, is back before.
	goneAfter = 3 * stayEvery
	// mostFree bounds how many names are kept.
	mostFree = 1000
	// stayWithin bounds that.
	stayWithin = 10 * time.Second
	// A machine that is gone without a word loses its lock within half a minute. The pause between statements is all that
	// this connection does.
	staying = `SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3; SET idle_session_timeout = 0; SET lock_timeout = '5s'; SET statement_timeout = '10s';`
)

// Join takes part among the consoles of a PostgreSQL database, under a name that nobody else has, and waits while another
// one recovers. Leave ends it.
// errors.ErrUnsupported for a database in a file, whose consoles know of each other by a lock beside it.
func (s *Store) Join(ctx context.Context, name string, log *slog.Logger) (*Presence, error) {
	d, ok := s.dialect.(postgreSQL)
	if !ok {
		return nil, errors.ErrUnsupported
	}
	p := &Presence{config: d.config, name: name, now: s.now, log: log, free: map[string]time.Time{}, stopped: make(chan struct{})}
	conn, err := p.connect(ctx)
	if err != nil {
		return nil, fmt.Errorf("presence: %w", toldInOneLine{err})
	}
	if p.Alone, err = locked(ctx, conn, `SELECT pg_try_advisory_lock($1)`, int64(presenceLock)); err == nil && !p.Alone {
		err = share(ctx, conn)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("presence: %w", err), conn.Close(context.WithoutCancel(ctx)))
	}
	p.conn = conn
	ctx, p.stop = context.WithCancel(context.WithoutCancel(ctx))
	go p.stay(ctx)
	return p, nil
}

func (p *Presence) connect(ctx context.Context) (*pgx.Conn, error) {
	conn, err := pgx.ConnectConfig(ctx, p.config.Copy())
	if err != nil {
		return nil, err
	}
	_, err = conn.PgConn().Exec(ctx, staying).ReadAll()
	if err == nil {
		var had bool
		if had, err = locked(ctx, conn, `SELECT pg_try_advisory_lock(hashtextextended($1, 0))`, lockOf(p.name)); err == nil && !had {
			err = errors.New("its lock is still held by a connection that was lost")
		}
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close(context.WithoutCancel(ctx)))
	}
	return conn, nil
}

// lockOf is what the lock of a console's name is made from.
func lockOf(name string) string { return "workspace-order-console " + name }

// locked asks for a lock, or to be rid of one; it tells whether it was had.
func locked(ctx context.Context, conn *pgx.Conn, query string, lock any) (had bool, err error) {
	err = conn.QueryRow(ctx, query, lock).Scan(&had)
	return had, err
}

// share takes a share of the lock, as soon as nobody has it alone.
func share(ctx context.Context, conn *pgx.Conn) error {
	ticker := time.NewTicker(joinEvery)
	defer ticker.Stop()
	for {
		if had, err := locked(ctx, conn, `SELECT pg_try_advisory_lock_shared($1)`, int64(presenceLock)); err != nil || had {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("another console does not finish its start: %w", ctx.Err())
		case <-ticker.C:
		}
	}
}

// Share lets others in, once what was left behind is recovered.
func (p *Presence) Share() error {
	if !p.Alone {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.conn == nil {
		return nil // lost, and with it others are let in already; the share is taken when the connection is back
	}
	ctx, cancel := context.WithTimeout(context.Background(), stayWithin)
	defer cancel()
	had, err := locked(ctx, p.conn, `SELECT pg_try_advisory_lock_shared($1)`, int64(presenceLock))
	if err == nil && had {
		_, err = locked(ctx, p.conn, `SELECT pg_advisory_unlock($1)`, int64(presenceLock))
	}
	if err != nil {
		return fmt.Errorf("presence: %w", err)
	}
	return nil
}

// Gone tells that the console of a name has ended: its lock has been free for a while. What is not sure is false.
func (p *Presence) Gone(name string) (bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.conn == nil || name == p.name {
		return false, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), stayWithin)
	defer cancel()
	// a share, so that those who ask at the same time do not take each other for the one asked about
	free, err := locked(ctx, p.conn, `SELECT pg_try_advisory_lock_shared(hashtextextended($1, 0))`, lockOf(name))
	if err == nil && free {
		_, err = locked(ctx, p.conn, `SELECT pg_advisory_unlock_shared(hashtextextended($1, 0))`, lockOf(name))
	}
	if err != nil {
		p.lose(err)
		return false, nil
	}
	if !free {
		delete(p.free, name)
		return false, nil
	}
	since, seen := p.free[name]
	if !seen {
		if len(p.free) >= mostFree {
			clear(p.free)
		}
		since = p.now()
		p.free[name] = since
	}
	return p.now().Sub(since) >= goneAfter, nil
}

// lose gives up the connection; look makes another one. What was seen by it counts no more: others may have lost theirs.
func (p *Presence) lose(err error) {
	p.log.Warn("the database connection by which consoles know of each other is lost", "error", oneLine(err))
	ctx, cancel := context.WithTimeout(context.Background(), stayWithin)
	defer cancel()
	_ = p.conn.Close(ctx)
	p.conn = nil
	clear(p.free)
}

// stay keeps the connection, and comes back with a new one when it is lost. Meanwhile a console that starts may think
// that it is alone: it declares this one's orders on their way to be in doubt, which costs a look and sends nothing twice.
func (p *Presence) stay(ctx context.Context) {
	defer close(p.stopped)
	ticker := time.NewTicker(stayEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			p.look(ctx)
		}
	}
}

// look tries the connection, and makes another one when it is lost.
func (p *Presence) look(ctx context.Context) {
	p.mu.Lock()
	defer p.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, stayWithin)
	defer cancel()
	if p.conn != nil {
		err := p.conn.Ping(ctx)
		if err == nil || ctx.Err() != nil && !p.conn.IsClosed() {
			return
		}
		p.lose(err)
	}
	conn, err := p.connect(ctx)
	if err == nil {
		if err = share(ctx, conn); err != nil {
			_ = conn.Close(context.WithoutCancel(ctx))
		}
	}
	if err != nil {
		p.log.Warn("consoles do not know of this one yet", "error", oneLine(err))
		return
	}
	p.conn = conn
	p.log.Info("consoles know of this one again")
}

// Leave ends the part.
func (p *Presence) Leave() error {
	p.stop()
	<-p.stopped
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.conn == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), stayWithin)
	defer cancel()
	return p.conn.Close(ctx)
}
