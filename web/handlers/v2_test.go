package handlers_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/field"
)

// errorBody is the cloud's error body.
type errorBody struct {
	Code   string `json:"error_code"`
	Msg    string `json:"error_msg"`
	Detail string `json:"error_detail"`
}

func errorOf(t *testing.T, a answer) errorBody {
	t.Helper()
	var e errorBody
	require.NoError(t, json.Unmarshal([]byte(a.body), &e), a.body)
	assert.Equal(t, "application/json", strings.Split(a.Header.Get("Content-Type"), ";")[0])
	assert.NotEmpty(t, a.Header.Get("X-Request-Id"))
	return e
}

// TestTheConsolesOwnErrors makes calls that the console refuses by itself.
func TestTheConsolesOwnErrors(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	e := example(t, "subscribe/expandDesktopPool")
	good := string(e.Body)
	viewer := c.key("viewer", auth.RoleViewer)
	for name, r := range map[string]struct {
		method, path, body string
		headers            []string
		status             int
		code               string
	}{
		"no key":                    {"POST", e.Path, good, []string{"X-Auth-Token", ""}, 401, "CONSOLE.0401"},
		"a key that is none":        {"POST", e.Path, good, []string{"X-Auth-Token", "nobody"}, 401, "CONSOLE.0401"},
		"a key that may not order":  {"POST", e.Path, good, []string{"X-Auth-Token", viewer}, 403, "CONSOLE.0403"},
		"another project":           {"POST", strings.Replace(e.Path, project, "other", 1), good, nil, 404, "CONSOLE.0404"},
		"no such route":             {"POST", "/v2/" + project + "/desktops", good, nil, 404, "CONSOLE.0404"},
		"a read of the cloud":       {"GET", "/v2/" + project + "/desktops/detail", "", nil, 404, "CONSOLE.0404"},
		"another method":            {"GET", e.Path, "", nil, 405, "CONSOLE.0405"},
		"another method of the doc": {"POST", "/v2/openapi.json", "", nil, 405, "CONSOLE.0405"},
		"a form":                    {"POST", e.Path, "a=b", []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, "CONSOLE.0415"},
		"a compressed body":         {"POST", e.Path, zipped(t, good), []string{"Content-Encoding", "gzip"}, 415, "CONSOLE.0415"},
		"more than a mebibyte":      {"POST", e.Path, `{"type":"` + strings.Repeat("x", 1<<20) + `"}`, nil, 413, "CONSOLE.0413"},
		"problems in the body":      {"POST", e.Path, `{}`, nil, 400, "CONSOLE.0400"},
		"a desktop that is no ID":   {"POST", "/v2/" + project + "/periodic/a%2Fb/change/order", `{"type":"resizeDesktops","resize_product_id":"p"}`, nil, 400, "CONSOLE.0400"},
	} {
		t.Run(name, func(t *testing.T) {
			a := c.call(r.method, r.path, r.body, r.headers...)
			assert.Equal(t, r.status, a.StatusCode, a.body)
			told := errorOf(t, a)
			assert.Equal(t, r.code, told.Code)
			assert.NotEmpty(t, told.Msg)
		})
	}
	list, err := c.cloud.Orders(t.Context(), allOrders)
	require.NoError(t, err)
	assert.Zero(t, list.Total, "nothing was ordered")
}

func zipped(t *testing.T, text string) string {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := io.WriteString(w, text)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.String()
}

func TestARevokedKeyIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	e := example(t, "subscribe/expandDesktopPool")
	require.Equal(t, http.StatusOK, c.call("POST", e.Path, string(e.Body)).StatusCode)
	keys, _, err := c.db.Keys(t.Context(), "", 10)
	require.NoError(t, err)
	a := c.post("/keys/"+keys[0].ID+"/revoke", nil)
	require.Equal(t, http.StatusSeeOther, a.StatusCode, a.body)
	assert.Equal(t, http.StatusUnauthorized, c.call("POST", e.Path, string(e.Body)).StatusCode)
}

func TestTheSameIdempotencyKey(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	e := example(t, "subscribe/expandDesktopPool")
	first := c.call("POST", e.Path, string(e.Body), "Idempotency-Key", "one")
	require.Equal(t, http.StatusOK, first.StatusCode, first.body)

	var spaced bytes.Buffer
	require.NoError(t, json.Indent(&spaced, e.Body, "  ", "\t"))
	again := c.call("POST", e.Path, spaced.String(), "Idempotency-Key", "one")
	assert.Equal(t, http.StatusOK, again.StatusCode)
	assert.Equal(t, first.body, again.body, "the first answer again")
	assert.Equal(t, first.Header.Get("X-Console-Order"), again.Header.Get("X-Console-Order"))

	other := c.call("POST", e.Path, strings.Replace(string(e.Body), `"size": 3`, `"size": 4`, 1), "Idempotency-Key", "one")
	require.Equal(t, http.StatusConflict, other.StatusCode, other.body)
	told := errorOf(t, other)
	assert.Equal(t, "CONSOLE.0409", told.Code)
	assert.Equal(t, first.Header.Get("X-Console-Order"), told.Detail)

	list, err := c.cloud.Orders(t.Context(), allOrders)
	require.NoError(t, err)
	assert.Equal(t, 1, list.Total)
}

func TestAHundredIdenticalCallsAtOnceAreOneOrder(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	e := example(t, "subscribe/expandDesktopPool")
	answers := make([]answer, 100)
	var calls sync.WaitGroup
	for i := range answers {
		calls.Go(func() { answers[i] = c.call("POST", e.Path, string(e.Body), "Idempotency-Key", "one") })
	}
	calls.Wait()
	for _, a := range answers {
		assert.Equal(t, http.StatusOK, a.StatusCode, a.body)
		assert.Equal(t, answers[0].body, a.body)
		assert.Equal(t, answers[0].Header.Get("X-Console-Order"), a.Header.Get("X-Console-Order"))
	}
	list, err := c.cloud.Orders(t.Context(), allOrders)
	require.NoError(t, err)
	assert.Equal(t, 1, list.Total)
	order, err := c.db.Order(t.Context(), answers[0].Header.Get("X-Console-Order"))
	require.NoError(t, err)
	assert.Equal(t, 1, order.Attempts, "one call to the cloud")
}

func TestTheCloudsOwnRefusalIsPassedThrough(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	e := example(t, "subscribe/expandDesktopPool")
	a := c.call("POST", e.Path, strings.Replace(string(e.Body), "b046ac8e", "00000000", 1))
	assert.Equal(t, http.StatusBadRequest, a.StatusCode, a.body)
	told := errorOf(t, a)
	assert.True(t, strings.HasPrefix(told.Code, "WKS."), told.Code)
	assert.True(t, strings.HasPrefix(told.Msg, "The desktop pool"), "the cloud's own words and nothing else: %s", told.Msg)
	assert.NotEmpty(t, a.Header.Get("X-Console-Order"), "it is an order, and was refused")
	order, err := c.db.Order(t.Context(), a.Header.Get("X-Console-Order"))
	require.NoError(t, err)
	assert.Equal(t, orders.StateRefused, order.State)
}

// TestOpenAPIDescribesWhatIsServed holds the document against the kinds.
func TestOpenAPIDescribesWhatIsServed(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	a := c.call("GET", "/v2/openapi.json", "", "X-Auth-Token", "")
	require.Equal(t, http.StatusOK, a.StatusCode)
	var doc struct {
		OpenAPI    string                               `json:"openapi"`
		Paths      map[string]map[string]map[string]any `json:"paths"`
		Components struct {
			Schemas map[string]schema `json:"schemas"`
		} `json:"components"`
	}
	require.NoError(t, json.Unmarshal([]byte(a.body), &doc))
	assert.Equal(t, "3.1.0", doc.OpenAPI)
	assert.Len(t, doc.Paths, 5)
	for _, door := range cloud.Doors {
		_, ok := doc.Paths[door.Template()]["post"]
		require.True(t, ok, door.Template())
	}
	for _, kind := range orders.Kinds {
		s, ok := doc.Components.Schemas[string(kind.Door)+"."+kind.Type]
		require.True(t, ok, kind.Name())
		describes(t, kind.Name(), field.Describe(kind.New()), s)
	}
	for _, ref := range refs(a.body) {
		_, ok := doc.Components.Schemas[strings.TrimPrefix(ref, "#/components/schemas/")]
		assert.True(t, ok, ref)
	}
}

type schema struct {
	Type                 string            `json:"type"`
	Properties           map[string]schema `json:"properties"`
	Required             []string          `json:"required"`
	AdditionalProperties *bool             `json:"additionalProperties"`
	Items                *schema           `json:"items"`
	Enum                 []any             `json:"enum"`
	Pattern              string            `json:"pattern"`
	Minimum              *int              `json:"minimum"`
	Maximum              *int              `json:"maximum"`
	MultipleOf           int               `json:"multipleOf"`
	MaxItems             int               `json:"maxItems"`
	MaxLength            int               `json:"maxLength"`
}

// describes holds a schema against declared inputs.
func describes(t *testing.T, at string, inputs []field.Input, s schema) {
	t.Helper()
	require.NotNil(t, s.AdditionalProperties, at)
	assert.False(t, *s.AdditionalProperties, at)
	members := 0
	for _, in := range inputs {
		if in.Param {
			continue
		}
		members++
		p, ok := s.Properties[in.Name]
		if !assert.True(t, ok, "%s lacks %s", at, in.Name) {
			continue
		}
		name := at + "." + in.Name
		assert.Equal(t, in.Required, contains(s.Required, in.Name), name)
		assert.Len(t, p.Enum, len(in.Choices)*boolInt(in.Kind != field.TextList), name)
		switch in.Kind {
		case field.Group:
			if len(in.Children) > 0 {
				describes(t, name, in.Children, p)
			}
		case field.GroupList:
			assert.Equal(t, "array", p.Type, name)
			assert.Equal(t, in.MaxItems, p.MaxItems, name)
			describes(t, name, in.Item, *p.Items)
		case field.TextList:
			assert.Equal(t, "array", p.Type, name)
			assert.Equal(t, "string", p.Items.Type, name)
		case field.Int:
			assert.Equal(t, "integer", p.Type, name)
			assert.Equal(t, in.Min, p.Minimum, name)
			assert.Equal(t, in.Max, p.Maximum, name)
			if in.Step > 1 {
				assert.Equal(t, in.Step, p.MultipleOf, name)
			}
		case field.Bool:
			assert.Equal(t, "boolean", p.Type, name)
		default:
			assert.Equal(t, "string", p.Type, name)
			if in.Pattern != nil && len(in.Choices) == 0 {
				assert.Equal(t, in.Pattern.String(), p.Pattern, name)
			}
		}
	}
	assert.Len(t, s.Properties, members, at)
}

func contains(list []string, value string) bool {
	for _, item := range list {
		if item == value {
			return true
		}
	}
	return false
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// refs are all references of a document.
func refs(text string) []string {
	var found []string
	for _, part := range strings.Split(text, `"$ref":"`)[1:] {
		found = append(found, part[:strings.IndexByte(part, '"')])
	}
	return found
}

func TestACallThatWasSettledIsAnsweredAsTheCloudWouldHave(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	e := example(t, "subscribe/expandDesktopPool")
	first := c.call("POST", e.Path, string(e.Body), "Idempotency-Key", "one")
	require.Equal(t, http.StatusOK, first.StatusCode)
	id := first.Header.Get("X-Console-Order")
	order, err := c.db.Order(t.Context(), id)
	require.NoError(t, err)
	made := order.CloudOrders[0].OrderID

	// The same, but the cloud's answer was an empty object: in doubt, and then settled by a person.
	lost := cloud.ReadAnswer(cloud.DoorSubscribe, 200, "", []byte(`{}`))
	require.Equal(t, cloud.OutcomeUnknown, lost.Outcome)
	order.Answer = &orders.Answer{HTTPStatus: 200, Body: []byte(`{}`), Msg: lost.Error.Error()}
	require.NotEmpty(t, order.Answer.Msg)
	order.ID, order.IdempotencyKey = orders.NewID(), "two"
	order.KeyID = keyOf(t, c)
	order.State = orders.StatePlaced
	order.CloudOrders[0].OrderID = made + "X"
	order.Targets = nil
	require.NoError(t, c.db.LoadOrders(t.Context(), []orders.Order{order}))
	a := c.call("POST", e.Path, string(e.Body), "Idempotency-Key", "two")
	require.Equal(t, http.StatusOK, a.StatusCode, a.body)
	assert.JSONEq(t, `{"order_id":"`+made+`X"}`, a.body)
}

func keyOf(t *testing.T, c *console) string {
	t.Helper()
	keys, _, err := c.db.Keys(t.Context(), "", 1)
	require.NoError(t, err)
	return keys[0].ID
}
