package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// make is where the fields of a new desktop are.
const making = "resources[0].create_desktops"

func add(list string) string   { return fmt.Sprintf(`button[name=add][value=%q]`, list) }
func remove(row string) string { return fmt.Sprintf(`button[name=remove][value=%q]`, row) }

func TestRowsChangeInPlace(t *testing.T) {
	t.Parallel()
	b := startConsole(t).open(t, true)
	b.see(b.console.link)
	b.see("/orders/new/subscribe/createDesktops")
	b.run(`window.stays = true`)
	users := making + ".desktops"

	b.fill("reason", "A new colleague")
	b.click(add(users))
	b.until(`document.activeElement.name === "` + users + `[0].user_name"`)
	b.keys("first")
	b.click(add(users))
	b.until(`document.activeElement.name === "` + users + `[1].user_name"`)
	b.keys("second")
	b.fill(users+"[1].computer_name", "PC-2")
	assert.Equal(t, "first", b.value(users+"[0].user_name"))

	// by keyboard, while the check of the field that was left is still on its way
	b.do(focus(remove(users + "[0]")))
	b.keys(kb.Enter)
	b.until(`!document.querySelector('[name="` + users + `[1].user_name"]')`)
	assert.Equal(t, "second", b.value(users+"[0].user_name"))
	assert.Equal(t, "PC-2", b.value(users+"[0].computer_name"))
	assert.Equal(t, "A new colleague", b.value("reason"))
	assert.NotEqual(t, "body", b.focused(), "a row that goes does not take the focus with it")

	b.fill(making+".size", "2")
	b.keys(kb.Tab)
	b.until(`document.getElementById("error-` + making + `.size").innerText !== ""`)
	assert.Contains(t, b.text(`[id="error-`+making+`.size"]`), "either desktops or size")

	for i := range 3 {
		b.click(add(making + ".tags"))
		b.until(fmt.Sprintf(`document.activeElement.name === "%s.tags[%d].key"`, making, i))
	}
	b.click(remove(making + ".tags[1]"))
	b.until(`!document.querySelector('[name="` + making + `.tags[2].key"]')`)
	assert.True(t, evaluate[bool](b, `window.stays`), "no row has loaded the page again")
	require.EqualValues(t, 422, b.press("aside button[name=review]"))
}
