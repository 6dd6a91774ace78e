package store

import (
	"cmp"
	"errors"
	"slices"

	"workspace-order-console/internal/orders"
)

const (
	// fewTerms is up to how many terms of a word are merged, each read along the index in the list's order.
	fewTerms = 64
	// fewRows is up to how many orders a word may have to lead before other conditions. More are not counted: that would take
	// the longer the more there are, and change nothing.
	fewRows = 1000
	// nearOrders is among how many orders, those next to where a page begins, a word of more terms and orders is looked for first.
	nearOrders = 1000
	// sortedRows is up to how many orders of such a word are read and sorted, when too few of them are near. More than that
	// are so common that walking along the time finds a page of them soon.
	sortedRows = 20_000
)

// textual is the condition that orders are found by a text; many tells that nearly any other condition leaves fewer.
type textual struct {
	condition
	words []word // the rarest first
	many  bool
}

// teamTerm is a term of a team: its orders stand in the list's order in the index.
type teamTerm struct{ term, team string }

// word is one of the words of a text, and what is known of it.
type word struct {
	spans []span
	// entries are all its terms when they are few; rows counts its orders, up to a bound.
	entries []teamTerm
	few     bool
	rows    int
	// walk: it is looked for in one order after the other, along the time.
	walk bool
}

// text is the condition that every word of a text is among an order's terms.
func (b *query) text() (*textual, error) {
	var words []word
	for _, spans := range wordsOf(b.f.Text) {
		w, err := b.word(spans)
		if err != nil {
			return nil, err
		}
		words = append(words, w)
	}
	if len(words) == 0 { // nothing but marks: no order has them
		return &textual{condition: b.simple(func(o string) string { return o + ".id = ''" })}, nil
	}
	slices.SortStableFunc(words, func(a, b word) int { return cmp.Or(a.rows-b.rows, len(a.entries)-len(b.entries)) })
	return &textual{words: words, many: words[0].rows > fewRows, condition: condition{
		lead: func() []branch {
			branches := b.leading(words[0])
			for i, br := range branches {
				for _, w := range words[1:] {
					br.where = and(br.where, b.has(br.id, w))
				}
				if b.near {
					sign := " >= "
					if b.f.Newer {
						sign = " <= "
					}
					br.where = and(br.where, "("+br.created+", "+br.id+")"+sign+"("+b.add(micros(b.until.CreatedAt))+", "+b.add(b.until.ID)+")")
				}
				branches[i] = br
			}
			return branches
		},
		narrow: func() (where string) {
			for _, w := range words {
				where = and(where, b.has("o.id", w))
			}
			return where
		},
	}}, nil
}

func and(one, other string) string {
	if one == "" {
		return other
	}
	return one + " AND " + other
}

// has is the condition that the order whose ID stands in a column has a word.
func (b *query) has(id string, w word) string {
	text := ""
	for _, s := range w.spans {
		if text != "" {
			text += " OR "
		}
		text += "EXISTS (SELECT 1 FROM order_terms w WHERE w.order_id = " + id + " AND " + s.on(&b.arguments, "w.term") + ")"
	}
	return "(" + text + ")"
}

// word looks how common a word is.
func (b *query) word(spans []span) (w word, err error) {
	w.spans, w.few = spans, true
	if w.rows, err = b.count(spans, fewRows); err != nil || w.rows == 0 {
		return w, err
	}
	for _, s := range spans {
		if w.few, err = b.entriesOf(s, &w.entries); err != nil || !w.few {
			return w, err
		}
	}
	return w, nil
}

// count tells how many orders some spans have; one more than most when they are more than that.
func (b *query) count(spans []span, most int) (n int, err error) {
	for _, s := range spans {
		var a arguments
		some, err := column[int](b.q.QueryRowContext(b.ctx, "SELECT count(*) FROM (SELECT 1 FROM order_terms w WHERE "+s.on(&a, "w.term")+
			" LIMIT "+a.add(most+1-n)+") AS few", a...))
		if err != nil {
			return 0, err
		}
		n += some
	}
	return n, nil
}

// reach decides how far a text leads whose words are all common. Those of few terms come in the list's order, and one alone fills
// a page at once. Otherwise the orders near the page's beginning are looked at first: mostly they fill it. Only where they do not,
// and the query is asked again for the whole, is more of the words read.
func (b *query) reach(words []word) (err error) {
	rarest := &words[0]
	switch {
	case rarest.few && (b.whole || len(words) == 1):
		return nil
	case b.whole:
		rarest.rows, err = b.count(rarest.spans, sortedRows)
		rarest.walk = rarest.rows > sortedRows
		return err
	}
	rarest.walk = !rarest.few
	last := query{ctx: b.ctx, q: b.q, f: b.f}
	text := last.find(last.along(""), nil, b.direction()) + " LIMIT 1 OFFSET " + last.add(nearOrders)
	err = notFound(b.q.QueryRowContext(b.ctx, text, last.arguments...).Scan(at{&b.until.CreatedAt}, &b.until.ID))
	if errors.Is(err, orders.ErrNotFound) {
		return nil // the page's beginning is near the end: all is near
	}
	b.near = true
	return err
}

// next after a team's name is above that name and below all others that are.
const next = "\x01"

// entriesOf adds the terms of a span, jumping from one to the next however many orders share them; false when they are
// too many.
func (b *query) entriesOf(s span, into *[]teamTerm) (bool, error) {
	var last teamTerm
	for first := true; ; first = false {
		var a arguments
		where := s.on(&a, "w.term")
		if !first {
			// Of two beginnings SQLite would take the span's, and with ">" it would read all orders of the last one to get past them.
			a = nil
			where = "(w.term, w.team) >= (" + a.add(last.term) + ", " + a.add(last.team+next) + ") AND " + s.ends(&a, "w.term")
		}
		err := notFound(b.q.QueryRowContext(b.ctx, "SELECT w.term, w.team FROM order_terms w WHERE "+where+
			" ORDER BY w.term, w.team LIMIT 1", a...).Scan(&last.term, &last.team))
		if errors.Is(err, orders.ErrNotFound) {
			return true, nil
		}
		if err != nil {
			return false, err
		}
		if len(*into) == fewTerms {
			return false, nil
		}
		*into = append(*into, last)
	}
}

// leading are the branches of a word that leads.
func (b *query) leading(w word) (branches []branch) {
	switch {
	case w.few:
		for _, e := range w.entries {
			if !b.f.Scope.All() && !b.f.Scope.Sees(e.team) {
				continue
			}
			branches = append(branches, branch{from: "order_terms i", created: "i.created_at", id: "i.order_id",
				where: and("i.term = "+b.add(e.term)+" AND i.team = "+b.add(e.team), seen(&b.arguments, b.f.Scope, "i.team"))})
		}
		if len(branches) == 0 {
			branches = append(branches, b.along("i.id = ''"))
		}
	case w.walk:
		branches = append(branches, b.along(b.has("i.id", w)))
	default:
		for _, s := range w.spans {
			branches = append(branches, branch{created: "told.created_at", id: "told.id",
				from: "(SELECT DISTINCT w.created_at, w.order_id AS id FROM order_terms w WHERE " +
					and(s.on(&b.arguments, "w.term"), seen(&b.arguments, b.f.Scope, "w.team")) + ") AS told"})
		}
	}
	return branches
}
