package orders

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
)

func TestWhoseAnOrderIs(t *testing.T) {
	t.Parallel()
	body := func(ids string) Decoded {
		return DecodeJSON(cloud.DoorBatchDesktop, "", []byte(`{"type":"RESIZE","resize_param":{"desktop_ids":[`+ids+`],"product_id":"p"}}`))
	}
	create := DecodeJSON(cloud.DoorSubscribe, "", []byte(`{"type":"createDesktops","resources":[{"create_desktops":{"size":1}}]}`))
	facts := &Facts{Owners: map[string]string{"desktop:d1": "design", "desktop:d2": "design", "desktop:f1": "finance", "desktop:n1": ""}}
	admin := auth.Who{Name: "ops", Roles: auth.RolesOf(auth.RoleAdmin)}
	member := auth.Who{Name: "mei", Roles: auth.RolesOf(auth.RoleBuyer), Team: "design"}
	both := auth.Who{Name: "bea", Roles: auth.RolesOf(auth.RoleBuyer), Team: "design", Memberships: []auth.Membership{
		{Team: "design", Roles: auth.RolesOf(auth.RoleBuyer)}, {Team: "finance", Roles: auth.RolesOf(auth.RoleBuyer, auth.RoleViewer)},
		{Team: "support", Roles: auth.RolesOf(auth.RoleViewer, auth.RoleApprover)}}}
	disks := func(id string) Decoded {
		return DecodeJSON(cloud.DoorSubscribe, "", []byte(`{"type":"addVolumes","resources":[{"add_volumes":{"desktop_id":"`+id+`","volumes":[{"type":"SSD","size":10}]}}]}`))
	}
	for name, c := range map[string]struct {
		who   auth.Who
		asked string
		d     Decoded
		team  string
		wrong []string // path and key of each problem
		split int
	}{
		"a member's own":                                {member, "", body(`"d1","d2"`), "design", nil, 0},
		"a member's, named":                             {member, "design", body(`"d1"`), "design", nil, 0},
		"another team's":                                {member, "", body(`"d1","f1"`), "design", []string{"resize_param.desktop_ids[1] problem.target_not_yours"}, 0},
		"nobody's":                                      {member, "", body(`"n1"`), "design", []string{"resize_param.desktop_ids[0] problem.target_not_yours"}, 0},
		"one that nobody knows":                         {member, "", body(`"d1","new"`), "design", []string{"resize_param.desktop_ids[1] problem.target_not_yours"}, 0},
		"a member's for another team":                   {member, "finance", body(`"d1"`), "design", []string{"team problem.team_not_yours"}, 0},
		"a member's creation":                           {member, "", create, "design", nil, 0},
		"a creation for another of their teams":         {both, "finance", create, "finance", nil, 0},
		"a creation for the team they act for":          {both, "design", create, "design", nil, 0},
		"a creation, unnamed":                           {both, "", create, "design", nil, 0},
		"a creation where they do not order":            {both, "support", create, "design", []string{"team problem.team_not_yours"}, 0},
		"a creation where they are no member":           {both, "sales", create, "design", []string{"team problem.team_not_yours"}, 0},
		"a change of another of their teams'":           {both, "finance", body(`"f1"`), "design", []string{"team problem.team_not_yours", "resize_param.desktop_ids[0] problem.target_not_yours"}, 0},
		"new disks of another of their teams'":          {both, "finance", disks("f1"), "finance", nil, 0},
		"new disks of the one team for another":         {both, "finance", disks("d1"), "finance", []string{"resources[0].add_volumes.desktop_id problem.target_not_yours"}, 0},
		"new disks of another of their teams', unnamed": {both, "", disks("f1"), "design", []string{"resources[0].add_volumes.desktop_id problem.target_not_yours"}, 0},
		"a change over two of their teams":              {both, "", body(`"d1","f1","d2"`), "", []string{"resize_param.desktop_ids[1] problem.several_teams"}, 2},
		"a change over theirs and nobody's":             {both, "", body(`"d1","f1","n1"`), "", []string{"resize_param.desktop_ids[2] problem.target_not_yours", "resize_param.desktop_ids[1] problem.several_teams"}, 2},
		"a change of another of their teams', unnamed":  {both, "", body(`"f1"`), "design", []string{"resize_param.desktop_ids[0] problem.target_not_yours"}, 0},
		"somebody's who may nothing":                    {auth.Who{Name: "x"}, "", body(`"d1"`), "", []string{"resize_param.desktop_ids[0] problem.target_not_yours"}, 0},
		"an admin's, of one team":                       {admin, "", body(`"d1","d2"`), "design", nil, 0},
		"an admin's, with one nobody knows":             {admin, "", body(`"d1","new"`), "design", nil, 0},
		"an admin's, of nobody":                         {admin, "", body(`"n1"`), "", nil, 0},
		"an admin's, of two teams":                      {admin, "", body(`"d1","f1","d2"`), "", []string{"resize_param.desktop_ids[1] problem.several_teams"}, 2},
		"an admin's, of a team and nobody":              {admin, "", body(`"d1","n1"`), "", []string{"resize_param.desktop_ids[1] problem.several_teams"}, 2},
		"an admin's, named wrongly":                     {admin, "finance", body(`"d1"`), "design", []string{"team problem.team_of_another"}, 0},
		"an admin's creation for a team":                {admin, "finance", create, "finance", nil, 0},
		"an admin's creation":                           {admin, "", create, "", nil, 0},
	} {
		team, problems, split := whose(c.who, c.asked, c.d, facts)
		assert.Equal(t, c.team, team, name)
		var wrong []string
		for _, p := range problems {
			wrong = append(wrong, p.Path+" "+p.Key)
		}
		assert.Equal(t, c.wrong, wrong, name)
		assert.Len(t, split, c.split, name)
		for _, p := range problems {
			if target, named := p.Args["target"]; named {
				assert.NotContains(t, target, ":", name+": people are told the ID alone")
			}
		}
	}
	_, _, split := whose(admin, "", body(`"d1","f1","d2"`), facts)
	assert.Equal(t, []Split{{"design", []string{"desktop:d1", "desktop:d2"}}, {"finance", []string{"desktop:f1"}}}, split)
}
