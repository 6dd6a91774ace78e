package store

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/testkit/postgres"
)

// What is PostgreSQL's own. The test's name makes open and empty choose it.
func TestPostgreSQLAlone(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]func(*testing.T){
		"the log only grows":                      theLogOnlyGrows,
		"writers come one after another":          writersComeOneAfterAnother,
		"the inventory keeps no order waiting":    theInventoryKeepsNoOrderWaiting,
		"a change of teams waits for a refresh":   aChangeOfTeamsWaitsForARefresh,
		"the settings reach every connection":     theSettingsReachEveryConnection,
		"a lost connection is not a lost write":   aLostConnectionIsNotALostWrite,
		"a database that only reads is not ready": aDatabaseThatOnlyReadsIsNotReady,
		"it is not copied to a file":              itIsNotCopiedToAFile,
		"consoles know of each other":             consolesKnowOfEachOther,
		"a lost presence comes back":              aLostPresenceComesBack,
		"who is gone is known":                    whoIsGoneIsKnown,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t)
		})
	}
}

func theLogOnlyGrows(t *testing.T) {
	s := open(t)
	record(t, s, entry("one"))
	record(t, s, entry("two"))
	columns := `INSERT INTO audit (seq, time, actor, door, address, action, object, details, request_id) VALUES (`
	values := `, 0, '', '', '', 'forged', '', '{}', '')`
	for name, statement := range map[string]string{
		"update":             `UPDATE audit SET actor = 'x' WHERE seq = 1`,
		"update of nothing":  `UPDATE audit SET actor = 'x' WHERE seq = 9`,
		"delete":             `DELETE FROM audit WHERE seq = 2`,
		"delete all":         `DELETE FROM audit`,
		"truncate":           `TRUNCATE audit`,
		"truncate, cascade":  `TRUNCATE audit_head, audit CASCADE`,
		"replace":            columns + `1` + values,
		"a gap":              columns + `4` + values,
		"two, with a gap":    columns + `3` + values + `, (5` + values,
		"before the first":   columns + `0` + values,
		"none":               columns + `NULL` + values,
		"ignoring":           columns + `2` + values + ` ON CONFLICT DO NOTHING`,
		"upsert":             columns + `2` + values + ` ON CONFLICT (seq) DO UPDATE SET action = 'forged'`,
		"upsert of the next": columns + `3` + values + ` ON CONFLICT (seq) DO UPDATE SET action = 'forged'`,
		"merge": `MERGE INTO audit a USING (SELECT 1 AS n) AS s ON a.seq = s.n
			WHEN MATCHED THEN UPDATE SET action = 'forged'`,
		"in the shade of a temporary table": `CREATE TEMP TABLE audit (seq BIGINT); INSERT INTO pg_temp.audit VALUES (8);
			INSERT INTO public.` + columns[len("INSERT INTO "):] + `9` + values,
	} {
		_, err := s.writer.Exec(statement)
		require.Error(t, err, name)
		assert.Regexp(t, "the audit log only grows|an audit entry has to be the next one", err.Error(), name)
	}
	rows, err := s.reader.Query(`SELECT seq, action FROM public.audit ORDER BY seq`)
	require.NoError(t, err)
	defer rows.Close() //nolint:errcheck // a test
	var all []string
	for rows.Next() {
		var seq int
		var action string
		require.NoError(t, rows.Scan(&seq, &action))
		all = append(all, fmt.Sprint(seq, action))
	}
	require.NoError(t, rows.Err())
	assert.Equal(t, []string{"1one", "2two"}, all)
	record(t, another(t, s), entry("three"))
}

func writersComeOneAfterAnother(t *testing.T) {
	one := open(t)
	two := another(t, one)
	var inside atomic.Int64
	var wg sync.WaitGroup
	for i := range 40 {
		s := []*Store{one, two}[i%2]
		wg.Go(func() {
			assert.NoError(t, s.write(context.Background(), func(t2 *tx) error {
				defer inside.Add(-1)
				assert.EqualValues(t, 1, inside.Add(1), "two write at once")
				_, err := t2.exec(`SELECT 1`)
				return err
			}))
		})
	}
	wg.Wait()
}

func theInventoryKeepsNoOrderWaiting(t *testing.T) {
	s := open(t)
	refreshing, done := make(chan struct{}), make(chan struct{})
	ended := make(chan error, 1)
	go func() {
		ended <- s.writeBehind(context.Background(), inventoryRow, func(*tx) error {
			close(refreshing)
			<-done
			return nil
		})
	}()
	<-refreshing
	submit(t, s)
	claim(t, s)
	close(done)
	require.NoError(t, <-ended)
}

func aChangeOfTeamsWaitsForARefresh(t *testing.T) {
	ctx := context.Background()
	s := open(t)
	desktop := cloud.Desktop{DesktopID: "d1", ComputerName: "pc", EnterpriseProjectID: "ep1"}
	refreshing, done := make(chan struct{}), make(chan struct{})
	ended := make(chan error, 2)
	go func() {
		ended <- s.writeBehind(ctx, inventoryRow, func(w *tx) error {
			defer func() { <-done }()
			defer close(refreshing)
			return w.putDesktop(desktop, "{}") // which is nobody's yet
		})
	}()
	<-refreshing
	go func() {
		ended <- s.write(ctx, func(w *tx) error {
			for _, statement := range []string{`INSERT INTO teams (name, definition, created_at, updated_at) VALUES ('design', '{}', 0, 0)`,
				`INSERT INTO enterprise_projects (enterprise_project_id, team) VALUES ('ep1', 'design')`} {
				if _, err := w.exec(statement); err != nil {
					return err
				}
			}
			return w.reassign()
		})
	}()
	require.Eventually(t, func() bool {
		var waiting int
		err := s.reader.QueryRow(`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&waiting)
		return err == nil && waiting == 1
	}, 10*time.Second, time.Millisecond, "it does not wait")
	close(done)
	require.NoError(t, <-ended)
	require.NoError(t, <-ended)
	team, err := column[string](s.reader.QueryRow(`SELECT team FROM desktops WHERE desktop_id = 'd1'`))
	require.NoError(t, err)
	assert.Equal(t, "design", team)
}

func theSettingsReachEveryConnection(t *testing.T) {
	ctx := context.Background()
	place := empty(t)
	postgres.Do(t, `ALTER DATABASE `+name(place)+` SET synchronous_commit = off`)
	s := openAt(t, place)
	for who, c := range map[string]struct {
		db       *sql.DB
		n        int
		readOnly string
	}{"writers": {s.writer, writers, "off"}, "readers": {s.reader, readers, "on"}} {
		for range c.n {
			conn, err := c.db.Conn(ctx)
			require.NoError(t, err)
			t.Cleanup(func() { conn.Close() }) //nolint:errcheck // a test
			want := map[string]string{"lock_timeout": "15s", "statement_timeout": "30s", "idle_in_transaction_session_timeout": "15s",
				"default_transaction_read_only": c.readOnly, "application_name": "workspace-order-console"}
			if who == "writers" {
				want["synchronous_commit"] = "on"
			}
			for setting, want := range want {
				var got string
				require.NoError(t, conn.QueryRowContext(ctx, "SHOW "+setting).Scan(&got))
				assert.Equal(t, want, got, who+" "+setting)
			}
		}
	}
}

// name is the name of a place's database.
func name(place Config) string {
	parsed, err := parsePostgres(place.URL)
	if err != nil {
		return ""
	}
	return parsed.config.Database
}

func aLostConnectionIsNotALostWrite(t *testing.T) {
	ctx := context.Background()
	place := empty(t)
	s := openAt(t, place)
	tries := 0
	require.NoError(t, s.write(ctx, func(w *tx) error {
		if tries++; tries <= 2 {
			postgres.Disconnect(t, place.URL.Reveal())
		}
		return w.append(entry("written"))
	}))
	assert.Equal(t, 3, tries)
	log, err := s.Timeline(ctx, "", 10)
	require.NoError(t, err)
	assert.Len(t, log, 1, "once, however often it was tried")

	ended, cancel := context.WithCancel(ctx)
	require.Error(t, s.write(ended, func(*tx) error {
		postgres.Disconnect(t, place.URL.Reveal())
		cancel()
		return ended.Err()
	}), "nobody waits any more")
	record(t, s, entry("later"))
}

func aDatabaseThatOnlyReadsIsNotReady(t *testing.T) {
	place := empty(t)
	s := openAt(t, place)
	require.NoError(t, s.Ready(context.Background()))
	// who writes does not keep others from being ready
	require.NoError(t, s.write(context.Background(), func(*tx) error { return s.Ready(context.Background()) }))
	postgres.Do(t, `ALTER DATABASE `+name(place)+` SET default_transaction_read_only = on`)
	assert.ErrorContains(t, another(t, s).Ready(context.Background()), "read-only")
}

func itIsNotCopiedToAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "copy")
	assert.ErrorIs(t, open(t).Backup(context.Background(), path), ErrNoBackup)
	assert.NoFileExists(t, path)
}

func join(t *testing.T, s *Store) *Presence {
	t.Helper()
	p, err := s.Join(context.Background(), orders.NewID(), slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	return p
}

// gone asks a console whether another one has ended.
func gone(t *testing.T, p *Presence, name string) bool {
	t.Helper()
	gone, err := p.Gone(name)
	require.NoError(t, err)
	return gone
}

func whoIsGoneIsKnown(t *testing.T) {
	s := open(t)
	c := newClock()
	s.now = c.now
	one := join(t, s)
	require.NoError(t, one.Share())
	two := join(t, another(t, s))
	for range 2 {
		assert.False(t, gone(t, one, one.name))
		assert.False(t, gone(t, one, two.name))
		c.advance(time.Hour)
	}
	require.NoError(t, two.Leave())
	require.Eventually(t, func() bool { gone(t, one, two.name); return !one.free[two.name].IsZero() }, 10*time.Second, time.Millisecond,
		"the server lets go of its lock")
	c.advance(goneAfter - time.Second)
	assert.False(t, gone(t, one, two.name), "it may only have lost its connection")
	c.advance(time.Second)
	assert.True(t, gone(t, one, two.name))
	assert.False(t, gone(t, one, "another, seen for the first time"))

	// a connection that is lost says nothing about others
	postgres.Disconnect(t, s.dialect.(postgreSQL).config.ConnString())
	assert.False(t, gone(t, one, two.name))
	assert.False(t, gone(t, one, two.name))
	one.look(context.Background())
	assert.False(t, gone(t, one, two.name), "it is seen for the first time again")
	c.advance(goneAfter)
	assert.True(t, gone(t, one, two.name))
	require.NoError(t, one.Leave())
}

func consolesKnowOfEachOther(t *testing.T) {
	s := open(t)
	first := join(t, s)
	assert.True(t, first.Alone)
	later := make(chan *Presence, 1)
	go func() { later <- join(t, another(t, s)) }()
	waiting, cancel := context.WithTimeout(context.Background(), 4*joinEvery)
	defer cancel()
	_, err := s.Join(waiting, "a third", slog.New(slog.DiscardHandler))
	require.ErrorContains(t, err, "does not finish its start")
	require.NoError(t, first.Share())
	second := <-later
	assert.False(t, second.Alone)
	require.NoError(t, second.Share())
	require.NoError(t, first.Leave())
	third := join(t, s)
	assert.False(t, third.Alone, "the second is still there")
	require.NoError(t, second.Leave())
	require.NoError(t, third.Leave())
	fourth := join(t, s)
	assert.True(t, fourth.Alone)
	require.NoError(t, fourth.Leave())
	_, err = openAt(t, Config{Path: filepath.Join(t.TempDir(), "console.db")}).Join(context.Background(), "x", slog.New(slog.DiscardHandler))
	assert.Error(t, err, "a file's consoles know of each other otherwise")
}

func aLostPresenceComesBack(t *testing.T) {
	place := empty(t)
	s := openAt(t, place)
	p := join(t, s)
	require.NoError(t, p.Share())
	postgres.Disconnect(t, place.URL.Reveal())
	p.look(context.Background()) // as it does every few seconds
	other := join(t, s)
	assert.False(t, other.Alone)
	require.NoError(t, other.Leave())
	require.NoError(t, p.Leave())
}

func TestADatabaseThatIsNotFitIsRefused(t *testing.T) {
	t.Parallel()
	for database, c := range map[string]struct{ as, want string }{
		"in_latin1": {`ENCODING 'LATIN1' LOCALE 'C'`, "encoding"},
		"by_icu":    {`ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en'`, "sorts texts"},
	} {
		postgres.Do(t, `CREATE DATABASE `+database+` TEMPLATE template0 `+c.as)
		_, err := Open(context.Background(), Config{URL: auth.Secret(postgres.URL(t, database))})
		var unfit *UnfitError
		require.ErrorAs(t, err, &unfit)
		assert.Contains(t, err.Error(), c.want)
		assert.Contains(t, err.Error(), "CREATE DATABASE")
		assert.Equal(t, 0, strings.Count(err.Error(), "\n"), err)
	}
	// as a newcomer would do it on a server whose texts are of another language
	postgres.Do(t, `CREATE DATABASE fit TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C' LOCALE_PROVIDER libc`)
	s, err := Open(context.Background(), Config{URL: auth.Secret(postgres.URL(t, "fit"))})
	require.NoError(t, err)
	require.NoError(t, s.Close())
}

func TestThePasswordIsNeverSaid(t *testing.T) {
	t.Parallel()
	const canary = "canary-7Q2M"
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	nowhere := t.TempDir()
	for name, url := range map[string]string{
		"another scheme":             "mysql://u:" + canary + "@127.0.0.1/db",
		"no address":                 canary,
		"a slash in it":              "postgres://u:x/" + canary + "@127.0.0.1/db",
		"a colon in it":              "postgres://u:x:" + canary + "@127.0.0.1:port/db",
		"a percent sign in it":       "postgres://u:%" + canary + "@127.0.0.1/db",
		"a parameter that is none":   "postgres://u:" + canary + "@127.0.0.1/db?sslmode=" + canary,
		"as a parameter":             "postgres://127.0.0.1/db?sslmode=no&password=" + canary,
		"nobody there":               "postgres://u:" + canary + "@127.0.0.1:1/db",
		"nobody at several":          "postgres://u:" + canary + "@127.0.0.1:1,127.0.0.1:2/db",
		"no socket there":            "postgres://u:" + canary + "@/db?host=" + nowhere,
		"no such database":           strings.Replace(postgres.URL(t, "nothing"), "@", ":"+canary+"@", 1),
		"no such certificate":        "postgres://u:" + canary + "@127.0.0.1/db?sslmode=verify-full&sslrootcert=" + filepath.Join(nowhere, "none"),
		"a server that says nothing": "postgres://u:" + canary + "@127.0.0.1:1/db?connect_timeout=1",
	} {
		_, err := Open(ctx, Config{URL: auth.Secret(url)})
		require.Error(t, err, name)
		assert.NotContains(t, err.Error(), canary, name)
		assert.Equal(t, 0, strings.Count(err.Error(), "\n"), err)
		assert.NotContains(t, fmt.Sprintf("%v %+v %#v", Config{URL: auth.Secret(url)}, Config{URL: auth.Secret(url)}, Config{URL: auth.Secret(url)}), canary)
	}
	_, err := os.Stat(filepath.Join(nowhere, "console.db"))
	assert.ErrorIs(t, err, os.ErrNotExist)
}
