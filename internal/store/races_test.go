package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/audit"
	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

// What several consoles do at once to one database.

// another opens a store's database once more, as another console does.
func another(t *testing.T, s *Store) *Store {
	t.Helper()
	if d, ok := s.dialect.(postgreSQL); ok {
		return openAt(t, Config{URL: auth.Secret(d.config.ConnString())})
	}
	return openAt(t, Config{Path: s.dialect.(sqlite).path})
}

func TestTwoStoresClaimEachOrderOnce(t *testing.T) {
	t.Parallel()
	one := open(t)
	two := another(t, one)
	const n = 40
	for range n {
		submit(t, one)
	}
	var mu sync.Mutex
	claims := map[string][]string{}
	var wg sync.WaitGroup
	for worker := range 8 {
		s := []*Store{one, two}[worker%2]
		wg.Go(func() {
			for i := 0; ; i++ {
				fence := fmt.Sprintf("w%d/%d", worker, i)
				o, err := s.Claim(context.Background(), orders.Claim{Fence: fence, Now: noon, Deadline: noon.Add(time.Minute), Entry: entry("order.sending")})
				if err != nil {
					assert.ErrorIs(t, err, orders.ErrNotFound)
					return
				}
				mu.Lock()
				claims[o.ID] = append(claims[o.ID], fence)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	require.Len(t, claims, n)
	for id, fences := range claims {
		assert.Equal(t, []string{read(t, one, id).Fence}, fences)
	}
	assert.Equal(t, map[orders.Badge]int{"sending": n}, counted(t, two))
}

func TestTwoStoresSubmitOneOrder(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	one := open(t)
	two := another(t, one)
	o := sample()
	var submitted, claimed atomic.Int64
	var wg sync.WaitGroup
	for i := range 100 {
		s := []*Store{one, two}[i%2]
		wg.Go(func() {
			if err := putOrder(ctx, s, o); err == nil {
				submitted.Add(1)
			} else {
				assert.ErrorIs(t, err, orders.ErrExists)
			}
			_, err := s.Claim(ctx, orders.Claim{Fence: fmt.Sprintf("w/%d", i), Now: noon, Deadline: noon.Add(time.Minute), Entry: entry("order.sending")})
			if err == nil {
				claimed.Add(1)
			} else {
				assert.ErrorIs(t, err, orders.ErrNotFound)
			}
		})
	}
	wg.Wait()
	assert.EqualValues(t, 1, submitted.Load())
	assert.EqualValues(t, 1, claimed.Load())
	timeline, err := two.Timeline(ctx, "order:"+o.ID, 10)
	require.NoError(t, err)
	assert.Len(t, timeline, 2, "one submission, one claim")
}

func TestTheLogOfTwoStoresHasNoGaps(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	one := open(t)
	two := another(t, one)
	o := submit(t, one)
	var wg sync.WaitGroup
	for range 20 {
		for _, s := range []*Store{one, two} {
			wg.Go(func() { assert.NoError(t, s.Record(ctx, entry("signin"))) })
			wg.Go(func() { assert.Error(t, putOrder(ctx, s, o)) })
			wg.Go(func() { assert.NoError(t, putOrder(ctx, s, sample())) })
		}
	}
	wg.Wait()
	var n, last int
	require.NoError(t, one.reader.QueryRow(`SELECT count(*), max(seq) FROM audit`).Scan(&n, &last))
	assert.Equal(t, 81, n)
	assert.Equal(t, n, last)
	counted(t, two)
}

func TestOneOfTwoStoresTakesATarget(t *testing.T) {
	t.Parallel()
	one := open(t)
	two := another(t, one)
	var won atomic.Int64
	var wg sync.WaitGroup
	for i := range 40 {
		s := []*Store{one, two}[i%2]
		wg.Go(func() {
			err := putOrder(context.Background(), s, sample(func(o *orders.Order) { o.Targets = []string{fmt.Sprintf("desktop:%d", i), "desktop:shared"} }))
			var way *orders.InTheWay
			switch {
			case err == nil:
				won.Add(1)
			case assert.ErrorAs(t, err, &way):
				assert.Equal(t, "desktop:shared", way.Target)
			}
		})
	}
	wg.Wait()
	assert.EqualValues(t, 1, won.Load())
}

// A create is refused from the moment at which one like it is in doubt: what is decided at the same time is in one order
// or the other.
func TestACreateAndADoubtDoNotPassEachOther(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	one := open(t)
	two := another(t, one)
	for round := range 20 {
		create := func(o *orders.Order) {
			o.Targets, o.Creation, o.CreatedAt = nil, fmt.Sprintf("subscribe/createDesktops|p|%d", round), noon.Add(time.Duration(-round)*time.Second)
		}
		first := submit(t, one, create)
		fence := claim(t, one).Fence
		second := sample(create)
		var refused error
		var wg sync.WaitGroup
		wg.Go(func() {
			assert.NoError(t, one.Apply(ctx, orders.Move{ID: first.ID, From: []orders.State{orders.StateSending}, To: orders.StateInDoubt, Fence: fence,
				Now: noon, Entry: entry("order.in_doubt")}))
		})
		wg.Go(func() { refused = putOrder(ctx, two, second) })
		wg.Wait()
		doubt := lastEntry(t, one, first.ID)
		require.Equal(t, "order.in_doubt", doubt.Action)
		if refused == nil {
			assert.Less(t, lastEntry(t, one, second.ID).Seq, doubt.Seq, "submitted although one like it was in doubt")
			require.NoError(t, one.Apply(ctx, orders.Move{ID: second.ID, From: []orders.State{orders.StateQueued}, To: orders.StateWithdrawn,
				Now: noon, Entry: entry("order.withdrawn")}))
			continue
		}
		var way *orders.InTheWay
		require.ErrorAs(t, refused, &way)
		assert.Equal(t, first.ID, way.OrderID)
	}
}

func lastEntry(t *testing.T, s *Store, id string) audit.Entry {
	t.Helper()
	timeline, err := s.Timeline(context.Background(), "order:"+id, 1)
	require.NoError(t, err)
	require.Len(t, timeline, 1)
	return timeline[0]
}

func TestAPageIsOfOneState(t *testing.T) {
	t.Parallel()
	s := open(t)
	other := another(t, s)
	submit(t, s)
	count := func(q querier) (n int) {
		require.NoError(t, q.QueryRowContext(context.Background(), `SELECT count(*) FROM orders`).Scan(&n))
		return n
	}
	require.NoError(t, s.read(context.Background(), func(q *sql.Tx) error {
		assert.Equal(t, 1, count(q))
		submit(t, other)
		assert.Equal(t, 1, count(q), "what came meanwhile is not seen in the middle of a page")
		return nil
	}))
	assert.Equal(t, 2, count(s.reader))
}

func TestTextsAreSortedByTheirBytes(t *testing.T) {
	t.Parallel()
	names := []string{"ab", "a-c", "a b", "zz", "é", "～", "😀", "甲", "_x", "1", "10", "2"}
	var inventory orders.Snapshot
	for i, name := range names {
		inventory.Desktops = append(inventory.Desktops, cloud.Desktop{DesktopID: fmt.Sprint("d", i), ComputerName: name})
	}
	s := open(t)
	require.NoError(t, s.ReplaceInventory(context.Background(), inventory))
	var walked []string
	f := orders.DesktopFilter{Scope: auth.Everything, Limit: 5}
	for {
		page, err := s.Desktops(context.Background(), f)
		require.NoError(t, err)
		for _, d := range page.Items {
			walked = append(walked, d.ComputerName)
		}
		if f.After = page.Next; f.After == "" {
			break
		}
	}
	slices.Sort(names)
	assert.Equal(t, names, walked)
	for _, name := range names {
		page, err := s.Desktops(context.Background(), orders.DesktopFilter{Scope: auth.Everything, Text: name})
		require.NoError(t, err)
		assert.NotEmpty(t, page.Items, name)
	}
}

func TestWhatIsNoTextFindsNothingAndFailsNothing(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := open(t)
	submit(t, s)
	o := place(t, s, orders.CloudOrder{OrderID: "CS1", Status: status(cloud.StatusToBePaid)})
	for _, text := range []string{"ali\x00", "ali\xff", "\x00", "\xc3\x28 and more than eight"} {
		list, err := s.Orders(ctx, orders.Filter{Scope: auth.Everything, Text: text})
		require.NoError(t, err)
		assert.Empty(t, list.Items)
		log, err := s.Audit(ctx, audit.Filter{Scope: auth.Everything, Text: text})
		require.NoError(t, err)
		assert.Empty(t, log.Items)
		desktops, err := s.Desktops(ctx, orders.DesktopFilter{Scope: auth.Everything, Text: text, PoolID: text})
		require.NoError(t, err)
		assert.Empty(t, desktops.Items)
		_, err = s.Order(ctx, text)
		assert.ErrorIs(t, err, orders.ErrNotFound)
		_, err = s.Choices(ctx, auth.Everything, "desktop", text, 10)
		require.NoError(t, err)
	}
	told := o.CloudOrders[0]
	told.Msg = "frozen\x00 \xff"
	e := entry("order.followed")
	require.NoError(t, s.UpdateCloudOrder(ctx, o.ID, told, &e), "an answer is recorded whatever it says")
	assert.Contains(t, read(t, s, o.ID).CloudOrders[0].Msg, "frozen")
}
