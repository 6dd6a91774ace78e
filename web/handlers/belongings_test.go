package handlers_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/field"
)

// belongings is what is one team's, each with something that stands nowhere else.
type belongings struct {
	team string
	// orders are by state, or by badge once placed; the ID of each, and of the cloud's that came of it.
	orders, cloudOrders map[string]string
	// draft is that of the team's buyer.
	draft string
	// delegation is one that its approver has given.
	delegation string
	// seq is an audit entry about one of its orders.
	seq int64
	// desktop and pool are IDs, of the demo data.
	desktop, pool string
	// marks are texts that stand in nothing but what is its.
	marks []string
}

// furnish gives every team orders of all sorts, entries in the log and people; and what is nobody's, to none.
func (c *console) furnish() map[string]*belongings {
	c.t.Helper()
	all := map[string]*belongings{}
	for _, team := range []string{"design", "finance", "support", ""} {
		b := &belongings{team: team, orders: map[string]string{}, cloudOrders: map[string]string{}}
		all[team] = b
		scope := auth.OfTeam(team)
		if team != "" {
			desktops, err := c.db.Desktops(c.t.Context(), orders.DesktopFilter{Scope: scope, Limit: 200})
			require.NoError(c.t, err)
			pools, err := c.db.Pools(c.t.Context(), orders.PoolFilter{Scope: scope, Limit: 200})
			require.NoError(c.t, err)
			require.NotEmpty(c.t, desktops.Items)
			require.NotEmpty(c.t, pools.Items)
			b.desktop, b.pool = desktops.Items[0].DesktopID, pools.Items[0].ID
			for _, d := range desktops.Items {
				b.marks = append(b.marks, d.DesktopID, d.ComputerName, d.UserName)
				for _, disk := range d.DataVolumes {
					b.marks = append(b.marks, disk.ID, disk.VolumeID)
				}
			}
			for _, p := range pools.Items {
				b.marks = append(b.marks, p.ID, p.Name)
			}
			hosts, err := c.db.Hosts(c.t.Context(), orders.HostFilter{Scope: scope, Limit: 200})
			require.NoError(c.t, err)
			for _, h := range hosts.Items {
				b.marks = append(b.marks, h.DedicatedHostID, h.Name, h.OrderID)
			}
			bandwidths, err := c.db.Bandwidths(c.t.Context(), orders.BandwidthFilter{Scope: scope, Limit: 200})
			require.NoError(c.t, err)
			for _, w := range bandwidths.Items {
				b.marks = append(b.marks, w.BandwidthID, w.BandwidthName, w.OrderID)
			}
			b.marks = append(b.marks, projects[team])
			for _, role := range teamRoles {
				b.marks = append(b.marks, team+"-"+string(role))
			}
			b.draft = c.reviewed(team)
		}
		for i, sort := range []string{"queued", "awaiting_approval", "asked", "in_doubt", "refused", "withdrawn", "not_placed", "to_be_paid", "failed", "completed"} {
			c.order(b, sort, i)
		}
		c.run(b)
		if team != "" {
			c.delegated(b)
		}
		page, err := c.db.Audit(c.t.Context(), audit.Filter{Scope: auth.Everything, Object: "order:" + b.orders["to_be_paid"], Limit: 1})
		require.NoError(c.t, err)
		b.seq = page.Items[0].Seq
	}
	// what stands in something of another's too marks neither
	for _, b := range all {
		b.marks = slices.DeleteFunc(b.marks, func(mark string) bool {
			if mark == "" {
				return true
			}
			for _, other := range all {
				if other != b && slices.ContainsFunc(other.marks, func(of string) bool { return strings.Contains(of, mark) }) {
					return true
				}
			}
			return false
		})
		require.NotEmpty(c.t, b.marks)
	}
	return all
}

// reviewed is a draft of a team's buyer, an order of some desktops.
func (c *console) reviewed(team string) string {
	c.t.Helper()
	form := formOf(c.t, example(c.t, "subscribe/createDesktops/minimal-seed-example"))
	form.Set("enterprise_project_id", projects[team])
	form.Set("order", orders.NewID())
	form.Set("reason", "mark-"+team+"-draft")
	form.Set("review", "1")
	a := c.visit(team+"-buyer", team+"-buyer").post("/orders/new/subscribe/createDesktops", form)
	require.Equal(c.t, http.StatusSeeOther, a.StatusCode, problemsOf(a.body))
	return form.Get("order")
}

// run submits a request of three calls of a team's buyer. Nobody works on it.
func (c *console) run(b *belongings) {
	c.t.Helper()
	mark, actor := "mark-"+b.team+"-run", b.team+"-buyer"
	if b.team == "" {
		mark, actor = "mark-nobodys-run", "mark-nobodys-run-actor"
	}
	now := time.Now().Add(-time.Hour).Truncate(time.Microsecond)
	var list []orders.Order
	for i := range 3 {
		target := fmt.Sprintf("%s-%d", mark, i)
		o := orders.Order{ID: orders.NewID(), Kind: "batch-desktop/RESIZE", Door: auth.DoorWeb, Actor: actor, Team: b.team, State: orders.StateQueued,
			Position: i, Calls: 3, Path: "/v2/" + project + "/periodic/change/batch-order", Hash: target + "-hash",
			Body:    []byte(`{"type":"RESIZE","resize_param":{"desktop_ids":["` + target + `"],"product_id":"p"}}`),
			Targets: []string{"desktop:" + target}, Summary: field.Say("summary.RESIZE.desktops", "n", 1, "product", "p"), CreatedAt: now, UpdatedAt: now,
			NextAttemptAt: now.Add(24 * time.Hour)}
		list = append(list, o)
		list[i].RequestID = list[0].ID
	}
	_, err := c.db.Submit(c.t.Context(), orders.Intake{Orders: list})
	require.NoError(c.t, err)
	b.orders["run"] = list[0].ID
	b.marks = append(b.marks, mark+"-0", mark+"-1", mark+"-2", list[0].ID)
}

// order loads an order of a team. Nobody works on it.
func (c *console) order(b *belongings, sort string, i int) {
	c.t.Helper()
	mark := fmt.Sprintf("mark-%s-%s", b.team, sort)
	if b.team == "" {
		mark = "mark-nobodys-" + sort
	}
	actor := mark + "-actor"
	if sort == "queued" && b.team != "" {
		actor = b.team + "-buyer" // who can withdraw it
	}
	now := time.Now().Add(-time.Duration(i) * time.Minute).Truncate(time.Microsecond)
	o := orders.Order{ID: orders.NewID(), Kind: "batch-desktop/RESIZE", Door: auth.DoorWeb, Actor: actor, Team: b.team, Reason: mark + "-reason",
		Path: "/v2/" + project + "/periodic/change/batch-order", Body: []byte(`{"type":"RESIZE","resize_param":{"desktop_ids":["` + mark + `-target"],"product_id":"p"}}`), Hash: mark + "-hash",
		Targets: []string{"desktop:" + mark + "-target"}, Summary: field.Say("summary.RESIZE.desktops", "n", 1, "product", "p"), CreatedAt: now, UpdatedAt: now, State: orders.State(sort)}
	o.RequestID = o.ID
	status := map[string]cloud.OrderStatus{"to_be_paid": cloud.StatusToBePaid, "completed": cloud.StatusCompleted}
	switch sort {
	case "to_be_paid", "completed", "failed":
		o.State = orders.StatePlaced
		amount := decimal.RequireFromString("12.50")
		made := orders.CloudOrder{OrderID: "CS-" + mark, Amount: &amount, Currency: "USD", NextCheckAt: now.Add(24 * time.Hour)}
		if s, ok := status[sort]; ok {
			made.Status = &s
		} else {
			made.OrderID, made.Result, made.Code, made.Msg = "", "FAIL", "WKS.1", mark+"-msg"
		}
		o.CloudOrders = []orders.CloudOrder{made}
		if sort == "to_be_paid" { // billed as quoted: who ordered may pay
			o.Quote = &orders.Quote{ID: orders.NewID(), Amount: amount, OfficialAmount: amount, Currency: "USD", AskedAt: now}
		}
		b.cloudOrders[sort] = made.OrderID
	case "queued":
		o.NextAttemptAt = now.Add(24 * time.Hour)
	case "refused":
		o.Answer = &orders.Answer{HTTPStatus: 400, Code: "WKS.2", Msg: mark + "-refused"}
	}
	if sort == "awaiting_approval" || sort == "asked" {
		c.requests(o, mark)
	} else {
		require.NoError(c.t, c.db.LoadOrders(c.t.Context(), []orders.Order{o}))
	}
	entry, err := orders.NewEntry(auth.Who{Name: actor, Team: b.team, Door: auth.DoorWeb, Address: "192.0.2.1"}, now, "order.submitted", "order:"+o.ID,
		map[string]any{"reason": o.Reason})
	require.NoError(c.t, err)
	require.NoError(c.t, c.db.LoadEntries(c.t.Context(), []audit.Entry{entry}))
	entry.Action = "order.commented"
	require.NoError(c.t, c.db.AddComment(c.t.Context(), orders.Comment{ID: orders.NewID(), OrderID: o.ID, Actor: actor, Text: mark + "-said", CreatedAt: now}, entry))
	b.orders[sort] = o.ID
	b.marks = append(b.marks, o.ID, mark)
}

// requests stores an order that two people must approve.
func (c *console) requests(o orders.Order, mark string) {
	c.t.Helper()
	o.State = orders.StateAwaitingApproval
	r := orders.Request{ID: o.ID, Team: o.Team, State: orders.RequestAwaiting, Hash: o.Hash, Calls: []orders.Call{{OrderID: o.ID, Hash: o.Hash}},
		Actor: o.Actor, Principal: o.Actor, Why: []field.Message{field.Say("approval.effect.alters")}, Needed: 2, Reason: mark + "-why",
		CreatedAt: o.CreatedAt, ExpiresAt: o.CreatedAt.Add(time.Hour)}
	_, err := c.db.Submit(c.t.Context(), orders.Intake{Orders: []orders.Order{o}, Admit: func(orders.BudgetMonth) (orders.Admission, error) {
		return orders.Admission{Orders: []orders.Order{o}, Request: &r}, nil
	}})
	require.NoError(c.t, err)
}

// delegated lets somebody decide in the place of a team's approver.
func (c *console) delegated(b *belongings) {
	c.t.Helper()
	now := time.Now().Truncate(time.Microsecond)
	d := orders.Delegation{ID: orders.NewID(), Team: b.team, From: b.team + "-approver", To: "mark-" + b.team + "-delegate", Until: now.Add(time.Hour), CreatedAt: now}
	entry, err := orders.NewEntry(auth.Who{Name: d.From, Team: b.team, Door: auth.DoorWeb}, now, "delegation.created", "delegation:"+d.ID, map[string]any{"to": d.To})
	require.NoError(c.t, err)
	require.NoError(c.t, c.db.AddDelegation(c.t.Context(), d, entry))
	b.delegation = d.ID
	b.marks = append(b.marks, d.ID, d.To)
}

// told are the marks that a body has, but for those that who asks has named themselves.
func told(body string, marks []string, asked ...string) []string {
	var found []string
	for _, mark := range marks {
		if strings.Contains(body, mark) && !strings.Contains(strings.Join(asked, " "), mark) {
			found = append(found, mark)
		}
	}
	return found
}
