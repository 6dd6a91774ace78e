package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestKeyboard(t *testing.T) {
	t.Parallel()
	b := startConsole(t).open(t, true)
	b.see(b.console.link)

	b.keys("?")
	b.until(`document.querySelector("dialog#help").open`)
	assert.Contains(t, b.text("#help"), "Shortcuts")
	b.keys(kb.Escape)
	b.until(`!document.querySelector("dialog#help").open`)

	// g and a letter lead to every page of the navigation
	pages := evaluate[map[string]string](b, `Object.fromEntries([...document.querySelectorAll("a[data-go]")].map(a => [a.dataset.go, a.getAttribute("href")]))`)
	assert.Equal(t, "/orders", pages["o"])
	assert.Len(t, pages, b.count("nav li a"), "each has a letter of its own")
	for letter, page := range pages {
		require.EqualValues(t, 200, b.lead(press("g"), press(letter)))
		assert.Equal(t, page, b.path())
	}

	// a table: j and k and the arrows move, x ticks
	b.see("/desktops")
	b.inventory()
	names := b.texts(`[data-row-link]`)
	at := func(row int) {
		t.Helper()
		b.until(fmt.Sprintf(`document.activeElement.matches("[data-row-link]") && document.activeElement.innerText === %q`, names[row]))
	}
	b.keys("j")
	at(0)
	b.keys("j")
	at(1)
	b.keys("x")
	b.keys(kb.ArrowDown)
	at(2)
	b.keys("x")
	b.selected(2)
	b.keys("k")
	at(1)
	b.keys("x")
	b.selected(1)
	b.keys("x")
	assert.Equal(t, evaluate[[]string](b, `[...document.querySelectorAll("[data-row-check]")].slice(1, 3).map(box => box.value)`),
		evaluate[[]string](b, `[...document.querySelectorAll("[data-row-check]:checked")].map(box => box.value)`))
	require.EqualValues(t, 200, b.lead(press(kb.Enter)))
	assert.Contains(t, b.path(), "/desktops/")

	// the search takes letters as letters
	b.keys("/")
	b.until(`document.activeElement.matches("[role=search] input")`)
	b.keys("go?x/j")
	assert.Equal(t, "go?x/j", evaluate[string](b, `document.querySelector("[role=search] input").value`))
	assert.False(t, evaluate[bool](b, `document.querySelector("dialog#help").open`))
	b.keys(kb.Escape)
	b.until(`document.activeElement === document.body`)
	b.keys("/")
	b.until(`document.activeElement.matches("[role=search] input")`)
	b.keys("DSGN") // what was there is selected, so it is typed over
	require.EqualValues(t, 200, b.lead(press(kb.Enter)))
	assert.Equal(t, "/search", b.path())
	assert.Contains(t, b.text("main"), "DSGN-0412")

	// a panel closes and gives the focus back
	b.see("/desktops")
	b.click("tbody details.menu summary")
	b.until(`document.querySelector("tbody details.menu").open`)
	b.keys(kb.Tab)
	b.keys(kb.Escape)
	b.until(`!document.querySelector("tbody details.menu").open`)
	b.until(`document.activeElement.localName === "summary"`)
}

func TestThePalette(t *testing.T) {
	t.Parallel()
	b := startConsole(t).open(t, true)
	b.still()
	b.see(b.console.link)
	b.see("/desktops")
	b.inventory()
	b.see("/")
	ctrlK := func() {
		b.do(chromedp.KeyEvent("k", chromedp.KeyModifiers(kb.ModifierCtrl)))
		b.until(`document.querySelector("#palette").open && document.querySelector("#palette [role=option]")`)
	}
	chosen := `document.getElementById(document.activeElement.getAttribute("aria-activedescendant"))`
	is := func(words string) { b.until(fmt.Sprintf(`%s?.innerText.includes(%q)`, chosen, words)) }

	// with nothing typed it offers the pages; the arrows go round
	ctrlK()
	is("Overview")
	b.keys(kb.ArrowDown)
	is("Desktops")
	b.keys(kb.ArrowUp)
	b.keys(kb.ArrowUp)
	is("Settings")
	assert.Equal(t, 1, b.count(`#palette [aria-selected=true]`))
	b.usable("palette")
	b.keys(kb.Escape)
	b.until(`!document.querySelector("#palette").open`)

	// a page, a kind of order, a desktop; Enter waits for what was typed last
	for _, to := range []struct{ text, offered, path string }{
		{"audit", "Audit", "/audit"},
		{"ADD_VOL", "Add", "/orders/new/batch-desktop/ADD_VOLUME"},
		{"DSGN-0412", "DSGN-0412", "/desktops"},
	} {
		ctrlK()
		require.EqualValues(t, 200, b.lead(insert(to.text), press(kb.Enter)))
		assert.Equal(t, to.path, b.path(), to.text)
	}

	// what nothing is called by is searched for
	ctrlK()
	b.do(insert("nothing-has-this-name"))
	is("Search for")
	require.EqualValues(t, 200, b.lead(press(kb.Enter)))
	assert.Equal(t, "/search", b.path())

	plain := b.console.open(t, false)
	plain.see(b.console.signinLink(t))
	assert.Equal(t, "/search", plain.attribute("a[data-palette]", "href"))
}

// selected waits until the server has kept so many ticked desktops, and the page says so.
func (b *tab) selected(n int) {
	b.t.Helper()
	b.until(fmt.Sprintf(`(document.querySelector("[data-selected-count]")?.dataset.selectedCount ?? "0") === "%d"`, n))
}

func TestSelectionSurvivesPaging(t *testing.T) {
	t.Parallel()
	b := startConsole(t).open(t, true)
	b.see(b.console.link)
	b.see("/desktops")
	b.inventory()
	b.see("/desktops?charge_mode=0&sort=-computer_name") // both pages have ordinary ones
	top := func() string {
		t.Helper()
		return evaluate[string](b, `[...document.querySelectorAll("[data-desktop]")].find(row => !row.querySelector("a[href^='/pools/']")).dataset.desktop`)
	}
	first := top()
	b.click(fmt.Sprintf(`[data-row-check][value=%q]`, first))
	require.EqualValues(t, 200, b.press(`a[rel=next]`))
	b.selected(1)
	assert.Zero(t, b.count("[data-row-check]:checked"))
	second := top()
	b.click(fmt.Sprintf(`[data-row-check][value=%q]`, second))
	b.selected(2)

	// all of this page and none of it again, and back to where the first is
	b.click("[data-check-all]")
	assert.Equal(t, b.count("[data-row-check]"), b.count("[data-row-check]:checked"))
	b.click("[data-check-all]")
	b.selected(1)
	b.click(fmt.Sprintf(`[data-row-check][value=%q]`, second))
	b.selected(2)
	b.run(`history.back()`)
	b.until(fmt.Sprintf(`document.querySelector('[data-row-check][value=%q]')?.checked`, first))
	b.selected(2)

	require.EqualValues(t, 200, b.press(`.selectbar button[name=order][value="batch-desktop/RESIZE"]`))
	chosen := evaluate[[]string](b, `[...document.querySelectorAll('input[name^="resize_param.desktop_ids["]')].map(input => input.value)`)
	assert.ElementsMatch(t, []string{first, second}, chosen)

	b.run(`history.back()`)
	b.until(`document.querySelector("[data-select-clear]") !== null`)
	require.EqualValues(t, 200, b.press("[data-select-clear]"))
	assert.Zero(t, b.count("[data-row-check]:checked"))
	assert.Zero(t, b.count(".selectbar"))
}
