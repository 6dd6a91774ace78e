package templates

import (
	"fmt"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

// badgeLook is how a state shows: a tone, an icon and, always, a word.
type badgeLook struct {
	tone Tone
	icon string
	word string
}

// orderLooks holds the states of an order; a placed one shows the worst of its cloud orders instead (resultLooks).
var orderLooks = map[string]badgeLook{
	"draft":             {Quiet, "pencil", "Draft"},
	"awaiting_approval": {Warn, "hourglass", "Awaiting approval"},
	"rejected":          {Bad, "x", "Rejected"},
	"expired":           {Quiet, "clock", "Expired"},
	"withdrawn":         {Quiet, "undo", "Withdrawn"},
	"queued":            {Info, "clock", "Queued"},
	"sending":           {Info, "send", "Sending"},
	"placed":            {Info, "check", "Placed"},
	"refused":           {Bad, "ban", "Refused"},
	"in_doubt":          {Doubt, "help", "In doubt"},
	"not_placed":        {Quiet, "ban", "Not placed"},
}

// approvedLook is how a request shows that was approved; in all other states it looks as its orders do.
var approvedLook = badgeLook{Good, "check", "Approved"}

func lookOfRequest(state orders.RequestState) badgeLook {
	if state == orders.RequestApproved {
		return approvedLook
	}
	return lookOfOrder(string(state.OrderState()), "")
}

// resultLooks holds what the cloud orders of a placed order come to.
var resultLooks = map[string]badgeLook{
	"failed":     {Bad, "x", "Failed"},
	"to_be_paid": {Warn, "credit-card", "To be paid"},
	"processing": {Info, "loader", "Processing"},
	"completed":  {Good, "check", "Completed"},
	"canceled":   {Quiet, "ban", "Canceled"},
}

// cloudLooks holds the statuses of a cloud order, by their number on the wire.
var cloudLooks = map[cloud.OrderStatus]badgeLook{
	cloud.StatusInitialized:      {Info, "clock", "Initialized"},
	cloud.StatusToBeReviewed:     {Warn, "hourglass", "To be reviewed"},
	cloud.StatusToBeRefunded:     {Warn, "undo", "To be refunded"},
	cloud.StatusProcessing:       {Info, "loader", "Processing"},
	cloud.StatusCanceled:         {Quiet, "ban", "Canceled"},
	cloud.StatusCompleted:        {Good, "check", "Completed"},
	cloud.StatusToBePaid:         {Warn, "credit-card", "To be paid"},
	cloud.StatusBeingCompensated: {Info, "loader", "Being compensated"},
	cloud.StatusToBeApproved:     {Warn, "hourglass", "To be approved"},
	cloud.StatusToBeConfirmed:    {Warn, "hourglass", "To be confirmed"},
	cloud.StatusToBeShipped:      {Info, "clock", "To be shipped"},
	cloud.StatusToBeReceived:     {Info, "clock", "To be received"},
	cloud.StatusToBePickedUp:     {Info, "clock", "To be picked up"},
	cloud.StatusBeingReplaced:    {Info, "loader", "Being replaced"},
	cloud.StatusSellerReceives:   {Info, "clock", "Returning to the seller"},
}

func lookOfOrder(state, result string) badgeLook {
	if state == "placed" {
		if look, ok := resultLooks[result]; ok {
			return look
		}
	}
	if look, ok := orderLooks[state]; ok {
		return look
	}
	return badgeLook{Quiet, "info", state}
}

func lookOfCloudOrder(status cloud.OrderStatus) badgeLook {
	if look, ok := cloudLooks[status]; ok {
		return look
	}
	return badgeLook{Quiet, "info", fmt.Sprintf("Status %d", int(status))}
}

// OrderWord is the word of an order's badge, for sentences, exports and titles.
func OrderWord(state, result string) string { return lookOfOrder(state, result).word }

// CloudWord is the word of a cloud order's badge; an unknown status is called by its number.
func CloudWord(status cloud.OrderStatus) string { return lookOfCloudOrder(status).word }

// CloudTone is the tone of a cloud order's badge.
func CloudTone(status cloud.OrderStatus) Tone { return lookOfCloudOrder(status).tone }
