package orders

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders/field"
)

// A request for more desktops than one call takes is several calls, each an order of its own. What is reviewed, approved,
// paused and stopped is the request (design, "The life of an order").

// DecodeWhole is DecodeJSON of a request that may need several calls.
func DecodeWhole(door cloud.Door, desktopID string, body []byte) Decoded {
	return decodeJSON(door, desktopID, body, (*field.Node).Whole)
}

// longList is the list of a request that one call cannot take; false when one can.
func longList(inputs []field.Input) (field.Input, bool) {
	for _, in := range inputs {
		if in.Most > 0 && len(in.Rows) > in.MaxItems {
			return in, true
		}
		for _, more := range [][]field.Input{in.Children, in.Rows} {
			if found, has := longList(more); has {
				return found, true
			}
		}
	}
	return field.Input{}, false
}

// CallsOf is how many calls a request of so many rows needs of a list.
func CallsOf(in field.Input, rows int) int {
	if in.Most == 0 {
		return 1
	}
	return max(1, (rows+in.MaxItems-1)/in.MaxItems)
}

// part is one call of a request that needs several.
type part struct {
	Decoded
	// list is the path of the list that was split, first the row of it that the part begins with.
	list  string
	first int
}

// parts makes the calls of a request without problems, by its canonical body as entered; nil when it is one call itself.
func parts(d Decoded, body []byte) ([]part, error) {
	long, has := longList(d.Inputs)
	if !has {
		return nil, nil
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var whole any
	if err := dec.Decode(&whole); err != nil {
		return nil, fmt.Errorf("split: %w", err)
	}
	holder, name, err := memberAt(whole, long.Path)
	if err != nil {
		return nil, err
	}
	rows, ok := holder[name].([]any)
	if !ok {
		return nil, fmt.Errorf("split: %s is no list", long.Path)
	}
	var out []part
	for first := 0; first < len(rows); first += long.MaxItems {
		holder[name] = rows[first:min(first+long.MaxItems, len(rows))]
		text, err := audit.Canonical(whole)
		if err != nil {
			return nil, fmt.Errorf("split: %w", err)
		}
		out = append(out, part{Decoded: DecodeJSON(d.Kind.Door, DesktopID(d.Payload), text), list: long.Path, first: first})
	}
	return out, nil
}

// memberAt finds the object that holds the member of a path, of objects and lists such as "resources[0].create_desktops.desktops".
func memberAt(at any, path string) (map[string]any, string, error) {
	steps := strings.FieldsFunc(path, func(r rune) bool { return strings.ContainsRune(".[]", r) })
	for i, step := range steps {
		switch here := at.(type) {
		case map[string]any:
			if i == len(steps)-1 {
				return here, step, nil
			}
			at = here[step]
		case []any:
			var n int
			if _, err := fmt.Sscan(step, &n); err != nil || n < 0 || n >= len(here) {
				return nil, "", fmt.Errorf("split: no row %s in %s", step, path)
			}
			at = here[n]
		}
	}
	return nil, "", fmt.Errorf("split: no %s", path)
}

// atWhole are a part's problems at the paths of the whole request.
func (p part) atWhole(problems field.Problems) field.Problems {
	for i := range problems {
		rest, inside := strings.CutPrefix(problems[i].Path, p.list+"[")
		index, tail, closed := strings.Cut(rest, "]")
		var n int
		if _, err := fmt.Sscan(index, &n); inside && closed && err == nil {
			problems[i].Path = fmt.Sprintf("%s[%d]%s", p.list, p.first+n, tail)
		}
	}
	return problems
}

// checkParts adds the calls that a checked request needs. They are held against the same rules once more: what holds for
// the whole need not hold for each.
func (s *Service) checkParts(ctx context.Context, who auth.Who, whole Checked, ask Ask) (Checked, error) {
	calls, err := parts(whole.Decoded, whole.Body)
	if err != nil || calls == nil {
		return whole, err
	}
	var problems field.Problems
	if ips := alone(whole.Payload); ips != "" {
		problems.Add(ips, "problem.not_split", "most", calls[1].first)
	}
	for i, call := range calls {
		id := ask.ID
		if i < len(ask.Calls) {
			id = ask.Calls[i]
		}
		checked, err := s.checkOne(ctx, who, call.Decoded, Ask{ID: id, Team: whole.Team})
		var wrong *Error
		switch {
		case errors.As(err, &wrong) && wrong.Code == CodeInvalid:
			problems = problems.Merge(call.atWhole(wrong.Problems))
		case err != nil:
			return whole, err
		}
		whole.Calls = append(whole.Calls, checked)
	}
	if len(problems) > 0 {
		whole.Problems = problems
		return whole, invalid(problems)
	}
	return whole, nil
}

// alone is the path of what belongs to all of a request and cannot be shared out among its calls; "" when there is nothing.
func alone(p Payload) string {
	if create, ok := Member[CreateDesktops](p); ok && len(create.DesktopIPs) > 0 {
		return "resources[0].create_desktops.desktop_ips"
	}
	return ""
}

// atOnce is how many prices are asked for at the same time.
const atOnce = 4

// quotes asks what a checked request costs, and what each of its calls does. There is no total without all of them, and
// without a total no call has a price either: people see the total, and none is paid by a price that nobody saw.
func (s *Service) quotes(ctx context.Context, checked Checked) (total *Quote, each []*Quote, problem string) {
	if len(checked.Calls) == 0 {
		total, problem = s.quoteOne(ctx, checked)
		return total, nil, problem
	}
	each, problems := s.quoteEach(ctx, checked.Calls)
	missing := 0
	for i := range each {
		if problems[i] != "" {
			missing, problem = missing+1, problems[i]
		}
	}
	if missing > 0 {
		problem = fmt.Sprintf("%d/%d: %s", missing, len(each), problem)
	} else {
		total = sumOf(each)
	}
	if total == nil {
		clear(each)
	}
	return total, each, problem
}

// quoteEach asks what each of some calls costs, atOnce of them at the same time.
func (s *Service) quoteEach(ctx context.Context, calls []Checked) (quotes []*Quote, problems []string) {
	quotes, problems = make([]*Quote, len(calls)), make([]string, len(calls))
	var group sync.WaitGroup
	free := make(chan struct{}, atOnce)
	for i, call := range calls {
		free <- struct{}{}
		group.Go(func() {
			quotes[i], problems[i] = s.quoteOne(ctx, call)
			<-free
		})
	}
	group.Wait()
	return quotes, problems
}

// sumOf adds prices up; nil when one is missing, or they are in several currencies. It is as old as the oldest of them.
func sumOf(each []*Quote) *Quote {
	var sum *Quote
	for _, quote := range each {
		switch {
		case quote == nil, sum != nil && sum.Currency != quote.Currency:
			return nil
		case sum == nil:
			first := *quote
			first.ID, first.Lines = NewID(), slices.Clone(quote.Lines)
			sum = &first
			continue
		}
		sum.Amount, sum.OfficialAmount = sum.Amount.Add(quote.Amount), sum.OfficialAmount.Add(quote.OfficialAmount)
		sum.Lines = append(sum.Lines, quote.Lines...)
		if quote.AskedAt.Before(sum.AskedAt) {
			sum.AskedAt = quote.AskedAt
		}
	}
	return sum
}

// draftCalls are the calls of a draft under the ID of its form; nil for one call.
func draftCalls(id string, checked Checked, each []*Quote) []DraftCall {
	if len(checked.Calls) == 0 {
		return nil
	}
	calls := make([]DraftCall, len(checked.Calls))
	for i := range calls {
		calls[i] = DraftCall{ID: id, Quote: each[i]}
		if i > 0 {
			calls[i].ID = NewID()
		}
	}
	return calls
}

// ordersOf are the orders of a checked request: the order itself, or one for each call with what the calls share.
func (s *Service) ordersOf(who auth.Who, checked Checked, calls []DraftCall, order Order) []Order {
	if len(checked.Calls) == 0 {
		return []Order{s.made(who, checked, order)}
	}
	list := make([]Order, len(checked.Calls))
	for i, call := range checked.Calls {
		one := order
		one.ID, one.Quote = calls[i].ID, calls[i].Quote
		list[i] = s.made(who, call, one)
		list[i].RequestID, list[i].Position, list[i].Calls = calls[0].ID, i, len(calls)
		list[i].CreatedAt, list[i].UpdatedAt = list[0].CreatedAt, list[0].UpdatedAt
	}
	return list
}

// Again is the body of a new request for those desktops of a request whose results are wanted and that were not ordered
// again yet: what was entered, with these desktops only; and the first order that had one of them. ErrNotFound when there
// is none.
func (p Progress) Again(want func(Result) bool) (body []byte, of string, err error) {
	var whole any
	var holder map[string]any
	var name string
	var rows []any
	results := p.Results
	for i, o := range p.Orders {
		body, err := Entered(o)
		if err != nil {
			return nil, "", err
		}
		kind, _ := KindNamed(o.Kind)
		path, ok := splitPath(DecodeJSON(kind.Door, o.DesktopID, body).Inputs)
		if !ok {
			return nil, "", ErrNotFound
		}
		dec := json.NewDecoder(bytes.NewReader(body))
		dec.UseNumber()
		var one any
		if err := dec.Decode(&one); err != nil {
			return nil, "", fmt.Errorf("request of order %s: %w", o.ID, err)
		}
		at, member, err := memberAt(one, path)
		if err != nil {
			return nil, "", err
		}
		if i == 0 {
			whole, holder, name = one, at, member
		}
		entries, _ := at[member].([]any)
		for j := 0; len(results) > 0 && results[0].OrderID == o.ID; j++ {
			if r := results[0]; j < len(entries) && r.Again == "" && want(r) {
				rows = append(rows, entries[j])
				of = cmp.Or(of, o.ID)
			}
			results = results[1:]
		}
	}
	if len(rows) == 0 {
		return nil, "", ErrNotFound
	}
	holder[name] = rows
	body, err = audit.Canonical(whole)
	return body, of, err
}

// splitPath is the path of the list that a request of this kind is split by.
func splitPath(inputs []field.Input) (string, bool) {
	for _, in := range inputs {
		if in.Most > 0 && len(in.Rows) > 0 {
			return in.Path, true
		}
		for _, more := range [][]field.Input{in.Children, in.Rows} {
			if path, has := splitPath(more); has {
				return path, true
			}
		}
	}
	return "", false
}

// PerCall is how many rows of a request one call takes; 0 for a request that one call can take whole.
func PerCall(d Decoded) int {
	long, _ := longList(d.Inputs)
	return long.MaxItems
}
