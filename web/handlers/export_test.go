package handlers_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders"
	"workspace-order-console/web/handlers"
)

// history stores orders, newest last, each with a reason.
func (c *console) history(reasons ...string) (ids []string) {
	c.t.Helper()
	for i, reason := range reasons {
		o := someOrder(c.t)
		o.Reason, o.CreatedAt = reason, time.Now().Add(time.Duration(i-len(reasons))*time.Second)
		require.NoError(c.t, c.db.LoadOrders(c.t.Context(), []orders.Order{o}))
		ids = append(ids, o.ID)
	}
	return ids
}

// someOrder is an order that nothing will move.
func someOrder(t testing.TB) orders.Order {
	t.Helper()
	e := example(t, "subscribe/createDesktops/minimal-seed-example")
	id := orders.NewID()
	return orders.Order{ID: id, RequestID: id, Kind: "subscribe/createDesktops", State: orders.StateWithdrawn, Door: auth.DoorWeb, Actor: "amelia.hart",
		Path: "/v2/" + project + "/periodic/subscribe/order", Body: e.Body, Hash: strings.Repeat("0", 64), CreatedAt: time.Now(), UpdatedAt: time.Now()}
}

func TestExportOrders(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	reasons := []string{"=HYPERLINK(\"x\")", "+1", "-2", "@SUM(A1)", "\tx", "＝1", "新同事，两台", "says \"hi\",\nand more", "", "x;=1+1", "x; \"@y\"", "why:\n-2+1\n- a; b"}
	for i := range 450 {
		reasons = append(reasons, fmt.Sprintf("number %d", i))
	}
	ids := c.history(reasons...)

	a := c.get("/orders/export?format=csv&actor=amelia.hart&q=")
	require.Equal(t, http.StatusOK, a.StatusCode)
	assert.Equal(t, "text/csv; charset=utf-8", a.Header.Get("Content-Type"))
	assert.Equal(t, `attachment; filename="orders-`+time.Now().UTC().Format(time.DateOnly)+`.csv"`, a.Header.Get("Content-Disposition"))
	body, marked := strings.CutPrefix(a.body, "\uFEFF")
	assert.True(t, marked, "a byte order mark")
	rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, len(ids)+1)
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	told := map[string]string{}
	for i, row := range rows[1:] {
		assert.Equal(t, ids[len(ids)-1-i], row[column["id"]], "newest first, each once")
		told[row[column["id"]]] = row[column["reason"]]
	}
	for i, want := range []string{"'=HYPERLINK(\"x\")", "'+1", "-2", "'@SUM(A1)", "'\tx", "'＝1", "新同事，两台", "says \"hi\",\nand more", "", "x;'=1+1", "x; \"'@y\"", "why:\n'-2+1\n- a; b"} {
		assert.Equal(t, want, told[ids[i]])
	}

	a = c.get("/orders/export?format=jsonl&actor=amelia.hart")
	require.Equal(t, http.StatusOK, a.StatusCode)
	lines := strings.Split(strings.TrimSpace(a.body), "\n")
	require.Len(t, lines, len(ids))
	var first map[string]any
	require.NoError(t, json.Unmarshal([]byte(lines[len(lines)-1]), &first))
	assert.Equal(t, reasons[0], first["reason"], "as it was typed")
	assert.Equal(t, ids[0], first["id"])

	assert.Len(t, strings.Split(strings.TrimSpace(c.get("/orders/export?format=csv&actor=nobody").body), "\n"), 1, "filters hold")
	assert.Equal(t, http.StatusBadRequest, c.get("/orders/export").StatusCode)
	assert.Equal(t, http.StatusBadRequest, c.get("/orders/export?format=xls").StatusCode)
	assert.Equal(t, http.StatusBadRequest, c.get("/orders/export?format=csv&state=none").StatusCode)

	// what was taken away stands in the log, and the log itself can be taken away
	a = c.get("/audit/export?format=jsonl&action=list.exported")
	lines = strings.Split(strings.TrimSpace(a.body), "\n")
	require.Len(t, lines, 3)
	assert.Contains(t, lines[len(lines)-1], `"object":"list:orders"`)
	assert.Contains(t, lines[len(lines)-1], `"filters":"actor=amelia.hart"`)
	assert.Contains(t, lines[len(lines)-1], `"format":"csv"`)
}

// shortLog is a log of which only the first page can be read.
type shortLog struct{ audit.Log }

func (l shortLog) Audit(ctx context.Context, f audit.Filter) (audit.Page, error) {
	if f.Before > 0 {
		return audit.Page{}, errors.New("the database is away")
	}
	return l.Log.Audit(ctx, f)
}

// An export that cannot be finished must not look as if it was.
func TestAnExportThatBreaksOff(t *testing.T) {
	t.Parallel()
	c := start(t, func(config *handlers.Config) { config.Audit = shortLog{config.Audit} })
	c.browser = c.signIn()
	entries := make([]audit.Entry, 250)
	for i := range entries {
		entries[i] = audit.Entry{Time: time.Now(), Actor: "amelia.hart", Door: "web", Action: "signin", Object: "session:x"}
	}
	require.NoError(t, c.db.LoadEntries(t.Context(), entries))
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.url+"/audit/export?format=csv", nil)
	require.NoError(t, err)
	answer, err := c.browser.Do(request)
	require.NoError(t, err)
	defer answer.Body.Close() //nolint:errcheck // it breaks off
	require.Equal(t, http.StatusOK, answer.StatusCode)
	body, err := io.ReadAll(answer.Body)
	assert.Error(t, err, "the connection breaks off")
	assert.Equal(t, 201, strings.Count(string(body), "\r\n"), "after the first page")
}
