package templates

import (
	"fmt"
	"net/url"
	"time"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/i18n"
	"workspace-order-console/internal/orders"
)

// ApprovalsView is a page of the queue of requests.
type ApprovalsView struct {
	View  orders.RequestView
	State orders.RequestState
	Items []orders.RequestItem
	// Decides tells that who looks decides anything at all, AllTeams that they see every team's, MayPlace that they order.
	Decides, AllTeams, MayPlace bool
	Pager                       PagerView
	Poll                        PollView
	Say                         i18n.Printer
	Now                         time.Time
}

// approvalTabs are the views of the queue.
var approvalTabs = []struct {
	View orders.RequestView
	Word string
}{{orders.RequestsToDecide, "To decide"}, {orders.RequestsMine, "Asked for by me"}, {orders.RequestsAll, "All"}}

func approvalsHref(view orders.RequestView) string {
	return "/approvals?" + url.Values{"view": {string(view)}}.Encode()
}

func (v ApprovalsView) sub() string {
	switch v.View {
	case orders.RequestsToDecide:
		return "What waits for your yes or no, newest first."
	case orders.RequestsMine:
		return "What you have asked for, yourself or through your API keys."
	}
	if v.AllTeams {
		return "What anybody has asked for, newest first."
	}
	return "What anybody of your team has asked for, newest first."
}

// empty is what stands in the place of a list that has nothing.
func (v ApprovalsView) empty() EmptyView {
	view := EmptyView{Icon: "check"}
	switch {
	case v.State != "" && v.View != orders.RequestsToDecide:
		view.Title = "None of these"
		view.Text = "No request is " + requestWord(v.State) + "."
		view.Actions = []Link{{Text: "Show every state", Href: approvalsHref(v.View)}}
	case v.View == orders.RequestsToDecide && v.Decides:
		view.Title = "Nothing waits for your decision"
		view.Text = "Orders that need approval show here until somebody has decided about them. Your own are never among them."
		view.Actions = []Link{{Text: "All requests", Href: approvalsHref(orders.RequestsAll)}}
	case v.View == orders.RequestsToDecide:
		view.Title = "You do not decide about orders"
		view.Text = "Approvers and admins do, and whom one of them has asked to stand in. What you asked for yourself is on the next tab."
		view.Actions = []Link{{Text: "Asked for by me", Href: approvalsHref(orders.RequestsMine)}}
		if !v.MayPlace {
			view.Text = v.Say.Say("empty.approvals_not_asking", nil)
			view.Actions = []Link{{Text: "All requests", Href: approvalsHref(orders.RequestsAll)}}
		}
	case v.View == orders.RequestsMine && !v.MayPlace:
		view.Title = v.Say.Say("empty.approvals_mine", nil)
		view.Text = v.Say.Say("empty.approvals_mine_look", nil)
		view.Actions = []Link{{Text: "All requests", Href: approvalsHref(orders.RequestsAll)}}
	case v.View == orders.RequestsMine:
		view.Title = "Nothing of yours needed approval"
		view.Text = "Whether an order will need it, and who can give it, is told on its review page before you ask."
		view.Actions = []Link{{Text: "New order", Href: "/orders/new", Icon: "plus"}}
	default:
		view.Title = "No order has needed approval yet"
		view.Text = "A team's rules say which do: above an amount, by what they do, or when the month's budget does not hold them."
	}
	return view
}

// requestWord is a request's state in a sentence.
func requestWord(state orders.RequestState) string {
	if state == orders.RequestAwaiting {
		return "waiting"
	}
	return string(state)
}

// requestSummary is a request in one line: its first order's, and how many more there are.
func requestSummary(item orders.RequestItem, say i18n.Printer) string {
	summary := SummaryOf(item.Order, say)
	if n := len(item.Calls); n > 1 {
		summary += fmt.Sprintf(" and %s", things(n-1, "more order", "more orders"))
	}
	return summary
}

// approvalsWords say how many approvals there are of how many.
func approvalsWords(r orders.Request) string {
	return fmt.Sprintf("%d of %d", len(r.Approvals()), r.Needed)
}

// adminWords say whose approval one of the needed ones must be.
func adminWords(r orders.Request) string {
	if r.Needed == 1 {
		return "an admin’s"
	}
	return "one of them an admin’s"
}

func requestPrice(r orders.Request) cloud.Money {
	return cloud.Money{Amount: *r.Amount, Currency: r.Currency}
}
