package orders

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders/field"
)

// RequestView says which requests somebody wants to see.
type RequestView string

// The views.
const (
	RequestsMine     RequestView = "mine"      // asked for by me or through my keys
	RequestsToDecide RequestView = "to_decide" // that wait for my decision
	RequestsAll      RequestView = "all"       // all that I see
)

// RequestQuery asks for a list of requests.
type RequestQuery struct {
	View  RequestView
	State RequestState // "" is every one
	After Cursor
	Limit int // 1 to 200; 0 is 50
}

// RequestItem is a request in a list, with its first order.
type RequestItem struct {
	Request
	Order Order
}

// RequestPage is a page of requests, newest first.
type RequestPage struct {
	Items []RequestItem
	// Next is where the list goes on; zero at the end.
	Next Cursor
}

// Requested is a request with all that its page shows.
type Requested struct {
	Request
	Orders []Order
	// MayDecide tells that who asks may approve it now, OnBehalfOf whose place they would take ("" for their own).
	MayDecide  bool
	OnBehalfOf string
	// WhyNot says why they may not; nil when they may.
	WhyNot *field.Message
	// MayWithdraw tells that they may take it back.
	MayWithdraw bool
	// Budget is what others hold of the month while it waits, After what is held with it; nil when it counts in none.
	Budget, After *BudgetStatus
}

// Ballot is a person's word on a request.
type Ballot struct {
	Approve bool
	// Reason is mandatory for a rejection.
	Reason string
	// Hash and Price name what the person saw: Request.Hash and Request.Price().
	Hash, Price string
}

// Requests lists requests.
func (s *Service) Requests(ctx context.Context, who auth.Who, q RequestQuery) (RequestPage, error) {
	if !who.May(auth.ViewOrders) {
		return RequestPage{}, forbidden()
	}
	filter := RequestFilter{Scope: who.Scope(), State: q.State, After: q.After, Limit: q.Limit}
	switch q.View {
	case RequestsMine:
		filter.Principal = who.Person()
	case RequestsToDecide:
		if can, err := s.Decides(ctx, who); err != nil || !can {
			return RequestPage{}, err
		}
		filter.State, filter.ToDecide, filter.AsAdmin = RequestAwaiting, who.Name, who.Admin()
	}
	list, next, err := s.Journal.Requests(ctx, filter)
	if err != nil {
		return RequestPage{}, told(err)
	}
	page := RequestPage{Items: make([]RequestItem, len(list)), Next: next}
	ids := make([]string, len(list))
	for i, r := range list {
		page.Items[i].Request, ids[i] = r, r.ID
	}
	if len(ids) == 0 {
		return page, nil
	}
	first, err := s.Journal.Orders(ctx, Filter{Scope: filter.Scope, IDs: ids, Limit: len(ids)})
	if err != nil {
		return RequestPage{}, told(err)
	}
	for _, o := range first.Items {
		for i := range page.Items {
			if page.Items[i].ID == o.ID {
				page.Items[i].Order = o
			}
		}
	}
	return page, nil
}

// MostToDecide is up to where requests that wait are counted.
const MostToDecide = 100

// ToDecide counts the requests that wait for somebody's decision, up to MostToDecide.
func (s *Service) ToDecide(ctx context.Context, who auth.Who) (int, error) {
	if !who.May(auth.ViewOrders) {
		return 0, nil
	}
	if can, err := s.Decides(ctx, who); err != nil || !can {
		return 0, err
	}
	return s.Journal.CountRequests(ctx, RequestFilter{Scope: who.Scope(), State: RequestAwaiting, ToDecide: who.Name, AsAdmin: who.Admin()}, MostToDecide)
}

// Decides tells that somebody may decide anything at all, in their own right or another's.
func (s *Service) Decides(ctx context.Context, who auth.Who) (bool, error) {
	if !person(who) {
		return false, nil
	}
	if who.May(auth.ApproveOrders) {
		return true, nil
	}
	given, _, err := s.Journal.Delegations(ctx, DelegationFilter{Scope: who.Scope(), To: who.Name, At: s.Now(), Limit: 1})
	return len(given) > 0, err
}

// person tells that somebody is a person at a browser: API keys and the console itself decide nothing.
func person(who auth.Who) bool { return who.Door == auth.DoorWeb && who.KeyID == "" && who.Name != "" }

// Request returns a request with its orders and decisions. ErrNotFound also for an order that needed no approval.
func (s *Service) Request(ctx context.Context, who auth.Who, id string) (Requested, error) {
	r, err := s.seenRequest(ctx, who, id)
	if err != nil {
		return Requested{}, err
	}
	out := Requested{Request: r}
	if out.Orders, err = s.Journal.RequestOrders(ctx, id); err != nil {
		return Requested{}, told(err)
	}
	behalf, no, err := s.may(ctx, who, r)
	if err != nil {
		return Requested{}, err
	}
	open := r.State == RequestAwaiting && s.Now().Before(r.ExpiresAt)
	if no != nil {
		out.WhyNot = &no.Message
	}
	out.MayDecide, out.OnBehalfOf = open && no == nil, behalf
	out.MayWithdraw = r.State == RequestAwaiting && s.mayWithdraw(who, r.Actor, r.Principal)
	if r.State == RequestAwaiting {
		err = s.budgetOf(ctx, &out)
	}
	return out, err
}

// budgetOf tells what a request that waits does to the month that it counts in.
func (s *Service) budgetOf(ctx context.Context, r *Requested) error {
	others, err := s.Journal.BudgetBeside(ctx, r.Calls)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return told(err)
	}
	team, err := s.team(ctx, r.Team)
	if err != nil {
		return err
	}
	before := BudgetStatus{BudgetMonth: others}
	if team != nil {
		before.limits(team.Budget)
	}
	after := before
	for _, o := range r.Orders {
		after.Reserved = after.Reserved.Add(LineOf(o, others.Currency, false).Reserved)
	}
	r.Budget, r.After = &before, &after
	return nil
}

// Foreseen tells what an order that waits will change, as things are now, and why it is not possible any more.
func (s *Service) Foreseen(ctx context.Context, who auth.Who, o Order) ([]Change, *Error, error) {
	if !who.May(auth.ViewOrders) || !who.Scope().Sees(o.Team) {
		return nil, nil, notFound()
	}
	checked, err := s.checkAgain(ctx, o)
	var wrong *Error
	if errors.As(err, &wrong) {
		return nil, wrong, nil
	}
	if err != nil {
		return nil, nil, err
	}
	return checked.Payload.Changes(checked.Facts), nil, nil
}

// seenRequest returns a request that somebody sees.
func (s *Service) seenRequest(ctx context.Context, who auth.Who, id string) (Request, error) {
	if !who.May(auth.ViewOrders) {
		return Request{}, forbidden()
	}
	if !ValidID(id) {
		return Request{}, notFound()
	}
	r, err := s.Journal.Request(ctx, id)
	if err == nil && !who.Scope().Sees(r.Team) {
		err = ErrNotFound
	}
	return r, told(err)
}

// may tells whether somebody may approve or reject a request, and in whose place; else why not.
func (s *Service) may(ctx context.Context, who auth.Who, r Request) (behalf string, no *Error, err error) {
	switch {
	case !person(who):
		return "", deny("error.approve_key"), nil
	case isOneOf(who.Name, r.requesters()):
		return "", deny("error.approve_own"), nil
	}
	taken := r.requesters()
	for _, d := range r.Approvals() {
		taken = append(taken, d.people()...)
	}
	if isOneOf(who.Name, taken) {
		return "", deny("error.approve_again"), nil
	}
	no = deny("error.approve_role")
	if !who.May(auth.ApproveOrders) {
		if behalf, err = s.delegatedBy(ctx, who, r.Team, taken); err != nil || behalf == "" {
			return "", no, err
		}
	}
	if r.AdminWanting() && r.Left() <= 1 && !who.Admin() {
		return "", deny("error.approve_admin"), nil
	}
	return behalf, nil, nil
}

// delegatedBy is somebody who has delegated their decisions in a team to who asks, and is none of those whose word
// counts already or must not count; "" when there is none.
func (s *Service) delegatedBy(ctx context.Context, who auth.Who, team string, taken []string) (string, error) {
	if team == "" {
		return "", nil
	}
	for after := (Cursor{}); ; {
		given, next, err := s.Journal.Delegations(ctx, DelegationFilter{Scope: who.Scope(), To: who.Name, Team: team, At: s.Now(), After: after})
		if err != nil {
			return "", err
		}
		for _, d := range given {
			if !isOneOf(d.From, taken) {
				return d.From, nil
			}
		}
		if next.IsZero() {
			return "", nil
		}
		after = next
	}
}

// decideTries is how often a decision is tried when others decide at the same moment.
const decideTries = 8

// Decide approves or rejects a request. Nobody decides about what they asked for themselves, in no role, through no key
// and for nobody else; two approvals are two people's. The error is of CodePrice when the price is not the one that the
// person saw, or has risen since it was asked for: then all approvals are void, and it is to be approved anew.
func (s *Service) Decide(ctx context.Context, who auth.Who, id string, b Ballot) (Request, error) {
	for try := 1; ; try++ {
		err := s.decide(ctx, who, id, b)
		if errors.Is(err, ErrStale) && try < decideTries {
			continue // somebody else decided meanwhile: it is weighed anew
		}
		if err != nil {
			return Request{}, told(err)
		}
		return s.Journal.Request(ctx, id)
	}
}

func (s *Service) decide(ctx context.Context, who auth.Who, id string, b Ballot) error {
	r, err := s.seenRequest(ctx, who, id)
	if err != nil {
		return err
	}
	now := s.Now()
	if r.State != RequestAwaiting || !now.Before(r.ExpiresAt) {
		state := r.State
		if state == RequestAwaiting {
			state = RequestExpired
		}
		return &Error{Code: CodeConflict, Message: field.Say("error.decided." + string(state)), OrderID: id}
	}
	behalf, no, err := s.may(ctx, who, r)
	if err != nil {
		return err
	}
	if no != nil {
		return no
	}
	var problems field.Problems
	if !b.Approve && strings.TrimSpace(b.Reason) == "" {
		problems.Add("reason", "problem.reason_rejection")
	} else if p := checkReason(b.Reason); p != nil {
		problems = append(problems, *p)
	}
	if len(problems) > 0 {
		return invalid(problems)
	}
	if b.Hash != r.Hash {
		return &Error{Code: CodeConflict, Message: field.Say("error.request_changed"), OrderID: id}
	}
	ruling := Ruling{RequestID: id, Revision: r.Revision, Now: now, Decision: &Decision{Approver: who.Name, OnBehalfOf: behalf,
		AsAdmin: who.Admin(), Approve: b.Approve, Reason: strings.TrimSpace(b.Reason), Hash: r.Hash, Amount: r.Amount,
		Currency: r.Currency, CreatedAt: now}}
	if !b.Approve {
		ruling.To = RequestRejected
		return s.rule(ctx, who, r, ruling, "request.rejected")
	}
	if b.Price != r.Price() {
		return &Error{Code: CodePrice, Message: field.Say("error.request_price"), OrderID: id}
	}
	with := r
	with.Decisions = append(with.Decisions[:len(with.Decisions):len(with.Decisions)], *ruling.Decision)
	if with.complete() {
		ruling.To = RequestApproved
		if err := s.lastLook(ctx, who, r, &ruling); err != nil {
			return err
		}
	}
	return s.rule(ctx, who, r, ruling, "request.approved")
}

// rule writes a decision down.
func (s *Service) rule(ctx context.Context, who auth.Who, r Request, ruling Ruling, action string) error {
	d := ruling.Decision
	details := RequestDetails(r)
	if d.Approve {
		details["approval"] = len(r.Approvals()) + 1
	}
	if d.OnBehalfOf != "" {
		details["on_behalf_of"] = d.OnBehalfOf
	}
	if d.Reason != "" {
		details["reason"] = d.Reason
	}
	if d.Amount != nil {
		details["amount"], details["currency"] = d.Amount.String(), d.Currency
	}
	details["final"] = ruling.To != ""
	entry, err := s.requestEntry(who, action, r, details)
	if err != nil {
		return err
	}
	ruling.Entries = append(ruling.Entries, entry)
	return s.Journal.Rule(ctx, ruling)
}

// requestEntry makes an audit entry about a request, which is one about its first order.
func (s *Service) requestEntry(who auth.Who, action string, r Request, details map[string]any) (audit.Entry, error) {
	return NewRequestEntry(who, s.Now(), action, r, details)
}

// NewRequestEntry makes an audit entry about a request.
func NewRequestEntry(who auth.Who, now time.Time, action string, r Request, details map[string]any) (audit.Entry, error) {
	entry, err := NewEntry(who, now, action, "order:"+r.ID, details)
	entry.Team = r.Team
	return entry, err
}

// RequestDetails are what every entry about a request tells.
func RequestDetails(r Request) map[string]any {
	details := map[string]any{"hash": r.Hash, "needed": r.Needed, "actor": r.Actor, "principal": r.Principal}
	if r.NeedsAdmin {
		details["needs_admin"] = true
	}
	if r.Amount != nil {
		details["amount"], details["currency"] = r.Amount.String(), r.Currency
	}
	if len(r.Calls) > 1 {
		var ids []string
		for _, call := range r.Calls {
			ids = append(ids, call.OrderID)
		}
		details["orders"] = ids
	}
	return details
}

// lastLook is taken before the approval after which the orders are sent: each is held against the rules and the inventory
// once more, and a price that is older than quoteAge is asked for again. One that fell is taken over; one that rose voids
// all approvals and is shown.
func (s *Service) lastLook(ctx context.Context, who auth.Who, r Request, ruling *Ruling) error {
	list, err := s.Journal.RequestOrders(ctx, r.ID)
	if err != nil {
		return err
	}
	var stale []*Order
	var calls []Checked
	for i := range list {
		order := &list[i]
		checked, err := s.checkAgain(ctx, *order)
		if err != nil {
			return err
		}
		if order.Quote != nil && s.Now().Sub(order.Quote.AskedAt) <= quoteAge || order.Quote == nil && !checked.Kind.Quotable() {
			continue
		}
		stale, calls = append(stale, order), append(calls, checked)
	}
	quotes := map[string]*Quote{}
	each, problems := s.quoteEach(ctx, calls)
	for i, order := range stale {
		if each[i] == nil && problems[i] != "" {
			if order.Quote == nil {
				continue // it could not be quoted when it was asked for either: that is what is approved
			}
			return &Error{Code: CodeConflict, Message: field.Say("error.price_unknown"), OrderID: r.ID}
		}
		quotes[order.ID], order.Quote = each[i], each[i]
	}
	total, _, currency := priced(list)
	if len(quotes) == 0 || total == nil && r.Amount == nil {
		return nil // where some calls could not be quoted again, none is paid by a price that nobody saw
	}
	ruling.Quotes, ruling.Amount, ruling.Currency = quotes, total, currency
	if !rose(money(r.Amount, r.Currency), money(total, currency)) {
		ruling.Decision.Amount, ruling.Decision.Currency = total, currency
		return nil
	}
	return s.reprice(ctx, who, r, *ruling, list, total, currency)
}

// checkAgain holds an order that waits against the rules and the inventory as they are now.
func (s *Service) checkAgain(ctx context.Context, o Order) (Checked, error) {
	kind, ok := KindNamed(o.Kind)
	if !ok {
		return Checked{}, notFound()
	}
	body, err := Entered(o)
	if err != nil {
		return Checked{}, err
	}
	asker := auth.Console
	if o.Team != "" {
		asker.Team = o.Team
	}
	checked, err := s.Check(ctx, asker, DecodeJSON(kind.Door, o.DesktopID, body), Ask{ID: o.ID, Team: o.Team})
	var wrong *Error
	switch {
	case errors.As(err, &wrong) && wrong.Code == CodeInvalid:
		return Checked{}, &Error{Code: CodeConflict, Message: field.Say("error.request_outdated"), Problems: wrong.Problems, OrderID: o.ID}
	case err != nil:
		return Checked{}, err
	case Fingerprint(checked.Path, checked.Body) != Fingerprint(o.Path, body):
		return Checked{}, &Error{Code: CodeConflict, Message: field.Say("error.request_changed"), OrderID: o.ID}
	}
	return checked, nil
}

// reprice takes over a price that rose: nothing is approved, and the approvals so far are void.
func (s *Service) reprice(ctx context.Context, who auth.Who, r Request, ruling Ruling, list []Order, total *decimal.Decimal, currency string) error {
	team, err := s.team(ctx, r.Team)
	if err != nil {
		return err
	}
	from, to := r.Price(), priceText(total, currency)
	if from == "" {
		from = "–"
	}
	ruling.Decision, ruling.To, ruling.Void = nil, "", true
	ruling.Judge = func(others BudgetMonth) (Need, bool) {
		now := asking{team: team, orders: list, secondPerson: s.SecondPerson, nameless: nameless(r.Principal)}.judge(others)
		return now.Need, now.over
	}
	details := RequestDetails(r)
	details["from"], details["to"] = from, to
	details["void"] = len(r.Approvals())
	entry, err := s.requestEntry(who, "request.repriced", r, details)
	if err != nil {
		return err
	}
	ruling.Entries = append(ruling.Entries, entry)
	if err := s.Journal.Rule(ctx, ruling); err != nil {
		return err
	}
	return &Error{Code: CodePrice, Message: field.Say("error.price_rose", "from", from, "to", to), OrderID: r.ID}
}

func (s *Service) mayWithdraw(who auth.Who, actor, principal string) bool {
	return who.May(auth.PlaceOrders) && (who.Name == actor || who.Name == principal || who.Admin())
}
