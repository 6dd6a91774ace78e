package main

import (
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/cloud/embedded"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/store"
	"workspace-order-console/internal/testkit/postgres"
)

// eip is an order that touches nothing that another one touches; its bandwidth tells it from others.
func eip(bandwidth int) []byte {
	return fmt.Appendf(nil, `{"type":"applyDesktopsInternet","resources":[{"period_type":2,"period_num":1,"apply_desktops_internet":{`+
		`"eip_type":"5_bgp","eip_charge_mode":"BANDWIDTH","bandwidth_size":%d,"count":1}}]}`, bandwidth)
}

const (
	sharedProject = "shared-project"
	subscribePath = "/v2/" + sharedProject + "/periodic/subscribe/order"
)

// TestTwoConsolesShareADatabase orders at two consoles at once, with one PostgreSQL database and one cloud, and kills them.
func TestTwoConsolesShareADatabase(t *testing.T) {
	t.Parallel()
	database, cloudDir, home := postgres.Empty(t), t.TempDir(), t.TempDir()
	url, _, _, stopCloud := runCloud(t, "--ak", "AK", "--sk", "SK", "--project-id", sharedProject, "--domain-id", "domain", "--embedded-speed", "0", "--data", cloudDir)
	env := []string{"HUAWEICLOUD_SDK_AK=AK", "HUAWEICLOUD_SDK_SK=SK",
		"HUAWEICLOUD_SDK_PROJECT_ID=" + sharedProject, "HUAWEICLOUD_SDK_DOMAIN_ID=domain", "HOME=" + home}
	one, two := filepath.Join(t.TempDir(), "one"), filepath.Join(t.TempDir(), "two")
	token := newToken(t, one, "--database", database)
	require.NoError(t, os.CopyFS(two, os.DirFS(one))) // the sealing key, and nothing else is there
	first, second := startChild(t, setup{Dir: one, Database: database, Cloud: url}, env...), startChild(t, setup{Dir: two, Database: database, Cloud: url}, env...)

	// every order at both consoles at the same time: it is one
	const n = 8
	var wg sync.WaitGroup
	for i := range n {
		for _, c := range []*child{first, second, first, second} {
			wg.Go(func() {
				status, body, err := c.post(token, fmt.Sprint("order-", i), eip(10+i))
				if assert.NoError(t, err) {
					assert.Equal(t, http.StatusOK, status, "%s", body)
				}
			})
		}
	}
	wg.Wait()
	assert.Equal(t, repeated("placed", n), first.states(token))
	assert.Equal(t, repeated("placed", n), second.states(token))

	// one is killed: the other goes on
	require.NoError(t, first.cmd.Process.Kill())
	require.Error(t, <-first.gone)
	status, body, err := second.post(token, "after the kill", eip(30))
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, status, "%s", body)

	// one dies with an order committed and not sent: the other sends it
	third := startChild(t, setup{Dir: one, Database: database, Cloud: url, Asleep: true, KillAt: "intent"}, env...)
	_, _, err = third.post(token, "taken over", eip(31))
	require.Error(t, err)
	require.ErrorContains(t, <-third.gone, "killed")
	status, body, err = second.post(token, "taken over", eip(31))
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, status, "%s", body)
	assert.Equal(t, repeated("placed", n+2), second.states(token))
	second.stop()

	// one dies after sending: as long as another console lives it could be that one's order; when none does, it is in doubt
	db, err := store.Open(t.Context(), store.Config{URL: auth.Secret(database)})
	require.NoError(t, err)
	defer db.Close() //nolint:errcheck // a test
	log := slog.New(slog.DiscardHandler)
	fourth := startChild(t, setup{Dir: one, Database: database, Cloud: url, KillAt: "answered"}, env...)
	witness, err := db.Join(t.Context(), orders.NewID(), log)
	require.NoError(t, err)
	_, _, err = fourth.post(token, "nobody knows", eip(32))
	require.Error(t, err)
	require.ErrorContains(t, <-fourth.gone, "killed")
	fifth := startChild(t, setup{Dir: two, Database: database, Cloud: url}, env...)
	assert.Equal(t, append([]string{"sending"}, repeated("placed", n+2)...), fifth.states(token))
	fifth.stop()
	require.NoError(t, witness.Leave())
	require.Eventually(t, func() bool {
		alone, err := db.Join(t.Context(), orders.NewID(), log)
		return assert.NoError(t, err) && assert.NoError(t, alone.Leave()) && alone.Alone
	}, testTimeout, joinEvery, "the server lets go of the locks of those that are gone")
	sixth := startChild(t, setup{Dir: two, Database: database, Cloud: url}, env...)
	status, body, err = sixth.post(token, "nobody knows", eip(32))
	require.NoError(t, err)
	assert.Equal(t, http.StatusGatewayTimeout, status, "%s", body)
	assert.Equal(t, append([]string{"in_doubt"}, repeated("placed", n+2)...), sixth.states(token))
	sixth.stop()

	require.Zero(t, stopCloud())
	assert.Equal(t, n+3, book(t, cloudDir, sharedProject), "the cloud has each order once")
	sent, err := db.Audit(t.Context(), audit.Filter{Scope: auth.Everything, Action: "order.sending", Limit: 100})
	require.NoError(t, err)
	objects := map[string]bool{}
	for _, entry := range sent.Items {
		objects[entry.Object] = true
	}
	assert.Len(t, sent.Items, n+3)
	assert.Len(t, objects, n+3, "each order was sent once")
}

func repeated(state string, n int) []string {
	return strings.Split(strings.TrimSuffix(strings.Repeat(state+" ", n), " "), " ")
}

func TestCommandsOnPostgreSQL(t *testing.T) {
	t.Parallel()
	database, data := postgres.Empty(t), filepath.Join(t.TempDir(), "data")
	code, _, errs := console(t, "signin", "--database", database, "--data", data)
	assert.Equal(t, 1, code)
	assert.Contains(t, errs, "no console has run")
	newToken(t, data, "--database", database)
	code, out, errs := console(t, "key", "list", "--database", database, "--data", filepath.Join(t.TempDir(), "none"))
	require.Zero(t, code, errs)
	assert.Contains(t, out, "script")
	code, _, errs = console(t, "backup", filepath.Join(data, "copy"), "--database", database, "--data", data)
	assert.Equal(t, 2, code)
	assert.Contains(t, errs, "pg_dump")
	code, _, errs = console(t, "key", "list", "--database", strings.Replace(database, "@", ":canary@", 1)+"&dbname=nowhere")
	assert.Equal(t, 1, code)
	assert.NotContains(t, errs, "canary")
	assert.Equal(t, 1, strings.Count(errs, "\n"), errs)
	assert.NoFileExists(t, filepath.Join(data, "console.db"))
}

func TestAllConsolesOfADatabaseNeedItsSealingKey(t *testing.T) {
	t.Parallel()
	databases := map[string]string{"SQLite": "", "PostgreSQL": postgres.Empty(t)}
	for name, database := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := filepath.Join(t.TempDir(), "data")
			with := []string{"--data", data, "--database", database}
			newToken(t, data, with...)
			key := filepath.Join(data, "seal.key")
			right, err := os.ReadFile(key)
			require.NoError(t, err)
			refused := func(why string) {
				t.Helper()
				for _, command := range [][]string{{"key", "create", "--name", "n", "--role", "admin"}, {"serve", "--cloud", "huaweicloud", "--project-id", "p", "--listen", "127.0.0.1:0"}} {
					code, _, errs := console(t, append(command, with...)...)
					assert.Equal(t, 2, code, errs)
					assert.Contains(t, errs, why)
					assert.Equal(t, 1, strings.Count(errs, "\n"), errs)
				}
			}
			require.NoError(t, os.Remove(key))
			refused("seal.key is missing")
			assert.NoFileExists(t, key, "a wrong one is not made")
			require.NoError(t, os.WriteFile(key, auth.NewSealKey(), 0o600))
			refused("not the key")

			require.NoError(t, os.WriteFile(key, right, 0o600))
			code, _, errs := console(t, append([]string{"key", "create", "--name", "n", "--role", "admin"}, with...)...)
			require.Zero(t, code, errs)

			require.NoError(t, os.Remove(key)) // lost for good
			code, out, errs := console(t, append([]string{"key", "reseal"}, with...)...)
			require.Zero(t, code, errs)
			assert.Contains(t, out, "API keys revoked 2, webhooks disabled 0")
			code, _, errs = console(t, append([]string{"key", "create", "--name", "n", "--role", "admin"}, with...)...)
			require.Zero(t, code, errs)
		})
	}
}

// post places an order at the /v2 door under an idempotency key.
func (c *child) post(token, key string, order []byte) (status int, body []byte, err error) {
	c.t.Helper()
	r, err := c.call(token, subscribePath, key, order)
	return r.status, r.body, err
}

// book counts the orders in the cloud's own book.
func book(t *testing.T, dir, project string) int {
	t.Helper()
	own, err := embedded.Open(t.Context(), embedded.Config{Dir: dir, ProjectID: project, Region: "ap-southeast-1"})
	require.NoError(t, err)
	defer own.Close()
	list, err := own.Orders(t.Context(), cloud.OrderFilter{Page: cloud.Page{Limit: 10}})
	require.NoError(t, err)
	return list.Total
}
