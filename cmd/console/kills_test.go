//go:build !race

package main

// kills is how often a console is killed at each step.
const kills = 100
