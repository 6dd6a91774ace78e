package embedded

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"workspace-order-console/internal/cloud"
)

func TestARestartLosesNothing(t *testing.T) {
	w := fresh(t)
	paid := w.placed(cloud.DoorChange, metered, `{"type":"resizeDesktops","resize_product_id":"`+bigger+`"}`)
	require.NoError(t, w.Pay(t.Context(), paid))
	unpaid := w.placed(cloud.DoorSubscribe, "", `{"type":"expandDesktopPool","resources":[{"period_type":2,"period_num":1,"expand_desktop_pool":{"pool_id":"`+thePool+`","size":1}}]}`)
	require.NoError(t, w.SetPriceFactor(t.Context(), decimal.RequireFromString("1.5")))
	balance, err := w.Balance(t.Context())
	require.NoError(t, err)

	require.NoError(t, w.Close())
	w.wait(PaymentTime + time.Minute)
	w.open()

	assert.Equal(t, cloud.StatusCompleted, w.order(paid).Status, "what became due in the meantime happened")
	assert.Equal(t, start.Add(speed), w.order(paid).Lines[0].EffectiveTime, "at its own time")
	assert.Equal(t, bigger, w.desktop(metered).ProductID)
	assert.Equal(t, cloud.StatusCanceled, w.order(unpaid).Status)
	w.balanceIs(balance.Amount.String())
	quote, err := w.Quote(t.Context(), month("workspace.k.large4.uosv20pro"))
	require.NoError(t, err)
	equalMoney(t, "32.85", quote.Amount)
}

// month asks for one of a product for a month.
func month(code string) cloud.Question {
	return cloud.Question{Products: []cloud.ProductInfo{{ID: "a", ResourceSpec: code, Region: demoRegion, PeriodType: 2, PeriodNum: 1, SubscriptionNum: 1}}}
}

func TestOneProcessUsesAFolder(t *testing.T) {
	w := fresh(t)
	_, err := Open(t.Context(), w.config())
	require.ErrorContains(t, err, "in use by process")
	require.ErrorContains(t, err, w.dir)
	require.NoError(t, w.Close())
	w.open()
}

func TestALockFileThatNobodyHoldsIsNoObstacle(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "cloud.lock"), []byte("process 1 since long ago, and more text than a new one has\n"), 0o600))
	lock, err := lockFolder(dir)
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(dir, "cloud.lock"))
	require.NoError(t, err)
	assert.NotContains(t, string(text), "long ago")
	require.NoError(t, lock.release())
}

func TestAFolderBelongsToAProjectAndARegion(t *testing.T) {
	w := fresh(t)
	require.NoError(t, w.Close())
	for name, edit := range map[string]func(*Config){
		"another project": func(c *Config) { c.ProjectID = "other" },
		"another region":  func(c *Config) { c.Region = "eu-west-101" },
	} {
		config := w.config()
		edit(&config)
		_, err := Open(t.Context(), config)
		require.ErrorContains(t, err, "the folder belongs to project", name)
	}
	w.open() // and the failures let go of it
}

func TestTheDemoDataTakesTheRegionsName(t *testing.T) {
	c, err := Open(t.Context(), Config{Dir: filepath.Join(t.TempDir(), "a b#c%d?e"), ProjectID: "p", Region: "eu-west-101"})
	require.NoError(t, err)
	defer c.Close()
	zones, err := c.AvailabilityZones(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "eu-west-101a", zones[0].AvailabilityZone)
	desktops, err := c.Desktops(t.Context(), cloud.Page{Limit: 1})
	require.NoError(t, err)
	assert.Equal(t, "eu-west-101a", desktops.Items[0].AvailabilityZone)
}

func TestADeadContextIsTold(t *testing.T) {
	w := fresh(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	answer := w.Place(ctx, cloud.Call{Door: cloud.DoorSubscribe, Body: []byte(`{}`)})
	assert.Equal(t, cloud.OutcomeNotSent, answer.Outcome)
	assert.ErrorIs(t, answer.Error, context.Canceled)
	_, err := w.Desktops(ctx, cloud.Page{})
	assert.ErrorIs(t, err, context.Canceled)
	_, err = w.Products(ctx, cloud.Page{})
	assert.ErrorIs(t, err, context.Canceled)
	assert.ErrorIs(t, w.Pay(ctx, "CS1"), context.Canceled)
	_, err = w.Workspace(ctx)
	assert.ErrorIs(t, err, context.Canceled)
	_, err = w.Workspace(t.Context())
	assert.NoError(t, err)
}

func TestAFailureOfTheCloudItselfIsNoRefusal(t *testing.T) {
	w := fresh(t)
	require.NoError(t, w.Close())
	var log bytes.Buffer
	config := w.config()
	config.Logger = slog.New(slog.NewTextHandler(&log, nil))
	var err error
	w.Cloud, err = Open(t.Context(), config)
	require.NoError(t, err)
	require.NoError(t, w.write(t.Context(), func(v *view) error { return v.exec(`DROP TABLE numbers`) }))

	answer := w.place(cloud.DoorSubscribe, "", growPool)
	assert.Equal(t, cloud.OutcomeUnknown, answer.Outcome)
	assert.Equal(t, 500, answer.HTTPStatus)
	assert.Equal(t, codeInternal, answer.Error.Code)
	assert.NotContains(t, answer.Error.Msg, "numbers")
	assert.Contains(t, log.String(), "no such table: numbers")

	require.NoError(t, w.write(t.Context(), func(v *view) error { return v.exec(`DROP TABLE account`) }))
	_, err = w.Balance(t.Context())
	assert.Equal(t, cloud.OutcomeUnknown, cloud.OutcomeOf(err))
}

func BenchmarkOpen(b *testing.B) {
	from, err := template()
	require.NoError(b, err)
	dir := b.TempDir()
	data, err := os.ReadFile(filepath.Join(from, "cloud.db"))
	require.NoError(b, err)
	require.NoError(b, os.WriteFile(filepath.Join(dir, "cloud.db"), data, 0o600))
	for b.Loop() {
		c, err := Open(b.Context(), Config{Dir: dir, ProjectID: "project", Region: demoRegion})
		require.NoError(b, err)
		require.NoError(b, c.Close())
	}
}

func BenchmarkFirstOpen(b *testing.B) {
	for b.Loop() {
		c, err := Open(b.Context(), Config{Dir: b.TempDir(), ProjectID: "project", Region: demoRegion})
		require.NoError(b, err)
		require.NoError(b, c.Close())
	}
}
