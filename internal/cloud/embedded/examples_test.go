package embedded

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/testkit"
)

// call is an example as the console sends it.
func call(t *testing.T, example testkit.Example) cloud.Call {
	t.Helper()
	kind, ok := orders.KindNamed(example.Kind())
	require.True(t, ok, example.Kind())
	return cloud.Call{Door: kind.Door, DesktopID: example.DesktopID(), Body: example.Body}
}

func TestEveryExampleIsAcceptedOnAFreshFolder(t *testing.T) {
	for _, example := range testkit.Examples(t) {
		t.Run(example.Name, func(t *testing.T) {
			w := fresh(t)
			call := call(t, example)
			facts := w.facts()
			decoded := orders.DecodeJSON(call.Door, call.DesktopID, call.Body)
			require.Empty(t, decoded.Problems)
			assert.Empty(t, decoded.Payload.CheckFacts(facts), "the console's own rules let it pass too")

			question, quotable := decoded.Payload.Question(facts)
			var quote cloud.Quote
			if quotable {
				var err error
				quote, err = w.Quote(t.Context(), question)
				require.NoError(t, err)
				assert.Equal(t, "USD", quote.Currency)
				assert.NotEmpty(t, quote.Lines)
			}

			answer := w.Place(t.Context(), call)
			require.Equal(t, cloud.OutcomeDone, answer.Outcome, "%s", answer.Body)
			assert.Equal(t, 200, answer.HTTPStatus)
			assert.NotEmpty(t, answer.RequestID)
			sameShape(t, example.Response.Body, answer.Body)
			var orders []cloud.BillingOrder
			for _, entry := range answer.Entries {
				require.True(t, entry.Placed(), "%s", answer.Body)
				assert.Regexp(t, `^CS2611221000[0-9A-Z]{5}$`, entry.OrderID)
				orders = append(orders, w.order(entry.OrderID))
			}
			billed := billed(orders)
			if quotable {
				assert.True(t, quote.Amount.Equal(billed.Amount), "quoted %s, billed %s", quote.Amount, billed.Amount)
				assert.True(t, quote.OfficialAmount.Equal(billed.OfficialAmount), "official %s, billed %s", quote.OfficialAmount, billed.OfficialAmount)
			}
			for _, order := range orders {
				if order.Status == cloud.StatusToBePaid {
					require.NoError(t, w.Pay(t.Context(), order.OrderID))
				}
			}
			w.wait(speed)
			for _, order := range orders {
				assert.Equal(t, cloud.StatusCompleted, w.order(order.OrderID).Status)
			}
		})
	}
}

// billed adds up orders.
func billed(orders []cloud.BillingOrder) (total cloud.Quote) {
	for _, order := range orders {
		total.Amount = total.Amount.Add(order.AmountAfterDiscount)
		total.OfficialAmount = total.OfficialAmount.Add(order.OfficialAmount)
	}
	return total
}

// facts are the inventory as the console knows it.
func (w *world) facts() *orders.Facts {
	w.t.Helper()
	facts := &orders.Facts{Region: demoRegion, Desktops: map[string]cloud.Desktop{}, Pools: map[string]cloud.Pool{},
		Products: map[string]cloud.Product{}, Sharers: map[string]cloud.SharerProduct{}, Volumes: map[string]cloud.VolumeType{},
		Images: map[string][]cloud.Image{}, Zones: map[string]cloud.AvailabilityZone{}}
	var err error
	facts.Workspace, err = w.Workspace(w.t.Context())
	require.NoError(w.t, err)
	for _, d := range everything(w, w.Desktops) {
		facts.Desktops[d.DesktopID] = d
	}
	for _, p := range everything(w, w.Pools) {
		facts.Pools[p.ID] = p
	}
	for _, p := range everything(w, w.Products) {
		facts.Products[p.ProductID] = p
	}
	for _, p := range everything(w, w.SharerProducts) {
		facts.Sharers[p.ProductID] = p
	}
	for _, i := range everything(w, w.Images) {
		facts.Images[i.ID] = append(facts.Images[i.ID], i)
	}
	types, err := w.VolumeTypes(w.t.Context())
	require.NoError(w.t, err)
	for _, v := range types {
		facts.Volumes[v.VolumeType] = v
	}
	zones, err := w.AvailabilityZones(w.t.Context())
	require.NoError(w.t, err)
	for _, z := range zones {
		facts.Zones[z.AvailabilityZone] = z
	}
	return facts
}

// sameShape wants the members that the published answer has. Its number of orders is an illustration, and so is which of
// them failed.
func sameShape(t *testing.T, published, got []byte) {
	t.Helper()
	var want, have map[string]any
	require.NoError(t, json.Unmarshal(published, &want))
	require.NoError(t, json.Unmarshal(got, &have))
	if id, single := want["order_id"]; single {
		assert.IsType(t, id, have["order_id"])
		assert.Len(t, have, 1)
		return
	}
	list, ok := have["orders"].([]any)
	require.True(t, ok, "%s", got)
	for _, entry := range list {
		entry, ok := entry.(map[string]any)
		require.True(t, ok)
		assert.IsType(t, "", entry["order_id"])
		assert.Contains(t, []any{6.0, 3.0}, entry["order_status"])
		if result, there := entry["result"]; there {
			assert.Equal(t, "SUCCESS", result)
		}
	}
}

func TestEveryKindHasAPlanner(t *testing.T) {
	for _, kind := range orders.Kinds {
		assert.Contains(t, planners, kind.Name())
	}
	assert.Len(t, orders.Kinds, len(planners))
}
