package embedded

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/cloud"
)

// start is when every test's cloud was opened for the first time.
var start = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

// IDs of the examples.
const (
	ordinary = "8d049b4e-4f1e-4ed5-b3a9-a7f0f15658a7" // yearly/monthly
	metered  = "f8f7fe7a-9043-44ff-815e-ad20fc779d18" // pay-per-use, open to periodic changes
	pooledA  = "3c1a9f0e-5b77-4d0c-9a42-1e6f0d2b7c11"
	pooledB  = "5f2b8c1d-6e88-4e1d-8b53-2f7a1e3c8d22"
	thePool  = "b046ac8e-0994-4c09-a8a8-bd989d218120"
	theDisk  = "a1b2c3d4-5e6f-4a7b-8c9d-0e1f2a3b4c5d"
	aDisk    = "9e3a6daa-4c07-4b3e-a66b-ad5e80bf7143"
	bigger   = "workspace.k.xlarge2.uosv20pro"
	smaller  = "workspace.k.large2.uosv20pro"
	anImage  = "e1d65e11-861c-459d-a3a8-ab150d79befc"
	aSubnet  = "197c1aa4-2611-48bd-a3af-ac4ce2c17c4c"
)

// template is a folder with the demo data, made once and copied for every test.
var template = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "embedded-cloud")
	if err != nil {
		return "", err
	}
	c, err := Open(context.Background(), Config{Dir: dir, ProjectID: "project", Region: demoRegion, Now: func() time.Time { return start }})
	if err != nil {
		return dir, err
	}
	return dir, c.Close()
})

func TestMain(m *testing.M) {
	code := m.Run()
	if dir, _ := template(); dir != "" {
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

// world is a cloud with a clock that a test moves.
type world struct {
	*Cloud
	t   *testing.T
	dir string
	mu  sync.Mutex
	now time.Time
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) wait(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

const speed = 2 * time.Second

// fresh opens a folder of its own with the demo data.
func fresh(t *testing.T) *world {
	t.Helper()
	from, err := template()
	require.NoError(t, err)
	w := &world{t: t, dir: t.TempDir(), now: start}
	data, err := os.ReadFile(filepath.Join(from, "cloud.db"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(w.dir, "cloud.db"), data, 0o600))
	w.open()
	t.Cleanup(func() { _ = w.Close() })
	return w
}

func (w *world) config() Config {
	random := rand.New(rand.NewPCG(1, 2))
	return Config{Dir: w.dir, ProjectID: "project", Region: demoRegion, Speed: speed, Now: w.clock, UserName: "tester", Shuffle: random.Shuffle}
}

func (w *world) open() {
	w.t.Helper()
	c, err := Open(w.t.Context(), w.config())
	require.NoError(w.t, err)
	w.Cloud = c
}

// place sends a body to a door.
func (w *world) place(door cloud.Door, desktopID, body string) cloud.Answer {
	w.t.Helper()
	return w.Place(w.t.Context(), cloud.Call{Door: door, DesktopID: desktopID, Body: []byte(body)})
}

// placed sends a body and wants it accepted; it returns the first order's ID.
func (w *world) placed(door cloud.Door, desktopID, body string) string {
	w.t.Helper()
	answer := w.place(door, desktopID, body)
	require.Equal(w.t, cloud.OutcomeDone, answer.Outcome, "%s", answer.Body)
	require.True(w.t, answer.Entries[0].Placed(), "%s", answer.Body)
	return answer.Entries[0].OrderID
}

// completed sends a body, pays what is to be paid, and waits until it is done.
func (w *world) completed(door cloud.Door, desktopID, body string) cloud.BillingOrder {
	w.t.Helper()
	id := w.placed(door, desktopID, body)
	w.finish(id)
	return w.order(id)
}

func (w *world) finish(id string) {
	w.t.Helper()
	if w.order(id).Status == cloud.StatusToBePaid {
		require.NoError(w.t, w.Pay(w.t.Context(), id))
	}
	w.wait(speed)
	require.Equal(w.t, cloud.StatusCompleted, w.order(id).Status)
}

func (w *world) order(id string) cloud.BillingOrder {
	w.t.Helper()
	order, err := w.Order(w.t.Context(), id)
	require.NoError(w.t, err)
	return order
}

func (w *world) balanceIs(want string) {
	w.t.Helper()
	balance, err := w.Balance(w.t.Context())
	require.NoError(w.t, err)
	equalMoney(w.t, want, balance.Amount)
}

// everything reads all pages of a list.
func everything[T any](w *world, read func(context.Context, cloud.Page) (cloud.List[T], error)) []T {
	w.t.Helper()
	all, err := cloud.All(w.t.Context(), 100, read)
	require.NoError(w.t, err)
	return all
}

func (w *world) desktop(id string) cloud.Desktop {
	w.t.Helper()
	return only(w, everything(w, w.Desktops), func(d cloud.Desktop) bool { return d.DesktopID == id })
}

func (w *world) named(computerName string) cloud.Desktop {
	w.t.Helper()
	return only(w, everything(w, w.Desktops), func(d cloud.Desktop) bool { return d.ComputerName == computerName })
}

func (w *world) pool(id string) cloud.Pool {
	w.t.Helper()
	return only(w, everything(w, w.Pools), func(p cloud.Pool) bool { return p.ID == id })
}

func only[T any](w *world, list []T, is func(T) bool) T {
	w.t.Helper()
	i := slices.IndexFunc(list, is)
	require.GreaterOrEqual(w.t, i, 0, "not in the list")
	return list[i]
}

func equalMoney(t *testing.T, want string, got decimal.Decimal) {
	t.Helper()
	assert.True(t, decimal.RequireFromString(want).Equal(got), "want %s, got %s", want, got)
}

// refused wants a refusal by status and code.
func refused(t *testing.T, answer cloud.Answer, status int, code string) {
	t.Helper()
	require.NotNil(t, answer.Error, "%s", answer.Body)
	assert.Equal(t, cloud.OutcomeRefused, answer.Outcome)
	assert.Equal(t, status, answer.HTTPStatus)
	assert.Equal(t, code, answer.Error.Code, answer.Error.Msg)
	assert.LessOrEqual(t, len(answer.Error.Code), 12)
	assert.NotEmpty(t, answer.Error.Msg)
}

// edited edits a JSON body: a function gets it as maps.
func edited(t *testing.T, body []byte, edit func(map[string]any)) string {
	t.Helper()
	var tree map[string]any
	require.NoError(t, json.Unmarshal(body, &tree))
	edit(tree)
	text, err := json.Marshal(tree)
	require.NoError(t, err)
	return string(text)
}
