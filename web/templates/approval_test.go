package templates

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"workspace-order-console/internal/orders"
)

func TestWhatIsWithdrawnAsOneIsStoppedAsOne(t *testing.T) {
	of := func(state orders.RequestState, ids ...string) string {
		r := orders.Requested{Request: orders.Request{ID: "first", State: state}}
		for _, id := range ids {
			r.Calls = append(r.Calls, orders.Call{OrderID: id})
		}
		return OrderView{Order: orders.Order{ID: ids[len(ids)-1]}, Request: &r}.withdrawPath()
	}
	assert.Equal(t, "/requests/first/stop", of(orders.RequestAwaiting, "first", "second"), "approved meanwhile, it is all of it all the same")
	assert.Equal(t, "/orders/first/withdraw", of(orders.RequestAwaiting, "first"))
	assert.Equal(t, "/orders/second/withdraw", of(orders.RequestApproved, "first", "second"), "one call of those that are sent")
}
