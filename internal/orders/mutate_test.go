package orders_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/testkit"
)

// parsed is a body as a tree, with its numbers as they are written.
func parsed(t testing.TB, body []byte) any {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var tree any
	require.NoError(t, dec.Decode(&tree))
	return tree
}

// mutate changes one thing at random, deep in a copy of a tree: a value, a member's name, a member or an entry more or
// less, or the order of a list.
func mutate(r *rand.Rand, tree any) any {
	switch value := tree.(type) {
	case map[string]any:
		out := maps.Clone(value)
		names := slices.Sorted(maps.Keys(out))
		name := names[r.IntN(len(names))]
		switch n := r.IntN(12); {
		case n == 0:
			delete(out, name)
		case n == 1:
			out[name+string(rune('a'+r.IntN(26)))] = out[name]
			delete(out, name)
		case n == 2:
			out[randomText(r)] = randomValue(r)
		default:
			out[name] = mutate(r, out[name])
		}
		if len(out) == 0 {
			return randomValue(r)
		}
		return out
	case []any:
		out := slices.Clone(value)
		switch n := r.IntN(6); {
		case len(out) == 0 || n == 0:
			return append(out, randomValue(r))
		case n == 1:
			return append(out, out[r.IntN(len(out))])
		case n == 2 && len(out) > 1:
			i := r.IntN(len(out) - 1)
			out[i], out[i+1] = out[i+1], out[i]
			return out
		case n == 3:
			return slices.Delete(out, 0, 1)
		}
		i := r.IntN(len(out))
		out[i] = mutate(r, out[i])
		return out
	case json.Number:
		n, err := strconv.Atoi(value.String())
		if err != nil || r.IntN(4) == 0 {
			return randomValue(r)
		}
		return json.Number(strconv.Itoa(n + r.IntN(2000) - 1000))
	case string:
		at := r.IntN(len(value) + 1)
		switch r.IntN(4) {
		case 0:
			return value[:at] + randomText(r) + value[at:]
		case 1:
			return strings.ToUpper(value)
		case 2:
			return value[:at]
		}
		return randomValue(r)
	case bool:
		return !value
	}
	return randomValue(r)
}

func randomText(r *rand.Rand) string {
	return string("abcxyz019 -_.é"[r.IntN(12)]) + strconv.Itoa(r.IntN(100))
}

func randomValue(r *rand.Rand) any {
	switch r.IntN(6) {
	case 0:
		return json.Number(strconv.Itoa(r.IntN(1000)))
	case 1:
		return r.IntN(2) == 0
	case 2:
		return []any{randomText(r)}
	case 3:
		return map[string]any{randomText(r): randomText(r)}
	}
	return randomText(r)
}

// shuffled writes a tree with its members in a random order and white space at random: the same body.
func shuffled(r *rand.Rand, tree any) string {
	gap := func() string { return []string{"", " ", "\n", "\t", "  \r\n"}[r.IntN(5)] }
	switch value := tree.(type) {
	case map[string]any:
		names := slices.Collect(maps.Keys(value))
		slices.Sort(names)
		r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		var parts []string
		for _, name := range names {
			parts = append(parts, gap()+strconv.Quote(name)+gap()+":"+gap()+shuffled(r, value[name])+gap())
		}
		return "{" + strings.Join(parts, ",") + "}"
	case []any:
		var parts []string
		for _, item := range value {
			parts = append(parts, gap()+shuffled(r, item)+gap())
		}
		return "[" + strings.Join(parts, ",") + "]"
	}
	text, _ := json.Marshal(tree)
	return string(text)
}

// TestNoMutationOfAnApprovedBodyIsPlaced changes the body of an approved order a hundred thousand times and holds each
// against the approval as the worker does before it sends; every tenth also as a call that comes in would be.
func TestNoMutationOfAnApprovedBodyIsPlaced(t *testing.T) {
	t.Parallel()
	const shards, each = 4, 25_000
	o := newOffice(t, always(1))
	o.prices.set("10")
	r := o.asked(mei, desktop("a"))
	require.NoError(t, o.approve(omar, r.ID))
	approved, request := o.read(r.ID), o.request(r.ID)
	require.NoError(t, orders.AsApproved(approved, request))
	tree := parsed(t, approved.Body)
	var mutations, placed, understood atomic.Int64
	var group sync.WaitGroup
	for shard := range shards {
		group.Go(func() {
			random := rand.New(rand.NewPCG(16, uint64(shard)))
			for i := 0; i < each; {
				changed := tree
				for range 1 + random.IntN(3) {
					changed = mutate(random, changed)
				}
				body, err := audit.Canonical(changed)
				if !assert.NoError(t, err) || string(body) == string(approved.Body) {
					continue // two changes that undid each other
				}
				i++
				mutations.Add(1)
				// as the row of the order, to be sent byte for byte
				order := approved
				order.Body = body
				if orders.AsApproved(order, request) == nil {
					placed.Add(1)
					t.Errorf("would be sent: %s", body)
				}
				if i%10 > 0 {
					continue
				}
				// as a call: what is left of it once it is understood is the approved body, byte for byte, or another
				d := orders.DecodeJSON(cloud.DoorSubscribe, "", []byte(shuffled(random, changed)))
				if len(d.Problems) > 0 {
					continue
				}
				understood.Add(1)
				left, err := audit.Canonical(d.Payload)
				if assert.NoError(t, err) && string(left) != string(approved.Body) && orders.Fingerprint(approved.Path, left) == request.Hash {
					placed.Add(1)
					t.Errorf("would count as approved: %s", left)
				}
			}
		})
	}
	group.Wait()
	assert.EqualValues(t, 100_000, mutations.Load())
	assert.Zero(t, placed.Load())
	assert.Greater(t, understood.Load(), int64(100), "some of them are bodies that could be ordered")

	random := rand.New(rand.NewPCG(16, shards))
	for range 500 { // formatting and key order alone do not matter
		body := shuffled(random, tree)
		order := approved
		order.Body = []byte(body)
		assert.NoError(t, orders.AsApproved(order, request), body)
		d := orders.DecodeJSON(cloud.DoorSubscribe, "", []byte(body))
		require.Empty(t, d.Problems)
		left, err := audit.Canonical(d.Payload)
		require.NoError(t, err)
		assert.Equal(t, request.Hash, orders.Fingerprint(approved.Path, left))
	}
}

// TestTheWorkerSendsNothingThatIsNotAsApproved alters what stands in the database, in every place that counts.
func TestTheWorkerSendsNothingThatIsNotAsApproved(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	type change struct {
		name  string
		alter func(*orders.Order, *orders.Request)
	}
	cases := []change{
		{"another path", func(o *orders.Order, _ *orders.Request) {
			o.Path = strings.Replace(o.Path, "subscribe", "change", 1)
		}},
		{"another kind", func(o *orders.Order, _ *orders.Request) { o.Kind = "batch-desktop/RESIZE" }},
		{"a kind that is none", func(o *orders.Order, _ *orders.Request) { o.Kind = "subscribe/none" }},
		{"no body", func(o *orders.Order, _ *orders.Request) { o.Body = []byte("{") }},
		{"automatic payment", func(o *orders.Order, _ *orders.Request) { o.AutoPay = !o.AutoPay }},
		{"another team", func(o *orders.Order, _ *orders.Request) { o.Team = "finance" }},
		{"a higher price", func(o *orders.Order, _ *orders.Request) {
			quote := *o.Quote
			quote.Amount = quote.Amount.Add(quote.Amount)
			o.Quote = &quote
		}},
		{"no price", func(o *orders.Order, _ *orders.Request) { o.Quote = nil }},
		{"a request that waits", func(_ *orders.Order, r *orders.Request) { r.State = orders.RequestAwaiting }},
		{"a rejected request", func(_ *orders.Order, r *orders.Request) { r.State = orders.RequestRejected }},
		{"no approval", func(_ *orders.Order, r *orders.Request) { r.Decisions = nil }},
		{"a void approval", func(_ *orders.Order, r *orders.Request) { r.Decisions[0].Void = true }},
		{"a rejection", func(_ *orders.Order, r *orders.Request) { r.Decisions[0].Approve = false }},
		{"the requester's approval", func(_ *orders.Order, r *orders.Request) { r.Decisions[0].Approver = "Mei" }},
		{"in the requester's place", func(_ *orders.Order, r *orders.Request) { r.Decisions[0].OnBehalfOf = "mei" }},
		{"one person's two approvals", func(_ *orders.Order, r *orders.Request) {
			r.Needed = 2
			r.Decisions = append(r.Decisions, orders.Decision{Approver: "zoe", OnBehalfOf: "omar", Approve: true, Hash: r.Hash, Amount: r.Amount, Currency: r.Currency})
		}},
		{"one approval of two", func(_ *orders.Order, r *orders.Request) { r.Needed = 2 }},
		{"no admin's approval", func(_ *orders.Order, r *orders.Request) { r.NeedsAdmin = true }},
		{"an approval of another body", func(_ *orders.Order, r *orders.Request) { r.Decisions[0].Hash = strings.Repeat("0", 64) }},
		{"an approval of a lower price", func(_ *orders.Order, r *orders.Request) {
			less := r.Decisions[0].Amount.Div(*r.Amount)
			r.Decisions[0].Amount = &less
		}},
		{"an approval in another currency", func(_ *orders.Order, r *orders.Request) { r.Decisions[0].Currency = "CNY" }},
		{"other calls", func(_ *orders.Order, r *orders.Request) { r.Calls[0].Hash = strings.Repeat("0", 64) }},
		{"another hash", func(_ *orders.Order, r *orders.Request) { r.Hash = strings.Repeat("0", 64) }},
	}
	for i := range 100 {
		cases = append(cases, change{fmt.Sprintf("mutation %d", i), func(o *orders.Order, _ *orders.Request) {
			before := string(o.Body)
			for string(o.Body) == before {
				body, err := audit.Canonical(mutate(random, parsed(t, o.Body)))
				require.NoError(t, err)
				o.Body = body
			}
		}})
	}
	o := newOffice(t, always(1))
	o.prices.set("10")
	original := o.asked(mei, desktop("a"))
	require.NoError(t, o.approve(omar, original.ID))
	first := o.request(original.ID)
	order := o.read(original.ID)
	require.NoError(t, o.service.Withdraw(t.Context(), mei, original.ID))
	for _, c := range cases {
		// the same order under another ID, altered, with its altered request
		altered, request := order, first
		altered.ID = orders.NewID()
		altered.RequestID, request.ID = altered.ID, altered.ID
		request.Calls = []orders.Call{{OrderID: altered.ID, Hash: first.Hash}}
		request.Decisions = slices.Clone(first.Decisions)
		require.NoError(t, orders.AsApproved(altered, request), c.name)
		c.alter(&altered, &request)
		require.NoError(t, o.db.LoadRequest(t.Context(), request, altered), c.name)
		before := o.cloud.placed.Load()
		o.send()
		assert.Equal(t, before, o.cloud.placed.Load(), "%s was placed", c.name)
		assert.Equal(t, orders.StateRefused, o.state(altered.ID), c.name)
		assert.Contains(t, o.actions(altered.ID), "order.unapproved", c.name)
		assert.Contains(t, o.read(altered.ID).Answer.Msg, "not as it was approved", c.name)
	}
	kept, request := order, first
	kept.ID = orders.NewID()
	kept.RequestID, request.ID = kept.ID, kept.ID
	request.Calls = []orders.Call{{OrderID: kept.ID, Hash: first.Hash}}
	kept.Body = []byte(shuffled(random, parsed(t, kept.Body)))
	require.NoError(t, o.db.LoadRequest(t.Context(), request, kept))
	o.send()
	assert.Equal(t, orders.StatePlaced, o.state(kept.ID), "formatting alone does not matter")
}

// TestEveryBodyComesBackAsItWasApproved takes the kinds to what is sent and back, tagged and paid automatically or not: what a
// kind does to its body on the way never looks like a change.
func TestEveryBodyComesBackAsItWasApproved(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.service.TagOrders = true
	seen := map[string]bool{}
	for _, e := range testkit.Examples(t) {
		for _, pay := range []string{"", "true", "false"} {
			kind, ok := orders.KindNamed(e.Kind())
			require.True(t, ok)
			body := parsed(t, e.Body).(map[string]any)
			if extend, has := body["extend_param"].(map[string]any); has && pay == "" {
				delete(extend, "is_auto_pay")
			} else if kind.Door != cloud.DoorChange || pay != "" {
				if !has {
					extend = map[string]any{}
				}
				if pay != "" {
					extend["is_auto_pay"] = pay
				}
				if len(extend) > 0 {
					body["extend_param"] = extend
				}
			}
			raw, err := json.Marshal(body)
			require.NoError(t, err)
			d := orders.DecodeJSON(kind.Door, e.DesktopID(), raw)
			if len(d.Problems) > 0 {
				continue // not every door takes it
			}
			checked, err := o.service.Check(t.Context(), boss, d, orders.Ask{ID: orders.NewID()})
			if err != nil {
				continue // the demo's inventory does not have what the example is about
			}
			seen[kind.Name()] = true
			back, err := orders.Entered(orders.Order{Body: checked.Sent, AutoPay: checked.AutoPay})
			require.NoError(t, err)
			assert.Equal(t, string(checked.Body), string(back), "%s, payment %q", e.Name, pay)
		}
	}
	assert.Greater(t, len(seen), 15, "most kinds: %v", slices.Sorted(maps.Keys(seen)))
}
