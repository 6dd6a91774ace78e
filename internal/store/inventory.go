package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"time"

	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

// ReplaceInventory makes the cached inventory what a snapshot says. It writes only what is new, has changed or is gone:
// a refresh that brings nothing new costs one row.
func (s *Store) ReplaceInventory(ctx context.Context, snapshot orders.Snapshot) error {
	desktops, err := itemsOf(snapshot.Desktops, func(d cloud.Desktop) string { return d.DesktopID })
	if err != nil {
		return fmt.Errorf("inventory: %w", err)
	}
	pools, err := itemsOf(snapshot.Pools, func(p cloud.Pool) string { return p.ID })
	if err != nil {
		return fmt.Errorf("inventory: %w", err)
	}
	hosts, err := itemsOf(snapshot.Hosts, func(h cloud.Host) string { return h.DedicatedHostID })
	if err != nil {
		return fmt.Errorf("inventory: %w", err)
	}
	bandwidths, err := itemsOf(snapshot.Bandwidths, func(b cloud.Bandwidth) string { return b.BandwidthID })
	if err != nil {
		return fmt.Errorf("inventory: %w", err)
	}
	lists, err := catalogueItems(snapshot)
	if err != nil {
		return fmt.Errorf("inventory: %w", err)
	}
	if snapshot.TakenAt.IsZero() {
		snapshot.TakenAt = s.now()
	}
	err = s.writeBehind(ctx, inventoryRow, func(t *tx) error {
		// behind whoever gives enterprise projects to other teams, or before
		if _, err := t.exec(`UPDATE inventory_state SET refreshed_at = $1, problem = '' WHERE id = 1`, micros(snapshot.TakenAt)); err != nil {
			return err
		}
		if _, err := replace(t, "desktops", "desktop_id", desktops, t.putDesktop, t.dropDesktop); err != nil {
			return err
		}
		poolsChanged, err := replace(t, "pools", "id", pools, t.putPool, t.drop("pools", "id"))
		if err != nil {
			return err
		}
		if _, err := replace(t, "hosts", "dedicated_host_id", hosts, t.putHost, t.drop("hosts", "dedicated_host_id")); err != nil {
			return err
		}
		if _, err := replace(t, "bandwidths", "bandwidth_id", bandwidths, t.putBandwidth, t.drop("bandwidths", "bandwidth_id")); err != nil {
			return err
		}
		listsChanged, err := t.replaceCatalogue(lists)
		if err != nil {
			return err
		}
		if poolsChanged || listsChanged {
			_, err = t.exec(`UPDATE inventory_state SET catalogue_version = catalogue_version + 1 WHERE id = 1`)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("inventory: %w", err)
	}
	return nil
}

// item is a thing of the inventory beside its JSON.
type item[T any] struct {
	value T
	json  string
}

// itemsOf is a list by ID; of two with the same ID the later one counts, and what has none is left out.
func itemsOf[T any](values []T, id func(T) string) (map[string]item[T], error) {
	items := make(map[string]item[T], len(values))
	for _, value := range values {
		text, err := asJSON(value)
		if err != nil {
			return nil, err
		}
		if id(value) != "" {
			items[id(value)] = item[T]{value, text}
		}
	}
	return items, nil
}

// inventoryLayout tells rows of desktops and pools apart that were written by a program that fills in other columns. It grows
// with every change of what putDesktop and putPool write beside the JSON.
const inventoryLayout = 2

// replace makes a table's rows what the items say, and tells whether anything had to be changed.
func replace[T any](t *tx, table, key string, items map[string]item[T], put func(T, string) error, drop func(id string) error) (changed bool, err error) {
	rows, err := list(t.ctx, t, func(row scanner) (r [2]string, err error) {
		err = row.Scan(&r[0], &r[1])
		return r, err
	}, `SELECT `+key+`, CASE WHEN layout = `+strconv.Itoa(inventoryLayout)+` THEN json ELSE '' END FROM `+table)
	if err != nil {
		return false, err
	}
	present := make(map[string]string, len(rows))
	for _, r := range rows {
		present[r[0]] = r[1]
		if _, there := items[r[0]]; there {
			continue
		}
		changed = true
		if err := drop(r[0]); err != nil {
			return false, err
		}
	}
	for id, it := range items {
		if text, there := present[id]; there && text == it.json {
			continue
		}
		changed = true
		if err := put(it.value, it.json); err != nil {
			return false, fmt.Errorf("%s %s: %w", table, id, err)
		}
	}
	return changed, nil
}

func (t *tx) putDesktop(d cloud.Desktop, text string) error {
	address := ""
	if len(d.IPAddresses) > 0 {
		address = d.IPAddresses[0]
	}
	_, err := t.exec(`INSERT INTO desktops (desktop_id, name_key, user_key, product_id, image_id, status, charge_mode, desktop_type,
			pool_id, enterprise_project_id, expire_time, created, json, address, frozen, sharing, layout, team)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
			coalesce((SELECT p.team FROM enterprise_projects p WHERE p.enterprise_project_id = $10), ''))
		ON CONFLICT (desktop_id) DO UPDATE SET name_key = excluded.name_key, user_key = excluded.user_key,
			product_id = excluded.product_id, image_id = excluded.image_id, status = excluded.status,
			charge_mode = excluded.charge_mode, desktop_type = excluded.desktop_type, pool_id = excluded.pool_id,
			enterprise_project_id = excluded.enterprise_project_id, expire_time = excluded.expire_time,
			created = excluded.created, json = excluded.json, address = excluded.address, frozen = excluded.frozen,
			sharing = excluded.sharing, layout = excluded.layout, team = excluded.team`,
		d.DesktopID, strings.ToLower(d.ComputerName), strings.ToLower(d.UserName), d.ProductID, d.ImageID(), d.Status,
		d.ChargeMode(), d.DesktopType, d.PoolID, d.EnterpriseProjectID, d.ExpireTime, d.CreatedTime, text,
		address, d.IsFreeze, d.ShareResourceSKU != "", inventoryLayout)
	if err != nil {
		return err
	}
	if _, err := t.exec(`DELETE FROM desktop_tags WHERE desktop_id = $1`, d.DesktopID); err != nil {
		return err
	}
	for _, tag := range d.Tags {
		if _, err := t.exec(`INSERT INTO desktop_tags (desktop_id, key, value) VALUES ($1, $2, $3)
			ON CONFLICT (desktop_id, key) DO UPDATE SET value = excluded.value`, d.DesktopID, tag.Key, tag.Value); err != nil {
			return err
		}
	}
	if _, err := t.exec(`DELETE FROM volumes WHERE desktop_id = $1`, d.DesktopID); err != nil {
		return err
	}
	for _, disk := range orders.DisksOf(d) {
		if err := t.putDisk(disk); err != nil {
			return err
		}
	}
	return nil
}

// volumeLabel is what people know a disk by: whose it is, how large, of which type.
func volumeLabel(owner string, v cloud.Volume) string {
	return joined(owner, fmt.Sprintf("%d GB %s", v.Size, v.Type))
}

// joined puts the parts of a label together that are not empty.
func joined(parts ...string) string {
	var there []string
	for _, part := range parts {
		if part = strings.TrimSpace(part); part != "" {
			there = append(there, part)
		}
	}
	return strings.Join(there, " · ")
}

func (t *tx) dropDesktop(id string) error {
	for _, table := range []string{"volumes", "desktop_tags"} {
		if _, err := t.exec(`DELETE FROM `+table+` WHERE desktop_id = $1`, id); err != nil {
			return err
		}
	}
	_, err := t.exec(`DELETE FROM desktops WHERE desktop_id = $1`, id)
	return err
}

func (t *tx) putPool(p cloud.Pool, text string) error {
	_, err := t.exec(`INSERT INTO pools (id, name_key, type, status, enterprise_project_id, json, product_id, image_id, charge_mode, expire_time, layout, team)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,
			coalesce((SELECT p.team FROM enterprise_projects p WHERE p.enterprise_project_id = $5), ''))
		ON CONFLICT (id) DO UPDATE SET name_key = excluded.name_key, type = excluded.type, status = excluded.status,
			enterprise_project_id = excluded.enterprise_project_id, json = excluded.json, product_id = excluded.product_id,
			image_id = excluded.image_id, charge_mode = excluded.charge_mode, expire_time = excluded.expire_time,
			layout = excluded.layout, team = excluded.team`,
		p.ID, strings.ToLower(p.Name), p.Type, p.Status, p.EnterpriseProjectID, text, p.Product.ProductID, p.ImageID, p.ChargingMode,
		p.ExpireTime, inventoryLayout)
	return err
}

// drop removes the rows of a table by their key.
func (t *tx) drop(table, key string) func(id string) error {
	return func(id string) error {
		_, err := t.exec(`DELETE FROM `+table+` WHERE `+key+` = $1`, id)
		return err
	}
}

// InventoryFailed notes why the last refresh failed; the inventory stays as it was.
func (s *Store) InventoryFailed(ctx context.Context, problem string) error {
	return s.writeBehind(ctx, inventoryRow, func(t *tx) error {
		if _, err := t.exec(`UPDATE inventory_state SET problem = $1 WHERE id = 1`, problem); err != nil {
			return fmt.Errorf("inventory: %w", err)
		}
		return nil
	})
}

// Age implements orders.Inventory.
func (s *Store) Age(ctx context.Context) (refreshed time.Time, problem string, err error) {
	err = s.reader.QueryRowContext(ctx, `SELECT refreshed_at, problem FROM inventory_state WHERE id = 1`).Scan(at{&refreshed}, &problem)
	if err != nil {
		return time.Time{}, "", fmt.Errorf("inventory: %w", err)
	}
	return refreshed, problem, nil
}

// fromJSON scans a row of one column of JSON.
func fromJSON[T any](row scanner) (value T, err error) {
	err = row.Scan(document{&value})
	return value, err
}

// Desktop returns one desktop of the cached inventory; orders.ErrNotFound when it is not there.
func (s *Store) Desktop(ctx context.Context, id string) (cloud.Desktop, error) {
	d, err := fromJSON[cloud.Desktop](s.reader.QueryRowContext(ctx, `SELECT json FROM desktops WHERE desktop_id = $1`, id))
	if err != nil {
		return cloud.Desktop{}, fmt.Errorf("desktop %s: %w", id, notFound(err))
	}
	return d, nil
}

// Pool returns one pool of the cached inventory; orders.ErrNotFound when it is not there.
func (s *Store) Pool(ctx context.Context, id string) (cloud.Pool, error) {
	p, err := fromJSON[cloud.Pool](s.reader.QueryRowContext(ctx, `SELECT json FROM pools WHERE id = $1`, id))
	if err != nil {
		return cloud.Pool{}, fmt.Errorf("pool %s: %w", id, notFound(err))
	}
	return p, nil
}

// Facts implements orders.Inventory. The facts hold the desktops and pools that are targets, the desktops of the
// targeted disks and the pools of all these desktops. The maps of the catalogue are shared: they must not be changed.
func (s *Store) Facts(ctx context.Context, targets orders.Targets) (*orders.Facts, error) {
	var facts *orders.Facts
	err := s.read(ctx, func(q *sql.Tx) error {
		c, err := s.catalogue(ctx, q)
		if err != nil {
			return err
		}
		shared := c.facts
		facts = &shared
		facts.Desktops, facts.Pools, facts.Owners = map[string]cloud.Desktop{}, map[string]cloud.Pool{}, map[string]string{}
		ids := targets.Desktops
		if len(targets.Volumes) > 0 {
			var a arguments
			of, err := list(ctx, q, func(row scanner) (v [3]string, err error) {
				err = row.Scan(&v[0], &v[1], &v[2])
				return v, err
			}, `SELECT v.volume_id, v.desktop_id, d.team FROM volumes v JOIN desktops d ON d.desktop_id = v.desktop_id
				WHERE v.volume_id IN `+in(&a, targets.Volumes), a...)
			if err != nil {
				return err
			}
			for _, v := range of {
				facts.Owners["volume:"+v[0]] = v[2]
				ids = append(ids[:len(ids):len(ids)], v[1])
			}
		}
		pools := targets.Pools
		if len(ids) > 0 {
			var a arguments
			desktops, err := list(ctx, q, func(row scanner) (d cloud.Desktop, err error) {
				var team string
				err = row.Scan(document{&d}, &team)
				facts.Owners["desktop:"+d.DesktopID] = team
				return d, err
			}, `SELECT json, team FROM desktops WHERE desktop_id IN `+in(&a, ids), a...)
			if err != nil {
				return err
			}
			for _, d := range desktops {
				facts.Desktops[d.DesktopID] = d
				if d.PoolID != "" {
					pools = append(pools[:len(pools):len(pools)], d.PoolID)
				}
			}
		}
		for _, id := range pools {
			if p, known := c.pools[id]; known {
				facts.Pools[id], facts.Owners["pool:"+id] = p, c.owners[id]
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("facts: %w", err)
	}
	return facts, nil
}
