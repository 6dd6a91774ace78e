#!/usr/bin/env bash
# require.sh browser    Chromium and a font with Chinese characters, for the browser tests
# require.sh compiler   a C compiler, for the race detector
# require.sh postgres   the PostgreSQL server's programs (15 or newer), which tests start for themselves
# require.sh proxies    Caddy and nginx, for the tests of signing in behind a proxy
#
# Does nothing where they are there. Where they are not: installs them on Debian as root, and elsewhere
# prints the command to type and fails.
set -euo pipefail

have() { command -v "$1" >/dev/null 2>&1; }

# The names that chromedp looks for.
have_browser() {
	local name
	for name in headless_shell headless-shell chromium chromium-browser google-chrome google-chrome-stable; do
		if have "$name"; then return 0; fi
	done
	[ -x '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome' ]
}

# Without such a font, Chinese text is rows of empty boxes. macOS has one.
have_font() {
	[ "$(uname)" = Darwin ] || { have fc-list && [ -n "$(fc-list :lang=zh family)" ]; }
}

# The places that internal/testkit/postgres looks at. Debian has no initdb in PATH.
have_postgres() {
	have initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || compgen -G '/usr/pgsql-*/bin/initdb' >/dev/null ||
		compgen -G '/usr/libexec/postgresql*/initdb' >/dev/null || compgen -G '/opt/homebrew/opt/postgresql@*/bin/initdb' >/dev/null ||
		compgen -G '/usr/local/opt/postgresql@*/bin/initdb' >/dev/null
}

# Debian has nginx where only root has it in PATH.
have_proxies() {
	have caddy && { have nginx || [ -x /usr/sbin/nginx ]; }
}

case ${1:-} in
browser)
	ready() { have_browser && have_font; }
	what='The browser tests need Chromium and a font with Chinese characters'
	debian='chromium fonts-noto-cjk fontconfig'
	fedora='chromium google-noto-sans-cjk-fonts'
	arch='chromium noto-fonts-cjk'
	alpine='chromium font-noto-cjk fontconfig'
	ubuntu='sudo snap install chromium && sudo apt-get install -y fonts-noto-cjk fontconfig'
	macos='brew install --cask google-chrome'
	;;
compiler)
	ready() { have "$(go env CC)"; }
	what='The race detector needs a C compiler'
	debian='gcc libc6-dev'
	fedora='gcc'
	arch='gcc'
	alpine='build-base'
	ubuntu='sudo apt-get update && sudo apt-get install -y gcc libc6-dev'
	macos='xcode-select --install'
	;;
postgres)
	ready() { have_postgres; }
	what='The tests of the store need the programs of a PostgreSQL server'
	debian='postgresql'
	fedora='postgresql-server'
	arch='postgresql'
	alpine='postgresql'
	ubuntu='sudo apt-get update && sudo apt-get install -y postgresql'
	macos='brew install postgresql@15'
	;;
proxies)
	ready() { have_proxies; }
	what='The tests of signing in behind a proxy need Caddy and nginx'
	debian='caddy nginx'
	fedora='caddy nginx'
	arch='caddy nginx'
	alpine='caddy nginx'
	ubuntu='sudo apt-get update && sudo apt-get install -y caddy nginx'
	macos='brew install caddy nginx'
	;;
*)
	echo 'usage: require.sh browser|compiler|postgres|proxies' >&2
	exit 2
	;;
esac

if ready; then exit 0; fi

system=$(uname)
if [ -r /etc/os-release ]; then
	system=$(. /etc/os-release && echo "$ID")
fi

if [ "$system" = debian ] && [ "$(id -u)" = 0 ]; then
	echo "Installing $debian …"
	export DEBIAN_FRONTEND=noninteractive
	apt-get -qq update
	# shellcheck disable=SC2086 # a list of packages
	apt-get -qq install -y --no-install-recommends $debian >/dev/null
	if ready; then exit 0; fi
	echo "$what; they were installed and are still not found." >&2
	exit 1
fi

case $system in
debian) hint="sudo apt-get update && sudo apt-get install -y $debian" ;;
ubuntu) hint=$ubuntu ;;
fedora) hint="sudo dnf install -y $fedora" ;;
arch) hint="sudo pacman -S --needed $arch" ;;
alpine) hint="sudo apk add $alpine" ;;
Darwin) hint=$macos ;;
*) hint="install these with your system's package manager (Debian's names): $debian" ;;
esac
printf '%s. Type:\n\n  %s\n\n' "$what" "$hint" >&2
exit 1
