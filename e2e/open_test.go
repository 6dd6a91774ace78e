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
}
