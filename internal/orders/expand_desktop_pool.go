package orders

import (
	"strconv"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders/field"
)

// ExpandDesktopPool adds desktops to a pool (docs/wire.md section 2.11, ExpandDesktopPoolOrderReq).
type ExpandDesktopPool struct {
	memberDefaults

	PoolID string `json:"pool_id"`
	Size   *int   `json:"size,omitzero"`
}

// Fields implements field.Fielder. The vendor's table calls size optional; without it the order has no amount, so it
// is mandatory here, with the range of the pay-per-use twin.
func (p *ExpandDesktopPool) Fields(s *field.Set) {
	s.Text(&p.PoolID, "pool_id", field.Required(), idRule(), field.Pick(field.PickPool), field.In("targets"))
	s.Int(&p.Size, "size", field.Required(), field.Range(1, 1000), field.In("what"))
}

func (p *ExpandDesktopPool) wire() string     { return "expand_desktop_pool" }
func (p *ExpandDesktopPool) targets() Targets { return Targets{Pools: []string{p.PoolID}} }

func (p *ExpandDesktopPool) checkFacts(facts *Facts) field.Problems {
	pool, known := facts.Pools[p.PoolID]
	if !known {
		return nil
	}
	return facts.onSale("pool_id", pool.Product.ProductID, pool.AvailabilityZone)
}

func (p *ExpandDesktopPool) changes(facts *Facts) []Change {
	pool, known := facts.Pools[p.PoolID]
	if !known {
		return []Change{{Subject: p.PoolID, What: field.Say("change.pool_growth"), After: "+" + strconv.Itoa(num(p.Size))}}
	}
	return []Change{{Subject: pool.Name, What: field.Say("change.desktop_count"),
		Before: strconv.Itoa(pool.DesktopCount), After: strconv.Itoa(pool.DesktopCount + num(p.Size))}}
}

// products rates as many of the pool's package, system disk and data disks as are added.
func (p *ExpandDesktopPool) products(facts *Facts) ([]cloud.ProductInfo, bool) {
	pool, known := facts.Pools[p.PoolID]
	if !known {
		return nil, false
	}
	return facts.desktopProducts(pool.Product.ProductID, pool.AvailabilityZone, num(p.Size),
		append([]cloud.Volume{pool.RootVolume}, pool.DataVolumes...))
}

func (p *ExpandDesktopPool) summary(facts *Facts) field.Message {
	return field.Say("summary.expandDesktopPool", "n", num(p.Size), "pool", facts.poolName(p.PoolID))
}
