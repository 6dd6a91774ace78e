package embedded

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"workspace-order-console/internal/cloud"
)

//go:embed demo.json
var demoJSON []byte

// demoRegion is the region that the demo data is written for; another one's name takes its place.
const demoRegion = "ap-southeast-1"

// demo is what demo.json holds. What is told in days counts from the moment the data is loaded.
type demo struct {
	catalogue
	Currency string            `json:"currency"`
	Balance  string            `json:"balance"`
	Users    []cloud.User      `json:"users"`
	Desktops []demoDesktop     `json:"desktops"`
	Pools    []demoPool        `json:"pools"`
	Hosts    []cloud.Host      `json:"hosts"`
	Quotas   []cloud.Quota     `json:"quotas"`
	Widths   []cloud.Bandwidth `json:"bandwidths"`
	EIPs     []cloud.EIP       `json:"eips"`
}

type age struct {
	CreatedDaysAgo int `json:"created_days_ago"`
	ExpiresInDays  int `json:"expires_in_days"` // 0: pay-per-use
}

// times are an age's two moments as the wire writes them. The hour is not the one of the first start, for things
// bought over months were not all bought at the same time of day.
func (a age) times(now time.Time, n int) (created, expires string) {
	at := now.Truncate(time.Hour).Add(-time.Duration(n%9)*time.Hour - time.Duration(n%7*8)*time.Minute)
	created = wireTime(at.AddDate(0, 0, -a.CreatedDaysAgo))
	if a.ExpiresInDays > 0 {
		expires = wireTime(at.AddDate(0, 0, a.ExpiresInDays))
	}
	return created, expires
}

type demoDesktop struct {
	desktop
	age
}

type demoPool struct {
	pool
	age
}

// loadDemo fills an empty file.
func (v *view) loadDemo() error {
	config := v.cloud.config
	region := config.Region
	if region == "" {
		region = demoRegion
	}
	text := bytes.ReplaceAll(demoJSON, []byte(demoRegion), []byte(region))
	var data demo
	if err := json.Unmarshal(text, &data); err != nil {
		return fmt.Errorf("demo data: %w", err)
	}
	steps := []func() error{
		func() error { return v.set("project", config.ProjectID) },
		func() error { return v.set("region", config.Region) },
		func() error { return v.set("price_factor", "1") },
		func() error {
			return v.exec(`INSERT INTO account (currency, balance) VALUES ($1, $2)`, data.Currency, data.Balance)
		},
		func() error { return v.loadCatalogue(text) },
		func() error { return v.loadInventory(&data) },
		func() error { return v.loadQuotas(&data) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// loadCatalogue keeps the members of the demo data that the catalogue has, prices included.
func (v *view) loadCatalogue(text []byte) error {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(text, &all); err != nil {
		return err
	}
	for _, class := range []string{"workspace", "products", "sharer_products", "volume_types", "images", "availability_zones",
		"subnets", "security_groups", "user_groups", "name_policies", "rates"} {
		if err := v.exec(`INSERT INTO catalogue (class, doc) VALUES ($1, $2)`, class, string(all[class])); err != nil {
			return err
		}
	}
	return nil
}

func (v *view) loadInventory(data *demo) error {
	desktopsOf := map[string]int{}
	for i, d := range data.Desktops {
		d.CreatedTime, d.ExpireTime = d.times(v.now, i)
		desktopsOf[d.UserName]++
		if err := v.putDesktop(d.desktop); err != nil {
			return err
		}
		if err := v.take(name{classDesktop, d.ComputerName}, ""); err != nil {
			return err
		}
	}
	for i, p := range data.Pools {
		p.CreatedTime, p.ExpireTime = p.times(v.now, i)
		if err := v.putPool(p.pool); err != nil {
			return err
		}
		if err := v.take(name{classPool, p.Name}, ""); err != nil {
			return err
		}
	}
	for _, u := range data.Users {
		u.TotalDesktops = desktopsOf[u.UserName]
		if err := v.put(classUser, u.ID, "", u); err != nil {
			return err
		}
	}
	for _, h := range data.Hosts {
		if err := v.put(classHost, h.DedicatedHostID, "", h); err != nil {
			return err
		}
	}
	for _, b := range data.Widths {
		if err := v.put(classBandwidth, b.BandwidthID, "", b); err != nil {
			return err
		}
	}
	for _, e := range data.EIPs {
		if err := v.put(classEIP, e.ID, "", e); err != nil {
			return err
		}
	}
	return nil
}

// loadQuotas counts what the inventory takes of each quota.
func (v *view) loadQuotas(data *demo) error {
	used := needs{quotaUsers: len(data.Users), quotaHosts: len(data.Hosts)}
	for _, d := range data.Desktops {
		if p, ok := data.product(d.ProductID); ok {
			used.add(desktopNeeds(p))
		}
		for _, volume := range append([]cloud.Volume{d.RootVolume}, d.DataVolumes...) {
			used.add(volumeNeeds(volume.Size))
		}
	}
	for i, q := range data.Quotas {
		if err := v.exec(`INSERT INTO quotas (type, position, quota, used, unit) VALUES ($1, $2, $3, $4, $5)`,
			q.Type, i, q.Quota, q.Used+used[q.Type], q.Unit); err != nil {
			return err
		}
	}
	return nil
}

// Types of quota.
const (
	quotaInstances = "general_instances"
	quotaCores     = "cores"
	quotaMemory    = "Memory"
	quotaVolumes   = "volumes"
	quotaGigabytes = "volume_gigabytes"
	quotaGPUs      = "gpu_instances"
	quotaHosts     = "deh"
	quotaUsers     = "users"
)

// needs is what something takes of the quotas, by type.
type needs map[string]int

func (n needs) add(more needs) {
	for quota, count := range more {
		n[quota] += count
	}
}

// desktopNeeds is what one desktop of a product takes, its disks aside.
func desktopNeeds(p *product) needs {
	n := needs{quotaInstances: 1, quotaCores: number(p.CPU), quotaMemory: number(p.Memory)}
	if p.IsGPU {
		n[quotaGPUs] = 1
	}
	return n
}

// volumeNeeds is what one new disk takes.
func volumeNeeds(size int) needs { return needs{quotaVolumes: 1, quotaGigabytes: size} }

// number reads a number that the wire writes as a text; the catalogue has no others.
func number(text string) int {
	n, _ := strconv.Atoi(text)
	return n
}
