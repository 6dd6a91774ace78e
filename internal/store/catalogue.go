package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

// catalogue is everything of the inventory that is short: it is read as a whole and kept in memory until the version
// in the database is another. Nobody changes it once it is there.
type catalogue struct {
	version int64
	raw     map[string][]json.RawMessage
	facts   orders.Facts // without desktops and pools
	pools   map[string]cloud.Pool
	owners  map[string]string // the pools' teams, by ID

	poolList       []cloud.Pool // by name
	products       []cloud.Product
	sharers        []cloud.SharerProduct
	volumes        []cloud.VolumeType
	images         []cloud.Image
	zones          []cloud.AvailabilityZone
	subnets        []cloud.Subnet
	securityGroups []cloud.SecurityGroup
	users          []cloud.User
	userGroups     []cloud.UserGroup
	namePolicies   []cloud.NamePolicy
	eips           []cloud.EIP
	quotas         []cloud.Quota
}

// The names of the catalogue's lists.
const (
	listProducts       = "products"
	listSharers        = "sharers"
	listVolumes        = "volumes"
	listImages         = "images"
	listZones          = "zones"
	listSubnets        = "subnets"
	listSecurityGroups = "security_groups"
	listUsers          = "users"
	listUserGroups     = "user_groups"
	listNamePolicies   = "name_policies"
	listEIPs           = "eips"
	listQuotas         = "quotas"
	listWorkspace      = "workspace"
)

// catalogueItems are the lists of a snapshot as JSON.
func catalogueItems(s orders.Snapshot) (map[string][]string, error) {
	lists := map[string][]string{}
	var failed error
	add := func(name string, items []string, err error) {
		lists[name] = items
		if err != nil && failed == nil {
			failed = fmt.Errorf("%s: %w", name, err)
		}
	}
	put(add, listProducts, s.Products)
	put(add, listSharers, s.Sharers)
	put(add, listVolumes, s.Volumes)
	put(add, listImages, s.Images)
	put(add, listZones, s.Zones)
	put(add, listSubnets, s.Subnets)
	put(add, listSecurityGroups, s.SecurityGroups)
	put(add, listUsers, s.Users)
	put(add, listUserGroups, s.UserGroups)
	put(add, listNamePolicies, s.NamePolicies)
	put(add, listEIPs, s.EIPs)
	put(add, listQuotas, s.Quotas)
	put(add, listWorkspace, []cloud.Workspace{s.Workspace})
	return lists, failed
}

func put[T any](add func(string, []string, error), name string, values []T) {
	texts := make([]string, len(values))
	var failed error
	for i, value := range values {
		text, err := asJSON(value)
		if err != nil {
			failed = err
		}
		texts[i] = text
	}
	add(name, texts, failed)
}

// catalogueRow is one entry of the catalogue.
type catalogueRow struct {
	list     string
	position int
	json     string
}

func scanCatalogueRow(row scanner) (r catalogueRow, err error) {
	err = row.Scan(&r.list, &r.position, &r.json)
	return r, err
}

// replaceCatalogue makes the catalogue what the lists say, place by place, and tells whether anything had to be
// changed.
func (t *tx) replaceCatalogue(lists map[string][]string) (changed bool, err error) {
	rows, err := list(t.ctx, t, scanCatalogueRow, `SELECT list, position, json FROM catalogue`)
	if err != nil {
		return false, err
	}
	type place struct {
		list     string
		position int
	}
	present := make(map[place]string, len(rows))
	for _, r := range rows {
		present[place{r.list, r.position}] = r.json
		if r.position < len(lists[r.list]) {
			continue
		}
		changed = true
		if _, err := t.exec(`DELETE FROM catalogue WHERE list = $1 AND position = $2`, r.list, r.position); err != nil {
			return false, err
		}
	}
	for name, items := range lists {
		for i, text := range items {
			if before, there := present[place{name, i}]; there && before == text {
				continue
			}
			changed = true
			if _, err := t.exec(`INSERT INTO catalogue (list, position, json) VALUES ($1, $2, $3)
				ON CONFLICT (list, position) DO UPDATE SET json = excluded.json`, name, i, text); err != nil {
				return false, err
			}
		}
	}
	return changed, nil
}

// catalogue returns the catalogue as it is in the database, out of memory where that is the same.
func (s *Store) catalogue(ctx context.Context, q querier) (*catalogue, error) {
	var version int64
	if err := q.QueryRowContext(ctx, `SELECT catalogue_version FROM inventory_state WHERE id = 1`).Scan(&version); err != nil {
		return nil, fmt.Errorf("catalogue: %w", err)
	}
	if kept := s.kept.Load(); kept != nil && kept.version == version {
		return kept, nil
	}
	c, err := readCatalogue(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("catalogue: %w", err)
	}
	c.version = version
	s.kept.Store(c)
	return c, nil
}

func readCatalogue(ctx context.Context, q querier) (*catalogue, error) {
	c := &catalogue{raw: map[string][]json.RawMessage{}, pools: map[string]cloud.Pool{}, owners: map[string]string{}}
	rows, err := list(ctx, q, scanCatalogueRow, `SELECT list, position, json FROM catalogue ORDER BY list, position`)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		c.raw[r.list] = append(c.raw[r.list], json.RawMessage(r.json))
	}
	c.poolList, err = list(ctx, q, func(row scanner) (p cloud.Pool, err error) {
		var team string
		err = row.Scan(document{&p}, &team)
		c.pools[p.ID], c.owners[p.ID] = p, team
		return p, err
	}, `SELECT json, team FROM pools ORDER BY name_key, id`)
	if err != nil {
		return nil, err
	}
	return c, c.parse()
}

// poolsOf are the pools that a scope sees.
func (c *catalogue) poolsOf(scope auth.Scope) []cloud.Pool {
	var pools []cloud.Pool
	for _, p := range c.poolList {
		if scope.Sees(c.owners[p.ID]) {
			pools = append(pools, p)
		}
	}
	return pools
}

// parse reads the lists and arranges them as facts.
func (c *catalogue) parse() error {
	var workspace []cloud.Workspace
	for name, to := range map[string]any{
		listProducts: &c.products, listSharers: &c.sharers, listVolumes: &c.volumes, listImages: &c.images, listZones: &c.zones,
		listSubnets: &c.subnets, listSecurityGroups: &c.securityGroups, listUsers: &c.users, listUserGroups: &c.userGroups,
		listNamePolicies: &c.namePolicies, listEIPs: &c.eips, listQuotas: &c.quotas, listWorkspace: &workspace,
	} {
		text, err := json.Marshal(c.raw[name])
		if err == nil {
			err = json.Unmarshal(text, to)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if len(workspace) > 0 {
		c.facts.Workspace = workspace[0]
	}
	c.facts.Products = byID(c.products, func(p cloud.Product) string { return p.ProductID })
	c.facts.Sharers = byID(c.sharers, func(p cloud.SharerProduct) string { return p.ProductID })
	c.facts.Volumes = byID(c.volumes, func(v cloud.VolumeType) string { return v.VolumeType })
	c.facts.Zones = byID(c.zones, func(z cloud.AvailabilityZone) string { return z.AvailabilityZone })
	c.facts.Images = map[string][]cloud.Image{}
	for _, image := range c.images {
		c.facts.Images[image.ID] = append(c.facts.Images[image.ID], image)
	}
	return nil
}

func byID[T any](values []T, id func(T) string) map[string]T {
	all := make(map[string]T, len(values))
	for _, value := range values {
		all[id(value)] = value
	}
	return all
}

// Quotas implements orders.Inventory.
func (s *Store) Quotas(ctx context.Context) ([]cloud.Quota, error) {
	c, err := s.catalogue(ctx, s.reader)
	if err != nil {
		return nil, err
	}
	return slices.Clone(c.quotas), nil
}

// Users lists the desktop users, in the cloud's order.
func (s *Store) Users(ctx context.Context) ([]cloud.User, error) {
	return catalogueList[cloud.User](ctx, s, listUsers)
}

// EIPs lists the elastic IPs.
func (s *Store) EIPs(ctx context.Context) ([]cloud.EIP, error) {
	return catalogueList[cloud.EIP](ctx, s, listEIPs)
}

func catalogueList[T any](ctx context.Context, s *Store, name string) ([]T, error) {
	c, err := s.catalogue(ctx, s.reader)
	if err != nil {
		return nil, err
	}
	items := make([]T, len(c.raw[name]))
	for i, text := range c.raw[name] {
		if err := json.Unmarshal(text, &items[i]); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return items, nil
}
