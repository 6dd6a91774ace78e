// Package postgres runs a PostgreSQL server for tests: one for each test program, started when the first test asks for a
// database, gone when the program is. It may be imported by tests alone.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Main runs a package's tests and stops the server, if one was started. It returns the exit code.
func Main(m *testing.M) int {
	code := m.Run()
	if err := stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return max(code, 1)
	}
	return code
}

// Empty makes a database without anything in it, for a test, and returns its address.
func Empty(tb testing.TB) (url string) {
	tb.Helper()
	return create(tb, "template0")
}

// Copy makes a database for a test and returns its address. It is a copy of one that was furnished once, under a name, for
// all tests of the program.
func Copy(tb testing.TB, name string, furnish func(url string) error) (url string) {
	tb.Helper()
	s := started(tb)
	if err := s.furnished(name, furnish); err != nil {
		tb.Fatalf("PostgreSQL: template %s: %v", name, err)
	}
	return create(tb, name)
}

// Disconnect ends all connections of a database, as a restart of the server would.
func Disconnect(tb testing.TB, url string) {
	tb.Helper()
	config, err := pgx.ParseConfig(url)
	if err == nil {
		err = started(tb).do(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '` + config.Database + `'`)
	}
	if err != nil {
		tb.Fatalf("PostgreSQL: %v", err)
	}
}

// Do runs a statement as the server's owner, outside of any test's database.
func Do(tb testing.TB, statement string) {
	tb.Helper()
	if err := started(tb).do(statement); err != nil {
		tb.Fatalf("PostgreSQL: %v", err)
	}
}

// URL is the address of a database of the server.
func URL(tb testing.TB, name string) string {
	tb.Helper()
	return started(tb).url(name)
}

// server is a running server.
type server struct {
	dir    string
	keeper *exec.Cmd
	lease  io.Closer // closed, it ends the server

	mu    sync.Mutex // guards what follows
	admin *pgx.Conn
	made  int
	// templates tells how furnishing each went.
	templates map[string]error
}

const (
	// within bounds the start of the server, and each thing that is asked of it.
	within = time.Minute
	owner  = "console"
)

// the server, once somebody asked for it.
var the struct {
	sync.Mutex
	*server
	err error
}

func started(tb testing.TB) *server {
	tb.Helper()
	the.Lock()
	defer the.Unlock()
	if the.server == nil && the.err == nil {
		the.server, the.err = start()
	}
	if the.err != nil {
		tb.Fatalf("PostgreSQL: %v", the.err)
	}
	return the.server
}

func stop() error {
	the.Lock()
	defer the.Unlock()
	if the.server == nil {
		return nil
	}
	s := the.server
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	err := errors.Join(s.admin.Close(ctx), s.lease.Close(), s.keeper.Wait(), os.RemoveAll(s.dir))
	the.server, the.err = nil, errors.New("stopped")
	return err
}

// keep runs the server until its standard input ends: with the test program, however that ends.
const keep = `"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c max_connections=200 -c shared_buffers=32MB \
	-c fsync=off -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0 -c autovacuum=off -c jit=off >"$2/log" 2>&1 </dev/null &
read -r _
kill -QUIT $!
wait
rm -rf "$2"`

// programs finds the folder of the server's programs.
func programs() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin/initdb", "/usr/pgsql-*/bin/initdb", "/usr/libexec/postgresql*/initdb",
		"/opt/homebrew/opt/postgresql@*/bin/initdb", "/usr/local/opt/postgresql@*/bin/initdb"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			return "", err
		}
		if len(paths) > 0 {
			return filepath.Dir(slices.Max(paths)), nil
		}
	}
	return "", errors.New("the server's programs are not installed; scripts/require.sh postgres installs them or says how")
}

func start() (*server, error) {
	bin, err := programs()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(temporary(), "pg") // short: the name of a socket may have 107 bytes
	if err != nil {
		return nil, err
	}
	s := &server{dir: dir, templates: map[string]error{}}
	if err := s.run(bin); err != nil {
		log, _ := os.ReadFile(filepath.Join(dir, "log"))
		if s.lease != nil {
			err = errors.Join(err, s.lease.Close(), s.keeper.Wait())
		}
		return nil, errors.Join(fmt.Errorf("%w\n%s", err, log), os.RemoveAll(dir))
	}
	return s, nil
}

func (s *server) run(bin string) error {
	become, err := unprivileged(s.dir)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	// #nosec G204 -- the programs that were found
	initdb := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), "-D", filepath.Join(s.dir, "data"), "-U", owner, "-A", "trust",
		"-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions")
	initdb.Dir = s.dir
	become(initdb)
	if said, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, said)
	}
	s.keeper = exec.Command("/bin/sh", "-c", keep, "sh", bin, s.dir) // #nosec G204 -- as above
	s.keeper.Dir = s.dir
	become(s.keeper)
	if s.lease, err = s.keeper.StdinPipe(); err != nil {
		return err
	}
	if err := s.keeper.Start(); err != nil {
		return err
	}
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for {
		if s.admin, err = pgx.Connect(ctx, s.url("postgres")); err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("it did not start: %w", err)
		case <-ticker.C:
		}
	}
}

func (s *server) url(database string) string {
	return "postgres://" + owner + "@/" + database + "?host=" + s.dir
}

// do runs a statement beside the databases of the tests.
func (s *server) do(statement string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.exec(statement)
}

func (s *server) exec(statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	_, err := s.admin.Exec(ctx, statement)
	return err
}

// furnished makes a database that others are copies of.
func (s *server) furnished(name string, furnish func(url string) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err, done := s.templates[name]
	if !done {
		if err = s.exec("CREATE DATABASE " + name + " TEMPLATE template0"); err == nil {
			err = furnish(s.url(name))
		}
		s.templates[name] = err
	}
	return err
}

func create(tb testing.TB, template string) string {
	tb.Helper()
	s := started(tb)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.made++
	name := fmt.Sprintf("test_%d", s.made)
	if err := s.exec("CREATE DATABASE " + name + " TEMPLATE " + template + " STRATEGY file_copy"); err != nil { // the quicker one without fsync
		tb.Fatalf("PostgreSQL: %v", err)
	}
	tb.Cleanup(func() {
		if err := s.do("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			tb.Errorf("PostgreSQL: %v", err)
		}
	})
	return s.url(name)
}
