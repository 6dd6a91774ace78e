// Package seed makes up a believable past: orders of every kind in many states, some months back, with the audit
// entries that they would have left. Benchmarks and demos fill a database with it. It stands on orders and the leaves
// and is imported by cmd alone.
package seed

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/policy"
)

// Database is what is filled.
type Database interface {
	// LoadOrders and LoadEntries store a batch in one transaction; entries get their numbers there.
	LoadOrders(ctx context.Context, batch []orders.Order) error
	LoadEntries(ctx context.Context, batch []audit.Entry) error
	// Desktops and Pools tell what the orders can be about. Without an inventory, desktops are made up.
	Desktops(ctx context.Context, filter orders.DesktopFilter) (orders.DesktopPage, error)
	Pools(ctx context.Context, filter orders.PoolFilter) (orders.PoolPage, error)
	// Teams tells whose they are.
	Teams(ctx context.Context) (policy.Teams, error)
}

// Options says how much is made up.
type Options struct {
	Orders int
	// Audit is how many audit entries there shall be in all; the orders' own are never fewer than they need.
	Audit int
	// ProjectID stands in the paths of the orders.
	ProjectID string
	// Now is when the past ends, Days how many days before it began; 0 is 180.
	Now  time.Time
	Days int
	// Fates is what becomes of the orders; nil is the usual: most are completed, and few are open.
	Fates Fates
	// Seed makes another past; the same one makes the same.
	Seed uint64
}

const batchSize = 500

// Fill makes up a past and stores it. Nothing in it waits to be sent, and nothing is asked of a cloud: what is still
// open is left to people.
func Fill(ctx context.Context, db Database, options Options) error {
	if options.Days == 0 {
		options.Days = 180
	}
	if options.Fates == nil {
		options.Fates = usual
	}
	world, err := discover(ctx, db)
	if err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	past := &past{Options: options, world: world, rng: rand.New(rand.NewPCG(options.Seed, 1)), taken: map[string]bool{}} // #nosec G404 -- made-up data
	made, entries, err := past.make()
	if err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	for batch := range slices.Chunk(made, batchSize) {
		if err := db.LoadOrders(ctx, batch); err != nil {
			return fmt.Errorf("seed: %w", err)
		}
	}
	for batch := range slices.Chunk(entries, batchSize) {
		if err := db.LoadEntries(ctx, batch); err != nil {
			return fmt.Errorf("seed: %w", err)
		}
	}
	return nil
}

// past is a past in the making.
type past struct {
	Options
	*world
	rng     *rand.Rand
	entries []audit.Entry
	// taken are cloud order IDs and open targets that are not free any more.
	taken map[string]bool
}

// make makes the orders, oldest first, and all entries in the order of their times.
func (p *past) make() ([]orders.Order, []audit.Entry, error) {
	made := make([]orders.Order, 0, p.Orders)
	for _, at := range p.times(p.Orders) {
		o, err := p.order(at)
		if err != nil {
			return nil, nil, err
		}
		made = append(made, o)
	}
	if rest := p.Audit - len(p.entries); rest > 0 {
		for _, at := range p.times(rest) {
			if err := p.visit(at); err != nil {
				return nil, nil, err
			}
		}
	}
	slices.SortStableFunc(p.entries, func(a, b audit.Entry) int { return a.Time.Compare(b.Time) })
	return made, p.entries, nil
}

// times are n moments of working hours, in order, the last of them at least an hour ago.
func (p *past) times(n int) []time.Time {
	times := make([]time.Time, n)
	for i := range times {
		for {
			day := p.Now.AddDate(0, 0, -p.rng.IntN(p.Days+1))
			at := time.Date(day.Year(), day.Month(), day.Day(), 7+p.rng.IntN(11), p.rng.IntN(60), p.rng.IntN(60), p.rng.IntN(1e6)*1000, time.UTC)
			weekend := at.Weekday() == time.Saturday || at.Weekday() == time.Sunday
			if at.Before(p.Now.Add(-time.Hour)) && (!weekend || p.rng.IntN(8) == 0) {
				times[i] = at
				break
			}
		}
	}
	slices.SortFunc(times, time.Time.Compare)
	return times
}

// people are who orders.
var people = []auth.Who{
	person("amelia.hart", auth.RoleAdmin, "10.20.4.17"), person("ben.okafor", auth.RoleAdmin, "10.20.4.23"),
	person("chen.wei", auth.RoleAdmin, "10.20.6.101"), person("dana.ruiz", auth.RoleBuyer, "10.20.6.44"),
	person("elif.kaya", auth.RoleBuyer, "10.21.1.9"), person("farid.nasser", auth.RoleBuyer, "10.21.1.58"),
	person("grace.tan", auth.RoleBuyer, "10.21.2.77"), person("henrik.lund", auth.RoleAdmin, "10.22.0.12"),
	{Name: "key:onboarding", Roles: auth.RolesOf(auth.RoleBuyer), Door: auth.DoorAPI, Address: "10.30.0.5", KeyID: "seed-onboarding"},
	{Name: "key:ci", Roles: auth.RolesOf(auth.RoleAdmin), Door: auth.DoorAPI, Address: "10.30.0.6", KeyID: "seed-ci"},
}

func person(name string, role auth.Role, address string) auth.Who {
	return auth.Who{Name: name, Roles: auth.RolesOf(role), Door: auth.DoorWeb, Address: address}
}

// visit adds an entry of somebody coming, or now and then going.
func (p *past) visit(at time.Time) error {
	who := people[p.rng.IntN(8)]
	action := "signin"
	if p.rng.IntN(5) == 0 {
		action = "signout"
	}
	return p.enter(who, at, action, "session:"+p.hex(16), map[string]any{"role": who.Roles.String()})
}

// enter adds an audit entry, made as the service makes them.
func (p *past) enter(who auth.Who, at time.Time, action, object string, details map[string]any) error {
	who.RequestID = p.hex(20)
	if who.Door == auth.DoorConsole {
		who.RequestID = ""
	}
	entry, err := orders.NewEntry(who, at, action, object, details)
	p.entries = append(p.entries, entry)
	return err
}

func (p *past) hex(n int) string {
	const digits = "0123456789abcdef"
	text := make([]byte, n)
	for i := range text {
		text[i] = digits[p.rng.IntN(16)]
	}
	return string(text)
}

// one picks one of a list.
func one[T any](p *past, list []T) T { return list[p.rng.IntN(len(list))] }
