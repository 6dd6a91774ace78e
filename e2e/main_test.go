// Package e2e tests the whole program as people use it: the built console, in a process of its own, in a real Chromium.
// Every test has its own console with its own data and its own browser context, so none depends on another.
package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// program is the built console, and chromium one browser for all tests; both are made by the first test that asks.
var (
	scratch  string
	program  = sync.OnceValues(build)
	chromium = sync.OnceValues(launch)
	// quit ends the browser, once one was started.
	quit = func() {}
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	if findBrowser() == "" {
		fmt.Fprintln(os.Stderr, "These tests need Chromium, and it was not found: run `make test`, which installs it or says how.")
		return 1
	}
	var err error
	if scratch, err = os.MkdirTemp("", "console-e2e-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(scratch)
	defer func() { quit() }()
	return m.Run()
}

// build builds the console as anybody would.
func build() (string, error) {
	path := filepath.Join(scratch, "console")
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-o", path, "../cmd/console").CombinedOutput(); err != nil {
		return "", fmt.Errorf("the console does not build: %w\n%s", err, out)
	}
	return path, nil
}

// browsers are the names that chromedp looks for, besides the Mac's.
var browsers = []string{"headless_shell", "headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable",
	"/Applications/Chromium.app/Contents/MacOS/Chromium", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"}

// findBrowser looks for one of them; empty for none.
func findBrowser() string {
	for _, name := range browsers {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// launch starts the browser. One is enough: each test gets a context of its own in it, which shares no cookie, cache or
// storage with the others.
func launch() (context.Context, error) {
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(findBrowser()), chromedp.DisableGPU,
		chromedp.UserDataDir(filepath.Join(scratch, "profile")),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("hide-scrollbars", true))
	if os.Geteuid() == 0 {
		// Chromium's sandbox does not work for root, who runs the tests in containers
		options = append(options, chromedp.NoSandbox)
	}
	allocator, end := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, closeTab := chromedp.NewContext(allocator)
	quit = func() {
		polite, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		_ = chromedp.Cancel(polite) // whether it went politely or not, it is gone when the allocator is done
		closeTab()
		end()
		chromedp.FromContext(ctx).Allocator.Wait()
	}
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		return nil, fmt.Errorf("the browser does not start: %w", err)
	}
	return ctx, nil
}

// plainEnv is the environment without what would configure a console: a developer's own settings change no test.
func plainEnv() []string {
	var env []string
	for _, pair := range os.Environ() {
		if !strings.HasPrefix(pair, "CONSOLE_") {
			env = append(env, pair)
		}
	}
	return env
}
