package cloudhttp

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Fault is something that goes wrong on purpose: on some routes, in one way, always or now and then. It is written
//
//	ROUTES:FAULT[=VALUE][:WHEN]
//
// ROUTES is a list, separated by commas, of names of routes and groups; * is all of them. WHEN is p=CHANCE, or seq=N,N-M,N-:
// the numbers of the requests, counted from 1, that it happens to. Without WHEN it always happens. docs/cloud.md
// explains each fault.
type Fault struct {
	text   string
	routes []string // names of routes
	kind   string
	wait   time.Duration
	code   string
	chance float64
	spans  []span // nil: by chance
}

// String is the fault as it was written.
func (f Fault) String() string { return f.text }

// span is a range of request numbers; to is 0 when it does not end.
type span struct{ from, to int }

// valueOf says what may follow a fault's name.
type valueOf int

const (
	noValue      valueOf = iota
	mayBeTime            // a duration, or without end
	mustBeTime           // a duration
	mayBeSeconds         // a duration of whole seconds
	mayBeCode            // an error code
)

// Kinds of fault. Those that end in Before happen instead of what was asked for, those in After once it was done.
const (
	faultRefuse      = "refuse"
	fault409         = "409"
	fault429         = "429"
	faultHangBefore  = "hang-before"
	faultHangAfter   = "hang-after"
	faultDropBefore  = "drop-before"
	faultDropAfter   = "drop-after"
	faultCut         = "cut"
	faultLate        = "late"
	faultLost        = "lost"
	faultWrongJSON   = "wrong-json"
	fault200Error    = "200-error"
	fault200ErrAfter = "200-error-after"
	suffixBefore     = "-before"
	suffixAfter      = "-after"
)

// kinds are the faults that there are.
var kinds = map[string]valueOf{
	faultRefuse: mayBeCode, fault409: mayBeCode, fault429: mayBeSeconds,
	"500-before": noValue, "500-after": noValue, "502-before": noValue, "502-after": noValue,
	"503-before": noValue, "503-after": noValue, "504-before": noValue, "504-after": noValue,
	faultHangBefore: mayBeTime, faultHangAfter: mayBeTime, faultDropBefore: noValue, faultDropAfter: noValue,
	faultCut: noValue, faultLate: mustBeTime, faultLost: mustBeTime, faultWrongJSON: noValue,
	fault200Error: mayBeCode, fault200ErrAfter: mayBeCode,
}

// ParseFaults reads faults. One text may hold several, separated by semicolons, so that they fit into one environment
// variable.
func ParseFaults(texts ...string) ([]Fault, error) {
	var faults []Fault
	for _, text := range texts {
		for one := range strings.SplitSeq(text, ";") {
			if one = strings.TrimSpace(one); one == "" {
				continue
			}
			fault, err := parseFault(one)
			if err != nil {
				return nil, fmt.Errorf("fault %q: %w", one, err)
			}
			faults = append(faults, fault)
		}
	}
	return faults, nil
}

func parseFault(text string) (f Fault, err error) {
	parts := strings.Split(text, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return f, fmt.Errorf("it must be written ROUTES:FAULT or ROUTES:FAULT:WHEN, such as subscribe:500-after:p=0.1")
	}
	f = Fault{text: text, chance: 1}
	if f.routes, err = parseRoutes(parts[0]); err != nil {
		return f, err
	}
	if err := f.parseKind(parts[1]); err != nil {
		return f, err
	}
	if f.kind == faultLost {
		for _, r := range routes {
			if r.group != groupOrders && slices.Contains(f.routes, r.name) {
				return f, fmt.Errorf("%s is for the routes of orders only: %s", faultLost, strings.Join(namesOf(groupOrders), ", "))
			}
		}
	}
	if len(parts) == 3 {
		return f, f.parseWhen(parts[2])
	}
	return f, nil
}

// namesOf are the names of a group's routes; "*" is every route.
func namesOf(group string) (names []string) {
	for _, r := range routes {
		if group == "*" || r.group == group {
			names = append(names, r.name)
		}
	}
	return names
}

func parseRoutes(text string) (names []string, err error) {
	for one := range strings.SplitSeq(text, ",") {
		if group := namesOf(one); len(group) > 0 {
			names = append(names, group...)
			continue
		}
		if !slices.Contains(namesOf("*"), one) {
			return nil, fmt.Errorf("there is no route %q; there are *, the groups %s, and %s", one,
				strings.Join([]string{groupOrders, groupInquiries, groupReads, groupBilling}, ", "), strings.Join(namesOf("*"), ", "))
		}
		names = append(names, one)
	}
	return names, nil
}

func (f *Fault) parseKind(text string) error {
	kind, value, valued := strings.Cut(text, "=")
	wants, known := kinds[kind]
	if !known {
		names := make([]string, 0, len(kinds))
		for name := range kinds {
			names = append(names, name)
		}
		slices.Sort(names)
		return fmt.Errorf("there is no fault %q; there are %s", kind, strings.Join(names, ", "))
	}
	f.kind = kind
	switch {
	case !valued && wants == mustBeTime:
		return fmt.Errorf("%s needs a time, such as %s=3s", kind, kind)
	case !valued:
		return nil
	case wants == noValue:
		return fmt.Errorf("%s takes no value", kind)
	case wants == mayBeCode:
		if value == "" || len(value) > 12 || strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return fmt.Errorf("the code of %s must have 1 to 12 characters, such as WKS.00010013", kind)
		}
		f.code = value
		return nil
	}
	wait, err := time.ParseDuration(value)
	if err != nil || wait <= 0 || wait > time.Hour || wants == mayBeSeconds && wait%time.Second != 0 {
		unit := "a time"
		if wants == mayBeSeconds {
			unit = "a time in whole seconds"
		}
		return fmt.Errorf("%s=%s: it must be %s above 0 and at most 1h, such as 3s", kind, value, unit)
	}
	f.wait = wait
	return nil
}

func (f *Fault) parseWhen(text string) error {
	name, value, _ := strings.Cut(text, "=")
	switch name {
	case "p":
		chance, err := strconv.ParseFloat(value, 64)
		if err != nil || !(chance > 0 && chance <= 1) {
			return fmt.Errorf("p=%s: a chance must be above 0 and at most 1, such as p=0.1", value)
		}
		f.chance = chance
		return nil
	case "seq":
		for one := range strings.SplitSeq(value, ",") {
			s, err := parseSpan(one)
			if err != nil {
				return fmt.Errorf("seq=%s: it must be numbers from 1 on and ranges of them, such as seq=2,5-7,10-", value)
			}
			f.spans = append(f.spans, s)
		}
		return nil
	}
	return fmt.Errorf("%q is neither p=CHANCE nor seq=NUMBERS", text)
}

func parseSpan(text string) (s span, err error) {
	from, to, ranged := strings.Cut(text, "-")
	if s.from, err = strconv.Atoi(from); err != nil || s.from < 1 {
		return s, fmt.Errorf("no number: %q", from)
	}
	switch {
	case !ranged:
		s.to = s.from
	case to != "":
		if s.to, err = strconv.Atoi(to); err != nil || s.to < s.from {
			return s, fmt.Errorf("no number: %q", to)
		}
	}
	return s, nil
}

// rule is a fault at work. It counts the requests of its routes and draws lots in the order in which they come, on its
// own: what other rules do changes nothing about it, so that a seed repeats it.
type rule struct {
	Fault
	mu    sync.Mutex
	count int
	dice  *rand.Rand
}

func newRule(f Fault, seed, number uint64) *rule {
	return &rule{Fault: f, dice: rand.New(rand.NewPCG(seed, number))}
}

// happens tells whether the fault happens to the next request of a route.
func (r *rule) happens(route string) bool {
	if !slices.Contains(r.routes, route) {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.count++
	if r.spans == nil {
		return r.dice.Float64() < r.chance
	}
	return slices.ContainsFunc(r.spans, func(s span) bool { return r.count >= s.from && (s.to == 0 || r.count <= s.to) })
}
