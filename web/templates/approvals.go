package templates

import (
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
	Word string // a message's key
}{{orders.RequestsToDecide, "approvals.to_decide"}, {orders.RequestsMine, "approvals.mine"}, {orders.RequestsAll, "approvals.all"}}

func approvalsHref(view orders.RequestView) string {
	return "/approvals?" + url.Values{"view": {string(view)}}.Encode()
}

func (v ApprovalsView) sub() string {
	switch v.View {
	case orders.RequestsToDecide:
		return v.Say.Say("approvals.sub_decide", nil)
	case orders.RequestsMine:
		return v.Say.Say("approvals.sub_mine", nil)
	}
	if v.AllTeams {
		return v.Say.Say("approvals.sub_all", nil)
	}
	return v.Say.Say("approvals.sub_team", nil)
}

// empty is what stands in the place of a list that has nothing.
func (v ApprovalsView) empty() EmptyView {
	view := EmptyView{Icon: "check"}
	switch {
	case v.State != "" && v.View != orders.RequestsToDecide:
		view.Title = v.Say.Say("approvals.none", nil)
		view.Text = v.Say.Say("approvals.none_is", map[string]any{"state": requestWord(v.Say, v.State)})
		view.Actions = []Link{{Text: v.Say.Say("approvals.every_state", nil), Href: approvalsHref(v.View)}}
	case v.View == orders.RequestsToDecide && v.Decides:
		view.Title = v.Say.Say("approvals.nothing", nil)
		view.Text = v.Say.Say("approvals.nothing_text", nil)
		view.Actions = []Link{{Text: v.Say.Say("approvals.all_requests", nil), Href: approvalsHref(orders.RequestsAll)}}
	case v.View == orders.RequestsToDecide:
		view.Title = v.Say.Say("approvals.not_you", nil)
		view.Text = v.Say.Say("approvals.not_you_text", nil)
		view.Actions = []Link{{Text: v.Say.Say("approvals.mine", nil), Href: approvalsHref(orders.RequestsMine)}}
		if !v.MayPlace {
			view.Text = v.Say.Say("empty.approvals_not_asking", nil)
			view.Actions = []Link{{Text: v.Say.Say("approvals.all_requests", nil), Href: approvalsHref(orders.RequestsAll)}}
		}
	case v.View == orders.RequestsMine && !v.MayPlace:
		view.Title = v.Say.Say("empty.approvals_mine", nil)
		view.Text = v.Say.Say("empty.approvals_mine_look", nil)
		view.Actions = []Link{{Text: v.Say.Say("approvals.all_requests", nil), Href: approvalsHref(orders.RequestsAll)}}
	case v.View == orders.RequestsMine:
		view.Title = v.Say.Say("approvals.mine_none", nil)
		view.Text = v.Say.Say("approvals.mine_none_text", nil)
		view.Actions = []Link{{Text: v.Say.Say("approvals.new_order", nil), Href: "/orders/new", Icon: "plus"}}
	default:
		view.Title = v.Say.Say("approvals.all_none", nil)
		view.Text = v.Say.Say("approvals.all_none_text", nil)
	}
	return view
}

// requestWord is a request's state in a sentence.
func requestWord(say i18n.Printer, state orders.RequestState) string {
	return say.Say("approvals.is."+string(state), nil)
}

// requestSummary is a request in one line: its first order's, and how many more there are.
func requestSummary(item orders.RequestItem, say i18n.Printer) string {
	summary := SummaryOf(item.Order, say)
	if n := len(item.Calls); n > 1 {
		summary = say.Say("approvals.and_more", map[string]any{"summary": summary, "n": n - 1})
	}
	return summary
}

// approvalsWords say how many approvals there are of how many.
func approvalsWords(say i18n.Printer, r orders.Request) string {
	return say.Say("approval.have", map[string]any{"have": len(r.Approvals()), "needed": r.Needed})
}

// adminWords say whose approval one of the needed ones must be.
func adminWords(say i18n.Printer, r orders.Request) string {
	if r.Needed == 1 {
		return say.Say("approvals.an_admins", nil)
	}
	return say.Say("approvals.one_admins", nil)
}

func requestPrice(r orders.Request) cloud.Money {
	return cloud.Money{Amount: *r.Amount, Currency: r.Currency}
}
