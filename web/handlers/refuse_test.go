package handlers_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// said are the problems that the door for scripts tells, by path.
func said(t *testing.T, a answer) map[string]string {
	t.Helper()
	var body struct {
		Code   string `json:"error_code"`
		Msg    string `json:"error_msg"`
		Detail string `json:"error_detail"`
	}
	require.NoError(t, json.Unmarshal([]byte(a.body), &body), a.body)
	require.Equal(t, "CONSOLE.0400", body.Code)
	require.NotEmpty(t, body.Msg)
	problems := map[string]string{}
	for line := range strings.SplitSeq(body.Detail, "\n") {
		path, words, ok := strings.Cut(line, ": ")
		require.True(t, ok, line)
		problems[path] = words
	}
	return problems
}

// TestBothDoorsRefuseTheSameWithTheSameWords breaks examples and holds what a script is told against what a page shows.
func TestBothDoorsRefuseTheSameWithTheSameWords(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	for name, b := range map[string]struct {
		example string
		break_  func(map[string]any)
		paths   []string
	}{
		"a size off the step": {"batch-desktop/ADD_VOLUME/desktop_ids", func(b map[string]any) {
			b["add_volume_param"].(map[string]any)["volume_size"] = 85
		}, []string{"add_volume_param.volume_size"}},
		"several at once": {"subscribe/createDesktops/desktops-list", func(b map[string]any) {
			r := b["resources"].([]any)[0].(map[string]any)
			delete(r, "period_num")
			d := r["create_desktops"].(map[string]any)
			d["root_volume"].(map[string]any)["size"] = 70
			d["image_type"] = "silver"
			d["desktops"].([]any)[1].(map[string]any)["user_name"] = "5 o'clock"
			d["size"] = 3
		}, []string{"resources[0].create_desktops.desktop_name", "resources[0].create_desktops.desktops[1].user_name", "resources[0].create_desktops.image_type",
			"resources[0].create_desktops.root_volume.size", "resources[0].create_desktops.size", "resources[0].period_num"}},
		"what the inventory knows": {"change/expandVolumes", func(b map[string]any) { b["expand_new_size"] = 10 },
			[]string{"expand_new_size"}},
	} {
		t.Run(name, func(t *testing.T) {
			e := example(t, b.example)
			var body map[string]any
			require.NoError(t, json.Unmarshal(e.Body, &body))
			b.break_(body)
			raw, err := json.Marshal(body)
			require.NoError(t, err)
			e.Body = raw

			script := c.call(e.Method, e.Path, string(raw))
			require.Equal(t, http.StatusBadRequest, script.StatusCode, script.body)
			told := said(t, script)
			assert.Equal(t, b.paths, slices.Sorted(maps.Keys(told)))

			form := formOf(t, e)
			form.Set("review", "1")
			page := c.post("/orders/new/"+e.Kind(), form)
			require.Equal(t, http.StatusUnprocessableEntity, page.StatusCode)
			assert.Equal(t, told, problemsOf(page.body))
			for name, values := range form {
				if name != "review" && values[0] != "" {
					assert.True(t, keeps(page.body, name, values[0]), "%s=%q is not shown again", name, values[0])
				}
			}
		})
	}
	list, err := c.cloud.Orders(t.Context(), allOrders)
	require.NoError(t, err)
	assert.Zero(t, list.Total, "nothing was ordered")
}

func TestEverythingWrongWithABodyIsToldAtItsPath(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	path := example(t, "subscribe/expandDesktopPool").Path
	for name, b := range map[string]struct {
		body  string
		paths []string
	}{
		"no JSON":             {`{"type"`, []string{"$"}},
		"nothing":             {``, []string{"$"}},
		"a list":              {`[]`, []string{"$"}},
		"two objects":         {`{"type":"expandDesktopPool"}{}`, []string{"$", "resources"}},
		"no type":             {`{"resources":[]}`, []string{"type"}},
		"a type of no door":   {`{"type":"RESIZE"}`, []string{"type"}},
		"a duplicate member":  {`{"type":"expandDesktopPool","type":"expandDesktopPool","resources":[{"period_type":2,"period_num":1,"expand_desktop_pool":{"pool_id":"p","size":1}}]}`, []string{"type"}},
		"an unknown member":   {`{"type":"expandDesktopPool","resources":[{"period_type":2,"period_num":1,"expand_desktop_pool":{"pool_id":"p","size":1,"colour":"red"}}]}`, []string{"resources[0].expand_desktop_pool.colour"}},
		"a quoted number":     {`{"type":"expandDesktopPool","resources":[{"period_type":"2","period_num":1,"expand_desktop_pool":{"pool_id":"p","size":1}}]}`, []string{"resources[0].period_type"}},
		"a boolean":           {`{"type":"expandDesktopPool","extend_param":{"is_auto_pay":true},"resources":[{"period_type":2,"period_num":1,"expand_desktop_pool":{"pool_id":"p","size":1}}]}`, []string{"extend_param.is_auto_pay"}},
		"beyond 32 bits":      {`{"type":"expandDesktopPool","resources":[{"period_type":2,"period_num":99999999999,"expand_desktop_pool":{"pool_id":"p","size":1}}]}`, []string{"resources[0].period_num"}},
		"invalid UTF-8":       {"{\"type\":\"expandDesktopPool\xff\"}", []string{"$"}},
		"a member of no type": {`{"type":"expandDesktopPool","resources":[{"attach_desktops":{},"period_type":2,"period_num":1,"expand_desktop_pool":{"pool_id":"p","size":1}}]}`, []string{"resources[0].attach_desktops"}},
		"a member never sent": {`{"type":"expandDesktopPool","resources":[{"cloud_service_console_url":"x","period_type":2,"period_num":1,"expand_desktop_pool":{"pool_id":"p","size":1}}]}`, []string{"resources[0].cloud_service_console_url"}},
	} {
		t.Run(name, func(t *testing.T) {
			a := c.call(http.MethodPost, path, b.body)
			require.Equal(t, http.StatusBadRequest, a.StatusCode, a.body)
			assert.Equal(t, b.paths, slices.Sorted(maps.Keys(said(t, a))), a.body)
			assert.Empty(t, a.Header.Get("X-Console-Order"))
		})
	}
}

func TestARowThatWasAddedToAnEmptyFormIsThere(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	for _, kind := range []string{"subscribe/createDesktops", "subscribe/createDesktopPool"} {
		list := map[string]string{"subscribe/createDesktops": "resources[0].create_desktops.desktops",
			"subscribe/createDesktopPool": "resources[0].create_desktop_pool.tags"}[kind]
		input := map[string]string{"subscribe/createDesktops": "[0].user_name", "subscribe/createDesktopPool": "[0].key"}[kind]
		a := c.post("/orders/new/"+kind, url.Values{"add": {list}})
		assert.Equal(t, http.StatusOK, a.StatusCode)
		assert.Contains(t, a.body, `name="`+list+input+`"`)
		form := url.Values{"add": {list}}
		form.Set(list+input, "typed")
		a = c.post("/orders/new/"+kind, form)
		assert.True(t, keeps(a.body, list+input, "typed"))
		assert.Contains(t, a.body, `name="`+list+"[1]"+input[3:]+`"`)
		form = url.Values{"remove": {list + "[0]"}}
		form.Set(list+input, "typed")
		form.Set(list+"[1]"+input[3:], "stays")
		a = c.post("/orders/new/"+kind, form)
		assert.Equal(t, http.StatusOK, a.StatusCode)
		assert.True(t, keeps(a.body, list+input, "stays"))
	}
}

func TestAnEmptyFormMarksItsFields(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	a := c.post("/orders/new/subscribe/createDesktops", url.Values{"review": {"1"}})
	assert.Equal(t, http.StatusUnprocessableEntity, a.StatusCode)
	told := problemsOf(a.body)
	for _, path := range []string{"resources[0].create_desktops.product_id", "resources[0].create_desktops.root_volume", "resources[0].period_type"} {
		assert.Equal(t, "is mandatory", told[path], path)
	}
	assert.Equal(t, 1, strings.Count(a.body, " autofocus"), "what tells them has the focus, without scripts too")
}
