package seed

import (
	"context"
	"fmt"
	"math/rand/v2"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
	"workspace-order-console/internal/orders/policy"
)

// world is what the orders are about.
type world struct {
	ordinary, pooled []cloud.Desktop
	pools            []cloud.Pool
	facts            *orders.Facts
	owners           policy.Teams
}

// discover takes desktops and pools from the cached inventory, or makes them up.
func discover(ctx context.Context, db Database) (*world, error) {
	var w world
	f := orders.DesktopFilter{Scope: auth.Everything}
	for f.Limit = 200; ; {
		page, err := db.Desktops(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, d := range page.Items {
			if d.Pooled() {
				w.pooled = append(w.pooled, d)
			} else {
				w.ordinary = append(w.ordinary, d)
			}
		}
		if f.After = page.Next; f.After == "" {
			break
		}
	}
	page, err := db.Pools(ctx, orders.PoolFilter{Scope: auth.Everything, Limit: 200})
	if err != nil {
		return nil, err
	}
	w.pools = page.Items
	if w.owners, err = db.Teams(ctx); err != nil {
		return nil, err
	}
	w.complete()
	return &w, nil
}

// whose is the team of all that an order touches; empty when it is nobody's, or not of one.
func (w *world) whose(targets orders.Targets) string {
	var projects []string
	for _, id := range targets.Desktops {
		projects = append(projects, w.facts.Desktops[id].EnterpriseProjectID)
	}
	for _, id := range targets.Pools {
		projects = append(projects, w.facts.Pools[id].EnterpriseProjectID)
	}
	var team string
	for i, project := range projects {
		owner, _ := w.owners.OwnerOf(project)
		if i > 0 && owner != team {
			return ""
		}
		team = owner
	}
	return team
}

// teams prefix the names of made-up desktops.
var teams = []string{"DSGN", "FIN", "SUP"}

// complete makes up what the inventory does not have and arranges all as facts.
func (w *world) complete() {
	rng := rand.New(rand.NewPCG(7, 7)) // #nosec G404 -- made-up data
	id := func() string {
		return fmt.Sprintf("%08x-%04x-4%03x-a%03x-%012x", rng.Uint32(), rng.IntN(1<<16), rng.IntN(1<<12), rng.IntN(1<<12), rng.Int64N(1<<48))
	}
	if len(w.pools) == 0 {
		for i, name := range []string{"Design-Pool-1", "Finance-Static", "Support-Pool-1", "Support-Pool-2"} {
			w.pools = append(w.pools, cloud.Pool{ID: id(), Name: name, DesktopCount: 10 * (i + 1), RootVolume: cloud.Volume{Type: "SAS", Size: 80}})
		}
	}
	for i := 0; len(w.ordinary) < 40; i++ {
		w.ordinary = append(w.ordinary, cloud.Desktop{DesktopID: id(), ComputerName: fmt.Sprintf("%s-%04d", teams[i%3], 400+i),
			DesktopType: cloud.DesktopDedicated, ProductID: packages[0], RootVolume: cloud.Volume{VolumeID: id(), Type: "SAS", Size: 80}})
	}
	for i := 0; len(w.pooled) < 10; i++ {
		w.pooled = append(w.pooled, cloud.Desktop{DesktopID: id(), ComputerName: fmt.Sprintf("SUP-%04d", 1000+i), PoolID: w.pools[0].ID,
			DesktopType: cloud.DesktopPooled, ProductID: packages[0], RootVolume: cloud.Volume{VolumeID: id(), Type: "SAS", Size: 80}})
	}
	w.facts = &orders.Facts{Desktops: map[string]cloud.Desktop{}, Pools: map[string]cloud.Pool{},
		Products: map[string]cloud.Product{}, Sharers: map[string]cloud.SharerProduct{}, Images: map[string][]cloud.Image{}}
	for _, list := range [][]cloud.Desktop{w.ordinary, w.pooled} {
		for _, d := range list {
			w.facts.Desktops[d.DesktopID] = d
		}
	}
	for _, pool := range w.pools {
		w.facts.Pools[pool.ID] = pool
	}
	for i, product := range packages {
		w.facts.Products[product] = cloud.Product{ProductID: product, Descriptions: packageNames[i]}
	}
	w.facts.Images[image] = []cloud.Image{{ID: image, Name: "UOS 20 Professional", OSType: "Linux"}}
}

// What is ordered, and by which names people know it.
var (
	packages = []string{"workspace.k.large4.uosv20pro", "workspace.k.xlarge2.uosv20pro", "workspace.k.xlarge4.uosv20pro",
		"workspace.k.2xlarge2.uosv20pro"}
	packageNames = []string{"2 vCPUs | 8 GB | Linux", "4 vCPUs | 8 GB | Linux", "4 vCPUs | 16 GB | Linux", "8 vCPUs | 16 GB | Linux"}
)

const (
	image   = "e1d65e11-861c-459d-a3a8-ab150d79befc"
	subnet  = "197c1aa4-2611-48bd-a3af-ac4ce2c17c4c"
	vpc     = "6c0e3a77-19d4-4e0b-9f3e-7a2b5d8c4e10"
	zone    = "ap-southeast-1a"
	sharing = "workspace.collaborativedesktop.6party.standard"
)
