//go:build race

package main

// kills is how often a console is killed at each step: a fifth of what it is without the race detector, under which a
// start takes ten times as long. It looks for races, which the first kills show as well as the last; the hundred are
// `make test`'s.
const kills = 20
