package e2e
import (
 "testing"
 "fmt"
 "github.com/chromedp/chromedp"
)
func TestProbe(t *testing.T) {
 c := startConsole(t, "--embedded-speed","0s")
 b, err := chromium(); if err!=nil {t.Fatal(err)}
 ctx, cancel := chromedp.NewContext(b, chromedp.WithNewBrowserContext())
 defer cancel()
 r, err := chromedp.Run(ctx, chromedp.NavigateResponse(c.link))
 r, err = chromedp.Run(ctx, chromedp.NavigateResponse(c.url+"/orders/new/batch-desktop/ADD_VOLUME"))
 r, err = chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS(`aside button[name=review]`)))
 fmt.Println(r.Status, r.URL, err)
 for range 3 {
 s, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.readyState+document.activeElement.outerHTML.slice(0,300)+"|"+[...document.querySelectorAll("[aria-invalid=true]")].map(e=>e.name)`))
 fmt.Println(s, err)
 }
 s, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.querySelector("main").innerText`))
 fmt.Println(s, err)
}
