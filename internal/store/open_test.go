package store

import (
	"context"
	"database/sql"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders"
)

func TestTheFilesAreTheOwnersAlone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "da ta?#%", "console.db")
	s := openAt(t, Config{Path: path})
	submit(t, s)
	for name, want := range map[string]fs.FileMode{path: 0o600, path + "-wal": 0o600, path + "-shm": 0o600, filepath.Dir(path): 0o700 | fs.ModeDir} {
		info, err := os.Stat(name)
		require.NoError(t, err)
		assert.Equal(t, want, info.Mode(), name)
	}
}

func TestAllIsThereAfterARestart(t *testing.T) {
	t.Parallel()
	place := empty(t)
	s := openAt(t, place)
	o := submit(t, s)
	claim(t, s)
	o = read(t, s, o.ID)
	version, _ := s.Version()
	require.NoError(t, s.Close())
	s = openAt(t, place)
	assert.Equal(t, o, read(t, s, o.ID))
	again, _ := s.Version()
	assert.Equal(t, version, again)
	assert.NoError(t, s.Ready(context.Background()))
	left, err := s.Abandoned(context.Background(), "w2", noon, 10)
	require.NoError(t, err)
	assert.Equal(t, []string{o.ID}, ids(left))
}

func TestTheSettingsReachEveryConnection(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := open(t)
	for name, c := range map[string]struct {
		db        *sql.DB
		n         int
		queryOnly string
	}{"writer": {s.writer, 1, "0"}, "readers": {s.reader, readers, "1"}} {
		for range c.n {
			conn, err := c.db.Conn(ctx)
			require.NoError(t, err)
			t.Cleanup(func() { conn.Close() }) //nolint:errcheck // a test
			for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000",
				"query_only": c.queryOnly} {
				var got string
				require.NoError(t, conn.QueryRowContext(ctx, "PRAGMA "+pragma).Scan(&got))
				assert.Equal(t, want, got, name+" "+pragma)
			}
		}
	}
}

func TestAnotherProcessMayHaveTheDatabaseOpen(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	place := empty(t)
	s := openAt(t, place)
	o := submit(t, s)
	other := openAt(t, place)
	require.NoError(t, other.CreateKey(ctx, auth.Key{ID: "k1", Name: "ci", Role: auth.RoleAdmin, TokenHash: "h", CreatedAt: noon}, auth.Console))
	k, err := s.KeyByTokenHash(ctx, "h")
	require.NoError(t, err)
	assert.Equal(t, "ci", k.Name)
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() { assert.NoError(t, s.Record(ctx, entry("here"))) })
		wg.Go(func() { assert.NoError(t, other.Record(ctx, entry("there"))) })
	}
	wg.Wait()
	before, changed := s.Version()
	require.NoError(t, other.Apply(ctx, orders.Move{ID: o.ID, From: []orders.State{orders.StateQueued}, To: orders.StateWithdrawn, Now: noon, Entry: entry("order.withdrawn")}))
	require.NoError(t, s.Refresh(ctx))
	after, _ := s.Version()
	assert.Equal(t, before+1, after)
	<-changed
}

// The test's own program is the second process: it opens the database while this one has it open, and adds an entry.
func TestASecondProcessOpensTheDatabase(t *testing.T) {
	t.Parallel()
	if path, url := os.Getenv("STORE_TEST_PATH"), os.Getenv("STORE_TEST_URL"); path != "" || url != "" {
		s, err := Open(context.Background(), Config{Path: path, URL: auth.Secret(url)})
		require.NoError(t, err)
		require.NoError(t, s.Record(context.Background(), entry("second process")))
		require.NoError(t, s.Close())
		return
	}
	place := empty(t)
	s := openAt(t, place)
	submit(t, s)
	program, err := os.Executable()
	require.NoError(t, err)
	second := exec.Command(program, "-test.run", "^TestASecondProcessOpensTheDatabase$") // #nosec G204 -- this test's own program
	second.Env = append(os.Environ(), "STORE_TEST_PATH="+place.Path, "STORE_TEST_URL="+place.URL.Reveal())
	output, err := second.CombinedOutput()
	require.NoError(t, err, string(output))
	submit(t, s)
	page, err := s.Audit(context.Background(), audit.Filter{Scope: auth.Everything, Action: "second process"})
	require.NoError(t, err)
	assert.Len(t, page.Items, 1)
}

func TestManyOpenAFreshDatabaseAtOnce(t *testing.T) {
	t.Parallel()
	place := empty(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			s, err := Open(context.Background(), place)
			if assert.NoError(t, err) {
				assert.NoError(t, s.Record(context.Background(), entry("opened")))
				assert.NoError(t, s.Close())
			}
		})
	}
	wg.Wait()
	page, err := openAt(t, place).Audit(context.Background(), audit.Filter{Scope: auth.Everything})
	require.NoError(t, err)
	assert.Len(t, page.Items, 4)
}

func TestADatabaseOfANewerConsoleIsRefused(t *testing.T) {
	t.Parallel()
	place := empty(t)
	s := openAt(t, place)
	_, err := s.writer.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, TRUE)`)
	require.NoError(t, err)
	require.NoError(t, s.Close())
	_, err = Open(context.Background(), place)
	assert.ErrorContains(t, err, "newer console")
}

func TestAFileThatIsNoDatabaseIsRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "console.db")
	require.NoError(t, os.WriteFile(path, []byte("this is certainly not a database, only some text in a file"), 0o600))
	_, err := Open(context.Background(), Config{Path: path})
	assert.ErrorContains(t, err, path)
}

func TestPin(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := open(t)
	require.NoError(t, s.Pin(ctx, "embedded", "p1", "ap-southeast-1"))
	require.NoError(t, s.Pin(ctx, "embedded", "p1", "ap-southeast-1"))
	err := s.Pin(ctx, "huaweicloud", "p1", "cn-north-4")
	var differs *PinError
	require.ErrorAs(t, err, &differs)
	assert.Equal(t, []Difference{{"cloud", "embedded", "huaweicloud"}, {"region", "ap-southeast-1", "cn-north-4"}}, differs.Differences)
	assert.ErrorContains(t, err, `its cloud is "embedded", not "huaweicloud", its region is "ap-southeast-1", not "cn-north-4"`)
	require.NoError(t, s.Pin(ctx, "embedded", "p1", "ap-southeast-1"), "what was pinned has not changed")
}

func TestBackup(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := open(t)
	o := read(t, s, submit(t, s).ID)
	path := filepath.Join(t.TempDir(), "it's a copy.db")
	require.NoError(t, s.Backup(ctx, path))
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, fs.FileMode(0o600), info.Mode())
	assert.ErrorIs(t, s.Backup(ctx, path), fs.ErrExist)
	assert.Error(t, s.Backup(ctx, filepath.Join(path, "nowhere")))
	submit(t, s)
	restored := openAt(t, Config{Path: path})
	assert.Equal(t, o, read(t, restored, o.ID))
	counted(t, restored)
	submit(t, restored)
}

func TestReady(t *testing.T) {
	t.Parallel()
	s := open(t)
	require.NoError(t, s.Ready(context.Background()))
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	assert.Error(t, s.Ready(ended))
	require.NoError(t, s.Close())
	assert.Error(t, s.Ready(context.Background()))
}

func TestWhatFailsLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	s := open(t)
	o := sample()
	ended, cancel := context.WithTimeout(context.Background(), -time.Second)
	defer cancel()
	require.Error(t, putOrder(ended, s, o))
	_, err := s.Order(context.Background(), o.ID)
	assert.ErrorIs(t, err, orders.ErrNotFound)
	require.NoError(t, putOrder(context.Background(), s, o))
	assert.EqualValues(t, 1, read(t, s, o.ID).Version)
}
