package cloudhttp_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/config"
	workspace "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/workspace/v2"
	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/api"
	consoleauth "workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud/embedded"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/store"
	"workspace-order-console/internal/testkit"
	"workspace-order-console/internal/worker"
)

type noSweep struct{}

func (noSweep) Sweep(context.Context, time.Time) error { return nil }

// inventory is a console's database whose inventory has been read, made once for all tests.
var inventory = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "contract-test")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	ctx := context.Background()
	own, err := embedded.Open(ctx, embedded.Config{Dir: dir, ProjectID: project, Region: region})
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "console.db")
	db, err := store.Open(ctx, store.Config{Path: path})
	if err != nil {
		return nil, errors.Join(err, own.Close())
	}
	_, err = worker.New(worker.Config{Cloud: own, Journal: db, Stock: db, Now: time.Now, CloudTimeout: time.Minute}).Refresh(ctx)
	if err := errors.Join(err, db.Close(), own.Close()); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// console is the console's own /v2 door in front of a world's cloud, and a client of the official SDK that signs with one
// of its API keys.
func (w *world) console() (*workspace.WorkspaceClient, *store.Store) {
	t := w.t
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	path := filepath.Join(t.TempDir(), "console.db")
	furnished, err := inventory()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, furnished, 0o600))
	db, err := store.Open(t.Context(), store.Config{Path: path})
	require.NoError(t, err)
	sealer, err := consoleauth.NewSealer(consoleauth.NewSealKey())
	require.NoError(t, err)
	key, shown, err := consoleauth.NewKey(sealer, "sdk", consoleauth.RoleBuyer, "", "test", time.Now())
	require.NoError(t, err)
	require.NoError(t, db.CreateKey(t.Context(), key, consoleauth.Console))
	service := orders.NewService(orders.Config{Journal: db, Inventory: db, Teams: db, Quoter: w.cloud, Billing: w.cloud, ProjectID: project, Region: region, TagOrders: true, Now: time.Now})
	hands := worker.New(worker.Config{Cloud: w.cloud, Journal: db, Stock: db, Sweeper: noSweep{}, Log: log, Now: time.Now,
		CloudTimeout: 20 * time.Second, Senders: 1, ReconcileEvery: time.Hour, Alone: true, Name: "test"})
	e := echo.New()
	api.Register(e.Group("/v2"), api.Config{Orders: service, Keys: consoleauth.NewKeyRing(db, sealer, time.Now), ProjectID: project,
		Wait: 20 * time.Second, Version: "test", Log: log, Now: time.Now})
	server := httptest.NewServer(e)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- hands.Run(ctx) }()
	t.Cleanup(func() {
		server.Close()
		stop()
		assert.NoError(t, <-done)
		assert.NoError(t, db.Close())
	})
	settings := config.DefaultHttpConfig().WithUserAgent("contract-test").WithTimeout(20 * time.Second).WithHttpRoundTripper(w.transport())
	client, err := workspace.WorkspaceClientBuilder().WithEndpoint(server.URL).WithCredential(keyed(t, key.AK, shown.SK.Reveal(), project)).
		WithHttpConfig(settings).SafeBuild()
	require.NoError(t, err)
	return workspace.NewWorkspaceClient(client), db
}

// TestTheOfficialSDKOrdersAtTheConsole makes every example call at the console's own door, with an unmodified SDK that
// knows another endpoint and the AK and SK of an API key: by its typed methods where its models carry the body, by its
// core where they lose a part of it.
func TestTheOfficialSDKOrdersAtTheConsole(t *testing.T) {
	t.Parallel()
	for _, example := range testkit.Examples(t) {
		t.Run(example.Name, func(t *testing.T) {
			t.Parallel()
			w := fresh(t)
			client, db := w.console()
			made, carried := typed(t, client, example)
			if !carried {
				made = untyped(t, client, example)
			}
			require.NotEmpty(t, made)
			list, err := db.Orders(t.Context(), orders.Filter{Scope: consoleauth.Everything})
			require.NoError(t, err)
			require.Len(t, list.Items, 1)
			assert.Equal(t, "key:sdk", list.Items[0].Actor)
			var known []string
			for _, c := range list.Items[0].CloudOrders {
				known = append(known, c.OrderID)
			}
			assert.ElementsMatch(t, known, made)
		})
	}
}
