package e2e

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAddADiskToAPool(t *testing.T) {
	t.Parallel()
	addDiskToPool(startConsole(t, "--embedded-speed", "0s").open(t, true))
}

func TestAddADiskToAPoolWithoutScripts(t *testing.T) {
	t.Parallel()
	addDiskToPool(startConsole(t, "--embedded-speed", "0s").open(t, false))
}

// addDiskToPool adds a disk to each desktop of a pool, from the list of pools to the pool with its new disk.
func addDiskToPool(b *tab) {
	t := b.t
	const size, kind, target = "add_volume_param.volume_size", "add_volume_param.volume_type", "add_volume_param.desktop_pool_id"
	type pool struct {
		ID           string
		Name         string
		Status       string
		ChargingMode string               `json:"charging_mode"`
		DesktopCount int                  `json:"desktop_count"`
		DataVolumes  []struct{ Size int } `json:"data_volumes"`
	}
	read := func() map[string]pool {
		var list struct{ Items []pool }
		b.read("/pools", &list)
		all := map[string]pool{}
		for _, p := range list.Items {
			all[p.Name] = p
		}
		return all
	}

	b.see(b.console.link)
	require.EqualValues(t, 200, b.press(`nav a[href="/pools"]`))
	b.inventory()
	var chosen pool
	for _, p := range read() {
		if p.ChargingMode == "0" && p.Status == "STEADY" && p.DesktopCount > 1 && (chosen.ID == "" || p.Name < chosen.Name) {
			chosen = p
		}
	}
	require.NotEmpty(t, chosen.ID, "a pool that is paid by the month or year")

	b.see("/orders/new/batch-pool/ADD_VOLUME?desktop_pool_id=" + chosen.ID)
	assert.Equal(t, "batch-pool/ADD_VOLUME", b.attribute(`form[data-kind]`, "data-kind"))
	assert.Equal(t, chosen.ID, b.value(target))
	b.fill(kind, "SSD")
	b.fill(size, "130")
	b.fill("reason", "Room for the archive")
	if b.scripts {
		// the price shows beside the form, and the button below it stays where it is
		high := b.height("#price")
		b.keys(kb.Tab)
		b.until(`document.querySelector("#price .total") !== null`)
		assert.Equal(t, high, b.height("#price"))
		b.picture("pool-price")
	}
	require.EqualValues(t, 200, b.press("aside button[name=review]"))

	// what a month costs now and after, and what is to be paid for the rest of the term
	assert.Equal(t, "/orders/review", b.path())
	price := b.attribute(`#price .total data`, "value")
	amount, err := decimal.NewFromString(price)
	require.NoError(t, err, price)
	assert.True(t, amount.IsPositive(), price)
	rows := evaluate[[][]string](b, `[...document.querySelectorAll("#price tbody tr")].map(row => [row.querySelector("th").innerText, ...[...row.querySelectorAll("data")].map(d => d.value)])`)
	require.GreaterOrEqual(t, len(rows), 3)
	require.Len(t, rows[0], 2, "what was paid for the term is not known: %v", rows[0])
	require.Len(t, rows[1], 2)
	require.Len(t, rows[2], 3)
	assert.Equal(t, price, rows[2][2])
	assert.NotEqual(t, rows[0][1], rows[1][1])
	assert.Contains(t, b.text("main"), chosen.Name)
	assert.Contains(t, b.texts(`main .will`)[0], "SSD 130 GB")
	b.picture("pool-review")
	require.EqualValues(t, 200, b.press("button[name=place]"))

	id := b.attribute("[data-order]", "data-order")
	assert.Equal(t, "/orders/"+id, b.path())
	b.fresh(`document.querySelector("button[name=pay]") !== null`)
	assert.Contains(t, b.text("#bill"), "as quoted")
	b.picture("pool-order")
	require.EqualValues(t, 200, b.press("button[name=pay]"))
	b.fresh(`document.querySelector("main .badge")?.innerText === "Completed"`)

	var order struct {
		State   string
		Request json.RawMessage
	}
	b.read("/orders/"+id, &order)
	assert.Equal(t, "placed", order.State)
	assert.JSONEq(t, fmt.Sprintf(`{"type":"ADD_VOLUME","add_volume_param":{"desktop_pool_id":%q,"volume_type":"SSD","volume_size":130}}`, chosen.ID), string(order.Request))
	b.see("/pools")
	b.eventually("the pool has the disk", func() bool {
		after := read()[chosen.Name]
		return len(after.DataVolumes) == len(chosen.DataVolumes)+1 && after.DataVolumes[len(chosen.DataVolumes)].Size == 130
	})

	// what it cost is in the overview's figures
	b.see("/")
	assert.Equal(t, 1, b.count(`#spent-by-kind svg[role=img]`))
	b.click(`#spent-by-kind summary`)
	spent := `#spent-by-kind tbody tr:last-child td:last-child a`
	assert.Equal(t, amount.StringFixed(2), b.text(spent))
	b.picture("pool-overview")
	require.EqualValues(t, 200, b.press(spent))
	assert.Equal(t, 1, b.count(fmt.Sprintf(`tr[data-order=%q]`, id)), "the list behind it")
}
