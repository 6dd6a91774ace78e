package e2e

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFromTheSignInLinkToACompletedOrder(t *testing.T) {
	t.Parallel()
	// slow enough that its page is seen moving
	walk(startConsole(t, "--embedded-speed", "2s").open(t, true))
}

func TestFromTheSignInLinkToACompletedOrderWithoutScripts(t *testing.T) {
	t.Parallel()
	walk(startConsole(t, "--embedded-speed", "0s").open(t, false))
}

// walk buys a disk for each of two desktops.
func walk(b *tab) {
	t := b.t
	const size, kind, targets = "add_volume_param.volume_size", "add_volume_param.volume_type", "add_volume_param.desktop_ids"

	b.see(b.console.link)
	assert.Equal(t, "/", b.path())
	require.EqualValues(t, 200, b.press(`nav a[href="/desktops"]`))

	// two that are paid by the month or year and belong to no pool
	b.inventory()
	b.lead(b.filter("charge_mode", "0")...)
	b.lead(b.filter("desktop_type", "DEDICATED")...)
	ids := evaluate[[]string](b, `[...document.querySelectorAll("[data-row-check]")].map(box => box.value)`)
	require.GreaterOrEqual(t, len(ids), 3)
	chosen := []string{ids[0], ids[2]}
	disks := map[string]string{}
	for _, id := range chosen {
		disks[id] = b.text(disksOf(id))
		assert.NotContains(t, disks[id], "90")
		b.click(fmt.Sprintf(`[data-row-check][value=%q]`, id))
	}
	if b.scripts {
		b.selected(2)
	} else {
		b.click(`#selecting details.no-js-only summary`)
	}
	b.picture("walk-desktops")
	require.EqualValues(t, 200, b.press(`#selecting button[name=order][value="batch-desktop/ADD_VOLUME"]`))

	// the form, with the two in it
	assert.Equal(t, "batch-desktop/ADD_VOLUME", b.attribute(`form[data-kind]`, "data-kind"))
	for i, id := range chosen {
		assert.Equal(t, id, b.value(fmt.Sprintf("%s[%d]", targets, i)))
	}
	high := b.height("#price")
	b.fill("reason", "Room for the archive")
	b.fill(kind, "SSD")
	b.fill(size, "85")
	require.EqualValues(t, 422, b.press("aside button[name=review]"))
	problem := b.text(`[id="error-` + size + `"]`)
	assert.Contains(t, problem, "multiple of 10")
	assert.Equal(t, "true", b.attribute(named(size), "aria-invalid"))
	assert.Equal(t, "error-"+size+" help-"+size, b.attribute(named(size), "aria-describedby"))
	assert.Equal(t, []string{problem}, b.texts(`.field .error:not(:empty)`), "one problem, at its field")
	assert.Equal(t, "85", b.value(size))
	assert.Equal(t, "SSD", b.value(kind))
	assert.Equal(t, "Room for the archive", b.value("reason"))
	for i, id := range chosen {
		assert.Equal(t, id, b.value(fmt.Sprintf("%s[%d]", targets, i)))
	}
	b.toFirstProblem()
	b.untilFocused(size)
	b.picture("walk-problem")

	price := ""
	if b.scripts {
		b.fill(size, "35000")
		b.keys(kb.Tab)
		b.until(fmt.Sprintf(`document.getElementById("error-%s").innerText.includes("32760")`, size))
		b.fill(size, "90")
		b.keys(kb.Tab)
		b.until(`document.querySelector("#price .total") !== null`)
		price = b.attribute(`#price .total data`, "value")
		assert.Equal(t, high, b.height("#price"), "the button below the price is not pushed away from under the mouse")
		assert.Empty(t, b.texts(`.field .error:not(:empty)`))
		b.picture("walk-price")
	} else {
		b.fill(size, "90")
	}
	require.EqualValues(t, 200, b.press("aside button[name=review]"))

	// the review
	assert.Equal(t, "/orders/review", b.path())
	if b.scripts {
		assert.Equal(t, price, b.attribute(`#price .total data`, "value"), "the live price is the one that is reviewed")
	}
	price = b.attribute(`#price .total data`, "value")
	assert.Regexp(t, `^\d+\.\d\d$`, price)
	assert.Contains(t, b.text(`#price .total`), "USD")
	assert.Len(t, b.texts(`#changes tbody tr`), 2)
	assert.Len(t, b.texts(`#quote-lines tbody tr`), 2, "what each of them costs")
	for _, after := range b.texts(`main .will`) {
		assert.Contains(t, after, "SSD 90 GB")
	}
	assert.Contains(t, b.text("main"), "Room for the archive")
	var sent any
	require.NoError(t, json.Unmarshal([]byte(b.text("#request-json")), &sent))
	b.click("details.fold:has(#curl) summary")
	assert.Contains(t, b.text("#curl"), "/v2/0bec5db98280d2d02fd6c00c2de791ce/periodic/change/batch-order")
	b.picture("walk-review")
	require.EqualValues(t, 200, b.press("button[name=place]"))

	// the order, to be paid
	id := b.attribute("[data-order]", "data-order")
	assert.Equal(t, "/orders/"+id, b.path())
	b.fresh(`document.querySelectorAll('[data-state=placed] [data-cloud-order][data-status="6"]').length === 2`)
	assert.Equal(t, []string{"To be paid", "To be paid", "To be paid"}, b.texts("main .badge"))
	b.fresh(`document.querySelector("button[name=pay]") !== null`)
	assert.Equal(t, "Pay "+price+" USD", b.text("button[name=pay]"))
	b.picture("walk-order")
	require.EqualValues(t, 200, b.press("button[name=pay]"))
	assert.Equal(t, "/orders/"+id, b.path())

	// paid and done
	completed := `document.querySelectorAll('[data-state=placed] [data-cloud-order][data-status="5"]').length === 2`
	if b.scripts {
		b.run(`window.stays = true`)
		b.until(completed)
		assert.True(t, evaluate[bool](b, `window.stays`), "the badges have changed by themselves")
		assert.Positive(t, b.asked("/poll"))
		b.until(`!document.querySelector("[data-poll], [hx-trigger^=every]")`)
	} else {
		b.fresh(completed)
	}
	assert.Equal(t, []string{"Completed", "Completed", "Completed"}, b.texts("main .badge"), "the order's and those of its parts")
	assert.Zero(t, b.count("button[name=pay], button[name=cancel]"))
	assert.Zero(t, b.count("[data-poll]"))
	b.picture("walk-completed")

	var order struct {
		State   string
		Request any
		Quote   struct{ Amount, Currency string }
	}
	b.read("/orders/"+id, &order)
	assert.Equal(t, "placed", order.State)
	assert.Equal(t, sent, order.Request, "what was reviewed is what was sent")

	// what is left of it
	b.see("/orders")
	row := fmt.Sprintf(`tr[data-order=%q]`, id)
	assert.Equal(t, "placed", b.attribute(row, "data-state"))
	assert.Contains(t, b.text(row), "Completed")
	assert.Contains(t, b.text(row), price)
	b.see("/audit")
	told := b.texts(fmt.Sprintf(`main tr:has(a[href="/orders/%s"]) [data-label="What"]`, id))
	assert.Subset(t, told, []string{"Ordered", "Sending to the cloud", "The cloud took it", "Payment asked for", "Paid"})
	b.picture("walk-audit")
	b.see("/desktops")
	for _, id := range chosen {
		b.fresh(fmt.Sprintf(`document.querySelector(%q)?.innerText.includes("90")`, disksOf(id)))
		assert.NotEqual(t, disks[id], b.text(disksOf(id)))
	}
	assert.Zero(t, b.count(`[data-row-check]:checked`), "the selection is done with")
}

func disksOf(desktop string) string {
	return fmt.Sprintf(`tr[data-desktop=%q] td[data-label="Disks"]`, desktop)
}

// inventory waits until the console has read the cloud's inventory for the first time, on a page that lists it.
func (b *tab) inventory() {
	b.t.Helper()
	b.fresh(`document.querySelector("main tbody tr") !== null`)
}

// height is how high an element is.
func (b *tab) height(selector string) float64 {
	b.t.Helper()
	return evaluate[float64](b, fmt.Sprintf(`document.querySelector(%q).offsetHeight`, selector))
}
