package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

// bandwidthSorts are the columns that Workspace bandwidths can be sorted by, by wire name.
var bandwidthSorts = map[string]string{"bandwidth_name": "name_key", "size": "size"}

// BandwidthSorts lists the wire names that Workspace bandwidths can be sorted by.
var BandwidthSorts = []string{"bandwidth_name", "size"}

func (t *tx) putBandwidth(b cloud.Bandwidth, text string) error {
	_, err := t.exec(`INSERT INTO bandwidths (bandwidth_id, name_key, charge_mode, size, subnet_id, status, enterprise_project_id, layout, json, team)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, coalesce((SELECT p.team FROM enterprise_projects p WHERE p.enterprise_project_id = $7), ''))
		ON CONFLICT (bandwidth_id) DO UPDATE SET name_key = excluded.name_key, charge_mode = excluded.charge_mode, size = excluded.size,
			subnet_id = excluded.subnet_id, status = excluded.status, enterprise_project_id = excluded.enterprise_project_id,
			layout = excluded.layout, json = excluded.json, team = excluded.team`,
		b.BandwidthID, strings.ToLower(b.BandwidthName), b.ChargeMode, b.Size, b.SubnetID, b.Status, b.EnterpriseProjectID, inventoryLayout, text)
	return err
}

// Bandwidths implements orders.Inventory: by name. orders.ErrNotFound for a cursor that is not one of this list.
func (s *Store) Bandwidths(ctx context.Context, f orders.BandwidthFilter) (orders.BandwidthPage, error) {
	items, next, total, err := readPage[cloud.Bandwidth](ctx, s, bandwidthList(f), f.After, f.Limit)
	if err != nil {
		return orders.BandwidthPage{}, fmt.Errorf("bandwidths: %w", err)
	}
	return orders.BandwidthPage{Items: items, Next: next, Total: total}, nil
}

func bandwidthList(f orders.BandwidthFilter) inventoryList {
	l := inventoryList{table: "bandwidths", id: "bandwidth_id"}
	l.by(bandwidthSorts, f.Sort, "bandwidth_name")
	l.whose(f.Scope)
	l.team(f.Team)
	l.equal("charge_mode", f.ChargeMode)
	l.equal("status", f.Status)
	l.equal("enterprise_project_id", f.EnterpriseProjectID)
	if f.Text != "" {
		l.where = append(l.where, "("+startsWith(&l.arguments, "name_key", strings.ToLower(f.Text))+" OR "+
			startsWith(&l.arguments, "bandwidth_id", f.Text)+" OR "+startsWith(&l.arguments, "subnet_id", f.Text)+")")
	}
	return l
}

// Subnets implements orders.Inventory.
func (s *Store) Subnets(ctx context.Context) ([]orders.Subnet, error) {
	c, err := s.catalogue(ctx, s.reader)
	if err != nil {
		return nil, err
	}
	served, err := list(ctx, s.reader, column[string], `SELECT DISTINCT subnet_id FROM bandwidths`)
	if err != nil {
		return nil, fmt.Errorf("subnets: %w", err)
	}
	subnets := make([]orders.Subnet, len(c.subnets))
	for i, n := range c.subnets {
		subnets[i] = orders.Subnet{Subnet: n, HasBandwidth: slices.Contains(served, n.ID)}
	}
	return subnets, nil
}
