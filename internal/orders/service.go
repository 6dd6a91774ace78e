// Package orders is the heart of the console: the kinds of order with their payloads and rules, the life of an order,
// prices, and the service that both doors call. It knows no HTTP, no SQL and no SDK; what it needs of others it
// declares as small ports (ports.go).
package orders

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders/field"
)

// Config is what the service needs.
type Config struct {
	Journal   Journal
	Inventory Inventory
	Quoter    Quoter
	// SecondPerson tells that others than who asks can sign in: an order in doubt is then sent again only with another
	// person's approval.
	SecondPerson bool
	// RequestExpiry is how long a request can be decided; 0 is RequestLife.
	RequestExpiry time.Duration
	// Billing answers the balance beside "Pay", and whether an order that a person names exists.
	Billing BillingReader
	// Teams are the teams with their rules.
	Teams TeamReader
	// ProjectID and Region are where the orders go.
	ProjectID, Region string
	// TagOrders adds the tag order-ref to what creates make, so that a lost answer can be found again; for the real
	// cloud only (design, "The /v2 door").
	TagOrders bool
	Now       func() time.Time
	// Step is called after each named step: intent of an order, action_requested of a payment or cancellation. Crash tests
	// end or stop the process there. May be nil.
	Step func(step string)
}

// BillingReader reads the account's balance, and single orders of the billing service.
type BillingReader interface {
	Balance(ctx context.Context) (cloud.Balance, error)
	Order(ctx context.Context, orderID string) (cloud.BillingOrder, error)
}

// Service is what both doors call.
type Service struct {
	Config
}

// NewService makes the service.
func NewService(config Config) *Service {
	if config.Step == nil {
		config.Step = func(string) {}
	}
	return &Service{config}
}

// quoteTimeout bounds the wait for a price; an order can do without.
const quoteTimeout = 5 * time.Second

// quoteAge is how old a quote may be when the order is placed; an older one is asked for again.
const quoteAge = 5 * time.Minute

// OrderRef is the key of our own tag on what an order creates; its value is the order's ID as 32 hex digits.
const OrderRef = "order-ref"

// NewID makes an order ID: a UUIDv7.
func NewID() string { return uuid.Must(uuid.NewV7()).String() }

// ValidID tells that a text is an order ID in its one spelling.
func ValidID(id string) bool {
	parsed, err := uuid.Parse(id)
	return err == nil && parsed.Version() == 7 && parsed.String() == id
}

// Checked is a request that was held against every rule.
type Checked struct {
	Decoded
	Facts *Facts
	// Hash is that of the path and the canonical body as entered. Body is the canonical body with the team's enterprise
	// project in it.
	Body []byte
	Hash string
	// Sent is the body as it goes to the cloud: automatic payment off and, for the real cloud, our tag.
	Sent    []byte
	AutoPay bool
	Path    string
	// Team is whose order it is; empty for nobody's.
	Team string
	// Calls are the calls that the request needs, each as it is sent; nil when it is one itself.
	Calls []Checked
}

// Ask is what comes with a request beside its body.
type Ask struct {
	// ID is the order's, made when the form is shown.
	ID string
	// Calls are the orders' IDs, ID first, of a request that needs several.
	Calls []string
	// Team is whose order it is to be; empty leaves it to what the order touches and who asks.
	Team string
	// Reason is why, in the words of who asks.
	Reason string
	// RepeatOf is the order that this one repeats.
	RepeatOf string
	// Template is the one that the form was filled in from.
	Template string
}

// Check holds a decoded request against the inventory and prepares what is sent. A request with problems comes back
// as an *Error of CodeInvalid beside what could be told. The order's ID is needed for our tag. What is not theirs is refused
// before anything is said about it. A request for more than one call takes is checked as a whole, and so is each of its
// calls (Checked.Calls).
func (s *Service) Check(ctx context.Context, who auth.Who, d Decoded, ask Ask) (Checked, error) {
	checked, err := s.checkOne(ctx, who, d, ask)
	if err != nil {
		return checked, err
	}
	return s.checkParts(ctx, who, checked, ask)
}

// checkOne checks a request as if it were one call.
func (s *Service) checkOne(ctx context.Context, who auth.Who, d Decoded, ask Ask) (Checked, error) {
	checked := Checked{Decoded: d}
	if d.Payload == nil {
		return checked, invalid(d.Problems)
	}
	if len(d.Problems) == 0 {
		if err := s.fingerprint(&checked); err != nil {
			return checked, err
		}
	}
	facts, err := s.Inventory.Facts(ctx, d.Payload.Targets())
	if err != nil {
		return checked, fmt.Errorf("facts: %w", err)
	}
	facts.Region = s.Region
	team, problems, split := whose(who, ask.Team, d, facts)
	if len(problems) > 0 {
		checked.Problems = d.Problems.Merge(problems)
		wrong := invalid(checked.Problems)
		wrong.Split = split
		return checked, wrong
	}
	checked.Team, checked.Facts = team, facts
	if d, problems, err = s.ofTeam(ctx, who, team, d, facts); err != nil {
		return checked, err
	}
	checked.Decoded = d
	checked.Problems = d.Problems.Merge(problems).Merge(ownTags(d)).Merge(d.Payload.CheckFacts(facts))
	if len(checked.Problems) > 0 {
		return checked, invalid(checked.Problems)
	}
	if checked.Body, err = audit.Canonical(d.Payload); err != nil {
		return checked, err
	}
	checked.AutoPay = d.Payload.AutoPay()
	if s.TagOrders {
		d.Payload.SetTag(OrderRef, refOf(ask.ID))
	}
	checked.Sent, err = audit.Canonical(d.Payload)
	return checked, err
}

// ofTeam holds a request against what its team may order, and charges it to one of the team's enterprise projects. Those
// who see everything are not bound by either: what they leave out is filled in where it is clear.
func (s *Service) ofTeam(ctx context.Context, who auth.Who, name string, d Decoded, facts *Facts) (Decoded, field.Problems, error) {
	if name == "" {
		return d, nil, nil
	}
	teams, err := s.Teams.Teams(ctx)
	if err != nil {
		return d, nil, err
	}
	team, ok := teams.Named(name)
	if !ok {
		return d, field.Problems{{Path: "team", Message: field.Say("problem.no_team", "team", name)}}, nil
	}
	charged, problems, err := charge(team, d, facts)
	if who.Scope().All() {
		return charged, nil, err
	}
	return charged, problems.Merge(allowed(team, charged)), err
}

// fingerprint writes the canonical body as entered and its hash, which covers the path too: by it two requests are the
// same or not.
func (s *Service) fingerprint(checked *Checked) error {
	body, err := audit.Canonical(checked.Payload)
	if err != nil {
		return err
	}
	checked.Body = body
	checked.Path = checked.Decoded.Kind.Door.Path(s.ProjectID, DesktopID(checked.Payload))
	checked.Hash = Fingerprint(checked.Path, body)
	return nil
}

// Fingerprint is by what two requests are the same or not: the SHA-256, in hex, of the path, a line feed, and the
// canonical body as entered (automatic payment as asked for, without our tag).
func Fingerprint(path string, body []byte) string {
	sum := sha256.Sum256(append([]byte(path+"\n"), body...))
	return hex.EncodeToString(sum[:])
}

// refOf is our own tag's value: an order's ID as 32 hex digits.
func refOf(id string) string { return strings.ReplaceAll(id, "-", "") }

// Creation tells creates of the same kind, product and quantity apart from others; empty when nothing is made.
func Creation(kind Kind, p Payload) string {
	product, quantity := p.Create()
	if quantity == 0 {
		return ""
	}
	return fmt.Sprintf("%s|%s|%d", kind.Name(), product, quantity)
}

// Why there is no quote, where the cloud did not say it in its own words: keys of messages.
const (
	// QuoteUnknown: the inventory does not know what the order is about.
	QuoteUnknown = "price.unknown_target"
	// QuoteUnanswered: the cloud was asked and did not answer.
	QuoteUnanswered = "price.unanswered"
)

// Quote asks what a checked request costs, all its calls together. A nil quote without a problem means that nobody can
// quote it; the problem is the cloud's reason when it could not answer, or one of the keys above.
func (s *Service) Quote(ctx context.Context, checked Checked) (quote *Quote, problem string) {
	quote, _, problem = s.quotes(ctx, checked)
	return quote, problem
}

// quoteOne asks what one call costs.
func (s *Service) quoteOne(ctx context.Context, checked Checked) (quote *Quote, problem string) {
	question, can := checked.Payload.Question(checked.Facts)
	if !can {
		if free, is := checked.Payload.(interface{ unpriced() bool }); checked.Decoded.Kind.Quotable() && !(is && free.unpriced()) {
			return nil, QuoteUnknown
		}
		return nil, ""
	}
	ctx, cancel := context.WithTimeout(ctx, quoteTimeout)
	defer cancel()
	answer, err := s.Quoter.Quote(ctx, question)
	if err != nil {
		return nil, quoteProblem(err)
	}
	return &Quote{ID: NewID(), Amount: answer.Amount, OfficialAmount: answer.OfficialAmount, Currency: answer.Currency,
		Lines: answer.Lines, AskedAt: s.Now()}, ""
}

// quoteProblem is the cloud's own reason, or that it did not answer: nothing internal.
func quoteProblem(err error) string {
	var e *cloud.Error
	if errors.As(err, &e) && (e.Code != "" || e.HTTPStatus != 0) {
		return e.Error()
	}
	return QuoteUnanswered
}

// Review stores a request that is ready to be placed as its person's draft, with its price, and returns it. The ID is
// the form's.
func (s *Service) Review(ctx context.Context, who auth.Who, d Decoded, ask Ask) (Draft, error) {
	if err := s.mayPlace(who, ask.ID); err != nil {
		return Draft{}, err
	}
	checked, err := s.Check(ctx, who, d, ask)
	if problem := checkReason(ask.Reason); problem != nil {
		checked.Problems = append(checked.Problems, *problem)
		err = invalid(checked.Problems)
	}
	if err != nil {
		return Draft{}, err
	}
	if order, err := s.Journal.Order(ctx, ask.ID); err == nil {
		return Draft{}, s.placedAlready(who, order)
	} else if !errors.Is(err, ErrNotFound) {
		return Draft{}, err
	}
	quote, each, problem := s.Price(ctx, checked)
	calls := draftCalls(ask.ID, checked, each)
	judged, err := s.judgement(ctx, who, checked, quote, calls, Order{ID: ask.ID, RepeatOf: ask.RepeatOf})
	if err != nil {
		return Draft{}, err
	}
	if judged.NeedsReason && strings.TrimSpace(ask.Reason) == "" {
		return Draft{}, reasonMissing(judged.Again != "")
	}
	draft := Draft{ID: ask.ID, Actor: who.Name, Team: checked.Team, Kind: d.Kind.Name(), Reason: ask.Reason, DesktopID: DesktopID(d.Payload),
		Body: checked.Body, Hash: Fingerprint(checked.Path, checked.Body), Quote: quote, QuoteError: problem, RepeatOf: ask.RepeatOf, Template: ask.Template, Calls: calls, CreatedAt: s.Now()}
	return draft, told(s.Journal.SaveDraft(ctx, draft))
}

// MaxReason is how long the note with an order may be, in characters.
const MaxReason = 500

func checkReason(reason string) *field.Problem {
	switch {
	case len([]rune(reason)) > MaxReason:
		return &field.Problem{Path: "reason", Message: field.Say("problem.length", "min", 0, "max", MaxReason)}
	case !utf8.ValidString(reason):
		return &field.Problem{Path: "reason", Message: field.Say("problem.utf8")}
	case strings.ContainsFunc(reason, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' }):
		return &field.Problem{Path: "reason", Message: field.Say("problem.control")}
	}
	return nil
}

func (s *Service) mayPlace(who auth.Who, id string) error {
	if !who.May(auth.PlaceOrders) {
		return forbidden()
	}
	if !ValidID(id) {
		return notFound()
	}
	return nil
}

func forbidden() *Error {
	return &Error{Code: CodeForbidden, Message: field.Say("error.forbidden")}
}

// placedAlready is the answer to a second use of an order's ID: its own person is led to the order, others see nothing. An
// order that was placed by the command on its review page is its person's too.
func (s *Service) placedAlready(who auth.Who, order Order) error {
	if order.Actor != who.Name && order.IdempotencyKey != order.ID {
		return notFound()
	}
	return &Error{Code: CodeConflict, Message: field.Say("error.placed_already"), OrderID: order.ID, Err: ErrExists}
}

// Reviewed is a draft with all that its review page shows.
type Reviewed struct {
	Draft
	Checked
	Changes []Change
	// Outdated lists what is wrong by now: the inventory may have changed since the form was filled in.
	Outdated field.Problems
}

// Draft returns a person's draft for its review page.
func (s *Service) Draft(ctx context.Context, who auth.Who, id string) (Reviewed, error) {
	if !ValidID(id) {
		return Reviewed{}, notFound()
	}
	draft, err := s.Journal.Draft(ctx, who.Name, id)
	if errors.Is(err, ErrNotFound) {
		if order, err := s.Journal.Order(ctx, id); err == nil {
			return Reviewed{}, s.placedAlready(who, order)
		}
	}
	if err != nil {
		return Reviewed{}, told(err)
	}
	return s.reviewed(ctx, who, draft)
}

func (s *Service) reviewed(ctx context.Context, who auth.Who, draft Draft) (Reviewed, error) {
	kind, ok := KindNamed(draft.Kind)
	if !ok {
		return Reviewed{}, notFound()
	}
	checked, err := s.Check(ctx, who, DecodeWhole(kind.Door, draft.DesktopID, draft.Body), Ask{ID: draft.ID, Calls: draft.callIDs(), Team: draft.Team})
	reviewed := Reviewed{Draft: draft, Checked: checked}
	var wrong *Error
	if errors.As(err, &wrong) && wrong.Code == CodeInvalid {
		reviewed.Outdated = wrong.Problems
	} else if err != nil {
		return Reviewed{}, err
	}
	if checked.Payload != nil && checked.Facts != nil {
		reviewed.Changes = checked.Payload.Changes(checked.Facts)
	}
	return reviewed, nil
}

// Place turns a draft into an order, or into those of its calls, of which it returns the first. quoteID names what was shown (Draft.Shown): another price or body, or a price that
// moved since, stops the order with CodePrice until what it is now was seen. Placing the same draft twice gives the same order.
func (s *Service) Place(ctx context.Context, who auth.Who, id, quoteID string) (Order, error) {
	if err := s.mayPlace(who, id); err != nil {
		return Order{}, err
	}
	reviewed, err := s.Draft(ctx, who, id)
	if err != nil {
		return Order{}, err
	}
	draft := reviewed.Draft
	if len(reviewed.Outdated) > 0 {
		return Order{}, invalid(reviewed.Outdated)
	}
	if quoteID != draft.Shown() {
		return Order{}, &Error{Code: CodePrice, Message: field.Say("error.quote_changed")}
	}
	if draft.Quote != nil {
		moved, err := s.renew(ctx, &reviewed)
		if err != nil {
			return Order{}, err
		}
		if moved {
			return Order{}, &Error{Code: CodePrice, Message: field.Say("error.quote_moved")}
		}
		draft = reviewed.Draft
	}
	return s.submit(ctx, who, s.ordersOf(who, reviewed.Checked, draft.Calls, Order{ID: id, Reason: draft.Reason, Quote: draft.Quote, RepeatOf: draft.RepeatOf}))
}

// submit commits the orders of one request, with their audit entries, before a byte goes to the cloud. It returns the first.
func (s *Service) submit(ctx context.Context, who auth.Who, list []Order) (Order, error) {
	order := list[0]
	admitted, err := s.commit(ctx, who, list)
	if errors.Is(err, ErrExists) && order.IdempotencyKey == "" && order.KeyID == "" {
		if first, err := s.Journal.Order(ctx, order.ID); err == nil {
			return Order{}, s.placedAlready(who, first)
		}
	}
	if err != nil {
		return Order{}, s.concealed(ctx, who, told(err))
	}
	s.Step("intent")
	return admitted.Orders[0], nil
}

// entry makes an audit entry about an order.
func (s *Service) entry(who auth.Who, action, orderID string, details map[string]any) (audit.Entry, error) {
	return NewEntry(who, s.Now(), action, "order:"+orderID, details)
}

// NewEntry makes an audit entry.
func NewEntry(who auth.Who, now time.Time, action, object string, details map[string]any) (audit.Entry, error) {
	if details == nil {
		details = map[string]any{}
	}
	raw, err := audit.Canonical(details)
	if err != nil {
		return audit.Entry{}, fmt.Errorf("audit entry: %w", err)
	}
	return audit.Entry{Time: now, Actor: who.Name, Door: string(who.Door), Address: who.Address, Action: action,
		Object: object, Details: json.RawMessage(raw), RequestID: who.RequestID, Team: who.Team}, nil
}
