package handlers_test

import (
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/testkit"
)

// sentBody is what the cloud should get of an example: canonical, automatic payment turned off.
func sentBody(t *testing.T, e testkit.Example) string {
	t.Helper()
	var body map[string]any
	dec := json.NewDecoder(strings.NewReader(string(e.Body)))
	dec.UseNumber()
	require.NoError(t, dec.Decode(&body))
	if extend, ok := body["extend_param"].(map[string]any); ok {
		extend["is_auto_pay"] = "false"
	}
	canonical, err := audit.Canonical(body)
	require.NoError(t, err)
	return string(canonical)
}

// orderBody is what the journal says was sent.
func (c *console) orderBody(id string) string {
	c.t.Helper()
	order, err := c.db.Order(c.t.Context(), id)
	require.NoError(c.t, err)
	return string(order.Body)
}

// TestEveryExampleThroughTheDoorForScripts makes each of the 44 calls on a fresh console.
func TestEveryExampleThroughTheDoorForScripts(t *testing.T) {
	t.Parallel()
	for _, e := range testkit.Examples(t) {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			c := newConsole(t)
			a := c.call(e.Method, e.Path, string(e.Body), "Content-Type", "application/json")
			require.Equal(t, http.StatusOK, a.StatusCode, a.body)
			assert.Equal(t, shape(t, e.Response.Body), shape(t, []byte(a.body)), a.body)
			assert.NotEmpty(t, a.Header.Get("X-Request-Id"))
			id := a.Header.Get("X-Console-Order")
			require.NotEmpty(t, id)
			assert.Equal(t, sentBody(t, e), c.orderBody(id))
		})
	}
}

// shape is what an answer's body is made of: its members, and those that each of its entries has at least.
func shape(t *testing.T, body []byte) string {
	t.Helper()
	var answer struct {
		OrderID string `json:"order_id"`
		Orders  []struct {
			OrderID     string `json:"order_id"`
			OrderStatus *int   `json:"order_status"`
			Result      string `json:"result"`
			ResultCode  string `json:"result_code"`
		} `json:"orders"`
	}
	require.NoError(t, json.Unmarshal(body, &answer))
	if answer.OrderID != "" {
		return "one order"
	}
	require.NotEmpty(t, answer.Orders)
	for _, entry := range answer.Orders {
		placed, failed := entry.OrderID != "" && entry.OrderStatus != nil, entry.Result == "FAIL" && entry.ResultCode != ""
		assert.True(t, placed != failed, "an entry is an order or says why not: %+v", entry)
	}
	return "a list of orders"
}

var reviewAddress = regexp.MustCompile(`^/orders/review\?order=([0-9a-f-]{36})$`)

// TestEveryExampleThroughTheForms enters each of the 44 in its form, reviews and places it: the same JSON is sent.
func TestEveryExampleThroughTheForms(t *testing.T) {
	t.Parallel()
	for _, e := range testkit.Examples(t) {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			c := newConsole(t)
			path := "/orders/new/" + e.Kind()
			page := c.get(path)
			require.Equal(t, http.StatusOK, page.StatusCode)
			form := formOf(t, e)
			form.Set("order", inputValue(t, page.body, "order"))
			form.Set("reason", "because we need it")
			form.Set("review", "1")
			a := c.post(path, form)
			require.Equal(t, http.StatusSeeOther, a.StatusCode, problemsOf(a.body))
			m := reviewAddress.FindStringSubmatch(a.Header.Get("Location"))
			require.NotNil(t, m, a.Header.Get("Location"))
			require.Equal(t, form.Get("order"), m[1], "the order keeps the ID that the form was shown with")

			review := c.get(a.Header.Get("Location"))
			require.Equal(t, http.StatusOK, review.StatusCode)
			place := url.Values{"order": {m[1]}, "quote": {inputValue(t, review.body, "quote")}, "place": {"1"}}
			if kind, _ := orders.KindNamed(e.Kind()); kind.Effect.Has(orders.Destroys) {
				for _, word := range []string{"", "yes", `"><b>`} {
					place.Set("confirm", word)
					refused := c.post("/orders/review", place)
					assert.Equal(t, http.StatusUnprocessableEntity, refused.StatusCode, "data are destroyed for no slip")
					assert.Contains(t, problemsOf(refused.body)["confirm"], kind.Type)
					assert.Equal(t, word, html.UnescapeString(inputValue(t, refused.body, "confirm")), "what was typed stays")
				}
				assert.Equal(t, http.StatusNotFound, c.get("/orders/"+m[1]).StatusCode)
				place.Set("confirm", " "+strings.ToLower(kind.Type))
			} else {
				assert.NotContains(t, review.body, `name="confirm"`)
			}
			placed := c.post("/orders/review", place)
			require.Equal(t, http.StatusSeeOther, placed.StatusCode, problemsOf(placed.body))
			require.Equal(t, "/orders/"+m[1], placed.Header.Get("Location"))
			assert.Equal(t, sentBody(t, e), c.orderBody(m[1]))

			order := c.get("/orders/" + m[1])
			assert.Equal(t, http.StatusOK, order.StatusCode)
			assert.Contains(t, order.body, `data-order="`+m[1]+`"`)
			assert.Contains(t, order.body, `data-state="placed"`)
			assert.Contains(t, order.body, "because we need it")

			again := c.post("/orders/review", url.Values{"order": {m[1]}, "quote": {""}, "place": {"1"}})
			assert.Equal(t, "/orders/"+m[1], again.Header.Get("Location"), "placing it twice leads to the one order")
		})
	}
}

// inputValue is the value of a hidden input.
func inputValue(t testing.TB, page, name string) string {
	t.Helper()
	m := regexp.MustCompile(`<input[^>]*name="` + regexp.QuoteMeta(name) + `"[^>]*value="([^"]*)"`).FindStringSubmatch(page)
	require.NotNil(t, m, "no input %q", name)
	return m[1]
}

var errorElement = regexp.MustCompile(`<p class="error" id="error-([^"]+)">([^<]+)</p>`)

// problemsOf are the problems that a page shows, by path.
func problemsOf(page string) map[string]string {
	problems := map[string]string{}
	for _, m := range errorElement.FindAllStringSubmatch(page, -1) {
		problems[m[1]] = html.UnescapeString(m[2])
	}
	return problems
}

// allOrders asks the cloud's own book for everything.
var allOrders = cloud.OrderFilter{Page: cloud.Page{Limit: 100}}

// keeps tells that a page shows a value in the input of a name, exactly as it was typed.
func keeps(page, name, value string) bool {
	name, value = regexp.QuoteMeta(html.EscapeString(name)), regexp.QuoteMeta(html.EscapeString(value))
	return regexp.MustCompile(`<input[^>]* name="`+name+`"[^>]* value="`+value+`"`).MatchString(page) ||
		regexp.MustCompile(`(?s)<select[^>]* name="`+name+`"[^>]*>((?:[^<]|<option|</option)*?)<option value="`+value+`" selected`).MatchString(page) ||
		regexp.MustCompile(`<textarea[^>]* name="`+name+`"[^>]*>`+value+`</textarea>`).MatchString(page)
}

var movingOrders = orders.Filter{Scope: auth.Everything, Moving: true, Limit: 200}

// cursorOf is the place behind an order in the history, as the URL carries it.
func cursorOf(o orders.Order) string {
	return strconv.FormatInt(o.CreatedAt.UnixMicro(), 10) + "." + o.ID
}
