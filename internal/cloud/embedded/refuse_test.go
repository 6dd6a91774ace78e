package embedded

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/testkit"
)

// of is the body of an example.
func of(t *testing.T, name string) []byte {
	t.Helper()
	for _, example := range testkit.Examples(t) {
		if example.Name == name {
			return example.Body
		}
	}
	require.Fail(t, "no example "+name)
	return nil
}

// inside is the member of a body's one resource or its parameter object.
func inside(body map[string]any) map[string]any {
	object := body
	if resources, ok := body["resources"].([]any); ok {
		object = resources[0].(map[string]any)
	}
	for name, member := range object {
		if member, ok := member.(map[string]any); ok && name != "extend_param" {
			return member
		}
	}
	return body
}

func TestOrdersThatTheRealCloudWouldRefuse(t *testing.T) {
	const (
		create   = "subscribe/createDesktops/minimal-seed-example"
		list     = "subscribe/createDesktops/desktops-list"
		size     = "subscribe/createDesktops/size-and-desktop_name"
		newPool  = "subscribe/createDesktopPool/dynamic-autoscale"
		grow     = "subscribe/expandDesktopPool"
		hosts    = "subscribe/createExclusiveHosts"
		internet = "subscribe/applyDesktopsInternet/desktop_ids"
		rebuild  = "subscribe/rebuildDesktops"
		volumes  = "subscribe/addVolumes"
		sharer   = "subscribe/subscribeUserSharer"
		width    = "subscribe/ApplySubnetBandwidth"
	)
	w := fresh(t) // what is refused stores nothing, so one will do
	require.NoError(t, w.SetQuota(t.Context(), quotaGigabytes, 40000))
	used := everything(w, w.EIPs)[0].ID
	windows := w.named("DSGN-0412").DesktopID
	frozen := w.named("DSGN-0425").DesktopID
	onDemand := w.named("DSGN-0417").DesktopID
	training := only(w, everything(w, w.Pools), func(p cloud.Pool) bool { return p.Name == "Training-Room" }).ID
	contractors := only(w, everything(w, w.Pools), func(p cloud.Pool) bool { return p.Name == "Contractors" }).ID
	shared := only(w, everything(w, w.Users), func(u cloud.User) bool { return u.ShareSpaceSubscription })
	disabled := only(w, everything(w, w.Users), func(u cloud.User) bool { return u.Disabled })
	market := only(w, everything(w, w.Images), func(i cloud.Image) bool { return i.MinDisk == 150 }).ID
	with := func(name string, value any) func(map[string]any) {
		return func(body map[string]any) { inside(body)[name] = value }
	}
	type m = map[string]any

	for name, c := range map[string]struct {
		example string
		edit    func(map[string]any)
		status  int
		code    string
	}{
		"a body that breaks the rules": {create, with("product_id", 7), 400, codeParameter},
		"too many periods":             {create, func(b m) { b["resources"].([]any)[0].(m)["period_num"] = 121 }, 400, codeParameter},
		"an unknown product":           {create, with("product_id", "workspace.none"), 400, codeNotOnSale},
		"a sold-out product":           {create, with("product_id", "workspace.g.8xlarge4.v100.win"), 400, codeNotOnSale},
		"a product sold out in the zone": {create, func(b m) {
			with("product_id", "workspace.g.4xlarge4.a10.win")(b)
			with("availability_zone", "ap-southeast-1b")(b)
		}, 400, codeNotOnSale},
		"a withdrawn product":              {create, with("product_id", "workspace.x.small2.win"), 400, codeNotOnSale},
		"a host as a desktop":              {create, with("product_id", "workspacehost.k.large4"), 400, codeNoFit},
		"an unknown zone":                  {create, with("availability_zone", "mars-1a"), 400, codeNotFound},
		"an unknown image":                 {create, with("image_id", "none"), 400, codeNotFound},
		"an image of another type":         {create, func(b m) { with("image_id", market)(b); with("image_type", "gold")(b) }, 400, codeNotFound},
		"an image of another OS":           {create, with("product_id", "workspace.x.large4.win"), 400, codeNoFit},
		"an image of another architecture": {create, with("product_id", "workspace.x.xlarge2.ubuntu22"), 400, codeNoFit},
		"a disk too small for the image": {create, func(b m) {
			with("image_id", market)(b)
			with("product_id", "workspace.x.2xlarge2.win")(b)
			delete(inside(b)["desktops"].([]any)[0].(m), "user_group")
		}, 400, codeNoFit},
		"too little memory for the image": {create, func(b m) {
			with("image_id", market)(b)
			with("product_id", "workspace.x.xlarge2.win")(b)
			with("root_volume", m{"type": "SAS", "size": 150})(b)
			delete(inside(b)["desktops"].([]any)[0].(m), "user_group")
		}, 400, codeNoFit},
		"an unknown subnet":           {create, with("nics", []any{m{"subnet_id": "none"}}), 400, codeNotFound},
		"an unknown security group":   {create, with("security_groups", []any{m{"id": "none"}}), 400, codeNotFound},
		"an unknown naming policy":    {create, with("desktop_name_policy_id", "none"), 400, codeNotFound},
		"a disabled user":             {create, with("desktops", []any{m{"user_name": disabled.UserName}}), 400, codeNoFit},
		"a computer name in use":      {list, with("desktops", []any{m{"user_name": "a", "computer_name": "dsgn-0412"}}), 409, codeNameTaken},
		"a desktop name in use":       {size, func(b m) { with("size", 1)(b); with("desktop_name", "FIN-0230")(b) }, 409, codeNameTaken},
		"an address of another net":   {size, with("desktop_ips", []any{"10.0.0.1"}), 400, codeNoFit},
		"an unknown EIP":              {create, with("eip", m{"id": "none"}), 400, codeNotFound},
		"an EIP in use":               {create, with("eip", m{"id": used}), 400, codeNoFit},
		"one EIP for several":         {size, with("eip", m{"id": everything(w, w.EIPs)[2].ID}), 400, codeNoFit},
		"a pool name in use":          {newPool, with("name", "support-desk"), 409, codeNameTaken},
		"a pool of hosts":             {newPool, with("product_id", "workspacehost.lite.large4"), 400, codeNoFit},
		"a pool with no such image":   {newPool, with("image_id", "none"), 400, codeNotFound},
		"a pool with a foreign image": {newPool, with("product_id", "workspace.x.large4.win"), 400, codeNoFit},
		"a pool with no such user":    {newPool, with("authorized_objects", []any{m{"object_type": "USER", "object_id": "none", "object_name": "n", "user_group": "sudo"}}), 400, codeNotFound},
		"a pool with no such group":   {newPool, with("authorized_objects", []any{m{"object_type": "USER_GROUP", "object_id": "none", "object_name": "n", "user_group": "sudo"}}), 400, codeNotFound},
		"a pool in another VPC":       {newPool, with("vpc_id", "none"), 400, codeNoFit},
		"an edge pool, no flavor":     {newPool, with("availability_zone", "ap-southeast-1-edge1"), 400, codeParameter},
		"an unknown pool":             {grow, with("pool_id", "none"), 400, codeNotFound},
		"a pay-per-use pool":          {grow, with("pool_id", training), 400, codeNotPeriodic},
		"a frozen pool":               {grow, with("pool_id", contractors), 400, codeFrozen},
		"growth beyond the quota":     {grow, with("size", 1000), 400, codeQuota},
		"a desktop as a host":         {hosts, with("product_id", bigger), 400, codeNoFit},
		"an unknown host":             {hosts, with("product_id", "none"), 400, codeNotOnSale},
		"a host in another VPC":       {hosts, with("vpc_id", "none"), 400, codeNoFit},
		"hosts beyond the quota":      {hosts, with("quantity", 8), 400, codeQuota},
		"lites that are none":         {hosts, with("resize_exclusive_lites", m{"product_id": bigger, "new_quantity": 2}), 400, codeNoFit},
		"an unknown desktop online":   {internet, with("desktop_ids", []any{"none"}), 400, codeNotFound},
		"a desktop that is online":    {internet, with("desktop_ids", []any{windows}), 400, codeNothing},
		"an unknown type of EIP":      {internet, with("eip_type", "9_bgp"), 400, codeNotOnSale},
		"mixed desktops":              {internet, with("desktop_ids", []any{ordinary, pooledA}), 400, codeMixed},
		"an unknown desktop rebuilt":  {rebuild, with("desktop_ids", []any{ordinary, "none"}), 400, codeNotFound},
		"a frozen desktop":            {rebuild, with("desktop_ids", []any{frozen}), 400, codeFrozen},
		"Linux on Windows":            {rebuild, with("desktop_ids", []any{windows}), 400, codeNoFit},
		"an OS that the image is not": {rebuild, with("os_type", "Windows"), 400, codeNoFit},
		"a rebuild with no image":     {rebuild, with("image_id", "none"), 400, codeNotFound},
		"mixed desktops rebuilt":      {rebuild, with("desktop_ids", []any{ordinary, pooledA}), 400, codeMixed},
		"disks for no desktop":        {volumes, with("desktop_id", "none"), 400, codeNotFound},
		"disks for pay-per-use":       {volumes, with("desktop_id", onDemand), 400, codeNotPeriodic},
		"disks beyond the quota":      {volumes, with("volumes", []any{m{"type": "SAS", "size": 10}, m{"type": "SAS", "size": 32760}}), 400, codeQuota},
		"an unknown sharer SKU":       {sharer, with("user_sharer_sku", "none"), 400, codeNotOnSale},
		"a sharer SKU for desktops":   {sharer, with("user_sharer_sku", "workspace.collaborativedesktop.6party.standard"), 400, codeNoFit},
		"an unknown user":             {sharer, with("users", []any{m{"user_id": "none", "user_name": "none"}}), 400, codeNotFound},
		"a user of another name":      {sharer, with("users", []any{m{"user_id": "4bd1c2f0-7a5e-4c1b-9d3a-6e8f0a1b2c3d", "user_name": "li_si"}}), 400, codeNoFit},
		"a user who shares":           {sharer, with("users", []any{m{"user_id": shared.ID, "user_name": shared.UserName}}), 400, codeNothing},
		"an unknown subnet's width":   {width, with("subnet_id", "none"), 400, codeNotFound},
		"a subnet with bandwidth":     {width, with("subnet_id", everything(w, w.Bandwidths)[0].SubnetID), 409, codeNothing},
	} {
		t.Run(name, func(t *testing.T) {
			refused(t, w.place(cloud.DoorSubscribe, "", edited(t, of(t, c.example), c.edit)), c.status, c.code)
		})
	}

	for name, c := range map[string]struct {
		desktop, body, code string
	}{
		"unknown desktop":        {"none", `{"type":"resizeDesktops","resize_product_id":"` + bigger + `"}`, codeNotFound},
		"pay-per-use":            {onDemand, `{"type":"resizeDesktops","resize_product_id":"` + bigger + `"}`, codeNotPeriodic},
		"the same product":       {ordinary, `{"type":"resizeDesktops","resize_product_id":"workspace.k.large4.uosv20pro"}`, codeNothing},
		"another architecture":   {ordinary, `{"type":"resizeDesktops","resize_product_id":"workspace.x.xlarge2.ubuntu22"}`, codeNoFit},
		"another OS":             {windows, `{"type":"resizeDesktops","resize_product_id":"workspace.x.xlarge2.ubuntu22"}`, codeNoFit},
		"too little memory":      {w.named("DSGN-0413").DesktopID, `{"type":"resizeDesktops","resize_product_id":"workspace.x.xlarge2.win"}`, codeNoFit},
		"a withdrawn product":    {windows, `{"type":"resizeDesktops","resize_product_id":"workspace.x.small2.win"}`, codeNotOnSale},
		"a lite":                 {ordinary, `{"type":"resizeDesktops","resize_product_id":"workspacehost.lite.large4"}`, codeNoFit},
		"an unknown product":     {ordinary, `{"type":"resizeDesktops","resize_product_id":"none"}`, codeNotOnSale},
		"an unknown disk":        {ordinary, `{"type":"expandVolumes","expand_volume_id":"none","expand_new_size":200}`, codeNotFound},
		"a disk of pay-per-use":  {onDemand, `{"type":"expandVolumes","expand_volume_id":"none","expand_new_size":200}`, codeNotPeriodic},
		"a disk that shrinks":    {metered, `{"type":"expandVolumes","expand_volume_id":"` + aDisk + `","expand_new_size":90}`, codeShrink},
		"a disk that stays":      {metered, `{"type":"expandVolumes","expand_volume_id":"` + aDisk + `","expand_new_size":100}`, codeShrink},
		"conversion of periodic": {ordinary, `{"type":"meteredToPeriod","period_type":2,"period_num":1}`, codeNotPeriodic},
		"conversion of pooled":   {w.named("TRN-101").DesktopID, `{"type":"meteredToPeriod","period_type":2,"period_num":1}`, codeNotPeriodic},
		"conversion of nothing":  {"none", `{"type":"meteredToPeriod","period_type":2,"period_num":1}`, codeNotFound},
		"lites of an ordinary":   {ordinary, `{"type":"resizeExclusiveLites","new_quantity":3,"exclusive_lites_product_id":"workspacehost.lite.large4"}`, codeNoFit},
		"as many lites as now":   {metered, `{"type":"resizeExclusiveLites","new_quantity":8,"exclusive_lites_product_id":"workspacehost.lite.large4"}`, codeNothing},
		"lites of no lite":       {metered, `{"type":"resizeExclusiveLites","new_quantity":3,"exclusive_lites_product_id":"` + bigger + `"}`, codeNoFit},
	} {
		t.Run("change/"+name, func(t *testing.T) {
			refused(t, w.place(cloud.DoorChange, c.desktop, c.body), 400, c.code)
		})
	}

	orders, err := w.Orders(t.Context(), cloud.OrderFilter{})
	require.NoError(t, err)
	assert.Zero(t, orders.Total, "what is refused leaves nothing")
}

func TestAResourceHasOneOpenOrder(t *testing.T) {
	for name, c := range map[string]struct {
		door    cloud.Door
		desktop string
		body    string
	}{
		"a desktop's change": {cloud.DoorChange, metered, `{"type":"resizeDesktops","resize_product_id":"` + bigger + `"}`},
		"a pool's growth":    {cloud.DoorSubscribe, "", growPool},
		"a pool's change":    {cloud.DoorBatchPool, "", `{"type":"RESIZE","resize_param":{"desktop_pool_id":"` + thePool + `","product_id":"` + bigger + `"}}`},
		"a user's sharing":   {cloud.DoorSubscribe, "", string(of(t, "subscribe/subscribeUserSharer"))},
		"a subnet's width":   {cloud.DoorSubscribe, "", string(of(t, "subscribe/ApplySubnetBandwidth"))},
		"names":              {cloud.DoorSubscribe, "", string(of(t, "subscribe/createDesktops/desktops-list"))},
		"a pool's name":      {cloud.DoorSubscribe, "", string(of(t, "subscribe/createDesktopPool/static-minimal"))},
	} {
		t.Run(name, func(t *testing.T) {
			w := fresh(t)
			w.placed(c.door, c.desktop, c.body)
			again := w.place(c.door, c.desktop, c.body)
			require.NotNil(t, again.Error)
			assert.Equal(t, 409, again.HTTPStatus, again.Error.Msg)
		})
	}
}

func TestTheQuotaCountsOpenOrders(t *testing.T) {
	w := fresh(t)
	require.NoError(t, w.SetQuota(t.Context(), quotaInstances, 63))
	body := edited(t, of(t, "subscribe/createDesktops/size-and-desktop_name"), func(map[string]any) {})
	w.placed(cloud.DoorSubscribe, "", body)
	refused(t, w.place(cloud.DoorSubscribe, "", body), 400, codeQuota)
}

func TestABadBodyIsToldAtItsPaths(t *testing.T) {
	w := fresh(t)
	answer := w.place(cloud.DoorSubscribe, "", `{"type":"expandDesktopPool","resources":[{"expand_desktop_pool":{"pool_id":"`+thePool+`","size":0}}],"more":1}`)
	refused(t, answer, 400, codeParameter)
	assert.Contains(t, answer.Error.Msg, "resources[0].expand_desktop_pool.size must be a whole number from 1 to 1000")
	assert.Contains(t, answer.Error.Msg, "more is not a member")

	many := `{"type":"expandDesktopPool","resources":[]`
	for i := range 100 {
		many += `,"unknown_member_` + strings.Repeat("x", i) + `":1`
	}
	answer = w.place(cloud.DoorSubscribe, "", many+"}")
	refused(t, answer, 400, codeParameter)
	assert.LessOrEqual(t, len(answer.Error.Msg), 1000)
	var body map[string]string
	require.NoError(t, json.Unmarshal(answer.Body, &body))
	assert.Equal(t, codeParameter, body["error_code"])
}
