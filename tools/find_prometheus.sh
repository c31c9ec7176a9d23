#!/bin/sh
# Print the folder that has the programs prometheus and promtool; print nothing and fail where there are none.
#   find_prometheus.sh            on PATH, or unpacked before
#   find_prometheus.sh --fetch    else Debian's package, unpacked and not installed: no service is started
set -u
kept=${XDG_CACHE_HOME:-$HOME/.cache}/finmod/prometheus

if command -v prometheus >/dev/null 2>&1 && command -v promtool >/dev/null 2>&1; then
    dirname "$(command -v prometheus)"
    exit 0
fi
if [ ! -x "$kept/usr/bin/prometheus" ] && [ "${1:-}" = --fetch ] && command -v apt-get >/dev/null 2>&1; then
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    # What it depends on is for its web page; the programs stand alone.
    (cd "$folder" && apt-get download -qq prometheus && dpkg -x prometheus_*.deb unpacked) >&2 2>/dev/null || exit 1
    mkdir -p "${kept%/*}" && rm -rf "$kept" && mv "$folder/unpacked" "$kept"
fi
[ -x "$kept/usr/bin/prometheus" ] && [ -x "$kept/usr/bin/promtool" ] && echo "$kept/usr/bin"
