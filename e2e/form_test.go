package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// making is where the fields of new desktops are.
const making = "resources[0].create_desktops"

func add(list string) string   { return fmt.Sprintf(`button[name=add][value=%q]`, list) }
func remove(row string) string { return fmt.Sprintf(`button[name=remove][value=%q]`, row) }

func (b *tab) untilFocused(name string) {
	b.t.Helper()
	b.until(fmt.Sprintf(`document.activeElement.name === %q`, name))
}

func TestRowsChangeInPlace(t *testing.T) {
	t.Parallel()
	b := startConsole(t).open(t, true)
	b.see(b.console.link)
	b.see("/orders/new/subscribe/createDesktops")
	b.run(`window.stays = true`)
	users, tags := making+".desktops", making+".tags"

	b.fill("reason", "A new colleague")
	b.click(add(users))
	b.untilFocused(users + "[0].user_name")
	b.keys("first")
	b.fill(users+"[0].user_group", "sudo")
	b.click(add(users))
	b.untilFocused(users + "[1].user_name")
	b.keys("second")
	b.fill(users+"[1].computer_name", "PC-2")
	assert.Equal(t, "first", b.value(users+"[0].user_name"))
	assert.Equal(t, "sudo", b.value(users+"[0].user_group"))

	// by keyboard, while the check of the field that was left is still on its way
	b.focus(remove(users + "[0]"))
	b.keys(kb.Enter)
	b.until(`document.getElementsByName("` + users + `[1].user_name").length === 0`)
	assert.Equal(t, "second", b.value(users+"[0].user_name"))
	assert.Equal(t, "", b.value(users+"[0].user_group"), "a row takes its choices with it")
	assert.Equal(t, "PC-2", b.value(users+"[0].computer_name"))
	assert.Equal(t, "A new colleague", b.value("reason"))
	b.untilFocused("add")

	// what one field says about another shows when it is left
	b.fill(making+".size", "2")
	b.keys(kb.Tab)
	wrong := `[id="error-` + making + `.size"]`
	b.until(fmt.Sprintf(`document.querySelector(%q).innerText !== ""`, wrong))
	assert.Contains(t, b.text(wrong), "either desktops or size")
	assert.Equal(t, making+".desktop_name", b.focused(), "a check leaves the focus where it is")

	for i := range 3 {
		b.click(add(tags))
		b.untilFocused(fmt.Sprintf("%s[%d].key", tags, i))
		b.keys(fmt.Sprint("key-", i))
	}
	// at once after it was typed in, before any check has told the console
	b.fill(tags+"[1].value", "goes with its row")
	b.click(remove(tags + "[1]"))
	b.until(`document.getElementsByName("` + tags + `[2].key").length === 0`)
	assert.Equal(t, "key-0", b.value(tags+"[0].key"))
	assert.Equal(t, "key-2", b.value(tags+"[1].key"))
	assert.Equal(t, "", b.value(tags+"[1].value"))
	assert.True(t, evaluate[bool](b, `window.stays`), "no row has loaded the page again")

	// Enter reviews
	b.focus(named(tags + "[1].key"))
	require.EqualValues(t, 422, b.lead(press(kb.Enter)))
	assert.Equal(t, "second", b.value(users+"[0].user_name"))
	assert.Equal(t, "key-2", b.value(tags+"[1].key"))
	assert.Contains(t, b.text(wrong), "either desktops or size")
}

func TestLateAnswersTakeNothingAway(t *testing.T) {
	t.Parallel()
	b := startConsole(t).open(t, true)
	b.see(b.console.link)
	b.see("/orders/new/batch-desktop/ADD_VOLUME")
	size, targets := "add_volume_param.volume_size", "add_volume_param.desktop_ids"

	slow := b.hold("*/check")
	b.fill(size, "85")
	b.fill("reason", "Half a sent")
	slow.wait(1)
	b.keys("ence")
	slow.release()
	b.until(fmt.Sprintf(`document.getElementById("error-%s").innerText !== ""`, size))
	assert.Equal(t, "Half a sentence", b.value("reason"))
	assert.Equal(t, "reason", b.focused())

	// the check of the last field is due while a row is on its way
	b.run(`window.due = 0, document.addEventListener("htmx:config:request",
		event => { if (event.detail.ctx.sourceElement.id === "order-form") window.due++ })`)
	slow = b.hold("*/ADD_VOLUME*")
	b.fill(size, "90")
	b.click(add(targets))
	slow.wait(1)
	b.fill("reason", "Another sentence")
	b.until(`window.due > 0`)
	slow.release()
	b.until(fmt.Sprintf(`document.getElementById("error-%s").innerText === ""`, size))
	assert.Equal(t, "Another sentence", b.value("reason"))
	assert.Equal(t, "90", b.value(size))
	b.until(`document.getElementsByName("` + targets + `[1]").length === 1`)

	// a row is asked for while a check is on its way
	slow = b.hold("*/check")
	b.fill(size, "100")
	b.focus(named("reason"))
	slow.wait(1)
	b.click(add(targets))
	b.until(`document.getElementsByName("` + targets + `[2]").length === 1`)
	slow.release()
	slow = b.hold("*/check")
	b.fill(size, "95")
	b.focus(named("reason"))
	slow.wait(1)
	slow.release()
	b.until(fmt.Sprintf(`document.getElementById("error-%s").innerText !== ""`, size))
	assert.Equal(t, 3, b.count(`input[name^="`+targets+`"]`))
}

func TestAClickEndsWhereItBegan(t *testing.T) {
	t.Parallel()
	b := startConsole(t).open(t, true)
	b.see(b.console.link)
	b.see("/desktops")
	b.inventory()
	b.see("/orders/new/subscribe/createDesktops")
	disks := making + ".data_volumes"
	b.run(`document.querySelector(` + "`" + add(disks) + "`" + `).scrollIntoView({block: "center"})`)
	b.run(`window.due = 0, document.addEventListener("htmx:config:request", () => { window.due++ })`)

	// the name of what was picked comes with the check, above the button that is held down
	b.fill(making+".product_id", "workspace.k.xlarge2.uosv20pro")
	b.mouse(input.DispatchMouseEventTypeMousePressed, add(disks))
	b.until(`window.due > 0`)
	b.run(`new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))`)
	assert.Zero(t, b.count(".picked"))
	b.mouse(input.DispatchMouseEventTypeMouseReleased, add(disks))
	b.untilFocused(disks + "[0].type")
	b.until(`document.querySelector(".picked") !== null`)
	assert.Equal(t, 1, b.count(named(disks+"[0].type")))

	// a click that leads nowhere: what the check had to say comes after it
	slow := b.hold("*/check")
	b.fill(making+".image_id", "e1d65e11-861c-459d-a3a8-ab150d79befc")
	b.run(`document.activeElement.blur()`)
	slow.wait(1)
	b.run(`scrollTo(0, 0)`)
	b.mouse(input.DispatchMouseEventTypeMousePressed, "h1")
	b.run(`window.late = 0, document.addEventListener("htmx:finally:request", () => { window.late++ })`)
	slow.release()
	b.until(`window.late > 0`)
	assert.Equal(t, 1, b.count(".picked"))
	b.mouse(input.DispatchMouseEventTypeMouseReleased, "h1")
	b.until(`document.querySelectorAll(".picked").length === 2`)
}

// mouse presses or lets go the mouse's button on an element.
func (b *tab) mouse(event input.DispatchMouseEventType, selector string) {
	b.t.Helper()
	at := evaluate[struct{ X, Y float64 }](b, fmt.Sprintf(`(({x, y, width, height}) => ({x: x + width / 2, y: y + height / 2}))(document.querySelector(%q).getBoundingClientRect())`, selector))
	b.do(chromedp.MouseEvent(event, at.X, at.Y, chromedp.ButtonLeft, chromedp.ClickCount(1)))
}

// toFirstProblem goes from the summary of a refused form, which has the focus, by its first link.
func (b *tab) toFirstProblem() {
	b.t.Helper()
	b.until(`document.activeElement.matches("[data-summary]")`)
	b.keys(kb.Tab + kb.Enter)
}

func TestTheSummaryLeadsToTheFirstProblem(t *testing.T) {
	t.Parallel()
	b := startConsole(t).open(t, true)
	b.see(b.console.link)

	// a list that is wrong as a whole
	b.see("/orders/new/batch-desktop/ADD_VOLUME")
	b.fill("add_volume_param.volume_type", "SSD")
	b.fill("add_volume_param.volume_size", "85")
	require.EqualValues(t, 422, b.press("aside button[name=review]"))
	assert.Contains(t, b.text(`[id="error-add_volume_param.desktop_ids"]`), "is mandatory")
	b.toFirstProblem()
	b.untilFocused("add_volume_param.desktop_ids[0]")

	// a field that is folded away
	b.see("/orders/new/batch-desktop/ADD_VOLUME?desktop_ids=4f8f8a51-55bf-4af4-9add-c45ed331f7aa")
	b.click("details.fold summary")
	b.fill("add_volume_param.iops", "many")
	b.click("details.fold summary")
	require.EqualValues(t, 422, b.press("aside button[name=review]"))
	b.toFirstProblem()
	b.untilFocused("add_volume_param.volume_type")
	b.fill("add_volume_param.volume_type", "SSD")
	b.fill("add_volume_param.volume_size", "90")
	require.EqualValues(t, 422, b.press("aside button[name=review]"))
	b.toFirstProblem()
	b.untilFocused("add_volume_param.iops")
	assert.Equal(t, "many", b.value("add_volume_param.iops"))
}

func TestBuyADesktop(t *testing.T) {
	t.Parallel()
	buy(startConsole(t, "--embedded-speed", "0s").open(t, true))
}

func TestBuyADesktopWithoutScripts(t *testing.T) {
	t.Parallel()
	buy(startConsole(t, "--embedded-speed", "0s").open(t, false))
}

// buy buys a desktop for a user, from the empty form to the inventory.
func buy(b *tab) {
	t := b.t
	b.see(b.console.link)
	b.see("/desktops")
	b.inventory()
	b.see("/orders/new/subscribe/createDesktops")
	users, tags := making+".desktops", making+".tags"

	for name, value := range map[string]string{
		making + ".product_id": "workspace.k.xlarge2.uosv20pro", making + ".image_type": "private",
		making + ".image_id": "e1d65e11-861c-459d-a3a8-ab150d79befc", making + ".desktop_type": "DEDICATED",
		making + ".root_volume.type": "SAS", making + ".root_volume.size": "80",
		"resources[0].period_type": "2", "resources[0].period_num": "1", "reason": "A new colleague",
	} {
		b.fill(name, value)
	}

	// what is rarely used is folded away, and works
	folded := "enterprise_project_id"
	assert.False(t, evaluate[bool](b, fmt.Sprintf(`document.querySelector(%q).checkVisibility()`, named(folded))))
	b.click("details.fold summary")
	b.fill(folded, "0")

	b.change(add(users), 1, users)
	b.fill(users+"[0].user_name", "goes.again")
	b.change(add(users), 2, users)
	assert.Equal(t, "goes.again", b.value(users+"[0].user_name"))
	b.fill(users+"[1].user_name", "zhang-san")
	b.fill(users+"[1].user_group", "sudo")
	b.fill(users+"[1].computer_name", "NEW-0001")
	b.change(remove(users+"[0]"), 1, users)
	assert.Equal(t, "zhang-san", b.value(users+"[0].user_name"))
	assert.Equal(t, "sudo", b.value(users+"[0].user_group"))
	b.change(add(tags), 1, tags)
	b.fill(tags+"[0].key", "dept")
	b.fill(tags+"[0].value", "finance")
	b.fill(making+".size", "2")

	// Enter reviews; either or
	b.focus(named(tags + "[0].value"))
	require.EqualValues(t, 422, b.lead(press(kb.Enter)))
	assert.Contains(t, b.text(`[id="error-`+making+`.size"]`), "either desktops or size")
	assert.Equal(t, "2", b.value(making+".size"))
	assert.Equal(t, "zhang-san", b.value(users+"[0].user_name"))
	assert.Equal(t, "sudo", b.value(users+"[0].user_group"))
	assert.Equal(t, "private", b.value(making+".image_type"))
	assert.Equal(t, "dept", b.value(tags+"[0].key"))
	assert.True(t, evaluate[bool](b, `document.querySelector("details.fold").open`), "what was filled in shows")
	assert.Equal(t, "0", b.value(folded))
	b.toFirstProblem()
	b.untilFocused(making + ".size")
	b.picture("buy-problem")
	b.fill(making+".size", "")
	require.EqualValues(t, 200, b.press("aside button[name=review]"))
	assert.Equal(t, "/orders/review", b.path())
	b.picture("buy-review")

	// back to the form, and forth again: the same draft, as it was
	require.EqualValues(t, 200, b.press(`main a.button[href^="/orders/new/"]`))
	assert.Equal(t, "zhang-san", b.value(users+"[0].user_name"))
	assert.Equal(t, "A new colleague", b.value("reason"))
	assert.Equal(t, "0", b.value(folded))
	require.EqualValues(t, 200, b.press("aside button[name=review]"))
	require.EqualValues(t, 200, b.press("button[name=place]"))
	b.fresh(`document.querySelector("button[name=pay]") !== null`)
	require.EqualValues(t, 200, b.press("button[name=pay]"))
	b.fresh(`document.querySelectorAll('[data-state=placed] [data-cloud-order][data-status="5"]').length === 1`)

	b.see("/desktops?q=NEW-0001")
	b.fresh(`document.querySelectorAll("tr[data-desktop]").length === 1`)
	assert.Contains(t, b.text("tr[data-desktop]"), "zhang-san")
}

// change adds or removes a row and waits until the list has so many. Without scripts this is another page.
func (b *tab) change(button string, rows int, list string) {
	b.t.Helper()
	if !b.scripts {
		require.EqualValues(b.t, 200, b.press(button))
	} else {
		b.click(button)
	}
	b.until(fmt.Sprintf(`new Set([...document.querySelectorAll("[name]")].map(e => e.name).filter(name => name.startsWith("%s[")).map(name => name.slice(%d).split("]")[0])).size === %d`,
		list, len(list)+1, rows))
}
