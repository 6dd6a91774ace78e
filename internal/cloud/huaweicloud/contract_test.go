package huaweicloud

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/cloud/cloudhttp"
	"workspace-order-console/internal/cloud/embedded"
	"workspace-order-console/internal/testkit"
)

// behindHTTP is the embedded cloud and this adapter to it, over HTTP and with signatures and tokens that are verified.
func behindHTTP(t *testing.T, tokens []cloudhttp.Token, change ...func(*Config)) (*embedded.Cloud, *Cloud) {
	t.Helper()
	own, err := embedded.Open(t.Context(), embedded.Config{Dir: t.TempDir(), ProjectID: project, Region: "ap-southeast-1"})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, own.Close()) })
	config := cloudhttp.Config{Cloud: own, AK: canaryAK, SK: auth.Secret(canarySK), ProjectID: project, DomainID: domain, Region: "ap-southeast-1"}
	if len(tokens) > 0 {
		config.AK, config.SK, config.Tokens = "", "", tokens
	}
	api := cloudhttp.New(config)
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	t.Cleanup(api.Close)
	return own, open(t, server.URL, change...)
}

// bothWays runs a test with keys that sign, and with a token.
func bothWays(t *testing.T, test func(*testing.T, *embedded.Cloud, *Cloud)) {
	t.Run("keys", func(t *testing.T) {
		t.Parallel()
		own, c := behindHTTP(t, nil)
		test(t, own, c)
	})
	t.Run("token", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "token")
		require.NoError(t, os.WriteFile(path, []byte(canaryToken), 0o600))
		own, c := behindHTTP(t, []cloudhttp.Token{{Value: canaryToken}}, withToken(path))
		test(t, own, c)
	})
}

// alike compares what a read tells over HTTP with what it tells in process, as JSON.
func alike[T any](t *testing.T, name string, want, got T, err error) {
	t.Helper()
	require.NoError(t, err, name)
	w, err := json.Marshal(want)
	require.NoError(t, err)
	g, err := json.Marshal(got)
	require.NoError(t, err)
	assert.JSONEq(t, string(w), string(g), name)
	assert.NotEqual(t, "[]", string(g), name)
}

func alikeLists[T any](t *testing.T, name string, own, over func(context.Context, cloud.Page) (cloud.List[T], error), adjust ...func(*T)) {
	t.Helper()
	want, err := cloud.All(t.Context(), 100, own)
	require.NoError(t, err)
	for i := range want {
		for _, a := range adjust {
			a(&want[i])
		}
	}
	got, err := cloud.All(t.Context(), 3, over)
	alike(t, name, want, got, err)
}

func TestTheEmbeddedCloudLooksTheSameOverHTTP(t *testing.T) {
	t.Parallel()
	bothWays(t, func(t *testing.T, own *embedded.Cloud, c *Cloud) {
		_, err := c.Desktops(t.Context(), cloud.Page{}) // learns when they expire, and the pools
		require.NoError(t, err)
		alikeLists(t, "desktops", own.Desktops, c.Desktops)
		// The wire tells neither of a pool.
		alikeLists(t, "pools", own.Pools, c.Pools, func(p *cloud.Pool) { p.ExpireTime, p.ShareResourceSKU = "", "" })
		alikeLists(t, "products", own.Products, c.Products)
		alikeLists(t, "sharers", own.SharerProducts, c.SharerProducts)
		alikeLists(t, "images", own.Images, c.Images)
		alikeLists(t, "users", own.Users, c.Users)
		alikeLists(t, "groups", own.UserGroups, c.UserGroups)
		alikeLists(t, "name policies", own.NamePolicies, c.NamePolicies)
		alikeLists(t, "bandwidths", own.Bandwidths, c.Bandwidths)
		alikeLists(t, "eips", own.EIPs, c.EIPs)
		alikeLists(t, "hosts", own.Hosts, c.Hosts)
		ctx := t.Context()
		{
			want, _ := own.VolumeTypes(ctx)
			got, err := c.VolumeTypes(ctx)
			alike(t, "volumes", want, got, err)
		}
		{
			want, _ := own.AvailabilityZones(ctx)
			for i := range want {
				want[i].Edge = false // nor this of a zone
			}
			got, err := c.AvailabilityZones(ctx)
			alike(t, "zones", want, got, err)
		}
		{
			want, _ := own.Subnets(ctx)
			got, err := c.Subnets(ctx)
			alike(t, "subnets", want, got, err)
		}
		{
			want, _ := own.SecurityGroups(ctx)
			got, err := c.SecurityGroups(ctx)
			alike(t, "security groups", want, got, err)
		}
		{
			want, _ := own.Quotas(ctx)
			got, err := c.Quotas(ctx)
			alike(t, "quotas", want, got, err)
		}
		{
			want, _ := own.Workspace(ctx)
			got, err := c.Workspace(ctx)
			alike(t, "workspace", want, got, err)
		}
		{
			want, _ := own.Balance(ctx)
			got, err := c.Balance(ctx)
			alike(t, "balance", want, got, err)
		}
	})
}

// TestEveryExampleOverHTTP places each of the examples, quotes those that can be, and sees them through the bill.
func TestEveryExampleOverHTTP(t *testing.T) {
	t.Parallel()
	bothWays(t, func(t *testing.T, own *embedded.Cloud, c *Cloud) {
		inquiries := map[string]string{"ADD_VOLUME": cloud.InquiryAddVolume, "EXTEND_VOLUME": cloud.InquiryExtendVolume, "RESIZE": cloud.InquiryResize,
			"CHANGE_IMAGE": cloud.InquiryChangeImage, "ADD_SUB_RESOURCES": cloud.InquiryAddResources}
		params := map[string]string{"ADD_VOLUME": "add_volume_param", "EXTEND_VOLUME": "extend_volume_param", "RESIZE": "resize_param",
			"CHANGE_IMAGE": "change_image_param", "ADD_SUB_RESOURCES": "add_sub_resources_param"}
		ids := map[string]bool{}
		for _, e := range testkit.Examples(t) {
			var body map[string]json.RawMessage
			var kind string
			require.NoError(t, json.Unmarshal(e.Body, &body))
			require.NoError(t, json.Unmarshal(body["type"], &kind))
			if inquiry, ok := inquiries[kind]; ok {
				question := cloud.Question{Inquiry: inquiry, Body: body[params[kind]]}
				want, err1 := own.Quote(t.Context(), question)
				got, err2 := c.Quote(t.Context(), question)
				if assert.Equal(t, err1 == nil, err2 == nil, "%s: %v, %v", e.Name, err1, err2) && err1 == nil {
					assert.True(t, want.Amount.Equal(got.Amount), "%s: %s, %s", e.Name, want.Amount, got.Amount)
					assert.Equal(t, want.Currency, got.Currency)
				}
			}
			a := c.Place(t.Context(), cloud.Call{Door: cloud.Door(strings.Split(e.Name, "/")[0]), DesktopID: e.DesktopID(), Body: e.Body})
			for _, entry := range a.Entries {
				if entry.Placed() {
					assert.False(t, ids[entry.OrderID])
					ids[entry.OrderID] = true
				}
			}
			assert.Contains(t, []cloud.Outcome{cloud.OutcomeDone, cloud.OutcomeRefused}, a.Outcome, "%s: %v", e.Name, a.Error)
		}
		require.Greater(t, len(ids), 10, "the others are about the same desktops, whose orders are open")

		listed, err := cloud.All(t.Context(), 7, func(ctx context.Context, page cloud.Page) (cloud.List[cloud.BillingOrder], error) {
			return c.Orders(ctx, cloud.OrderFilter{CreateTimeBegin: time.Now().Add(-time.Hour), CreateTimeEnd: time.Now(), Page: page})
		})
		require.NoError(t, err)
		assert.Len(t, listed, len(ids))
		for i, o := range listed {
			want, err := own.Order(t.Context(), o.OrderID)
			require.NoError(t, err)
			got, err := c.Order(t.Context(), o.OrderID)
			require.NoError(t, err)
			assert.True(t, want.AmountAfterDiscount.Equal(got.AmountAfterDiscount) && want.OfficialAmount.Equal(got.OfficialAmount))
			assert.Equal(t, want.Status, got.Status)
			assert.Len(t, got.Lines, len(want.Lines))
			if got.Status != cloud.StatusToBePaid {
				continue
			}
			if i%2 == 0 {
				require.NoError(t, c.Pay(t.Context(), o.OrderID))
			} else {
				require.NoError(t, c.Cancel(t.Context(), o.OrderID))
			}
			again := c.Pay(t.Context(), o.OrderID)
			assert.Equal(t, cloud.OutcomeRefused, cloud.OutcomeOf(again), "%v", again)
		}
		final := 0
		for id := range ids {
			o, err := c.Order(t.Context(), id)
			require.NoError(t, err)
			if o.Status.Final() {
				final++
			}
			_, err = c.Resources(t.Context(), id)
			require.NoError(t, err)
			_, err = c.Refunds(t.Context(), id)
			require.NoError(t, err)
		}
		assert.Equal(t, len(ids), final)
	})
}

// TestATokenThatExpires has somebody renew the token too late: what was asked for in the meantime is refused for sure, and
// not left in doubt.
func TestATokenThatExpires(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "token")
	write := func(token string) {
		require.NoError(t, os.WriteFile(path, []byte(token), 0o600))
	}
	write("canary-first-token")
	clock, gateway := newClock(), newClock()
	own, err := embedded.Open(t.Context(), embedded.Config{Dir: t.TempDir(), ProjectID: project, Region: "ap-southeast-1"})
	require.NoError(t, err)
	defer own.Close()
	api := cloudhttp.New(cloudhttp.Config{Cloud: own, ProjectID: project, DomainID: domain, Region: "ap-southeast-1", Now: gateway.now,
		Tokens: []cloudhttp.Token{{Value: "canary-first-token", Until: gateway.now().Add(time.Hour)}, {Value: "canary-second-token"}}})
	defer api.Close()
	over := httptest.NewServer(api)
	defer over.Close()
	c := open(t, over.URL, withToken(path), func(config *Config) { config.Now = clock.now })
	var example testkit.Example
	for _, e := range testkit.Examples(t) {
		if e.Name == "subscribe/expandDesktopPool" {
			example = e
		}
	}
	place := func() cloud.Answer {
		return c.Place(t.Context(), cloud.Call{Door: cloud.DoorSubscribe, Body: example.Body})
	}
	booked := func() int {
		list, err := own.Orders(t.Context(), cloud.OrderFilter{})
		require.NoError(t, err)
		return list.Total
	}
	first := place()
	require.Equal(t, cloud.OutcomeDone, first.Outcome, "%v", first.Error)
	require.Equal(t, 1, booked())

	gateway.advance(time.Hour)
	late := place()
	assert.Equal(t, cloud.OutcomeRefused, late.Outcome)
	assert.Equal(t, http.StatusUnauthorized, late.HTTPStatus)
	assert.Equal(t, "APIGW.0301", late.Error.Code)
	assert.Contains(t, late.Error.Msg, "expired")
	_, err = c.Desktops(t.Context(), cloud.Page{})
	assert.Equal(t, cloud.OutcomeRefused, cloud.OutcomeOf(err))
	for _, err := range []error{c.Pay(t.Context(), first.Entries[0].OrderID), c.Cancel(t.Context(), first.Entries[0].OrderID)} {
		assert.Equal(t, cloud.OutcomeRefused, cloud.OutcomeOf(err))
	}
	assert.Equal(t, 1, booked(), "nothing was taken")

	write("canary-second-token")
	clock.advance(tokenLookEvery)
	require.NoError(t, c.Cancel(t.Context(), first.Entries[0].OrderID))
	again := place()
	assert.Equal(t, cloud.OutcomeDone, again.Outcome, "%v", again.Error)
	assert.Equal(t, 2, booked())
}
