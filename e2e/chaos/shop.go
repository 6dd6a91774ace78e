package main

import (
	"container/heap"
	"fmt"
	"math/rand/v2"
	"sync"
)

// A create is refused while one of the same kind, product and quantity is in doubt. So what is bought differs, and what
// is in doubt is not bought again: a ware is out of the shop until its order's outcome is known.
type ware struct {
	kind, product, image string
	n                    int
}

var products = []struct{ id, image string }{
	{"workspace.k.large2.uosv20pro", uosImage}, {"workspace.k.large4.uosv20pro", uosImage}, {"workspace.k.xlarge2.uosv20pro", uosImage},
	{"workspace.k.xlarge4.uosv20pro", uosImage}, {"workspace.k.2xlarge2.uosv20pro", uosImage}, {"workspace.x.xlarge2.ubuntu22", ubuntuImage},
	{"workspace.x.large4.win", winImage}, {"workspace.x.xlarge2.win", winImage}, {"workspace.x.xlarge4.win", winImage},
	{"workspace.x.2xlarge2.win", winImage}, {"workspace.x.2xlarge4.win", winImage},
}

const (
	uosImage    = "e1d65e11-861c-459d-a3a8-ab150d79befc"
	ubuntuImage = "1f559847-dc61-4fe4-aba6-2292b4e5da13"
	winImage    = "961fc606-6fee-4403-b967-28393f2c7926"
	subnet      = "197c1aa4-2611-48bd-a3af-ac4ce2c17c4c"
	vpc         = "6c0e3a77-19d4-4e0b-9f3e-7a2b5d8c4e10"
	mostOfOne   = 100
)

// shelf is the wares by their size, for small orders are cheap.
type shelf []ware

func (s shelf) Len() int           { return len(s) }
func (s shelf) Less(i, j int) bool { return s[i].weight() < s[j].weight() }
func (s shelf) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }
func (s *shelf) Push(w any)        { *s = append(*s, w.(ware)) } //nolint:forcetypeassert // the heap is ours
func (s *shelf) Pop() any {
	old := *s
	last := old[len(old)-1]
	*s = old[:len(old)-1]
	return last
}

// weight: hosts and addresses are small however many there are.
func (w ware) weight() int {
	if w.kind == "host" || w.kind == "eip" {
		return w.n / 10
	}
	return w.n
}

// shop gives wares out. Every now and then two buyers get the same one at the same time, for equal orders that are on
// their way together are what evidence is most easily wrong about.
type shop struct {
	mu    sync.Mutex
	free  shelf
	taken map[ware]int
	last  ware
	rand  *rand.Rand
}

// shared is how often a ware that is being bought is bought once more.
const shared = 0.15

func newShop(seed uint64) *shop {
	s := &shop{taken: map[ware]int{}, rand: rand.New(rand.NewPCG(seed, 1))}
	for n := 1; n <= mostOfOne; n++ {
		for _, p := range products {
			s.free = append(s.free, ware{"desktop", p.id, p.image, n}, ware{"pool", p.id, p.image, n})
		}
		s.free = append(s.free, ware{"host", "workspacehost.k.large4", "", n}, ware{"eip", "5_bgp", "", n}, ware{"eip", "5_sbgp", "", n})
	}
	s.rand.Shuffle(len(s.free), s.free.Swap)
	heap.Init(&s.free)
	return s
}

func (s *shop) take() (ware, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.taken[s.last] == 1 && s.rand.Float64() < shared {
		s.taken[s.last]++
		return s.last, true
	}
	if len(s.free) == 0 {
		return ware{}, false
	}
	w := heap.Pop(&s.free).(ware) //nolint:forcetypeassert // the heap is ours
	s.taken[w]++
	s.last = w
	return w, true
}

// back puts a ware back once nobody buys it any more, unless one of its orders is in doubt.
func (s *shop) back(w ware, doubt bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	const never = 1 << 20
	if doubt {
		s.taken[w] = never
	}
	s.taken[w]--
	if s.taken[w] == 0 {
		heap.Push(&s.free, w)
	}
}

// body is the order of a ware. By its name, or an EIP's bandwidth and period, the cloud's book tells whose it is.
func (w ware) body(i int) (body string) {
	name := orderName(w.kind, i)
	period := 1
	switch w.kind {
	case "desktop":
		body = fmt.Sprintf(`"type":"createDesktops","resources":[{"period_type":2,"period_num":%d,"create_desktops":{"desktop_type":"DEDICATED",`+
			`"product_id":%q,"image_type":"gold","image_id":%q,"root_volume":{"type":"SAS","size":80},"size":%d,"desktop_name":%q,`+
			`"nics":[{"subnet_id":%q}],"email_notification":false}}]`, period, w.product, w.image, w.n, name, subnet)
	case "pool":
		body = fmt.Sprintf(`"type":"createDesktopPool","resources":[{"period_type":2,"period_num":%d,"create_desktop_pool":{"name":%q,"type":"STATIC",`+
			`"size":%d,"product_id":%q,"image_type":"gold","image_id":%q,"root_volume":{"type":"SAS","size":80},"subnet_ids":[%q]}}]`,
			period, name, w.n, w.product, w.image, subnet)
	case "host":
		body = fmt.Sprintf(`"type":"createExclusiveHosts","resources":[{"period_type":3,"period_num":1,"create_exclusive_hosts":{`+
			`"availability_zone":"ap-southeast-1a","name":%q,"quantity":%d,"product_id":%q,"image_volumes":[{"type":"SAS","size":80}],`+
			`"memory_volumes":[{"type":"SSD","size":500}],"vpc_id":%q,"subnet_id":%q}}]`, name, w.n, w.product, vpc, subnet)
	case "eip":
		body = fmt.Sprintf(`"type":"applyDesktopsInternet","resources":[{"period_type":2,"period_num":%d,"apply_desktops_internet":{`+
			`"eip_type":%q,"eip_charge_mode":"BANDWIDTH","bandwidth_size":%d,"count":%d}}]`, 1+i/widths, w.product, 1+i%widths, w.n)
	}
	return "{" + body + "}"
}

// widths is how many bandwidths an EIP may have; nine months times as many orders can be told apart.
const (
	widths     = 2000
	mostOrders = 9 * widths
)

// orderName is a name that fits everywhere, pools' computer names included.
func orderName(kind string, i int) string { return fmt.Sprintf("%c%05d", kind[0], i) }
