package store

import (
	"context"
	"fmt"
	"strings"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

// hostSorts are the columns that exclusive hosts can be sorted by, by wire name.
var hostSorts = map[string]string{"name": "name_key", "product_id": "product_id", "state": "state"}

// HostSorts lists the wire names that exclusive hosts can be sorted by.
var HostSorts = []string{"name", "product_id", "state"}

func (t *tx) putHost(h cloud.Host, text string) error {
	_, err := t.exec(`INSERT INTO hosts (dedicated_host_id, name_key, product_id, availability_zone, state, enterprise_project_id, layout, json, team)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, coalesce((SELECT p.team FROM enterprise_projects p WHERE p.enterprise_project_id = $6), ''))
		ON CONFLICT (dedicated_host_id) DO UPDATE SET name_key = excluded.name_key, product_id = excluded.product_id,
			availability_zone = excluded.availability_zone, state = excluded.state, enterprise_project_id = excluded.enterprise_project_id,
			layout = excluded.layout, json = excluded.json, team = excluded.team`,
		h.DedicatedHostID, strings.ToLower(h.Name), h.ProductID, h.AvailabilityZone, h.State, h.EnterpriseProjectID, inventoryLayout, text)
	return err
}

// Hosts implements orders.Inventory: by name. orders.ErrNotFound for a cursor that is not one of this list.
func (s *Store) Hosts(ctx context.Context, f orders.HostFilter) (orders.HostPage, error) {
	items, next, total, err := readPage[cloud.Host](ctx, s, hostList(f), f.After, f.Limit)
	if err != nil {
		return orders.HostPage{}, fmt.Errorf("hosts: %w", err)
	}
	return orders.HostPage{Items: items, Next: next, Total: total}, nil
}

func hostList(f orders.HostFilter) inventoryList {
	l := inventoryList{table: "hosts", id: "dedicated_host_id"}
	l.by(hostSorts, f.Sort, "name")
	l.whose(f.Scope)
	l.team(f.Team)
	l.equal("state", f.State)
	l.equal("product_id", f.ProductID)
	l.equal("availability_zone", f.AvailabilityZone)
	l.equal("enterprise_project_id", f.EnterpriseProjectID)
	if f.Text != "" {
		l.where = append(l.where, "("+startsWith(&l.arguments, "name_key", strings.ToLower(f.Text))+" OR "+
			startsWith(&l.arguments, "dedicated_host_id", f.Text)+")")
	}
	return l
}
