package cloudhttp

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"workspace-order-console/internal/cloud"
)

// query reads a request's parameters and keeps the first thing that is wrong with them.
type query struct {
	values url.Values
	wrong  string
}

func asked(c *call) *query { return &query{values: c.URL.Query()} }

func (q *query) refuse(format string, args ...any) {
	if q.wrong == "" {
		q.wrong = fmt.Sprintf(format, args...)
	}
}

// text is a parameter, empty when it is not there. One that is there several times is refused.
func (q *query) text(name string) string {
	values := q.values[name]
	if len(values) > 1 {
		q.refuse("The parameter %s is there %d times.", name, len(values))
	}
	return q.values.Get(name)
}

// oneOf is a parameter out of a closed list, or empty.
func (q *query) oneOf(name string, allowed ...string) string {
	text := q.text(name)
	if text != "" && !slices.Contains(allowed, text) {
		q.refuse("The parameter %s must be one of %s.", name, strings.Join(allowed, ", "))
	}
	return text
}

// several is a parameter that may be repeated.
func (q *query) several(name string) []string {
	return slices.DeleteFunc(slices.Clone(q.values[name]), func(s string) bool { return s == "" })
}

// listed is a parameter that holds a list, separated by commas.
func (q *query) listed(name string) []string {
	text := q.text(name)
	if text == "" {
		return nil
	}
	return strings.Split(text, ",")
}

// number is a parameter between two bounds, or absent.
func (q *query) number(name string, lowest, highest, absent int) int {
	text := q.text(name)
	if text == "" {
		return absent
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < lowest || n > highest {
		q.refuse("The parameter %s must be a number from %d to %d.", name, lowest, highest)
		return absent
	}
	return n
}

// flag is a parameter that is true, false or absent.
func (q *query) flag(name string) *bool {
	switch q.oneOf(name, "true", "false") {
	case "true":
		yes := true
		return &yes
	case "false":
		no := false
		return &no
	}
	return nil
}

// moment is a time as the billing service writes it, or zero.
func (q *query) moment(name string) time.Time {
	text := q.text(name)
	if text == "" {
		return time.Time{}
	}
	at, err := time.Parse(wireTime, text)
	if err != nil {
		q.refuse("The parameter %s must be a time like %s.", name, wireTime)
	}
	return at
}

// page is the part of a list that is wanted: without a limit the largest.
func (q *query) page(most int) cloud.Page {
	const mostOffset = 1 << 30
	page := cloud.Page{Limit: q.number("limit", 0, most, most), Offset: q.number("offset", 0, mostOffset, 0)}
	if page.Limit == 0 {
		page.Limit = most
	}
	return page
}

// filter is what a list is narrowed by, and its order; nothing means all of it as it is.
type filter[T any] struct {
	conditions []func(T) bool
	order      func(a, b T) int
}

func (f *filter[T]) keep(condition func(T) bool) { f.conditions = append(f.conditions, condition) }

// is keeps what has a value; an empty one is not asked for.
func (f *filter[T]) is(want string, of func(T) string) {
	if want != "" {
		f.keep(func(t T) bool { return of(t) == want })
	}
}

// has keeps what contains a text, whatever its case.
func (f *filter[T]) has(want string, of func(T) string) {
	if want != "" {
		want = strings.ToLower(want)
		f.keep(func(t T) bool { return strings.Contains(strings.ToLower(of(t)), want) })
	}
}

// among keeps what has one of several values.
func (f *filter[T]) among(want []string, of func(T) string) {
	if len(want) > 0 {
		f.keep(func(t T) bool { return slices.Contains(want, of(t)) })
	}
}

// yes keeps what agrees with a flag that was given.
func (f *filter[T]) yes(want *bool, of func(T) bool) {
	if want != nil {
		f.keep(func(t T) bool { return of(t) == *want })
	}
}

// sorted orders by a text, downwards when the direction says so.
func (f *filter[T]) sorted(direction string, by func(T) string) {
	f.order = func(a, b T) int {
		n := cmp.Compare(by(a), by(b))
		if strings.EqualFold(direction, "desc") {
			return -n
		}
		return n
	}
}

func (f *filter[T]) keeps(t T) bool {
	for _, condition := range f.conditions {
		if !condition(t) {
			return false
		}
	}
	return true
}

// reader reads one page of something.
type reader[T any] func(context.Context, cloud.Page) (cloud.List[T], error)

// found reads the page that is wanted of what a filter keeps. Without a filter the cloud's own paging serves.
func found[T any](ctx context.Context, read reader[T], page cloud.Page, most int, f filter[T]) (cloud.List[T], error) {
	if len(f.conditions) == 0 && f.order == nil {
		return read(ctx, page)
	}
	all, err := cloud.All(ctx, most, read)
	if err != nil {
		return cloud.List[T]{}, err
	}
	all = slices.DeleteFunc(all, func(t T) bool { return !f.keeps(t) })
	if f.order != nil {
		slices.SortStableFunc(all, f.order)
	}
	from := min(page.Offset, len(all))
	return cloud.List[T]{Items: all[from:min(from+page.Limit, len(all))], Total: len(all)}, nil
}

// listing answers a list under a key, with the total under another ("" for none).
func listing[T any](c *call, q *query, read reader[T], most int, f filter[T], key, total string, as func(T) any) answer {
	page := q.page(most)
	if q.wrong != "" {
		return refused(http.StatusBadRequest, codeParameter, q.wrong)
	}
	list, err := found(c.Context(), read, page, most, f)
	if err != nil {
		return failed(err)
	}
	items := make([]any, len(list.Items))
	for i, item := range list.Items {
		items[i] = as(item)
	}
	body := object{key: items}
	if total != "" {
		body[total] = list.Total
	}
	return told(body)
}

// same tells an item as it is: its members are the wire's.
func same[T any](t T) any { return t }

// whole makes a reader of pages out of what comes in one piece.
func whole[T any](read func(context.Context) ([]T, error)) reader[T] {
	return func(ctx context.Context, page cloud.Page) (cloud.List[T], error) {
		all, err := read(ctx)
		from := min(page.Offset, len(all))
		return cloud.List[T]{Items: all[from:min(from+page.Limit, len(all))], Total: len(all)}, err
	}
}

// nothing answers an empty list: there is none of that here.
func nothing(key string) func(*Server, *call) answer {
	return func(*Server, *call) answer { return told(object{key: []any{}, "total_count": 0}) }
}
