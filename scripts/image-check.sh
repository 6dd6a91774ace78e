#!/usr/bin/env bash
# Tries what `docker build` would do, without a container engine:
#
#   1. every path that the Dockerfile COPYs exists, and .dockerignore lets it through
#   2. from those files alone, the Dockerfile's own build command gives a binary
#   3. the binary is static
#   4. it says its version; as root on Linux it also runs as the image's user in a folder that holds nothing
#      but what the image holds, becomes ready, and `console health` says so
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

work=$(mktemp -d)
server=
cleanup() {
	if [ -n "$server" ]; then kill "$server" 2>/dev/null && wait "$server" || true; fi
	rm -rf "$work"
}
trap cleanup EXIT
fail() {
	echo "image-check: $*" >&2
	exit 1
}

# 1. The files. .dockerignore is kept in a form that needs no pattern matching, and this holds it to that.
rules=$(grep -vE '^(#|[[:space:]]*$)' .dockerignore)
[ "$(head -n 1 <<<"$rules")" = '*' ] || fail '.dockerignore: the first rule must be *'
while read -r rule; do
	[[ $rule =~ ^![A-Za-z0-9._/-]+$ ]] || fail ".dockerignore: '$rule' is not of the form !path"
done < <(tail -n +2 <<<"$rules")

mkdir "$work/src"
copied=0
while read -r -a words; do
	last=$((${#words[@]} - 1))
	for source in "${words[@]:1:last-1}"; do
		[ -e "$source" ] || fail "Dockerfile: COPY $source: no such file"
		grep -qxF "!${source%%/*}" <<<"$rules" || grep -qxF "!$source" <<<"$rules" ||
			fail "Dockerfile: COPY $source: .dockerignore leaves it out"
		target=$work/src/${words[last]}
		if [ -d "$source" ]; then
			mkdir -p "$target" && cp -R "$source/." "$target"
		else
			cp "$source" "$target"
		fi
		copied=$((copied + 1))
	done
done < <(grep -E '^COPY ' Dockerfile | grep -vE '^COPY --from=')
[ "$copied" -gt 0 ] || fail 'Dockerfile: copies nothing'

# 2. The build, by the command in the Dockerfile.
version=image-check
build=$(sed -nE 's/^RUN (make build .*)/\1/p' Dockerfile)
[ -n "$build" ] || fail 'Dockerfile: no "RUN make build …"'
build=${build//\/image\//$work/image/}
(cd "$work/src" && env -u MAKEFLAGS -u MAKELEVEL VERSION=$version sh -ec "$build")
console=$work/image/console

# 3. Static: no loader is asked for, no library is needed.
go version -m "$console" | grep -qE '^[[:space:]]*build[[:space:]]+CGO_ENABLED=0$' || fail 'built with cgo'
case $(uname) in
Linux)
	if command -v readelf >/dev/null; then
		headers=$(readelf --program-headers --dynamic --wide "$console")
		if grep -qE '\bINTERP\b|\(NEEDED\)' <<<"$headers"; then fail 'not static: it asks for a loader'; fi
	else
		libraries=$(ldd "$console" 2>&1 || true)
		grep -qE 'not a dynamic executable|statically linked' <<<"$libraries" || fail "not static: $libraries"
	fi
	;;
esac

# 4. It runs.
said=$("$console" version)
grep -qF "$version" <<<"$said" || fail "console version says '$said', not $version"

if [ "$(uname)" = Linux ] && [ "$(id -u)" = 0 ]; then
	user=$(sed -nE 's/^USER (.*)/\1/p' Dockerfile)
	mkdir "$work/image/data" "$work/image/tmp"
	chown "$user" "$work/image/data" "$work/image/tmp"
	chmod 755 "$work" "$work/image"

	for port in $(shuf -i 20000-32000 -n 20); do
		(: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
	done
	chroot=$(PATH=$PATH:/usr/sbin:/sbin command -v chroot)
	inside() {
		exec env -i CONSOLE_DATA=/data CONSOLE_LISTEN="127.0.0.1:$port" \
			"$chroot" --userspec="$user" "$work/image" /console "$@"
	}
	(inside) >"$work/log" 2>&1 &
	server=$!
	ready=
	for _ in $(seq 100); do
		if (inside health) >"$work/health" 2>&1; then ready=yes && break; fi
		kill -0 "$server" 2>/dev/null || break
		sleep 0.1
	done
	[ -n "$ready" ] || fail "did not become ready: $(cat "$work/health" "$work/log")"
	kill "$server"
	wait "$server" || fail "did not stop cleanly: $(tail -n 5 "$work/log")"
	server=
	ran=', ready and stopped as user '$user' in an empty root'
fi
echo "image-check: $copied paths copied, static binary of $(($(wc -c <"$console") / 1048576)) MiB, $said${ran:-}"
