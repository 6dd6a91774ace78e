package e2e

import (
	"context"
	"sync"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// held are answers on a slow line: the console has given them, the page does not have them yet.
type held struct {
	b  *tab
	mu sync.Mutex
	id []fetch.RequestID
}

// hold keeps back the answers to requests whose address fits the pattern, until they are let go.
func (b *tab) hold(pattern string) *held {
	b.t.Helper()
	h := &held{b: b}
	require.NoError(b.t, chromedp.Listen(b.ctx, func(event any) {
		if paused, ok := event.(*fetch.EventRequestPaused); ok {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.id = append(h.id, paused.RequestID)
		}
	}))
	b.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, fetch.Enable, fetch.EnableParams{
			Patterns: []*fetch.RequestPattern{{URLPattern: pattern, RequestStage: fetch.RequestStageResponse}}})
		return err
	}))
	return h
}

// wait waits until so many answers are held.
func (h *held) wait(n int) {
	h.b.t.Helper()
	h.b.eventually("an answer is held", func() bool {
		h.mu.Lock()
		defer h.mu.Unlock()
		return len(h.id) >= n
	})
}

// release lets go all that is held, and holds nothing more.
func (h *held) release() {
	h.b.t.Helper()
	h.b.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		// this lets go what is paused
		_, err := cdp.Call(ctx, target, fetch.Disable, cdp.Empty{})
		return err
	}))
}
