package handlers_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/orders"
)

// offered are the addresses of a page's forms of a kind.
func offered(page, kind string) []string {
	var found []string
	for _, m := range regexp.MustCompile(`href="(/orders/new/`+kind+`\?[^"]+)"`).FindAllStringSubmatch(page, -1) {
		found = append(found, html.UnescapeString(m[1]))
	}
	return found
}

// The tabs are on every list of the inventory, and say which is shown.
func TestTheListsOfTheInventoryLeadToEachOther(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	lists := []string{"/desktops", "/pools", "/disks", "/hosts", "/bandwidths"}
	for _, path := range lists {
		tabs := part(t, c.get(path).body, `<nav class="segments"`, "</nav>")
		for _, to := range lists {
			assert.Contains(t, tabs, `href="`+to+`"`, path)
		}
		assert.Contains(t, tabs, `href="`+path+`" aria-current="page"`)
		assert.Contains(t, c.get("/palette?q=").body, `data-href="`+path+`"`)
		assert.Contains(t, c.get(path+"?q=no-such-thing").body, "Take some of the filters away", path)
	}
	viewer, auditor := c.key("viewer", auth.RoleViewer), c.key("auditor", auth.RoleAuditor)
	for _, path := range lists[2:] {
		assert.Equal(t, http.StatusOK, c.read(path, viewer, nil).StatusCode, path)
		assert.Equal(t, http.StatusForbidden, c.read(path, auditor, nil).StatusCode, path)
		for _, format := range []string{"csv", "jsonl"} {
			a := c.get(path + "/export?format=" + format)
			assert.Equal(t, http.StatusOK, a.StatusCode, path)
			assert.Greater(t, strings.Count(a.body, "\n"), 1, path)
		}
		assert.Contains(t, c.get(path+"?team=none&sort=-x").body, "data-save-view", "its filters can be kept")
	}
}

func TestDisks(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	var all, large listed[orders.Disk]
	a := c.read("/disks?part=data", c.token, &all)
	assert.Contains(t, a.body, `"volume_id":`)
	assert.Contains(t, a.body, `"computer_name":`)
	require.NotEmpty(t, all.Items)
	c.read("/disks?part=data&type=SSD&charge_mode=0&sort=-size", c.token, &large)
	for i, d := range large.Items {
		assert.Equal(t, "SSD", d.Type)
		assert.Equal(t, cloud.ChargeModePeriod, d.ChargeMode)
		assert.Positive(t, d.Position)
		if i > 0 {
			assert.LessOrEqual(t, d.Size, large.Items[i-1].Size)
		}
	}
	assert.Equal(t, http.StatusBadRequest, c.get("/disks?part=half").StatusCode)
	assert.Equal(t, http.StatusBadRequest, c.get("/disks?expires=never").StatusCode)
	assert.Equal(t, http.StatusNotFound, c.get("/disks?after=made-up").StatusCode)

	// the next page keeps the filters
	page := c.get("/disks?sort=-size").body
	next := linkOf(nextPage, page)
	require.Contains(t, next, "sort=-size")
	assert.Equal(t, http.StatusOK, c.get(next).StatusCode)
	assert.Equal(t, "/disks?sort=-size", linkOf(firstPage, c.get(next).body))

	// an ordinary disk is made larger by the order of one desktop, which is there with both
	page = c.get("/disks?part=data&charge_mode=0&status=ACTIVE&q=DSGN").body
	links := offered(page, "change/expandVolumes")
	require.NotEmpty(t, links)
	form := c.get(links[0]).body
	assert.Contains(t, form, `value="`+valueOf(t, links[0], "volume_id")+`"`)
	assert.Contains(t, form, `value="`+valueOf(t, links[0], "desktop_id")+`"`)
	assert.NotEmpty(t, offered(page, "subscribe/addVolumes"), "and its desktop can have another")
	assert.NotContains(t, page, `name="desktop_ids"`, "several at once go with one disk of a pool")
	assert.Empty(t, offered(c.get("/disks?part=system&charge_mode=0&q=DSGN").body, "change/expandVolumes"))
	assert.Empty(t, offered(c.get("/disks?status=FROZEN").body, "change/expandVolumes"), "what is frozen is not offered anything")
}

// One disk of a pool is listed as each of its desktops has it, and made larger on those that are ticked.
func TestADiskOfAPoolIsExpandedOnSeveralDesktops(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	all, err := c.db.Disks(t.Context(), orders.DiskFilter{Scope: auth.Everything, Part: orders.DataDisk, Limit: 200})
	require.NoError(t, err)
	var disk string
	for _, d := range all.Items {
		if d.DesktopPoolDiskID != "" {
			disk = d.DesktopPoolDiskID
		}
	}
	require.NotEmpty(t, disk, "the demo data have a pool with a disk")
	var same listed[orders.Disk]
	c.read("/disks?pool_disk_id="+disk, c.token, &same)
	require.Greater(t, len(same.Items), 1)
	for _, d := range same.Items {
		assert.Equal(t, disk, d.DesktopPoolDiskID)
	}

	page := c.get("/disks?pool_disk_id=" + disk).body
	assert.Contains(t, page, `<form class="card" action="/orders/new/batch-pool/EXTEND_VOLUME"`)
	assert.Contains(t, page, `name="desktop_ids" value="`+same.Items[1].DesktopID+`"`)
	form := c.get("/orders/new/batch-pool/EXTEND_VOLUME?" + url.Values{"desktop_pool_disk_id": {disk},
		"desktop_ids": {same.Items[0].DesktopID, same.Items[1].DesktopID}}.Encode()).body
	for _, value := range []string{disk, same.Items[0].DesktopID, same.Items[1].DesktopID} {
		assert.Contains(t, form, `value="`+value+`"`)
	}
	viewer := company(t).visit("lee", "support-viewer").get("/disks?pool_disk_id=" + disk).body
	assert.NotContains(t, viewer, `name="desktop_ids"`, "who may not order ticks nothing")
}

func TestExclusiveHosts(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	var all, faulty listed[cloud.Host]
	c.read("/hosts", c.token, &all)
	require.Len(t, all.Items, 3)
	c.read("/hosts?state=fault", c.token, &faulty)
	require.Len(t, faulty.Items, 1)
	assert.Equal(t, "host-lab", faulty.Items[0].Name)

	page := c.get("/hosts?state=fault").body
	assert.Contains(t, page, "Faulty")
	more := offered(page, "subscribe/createExclusiveHosts")
	require.Len(t, more, 1)
	form := c.get(more[0]).body
	assert.Equal(t, faulty.Items[0].ProductID, inputValue(t, form, "resources[0].create_exclusive_hosts.product_id"), "another like it")
	assert.Empty(t, inputValue(t, form, "resources[0].create_exclusive_hosts.resize_exclusive_lites.product_id"), "and no package of anything else")
	assert.Contains(t, page, `href="/orders/new/change/resizeExclusiveLites"`)
}

func TestBandwidths(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	var all listed[cloud.Bandwidth]
	c.read("/bandwidths?sort=-size", c.token, &all)
	require.Len(t, all.Items, 2)
	assert.Equal(t, 100, all.Items[0].Size)
	page := c.get("/bandwidths").body
	assert.Contains(t, page, "subnet-design", "subnets are called by their names")
	free := offered(page, "subscribe/ApplySubnetBandwidth")
	require.Len(t, free, 1, "one subnet has none")
	assert.NotContains(t, []string{all.Items[0].SubnetID, all.Items[1].SubnetID}, valueOf(t, free[0], "subnet_id"))
	assert.Equal(t, valueOf(t, free[0], "subnet_id"), inputValue(t, c.get(free[0]).body, "resources[0].apply_subnet_bandwidth.subnet_id"))

	// to a team, a subnet that another team has bought bandwidth for is none that it could be bought for
	teams := company(t)
	page = teams.visit("mei", "design-buyer").get("/bandwidths").body
	assert.Contains(t, page, "design-bandwidth")
	assert.NotContains(t, page, "support-bandwidth")
	assert.Equal(t, free, offered(page, "subscribe/ApplySubnetBandwidth"))
}
