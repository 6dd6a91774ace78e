package templates

import (
	"strconv"

	"workspace-order-console/internal/orders"
)

// shownChanges is how many lines of what changes a review lists: a thousand alike are not read.
const shownChanges = 20

func (v ReviewView) firstChanges() []orders.Change {
	return v.Changes[:min(len(v.Changes), shownChanges)]
}

// perCall is how many rows of the request one call takes.
func (v ReviewView) perCall() int { return orders.PerCall(v.Checked.Decoded) }

func (v ReviewView) callID(i int) string { return "call-" + strconv.Itoa(i+1) }
