package handlers_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/store"
	"workspace-order-console/web/handlers"
)

const resize = "/orders/new/batch-desktop/RESIZE"

// resizing is a filled-in form to resize desktops, one ID a line.
func resizing(ids ...string) url.Values {
	return url.Values{"order": {orders.NewID()}, "resize_param.product_id": {"workspace.g.4xlarge4.a10.win"},
		"resize_param.desktop_ids": {strings.Join(ids, "\r\n")}, "review": {"1"}}
}

// numbered are n IDs that no inventory knows.
func numbered(n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("d-%04d", i+1)
	}
	return ids
}

// placedForm reviews and places a form, and returns where that leads.
func (c *console) placedForm(path string, form url.Values) string {
	c.t.Helper()
	a := c.post(path, form)
	require.Equal(c.t, http.StatusSeeOther, a.StatusCode, problemsOf(a.body))
	a = c.get(a.Header.Get("Location"))
	quote := between(a.body, `name="quote" value="`, `"`)
	a = c.post("/orders/review", url.Values{"order": {form.Get("order")}, "quote": {quote}, "place": {"1"}})
	require.Equal(c.t, http.StatusSeeOther, a.StatusCode, problemsOf(a.body))
	return a.Header.Get("Location")
}

func between(text, from, to string) string {
	_, rest, _ := strings.Cut(text, from)
	found, _, _ := strings.Cut(rest, to)
	return found
}

// toldRequest is a request as scripts read it.
type toldRequest struct {
	ID    string
	State string
	Calls []struct{ ID, State, Badge string }
	// Results are one for each desktop.
	Results []struct {
		DesktopID string `json:"desktop_id"`
		State     string
	}
}

// finished waits until no call of a request is queued or on its way.
func (c *console) finished(path string) (r toldRequest) {
	c.t.Helper()
	require.Eventually(c.t, func() bool {
		c.read(path, c.token, &r)
		for _, call := range r.Calls {
			if call.State == "queued" || call.State == "sending" {
				return false
			}
		}
		return true
	}, 20*time.Second, 20*time.Millisecond)
	return r
}

func TestTwoHundredAndFiftyDesktopsAreOneRequestOfThreeCalls(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	ids := numbered(250)
	form := resizing(ids...)
	a := c.post(resize, form)
	require.Equal(t, http.StatusSeeOther, a.StatusCode, problemsOf(a.body))
	review := c.get(a.Header.Get("Location"))
	assert.Contains(t, review.body, "3 calls")
	assert.Contains(t, review.body, "Call 3: exactly what is sent")
	assert.Contains(t, review.body, "and 230 more lines like these")

	back := c.get(resize + "?order=" + form.Get("order"))
	assert.Contains(t, back.body, strings.Join(ids, "\n"), "back in the form the list is a text")
	assert.Less(t, strings.Count(back.body, "<input"), 40)

	where := c.placedForm(resize, form)
	assert.Equal(t, "/requests/"+form.Get("order"), where)
	again := c.post("/orders/review", url.Values{"order": {form.Get("order")}, "quote": {"x"}, "place": {"1"}})
	assert.Equal(t, where, again.Header.Get("Location"), "placed twice it is one request")

	r := c.finished(where)
	require.Len(t, r.Calls, 3)
	require.Len(t, r.Results, 250)
	page := c.get(where)
	assert.Equal(t, http.StatusOK, page.StatusCode)
	assert.Contains(t, page.body, `data-request="`+form.Get("order")+`"`)
	assert.Equal(t, 100, strings.Count(page.body, `data-result=`), "a page of results")
	assert.Equal(t, 50, strings.Count(c.get(where+"?from=200").body, `data-result=`))
	assert.Contains(t, c.get("/orders/"+r.Calls[1].ID).body, `href="`+where+`"`)

	table := c.get(where + ".csv")
	assert.Equal(t, "text/csv; charset=utf-8", table.Header.Get("Content-Type"))
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(table.body, "\uFEFF"))).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 251)
	assert.Equal(t, "desktop_id", rows[0][0])
	assert.Equal(t, "d-0250", rows[250][0])
}

func TestWhatFailedIsOrderedAgain(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	where := c.placedForm(resize, resizing(numbered(120)...))
	r := c.finished(where)
	for _, result := range r.Results {
		require.Equal(t, "failed", result.State, "the cloud has no such desktops")
	}
	a := c.post(where+"/retry", url.Values{"retry": {"failed"}})
	require.Equal(t, http.StatusSeeOther, a.StatusCode)
	form := c.get(a.Header.Get("Location"))
	require.Equal(t, http.StatusOK, form.StatusCode)
	assert.Contains(t, form.body, strings.Join(numbered(120), "\n"))
	assert.Contains(t, form.body, `value="workspace.g.4xlarge4.a10.win"`)
	assert.Equal(t, http.StatusNotFound, c.get(resize+"?request="+r.ID+"&of=unsent").StatusCode, "nothing was withdrawn")
}

func TestBadLinesOfAListAreMarkedAndNothingIsLost(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	form := resizing("d-1", "", "not an ID", "d-2", "d-1")
	form.Del("resize_param.product_id")
	form.Set("reason", "kept")
	form.Set("fill", "resize_param.desktop_ids")
	a := c.post(resize, form)
	assert.Equal(t, http.StatusOK, a.StatusCode)
	assert.Contains(t, a.body, "Line 3</strong> <code translate=\"no\">not an ID</code>")
	assert.Contains(t, a.body, "Line 5</strong> <code translate=\"no\">d-1</code>")
	assert.Contains(t, a.body, `id="error-resize_param.desktop_ids[1]"`)
	assert.Contains(t, a.body, "d-1\n\nnot an ID\nd-2\nd-1</textarea>", "as it was typed")
	assert.Contains(t, a.body, ">kept</textarea>")
	assert.NotContains(t, a.body, "is mandatory", "what is not filled in yet is not the list's business")

	form.Del("fill")
	assert.Equal(t, http.StatusUnprocessableEntity, c.post(resize, form).StatusCode)

	good := resizing("d-1", "d-2")
	good.Set("fill", "resize_param.desktop_ids")
	a = c.post(resize, good)
	assert.Contains(t, a.body, `name="resize_param.desktop_ids[1]" value="d-2"`, "a short list becomes rows")
	assert.Contains(t, a.body, `></textarea>`)

	lists := resizing(numbered(2001)...)
	a = c.post(resize, lists)
	assert.Equal(t, http.StatusUnprocessableEntity, a.StatusCode)
	assert.Contains(t, a.body, "must have 1 to 2000 entries")
}

// uploadList posts a form with a list as a file.
func (c *console) uploadList(path string, form url.Values, list string, content []byte) answer {
	c.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, values := range form {
		for _, value := range values {
			require.NoError(c.t, w.WriteField(name, value))
		}
	}
	file, err := w.CreateFormFile("file."+list, "users.csv")
	require.NoError(c.t, err)
	_, err = file.Write(content)
	require.NoError(c.t, err)
	require.NoError(c.t, w.Close())
	request, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.url+path, io.Reader(&body))
	require.NoError(c.t, err)
	request.Header.Set("Content-Type", w.FormDataContentType())
	request.Header.Set("Origin", c.url)
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	return c.do(c.browser, request)
}

func TestUsersComeFromAFileThatASpreadsheetHasWritten(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	const list, path = "resources[0].create_desktops.desktops", "/orders/new/subscribe/createDesktops"
	text := "user_name;user_email;user_group;computer_name\r\nann;ann@example.com;users;PC-101\r\nbob;not-an-address;users;PC-102\r\n"
	wide := func(order func(uint16) []byte, mark []byte) []byte {
		out := mark
		for _, unit := range utf16.Encode([]rune(text)) {
			out = append(out, order(unit)...)
		}
		return out
	}
	for name, content := range map[string][]byte{
		"UTF-8":                       []byte(text),
		"UTF-8 with a mark":           []byte("\uFEFF" + text),
		"UTF-16, little end first":    wide(func(u uint16) []byte { return []byte{byte(u), byte(u >> 8)} }, []byte{0xff, 0xfe}),
		"UTF-16, the other end":       wide(func(u uint16) []byte { return []byte{byte(u >> 8), byte(u)} }, []byte{0xfe, 0xff}),
		"UTF-8, without a line's end": []byte(strings.TrimSpace(text)),
	} {
		t.Run(name, func(t *testing.T) {
			a := c.uploadList(path, url.Values{"order": {orders.NewID()}, "fill": {list}, "reason": {"new people"}}, list, content)
			require.Equal(t, http.StatusOK, a.StatusCode)
			assert.Contains(t, a.body, "Line 3</strong> <code translate=\"no\">bob, not-an-address, users, PC-102</code> user_email:")
			assert.NotContains(t, a.body, "Line 2</strong>")
			assert.Contains(t, a.body, ">new people</textarea>")
		})
	}
	for name, c2 := range map[string]struct {
		content []byte
		want    string
	}{
		"a workbook":        {[]byte("PK\x03\x04..."), "is a workbook"},
		"bytes of no text":  {[]byte("ann;\xff\xfe\xfd"), "is no text in UTF-8 or UTF-16"},
		"far too large":     {bytes.Repeat([]byte("ann\n"), 140_000), "is too large: at most 512 KiB"},
		"a column too many": {[]byte("ann,,,PC-1,x"), "has 5 cells, but there are 4 columns"},
		"an unknown column": {[]byte("user_name,colour\nann,red"), "colour"},
	} {
		t.Run(name, func(t *testing.T) {
			a := c.uploadList(path, url.Values{"order": {orders.NewID()}, "fill": {list}}, list, c2.content)
			require.Equal(t, http.StatusOK, a.StatusCode)
			assert.Contains(t, a.body, c2.want)
		})
	}
}

func TestARequestIsPausedResumedAndStoppedOnItsPage(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	c.rest() // nobody sends: it stays as it is placed
	where := c.placedForm(resize, resizing(numbered(150)...))
	state := func() (r toldRequest) {
		c.read(where, c.token, &r)
		return r
	}
	page := c.get(where)
	assert.Contains(t, page.body, `name="pause"`)
	assert.Contains(t, page.body, "data-poll")
	require.Equal(t, http.StatusSeeOther, c.post(where+"/pause", url.Values{}).StatusCode)
	assert.Equal(t, "paused", state().State)
	assert.Contains(t, c.get(where).body, `name="resume"`)
	again := c.post(where+"/pause", url.Values{})
	assert.Equal(t, http.StatusConflict, again.StatusCode)
	assert.Contains(t, again.body, "not as the page showed it")
	require.Equal(t, http.StatusSeeOther, c.post(where+"/resume", url.Values{}).StatusCode)
	assert.Equal(t, "running", state().State)
	require.Equal(t, http.StatusSeeOther, c.post(where+"/stop", url.Values{}).StatusCode)
	r := state()
	assert.Equal(t, "stopped", r.State)
	for _, call := range r.Calls {
		assert.Equal(t, "withdrawn", call.State)
	}
	page = c.get(where)
	assert.NotContains(t, page.body, `name="stop"`)
	assert.NotContains(t, page.body, "data-poll", "nothing can move any more")
	assert.Contains(t, page.body, "Order 150 that were not sent")
	poll := c.get(where + "/poll?version=0")
	assert.Contains(t, poll.body, `id="request-live"`)
	assert.Equal(t, http.StatusBadRequest, c.get(where+"?state=nonsense").StatusCode)
	assert.Equal(t, http.StatusBadRequest, c.get(where+"?from=-1").StatusCode)
}

// unpaidRequest is a request of two calls that wait for their payment, and its page.
func (c *console) unpaidRequest() (where, page string) {
	c.t.Helper()
	const list = "resources[0].create_desktops.desktops"
	form := formOf(c.t, example(c.t, "subscribe/createDesktops/minimal-seed-example"))
	for name := range form {
		if strings.HasPrefix(name, list) {
			form.Del(name)
		}
	}
	users := make([]string, 60)
	for i := range users {
		users[i] = fmt.Sprintf("user%03d", i)
	}
	form.Set(list, strings.Join(users, "\r\n"))
	form.Set("resources[0].create_desktops.size", "")
	form.Set("order", orders.NewID())
	form.Set("review", "1")
	where = c.placedForm("/orders/new/subscribe/createDesktops", form)
	for _, call := range c.finished(where).Calls {
		c.until(call.ID, "to_be_paid")
	}
	return where, c.settledPage(where)
}

func TestAllCallsOfARequestArePaidAtOnce(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	where, page := c.unpaidRequest()
	assert.Contains(t, page, "2 calls wait for their payment.")
	assert.Contains(t, page, "Pay all…")
	confirm := inputValue(t, page, "confirm")
	require.Regexp(t, `^\d+\.\d\d USD$`, confirm)

	wrong := c.post(where+"/pay", url.Values{"confirm": {"0.01 USD"}})
	assert.Equal(t, http.StatusConflict, wrong.StatusCode)
	assert.Contains(t, wrong.body, "is not what the page showed any more")
	assert.Equal(t, confirm, inputValue(t, wrong.body, "confirm"), "nothing was paid")

	a := c.post(where+"/pay", url.Values{"confirm": {confirm}})
	require.Equal(t, http.StatusSeeOther, a.StatusCode)
	assert.Equal(t, where, a.Header.Get("Location"))
	var r toldRequest
	c.read(where, c.token, &r)
	for _, call := range r.Calls {
		c.until(call.ID, "completed")
	}
	page = c.get(where).body
	assert.NotContains(t, page, "Pay all…")
	assert.Equal(t, 2, strings.Count(page, ">Paid<"), "each call says what became of its payment")
	again := c.post(where+"/pay", url.Values{"confirm": {confirm}})
	assert.Equal(t, http.StatusConflict, again.StatusCode)
	assert.Contains(t, again.body, "nothing left to be paid")
}

func TestWhatKeepsOneCallFromBeingPaidIsToldForEach(t *testing.T) {
	t.Parallel()
	c := start(t, func(config *handlers.Config) {
		config.Service = orders.NewService(orders.Config{Journal: quickerWithTheFirst{config.Journal.(*store.Store)}, Inventory: config.Service.Inventory,
			Teams: config.Service.Teams, Quoter: config.Service.Quoter, Billing: config.Service.Billing, ProjectID: project, Region: region, Now: time.Now})
	})
	c.browser = c.signIn()
	where, page := c.unpaidRequest()
	a := c.post(where+"/pay", url.Values{"confirm": {inputValue(t, page, "confirm")}})
	assert.Equal(t, http.StatusConflict, a.StatusCode)
	_, told, _ := strings.Cut(a.body, "Not every call is being paid.")
	assert.Regexp(t, `(?s)^.{0,400}Call 1 of 2</a>:\s*[^<]*changed.{0,400}Call 2 of 2</a>:\s*Payment asked for`, told)
}

// quickerWithTheFirst is a journal in which somebody else was quicker with each first call.
type quickerWithTheFirst struct{ *store.Store }

func (q quickerWithTheFirst) RequestActions(ctx context.Context, actions []orders.Action, entry audit.Entry) error {
	if o, err := q.Order(ctx, actions[0].OrderID); err != nil || o.Position == 0 {
		return errors.Join(err, orders.ErrStale)
	}
	return q.Store.RequestActions(ctx, actions, entry)
}
