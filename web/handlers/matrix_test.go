package handlers_test

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders"
	"workspace-order-console/web/handlers"
	"workspace-order-console/web/static"
)

// probe is a request to a route, about the belongings of a team or nobody in particular.
type probe struct {
	// path is the route's, with the parameters filled in, and form what is posted. Both are told of nothing when they are nil.
	path func(b *belongings) string
	form func(b *belongings) url.Values
	// allowed is what who may do the action gets; other is what they get when it is another team's, 0 the same.
	allowed, other int
	// nobodys is what everybody gets of what is no team's, an admin too; 0 the same as of another's.
	nobodys int
	// needs is what one must be allowed to do beyond the route's action, where what is asked for is theirs to see; 403 without.
	needs auth.Action
	// admin is what an admin gets, who sees every team's, where it is not what is allowed; 0 the same.
	admin int
}

func fixed(path string) func(*belongings) string { return func(*belongings) string { return path } }

func form(pairs ...string) func(*belongings) url.Values {
	values := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	return func(*belongings) url.Values { return values }
}

func ofOrder(sort, then string) func(*belongings) string {
	return func(b *belongings) string { return "/orders/" + b.orders[sort] + then }
}

func ofRun(then string) func(*belongings) string {
	return func(b *belongings) string { return "/requests/" + b.orders["run"] + then }
}

// ballot decides about an order of a sort, as its page has it.
func ballot(sort string) func(*belongings) url.Values {
	return func(b *belongings) url.Values {
		mark := "mark-" + b.team + "-" + sort
		if b.team == "" {
			mark = "mark-nobodys-" + sort
		}
		return url.Values{"hash": {mark + "-hash"}, "price": {""}, "reason": {"seen"}}
	}
}

const noID = "01a20380-d642-7137-a0f9-c1593c16901e"

// nobodysDesktop and nobodysPool are in the demo data, in no team's project.
const (
	nobodysDesktop = "8d049b4e-4f1e-4ed5-b3a9-a7f0f15658a7"
	nobodysPool    = "b046ac8e-0994-4c09-a8a8-bd989d218120"
)

// creation is the form of an order of desktops for a team.
func creation(t testing.TB) func(b *belongings) url.Values {
	return func(b *belongings) url.Values {
		values := formOf(t, example(t, "subscribe/createDesktops/minimal-seed-example"))
		values.Set("enterprise_project_id", projects[b.team])
		values.Set("team", b.team)
		values.Set("order", orders.NewID())
		return values
	}
}

// probes are what every route is tried with. One without a probe fails the test.
func probes(t testing.TB) map[string]probe {
	webhook := func(then string) func(*belongings) string { return fixed("/settings/webhooks/" + noID + then) }
	ofTeam := func(then string) func(*belongings) string {
		return func(b *belongings) string { return "/teams/" + b.team + then }
	}
	return map[string]probe{
		"GET /healthz":               {allowed: 200},
		"GET /readyz":                {allowed: 200},
		"GET /metrics":               {allowed: 200},
		"GET " + static.Prefix + "*": {path: fixed(static.Path("app.css")), allowed: 200},

		"GET /signin":     {allowed: 303},
		"POST /signin":    {allowed: 303},
		"GET /signed-out": {allowed: 303},
		"POST /logout":    {allowed: 303},

		"GET /":        {allowed: 200},
		"GET /poll":    {path: fixed("/poll?version=0"), allowed: 200},
		"GET /search":  {path: func(b *belongings) string { return "/search?q=" + b.orders["refused"] }, allowed: 303, other: 200},
		"GET /palette": {path: func(b *belongings) string { return "/palette?q=" + b.orders["refused"] }, allowed: 200},

		"GET /orders/new": {allowed: 200},
		"GET /orders/new/:door/:type": {path: func(b *belongings) string {
			return "/orders/new/batch-desktop/RESIZE?repeat=" + b.orders["refused"]
		}, allowed: 200, other: 404},
		"POST /orders/new/:door/:type": {path: fixed("/orders/new/subscribe/createDesktops"), form: creation(t), allowed: 303, other: 422},
		"POST /orders/new/:door/:type/check": {path: fixed("/orders/new/subscribe/createDesktops/check"), form: creation(t),
			allowed: 200},
		// a draft is its person's alone, an admin's too
		"GET /orders/review": {path: func(b *belongings) string { return "/orders/review?order=" + b.draft }, allowed: 200, other: 404, admin: 404},
		"POST /orders/review": {form: func(b *belongings) url.Values { return url.Values{"order": {b.draft}, "quote": {"x"}} },
			allowed: 409, other: 404, admin: 404},

		"GET /orders":        {allowed: 200},
		"GET /orders/export": {path: fixed("/orders/export?format=csv"), allowed: 200},
		"GET /orders/poll": {path: func(b *belongings) string { return "/orders/poll?version=0&id=" + b.orders["queued"] },
			allowed: 200},
		"GET /orders/foreign":             {allowed: 200},
		"POST /orders/foreign/:id/cancel": {path: fixed("/orders/foreign/CS-none/cancel"), form: form("reason", "a ghost"), allowed: 404},
		"GET /orders/:id":                 {path: ofOrder("in_doubt", ""), allowed: 200, other: 404},
		"GET /orders/:id/poll":            {path: ofOrder("to_be_paid", "/poll?version=0"), allowed: 200, other: 404},
		"POST /orders/:id/pay":            {path: ofOrder("to_be_paid", "/pay"), form: form(), allowed: 303, other: 404},
		"POST /orders/:id/cancel":         {path: ofOrder("to_be_paid", "/cancel"), form: form(), allowed: 409, other: 404}, // it is being paid
		"POST /orders/:id/withdraw":       {path: ofOrder("queued", "/withdraw"), allowed: 303, other: 404},
		"POST /orders/:id/resolve":        {path: ofOrder("in_doubt", "/resolve"), form: form("outcome", "not_placed", "reason", "looked"), allowed: 303, other: 404},
		"POST /orders/:id/approve":        {path: ofOrder("awaiting_approval", "/approve"), form: ballot("awaiting_approval"), needs: auth.ApproveOrders, allowed: 303, other: 404},
		"POST /orders/:id/reject":         {path: ofOrder("asked", "/reject"), form: ballot("asked"), needs: auth.ApproveOrders, allowed: 303, other: 404},
		"POST /orders/:id/comments":       {path: ofOrder("queued", "/comments"), form: form("text", "why two?"), allowed: 303, other: 404},
		"GET /requests/:id":               {path: ofRun(""), allowed: 200, other: 404},
		"GET /requests/:id/poll":          {path: ofRun("/poll?version=0"), allowed: 200, other: 404},
		"POST /requests/:id/pause":        {path: ofRun("/pause"), form: form(), allowed: 303, other: 404},
		"POST /requests/:id/resume":       {path: ofRun("/resume"), form: form(), allowed: 303, other: 404},
		"POST /requests/:id/stop":         {path: ofRun("/stop"), form: form(), allowed: 303, other: 404},
		"POST /requests/:id/retry":        {path: ofRun("/retry"), form: form("retry", "unsent"), allowed: 303, other: 404},
		"POST /requests/:id/pay":          {path: ofRun("/pay"), form: form("confirm", "1.00 USD"), allowed: 409, other: 404}, // nothing is due
		"GET /approvals":                  {path: fixed("/approvals?view=all"), allowed: 200},
		"GET /approvals/poll":             {path: fixed("/approvals/poll?version=0&view=all"), allowed: 200},
		"GET /budgets":                    {allowed: 200},
		"GET /budgets/:name":              {path: func(b *belongings) string { return "/budgets/" + b.team }, allowed: 200, other: 404},
		"GET /settings/delegations":       {path: fixed("/settings/delegations?ended=true"), allowed: 200},
		"POST /settings/delegations": {form: func(b *belongings) url.Values {
			team := b.team
			if team == "" {
				team = "support"
			}
			return url.Values{"team": {team}, "to": {"somebody"}, "until": {time.Now().AddDate(0, 1, 0).Format(time.DateOnly)}}
		}, allowed: 303, other: 403},
		"POST /settings/delegations/:id/end": {path: func(b *belongings) string {
			if b.team == "" {
				return "/settings/delegations/" + noID + "/end"
			}
			return "/settings/delegations/" + b.delegation + "/end"
		}, needs: auth.ApproveOrders, allowed: 303, other: 404, nobodys: 404},
		"POST /orders/:id/repeat": {path: ofOrder("refused", "/repeat"), allowed: 303, other: 404},
		"GET /desktops":           {path: func(b *belongings) string { return "/desktops?q=" + b.desktop }, allowed: 200},
		"POST /desktops/select": {form: func(b *belongings) url.Values {
			return url.Values{"selection": {orders.NewID()}, "shown": {b.desktop}, "desktop_ids": {b.desktop}}
		}, allowed: 303},
		"GET /desktops/export":                {path: func(b *belongings) string { return "/desktops/export?format=csv&q=" + b.desktop }, allowed: 200},
		"GET /pools/export":                   {path: func(b *belongings) string { return "/pools/export?format=jsonl&q=" + b.pool }, allowed: 200},
		"GET /desktops/:id":                   {path: func(b *belongings) string { return "/desktops/" + cmp.Or(b.desktop, nobodysDesktop) }, allowed: 200, other: 404},
		"GET /pools/:id":                      {path: func(b *belongings) string { return "/pools/" + cmp.Or(b.pool, nobodysPool) }, allowed: 200, other: 404},
		"GET /pools":                          {path: func(b *belongings) string { return "/pools?q=" + b.pool }, allowed: 200},
		"GET /disks":                          {path: func(b *belongings) string { return "/disks?q=" + b.desktop }, allowed: 200},
		"GET /disks/export":                   {path: func(b *belongings) string { return "/disks/export?format=csv&q=" + b.desktop }, allowed: 200},
		"GET /hosts":                          {path: fixed("/hosts?state=available"), allowed: 200},
		"GET /hosts/export":                   {path: fixed("/hosts/export?format=jsonl"), allowed: 200},
		"GET /bandwidths":                     {path: fixed("/bandwidths?sort=-size"), allowed: 200},
		"GET /bandwidths/export":              {path: fixed("/bandwidths/export?format=csv"), allowed: 200},
		"GET /audit":                          {path: func(b *belongings) string { return "/audit?object=order:" + b.orders["queued"] }, allowed: 200},
		"GET /audit/export":                   {path: fixed("/audit/export?format=jsonl"), allowed: 200},
		"GET /audit/:seq":                     {path: func(b *belongings) string { return "/audit/" + strconv.FormatInt(b.seq, 10) }, allowed: 200, other: 404},
		"GET /templates":                      {allowed: 200},
		"GET /templates/new":                  {path: func(b *belongings) string { return "/templates/new?order=" + b.orders["refused"] }, allowed: 200, other: 404},
		"POST /templates/new":                 {form: func(b *belongings) url.Values { return url.Values{"order": {b.orders["refused"]}, "name": {""}} }, allowed: 422, other: 404},
		"GET /templates/:id":                  {path: fixed("/templates/" + noID), allowed: 404},
		"POST /templates/:id":                 {path: fixed("/templates/" + noID), form: form("name", "x"), allowed: 404},
		"POST /templates/:id/delete":          {path: fixed("/templates/" + noID + "/delete"), allowed: 404},
		"POST /views":                         {form: form("page", "orders", "name", "mine", "query", "state=failed"), allowed: 303},
		"GET /views/:id":                      {path: fixed("/views/" + noID), allowed: 404},
		"POST /views/:id":                     {path: fixed("/views/" + noID), form: form("name", "x"), allowed: 404},
		"POST /views/:id/delete":              {path: fixed("/views/" + noID + "/delete"), allowed: 404},
		"POST /undo/:id":                      {path: fixed("/undo/" + noID), allowed: 404},
		"GET /teams":                          {allowed: 200},
		"GET /teams/new":                      {allowed: 200},
		"POST /teams/new":                     {form: form("name", "a b"), allowed: 422},
		"GET /teams/export":                   {allowed: 200},
		"GET /teams/import":                   {allowed: 200},
		"POST /teams/import":                  {form: form("text", "nonsense: ["), allowed: 422},
		"GET /teams/:name":                    {path: ofTeam(""), allowed: 200},
		"POST /teams/:name":                   {path: ofTeam(""), form: form("stamp", "x"), allowed: 409},
		"GET /teams/:name/delete":             {path: ofTeam("/delete"), allowed: 200},
		"POST /teams/:name/delete":            {path: ofTeam("/delete"), form: form("stamp", "x"), allowed: 409},
		"GET /keys":                           {allowed: 200},
		"POST /keys":                          {form: form("name", "a b"), allowed: 422},
		"POST /keys/:id/revoke":               {path: fixed("/keys/" + noID + "/revoke"), allowed: 303},
		"GET /settings":                       {allowed: 200},
		"POST /settings/theme":                {form: form("theme", "dark"), allowed: 303},
		"POST /settings/density":              {form: form("density", "compact"), allowed: 303},
		"POST /settings/language":             {form: form("language", "zh"), allowed: 303},
		"POST /settings/zone":                 {form: form("zone", "Asia/Shanghai"), allowed: 303},
		"POST /settings/team":                 {form: func(b *belongings) url.Values { return url.Values{"team": {b.team}} }, allowed: 303, other: 422, admin: 422},
		"POST /settings/refresh":              {allowed: 303},
		"GET /settings/sessions":              {allowed: 200},
		"POST /settings/sessions/end":         {form: form("id", strings.Repeat("a", 64)), allowed: 404},
		"GET /settings/webhooks":              {allowed: 200},
		"GET /settings/design":                {allowed: 200},
		"POST /settings/webhooks":             {form: form("name", "a b"), allowed: 422},
		"GET /settings/webhooks/:id":          {path: webhook(""), allowed: 404},
		"POST /settings/webhooks/:id/test":    {path: webhook("/test"), allowed: 404},
		"POST /settings/webhooks/:id/enable":  {path: webhook("/enable"), allowed: 404},
		"POST /settings/webhooks/:id/disable": {path: webhook("/disable"), allowed: 404},
		"POST /settings/webhooks/:id/delete":  {path: webhook("/delete"), allowed: 303},
		"POST /settings/webhooks/:id/resend":  {path: webhook("/resend"), allowed: 404},
		"GET /settings/people":                {path: func(b *belongings) string { return "/settings/people?person=" + b.team + "-buyer" }, allowed: 200},
		"POST /settings/people/end":           {form: form("person", "nobody-there"), allowed: 303},
	}
}

// TestTheRoutesAreTheTable: nothing is served that the table does not have, and all of it.
func TestTheRoutesAreTheTable(t *testing.T) {
	t.Parallel()
	e := handlers.New(handlers.Config{Now: time.Now})
	var served, listed []string
	for _, r := range e.Routes() {
		served = append(served, r.Method+" "+r.Path)
	}
	known := probes(t)
	for _, r := range handlers.Routes() {
		name := r.Method + " " + r.Path
		listed = append(listed, name)
		_, probed := known[name]
		assert.True(t, probed, "%s has no probe", name)
		delete(known, name)
		assert.Equal(t, r.Access >= handlers.Members, r.Action != "", "%s: an action is asked for where roles count, and only there", name)
	}
	assert.ElementsMatch(t, listed, served)
	assert.Empty(t, known, "a probe without a route")
}

// TestEveryRoleAtEveryRoute is the permission matrix: every route, for every role, on the things of the own team, of
// another and of nobody. What is refused changes nothing.
func TestEveryRoleAtEveryRoute(t *testing.T) {
	t.Parallel()
	for _, role := range append(slices.Clone(auth.AllRoles()), "") {
		t.Run("a person, "+string(role), func(t *testing.T) {
			t.Parallel()
			refreshed := 0
			c := company(t, func(config *handlers.Config) {
				config.Refresh, config.Wait = func() { refreshed++ }, time.Millisecond
			})
			all := c.furnish()
			c.rest()
			me := c.visit("design-"+string(role), "staff", "design-"+string(role))
			if role == auth.RoleAdmin {
				me = c.visit("ops", adminGroup)
			}
			me.get("/") // a session, so that what comes changes nothing
			may := auth.RolesOf(role)
			try := func(r handlers.Route, p probe, b *belongings, want int) {
				t.Helper()
				path := r.Path
				if p.path != nil {
					path = p.path(b)
				}
				values := url.Values{}
				if p.form != nil {
					values = p.form(b)
				}
				var a answer
				if r.Method == http.MethodGet {
					a = me.get(path)
				} else {
					a = me.post(path, values)
				}
				assert.Equal(t, want, a.StatusCode, "%s %s, of %q: %v", r.Method, path, b.team, problemsOf(a.body))
				for _, b := range all {
					found := told(a.body, b.marks, path, values.Encode())
					assert.True(t, role == auth.RoleAdmin || b.team == "design" || len(found) == 0, "%s tells of %q: %v", path, b.team, found)
				}
			}
			known := probes(t)
			each := func(refused bool) {
				for _, r := range handlers.Routes() {
					p := known[r.Method+" "+r.Path]
					for _, team := range []string{"design", "finance", ""} {
						b := all[team]
						if team == "" && strings.Contains(r.Path, ":name") {
							continue // there is no such team
						}
						want := p.allowed
						switch {
						case r.Access >= handlers.Members && !may.May(r.Action):
							want = http.StatusForbidden
						case team == "" && p.nobodys != 0:
							want = p.nobodys
						case p.needs != "" && !may.May(p.needs) && team == "design":
							want = http.StatusForbidden
						case role == auth.RoleAdmin && p.admin != 0:
							want = p.admin
						case team == "" && r.Path == "/orders/new/:door/:type" && r.Method == http.MethodPost:
							// without a team and a project, it is the own team's
						case role != auth.RoleAdmin && team != "design" && p.other != 0:
							want = p.other
						}
						if (want == http.StatusForbidden || want == http.StatusNotFound || want == http.StatusUnprocessableEntity) == refused && r.Path != "/logout" {
							try(r, p, b, want)
						}
					}
				}
			}
			before := c.state(me)
			each(true)
			assert.Equal(t, before, c.state(me), "what was refused changed nothing")
			assert.Zero(t, refreshed)
			each(false)
			try(handlers.Route{Method: http.MethodPost, Path: "/logout"}, probe{}, all["design"], http.StatusSeeOther)
		})
	}
	for _, role := range auth.AllRoles() {
		t.Run("a key, "+string(role), func(t *testing.T) {
			t.Parallel()
			c := company(t)
			all := c.furnish()
			c.rest()
			token := c.token
			if role != auth.RoleAdmin {
				token = c.teamKey("design", role)
			}
			may := auth.RolesOf(role)
			c.browser = newBrowser(c)
			me := c.visit("nobody")
			before := c.state(me)
			known := probes(t)
			for _, r := range handlers.Routes() {
				p := known[r.Method+" "+r.Path]
				for _, team := range []string{"design", "finance", ""} {
					if team == "" && strings.Contains(r.Path, ":name") {
						continue
					}
					b := all[team]
					path := r.Path
					if p.path != nil {
						path = p.path(b)
					}
					if r.Method == http.MethodPost {
						values := url.Values{}
						if p.form != nil {
							values = p.form(b)
						}
						assert.Equal(t, http.StatusForbidden, c.post(path, values, "X-Auth-Token", token, "Accept", "application/json").StatusCode, path)
						continue
					}
					want := http.StatusForbidden
					switch {
					case r.Access <= handlers.Arrived:
						want = p.allowed
					case r.Access == handlers.Readers && may.May(r.Action) && role != auth.RoleAdmin && team != "design" && p.other != 0:
						want = p.other
					case r.Access == handlers.Readers && may.May(r.Action):
						want = p.allowed
					}
					a := c.read(path, token, nil)
					if r.Path == "/signin" || r.Path == "/signed-out" {
						a = c.get(path, "X-Auth-Token", token) // it leads on
					}
					assert.Equal(t, want, a.StatusCode, "%s, of %q", path, team)
					for _, b := range all {
						found := told(a.body, b.marks, path)
						assert.True(t, role == auth.RoleAdmin || b.team == "design" || len(found) == 0, "%s tells of %q: %v", path, b.team, found)
					}
				}
			}
			assert.Equal(t, before, c.state(me), "a key changes nothing here")
		})
	}
}

// state is by what it shows that anything has changed: the head, the log, the person's session.
func (c *console) state(me *visitor) map[string]any {
	c.t.Helper()
	version, _ := c.db.Version()
	page, err := c.db.Audit(c.t.Context(), audit.Filter{Scope: auth.Everything, Limit: 200})
	require.NoError(c.t, err)
	// who takes a list away is noted, and changes nothing
	last := slices.IndexFunc(page.Items, func(e audit.Entry) bool { return e.Action != "list.exported" })
	require.GreaterOrEqual(c.t, last, 0)
	keys, _, err := c.db.Keys(c.t.Context(), "", 50)
	require.NoError(c.t, err)
	for i := range keys {
		keys[i].UsedAt = time.Time{}
	}
	teams, err := c.db.Teams(c.t.Context())
	require.NoError(c.t, err)
	var values []auth.SessionValues
	for _, s := range me.sessions() {
		values = append(values, s.Values)
	}
	return map[string]any{"head": version, "log": page.Items[last].Seq, "keys": keys, "teams": teams.Names(), "sessions": values}
}
