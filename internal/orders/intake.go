package orders

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders/field"
)

// RequestLife is how long a request can be decided when nothing else is configured.
const RequestLife = 14 * 24 * time.Hour

// Judgement is what a person is told of an order before it is placed.
type Judgement struct {
	// Team is whose order it is; empty for nobody's.
	Team string
	// Need is the approval that it takes as things are; the order itself is judged once more when it is placed.
	Need Need
	// Keeps is the approved request whose approval it keeps, "" for none.
	Keeps string
	// Again is the order in doubt that it sends again, "" for none.
	Again string
	// NeedsReason tells that a reason is mandatory.
	NeedsReason bool
	// Budget is what is used of the month without the order, nil when the team has no budget; After is what is used with
	// it. Over tells that there is no room for it.
	Budget *BudgetStatus
	After  *BudgetStatus
	Over   bool
	// Warning is set when a soft limit is passed.
	Warning *field.Message
}

// Judge tells which approval a reviewed draft will need, and what it does to the budget.
func (s *Service) Judge(ctx context.Context, who auth.Who, reviewed Reviewed) (Judgement, error) {
	if reviewed.Payload == nil {
		return Judgement{}, invalid(reviewed.Outdated)
	}
	return s.judgement(ctx, who, reviewed.Checked, reviewed.Quote, reviewed.Draft.Calls, Order{ID: reviewed.Draft.ID, RepeatOf: reviewed.RepeatOf})
}

func (s *Service) judgement(ctx context.Context, who auth.Who, checked Checked, quote *Quote, calls []DraftCall, order Order) (Judgement, error) {
	order.Quote = quote
	list := s.ordersOf(who, checked, calls, order)
	order = list[0]
	asked, err := s.asking(ctx, who, list)
	if err != nil {
		return Judgement{}, err
	}
	out := Judgement{Team: order.Team, Again: asked.again}
	var month BudgetMonth
	if asked.team != nil && asked.team.Budget != nil {
		budget := asked.team.Budget
		if month, err = s.Journal.BudgetMonth(ctx, order.Team, MonthOf(s.Now()), budget.Currency); err != nil {
			return Judgement{}, told(err)
		}
		before := BudgetStatus{BudgetMonth: month}
		before.limits(budget)
		after := before
		for _, order := range list {
			after.Reserved = after.Reserved.Add(LineOf(order, budget.Currency, false).Reserved)
		}
		out.Budget, out.After = &before, &after
	}
	verdict := asked.judge(month)
	out.Need, out.Over, out.Warning = verdict.Need, verdict.over, verdict.warning
	out.NeedsReason = verdict.Approval() || out.Again != ""
	if asked.kept != nil && !verdict.Approval() {
		out.Keeps = asked.kept.ID
	}
	return out, nil
}

// asking gathers what the rules are asked about. The orders are of one request.
func (s *Service) asking(ctx context.Context, who auth.Who, list []Order) (asking, error) {
	out := asking{orders: list, secondPerson: s.SecondPerson, nameless: nameless(who.Person())}
	var err error
	if out.team, err = s.team(ctx, list[0].Team); err != nil {
		return out, err
	}
	repeated := list[0].RepeatOf
	if repeated == "" || len(list) > 1 {
		return out, nil
	}
	earlier, err := s.Journal.Order(ctx, repeated)
	if errors.Is(err, ErrNotFound) || err == nil && !who.Scope().Sees(earlier.Team) {
		return out, nil
	}
	if err != nil {
		return out, err
	}
	if earlier.State == StateInDoubt {
		out.again = earlier.ID
		return out, nil
	}
	out.kept, err = s.keeps(ctx, who, list[0], earlier)
	return out, err
}

// boughtNothing lists the states in which an order that was approved has bought nothing and never will.
var boughtNothing = []State{StateRefused, StateNotPlaced, StateWithdrawn}

// keeps is the approved request whose approval a new order keeps: it repeats an order of that request which bought
// nothing, its body and path are equal, the same person asks through the same way in for the same team, and the request
// has not expired. That its price did not rise is judged with it; that nothing else was bought on the approval meanwhile
// is seen to when it is committed (Intake.Keeps).
func (s *Service) keeps(ctx context.Context, who auth.Who, o, earlier Order) (*Request, error) {
	hash, err := bound(o)
	if err != nil || !slices.Contains(boughtNothing, earlier.State) || earlier.Team != o.Team {
		return nil, err
	}
	r, err := s.Journal.Request(ctx, earlier.RequestID)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if r.State != RequestApproved || !s.Now().Before(r.ExpiresAt) || len(r.Calls) != 1 || r.Hash != hash ||
		r.Actor != who.Name || r.Principal != who.Person() {
		return nil, nil
	}
	return &r, nil
}

// commit writes the orders of one request down, before a byte goes to the cloud: queued, or awaiting approval when the
// rules ask for it.
func (s *Service) commit(ctx context.Context, who auth.Who, list []Order) (Admission, error) {
	asked, err := s.asking(ctx, who, list)
	if err != nil {
		return Admission{}, err
	}
	admitted, err := s.admit(ctx, who, asked)
	if errors.Is(err, ErrStale) && asked.kept != nil {
		// the approval was used by another order a moment ago: this one asks for its own
		asked.kept = nil
		admitted, err = s.admit(ctx, who, asked)
	}
	return admitted, err
}

func (s *Service) admit(ctx context.Context, who auth.Who, asked asking) (Admission, error) {
	first := asked.orders[0]
	intake := Intake{Orders: asked.orders, Once: first.KeyID != "" && first.IdempotencyKey == ""}
	for _, order := range asked.orders {
		entry, err := s.submitted(who, order)
		if err != nil {
			return Admission{}, err
		}
		intake.Entries = append(intake.Entries, entry)
	}
	if asked.team != nil && asked.team.Budget != nil {
		intake.Budget = &BudgetMonth{Team: asked.team.Name, Month: MonthOf(first.CreatedAt), Currency: asked.team.Budget.Currency}
	}
	// What is kept is decided by the price alone, which the month does not change.
	if asked.kept != nil && asked.keepsPrice() {
		intake.Keeps = asked.kept.ID
	} else {
		asked.kept = nil
	}
	intake.Admit = func(month BudgetMonth) (Admission, error) { return s.admission(who, asked, month) }
	return s.Journal.Submit(ctx, intake)
}

// admission is what becomes of orders, by what the rules say and the month holds.
func (s *Service) admission(who auth.Who, asked asking, month BudgetMonth) (Admission, error) {
	first := asked.orders[0]
	verdict := asked.judge(month)
	out := Admission{Orders: slices.Clone(asked.orders), Over: verdict.over}
	if (verdict.Approval() || asked.again != "") && strings.TrimSpace(first.Reason) == "" {
		return Admission{}, reasonMissing(asked.again != "")
	}
	for i := range out.Orders {
		o := &out.Orders[i]
		o.RequestID = first.ID
		if asked.kept != nil && !verdict.Approval() {
			o.RequestID = asked.kept.ID
		}
		if verdict.Approval() {
			o.State = StateAwaitingApproval
		}
		if verdict.warning != nil {
			o.Warnings = []field.Message{*verdict.warning}
		}
	}
	if verdict.crossed {
		details := maps.Clone(verdict.warning.Args)
		details["team"], details["period"] = first.Team, month.Month
		entry, err := s.entry(who, "budget.soft_limit", first.ID, details)
		if err != nil {
			return Admission{}, err
		}
		entry.Team = first.Team
		out.Entries = append(out.Entries, entry)
	}
	if !verdict.Approval() {
		return out, nil
	}
	r, err := s.asks(who, out.Orders, verdict.Need)
	if err != nil {
		return Admission{}, err
	}
	out.Request = &r
	details := RequestDetails(r)
	details["reason"], details["expires_at"] = r.Reason, r.ExpiresAt.UTC().Format(time.RFC3339)
	var why []string
	for _, message := range r.Why {
		why = append(why, message.Key)
	}
	details["why"] = why
	entry, err := s.requestEntry(who, "request.asked", r, details)
	if err != nil {
		return Admission{}, err
	}
	out.Entries = append(out.Entries, entry)
	return out, nil
}

// asks makes the request for approval of some orders.
func (s *Service) asks(who auth.Who, list []Order, need Need) (Request, error) {
	first := list[0]
	r := Request{ID: first.ID, Team: first.Team, State: RequestAwaiting, Actor: who.Name, Principal: who.Person(), KeyID: who.KeyID,
		Why: need.Why, Needed: need.Approvals, NeedsAdmin: need.Admin, Reason: strings.TrimSpace(first.Reason),
		CreatedAt: first.CreatedAt, ExpiresAt: first.CreatedAt.Add(s.requestLife())}
	r.Entered = first.Hash
	for _, o := range list {
		hash, err := bound(o)
		if err != nil {
			return Request{}, err
		}
		r.Calls = append(r.Calls, Call{OrderID: o.ID, Hash: hash})
	}
	r.Hash = RequestHash(r.Calls)
	r.Amount, _, r.Currency = priced(list)
	return r, nil
}

func (s *Service) requestLife() time.Duration {
	if s.RequestExpiry > 0 {
		return s.RequestExpiry
	}
	return RequestLife
}

// reasonMissing is the problem of an order that asks for approval, or follows one in doubt, without saying why.
func reasonMissing(again bool) *Error {
	key := "problem.reason_approval"
	if again {
		key = "problem.reason_again"
	}
	return &Error{Code: CodeInvalid, Message: field.Say("error.reason_missing"), Problems: field.Problems{{Path: "reason", Message: field.Say(key)}}}
}

// made is an order of a checked request: all but who says what becomes of it.
func (s *Service) made(who auth.Who, checked Checked, order Order) Order {
	now := s.Now()
	order.RequestID, order.Kind, order.State, order.Calls = order.ID, checked.Kind.Name(), StateQueued, 1
	order.Door, order.Actor, order.Team = who.Door, who.Name, checked.Team
	order.Path, order.DesktopID, order.Body, order.Hash = checked.Path, DesktopID(checked.Payload), checked.Sent, checked.Hash
	order.AutoPay, order.Summary = checked.AutoPay, checked.Payload.Summary(checked.Facts)
	order.Targets = checked.Payload.Targets().IDs()
	order.Aims = aimsOf(checked)
	order.Creation = Creation(checked.Decoded.Kind, checked.Payload)
	order.CreatedAt, order.UpdatedAt = now, now
	return order
}

// submitted is the audit entry of an order that comes in.
func (s *Service) submitted(who auth.Who, order Order) (audit.Entry, error) {
	details := map[string]any{"kind": order.Kind, "hash": order.Hash, "auto_pay": order.AutoPay}
	if order.Reason != "" {
		details["reason"] = order.Reason
	}
	if order.RepeatOf != "" {
		details["repeat_of"] = order.RepeatOf
	}
	if order.Quote != nil {
		details["quote"] = map[string]string{"amount": order.Quote.Amount.String(), "currency": order.Quote.Currency}
	}
	entry, err := s.entry(who, "order.submitted", order.ID, details)
	entry.Team = order.Team
	return entry, err
}

// MaxCalls is how many orders one request may have.
const MaxCalls = 100

// SubmitAll places several orders as one request of a team: approved, reserved and withdrawn as one, or none of them. The
// ID is the first one's.
func (s *Service) SubmitAll(ctx context.Context, who auth.Who, calls []Decoded, ask Ask) ([]Order, error) {
	if err := s.mayPlace(who, ask.ID); err != nil {
		return nil, err
	}
	var problems field.Problems
	if len(calls) == 0 || len(calls) > MaxCalls {
		problems.Add("$", "problem.items", "min", 1, "max", MaxCalls)
		return nil, invalid(problems)
	}
	if problem := checkReason(ask.Reason); problem != nil {
		problems = append(problems, *problem)
	}
	var list []Order
	for i, call := range calls {
		at := fmt.Sprintf("[%d]", i)
		id := ask.ID
		if i > 0 {
			id = NewID()
		}
		checked, err := s.Check(ctx, who, call, Ask{ID: id, Team: ask.Team})
		var wrong *Error
		if errors.As(err, &wrong) && wrong.Code == CodeInvalid {
			problems = append(problems, wrong.Problems.At(at)...)
			continue
		}
		if err != nil {
			return nil, err
		}
		quote, _ := s.Quote(ctx, checked)
		order := s.made(who, checked, Order{ID: id, Reason: ask.Reason, Quote: quote})
		order.Position, order.Calls = i, len(calls)
		if len(list) > 0 && list[0].Team != order.Team {
			problems.Add(at, "problem.several_teams")
		}
		list = append(list, order)
	}
	if len(problems) > 0 {
		return nil, invalid(problems)
	}
	admitted, err := s.commit(ctx, who, list)
	if errors.Is(err, ErrExists) {
		if first, err := s.Journal.Order(ctx, ask.ID); err == nil {
			return nil, s.placedAlready(who, first)
		}
	}
	if err != nil {
		return nil, told(err)
	}
	s.Step("intent")
	return admitted.Orders, nil
}
