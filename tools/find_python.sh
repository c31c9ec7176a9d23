#!/bin/sh
# Print the path of a Python interpreter that starts and has the wanted version; print nothing and fail where there is none.
#   find_python.sh         the newest of 3.13, 3.12, 3.11, else any python3 from 3.11 on
#   find_python.sh 3.12    that version
# A name on PATH proves nothing: version managers put shims there for versions that are not switched on.
set -u

starts() { # command, test on sys.version_info[:2]
    "$1" -c "import sys; sys.exit(0 if sys.version_info[:2] $2 else 1)" >/dev/null 2>&1
}

tell() { # print where the interpreter itself is, past any shim
    "$1" -c 'import sys; print(sys.executable)'
}

find_version() {
    for candidate in "python$1" "$HOME"/.pyenv/versions/"$1".*/bin/python "$HOME"/.pyenv/versions/"$1"/bin/python; do
        if starts "$candidate" "== (${1%%.*}, ${1#*.})"; then
            tell "$candidate"
            return 0
        fi
    done
    return 1
}

if [ $# -gt 0 ]; then
    find_version "$1"
    exit
fi
for version in 3.13 3.12 3.11; do
    find_version "$version" && exit 0
done
if starts python3 ">= (3, 11)"; then
    tell python3
    exit 0
fi
exit 1
