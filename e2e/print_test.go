package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// onPaper shows the page as it is printed.
func onPaper() chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
		return err
	})
}

func TestAnOrderOnPaper(t *testing.T) {
	t.Parallel()
	b := startConsole(t, "--embedded-speed", "0s").open(t, true)
	b.see(b.console.link)
	b.see("/settings")
	b.click(`main [data-look=theme] button[value=dark]`)
	b.eventually("the theme is kept", func() bool {
		b.see("/settings")
		return evaluate[bool](b, `document.documentElement.dataset.theme === "dark"`)
	})

	// more desktops than a screen shows lines
	var ids []string
	for i := range 60 {
		ids = append(ids, fmt.Sprintf("desktop-%02d", i))
	}
	b.see("/orders/new/batch-desktop/ADD_VOLUME?desktop_ids=" + strings.Join(ids, "&desktop_ids="))
	b.fill("add_volume_param.volume_type", "SSD")
	b.fill("add_volume_param.volume_size", "100")
	require.EqualValues(t, 200, b.press("aside button[name=review]"))
	require.EqualValues(t, 200, b.press("button[name=place]"))
	id := b.attribute("[data-order]", "data-order")
	b.fresh(`document.querySelector("#answer-json") !== null`)
	require.Positive(t, b.count("main button"))

	b.do(onPaper())
	const shows = `(e => e.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true}) && e.getClientRects().length > 0)`
	pressable := `button, .button, input, select, textarea, nav, header form, [role=search], summary > .icon`
	assert.Empty(t, evaluate[[]string](b, fmt.Sprintf(`[...document.querySelectorAll(%q)].filter(%s).map(e => e.outerHTML.slice(0, 120))`, pressable, shows)), "nothing that can be pressed")
	var order struct {
		Request json.RawMessage
		Answer  struct{ Status int }
	}
	b.read("/orders/"+id, &order)
	for _, pre := range []string{"#request-json", "#answer-json"} {
		assert.True(t, evaluate[bool](b, fmt.Sprintf(`%s(document.querySelector(%q))`, shows, pre)), "%s is folded away", pre)
		assert.True(t, evaluate[bool](b, fmt.Sprintf(`(e => e.scrollHeight <= e.clientHeight + 1 && e.scrollWidth <= e.clientWidth + 1)(document.querySelector(%q))`, pre)), "%s is cut", pre)
	}
	assert.JSONEq(t, string(order.Request), evaluate[string](b, `document.querySelector("#request-json").textContent`))
	assert.Contains(t, b.text("#answer-json"), fmt.Sprint("HTTP ", order.Answer.Status))

	// the colours are those of the light theme: dark on light
	lightness := func(selector, property string) float64 {
		return evaluate[float64](b, fmt.Sprintf(`(() => {
			const canvas = document.createElement("canvas").getContext("2d");
			canvas.fillStyle = getComputedStyle(document.querySelector(%q))[%q];
			canvas.fillRect(0, 0, 1, 1);
			const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
			return a === 0 ? 255 : (r + g + b) / 3;
		})()`, selector, property))
	}
	for _, selector := range []string{"html", "body", ".card", "#request-json"} {
		assert.Greater(t, lightness(selector, "backgroundColor"), 200.0, "%s is dark paper", selector)
	}
	for _, selector := range []string{"h1", "#request-json", "#story"} {
		assert.Less(t, lightness(selector, "color"), 140.0, "%s is pale", selector)
	}
	b.picture("order-print")
}
