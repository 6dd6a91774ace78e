package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	uos    = "workspace.k.large2.uosv20pro"
	larger = "workspace.k.xlarge2.uosv20pro"
	image  = "e1d65e11-861c-459d-a3a8-ab150d79befc"
	subnet = "197c1aa4-2611-48bd-a3af-ac4ce2c17c4c"
	users  = "resources[0].create_desktops.desktops"
	ids    = "resize_param.desktop_ids"
)

// token is a new API key of an admin.
func (c *console) token(t *testing.T) string {
	t.Helper()
	binary, err := program()
	require.NoError(t, err)
	cmd := exec.Command(binary, "key", "create", "--name", "batch", "--role", "admin", "--format", "json", "--data", c.data)
	cmd.Env = plainEnv()
	out, err := cmd.Output()
	require.NoError(t, err)
	var key struct{ Token string }
	require.NoError(t, json.Unmarshal(out, &key))
	return key.Token
}

// calls makes a call to the /v2 door and returns the order that it became.
func (c *console) calls(t *testing.T, token, path, body string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.url+path, strings.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("X-Auth-Token", token)
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, answer.StatusCode, "%s", said)
	return answer.Header.Get("X-Console-Order")
}

const project = "0bec5db98280d2d02fd6c00c2de791ce"

// bought are n new desktops of nobody's, by ID.
func (b *tab) bought(token, prefix string, n int) []string {
	b.t.Helper()
	for left := n; left > 0; left -= 100 {
		b.console.calls(b.t, token, "/v2/"+project+"/periodic/subscribe/order", fmt.Sprintf(`{"type":"createDesktops","extend_param":{"is_auto_pay":"true"},
			"resources":[{"period_type":2,"period_num":1,"create_desktops":{"size":%d,"desktop_name":"%s%d","desktop_type":"DEDICATED","product_id":%q,
			"image_type":"private","image_id":%q,"root_volume":{"type":"SAS","size":80},"nics":[{"subnet_id":%q}]}}]}`,
			min(left, 100), prefix, left, uos, image, subnet))
	}
	var found []string
	b.eventually("the desktops are there", func() bool {
		found = nil
		for next := "/desktops?q=" + prefix; next != ""; {
			var page struct {
				Items []struct {
					DesktopID string `json:"desktop_id"`
				}
				Next string
			}
			b.read(next, &page)
			for _, d := range page.Items {
				found = append(found, d.DesktopID)
			}
			next = page.Next
		}
		return len(found) == n
	})
	return found
}

// ticks selects all n that a list of desktops finds, and takes out one on each page, from the first on. It stays on the last.
func (b *tab) ticks(list string, n int, out ...string) {
	b.t.Helper()
	b.see(list)
	require.EqualValues(b.t, 200, b.press(`#selecting button[name=do][value=all]`))
	b.selected(n)
	for i, id := range out {
		b.click(fmt.Sprintf(`[data-row-check][value=%q]`, id))
		next := `a[rel=next]`
		if b.scripts {
			b.selected(n - i - 1)
		} else {
			next = `#selecting button[name=to]`
		}
		if i < len(out)-1 {
			require.EqualValues(b.t, 200, b.press(next))
			b.selected(n - i - 1) // they are on the next page too
		}
	}
}

// pays pays an order on its page, whatever it was billed.
func (b *tab) pays(id string) {
	b.t.Helper()
	b.see("/orders/" + id)
	b.fresh(`document.querySelector("button[name=pay]") !== null`)
	if b.count(`[name=confirm]`) > 0 {
		b.click(`[name=confirm]`)
	}
	require.EqualValues(b.t, 200, b.press(`form[action$="/pay"]:not([id]) button[name=pay]`))
	left := func() (n int) {
		var order struct {
			CloudOrders []struct {
				Status *int `json:"order_status"`
				Result string
			} `json:"cloud_orders"`
		}
		b.read("/orders/"+id, &order)
		for _, c := range order.CloudOrders {
			if c.Result != "FAIL" && (c.Status == nil || *c.Status != 5) {
				n++
			}
		}
		return n
	}
	// a hundred are paid one by one, which takes its time
	for n := left(); n > 0; {
		before := n
		b.eventually("more are paid", func() bool { n = left(); return n < before })
	}
}

// look looks at a page, with scripts also for what is wrong with it.
func (b *tab) look(name string) {
	b.t.Helper()
	if b.scripts {
		b.check(name)
	} else {
		b.picture(name)
	}
}

// choose gives a file to an input.
func (b *tab) choose(selector, path string) {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		found, err := cdp.Call(ctx, target, runtime.Evaluate, runtime.EvaluateParams{Expression: fmt.Sprintf(`document.querySelector(%q)`, selector)})
		if err != nil {
			return err
		}
		_, err = cdp.Call(ctx, target, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: []string{path}, ObjectID: found.Result.ObjectID})
		return err
	}))
}

// told is a request as the console tells it in JSON.
type told struct {
	ID, State string
	Calls     []struct{ ID, State, Badge string }
	Results   []struct {
		DesktopID string `json:"desktop_id"`
		State     string
	}
}

// request reads a request once it is as it should be.
func (b *tab) request(path, what string, is func(told) bool) (r told) {
	b.t.Helper()
	b.eventually(what, func() bool {
		r = told{}
		b.read(path, &r)
		return is(r)
	})
	return r
}

func (r told) counts() map[string]int {
	n := map[string]int{}
	for _, result := range r.Results {
		n[result.State]++
	}
	return n
}

func TestResizing250DesktopsOfWhichTwoFail(t *testing.T) {
	t.Parallel()
	resizeMany(startConsole(t, "--embedded-speed", "0s").open(t, true))
}

func TestResizing250DesktopsOfWhichTwoFailWithoutScripts(t *testing.T) {
	t.Parallel()
	resizeMany(startConsole(t, "--embedded-speed", "0s").open(t, false))
}

func resizeMany(b *tab) {
	t := b.t
	b.see(b.console.link)
	token := b.console.token(t)
	bought := b.bought(token, "BAT", 253)
	// one of each of the first three pages stays as it is
	all := slices.Concat(bought[:3], bought[4:60], bought[61:120], bought[121:])
	// two have the larger package already: the cloud refuses them, and its answer does not name them
	two := []string{all[7], all[201]}
	first := b.console.calls(t, token, "/v2/"+project+"/periodic/change/batch-order",
		fmt.Sprintf(`{"type":"RESIZE","resize_param":{"desktop_ids":[%q,%q],"product_id":%q}}`, two[0], two[1], larger))
	b.pays(first)
	b.eventually("the two are larger", func() bool {
		var page struct{ Items []map[string]any }
		b.read("/desktops?product_id="+larger+"&q=BAT", &page)
		return len(page.Items) == 2
	})

	b.ticks("/desktops?q=BAT", 253, bought[3], bought[60], bought[120])
	b.look("batch-selected")
	require.EqualValues(t, 200, b.press(`.selectbar button[name=order][value="batch-desktop/RESIZE"]`))
	lines := fmt.Sprintf(`textarea[name=%q]`, ids)
	assert.ElementsMatch(t, all, strings.Fields(evaluate[string](b, fmt.Sprintf(`document.querySelector(%q).value`, lines))), "all that are selected, of every page")
	b.look("batch-filled-form")
	b.run(fmt.Sprintf(`document.querySelector(%q).value = %q`, lines, "desktop_id\nnot an ID\n"+strings.Join(all, "\n")))
	b.fill("resize_param.product_id", larger)
	require.EqualValues(t, 200, b.press(`button[name=fill]`))
	assert.Equal(t, 1, b.count(`.bad-lines li`))
	assert.Contains(t, b.text(`.bad-lines`), "not an ID")
	assert.Equal(t, "2", b.attribute(`.bad-lines li`, "data-line"))
	assert.Equal(t, larger, b.value("resize_param.product_id"))
	b.look("batch-bad-line")
	b.run(fmt.Sprintf(`document.querySelectorAll('textarea[name=%q]').forEach(list => { list.value = list.value.replace("not an ID\n", "") })`, ids))
	require.EqualValues(t, 200, b.press("aside button[name=review]"))
	assert.Equal(t, "/orders/review", b.path())
	assert.Contains(t, b.text("#calls"), "3 calls")
	b.look("batch-review")
	require.EqualValues(t, 200, b.press("button[name=place]"))
	where := b.path()
	require.Regexp(t, `^/requests/`, where)
	r := b.request(where, "all calls are placed", func(r told) bool {
		for _, call := range r.Calls {
			if call.State != "placed" {
				return false
			}
		}
		return true
	})
	require.Len(t, r.Calls, 3)
	if b.scripts {
		b.until(`document.querySelectorAll("#request-live tr[data-state=placed]").length === 3`) // by itself
	}
	b.see(where)
	b.look("batch-unpaid")
	for _, call := range r.Calls {
		b.pays(call.ID)
	}
	r = b.request(where, "it is known which two failed", func(r told) bool { return r.counts()["completed"] == 248 && r.counts()["failed"] == 2 })
	b.see(where + "?state=failed")
	b.look("batch-two-failed")
	assert.ElementsMatch(t, two, b.ids("tr[data-result=failed]", "data-desktop"))
	status, table := b.get(where+".csv", "text/csv")
	require.Equal(t, http.StatusOK, status)
	assert.Equal(t, 251, strings.Count(string(table), "\n"))

	require.EqualValues(t, 200, b.press(`button[name=retry][value=failed]`))
	assert.Equal(t, []string{two[0], two[1]}, []string{b.value(ids + "[0]"), b.value(ids + "[1]")})
	assert.Zero(t, b.count(fmt.Sprintf(`[name="%s[2]"]`, ids)))
	b.fill("resize_param.product_id", "workspace.k.xlarge4.uosv20pro")
	require.EqualValues(t, 200, b.press("aside button[name=review]"))
	require.EqualValues(t, 200, b.press("button[name=place]"))
	assert.Contains(t, b.path(), "/orders/")

	// who asks for the same retry once more is not offered it
	b.see(where + "?state=failed")
	assert.Zero(t, b.count(`button[name=retry]`))
	assert.Equal(t, 2, strings.Count(b.text("main"), "Ordered again"))
}

func TestBuyingTenDesktopsFromAFile(t *testing.T) {
	t.Parallel()
	buyTen(startConsole(t, "--embedded-speed", "0s").open(t, true))
}

func TestBuyingTenDesktopsFromAFileWithoutScripts(t *testing.T) {
	t.Parallel()
	buyTen(startConsole(t, "--embedded-speed", "0s").open(t, false))
}

func buyTen(b *tab) {
	t := b.t
	// as a spreadsheet writes it where a comma is a decimal sign
	rows := []string{"\uFEFFuser_name;user_email;user_group;computer_name"}
	for i := range 10 {
		rows = append(rows, fmt.Sprintf("new%02d;new%02d@example.com;sudo;TEN-%02d", i, i, i))
	}
	rows[4] = strings.Replace(rows[4], "TEN-03", "TEN 03", 1)
	file := filepath.Join(t.TempDir(), "people.csv")
	require.NoError(t, os.WriteFile(file, []byte(strings.Join(rows, "\r\n")+"\r\n"), 0o600))

	b.see(b.console.link)
	b.see("/orders/new/subscribe/createDesktops")
	const of = "resources[0].create_desktops."
	for name, value := range map[string]string{of + "product_id": uos, of + "image_type": "private", of + "image_id": image, of + "desktop_type": "DEDICATED",
		of + "root_volume.type": "SAS", of + "root_volume.size": "80", "resources[0].period_type": "2", "resources[0].period_num": "1"} {
		b.fill(name, value)
	}
	b.run(`document.querySelectorAll(".disclosure").forEach(d => { d.open = true })`)
	b.choose(fmt.Sprintf(`[name="file.%s"]`, users), file)
	require.EqualValues(t, 200, b.press(`button[name=fill]`))
	assert.Equal(t, "5", b.attribute(`.bad-lines li`, "data-line"))
	assert.Contains(t, b.text(`.bad-lines`), "TEN 03")
	assert.Equal(t, 1, b.count(`.bad-lines li`))
	assert.Equal(t, uos, b.value(of+"product_id"))
	b.look("batch-users-bad-line")
	b.run(fmt.Sprintf(`document.querySelectorAll('textarea[name=%q]').forEach(list => { list.value = list.value.replace("TEN 03", "TEN-03") })`, users))
	require.EqualValues(t, 200, b.press(`button[name=fill]`))
	assert.Zero(t, b.count(`.bad-lines li`))
	assert.Equal(t, "new09", b.value(users+"[9].user_name"), "the lines are rows of the form")
	b.look("batch-users-read")
	require.EqualValues(t, 200, b.press("aside button[name=review]"))
	assert.Equal(t, "/orders/review", b.path())
	require.EqualValues(t, 200, b.press("button[name=place]"))
	var order struct {
		Request struct {
			Resources []struct {
				Create struct {
					Desktops []struct {
						ComputerName string `json:"computer_name"`
					}
				} `json:"create_desktops"`
			}
		}
	}
	b.read(b.path(), &order)
	require.Len(t, order.Request.Resources[0].Create.Desktops, 10)
	assert.Equal(t, "TEN-03", order.Request.Resources[0].Create.Desktops[3].ComputerName)
}
