#!/usr/bin/env bash
# Fails when generated template code is not what the templates of now give. Generates into a copy, so it
# neither changes the tree nor minds whether it is committed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT

list() { find . -name "$1" -not -path './.git/*' | sort; }

list '*.templ' | while read -r template; do
	mkdir -p "$fresh/$(dirname "$template")"
	cp "$template" "$fresh/$template"
done
cp go.mod "$fresh" # says which version of templ the code asks for
go tool templ generate -log-level warn -path "$fresh"

stale=$(
	list '*.templ' | while read -r template; do
		code=${template%.templ}_templ.go
		cmp -s "$fresh/$code" "$code" || echo "$code"
	done
	list '*_templ.go' | while read -r code; do
		[ -e "${code%_templ.go}.templ" ] || echo "$code (its template is gone)"
	done
)
if [ -n "$stale" ]; then
	printf 'Generated code is not fresh; run "make generate":\n%s\n' "$stale" >&2
	exit 1
fi
