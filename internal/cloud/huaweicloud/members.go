package huaweicloud

import (
	"context"
	"strconv"
	"sync"
	"time"

	"workspace-order-console/internal/cloud"
)

var membersOperation = readOperation("pool desktops", "/desktop-pools/{pool_id}/desktops")

// members remember which pool a pooled desktop belongs to: the list of desktops does not tell, only each pool's own
// list does. A desktop stays in its pool for life, so a pool is asked only while a desktop is there whose pool is not
// known.
type members struct {
	mu     sync.Mutex
	poolOf map[string]string
	asked  time.Time
}

const (
	membersEvery = time.Minute
	// poolsAtOnce bounds what one page of desktops can cost; the next look goes on with the rest.
	poolsAtOnce = 20
	membersKept = 100_000
)

// fillPools sets the pool of pooled desktops where it is known or to be had. Without it a desktop is still known to be
// pooled, so a failure here fails nothing.
func (c *Cloud) fillPools(ctx context.Context, desktops []cloud.Desktop) {
	if c.members.fill(desktops) == 0 || !c.members.may(c.now()) {
		return
	}
	pools, err := cloud.All(ctx, poolsPage, c.Pools)
	if err != nil {
		return
	}
	asked := 0
	for _, pool := range pools {
		if pool.DesktopCount == 0 || c.members.count(pool.ID) >= pool.DesktopCount || !idPattern.MatchString(pool.ID) {
			continue
		}
		if asked++; asked > poolsAtOnce {
			break
		}
		found, err := cloud.All(ctx, listPage, func(ctx context.Context, page cloud.Page) (cloud.List[cloud.Desktop], error) {
			return c.desktopsOf(ctx, pool.ID, page)
		})
		if err != nil {
			return
		}
		if c.members.learn(pool.ID, found); c.members.fill(desktops) == 0 {
			return
		}
	}
}

// desktopsOf reads one page of a pool's desktops.
func (c *Cloud) desktopsOf(ctx context.Context, poolID string, page cloud.Page) (cloud.List[cloud.Desktop], error) {
	limit, offset := window(page, listPage)
	req := &request{PoolID: &poolID, Limit: text(strconv.Itoa(limit)), Offset: text(strconv.Itoa(offset))}
	return read(ctx, c, membersOperation, req, func(a *answer) (cloud.List[cloud.Desktop], error) {
		return decodeList[cloud.Desktop](a.body, "pool_desktops", "total_count", limit, offset)
	})
}

// may tells whether pools may be asked again already.
func (m *members) may(now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.asked.IsZero() && now.Sub(m.asked) < membersEvery {
		return false
	}
	m.asked = now
	return true
}

// fill sets what is known and tells how many pooled desktops are left without their pool.
func (m *members) fill(desktops []cloud.Desktop) (unknown int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range desktops {
		d := &desktops[i]
		if d.DesktopType != cloud.DesktopPooled || d.PoolID != "" {
			continue
		}
		if d.PoolID = m.poolOf[d.DesktopID]; d.PoolID == "" {
			unknown++
		}
	}
	return unknown
}

// count is how many desktops of a pool are known.
func (m *members) count(poolID string) (n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, pool := range m.poolOf {
		if pool == poolID {
			n++
		}
	}
	return n
}

// learn takes a pool's own list, which is all that it has now.
func (m *members) learn(poolID string, desktops []cloud.Desktop) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.poolOf) > membersKept {
		clear(m.poolOf)
	}
	for id, pool := range m.poolOf {
		if pool == poolID {
			delete(m.poolOf, id)
		}
	}
	for _, d := range desktops {
		m.poolOf[d.DesktopID] = poolID
	}
}
