package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/notify"
	"workspace-order-console/internal/orders"
)

// A running console tells a webhook that is made beside it, and stops although a receiver hangs.
func TestAConsoleTellsWebhooks(t *testing.T) {
	t.Parallel()
	got := make(chan string, 10)
	released := make(chan struct{})
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var body struct{ Type string }
		assert.NoError(t, json.NewDecoder(r.Body).Decode(&body))
		got <- body.Type
		if r.URL.Path == "/hang" {
			<-released
		}
	}))
	t.Cleanup(receiver.Close)
	t.Cleanup(func() { close(released) })
	flags := &Flags{Listen: "127.0.0.1:0", LogFormat: "text", Data: t.TempDir(), Cloud: "embedded", ProjectID: testProject, Region: "ap-southeast-1",
		CloudTimeout: testTimeout, ReconcileEvery: time.Minute, RequestExpiry: orders.RequestLife, Auth: "local", WebhookAllow: []string{"127.0.0.0/8"}}
	require.NoError(t, flags.check())
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ready, ended := make(chan struct{}), make(chan error, 1)
	var out, errs bytes.Buffer
	go func() {
		ended <- serve(ctx, flags, &output{&out, &errs}, hooks{ready: func(string) { close(ready) }})
	}()
	select {
	case <-ready:
	case err := <-ended:
		t.Fatal(err)
	}
	db, err := flags.open(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, db.Close()) })
	sealer, err := flags.sealer(t.Context(), db)
	require.NoError(t, err)
	for _, path := range []string{"/fine", "/hang"} {
		hook, _ := notify.NewWebhook(sealer, path[1:], receiver.URL+path, nil, operator, time.Now())
		require.NoError(t, db.CreateWebhook(t.Context(), hook, operator))
		require.NoError(t, db.TestWebhook(t.Context(), hook.ID, operator))
	}
	for range 2 {
		select {
		case what := <-got:
			assert.Equal(t, string(notify.TestEvent), what)
		case <-time.After(testTimeout):
			t.Fatal("nothing is told")
		}
	}
	stop()
	select {
	case err := <-ended:
		assert.NoError(t, err)
	case <-time.After(testTimeout):
		t.Fatal("it does not stop")
	}
}
