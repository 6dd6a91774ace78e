package orders

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders/field"
	"workspace-order-console/internal/orders/policy"
)

func wrongAt(problems field.Problems) []string {
	var wrong []string
	for _, p := range problems {
		wrong = append(wrong, p.Path+" "+p.Key)
	}
	return wrong
}

const createTwo = `{"type":"createDesktops","resources":[{"period_type":2,"period_num":1,"create_desktops":{"desktop_type":"DEDICATED",
	"product_id":"p1","image_type":"gold","image_id":"i1","root_volume":{"type":"SAS","size":80},"size":2,"desktop_name":"a","nics":[{"subnet_id":"s"}]}}]}`

func TestWhatATeamMayOrder(t *testing.T) {
	t.Parallel()
	d := DecodeJSON(cloud.DoorSubscribe, "", []byte(createTwo))
	require.Empty(t, d.Problems)
	for name, c := range map[string]struct {
		allow policy.Allow
		wrong []string
	}{
		"anything":        {policy.Allow{}, nil},
		"just this":       {policy.Allow{Kinds: []string{"subscribe/createDesktops"}, Products: []string{"p1"}, Images: []string{"i1"}, MaxQuantity: 2}, nil},
		"another kind":    {policy.Allow{Kinds: []string{"change/resizeDesktops"}}, []string{"$ problem.kind_not_allowed"}},
		"another package": {policy.Allow{Products: []string{"p2", "p3"}}, []string{"resources[0].create_desktops.product_id problem.product_not_allowed"}},
		"another image":   {policy.Allow{Images: []string{"i2"}}, []string{"resources[0].create_desktops.image_id problem.image_not_allowed"}},
		"fewer":           {policy.Allow{MaxQuantity: 1}, []string{"resources[0].create_desktops.size problem.quantity_not_allowed"}},
		"everything at once": {policy.Allow{Kinds: []string{"x/y"}, Products: []string{"p2"}, Images: []string{"i2"}, MaxQuantity: 1}, []string{
			"$ problem.kind_not_allowed", "resources[0].create_desktops.product_id problem.product_not_allowed",
			"resources[0].create_desktops.image_id problem.image_not_allowed", "resources[0].create_desktops.size problem.quantity_not_allowed"}},
	} {
		assert.ElementsMatch(t, c.wrong, wrongAt(allowed(policy.Team{Name: "design", Allow: c.allow}, d)), name)
	}
	resize := DecodeJSON(cloud.DoorBatchDesktop, "", []byte(`{"type":"RESIZE","resize_param":{"desktop_ids":["d1","d2","d3"],"product_id":"p9"}}`))
	require.Empty(t, resize.Problems)
	assert.Equal(t, []string{"resize_param.product_id problem.product_not_allowed"},
		wrongAt(allowed(policy.Team{Name: "design", Allow: policy.Allow{Products: []string{"p1"}, MaxQuantity: 1}}, resize)),
		"how many is about what is bought")
}

func TestOrdersAreChargedToTheTeamsEnterpriseProject(t *testing.T) {
	t.Parallel()
	one := policy.Team{Name: "design", EnterpriseProjects: []string{"ep-1"}}
	two := policy.Team{Name: "design", EnterpriseProjects: []string{"ep-1", "ep-2"}}
	facts := &Facts{Desktops: map[string]cloud.Desktop{"d1": {DesktopID: "d1", EnterpriseProjectID: "ep-2"}}}
	const outer, inner = "enterprise_project_id", "resources[0].create_desktops.enterprise_project_id"
	with := func(at, project string) string {
		var body map[string]any
		require.NoError(t, json.Unmarshal([]byte(createTwo), &body))
		to := body
		if at == inner {
			to = body["resources"].([]any)[0].(map[string]any)["create_desktops"].(map[string]any)
		}
		to[outer] = project
		text, err := json.Marshal(body)
		require.NoError(t, err)
		return string(text)
	}
	for name, c := range map[string]struct {
		team         policy.Team
		door         cloud.Door
		desktop      string
		body         string
		outer, inner any
		wrong        []string
	}{
		"the only one":                  {one, cloud.DoorSubscribe, "", createTwo, "ep-1", "ep-1", nil},
		"one of two has to be chosen":   {two, cloud.DoorSubscribe, "", createTwo, nil, nil, []string{"choose"}},
		"the chosen one":                {two, cloud.DoorSubscribe, "", with(outer, "ep-2"), "ep-2", "ep-2", nil},
		"the one chosen for the member": {two, cloud.DoorSubscribe, "", with(inner, "ep-2"), "ep-2", "ep-2", nil},
		"another team's":                {one, cloud.DoorSubscribe, "", with(inner, "ep-9"), nil, "ep-9", []string{inner + " problem.project_not_yours"}},
		"that of what is changed":       {two, cloud.DoorChange, "d1", `{"type":"resizeDesktops","resize_product_id":"p"}`, "ep-2", nil, nil},
		"of what nobody knows":          {two, cloud.DoorChange, "d9", `{"type":"resizeDesktops","resize_product_id":"p"}`, nil, nil, []string{"choose"}},
		"a batch has none": {two, cloud.DoorBatchDesktop, "", `{"type":"RESIZE","resize_param":{"desktop_ids":["d1"],"product_id":"p"}}`,
			nil, nil, nil},
	} {
		d := DecodeJSON(c.door, c.desktop, []byte(c.body))
		require.Empty(t, d.Problems, name)
		charged, problems, err := charge(c.team, d, facts)
		require.NoError(t, err)
		if len(c.wrong) == 1 && c.wrong[0] == "choose" {
			require.Len(t, problems, 1, name)
			assert.Equal(t, "problem.project_to_choose", problems[0].Key, name)
		} else {
			assert.Equal(t, c.wrong, wrongAt(problems), name)
		}
		text, err := json.Marshal(charged.Payload)
		require.NoError(t, err)
		var body map[string]any
		require.NoError(t, json.Unmarshal(text, &body))
		assert.Equal(t, c.outer, body[outer], name)
		if c.door == cloud.DoorSubscribe {
			assert.Equal(t, c.inner, body["resources"].([]any)[0].(map[string]any)["create_desktops"].(map[string]any)[outer], name)
		}
		assert.Equal(t, c.desktop, DesktopID(charged.Payload), name)
	}
	for _, kind := range Kinds {
		// what is filled in must be known to the kind: charged twice is charged once
		for _, d := range []Decoded{Decode(kind, field.NewObject(), "d1")} {
			_, _, err := charge(one, d, facts)
			assert.NoError(t, err, kind.Name())
		}
	}
}
