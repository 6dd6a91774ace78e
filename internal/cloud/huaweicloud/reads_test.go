package huaweicloud

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/cloud"
)

// readAll reads a list to its end, limit at a time.
func readAll[T any](t *testing.T, limit int, read func(c *Cloud) func(p cloud.Page) (cloud.List[T], error), c *Cloud) (n int) {
	t.Helper()
	for range 100 {
		list, err := read(c)(cloud.Page{Offset: n, Limit: limit})
		require.NoError(t, err)
		n += len(list.Items)
		if len(list.Items) == 0 || n >= list.Total {
			return n
		}
	}
	t.Fatal("it does not end")
	return n
}

func pager[T any](method func(*Cloud) func(cloud.Page) (cloud.List[T], error)) func(*testing.T, *Cloud) int {
	return func(t *testing.T, c *Cloud) int { return readAll(t, 7, method, c) }
}

func TestListsPageToTheEnd(t *testing.T) {
	t.Parallel()
	for path, list := range map[string]struct {
		key, total string
		read       func(*testing.T, *Cloud) int
	}{
		"/desktops/detail": {"desktops", "total_count", pager(func(c *Cloud) func(cloud.Page) (cloud.List[cloud.Desktop], error) {
			return func(p cloud.Page) (cloud.List[cloud.Desktop], error) { return c.Desktops(bg(), p) }
		})},
		"/desktop-pools": {"desktop_pools", "total_count", pager(func(c *Cloud) func(cloud.Page) (cloud.List[cloud.Pool], error) {
			return func(p cloud.Page) (cloud.List[cloud.Pool], error) { return c.Pools(bg(), p) }
		})},
		"/products": {"products", "total_count", pager(func(c *Cloud) func(cloud.Page) (cloud.List[cloud.Product], error) {
			return func(p cloud.Page) (cloud.List[cloud.Product], error) { return c.Products(bg(), p) }
		})},
		"/products/sharer": {"products", "total_count", pager(func(c *Cloud) func(cloud.Page) (cloud.List[cloud.SharerProduct], error) {
			return func(p cloud.Page) (cloud.List[cloud.SharerProduct], error) { return c.SharerProducts(bg(), p) }
		})},
		"/images": {"images", "total_count", pager(func(c *Cloud) func(cloud.Page) (cloud.List[cloud.Image], error) {
			return func(p cloud.Page) (cloud.List[cloud.Image], error) { return c.Images(bg(), p) }
		})},
		"/users": {"users", "total_count", pager(func(c *Cloud) func(cloud.Page) (cloud.List[cloud.User], error) {
			return func(p cloud.Page) (cloud.List[cloud.User], error) { return c.Users(bg(), p) }
		})},
		"/groups": {"user_groups", "total_count", pager(func(c *Cloud) func(cloud.Page) (cloud.List[cloud.UserGroup], error) {
			return func(p cloud.Page) (cloud.List[cloud.UserGroup], error) { return c.UserGroups(bg(), p) }
		})},
		"/desktop-name-policies": {"desktop_name_policy_infos", "total_count", pager(func(c *Cloud) func(cloud.Page) (cloud.List[cloud.NamePolicy], error) {
			return func(p cloud.Page) (cloud.List[cloud.NamePolicy], error) { return c.NamePolicies(bg(), p) }
		})},
		"/bandwidths": {"bandwidths", "total_count", pager(func(c *Cloud) func(cloud.Page) (cloud.List[cloud.Bandwidth], error) {
			return func(p cloud.Page) (cloud.List[cloud.Bandwidth], error) { return c.Bandwidths(bg(), p) }
		})},
		"/eips": {"eips", "total_count", pager(func(c *Cloud) func(cloud.Page) (cloud.List[cloud.EIP], error) {
			return func(p cloud.Page) (cloud.List[cloud.EIP], error) { return c.EIPs(bg(), p) }
		})},
		"/hosts": {"dedicated_hosts", "total", pager(func(c *Cloud) func(cloud.Page) (cloud.List[cloud.Host], error) {
			return func(p cloud.Page) (cloud.List[cloud.Host], error) { return c.Hosts(bg(), p) }
		})},
	} {
		for _, withTotal := range []bool{true, false} {
			t.Run(fmt.Sprint(path, " ", withTotal), func(t *testing.T) {
				t.Parallel()
				url := handling(t, pages("/v2/"+project+path, list.key, list.total, withTotal, 23))
				assert.Equal(t, 23, list.read(t, open(t, url)))
			})
		}
	}
}

// pages serves a list of n empty objects at a path.
func pages(path, key, total string, withTotal bool, n int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		limit, err1 := strconv.Atoi(r.URL.Query().Get("limit"))
		offset, err2 := strconv.Atoi(r.URL.Query().Get("offset"))
		if r.URL.Path != path || err1 != nil || err2 != nil || r.Header.Get("Content-Type") != "" {
			http.Error(w, "what?", http.StatusBadRequest)
			return
		}
		answer := map[string]any{}
		items := []any{}
		for range max(0, min(limit, n-offset)) {
			items = append(items, map[string]any{})
		}
		answer[key] = items
		if withTotal {
			answer[total] = n
		}
		_ = json.NewEncoder(w).Encode(answer)
	}
}

func TestAPageIsNeverLargerThanItMayBe(t *testing.T) {
	t.Parallel()
	var asked []string
	url := handling(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.RawQuery)
		_, _ = io.WriteString(w, `{"users":[],"products":[],"total_count":0}`)
	})
	c := open(t, url)
	_, err := c.Users(t.Context(), cloud.Page{Limit: 5000, Offset: -3})
	require.NoError(t, err)
	_, err = c.Products(t.Context(), cloud.Page{})
	require.NoError(t, err)
	assert.Equal(t, []string{"limit=100&offset=0", "charge_mode=0&limit=100&offset=0"}, asked)
}

// wireAnswers are answers of the real cloud's shapes, by path.
var wireAnswers = map[string]string{
	"/volume/products":    `{"volumes":[{"volume_type":"SAS","resource_spec_code":"SAS","status":"normal","resource_type":"r","cloud_service_type":"c"}]}`,
	"/availability-zones": `{"availability_zones":[{"availability_zone":"a","display_name":"AZ1","i18n":{"en_us":"AZ1"},"sold_out":{"products":["p"]},"default_availability_zone":true},{"availability_zone":"b","display_name":"AZ2"},{"availability_zone":"c","visible":false}],"total_count":3}`,
	"/subnets":            `{"subnets":[{"id":"s","name":"n","vpc_id":"v","cidr":"10.0.0.0/8","checked":true,"availability_zone":"a"}],"subnet_size":1}`,
	"/security-groups":    `{"security_groups":[{"id":"g","name":"n"}]}`,
	"/quotas":             `{"quotas":{"resources":[{"type":"cores","quota":10,"used":3,"unit":"count"}]},"site_quotas":[]}`,
	"/workspaces":         `{"status":"SUBSCRIBED","ad_domains":{"domain_type":"LITE_AD"},"vpc_id":"v","subnet_ids":[{"subnet_id":"s"}],"desktop_security_group":{"id":"g","name":"n"}}`,
}

func TestReadsInOnePiece(t *testing.T) {
	t.Parallel()
	url := handling(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, wireAnswers[strings.TrimPrefix(r.URL.Path, "/v2/"+project)])
	})
	c := open(t, url)
	volumes, err := c.VolumeTypes(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []cloud.VolumeType{{VolumeType: "SAS", ResourceSpecCode: "SAS", Status: "normal", ResourceType: "r", CloudServiceType: "c"}}, volumes)
	zones, err := c.AvailabilityZones(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []cloud.AvailabilityZone{
		{AvailabilityZone: "a", DisplayName: map[string]string{"en_us": "AZ1"}, SoldOut: []string{"p"}, Default: true},
		{AvailabilityZone: "b", DisplayName: map[string]string{"en_US": "AZ2"}}}, zones)
	subnets, err := c.Subnets(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []cloud.Subnet{{ID: "s", Name: "n", VPCID: "v", CIDR: "10.0.0.0/8", Checked: true}}, subnets)
	groups, err := c.SecurityGroups(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []cloud.SecurityGroup{{ID: "g", Name: "n"}}, groups)
	quotas, err := c.Quotas(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []cloud.Quota{{Type: "cores", Quota: 10, Used: 3, Unit: "count"}}, quotas)
	w, err := c.Workspace(t.Context())
	require.NoError(t, err)
	assert.Equal(t, cloud.Workspace{Status: "SUBSCRIBED", DomainType: "LITE_AD", VPCID: "v", SubnetIDs: []string{"s"}, DesktopSecurityGroup: "g"}, w)
}

// TestAnAnswerWithoutItsListIsAnError, or the inventory would be emptied by it.
func TestAnAnswerWithoutItsListIsAnError(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{}`, ``, `[]`, `null`, `{"total_count":3}`, `{"desktops":{}}`, `{"desktops":[{"desktop_id":7}]}`, `{"items":[]}`,
		`{"error_code":"WKS.0001","error_msg":"no","desktops":[],"quotas":{"resources":[]},"status":"SUBSCRIBED"}`} {
		url, calls := answering(t, 200, body)
		c := open(t, url)
		_, err := c.Desktops(t.Context(), cloud.Page{})
		require.Error(t, err, body)
		_, err = c.Workspace(t.Context())
		require.Error(t, err, body)
		_, err = c.Quotas(t.Context())
		require.Error(t, err, body)
		_, err = c.Subnets(t.Context())
		require.Error(t, err, body)
		assert.EqualValues(t, 4, calls.Load(), "it would come to the same again")
	}
	url, _ := answering(t, 200, `{"total_count":0}`)
	list, err := open(t, url).Desktops(t.Context(), cloud.Page{})
	require.NoError(t, err)
	assert.Equal(t, cloud.List[cloud.Desktop]{Items: []cloud.Desktop{}}, list)
}

func TestExpiryIsFilledInFromTheBill(t *testing.T) {
	t.Parallel()
	var asked []resourceQuery
	fail := false
	url := handling(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			_, _ = io.WriteString(w, `{"total_count":3,"desktops":[
				{"desktop_id":"a","bill_resource_id":"ra","product":{"charge_mode":"0"}},
				{"desktop_id":"b","bill_resource_id":"rb","product":{"charge_mode":"1"}},
				{"desktop_id":"c","bill_resource_id":"rc","product":{"charge_mode":"0"}}]}`)
			return
		}
		var q resourceQuery
		_ = json.NewDecoder(r.Body).Decode(&q)
		asked = append(asked, q)
		if fail {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		_, _ = io.WriteString(w, `{"data":[{"resource_id":"ra","expire_time":"2027-11-22T15:59:59Z"}],"total_count":1}`)
	})
	clock := newClock()
	c := open(t, url, func(config *Config) { config.Now = clock.now })
	expiry := func() (times []string) {
		list, err := c.Desktops(t.Context(), cloud.Page{})
		require.NoError(t, err)
		for _, d := range list.Items {
			times = append(times, d.ExpireTime)
		}
		return times
	}
	want := []string{"2027-11-22T15:59:59Z", "", ""}
	assert.Equal(t, want, expiry())
	assert.Equal(t, want, expiry())
	assert.Equal(t, []resourceQuery{{ResourceIDs: []string{"a", "ra", "c", "rc"}, OnlyMain: 1, Limit: 100}}, asked, "once for hours")
	clock.advance(expiryHolds + time.Minute)
	fail = true
	assert.Equal(t, want, expiry(), "what is known stays when the billing service says no")
	assert.Len(t, asked, 2)
	expiry()
	assert.Len(t, asked, 2, "and it is not asked again at once")
	clock.advance(6 * time.Minute)
	fail = false
	expiry()
	assert.Len(t, asked, 3)
}
