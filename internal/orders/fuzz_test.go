package orders_test

import (
	"encoding/json"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/testkit"
)

// exercise calls all that a payload can be asked, whatever is wrong with it: a form is described and priced while it is
// being filled in.
func exercise(payload orders.Payload) {
	for _, f := range []*orders.Facts{facts(), {}} {
		payload.Check()
		payload.CheckFacts(f)
		payload.Targets().IDs()
		payload.Changes(f)
		payload.Question(f)
		payload.Summary(f)
		payload.Create()
	}
	orders.Period(payload)
	orders.Targeted(payload)
}

func TestAnEmptyPayloadCanBeAskedEverything(t *testing.T) {
	for _, kind := range orders.Kinds {
		assert.NotPanics(t, func() {
			payload := kind.New()
			exercise(payload)
			payload.AutoPay()
			payload.SetTag("order-ref", "1")
			decoded := orders.DecodeJSON(kind.Door, "", []byte(`{"type":"`+kind.Type+`","resources":[{}]}`))
			assert.NotEmpty(t, decoded.Problems)
			exercise(decoded.Payload)
		}, kind.Name())
	}
}

// sound holds what is true of every decoded body: a problem says where it is; without problems, what is sent reads as
// the same order again.
func sound(t *testing.T, decoded orders.Decoded, desktopID string) {
	for _, problem := range decoded.Problems {
		assert.NotEmpty(t, problem.Path, problem.Key)
		assert.NotEmpty(t, problem.Key, problem.Path)
	}
	if decoded.Payload == nil {
		require.NotEmpty(t, decoded.Problems)
		return
	}
	exercise(decoded.Payload)
	if len(decoded.Problems) > 0 {
		return
	}
	sent, err := audit.Canonical(decoded.Payload)
	require.NoError(t, err)
	again := orders.DecodeJSON(decoded.Kind.Door, desktopID, sent)
	require.Empty(t, again.Problems)
	resent, err := audit.Canonical(again.Payload)
	require.NoError(t, err)
	require.Equal(t, string(sent), string(resent))
}

func FuzzDecodeJSON(f *testing.F) {
	for _, example := range testkit.Examples(f) {
		kind, _ := orders.KindNamed(example.Kind())
		f.Add(string(kind.Door), example.DesktopID(), []byte(example.Body))
	}
	for _, body := range []string{"", "{", "[]", `{"type":"RESIZE","type":"RESIZE"}`, `{"type":"createDesktops","resources":[{},{}]}`,
		`{"type":"createDesktopPool","resources":[{"create_desktop_pool":{"user_reset_policy":{"a":[1e400,null,"\ud800"]}}}]}`} {
		f.Add(string(cloud.DoorSubscribe), "d", []byte(body))
	}
	f.Fuzz(func(t *testing.T, door, desktopID string, body []byte) {
		sound(t, orders.DecodeJSON(cloud.Door(door), desktopID, body), desktopID)
	})
}

func FuzzDecodeForm(f *testing.F) {
	for _, example := range testkit.Examples(f) {
		var tree any
		require.NoError(f, json.Unmarshal(example.Body, &tree))
		values := url.Values{}
		flatten(values, "", tree)
		if id := example.DesktopID(); id != "" {
			values.Set("desktop_id", id)
		}
		f.Add(example.Kind(), values.Encode())
	}
	f.Add("batch-pool/RESIZE", "resize_param.desktop_ids=a&resize_param.desktop_ids=b&resize_param.desktop_ids[7]=c")
	f.Add("batch-pool/RESIZE", "resize_param=x&resize_param.desktop_ids.y=1&[0]=1&resize_param[0][1]=2")
	f.Fuzz(func(t *testing.T, name, query string) {
		kind, ok := orders.KindNamed(name)
		values, err := url.ParseQuery(query)
		if !ok || err != nil {
			return
		}
		sound(t, decodeForm(kind, values), values.Get("desktop_id"))
	})
}
