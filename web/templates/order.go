package templates

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/shopspring/decimal"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/i18n"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/field"
)

// OrderView is one order's page.
type OrderView struct {
	Order    orders.Order
	Bill     orders.Bill
	Timeline []audit.Entry
	// Earlier tells that the timeline is only the newest part of the story.
	Earlier bool
	// Evidence is what the cloud's order list tells about an order in doubt; Asked that the time has passed in which it may
	// still lag, so that a person is asked.
	Evidence orders.Evidence
	Asked    bool
	// Balance is what the account can pay with; nil when unknown or not asked for.
	Balance   *cloud.Money
	Say       i18n.Printer
	Now       time.Time
	Version   int64
	PublicURL string

	MayPay, MayCancel, MaySettle, MayPlace, MayWithdraw, MayAudit bool

	// Request is that for approval, nil where none was needed; Foreseen what the order will change while it waits.
	Request  *orders.Requested
	Foreseen Foreseen
	Comments CommentsView
	Ballot   BallotInput

	// Stopped is what kept an action from happening, Problems what is wrong at its inputs, Settlement what was entered.
	Stopped    string
	Problems   map[string]string
	Settlement SettlementInput
}

// Foreseen is what an order that waits will change; Stopped is why it is not possible any more.
type Foreseen struct {
	Changes []orders.Change
	Stopped string
}

// SettlementInput is what somebody entered to settle a doubt, shown again when it was not accepted.
type SettlementInput struct {
	Outcome, OrderID, Reason string
}

// Title is the order in one line.
func (v OrderView) Title() string { return SummaryOf(v.Order, v.Say) }

// inTheLog leads to all entries about the order, for those who may read the log.
func (v OrderView) inTheLog() templ.Component {
	if !v.MayAudit {
		return nil
	}
	return TextLink(Link{Text: "In the audit log", Href: "/audit?object=order:" + v.Order.ID})
}

// OrderPoll is how an order's page asks for news.
func OrderPoll(o orders.Order, version int64) PollView {
	if !o.Moving() {
		return PollView{}
	}
	return PollView{Href: "/orders/" + o.ID + "/poll?" + url.Values{"version": {strconv.FormatInt(version, 10)}}.Encode(), Every: PollSeconds(o)}
}

// PollSeconds is how often a page asks for an order that can move: less often where only people or the cloud's deadlines
// move it.
func PollSeconds(o orders.Order) int {
	if o.State == orders.StateInDoubt || o.State == orders.StateAwaitingApproval || o.Badge == orders.BadgeToBePaid {
		return SlowPoll
	}
	return 2
}

// SlowPoll is how many seconds lie between two polls of what only people move.
const SlowPoll = 5

func (v OrderView) path(action string) string { return "/orders/" + v.Order.ID + "/" + action }

// payable tells that there is something to pay that nobody is paying yet.
func (v OrderView) payable() bool { return len(v.Bill.UnpaidIDs) > 0 }

// payWord is the main button's word: what will be paid.
func (v OrderView) payWord() string {
	if v.Bill.Unpaid == nil {
		return "Pay"
	}
	return "Pay " + FormatMoney(*v.Bill.Unpaid)
}

// unpaidWord names the unpaid cloud orders.
func (v OrderView) unpaidWord() string {
	if n := len(v.Bill.UnpaidIDs); n != 1 {
		return fmt.Sprintf("%d unpaid cloud orders", n)
	}
	return "the unpaid cloud order"
}

// tooPoor tells that the balance does not cover what is unpaid.
func (v OrderView) tooPoor() bool {
	return v.Balance != nil && v.Bill.Unpaid != nil && v.Balance.Currency == v.Bill.Unpaid.Currency &&
		v.Balance.Amount.LessThan(v.Bill.Unpaid.Amount)
}

// payBy is the earliest deadline of the unpaid cloud orders; zero when the cloud told none.
func (v OrderView) payBy() time.Time {
	var earliest time.Time
	for _, c := range v.Order.CloudOrders {
		if c.Unpaid() && !c.PayBy.IsZero() && (earliest.IsZero() || c.PayBy.Before(earliest)) {
			earliest = c.PayBy
		}
	}
	return earliest
}

// counts are the cloud orders by what they show.
func (v OrderView) counts() []Count {
	n := map[orders.Badge]int{}
	for _, c := range v.Order.CloudOrders {
		n[c.Badge()]++
	}
	return []Count{{Good, "completed", n[orders.BadgeCompleted]}, {Info, "processing", n[orders.BadgeProcessing]},
		{Warn, "to be paid", n[orders.BadgeToBePaid]}, {Quiet, "canceled", n[orders.BadgeCanceled]}, {Bad, "failed", n[orders.BadgeFailed]}}
}

func amountOf(c orders.CloudOrder) cloud.Money {
	return cloud.Money{Amount: *c.Amount, Currency: c.Currency}
}

// confirmed is the text that confirms the billed amount.
func (v OrderView) confirmed() string {
	if v.Bill.Billed == nil {
		return ""
	}
	return orders.ConfirmText(*v.Bill.Billed)
}

// difference is what is billed above the quote.
func (v OrderView) difference() cloud.Money {
	return cloud.Money{Amount: v.Bill.Billed.Amount.Sub(v.Order.Quote.Amount), Currency: v.Bill.Billed.Currency}
}

// billed tells that there is, or will be, a bill.
func (v OrderView) billed() bool {
	switch v.Order.State {
	case orders.StatePlaced, orders.StateInDoubt, orders.StateQueued, orders.StateSending:
		return v.Order.Quote != nil || v.Bill.Billed != nil
	}
	return false
}

// mixed tells that a part of a batch failed, so that it matters which.
func (v OrderView) mixed() bool {
	return slices.ContainsFunc(v.Order.CloudOrders, orders.CloudOrder.Failed) && len(v.Order.CloudOrders) > 1
}

func (v OrderView) requestTitle() string {
	switch v.Order.State {
	case orders.StatePlaced, orders.StateRefused:
		return "What was sent"
	case orders.StateRejected, orders.StateExpired, orders.StateWithdrawn:
		return "What would have been sent"
	}
	return "Exactly what is sent"
}

// verdict says how the bill compares with the quote.
func (v OrderView) verdict() (tone Tone, words string) {
	switch v.Bill.Verdict {
	case orders.VerdictMatch:
		return Good, "Billed as quoted."
	case orders.VerdictDiffers:
		return Bad, "Billed otherwise than quoted. Nothing is paid until somebody confirms the amount."
	case orders.VerdictPartial:
		return Warn, "Only a part was placed, and the quote does not say what that part costs. A person decides about the payment."
	case orders.VerdictNoQuote:
		return Warn, "There was no quote to compare with. A person decides about the payment."
	}
	if v.Bill.Verdict == orders.VerdictNothing {
		return Quiet, "Nothing is billed: all of it was refused or canceled."
	}
	return Quiet, "The cloud has not told all amounts yet."
}

// several tells that single cloud orders can be chosen.
func (v OrderView) several() bool { return len(v.Order.CloudOrders) > 1 }

// actionWords say where a payment or cancellation is; empty when there is nothing to say.
func actionWords(c orders.CloudOrder) string {
	if c.Action == nil {
		return ""
	}
	noun := map[orders.ActionKind]string{orders.ActionPay: "Payment", orders.ActionCancel: "Cancellation"}[c.Action.Kind]
	switch c.Action.State {
	case orders.ActionRequested:
		return noun + " asked for"
	case orders.ActionSending:
		return noun + " under way"
	case orders.ActionUnknown:
		return noun + " sent, no answer: its status is being read"
	case orders.ActionRefused:
		return noun + " refused: " + strings.TrimSpace(c.Action.Code+" "+c.Action.Msg)
	}
	return ""
}

// answerText is the cloud's answer as it came.
func (v OrderView) answerText() string {
	a := v.Order.Answer
	if a.HTTPStatus == 0 {
		return "No HTTP answer: " + a.Msg
	}
	text := fmt.Sprintf("HTTP %d", a.HTTPStatus)
	if a.RequestID != "" {
		text += "\nX-Request-Id: " + a.RequestID
	}
	return text + "\n\n" + PrettyJSON(a.Body)
}

// said is the cloud's error in its own words, with its code.
func (v OrderView) said() string {
	a := v.Order.Answer
	if a == nil {
		return ""
	}
	text := strings.TrimSpace(a.Code + " " + a.Msg)
	if a.Detail != "" {
		text += " (" + a.Detail + ")"
	}
	return text
}

// story is the timeline: what the audit log holds of this order, in words.
func (v OrderView) story(ctx context.Context) []TimelineItem {
	items := make([]TimelineItem, 0, len(v.Timeline)+2)
	if v.Earlier {
		items = append(items, TimelineItem{Tone: Quiet, Icon: "list", Title: "Earlier entries are in the audit log", Time: v.Order.CreatedAt})
	}
	for _, entry := range v.Timeline {
		items = append(items, happened(ctx, entry))
	}
	switch v.Order.State {
	case orders.StateAwaitingApproval:
		items = append(items, TimelineItem{Tone: Warn, Icon: "hourglass", Title: "Waiting for approval"})
	case orders.StateQueued:
		items = append(items, TimelineItem{Tone: Info, Icon: "clock", Title: "Waiting to be sent"})
	case orders.StateSending:
		items = append(items, TimelineItem{Tone: Info, Icon: "loader", Title: "Being sent"})
	case orders.StateInDoubt:
		items = append(items, TimelineItem{Tone: Doubt, Icon: "help", Title: "Waiting for a person to settle it"})
	case orders.StatePlaced:
		if v.payable() {
			items = append(items, TimelineItem{Tone: Warn, Icon: "credit-card", Title: "Waiting for payment"})
		} else if v.Order.Moving() {
			items = append(items, TimelineItem{Tone: Info, Icon: "loader", Title: "The cloud is working on it"})
		}
	}
	return items
}

// warnings are none of an order that bought nothing and never will: nothing of a budget is held for it.
func (v OrderView) warnings() []field.Message {
	switch v.Order.State {
	case orders.StateRejected, orders.StateExpired, orders.StateWithdrawn, orders.StateRefused, orders.StateNotPlaced:
		return nil
	}
	return v.Order.Warnings
}

// stories are how entries about an order are told.
var stories = map[string]TimelineItem{
	"order.submitted":          {Tone: Info, Icon: "pencil", Title: "Ordered"},
	"order.sending":            {Tone: Info, Icon: "send", Title: "Sending to the cloud"},
	"order.placed":             {Tone: Good, Icon: "check", Title: "The cloud took it"},
	"order.refused":            {Tone: Bad, Icon: "ban", Title: "The cloud refused it"},
	"order.in_doubt":           {Tone: Doubt, Icon: "help", Title: "In doubt: no sure answer"},
	"order.not_reached":        {Tone: Warn, Icon: "alert", Title: "The cloud was not reached; nothing was sent"},
	"request.asked":            {Tone: Warn, Icon: "hourglass", Title: "Approval asked for"},
	"request.approved":         {Tone: Good, Icon: "check", Title: "Approved"},
	"request.rejected":         {Tone: Bad, Icon: "x", Title: "Rejected"},
	"request.expired":          {Tone: Quiet, Icon: "clock", Title: "Nobody decided in time"},
	"request.repriced":         {Tone: Warn, Icon: "alert", Title: "The price rose; to be approved anew"},
	"order.unapproved":         {Tone: Bad, Icon: "ban", Title: "Not sent: not as it was approved"},
	"order.commented":          {Tone: Quiet, Icon: "pencil", Title: "Comment"},
	"budget.soft_limit":        {Tone: Warn, Icon: "wallet", Title: "The budget's warning was passed"},
	"order.withdrawn":          {Tone: Quiet, Icon: "undo", Title: "Withdrawn"},
	"order.resolved":           {Tone: Good, Icon: "check", Title: "Found at the cloud"},
	"order.pay_requested":      {Tone: Info, Icon: "credit-card", Title: "Payment asked for"},
	"order.pay_not_reached":    {Tone: Warn, Icon: "alert", Title: "The cloud was not reached; nothing was paid"},
	"order.pay_repeated":       {Tone: Info, Icon: "credit-card", Title: "Not paid yet; paying again"},
	"order.pay_done":           {Tone: Good, Icon: "credit-card", Title: "Paid"},
	"order.pay_refused":        {Tone: Bad, Icon: "credit-card", Title: "Payment refused"},
	"order.pay_unknown":        {Tone: Doubt, Icon: "help", Title: "Payment sent, no sure answer"},
	"order.cancel_requested":   {Tone: Info, Icon: "ban", Title: "Cancellation asked for"},
	"order.cancel_not_reached": {Tone: Warn, Icon: "alert", Title: "The cloud was not reached; nothing was canceled"},
	"order.cancel_repeated":    {Tone: Info, Icon: "ban", Title: "Not canceled yet; canceling again"},
	"order.cancel_done":        {Tone: Quiet, Icon: "ban", Title: "Canceled"},
	"order.cancel_refused":     {Tone: Bad, Icon: "ban", Title: "Cancellation refused"},
	"order.cancel_unknown":     {Tone: Doubt, Icon: "help", Title: "Cancellation sent, no sure answer"},
}

// happened tells one audit entry about an order.
func happened(ctx context.Context, entry audit.Entry) TimelineItem {
	var d struct {
		Reason      string `json:"reason"`
		CloudOrder  string `json:"cloud_order"`
		Status      *int   `json:"order_status"`
		Amount      string `json:"amount"`
		Currency    string `json:"currency"`
		ErrorCode   string `json:"error_code"`
		ErrorMsg    string `json:"error_msg"`
		Outcome     string `json:"outcome"`
		Behalf      string `json:"on_behalf_of"`
		From        string `json:"from"`
		To          string `json:"to"`
		CloudOrders []any  `json:"cloud_orders"`
		Orders      []any  `json:"orders"`
		Quote       *struct {
			Amount   string `json:"amount"`
			Currency string `json:"currency"`
		} `json:"quote"`
	}
	// Details are our own canonical JSON; what is missing in them is simply not told.
	_ = json.Unmarshal(entry.Details, &d)
	item, known := stories[entry.Action]
	if !known {
		item = TimelineItem{Tone: Quiet, Icon: "info", Title: entry.Action}
	}
	item.Time = entry.Time
	var said []string
	add := func(words string) {
		if words = strings.TrimSpace(words); words != "" {
			said = append(said, words)
		}
	}
	if entry.Action == "order.followed" && d.Status != nil {
		status := cloud.OrderStatus(*d.Status)
		item.Tone, item.Icon, item.Title = CloudTone(status), lookOfCloudOrder(status).icon, CloudWord(status)
	}
	if entry.Action == "order.pay_requested" && entry.Actor == auth.Console.Name {
		item.Title = "The console pays, as was asked for: billed as quoted"
	}
	if entry.Action == "order.resolved" {
		switch found := d.Outcome != string(orders.StateNotPlaced); {
		case entry.Actor != auth.Console.Name && found:
			item.Title = "Settled by a person: it was placed"
		case entry.Actor != auth.Console.Name:
			item.Title = "Settled by a person: nothing was placed"
		case !found:
			item.Title = "Settled: nothing was placed"
		}
	}
	if entry.Actor != auth.Console.Name {
		add("by " + calledName(ctx, entry.Actor))
	}
	if d.Behalf != "" {
		add("in the place of " + calledName(ctx, d.Behalf))
	}
	if entry.Action == "request.asked" {
		d.Reason = "" // the order said it a line before
	}
	if entry.Action == "request.repriced" && d.From != "" {
		add(d.From + " → " + d.To)
		d.Amount = ""
	}
	if d.Reason != "" {
		add("“" + d.Reason + "”")
	}
	if d.Quote != nil {
		add("quoted " + moneyWords(d.Quote.Amount, d.Quote.Currency))
	}
	add(d.CloudOrder)
	if d.Amount != "" {
		add(moneyWords(d.Amount, d.Currency))
	}
	if n := len(d.Orders); n > 1 {
		add(fmt.Sprintf("%d entries", n))
	}
	if n := len(d.CloudOrders); n > 1 {
		add(fmt.Sprintf("%d cloud orders", n))
	}
	if d.ErrorMsg != "" {
		add(d.ErrorCode + " " + d.ErrorMsg)
	}
	item.Detail = strings.Join(said, " · ")
	return item
}

func answerStatus(v OrderView) string {
	if v.Order.Answer.HTTPStatus == 0 {
		return "none"
	}
	return fmt.Sprintf("HTTP %d", v.Order.Answer.HTTPStatus)
}

// evidenceWords say how far the search for an order in doubt has come.
func (v OrderView) evidenceWords() string {
	e := v.Evidence
	switch n := len(e.Fitting()); {
	case e.Problem != "":
		return "The cloud's order list could not be read: " + strings.TrimSuffix(e.Problem, ".") + "."
	case e.Looks == 0:
		return "The console is about to look at the cloud's order list."
	case n == 1:
		return "One order at the cloud fits that nobody here has."
	case n > 1:
		return fmt.Sprintf("%d orders at the cloud fit that nobody here has.", n)
	case v.Asked:
		return "Nothing that fits has shown up at the cloud, and enough time has passed: what do you find there?"
	}
	return "Nothing that fits has shown up at the cloud yet. Its list may lag; the console keeps looking."
}

// otherCandidates says how many orders that do not fit are not shown.
func (v OrderView) otherCandidates() string {
	return fmt.Sprintf("%d more of that time do not fit.", v.Evidence.Others)
}

// against is why a candidate does not fit, in one line.
func (v OrderView) against(c orders.Candidate) string {
	var words []string
	for _, m := range c.Against {
		words = append(words, v.Say.Say(m.Key, m.Args))
	}
	return strings.Join(words, "; ")
}

func candidateAmount(c orders.Candidate) cloud.Money {
	return cloud.Money{Amount: c.Amount, Currency: c.Currency}
}

// doubtWhy says why nobody knows.
func doubtWhy(v OrderView) string {
	if said := v.said(); said != "" {
		return strings.TrimRight(said, ". ") + "."
	}
	return "the console stopped before it knew the answer."
}

// moneyWords is an amount of the log as people read it.
func moneyWords(amount, currency string) string {
	exact, err := decimal.NewFromString(amount)
	if err != nil {
		return amount + " " + currency
	}
	return FormatMoney(cloud.Money{Amount: exact, Currency: currency})
}
