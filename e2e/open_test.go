package e2e

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestWhatOpensIsForEverybodyInTheDark runs all of axe over pages in the dark theme with a window or a panel open over them.
func TestWhatOpensIsForEverybodyInTheDark(t *testing.T) {
	t.Parallel()
	b := startConsole(t).open(t, true)
	b.still()
	b.see(b.console.link)
	b.see("/settings")
	b.click(`button[value="dark"]`)
	b.until(`document.documentElement.dataset.theme === "dark"`)
	b.see("/desktops")
	b.inventory()
	desktop := b.ids(`[data-row-check]`, "value")[1]
	b.draft(b.ids(`[data-row-check]`, "value")[0])
	require.EqualValues(t, 200, b.press("button[name=place]"))
	b.fresh(`document.querySelector("button[name=pay]") !== null`)
	order := b.path()
	for _, c := range []struct{ what, page, open, shows string }{
		{"the palette", "/", `[data-palette]`, `dialog.palette[open] #palette-list li`},
		{"the shortcuts", "/orders", `[data-dialog="#help"]`, `dialog#help[open]`},
		{"a confirmation", order, `details.confirm summary`, `details.confirm[open] .panel`},
		{"a row's changes", "/desktops", `tbody details.menu summary`, `tbody details.menu[open] .panel`},
		{"more filters", "/desktops", `.filters details.menu summary`, `.filters details.menu[open] .panel`},
		{"the bar of a selection", "/desktops", `[data-row-check]`, `.selectbar .button`},
		{"a component's window", "/settings/design", `[data-dialog="#sample"]`, `dialog#sample[open]`},
		{"a plot's table", "/settings/design", `.plot-table summary`, `.plot-table[open] table`},
	} {
		b.see(c.page)
		b.click(c.open)
		b.until(`document.querySelector('` + c.shows + `')?.checkVisibility()`)
		assert.Empty(t, b.axe(), c.what)
		b.picture("open " + c.what)
	}

	// the one step that destroys, with its word to type
	b.see("/orders/new/batch-desktop/CHANGE_IMAGE?desktop_ids=" + desktop)
	b.fill("change_image_param.image_type", "gold")
	b.fill("change_image_param.image_id", "961fc606-6fee-4403-b967-28393f2c7926")
	require.EqualValues(t, 200, b.press("aside button[name=review]"))
	assert.Equal(t, 1, b.count("button.primary.danger[name=place]"))
	assert.Empty(t, b.axe(), "a review that destroys")
	b.picture("review that destroys")
}
