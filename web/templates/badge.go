package templates

import (
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/i18n"
	"workspace-order-console/internal/orders"
)

// badgeLook is how a state shows: a tone, an icon and, always, words.
type badgeLook struct {
	tone Tone
	icon string
	word string // a message's key
}

func (l badgeLook) words(say i18n.Printer) string { return say.Say(l.word, nil) }

// orderLooks holds the states of an order; a placed one shows the worst of its cloud orders instead (resultLooks).
var orderLooks = map[string]badgeLook{
	"draft":             {Quiet, "pencil", "badge.draft"},
	"awaiting_approval": {Warn, "hourglass", "badge.awaiting_approval"},
	"rejected":          {Bad, "x", "badge.rejected"},
	"expired":           {Quiet, "clock", "badge.expired"},
	"withdrawn":         {Quiet, "undo", "badge.withdrawn"},
	"queued":            {Info, "clock", "badge.queued"},
	"sending":           {Info, "send", "badge.sending"},
	"placed":            {Info, "check", "badge.placed"},
	"refused":           {Bad, "ban", "badge.refused"},
	"in_doubt":          {Doubt, "help", "badge.in_doubt"},
	"not_placed":        {Quiet, "ban", "badge.not_placed"},
	"unclear":           {Doubt, "help", "badge.unclear"},
}

// approvedLook is how a request shows that was approved; in all other states it looks as its orders do.
var approvedLook = badgeLook{Good, "check", "badge.approved"}

func lookOfRequest(state orders.RequestState) badgeLook {
	if state == orders.RequestApproved {
		return approvedLook
	}
	return lookOfOrder(string(state.OrderState()), "")
}

// resultLooks holds what the cloud orders of a placed order come to.
var resultLooks = map[string]badgeLook{
	"failed":     {Bad, "x", "badge.failed"},
	"to_be_paid": {Warn, "credit-card", "badge.to_be_paid"},
	"processing": {Info, "loader", "badge.processing"},
	"completed":  {Good, "check", "badge.completed"},
	"canceled":   {Quiet, "ban", "badge.canceled"},
}

// cloudLooks holds the statuses of a cloud order, by their number on the wire.
var cloudLooks = map[cloud.OrderStatus]badgeLook{
	cloud.StatusInitialized:      {Info, "clock", "badge.initialized"},
	cloud.StatusToBeReviewed:     {Warn, "hourglass", "badge.to_be_reviewed"},
	cloud.StatusToBeRefunded:     {Warn, "undo", "badge.to_be_refunded"},
	cloud.StatusProcessing:       {Info, "loader", "badge.processing"},
	cloud.StatusCanceled:         {Quiet, "ban", "badge.canceled"},
	cloud.StatusCompleted:        {Good, "check", "badge.completed"},
	cloud.StatusToBePaid:         {Warn, "credit-card", "badge.to_be_paid"},
	cloud.StatusBeingCompensated: {Info, "loader", "badge.being_compensated"},
	cloud.StatusToBeApproved:     {Warn, "hourglass", "badge.to_be_approved"},
	cloud.StatusToBeConfirmed:    {Warn, "hourglass", "badge.to_be_confirmed"},
	cloud.StatusToBeShipped:      {Info, "clock", "badge.to_be_shipped"},
	cloud.StatusToBeReceived:     {Info, "clock", "badge.to_be_received"},
	cloud.StatusToBePickedUp:     {Info, "clock", "badge.to_be_picked_up"},
	cloud.StatusBeingReplaced:    {Info, "loader", "badge.being_replaced"},
	cloud.StatusSellerReceives:   {Info, "clock", "badge.returning"},
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
	return badgeLook{Quiet, "info", "badge.unknown"}
}

// OrderWord is the word of an order's badge, for sentences, exports and titles.
func OrderWord(say i18n.Printer, state, result string) string {
	return lookOfOrder(state, result).words(say)
}

// CloudWord is the word of a cloud order's badge; an unknown status is called by its number.
func CloudWord(say i18n.Printer, status cloud.OrderStatus) string {
	return say.Say(lookOfCloudOrder(status).word, map[string]any{"status": int(status)})
}

// CloudTone is the tone of a cloud order's badge.
func CloudTone(status cloud.OrderStatus) Tone { return lookOfCloudOrder(status).tone }
