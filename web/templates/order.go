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

	// Desktops are what the inventory knows of the desktops that the quote is about, by ID.
	Desktops map[string]cloud.Desktop

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
	return TextLink(Link{Text: v.Say.Say("order.in_log", nil), Href: "/audit?object=order:" + v.Order.ID})
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

// withdrawable gives a notice about an order that is not sent yet the button that withdraws it, for those who may.
func (v OrderView) withdrawable(notice NoticeView) NoticeView {
	if v.mayWithdraw() {
		notice.Action, notice.ActionName, notice.ActionWord = v.path("withdraw"), "withdraw", v.withdrawWord()
	}
	return notice
}

// again leads to the form as it was, for those who may order.
func (v OrderView) again() []Link {
	if !v.MayPlace {
		return nil
	}
	return []Link{{Text: v.Say.Say("order.again", nil), Href: "/orders/new/" + v.Order.Kind + "?" + url.Values{"repeat": {v.Order.ID}}.Encode()}}
}

// payable tells that there is something to pay that nobody is paying yet.
func (v OrderView) payable() bool { return len(v.Bill.UnpaidIDs) > 0 }

// payWord is the main button's word: what will be paid.
func (v OrderView) payWord() string {
	if v.paid() {
		return v.Say.Say("order.pay", nil)
	}
	return v.Say.Say("order.pay_amount", map[string]any{"amount": FormatMoney(*v.Bill.Unpaid)})
}

// unpaidWord names the unpaid cloud orders.
func (v OrderView) unpaidWord() string {
	return v.Say.Say("order.unpaid_orders", map[string]any{"n": len(v.Bill.UnpaidIDs)})
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
	count := func(tone Tone, badge orders.Badge) Count {
		return Count{tone, v.Say.Say("count."+string(badge), nil), n[badge]}
	}
	return []Count{count(Good, orders.BadgeCompleted), count(Info, orders.BadgeProcessing), count(Warn, orders.BadgeToBePaid),
		count(Quiet, orders.BadgeCanceled), count(Bad, orders.BadgeFailed)}
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
		return v.Say.Say("order.sent", nil)
	case orders.StateRejected, orders.StateExpired, orders.StateWithdrawn:
		return v.Say.Say("order.would_be_sent", nil)
	}
	return v.Say.Say("order.to_be_sent", nil)
}

// paid tells that nothing of the bill waits for payment.
func (v OrderView) paid() bool { return v.Bill.Unpaid == nil || v.Bill.Unpaid.Amount.IsZero() }

// verdict says how the bill compares with the quote.
func (v OrderView) verdict() (tone Tone, words string) {
	switch v.Bill.Verdict {
	case orders.VerdictMatch:
		return Good, v.Say.Say("order.bill_match", nil)
	case orders.VerdictDiffers:
		return Bad, v.Say.Say("order.bill_differs", nil)
	case orders.VerdictPartial:
		if v.paid() {
			return Quiet, v.Say.Say("order.bill_partial_paid", nil)
		}
		return Warn, v.Say.Say("order.bill_partial", nil)
	case orders.VerdictNoQuote:
		if v.Bill.Unpaid == nil {
			return Quiet, v.Say.Say("order.bill_no_quote_paid", nil)
		}
		return Warn, v.Say.Say("order.bill_no_quote", nil)
	}
	if v.Bill.Verdict == orders.VerdictNothing {
		return Quiet, v.Say.Say("order.bill_nothing", nil)
	}
	return Quiet, v.Say.Say("order.bill_wait", nil)
}

// several tells that single cloud orders can be chosen.
func (v OrderView) several() bool { return len(v.Order.CloudOrders) > 1 }

// actionable tells that a cloud order can be paid or canceled now.
func actionable(c orders.CloudOrder) bool { return c.Unpaid() && !c.Busy() }

// mayPayOne tells that single cloud orders can be paid without a look at the bill.
func (v OrderView) mayPayOne() bool {
	return v.MayPay && v.Bill.Verdict != orders.VerdictDiffers && v.Bill.Verdict != orders.VerdictWait
}

// actionWords say where a payment or cancellation is; empty when there is nothing to say.
func actionWords(say i18n.Printer, c orders.CloudOrder) string {
	if c.Action == nil || c.Action.State == orders.ActionDone {
		return ""
	}
	return say.Say("order."+string(c.Action.Kind)+"_"+string(c.Action.State), map[string]any{"why": strings.TrimSpace(c.Action.Code + " " + c.Action.Msg)})
}

// answerText is the cloud's answer as it came.
func (v OrderView) answerText() string {
	a := v.Order.Answer
	if a.HTTPStatus == 0 {
		return v.Say.Say("order.no_http_answer", nil) + " " + a.Msg
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
		items = append(items, TimelineItem{Tone: Quiet, Icon: "list", Title: v.Say.Say("order.earlier", nil), Time: v.Order.CreatedAt})
	}
	for _, entry := range v.Timeline {
		items = append(items, happened(ctx, entry))
	}
	switch v.Order.State {
	case orders.StateAwaitingApproval:
		items = append(items, TimelineItem{Tone: Warn, Icon: "hourglass", Title: v.Say.Say("order.waits_approval", nil)})
	case orders.StateQueued:
		items = append(items, TimelineItem{Tone: Info, Icon: "clock", Title: v.Say.Say("order.waits_sending", nil)})
	case orders.StateSending:
		items = append(items, TimelineItem{Tone: Info, Icon: "loader", Title: v.Say.Say("order.being_sent", nil)})
	case orders.StateInDoubt:
		items = append(items, TimelineItem{Tone: Doubt, Icon: "help", Title: v.Say.Say("order.waits_person", nil)})
	case orders.StatePlaced:
		if v.payable() {
			items = append(items, TimelineItem{Tone: Warn, Icon: "credit-card", Title: v.Say.Say("order.waits_payment", nil)})
		} else if v.Order.Moving() {
			items = append(items, TimelineItem{Tone: Info, Icon: "loader", Title: v.Say.Say("order.cloud_works", nil)})
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
var stories = map[string]badgeLook{
	"order.submitted":          {Info, "pencil", "action.order.submitted"},
	"order.sending":            {Info, "send", "action.order.sending"},
	"order.placed":             {Good, "check", "action.order.placed"},
	"order.refused":            {Bad, "ban", "action.order.refused"},
	"order.in_doubt":           {Doubt, "help", "action.order.in_doubt"},
	"order.not_reached":        {Warn, "alert", "action.order.not_reached"},
	"request.asked":            {Warn, "hourglass", "action.request.asked"},
	"request.approved":         {Good, "check", "action.request.approved"},
	"request.rejected":         {Bad, "x", "action.request.rejected"},
	"request.expired":          {Quiet, "clock", "action.request.expired"},
	"request.repriced":         {Warn, "alert", "action.request.repriced"},
	"request.paused":           {Warn, "pause", "action.request.paused"},
	"request.resumed":          {Info, "play", "action.request.resumed"},
	"request.stopped":          {Quiet, "stop", "action.request.stopped"},
	"order.eliminated":         {Info, "search", "action.order.eliminated"},
	"order.unapproved":         {Bad, "ban", "action.order.unapproved"},
	"order.commented":          {Quiet, "pencil", "action.order.commented"},
	"budget.soft_limit":        {Warn, "wallet", "action.budget.soft_limit"},
	"order.withdrawn":          {Quiet, "undo", "action.order.withdrawn"},
	"order.resolved":           {Good, "check", "action.order.resolved"},
	"order.pay_requested":      {Info, "credit-card", "action.order.pay_requested"},
	"order.pay_not_reached":    {Warn, "alert", "action.order.pay_not_reached"},
	"order.pay_repeated":       {Info, "credit-card", "action.order.pay_repeated"},
	"order.pay_done":           {Good, "credit-card", "action.order.pay_done"},
	"order.pay_refused":        {Bad, "credit-card", "action.order.pay_refused"},
	"order.pay_unknown":        {Doubt, "help", "action.order.pay_unknown"},
	"order.cancel_requested":   {Info, "ban", "action.order.cancel_requested"},
	"order.cancel_not_reached": {Warn, "alert", "action.order.cancel_not_reached"},
	"order.cancel_repeated":    {Info, "ban", "action.order.cancel_repeated"},
	"order.cancel_done":        {Quiet, "ban", "action.order.cancel_done"},
	"order.cancel_refused":     {Bad, "ban", "action.order.cancel_refused"},
	"order.cancel_unknown":     {Doubt, "help", "action.order.cancel_unknown"},
}

// happened tells one audit entry about an order.
func happened(ctx context.Context, entry audit.Entry) TimelineItem {
	say := i18n.FromContext(ctx)
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
	look := lookOfAction(entry.Action)
	item := TimelineItem{Tone: look.tone, Icon: look.icon, Title: look.words(say), Time: entry.Time}
	var said []string
	add := func(words string) {
		if words = strings.TrimSpace(words); words != "" {
			said = append(said, words)
		}
	}
	if entry.Action == "order.followed" && d.Status != nil {
		status := cloud.OrderStatus(*d.Status)
		item.Tone, item.Icon, item.Title = CloudTone(status), lookOfCloudOrder(status).icon, CloudWord(say, status)
	}
	if entry.Action == "order.pay_requested" && entry.Actor == auth.Console.Name {
		item.Title = say.Say("order.auto_pays", nil)
	}
	if entry.Action == "order.resolved" {
		switch found := d.Outcome != string(orders.StateNotPlaced); {
		case entry.Actor != auth.Console.Name && found:
			item.Title = say.Say("order.settled_placed", nil)
		case entry.Actor != auth.Console.Name:
			item.Title = say.Say("order.settled_not_placed", nil)
		case !found:
			item.Title = say.Say("order.found_nothing", nil)
		}
	}
	if entry.Actor != auth.Console.Name {
		add(say.Say("order.by", map[string]any{"who": calledName(ctx, entry.Actor)}))
	}
	if d.Behalf != "" {
		add(say.Say("order.on_behalf", map[string]any{"who": calledName(ctx, d.Behalf)}))
	}
	if entry.Action == "request.asked" {
		d.Reason = "" // the order said it a line before
	}
	if entry.Action == "request.repriced" && d.From != "" {
		add(d.From + " → " + d.To)
		d.Amount = ""
	}
	if d.Reason != "" {
		add(say.Say("component.quoted", map[string]any{"words": d.Reason}))
	}
	if d.Quote != nil {
		add(say.Say("order.quoted_amount", map[string]any{"amount": moneyWords(d.Quote.Amount, d.Quote.Currency)}))
	}
	add(d.CloudOrder)
	if d.Amount != "" {
		add(moneyWords(d.Amount, d.Currency))
	}
	if n := len(d.Orders); n > 1 {
		add(say.Say("order.entries", map[string]any{"n": n}))
	}
	if n := len(d.CloudOrders); n > 1 {
		add(say.Say("order.cloud_orders", map[string]any{"n": n}))
	}
	if d.ErrorMsg != "" {
		add(d.ErrorCode + " " + d.ErrorMsg)
	}
	item.Detail = strings.Join(said, " · ")
	return item
}

func answerStatus(v OrderView) string {
	if v.Order.Answer.HTTPStatus == 0 {
		return v.Say.Say("component.none", nil)
	}
	return fmt.Sprintf("HTTP %d", v.Order.Answer.HTTPStatus)
}

// evidenceWords say how far the search for an order in doubt has come.
func (v OrderView) evidenceWords() string {
	e := v.Evidence
	switch n := len(e.Fitting()); {
	case e.Problem != "":
		return v.Say.Say("order.list_unread", map[string]any{"why": strings.TrimSuffix(e.Problem, ".")})
	case e.Looks == 0:
		return v.Say.Say("order.about_to_look", nil)
	case n > 0:
		return v.Say.Say("order.fitting", map[string]any{"n": n})
	case v.Asked:
		return v.Say.Say("order.nothing_fits_asked", nil)
	}
	return v.Say.Say("order.nothing_fits_yet", nil)
}

// otherCandidates says how many orders that do not fit are not shown.
func (v OrderView) otherCandidates() string {
	return v.Say.Say("order.others", map[string]any{"n": v.Evidence.Others})
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
		return v.Say.Say("order.in_its_words", map[string]any{"said": strings.TrimRight(said, ". ")})
	}
	return v.Say.Say("order.stopped_before", nil)
}

// moneyWords is an amount of the log as people read it.
func moneyWords(amount, currency string) string {
	exact, err := decimal.NewFromString(amount)
	if err != nil {
		return amount + " " + currency
	}
	return FormatMoney(cloud.Money{Amount: exact, Currency: currency})
}
