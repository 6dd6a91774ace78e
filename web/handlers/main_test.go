package handlers_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/api"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud/embedded"
	"workspace-order-console/internal/notify"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/store"
	"workspace-order-console/internal/testkit"
	"workspace-order-console/internal/worker"
	"workspace-order-console/web/handlers"
)

const project, region = "0bec5db98280d2d02fd6c00c2de791ce", "ap-southeast-1"

// console is a whole console behind a test server: the real store, the embedded cloud at once, a running worker.
type console struct {
	t       testing.TB
	handler http.Handler
	url     string
	db      *store.Store
	sealer  *auth.Sealer
	cloud   *embedded.Cloud
	worker  *worker.Worker
	service *orders.Service
	// browser has a session; its requests carry what a browser's do.
	browser *http.Client
	// transport is what its requests go by.
	transport *http.Transport
	// token is an admin's API key.
	token string
	// rest stops the worker, for tests in which nothing may happen by itself.
	rest func()
}

// furnished is a data folder whose inventory has been read, made once and copied for every test.
var furnished = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "handlers-test")
	if err != nil {
		return "", err
	}
	db, err := store.Open(context.Background(), store.Config{Path: filepath.Join(dir, "console.db")})
	if err != nil {
		return dir, err
	}
	own, err := embedded.Open(context.Background(), embedded.Config{Dir: dir, ProjectID: project, Region: region})
	if err != nil {
		return dir, errors.Join(err, db.Close())
	}
	demo, err := embedded.DemoTeams()
	if err == nil {
		err = db.FirstTeams(context.Background(), auth.Console, demo)
	}
	if err != nil {
		return dir, errors.Join(err, own.Close(), db.Close())
	}
	_, err = worker.New(worker.Config{Cloud: own, Journal: db, Stock: db, Now: time.Now, CloudTimeout: time.Minute}).Refresh(context.Background())
	return dir, errors.Join(err, own.Close(), db.Close())
})

func TestMain(m *testing.M) {
	code := m.Run()
	if dir, _ := furnished(); dir != "" {
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

// newConsole starts a console on a data folder of its own.
func newConsole(t *testing.T) *console {
	t.Helper()
	return newConsoleAt(t, "")
}

// newConsoleAt is newConsole with a public address of its own; empty is where it listens.
func newConsoleAt(t testing.TB, publicURL string) *console {
	t.Helper()
	c := start(t, func(config *handlers.Config) {
		if publicURL != "" {
			config.PublicURL = publicURL
		}
	})
	c.browser = c.signIn()
	return c
}

// start starts a console. What is special about it is set in its configuration before.
func start(t testing.TB, set func(*handlers.Config)) *console {
	t.Helper()
	return startIn(t, folder(t), set)
}

// folder is a copy of the furnished data folder.
func folder(t testing.TB) string {
	t.Helper()
	template, err := furnished()
	require.NoError(t, err)
	dir := filepath.Join(t.TempDir(), "data")
	require.NoError(t, os.CopyFS(dir, os.DirFS(template)))
	return dir
}

// startIn is start on a data folder.
func startIn(t testing.TB, dir string, set func(*handlers.Config)) *console {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	db, err := store.Open(t.Context(), store.Config{Path: filepath.Join(dir, "console.db")})
	require.NoError(t, err)
	own, err := embedded.Open(t.Context(), embedded.Config{Dir: dir, ProjectID: project, Region: region})
	require.NoError(t, err)
	service := orders.NewService(orders.Config{Journal: db, Inventory: db, Teams: db, Quoter: own, Billing: own, ProjectID: project, Region: region, Now: time.Now})
	hands := worker.New(worker.Config{Cloud: own, Journal: db, Stock: db, Sweeper: noSweep{}, Log: log, Now: time.Now,
		CloudTimeout: 20 * time.Second, Senders: 2, ReconcileEvery: time.Hour, Alone: true, Name: "test"})
	server := httptest.NewUnstartedServer(nil)
	address := "http://" + server.Listener.Addr().String()
	sealer, err := auth.NewSealer(auth.NewSealKey())
	require.NoError(t, err)
	ring := auth.NewKeyRing(db, sealer, time.Now)
	guard, err := notify.NewGuard([]string{"10.9.0.0/16"})
	require.NoError(t, err)
	config := handlers.Config{Service: service, Inventory: db, Journal: db, Sessions: db, Keys: db, Teams: orders.NewTeamService(db), Sealer: sealer, Audit: db,
		Tokens: ring, TeamBook: db, People: db, Webhooks: db, Guard: guard,
		Ready: db.Ready, Refresh: hands.WantRefresh, Cloud: "embedded", Region: region, ProjectID: project, PublicURL: address,
		Version: "test", Wait: 10 * time.Second, Now: time.Now, Log: log}
	set(&config)
	web := handlers.New(config)
	api.Register(web.Group("/v2"), api.Config{Orders: service, Keys: ring, ProjectID: project, PublicURL: config.PublicURL,
		Wait: 20 * time.Second, Version: "test", Log: log, Now: time.Now})
	server.Config.Handler = web
	server.Start()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- hands.Run(ctx) }()
	rest := sync.OnceFunc(func() {
		stop()
		assert.NoError(t, <-done)
	})
	transport := &http.Transport{}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		server.Close()
		rest()
		assert.NoError(t, own.Close())
		assert.NoError(t, db.Close())
	})
	c := &console{t: t, service: service, handler: web, url: address, db: db, sealer: sealer, cloud: own, worker: hands, transport: transport, rest: rest}
	c.token = c.key("admin-script", auth.RoleAdmin)
	return c
}

type noSweep struct{}

func (noSweep) Sweep(context.Context, time.Time) error { return nil }

// signIn opens a session by a one-time link.
func (c *console) signIn() *http.Client {
	c.t.Helper()
	code := auth.NewSecret()
	require.NoError(c.t, c.db.CreateSigninCode(c.t.Context(), code.Hash(), time.Now().Add(time.Minute)))
	client := &http.Client{Transport: c.transport, Jar: &jar{}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Get(c.url + "/signin?code=" + code.Reveal())
	require.NoError(c.t, err)
	require.NoError(c.t, response.Body.Close())
	require.Equal(c.t, http.StatusSeeOther, response.StatusCode)
	return client
}

// jar keeps the cookies of one site.
type jar struct{ cookies []*http.Cookie }

func (j *jar) SetCookies(_ *url.URL, cookies []*http.Cookie) { j.cookies = cookies }
func (j *jar) Cookies(*url.URL) []*http.Cookie {
	var live []*http.Cookie
	for _, cookie := range j.cookies {
		if cookie.MaxAge >= 0 {
			live = append(live, cookie)
		}
	}
	return live
}

// key makes an API key of a role.
func (c *console) key(name string, role auth.Role) string {
	c.t.Helper()
	key, shown := c.pair(name, role)
	require.NotEmpty(c.t, key.AK)
	return shown.Token.Reveal()
}

// pair makes an API key of a role, with all that is shown once; of the first team, if there are teams and it has to be of one.
func (c *console) pair(name string, role auth.Role) (auth.Key, auth.Shown) {
	c.t.Helper()
	team := ""
	if role != auth.RoleAdmin {
		teams, err := c.db.Teams(c.t.Context())
		require.NoError(c.t, err)
		if names := teams.Names(); len(names) > 0 {
			team = names[0]
		}
	}
	key, shown, err := auth.NewKey(c.sealer, name, role, team, "test", time.Now())
	require.NoError(c.t, err)
	require.NoError(c.t, c.db.CreateKey(c.t.Context(), key, auth.Console))
	return key, shown
}

// answer is what came back.
type answer struct {
	*http.Response
	body string
}

func (c *console) do(client *http.Client, request *http.Request) answer {
	c.t.Helper()
	// of the test's own: a server that another test closes takes the default one's connections with it
	own := *client
	if own.Transport == nil {
		own.Transport = c.transport
	}
	response, err := own.Do(request)
	require.NoError(c.t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(c.t, err)
	return answer{response, string(body)}
}

// get opens a page.
func (c *console) get(path string, headers ...string) answer {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, c.url+path, nil)
	require.NoError(c.t, err)
	setAll(request, headers)
	return c.do(c.browser, request)
}

// post posts a form as a browser does.
func (c *console) post(path string, form url.Values, headers ...string) answer {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.url+path, strings.NewReader(form.Encode()))
	require.NoError(c.t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Origin", c.url)
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	setAll(request, headers)
	return c.do(c.browser, request)
}

// read reads JSON with an API key.
func (c *console) read(path, token string, into any) answer {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, c.url+path, nil)
	require.NoError(c.t, err)
	setAll(request, []string{"Accept", "application/json", "X-Auth-Token", token})
	a := c.do(http.DefaultClient, request)
	if into != nil {
		require.NoError(c.t, json.Unmarshal([]byte(a.body), into), a.body)
	}
	return a
}

// call makes a call to the /v2 door.
func (c *console) call(method, path, body string, headers ...string) answer {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), method, c.url+path, strings.NewReader(body))
	require.NoError(c.t, err)
	request.Header.Set("X-Auth-Token", c.token)
	setAll(request, headers)
	return c.do(http.DefaultClient, request)
}

// setAll sets pairs of header and value; an empty value removes the header.
func setAll(request *http.Request, pairs []string) {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			request.Header.Del(pairs[i])
		} else {
			request.Header.Set(pairs[i], pairs[i+1])
		}
	}
}

func example(t testing.TB, name string) testkit.Example {
	t.Helper()
	for _, e := range testkit.Examples(t) {
		if e.Name == name {
			return e
		}
	}
	t.Fatalf("no example %q", name)
	return testkit.Example{}
}

// formOf flattens a body into form values, as somebody would type it in.
func formOf(t testing.TB, e testkit.Example) url.Values {
	t.Helper()
	var body any
	dec := json.NewDecoder(strings.NewReader(string(e.Body)))
	dec.UseNumber()
	require.NoError(t, dec.Decode(&body))
	form := url.Values{}
	flatten(form, "", body)
	if id := e.DesktopID(); id != "" {
		form.Set("desktop_id", id)
	}
	form.Del("type") // chosen with the form
	return form
}

func flatten(form url.Values, path string, value any) {
	switch value := value.(type) {
	case map[string]any:
		for name, child := range value {
			flatten(form, strings.TrimPrefix(path+"."+name, "."), child)
		}
	case []any:
		for i, child := range value {
			flatten(form, path+"["+strconv.Itoa(i)+"]", child)
		}
	default:
		form.Set(path, fmt.Sprint(value))
	}
}
