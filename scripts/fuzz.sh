#!/usr/bin/env bash
# Runs every fuzz target of the module, one after another, each for the time given (10s).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
time=${1:-10s}

go list -f '{{.Dir}} {{.ImportPath}}' ./... | while read -r dir package; do
	files=("$dir"/*_test.go)
	[ -e "${files[0]}" ] || continue
	sed -nE 's/^func (Fuzz[A-Za-z0-9_]*)\(.*/\1/p' "${files[@]}" | while read -r target; do
		echo "== $package $target"
		# minimizing what is merely new is cut short: by default it may take a minute of each
		go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" -fuzzminimizetime 5x "$package" </dev/null
	done
done
