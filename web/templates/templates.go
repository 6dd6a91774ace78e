// Package templates turns values into HTML: the frame of every page, the components that pages are made of, and the
// pages, one file each. It decides nothing and reads nothing but what it is given. It may import the leaves, the values
// of internal/orders and web/static; never the store, the worker, a cloud's adapter or the web framework.
package templates

//go:generate go tool templ generate

// Tone says what a colour means; the words and the icon beside it say the same. The stylesheet knows these six.
type Tone string

// The tones.
const (
	Quiet Tone = "quiet" // nothing to do, nothing wrong
	Info  Tone = "info"  // on its way
	Good  Tone = "good"  // done
	Warn  Tone = "warn"  // waits for a person
	Bad   Tone = "bad"   // went wrong
	Doubt Tone = "doubt" // nobody knows yet
)

// Link is a way on: words, an address and, where it helps, an icon's name.
type Link struct {
	Text string
	Href string
	Icon string
}
